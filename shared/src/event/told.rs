//! What an event tells of why somebody is unhappy, leaves or left: what they chose, wrote, or met with.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::properties::{Properties, canonical, cut};
use crate::reason::{self, Reason};
use crate::time::Millis;

/// How it came to be told. The numbers are stored and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Channel {
    /// What they chose or wrote as they cancelled.
    Cancellation,
    /// An exit survey.
    Survey,
    Ticket,
    /// A comment to how likely they are to recommend the shop.
    Nps,
    /// An inquiry about a smaller plan, or about leaving.
    Downgrade,
    /// An order called off.
    OrderCancelled,
    Refund,
    /// Something came later than it should have, or is going to.
    Late,
    /// They asked for something that is not there.
    Feature,
}

/// What is told, before any text is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub channel: Channel,
    /// Of a list that they chose from.
    pub reason: Option<Reason>,
    /// What they wrote.
    pub text: Option<String>,
    /// What stands for it in a sentence: a subject, or the beginning of the text.
    pub quote: Option<String>,
    /// What they asked for.
    pub feature: Option<String>,
}

impl Channel {
    pub const ALL: [Self; 9] = [
        Self::Cancellation,
        Self::Survey,
        Self::Ticket,
        Self::Nps,
        Self::Downgrade,
        Self::OrderCancelled,
        Self::Refund,
        Self::Late,
        Self::Feature,
    ];
}

impl From<Channel> for u8 {
    fn from(channel: Channel) -> Self {
        match channel {
            Channel::Cancellation => 0,
            Channel::Survey => 1,
            Channel::Ticket => 2,
            Channel::Nps => 3,
            Channel::Downgrade => 4,
            Channel::OrderCancelled => 5,
            Channel::Refund => 6,
            Channel::Late => 7,
            Channel::Feature => 8,
        }
    }
}

impl TryFrom<u8> for Channel {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        Self::ALL.into_iter().find(|channel| u8::from(*channel) == number).ok_or_else(|| format!("no channel {number}"))
    }
}

/// Nothing where the event tells nothing of the kind.
pub fn told(name: &str, at: Millis, properties: &Map<String, Value>) -> Option<Told> {
    let property = Properties(properties);
    let channel = match canonical(name).as_str() {
        "subscription cancelled"
        | "subscription canceled"
        | "subscription expired"
        | "subscription ended"
        | "account deleted"
        | "cancellation feedback given" => Channel::Cancellation,
        "survey answered" | "exit survey answered" | "cancellation survey answered" | "churn survey answered" => Channel::Survey,
        "ticket opened" => Channel::Ticket,
        "nps answered" => Channel::Nps,
        "downgrade requested" | "downgrade inquired" | "downgrade inquiry" => Channel::Downgrade,
        "order cancelled" | "order canceled" => Channel::OrderCancelled,
        "order refunded" | "payment refunded" => Channel::Refund,
        "delivery delayed" | "shipment delayed" | "order delayed" => Channel::Late,
        "order delivered" | "delivery completed" | "shipment delivered" | "order shipped" | "order fulfilled" => {
            let promised = ["promised", "promised_at", "expected", "due"].into_iter().find_map(|key| property.day(key))?;
            return (promised < at.day()).then_some(Told::of(Channel::Late));
        }
        "feature requested" | "feature not found" | "feature wanted" => Channel::Feature,
        _ => return None,
    };
    let chosen = ["reason", "feedback", "answer", "topic", "cause"].into_iter().filter_map(|key| property.text(key));
    let mut reason = None;
    let mut words: Vec<String> = Vec::new();
    for answer in chosen {
        match reason::of_answer(&answer) {
            // Only of somebody who was asked why is "other" an answer.
            Some(Reason::Unknown) if !matches!(channel, Channel::Cancellation | Channel::Survey) => {}
            Some(named) => reason = reason.or(Some(named)),
            // A topic is a word of the shop's own.
            None if canonical(&answer).contains(' ') => words.push(answer),
            None => {}
        }
    }
    let long = |key: &str| properties.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
    words.extend(["subject", "comment", "text", "message"].into_iter().filter_map(long).map(str::to_owned));
    let feature = match channel {
        Channel::Feature => ["feature", "name", "query"].into_iter().find_map(|key| property.text(key)),
        _ => property.text("feature"),
    };
    let told = Told {
        channel,
        reason: reason.or((channel == Channel::Feature).then_some(Reason::MissingFeature)),
        quote: words.first().map(|text| cut(text)),
        text: (!words.is_empty()).then(|| words.join("\n")),
        feature,
    };
    let says_nothing = told.reason.is_none() && told.text.is_none() && told.feature.is_none();
    let is_fact = matches!(channel, Channel::Refund | Channel::Late);
    (is_fact || !says_nothing).then_some(told)
}

impl Told {
    /// A fact without a word.
    pub fn of(channel: Channel) -> Self {
        Self { channel, reason: None, text: None, quote: None, feature: None }
    }
}
