//! What a draft must hold before it is kept: the five steps in their order, and words within bounds.
//!
//! Whether its words are good is for the lint to say, on what they become for each person.

use std::collections::BTreeMap;

use super::{Brief, Channel, Choice, Draft, Slot, StepDraft, compose, template};
use crate::offer::DAYS;

/// Of stored drafts. A draft of another number is not read as one of ours.
pub const SCHEMA: u32 = 1;

/// Days between two messages, at most.
pub const MOST_DAYS: u16 = 90;

const PRODUCT_CHARS: usize = 100;
const CHANGE_CHARS: usize = 300;
const LINK_CHARS: usize = 500;
const NAME_CHARS: usize = 120;
const MOST_DISMISSED: usize = 500;

impl Draft {
    /// All five steps left to the composer, on the ladder's days.
    pub fn new(brief: Brief) -> Self {
        compose::standard(brief)
    }

    /// What is wrong with it: fields by their paths, each with how to mend it. Empty where it may be kept.
    pub fn check(&self) -> BTreeMap<String, String> {
        let mut wrong = Wrong::default();
        check_brief(&self.brief, &mut wrong);
        if !self.steps.iter().map(|step| step.step).eq(DAYS.iter().map(|(step, _)| *step)) {
            wrong.add("steps", "Keep the five steps in their order: help, proof, small_incentive, full_incentive, last_word");
            return wrong.0;
        }
        if self.dismissed.len() > MOST_DISMISSED
            || self.dismissed.iter().flat_map(|(key, code)| [key, code]).any(|text| !is_text(text, NAME_CHARS, true))
        {
            wrong.add("dismissed", format!("Keep at most {MOST_DISMISSED} dismissed hints, each by its key and its code"));
        }
        for (place, step) in self.steps.iter().enumerate() {
            check_step(place, step, &mut wrong);
        }
        wrong.0
    }

    /// The same of the templates that somebody wrote; apart from [`Draft::check`], because it takes the engine of templates.
    pub fn check_templates(&self) -> BTreeMap<String, String> {
        let mut wrong = BTreeMap::new();
        let mut check = |field: String, choice: &Choice| {
            if let Choice::Own { text } | Choice::Model { text, .. } = choice
                && let Err(error) = template::check(text)
            {
                wrong.insert(field, error.to_string());
            }
        };
        for (place, step) in self.steps.iter().enumerate() {
            for (variant, choice) in step.subjects.iter().enumerate() {
                check(format!("steps[{place}].subjects[{variant}].text"), choice);
            }
            for (slot, choice) in &step.parts {
                check(format!("steps[{place}].parts.{}.text", slot.code()), choice);
            }
        }
        wrong
    }
}

/// Characters that somebody may write for a slot; templates count as they are written.
pub fn most_chars(slot: Slot) -> usize {
    match slot {
        Slot::Subject | Slot::Preheader => 200,
        Slot::Action => 60,
        Slot::Closing => 600,
        Slot::Opening | Slot::Value | Slot::Body | Slot::Offer => 2_000,
    }
}

/// Whether a slot is one line.
pub fn is_line(slot: Slot) -> bool {
    matches!(slot, Slot::Subject | Slot::Preheader | Slot::Action)
}

/// Whether it looks like a BCP 47 tag such as `en`, `en-GB` or `zh-Hant-TW`.
pub fn is_locale(text: &str) -> bool {
    let mut parts = text.split('-');
    let is_language = |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|letter| letter.is_ascii_lowercase());
    let is_rest = |part: &str| (2..=8).contains(&part.len()) && part.bytes().all(|letter| letter.is_ascii_alphanumeric());
    text.len() <= 35 && parts.next().is_some_and(is_language) && parts.all(is_rest)
}

/// Whether a person wrote it in these bounds: not empty, no control characters, and line ends only where there may be several lines.
pub fn is_text(text: &str, most: usize, is_line: bool) -> bool {
    let is_odd = |letter: char| letter.is_control() && (is_line || letter != '\n');
    !text.trim().is_empty() && text.chars().nth(most).is_none() && !text.chars().any(is_odd)
}

/// An https address of a host with a dot in it, as far as its form tells: who may be linked to is a list of the brand's.
pub fn is_https(link: &str) -> bool {
    let is_plain =
        |letter: char| letter.is_ascii_graphic() && !matches!(letter, '"' | '<' | '>' | '\\' | '`' | '{' | '}' | '|' | '^');
    let Some(rest) = link.strip_prefix("https://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_name = host.rsplit('.').next().is_some_and(|last| last.bytes().any(|letter| letter.is_ascii_alphabetic()));
    link.len() <= LINK_CHARS && rest.chars().all(is_plain) && host.contains('.') && host.split('.').all(is_label) && is_name
}

#[derive(Default)]
struct Wrong(BTreeMap<String, String>);

impl Wrong {
    fn add(&mut self, field: &str, fix: impl Into<String>) {
        self.0.entry(field.to_owned()).or_insert_with(|| fix.into());
    }
}

fn check_brief(brief: &Brief, wrong: &mut Wrong) {
    if brief.locale.as_deref().is_some_and(|locale| !is_locale(locale)) {
        wrong.add("brief.locale", "Use a tag such as en-GB, or leave it out for each person's own");
    }
    if brief.product.as_deref().is_some_and(|text| !is_text(text, PRODUCT_CHARS, true)) {
        wrong.add("brief.product", format!("Use 1 to {PRODUCT_CHARS} characters, or leave it out"));
    }
    if brief.change.as_deref().is_some_and(|text| !is_text(text, CHANGE_CHARS, true)) {
        wrong.add("brief.change", format!("Use one sentence of at most {CHANGE_CHARS} characters, or leave it out"));
    }
    if brief.link.as_deref().is_some_and(|link| !is_https(link)) {
        wrong.add("brief.link", "Use an address that begins with https://, or leave it out for the site's own");
    }
}

fn check_step(place: usize, step: &StepDraft, wrong: &mut Wrong) {
    let at = |field: &str| format!("steps[{place}].{field}");
    if step.after_days > MOST_DAYS || (place > 0 && step.after_days == 0) {
        let least = usize::from(place > 0);
        wrong.add(&at("after_days"), format!("Use {least} to {MOST_DAYS} days"));
    }
    if place == 0 && step.same_thread {
        wrong.add(&at("same_thread"), "The first message begins the thread: there is none that it could follow");
    }
    let mut channels = step.channels.clone();
    channels.sort_unstable();
    channels.dedup();
    if !channels.contains(&Channel::Email) || channels.len() != step.channels.len() {
        wrong.add(&at("channels"), "Name each channel once, email among them");
    }
    for (variant, choice) in step.subjects.iter().enumerate() {
        check_choice(&at(&format!("subjects[{variant}]")), Slot::Subject, choice, wrong);
    }
    for (slot, choice) in &step.parts {
        let field = at(&format!("parts.{}", slot.code()));
        if *slot == Slot::Subject {
            wrong.add(&field, "Subjects stand in subjects, two of them");
        }
        check_choice(&field, *slot, choice, wrong);
    }
    for (channel, text) in &step.forms {
        let field = at(&format!("forms.{}", channel.code()));
        if *channel == Channel::Email {
            wrong.add(&field, "A mail is written in its parts");
        }
        let most = form_chars(*channel);
        if !is_text(text, most, *channel == Channel::Sms) {
            wrong.add(&field, format!("Use 1 to {most} characters, or leave it out for the composer's"));
        }
    }
}

fn form_chars(channel: Channel) -> usize {
    match channel {
        Channel::Sms => 1_000,
        Channel::InApp => 600,
        Channel::Post => 1_500,
        Channel::Email | Channel::Call | Channel::Video => 4_000,
    }
}

fn check_choice(field: &str, slot: Slot, choice: &Choice, wrong: &mut Wrong) {
    let most = most_chars(slot);
    let is_fine = |text: &str| is_text(text, most, is_line(slot));
    match choice {
        Choice::Composer => {}
        Choice::Pinned { block } if is_text(block, NAME_CHARS, true) => {}
        Choice::Pinned { .. } => wrong.add(&format!("{field}.block"), "Use the name of a block"),
        Choice::Model { model, .. } if !is_text(model, NAME_CHARS, true) => {
            wrong.add(&format!("{field}.model"), "Use the name of the model");
        }
        Choice::Own { text } | Choice::Model { text, .. } if is_fine(text) => {}
        Choice::Own { .. } | Choice::Model { .. } => {
            let lines = if is_line(slot) { " in one line" } else { "" };
            wrong.add(&format!("{field}.text"), format!("Use 1 to {most} characters{lines}, or leave it to the composer"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(change: impl FnOnce(&mut Draft)) -> Vec<String> {
        let mut draft = Draft::new(Brief::default());
        change(&mut draft);
        draft.check().into_keys().collect()
    }

    #[test]
    fn a_new_draft_is_the_ladder_left_to_the_composer() {
        let draft = Draft::new(Brief::default());
        assert_eq!(draft.check(), BTreeMap::new());
        assert_eq!(draft.steps.iter().map(|step| step.after_days).collect::<Vec<_>>(), [0, 5, 6, 7, 8]);
        assert!(draft.steps.iter().all(|step| step.subjects == [Choice::Composer, Choice::Composer]));
        assert!(draft.steps.iter().all(|step| !step.same_thread));
    }

    #[test]
    fn each_field_that_is_wrong_is_named() {
        let own = |text: &str| Choice::Own { text: text.to_owned() };
        assert_eq!(wrong(|draft| draft.steps.swap(0, 1)), ["steps"]);
        assert_eq!(wrong(|draft| drop(draft.steps.pop())), ["steps"]);
        assert_eq!(wrong(|draft| draft.steps[0].same_thread = true), ["steps[0].same_thread"]);
        assert_eq!(wrong(|draft| draft.steps[1].after_days = 0), ["steps[1].after_days"]);
        assert_eq!(wrong(|draft| draft.steps[0].after_days = 91), ["steps[0].after_days"]);
        assert_eq!(wrong(|draft| draft.steps[2].channels = vec![Channel::Sms]), ["steps[2].channels"]);
        assert_eq!(wrong(|draft| draft.steps[2].channels.push(Channel::Email)), ["steps[2].channels"]);
        assert_eq!(wrong(|draft| draft.steps[3].subjects[1] = own("a\r\nBcc: x")), ["steps[3].subjects[1].text"]);
        assert_eq!(wrong(|draft| draft.steps[3].subjects[0] = own(" ")), ["steps[3].subjects[0].text"]);
        let long = own(&"x".repeat(2_001));
        assert_eq!(wrong(|draft| drop(draft.steps[4].parts.insert(Slot::Body, long))), ["steps[4].parts.body.text"]);
        let lines = own("One.\n\nTwo.");
        assert!(wrong(|draft| drop(draft.steps[4].parts.insert(Slot::Body, lines.clone()))).is_empty());
        assert_eq!(wrong(|draft| drop(draft.steps[4].parts.insert(Slot::Action, lines))), ["steps[4].parts.action.text"]);
        assert_eq!(wrong(|draft| drop(draft.steps[1].parts.insert(Slot::Subject, Choice::Composer))), ["steps[1].parts.subject"]);
        assert_eq!(wrong(|draft| drop(draft.steps[1].forms.insert(Channel::Email, "x".to_owned()))), ["steps[1].forms.email"]);
        assert_eq!(wrong(|draft| drop(draft.dismissed.insert("long_subject:1f".to_owned(), "a\nb".to_owned()))), ["dismissed"]);
        assert_eq!(wrong(|draft| draft.brief.locale = Some("English".to_owned())), ["brief.locale"]);
        assert_eq!(wrong(|draft| draft.brief.link = Some("http://example.com".to_owned())), ["brief.link"]);
    }

    #[test]
    fn a_template_that_cannot_be_read_or_names_the_unknown_is_told_at_its_field() {
        let mut draft = Draft::new(Brief::default());
        let own = |text: &str| Choice::Own { text: text.to_owned() };
        draft.steps[0].subjects[1] = own("About {{ last_item }}");
        draft.steps[2].parts.insert(Slot::Opening, own("You have {{ credit_card }}."));
        draft.steps[3].parts.insert(Slot::Body, own("{% for x in range(9) %}a{% endfor %}"));
        let fields: Vec<String> = draft.check_templates().into_keys().collect();
        assert_eq!(fields, ["steps[2].parts.opening.text", "steps[3].parts.body.text"]);
    }

    #[test]
    fn an_address_is_https_with_a_name_for_a_host() {
        for link in ["https://example.com", "https://shop.example.com/a?b=c#d", "https://example.com/%20"] {
            assert!(is_https(link), "{link}");
        }
        for link in [
            "http://example.com",
            "javascript:alert(1)",
            "https://",
            "https://localhost",
            "https://10.0.0.1",
            "https://user@example.com",
            "https://example.com:8443",
            "https://example.com/\"onclick=",
            "https://example.com/a b",
            "https://-a.example.com",
            "https://exämple.com",
            "https://[::1]/",
        ] {
            assert!(!is_https(link), "{link}");
        }
        assert!(!is_https(&format!("https://example.com/{}", "a".repeat(500))));
    }

    #[test]
    fn a_locale_is_a_tag_of_a_language() {
        assert!(["en", "en-GB", "zh-Hant-TW", "fil"].into_iter().all(is_locale));
        assert!(["", "E", "english", "en_GB", "en-", "EN", "en-<b>"].into_iter().all(|text| !is_locale(text)));
    }
}
