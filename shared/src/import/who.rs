//! E-mail addresses and phone numbers.

use super::limits::EMAIL_CHARS;
use super::refusal::{Refusal, shown};

pub(super) fn email(field: &'static str, text: &str) -> Result<String, Refusal> {
    if let Some(address) = address(text) {
        return Ok(address);
    }
    let fix = "Correct the address, or empty the cell where a customer number stands beside it.";
    Err(Refusal::of(field, format!("{} is not an e-mail address", shown(text)), fix))
}

/// Trimmed and lower case; takes `Ada <ada@example.com>` and `mailto:` too. Nothing where it is no address.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let inside = text.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>')).unwrap_or(text);
    let address = inside.strip_prefix("mailto:").unwrap_or(inside).trim().to_lowercase();
    is_email(&address).then_some(address)
}

/// What every provider accepts: one @, a name of at most 64 without spaces, a host of labels with at least one dot.
pub(super) fn is_email(address: &str) -> bool {
    let Some((name, host)) = address.rsplit_once('@') else { return false };
    let name_fits = (1..=64).contains(&name.len())
        && !name.starts_with('.')
        && !name.ends_with('.')
        && !name.contains("..")
        && name.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c));
    let label_fits = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let top_is_letters =
        host.rsplit('.').next().is_some_and(|top| top.chars().count() >= 2 && !top.chars().all(|c| c.is_ascii_digit()));
    address.len() <= EMAIL_CHARS && name_fits && host.contains('.') && host.split('.').all(label_fits) && top_is_letters
}

/// Digits with a leading + where the number is international; `None` where it is no phone number.
pub(crate) fn phone(text: &str) -> Option<String> {
    // Spreadsheet exports write '+49… so that it stays text.
    let text = text.trim().trim_start_matches('\'');
    let text = text.split_once("ext").map_or(text, |(number, _)| number);
    let (plus, rest) = match text.strip_prefix('+').or_else(|| text.strip_prefix("00")) {
        Some(rest) => ("+", rest.replace("(0)", "")),
        None => ("", text.to_owned()),
    };
    if !rest.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "-–./()".contains(c)) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    (5..=15).contains(&digits.len()).then(|| format!("{plus}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_brought_into_one_form() {
        for (text, address) in [
            ("Ada@Example.COM ", "ada@example.com"),
            ("Ada Example <ada+tea@example.co.uk>", "ada+tea@example.co.uk"),
            ("mailto:o'neil@example.com", "o'neil@example.com"),
            ("用户@例子.中国", "用户@例子.中国"),
        ] {
            assert_eq!(email("email", text).as_deref(), Ok(address));
        }
    }

    #[test]
    fn what_no_provider_would_take_is_refused() {
        for text in [
            "ada",
            "@example.com",
            "ada@",
            "ada@example",
            "a b@example.com",
            "ada@exa mple.com",
            "ada@@example.com",
            ".ada@example.com",
            "ada@-example.com",
            "ada@example.com\nBcc: x@example.com",
            "a,b@example.com",
            "ada@127.0.0.1",
        ] {
            assert!(email("email", text).is_err(), "{text}");
        }
    }

    #[test]
    fn phone_numbers_keep_their_digits() {
        for (text, number) in [
            ("+49 (0) 30 / 123-4567", Some("+49301234567")),
            ("0049 30 1234567", Some("+49301234567")),
            ("'+1 555 0100", Some("+15550100")),
            ("(555) 010-0199 ext 12", Some("5550100199")),
            ("1234", None),
            ("none", None),
            ("12345678901234567890", None),
        ] {
            assert_eq!(phone(text).as_deref(), number, "{text}");
        }
    }
}
