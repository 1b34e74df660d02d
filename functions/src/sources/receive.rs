//! Verified messages of one source, stored once each.

use super::directory::Known;
use super::{bell, counts, directory};
use crate::auth::limits;
use crate::ctx::Ctx;
use crate::db::inbox::{self, Message};
use crate::db::usage;
use crate::problem::Problem;
use crate::seams;

/// Refuses a source that a person has paused, and one that sent too much: before its body is read, and before anything is written.
pub async fn admit(ctx: &Ctx, source: &Known) -> Result<(), Problem> {
    if let Err(problem) = limits::push(&ctx.env, &source.public_id).await {
        counts::add(ctx, source.id, &counts::rejected("too_many"), 1);
        return Err(problem);
    }
    if source.is_paused {
        counts::add(ctx, source.id, &counts::rejected("paused"), 1);
        return Err(Problem::Paused);
    }
    if source.has_used_up(ctx.now.day()) {
        counts::add(ctx, source.id, &counts::rejected("too_many"), 1);
        let left = (usage::next_day(ctx.now).0 - ctx.now.0) / 1000;
        return Err(Problem::TooMany(u32::try_from(left).unwrap_or(1).max(1)));
    }
    Ok(())
}

/// Stores what is new, counts what came before, and rings where the job was not awake.
pub async fn store(ctx: &Ctx, source: &Known, messages: &[Message]) -> Result<(), Problem> {
    seams::point("push.received").await;
    let stored = inbox::store(&ctx.db, source.id, messages, ctx.now).await?;
    seams::point("push.stored").await;
    directory::accepted(source.id, ctx.now.day(), stored.new);
    counts::add(ctx, source.id, counts::DUPLICATE, (messages.len() as u64).saturating_sub(stored.new));
    seams::point("push.ringing").await;
    if stored.woke {
        bell::ring(ctx);
    }
    Ok(())
}
