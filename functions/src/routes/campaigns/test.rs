//! One message of a campaign to whoever asks for it, and to nobody else.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{NewTestSend, ProofItem, ShopBlock, TestSend, TestSendResponse};
use shared::audit::Action;
use shared::id::Id;
use shared::message::compose::Campaign;
use shared::message::{Block, Channel, Library, Proof};
use shared::time::MILLIS_PER_DAY;

use super::{draft, entry};
use crate::ctx::{Ctx, Who};
use crate::db::campaigns::{self, Letter, TESTS_A_DAY};
use crate::db::{blocks, brand, profile, proofs, shop};
use crate::extract::{JsonBody, PathId};
use crate::problem::Problem;
use crate::routes::proofs as of_proofs;
use crate::{recipients, rendering};

/// Send one message to your own address, as the customer named would get it. Twenty a day; a customer never gets one.
#[utoipa::path(post, path = "/api/campaigns/{id}/test", tag = "campaigns", request_body = NewTestSend,
    params(("id" = String, Path, format = "uuid")),
    responses((status = 201, body = TestSendResponse), (status = 404, body = shared::api::Problem),
        (status = 409, body = shared::api::Problem), (status = 429, body = shared::api::Problem)))]
#[worker::send]
pub async fn send(
    ctx: Ctx,
    PathId(id): PathId,
    JsonBody(asked): JsonBody<NewTestSend>,
) -> Result<(StatusCode, Json<TestSendResponse>), Problem> {
    let Who::User(me) = &ctx.who else { return Err(Problem::SignInNeeded) };
    if asked.variant > 1 {
        return Err(Problem::field("variant", "Use 0 or 1"));
    }
    if asked.channel != Channel::Email {
        let text = "Only mail goes to an address that is known to be yours: look at the other forms in the preview";
        return Err(Problem::field("channel", text));
    }
    if !ctx.settings.local {
        let text = "No way of sending is connected yet: on a local run the message lies in the outbox";
        return Err(Problem::Conflict("not_connected", text.to_owned()));
    }
    let campaign = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let draft = draft(&campaign)?;
    let shop = shop::read(&ctx.db).await?;
    let about = match &asked.recipient {
        None => None,
        Some(customer) => Some(customer_row(&ctx, customer).await?),
    };
    let person = recipients::read(&ctx, &shop, &draft, about.as_slice()).await?.into_iter().next();
    let brand = brand::read(&ctx.db).await?.brand(&shop.name);
    let blocks: Vec<Block> =
        blocks::list(&ctx.db).await?.into_iter().filter_map(blocks::Row::wire).map(ShopBlock::block).collect();
    let today = ctx.now.day();
    let proofs: Vec<Proof> =
        proofs::list(&ctx.db).await?.into_iter().filter_map(|row| of_proofs::wire(row, today)).map(ProofItem::proof).collect();
    let all = Campaign {
        draft: &draft,
        brand: &brand,
        library: &Library::with(&blocks),
        proofs: &proofs,
        industry: shop.industry.as_deref(),
        segment: campaign.segment.as_deref(),
        day: today,
    };
    let rendered = rendering::letter(&all, person.as_ref(), asked.step, asked.channel, usize::from(asked.variant));
    let rendered = rendered.ok_or_else(|| Problem::field("step", "The draft has no such step"))?;
    let subject = format!("[Test] {}", rendered.subject);
    let letter = Letter {
        user: me.id,
        channel: asked.channel.code(),
        recipient: &me.email,
        subject: &subject,
        body: &rendered.text,
        about,
        now: ctx.now,
    };
    let log = crate::db::audit::append_if_changed(&ctx, entry(Action::TestSent, &id, &campaign.name));
    let Some(sent) = campaigns::send(&ctx.db, &letter, log).await? else {
        let left = (MILLIS_PER_DAY - ctx.now.0.rem_euclid(MILLIS_PER_DAY)) / 1000;
        return Err(Problem::TooMany(u32::try_from(left).unwrap_or(u32::MAX)));
    };
    let test = TestSend { to: me.email.clone(), subject, at: ctx.now.rfc3339(), left_today: TESTS_A_DAY.saturating_sub(sent) };
    Ok((StatusCode::CREATED, Json(TestSendResponse { test })))
}

async fn customer_row(ctx: &Ctx, customer: &Id) -> Result<i64, Problem> {
    let found = profile::row_id(&ctx.db, customer).await?;
    found.ok_or_else(|| Problem::field("recipient", "There is no such customer any more: choose another"))
}
