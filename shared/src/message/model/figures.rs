//! Figures, amounts, shares and dates of a sentence, each held to what a listed fact or the promise says.

use super::Fault;
use super::language::Language;
use super::sentence::Source;
use crate::message::{Fact, FactValue, Promise};
use crate::money::Money;
use crate::time::Day;

/// What may be said in figures, each with where it stands.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    counts: Vec<(u32, Source)>,
    /// Per mille.
    shares: Vec<(u16, Source)>,
    money: Vec<(Money, Source)>,
    /// Year, month, day.
    days: Vec<(u16, u8, u8, Source)>,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    /// In lower case, with whether it stood with a capital.
    Word(String, bool),
    /// Digits with what parts them.
    Figure(String),
    Sign(char),
}

impl Allowed {
    pub fn of(facts: &[&Fact], promise: Option<&Promise>) -> Self {
        let mut allowed = Self::default();
        for fact in facts {
            let source = Source::Fact(fact.key);
            match &fact.value {
                FactValue::Text { .. } => {}
                FactValue::Count { count } => allowed.counts.push((*count, source)),
                FactValue::Day { day } => allowed.day(day, source),
                FactValue::Money { money } => allowed.money.push((*money, source)),
                FactValue::Share { share } => allowed.shares.push((*share, source)),
                FactValue::Drop { from, to, .. } => allowed.money.extend([(*from, source), (*to, source)]),
            }
            if let Some(day) = &fact.day {
                allowed.day(day, source);
            }
        }
        if let Some(promise) = promise {
            if promise.depth > 0 {
                allowed.shares.push((promise.depth, Source::Promise));
            }
            allowed.money.extend(promise.amount.iter().chain(&promise.minimum).map(|money| (*money, Source::Promise)));
            allowed.day(&promise.expires, Source::Promise);
        }
        allowed
    }

    fn day(&mut self, iso: &str, source: Source) {
        let Some(day) = Day::parse_iso(iso) else { return };
        let iso = day.iso();
        let mut parts = iso.split('-').map(str::parse::<u16>);
        if let (Some(Ok(year)), Some(Ok(month)), Some(Ok(day))) = (parts.next(), parts.next(), parts.next()) {
            self.days.push((year, month as u8, day as u8, source));
        }
    }

    /// The first day that has all the parts that are told.
    fn find_day(&self, year: Option<u16>, month: Option<u8>, day: Option<u8>) -> Option<Source> {
        let fits = |(y, m, d, _): &&(u16, u8, u8, Source)| {
            year.is_none_or(|year| year == *y || u16::from(year < 100) * (year + 2000) == *y)
                && month.is_none_or(|month| month == *m)
                && day.is_none_or(|day| day == *d)
        };
        self.days.iter().find(fits).map(|(.., source)| *source)
    }
}

/// What is wrong with a sentence's figures, with the words, and which sources they show.
pub(super) fn check(text: &str, allowed: &Allowed, language: &Language) -> (Vec<(Fault, String)>, Vec<Source>) {
    let tokens = tokens(text);
    let mut taken = vec![false; tokens.len()];
    let (mut faults, mut seen) = (Vec::new(), Vec::new());
    let mut settle = |found: Option<Source>, fault: Fault, words: String| match found {
        Some(source) => seen.push(source),
        None => faults.push((fault, words)),
    };
    for (at, token) in tokens.iter().enumerate() {
        let Token::Word(word, has_capital) = token else { continue };
        let Some(month) = language.month(word) else { continue };
        let around = Around::of(&tokens, at, language);
        // "May we" is no month, and "mars" may be a planet: alone, they count only where they look like one.
        let is_verb = matches!(word.as_str(), "may" | "march" | "mar" | "mars" | "jun" | "mai")
            && around.day.is_none()
            && around.year.is_none();
        if is_verb && (!has_capital || at == 0) {
            continue;
        }
        for used in [around.day.map(|(at, _)| at), around.year.map(|(at, _)| at)].into_iter().flatten() {
            if let Some(taken) = taken.get_mut(used) {
                *taken = true;
            }
        }
        let found = allowed.find_day(around.year.map(|(_, year)| year), Some(month), around.day.map(|(_, day)| day));
        settle(found, Fault::Date, word.clone());
    }
    for (at, token) in tokens.iter().enumerate() {
        if taken.get(at) == Some(&true) {
            continue;
        }
        match token {
            Token::Figure(figure) => {
                let (found, fault) = figure_of(&tokens, at, figure, allowed, language);
                settle(found, fault, figure.clone());
            }
            Token::Word(word, _) => {
                let Some((_, number)) = language.numbers.iter().find(|(name, _)| name == word) else { continue };
                let is_share = is_percent(&tokens, at + 1, language);
                // "cent" of "pour cent" is no figure of its own.
                if !is_share && at > 0 && is_percent(&tokens, at - 1, language) {
                    continue;
                }
                let found = if is_share {
                    allowed.shares.iter().find(|(share, _)| u32::from(*share) == number * 10).map(|(_, source)| *source)
                } else {
                    allowed.counts.iter().find(|(count, _)| count == number).map(|(_, source)| *source)
                };
                settle(found, if is_share { Fault::Percent } else { Fault::Number }, word.clone());
            }
            Token::Sign(sign) if *sign == '%' || *sign == '‰' => {
                let has_figure = at > 0 && matches!(tokens.get(at - 1), Some(Token::Figure(_)));
                if !has_figure {
                    settle(None, Fault::Percent, sign.to_string());
                }
            }
            Token::Sign(_) => {}
        }
    }
    (faults, seen)
}

/// Day and year that stand around a month's name, each with its place.
struct Around {
    day: Option<(usize, u8)>,
    year: Option<(usize, u16)>,
}

impl Around {
    fn of(tokens: &[Token], at: usize, language: &Language) -> Self {
        let is_filler = |place: usize| match tokens.get(place) {
            Some(Token::Sign(sign)) => matches!(sign, '.' | ','),
            Some(Token::Word(word, _)) => language.between.contains(&word.as_str()),
            _ => false,
        };
        let figure = |place: usize| match tokens.get(place) {
            Some(Token::Figure(figure)) => ordinal(figure).map(|number| (place, number)),
            _ => None,
        };
        let before =
            (1..=3_usize).take_while(|back| at >= *back).find(|back| !is_filler(at - back)).and_then(|back| figure(at - back));
        let after = (1..=3_usize).find(|ahead| !is_filler(at + ahead)).and_then(|ahead| figure(at + ahead));
        let is_day = |(_, number): &(usize, u16)| (1..=31).contains(number);
        let is_year = |(_, number): &(usize, u16)| (1900..2100).contains(number);
        let day = before.filter(is_day).or(after.filter(is_day)).map(|(place, number)| (place, number as u8));
        let behind_day = day.filter(|(place, _)| *place > at).map(|(place, _)| place);
        let later = behind_day
            .and_then(|place| (1..=2_usize).find(|ahead| !is_filler(place + ahead)).and_then(|ahead| figure(place + ahead)));
        let year = after.filter(is_year).or(later.filter(is_year));
        Self { day, year }
    }
}

/// `3`, `3rd`, `1er`.
fn ordinal(figure: &str) -> Option<u16> {
    figure.trim_end_matches(|c: char| c.is_alphabetic()).parse().ok()
}

fn is_percent(tokens: &[Token], at: usize, language: &Language) -> bool {
    match tokens.get(at) {
        Some(Token::Sign('%')) => true,
        Some(Token::Word(word, _)) => {
            let next = match tokens.get(at + 1) {
                Some(Token::Word(next, _)) => format!("{word} {next}"),
                _ => word.clone(),
            };
            language.percent.iter().any(|percent| percent == word || *percent == next)
        }
        _ => false,
    }
}

/// Whether a figure that is no part of a named month's date may stand there, and as what it is judged.
fn figure_of(tokens: &[Token], at: usize, figure: &str, allowed: &Allowed, language: &Language) -> (Option<Source>, Fault) {
    if figure.contains(['/', '-']) || figure.matches('.').count() == 2 && figure.len() <= 10 {
        return (numeric_day(figure, allowed), Fault::Date);
    }
    if figure.contains(char::is_alphabetic) {
        return (None, Fault::Code);
    }
    if figure.contains(':') {
        return (None, Fault::Number);
    }
    let values = thousandths(figure);
    if is_percent(tokens, at + 1, language) {
        let found = allowed.shares.iter().find(|(share, _)| values.contains(&(i64::from(*share) * 100)));
        return (found.map(|(_, source)| *source), Fault::Percent);
    }
    if let Some(currency) = currency(tokens, at, language) {
        let fits = |money: &Money| {
            let unit = 10_i64.pow(money.currency.decimals());
            let is_same = currency == "$" || currency == "¥" || currency == money.currency.as_str();
            let is_of_sign = currency != "$" || money.currency.as_str().ends_with('D');
            is_same && is_of_sign && values.iter().any(|value| value.checked_mul(unit) == money.minor.checked_mul(1_000))
        };
        let found = allowed.money.iter().find(|(money, _)| fits(money));
        return (found.map(|(_, source)| *source), Fault::Price);
    }
    let is_whole = figure.bytes().all(|byte| byte.is_ascii_digit());
    let year = figure.parse::<u16>().ok().filter(|year| is_whole && (1900..2100).contains(year));
    let counted =
        allowed.counts.iter().find(|(count, _)| values.contains(&(i64::from(*count) * 1_000))).map(|(_, source)| *source);
    let found = counted.or_else(|| year.and_then(|year| allowed.find_day(Some(year), None, None)));
    (found, if year.is_some() { Fault::Date } else { Fault::Number })
}

/// `2026-03-02`, `02.03.2026`, `3/2/26`: whichever way round the shop's country writes it.
fn numeric_day(figure: &str, allowed: &Allowed) -> Option<Source> {
    let parts: Vec<u16> =
        figure.split(['/', '-', '.']).filter(|part| !part.is_empty()).map(|part| part.parse().unwrap_or(u16::MAX)).collect();
    let small = |number: u16| u8::try_from(number).ok();
    match parts.as_slice() {
        [year, month, day] if *year > 31 => allowed.find_day(Some(*year), Some(small(*month)?), Some(small(*day)?)),
        [one, other, year] => {
            let find = |month, day| allowed.find_day(Some(*year), Some(month), Some(day));
            find(small(*other)?, small(*one)?).or_else(|| find(small(*one)?, small(*other)?))
        }
        _ => None,
    }
}

/// A currency's sign or code beside a figure.
fn currency(tokens: &[Token], at: usize, language: &Language) -> Option<&'static str> {
    let of = |token: Option<&Token>| match token? {
        Token::Sign('$') => Some("$"),
        Token::Sign('€') => Some("EUR"),
        Token::Sign('£') => Some("GBP"),
        Token::Sign('¥') => Some("¥"),
        Token::Word(word, _) => {
            const CODES: [&str; 16] =
                ["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "JPY", "CAD", "AUD", "NZD", "BRL", "MXN", "INR"];
            let code = CODES.into_iter().find(|code| code.eq_ignore_ascii_case(word));
            code.or_else(|| language.money.iter().find(|(name, _)| name == word).map(|(_, code)| *code))
        }
        _ => None,
    };
    of(at.checked_sub(1).and_then(|before| tokens.get(before))).or_else(|| of(tokens.get(at + 1)))
}

/// A figure in thousandths, in each way in which it may be meant: `1.234` is a thousand and more in some countries.
fn thousandths(figure: &str) -> Vec<i64> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let mut values = Vec::new();
    let last = figure.rfind(['.', ',']);
    if let Some((whole, fraction)) = last.and_then(|at| Some((figure.get(..at)?, figure.get(at + 1..)?)))
        && fraction.len() <= 3
    {
        values.extend(format!("{}{fraction:0<3}", digits(whole)).parse::<i64>());
    }
    let has_groups = figure.split(['.', ',', '\'', '’']).skip(1).all(|group| group.len() == 3);
    if last.is_none() || has_groups {
        values.extend(format!("{}000", digits(figure)).parse::<i64>());
    }
    values
}

fn tokens(text: &str) -> Vec<Token> {
    let letters: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    let is = |place: usize, what: fn(char) -> bool| letters.get(place).is_some_and(|letter| what(*letter));
    let is_inside = |letter: char| matches!(letter, '.' | ',' | ':' | '/' | '-' | '\'' | '’');
    while let Some(letter) = letters.get(at).copied() {
        let start = at;
        if letter.is_ascii_digit() {
            while is(at, |c| c.is_ascii_digit() || c.is_alphabetic())
                || (letters.get(at).copied().is_some_and(is_inside) && is(at + 1, |c| c.is_ascii_digit()))
            {
                at += 1;
            }
            tokens.push(Token::Figure(letters.iter().skip(start).take(at - start).collect::<String>().to_lowercase()));
        } else if letter.is_alphanumeric() {
            while is(at, char::is_alphanumeric) || (is(at, |c| matches!(c, '-' | '\'' | '’')) && is(at + 1, char::is_alphabetic))
            {
                at += 1;
            }
            let word: String = letters.iter().skip(start).take(at - start).collect();
            tokens.push(Token::Word(word.to_lowercase(), letter.is_uppercase()));
        } else {
            if !letter.is_whitespace() {
                tokens.push(Token::Sign(letter));
            }
            at += 1;
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::super::language;
    use super::*;
    use crate::message::FactKey;
    use crate::money::Currency;
    use crate::offer::Kind;

    fn fact(key: FactKey, value: FactValue) -> Fact {
        Fact { key, value, day: None, link: None, image: None, source: String::new() }
    }

    fn faults(locale: &str, text: &str) -> Vec<(Fault, String)> {
        let eur = Currency::parse("EUR").expect("a currency");
        let drop = FactValue::Drop { item: "Kit".to_owned(), from: Money::new(129_900, eur), to: Money::new(99_950, eur) };
        let facts = [
            fact(FactKey::Orders, FactValue::Count { count: 12 }),
            fact(FactKey::LastOrder, FactValue::Day { day: "2026-03-02".to_owned() }),
            fact(FactKey::PriceDrop, drop),
            fact(FactKey::PriceRise, FactValue::Share { share: 125 }),
        ];
        let promise = Promise {
            kind: Kind::Discount,
            name: "Welcome back".to_owned(),
            depth: 200,
            amount: None,
            minimum: Some(Money::new(5_000, Currency::USD)),
            code: Some("BACK-7Q2".to_owned()),
            expires: "2026-05-31".to_owned(),
            link: None,
        };
        let allowed = Allowed::of(&facts.iter().collect::<Vec<_>>(), Some(&promise));
        check(text, &allowed, language::of(locale).expect("a language")).0
    }

    #[test]
    fn what_facts_say_may_be_said_in_every_usual_way() {
        for (locale, text) in [
            ("en", "You ordered 12 times, twelve times in all, the last on 2 March 2026."),
            ("en", "Since March 2nd, 2026, or the 2nd of March, or March 2026, or 3/2/2026, or 02/03/26, or 2026-03-02."),
            ("en", "From €1,299 to €999.50, or EUR 999.50, or 1299 euros."),
            ("en", "12.5% more; 20 % off from $50 until May 31; twenty percent, 20 per cent."),
            ("en", "May we ask? You may. In 2026."),
            ("de", "Am 2. März 2026, 12 Mal, 12,5 % mehr, jetzt 999,50 € statt 1.299,00 €, zwölf Mal, bis 31. Mai, 02.03.2026."),
            ("fr", "Le 2 mars 2026, 12 fois, 20 % ou vingt pour cent, 999,50 €, jusqu'au 31 mai."),
            ("es", "El 2 de marzo de 2026, doce veces, 20 por ciento, hasta el 31 de mayo de 2026."),
        ] {
            assert_eq!(faults(locale, text), [], "{text}");
        }
    }

    #[test]
    fn whatever_no_fact_says_is_found_and_named() {
        for (locale, text, fault) in [
            ("en", "You ordered 13 times.", Fault::Number),
            ("en", "You ordered eleven times.", Fault::Number),
            ("en", "50% off", Fault::Percent),
            ("en", "fifty percent off", Fault::Percent),
            ("en", "12 %", Fault::Percent),
            ("en", "$20", Fault::Price),
            ("en", "$999.50", Fault::Price),
            ("en", "€50", Fault::Price),
            ("en", "on 3 March", Fault::Date),
            ("en", "in April", Fault::Date),
            ("en", "2 March 2025", Fault::Date),
            ("en", "2025", Fault::Date),
            ("en", "3/4/2026", Fault::Date),
            ("en", "at 10:30", Fault::Number),
            ("en", "call 030 12 12", Fault::Number),
            ("en", "20k", Fault::Code),
            ("en", "just % off", Fault::Percent),
            ("de", "50 Prozent", Fault::Percent),
            ("de", "am 3. März", Fault::Date),
            ("fr", "trente pour cent", Fault::Percent),
            ("es", "el 3 de marzo", Fault::Date),
        ] {
            let found = faults(locale, text);
            assert!(found.iter().any(|(found, _)| *found == fault), "{text}: {found:?}");
        }
    }
}
