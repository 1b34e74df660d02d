//! Private things that a message must not spell out, even where a record would allow to guess them.
//!
//! Some are never said: health, pregnancy, belief, whom one loves, money trouble, and that one is watched. A failed payment is said
//! only where that is what the mail is for. What others may read on the way, a postcard or a locked phone's screen, says less still.

use super::pieces::Piece;
use super::words::Plain;
use super::{About, Class, Code, Field, Findings};
use crate::message::{Channel, FactKey, Message};

struct Topic {
    reason: &'static str,
    phrases: &'static [&'static str],
}

const FIX: &str = "Say what the shop offers, not what it guesses of the reader.";

const TOPICS: [Topic; 8] = [
    Topic {
        reason: "This says or guesses something of the reader's health.",
        phrases: &[
            "your illness",
            "your disease",
            "your diagnos*",
            "your condition",
            "your depression",
            "your anxiety",
            "your addiction",
            "your weight",
            "your disabilit*",
            "your symptom*",
            "your medication",
            "your therapy",
            "your diabetes",
            "your cancer",
            "your infertility",
            "overweight",
            "since your surgery",
            "your mental health",
            "ihre krankheit",
            "deine krankheit",
            "ihre diagnose",
            "ihr gewicht",
            "ihre depression",
            "votre maladie",
            "tu enfermedad",
            "su enfermedad",
            "la tua malattia",
            "je ziekte",
            "incontinence",
            "erectile",
            "hiv",
        ],
    },
    Topic {
        reason: "This says or guesses a pregnancy or a family matter.",
        phrases: &[
            "pregnan*",
            "expecting a baby",
            "your due date",
            "your unborn",
            "trying to conceive",
            "your miscarriage",
            "your divorce",
            "your breakup",
            "schwanger*",
            "enceinte",
            "embarazad*",
            "incinta",
            "zwanger*",
            "grávida*",
            "gravid*",
            "ciąż*",
        ],
    },
    Topic {
        reason: "This says or guesses trouble with money.",
        phrases: &[
            "your debt*",
            "in debt",
            "bankrupt*",
            "you can't afford",
            "you couldn't afford",
            "cannot afford",
            "lost your job",
            "losing your job",
            "short of money",
            "short on cash",
            "tight on money",
            "money trouble*",
            "money is tight",
            "your credit score",
            "your low income",
            "financial difficult*",
            "financial trouble*",
            "financial hardship",
            "ihre schulden",
            "deine schulden",
            "geldsorgen",
            "knapp bei kasse",
            "nicht leisten können",
            "vos dettes",
            "tus deudas",
            "sus deudas",
            "i tuoi debiti",
            "je schulden",
            "arbeitslos*",
            "unemploy*",
        ],
    },
    Topic {
        reason: "This says or guesses what the reader believes.",
        phrases: &[
            "your religion",
            "your faith",
            "your church",
            "your mosque",
            "your synagogue",
            "as a christian",
            "as a muslim",
            "as a jew*",
            "your political",
            "your vote",
            "your party",
            "your trade union",
            "your ethnic*",
            "your race",
            "ihre religion",
            "deine religion",
            "ihr glaube",
            "votre religion",
            "tu religión",
            "su religión",
        ],
    },
    Topic {
        reason: "This says or guesses whom the reader loves.",
        phrases: &[
            "sexual*",
            "your sex life",
            "gay",
            "lesbian*",
            "bisexual",
            "transgender",
            "your gender identity",
            "ihre sexualität",
            "homosexu*",
            "schwul*",
        ],
    },
    Topic {
        reason: "This tells the reader that they are watched.",
        phrases: &[
            "we noticed you",
            "we noticed that you",
            "we've noticed",
            "we have noticed",
            "we saw you",
            "we saw that you",
            "we see that you",
            "we see you",
            "we know you",
            "we know that you",
            "our records show",
            "our data show*",
            "our system show*",
            "we've been watching",
            "we are watching",
            "you haven't been opening",
            "you didn't open",
            "you have not opened",
            "haven't opened our",
            "you stopped opening",
            "you opened our",
            "uns ist aufgefallen",
            "wir haben bemerkt",
            "wir haben gesehen",
            "wir sehen dass",
            "nous avons remarqué",
            "nous avons constaté",
            "hemos notado",
            "hemos visto que",
            "abbiamo notato",
            "we hebben gemerkt",
            "notamos que",
            "vi har märkt",
            "zauważyliśmy",
        ],
    },
    Topic {
        reason: "This speaks of the reader's complaint as if it were a weakness of theirs.",
        phrases: &[
            "you complained",
            "your complaint",
            "you were angry",
            "you were unhappy",
            "you were upset",
            "sie haben sich beschwert",
            "ihre beschwerde",
            "votre plainte",
            "tu queja",
        ],
    },
    Topic {
        reason: "This guesses at the reader's age or body.",
        phrases: &[
            "at your age",
            "people your age",
            "in ihrem alter",
            "in deinem alter",
            "à votre âge",
            "a tu edad",
            "your wrinkles",
            "your menopause",
            "menopaus*",
        ],
    },
];

const PAYMENT: &[&str] = &[
    "payment was declined",
    "payment declined",
    "card was declined",
    "card declined",
    "payment failed",
    "payment has failed",
    "failed payment",
    "payment did not go through",
    "payment didn't go through",
    "could not charge",
    "couldn't charge",
    "card has expired",
    "card expired",
    "unpaid invoice",
    "overdue",
    "zahlung ist fehlgeschlagen",
    "zahlung fehlgeschlagen",
    "zahlung wurde abgelehnt",
    "karte wurde abgelehnt",
    "offene rechnung",
    "paiement a échoué",
    "paiement refusé",
    "pago rechazado",
    "pago ha fallado",
    "pagamento rifiutato",
    "betaling mislukt",
];

/// What nobody else's business is, on a card that a neighbour may read.
const CLOSED: [FactKey; 4] = [FactKey::PaymentFailed, FactKey::TicketSolved, FactKey::Refunded, FactKey::WishedFeature];

pub(super) fn check(message: &Message, pieces: &[Piece<'_>], about: &About<'_>, found: &mut Findings) {
    let is_open = matches!(message.channel, Channel::Post | Channel::Sms);
    for piece in pieces.iter().filter(|piece| piece.is_said() && piece.field != Field::Greeting) {
        let plain = Plain::new(piece.text);
        for topic in &TOPICS {
            if let Some(place) = plain.any(topic.phrases) {
                found.at(Code::Sensitive, piece, place, topic.reason, FIX);
            }
        }
        if let Some(place) = plain.any(PAYMENT) {
            if about.class != Class::Service {
                let reason = "A payment that failed is said only in a service message that is there to mend it.";
                found.at(Code::Sensitive, piece, place, reason, "Leave it out, or send a payment recovery instead.");
            } else if is_open {
                let reason = "A payment that failed must not be read by others: not on a card, not on a locked screen.";
                found.at(
                    Code::OpenToOthers,
                    piece,
                    place,
                    reason,
                    "Say that there is something about the account, and let them sign in.",
                );
            }
        }
    }
    if message.channel == Channel::Post {
        let parts = message.parts.iter().flat_map(|part| &part.facts);
        for key in message.facts.iter().chain(parts).filter(|key| CLOSED.contains(key)) {
            let reason = format!("A postcard is read on its way: it must not rest on \"{}\".", key.code());
            found.whole(Code::OpenToOthers, Field::Message, key.code(), reason, "Choose a block that does without this fact.");
        }
    }
}
