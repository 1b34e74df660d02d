//! Which values may stand in a text, and in which form: customers and catalogues write what they like.

use super::{Fact, FactKey, FactValue, Recipient};

/// Words of a value beyond which a text is about nothing else.
const MOST_WORDS: usize = 9;
const MOST_LETTERS: usize = 64;
const MOST_LETTERS_OF_NAME: usize = 24;

/// One line without control characters, marks of direction and breaks of any kind; blanks are single.
pub fn clean(text: &str) -> String {
    let visible = text.chars().map(|c| if is_break(c) { ' ' } else { c }).filter(|c| !c.is_control() && !is_hidden(*c));
    visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Paragraphs of such lines: of what was written in several. Blanks at which no line may break stay.
pub fn clean_lines(text: &str) -> String {
    const KEPT: char = '\u{a0}';
    let line = |line: &str| {
        let words = line.split(KEPT).map(clean).collect::<Vec<_>>();
        // What stood beside a kept blank keeps its own.
        let mut whole = String::new();
        for (at, (part, words)) in line.split(KEPT).zip(&words).enumerate() {
            if at > 0 && !whole.is_empty() && !words.is_empty() {
                whole.push(if part.starts_with(' ') || whole.ends_with(' ') { ' ' } else { KEPT });
            }
            whole.push_str(words);
        }
        whole
    };
    let mut lines: Vec<String> = text.replace("\r\n", "\n").split(['\n', '\r', '\u{2028}', '\u{2029}']).map(line).collect();
    lines.dedup_by(|one, other| one.is_empty() && other.is_empty());
    lines.join("\n").trim().to_owned()
}

/// A value as it may stand in a sentence: none of what reads as markup, a template or an address, or is too long even without its
/// variant.
pub fn sayable(text: &str) -> Option<String> {
    let text = clean(text);
    let is_odd = text.contains(['{', '}', '<', '>', '`', '\\', '|', '@', '=']) || is_address(&text);
    if is_odd || !text.chars().any(char::is_alphanumeric) {
        return None;
    }
    let fits = |text: &str| text.chars().count() <= MOST_LETTERS && text.split_whitespace().count() <= MOST_WORDS;
    if fits(&text) {
        return Some(text);
    }
    // A title with its variant: `Cotton shirt - Navy, M` is still a cotton shirt.
    let short =
        [" - ", " – ", " — ", " (", ", "].into_iter().filter_map(|mark| text.split_once(mark)).map(|(head, _)| head.trim());
    short.filter(|head| fits(head) && head.chars().count() > 2).max_by_key(|head| head.len()).map(str::to_owned)
}

/// What a customer wrote themselves says nothing that could be dialled either.
pub fn sayable_words(text: &str) -> Option<String> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    sayable(text).filter(|_| digits < 7).map(|text| text.trim_matches(['"', '“', '”', '\'', '.', '!', ' ']).to_owned())
}

/// A first name to greet by: letters of one or two words.
pub fn first_name(name: &str) -> Option<String> {
    let name = clean(name);
    let is_letter = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’' | '-' | ' ' | '.') || is_mark(c);
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let fits = letters >= 2 && name.chars().count() <= MOST_LETTERS_OF_NAME && name.split(' ').count() <= 2;
    let is_name = fits && name.chars().all(is_letter) && !name.ends_with('.') && !is_address(&name);
    is_name.then(|| if name.chars().any(char::is_lowercase) { name.clone() } else { capitalised(&name) })
}

/// The facts that a text may name, each in the form in which it may.
pub fn sayable_facts(recipient: &Recipient) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for fact in &recipient.facts {
        if facts.iter().all(|known| known.key != fact.key)
            && let Some(value) = sayable_value(fact)
        {
            let link = fact.link.clone().filter(|link| link.starts_with("https://"));
            facts.push(Fact { value, link, ..fact.clone() });
        }
    }
    facts
}

fn sayable_value(fact: &Fact) -> Option<FactValue> {
    match &fact.value {
        FactValue::Text { text } => {
            let text = match fact.key {
                FactKey::FirstName => first_name(text)?,
                FactKey::Company | FactKey::WishedFeature | FactKey::TicketSolved => sayable_words(text)?,
                _ => sayable(text)?,
            };
            Some(FactValue::Text { text })
        }
        // "1 orders" is no sentence, and one is nothing to speak of.
        FactValue::Count { count } => (*count > 1).then_some(FactValue::Count { count: *count }),
        FactValue::Day { day } => {
            crate::time::Day::parse_iso(day)?;
            Some(FactValue::Day { day: day.clone() })
        }
        FactValue::Money { money } => Some(FactValue::Money { money: *money }),
        FactValue::Share { share } => {
            crate::time::Day::parse_iso(fact.day.as_deref()?)?;
            (*share > 0).then_some(FactValue::Share { share: *share })
        }
        FactValue::Drop { item, from, to } => {
            let is_drop = from.currency == to.currency && to.minor < from.minor && to.minor >= 0;
            is_drop.then_some(FactValue::Drop { item: sayable(item)?, from: *from, to: *to })
        }
    }
}

fn capitalised(name: &str) -> String {
    let mut starts = true;
    let mut text = String::new();
    for c in name.chars() {
        if starts {
            text.extend(c.to_uppercase())
        } else {
            text.extend(c.to_lowercase())
        }
        starts = !c.is_alphabetic();
    }
    text
}

/// What mail clients turn into a link, or what somebody may type as one.
fn is_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_host = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let Some((name, end)) = word.rsplit_once('.') else { return false };
        name.chars().any(char::is_alphanumeric) && (2..=12).contains(&end.chars().count()) && end.chars().all(char::is_alphabetic)
    };
    lower.contains("://") || lower.contains("www.") || lower.contains("javascript:") || lower.split(['/', ' ']).any(is_host)
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Marks of direction, invisible blanks and soft hyphens. Joiners stay: scripts and pictures are written with them.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Accents that stand as letters of their own.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5c7}' | '\u{64b}'..='\u{65f}' | '\u{93a}'..='\u{94f}' | '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Currency, Money};

    #[test]
    fn breaks_and_hidden_marks_are_taken_out() {
        assert_eq!(clean(" Tea\r\nfor\u{202e} two\u{0} \u{200b}"), "Tea for two");
        assert_eq!(clean_lines("One\r\n\n\n\nTwo\u{2066} \n"), "One\n\nTwo");
        assert_eq!(clean_lines("12,50\u{a0}€  off\u{a0} now"), "12,50\u{a0}€ off now");
    }

    #[test]
    fn markup_templates_and_addresses_are_never_said() {
        for text in [
            "{{ 7*7 }}",
            "<script>alert(1)</script>",
            "{% for %}",
            "see https://evil.example",
            "evil.com",
            "go to www.evil",
            "a@b",
            "=cmd|' /C calc'!A0",
            "…",
            "",
            "javascript:alert(1)",
        ] {
            assert_eq!(sayable(text), None, "{text}");
        }
        assert_eq!(sayable("Tea No.1").as_deref(), Some("Tea No.1"));
        assert_eq!(sayable_words("Call me on 0664 1234567"), None);
        assert_eq!(sayable_words("“Calendar sync.”").as_deref(), Some("Calendar sync"));
    }

    #[test]
    fn a_long_title_is_told_without_its_variant_or_not_at_all() {
        let title = "Organic cotton long sleeve shirt for women - Navy Blue, size M, slim fit, second edition";
        assert_eq!(sayable(title).as_deref(), Some("Organic cotton long sleeve shirt for women"));
        assert_eq!(sayable(&"word ".repeat(20)), None);
        assert_eq!(sayable(&"x".repeat(10_000)), None);
    }

    #[test]
    fn a_name_is_letters() {
        for (name, said) in
            [("ADA", Some("Ada")), ("Jean-Luc", Some("Jean-Luc")), ("José", Some("José")), ("O’Neil", Some("O’Neil"))]
        {
            assert_eq!(first_name(name).as_deref(), said);
        }
        for name in ["R2D2", "a", "{{name}}", "Win $100 now", "evil.com", "", "-", "Mr and Mrs Smith", "test@x"] {
            assert_eq!(first_name(name), None, "{name}");
        }
    }

    #[test]
    fn one_order_a_rise_without_a_day_and_a_drop_that_is_none_are_not_said() {
        let fact = |key, value| Fact { key, value, day: None, link: None, image: None, source: String::new() };
        let money = |minor| Money::new(minor, Currency::USD);
        let item = "Tea".to_owned();
        assert_eq!(sayable_value(&fact(FactKey::Orders, FactValue::Count { count: 1 })), None);
        assert_eq!(sayable_value(&fact(FactKey::PriceRise, FactValue::Share { share: 100 })), None);
        let drop = |from, to| FactValue::Drop { item: item.clone(), from: money(from), to: money(to) };
        assert_eq!(sayable_value(&fact(FactKey::PriceDrop, drop(100, 100))), None);
        assert!(sayable_value(&fact(FactKey::PriceDrop, drop(100, 80))).is_some());
    }
}
