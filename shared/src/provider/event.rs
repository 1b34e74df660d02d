//! What providers tell after a message was handed to them, in one form, and how it moves the touch.
//!
//! Events come early, late, twice and in any order: a touch only ever moves up one stated order, so that the order of its events
//! changes nothing.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::words::Word;
use crate::campaign::State;
use crate::time::Millis;

/// A verified request of a provider.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// What the provider calls the delivery, where a header says it.
    pub id: Option<&'a str>,
    /// Of the address that it came to, without the question mark.
    pub query: &'a str,
    pub body: &'a [u8],
    pub now: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The same one told again has the same key; keys of two providers may be equal.
    pub key: String,
    /// Our number of the sending, where it came back.
    pub touch: Option<i64>,
    /// What the provider calls the message.
    pub provider_id: Option<String>,
    /// Of the person. Never stored: it finds whom to stop writing to while our own record cannot be read.
    #[serde(skip)]
    pub address: Option<String>,
    pub kind: Kind,
    /// When it happened, never later than it was told.
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Kind {
    /// It has the message, and is at work.
    Accepted,
    /// It goes on trying.
    Deferred,
    Delivered,
    /// Refused by the other side: `hard` where the address will never take a message.
    Bounced {
        hard: bool,
        code: Option<String>,
    },
    /// Not sent, since the address stands in a list of the provider's.
    Suppressed {
        why: Listed,
    },
    /// Not sent, for another reason.
    Failed {
        code: String,
    },
    Complained,
    /// `machine`: by a program, as far as the provider can tell.
    Opened {
        machine: bool,
    },
    Clicked {
        url: String,
    },
    /// Said stop to the provider, at its page or by its word.
    OptedOut,
    /// A message of a person. `word`: what the whole of it says; `stop`: it asks to be left alone in other words.
    Inbound {
        from: String,
        to: String,
        body: String,
        word: Option<Word>,
        stop: bool,
    },
}

/// In which list of a provider an address stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    Bounced,
    Complained,
    OptedOut,
    /// No address at all.
    Invalid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the body is none that the provider sends")]
pub struct BadBody;

/// A clock may be so far ahead; what is told from further ahead happened now.
const AHEAD: i64 = 300_000;

/// A url of an event is cut there.
pub(super) const URL: usize = 2_000;

/// A message of a person is cut there, in characters.
pub(super) const INBOUND: usize = 2_000;

/// A provider's own id is cut there.
const ID: usize = 200;

impl Kind {
    /// Must not be lost: it ends what we may send.
    pub fn ends_consent(&self) -> bool {
        match self {
            Self::Complained | Self::OptedOut | Self::Suppressed { .. } => true,
            Self::Bounced { hard, .. } => *hard,
            Self::Inbound { word, stop, .. } => *stop || *word == Some(Word::Stop),
            Self::Accepted
            | Self::Deferred
            | Self::Delivered
            | Self::Failed { .. }
            | Self::Opened { .. }
            | Self::Clicked { .. } => false,
        }
    }

    /// What it makes of a touch.
    pub fn state(&self) -> Option<State> {
        match self {
            Self::Accepted | Self::Deferred => Some(State::Sent),
            // Nobody opens what did not arrive.
            Self::Delivered | Self::Opened { .. } | Self::Clicked { .. } => Some(State::Delivered),
            Self::Bounced { .. } => Some(State::Bounced),
            Self::Suppressed { .. } | Self::Failed { .. } => Some(State::Failed),
            Self::Complained => Some(State::Complained),
            Self::OptedOut | Self::Inbound { .. } => None,
        }
    }
}

/// Where a touch in `state` goes by an event; none where it stays.
pub fn moved(state: State, kind: &Kind) -> Option<State> {
    let to = kind.state()?;
    comes_from(to).contains(&state).then_some(to)
}

/// The states that one moves to `to` from. What was never handed over moves by no event.
pub fn comes_from(to: State) -> &'static [State] {
    match to {
        State::Sent => &[State::Sending, State::Unknown],
        State::Failed => &[State::Sending, State::Unknown, State::Sent],
        State::Delivered => &[State::Sending, State::Unknown, State::Sent, State::Failed],
        State::Bounced => &[State::Sending, State::Unknown, State::Sent, State::Failed, State::Delivered],
        State::Complained => &[State::Sending, State::Unknown, State::Sent, State::Failed, State::Delivered, State::Bounced],
        _ => &[],
    }
}

/// When it happened: never later than it was told.
pub(super) fn when(stated: Option<Millis>, now: Millis) -> Millis {
    stated.filter(|at| at.0 > 0 && at.0 <= now.0 + AHEAD).map_or(now, |at| at.min(now))
}

/// Our number of a sending, as it comes back.
pub(super) fn touch(text: &str) -> Option<i64> {
    let is_number = (1..=18).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok().filter(|number| *number > 0) } else { None }
}

pub(super) fn id(text: &str) -> Option<String> {
    (!text.is_empty() && text.len() <= ID && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

pub(super) fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_kind() -> impl Strategy<Value = Kind> {
        prop_oneof![
            Just(Kind::Accepted),
            Just(Kind::Deferred),
            Just(Kind::Delivered),
            Just(Kind::Bounced { hard: true, code: None }),
            Just(Kind::Suppressed { why: Listed::Bounced }),
            Just(Kind::Failed { code: "x".to_owned() }),
            Just(Kind::Complained),
            Just(Kind::Opened { machine: true }),
            Just(Kind::OptedOut),
        ]
    }

    fn after(state: State, kinds: &[Kind]) -> State {
        kinds.iter().fold(state, |state, kind| moved(state, kind).unwrap_or(state))
    }

    proptest! {
        #[test]
        fn the_order_of_events_changes_nothing(
            (kinds, shuffled) in prop::collection::vec(any_kind(), 0..8).prop_flat_map(|kinds| (Just(kinds.clone()), Just(kinds).prop_shuffle())),
            state in prop::sample::select(State::ALL),
        ) {
            prop_assert_eq!(after(state, &kinds), after(state, &shuffled));
            prop_assert_eq!(after(state, &kinds), after(after(state, &kinds), &kinds));
        }

        #[test]
        fn what_was_never_handed_over_stays(kinds in prop::collection::vec(any_kind(), 0..8)) {
            for state in [State::Planned, State::Held, State::Claimed, State::Skipped, State::Ghost, State::Task] {
                prop_assert_eq!(after(state, &kinds), state);
            }
        }
    }

    #[test]
    fn a_number_that_came_back_is_a_number() {
        assert_eq!(touch("17"), Some(17));
        for bad in ["", "0", "-1", "1e3", "１", "17 ", "9999999999999999999", "null"] {
            assert_eq!(touch(bad), None, "{bad}");
        }
    }

    #[test]
    fn nothing_happens_after_it_was_told() {
        let now = Millis(1_000_000);
        assert_eq!(when(Some(Millis(999_000)), now), Millis(999_000));
        for odd in [None, Some(Millis(0)), Some(Millis(-5)), Some(Millis(1_000_001)), Some(Millis(i64::MAX - AHEAD))] {
            assert_eq!(when(odd, now), now, "{odd:?}");
        }
    }
}
