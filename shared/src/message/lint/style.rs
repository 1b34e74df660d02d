//! Hints on how a message speaks and looks. None of them blocks.

use super::pieces::{Piece, words};
use super::words::Plain;
use super::{About, Code, Field, Findings};
use crate::message::layout::colour;
use crate::message::{Channel, Message};

/// How the shop feels.
const EMPTY: &[&str] = &[
    "we miss you",
    "we missed you",
    "we've missed you",
    "we have missed you",
    "miss you",
    "long time no see",
    "it's been a while",
    "it has been a while",
    "come back to us",
    "we want you back",
    "we'd love to have you back",
    "we would love to have you back",
    "valued customer",
    "we hope this finds you well",
    "hope this email finds you well",
    "just checking in",
    "touching base",
    "wir vermissen sie",
    "wir vermissen dich",
    "sie fehlen uns",
    "du fehlst uns",
    "lange nichts gehört",
    "sehr geschätzter kunde",
    "vous nous manquez",
    "tu nous manques",
    "te echamos de menos",
    "te extrañamos",
    "ci manchi",
    "ci sei mancato",
    "we missen je",
    "sentimos sua falta",
    "sentimos a sua falta",
    "vi saknar dig",
    "tęsknimy",
    "寂しい",
    "نفتقدك",
    "אנחנו מתגעגעים",
];

const PRESSURE: &[&str] = &[
    "last chance",
    "act now",
    "act fast",
    "don't miss out",
    "don't miss",
    "hurry*",
    "before it's too late",
    "only hours left",
    "running out",
    "while stocks last",
    "final notice",
    "final warning",
    "immediately",
    "urgent*",
    "limited time",
    "you'll regret",
    "you will regret",
    "don't be the only one",
    "everyone else",
    "others have already",
    "you owe",
    "you forgot us",
    "have you forgotten",
    "why did you leave",
    "how could you",
    "you abandoned",
    "you left us",
    "disappointed in you",
    "you should be ashamed",
    "do you really want",
    "now or never",
    "once in a lifetime",
    "you have been selected",
    "letzte chance",
    "nur noch heute",
    "beeilen sie",
    "beeil dich",
    "jetzt oder nie",
    "schnell sein",
    "haben sie uns vergessen",
    "hast du uns vergessen",
    "dernière chance",
    "dépêchez",
    "última oportunidad",
    "date prisa",
    "ultima occasione",
    "affrettati",
    "laatste kans",
    "sista chansen",
    "ostatnia szansa",
];

const SPAM: &[&str] = &[
    "100% free",
    "free money",
    "cash bonus",
    "no obligation",
    "risk free",
    "risk-free",
    "no strings attached",
    "guaranteed",
    "act now",
    "buy now",
    "click here",
    "click below",
    "congratulations",
    "winner",
    "you won",
    "earn money",
    "extra income",
    "lowest price",
    "best price",
    "incredible deal",
    "amazing deal",
    "exclusive deal",
    "special promotion",
    "once in a lifetime",
    "order now",
    "satisfaction guaranteed",
    "this is not spam",
    "this isn't spam",
    "dear friend",
    "double your",
    "no catch",
    "no cost",
    "limited time offer",
    "gewonnen",
    "garantiert",
    "kostenlos",
    "herzlichen glückwunsch",
    "100% gratis",
    "félicitations",
    "gagnant",
    "felicidades",
    "garantizado",
    "congratulazioni",
    "gefeliciteerd",
];

pub(super) fn check(message: &Message, pieces: &[Piece<'_>], about: &About<'_>, found: &mut Findings) {
    let proofs = |text: &str| about.proofs.iter().any(|proof| proof.contains(text));
    for piece in pieces.iter().filter(|piece| piece.is_said() && piece.field != Field::Greeting) {
        let plain = Plain::new(piece.text);
        if let Some(place) = plain.any(EMPTY) {
            let reason = "This says how the shop feels, and nothing that the reader gets from it.";
            found.at(Code::Empty, piece, place, reason, "Say what changed for them, or what you can do.");
        }
        if let Some(place) = plain.any(PRESSURE) {
            let reason = "This presses or shames; whoever comes back so leaves again, or opts out.";
            found.at(Code::Pressure, piece, place, reason, "Name the day and leave the choice to them.");
        }
        if let Some(place) = plain.any(SPAM).filter(|(from, to)| !proofs(piece.text.get(*from..*to).unwrap_or_default())) {
            let reason = "Filters have seen these words in unwanted mail.";
            found.at(Code::SpamProne, piece, place, reason, "Say it in the words that you would say to their face.");
        }
        loud(piece, about, found);
    }
    if message.channel == Channel::Email || message.channel == Channel::InApp {
        contrast(about, found);
    }
}

/// Capitals and exclamation marks.
fn loud(piece: &Piece<'_>, about: &About<'_>, found: &mut Findings) {
    let code = about.promise.and_then(|promise| promise.code.as_deref()).unwrap_or_default();
    let is_loud =
        |word: &str| word.chars().count() >= 4 && word.chars().all(|one| one.is_uppercase()) && word != code && word != "STOP";
    let mut loud = words(piece.text).into_iter().filter(|word| is_loud(word.text) && !about.brand.name.contains(word.text));
    if let (Some(first), Some(_)) = (loud.next(), loud.next()) {
        let reason = "Words in capitals shout, and filters distrust them.";
        found.at(Code::SpamProne, piece, (first.from, first.to), reason, "Write them in small letters.");
    }
    let marks = piece.text.matches(['!', '！']).count();
    if let Some(at) = piece.text.find(['!', '！']).filter(|_| marks > 2 || piece.text.contains("!!")) {
        found.at(Code::SpamProne, piece, (at, at + 1), "Many exclamation marks shout.", "One is enough, none is better.");
    }
}

/// Of words 4.5 to 1 (Web Content Accessibility Guidelines 2.2, 1.4.3), of the button against its ground 3 to 1 (1.4.11).
fn contrast(about: &About<'_>, found: &mut Findings) {
    let colours = &about.brand.colours;
    for (words, ground, least, what) in [
        (&colours.text, &colours.background, 4.5, "the text on its background"),
        (&colours.on_accent, &colours.accent, 4.5, "the button's words on it"),
        (&colours.accent, &colours.background, 3.0, "the button on the background"),
    ] {
        let about = format!("{words} {ground}");
        match colour::parse(words).zip(colour::parse(ground)).map(|(one, other)| colour::contrast(one, other)) {
            Some(ratio) if ratio < least => {
                let reason =
                    format!("The contrast of {what} is {ratio:.1} to 1, under the {least} to 1 that most people can read.");
                found.whole(Code::LowContrast, Field::Brand, &about, reason, "Make one of the two colours darker or lighter.");
            }
            Some(_) => {}
            None => {
                let reason = "A colour of the brand is not written as # and six digits, so that ours are used.";
                found.whole(Code::LowContrast, Field::Brand, &about, reason, "Write colours such as #1f5fbf.");
            }
        }
    }
}
