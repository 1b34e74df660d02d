//! The seams of a test build, under `/__seams/`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use shared::time::Millis;
use worker::Delay;

use crate::ctx::Ctx;
use crate::extract::JsonBody;
use crate::params;
use crate::problem::Problem;
use crate::sql;

static HELD: Mutex<Held> = Mutex::new(Held {
    now: None,
    space: None,
    outage: Outage { database: None, backlog: false },
    armed: BTreeMap::new(),
    closed: BTreeSet::new(),
    waiting: Vec::new(),
});

/// Lives as long as the isolate; a restarted worker has a real clock and no armed point.
#[derive(Debug)]
struct Held {
    now: Option<Millis>,
    /// Bytes that events and messages may fill.
    space: Option<u64>,
    outage: Outage,
    /// Points that hold whoever comes.
    armed: BTreeMap<String, Armed>,
    /// Points that do not let go whom they hold.
    closed: BTreeSet<String>,
    waiting: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Armed {
    /// How many pass before one is held.
    skip: u32,
    /// Only the first one is held; whoever comes later passes.
    once: bool,
}

/// `null` gives the real clock back.
#[derive(Debug, Deserialize)]
struct Clock {
    now: Option<String>,
}

/// `null` gives the plan's own back.
#[derive(Debug, Deserialize)]
struct Space {
    bytes: Option<u64>,
}

/// What does not answer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Outage {
    /// The message of every call's error.
    database: Option<String>,
    #[serde(default)]
    backlog: bool,
}

#[derive(Debug, Deserialize)]
struct Point {
    name: String,
    /// `false` lets go whoever waits there.
    armed: bool,
    #[serde(default)]
    skip: u32,
    #[serde(default)]
    once: bool,
}

#[derive(Debug, Serialize)]
struct Points {
    armed: Vec<String>,
    waiting: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Sent {
    channel: String,
    recipient: String,
    subject: String,
    body: String,
    created_at: i64,
}

#[derive(Debug, Serialize)]
struct Outbox {
    outbox: Vec<Sent>,
}

pub fn virtual_now() -> Option<Millis> {
    held().now
}

pub fn virtual_space() -> Option<u64> {
    held().space
}

/// What the database answers to everything, where a test says so.
pub fn database_refusal() -> Option<String> {
    held().outage.database.clone()
}

/// Whether nothing is taken into the backlog, nor read from it.
pub fn is_backlog_closed() -> bool {
    held().outage.backlog
}

/// Where a test may hold the worker, so that it can act between two steps: waits until the armed point is let go.
pub async fn point(name: &'static str) {
    wait(name).await;
}

/// The same for what all jobs do: the point `{job}.{step}`.
pub async fn step(job: &str, step: &str) {
    wait(&format!("{job}.{step}")).await;
}

async fn wait(name: &str) {
    if !held().catches(name) {
        return;
    }
    held().waiting.push(name.to_owned());
    while held().closed.contains(name) {
        Delay::from(Duration::from_millis(10)).await;
    }
    let mut held = held();
    if let Some(at) = held.waiting.iter().position(|other| other == name) {
        held.waiting.swap_remove(at);
    }
}

pub fn router() -> Router {
    Router::new()
        .route("/__seams/clock", post(set_clock))
        .route("/__seams/space", post(set_space))
        .route("/__seams/outage", post(set_outage))
        .route("/__seams/points", get(points).post(set_point))
        .route("/__seams/outbox", get(outbox))
        .route("/__seams/send", post(super::sending::send))
        .route("/__seams/take-up", post(super::sending::take_up))
}

async fn set_clock(JsonBody(clock): JsonBody<Clock>) -> Result<Json<Option<String>>, Problem> {
    let now = match clock.now {
        Some(text) => Some(Millis::parse_rfc3339(&text).map_err(|error| Problem::field("now", error.to_string()))?),
        None => None,
    };
    held().now = now;
    Ok(Json(now.map(Millis::rfc3339)))
}

async fn set_space(JsonBody(space): JsonBody<Space>) -> Json<Option<u64>> {
    held().space = space.bytes;
    Json(space.bytes)
}

async fn set_outage(JsonBody(outage): JsonBody<Outage>) -> Json<Outage> {
    held().outage = outage.clone();
    Json(outage)
}

async fn set_point(JsonBody(point): JsonBody<Point>) -> Json<Points> {
    if point.armed {
        held().closed.insert(point.name.clone());
        held().armed.insert(point.name, Armed { skip: point.skip, once: point.once });
    } else {
        held().armed.remove(&point.name);
        held().closed.remove(&point.name);
    }
    points().await
}

async fn points() -> Json<Points> {
    let held = held();
    Json(Points { armed: held.armed.keys().cloned().collect(), waiting: held.waiting.clone() })
}

#[worker::send]
async fn outbox(ctx: Ctx) -> Result<Json<Outbox>, Problem> {
    Ok(Json(Outbox { outbox: ctx.db.all(sql!("seams.sql", "outbox"), params![]).await? }))
}

impl Held {
    /// Whether whoever comes to the point now has to wait there.
    fn catches(&mut self, name: &str) -> bool {
        let Some(armed) = self.armed.get_mut(name) else { return false };
        if armed.skip > 0 {
            armed.skip -= 1;
            return false;
        }
        if armed.once {
            self.armed.remove(name);
        }
        true
    }
}

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}
