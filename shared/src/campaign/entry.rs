//! Who enters a campaign, and who is held out.

use sha2::{Digest as _, Sha256};

use super::person::Person;
use super::plan::{Again, Kind, Mode, Plan};
use super::rules::Rules;
use super::stop::{Stop, end, gone};
use super::touch::Reason;
use super::{Channel, stop};
use crate::time::{MILLIS_PER_DAY, Millis};

/// Another passage of the same customer: through this campaign or another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtherEntry {
    pub campaign: i64,
    /// Through this very campaign.
    pub same: bool,
    pub kind: Kind,
    pub priority: u8,
    pub state: OtherState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OtherState {
    /// A campaign that runs wants them, and they have not entered it.
    Wants,
    Open,
    Ended {
        at: Millis,
    },
}

/// Whether somebody may enter now. `campaign`: this one's id, which settles a tie of priorities.
///
/// # Errors
/// The gravest reason why not.
pub fn eligible(
    plan: &Plan,
    rules: &Rules,
    person: &Person,
    campaign: i64,
    others: &[OtherEntry],
    now: Millis,
) -> Result<(), Stop> {
    if let Some(gone) = gone(plan.class, person) {
        return Err(gone);
    }
    if person.closed && plan.kind != Kind::WinBack {
        return Err(end(Reason::AccountClosed, "The account was closed."));
    }
    if let Some(reason) = entered_before(plan, others, now) {
        return Err(reason);
    }
    if let Some(reason) = in_other(plan, campaign, others) {
        return Err(reason);
    }
    reachable(plan, rules, person, now)
}

/// Whether the hash of a unit falls into a share, per mille. Each campaign has a salt of its own, as has the shop's holdout, so that one
/// draw says nothing of another.
pub fn assign(salt: &str, unit: &str, share: u16) -> bool {
    let mut hash = Sha256::new();
    // The length keeps two pairs of texts with the same letters apart.
    hash.update((salt.len() as u64).to_be_bytes());
    hash.update(salt.as_bytes());
    hash.update(unit.as_bytes());
    let first = hash.finalize().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    // Compared as fractions of the whole range, which a share of 1000 covers to its last number.
    u128::from(first) * 1_000 < u128::from(share.min(1_000)) << 64
}

/// What is drawn as one: an account, else the address that several share, else the customer; a digest, so that it names nobody.
pub fn unit_of(account: Option<&str>, email: Option<&str>, customer: &str) -> String {
    let (kind, text) = match (account, email) {
        (Some(account), _) => ("account", account.trim().to_owned()),
        (None, Some(email)) => ("email", email.trim().to_lowercase()),
        (None, None) => ("customer", customer.to_owned()),
    };
    let digest = Sha256::digest(format!("{kind}:{text}"));
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

fn entered_before(plan: &Plan, others: &[OtherEntry], now: Millis) -> Option<Stop> {
    let before = others.iter().filter(|other| other.same).filter_map(|other| match other.state {
        OtherState::Wants => None,
        OtherState::Open => Some(None),
        OtherState::Ended { at } => Some(Some(at)),
    });
    for ended in before {
        let Some(at) = ended else {
            return Some(end(Reason::EnteredBefore, "They are in this campaign now."));
        };
        match plan.mode {
            Mode::Always { again: Again::After { days } } => {
                let from = Millis(at.0.saturating_add(i64::from(days) * MILLIS_PER_DAY));
                if now < from {
                    return Some(end(Reason::EnteredBefore, &format!("They may enter again from {} on.", from.day().iso())));
                }
            }
            Mode::Once | Mode::Always { again: Again::Never } => {
                return Some(end(Reason::EnteredBefore, &format!("They went through it until {}.", at.day().iso())));
            }
        }
    }
    None
}

/// One campaign of a kind at a time; of two that want the same person the one with the higher priority, of equal ones the older.
fn in_other(plan: &Plan, campaign: i64, others: &[OtherEntry]) -> Option<Stop> {
    let mut others = others.iter().filter(|other| !other.same && other.kind == plan.kind);
    others.find_map(|other| match other.state {
        OtherState::Open => Some(end(Reason::InOtherCampaign, "They are in another campaign of its kind.")),
        OtherState::Wants => {
            let first = (other.priority, -other.campaign) > (plan.priority, -campaign);
            first.then(|| end(Reason::InOtherCampaign, "A campaign with a higher priority wants them."))
        }
        OtherState::Ended { .. } => None,
    })
}

/// Some contact can be reached over some channel of the plan; else the reason that stands against the best of them.
fn reachable(plan: &Plan, rules: &Rules, person: &Person, now: Millis) -> Result<(), Stop> {
    let channels = plan.channels();
    let mut nearest: Option<Stop> = None;
    for contact in &person.contacts {
        for channel in &channels {
            match stop::channel_open(plan.class, rules, person, contact, *channel, now, now) {
                Ok(()) => return Ok(()),
                Err(why) if nearest.as_ref().is_none_or(|nearest| weight(why.reason) > weight(nearest.reason)) => {
                    nearest = Some(why);
                }
                Err(_) => {}
            }
        }
    }
    Err(nearest.unwrap_or_else(|| end(Reason::NoAddress, "No contact is known.")))
}

/// What is said of somebody who cannot be reached: rather what they said themselves than that an address is missing.
fn weight(reason: Reason) -> u8 {
    match reason {
        Reason::Complaint => 7,
        Reason::OptedOut => 6,
        Reason::HardBounce => 5,
        Reason::DoubtfulAddress => 4,
        Reason::ConsentLapsed => 3,
        Reason::NoConsent => 2,
        Reason::CountryNotAllowed => 1,
        _ => 0,
    }
}

impl Plan {
    /// Every channel that a step or a route of it may use, each once. A task for a person needs no place in it.
    pub fn channels(&self) -> Vec<Channel> {
        let steps = self.steps.iter().flat_map(|step| [step.channel, step.fallback]);
        let open = self.steps.iter().any(|step| step.channel.is_none());
        let routes = self.routes.iter().filter(|_| open).flat_map(|route| [Some(route.first), route.fallback]);
        let mut channels: Vec<Channel> = steps.chain(routes).flatten().collect();
        if channels.is_empty() {
            channels.push(Channel::Email);
        }
        channels.sort_unstable();
        channels.dedup();
        channels
    }
}
