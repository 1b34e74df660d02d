//! A campaign pauses itself when too many complain or too many addresses bounce.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From when on a campaign warns and pauses. Rates are parts in 100 000: 100 is 0.1 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = BrakeThresholds)]
pub struct Thresholds {
    /// Of complaints: pauses when the rate is proved to be above this.
    pub complaints: u32,
    /// Pauses at this rate without proof, from `fewest_complaints` on.
    pub complaints_at_once: u32,
    pub fewest_complaints: u32,
    /// Pauses at this rate of bounces, from `fewest_bounces` on.
    pub bounces: u32,
    pub fewest_bounces: u32,
    pub warn_complaints: u32,
    pub warn_bounces: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            complaints: 100,
            complaints_at_once: 300,
            fewest_complaints: 3,
            bounces: 2_000,
            fewest_bounces: 5,
            warn_complaints: 80,
            warn_bounces: 1_000,
        }
    }
}

/// Of all mail, or of what went to one mailbox provider.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = SentCounts)]
pub struct Counts {
    pub sent: u32,
    pub bounced: u32,
    pub complained: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "brake")]
pub enum Brake {
    /// Goes on, and somebody is told.
    Warn {
        why: String,
    },
    Pause {
        why: String,
    },
}

/// The gravest over all mail and each mailbox provider's share of it; `by_provider` by [`provider`].
pub fn brake(thresholds: &Thresholds, all: Counts, by_provider: &BTreeMap<&str, Counts>) -> Option<Brake> {
    let mut warning = None;
    let parts = by_provider.iter().filter(|(name, _)| **name != OTHER).map(|(name, counts)| (format!(" at {name}"), *counts));
    for (place, counts) in [(String::new(), all)].into_iter().chain(parts) {
        match one(thresholds, counts, &place) {
            Some(Brake::Pause { why }) => return Some(Brake::Pause { why }),
            found => warning = warning.or(found),
        }
    }
    warning
}

fn one(thresholds: &Thresholds, counts: Counts, place: &str) -> Option<Brake> {
    let Counts { sent, bounced, complained } = counts;
    let told = |what: &str, count: u32| format!("{count} of {sent} {what}{place}.");
    if sent == 0 {
        return None;
    }
    let at_once = complained >= thresholds.fewest_complaints.max(1) && reaches(complained, sent, thresholds.complaints_at_once);
    if at_once || is_above(complained, sent, f64::from(thresholds.complaints) / PARTS) {
        return Some(Brake::Pause { why: told("complained", complained) });
    }
    if bounced >= thresholds.fewest_bounces.max(1) && reaches(bounced, sent, thresholds.bounces) {
        return Some(Brake::Pause { why: told("bounced", bounced) });
    }
    // One complaint is no rate.
    if complained >= 2 && reaches(complained, sent, thresholds.warn_complaints) {
        return Some(Brake::Warn { why: told("complained", complained) });
    }
    let warns = bounced >= thresholds.fewest_bounces.max(1) && reaches(bounced, sent, thresholds.warn_bounces);
    warns.then(|| Brake::Warn { why: told("bounced", bounced) })
}

fn reaches(count: u32, of: u32, parts: u32) -> bool {
    u64::from(count) * 100_000 >= u64::from(of) * u64::from(parts)
}

/// Whether the lower end of the exact 95 % interval of a rate (Clopper & Pearson 1934) lies above `rate`: so many or more would come of
/// that rate with less than 2.5 % probability.
fn is_above(count: u32, of: u32, rate: f64) -> bool {
    if count == 0 || count > of || rate <= 0.0 {
        return count > 0 && rate <= 0.0;
    }
    let n = f64::from(of);
    // The probability of each number below `count`, from the one before it.
    let mut log = n * libm::log1p(-rate);
    let mut fewer = 0.0;
    for k in 0..count {
        fewer += libm::exp(log);
        log += libm::log((n - f64::from(k)) / f64::from(k + 1)) + libm::log(rate) - libm::log1p(-rate);
    }
    1.0 - fewer < 0.025
}

const PARTS: f64 = 100_000.0;
const OTHER: &str = "other";

/// Who runs the mailboxes of a domain, where it is known: `gmail`, `outlook`, `yahoo`, `apple`, `gmx`, …; `other` where it is not.
pub fn provider(domain: &str) -> &'static str {
    let domain = domain.trim().trim_end_matches('.').to_ascii_lowercase();
    let known = PROVIDERS.iter().find(|(_, domains)| domains.split(' ').any(|one| one == domain)).map(|(name, _)| *name);
    // Yahoo and Microsoft have a domain in nearly every country.
    let by_start =
        [("yahoo.", "yahoo"), ("ymail.", "yahoo"), ("hotmail.", "outlook"), ("outlook.", "outlook"), ("live.", "outlook")];
    known.or_else(|| by_start.iter().find(|(start, _)| domain.starts_with(start)).map(|(_, name)| *name)).unwrap_or(OTHER)
}

const PROVIDERS: &[(&str, &str)] = &[
    ("gmail", "gmail.com googlemail.com"),
    ("outlook", "outlook.com hotmail.com live.com msn.com passport.com"),
    ("yahoo", "yahoo.com ymail.com rocketmail.com aol.com aim.com sky.com"),
    ("apple", "icloud.com me.com mac.com"),
    ("gmx", "gmx.de gmx.net gmx.at gmx.ch gmx.com web.de mail.com"),
    ("t-online", "t-online.de magenta.de"),
    ("freenet", "freenet.de"),
    ("orange", "orange.fr wanadoo.fr"),
    ("free", "free.fr"),
    ("laposte", "laposte.net"),
    ("libero", "libero.it iol.it virgilio.it"),
    ("mail.ru", "mail.ru bk.ru inbox.ru list.ru"),
    ("yandex", "yandex.ru yandex.com ya.ru"),
    ("qq", "qq.com foxmail.com"),
    ("netease", "163.com 126.com yeah.net"),
    ("naver", "naver.com"),
    ("proton", "proton.me protonmail.com pm.me"),
    ("zoho", "zoho.com zohomail.com"),
    ("comcast", "comcast.net xfinity.com"),
    ("wp", "wp.pl o2.pl"),
    ("seznam", "seznam.cz email.cz"),
    ("uol", "uol.com.br bol.com.br"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn check(sent: u32, bounced: u32, complained: u32, expected: Option<bool>) {
        let found = brake(&Thresholds::default(), Counts { sent, bounced, complained }, &BTreeMap::new());
        let paused = found.as_ref().map(|found| matches!(found, Brake::Pause { .. }));
        assert_eq!(paused, expected, "{bounced} bounced, {complained} complained of {sent}: {found:?}");
    }

    #[test]
    fn it_pauses_at_the_proved_rate_and_at_the_rate_that_needs_no_proof() {
        check(0, 0, 0, None);
        check(10_000, 0, 7, None);
        check(10_000, 0, 9, Some(false));
        // The exact lower end: of 18 in 10 000 it is 0.107 %, of 17 0.099 %.
        check(10_000, 0, 17, Some(false));
        check(10_000, 0, 18, Some(true));
        check(1_000, 0, 3, Some(true));
        check(1_001, 0, 3, Some(false));
        check(400, 0, 1, None);
        check(200, 4, 0, None);
        check(250, 5, 0, Some(true));
        check(251, 5, 0, Some(false));
        check(10_000, 99, 0, None);
    }

    #[test]
    fn one_provider_is_enough() {
        let all = Counts { sent: 100_000, bounced: 0, complained: 4 };
        let few = Counts { sent: 900, bounced: 0, complained: 4 };
        let by_provider = BTreeMap::from([(provider("Hotmail.co.uk"), few), (provider("example.org"), few)]);
        let Some(Brake::Pause { why }) = brake(&Thresholds::default(), all, &by_provider) else { panic!("goes on") };
        assert_eq!(why, "4 of 900 complained at outlook.");
        assert_eq!(brake(&Thresholds::default(), all, &BTreeMap::from([("other", few)])), None, "many domains are no provider");
    }

    #[test]
    fn domains_lead_to_their_provider() {
        let domains = ["gmail.com", "GMX.de", "yahoo.co.jp", "me.com", "example.com", ""];
        assert_eq!(domains.map(provider), ["gmail", "gmx", "yahoo", "apple", "other", "other"]);
    }
}
