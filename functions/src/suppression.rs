//! Addresses that nobody may write to, known by their keyed hash alone.
//!
//! HMAC-SHA256 of the address in its one form, under a key that only the worker has, `SUPPRESSION_KEY`: base64 of 32 bytes. It never
//! changes, or every opt-out and every erasure would be forgotten; and it is not the vault's, whose key does change.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use worker::Env;

const KEY_BYTES: usize = 32;

/// What an address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Email,
    Sms,
    /// No address: what a source calls somebody, as `identities` holds it. Only of people who were erased.
    Id,
}

/// Hashes addresses.
#[derive(Clone)]
pub struct Hasher(Hmac<Sha256>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoHasher {
    #[error("the worker has no SUPPRESSION_KEY")]
    NoKey,
    #[error("SUPPRESSION_KEY is no base64 of 32 bytes")]
    BadKey,
}

impl Channel {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Id => "id",
        }
    }
}

impl Hasher {
    /// # Errors
    /// Where the worker has no key, or one that is none.
    pub fn of(env: &Env) -> Result<Self, NoHasher> {
        let text = env.secret("SUPPRESSION_KEY").map(|key| key.to_string()).map_err(|_| NoHasher::NoKey)?;
        Self::read(&text)
    }

    pub(crate) fn read(text: &str) -> Result<Self, NoHasher> {
        let bytes = STANDARD.decode(text.trim()).ok().filter(|bytes| bytes.len() == KEY_BYTES).ok_or(NoHasher::BadKey)?;
        Hmac::new_from_slice(&bytes).map(Self).map_err(|_| NoHasher::BadKey)
    }

    /// 43 characters. However an address is written, it has one hash.
    pub fn hash(&self, channel: Channel, address: &str) -> String {
        let mut mac = self.0.clone();
        mac.update(normal(channel, address).as_bytes());
        URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }

    /// A key for another purpose, which tells nothing of this one: no address begins with NUL.
    pub fn key_for(&self, purpose: &str) -> [u8; KEY_BYTES] {
        let mut mac = self.0.clone();
        mac.update(b"\0");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hasher")
    }
}

/// Addresses in lower case; of telephones the digits, with a plus where the number is international. An id is as it is.
fn normal(channel: Channel, address: &str) -> String {
    let address = address.trim();
    match channel {
        Channel::Email => address.to_lowercase(),
        Channel::Sms => {
            let international = address.strip_prefix('+').or_else(|| address.strip_prefix("00"));
            let digits: String = international.unwrap_or(address).chars().filter(char::is_ascii_digit).collect();
            if international.is_some() { format!("+{digits}") } else { digits }
        }
        Channel::Id => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hasher() -> Hasher {
        Hasher::read("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=").expect("key")
    }

    #[test]
    fn an_address_is_hashed_as_the_standard_says() {
        // By OpenSSL 3, through the crypto module of Node.
        assert_eq!(hasher().hash(Channel::Email, "ada@example.com"), "XIILSlqsjzHrZ0GCW_7LjpfwBIjV7a7RrikIwp0Lfjg");
    }

    #[test]
    fn an_address_has_one_hash_however_it_is_written() {
        let (email, sms) = (|text| hasher().hash(Channel::Email, text), |text| hasher().hash(Channel::Sms, text));
        assert_eq!(email(" Ada@Example.COM "), email("ada@example.com"));
        assert_ne!(email("ada@example.com"), email("ada@example.org"));
        assert_eq!(sms("+49 30 1234-567"), sms("0049301234567"));
        assert_ne!(sms("49301234567"), sms("+49301234567"));
        assert_ne!(hasher().hash(Channel::Id, "external:1:A"), hasher().hash(Channel::Id, "external:1:a"));
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_never_shown() {
        for text in ["", "AAEC", "id:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "not base64 at all, thirty-two..."] {
            assert_eq!(Hasher::read(text).err(), Some(NoHasher::BadKey), "{text}");
        }
        assert_eq!(format!("{:?}", hasher()), "Hasher");
    }
}
