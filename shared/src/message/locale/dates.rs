//! Days as a language writes them: `3 March 2026`, `March 3, 2026`, `3. März 2026`.

use chrono::{DateTime, Datelike, NaiveDate};

use super::{Language, Locale};
use crate::time::Day;

const ENGLISH: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
const GERMAN: [&str; 12] =
    ["Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"];
const FRENCH: [&str; 12] =
    ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];
const SPANISH: [&str; 12] =
    ["enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"];
const ITALIAN: [&str; 12] = [
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
];
const DUTCH: [&str; 12] =
    ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"];
const PORTUGUESE: [&str; 12] =
    ["janeiro", "fevereiro", "março", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro", "novembro", "dezembro"];
const SWEDISH: [&str; 12] =
    ["januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december"];
/// After a day, which asks for the genitive.
const POLISH_OF: [&str; 12] = [
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
];
const POLISH: [&str; 12] = [
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
];
const ARABIC: [&str; 12] =
    ["يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر", "ديسمبر"];
const HEBREW: [&str; 12] =
    ["ינואר", "פברואר", "מרץ", "אפריל", "מאי", "יוני", "יולי", "אוגוסט", "ספטמבר", "אוקטובר", "נובמבר", "דצמבר"];

/// Of an ISO date: day, month and year. What is no date stays as it is.
pub fn long_date(locale: &Locale, iso: &str) -> String {
    let Some(date) = date(iso) else { return iso.to_owned() };
    let year = date.year();
    let day = day_of_year(locale, iso);
    match locale.language {
        Language::English if locale.is_of("US") => format!("{day}, {year}"),
        Language::Spanish | Language::Portuguese => format!("{day} de {year}"),
        Language::Japanese => format!("{year}年{day}"),
        _ => format!("{day} {year}"),
    }
}

/// Day and month: `3 March`.
pub fn day_of_year(locale: &Locale, iso: &str) -> String {
    let Some(date) = date(iso) else { return iso.to_owned() };
    let day = date.day();
    let name = |names: [&'static str; 12]| name(names, date);
    match locale.language {
        Language::English if locale.is_of("US") => format!("{} {day}", name(ENGLISH)),
        Language::English => format!("{day} {}", name(ENGLISH)),
        Language::German => format!("{day}. {}", name(GERMAN)),
        Language::French if day == 1 => format!("1er {}", name(FRENCH)),
        Language::French => format!("{day} {}", name(FRENCH)),
        Language::Spanish => format!("{day} de {}", name(SPANISH)),
        Language::Italian => format!("{day} {}", name(ITALIAN)),
        Language::Dutch => format!("{day} {}", name(DUTCH)),
        Language::Portuguese => format!("{day} de {}", name(PORTUGUESE)),
        Language::Swedish => format!("{day} {}", name(SWEDISH)),
        Language::Polish => format!("{day} {}", name(POLISH_OF)),
        Language::Japanese => format!("{}月{day}日", date.month()),
        Language::Arabic => format!("{day} {}", name(ARABIC)),
        Language::Hebrew => format!("{day} ב{}", name(HEBREW)),
    }
}

/// Month and year: `March 2026`.
pub fn month(locale: &Locale, iso: &str) -> String {
    let Some(date) = date(iso) else { return iso.to_owned() };
    let year = date.year();
    let name = |names: [&'static str; 12]| name(names, date);
    match locale.language {
        Language::English => format!("{} {year}", name(ENGLISH)),
        Language::German => format!("{} {year}", name(GERMAN)),
        Language::French => format!("{} {year}", name(FRENCH)),
        Language::Spanish => format!("{} de {year}", name(SPANISH)),
        Language::Italian => format!("{} {year}", name(ITALIAN)),
        Language::Dutch => format!("{} {year}", name(DUTCH)),
        Language::Portuguese => format!("{} de {year}", name(PORTUGUESE)),
        Language::Swedish => format!("{} {year}", name(SWEDISH)),
        Language::Polish => format!("{} {year}", name(POLISH)),
        Language::Japanese => format!("{year}年{}月", date.month()),
        Language::Arabic => format!("{} {year}", name(ARABIC)),
        Language::Hebrew => format!("{} {year}", name(HEBREW)),
    }
}

fn date(iso: &str) -> Option<NaiveDate> {
    let day = Day::parse_iso(iso)?;
    DateTime::from_timestamp_millis(day.start().0).map(|at| at.date_naive())
}

fn name(names: [&'static str; 12], date: NaiveDate) -> &'static str {
    names.into_iter().nth(date.month0() as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_the_language_does() {
        let check = |tag: &str, long: &str, short: &str| {
            let locale = Locale::parse(tag).unwrap();
            assert_eq!(
                (long_date(&locale, "2026-03-03").as_str(), month(&locale, "2026-03-03").as_str()),
                (long, short),
                "{tag}"
            );
        };
        check("en", "3 March 2026", "March 2026");
        check("en-GB", "3 March 2026", "March 2026");
        check("en-US", "March 3, 2026", "March 2026");
        check("de-AT", "3. März 2026", "März 2026");
        check("fr", "3 mars 2026", "mars 2026");
        check("es", "3 de marzo de 2026", "marzo de 2026");
        check("it", "3 marzo 2026", "marzo 2026");
        check("nl", "3 maart 2026", "maart 2026");
        check("pt-BR", "3 de março de 2026", "março de 2026");
        check("sv", "3 mars 2026", "mars 2026");
        check("pl", "3 marca 2026", "marzec 2026");
        check("ja", "2026年3月3日", "2026年3月");
        check("ar", "3 مارس 2026", "مارس 2026");
        check("he", "3 במרץ 2026", "מרץ 2026");
        assert_eq!(long_date(&Locale::parse("fr").unwrap(), "2026-05-01"), "1er mai 2026");
    }

    #[test]
    fn what_is_no_date_stays_as_it_is() {
        assert_eq!(long_date(&Locale::ENGLISH, "soon"), "soon");
        assert_eq!(month(&Locale::ENGLISH, "2026-02-30"), "2026-02-30");
    }
}
