//! Setting up a way to send.

use axum::http::StatusCode;
use shared::api::{NewSender, SenderAnswer, SenderSettings};
use shared::audit::Action;

use super::{answer, checked};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::senders;
use crate::extract::JsonBody;
use crate::problem::Problem;
use crate::random;
use crate::versioned::Versioned;

/// Set up a way to send. It sends once it was tested.
///
/// What it is given to be asked with is stored as ciphertext and never told again.
#[utoipa::path(post, path = "/api/channels", tag = "channels", request_body = NewSender,
    responses((status = 201, body = SenderAnswer), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn create(ctx: Ctx, JsonBody(new): JsonBody<NewSender>) -> Result<(StatusCode, Versioned<SenderAnswer>), Problem> {
    let NewSender { provider, channel, credentials, priority, warm_up, .. } = new;
    checked::provider(&ctx, provider)?;
    let channel = checked::channel(provider, channel)?;
    let name = checked::name(&new.name)?;
    let priority = checked::priority(priority)?;
    let settings = SenderSettings {
        base_url: new.base_url,
        from: new.from,
        from_name: new.from_name,
        reply_to: new.reply_to,
        unsubscribe_mail: new.unsubscribe_mail,
    };
    let settings = checked::settings(provider, channel, settings, ctx.settings.own())?;
    let given = checked::credentials(provider, credentials.into_iter().map(|(name, value)| (name, Some(value))))?;
    let id = random::id(ctx.now)?;
    let json = serde_json::to_string(&settings).map_err(|error| Problem::Internal(error.to_string()))?;
    let warm_from = warm_up.then(|| ctx.now.day());
    let add = senders::New { public_id: &id, channel, provider, name: &name, settings: &json, priority, warm_from, now: ctx.now };
    let entry = Entry::new(Action::ChannelAdded).to("channel", &id, Some(&name)).value(
        "provider",
        None,
        Some(provider.code().to_owned()),
    );
    let mut statements = vec![senders::add(add), audit::append_if_changed(&ctx, entry)];
    statements.extend(checked::store(&ctx, &id, &given)?);
    let outcomes = ctx.db.batch(statements).await?;
    if outcomes.first().is_none_or(|added| added.changes == 0) {
        let text = format!("There are {} ways to send already: remove some first", senders::MOST);
        return Err(Problem::Conflict("too_many_channels", text));
    }
    Ok((StatusCode::CREATED, answer(&ctx, &id).await?))
}
