//! What stands behind the links of a message: who it was for, sealed so that nobody makes one up.
//!
//! A token is what it says and 128 bits of HMAC-SHA256 over it, under a key of its own for each purpose: whoever holds the link of a
//! picture or of a click cannot unsubscribe anybody with it. The keys are derived from `SUPPRESSION_KEY`, which never changes: a link to
//! unsubscribe works for years, through an erasure and through a change of the vault's key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use shared::campaign::Channel;
use shared::message::locale::Language;
use worker::Env;

use crate::suppression::{Hasher, NoHasher};

/// Of a token: 128 bits.
const MAC_BYTES: usize = 16;

/// No token of ours is longer.
const MOST_CHARS: usize = 90;

/// What a mask's letter is where the address has no plain one.
const HIDDEN: u8 = b'.';

/// Channels by what tokens call them: old ones are read for years, so that the list only grows.
const CHANNELS: [Channel; 7] =
    [Channel::Email, Channel::Sms, Channel::InApp, Channel::Post, Channel::Call, Channel::Video, Channel::Retargeting];

/// Languages by what tokens call them: the list only grows.
const LANGUAGES: [&str; 12] = ["en", "de", "fr", "es", "it", "nl", "pt", "sv", "pl", "ja", "ar", "he"];

/// What a token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The page of preferences, and the one click of RFC 8058.
    Leave,
    /// The picture that an opened mail asks for.
    Open,
    Click,
    /// A personal video's page.
    Video,
    /// What a site says of a message that it shows.
    InApp,
}

/// What a message's links are made of.
#[derive(Debug, Clone, Copy)]
pub struct Sent<'a> {
    /// Rows of `touches` and `contacts`.
    pub touch: i64,
    pub contact: i64,
    pub channel: Channel,
    /// That the message is written in.
    pub language: Language,
    /// That it goes to, for the two signs of it that the page shows.
    pub address: Option<&'a str>,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub touch: i64,
    pub contact: i64,
    pub channel: Channel,
    pub language: Language,
    /// As [`mask`] of it is shown.
    pub address: [u8; 2],
    /// Which of the message's links.
    pub link: usize,
}

/// Makes links and reads them.
#[derive(Clone)]
pub struct Links {
    origin: String,
    hasher: Hasher,
}

impl Links {
    /// `origin`: our own address.
    ///
    /// # Errors
    /// Where the worker has no key.
    pub fn of(env: &Env, origin: &str) -> Result<Self, NoHasher> {
        Ok(Self::with(Hasher::of(env)?, origin))
    }

    fn with(hasher: Hasher, origin: &str) -> Self {
        Self { origin: origin.trim_end_matches('/').to_owned(), hasher }
    }

    /// The page of preferences; a POST to it is the one click of RFC 8058.
    pub fn unsubscribe_url(&self, sent: &Sent<'_>) -> String {
        self.address("u", &self.token(Purpose::Leave, &Named::of(sent)))
    }

    /// The picture that says that a mail was opened.
    pub fn pixel_url(&self, sent: &Sent<'_>) -> String {
        self.address("o", &self.token(Purpose::Open, &Named::of(sent)))
    }

    /// The message's link of this place in its frozen inputs (`$.links`).
    pub fn click_url(&self, sent: &Sent<'_>, link: usize) -> String {
        self.address("c", &self.token(Purpose::Click, &Named { link, ..Named::of(sent) }))
    }

    pub fn video_url(&self, sent: &Sent<'_>) -> String {
        self.address("v", &self.token(Purpose::Video, &Named::of(sent)))
    }

    pub fn in_app_token(&self, sent: &Sent<'_>) -> String {
        self.token(Purpose::InApp, &Named::of(sent))
    }

    /// What a token of ours says; none of any other.
    pub fn read(&self, purpose: Purpose, token: &str) -> Option<Named> {
        let (named, said, mac) = parse(purpose, token)?;
        self.mac(purpose, &said)?.verify_truncated_left(&mac).is_ok().then_some(named)
    }

    fn token(&self, purpose: Purpose, named: &Named) -> String {
        let mut bytes = named.bytes(purpose);
        let mac = self.mac(purpose, &bytes).map(|mac| mac.finalize().into_bytes());
        bytes.extend(mac.iter().flatten().take(MAC_BYTES));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn mac(&self, purpose: Purpose, said: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac: Hmac<Sha256> = Hmac::new_from_slice(&self.hasher.key_for(purpose.label())).ok()?;
        mac.update(said);
        Some(mac)
    }

    fn address(&self, place: &str, token: &str) -> String {
        format!("{}/{place}/{token}", self.origin)
    }
}

impl std::fmt::Debug for Links {
    /// Without its keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Links").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl Purpose {
    /// Part of what the key is derived from: never changed.
    fn label(self) -> &'static str {
        match self {
            Self::Leave => "link/leave",
            Self::Open => "link/open",
            Self::Click => "link/click",
            Self::Video => "link/video",
            Self::InApp => "link/in_app",
        }
    }
}

impl Named {
    fn of(sent: &Sent<'_>) -> Self {
        let Sent { touch, contact, channel, language, address } = *sent;
        Self { touch, contact, channel, language, address: signs(channel, address), link: 0 }
    }

    /// A byte of channel and language, two signs of the address where the purpose shows it, then numbers of seven bits a byte.
    fn bytes(&self, purpose: Purpose) -> Vec<u8> {
        let channel = CHANNELS.iter().position(|channel| *channel == self.channel).unwrap_or_default();
        let language = LANGUAGES.iter().position(|code| *code == self.language.code()).unwrap_or_default();
        let mut bytes = vec![u8::try_from(channel * 32 + language).unwrap_or_default()];
        if purpose == Purpose::Leave {
            bytes.extend(self.address);
        }
        push(&mut bytes, self.touch);
        push(&mut bytes, self.contact);
        if purpose == Purpose::Click {
            push(&mut bytes, i64::try_from(self.link).unwrap_or_default());
        }
        bytes
    }

    /// What a token seems to say, ours or not: for what is shown and never for what is done, so that those who try tokens learn
    /// nothing. Of what is no token at all, something that looks like it.
    pub fn claimed(token: &str, language: Language) -> Self {
        if let Some((named, ..)) = parse(Purpose::Leave, token) {
            return named;
        }
        let letter = |byte: Option<&u8>| byte.map_or(HIDDEN, |byte| b'a' + byte % 26);
        let digest = Sha256::digest(token.as_bytes());
        let address = [letter(digest.first()), letter(digest.get(1))];
        Self { touch: 0, contact: 0, channel: Channel::Email, language, address, link: 0 }
    }

    /// The address with all but two signs hidden, always as long.
    pub fn mask(&self) -> String {
        let [one, two] = self.address.map(|sign| if is_sign(sign) { char::from(sign) } else { '•' });
        match self.channel {
            Channel::Email | Channel::Video => format!("{one}•••@{two}•••"),
            Channel::Sms | Channel::Call => format!("•••{one}{two}"),
            Channel::InApp | Channel::Post | Channel::Retargeting => String::new(),
        }
    }

    /// Whether the address may be the one that the message went to, as far as its two signs say.
    pub fn fits(&self, address: Option<&str>) -> bool {
        signs(self.channel, address) == self.address
    }
}

fn is_sign(sign: u8) -> bool {
    sign.is_ascii_lowercase() || sign.is_ascii_digit()
}

/// Of a mail address its first letter and that of its domain, of a telephone its last two figures.
pub fn signs(channel: Channel, address: Option<&str>) -> [u8; 2] {
    let address = address.unwrap_or_default().trim().to_lowercase();
    let sign = |byte: Option<u8>| byte.filter(|byte| is_sign(*byte)).unwrap_or(HIDDEN);
    match channel {
        Channel::Email | Channel::Video => {
            let (name, domain) = address.rsplit_once('@').unwrap_or_default();
            [sign(name.bytes().next()), sign(domain.bytes().next())]
        }
        Channel::Sms | Channel::Call => {
            let mut figures = address.bytes().rev().filter(u8::is_ascii_digit);
            let last = figures.next();
            [sign(figures.next()), sign(last)]
        }
        Channel::InApp | Channel::Post | Channel::Retargeting => [HIDDEN; 2],
    }
}

/// What it says, the bytes that say it, and the bytes that seal them.
fn parse(purpose: Purpose, token: &str) -> Option<(Named, Vec<u8>, Vec<u8>)> {
    if token.len() > MOST_CHARS {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (said, mac) = bytes.split_at_checked(bytes.len().checked_sub(MAC_BYTES)?)?;
    let (first, mut rest) = said.split_first()?;
    let channel = CHANNELS.get(usize::from(first / 32)).copied()?;
    let code = LANGUAGES.get(usize::from(first % 32))?;
    let language = Language::ALL.iter().copied().find(|language| language.code() == *code)?;
    let mut address = [HIDDEN; 2];
    if purpose == Purpose::Leave {
        let (signs, more) = rest.split_at_checked(2)?;
        address = signs.try_into().ok()?;
        rest = more;
    }
    let touch = pull(&mut rest)?;
    let contact = pull(&mut rest)?;
    let link = if purpose == Purpose::Click { usize::try_from(pull(&mut rest)?).ok()? } else { 0 };
    let named = Named { touch, contact, channel, language, address, link };
    rest.is_empty().then(|| (named, said.to_vec(), mac.to_vec()))
}

fn push(bytes: &mut Vec<u8>, number: i64) {
    let mut left = u64::try_from(number).unwrap_or_default();
    while left > 0x7f {
        bytes.push((left & 0x7f) as u8 | 0x80);
        left >>= 7;
    }
    bytes.push(left as u8);
}

fn pull(bytes: &mut &[u8]) -> Option<i64> {
    let mut number: u64 = 0;
    for shift in (0..56).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return i64::try_from(number).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn links() -> Links {
        Links::with(Hasher::read("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("key"), "https://shop.example.com/")
    }

    fn sent(touch: i64, contact: i64) -> Sent<'static> {
        Sent { touch, contact, channel: Channel::Email, language: Language::German, address: Some("Ada@example.com") }
    }

    fn token(url: &str) -> &str {
        url.rsplit('/').next().expect("token")
    }

    #[test]
    fn a_token_says_who_the_message_was_for_and_fits_into_a_line() {
        let url = links().unsubscribe_url(&sent(1_234_567, 89));
        assert!(url.starts_with("https://shop.example.com/u/") && token(&url).len() <= 34, "{url}");
        let named = links().read(Purpose::Leave, token(&url)).expect("ours");
        assert_eq!(
            (named.touch, named.contact, named.channel, named.language),
            (1_234_567, 89, Channel::Email, Language::German)
        );
        assert_eq!((named.mask().as_str(), named.fits(Some("alan@elsewhere.example"))), ("a•••@e•••", true));
        assert!(!named.fits(Some("bob@example.com")) && !named.fits(None));
        let url = links().click_url(&sent(1, 2), 300);
        assert_eq!(links().read(Purpose::Click, token(&url)).map(|named| named.link), Some(300));
    }

    #[test]
    fn a_token_is_good_for_one_purpose_alone() {
        let links = links();
        let sent = sent(7, 9);
        let all = [
            (Purpose::Leave, links.unsubscribe_url(&sent)),
            (Purpose::Open, links.pixel_url(&sent)),
            (Purpose::Click, links.click_url(&sent, 0)),
            (Purpose::Video, links.video_url(&sent)),
            (Purpose::InApp, links.in_app_token(&sent)),
        ];
        for (purpose, _) in &all {
            for (of, url) in &all {
                assert_eq!(links.read(*purpose, token(url)).is_some(), purpose == of, "{purpose:?} {of:?}");
            }
        }
    }

    #[test]
    fn whoever_changes_a_letter_of_it_or_has_another_key_is_not_believed() {
        let url = links().unsubscribe_url(&sent(7, 9));
        let good = token(&url);
        for at in 0..good.len() {
            for letter in ['A', 'B', '_'] {
                let mut changed: Vec<char> = good.chars().collect();
                if changed[at] != letter {
                    changed[at] = letter;
                    let changed: String = changed.into_iter().collect();
                    assert_eq!(links().read(Purpose::Leave, &changed), None, "{changed}");
                }
            }
        }
        let other = Links::with(Hasher::read("AQECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("key"), "");
        assert_eq!(other.read(Purpose::Leave, good), None);
    }

    #[test]
    fn what_is_no_token_is_refused_and_looks_like_one() {
        for text in ["", "x", "....", "AAAA", &"A".repeat(200), "é", "%00"] {
            assert_eq!(links().read(Purpose::Leave, text), None, "{text}");
            let named = Named::claimed(text, Language::French);
            assert_eq!((named.language, named.mask().chars().count()), (Language::French, 9), "{text}");
        }
        let url = links().unsubscribe_url(&sent(7, 9));
        let mut forged = token(&url).to_owned();
        forged.replace_range(forged.len() - 4.., "AAAA");
        assert_eq!(Named::claimed(&forged, Language::French).mask(), "a•••@e•••", "what it claims is shown");
    }

    #[test]
    fn a_hostile_address_leaves_no_mark_on_the_page() {
        for address in ["<b@>x", "\"@\"", "@", "", "Ä@ö", "\u{202e}a@b"] {
            let sent = Sent { address: Some(address), ..sent(1, 1) };
            let named = Named::of(&sent);
            assert!(named.mask().chars().all(|letter| letter.is_ascii_alphanumeric() || "•@".contains(letter)), "{address}");
        }
        let sms = Sent { channel: Channel::Sms, address: Some("+49 30 123-45 67"), ..sent(1, 1) };
        assert_eq!(Named::of(&sms).mask(), "•••67");
        assert_eq!(Named::of(&Sent { channel: Channel::Post, ..sent(1, 1) }).mask(), "");
    }

    #[test]
    fn every_channel_and_language_has_a_number_that_stays() {
        assert_eq!(CHANNELS.len(), Channel::ALL.len());
        assert_eq!(LANGUAGES.len(), Language::ALL.len());
        for channel in CHANNELS {
            for language in Language::ALL {
                let one = Sent { channel, language: *language, ..sent(1, 1) };
                let named = links().read(Purpose::Leave, token(&links().unsubscribe_url(&one))).expect("ours");
                assert_eq!((named.channel, named.language), (channel, *language));
            }
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read(touch in 0..1_i64 << 53, contact in 0..1_i64 << 53, link in 0..5000_usize) {
            let url = links().click_url(&sent(touch, contact), link);
            let named = links().read(Purpose::Click, token(&url)).expect("ours");
            prop_assert_eq!((named.touch, named.contact, named.link), (touch, contact, link));
        }

        #[test]
        fn no_text_is_believed_and_none_is_shown(text in ".{0,60}") {
            prop_assert_eq!(links().read(Purpose::Leave, &text), None);
            let mask = Named::claimed(&text, Language::English).mask();
            prop_assert!(mask.chars().all(|letter| letter.is_ascii_alphanumeric() || "•@".contains(letter)));
        }
    }
}
