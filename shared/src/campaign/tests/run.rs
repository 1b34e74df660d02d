//! Sends as the worker does: enters, asks for the next touch, looks again when it is due, records.

use std::collections::{BTreeMap, BTreeSet};

use super::world::{DAY, HOUR, Someone, World};
use crate::campaign::entry::{OtherEntry, OtherState, assign, eligible, unit_of};
use crate::campaign::plan::{Plan, Status};
use crate::campaign::plans::{Ready, ready};
use crate::campaign::stop::clear;
use crate::campaign::{
    Channel, Contact, EntrySoFar, Habits, Next, NextTouch, PastTouch, Pending, Person, Reason, Response, Rules, Seen, Standing,
    State, StopKind, next,
};
use crate::consent::{self, Record};
use crate::message::Angle;
use crate::money::Currency;
use crate::offer::{Ladder, Rung, Step};
use crate::time::{Day, Millis};

#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) world: World,
    pub(super) sent: Vec<Sent>,
    /// Person and campaign.
    pub(super) held_out: BTreeSet<(usize, usize)>,
    pub(super) entered: BTreeMap<(usize, usize), Millis>,
    pub(super) ended: BTreeMap<(usize, usize), Millis>,
    /// Why somebody got nothing (more), by person and campaign.
    pub(super) why: BTreeMap<(usize, usize), String>,
    /// How often each code was met.
    pub(super) reasons: BTreeMap<&'static str, u32>,
    pub(super) budgets: Vec<i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Sent {
    pub(super) person: usize,
    pub(super) campaign: usize,
    pub(super) step: u8,
    pub(super) channel: Channel,
    pub(super) at: Millis,
    pub(super) cost: i64,
    pub(super) offer_ends: Option<Day>,
}

struct Entry {
    entered_at: Millis,
    touches: Vec<PastTouch>,
    planned: Option<(NextTouch, Millis, Millis)>,
    ask_at: Option<Millis>,
}

/// The last is small: it runs out.
const BUDGETS: [i64; 3] = [4_000_000_000, 900_000_000, 12_000_000];

pub(super) fn run(world: World) -> Outcome {
    let plans = [Ready::LapsedBuyer, Ready::WhiteGlove, Ready::BeforeChurn].map(|code| ready(code).plan);
    let rules = Rules { fallback_zone: Some("Europe/Berlin".to_owned()), ..Rules::default() };
    let mut entries: BTreeMap<(usize, usize), Entry> = BTreeMap::new();
    let mut outcome = Outcome {
        sent: Vec::new(),
        held_out: BTreeSet::new(),
        entered: BTreeMap::new(),
        ended: BTreeMap::new(),
        why: BTreeMap::new(),
        reasons: BTreeMap::new(),
        budgets: BUDGETS.to_vec(),
        world,
    };
    let hours = 34 * 24;
    for hour in 0..hours {
        let now = Millis(outcome.world.start.0 + hour * HOUR);
        for id in 0..outcome.world.people.len() {
            for (campaign, plan) in plans.iter().enumerate() {
                // One after the other, four days apart.
                if hour == i64::try_from(campaign).unwrap() * 96 {
                    enter(&mut outcome, &mut entries, &plans, &rules, (id, campaign), now);
                }
                act(&mut outcome, &mut entries, plan, &rules, (id, campaign), now);
            }
        }
    }
    outcome
}

type Entries = BTreeMap<(usize, usize), Entry>;

fn enter(outcome: &mut Outcome, entries: &mut Entries, plans: &[Plan; 3], rules: &Rules, at: (usize, usize), now: Millis) {
    let plan = &plans[at.1];
    let unit = unit_of(None, None, &format!("{}-{}", outcome.world.seed, at.0));
    let others: Vec<OtherEntry> = (0..at.1)
        .map(|campaign| (at.0, campaign))
        .filter(|key| entries.contains_key(key))
        .map(|key| OtherEntry {
            campaign: i64::try_from(key.1).unwrap(),
            same: false,
            kind: plans[key.1].kind,
            priority: plans[key.1].priority,
            state: outcome.ended.get(&key).map_or(OtherState::Open, |at| OtherState::Ended { at: *at }),
        })
        .collect();
    let (person, _) = known(&outcome.world.people[at.0], now);
    let mut leave = |reason: Reason| {
        *outcome.reasons.entry(reason.code()).or_default() += 1;
        outcome.why.insert(at, reason.code().to_owned());
    };
    if let Err(stop) = eligible(plan, rules, &person, i64::try_from(at.1).unwrap(), &others, now) {
        return leave(stop.reason);
    }
    let global = assign("global", &unit, rules.holdout);
    if global || assign(&format!("campaign {}", at.1), &unit, plan.holdout) {
        leave(if global { Reason::GlobalHoldout } else { Reason::Holdout });
        outcome.held_out.insert(at);
        return;
    }
    outcome.entered.insert(at, now);
    entries.insert(at, Entry { entered_at: now, touches: Vec::new(), planned: None, ask_at: Some(now) });
}

fn act(outcome: &mut Outcome, entries: &mut Entries, plan: &Plan, rules: &Rules, at: (usize, usize), now: Millis) {
    if outcome.ended.contains_key(&at) {
        return;
    }
    let is_due = |entry: &Entry| match &entry.planned {
        Some((touch, ..)) => touch.due_at <= now,
        None => entry.ask_at.is_some_and(|ask| ask <= now),
    };
    if !entries.get(&at).is_some_and(is_due) {
        return;
    }
    let past: Vec<PastTouch> =
        (0..3).filter_map(|campaign| entries.get(&(at.0, campaign))).flat_map(|entry| entry.touches.clone()).collect();
    let Some(entry) = entries.get_mut(&at) else { return };
    // Responses between two hours are seen when the next thing is decided; a send in between is decided at the hour.
    let (person, mut seen) = known(&outcome.world.people[at.0], now);
    if entry.touches.iter().all(|touch| touch.counted_at.is_none()) {
        seen = Seen { replied: seen.replied, closed_at: seen.closed_at, ..Seen::default() };
    }
    let ladder = ladder(entry.entered_at);
    if entry.planned.is_none() && entry.ask_at.is_some_and(|ask| ask <= now) {
        let angles: BTreeMap<Step, Angle> = [(Step::Help, Angle::Help), (Step::Proof, Angle::Help)].into();
        let group = Habits::default();
        let so_far = EntrySoFar {
            entered_at: entry.entered_at,
            seen: &seen,
            touches: &entry.touches,
            past: &past,
            ladder: Some(&ladder),
            angles: &angles,
            group: &group,
        };
        let passed = match next(plan, rules, &person, &so_far, now) {
            Next::Touch(touch) => {
                let expires = Millis(touch.due_at.0 + i64::from(rules.hold_days) * DAY);
                let passed = touch.passed.clone();
                entry.planned = Some((touch, now, expires));
                passed
            }
            Next::Wait { until, reason, passed, .. } => {
                assert!(until > now, "a wait that is over: {reason:?}");
                *outcome.reasons.entry(reason.code()).or_default() += 1;
                entry.ask_at = Some(until);
                passed
            }
            Next::End { reason, passed, .. } => {
                *outcome.reasons.entry(reason.code()).or_default() += 1;
                outcome.why.insert(at, reason.code().to_owned());
                outcome.ended.insert(at, now);
                passed
            }
        };
        for passed in passed {
            *outcome.reasons.entry(passed.reason.code()).or_default() += 1;
            entry.touches.push(row(at, passed.step, passed.channel.unwrap_or(Channel::Email), State::Skipped, now, None));
        }
    }
    let Some((touch, planned_at, expires)) = entry.planned.clone() else { return };
    if touch.due_at > now {
        return;
    }
    let contact = person.contacts.iter().find(|contact| contact.id == touch.contact).expect("the contact");
    let cost = rules.costs.of(touch.channel, contact.country.as_deref(), 0, Currency::USD).0;
    let spent: i64 = outcome.sent.iter().filter(|sent| sent.campaign == at.1).map(|sent| sent.cost).sum();
    let today =
        outcome.sent.iter().filter(|sent| sent.channel == touch.channel && sent.at.day() == now.day()).map(|sent| sent.cost);
    let within = |(from, until): (Millis, Millis)| (from..until).contains(&now);
    let standing = Standing {
        kind: plan.kind,
        class: plan.class,
        status: if at.1 == 0 && within(outcome.world.paused) { Status::Paused } else { Status::Running },
        sending_stopped: within(outcome.world.stopped),
        left: Some(BUDGETS[at.1] - spent),
        left_today: rules.money_a_day(touch.channel, Currency::USD).map(|most| most.0 - today.sum::<i64>()),
    };
    let rung = ladder.rungs.iter().find(|rung| rung.step == touch.message);
    let offer_ends = rung.and_then(|rung| Day::parse_iso(rung.expires.as_deref()?));
    let pending = Pending {
        entered_at: entry.entered_at,
        planned_at,
        expires_at: Some(expires),
        offer_ends,

        cost,
        when: plan.steps.iter().find(|step| step.id == touch.step).map(|step| step.when).unwrap_or_default(),
        ..Pending::default()
    };
    match clear(&standing, rules, &person, contact, touch.channel, &pending, &seen, &past, now) {
        None => {
            let sent = Sent { person: at.0, campaign: at.1, step: touch.step, channel: touch.channel, at: now, cost, offer_ends };
            outcome.sent.push(sent);
            let mut sent = row(at, touch.step, touch.channel, State::Sent, now, Some(now));
            sent.message = Some(touch.message);
            sent.angle = touch.angle;
            entry.touches.push(sent);
        }
        Some(stop) => {
            *outcome.reasons.entry(stop.reason.code()).or_default() += 1;
            match stop.kind {
                StopKind::Hold { until } => {
                    assert!(until > now, "a hold that is over: {stop:?}");
                    if let Some((touch, ..)) = entry.planned.as_mut() {
                        touch.due_at = until;
                    }
                    return;
                }
                StopKind::Skip => {
                    outcome.why.insert(at, stop.reason.code().to_owned());
                    entry.touches.push(row(at, touch.step, touch.channel, State::Skipped, now, None));
                }
                StopKind::End => {
                    outcome.why.insert(at, stop.reason.code().to_owned());
                    outcome.ended.insert(at, now);
                }
            }
        }
    }
    entry.planned = None;
    entry.ask_at = Some(now);
}

fn row(at: (usize, usize), step: u8, channel: Channel, state: State, due: Millis, counted_at: Option<Millis>) -> PastTouch {
    PastTouch {
        campaign: i64::try_from(at.1).unwrap(),
        entry: i64::try_from(at.0 * 10 + at.1).unwrap(),
        step,
        message: None,
        channel,
        state,
        reason: None,
        angle: None,
        due_at: due,
        counted_at,
    }
}

fn ladder(entered_at: Millis) -> Ladder {
    let rung = |step: Step, day: i32, ends: i32| Rung {
        step,
        day: entered_at.day().plus(day).iso(),
        offer: Some("offer".to_owned()),
        depth: 100,
        expires: Some(entered_at.day().plus(ends).iso()),
    };
    Ladder {
        key: "key".to_owned(),
        rungs: vec![rung(Step::SmallIncentive, 11, 35), rung(Step::FullIncentive, 18, 38), rung(Step::LastWord, 26, 38)],
        left_out: Vec::new(),
        next_from: entered_at.day().plus(90).iso(),
    }
}

/// What the shop knows of somebody at a time.
fn known(someone: &Someone, now: Millis) -> (Person, Seen) {
    let by = |at: Millis| at <= now;
    let mut history = Vec::new();
    let record = |channel: Channel, state: consent::State, at: Millis| Record {
        channel: channel.consent().to_owned(),
        purpose: "marketing".to_owned(),
        state,
        basis: "consent".to_owned(),
        source: "test".to_owned(),
        wording: None,
        act: true,
        occurred_at: at,
        recorded_at: at,
        expires_at: None,
    };
    history.extend(someone.consents.iter().map(|channel| record(*channel, consent::State::Granted, Millis(1))));
    let outs = someone.opted_out.iter().filter(|(_, at)| by(**at));
    history.extend(outs.map(|(channel, at)| record(*channel, consent::State::Denied, *at)));
    if let Some(at) = someone.complained.filter(|at| by(*at)) {
        history.push(record(Channel::Email, consent::State::Complained, at));
    }
    let mut contact = Contact {
        id: 1,
        has_email: true,
        has_phone: someone.phone,
        has_post: someone.letterbox,
        country: someone.country.map(str::to_owned),
        time_zone: someone.zone.map(str::to_owned),
        consent: consent::present(&history),
        fewer: someone.fewer,
        preferred: someone.preferred,
        paused_until: someone.pause.filter(|(from, _)| by(*from)).map(|(_, until)| until),
        ..Contact::default()
    };
    if someone.bounced.is_some_and(by) {
        contact.suppressed.insert(Channel::Email, Reason::HardBounce);
    }
    let mut seen = Seen::default();
    someone.clicks.iter().filter(|at| by(**at)).for_each(|at| seen.add(Response::Clicked, *at));
    if let Some((at, closed)) = someone.reply.filter(|(at, _)| by(*at)) {
        seen.add(Response::Replied, at);
        seen.closed_at = Some(closed).filter(|closed| by(*closed));
    }
    let person = Person {
        value: someone.value,
        erased: someone.erased.is_some_and(by),
        uninstalled: someone.uninstalled.is_some_and(by),
        last_order_at: someone.orders.iter().copied().filter(|at| by(*at)).max(),
        back_at: someone.back.filter(|at| by(*at)),
        open_ticket: someone.ticket.is_some_and(|(from, until)| (from..until).contains(&now)),
        contacts: vec![contact],
        ..Person::default()
    };
    (person, seen)
}
