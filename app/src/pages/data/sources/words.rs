//! Sources in the marketer's words.

use shared::api::{SourceDay, SourceStats, SourceStatus};
use shared::source::Kind;

/// What a kind is called on its card and in a list.
pub fn kind_title(kind: Kind) -> &'static str {
    match kind {
        Kind::Segment => "Your app or server",
        Kind::Browser => "Your website",
        Kind::Shopify => "Shopify",
        Kind::Woocommerce => "WooCommerce",
        Kind::Stripe => "Stripe",
        Kind::Zendesk => "Zendesk",
        Kind::Intercom => "Intercom",
        Kind::Pull => "A file at an address",
    }
}

/// What it brings.
pub fn kind_brings(kind: Kind) -> &'static str {
    match kind {
        Kind::Segment => {
            "Orders, logins and use of features, through any client of Segment or RudderStack. Under a secret write key."
        }
        Kind::Browser => {
            "Visits and products looked at, from your pages. Under a key that visitors can read, so it vouches for less."
        }
        Kind::Shopify => "Customers, orders, refunds, consent, left-behind carts and products.",
        Kind::Woocommerce => "Customers, orders, refunds and products of your WordPress shop.",
        Kind::Stripe => "Subscriptions, paid and failed invoices, downgrades, and the reason somebody cancelled for.",
        Kind::Zendesk => "Tickets with their text, status and satisfaction rating.",
        Kind::Intercom => "Conversations, ratings and contacts.",
        Kind::Pull => "A CSV or JSON Lines file that a system of yours puts at an HTTPS address. Fetched every few hours.",
    }
}

/// A name to begin with, which the person may change.
pub fn first_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Segment => "Our app",
        Kind::Browser => "Our website",
        Kind::Pull => "Nightly file",
        other => kind_title(other),
    }
}

/// In the order in which they are offered.
pub const OFFERED: [Kind; 8] =
    [Kind::Shopify, Kind::Woocommerce, Kind::Stripe, Kind::Zendesk, Kind::Intercom, Kind::Segment, Kind::Browser, Kind::Pull];

/// A status as a word, a shape in a box of 16 by 16, and the class that colours both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    pub word: &'static str,
    pub shape: &'static str,
    pub class: &'static str,
}

pub fn look(status: SourceStatus, has_error: bool) -> Look {
    match status {
        SourceStatus::Paused => Look { word: "Paused", shape: "M3 2h4v12H3zM9 2h4v12H9z", class: "lost" },
        SourceStatus::Stopped => Look { word: "Stopped by the sender", shape: "M2 2h12v12H2z", class: "immediate" },
        _ if has_error => Look { word: "Failing", shape: "M8 1l7 14H1z", class: "immediate" },
        SourceStatus::Waiting => Look {
            word: "Waiting for the first event",
            shape: "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zm0 2.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2z",
            class: "moderate",
        },
        SourceStatus::Live => Look { word: "Receiving", shape: "M1 8l2-2 3 3 7-7 2 2-9 9z", class: "healthy" },
    }
}

/// What a status means and what to do, where there is something.
pub fn meaning(status: SourceStatus) -> Option<&'static str> {
    match status {
        SourceStatus::Live | SourceStatus::Waiting => None,
        SourceStatus::Paused => Some(
            "What comes is refused and counted as rejected. Most senders try again for hours or days, so a short pause loses nothing.",
        ),
        SourceStatus::Stopped => Some(
            "The store uninstalled Rekindle or took its connection away. Nothing is sent to its customers until you connect it again.",
        ),
    }
}

/// Why messages were refused: what it is called, and what to do.
pub fn rejection(reason: &str) -> Option<(&'static str, &'static str)> {
    let words = match reason {
        "bad_signature" => (
            "The signature does not fit",
            "The signing secret was changed at the sender, or a letter of it is missing here: paste the present one on this page. A few of these can also be forgeries, which this check is for.",
        ),
        "unsigned" => (
            "Not signed",
            "Something sent to the address without a signature. If you tried it by hand, nothing is wrong: the store signs its own.",
        ),
        "stale" => (
            "Signed more than five minutes ago",
            "The sender's clock is wrong, or an old delivery was sent again by somebody else. Deliveries that the sender repeats are signed anew.",
        ),
        "too_large" => (
            "Larger than may be",
            "An event may have 32 KB, a batch 500 KB, a webhook 1 MB. Send fewer events at once, or leave large fields out.",
        ),
        "bad_json" => ("Not readable as JSON", "Something else was sent to this address. Set the sender's format to JSON."),
        "unknown_key" => {
            ("Unknown or revoked write key", "A program still uses an old key. Put a live key of this source into its settings.")
        }
        "too_many" => (
            "More than may come",
            "The sender was asked to come again later, which it does by itself. If this lasts, raise the messages a day in this source's settings.",
        ),
        "too_old" => ("Older than the events that are kept", "Import history as a file instead: rows of any age count there."),
        "paused" => ("Came while the source was paused", "Resume it. Most senders deliver again by themselves."),
        "forbidden" => (
            "Claims what a website may not",
            "Anybody can read a website's key, so it cannot vouch for orders, consent or another person. Send those from a server, and sign user ids.",
        ),
        _ => return None,
    };
    Some(words)
}

/// A state of a message, as the live tail shows it.
pub fn message_state(state: &str) -> &'static str {
    match state {
        "applied" => "Applied",
        "waiting" => "Waiting",
        "parked" => "Until the visitor says who they are",
        "dead" => "Could not be applied",
        _ => "Unknown",
    }
}

/// How long the newest message waited until it was applied. `milliseconds` is never negative in the store.
pub fn lag(milliseconds: i64) -> String {
    match milliseconds {
        ..1_000 => "under a second".to_owned(),
        1_000..120_000 => format!("{}\u{a0}s", (milliseconds + 500) / 1_000),
        120_000..7_200_000 => format!("{}\u{a0}min", (milliseconds + 30_000) / 60_000),
        _ => format!("{}\u{a0}h", (milliseconds + 1_800_000) / 3_600_000),
    }
}

/// The counts of the day called `iso`; zero where nothing came yet.
pub fn counts_of<'a>(stats: &'a SourceStats, iso: &str) -> Option<&'a SourceDay> {
    stats.days.iter().rev().find(|day| day.day == iso)
}

pub fn rejected(stats: &SourceStats) -> u64 {
    stats.rejected.values().sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_kind_is_offered_once_and_has_words() {
        for kind in Kind::ALL {
            let times = OFFERED.iter().filter(|&&offered| offered == kind).count();
            assert_eq!(times, 1, "{}", kind.as_str());
            assert!(!first_name(kind).is_empty() && kind_brings(kind).ends_with('.'));
        }
    }

    #[test]
    fn every_reason_of_the_api_says_what_to_do() {
        for reason in [
            "bad_signature",
            "unsigned",
            "stale",
            "too_large",
            "bad_json",
            "unknown_key",
            "too_many",
            "too_old",
            "paused",
            "forbidden",
        ] {
            let (title, fix) = rejection(reason).unwrap_or_else(|| panic!("{reason} has no words"));
            assert!(!title.is_empty() && fix.ends_with('.'), "{reason}");
        }
        assert_eq!(rejection("burnt"), None);
    }

    #[test]
    fn no_two_statuses_share_a_word_or_a_shape() {
        let looks = [
            look(SourceStatus::Waiting, false),
            look(SourceStatus::Live, false),
            look(SourceStatus::Paused, true),
            look(SourceStatus::Stopped, false),
            look(SourceStatus::Live, true),
        ];
        for (at, one) in looks.iter().enumerate() {
            for other in &looks[at + 1..] {
                assert!(one.word != other.word && one.shape != other.shape, "{} and {}", one.word, other.word);
            }
        }
    }

    #[test]
    fn a_wait_is_told_in_the_unit_that_fits() {
        for (milliseconds, text) in [
            (0, "under a second"),
            (999, "under a second"),
            (1_499, "1\u{a0}s"),
            (119_999, "120\u{a0}s"),
            (120_000, "2\u{a0}min"),
            (7_200_000, "2\u{a0}h"),
        ] {
            assert_eq!(lag(milliseconds), text);
        }
    }

    #[test]
    fn a_day_without_messages_has_no_counts() {
        let day = |day: &str, accepted| SourceDay { day: day.to_owned(), accepted, duplicate: 0, rejected: 1, dead: 0 };
        let stats = SourceStats {
            days: vec![day("2026-03-01", 4), day("2026-03-02", 7)],
            rejected: BTreeMap::from([("stale".to_owned(), 2), ("paused".to_owned(), 3)]),
            ..SourceStats::default()
        };
        assert_eq!(counts_of(&stats, "2026-03-02").map(|day| day.accepted), Some(7));
        assert_eq!(counts_of(&stats, "2026-03-03"), None);
        assert_eq!(rejected(&stats), 5);
    }
}
