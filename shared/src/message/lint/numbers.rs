//! Numbers in a text: shares, amounts of money, codes, and all others, however a language writes them.

use crate::money::Currency;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Of a hundred.
    Share,
    /// In one of these currencies: several share a sign.
    Money(Vec<Currency>),
    Plain,
    /// Letters and figures in one word, such as a code.
    Mixed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    /// Bytes, with its sign or unit.
    pub from: usize,
    pub to: usize,
    pub kind: Kind,
    /// In thousandths; two where a point may group or part: `1.234`.
    pub values: Vec<i64>,
}

const SHARES: [&str; 16] = [
    "%",
    "٪",
    "％",
    "percent",
    "per cent",
    "pct",
    "prozent",
    "pour cent",
    "por ciento",
    "por cento",
    "per cento",
    "procent",
    "procenta",
    "パーセント",
    "אחוז",
    "بالمئة",
];

/// Signs and words of money, the longest of those that begin alike first.
const MONEYS: [(&str, &[&str]); 25] = [
    ("us$", &["USD"]),
    ("ca$", &["CAD"]),
    ("a$", &["AUD"]),
    ("r$", &["BRL"]),
    ("$", &["USD", "CAD", "AUD", "NZD", "MXN", "SGD", "HKD", "CLP", "ARS", "COP", "TWD"]),
    ("€", &["EUR"]),
    ("£", &["GBP"]),
    ("¥", &["JPY", "CNY"]),
    ("￥", &["JPY", "CNY"]),
    ("円", &["JPY"]),
    ("元", &["CNY"]),
    ("₹", &["INR"]),
    ("₪", &["ILS"]),
    ("₩", &["KRW"]),
    ("₺", &["TRY"]),
    ("₴", &["UAH"]),
    ("zł", &["PLN"]),
    ("kč", &["CZK"]),
    ("kr.", &["DKK", "SEK", "NOK", "ISK"]),
    ("kr", &["SEK", "NOK", "DKK", "ISK"]),
    ("dollar", &["USD", "CAD", "AUD", "NZD", "SGD", "HKD"]),
    ("euro", &["EUR"]),
    ("pound", &["GBP"]),
    ("pfund", &["GBP"]),
    ("franken", &["CHF"]),
];

/// What may hang on a number without making it a code.
const ENDS: [&str; 38] = [
    "st", "nd", "rd", "th", "x", "h", "s", "m", "k", "km", "kg", "g", "mg", "l", "cl", "ml", "cm", "mm", "min", "am", "pm", "er",
    "re", "e", "ème", "eme", "º", "ª", "oz", "lb", "lbs", "in", "ft", "gb", "mb", "tb", "w", "v",
];

/// Every number of a text, in order.
pub(super) fn find(text: &str) -> Vec<Number> {
    let mut numbers = Vec::new();
    let mut at = 0;
    while let Some((from, to)) = run(text, at) {
        let before = text.get(..from).unwrap_or_default();
        let after = text.get(to..).unwrap_or_default();
        let head = before.len() - before.trim_end_matches(is_letter).len();
        let tail = after.len() - after.trim_start_matches(char::is_alphanumeric).len();
        let values = values(text.get(from..to).unwrap_or_default());
        if let Some((kind, left, right)) = unit(before, after) {
            numbers.push(Number { from: from - left, to: to + right, kind, values });
            at = to + right;
            continue;
        }
        let end = after.get(..tail).unwrap_or_default().to_lowercase();
        let is_unit = head == 0 && (tail == 0 || ENDS.contains(&end.as_str()) || !end.is_ascii());
        let kind = if is_unit { Kind::Plain } else { Kind::Mixed };
        numbers.push(Number { from: from - head, to: to + tail, kind, values });
        at = to + tail;
    }
    numbers
}

fn is_letter(one: char) -> bool {
    one.is_ascii_alphanumeric()
}

/// The next run of figures from a byte on, with what groups and parts them.
fn run(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.get(at..)?;
    let from = at + rest.find(|one| figure(one).is_some())?;
    let chars = text.get(from..)?.char_indices();
    let mut to = from;
    for (offset, one) in chars {
        if figure(one).is_some() {
            to = from + offset + one.len_utf8();
            continue;
        }
        let follows = text.get(from + offset + one.len_utf8()..).unwrap_or_default();
        let figures = follows.chars().take_while(|one| figure(*one).is_some()).count();
        let is_inside = match one {
            '.' | ',' | '٫' | '٬' => figures > 0,
            ' ' | '\u{a0}' | '\u{202f}' | '\'' | '’' => figures == 3 && from + offset - group_start(text, from + offset) <= 3,
            _ => false,
        };
        if !is_inside {
            break;
        }
    }
    Some((from, to))
}

/// Where the figures right before a byte begin.
fn group_start(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or_default();
    before.trim_end_matches(|one: char| one.is_ascii_digit()).len()
}

/// The value of a figure of ASCII, Arabic, Persian or full width.
pub(super) fn figure(one: char) -> Option<u32> {
    let code = u32::from(one);
    [0x30, 0x660, 0x6f0, 0xff10].into_iter().find_map(|zero| code.checked_sub(zero).filter(|value| *value < 10))
}

fn values(raw: &str) -> Vec<i64> {
    let marks: Vec<(usize, char)> = raw.char_indices().filter(|(_, one)| matches!(one, '.' | ',' | '٫' | '٬')).collect();
    let whole = |text: &str| -> Option<i64> {
        text.chars().filter_map(figure).try_fold(0_i64, |sum, figure| sum.checked_mul(10)?.checked_add(i64::from(figure)))
    };
    let grouped = || whole(raw).and_then(|value| value.checked_mul(1_000));
    let parted = |at: usize| {
        let fraction: Vec<u32> = raw.get(at..)?.chars().filter_map(figure).collect();
        let thousandths = fraction.iter().chain([0, 0, 0].iter()).take(3).fold(0, |sum, figure| sum * 10 + i64::from(*figure));
        whole(raw.get(..at)?)?.checked_mul(1_000)?.checked_add(thousandths)
    };
    let Some((last, mark)) = marks.last().copied() else { return grouped().into_iter().collect() };
    let figures_after = raw.get(last..).map_or(0, |rest| rest.chars().filter_map(figure).count());
    let is_only = marks.len() == 1;
    let is_same = marks.iter().all(|(_, other)| *other == mark);
    match (is_only, is_same) {
        (true, _) if figures_after == 3 => grouped().into_iter().chain(parted(last)).collect(),
        (true, _) | (false, false) => parted(last).into_iter().collect(),
        (false, true) => grouped().into_iter().collect(),
    }
}

/// What kind a sign before or after makes of a number, with how many bytes the sign takes on either side.
fn unit(before: &str, after: &str) -> Option<(Kind, usize, usize)> {
    let is_blank = |one: char| matches!(one, ' ' | '\u{a0}' | '\u{202f}' | '\u{200f}' | '\u{200e}');
    let close = after.trim_start_matches(is_blank);
    let gap = after.len() - close.len();
    let lower: String = close.chars().take(12).flat_map(char::to_lowercase).collect();
    if let Some(sign) = SHARES.iter().find(|sign| lower.starts_with(**sign)).filter(|sign| is_end(&lower, sign)) {
        return Some((Kind::Share, 0, gap + sign.len()));
    }
    if before.ends_with('%') {
        return Some((Kind::Share, 1, 0));
    }
    let left = before.trim_end_matches(is_blank);
    let left_gap = before.len() - left.len();
    let tail: String = last_chars(left, 4).to_lowercase();
    let is_sign = |sign: &str| {
        let before = tail.strip_suffix(sign);
        before.is_some_and(|before| !sign.starts_with(char::is_alphabetic) || !before.ends_with(char::is_alphanumeric))
    };
    if let Some((sign, codes)) = MONEYS.iter().find(|(sign, _)| is_sign(sign)) {
        return Some((Kind::Money(currencies(codes)), left_gap + sign.len(), 0));
    }
    if let Some((sign, codes)) = MONEYS.iter().find(|(sign, _)| lower.starts_with(sign) && is_end(&lower, sign)) {
        return Some((Kind::Money(currencies(codes)), 0, gap + sign.len()));
    }
    let iso_after = close.get(..3).filter(|_| !close.chars().nth(3).is_some_and(char::is_alphanumeric)).and_then(iso);
    if let Some(currency) = iso_after {
        return Some((Kind::Money(vec![currency]), 0, gap + 3));
    }
    let code = last_chars(left, 3);
    let is_word = !left.get(..left.len() - code.len()).unwrap_or_default().ends_with(char::is_alphanumeric);
    iso(code).filter(|_| is_word).map(|currency| (Kind::Money(vec![currency]), left_gap + 3, 0))
}

/// A word of a sign must end where the sign does; "dollars" and "euros" may go on by a letter or two.
fn is_end(text: &str, sign: &str) -> bool {
    if !sign.ends_with(char::is_alphabetic) {
        return true;
    }
    let more = text.get(sign.len()..).unwrap_or_default();
    more.chars().take_while(|one| one.is_alphabetic()).count() <= 2 || !sign.is_ascii()
}

fn last_chars(text: &str, count: usize) -> &str {
    let from = text.char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(at, _)| at);
    text.get(from..).unwrap_or_default()
}

fn currencies(codes: &[&str]) -> Vec<Currency> {
    codes.iter().filter_map(|code| Currency::parse(code).ok()).collect()
}

/// A code of money that is in use, in capitals.
fn iso(code: &str) -> Option<Currency> {
    const USED: &str = " AED ARS AUD BGN BHD BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JOD JPY KRW KWD MAD MXN MYR NOK NZD OMR PEN PHP PLN QAR RON RSD SAR SEK SGD THB TND TRY TWD UAH USD VND ZAR ";
    let is_code = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    (is_code && USED.contains(&format!(" {code} "))).then(|| Currency::parse(code).ok()).flatten()
}

/// Words for 2 to 12, and what they count here: only before these do they claim something about a person.
const COUNTS: [(&str, i64); 22] = [
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("zwei", 2),
    ("drei", 3),
    ("vier", 4),
    ("fünf", 5),
    ("sechs", 6),
    ("sieben", 7),
    ("acht", 8),
    ("neun", 9),
    ("zehn", 10),
    ("elf", 11),
    ("zwölf", 12),
];
const COUNTED: [&str; 24] = [
    "order",
    "orders",
    "purchase",
    "purchases",
    "seat",
    "seats",
    "year",
    "years",
    "month",
    "months",
    "week",
    "weeks",
    "day",
    "days",
    "bestellungen",
    "plätze",
    "plätzen",
    "jahre",
    "jahren",
    "monate",
    "monaten",
    "wochen",
    "tage",
    "tagen",
];

/// Numbers written as words before something that is counted.
pub(super) fn in_words(text: &str) -> Vec<Number> {
    let words = super::pieces::words(text);
    let pairs = words.iter().zip(words.iter().skip(1));
    let named = pairs.filter_map(|(one, next)| {
        let lower = one.text.to_lowercase();
        let (_, value) = COUNTS.iter().find(|(word, _)| *word == lower)?;
        let next = next.text.to_lowercase();
        let is_counted = COUNTED.contains(&next.as_str());
        is_counted.then(|| Number { from: one.from, to: one.to, kind: Kind::Plain, values: vec![value * 1_000] })
    });
    named.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, found: &str, kind: Kind, values: &[i64]) {
        let numbers = find(text);
        let [number] = numbers.as_slice() else { panic!("{text}: {numbers:?}") };
        assert_eq!((&text[number.from..number.to], &number.kind, number.values.as_slice()), (found, &kind, values), "{text}");
    }

    #[test]
    fn numbers_are_read_as_languages_write_them() {
        let money = |code: &str| Kind::Money(currencies(&[code]));
        check("get 12.5 % off", "12.5 %", Kind::Share, &[12_500]);
        check("spare 12,5 Prozent heute", "12,5 Prozent", Kind::Share, &[12_500]);
        check("%20 indirim", "%20", Kind::Share, &[20_000]);
        check("over 1,234 people", "1,234", Kind::Plain, &[1_234_000, 1_234]);
        check("1.234,56 € netto", "1.234,56 €", money("EUR"), &[1_234_560]);
        check("1 234,56 zł", "1 234,56 zł", money("PLN"), &[1_234_560]);
        check("CHF 1’200.50 incl.", "CHF 1’200.50", money("CHF"), &[1_200_500]);
        check("for US$20.", "US$20", money("USD"), &[20_000]);
        check("20 euros", "20 euro", money("EUR"), &[20_000]);
        check("كان ١٢ يوما", "١٢", Kind::Plain, &[12_000]);
        check("the 2nd time", "2nd", Kind::Plain, &[2_000]);
        check("use BACK20 now", "BACK20", Kind::Mixed, &[20_000]);
        check("order 1001 of", "1001", Kind::Plain, &[1_001_000]);
        check("5-minute call", "5", Kind::Plain, &[5_000]);
        assert_eq!(find("no figures").len(), 0);
        assert_eq!(find("99999999999999999999999").len(), 1);
    }

    #[test]
    fn words_count_only_what_a_record_holds() {
        assert_eq!(in_words("After three orders in two years").len(), 2);
        assert_eq!(in_words("two minutes, four hands, one order").len(), 0);
    }
}
