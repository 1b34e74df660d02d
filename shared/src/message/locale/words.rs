//! The few words that stand in every message: how it greets, and how a text message is ended for good.

use super::{Language, Locale};
use crate::message::Tone;

/// Of a greeting: the words before a name, and what stands where no name is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opener {
    pub before: &'static str,
    pub after: &'static str,
    pub alone: &'static str,
}

/// `Hello Ada,`; without a name `Hello,`.
pub fn greeting(locale: &Locale, tone: Tone, name: Option<&str>) -> String {
    let Opener { before, after, alone } = opener(locale, tone);
    name.map_or_else(|| alone.to_owned(), |name| format!("{before}{name}{after}"))
}

pub fn opener(locale: &Locale, tone: Tone) -> Opener {
    let of = |before, after, alone| Opener { before, after, alone };
    match (locale.language, tone) {
        (Language::English, Tone::Warm) => of("Hi ", ",", "Hi there,"),
        (Language::English, Tone::Plain) => of("Hello ", ",", "Hello,"),
        (Language::English, Tone::Formal) => of("Dear ", ",", "Good day,"),
        (Language::German, Tone::Formal) => of("Guten Tag ", ",", "Guten Tag,"),
        (Language::German, _) => of("Hallo ", ",", "Hallo,"),
        (Language::French, _) => of("Bonjour ", ",", "Bonjour,"),
        (Language::Spanish, Tone::Formal) => of("Buenos días, ", ":", "Buenos días:"),
        (Language::Spanish, _) => of("Hola, ", ":", "Hola:"),
        (Language::Italian, Tone::Warm) => of("Ciao ", ",", "Ciao,"),
        (Language::Italian, _) => of("Buongiorno ", ",", "Buongiorno,"),
        (Language::Dutch, Tone::Formal) => of("Beste ", ",", "Goedendag,"),
        (Language::Dutch, _) => of("Hallo ", ",", "Hallo,"),
        (Language::Portuguese, _) => of("Olá, ", ",", "Olá,"),
        (Language::Swedish, _) => of("Hej ", ",", "Hej,"),
        // A name would have to stand in the vocative.
        (Language::Polish, _) => of("Dzień dobry, ", ",", "Dzień dobry,"),
        (Language::Japanese, _) => of("", " 様", "こんにちは。"),
        (Language::Arabic, _) => of("مرحبًا ", "،", "مرحبًا،"),
        (Language::Hebrew, _) => of("שלום ", ",", "שלום,"),
    }
}

/// The last words of a text message, in letters of the short alphabet where the language has them.
pub fn opt_out(locale: &Locale) -> &'static str {
    match locale.language {
        Language::English => "Reply STOP to opt out.",
        Language::German => "Abmelden mit STOP.",
        Language::French => "STOP pour ne plus rien recevoir.",
        Language::Spanish => "Responde STOP para darte de baja.",
        Language::Italian => "Rispondi STOP per non riceverne più.",
        Language::Dutch => "Afmelden? Antwoord STOP.",
        Language::Portuguese => "Responda STOP para sair.",
        Language::Swedish => "Svara STOP för att sluta.",
        Language::Polish => "Rezygnacja: odpisz STOP.",
        Language::Japanese => "配信停止はSTOPと返信。",
        Language::Arabic => "للإلغاء أرسل STOP.",
        Language::Hebrew => "להסרה השב STOP.",
    }
}

/// Whether a text says how to end messages: all of our ways name the same word.
pub fn says_opt_out(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == "STOP")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_greets_with_and_without_a_name_and_says_how_to_stop() {
        for language in Language::ALL {
            let locale = Locale::parse(language.code()).unwrap();
            for tone in [Tone::Warm, Tone::Plain, Tone::Formal] {
                let (named, alone) = (greeting(&locale, tone, Some("Ada")), greeting(&locale, tone, None));
                assert!(named.contains("Ada") && !alone.contains("Ada") && alone.chars().count() > 2, "{named} {alone}");
                assert!(!named.contains("  ") && alone.trim() == alone, "{named}");
            }
            assert!(says_opt_out(opt_out(&locale)), "{}", locale.tag());
        }
        assert!(!says_opt_out("Nonstop, and unSTOPpable"));
    }
}
