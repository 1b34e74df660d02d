//! Tickets of the help desk, open and solved.

use serde::{Deserialize, Serialize};

use crate::time::{Day, Millis};

/// How many tickets a state keeps: those with the greatest ids, shorter ids first, so that numbers count up.
pub const MAX_TICKETS: usize = 40;

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Tickets {
    #[serde(rename = "l", default, skip_serializing_if = "Vec::is_empty")]
    list: Vec<Ticket>,
    /// Everything opened up to then is solved: said by a solved ticket without an id.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    all_solved: Option<Millis>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    #[serde(rename = "i")]
    pub id: String,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Millis>,
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    pub solved: Option<Millis>,
    /// -100 (angry) to 100 (glad).
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<i8>,
}

impl Tickets {
    pub fn is_empty(&self) -> bool {
        self.list.is_empty() && self.all_solved.is_none()
    }

    /// Opened by the end of `today` and not solved by then, in the order of their ids.
    pub fn open(&self, today: Day) -> impl Iterator<Item = &Ticket> {
        let known = move |at: Option<Millis>| at.filter(|at| at.day() <= today);
        self.list.iter().filter(move |ticket| {
            known(ticket.opened).is_some_and(|opened| known(ticket.solved).max(known(self.all_solved)).is_none_or(|s| s < opened))
        })
    }

    /// The one that was solved last, by the end of `today`, with when.
    pub fn last_solved(&self, today: Day) -> Option<(&Ticket, Millis)> {
        let solved = self.list.iter().filter_map(|ticket| Some((ticket, ticket.solved.filter(|at| at.day() <= today)?)));
        solved.filter(|(ticket, at)| ticket.opened.is_some_and(|opened| opened <= *at)).max_by_key(|(_, at)| *at)
    }

    pub(super) fn note(&mut self, ticket: Ticket) {
        match self.list.binary_search_by(|known| key(known).cmp(&key(&ticket))) {
            Ok(place) => {
                if let Some(known) = self.list.get_mut(place) {
                    // A ticket opened again has the tone of its last opening.
                    if (ticket.opened, ticket.tone) > (known.opened, known.tone) {
                        (known.opened, known.tone) = (ticket.opened, ticket.tone);
                    }
                    known.solved = known.solved.max(ticket.solved);
                }
            }
            Err(place) => self.list.insert(place, ticket),
        }
        let extra = self.list.len().saturating_sub(MAX_TICKETS);
        self.list.drain(..extra);
    }

    pub(super) fn solve_all(&mut self, at: Millis) {
        self.all_solved = self.all_solved.max(Some(at));
    }

    pub(super) fn merge(&mut self, other: Self) {
        other.list.into_iter().for_each(|ticket| self.note(ticket));
        self.all_solved = self.all_solved.max(other.all_solved);
    }
}

fn key(ticket: &Ticket) -> (usize, &str) {
    (ticket.id.len(), &ticket.id)
}
