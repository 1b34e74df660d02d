//! Every number, date, amount, share, code and name in a message is a fact of this person, a term of the offer, or said by the shop.

use super::dates;
use super::numbers::{self, Kind, Number};
use super::pieces::{Piece, words};
use super::said::{Said, blank};
use super::{About, Code, Field, Findings};
use crate::message::{FactKey, FactValue, Message};

const FIX: &str = "Use a merge field, or state it where it can be checked: in the brief, in a block, or in the proof library.";

/// Words of greetings in the languages that we write, and of whoever is greeted without a name.
const GREETINGS: &[&str] = &[
    "hello",
    "hi",
    "hey",
    "dear",
    "good",
    "morning",
    "afternoon",
    "evening",
    "day",
    "there",
    "all",
    "everyone",
    "friend",
    "friends",
    "team",
    "mr",
    "mrs",
    "ms",
    "mx",
    "dr",
    "sir",
    "madam",
    "hallo",
    "guten",
    "tag",
    "morgen",
    "abend",
    "liebe",
    "lieber",
    "liebes",
    "sehr",
    "geehrte",
    "geehrter",
    "damen",
    "und",
    "herren",
    "herr",
    "frau",
    "moin",
    "grüß",
    "gott",
    "servus",
    "grüezi",
    "bonjour",
    "bonsoir",
    "salut",
    "cher",
    "chère",
    "madame",
    "monsieur",
    "messieurs",
    "hola",
    "buenos",
    "buenas",
    "días",
    "tardes",
    "estimado",
    "estimada",
    "querido",
    "querida",
    "señor",
    "señora",
    "ciao",
    "buongiorno",
    "buonasera",
    "salve",
    "gentile",
    "caro",
    "cara",
    "signor",
    "signora",
    "hoi",
    "beste",
    "geachte",
    "heer",
    "mevrouw",
    "goedendag",
    "goedemorgen",
    "dag",
    "olá",
    "oi",
    "bom",
    "boa",
    "dia",
    "tarde",
    "noite",
    "caro",
    "cara",
    "prezado",
    "prezada",
    "hej",
    "hejsan",
    "god",
    "morgon",
    "kära",
    "käre",
    "cześć",
    "dzień",
    "dobry",
    "witaj",
    "drogi",
    "droga",
    "szanowny",
    "szanowna",
    "pan",
    "pani",
    "państwo",
    "from",
    "at",
    "the",
    "von",
    "bei",
    "team",
    "folks",
    "it",
    "is",
    "again",
];

/// Words with a capital inside sentences of English that are nobody's name.
const CAPITALS: &[&str] = &[
    "i",
    "i'm",
    "i'd",
    "i'll",
    "i've",
    "ok",
    "ps",
    "p",
    "s",
    "faq",
    "sms",
    "pdf",
    "url",
    "tv",
    "usb",
    "diy",
    "english",
    "german",
    "french",
    "spanish",
    "italian",
    "dutch",
    "internet",
    "web",
    "christmas",
    "easter",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "stop",
    "code",
    "mr",
    "mrs",
    "ms",
    "dr",
    "you",
    "your",
    "stopp",
    "help",
    "re",
];

pub(super) fn check(message: &Message, pieces: &[Piece<'_>], about: &About<'_>, found: &mut Findings) {
    let said = Said::new(message, about);
    rests_on_facts(message, about, found);
    for piece in pieces.iter().filter(|piece| piece.is_said()) {
        let mut text = said.without_facts(piece.text);
        if let Some(call) = &message.call {
            blank(&mut text, &call.link);
        }
        dates_and_numbers(piece, &text, message, &said, found);
        match piece.field {
            Field::Greeting => greeting(piece, &said, about, found),
            _ => names(piece, &text, message, &said, found),
        }
    }
    signature(pieces, &said, found);
}

/// The facts that the words say they rest on are this person's, and can be seen.
fn rests_on_facts(message: &Message, about: &About<'_>, found: &mut Findings) {
    for key in message.facts.iter().filter(|key| about.recipient.fact(**key).is_none()) {
        let reason = format!("The message rests on the fact \"{}\", which this person does not have.", key.code());
        found.whole(Code::WrongFact, Field::Message, key.code(), reason, "Write the message anew from this person's facts.");
    }
    for (index, part) in message.parts.iter().enumerate() {
        let piece = Piece { field: Field::Part, index, slot: Some(part.slot), text: &part.text };
        for key in &part.facts {
            let reason = match about.recipient.fact(*key).map(|fact| &fact.value) {
                None => "which this person does not have",
                Some(FactValue::Text { text }) if is_quoted(*key) && !shows(&part.text, text) => "but says something else",
                Some(_) => continue,
            };
            let reason = format!("This text rests on the fact \"{}\", {reason}.", key.code());
            found.at(Code::WrongFact, &piece, (0, part.text.len()), reason, "Write the message anew from this person's facts.");
        }
    }
}

/// Shown in the record's own words; others may be told in the shop's.
fn is_quoted(key: FactKey) -> bool {
    use FactKey::{BackInStock, FavouriteCategory, LastItem, LastViewed, LeftBehind};
    matches!(key, LastItem | FavouriteCategory | LastViewed | LeftBehind | BackInStock)
}

/// Whether the words show the fact, or the beginning of a long one.
fn shows(text: &str, fact: &str) -> bool {
    let letters =
        |text: &str| -> String { text.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect() };
    let beginning: String = letters(fact).chars().take(16).collect();
    beginning.is_empty() || letters(text).contains(&beginning)
}

fn dates_and_numbers(piece: &Piece<'_>, text: &str, message: &Message, said: &Said, found: &mut Findings) {
    let dates = dates::find(text, &message.locale);
    for date in &dates {
        let is_stated = |other: &dates::Said| (other.year, other.month, other.day) == (date.year, date.month, date.day);
        if !said.dates.iter().any(|known| date.is(*known)) && !said.partly.iter().any(is_stated) {
            let reason = "This date is no date of this person, of the offer, or of the shop.";
            found.at(Code::InventedFact, piece, (date.from, date.to), reason, FIX);
        }
    }
    for (from, to, day) in dates::weekdays(text, &message.locale) {
        if !said.weekdays.contains(&day) {
            let reason = "None of this message's dates is on this day of the week.";
            found.at(Code::InventedFact, piece, (from, to), reason, FIX);
        }
    }
    let is_in_date = |number: &Number| dates.iter().any(|date| number.from < date.to && date.from < number.to);
    for number in numbers::find(text).iter().chain(&numbers::in_words(text)).filter(|number| !is_in_date(number)) {
        let words = text.get(number.from..number.to).unwrap_or_default();
        let reason = match &number.kind {
            Kind::Share if number.values.iter().any(|value| said.shares.contains(value)) => continue,
            Kind::Share => "This share is no fact of this person and no term of the offer.",
            Kind::Money(currencies) if is_known_money(currencies, number, said) => continue,
            Kind::Money(_) => "This amount is no fact of this person and no term of the offer.",
            Kind::Plain if number.values.iter().any(|value| said.plains.contains(value)) => continue,
            Kind::Plain => "This number is no fact of this person and no term of the offer.",
            Kind::Mixed if said.has_word(words) || words.chars().count() <= 3 => continue,
            Kind::Mixed => "This looks like a code, and is none that was given.",
        };
        found.at(Code::InventedFact, piece, (number.from, number.to), reason, FIX);
    }
}

fn is_known_money(currencies: &[crate::money::Currency], number: &Number, said: &Said) -> bool {
    said.moneys.iter().any(|(currency, value)| currencies.contains(currency) && number.values.contains(value))
}

/// A greeting names this person, or nobody.
fn greeting(piece: &Piece<'_>, said: &Said, about: &About<'_>, found: &mut Findings) {
    let own = [FactKey::FirstName, FactKey::Company].map(|key| match about.recipient.fact(key).map(|fact| &fact.value) {
        Some(FactValue::Text { text }) => text.as_str(),
        _ => "",
    });
    let mut left = piece.text.to_owned();
    own.iter().for_each(|name| blank(&mut left, name));
    let stranger = words(&left).into_iter().find(|word| {
        let is_name = word.text.chars().next().is_some_and(char::is_uppercase);
        is_name
            && !GREETINGS.contains(&word.text.to_lowercase().as_str())
            && !own.iter().any(|own| holds(own, word.text))
            && !is_brand(said, word.text, about)
    });
    if let Some(word) = stranger {
        let reason = "This greets somebody by a name that is not this person's.";
        found.at(Code::WrongName, piece, (word.from, word.to), reason, "Use the field first_name, or greet without a name.");
    }
}

fn holds(name: &str, word: &str) -> bool {
    words(name).iter().any(|own| own.text.to_lowercase() == word.to_lowercase())
}

fn is_brand(said: &Said, word: &str, about: &About<'_>) -> bool {
    said.has_word(word) && holds(&about.brand.name, word)
}

/// Words with a capital inside a sentence: of languages that write names alone so.
fn names(piece: &Piece<'_>, text: &str, message: &Message, said: &Said, found: &mut Findings) {
    let language = message.locale.split(['-', '_']).next().unwrap_or_default();
    if language == "de" || is_title_case(text) {
        return;
    }
    let stranger = words(text).into_iter().find(|word| {
        let mut chars = word.text.chars();
        let is_capital = chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase);
        let lower = word.text.to_lowercase().replace('’', "'");
        let is_opening = word.is_first && !is_address(piece, text, word.to);
        is_capital
            && !is_opening
            && !CAPITALS.contains(&lower.as_str())
            && !said.has_word(word.text)
            && !is_common(&lower, word.is_first)
    });
    if let Some(word) = stranger {
        let reason = "This name is nobody's and nothing's that the message may speak of.";
        found.at(Code::InventedFact, piece, (word.from, word.to), reason, FIX);
    }
}

/// The first word of a subject or an opening before a comma, as one speaks to somebody: "Ada, your filter is here".
fn is_address(piece: &Piece<'_>, text: &str, to: usize) -> bool {
    let is_start = matches!(piece.field, Field::Subject | Field::Preheader);
    is_start
        && text.get(..to).is_some_and(|before| words(before).len() == 1)
        && text.get(to..).is_some_and(|rest| rest.starts_with(','))
}

/// Before a comma at the beginning as well as names do.
fn is_common(lower: &str, is_first: bool) -> bool {
    const BEFORE_COMMAS: &[&str] = &[
        "well", "so", "yes", "no", "now", "today", "first", "finally", "hi", "hello", "hey", "thanks", "sorry", "again", "still",
        "then", "later", "soon", "here", "quick", "please", "okay", "ok", "new", "back", "ready", "alors", "bonjour", "hola",
        "ciao", "hej", "oui",
    ];
    is_first && BEFORE_COMMAS.contains(&lower)
}

/// Most words of a headline have capitals.
fn is_title_case(text: &str) -> bool {
    let longer: Vec<_> = words(text).into_iter().filter(|word| word.text.chars().count() >= 4).collect();
    let capitals = longer.iter().filter(|word| word.text.starts_with(char::is_uppercase)).count();
    longer.len() >= 3 && capitals * 3 > longer.len() * 2
}

/// Whoever signs is the brand's.
fn signature(pieces: &[Piece<'_>], said: &Said, found: &mut Findings) {
    for piece in pieces.iter().filter(|piece| piece.field == Field::Signature) {
        let stranger = words(piece.text)
            .into_iter()
            .find(|word| word.text.starts_with(char::is_uppercase) && !word.is_first && !said.has_word(word.text));
        let name_at_first = words(piece.text).into_iter().find(|word| {
            word.is_first && word.text.starts_with(char::is_uppercase) && !said.has_word(word.text) && !is_farewell(word.text)
        });
        if let Some(word) = stranger.or(name_at_first) {
            let reason = "This is signed by a name that the brand does not have.";
            found.at(
                Code::WrongName,
                piece,
                (word.from, word.to),
                reason,
                "Sign with the sender, the role and the name of the brand.",
            );
        }
    }
}

fn is_farewell(word: &str) -> bool {
    const FAREWELLS: &[&str] = &[
        "best",
        "warm",
        "warmly",
        "kind",
        "regards",
        "sincerely",
        "yours",
        "thanks",
        "thank",
        "cheers",
        "viele",
        "herzliche",
        "liebe",
        "mit",
        "beste",
        "freundliche",
        "bien",
        "cordialement",
        "saludos",
        "un",
        "cordiali",
        "met",
        "groet",
        "atenciosamente",
        "vänliga",
        "pozdrawiam",
        "z",
        "all",
        "take",
        "until",
        "bis",
    ];
    FAREWELLS.contains(&word.to_lowercase().as_str())
}
