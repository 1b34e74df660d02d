//! One message as any provider is handed it, and what may stand in its headers.

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::import::who::address;

/// A name and an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    pub name: Option<String>,
    pub email: String,
}

/// A mail. Its texts are finished: links, tracking and the footer are in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Our number of the sending: it comes back with each event, and says nothing about the person.
    pub touch: i64,
    /// Names the request where keys count.
    pub key: String,
    pub from: Mailbox,
    pub reply_to: Option<String>,
    pub to: Mailbox,
    pub subject: String,
    pub html: String,
    pub text: String,
    /// Where one click unsubscribes (RFC 8058); none only for what may not be unsubscribed from.
    pub unsubscribe: Option<String>,
    /// An address that takes the same wish by mail.
    pub unsubscribe_mail: Option<String>,
    /// The `Message-ID` of the mail that it belongs under, angle brackets included.
    pub thread: Option<String>,
}

/// A text message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub touch: i64,
    pub key: String,
    /// A number, a sender name, or a messaging service.
    pub from: String,
    /// In the international form.
    pub to: String,
    pub body: String,
}

/// What one way to send carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    Mail(Box<Mail>),
    Text(Text),
}

/// Why nobody can be asked to send a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unfit {
    #[error("The sender's address is none that a provider takes: correct it under Channels")]
    From,
    #[error("The person's address is none that a provider takes")]
    To,
    #[error("The address to unsubscribe at is no https address")]
    Unsubscribe,
    #[error("The message is empty")]
    Empty,
    #[error("The message is of another channel than the sender")]
    Channel,
}

/// The longest line of a header: RFC 5322, section 2.1.1.
const LINE: usize = 998;

const ADDRESS: usize = 2_000;

impl Mailbox {
    /// Reads `Ada <ada@example.com>` and `ada@example.com`.
    pub fn parse(text: &str) -> Option<Self> {
        let email = address(text)?;
        let name = text.rsplit_once('<').map(|(name, _)| line(name.trim().trim_matches('"'))).filter(|name| !name.is_empty());
        Some(Self { name, email })
    }

    /// As one line of a header: RFC 5322, section 3.4, the name in quotes.
    pub fn header(&self) -> String {
        match self.display() {
            Some(name) => {
                let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{quoted}\" <{}>", self.email)
            }
            None => self.email.clone(),
        }
    }

    /// The name on one line, without what programs take for the beginning of an address.
    pub fn display(&self) -> Option<String> {
        let name = line(self.name.as_deref()?);
        let name: String = name.chars().filter(|letter| !matches!(letter, '<' | '>')).take(100).collect();
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// The address, where one mail server could take it for two or for something else.
    pub(super) fn checked(&self) -> Option<&str> {
        (address(&self.email).as_deref() == Some(self.email.to_lowercase().as_str())).then_some(self.email.as_str())
    }
}

impl Item {
    pub fn touch(&self) -> i64 {
        match self {
            Self::Mail(mail) => mail.touch,
            Self::Text(text) => text.touch,
        }
    }

    pub fn key(&self) -> &str {
        match self {
            Self::Mail(mail) => &mail.key,
            Self::Text(text) => &text.key,
        }
    }
}

impl Mail {
    /// The headers beside the usual ones: both of RFC 8058, and where it belongs.
    ///
    /// # Errors
    /// [`Unfit::Unsubscribe`].
    pub fn headers(&self) -> Result<Vec<(&'static str, String)>, Unfit> {
        let mut headers = Vec::new();
        if let Some(url) = &self.unsubscribe {
            if !is_link(url) {
                return Err(Unfit::Unsubscribe);
            }
            let by_mail = self.unsubscribe_mail.as_deref().and_then(address);
            let value = match by_mail {
                Some(mail) => format!("<{url}>, <mailto:{mail}?subject=unsubscribe>"),
                None => format!("<{url}>"),
            };
            headers.push(("List-Unsubscribe", value));
            headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        if let Some(thread) = self.thread.as_deref().filter(|thread| is_message_id(thread)) {
            headers.push(("In-Reply-To", thread.to_owned()));
            headers.push(("References", thread.to_owned()));
        }
        Ok(headers)
    }

    /// # Errors
    /// What is wrong with it, before anybody is asked.
    pub(super) fn check(&self) -> Result<(), Unfit> {
        self.from.checked().ok_or(Unfit::From)?;
        self.to.checked().ok_or(Unfit::To)?;
        if line(&self.subject).is_empty() || self.text.trim().is_empty() || self.html.trim().is_empty() {
            return Err(Unfit::Empty);
        }
        Ok(())
    }
}

/// One key for a batch, of the keys of its messages in their order: the same messages are the same request.
pub fn batch_key<'a>(keys: impl Iterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for key in keys {
        digest.update(key.as_bytes());
        digest.update([0]);
    }
    let hex: String = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("batch-{hex}")
}

/// One line of plain text: what ends a line, or means something to a machine, becomes a space.
pub fn line(text: &str) -> String {
    let is_break = |letter: char| letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}');
    let words = text.split(|letter: char| is_break(letter) || letter == ' ').filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words {
        if line.len() + word.len() >= LINE {
            break;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// A form, as browsers and Twilio write it.
pub(super) fn form(fields: &[(&str, &str)]) -> String {
    let encode = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
                _ => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    };
    fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect::<Vec<_>>().join("&")
}

/// https, or a local run's own page; nothing that could end the angle brackets around it.
fn is_link(url: &str) -> bool {
    let is_secure = url.starts_with("https://") || url.starts_with("http://localhost:") || url.starts_with("http://localhost/");
    is_secure && url.len() <= ADDRESS && url.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>,\"\\".contains(&byte))
}

/// RFC 5322, section 3.6.4, in letters that need no quotes.
fn is_message_id(text: &str) -> bool {
    let inside = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>'));
    inside.is_some_and(|inside| {
        let is_atom =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>@\"\\(),;:[]".contains(&b));
        inside.len() < 250 && inside.split_once('@').is_some_and(|(left, right)| is_atom(left) && is_atom(right))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(in crate::provider) fn mail() -> Mail {
        Mail {
            touch: 7,
            key: "touch-7".to_owned(),
            from: Mailbox { name: Some("Tea & Co".to_owned()), email: "hello@tea.example".to_owned() },
            reply_to: Some("care@tea.example".to_owned()),
            to: Mailbox { name: Some("Ada".to_owned()), email: "ada@example.org".to_owned() },
            subject: "We miss you".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            text: "Hello".to_owned(),
            unsubscribe: Some("https://shop.example/u/abc".to_owned()),
            unsubscribe_mail: Some("leave@tea.example".to_owned()),
            thread: Some("<1@tea.example>".to_owned()),
        }
    }

    #[test]
    fn both_headers_of_rfc_8058_stand_in_a_mail() {
        assert_eq!(
            mail().headers().expect("headers"),
            [
                ("List-Unsubscribe", "<https://shop.example/u/abc>, <mailto:leave@tea.example?subject=unsubscribe>".to_owned()),
                ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()),
                ("In-Reply-To", "<1@tea.example>".to_owned()),
                ("References", "<1@tea.example>".to_owned()),
            ]
        );
        let bare = Mail { unsubscribe: None, thread: None, ..mail() };
        assert_eq!(bare.headers(), Ok(Vec::new()));
    }

    #[test]
    fn an_address_to_unsubscribe_at_that_is_none_stops_the_mail() {
        for bad in ["http://shop.example/u/a", "https://a>,<b", "https://a\r\nBcc: x@y.example", "javascript:1", ""] {
            assert_eq!(Mail { unsubscribe: Some(bad.to_owned()), ..mail() }.headers(), Err(Unfit::Unsubscribe), "{bad:?}");
        }
        let local = Mail { unsubscribe: Some("http://localhost:8787/u/a".to_owned()), ..mail() };
        assert!(local.headers().is_ok());
    }

    #[test]
    fn a_thread_that_is_no_message_id_is_left_out() {
        for bad in ["1@tea.example", "<1>", "<a@b>\r\nBcc: x", "<a b@c>", "<@>"] {
            let headers = Mail { thread: Some(bad.to_owned()), ..mail() }.headers().expect("headers");
            assert!(headers.iter().all(|(name, _)| *name != "References"), "{bad}");
        }
    }

    #[test]
    fn names_are_quoted_and_addresses_are_one() {
        let named = |name: &str| Mailbox { name: Some(name.to_owned()), email: "a@b.example".to_owned() };
        assert_eq!(named("Ada \"Countess\" L\\").header(), r#""Ada \"Countess\" L\\" <a@b.example>"#);
        assert_eq!(named("x\r\nBcc: y@z.example <q@r.example>").header(), "\"x Bcc: y@z.example q@r.example\" <a@b.example>");
        assert_eq!(named(" \u{0} ").header(), "a@b.example");
        assert_eq!(Mailbox::parse("\"Tea & Co\" <Hello@Tea.example>").expect("one").header(), "\"Tea & Co\" <hello@tea.example>");
        assert_eq!(Mailbox::parse("a@b.example, c@d.example"), None);
        let two = Mailbox { name: None, email: "a@b.example,c@d.example".to_owned() };
        assert_eq!(Mail { to: two, ..mail() }.check(), Err(Unfit::To));
    }

    #[test]
    fn the_key_of_a_batch_is_of_its_messages_in_their_order() {
        let of = |keys: &[&str]| batch_key(keys.iter().copied());
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["ab"]), of(&["a", "b"]));
        assert!(of(&["a"]).len() <= 256);
    }

    #[test]
    fn a_form_is_written_as_its_readers_expect() {
        assert_eq!(form(&[("To", "+1415 5"), ("Body", "50 % & 🎁")]), "To=%2B1415%205&Body=50%20%25%20%26%20%F0%9F%8E%81");
    }

    proptest! {
        #[test]
        fn no_header_ever_holds_a_line_end(name in "\\PC{0,20}[\r\n\u{0}\u{85}\u{2028}]\\PC{0,20}", subject in ".{0,200}[\r\n]{0,3}.{0,40}") {
            let named = Mailbox { name: Some(name), email: "a@b.example".to_owned() };
            for text in [named.header(), line(&subject)] {
                prop_assert!(!text.chars().any(|letter| letter.is_control() || letter == '\u{2028}'), "{text:?}");
                prop_assert!(text.len() <= 1_100);
            }
        }
    }
}
