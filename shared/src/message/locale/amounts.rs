//! Money and shares as a language writes them, to the last minor unit.

use super::{Language, Locale};
use crate::money::Money;

/// Between figures and their sign where a line must not break.
const NO_BREAK: char = '\u{a0}';

/// `$29.33`, `29,33 €`, `¥1,200`: all minor units of the currency, never rounded.
pub fn money(locale: &Locale, money: Money) -> String {
    let text = money.amount();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text.as_str()), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut number = grouped(locale, whole);
    if !fraction.is_empty() {
        number.push(decimal_point(locale));
        number.push_str(fraction);
    }
    let symbol = symbol(locale, money.currency.as_str());
    let is_word = symbol.chars().all(char::is_alphabetic);
    match place(locale) {
        Place::After => format!("{sign}{number}{NO_BREAK}{symbol}"),
        Place::Apart => format!("{symbol}{NO_BREAK}{sign}{number}"),
        Place::Before if is_word => format!("{sign}{symbol}{NO_BREAK}{number}"),
        Place::Before => format!("{sign}{symbol}{number}"),
    }
}

/// Of per mille: `20%`, `12.5%`, `12,5 %`.
pub fn share(locale: &Locale, per_mille: u16) -> String {
    let (whole, tenth) = (per_mille / 10, per_mille % 10);
    let number = if tenth == 0 { whole.to_string() } else { format!("{whole}{}{tenth}", decimal_point(locale)) };
    match locale.language {
        Language::German | Language::French | Language::Spanish | Language::Swedish => format!("{number}{NO_BREAK}%"),
        _ => format!("{number}%"),
    }
}

/// Where the sign of the currency stands.
enum Place {
    Before,
    /// Before, with a blank.
    Apart,
    After,
}

fn place(locale: &Locale) -> Place {
    match locale.language {
        Language::English | Language::Japanese => Place::Before,
        Language::Dutch => Place::Apart,
        Language::Portuguese if locale.is_of("BR") => Place::Apart,
        Language::German if locale.is_of("AT") || locale.is_of("CH") => Place::Apart,
        _ => Place::After,
    }
}

fn decimal_point(locale: &Locale) -> char {
    match locale.language {
        Language::English | Language::Japanese | Language::Hebrew | Language::Arabic => '.',
        Language::German if locale.is_of("CH") => '.',
        Language::Spanish if locale.is_of("MX") || locale.is_of("US") => '.',
        _ => ',',
    }
}

/// What parts thousands, and from how many figures on.
fn grouping(locale: &Locale) -> (char, usize) {
    match locale.language {
        Language::English | Language::Japanese | Language::Hebrew | Language::Arabic => (',', 4),
        Language::Spanish if locale.is_of("MX") || locale.is_of("US") => (',', 4),
        Language::German if locale.is_of("CH") => ('’', 4),
        Language::German if locale.is_of("AT") => (NO_BREAK, 4),
        Language::French | Language::Swedish => (NO_BREAK, 4),
        Language::Polish => (NO_BREAK, 5),
        Language::Portuguese if !locale.is_of("BR") => (NO_BREAK, 5),
        Language::Spanish => ('.', 5),
        _ => ('.', 4),
    }
}

fn grouped(locale: &Locale, whole: &str) -> String {
    let (mark, from) = grouping(locale);
    if whole.len() < from {
        return whole.to_owned();
    }
    let mut text = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push(mark);
        }
        text.push(digit);
    }
    text
}

/// The short sign where people of the locale know it as one currency's, else the code.
fn symbol<'a>(locale: &Locale, code: &'a str) -> &'a str {
    let language = locale.language;
    match code {
        "EUR" => "€",
        "GBP" => "£",
        "ILS" => "₪",
        "INR" => "₹",
        "JPY" => "¥",
        "USD" if language == Language::English && (locale.region.is_empty() || locale.is_of("US")) => "$",
        "USD" => "US$",
        "CAD" if locale.is_of("CA") => "$",
        "CAD" => "CA$",
        "AUD" if locale.is_of("AU") => "$",
        "AUD" => "A$",
        "NZD" if locale.is_of("NZ") => "$",
        "BRL" => "R$",
        "PLN" if language == Language::Polish => "zł",
        "SEK" if language == Language::Swedish => "kr",
        _ => code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn check(tag: &str, amount: &str, code: &str, shown: &str) {
        let sum = Money::parse(amount, Currency::parse(code).unwrap()).unwrap();
        let text = money(&Locale::parse(tag).unwrap(), sum);
        assert_eq!(text.replace(NO_BREAK, "_"), shown, "{tag}");
    }

    #[test]
    fn money_shows_every_minor_unit_as_the_language_writes_it() {
        check("en-US", "1234.50", "USD", "$1,234.50");
        check("en-GB", "29.33", "USD", "US$29.33");
        check("en", "29.33", "USD", "$29.33");
        check("en-GB", "-5", "GBP", "-£5.00");
        check("en-CA", "5", "CAD", "$5.00");
        check("en", "29.33", "CHF", "CHF_29.33");
        check("de", "1234567.89", "EUR", "1.234.567,89_€");
        check("de-AT", "29.33", "EUR", "€_29,33");
        check("fr", "1234.5", "EUR", "1_234,50_€");
        check("es", "1234.5", "EUR", "1234,50_€");
        check("it", "12345.6", "EUR", "12.345,60_€");
        check("nl", "29.33", "EUR", "€_29,33");
        check("pt-BR", "1299.9", "BRL", "R$_1.299,90");
        check("pt", "29.33", "EUR", "29,33_€");
        check("sv", "299", "SEK", "299,00_kr");
        check("pl", "1299.9", "PLN", "1299,90_zł");
        check("ja", "120000", "JPY", "¥120,000");
        check("ar", "29.333", "KWD", "29.333_KWD");
        check("he", "29.33", "ILS", "29.33_₪");
    }

    #[test]
    fn a_share_has_a_tenth_only_where_it_is_one() {
        let text = |tag: &str, per_mille: u16| share(&Locale::parse(tag).unwrap(), per_mille).replace(NO_BREAK, "_");
        assert_eq!((text("en", 200), text("en", 125)), ("20%".to_owned(), "12.5%".to_owned()));
        assert_eq!((text("de", 200), text("fr", 125)), ("20_%".to_owned(), "12,5_%".to_owned()));
    }
}
