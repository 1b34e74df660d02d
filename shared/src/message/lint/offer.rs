//! The offer in a message is the one that the ladder gives, in its terms, inside the guardrails, and the same in every channel.

use super::dates;
use super::numbers::{self, Kind};
use super::pieces::Piece;
use super::said::{blank, thousandths};
use super::words::Plain;
use super::{About, Class, Code, Field, Findings};
use crate::message::{Channel, FactKey, Message, Promise};
use crate::offer::percent;
use crate::time::Day;

/// Words that make a share or an amount near them an offer.
const OFF: &[&str] = &[
    "off",
    "discount*",
    "rebate",
    "save",
    "saving*",
    "voucher*",
    "coupon*",
    "rabatt*",
    "nachlass",
    "gutschein*",
    "sparen",
    "remise",
    "réduction*",
    "descuento*",
    "sconto",
    "sconti",
    "korting*",
    "desconto*",
    "zniżk*",
    "rabat*",
    "割引",
    "خصم",
    "הנחה",
];

/// Words that promise something by themselves.
const GIFTS: &[&str] = &[
    "free shipping",
    "free delivery",
    "free month*",
    "free trial",
    "free gift",
    "for free",
    "free of charge",
    "on the house",
    "discount*",
    "voucher*",
    "coupon*",
    "promo code",
    "money back",
    "gratis",
    "kostenlos*",
    "geschenkt",
    "rabatt*",
    "gutschein*",
    "gratuit*",
    "remise",
    "descuento*",
    "sconto",
    "korting*",
    "desconto*",
    "zniżk*",
    "half price",
    "buy one get one",
];

/// Before such a word, they make it none.
const DENIALS: &[&str] = &[
    "no", "not", "without", "isn't", "never", "kein", "keine", "keinen", "ohne", "nicht", "pas", "sans", "sin", "senza", "geen",
    "a",
];

const FIX: &str = "Let the offer's block write its terms; they come from the ladder.";

pub(super) fn check(message: &Message, pieces: &[Piece<'_>], about: &About<'_>, found: &mut Findings) {
    if about.class == Class::Service {
        service(message, pieces, found);
        return;
    }
    if message.promise.as_ref() != about.promise {
        let reason = "The offer that this message carries is not the one that the ladder gives on this step.";
        found.whole(
            Code::OfferDiffers,
            Field::Message,
            "promise",
            reason,
            "Write the message anew: the ladder has changed since.",
        );
    }
    for promise in [message.promise.as_ref(), about.promise].into_iter().flatten() {
        guardrails(message, promise, about, found);
    }
    match about.promise {
        Some(promise) => {
            terms(message, pieces, promise, found);
            numbers_of(pieces, promise, about, found);
        }
        None => none_is_made(message, pieces, about, found),
    }
    channels(message, about, found);
}

fn service(message: &Message, pieces: &[Piece<'_>], found: &mut Findings) {
    let fix = "Leave the offer out, or send this as marketing to those who agreed to that.";
    if message.promise.is_some() {
        let reason = "A service message needs no consent because it sells nothing: this one carries an offer.";
        found.whole(Code::OfferInService, Field::Message, "promise", reason, fix);
    }
    for piece in pieces.iter().filter(|piece| piece.is_said()) {
        if let Some(place) = gift(piece.text) {
            found.at(Code::OfferInService, piece, place, "A service message must not speak of an offer.", fix);
        }
    }
}

fn guardrails(message: &Message, promise: &Promise, about: &About<'_>, found: &mut Findings) {
    let mut outside =
        |words: &str, reason: String, fix: &str| found.whole(Code::OutsideGuardrails, Field::Message, words, reason, fix);
    if promise.depth > about.limits.greatest_depth {
        let reason = format!(
            "{} off is deeper than the {} that the guardrails allow here.",
            percent(promise.depth),
            percent(about.limits.greatest_depth)
        );
        outside("depth", reason, "Offer less, or let whoever may change the guardrails.");
    }
    let days =
        Day::parse_iso(&promise.expires).zip(Day::parse_iso(&message.day)).map(|(end, day)| i64::from(end.0) - i64::from(day.0));
    match days {
        Some(days) if days < 0 => {
            outside("expires", "The offer is over before the message is written.".to_owned(), "Use a later last day.")
        }
        Some(days) if days > i64::from(about.limits.most_expiry_days) => {
            let reason = format!(
                "The offer stands for {days} days, longer than the {} that the guardrails allow.",
                about.limits.most_expiry_days
            );
            outside("expires", reason, "Use an earlier last day.");
        }
        Some(_) => {}
        None => outside("expires", "The offer has no last day that can be read.".to_owned(), "Give it an ISO date."),
    }
}

/// What must be said: the code, the share or amount, the minimum, the last day.
fn terms(message: &Message, pieces: &[Piece<'_>], promise: &Promise, found: &mut Findings) {
    let said: Vec<&Piece<'_>> = pieces.iter().filter(|piece| piece.is_said()).collect();
    let mut missing = |what: &str, words: String| {
        let reason = format!("The message does not say {what}: {words}.");
        found.whole(Code::TermMissing, Field::Message, what, reason, FIX);
    };
    if let Some(code) = &promise.code {
        let has_link = message.call.as_ref().is_some_and(|call| call.link.contains(code.as_str()));
        if !has_link && !said.iter().any(|piece| piece.text.contains(code.as_str())) {
            missing("the code", code.clone());
        }
    }
    let numbers: Vec<numbers::Number> = said.iter().flat_map(|piece| numbers::find(piece.text)).collect();
    let share = i64::from(promise.depth) * 100;
    if promise.depth > 0 && !numbers.iter().any(|number| number.kind == Kind::Share && number.values.contains(&share)) {
        missing("the share off", percent(promise.depth));
    }
    for (what, money) in [("the amount", promise.amount), ("the least order", promise.minimum)] {
        let Some(money) = money else { continue };
        let is_said = numbers.iter().any(|number| match &number.kind {
            Kind::Money(currencies) => {
                currencies.contains(&money.currency) && thousandths(money).is_some_and(|value| number.values.contains(&value))
            }
            _ => false,
        });
        if !is_said {
            missing(what, format!("{} {}", money.amount(), money.currency));
        }
    }
    let end = dates::of_iso(&promise.expires);
    let says_end = |piece: &&Piece<'_>| {
        dates::find(piece.text, &message.locale).iter().any(|date| date.day.is_some() && end.is_some_and(|end| date.is(end)))
    };
    if end.is_some() && !said.iter().any(says_end) {
        missing("the last day", promise.expires.clone());
    }
}

/// Shares, amounts and codes of the offer's words are its terms.
fn numbers_of(pieces: &[Piece<'_>], promise: &Promise, about: &About<'_>, found: &mut Findings) {
    let amount = promise.amount.and_then(thousandths);
    let minimum = promise.minimum.and_then(thousandths);
    for piece in pieces.iter().filter(|piece| piece.is_said()) {
        let mut text = piece.text.to_owned();
        about.proofs.iter().for_each(|proof| blank(&mut text, proof));
        for number in numbers::find(&text) {
            let is_near = near(&text, number.from, number.to);
            let holds = |value: Option<i64>| value.is_some_and(|value| number.values.contains(&value));
            let is_wrong = match number.kind {
                Kind::Share => {
                    (piece.is_offer() || is_near) && !holds(Some(i64::from(promise.depth) * 100).filter(|share| *share > 0))
                }
                Kind::Money(_) => is_near && !holds(amount) && !holds(minimum),
                Kind::Plain | Kind::Mixed => false,
            };
            if is_wrong {
                let reason = "This is not what the ladder gives this person.";
                found.at(Code::OfferDiffers, piece, (number.from, number.to), reason, FIX);
            }
        }
        if let Some(place) = other_code(&text, promise) {
            let reason = "This code is not the one that this person gets.";
            found.at(Code::OfferDiffers, piece, place, reason, FIX);
        }
    }
}

/// A word in capitals after "code" that is another code.
fn other_code(text: &str, promise: &Promise) -> Option<(usize, usize)> {
    let words = super::pieces::words(text);
    let is_label = |word: &str| {
        matches!(word.to_lowercase().as_str(), "code" | "gutscheincode" | "rabattcode" | "codice" | "código" | "kod" | "koden")
    };
    let labels = words.iter().enumerate().filter(|(_, word)| is_label(word.text));
    let mut after = labels.flat_map(|(at, _)| words.iter().skip(at + 1).take(2));
    let is_code =
        |word: &str| word.chars().count() >= 4 && word.chars().any(char::is_uppercase) && !word.chars().any(char::is_lowercase);
    let own = promise.code.as_deref().unwrap_or_default();
    let other = after.find(|word| is_code(word.text) && !own.starts_with(word.text) && !own.contains(word.text))?;
    Some((other.from, other.to))
}

/// Whether words of an offer stand in the same sentence, close by.
fn near(text: &str, from: usize, to: usize) -> bool {
    let is_end = |one: char| matches!(one, '!' | '?' | ';' | '\n');
    let before = text.get(..from).unwrap_or_default();
    let start = before.rfind(is_end).map_or(0, |at| at + 1).max(before.char_indices().rev().nth(30).map_or(0, |(at, _)| at));
    let after = text.get(to..).unwrap_or_default();
    let end = after.find(is_end).unwrap_or(after.len()).min(after.char_indices().nth(30).map_or(after.len(), |(at, _)| at));
    // A sentence that ends before the number says nothing of it.
    let before = before.get(start..).unwrap_or_default();
    let before = before.rsplit(". ").next().unwrap_or_default();
    let after = after.get(..end).unwrap_or_default().split(". ").next().unwrap_or_default();
    Plain::new(before).any(OFF).is_some() || Plain::new(after).any(OFF).is_some()
}

fn none_is_made(message: &Message, pieces: &[Piece<'_>], about: &About<'_>, found: &mut Findings) {
    let reason = "This promises something, and the ladder gives nothing on this step.";
    let fix = "Delete the promise, or give the step an offer.";
    for piece in pieces.iter().filter(|piece| piece.is_said()) {
        let mut text = piece.text.to_owned();
        about.proofs.iter().chain(about.stated).for_each(|stated| blank(&mut text, stated));
        let part = message.parts.get(piece.index).filter(|_| piece.field == Field::Part);
        if part.is_some_and(|part| part.facts.contains(&FactKey::Refunded)) {
            // Of money that went back already.
            blank(&mut text, "money back");
        }
        let number = numbers::find(&text)
            .into_iter()
            .find(|number| matches!(number.kind, Kind::Share | Kind::Money(_)) && near(&text, number.from, number.to));
        if let Some(place) = number.map(|number| (number.from, number.to)).or_else(|| gift(&text)) {
            found.at(Code::OfferWithoutTerms, piece, place, reason, fix);
        }
    }
}

fn gift(text: &str) -> Option<(usize, usize)> {
    let plain = Plain::new(text);
    GIFTS.iter().filter_map(|gift| plain.find(gift)).find(|(from, _)| {
        let before = text.get(..*from).unwrap_or_default();
        let mut last = super::pieces::words(before).into_iter().rev();
        let denied = last.next().is_some_and(|word| {
            let is_article = word.text.eq_ignore_ascii_case("a");
            DENIALS.contains(&word.text.to_lowercase().as_str())
                && (!is_article
                    || last.next().is_some_and(|word| matches!(word.text.to_lowercase().as_str(), "not" | "isn't" | "without")))
        });
        !denied
    })
}

fn channels(message: &Message, about: &About<'_>, found: &mut Findings) {
    let others = about.others.iter().filter(|other| other.step == message.step && other.channel != message.channel);
    for other in others.filter(|other| other.promise != message.promise) {
        let name = match other.channel {
            Channel::Email => "mail",
            Channel::Sms => "text message",
            Channel::InApp => "in-app message",
            Channel::Post => "postcard",
            Channel::Call => "call",
            Channel::Video => "video",
        };
        let reason = format!("The {name} of this step makes another offer, or ends it on another day.");
        found.whole(
            Code::ChannelsDiffer,
            Field::Message,
            other.channel.code(),
            reason,
            "Write all forms of the step from the same offer.",
        );
    }
}
