//! How a language writes dates, money and shares, and the few words that stand in every message.
//!
//! A locale falls back by its parts: `de-AT` is written as `de` where nothing of its own is known, and a language that is not known at
//! all as the brand's, else as English.

mod amounts;
mod dates;
mod words;

pub use amounts::{money, share};
pub use dates::{day_of_year, long_date, month};
pub use words::{Opener, greeting, opener, opt_out, says_opt_out};

/// A language and, where it matters, a region of those that are known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Locale {
    language: Language,
    /// Upper-case letters, or nothing.
    region: String,
}

macro_rules! languages {
    ($($one:ident $code:literal),+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Language {
            $($one,)+
        }

        impl Language {
            pub const ALL: &[Self] = &[$(Self::$one),+];

            /// ISO 639-1.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$one => $code,)+
                }
            }
        }
    };
}

languages!(English "en", German "de", French "fr", Spanish "es", Italian "it", Dutch "nl", Portuguese "pt", Swedish "sv", Polish "pl",
    Japanese "ja", Arabic "ar", Hebrew "he");

impl Locale {
    pub const ENGLISH: Self = Self { language: Language::English, region: String::new() };

    /// Of a BCP 47 tag, also with an underscore; none of a language that is not known here.
    pub fn parse(tag: &str) -> Option<Self> {
        let mut parts = tag.trim().split(['-', '_']);
        let first = parts.next()?.to_ascii_lowercase();
        // The old code of Hebrew still comes from systems in Java.
        let code = if first == "iw" { "he" } else { first.as_str() };
        let language = Language::ALL.iter().copied().find(|language| language.code() == code)?;
        // A script such as `Latn` may stand before the region.
        let is_region = |part: &&str| part.len() == 2 && part.chars().all(|c| c.is_ascii_alphabetic());
        let region = parts.take(2).find(is_region).map(str::to_ascii_uppercase).unwrap_or_default();
        Some(Self { language, region })
    }

    /// The first of the tags that is known, else English.
    pub fn first_of<'a>(tags: impl IntoIterator<Item = &'a str>) -> Self {
        tags.into_iter().find_map(Self::parse).unwrap_or(Self::ENGLISH)
    }

    pub fn language(&self) -> Language {
        self.language
    }

    /// BCP 47.
    pub fn tag(&self) -> String {
        if self.region.is_empty() { self.language.code().to_owned() } else { format!("{}-{}", self.language.code(), self.region) }
    }

    fn is_of(&self, region: &str) -> bool {
        self.region == region
    }
}

/// Whether the language of a tag is written from right to left.
pub fn is_right_to_left(tag: &str) -> bool {
    let language = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    matches!(language.as_str(), "ar" | "he" | "iw" | "fa" | "ur" | "yi" | "ps" | "dv")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_falls_back_by_its_parts() {
        let tag = |text: &str| Locale::parse(text).map(|locale| locale.tag());
        assert_eq!(tag("de-AT").as_deref(), Some("de-AT"));
        assert_eq!(tag("EN_us").as_deref(), Some("en-US"));
        assert_eq!(tag("sv-Latn-SE").as_deref(), Some("sv-SE"));
        assert_eq!(tag("iw").as_deref(), Some("he"));
        assert_eq!((tag("tlh"), tag(""), tag("-")), (None, None, None));
        assert_eq!(Locale::first_of(["tlh", "fr-CA", "de"]).tag(), "fr-CA");
        assert_eq!(Locale::first_of(["tlh"]), Locale::ENGLISH);
    }

    #[test]
    fn arabic_and_hebrew_run_from_right_to_left() {
        let found: Vec<&str> =
            ["ar-EG", "he", "iw", "en", "de-AT", "ja"].into_iter().filter(|tag| is_right_to_left(tag)).collect();
        assert_eq!(found, ["ar-EG", "he", "iw"]);
    }
}
