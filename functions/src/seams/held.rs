//! The seams of a test build, under `/__seams/`.

use std::collections::BTreeSet;
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

static HELD: Mutex<Held> = Mutex::new(Held { now: None, armed: BTreeSet::new(), waiting: Vec::new() });

/// Lives as long as the isolate; a restarted worker has a real clock and no armed point.
#[derive(Debug)]
struct Held {
    now: Option<Millis>,
    armed: BTreeSet<String>,
    waiting: Vec<String>,
}

/// `null` gives the real clock back.
#[derive(Debug, Deserialize)]
struct Clock {
    now: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Point {
    name: String,
    armed: bool,
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

/// Where a test may hold the worker, so that it can act between two steps: waits while the point is armed.
pub async fn point(name: &'static str) {
    if !held().armed.contains(name) {
        return;
    }
    held().waiting.push(name.to_owned());
    while held().armed.contains(name) {
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
        .route("/__seams/points", get(points).post(set_point))
        .route("/__seams/outbox", get(outbox))
}

async fn set_clock(JsonBody(clock): JsonBody<Clock>) -> Result<Json<Option<String>>, Problem> {
    let now = match clock.now {
        Some(text) => Some(Millis::parse_rfc3339(&text).map_err(|error| Problem::field("now", error.to_string()))?),
        None => None,
    };
    held().now = now;
    Ok(Json(now.map(Millis::rfc3339)))
}

async fn set_point(JsonBody(point): JsonBody<Point>) -> Json<Points> {
    if point.armed {
        held().armed.insert(point.name);
    } else {
        held().armed.remove(&point.name);
    }
    points().await
}

async fn points() -> Json<Points> {
    let held = held();
    Json(Points { armed: held.armed.iter().cloned().collect(), waiting: held.waiting.clone() })
}

#[worker::send]
async fn outbox(ctx: Ctx) -> Result<Json<Outbox>, Problem> {
    Ok(Json(Outbox { outbox: ctx.db.all(sql!("seams.sql", "outbox"), params![]).await? }))
}

fn held() -> MutexGuard<'static, Held> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}
