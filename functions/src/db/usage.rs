//! What the database wrote today, and what the plan still lets it write.
//!
//! Jobs write down what they use with each of their pages. Requests are too many for that: an isolate adds them up and writes them
//! down now and then, so that what it had counted when the platform ends it is lost. The figures are a lower bound.

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use shared::api::{Limit, Limits, Plan, Storage, UsageDay};
use shared::limits::{allowed, full_on, growth};
use shared::time::{Day, Millis};

use super::{Db, DbError, Statement};
use crate::{params, sql};

/// Rows that Cloudflare's free plan lets D1 write in a UTC day.
pub const FREE_ROWS_A_DAY: u64 = 100_000;

/// The part of the day's rows that jobs leave: scoring stops first, then imports; the last tenth is for opt-outs and sign-ins.
const SCORING_STOPS_AT: u64 = FREE_ROWS_A_DAY / 10 * 8;
const IMPORTS_STOP_AT: u64 = FREE_ROWS_A_DAY / 10 * 9;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    pub plan: Plan,
    written: u64,
}

/// How many days are kept, and how many are shown.
pub const KEPT_DAYS: i32 = 400;
const SHOWN_DAYS: i32 = 30;

/// Requests are written down after so many, or after so long in milliseconds.
const REQUESTS_AT_ONCE: u64 = 200;
const REQUESTS_FOR: i64 = 60_000;

/// Requests of one day that this isolate answered and that are not written down yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    day: Day,
    since: Millis,
    requests: u64,
    rows_read: u64,
    rows_written: u64,
    size: Option<u64>,
}

/// What one request used beyond what its work wrote down itself; `size` is the database's in bytes, where a query told it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    pub rows_read: u64,
    pub rows_written: u64,
    pub size: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct DayRow {
    day: i32,
    rows_read: u64,
    rows_written: u64,
    requests: u64,
    size: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct Waiting {
    imports: u64,
    scoring: u8,
}

static COUNTED: Mutex<Option<Counted>> = Mutex::new(None);

#[derive(Debug, Deserialize)]
struct AllowanceRow {
    plan: String,
    rows_written: u64,
}

impl Allowance {
    /// Rows that imports may still write today; none where the plan sets no limit.
    pub fn left_for_imports(self) -> Option<u64> {
        (self.plan == Plan::Free).then(|| IMPORTS_STOP_AT.saturating_sub(self.written))
    }

    pub fn left_for_scoring(self) -> Option<u64> {
        (self.plan == Plan::Free).then(|| SCORING_STOPS_AT.saturating_sub(self.written))
    }
}

/// What a day's imports may write in all; none where the plan sets no limit.
pub fn import_rows_a_day(plan: Plan) -> Option<u64> {
    (plan == Plan::Free).then_some(IMPORTS_STOP_AT)
}

/// The next 00:00 UTC, when the plan's limit starts anew.
pub fn next_day(now: Millis) -> Millis {
    now.day().plus(1).start()
}

pub fn add(day: Day, rows_read: u64, rows_written: u64) -> Statement {
    Statement::new(sql!("usage.sql", "add_usage"), params![day, rows_read, rows_written])
}

/// Adds a request to those that this isolate answered; what is to be written down now, by [`add_requests`].
pub fn count_request(used: Used, now: Millis) -> Option<Counted> {
    count(&mut counted(), used, now)
}

pub fn add_requests(counted: &Counted) -> Statement {
    let Counted { day, requests, rows_read, rows_written, size, .. } = *counted;
    // The row that this writes itself.
    Statement::new(sql!("usage.sql", "add_requests"), params![day, requests, rows_read, rows_written + 1, size])
}

/// What of the plan is used, with what this isolate has counted beyond it.
pub async fn limits(db: &Db, now: Millis) -> Result<Limits, DbError> {
    let today = now.day();
    let statements = vec![
        Statement::new(sql!("usage.sql", "usage_days"), params![today.plus(-KEPT_DAYS), today]),
        Statement::new(sql!("usage.sql", "waiting"), params![now]),
    ];
    let outcomes = db.batch_idempotent(statements).await?;
    let [days, waiting] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    let waiting = waiting.first()?.ok_or_else(|| DbError::Bug("a count has no row".to_owned()))?;
    let allowance = allowance(db, today).await?;
    let reading = db.meter().reading();
    let own = Used { rows_read: reading.rows_read, rows_written: reading.rows_written, size: db.meter().size() };
    let days = with_counted(days.rows()?, *counted(), own, today);
    Ok(told(allowance.plan, &days, waiting, now))
}

pub async fn allowance(db: &Db, day: Day) -> Result<Allowance, DbError> {
    let row: Option<AllowanceRow> = db.first(sql!("usage.sql", "allowance"), params![day]).await?;
    let row = row.ok_or_else(|| DbError::Bug("the shop has no row".to_owned()))?;
    Ok(Allowance { plan: if row.plan == "free" { Plan::Free } else { Plan::Paid }, written: row.rows_written })
}

fn counted() -> MutexGuard<'static, Option<Counted>> {
    COUNTED.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count(slot: &mut Option<Counted>, used: Used, now: Millis) -> Option<Counted> {
    let day = now.day();
    // Requests of a day that is over go to that day's row.
    let over = slot.take_if(|counted| counted.day != day);
    let counted = slot.get_or_insert(Counted { day, since: now, requests: 0, rows_read: 0, rows_written: 0, size: None });
    counted.requests += 1;
    counted.rows_read += used.rows_read;
    counted.rows_written += used.rows_written;
    counted.size = used.size.or(counted.size);
    let is_due = counted.requests >= REQUESTS_AT_ONCE || now.0 - counted.since.0 >= REQUESTS_FOR;
    over.or_else(|| slot.take_if(|_| is_due))
}

/// The days with today among them, and the request that asks, which is one more.
fn with_counted(mut days: Vec<DayRow>, counted: Option<Counted>, own: Used, today: Day) -> Vec<DayRow> {
    if days.last().is_none_or(|last| last.day != today.0) {
        days.push(DayRow { day: today.0, rows_read: 0, rows_written: 0, requests: 0, size: None });
    }
    if let Some(last) = days.last_mut() {
        let counted = counted.filter(|counted| counted.day == today);
        last.requests += 1 + counted.map_or(0, |counted| counted.requests);
        last.rows_read += own.rows_read + counted.map_or(0, |counted| counted.rows_read);
        last.rows_written += own.rows_written + counted.map_or(0, |counted| counted.rows_written);
        last.size = own.size.or(last.size);
    }
    days
}

fn told(plan: Plan, days: &[DayRow], waiting: Waiting, now: Millis) -> Limits {
    let today = now.day();
    let allowed = allowed(plan);
    let last = days.last().copied().unwrap_or(DayRow { day: today.0, rows_read: 0, rows_written: 0, requests: 0, size: None });
    let sizes: Vec<_> = days.iter().filter_map(|row| Some((Day(row.day), row.size?))).collect();
    let used = sizes.last().map_or(0, |(_, size)| *size);
    let growth = growth(&sizes);
    Limits {
        plan,
        rows_written: Limit { used: last.rows_written, most: allowed.rows_written },
        rows_read: Limit { used: last.rows_read, most: allowed.rows_read },
        requests: Limit { used: last.requests, most: allowed.requests },
        storage: Storage {
            used,
            most: allowed.storage,
            growth,
            full_on: growth.and_then(|growth| full_on(today, used, allowed.storage, growth)).map(Day::iso),
        },
        waiting: waiting_words(plan, last.rows_written, waiting),
        resets_at: next_day(now).rfc3339(),
        days: shown(days, today),
    }
}

fn waiting_words(plan: Plan, written: u64, waiting: Waiting) -> Vec<String> {
    let mut words = Vec::new();
    match waiting.imports {
        0 => {}
        1 => words.push("An import goes on tomorrow by itself.".to_owned()),
        imports => words.push(format!("{imports} imports go on tomorrow by themselves.")),
    }
    let no_scoring = Allowance { plan, written }.left_for_scoring() == Some(0);
    if no_scoring && waiting.scoring != 0 {
        words.push("Customers with new data are scored tomorrow.".to_owned());
    }
    words
}

/// The last days, with the days among them on which nothing was written down.
fn shown(days: &[DayRow], today: Day) -> Vec<UsageDay> {
    let from = today.plus(1 - SHOWN_DAYS);
    let first = days.first().map_or(today, |row| Day(row.day)).max(from);
    let day_of = |day: i32| days.iter().find(|row| row.day == day).copied();
    (first.0..=today.0)
        .map(|day| {
            let row = day_of(day).unwrap_or(DayRow { day, rows_read: 0, rows_written: 0, requests: 0, size: None });
            let DayRow { rows_read, rows_written, requests, size, .. } = row;
            UsageDay { day: Day(day).iso(), rows_read, rows_written, requests, size }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Millis = Millis(1_000 * shared::time::MILLIS_PER_DAY + 43_200_000);

    #[test]
    fn requests_are_written_down_after_many_or_after_a_minute() {
        let mut slot = None;
        let used = Used { rows_read: 5, rows_written: 1, size: None };
        let told: Vec<_> = (0..400).filter_map(|_| count(&mut slot, used, NOON)).collect();
        let figures: Vec<_> = told.iter().map(|told| (told.requests, told.rows_read, told.rows_written)).collect();
        assert_eq!(figures, [(200, 1_000, 200), (200, 1_000, 200)]);
        assert_eq!(count(&mut slot, used, NOON), None);
        assert_eq!(count(&mut slot, used, Millis(NOON.0 + 59_999)), None);
        assert_eq!(count(&mut slot, used, Millis(NOON.0 + 60_000)).map(|told| told.requests), Some(3));
        assert_eq!(slot, None);
    }

    #[test]
    fn requests_of_yesterday_are_written_down_as_yesterday_s() {
        let mut slot = None;
        count(&mut slot, Used::default(), NOON);
        let tomorrow = Millis(NOON.0 + shared::time::MILLIS_PER_DAY);
        let told = count(&mut slot, Used::default(), tomorrow).expect("yesterday's");
        assert_eq!((told.day, told.requests), (NOON.day(), 1));
        assert_eq!(slot.map(|counted| (counted.day, counted.requests)), Some((tomorrow.day(), 1)));
    }

    #[test]
    fn the_request_that_asks_and_those_not_written_down_yet_are_counted() {
        let today = NOON.day();
        let stored = DayRow { day: today.0, rows_read: 100, rows_written: 10, requests: 7, size: Some(1) };
        let mut slot = None;
        count(&mut slot, Used { rows_read: 5, rows_written: 2, size: Some(2) }, NOON);
        let own = Used { rows_read: 1, rows_written: 0, size: Some(3) };
        let days = with_counted(vec![stored], slot, own, today);
        assert_eq!(days, [DayRow { rows_read: 106, rows_written: 12, requests: 9, size: Some(3), ..stored }]);
        assert_eq!(with_counted(vec![], None, own, today).len(), 1);
    }

    #[test]
    fn days_of_which_nothing_is_known_stand_between_those_that_are() {
        let row = |day| DayRow { day, rows_read: 1, rows_written: 1, requests: 1, size: None };
        let days = shown(&[row(100), row(960), row(995), row(1_000)], Day(1_000));
        assert_eq!(days.len(), 30);
        assert_eq!(days.iter().filter(|day| day.requests > 0).count(), 2);
        assert_eq!(shown(&[row(998), row(1_000)], Day(1_000)).len(), 3);
    }

    #[test]
    fn what_waits_for_tomorrow_is_told() {
        let words = |plan, written, imports, scoring| waiting_words(plan, written, Waiting { imports, scoring }).len();
        assert_eq!(words(Plan::Free, 85_000, 0, 1), 1);
        assert_eq!(words(Plan::Free, 85_000, 2, 1), 2);
        assert_eq!(words(Plan::Free, 79_999, 0, 1), 0);
        assert_eq!(words(Plan::Paid, 1 << 40, 0, 1), 0);
    }

    #[test]
    fn scoring_stops_before_imports_and_imports_before_the_limit() {
        let at = |written| Allowance { plan: Plan::Free, written };
        assert_eq!(at(85_000).left_for_scoring(), Some(0));
        assert_eq!(at(85_000).left_for_imports(), Some(5_000));
        assert_eq!(at(95_000).left_for_imports(), Some(0));
        assert_eq!(Allowance { plan: Plan::Paid, written: 1 << 40 }.left_for_scoring(), None);
    }

    #[test]
    fn the_limit_starts_anew_at_midnight_utc() {
        let noon = Millis::parse_rfc3339("1998-07-01T12:00:00Z").expect("valid");
        assert_eq!(next_day(noon).rfc3339(), "1998-07-02T00:00:00Z");
        assert_eq!(next_day(next_day(noon)).rfc3339(), "1998-07-03T00:00:00Z");
    }
}
