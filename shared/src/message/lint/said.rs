//! All that a message may say: facts, terms, the brand, proofs and what the shop states, as numbers, dates and words.

use std::collections::BTreeSet;

use super::dates::{self, Date};
use super::numbers::{self, Kind};
use super::pieces::words;
use super::{About, Class};
use crate::message::{FactValue, Message, Promise};
use crate::money::{Currency, Money};
use crate::time::Day;

#[derive(Debug, Default)]
pub(super) struct Said {
    /// In small letters.
    pub words: BTreeSet<String>,
    /// Thousandths of a hundredth.
    pub shares: BTreeSet<i64>,
    /// In thousandths.
    pub moneys: Vec<(Currency, i64)>,
    pub plains: BTreeSet<i64>,
    pub dates: Vec<Date>,
    /// What is stated of dates without being a whole one.
    pub partly: Vec<dates::Said>,
    pub weekdays: BTreeSet<usize>,
    /// Texts of facts, which may stand in a message as they are, the longest first.
    pub texts: Vec<String>,
    locale: String,
}

impl Said {
    pub fn new(message: &Message, about: &About<'_>) -> Self {
        let mut said = Self { locale: message.locale.clone(), ..Self::default() };
        let today = Day::parse_iso(&message.day);
        said.date(&message.day, None);
        for fact in &about.recipient.facts {
            match &fact.value {
                FactValue::Text { text } => said.fact(text),
                FactValue::Count { count } => said.plain(i64::from(*count)),
                FactValue::Day { day } => said.date(day, today),
                FactValue::Money { money } => said.money(*money),
                FactValue::Share { share } => said.share(*share),
                FactValue::Drop { item, from, to } => {
                    said.fact(item);
                    said.drop(*from, *to);
                }
            }
            if let Some(day) = &fact.day {
                said.date(day, today);
            }
        }
        let brand = about.brand;
        let own = [Some(&brand.name), brand.sender.as_ref(), brand.sender_role.as_ref(), brand.postal_address.as_ref()];
        own.into_iter().flatten().for_each(|text| said.state(text));
        brand.sms_sender.iter().for_each(|text| said.state(text));
        if about.class == Class::Marketing {
            about.promise.into_iter().for_each(|promise| said.promise(promise, today));
        }
        about.proofs.iter().chain(about.stated).for_each(|text| said.state(&without_fields(text)));
        said.texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        said
    }

    fn fact(&mut self, text: &str) {
        // No message shows more of a text than this.
        let text: String = text.trim().chars().take(200).collect();
        if !text.is_empty() {
            self.vocabulary(&text);
            self.texts.push(text);
        }
    }

    fn vocabulary(&mut self, text: &str) {
        for word in words(text) {
            let lower = word.text.to_lowercase();
            for part in lower.split(['-', '‑']) {
                self.words.insert(bare(part).to_owned());
            }
            self.words.insert(bare(&lower).to_owned());
        }
    }

    /// A sentence of the shop's: its words, numbers and dates.
    fn state(&mut self, text: &str) {
        self.vocabulary(text);
        for number in numbers::find(text).into_iter().chain(numbers::in_words(text)) {
            match number.kind {
                Kind::Share => self.shares.extend(number.values),
                Kind::Money(currencies) => {
                    let pairs = currencies.iter().flat_map(|currency| number.values.iter().map(|value| (*currency, *value)));
                    self.moneys.extend(pairs);
                }
                Kind::Plain => self.plains.extend(number.values),
                Kind::Mixed => {}
            }
        }
        self.partly.extend(dates::find(text, &self.locale));
        self.weekdays.extend(dates::weekdays(text, &self.locale).into_iter().map(|(_, _, day)| day));
    }

    fn promise(&mut self, promise: &Promise, today: Option<Day>) {
        self.state(&promise.name);
        if let Some(code) = &promise.code {
            // Whole, and each piece of one with hyphens in it.
            let code = code.to_lowercase();
            self.words.extend(code.split(['-', '‑']).map(str::to_owned));
            self.words.insert(code);
        }
        if promise.depth > 0 {
            self.share(promise.depth);
        }
        for money in [promise.amount, promise.minimum].into_iter().flatten() {
            self.money(money);
        }
        self.date(&promise.expires, today);
    }

    /// A day, how long ago or ahead it is, and its weekday.
    fn date(&mut self, iso: &str, today: Option<Day>) {
        let Some(date) = dates::of_iso(iso) else { return };
        self.dates.push(date);
        self.weekdays.insert(dates::weekday(date));
        self.plain(i64::from(date.0));
        if let Some(days) =
            today.zip(Day::parse_iso(iso.get(..10).unwrap_or_default())).map(|(today, day)| i64::from(today.0) - i64::from(day.0))
        {
            let days = days.abs();
            for unit in [1.0, 7.0, 30.437, 365.25] {
                let units = days as f64 / unit;
                self.plain(units as i64);
                self.plain((units + 0.5) as i64);
            }
        }
    }

    fn drop(&mut self, from: Money, to: Money) {
        self.money(from);
        self.money(to);
        if from.currency == to.currency && from.minor > to.minor && to.minor >= 0 {
            self.money(Money::new(from.minor - to.minor, from.currency));
            let share = (from.minor - to.minor) as f64 / from.minor as f64 * 100.0;
            self.shares.insert(share as i64 * 1_000);
            self.shares.insert((share + 0.5) as i64 * 1_000);
        }
    }

    fn money(&mut self, money: Money) {
        if let Some(thousandths) = thousandths(money) {
            self.moneys.push((money.currency, thousandths));
        }
    }

    fn share(&mut self, per_mille: u16) {
        self.shares.insert(i64::from(per_mille) * 100);
    }

    fn plain(&mut self, value: i64) {
        self.plains.extend(value.checked_mul(1_000));
    }

    pub fn has_word(&self, word: &str) -> bool {
        let lower = word.to_lowercase();
        let lower = bare(&lower);
        self.words.contains(lower) || lower.split(['-', '‑']).all(|part| self.words.contains(bare(part)))
    }

    /// The text with everything blank that facts say in their own words: as many bytes, so that places stay.
    pub fn without_facts(&self, text: &str) -> String {
        let mut left = text.to_owned();
        for fact in &self.texts {
            blank(&mut left, fact);
        }
        left
    }
}

pub(super) fn thousandths(money: Money) -> Option<i64> {
    money.minor.checked_mul(10_i64.checked_pow(3_u32.checked_sub(money.currency.decimals())?)?)
}

/// Without the ending of a genitive.
fn bare(word: &str) -> &str {
    ["'s", "’s", "s'", "s’", "'", "’"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word)
}

/// Blanks every place where the words, or the longest beginning of them that is there, stand.
pub(super) fn blank(text: &mut String, words: &str) {
    let mut part = words;
    loop {
        let mut found = false;
        while let Some(at) = find_ignoring_case(text, part) {
            found = true;
            text.replace_range(at..at + part.len(), &" ".repeat(part.len()));
        }
        match part.rfind(char::is_whitespace) {
            Some(at) if !found && at >= 8 => part = part.get(..at).unwrap_or_default().trim_end(),
            _ => return,
        }
    }
}

/// As a whole: not inside a longer word or number.
fn find_ignoring_case(text: &str, part: &str) -> Option<usize> {
    if part.trim().is_empty() {
        return None;
    }
    let is_edge = |one: Option<char>| one.is_none_or(|one| !one.is_alphanumeric() || !one.is_ascii());
    let last = text.len().checked_sub(part.len())?;
    let begins = part.bytes().next()?;
    (0..=last).filter(|at| text.as_bytes().get(*at).is_some_and(|byte| byte.eq_ignore_ascii_case(&begins))).find(|at| {
        let is_same = text.get(*at..at + part.len()).is_some_and(|found| found.eq_ignore_ascii_case(part));
        let before = || text.get(..*at).and_then(|before| before.chars().next_back());
        let after = || text.get(at + part.len()..).and_then(|after| after.chars().next());
        is_same && is_edge(before()) && is_edge(after())
    })
}

/// A template's own words.
fn without_fields(template: &str) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, from)) =
        ["{{", "{%", "{#"].iter().filter_map(|open| rest.find(open)).min().map(|at| rest.split_at(at))
    {
        text.push_str(before);
        text.push(' ');
        let end = ["}}", "%}", "#}"].iter().filter_map(|close| from.find(close)).min();
        rest = end.and_then(|end| from.get(end + 2..)).unwrap_or_default();
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_blanked_where_they_stand_whole() {
        let mut text = "Your ETHIOPIA Blend No. 5 and 15 more".to_owned();
        blank(&mut text, "Ethiopia Blend No. 5");
        assert_eq!(text, format!("Your {} and 15 more", " ".repeat(20)));
        let mut cut = "Your Ethiopia Blend No…".to_owned();
        blank(&mut cut, "Ethiopia Blend No. 5 from Sidamo");
        assert!(cut.starts_with("Your               "), "{cut}");
        let mut inside = "Annabel".to_owned();
        blank(&mut inside, "Ann");
        assert_eq!(inside, "Annabel");
    }

    #[test]
    fn templates_state_their_own_words_only() {
        assert_eq!(without_fields("You had {{ orders }} orders{% if 7 %}, thanks{% endif %} {{"), "You had   orders , thanks   ");
    }
}
