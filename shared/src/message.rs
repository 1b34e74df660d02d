//! Messages: a sequence of five that reads as one conversation, made for each person from what is true of them.
//!
//! A campaign keeps a [`Draft`]: what the marketer set, pinned and wrote. For one [`Recipient`] the composer turns it into a [`Message`]
//! for each step and channel, from blocks whose facts that person has; a block whose fact is missing is not taken, so that no text has a
//! hole. The lint reads each message beside what it may say, and a layout turns it into what a mail client shows. All of it is the same in the
//! editor's preview and where mail is sent.

pub mod block;
pub mod brand;
pub mod brief;
pub mod check;
pub mod compose;
pub mod desk;
pub mod draft;
pub mod fact;
pub mod facts;
#[cfg(test)]
pub(crate) mod hostile;
pub mod layout;
pub mod lint;
pub mod locale;
pub mod merge;
pub mod model;
pub mod picture;
pub mod preferences;
pub mod proof;
#[cfg(test)]
pub(crate) mod sample;
pub mod say;
pub mod sms;
pub mod template;
pub mod text;
pub mod variant;

pub use block::{Block, Library};
pub use brand::{Brand, Colours, Tone};
pub use desk::{Desk, Written};
pub use draft::{Angle, Brief, Channel, Choice, Draft, Slot, StepDraft};
pub use fact::{Fact, FactKey, FactValue, Recipient};
pub use proof::Proof;
pub use text::{Call, Message, Part, Promise};
