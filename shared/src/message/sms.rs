//! What a text message weighs and must hold: segments, opt-out words, the sender's name.
//!
//! Phone companies charge by the segment. GSM 03.38's seven-bit alphabet fits 160 characters in one message and 153 in each part of a
//! longer one; any character outside it turns the whole text into UCS-2, of 70 and 67 units of 16 bits (3GPP TS 23.038 and 23.040). A
//! character of two units never stands on both sides of a seam.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    Gsm7,
    Ucs2,
}

/// How a text is split for sending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Segments {
    pub encoding: Encoding,
    /// Septets of GSM-7, or 16-bit units of UCS-2.
    pub units: usize,
    /// Segments; 0 of an empty text.
    pub count: usize,
    /// Units that still fit the last segment.
    pub left: usize,
}

/// GSM 03.38, basic set: letters and figures apart.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";

/// After an escape: two septets each.
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// Septets of a character; none where the alphabet lacks it.
fn septets(one: char) -> Option<usize> {
    match one {
        _ if one.is_ascii_alphanumeric() || BASIC.contains(one) => Some(1),
        _ if EXTENSION.contains(one) => Some(2),
        _ => None,
    }
}

/// How many segments a text takes.
///
/// ```
/// use shared::message::sms::{Encoding, segments};
///
/// assert_eq!(segments(&"a".repeat(161)).count, 2);
/// assert_eq!(segments("Grüße").encoding, Encoding::Gsm7);
/// assert_eq!(segments("Cześć").encoding, Encoding::Ucs2);
/// ```
pub fn segments(text: &str) -> Segments {
    let gsm: Option<Vec<usize>> = text.chars().map(septets).collect();
    let (encoding, single, part, sizes) = match gsm {
        Some(sizes) => (Encoding::Gsm7, 160, 153, sizes),
        None => (Encoding::Ucs2, 70, 67, text.chars().map(char::len_utf16).collect()),
    };
    let units: usize = sizes.iter().sum();
    if units <= single {
        return Segments { encoding, units, count: usize::from(units > 0), left: single - units };
    }
    let (mut count, mut filled) = (1, 0);
    for size in sizes {
        if filled + size > part {
            (count, filled) = (count + 1, 0);
        }
        filled += size;
    }
    Segments { encoding, units, count, left: part - filled }
}

/// Characters that make a text UCS-2, each once: what to replace to halve its price.
pub fn outside_gsm(text: &str) -> Vec<char> {
    let mut outside = Vec::new();
    for one in text.chars().filter(|one| septets(*one).is_none()) {
        if !outside.contains(&one) {
            outside.push(one);
        }
    }
    outside
}

/// What may be sent to stop messages, in this language; phone companies everywhere take STOP.
pub fn opt_out_words(locale: &str) -> &'static [&'static str] {
    match locale.split(['-', '_']).next().unwrap_or_default() {
        "de" => &["STOP", "STOPP", "ABMELDEN"],
        "fr" => &["STOP", "ARRET", "ARRÊT"],
        "es" => &["STOP", "BAJA", "ALTO"],
        "it" => &["STOP", "ANNULLA"],
        "nl" => &["STOP", "AFMELDEN"],
        "pt" => &["STOP", "PARAR", "SAIR"],
        "sv" => &["STOP", "STOPP", "AVSLUTA"],
        "pl" => &["STOP", "WYPISZ"],
        "ja" => &["STOP", "停止", "配信停止"],
        "ar" => &["STOP", "إيقاف", "ايقاف"],
        "he" => &["STOP", "הסר"],
        _ => &["STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT"],
    }
}

/// Whether the text says how to stop: one of the words, written in capitals as a word to send.
pub fn has_opt_out(text: &str, locale: &str) -> bool {
    let has_case = |word: &str| word.chars().any(char::is_lowercase) || word.chars().any(char::is_uppercase);
    let mut words = text.split(|one: char| !one.is_alphanumeric());
    let spaced = words.any(|word| opt_out_words(locale).contains(&word));
    spaced || opt_out_words(locale).iter().any(|word| !has_case(word) && text.contains(word))
}

/// At most eleven letters and figures of ASCII, with a letter among them: what networks show as a name.
pub fn is_sender(name: &str) -> bool {
    (1..=11).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.bytes().any(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, encoding: Encoding, units: usize, count: usize, left: usize) {
        assert_eq!(segments(text), Segments { encoding, units, count, left }, "{} characters", text.chars().count());
    }

    #[test]
    fn segments_are_counted_at_their_edges() {
        check("", Encoding::Gsm7, 0, 0, 160);
        check(&"a".repeat(160), Encoding::Gsm7, 160, 1, 0);
        check(&"a".repeat(161), Encoding::Gsm7, 161, 2, 145);
        check(&"a".repeat(306), Encoding::Gsm7, 306, 2, 0);
        check(&"a".repeat(307), Encoding::Gsm7, 307, 3, 152);
        check(&"ł".repeat(70), Encoding::Ucs2, 70, 1, 0);
        check(&"ł".repeat(71), Encoding::Ucs2, 71, 2, 63);
        check("ä€@", Encoding::Gsm7, 4, 1, 156);
        check("ç", Encoding::Ucs2, 1, 1, 69);
    }

    #[test]
    fn nothing_is_split_by_a_seam() {
        // The euro's escape would be the 153rd septet: it moves on whole.
        check(&format!("{}€{}", "a".repeat(152), "b".repeat(10)), Encoding::Gsm7, 164, 2, 141);
        check(&format!("{}😀{}", "ł".repeat(66), "b".repeat(5)), Encoding::Ucs2, 73, 2, 60);
        // Two more would fill the second segment, were it not for the moved pair.
        let moved = format!("{}€{}", "a".repeat(152), "b".repeat(152));
        check(&moved, Encoding::Gsm7, 306, 3, 152);
    }

    #[test]
    fn what_costs_is_named() {
        assert_eq!(outside_gsm("Schön – “neu” – ok"), ['–', '“', '”']);
        assert_eq!(outside_gsm("plain {text}"), []);
    }

    #[test]
    fn opt_out_is_a_word_to_send() {
        assert!(has_opt_out("Acme: back in stock. Reply STOP to end", "en-GB"));
        assert!(!has_opt_out("We will not stop. Nonstop flights", "en"));
        assert!(has_opt_out("Abmelden: STOPP senden", "de-AT") && !has_opt_out("STOPPUHR", "de"));
        assert!(has_opt_out("配信停止はこちら", "ja"));
    }

    #[test]
    fn senders_are_short_names_with_a_letter() {
        for (name, fine) in
            [("Acme", true), ("Acme2Go", true), ("12345", false), ("", false), ("AcmeCoffeeCo", false), ("Ac me", false)]
        {
            assert_eq!(is_sender(name), fine, "{name}");
        }
    }
}
