//! Events and messages that have had their time: older than the shop keeps them, or the oldest ones where they fill their part of the
//! database.
//!
//! What they fill is measured first, once a day. Then the oldest day that is kept moves, so that nothing older comes in from here on;
//! then events go, a page of customers at a time, each page into the bases of its customers in the same batch; then messages and
//! settled dead letters. A run that dies goes on behind its last page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::api::Plan;
use shared::reason::text;
use shared::reason::topics::Topics;
use shared::retention::{self as rules, Cut, Limit};
use shared::state::{Base, EventFact};
use shared::time::{Day, Millis};

use crate::db::retention::{self, Going, NewBase, Place};
use crate::db::{Db, DbError, reasons, usage};
use crate::jobs::run::{Held, JobError, Work};
use crate::seams;

/// Where a run is.
#[derive(Debug, Default, Serialize, Deserialize)]
pub enum Step {
    #[default]
    Begin,
    Measure {
        today: Day,
        place: Place,
        bytes: BTreeMap<Day, u64>,
    },
    Events {
        cutting: Cutting,
        after: i64,
    },
    Messages {
        cutting: Cutting,
        after: i64,
    },
    Letters {
        cutting: Cutting,
    },
    End,
}

/// Measured on this day, and what is older than `from` goes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cutting {
    today: Day,
    from: Day,
}

/// Rows of a page.
#[derive(Debug, Clone, Copy)]
struct Size {
    measured: u32,
    events: u32,
    /// Of properties.
    bytes: u32,
    messages: u32,
}

const PAID: Size = Size { measured: 20_000, events: 2_000, bytes: 1_000_000, messages: 2_000 };
const FREE: Size = Size { measured: 5_000, events: 200, bytes: 200_000, messages: 500 };

/// Days so long ago are measured as one.
const OLDEST: i32 = 3_000;

/// What D1 meters for an event that goes: the row, its place in the index, and its customer's state.
const ROWS: u64 = 3;

/// How often a page is read anew because what it rests on changed.
const TRIES: u32 = 4;

pub async fn has_work(db: &Db, now: Millis) -> Result<bool, DbError> {
    retention::any_due(db, now.day()).await
}

/// Bytes that events and messages may fill.
pub fn space(plan: Plan) -> u64 {
    seams::virtual_space().unwrap_or_else(|| rules::space(plan))
}

/// What they fill, as far as one page of each tells: for a shop where it was not measured yet.
pub async fn first_glance(db: &Db) -> Result<u64, DbError> {
    let mut used = 0;
    for place in [Place::start(), Place::Messages(0), Place::Letters(0)] {
        used += retention::measure(db, &place, PAID.measured).await?.bytes.values().sum::<u64>();
    }
    Ok(used)
}

pub async fn work(held: &mut Held<Step>) -> Result<Work, JobError> {
    let size = if held.plan == Plan::Free { FREE } else { PAID };
    loop {
        let step = match std::mem::replace(held.cursor_mut(), Step::End) {
            Step::Begin => begin(held).await?,
            Step::Measure { today, place, bytes } => measure(held, size, today, place, bytes).await?,
            Step::Events { cutting, after } => {
                let left = usage::allowance(&held.db, held.now.day()).await?.left_for_scoring();
                if left.is_some_and(|left| left < u64::from(size.events) * ROWS) {
                    *held.cursor_mut() = Step::Events { cutting, after };
                    return Ok(Work::Tomorrow);
                }
                events(held, size, cutting, after).await?
            }
            Step::Messages { cutting, after } => messages(held, size, cutting, after).await?,
            Step::Letters { cutting } => letters(held, size, cutting).await?,
            Step::End => return Ok(Work::Done),
        };
        *held.cursor_mut() = step;
        if !held.has_time() || held.plan == Plan::Free {
            return Ok(Work::More);
        }
    }
}

/// Where nothing came since it was measured today, nothing can have had its time.
async fn begin(held: &Held<Step>) -> Result<Step, JobError> {
    let today = held.now.day();
    Ok(if retention::any_due(&held.db, today).await? {
        Step::Measure { today, place: Place::start(), bytes: BTreeMap::new() }
    } else {
        Step::End
    })
}

async fn measure(
    held: &mut Held<Step>,
    size: Size,
    today: Day,
    place: Place,
    mut bytes: BTreeMap<Day, u64>,
) -> Result<Step, JobError> {
    let measured = retention::measure(&held.db, &place, size.measured).await?;
    for (day, more) in measured.bytes {
        *bytes.entry(day.max(today.plus(-OLDEST))).or_default() += more;
    }
    if measured.next != Place::End {
        *held.cursor_mut() = Step::Measure { today, place: measured.next.clone(), bytes: bytes.clone() };
        held.write(Vec::new()).await?;
        seams::point("prune.measured").await;
        return Ok(Step::Measure { today, place: measured.next, bytes });
    }
    let settings = retention::settings(&held.db).await?;
    let cut = rules::cut(&bytes, settings.event_days, today, space(settings.plan));
    let mut statements = Vec::new();
    let next = match cut {
        Some(cut) => {
            statements.push(retention::used(rules::kept(&bytes, cut.from)));
            statements.extend(retention::begin_cut(cut));
            Step::Events { cutting: Cutting { today, from: cut.from }, after: 0 }
        }
        None => {
            statements.extend([retention::used(bytes.values().sum()), retention::measured(today)]);
            Step::End
        }
    };
    if let Some(Cut { limited_by: Limit::Space, .. }) = cut {
        held.count("out_of_space", 1);
    }
    *held.cursor_mut() = next;
    held.write(statements).await?;
    seams::point("prune.begun").await;
    Ok(std::mem::take(held.cursor_mut()))
}

/// A page of events goes into the bases of its customers.
async fn events(held: &mut Held<Step>, size: Size, cutting: Cutting, after: i64) -> Result<Step, JobError> {
    let mut tries = 1;
    loop {
        let going = retention::going(&held.db, after, cutting.from.start(), size.events, size.bytes).await?;
        let Some(last) = going.iter().map(|event| event.customer_id).max() else {
            return Ok(Step::Messages { cutting, after: 0 });
        };
        seams::point("prune.read").await;
        let records: Vec<i64> = by_record(&going).into_keys().collect();
        let known = retention::bases(&held.db, &records).await?;
        let known = known.into_iter().map(|row| (row.customer_id, row.base)).collect();
        let topics = reasons::topics(&held.db).await?;
        let Folded { bases, gone } = fold(going, &known, &topics)?;
        // Rows that stay are behind: a later version wrote what they would be added to.
        let after = if gone.is_empty() { last + 1 } else { last };
        let mut statements = retention::drop_events(&gone)?;
        statements.extend(retention::store_bases(&bases, held.now)?);
        *held.cursor_mut() = Step::Events { cutting, after };
        match held.write(statements).await {
            Ok(_) => {
                held.count("events", gone.len() as u64);
                seams::point("prune.folded").await;
                return Ok(Step::Events { cutting, after });
            }
            Err(JobError::Db(error)) if retention::is_stale(&error) && tries < TRIES => tries += 1,
            Err(error) => return Err(error),
        }
    }
}

struct Folded {
    bases: Vec<NewBase>,
    gone: Vec<Going>,
}

fn by_record(going: &[Going]) -> BTreeMap<i64, Vec<&Going>> {
    let mut by_record: BTreeMap<i64, Vec<&Going>> = BTreeMap::new();
    for event in going {
        by_record.entry(event.record).or_default().push(event);
    }
    by_record
}

fn fold(going: Vec<Going>, known: &BTreeMap<i64, String>, topics: &Topics) -> Result<Folded, DbError> {
    let mut bases = Vec::new();
    let mut stays = Vec::new();
    for (record, events) in by_record(&going) {
        let facts: Vec<EventFact> = events.into_iter().map(fact).collect();
        let was = known.get(&record);
        match added(was.map(String::as_str), &facts, topics)? {
            Added::Newer => stays.push(record),
            Added::Nothing => {}
            Added::Base(base) => bases.push(NewBase(record, base, was.cloned())),
        }
    }
    let gone = going.into_iter().filter(|event| !stays.contains(&event.record)).collect();
    Ok(Folded { bases, gone })
}

/// What a base becomes with more events.
#[derive(Debug, Clone, PartialEq)]
pub enum Added {
    /// A later version wrote it: this one must not.
    Newer,
    /// The events tell nothing.
    Nothing,
    /// As JSON.
    Base(String),
}

/// # Errors
/// [`DbError::Bug`] where `was` is no base.
pub fn added(was: Option<&str>, events: &[EventFact], topics: &Topics) -> Result<Added, DbError> {
    let json = |error: serde_json::Error| DbError::Bug(format!("a base: {error}"));
    let more = Base::of(events, &|words| text::read(words, topics));
    let base = match was {
        None if more.is_empty() => return Ok(Added::Nothing),
        None => more,
        Some(text) => {
            let base: Base = serde_json::from_str(text).map_err(json)?;
            if base.is_newer() {
                return Ok(Added::Newer);
            }
            base.merge(more)
        }
    };
    serde_json::to_string(&base).map(Added::Base).map_err(json)
}

fn fact(event: &Going) -> EventFact {
    let properties = match serde_json::from_str(&event.properties) {
        Ok(Value::Object(properties)) => properties,
        _ => serde_json::Map::new(),
    };
    EventFact { at: Millis(event.occurred_at), name: event.name.clone(), properties }
}

async fn messages(held: &mut Held<Step>, size: Size, cutting: Cutting, after: i64) -> Result<Step, JobError> {
    let page = retention::message_page(&held.db, after, size.messages).await?;
    let Some(page) = page.filter(|page| page.oldest < cutting.from.start()) else { return Ok(Step::Letters { cutting }) };
    *held.cursor_mut() = Step::Messages { cutting, after: page.upto };
    let outcomes = held.write(vec![retention::drop_messages(after, page.upto, cutting.from.start())]).await?;
    held.count("messages", outcomes.first().map_or(0, |outcome| outcome.changes));
    seams::point("prune.messages").await;
    Ok(Step::Messages { cutting, after: page.upto })
}

async fn letters(held: &mut Held<Step>, size: Size, cutting: Cutting) -> Result<Step, JobError> {
    *held.cursor_mut() = Step::Letters { cutting };
    let outcomes = held.write(vec![retention::drop_letters(cutting.from.start(), size.messages)]).await?;
    let dropped = outcomes.first().map_or(0, |outcome| outcome.changes);
    held.count("messages", dropped);
    if dropped >= u64::from(size.messages) {
        return Ok(Step::Letters { cutting });
    }
    // Only now: a run that failed before begins anew.
    *held.cursor_mut() = Step::End;
    held.write(vec![retention::measured(cutting.today)]).await?;
    Ok(Step::End)
}
