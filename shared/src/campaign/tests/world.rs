//! People who do as people do: order, answer, complain, open tickets, change their minds, and live somewhere.

use std::collections::BTreeMap;

use crate::campaign::Channel;
use crate::random::Random;
use crate::segment::ValueTier;
use crate::time::Millis;

pub(super) const HOUR: i64 = 3_600_000;
pub(super) const DAY: i64 = 24 * HOUR;

#[derive(Debug, Clone)]
pub(super) struct World {
    pub(super) start: Millis,
    pub(super) people: Vec<Someone>,
    /// From, until.
    pub(super) stopped: (Millis, Millis),
    /// Of the first campaign.
    pub(super) paused: (Millis, Millis),
    pub(super) seed: u64,
}

/// What happens to somebody, and when: drawn before anything is sent, so that nothing of it depends on what is tested.
#[derive(Debug, Clone)]
pub(super) struct Someone {
    pub(super) country: Option<&'static str>,
    /// Of the profile; none is left to the country.
    pub(super) zone: Option<&'static str>,
    pub(super) value: ValueTier,
    pub(super) phone: bool,
    pub(super) letterbox: bool,
    pub(super) consents: Vec<Channel>,
    pub(super) fewer: bool,
    pub(super) preferred: Option<Channel>,
    pub(super) orders: Vec<Millis>,
    pub(super) back: Option<Millis>,
    pub(super) opted_out: BTreeMap<Channel, Millis>,
    pub(super) complained: Option<Millis>,
    pub(super) bounced: Option<Millis>,
    pub(super) erased: Option<Millis>,
    pub(super) uninstalled: Option<Millis>,
    /// From, until.
    pub(super) ticket: Option<(Millis, Millis)>,
    /// Answered, closed by a person.
    pub(super) reply: Option<(Millis, Millis)>,
    pub(super) clicks: Vec<Millis>,
    pub(super) pause: Option<(Millis, Millis)>,
}

/// Country and the zone of the profile: some with one, some without, some nowhere.
const PLACES: [(Option<&str>, Option<&str>); 14] = [
    (Some("US"), Some("America/New_York")),
    (Some("US"), Some("America/Los_Angeles")),
    (Some("US"), None),
    (Some("CA"), Some("America/St_Johns")),
    (Some("FR"), None),
    (Some("FR"), Some("Europe/Paris")),
    (Some("DE"), None),
    (Some("GB"), None),
    (Some("AU"), Some("Australia/Lord_Howe")),
    (Some("NZ"), Some("Pacific/Chatham")),
    (Some("IN"), None),
    (Some("CL"), Some("America/Santiago")),
    (Some("EG"), None),
    (None, None),
];

pub(super) fn world(people: usize, seed: u64, start: &str) -> World {
    let start = Millis::parse_rfc3339(start).expect("a time");
    let mut random = Random::new(seed);
    let people = (0..people).map(|_| someone(&mut random, start)).collect();
    let after = |days: i64| Millis(start.0 + days * DAY);
    World { start, people, stopped: (after(7), Millis(after(7).0 + 9 * HOUR)), paused: (after(12), after(14)), seed }
}

fn someone(random: &mut Random, start: Millis) -> Someone {
    let place = PLACES[random.below(PLACES.len())];
    let sometime = |random: &mut Random, chance: f64| {
        let at = Millis(start.0 + (random.unit() * 33.0 * DAY as f64) as i64);
        (random.unit() < chance).then_some(at)
    };
    let lasts = |from: Millis, hours: i64| (from, Millis(from.0 + hours * HOUR));
    let mut consents = Vec::new();
    for (channel, chance) in [(Channel::Email, 0.85), (Channel::Sms, 0.5), (Channel::Post, 0.6), (Channel::Call, 0.5)] {
        if random.unit() < chance {
            consents.push(channel);
        }
    }
    let mut opted_out = BTreeMap::new();
    for channel in [Channel::Email, Channel::Sms, Channel::InApp, Channel::Call] {
        if let Some(at) = sometime(random, 0.06) {
            opted_out.insert(channel, at);
        }
    }
    let mut orders: Vec<Millis> = sometime(random, 0.12).into_iter().collect();
    if random.unit() < 0.05 {
        orders.push(Millis(start.0 - (random.unit() * 3.0 * DAY as f64) as i64));
    }
    orders.sort_unstable();
    let clicks = (0..3).filter_map(|_| sometime(random, 0.25)).collect();
    Someone {
        country: place.0,
        zone: place.1,
        value: ValueTier::ALL[random.below(3)],
        phone: random.unit() < 0.7,
        letterbox: random.unit() < 0.7,
        consents,
        fewer: random.unit() < 0.08,
        preferred: (random.unit() < 0.1).then_some(Channel::Sms),
        orders,
        back: sometime(random, 0.06),
        opted_out,
        complained: sometime(random, 0.03),
        bounced: sometime(random, 0.03),
        erased: sometime(random, 0.03),
        uninstalled: sometime(random, 0.05),
        ticket: sometime(random, 0.1).map(|at| lasts(at, 60)),
        reply: sometime(random, 0.1).map(|at| lasts(at, 50)),
        clicks,
        pause: sometime(random, 0.05).map(|at| lasts(at, 240)),
    }
}
