//! How a shop looks and speaks, and who signs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::check::{is_https, is_locale, is_text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Brand {
    /// As customers know it.
    pub name: String,
    /// The site's https address.
    pub site: Option<String>,
    pub colours: Colours,
    /// The path of an image under our own address.
    pub logo: Option<String>,
    /// A person: who writes.
    pub sender: Option<String>,
    /// Such as "Customer care".
    pub sender_role: Option<String>,
    /// The address that messages come from, and the one that somebody reads.
    pub from: Option<String>,
    pub reply_to: Option<String>,
    /// The postal address that the law asks for, in lines.
    pub postal_address: Option<String>,
    /// At most eleven letters or figures.
    pub sms_sender: Option<String>,
    pub tone: Tone,
    /// BCP 47, such as `en-GB`: where a person's own is not known or no block speaks it.
    pub locale: String,
    /// Hosts that links may lead to, besides the site's: `www.example.com`; one with a leading dot holds for all below it.
    pub link_hosts: Vec<String>,
    /// Whether a message may name a solved ticket by its subject, which customers write.
    #[serde(default)]
    pub names_tickets: bool,
}

/// `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Colours {
    pub background: String,
    pub text: String,
    pub accent: String,
    /// Of words on the accent.
    pub on_accent: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As to somebody one knows.
    #[default]
    Warm,
    /// Short and plain.
    Plain,
    /// As one firm writes to another.
    Formal,
}

impl Default for Colours {
    fn default() -> Self {
        let [background, text, accent, on_accent] = ["#ffffff", "#1c1f24", "#1f5fbf", "#ffffff"].map(str::to_owned);
        Self { background, text, accent, on_accent }
    }
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            name: String::new(),
            site: None,
            colours: Colours::default(),
            logo: None,
            sender: None,
            sender_role: None,
            from: None,
            reply_to: None,
            postal_address: None,
            sms_sender: None,
            tone: Tone::default(),
            locale: "en".to_owned(),
            link_hosts: Vec::new(),
            names_tickets: false,
        }
    }
}

/// Hosts that a brand names.
const MOST_HOSTS: usize = 50;
const NAME_CHARS: usize = 100;
const ADDRESS_CHARS: usize = 300;

impl Brand {
    /// What is wrong with it: fields, each with how to mend it. Empty where it may be kept.
    pub fn check(&self) -> BTreeMap<String, String> {
        let mut wrong = BTreeMap::new();
        let mut say = |is_fine: bool, field: &str, fix: &str| {
            if !is_fine {
                wrong.insert(field.to_owned(), fix.to_owned());
            }
        };
        let line = |text: &Option<String>| text.as_deref().is_none_or(|text| is_text(text, NAME_CHARS, true));
        say(is_text(&self.name, NAME_CHARS, true), "name", "Use 1 to 100 characters: what customers know the shop by");
        say(self.site.as_deref().is_none_or(is_https), "site", "Use an address that begins with https://");
        for (field, colour) in self.colours.named() {
            say(is_colour(colour), field, "Use # and six hexadecimal figures, such as #1f5fbf");
        }
        say(
            self.logo.as_deref().is_none_or(is_image),
            "logo",
            "Upload the picture first and use its path, /images/ and its hash",
        );
        say(line(&self.sender), "sender", "Use 1 to 100 characters: a person's name");
        say(line(&self.sender_role), "sender_role", "Use 1 to 100 characters");
        let address = "Write an address such as ana@example.com";
        say(self.from.as_deref().is_none_or(is_address), "from", address);
        say(self.reply_to.as_deref().is_none_or(is_address), "reply_to", address);
        let postal = self.postal_address.as_deref().is_none_or(|text| is_text(text, ADDRESS_CHARS, false));
        say(postal, "postal_address", "Use at most 300 characters in lines");
        let sms = "Use 1 to 11 letters and figures, a letter among them";
        say(self.sms_sender.as_deref().is_none_or(is_sms_sender), "sms_sender", sms);
        say(is_locale(&self.locale), "locale", "Use a tag such as en-GB");
        let hosts = self.link_hosts.len() <= MOST_HOSTS && self.link_hosts.iter().all(|host| is_host(host));
        say(hosts, "link_hosts", "Use at most 50 hosts such as www.example.com, or .example.com for all below it");
        wrong
    }

    /// What a marketing message cannot go out without: fields, each with what to do.
    pub fn missing(&self) -> Vec<(&'static str, &'static str)> {
        let has = |field: &Option<String>| field.as_deref().is_some_and(|text| !text.trim().is_empty());
        let lacks = [
            (self.name.trim().is_empty(), "name", "Say how customers know the shop"),
            (!has(&self.sender), "sender", "Name the person who writes"),
            (!has(&self.from), "from", "Say from which address messages come"),
            (!has(&self.reply_to), "reply_to", "Name an address whose mail somebody reads"),
            (!has(&self.postal_address), "postal_address", "Give the postal address that the law asks for in every mail"),
            (!has(&self.site), "site", "Give the shop's address: buttons lead there"),
        ];
        lacks.into_iter().filter(|(is_missing, ..)| *is_missing).map(|(_, field, fix)| (field, fix)).collect()
    }
}

impl Colours {
    fn named(&self) -> [(&'static str, &str); 4] {
        [
            ("colours.background", self.background.as_str()),
            ("colours.text", self.text.as_str()),
            ("colours.accent", self.accent.as_str()),
            ("colours.on_accent", self.on_accent.as_str()),
        ]
    }
}

fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|figures| figures.len() == 6 && figures.bytes().all(|figure| figure.is_ascii_hexdigit()))
}

/// The path of an uploaded picture.
pub fn is_image(path: &str) -> bool {
    path.strip_prefix("/images/").is_some_and(is_image_hash)
}

/// SHA-256 in lower-case hex.
pub fn is_image_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|figure| matches!(figure, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_address(text: &str) -> bool {
    let is_plain =
        |letter: char| letter.is_ascii_graphic() && !matches!(letter, '<' | '>' | '"' | ',' | ';' | ':' | '(' | ')' | '\\');
    let Some((name, host)) = text.split_once('@') else { return false };
    text.len() <= 254 && !name.is_empty() && text.chars().all(is_plain) && is_host(host) && !host.starts_with('.')
}

fn is_sms_sender(text: &str) -> bool {
    (1..=11).contains(&text.len())
        && text.bytes().all(|letter| letter.is_ascii_alphanumeric())
        && text.bytes().any(|letter| letter.is_ascii_alphabetic())
}

fn is_host(host: &str) -> bool {
    is_https(&format!("https://{}", host.strip_prefix('.').unwrap_or(host))) && !host.contains(['/', '?', '#'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(change: impl FnOnce(&mut Brand)) -> Vec<String> {
        let mut brand = Brand { name: "Café Ada".to_owned(), ..Brand::default() };
        change(&mut brand);
        brand.check().into_keys().collect()
    }

    #[test]
    fn each_field_that_is_wrong_is_named() {
        let some = |text: &str| Some(text.to_owned());
        assert!(wrong(|_| {}).is_empty());
        assert_eq!(wrong(|brand| brand.name = " ".to_owned()), ["name"]);
        assert_eq!(wrong(|brand| brand.site = some("http://example.com")), ["site"]);
        assert_eq!(wrong(|brand| brand.colours.accent = "red; x:url(y)".to_owned()), ["colours.accent"]);
        assert_eq!(wrong(|brand| brand.logo = some("https://example.com/logo.png")), ["logo"]);
        assert_eq!(wrong(|brand| brand.logo = some("/images/../api")), ["logo"]);
        assert!(wrong(|brand| brand.logo = Some(format!("/images/{}", "0f".repeat(32)))).is_empty());
        assert_eq!(wrong(|brand| brand.sender = some("Ana\r\nBcc: x@example.com")), ["sender"]);
        for address in ["ana", "ana@", "@example.com", "Ana <ana@example.com>", "a@b", "a@b.c,d@e.f", "a@example.com\n"] {
            assert_eq!(wrong(|brand| brand.reply_to = some(address)), ["reply_to"], "{address}");
        }
        assert!(wrong(|brand| brand.reply_to = some("ana+care@shop.example.com")).is_empty());
        for sender in ["", "12345", "Café", "TwelveLetter"] {
            assert_eq!(wrong(|brand| brand.sms_sender = some(sender)), ["sms_sender"], "{sender}");
        }
        assert!(wrong(|brand| brand.postal_address = some("Main St 1\nPorto")).is_empty());
        assert_eq!(wrong(|brand| brand.link_hosts = vec!["example.com/x".to_owned()]), ["link_hosts"]);
        assert_eq!(wrong(|brand| brand.link_hosts = vec!["*".to_owned()]), ["link_hosts"]);
        assert!(wrong(|brand| brand.link_hosts = vec!["shop.example.com".to_owned(), ".example.org".to_owned()]).is_empty());
    }

    #[test]
    fn what_a_message_cannot_go_out_without_is_told() {
        let fields: Vec<&str> = Brand::default().missing().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["name", "sender", "from", "reply_to", "postal_address", "site"]);
    }
}
