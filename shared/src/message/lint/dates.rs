//! Dates in a text: by the names of months, or by figures.

use super::numbers::figure;
use super::pieces::{Word, words};

/// What a text says of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Said {
    pub from: usize,
    pub to: usize,
    pub year: Option<i32>,
    pub month: u32,
    pub day: Option<u32>,
}

/// A whole date: year, month, day.
pub(super) type Date = (i32, u32, u32);

/// Names of the months of a language, whose first letters may end it early with a dot.
const MONTHS: [(&str, [&str; 12]); 12] = [
    (
        "en",
        [
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
    ),
    (
        "de",
        ["januar", "februar", "märz", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "dezember"],
    ),
    (
        "fr",
        ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    ),
    (
        "es",
        [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
    ),
    (
        "it",
        [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
    ),
    (
        "nl",
        [
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ],
    ),
    (
        "pt",
        [
            "janeiro",
            "fevereiro",
            "março",
            "abril",
            "maio",
            "junho",
            "julho",
            "agosto",
            "setembro",
            "outubro",
            "novembro",
            "dezembro",
        ],
    ),
    (
        "sv",
        [
            "januari",
            "februari",
            "mars",
            "april",
            "maj",
            "juni",
            "juli",
            "augusti",
            "september",
            "oktober",
            "november",
            "december",
        ],
    ),
    (
        "pl",
        [
            "stycznia",
            "lutego",
            "marca",
            "kwietnia",
            "maja",
            "czerwca",
            "lipca",
            "sierpnia",
            "września",
            "października",
            "listopada",
            "grudnia",
        ],
    ),
    (
        "pl",
        [
            "styczeń",
            "luty",
            "marzec",
            "kwiecień",
            "maj",
            "czerwiec",
            "lipiec",
            "sierpień",
            "wrzesień",
            "październik",
            "listopad",
            "grudzień",
        ],
    ),
    ("ar", ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"]),
    ("he", ["ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר", "דצמבר"]),
];

/// Months that are other words as well: without a figure beside them they are none.
const OTHERWISE: [&str; 6] = ["may", "march", "mars", "mei", "august", "maj"];

/// Days of the week from Monday on.
const WEEKDAYS: [(&str, [&str; 7]); 6] = [
    ("en", ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]),
    ("de", ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"]),
    ("fr", ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]),
    ("es", ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"]),
    ("it", ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"]),
    ("nl", ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"]),
];

impl Said {
    /// As far as the text says it, it is this date.
    pub fn is(&self, (year, month, day): Date) -> bool {
        self.month == month && self.day.is_none_or(|said| said == day) && self.year.is_none_or(|said| said == year)
    }
}

/// Year, month and day of an ISO date.
pub(super) fn of_iso(text: &str) -> Option<Date> {
    let mut parts = text.get(..10)?.split('-');
    let date = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    ((1..=12).contains(&date.1) && (1..=31).contains(&date.2)).then_some(date)
}

/// All dates of a text in this locale, by place.
pub(super) fn find(text: &str, locale: &str) -> Vec<Said> {
    let mut dates = by_figures(text, locale);
    dates.extend(by_name(text, locale));
    dates.extend(japanese(text));
    dates.sort();
    dates
}

/// Days of the week that the text names: place, and days from Monday.
pub(super) fn weekdays(text: &str, locale: &str) -> Vec<(usize, usize, usize)> {
    let names = |language: &&(&str, [&str; 7])| locale.starts_with(language.0) || language.0 == "en";
    let known: Vec<&(&str, [&str; 7])> = WEEKDAYS.iter().filter(names).collect();
    let day = |word: &Word<'_>| {
        let lower = word.text.to_lowercase();
        let at = known.iter().find_map(|(_, names)| names.iter().position(|name| *name == lower))?;
        Some((word.from, word.to, at))
    };
    words(text).iter().filter_map(day).collect()
}

/// Days from Monday (Sakamoto's method).
pub(super) fn weekday((year, month, day): Date) -> usize {
    const SHIFTS: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let shift = SHIFTS.get(month.saturating_sub(1) as usize).copied().unwrap_or_default();
    let year = if month < 3 { year - 1 } else { year };
    let from_sunday = (year + year / 4 - year / 100 + year / 400 + shift + day as i32).rem_euclid(7);
    ((from_sunday + 6) % 7) as usize
}

fn by_name(text: &str, locale: &str) -> Vec<Said> {
    let words = words(text);
    let mut dates = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some((month, needs_figure)) = month(word.text, locale) else { continue };
        let beside = |step: isize| neighbour(text, &words, at, step);
        let day_before = beside(-1).and_then(|(word, _)| Some((day(word.text)?, word.from)));
        let day_after = beside(1).and_then(|(word, _)| Some((day(word.text)?, word.to, word)));
        let year_after = beside(1).and_then(|(word, _)| Some((year(word.text)?, word.to)));
        let mut said = Said { from: word.from, to: word.to, year: None, month, day: None };
        if let Some((day, from)) = day_before {
            (said.day, said.from) = (Some(day), from);
        }
        if let Some((year, to)) = year_after {
            (said.year, said.to) = (Some(year), to);
        } else if let Some((day, to, after)) = day_after.filter(|_| said.day.is_none()) {
            (said.day, said.to) = (Some(day), to);
            let place = words.iter().position(|other| other == after).unwrap_or(at);
            if let Some((year, to)) = neighbour(text, &words, place, 1).and_then(|(word, _)| Some((year(word.text)?, word.to))) {
                (said.year, said.to) = (Some(year), to);
            }
        }
        if said.day.is_some() || said.year.is_some() || !needs_figure {
            dates.push(said);
        }
    }
    dates
}

/// The word before or after, past a "of" or "de", if nothing but a dot, a comma and blanks stand between.
fn neighbour<'a>(text: &str, words: &'a [Word<'a>], at: usize, step: isize) -> Option<(&'a Word<'a>, usize)> {
    let is_joint = |word: &Word<'_>| matches!(word.text.to_lowercase().as_str(), "of" | "de" | "del" | "the" | "d" | "den");
    let mut place = at;
    for _ in 0..3 {
        let next = place.checked_add_signed(step)?;
        let (word, here) = (words.get(next)?, words.get(place)?);
        let between = if step < 0 { text.get(word.to..here.from)? } else { text.get(here.to..word.from)? };
        if between.len() > 4 || between.chars().any(|one| !matches!(one, ' ' | '.' | ',' | '\u{a0}' | '\u{202f}' | '־' | '-')) {
            return None;
        }
        if !is_joint(word) {
            return Some((word, next));
        }
        place = next;
    }
    None
}

/// The month of a word, and whether it must stand beside a figure to be one.
fn month(word: &str, locale: &str) -> Option<(u32, bool)> {
    let lower = word.to_lowercase();
    for (language, names) in MONTHS.iter().filter(|(language, _)| locale.starts_with(language) || *language == "en") {
        for (month, name) in (1..).zip(names) {
            let prefixed = *language == "he" && lower.strip_suffix(name).is_some_and(|before| before.chars().count() == 1);
            if lower == *name || prefixed {
                return Some((month, OTHERWISE.contains(name)));
            }
            let letters = lower.chars().count();
            if (3..=4).contains(&letters) && name.chars().count() > letters && name.starts_with(&lower) && *language != "ar" {
                return Some((month, true));
            }
        }
    }
    None
}

fn digits(word: &str) -> Option<u32> {
    let value = word.chars().try_fold(0_u32, |sum, one| sum.checked_mul(10)?.checked_add(figure(one)?));
    value.filter(|_| !word.is_empty())
}

fn day(word: &str) -> Option<u32> {
    let lower = word.to_lowercase();
    let bare = ["st", "nd", "rd", "th", "er", "º", "e"].iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower);
    digits(bare).filter(|day| (1..=31).contains(day))
}

fn year(word: &str) -> Option<i32> {
    digits(word)
        .filter(|_| word.chars().count() == 4)
        .and_then(|year| i32::try_from(year).ok())
        .filter(|year| (1900..2200).contains(year))
}

/// `2026-03-02`, `02/03/2026`, `2.3.2026`: months come first in American English only.
fn by_figures(text: &str, locale: &str) -> Vec<Said> {
    let mut dates = Vec::new();
    let mut at = 0;
    while let Some(from) = text.get(at..).and_then(|rest| rest.find(|one| figure(one).is_some())).map(|offset| at + offset) {
        let is_inside =
            text.get(..from).is_some_and(|before| before.ends_with(|one: char| one.is_alphanumeric() || "./-".contains(one)));
        match three(text, from).filter(|_| !is_inside) {
            Some(([first, second, third], to)) => {
                let (year, month, day) = match () {
                    () if first.1 == 4 => (first.0, second.0, third.0),
                    () if locale.eq_ignore_ascii_case("en-us") => (third.0, first.0, second.0),
                    () => (third.0, second.0, first.0),
                };
                let year = if year < 100 { year + 2_000 } else { year };
                dates.push(Said { from, to, year: i32::try_from(year).ok(), month, day: Some(day) });
                at = to;
            }
            None => {
                at = from
                    + text
                        .get(from..)
                        .map_or(1, |rest| rest.chars().take_while(|one| figure(*one).is_some()).map(char::len_utf8).sum())
            }
        }
    }
    dates
}

/// Three groups of figures with the same mark between: each with how many figures it has, and where the last ends.
fn three(text: &str, from: usize) -> Option<([(u32, usize); 3], usize)> {
    let mut at = from;
    let mut groups = [(0, 0); 3];
    let mut mark = None;
    for (place, group) in groups.iter_mut().enumerate() {
        if place > 0 {
            let rest = text.get(at..)?;
            let one = rest.chars().next().filter(|one| matches!(one, '.' | '/' | '-'))?;
            if *mark.get_or_insert(one) != one {
                return None;
            }
            at += 1;
            let is_spaced = one == '.' && rest.get(1..).is_some_and(|rest| rest.starts_with(' '));
            at += usize::from(is_spaced);
        }
        let run: Vec<u32> = text.get(at..)?.chars().map_while(figure).collect();
        let bytes: usize = text.get(at..)?.chars().take_while(|one| figure(*one).is_some()).map(char::len_utf8).sum();
        if run.is_empty() || run.len() > 4 {
            return None;
        }
        *group = (run.iter().fold(0, |sum, figure| sum * 10 + figure), run.len());
        at += bytes;
    }
    let lengths = groups.map(|(_, length)| length);
    let is_date = matches!(lengths, [4, 1..=2, 1..=2] | [1..=2, 1..=2, 2 | 4]);
    is_date.then_some((groups, at))
}

/// `2026年3月2日`.
fn japanese(text: &str) -> Vec<Said> {
    let mut dates = Vec::new();
    for (at, _) in text.match_indices('月') {
        let Some(before) = text.get(..at) else { continue };
        let from = before.trim_end_matches(|one| figure(one).is_some()).len();
        let Some(month) = before.get(from..).and_then(digits) else { continue };
        let mut said = Said { from, to: at + '月'.len_utf8(), year: None, month, day: None };
        if let Some(earlier) = before.get(..from).and_then(|before| before.strip_suffix('年')) {
            let start = earlier.trim_end_matches(|one| figure(one).is_some()).len();
            said.year = earlier.get(start..).and_then(year);
            said.from = start;
        }
        let rest = text.get(said.to..).unwrap_or_default();
        let figures = rest.len() - rest.trim_start_matches(|one| figure(one).is_some()).len();
        if rest.get(figures..).is_some_and(|rest| rest.starts_with('日')) {
            said.day = rest.get(..figures).and_then(digits);
            said.to += figures + '日'.len_utf8();
        }
        dates.push(said);
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, locale: &str, found: &str, date: (Option<i32>, u32, Option<u32>)) {
        let dates = find(text, locale);
        let [said] = dates.as_slice() else { panic!("{text}: {dates:?}") };
        assert_eq!((&text[said.from..said.to], (said.year, said.month, said.day)), (found, date), "{text}");
    }

    #[test]
    fn dates_are_read_as_languages_write_them() {
        let whole = (Some(2026), 3, Some(2));
        check("since 2 March 2026.", "en-GB", "2 March 2026", whole);
        check("on March 2nd, 2026", "en-US", "March 2nd, 2026", whole);
        check("the 2nd of March", "en", "2nd of March", (None, 3, Some(2)));
        check("am 2. März 2026", "de-AT", "2. März 2026", whole);
        check("el 2 de marzo de 2026", "es", "2 de marzo de 2026", whole);
        check("le 2 mars 2026", "fr", "2 mars 2026", whole);
        check("ב־2 במרץ 2026", "he", "2 במרץ 2026", whole);
        check("2026年3月2日まで", "ja", "2026年3月2日", whole);
        check("by 2026-03-02", "en", "2026-03-02", whole);
        check("bis 2. 3. 2026", "de", "2. 3. 2026", whole);
        check("by 3/2/2026", "en-US", "3/2/2026", whole);
        check("by 02/03/26", "en-GB", "02/03/26", whole);
        check("since October", "en", "October", (None, 10, None));
        check("in March 2026", "en", "March 2026", (Some(2026), 3, None));
        check("2 Mar 2026", "en", "2 Mar 2026", whole);
        for none in ["You may come", "They march on", "24/7", "1.5 l", "10.000.000"] {
            assert_eq!(find(none, "en"), [], "{none}");
        }
    }

    #[test]
    fn weekdays_follow_from_dates() {
        assert_eq!(weekday((2026, 3, 2)), 0);
        assert_eq!(weekday((2024, 2, 29)), 3);
        assert_eq!(weekday((2000, 1, 1)), 5);
        assert_eq!(weekdays("until Friday, not Freitag", "en"), [(6, 12, 4)]);
        assert_eq!(weekdays("bis Freitag", "de"), [(4, 11, 4)]);
    }
}
