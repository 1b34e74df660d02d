//! Length, form and what each channel must have.

use super::pieces::Piece;
use super::{About, Class, Code, Field, Findings};
use crate::message::layout::without_reply;
use crate::message::{Channel, Message, Slot, sms};
use crate::offer::Step;

/// A mail of more words than this is an error, of fewer than the other a hint.
pub const MOST_WORDS: usize = 200;
pub const USUAL_WORDS: usize = 150;

/// A text message of more segments than this is an error.
pub const MOST_SEGMENTS: usize = 4;

/// Words that fit a postcard's half, a card in an app, a call's notes, ninety spoken seconds.
const POST_WORDS: usize = 160;
const IN_APP_WORDS: usize = 80;
const CALL_WORDS: usize = 500;
const VIDEO_WORDS: usize = 260;

/// Characters of a subject that an iPhone held upright shows (The Orchard, Subject line length and open rates: 41). The Gmail app
/// shows some fewer.
pub const SHORT_SUBJECT: usize = 41;

/// Words of a message's body: greeting to closing with the offer, without button and signature. Scripts without blanks count two
/// characters as a word.
pub fn count_words(message: &Message) -> usize {
    let shown = message.parts.iter().filter(|part| !matches!(part.slot, Slot::Subject | Slot::Preheader | Slot::Action));
    words_of(&message.greeting) + shown.map(|part| words_of(&part.text)).sum::<usize>()
}

fn words_of(text: &str) -> usize {
    let unspaced = text.chars().filter(|one| is_unspaced(*one)).count();
    let spaced = text.split(|one: char| one.is_whitespace() || is_unspaced(one));
    spaced.filter(|word| word.chars().any(char::is_alphanumeric)).count() + unspaced.div_ceil(2)
}

/// Of Chinese, Japanese or Thai.
fn is_unspaced(one: char) -> bool {
    matches!(one, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

pub(super) fn check(message: &Message, pieces: &[Piece<'_>], about: &About<'_>, found: &mut Findings) {
    length(message, found);
    match message.channel {
        Channel::Email => mail(message, pieces, about, found),
        Channel::Sms => text(message, about, found),
        _ => {}
    }
}

fn length(message: &Message, found: &mut Findings) {
    let words = count_words(message);
    let most = match message.channel {
        Channel::Email => MOST_WORDS,
        Channel::Post => POST_WORDS,
        Channel::InApp => IN_APP_WORDS,
        Channel::Call => CALL_WORDS,
        Channel::Video => VIDEO_WORDS,
        Channel::Sms => return,
    };
    if words > most {
        let reason = format!("It has {words} words; more than {most} are not read, or do not fit.");
        found.whole(Code::TooLong, Field::Message, "length", reason, "Choose shorter blocks, or cut a paragraph.");
    } else if message.channel == Channel::Email && words < USUAL_WORDS {
        let reason = format!("It has {words} words; fewer than {USUAL_WORDS} seldom say enough.");
        found.whole(Code::Short, Field::Message, "length", reason, "Add a fact, a proof, or what changed.");
    }
}

fn mail(message: &Message, pieces: &[Piece<'_>], about: &About<'_>, found: &mut Findings) {
    let subjects: Vec<&str> = message.subjects.iter().map(|part| part.text.trim()).collect();
    let is_choice = matches!(subjects.as_slice(), [one, other] if one.to_lowercase() != other.to_lowercase());
    if !is_choice {
        let reason = "A mail has two subjects to be tried against each other, and they differ.";
        found.whole(Code::Subjects, Field::Subject, &subjects.join(" / "), reason, "Write two subjects from different angles.");
    }
    let is_first = about.is_first || message.step == Step::Help || !message.same_thread;
    for piece in pieces.iter().filter(|piece| piece.field == Field::Subject) {
        let rest = without_reply(piece.text);
        if is_first && rest.len() < piece.text.trim_start().len() {
            let reason = "This subject pretends to answer or pass on a mail that the reader never wrote.";
            found.at(Code::FalseReply, piece, (0, piece.text.len() - rest.len()), reason, "Delete the mark before the colon.");
        }
        let length = piece.text.chars().count();
        if length > SHORT_SUBJECT {
            let cut = piece.text.char_indices().nth(SHORT_SUBJECT).map_or(piece.text.len(), |(at, _)| at);
            let reason = format!("It has {length} characters; a phone held upright shows about {SHORT_SUBJECT}.");
            found.at(Code::LongSubject, piece, (cut, piece.text.len()), reason, "Put what matters into the first words.");
        }
    }
    if message.same_thread && (about.is_first || message.step == Step::Help) {
        let reason = "The first mail has no thread to continue.";
        found.whole(Code::FalseReply, Field::Message, "same_thread", reason, "Let the thread begin with the second mail.");
    }
    if about.class == Class::Marketing && about.brand.postal_address.as_deref().is_none_or(|address| address.trim().is_empty()) {
        let reason = "Marketing mail must carry the sender's postal address.";
        found.whole(Code::NoPostalAddress, Field::Brand, "postal_address", reason, "Write it into the brand's settings.");
    }
}

fn text(message: &Message, about: &About<'_>, found: &mut Findings) {
    let words = body(message);
    let segments = sms::segments(&words);
    if segments.count > MOST_SEGMENTS {
        let reason =
            format!("It takes {} segments, each of which is paid for; more than {MOST_SEGMENTS} are too many.", segments.count);
        found.whole(Code::TooLong, Field::Message, "length", reason, "Cut it to the offer, its last day and the link.");
    }
    let outside = sms::outside_gsm(&words);
    let plain: String = words.chars().filter(|one| !outside.contains(one)).collect();
    if !outside.is_empty() && outside.len() <= 5 && sms::segments(&plain).count < segments.count {
        let shown: Vec<String> = outside.iter().map(|one| format!("\"{one}\"")).collect();
        let reason = format!("It takes {} segments because of {}.", segments.count, shown.join(", "));
        found.whole(Code::CostlyText, Field::Message, &shown.join(", "), reason, "Write these characters in another way.");
    }
    if about.class == Class::Marketing && !sms::has_opt_out(&words, &message.locale) {
        let reason = "It does not say how to stop these messages.";
        let fix = format!("End it with the word to send: {}.", sms::opt_out_words(&message.locale).first().unwrap_or(&"STOP"));
        found.whole(Code::NoOptOut, Field::Message, "opt_out", reason, fix);
    }
    let sender = about.brand.sms_sender.as_deref();
    if !sender.is_some_and(sms::is_sender) {
        let reason = "A text message needs a sender's name of at most eleven letters and figures without accents, with a letter among them.";
        found.whole(Code::SenderName, Field::Brand, sender.unwrap_or_default(), reason, "Write it into the brand's settings.");
    }
}

/// What is sent, with the link as it is.
fn body(message: &Message) -> String {
    let parts = message.parts.iter().filter(|part| !matches!(part.slot, Slot::Subject | Slot::Preheader | Slot::Action));
    let mut texts: Vec<&str> = std::iter::once(message.greeting.as_str()).chain(parts.map(|part| part.text.as_str())).collect();
    if let Some(call) = &message.call
        && !texts.iter().any(|text| text.contains(&call.link))
    {
        texts.push(&call.link);
    }
    texts.retain(|text| !text.is_empty());
    texts.join("\n")
}
