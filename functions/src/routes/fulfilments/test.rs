//! Trying a connection.

use shared::api::FulfilmentAnswer;
use shared::audit::Action;
use shared::offer::fulfilment::{State, Trouble};

use super::{answer, find, provider_of};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::fulfilments::{self, FulfilmentRow};
use crate::db::{codes, leases};
use crate::extract::PathId;
use crate::fulfilment::{self, Store};
use crate::jobs;
use crate::problem::Problem;
use crate::vault::Vault;
use crate::versioned::Versioned;

/// Try a connection: asks its other side what the key may do, and makes nothing.
///
/// The answer has it `live`, or `failing` with what to mend. What waited for it goes on at once.
#[utoipa::path(post, path = "/api/fulfilments/{id}/test", tag = "fulfilments", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = FulfilmentAnswer), (status = 404, body = shared::api::Problem), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn test(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<FulfilmentAnswer>, Problem> {
    let row = find(&ctx, &id).await?;
    if row.state() == State::Paused {
        return Err(Problem::Conflict("paused", "This way is paused: let it go on first".to_owned()));
    }
    let provider = provider_of(&row)?;
    let error = if provider.is_asked() { tried(&ctx, &row).await.err().map(|trouble| said(&trouble)) } else { None };
    let entry = Entry::new(Action::FulfilmentTested).to("fulfilment", &id, Some(&row.name)).value(
        "works",
        None,
        Some(if error.is_none() { "yes" } else { "no" }.to_owned()),
    );
    let mut statements = vec![fulfilments::tested(row.id, error.as_deref(), ctx.now), audit::append(&ctx, entry)];
    if error.is_none() {
        statements.extend([fulfilments::wake(row.id, ctx.now), leases::wake(codes::JOB)]);
    }
    ctx.db.batch(statements).await?;
    if error.is_none() {
        jobs::ring(&ctx.env, &ctx.db).await;
    }
    answer(&ctx, &id).await
}

async fn tried(ctx: &Ctx, row: &FulfilmentRow) -> Result<(), Trouble> {
    let missing = || Trouble::Account("No key is stored: store one first".to_owned());
    let sealed = row.secret().ok_or_else(missing)?;
    let opened = Vault::of(&ctx.env).and_then(|vault| vault.open(&sealed.id, &sealed.sealed));
    let secret = opened.map_err(|_| Trouble::Account("The stored key does not open any more: store it again".to_owned()))?;
    let provider = row.provider().ok_or_else(missing)?;
    let store = Store::open(provider, row.settings(), secret, (*ctx.settings).clone()).await?;
    fulfilment::test(&store, ctx.now).await
}

fn said(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Later(seconds) => format!("It asks to be left alone for {seconds} seconds: test it again then"),
        Trouble::Unknown(why) => format!("It gave no answer that we understand ({why}): check the address, and test it again"),
        other => other.to_string(),
    }
}
