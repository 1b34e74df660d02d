//! Rekindle's Cloudflare Worker.
//!
//! A thin shell around `shared`: it recognises who asks, reads and writes D1, and runs the jobs. What is decided, `shared`
//! decides. The routes stand in one table, [`routes::TABLE`]; every answer passes [`serve::serve`].

pub mod advice;
pub mod audiences;
mod auth;
pub mod backlog;
pub mod beginning;
pub mod clock;
pub mod copywriter;
pub mod ctx;
pub mod db;
pub mod erasure;
pub mod extract;
pub mod fulfilment;
pub mod gzip;
pub mod headers;
pub mod intake;
pub mod jobs;
pub mod leaving;
pub mod measuring;
pub mod merge;
pub mod offering;
pub mod openapi;
pub mod outbound;
pub mod pages;
pub mod problem;
pub mod promises;
pub mod providers;
pub mod public_links;
pub mod random;
pub mod reach;
pub mod reception;
pub mod recipients;
pub mod rendering;
pub mod routes;
pub mod seams;
pub mod serve;
pub mod settings;
pub mod sources;
pub mod suppression;
pub mod vault;
pub mod versioned;

use worker::{Context, Env, MessageBatch, Request, Response, Result, ScheduleContext, ScheduledEvent, event};

#[event(start)]
fn start() {
    console_error_panic_hook::set_once();
    routes::prepare();
}

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    serve::serve(request, env, context).await
}

/// The platform drops the result of a scheduled run, so that failures stand in the run's row and in the log.
#[event(scheduled)]
async fn scheduled(event: ScheduledEvent, env: Env, _context: ScheduleContext) {
    jobs::scheduled(&event.cron(), &env).await;
}

/// An `Err` here would reset the worker: each message is acknowledged or put back on its own.
#[event(queue)]
async fn queue(batch: MessageBatch<String>, env: Env, _context: Context) -> Result<()> {
    jobs::queue(&batch, &env).await;
    Ok(())
}
