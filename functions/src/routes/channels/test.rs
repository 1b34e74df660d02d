//! Trying a way to send.

use shared::api::SenderAnswer;
use shared::audit::Action;

use super::{answer, find};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::senders;
use crate::extract::PathId;
use crate::problem::Problem;
use crate::providers::{self, Connection};
use crate::versioned::Versioned;

/// Try a way to send: asks the provider whether it would, and sends nothing.
///
/// The answer has it `live`, or `failing` with what to mend.
#[utoipa::path(post, path = "/api/channels/{id}/test", tag = "channels", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = SenderAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn test(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<SenderAnswer>, Problem> {
    let row = find(&ctx, &id).await?;
    let tried = match Connection::open(&ctx.env, &ctx.db, &ctx.settings, &row) {
        Ok(connection) => providers::test(&connection, ctx.now).await,
        Err(why) => Err(why),
    };
    let error = tried.err();
    let entry = Entry::new(Action::ChannelTested).to("channel", &id, Some(&row.name)).value(
        "works",
        None,
        Some(if error.is_none() { "yes" } else { "no" }.to_owned()),
    );
    let tested = senders::tested(row.id, row.version, error.as_deref(), ctx.now);
    ctx.db.batch(vec![tested, audit::append(&ctx, entry)]).await?;
    answer(&ctx, &id).await
}
