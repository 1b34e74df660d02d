//! From a message in words to what a mail client, a phone, a printer or a caller shows.
//!
//! The designed mail is written in MJML, which is turned into HTML once, holes and all; a message's words are set into these holes by a
//! template engine that escapes them. So no customer's text ever passes the parser of MJML. Beside each HTML stands a plain text of
//! the same content.

mod address;
pub(crate) mod colour;
mod engine;
mod footer;
mod line;
mod scene;
mod view;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lint::Class;
use super::{Brand, Channel, Message};
use crate::offer::Step;

pub use address::{Mark, host_of, is_allowed_host, utm};
pub use line::{header, is_hidden, subject};
pub(crate) use line::{is_bidi as is_turn, without_reply};

/// The greatest HTML that a message may become, in bytes. Gmail cuts mails off at 102 KB.
pub const MOST_BYTES: usize = 100 * 1_024;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// Logo, colours and a button.
    #[default]
    Designed,
    /// As somebody writes a mail by hand.
    Letter,
}

/// What a layout needs to know beside the message and the brand.
#[derive(Clone, Copy)]
pub struct How<'a> {
    pub look: Look,
    pub class: Class,
    /// Our own https address, without a slash at its end: images and pages of preferences are below it.
    pub origin: &'a str,
    /// Where one click ends these messages; needed by marketing mail.
    pub unsubscribe: Option<&'a str>,
    /// Where a person chooses what they get.
    pub preferences: Option<&'a str>,
    /// Why they get this message, in a sentence; a general one in their language where it is none.
    pub why: Option<&'a str>,
    /// Above the words of a designed mail.
    pub image: Option<Image<'a>>,
    /// Marks links to the shop for its own web statistics; none for links as they are.
    pub mark: Option<Mark<'a>>,
    /// Turns links into those that count clicks, and gives the address of the pixel; none where the person or their country does not
    /// allow it.
    pub tracking: Option<Tracking<'a>>,
    /// The subject of the first mail as it was sent, for one that follows in its thread.
    pub thread: Option<&'a str>,
}

/// A picture under our own address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Image<'a> {
    /// Its path there, such as `/images/2f6c….png`.
    pub path: &'a str,
    pub alt: &'a str,
}

#[derive(Clone, Copy)]
pub struct Tracking<'a> {
    pub wrap: &'a dyn Fn(&str) -> String,
    /// None for a click's count without an open's.
    pub pixel: Option<&'a str>,
}

/// A message as it is sent or shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Rendered {
    /// One a variant; one of all where a mail continues a thread.
    pub subjects: Vec<String>,
    pub preheader: String,
    pub html: String,
    /// The other side of a postcard.
    pub back: Option<String>,
    /// The same content without any layout; the whole of a text message.
    pub text: String,
    /// What the headers `List-Unsubscribe` and `List-Unsubscribe-Post` are made of: an https address that takes a POST (RFC 8058).
    pub unsubscribe: Option<String>,
    /// Where a person chooses what they get, as the mail links to it.
    pub preferences: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    #[error("the layout cannot be set: {0}")]
    Template(String),
    #[error("the message takes {0} bytes as HTML, more than the {MOST_BYTES} that every mail client shows")]
    TooLarge(usize),
    #[error("a message that continues a thread needs the subject of its first mail")]
    NoThread,
}

/// Sets a message.
///
/// # Errors
/// When it is too large, or continues a thread whose subject is not given.
pub fn render(message: &Message, brand: &Brand, how: &How<'_>) -> Result<Rendered, LayoutError> {
    let is_mail = message.channel == Channel::Email;
    let subjects = match how.thread {
        _ if !(is_mail && message.same_thread && message.step != Step::Help) => {
            message.subjects.iter().map(|part| subject(&part.text)).collect()
        }
        Some(first) => vec![line::reply(first)],
        None => return Err(LayoutError::NoThread),
    };
    let view = view::View::new(message, brand, how, &subjects);
    let sheet = match (message.channel, how.look) {
        (Channel::Email, Look::Designed) => engine::Sheet::Designed,
        (Channel::Email, Look::Letter) => engine::Sheet::Letter,
        (Channel::Sms, _) => engine::Sheet::Sms,
        (Channel::InApp, _) => engine::Sheet::InApp,
        (Channel::Post, _) => engine::Sheet::Postcard,
        (Channel::Call | Channel::Video, _) => engine::Sheet::Script,
    };
    let html = engine::fill(sheet, &view)?;
    let back = match message.channel {
        Channel::Post => Some(engine::fill(sheet, &view.back())?),
        _ => None,
    };
    Ok(Rendered {
        preheader: view.preheader.clone(),
        text: view.plain(message.channel),
        unsubscribe: how.unsubscribe.filter(|_| is_mail).map(str::to_owned),
        preferences: how.preferences.filter(|_| is_mail).map(str::to_owned),
        subjects,
        html,
        back,
    })
}

impl std::fmt::Debug for How<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("How").field("look", &self.look).field("class", &self.class).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Tracking<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Tracking").field("pixel", &self.pixel).finish_non_exhaustive()
    }
}

impl<'a> How<'a> {
    /// A designed marketing mail with plain links.
    pub fn plain(origin: &'a str) -> Self {
        Self {
            look: Look::Designed,
            class: Class::Marketing,
            origin,
            unsubscribe: None,
            preferences: None,
            why: None,
            image: None,
            mark: None,
            tracking: None,
            thread: None,
        }
    }
}

#[cfg(test)]
mod tests;
