//! One message of a campaign to whoever asks for it, and to nobody else.

use axum::Json;
use axum::http::StatusCode;
use shared::api::{NewTestSend, TestSend, TestSendResponse};
use shared::audit::Action;
use shared::id::Id;
use shared::message::layout::Rendered;
use shared::message::{Channel, compose};
use shared::offer::Step;
use shared::time::MILLIS_PER_DAY;

use super::{draft, entry};
use crate::ctx::{Ctx, Who};
use crate::db::campaigns::{self, Letter, TESTS_A_DAY};
use crate::db::{profile, shop};
use crate::extract::{JsonBody, PathId};
use crate::problem::Problem;
use crate::recipients::{self, Asking};
use crate::rendering::{Kit, Reader};

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
        Some(customer) => Some(customer_row(&ctx, "recipient", customer).await?),
    };
    let kit = Kit::read(&ctx.db, &shop, &ctx.settings.origin, ctx.now).await?;
    let asking = Asking { db: &ctx.db, shop: &shop, names_tickets: kit.brand.names_tickets, now: ctx.now };
    let person = recipients::read(asking, &draft, about.as_slice()).await?.into_iter().next();
    let reader = Reader::of(person, &draft);
    let desk = reader.desk(kit.campaign(&draft, campaign.segment.as_deref()));
    let first = compose::message(&desk.campaign, desk.recipient, desk.rungs, Step::Help, Channel::Email);
    let thread = first.as_ref().and_then(|first| first.subjects.first()).map(|part| part.text.as_str());
    let written = desk.step(asked.step).into_iter().find(|one| one.message.channel == asked.channel);
    let written = written.ok_or_else(|| Problem::field("step", "The draft has no such step"))?;
    let (rendered, findings) = desk.sample(&written, asked.look.unwrap_or_default(), &kit.origin, thread);
    let Some(Rendered { subjects, html, text, .. }) = rendered else {
        let why = findings.first().map(|one| format!("{} {}", one.reason, one.fix)).unwrap_or_default();
        return Err(Problem::Conflict("not_laid_out", why));
    };
    let subject = subjects.get(usize::from(asked.variant)).or_else(|| subjects.first()).map(String::as_str);
    let subject = format!("[Test] {}", subject.unwrap_or_default());
    let letter = Letter {
        user: me.id,
        channel: asked.channel.code(),
        recipient: &me.email,
        subject: &subject,
        body: &text,
        html: Some(&html),
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

/// `field` is what named the customer.
pub(super) async fn customer_row(ctx: &Ctx, field: &'static str, customer: &Id) -> Result<i64, Problem> {
    let found = profile::row_id(&ctx.db, customer).await?;
    found.ok_or_else(|| Problem::field(field, "There is no such customer any more: choose another"))
}
