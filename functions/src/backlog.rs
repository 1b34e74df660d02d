//! What people want while the database refuses: kept in KV, one key each, until it is back.
//!
//! An opt-out, a STOP or a complaint is answered only once it is durable. While something lies here, or cannot be read, nothing is sent
//! ([`may_send`]); and since KV's lists lag by up to a minute, nothing for two minutes after the last one came or went. An erasure is not
//! kept here: who asks for one is signed in, which takes the database, or is a store that asks again until it is told that it is taken.

use serde::{Deserialize, Serialize};
use shared::time::Millis;
use worker::{Env, KvStore, console_error};

use crate::db::Db;
use crate::leaving::{self, Leave, What};
use crate::{random, seams};

/// One key each: `backlog/{kind}/{id}`, in the order of their ids.
const PREFIX: &str = "backlog/";

/// When something last came or went, in milliseconds: outside of the prefix, which is to be empty.
const MARK: &str = "backlog-mark";

/// What is read and done in one go.
const AT_ONCE: u64 = 50;

/// So long after something came or went nothing is sent, in milliseconds: twice what KV's lists lag.
pub const REST: i64 = 120_000;

/// Of what lies there: another version's is left to it.
const SCHEMA: u32 = 1;

#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    schema: u32,
    leave: Leave,
}

/// It is durable nowhere: whoever asked has to ask again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the backlog took nothing: {0}")]
pub struct NotKept(String);

/// What lies there is not known.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the backlog cannot be read: {0}")]
pub struct Unreadable(String);

/// What one go did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenUp {
    pub done: usize,
    /// Could not be done, or could not be read: nothing is sent while they lie there.
    pub left: usize,
    /// There may be more.
    pub is_more: bool,
}

/// Keeps it.
///
/// # Errors
/// Where KV refuses as well.
pub async fn put(env: &Env, leave: &Leave, now: Millis) -> Result<(), NotKept> {
    let failed = |error: &dyn ToString| NotKept(error.to_string());
    let kv = kv(env).map_err(NotKept)?;
    let id = random::id(now).map_err(|error| failed(&error))?;
    let text = serde_json::to_string(&Kept { schema: SCHEMA, leave: leave.clone() }).map_err(|error| failed(&error))?;
    let put = kv.put(&format!("{PREFIX}{}/{id}", kind(leave)), text).map_err(|error| failed(&error))?;
    put.execute().await.map_err(|error| failed(&error))?;
    mark(&kv, now).await;
    Ok(())
}

/// Whether nothing lies there.
///
/// # Errors
/// Where that is not known, which counts as something.
pub async fn is_empty(env: &Env) -> Result<bool, Unreadable> {
    let kv = kv(env).map_err(Unreadable)?;
    let listed = kv.list().prefix(PREFIX.to_owned()).limit(1).execute().await.map_err(|error| Unreadable(error.to_string()))?;
    Ok(listed.keys.is_empty() && listed.list_complete)
}

/// Whether messages may go out: to be asked before each page of them.
pub async fn may_send(env: &Env, now: Millis) -> bool {
    let is_rested = match marked(env).await {
        Ok(Some(at)) => now.0 - at >= REST,
        Ok(None) => true,
        Err(error) => return refuse(&error),
    };
    match is_empty(env).await {
        Ok(is_empty) => is_empty && is_rested,
        Err(error) => refuse(&error),
    }
}

/// Whether something came since the backlog was last seen empty: a read of one key, where a list would cost more.
///
/// # Errors
/// Where that is not known.
pub async fn is_marked(env: &Env) -> Result<bool, Unreadable> {
    Ok(marked(env).await?.is_some())
}

/// Does what lies there, in its order, and takes it away.
///
/// # Errors
/// Where it cannot be read. What the database refuses stays.
pub async fn take_up(env: &Env, db: &Db, now: Millis) -> Result<TakenUp, Unreadable> {
    let failed = |error: worker::KvError| Unreadable(error.to_string());
    let kv = kv(env).map_err(Unreadable)?;
    let listed = kv.list().prefix(PREFIX.to_owned()).limit(AT_ONCE).execute().await.map_err(failed)?;
    let mut taken = TakenUp { is_more: !listed.list_complete, ..TakenUp::default() };
    for key in &listed.keys {
        // What was taken away is listed for a while yet.
        let Some(text) = kv.get(&key.name).text().await.map_err(failed)? else { continue };
        match take_up_one(db, &text, now).await {
            Ok(()) => {
                kv.delete(&key.name).await.map_err(failed)?;
                taken.done += 1;
            }
            Err(error) => {
                console_error!("{}", serde_json::json!({ "kind": "error", "job": "backlog", "error": error }));
                taken.left += 1;
            }
        }
    }
    if taken.done > 0 || taken.left > 0 {
        mark(&kv, now).await;
    } else if listed.keys.is_empty() && marked(env).await?.is_some_and(|at| now.0 - at >= REST) {
        kv.delete(MARK).await.map_err(failed)?;
    }
    Ok(taken)
}

async fn take_up_one(db: &Db, text: &str, now: Millis) -> Result<(), String> {
    let kept: Kept = serde_json::from_str(text).map_err(|error| format!("line {}, column {}", error.line(), error.column()))?;
    if kept.schema != SCHEMA {
        return Err(format!("schema {}", kept.schema));
    }
    leaving::act(db, &kept.leave, now).await.map(drop).map_err(|error| error.to_string())
}

fn refuse(error: &Unreadable) -> bool {
    console_error!("{}", serde_json::json!({ "kind": "error", "job": "backlog", "error": error.to_string() }));
    false
}

fn kind(leave: &Leave) -> &'static str {
    match leave.what {
        What::OptOut(_) if leave.source.starts_with("sms") => "stop",
        What::OptOut(_) => "opt_out",
        What::Complaint(_) => "complaint",
        What::Pause { .. } | What::Fewer => "less",
    }
}

/// What lies there is durable without it: the hourly look finds it.
async fn mark(kv: &KvStore, now: Millis) {
    let put = match kv.put(MARK, now.0.to_string()) {
        Ok(put) => put.execute().await,
        Err(error) => Err(error),
    };
    if let Err(error) = put {
        console_error!("{}", serde_json::json!({ "kind": "error", "job": "backlog", "error": error.to_string() }));
    }
}

async fn marked(env: &Env) -> Result<Option<i64>, Unreadable> {
    let kv = kv(env).map_err(Unreadable)?;
    let text = kv.get(MARK).text().await.map_err(|error| Unreadable(error.to_string()))?;
    Ok(text.map(|text| text.parse().unwrap_or(i64::MAX / 2)))
}

fn kv(env: &Env) -> Result<KvStore, String> {
    if seams::is_backlog_closed() {
        return Err("closed by a test".to_owned());
    }
    env.kv("KV").map_err(|error| error.to_string())
}
