//! Amounts and other decimal numbers as files write them.

use super::limits::AMOUNT;
use super::refusal::{Refusal, shown};
use crate::money::{Currency, Money};

/// A decimal number out of a cell, and the currency beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    pub(super) negative: bool,
    /// Digits with at most one decimal point.
    pub(super) digits: String,
    /// What stands before or after the number: a sign or a code.
    pub(super) mark: String,
}

/// How the separators of a number may be read, for guessing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separators {
    None,
    Point,
    Comma,
    /// 1,234 or 1.234
    Either,
}

/// Minor units, negative where the cell says so, and its currency: the mark's, else `column`'s, else `default`.
pub(super) fn read(
    field: &'static str,
    text: &str,
    decimal_comma: bool,
    column: Option<Currency>,
    default: Currency,
) -> Result<(i64, Currency), Refusal> {
    let written = decimal(text, decimal_comma).ok_or_else(|| not_an_amount(field, text, decimal_comma))?;
    let currency = currency_of(field, &written.mark, column, default)?;
    let minor = Money::parse(&written.digits, currency).map_err(|_| not_an_amount(field, text, decimal_comma))?.minor;
    if minor > AMOUNT {
        let fix = "Check the column and the decimal sign.";
        return Err(Refusal::of(field, format!("{} is more than an order can be", shown(text)), fix));
    }
    Ok((if written.negative { -minor } else { minor }, currency))
}

/// `None` where it is no number with these separators.
pub(super) fn decimal(text: &str, decimal_comma: bool) -> Option<Written> {
    let text = text.trim();
    if !decimal_comma && is_plain(text) {
        let negative = text.starts_with('-');
        return Some(Written { negative, digits: text.trim_start_matches('-').to_owned(), mark: String::new() });
    }
    let (text, mut negative) = match text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inside) => (inside, true),
        None => (text, false),
    };
    // "12,–" and "12.-" are whole amounts, not negative ones.
    let text = [",-", ",–", ",--", ".-", ".–", ".--"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let start = if text.get(..start).is_some_and(|before| before.ends_with(['.', ','])) { start - 1 } else { start };
    let end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (before, number, after) = (text.get(..start)?, text.get(start..end)?, text.get(end..)?);
    let mut mark = String::new();
    for c in before.chars().chain(after.chars()) {
        match c {
            '-' | '\u{2212}' | '–' => negative = true,
            '+' => {}
            c if c.is_whitespace() || c == '\u{202f}' => {}
            c => mark.push(c),
        }
    }
    Some(Written { negative, digits: plain_digits(number, decimal_comma)?, mark })
}

/// A currency's code, sign or name.
pub(super) fn currency(field: &'static str, text: &str) -> Result<Currency, Refusal> {
    let code = Currency::parse(text).ok().filter(|_| is_code(text));
    code.or_else(|| signed(text).and_then(|codes| codes.split(' ').next()).and_then(|code| Currency::parse(code).ok()))
        .ok_or_else(|| {
            Refusal::of(field, format!("{} is not a currency", shown(text)), "Use a three-letter code such as USD or EUR.")
        })
}

pub(super) fn separators(text: &str) -> Option<Separators> {
    let written = decimal(text, false).or_else(|| decimal(text, true))?;
    if !written.mark.is_empty() && !is_mark(&written.mark) {
        return None;
    }
    let number = text.trim_matches(|c: char| !c.is_ascii_digit());
    let last = number.rfind(['.', ',']);
    let Some(last) = last else { return Some(Separators::None) };
    let (whole, fraction) = (number.get(..last)?, number.get(last + 1..)?);
    let point = number.get(last..)?.starts_with('.');
    let other = if point { ',' } else { '.' };
    let decided = if point { Separators::Point } else { Separators::Comma };
    let opposite = if point { Separators::Comma } else { Separators::Point };
    Some(match () {
        // 1.234,50: both stand there, and the last one is the decimal sign.
        () if whole.contains(other) => decided,
        // 1,234,567: twice the same separates thousands.
        () if whole.contains(['.', ',']) => opposite,
        () if fraction.len() == 3 && whole.len() <= 3 && whole != "0" => Separators::Either,
        () => decided,
    })
}

/// What the sign or code beside an amount means, given the shop's own currency.
pub(super) fn marked_currency(text: &str) -> Option<impl Fn(Currency) -> Currency> {
    let written = decimal(text, false).or_else(|| decimal(text, true)).filter(|written| !written.mark.is_empty())?;
    currency_of("amount", &written.mark, None, Currency::USD).ok()?;
    Some(move |own: Currency| currency_of("amount", &written.mark, None, own).unwrap_or(own))
}

/// Whether this beside a number is a currency's sign or code.
pub(super) fn is_mark(mark: &str) -> bool {
    signed(mark).is_some() || is_code(mark)
}

fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    !whole.is_empty() && !fraction.is_empty() && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit())
}

fn plain_digits(number: &str, decimal_comma: bool) -> Option<String> {
    let (point, other) = if decimal_comma { (',', '.') } else { ('.', ',') };
    let (whole, fraction) = number.split_once(point).unwrap_or((number, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut digits = String::with_capacity(number.len());
    let is_separator = |c: char| c == other || matches!(c, '\'' | '’') || c.is_whitespace();
    let groups: Vec<&str> = whole.split(is_separator).collect();
    let separators: Vec<char> = whole.chars().filter(|&c| is_separator(c)).collect();
    if separators.windows(2).any(|pair| pair.first() != pair.last()) {
        return None;
    }
    for (index, group) in groups.iter().enumerate() {
        let last = index + 1 == groups.len();
        let fits = match (groups.len(), index) {
            (1, _) => true,
            (_, 0) => (1..=3).contains(&group.len()),
            // Indian numbers group by two before the last three: 1,23,456.
            _ => group.len() == 3 || (group.len() == 2 && !last && other == ','),
        };
        if !fits || !group.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        digits.push_str(group);
    }
    if digits.is_empty() && fraction.is_empty() {
        return None;
    }
    if !fraction.is_empty() {
        digits.push('.');
        digits.push_str(fraction);
    }
    Some(digits)
}

fn currency_of(field: &'static str, mark: &str, column: Option<Currency>, default: Currency) -> Result<Currency, Refusal> {
    if mark.is_empty() {
        return Ok(column.unwrap_or(default));
    }
    let unknown = || Refusal::of(field, format!("{} beside the amount is no currency", shown(mark)), "Leave the bare number.");
    let codes = match Currency::parse(mark) {
        Ok(code) if is_code(mark) => code.as_str().to_owned(),
        _ => signed(mark).ok_or_else(unknown)?.to_owned(),
    };
    let meant = |currency: Currency| codes.split(' ').any(|code| code == currency.as_str());
    match column {
        Some(column) if meant(column) => Ok(column),
        Some(column) => Err(Refusal::of(
            field,
            format!("the amount is marked {} and the currency column says {column}", shown(mark)),
            "Make both say the same currency.",
        )),
        None if meant(default) => Ok(default),
        None => codes.split(' ').next().and_then(|code| Currency::parse(code).ok()).ok_or_else(unknown),
    }
}

fn not_an_amount(field: &'static str, text: &str, decimal_comma: bool) -> Refusal {
    let expected = if decimal_comma { "1.234,50" } else { "1,234.50" };
    Refusal::of(
        field,
        format!("{} is not an amount like {expected}", shown(text)),
        "Check the column, and whether the file writes decimals with a comma or a point.",
    )
}

fn is_code(text: &str) -> bool {
    Currency::parse(text).is_ok_and(|code| CODES.binary_search(&code.as_str()).is_ok())
}

/// The codes that a sign may mean, the likeliest first.
fn signed(mark: &str) -> Option<&'static str> {
    let mark = mark.trim().to_lowercase();
    SIGNS.iter().find(|(signs, _)| signs.split(' ').any(|sign| sign == mark)).map(|&(_, codes)| codes)
}

const SIGNS: &[(&str, &str)] = &[
    ("$", "USD CAD AUD NZD SGD HKD MXN ARS CLP COP TWD UYU DOP"),
    ("us$ usd$ $us", "USD"),
    ("€ euro euros eur€", "EUR"),
    ("£", "GBP EGP LBP"),
    ("¥ ￥", "JPY CNY"),
    ("cn¥ rmb 元", "CNY"),
    ("円", "JPY"),
    ("a$ au$", "AUD"),
    ("c$ ca$ cad$ $cad", "CAD"),
    ("nz$", "NZD"),
    ("hk$", "HKD"),
    ("s$", "SGD"),
    ("nt$", "TWD"),
    ("mx$", "MXN"),
    ("r$", "BRL"),
    ("kr kr.", "SEK NOK DKK ISK"),
    ("fr fr. sfr sfr.", "CHF"),
    ("zł zl", "PLN"),
    ("kč kc", "CZK"),
    ("ft", "HUF"),
    ("lei", "RON"),
    ("лв лв.", "BGN"),
    ("₹ rs rs.", "INR PKR LKR NPR"),
    ("₽ руб руб.", "RUB"),
    ("₴ грн", "UAH"),
    ("₺ tl", "TRY"),
    ("₩", "KRW"),
    ("₪", "ILS"),
    ("฿", "THB"),
    ("₫ đ", "VND"),
    ("₦", "NGN"),
    ("₱", "PHP"),
    ("rp rp.", "IDR"),
    ("rm", "MYR"),
    ("r", "ZAR"),
    ("s/ s/.", "PEN"),
];

/// ISO 4217, with the codes that the euro replaced, since histories reach back. Sorted.
const CODES: &[&str] = &[
    "AED", "AFN", "ALL", "AMD", "ANG", "AOA", "ARS", "ATS", "AUD", "AWG", "AZN", "BAM", "BBD", "BDT", "BEF", "BGN", "BHD", "BIF",
    "BMD", "BND", "BOB", "BRL", "BSD", "BTN", "BWP", "BYN", "BZD", "CAD", "CDF", "CHF", "CLP", "CNY", "COP", "CRC", "CUP", "CVE",
    "CYP", "CZK", "DEM", "DJF", "DKK", "DOP", "DZD", "EEK", "EGP", "ERN", "ESP", "ETB", "EUR", "FIM", "FJD", "FKP", "FRF", "GBP",
    "GEL", "GHS", "GIP", "GMD", "GNF", "GRD", "GTQ", "GYD", "HKD", "HNL", "HRK", "HTG", "HUF", "IDR", "IEP", "ILS", "INR", "IQD",
    "IRR", "ISK", "ITL", "JMD", "JOD", "JPY", "KES", "KGS", "KHR", "KMF", "KPW", "KRW", "KWD", "KYD", "KZT", "LAK", "LBP", "LKR",
    "LRD", "LSL", "LTL", "LUF", "LVL", "LYD", "MAD", "MDL", "MGA", "MKD", "MMK", "MNT", "MOP", "MRU", "MTL", "MUR", "MVR", "MWK",
    "MXN", "MYR", "MZN", "NAD", "NGN", "NIO", "NLG", "NOK", "NPR", "NZD", "OMR", "PAB", "PEN", "PGK", "PHP", "PKR", "PLN", "PTE",
    "PYG", "QAR", "RON", "RSD", "RUB", "RWF", "SAR", "SBD", "SCR", "SDG", "SEK", "SGD", "SHP", "SIT", "SKK", "SLE", "SLL", "SOS",
    "SRD", "SSP", "STN", "SVC", "SYP", "SZL", "THB", "TJS", "TMT", "TND", "TOP", "TRY", "TTD", "TWD", "TZS", "UAH", "UGX", "USD",
    "UYU", "UZS", "VED", "VES", "VND", "VUV", "WST", "XAF", "XCD", "XCG", "XOF", "XPF", "YER", "ZAR", "ZMW", "ZWG", "ZWL",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str) -> Currency {
        Currency::parse(code).expect("code")
    }

    fn check(text: &str, decimal_comma: bool, expected: i64, expected_currency: &str) {
        let read = read("amount", text, decimal_comma, None, code("EUR"));
        assert_eq!(read, Ok((expected, code(expected_currency))), "{text}");
    }

    #[test]
    fn amounts_are_read_with_signs_codes_and_both_kinds_of_separators() {
        check("29.33", false, 2933, "EUR");
        check("$29.33", false, 2933, "USD");
        check("€ 1.234,50", true, 123_450, "EUR");
        check("1.234,50 €", true, 123_450, "EUR");
        check("1,234,567.8", false, 123_456_780, "EUR");
        check("1,23,456.00", false, 12_345_600, "EUR");
        check("CHF 1'234.50", false, 123_450, "CHF");
        check("1\u{202f}234,50\u{a0}€", true, 123_450, "EUR");
        check("US$ 5", false, 500, "USD");
        check("¥1,200", false, 1200, "JPY");
        check("12,-", true, 1200, "EUR");
        check(",5", true, 50, "EUR");
        check("0", false, 0, "EUR");
        check("29.3300", false, 2933, "EUR");
        check("+7", false, 700, "EUR");
    }

    #[test]
    fn negative_amounts_are_seen_in_each_form() {
        for text in ["-12.00", "(12.00)", "($12.00)", "12.00-", "−12.00", "$-12.00", "-$12.00"] {
            let read = read("amount", text, false, None, code("USD"));
            assert_eq!(read, Ok((-1200, code("USD"))), "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_or_fits_the_other_decimal_sign_is_refused_with_the_fix() {
        for text in ["", "free", "1.234,50", "12,50", "1,2,3", "1 23", "12%", "1e3", "5 apples", "9999999999999999", "1..2", "."]
        {
            assert!(read("amount", text, false, None, code("USD")).is_err(), "{text}");
        }
        let refusal = read("amount", "1,234.50", true, None, code("USD")).expect_err("wrong sign");
        assert!(refusal.fix.contains("comma or a point"));
    }

    #[test]
    fn a_sign_that_contradicts_the_currency_column_is_refused() {
        assert_eq!(read("amount", "$5", false, Some(code("CAD")), code("EUR")), Ok((500, code("CAD"))));
        assert!(read("amount", "€5", false, Some(code("USD")), code("EUR")).is_err());
        assert_eq!(read("amount", "$5", false, None, code("AUD")), Ok((500, code("AUD"))), "the shop's own dollar");
    }

    #[test]
    fn codes_are_sorted_for_the_search() {
        assert!(CODES.is_sorted());
    }

    #[test]
    fn currencies_are_codes_signs_or_names() {
        for (text, expected) in [("usd", "USD"), (" EUR ", "EUR"), ("€", "EUR"), ("£", "GBP"), ("Euro", "EUR"), ("zł", "PLN")]
        {
            assert_eq!(currency("currency", text), Ok(code(expected)), "{text}");
        }
        assert!(currency("currency", "ABC").is_err());
        assert!(currency("currency", "money").is_err());
    }

    #[test]
    fn separators_tell_the_decimal_sign_apart() {
        for (text, expected) in [
            ("29.33", Some(Separators::Point)),
            ("29,3", Some(Separators::Comma)),
            ("1.234,50 €", Some(Separators::Comma)),
            ("1,234.5", Some(Separators::Point)),
            ("1,234", Some(Separators::Either)),
            ("1.234.567", Some(Separators::Comma)),
            ("0.125", Some(Separators::Point)),
            ("1234", Some(Separators::None)),
            ("2026-01-02", None),
            ("C-17", None),
        ] {
            assert_eq!(separators(text), expected, "{text}");
        }
    }
}
