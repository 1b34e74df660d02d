//! Which keys mean what: `g` and a letter within a second goes places, single letters act, and typing is never disturbed.

use super::RowKey;
use crate::places;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Search,
    Help,
    /// A path of ours.
    Go(&'static str),
    Row(RowKey),
}

/// A key as the browser reports it.
#[derive(Debug, Clone, Copy)]
pub struct Press<'a> {
    pub key: &'a str,
    /// With Ctrl, Alt or Meta: the browser's own.
    pub modified: bool,
    /// The focus is in a field, a list of choices or an open dialog.
    pub typing: bool,
    /// Milliseconds.
    pub at: f64,
}

/// Remembers a `g` that waits for its letter.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Keys {
    going_since: Option<f64>,
}

/// What the list dialog shows.
pub const LIST: [(&str, &str); 9] = [
    ("/", "Search in the list"),
    ("j", "Next row"),
    ("k", "Previous row"),
    ("Enter", "Open the row in focus"),
    ("x", "Select the row in focus"),
    ("n", "Say that the row in focus is not at risk"),
    ("Esc", "Close a dialog, leave the search, select nobody"),
    ("t", "Show the table behind a chart in focus"),
    ("?", "This list"),
];

const GO_WITHIN: f64 = 1_000.0;

impl Keys {
    pub fn press(&mut self, press: Press<'_>) -> Option<Command> {
        let going = self.going_since.take().is_some_and(|since| press.at - since <= GO_WITHIN);
        if press.modified || press.typing {
            return None;
        }
        if press.key == "Escape" {
            return Some(Command::Row(RowKey::Leave));
        }
        let mut letters = press.key.chars();
        let (Some(key), None) = (letters.next(), letters.next()) else { return None };
        if going && let Some(place) = places::of_key(key.to_ascii_lowercase()) {
            return Some(Command::Go(place.path));
        }
        match key {
            'g' => {
                self.going_since = Some(press.at);
                None
            }
            '/' => Some(Command::Search),
            '?' => Some(Command::Help),
            'j' => Some(Command::Row(RowKey::Next)),
            'k' => Some(Command::Row(RowKey::Previous)),
            'x' => Some(Command::Row(RowKey::Choose)),
            'n' => Some(Command::Row(RowKey::SetAside)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(presses: &[(&str, f64)], last: Option<Command>) {
        let mut keys = Keys::default();
        let given =
            presses.iter().map(|&(key, at)| keys.press(Press { key, modified: false, typing: false, at })).last().flatten();
        assert_eq!(given, last, "{presses:?}");
    }

    #[test]
    fn g_and_a_letter_go_to_a_place_within_a_second() {
        check(&[("g", 0.0), ("r", 500.0)], Some(Command::Go("/radar")));
        check(&[("g", 0.0), ("r", 1500.0)], None);
        check(&[("g", 0.0), ("x", 10.0), ("r", 20.0)], None);
    }

    #[test]
    fn single_keys_act() {
        check(&[("/", 0.0)], Some(Command::Search));
        check(&[("?", 0.0)], Some(Command::Help));
        check(&[("j", 0.0)], Some(Command::Row(RowKey::Next)));
        check(&[("x", 0.0)], Some(Command::Row(RowKey::Choose)));
        check(&[("n", 0.0)], Some(Command::Row(RowKey::SetAside)));
        check(&[("Escape", 0.0)], Some(Command::Row(RowKey::Leave)));
        check(&[("Enter", 0.0)], None);
    }

    #[test]
    fn typing_and_the_browsers_own_shortcuts_are_left_alone() {
        let mut keys = Keys::default();
        for key in ["/", "j", "?", "g", "x", "Escape"] {
            assert_eq!(keys.press(Press { key, modified: false, typing: true, at: 0.0 }), None);
            assert_eq!(keys.press(Press { key, modified: true, typing: false, at: 0.0 }), None);
        }
        assert_eq!(keys.press(Press { key: "r", modified: false, typing: false, at: 1.0 }), None);
    }
}
