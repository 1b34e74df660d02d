//! Who may push: keys, secrets and budgets, as a copy in the isolate's memory.
//!
//! Looking them up for each message would double what a push costs. A copy is read again in the background when it is half a minute
//! old and never used past a minute, so that a paused source, a revoked key or a new secret holds everywhere within that time. Where a
//! source is changed, its own isolate forgets the copy at once. A key or an address that the copy does not know is looked up anew,
//! though not more than once in two seconds: strangers do not decide how often the database is asked.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use shared::api::{Plan, SourceSettings};
use shared::id::Id;
use shared::retention::oldest_day;
use shared::source::Kind;
use shared::time::{Day, Millis};
use worker::console_error;

use crate::clock;
use crate::ctx::Ctx;
use crate::db::sources::{self, Pushing};
use crate::problem::Problem;
use crate::vault::Vault;

/// Milliseconds of the machine's clock.
const READ_AGAIN_AFTER: i64 = 30_000;
const GOOD_FOR: i64 = 60_000;
const ASKED_AT_MOST_EVERY: i64 = 2_000;

/// Messages a source and day where its owner sets no other number. Each costs the database some eight rows until it is applied.
const FREE_DAILY_MESSAGES: u64 = 12_000;
const PAID_DAILY_MESSAGES: u64 = 2_000_000;

/// A source that may push.
#[derive(Clone)]
pub struct Known {
    pub id: i64,
    pub public_id: Id,
    pub kind: Kind,
    pub is_paused: bool,
    pub settings: SourceSettings,
    /// The one in use first.
    pub signing: Vec<String>,
    daily_messages: u64,
    /// Applied on the day when the copy was made, with what this isolate has taken since.
    accepted: (Day, u64),
}

/// Whom a write key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    source: i64,
    is_revoked: bool,
}

struct Directory {
    /// By the machine's clock.
    read_at: Millis,
    is_being_read: bool,
    sources: BTreeMap<i64, Known>,
    /// By their hash.
    keys: BTreeMap<String, Key>,
    oldest_day: Day,
}

/// A key that is nobody's, or nobody's any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    Nobodys,
    RevokedOf(i64),
}

static DIRECTORY: Mutex<Option<Directory>> = Mutex::new(None);

/// The source of a write key, by the key's hash.
pub async fn by_key(ctx: &Ctx, key_hash: &str) -> Result<Result<Known, Unknown>, Problem> {
    let find = |directory: &Directory| match directory.keys.get(key_hash) {
        Some(Key { source, is_revoked: true }) => Some(Err(Unknown::RevokedOf(*source))),
        Some(Key { source, .. }) => directory.sources.get(source).cloned().map(Ok),
        None => None,
    };
    Ok(look_up(ctx, find).await?.unwrap_or(Err(Unknown::Nobodys)))
}

/// The source of an address.
pub async fn by_id(ctx: &Ctx, id: &Id) -> Result<Option<Known>, Problem> {
    look_up(ctx, |directory| directory.sources.values().find(|source| source.public_id == *id).cloned()).await
}

/// The first day whose events are kept: older ones have no place any more.
pub fn oldest_kept_day() -> Day {
    directory().as_ref().map_or(Day(i32::MIN), |directory| directory.oldest_day)
}

/// Counts what a source sent towards its day.
pub fn accepted(source: i64, today: Day, n: u64) {
    if let Some(known) = directory().as_mut().and_then(|directory| directory.sources.get_mut(&source)) {
        let before = if known.accepted.0 == today { known.accepted.1 } else { 0 };
        known.accepted = (today, before + n);
    }
}

/// A source was changed here: the next push reads the copy anew.
pub fn forget() {
    *directory() = None;
}

async fn look_up<T>(ctx: &Ctx, find: impl Fn(&Directory) -> Option<T>) -> Result<Option<T>, Problem> {
    let age = directory().as_ref().map(|directory| clock::wall().0 - directory.read_at.0);
    match age {
        Some(age) if (0..GOOD_FOR).contains(&age) => {
            let found = directory().as_ref().and_then(&find);
            if found.is_some() || age < ASKED_AT_MOST_EVERY {
                if age >= READ_AGAIN_AFTER {
                    read_again_after(ctx);
                }
                return Ok(found);
            }
        }
        _ => {}
    }
    let read = read(ctx).await?;
    let found = find(&read);
    *directory() = Some(read);
    Ok(found)
}

/// Reads the copy anew once the answer has left, unless another push does.
fn read_again_after(ctx: &Ctx) {
    match directory().as_mut() {
        Some(directory) if !directory.is_being_read => directory.is_being_read = true,
        _ => return,
    }
    let ctx = ctx.clone();
    ctx.clone().after_answer(async move {
        match read(&ctx).await {
            Ok(read) => *directory() = Some(read),
            Err(error) => {
                console_error!("{}", serde_json::json!({ "kind": "error", "job": "sources", "error": error.to_string() }));
                if let Some(directory) = directory().as_mut() {
                    directory.is_being_read = false;
                }
            }
        }
    });
}

async fn read(ctx: &Ctx) -> Result<Directory, Problem> {
    // The time before reading: what is changed meanwhile is not older than it seems.
    let (read_at, today) = (clock::wall(), ctx.now.day());
    let Pushing { sources: rows, keys, secrets, shop } = sources::pushing(&ctx.db, today).await?;
    let vault = if secrets.is_empty() { None } else { Vault::of_or_log(&ctx.env) };
    let mut known = BTreeMap::new();
    for row in rows {
        let Some(kind) = Kind::parse(&row.kind) else { continue };
        let settings: SourceSettings = serde_json::from_str(&row.settings).unwrap_or_default();
        let owner = sources::owner(&row.public_id);
        let of_source = secrets.iter().filter(|secret| secret.owner == owner && secret.is_signing());
        let signing = of_source.filter_map(|secret| vault.as_ref()?.open_or_log(&secret.id, &secret.sealed)).collect();
        let by_plan = if shop.plan == Plan::Free { FREE_DAILY_MESSAGES } else { PAID_DAILY_MESSAGES };
        let source = Known {
            id: row.id,
            public_id: row.public_id,
            kind,
            is_paused: row.status == "paused",
            daily_messages: settings.daily_messages.map_or(by_plan, u64::from),
            settings,
            signing,
            accepted: (today, row.accepted_today),
        };
        known.insert(source.id, source);
    }
    let keys = keys.into_iter().map(|key| (key.key_hash, Key { source: key.source, is_revoked: key.revoked_at.is_some() }));
    let oldest_day = oldest_day(ctx.now, shop.event_days, shop.events_from.map(Day));
    Ok(Directory { read_at, is_being_read: false, sources: known, keys: keys.collect(), oldest_day })
}

fn directory() -> MutexGuard<'static, Option<Directory>> {
    DIRECTORY.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Known {
    /// A source as tests need one: not paused, and with room for the day.
    #[cfg(test)]
    pub fn of(id: i64, public_id: Id, kind: Kind, settings: SourceSettings, signing: Vec<String>) -> Self {
        let daily_messages = PAID_DAILY_MESSAGES;
        Self { id, public_id, kind, is_paused: false, settings, signing, daily_messages, accepted: (Day(0), 0) }
    }

    /// Whether the messages of `today` are as many as the source may send in a day.
    pub fn has_used_up(&self, today: Day) -> bool {
        self.accepted.0 == today && self.accepted.1 >= self.daily_messages
    }
}

impl std::fmt::Debug for Known {
    /// Without its secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}
