//! What a token may do and how long it lives, in words.

use shared::api::Permission;

use crate::format::plural;

/// How a token stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Live,
    /// Ends within this many days.
    Soon(u32),
    Over,
    Revoked,
}

/// Days before its end from which on a token is marked.
const SOON: f64 = 14.0;
/// In days.
const HOUR: f64 = 1.0 / 24.0;

/// Times in milliseconds since 1970.
pub(super) fn state(revoked: bool, expires: f64, now: f64) -> State {
    let days = (expires - now) / 86_400_000.0;
    match revoked {
        true => State::Revoked,
        false if days <= 0.0 => State::Over,
        // The reader's clock stood still when the page came: what was made since is not a day longer for that.
        false if days - HOUR <= SOON => State::Soon((days - HOUR).ceil().max(1.0) as u32),
        false => State::Live,
    }
}

impl State {
    pub(super) fn is_live(self) -> bool {
        matches!(self, Self::Live | Self::Soon(_))
    }

    pub(super) fn words(self) -> Option<String> {
        match self {
            Self::Live => None,
            Self::Soon(1) => Some("Ends within a day: make another".to_owned()),
            Self::Soon(days) => Some(format!("Ends within {days} {}: make another", plural(u64::from(days), "day", "days"))),
            Self::Over => Some("Ran out".to_owned()),
            Self::Revoked => Some("Revoked".to_owned()),
        }
    }
}

/// A word and what it lets a program do.
pub(super) fn permission(permission: Permission) -> (&'static str, &'static str) {
    match permission {
        Permission::View => ("See", "Read customers, risk, orders and figures. Every token may."),
        Permission::Edit => ("Change", "Import files, change customers, rates and views."),
        Permission::Approve => ("Approve", "Approve campaigns."),
        Permission::Send => ("Send", "Send approved campaigns."),
        Permission::Export => ("Export", "Save lists of customers as files."),
        Permission::Admin => ("Manage", "Change the shop's settings and read the audit log; never people or tokens."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_marked_before_it_ends() {
        let day = 86_400_000.0;
        let cases = [
            (false, 90.0, State::Live),
            (false, 14.0, State::Soon(14)),
            (false, 7.01, State::Soon(7)),
            (false, 0.2, State::Soon(1)),
            (false, 0.01, State::Soon(1)),
            (false, 0.0, State::Over),
            (false, -3.0, State::Over),
            (true, 90.0, State::Revoked),
        ];
        for (revoked, days, expected) in cases {
            assert_eq!(state(revoked, days * day, 0.0), expected, "{days}");
        }
        assert_eq!(State::Soon(1).words().as_deref(), Some("Ends within a day: make another"));
    }
}
