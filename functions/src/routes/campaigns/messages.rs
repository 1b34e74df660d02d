//! All messages of a campaign to one person, with what the lint says of them.

use axum::Json;
use shared::api::{WrittenMessage, WrittenQuery, WrittenResponse};
use shared::message::Channel;
use shared::message::desk::Written;

use super::draft;
use super::test::customer_row;
use crate::ctx::Ctx;
use crate::db::{campaigns, shop};
use crate::extract::{PathId, QueryString};
use crate::problem::Problem;
use crate::recipients::{self, Asking};
use crate::rendering::{Kit, Reader};

/// What one customer would get, step by step in every channel, if the sequence began today; laid out, and read by the lint.
///
/// Nothing is promised and nothing sent: where a code will be, a sample stands for it, and links to preferences lead nowhere.
#[utoipa::path(get, path = "/api/campaigns/{id}/messages", tag = "campaigns",
    params(("id" = String, Path, format = "uuid"), WrittenQuery),
    responses((status = 200, body = WrittenResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn list(
    ctx: Ctx,
    PathId(id): PathId,
    QueryString(asked): QueryString<WrittenQuery>,
) -> Result<Json<WrittenResponse>, Problem> {
    let campaign = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let draft = draft(&campaign)?;
    let shop = shop::read(&ctx.db).await?;
    let about = match &asked.customer {
        None => None,
        Some(customer) => Some(customer_row(&ctx, "customer", customer).await?),
    };
    let kit = Kit::read(&ctx.db, &shop, &ctx.settings.origin, ctx.now).await?;
    let asking = Asking { db: &ctx.db, shop: &shop, names_tickets: kit.brand.names_tickets, now: ctx.now };
    let person = recipients::read(asking, &draft, about.as_slice()).await?.into_iter().next();
    let reader = Reader::of(person, &draft);
    let desk = reader.desk(kit.campaign(&draft, campaign.segment.as_deref()));
    let look = asked.look.unwrap_or_default();
    let written: Vec<Written> = desk.sequence().into_iter().flatten().collect();
    let first = written.iter().find(|one| one.message.channel == Channel::Email);
    let thread = first.and_then(|one| one.message.subjects.first()).map(|part| part.text.clone());
    let messages = written.into_iter().map(|written| {
        let (rendered, more) = desk.sample(&written, look, &kit.origin, thread.as_deref());
        let Written { message, words, mut findings } = written;
        findings.extend(more);
        findings.sort_by_key(|one| one.severity);
        WrittenMessage { message, words: u32::try_from(words).unwrap_or(u32::MAX), findings, rendered }
    });
    Ok(Json(WrittenResponse { messages: messages.collect() }))
}
