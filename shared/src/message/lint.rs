//! What is wrong with a message to one person, before anybody approves it and again before it is sent.
//!
//! Errors block: what is not true, not legal, not the offer, not a link of the shop, or not whole. Hints never block, and one that was
//! dismissed stays so: its digest follows from what it is about. Each finding says where, why and what mends it. [`lint`] reads the
//! words; [`lint_rendered`] reads what a layout made of them.

mod about;
mod calls;
mod dates;
mod form;
mod holes;
mod html;
mod numbers;
mod offer;
mod pieces;
mod reading;
mod rendered;
mod said;
mod sensitive;
mod style;
mod truth;
mod words;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::layout::{LayoutError, Rendered};
use super::{Message, Slot};
use pieces::Piece;

pub use about::{About, Class, Limits};
pub use form::{MOST_SEGMENTS, MOST_WORDS, SHORT_SUBJECT, USUAL_WORDS, count_words};
pub use holes::is_nothing;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Blocks approval and sending.
    Error,
    /// Worth a look; can be dismissed for good.
    Hint,
}

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
pub struct Place {
    pub field: Field,
    /// Which subject or part, from 0.
    pub index: usize,
    pub slot: Option<Slot>,
    /// Bytes of that text, from and up to; equal where it is about the whole.
    pub from: usize,
    pub to: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The message as a whole.
    Message,
    Subject,
    Preheader,
    Greeting,
    Part,
    /// The words of the button.
    Call,
    Link,
    Signature,
    Brand,
    /// Of what the layout made.
    Html,
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    pub severity: Severity,
    pub code: Code,
    pub place: Place,
    /// The words that it is about, at most 80 characters of them.
    pub found: String,
    pub reason: String,
    pub fix: String,
    /// Names this finding wherever the same is said again: what a dismissed hint is kept by.
    pub digest: String,
}

macro_rules! codes {
    ($($(#[doc = $about:literal])+ $one:ident $code:literal $severity:ident;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Code {
            $($(#[doc = $about])+ $one,)+
        }

        impl Code {
            pub const ALL: &[Self] = &[$(Self::$one),+];

            /// As the API names it, and as a dismissed hint is stored.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$one => $code,)+
                }
            }

            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$one => Severity::$severity,)+
                }
            }
        }
    };
}

codes! {
    /// Nothing to press where something must be.
    NoCall "no_call" Error;
    /// More than one thing to press or to follow.
    SecondCall "second_call" Error;
    /// A link that is not https, or leads to a host that is not the shop's.
    ForeignLink "foreign_link" Error;
    /// An address of mail that is not the shop's.
    ForeignAddress "foreign_address" Error;
    /// A merge field that was not filled, or words that stand for a missing one.
    Hole "hole" Error;
    /// A character that nobody sees, or that turns the direction of the text.
    HiddenCharacter "hidden_character" Error;
    /// Tags in words.
    Markup "markup" Error;
    /// A number, date, amount, share, code or name that no fact, term or sentence of the shop holds.
    InventedFact "invented_fact" Error;
    /// Words that rest on a fact which is not this person's, or do not show it.
    WrongFact "wrong_fact" Error;
    /// Another person's name.
    WrongName "wrong_name" Error;
    /// The offer's words are not its terms.
    OfferDiffers "offer_differs" Error;
    /// An offer where none is made.
    OfferWithoutTerms "offer_without_terms" Error;
    /// A term that must be said is not: code, minimum, last day.
    TermMissing "term_missing" Error;
    /// Deeper or longer than the guardrails allow, or over already.
    OutsideGuardrails "outside_guardrails" Error;
    /// Another channel of the step says another offer or deadline.
    ChannelsDiffer "channels_differ" Error;
    /// A service message that carries an offer.
    OfferInService "offer_in_service" Error;
    /// Something private that is inferred and spelled out.
    Sensitive "sensitive" Error;
    /// Something that others may read where they should not.
    OpenToOthers "open_to_others" Error;
    /// No way to stop these messages.
    NoUnsubscribe "no_unsubscribe" Error;
    /// No postal address of the sender.
    NoPostalAddress "no_postal_address" Error;
    /// Over two hundred words, or more than a form holds.
    TooLong "too_long" Error;
    /// A text message without words to stop it.
    NoOptOut "no_opt_out" Error;
    /// A sender's name that networks refuse.
    SenderName "sender_name" Error;
    /// A first mail that pretends to be an answer.
    FalseReply "false_reply" Error;
    /// Plain text and HTML say different things.
    TextDiffers "text_differs" Error;
    /// HTML that can do something, or that mail clients cut off.
    UnsafeHtml "unsafe_html" Error;
    /// Two subjects alike, a subject missing, or none to choose from.
    Subjects "subjects" Error;
    /// Says how the shop feels and nothing that the reader gets.
    Empty "empty" Hint;
    /// Presses or shames.
    Pressure "pressure" Hint;
    /// Hard to read.
    HardToRead "hard_to_read" Hint;
    /// Words that filters have learned to distrust.
    SpamProne "spam_prone" Hint;
    /// More picture than words.
    MostlyImages "mostly_images" Hint;
    /// A subject that phones cut off.
    LongSubject "long_subject" Hint;
    /// Under one hundred and fifty words.
    Short "short" Hint;
    /// An image without words for those who do not see it.
    NoAlt "no_alt" Hint;
    /// Colours that are hard to tell apart.
    LowContrast "low_contrast" Hint;
    /// A text message that costs more than one of plain letters.
    CostlyText "costly_text" Hint;
}

/// All findings on a message in words, errors first.
pub fn lint(message: &Message, about: &About<'_>) -> Vec<Finding> {
    let pieces = pieces::of(message);
    let mut found = Findings::default();
    holes::check(&pieces, &mut found);
    calls::check(message, &pieces, about, &mut found);
    truth::check(message, &pieces, about, &mut found);
    offer::check(message, &pieces, about, &mut found);
    sensitive::check(message, &pieces, about, &mut found);
    form::check(message, &pieces, about, &mut found);
    style::check(message, &pieces, about, &mut found);
    reading::check(message, &mut found);
    found.sorted()
}

/// All findings on what a layout made, errors first.
pub fn lint_rendered(rendered: &Rendered, message: &Message, about: &About<'_>) -> Vec<Finding> {
    let mut found = Findings::default();
    rendered::check(rendered, message, about, &mut found);
    found.sorted()
}

/// Of a message that no layout can set.
pub fn not_laid_out(error: &LayoutError) -> Vec<Finding> {
    let mut found = Findings::default();
    found.whole(Code::UnsafeHtml, Field::Html, "layout", format!("{error}."), "Shorten the message, or take markup out of it.");
    found.0
}

/// Whether nothing blocks.
pub fn is_clean(findings: &[Finding]) -> bool {
    findings.iter().all(|finding| finding.severity != Severity::Error)
}

/// What was found so far.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// About some words of a piece.
    fn at(
        &mut self,
        code: Code,
        piece: &Piece<'_>,
        (from, to): (usize, usize),
        reason: impl Into<String>,
        fix: impl Into<String>,
    ) {
        let place = Place { field: piece.field, index: piece.index, slot: piece.slot, from, to };
        let words = piece.text.get(from..to).unwrap_or_default();
        self.push(code, place, words, reason.into(), fix.into());
    }

    /// About the whole of something.
    fn whole(&mut self, code: Code, field: Field, about: &str, reason: impl Into<String>, fix: impl Into<String>) {
        let place = Place { field, index: 0, slot: None, from: 0, to: 0 };
        self.push(code, place, about, reason.into(), fix.into());
    }

    fn push(&mut self, code: Code, place: Place, words: &str, reason: String, fix: String) {
        let is_known = |known: &Finding| known.code == code && known.place == place;
        if self.0.iter().any(is_known) {
            return;
        }
        let found: String = words.chars().filter(|one| !super::layout::is_hidden(*one)).take(80).collect();
        self.0.push(Finding { severity: code.severity(), digest: digest(code, words), code, place, found, reason, fix });
    }

    fn sorted(mut self) -> Vec<Finding> {
        self.0.sort_by(|one, other| (one.severity, &one.place, one.code).cmp(&(other.severity, &other.place, other.code)));
        self.0
    }
}

/// Sixteen hexadecimal digits that follow from the code and the words, however they are spaced or capitalised.
fn digest(code: Code, words: &str) -> String {
    let words: Vec<String> = words.split_whitespace().map(str::to_lowercase).collect();
    let mut hash = Sha256::new();
    hash.update(code.code().as_bytes());
    hash.update(b"\0");
    hash.update(words.join(" ").as_bytes());
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
