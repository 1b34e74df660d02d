//! Language models: how they are asked, a try, and words for a message.

mod checked;
pub mod read;
mod test;
pub mod write;

pub use test::{__path_test, test};

use shared::api::{Copywriter, CopywriterAnswer, CopywriterChange, LastCall, ModelSpend, WriteStatus};
use shared::audit::Action;
use shared::message::model::Micros;
use shared::money::Currency;
use shared::outbound;
use shared::time::Millis;
use worker::Env;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::copywriter::{self, CopywriterRow};
use crate::db::secrets;
use crate::extract::{IfMatch, JsonBody};
use crate::problem::Problem;
use crate::random;
use crate::vault::Vault;
use crate::versioned::Versioned;

/// How language models are asked, what they cost this month, and what came of the newest call.
///
/// They are off until somebody switches them on. The key is never shown.
#[utoipa::path(get, path = "/api/copywriter", tag = "messages", responses((status = 200, body = CopywriterAnswer)))]
#[worker::send]
pub async fn show(ctx: Ctx) -> Result<Versioned<CopywriterAnswer>, Problem> {
    let row = copywriter::settings(&ctx.db, ctx.now).await?;
    let copywriter = wire(&ctx.env, row)?;
    Ok(Versioned(copywriter.version, CopywriterAnswer { copywriter }))
}

/// Set how language models are asked, and what they may cost.
///
/// Where the provider or the server of the address is another, and no key comes with the change, the stored key is forgotten.
#[utoipa::path(put, path = "/api/copywriter", tag = "messages", request_body = CopywriterChange,
    responses((status = 200, body = CopywriterAnswer), (status = 412, body = shared::api::Problem)))]
#[worker::send]
pub async fn replace(
    ctx: Ctx,
    IfMatch(version): IfMatch,
    JsonBody(after): JsonBody<CopywriterChange>,
) -> Result<Versioned<CopywriterAnswer>, Problem> {
    checked::form(&after, ctx.settings.own())?;
    let before = copywriter::settings(&ctx.db, ctx.now).await?;
    let is_moved = !is_same_server(&ctx, &before, &after);
    let keeps_key = before.secret().is_some() && !is_moved;
    let has_workers_ai = ctx.env.ai(BINDING).is_ok();
    checked::ready(&after, keeps_key || after.key.is_some(), has_workers_ai)?;
    let mut entry = entry(&before, &after);
    let change = copywriter::Change {
        version,
        enabled: after.enabled,
        provider: after.provider,
        model: after.model.trim(),
        base_url: after.base_url.as_deref(),
        api_version: after.api_version.as_deref(),
        ticket_text: after.ticket_text,
        currency: after.currency.as_str(),
        prices: (after.input_price, after.output_price),
        caps: [after.per_call, after.per_day, after.per_month],
        timeout_seconds: after.timeout_seconds,
        now: ctx.now,
    };
    let mut statements = vec![copywriter::change(change)];
    if let Some(key) = &after.key {
        entry = entry.field("key");
        let row = random::id(ctx.now)?;
        let sealed = Vault::of(&ctx.env)?.seal(row.as_str(), key)?;
        let add = secrets::add(&row, copywriter::OWNER, copywriter::KEY, &sealed, ctx.now);
        statements.extend([secrets::remove(copywriter::OWNER, None), add]);
    } else if is_moved && before.secret().is_some() {
        entry = entry.field("key");
        statements.push(secrets::remove(copywriter::OWNER, None));
    }
    if entry.fields.is_empty() {
        return show(ctx).await;
    }
    statements.push(audit::append(&ctx, entry));
    match ctx.db.batch(statements).await {
        Err(error) if error.is_stale("copywriter") => {
            let Versioned(current, CopywriterAnswer { copywriter }) = show(ctx).await?;
            return Err(Problem::stale(version, current, &copywriter));
        }
        done => done?,
    };
    show(ctx).await
}

/// What the binding of Workers AI is called.
const BINDING: &str = "AI";

/// Whether a stored key may go where the change leads: another server must not get what was meant for the one before.
fn is_same_server(ctx: &Ctx, before: &CopywriterRow, after: &CopywriterChange) -> bool {
    let own = ctx.settings.own();
    let server = |provider: shared::message::model::Provider, url: Option<&str>| {
        url.or(provider.base()).and_then(|url| outbound::check(url, own).ok())
    };
    let servers = (server(before.provider(), before.base_url.as_deref()), server(after.provider, after.base_url.as_deref()));
    before.provider() == after.provider
        && match servers {
            (Some(one), Some(other)) => one.is_of_same_server(&other),
            (one, other) => one.is_none() && other.is_none(),
        }
}

fn entry(before: &CopywriterRow, after: &CopywriterChange) -> Entry {
    let yes = |is: bool| Some(if is { "on" } else { "off" }.to_owned());
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let amount = |amount: Option<Micros>| amount.map(|amount| amount.to_string());
    let [per_call, per_day, per_month] = before.caps().map(Some);
    Entry::new(Action::CopywriterChanged)
        .value("models", yes(before.is_enabled()), yes(after.enabled))
        .value("provider", text(before.provider().name()), text(after.provider.name()))
        .value("model", text(&before.model), text(after.model.trim()))
        .value("address", before.base_url.clone(), after.base_url.clone())
        .value("version", before.api_version.clone(), after.api_version.clone())
        .value("customers' own words", yes(before.shows_tickets()), yes(after.ticket_text))
        .value("currency", text(&before.currency), text(after.currency.as_str()))
        .value("input_price", amount(before.input_price()), amount(after.input_price))
        .value("output_price", amount(before.output_price()), amount(after.output_price))
        .value("per_call", amount(per_call), amount(Some(after.per_call)))
        .value("per_day", amount(per_day), amount(Some(after.per_day)))
        .value("per_month", amount(per_month), amount(Some(after.per_month)))
        .value("seconds", Some(before.timeout_seconds.to_string()), Some(after.timeout_seconds.to_string()))
}

fn wire(env: &Env, row: CopywriterRow) -> Result<Copywriter, Problem> {
    let [per_call, per_day, per_month] = row.caps();
    let [today, month] = row.spent();
    let status = row.last_status.as_deref().and_then(WriteStatus::of_code);
    let last = status.zip(row.last_at).map(|(status, at)| LastCall {
        at: Millis(at).rfc3339(),
        status,
        reason: row.last_reason.clone(),
    });
    Ok(Copywriter {
        enabled: row.is_enabled(),
        provider: row.provider(),
        has_key: row.secret().is_some(),
        ticket_text: row.shows_tickets(),
        currency: Currency::parse(&row.currency).map_err(|error| Problem::Internal(error.to_string()))?,
        input_price: row.input_price(),
        output_price: row.output_price(),
        per_call,
        per_day,
        per_month,
        timeout_seconds: row.timeout_seconds,
        spend: ModelSpend { today, month, calls: row.calls_month },
        last,
        has_workers_ai: env.ai(BINDING).is_ok(),
        version: row.version,
        model: row.model,
        base_url: row.base_url,
        api_version: row.api_version,
    })
}
