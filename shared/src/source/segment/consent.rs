//! What somebody agreed to: states among the traits, and acts told by events.

use serde_json::Value;

use super::field;
use super::message::Message;
use crate::consent::State;
use crate::import::limits;
use crate::source::{Consent, Fact};

/// (trait in lower case without separators, channel, what yes means)
const TRAITS: [(&str, &str, bool); 21] = [
    ("emailconsent", "email", true),
    ("emailmarketing", "email", true),
    ("emailmarketingconsent", "email", true),
    ("emailoptin", "email", true),
    ("emailsubscribed", "email", true),
    ("acceptsmarketing", "email", true),
    ("acceptsemailmarketing", "email", true),
    ("marketingconsent", "email", true),
    ("marketingoptin", "email", true),
    ("newsletter", "email", true),
    ("unsubscribed", "email", false),
    ("emailoptout", "email", false),
    ("emailunsubscribed", "email", false),
    ("unsubscribedfromemails", "email", false),
    ("smsconsent", "sms", true),
    ("smsmarketing", "sms", true),
    ("smsmarketingconsent", "sms", true),
    ("smsoptin", "sms", true),
    ("acceptssmsmarketing", "sms", true),
    ("smsoptout", "sms", false),
    ("smsunsubscribed", "sms", false),
];

pub(super) fn is_told_by(name: &str) -> bool {
    channel_of(name).is_some()
}

/// The states that the traits tell, a channel each; where they contradict each other, no. They are what the sender holds at
/// present and no act of the person.
pub(super) fn told(message: &Message<'_>) -> Vec<Fact> {
    let said = |(name, value): (&String, &Value)| {
        let (channel, yes) = channel_of(name)?;
        Some((channel, field::yes_or_no(value)? == yes))
    };
    let said: Vec<(&str, bool)> = message.traits.iter().filter_map(said).collect();
    ["email", "sms"]
        .into_iter()
        .filter_map(|channel| {
            let mut states = said.iter().filter(|(of, _)| *of == channel).map(|(_, granted)| *granted).peekable();
            states.peek()?;
            let state = if states.all(|granted| granted) { State::Granted } else { State::Denied };
            is_heard(message, state).then(|| fact(message, channel, state, false))
        })
        .collect()
}

/// What an event says as an act of the person; `name` in lower case.
pub(super) fn act(message: &Message<'_>, name: &str) -> Option<Fact> {
    let (channel, state) = match name {
        "unsubscribed" | "email unsubscribed" | "newsletter unsubscribed" => (said_channel(message), State::Denied),
        "sms unsubscribed" => ("sms", State::Denied),
        "email marked as spam" => ("email", State::Complained),
        "subscribed" | "email subscribed" | "newsletter subscribed" => (said_channel(message), State::Granted),
        "sms subscribed" => ("sms", State::Granted),
        _ => return None,
    };
    is_heard(message, state).then(|| fact(message, channel, state, true))
}

/// On a page anybody can say anything: it may only take back, and only for a person whose id the shop has signed.
fn is_heard(message: &Message<'_>, state: State) -> bool {
    !message.by_browser || (state == State::Denied && message.who.external_id.is_some())
}

fn fact(message: &Message<'_>, channel: &str, state: State, is_act: bool) -> Fact {
    let wording = field::first(message.properties, &["wording", "consent_text", "consentText"]).filter(|_| is_act);
    Fact::Consent(Consent {
        who: message.who.clone(),
        channel: channel.to_owned(),
        state,
        is_act,
        wording: wording.map(|text| field::cut(&text, limits::TRAIT_CHARS)),
        at: message.at,
    })
}

fn said_channel(message: &Message<'_>) -> &'static str {
    let said = field::first(message.properties, &["channel"]).unwrap_or_default().to_lowercase();
    if matches!(said.as_str(), "sms" | "text") { "sms" } else { "email" }
}

fn channel_of(name: &str) -> Option<(&'static str, bool)> {
    let name: String = name.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect();
    TRAITS.iter().find(|(known, _, _)| *known == name).map(|(_, channel, yes)| (*channel, *yes))
}
