//! What came back in one entry: counts with the time of the last, kept beside the entry.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Millis;

/// What became of a touch, or what somebody did about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TouchResponse)]
pub enum Response {
    Delivered,
    Bounced,
    Complained,
    /// By a machine as often as by a person: no sign of either.
    Opened,
    Clicked,
    Replied,
    OptedOut,
    Visited,
    /// Of a video.
    Played,
    /// Ordered, paid or resumed.
    Returned,
}

impl Response {
    pub const ALL: [Self; 10] = [
        Self::Delivered,
        Self::Bounced,
        Self::Complained,
        Self::Opened,
        Self::Clicked,
        Self::Replied,
        Self::OptedOut,
        Self::Visited,
        Self::Played,
        Self::Returned,
    ];

    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Complained => "complained",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Replied => "replied",
            Self::OptedOut => "opted_out",
            Self::Visited => "visited",
            Self::Played => "played",
            Self::Returned => "returned",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|response| response.code() == code)
    }
}

/// How often, and when last. In JSON `{"n":2,"t":1700000000000}`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sign {
    #[serde(rename = "n", default)]
    pub count: u32,
    #[serde(rename = "t", default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Millis>,
}

/// All that came back in one entry; what never did is not written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    #[serde(rename = "o", skip_serializing_if = "Sign::is_none")]
    pub opened: Sign,
    #[serde(rename = "c", skip_serializing_if = "Sign::is_none")]
    pub clicked: Sign,
    #[serde(rename = "v", skip_serializing_if = "Sign::is_none")]
    pub visited: Sign,
    #[serde(rename = "p", skip_serializing_if = "Sign::is_none")]
    pub played: Sign,
    #[serde(rename = "a", skip_serializing_if = "Sign::is_none")]
    pub replied: Sign,
    #[serde(rename = "r", skip_serializing_if = "Sign::is_none")]
    pub returned: Sign,
    /// When a person of the team last closed what was answered: answers up to then are settled.
    #[serde(rename = "z", skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Millis>,
}

impl Sign {
    pub fn is_none(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, at: Millis) {
        self.count = self.count.saturating_add(1);
        self.last = self.last.max(Some(at));
    }

    fn since(&self, time: Millis) -> bool {
        self.last.is_some_and(|last| last >= time)
    }
}

impl Seen {
    /// What is no sign of a person is not kept here.
    pub fn add(&mut self, response: Response, at: Millis) {
        match response {
            Response::Opened => self.opened.add(at),
            Response::Clicked => self.clicked.add(at),
            Response::Visited => self.visited.add(at),
            Response::Played => self.played.add(at),
            Response::Replied => self.replied.add(at),
            Response::Returned => self.returned.add(at),
            Response::Delivered | Response::Bounced | Response::Complained | Response::OptedOut => {}
        }
    }

    /// A person clicked, visited, watched or answered. An open is no sign of one.
    pub fn is_engaged(&self) -> bool {
        [self.clicked, self.visited, self.played, self.replied].iter().any(|sign| !sign.is_none())
    }

    /// The same, at or after a time.
    pub fn is_engaged_since(&self, time: Millis) -> bool {
        [self.clicked, self.visited, self.played, self.replied].iter().any(|sign| sign.since(time))
    }

    /// An answer that nobody has dealt with.
    pub fn open_reply(&self) -> Option<Millis> {
        self.replied.last.filter(|last| self.closed_at.is_none_or(|closed| *last > closed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_short_and_reads_back() {
        let mut seen = Seen::default();
        assert_eq!(serde_json::to_string(&seen).unwrap(), "{}");
        seen.add(Response::Opened, Millis(5));
        assert!(!seen.is_engaged(), "an open is no sign of a person");
        seen.add(Response::Clicked, Millis(9));
        seen.add(Response::Clicked, Millis(7));
        let text = serde_json::to_string(&seen).unwrap();
        assert_eq!(text, r#"{"o":{"n":1,"t":5},"c":{"n":2,"t":9}}"#);
        assert_eq!(serde_json::from_str::<Seen>(&text).unwrap(), seen);
        assert!(seen.is_engaged_since(Millis(9)) && !seen.is_engaged_since(Millis(10)));
    }

    #[test]
    fn an_answer_is_open_until_a_person_closes_it() {
        let mut seen = Seen::default();
        seen.add(Response::Replied, Millis(5));
        assert_eq!(seen.open_reply(), Some(Millis(5)));
        seen.closed_at = Some(Millis(6));
        assert_eq!(seen.open_reply(), None);
        seen.add(Response::Replied, Millis(7));
        assert_eq!(seen.open_reply(), Some(Millis(7)));
    }
}
