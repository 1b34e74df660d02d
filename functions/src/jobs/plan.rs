//! Finds each person's next touch, and writes it into the ledger: one at a time, after the one before it is settled.
//!
//! What comes next is `shared::campaign::next`'s to say. Whoever is held out gets the same touches as ghosts, which nobody sends.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use shared::campaign::caps::PastTouch;
use shared::campaign::habits::Habits;
use shared::campaign::next::{EntrySoFar, Next, NextTouch, Passed, next};
use shared::campaign::seen::Seen;
use shared::campaign::{Channel, Plan, Reason, Rules, State};
use shared::message::lint::Class;
use shared::message::variant;
use shared::message::{Angle, Draft};
use shared::offer::{Ladder, Step};
use shared::time::{MILLIS_PER_DAY, Millis};

use super::measure;
use super::run::{Held, JobError, Work};
use crate::db::entries::{self, Due, Planned};
use crate::db::touches::{self, Choice, New, OfEntry};
use crate::db::{Db, DbError, leases, results, sending, shop};
use crate::reach::{self, Known};
use crate::recipients::{self, Asking};
use crate::seams;

pub const JOB: &str = "plan";

/// Entries of a page.
const PAGE: u32 = 100;

/// Subject variants.
const VARIANTS: usize = 2;

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {}

/// What a campaign runs by.
#[derive(Debug, Clone, PartialEq)]
pub struct Running {
    pub plan: Plan,
    pub draft: Draft,
    pub segment: Option<String>,
}

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    entries::any_due(db, now).await
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    let rules = sending::rules(&held.db).await?;
    loop {
        let due = entries::due(&held.db, held.now, PAGE).await?;
        if due.is_empty() {
            return Ok(Work::Done);
        }
        if !held.has_time() {
            return Ok(Work::More);
        }
        page(held, &due, &rules).await?;
        seams::point("plan.page").await;
    }
}

/// What the campaigns of these run by; none of one that another version wrote.
pub async fn running(db: &Db, keys: impl Iterator<Item = (i64, u32)>) -> Result<HashMap<(i64, u32), Running>, DbError> {
    let keys: Vec<(i64, u32)> = keys.collect::<HashSet<_>>().into_iter().collect();
    let editions = entries::editions(db, &keys).await?;
    let read = editions.into_iter().filter_map(|edition| {
        let (plan, draft) = (serde_json::from_str(&edition.plan).ok()?, serde_json::from_str(&edition.draft).ok()?);
        Some(((edition.campaign_id, edition.number), Running { plan, draft, segment: edition.segment }))
    });
    Ok(read.collect())
}

async fn page(held: &mut Held<Cursor>, due: &[Due], rules: &Rules) -> Result<(), JobError> {
    let (db, now) = (&held.db, held.now);
    let running = running(db, due.iter().map(|entry| (entry.campaign_id, entry.edition))).await?;
    let customers: Vec<i64> = due.iter().map(|entry| entry.customer_id).collect::<HashSet<_>>().into_iter().collect();
    let ids: Vec<i64> = due.iter().map(|entry| entry.id).collect();
    let mut known = reach::read(db, &customers, now).await?;
    reach::learn_habits(db, &mut known, rules, now).await?;
    let seen = reach::seen(db, &ids).await?;
    let outcomes = db.batch_idempotent(vec![touches::of_entries(&ids)]).await?;
    let rows: Vec<OfEntry> = outcomes.first().map(crate::db::Outcome::rows).transpose()?.unwrap_or_default();
    let mut so_far: HashMap<i64, Vec<OfEntry>> = HashMap::new();
    for row in rows {
        so_far.entry(row.entry_id).or_default().push(row);
    }
    let ladders = ladders(db, due, &running, now).await?;
    let (mut planned, mut new) = (Vec::new(), Vec::new());
    for entry in due {
        let theirs = so_far.get(&entry.id).map(Vec::as_slice).unwrap_or_default();
        let decided = match (running.get(&(entry.campaign_id, entry.edition)), entry.campaign_state.as_str()) {
            // It is planned anew once the campaign goes on.
            (_, "paused" | "approved" | "draft") | (None, _) => Decided::rest(None),
            (Some(running), "running") => match known.get(&entry.customer_id) {
                Some(known) => {
                    let drawn = ladders.get(&entry.id);
                    let about = About { entry, running, rules, known, seen: seen.get(&entry.id), theirs, drawn };
                    decide(&about, now)
                }
                None => Decided::end(Reason::Erased, String::new()),
            },
            _ => Decided::end(Reason::CampaignEnded, "The campaign has ended.".to_owned()),
        };
        held.count(decided.name(), 1);
        planned.push(decided.entry(entry.id, ladders.get(&entry.id)));
        new.extend(decided.touches);
    }
    let mut statements = touches::plan(&new, now)?;
    statements.extend(entries::plan(&planned, now)?);
    statements.push(results::look_again(&ids, Millis(now.0 + measure::PATIENCE), now));
    if new.iter().any(|touch| touch.state == "planned" && touch.due_at <= now) {
        statements.push(leases::wake(super::dispatch::JOB));
    }
    held.write(statements).await.map(drop)
}

/// What becomes of one entry.
#[derive(Debug, Default)]
struct Decided {
    touches: Vec<New>,
    next_at: Option<Millis>,
    ends: Option<(Reason, String)>,
    contact: Option<i64>,
}

impl Decided {
    fn rest(until: Option<Millis>) -> Self {
        Self { next_at: until, ..Self::default() }
    }

    fn end(reason: Reason, evidence: String) -> Self {
        Self { ends: Some((reason, evidence)), ..Self::default() }
    }

    fn name(&self) -> &'static str {
        match (&self.ends, self.touches.is_empty()) {
            (Some(_), _) => "ended",
            (None, false) => "planned",
            (None, true) => "waiting",
        }
    }

    fn entry(&self, id: i64, drawn: Option<&Ladder>) -> Planned {
        let drawn = drawn.and_then(|ladder| serde_json::to_string(ladder).ok());
        match &self.ends {
            Some((reason, evidence)) => {
                Planned(id, "ended", Some(reason.code()), Some(evidence.clone()), None, self.contact, None)
            }
            None => Planned(id, "open", None, None, self.next_at, self.contact, drawn),
        }
    }
}

/// What an entry's next touch is found from.
struct About<'a> {
    entry: &'a Due,
    running: &'a Running,
    rules: &'a Rules,
    known: &'a Known,
    seen: Option<&'a Seen>,
    /// Its touches so far.
    theirs: &'a [OfEntry],
    /// What they are offered, where it was drawn up just now.
    drawn: Option<&'a Ladder>,
}

/// Of those who are contacted and have none yet, by entry: what they are offered over the campaign. It is kept with the entry.
async fn ladders(
    db: &Db,
    due: &[Due],
    running: &HashMap<(i64, u32), Running>,
    now: Millis,
) -> Result<HashMap<i64, Ladder>, DbError> {
    let makes_offers = |entry: &&Due| {
        let running = running.get(&(entry.campaign_id, entry.edition));
        entry.arm == 0 && entry.ladder.is_none() && running.is_some_and(|running| running.plan.class == Class::Marketing)
    };
    let new: Vec<&Due> = due.iter().filter(makes_offers).collect();
    let keys: Vec<(i64, String)> = new.iter().map(|entry| (entry.customer_id, ladder_key(entry.id))).collect();
    if keys.is_empty() {
        return Ok(HashMap::new());
    }
    let shop = shop::read(db).await?;
    let asking = Asking { db, shop: &shop, names_tickets: false, now };
    let mut drawn = recipients::ladders(asking, &keys).await?;
    // Two campaigns may begin with somebody at once: each has a ladder of its own.
    let one_each = new.iter().filter_map(|entry| {
        let mut ladder = drawn.remove(&entry.customer_id)?;
        ladder.key = ladder_key(entry.id);
        Some((entry.id, ladder))
    });
    Ok(one_each.collect())
}

/// What rungs of one entry share.
pub fn ladder_key(entry: i64) -> String {
    format!("entry-{entry}")
}

fn decide(about: &About<'_>, now: Millis) -> Decided {
    let About { entry, running, rules, known, seen, theirs, drawn } = *about;
    let Running { plan, draft, .. } = running;
    let angles = angles(draft);
    let seen = known.seen(seen);
    let touches: Vec<PastTouch> = theirs.iter().filter_map(|row| past(row, entry.campaign_id, plan, &angles)).collect();
    // One that is under way is settled first.
    if touches.iter().any(|touch| !touch.state.is_settled() && touch.state != State::Unknown) {
        return Decided::rest(None);
    }
    let kept: Option<Ladder> = entry.ladder.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let group = Habits::default();
    let so_far = EntrySoFar {
        entered_at: Millis(entry.entered_at),
        seen: &seen,
        touches: &touches,
        past: &known.past,
        ladder: kept.as_ref().or(drawn),
        angles: &angles,
        group: &group,
    };
    let is_held_out = entry.arm > 0;
    let skip = |passed: &Passed| skipped(entry, passed, now);
    match next(plan, rules, &known.person, &so_far, now) {
        Next::End { reason, evidence, passed } => {
            Decided { touches: passed.iter().map(skip).collect(), ..Decided::end(reason, evidence) }
        }
        Next::Wait { until, passed, .. } => {
            let until = until.max(Millis(now.0 + 60_000));
            Decided { touches: passed.iter().map(skip).collect(), ..Decided::rest(Some(until)) }
        }
        Next::Touch(touch) => {
            let due_at = touch.due_at.max(Millis(entry.leaves_at));
            let mut new: Vec<New> = touch.passed.iter().map(skip).collect();
            new.push(planned(entry, &touch, rules, due_at, is_held_out, known));
            // A ghost is settled at once; what follows it is planned when it would have gone.
            let next_at = is_held_out.then_some(Millis(due_at.0 + 1));
            Decided { touches: new, next_at, ends: None, contact: Some(touch.contact) }
        }
    }
}

fn planned(entry: &Due, touch: &NextTouch, rules: &Rules, due_at: Millis, is_held_out: bool, known: &Known) -> New {
    let variant = variant::assigned(entry.campaign.as_str(), touch.message, known.row.public_id.as_str(), VARIANTS);
    let hold = i64::from(rules.hold_days) * MILLIS_PER_DAY;
    let closed = touch.closed.iter().map(|passed| {
        let channel = passed.channel.map(Channel::code).unwrap_or_default();
        (channel.to_owned(), passed.reason.code().to_owned())
    });
    let choice = Choice { message: touch.message, angle: touch.angle, closed: closed.collect() };
    New {
        campaign: entry.campaign_id,
        entry: entry.id,
        customer: entry.customer_id,
        contact: Some(touch.contact),
        step: touch.step,
        edition: entry.edition,
        channel: touch.channel.code(),
        state: if is_held_out { State::Ghost.code() } else { State::Planned.code() },
        reason: is_held_out.then(|| if entry.arm > 1 { Reason::GlobalHoldout.code() } else { Reason::Holdout.code() }),
        evidence: Some(touch.why.join(" ")),
        due_at,
        expires_at: Some(Millis(due_at.0 + hold)),
        variant: u8::try_from(variant).unwrap_or(0),
        choice: serde_json::to_string(&choice).ok(),
    }
}

fn skipped(entry: &Due, passed: &Passed, now: Millis) -> New {
    New {
        campaign: entry.campaign_id,
        entry: entry.id,
        customer: entry.customer_id,
        contact: None,
        step: passed.step,
        edition: entry.edition,
        channel: passed.channel.unwrap_or(Channel::Email).code(),
        state: State::Skipped.code(),
        reason: Some(passed.reason.code()),
        evidence: Some(passed.evidence.clone()),
        due_at: now,
        expires_at: None,
        variant: 0,
        choice: None,
    }
}

fn angles(draft: &Draft) -> BTreeMap<Step, Angle> {
    draft.steps.iter().map(|step| (step.step, step.angle)).collect()
}

fn past(row: &OfEntry, campaign: i64, plan: &Plan, angles: &BTreeMap<Step, Angle>) -> Option<PastTouch> {
    let choice: Option<Choice> = row.choice.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let of_plan = plan.steps.iter().find(|step| step.id == row.step).map(|step| step.message);
    let message = choice.as_ref().map(|choice| choice.message).or(of_plan);
    let other = choice.and_then(|choice| choice.angle);
    Some(PastTouch {
        campaign,
        entry: row.entry_id,
        step: row.step,
        message,
        channel: Channel::of_code(&row.channel)?,
        state: State::of_code(&row.state)?,
        reason: row.reason.as_deref().and_then(Reason::of_code),
        angle: other.or_else(|| message.and_then(|message| angles.get(&message).copied())),
        due_at: Millis(row.due_at),
        counted_at: row.counted_at.map(Millis),
    })
}
