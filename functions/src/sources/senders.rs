//! What providers tell of messages that they were handed: `/hooks/{provider}/{channel's id}`.
//!
//! Each is let in by its signature over the raw bytes, and answered once what it tells is durable. Whose secret it is, is looked up in the
//! isolate's memory; where the database refuses, the last copy goes on, so that somebody who says stop is heard meanwhile.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Request, Response};
use shared::id::Id;
use shared::provider::{Event, Provider, Told, events};
use shared::time::Millis;

use super::body;
use crate::auth::limits;
use crate::clock;
use crate::ctx::Ctx;
use crate::db::senders;
use crate::problem::Problem;
use crate::providers::verify::{Came, verify};
use crate::reception::{self, Speaker};
use crate::vault::Vault;

/// Milliseconds of the machine's clock that a copy is good for.
const GOOD_FOR: i64 = 30_000;

/// Copies that an isolate keeps: a shop has fewer ways to send.
const COPIES: usize = 100;

const DONE: &str = r#"{"success":true}"#;

/// Anything else would be sent to the person as an answer.
const SILENCE: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#;

/// A way to send, as far as its events need it.
#[derive(Clone)]
struct Known {
    read_at: Millis,
    speaker: Speaker,
    /// None where it was never stored.
    secret: Option<String>,
}

static KNOWN: Mutex<BTreeMap<String, Known>> = Mutex::new(BTreeMap::new());

/// A path's provider and id; anything else is nobody's address.
pub fn address(path: &str) -> Option<(Provider, Id)> {
    let (provider, id) = path.strip_prefix("/hooks/")?.split_once('/')?;
    let provider = Provider::of_code(provider).filter(|provider| provider.verified_with().is_some())?;
    Some((provider, Id::parse(id).ok()?))
}

/// A way to send was changed here: its next event reads the copy anew.
pub fn forget(id: &Id) {
    known().remove(id.as_str());
}

/// Takes what a provider tells.
///
/// # Errors
/// 404 where nothing is connected at the address, 401 for what its provider did not sign, and what makes the provider try again where
/// nothing was kept.
pub async fn answer(ctx: &Ctx, provider: Provider, id: &Id, request: Request<Body>) -> Result<Response<Body>, Problem> {
    let (parts, body) = request.into_parts();
    let Some(found) = look_up(ctx, id).await?.filter(|found| found.speaker.provider == provider) else {
        limits::push_from(&ctx.env, &parts.headers).await?;
        return Err(Problem::NotFound);
    };
    // Too many wait, but nobody who says stop.
    let refusal = limits::push(&ctx.env, id).await.err();
    let bytes = body::raw(body).await?;
    let Some(secret) = &found.secret else {
        return Err(Problem::NotSigned("unsigned", "Store what the provider's events are verified with in the channel first"));
    };
    let target = parts.uri.path_and_query().map_or(parts.uri.path(), |target| target.as_str());
    let came = Came { headers: &parts.headers, body: &bytes, origin: &ctx.settings.origin, target, now: ctx.now };
    if let Err(refusal) = verify(provider, &came, secret).await {
        return Err(Problem::NotSigned(refusal.code(), refusal.fix()));
    }
    let id = parts.headers.get("svix-id").and_then(|value| value.to_str().ok());
    let told = Told { id, query: parts.uri.query().unwrap_or_default(), body: &bytes, now: ctx.now };
    let bad = |_| Problem::BadRequest("bad_body", "The body is none that the provider sends".to_owned());
    let mut heard: Vec<Event> = events(provider, &told).map_err(bad)?;
    if let Some(refusal) = refusal {
        heard.retain(|event| event.kind.ends_consent());
        if heard.is_empty() {
            return Err(refusal);
        }
    }
    reception::receive(&ctx.env, &ctx.db, &found.speaker, heard, ctx.now).await?;
    Ok(done(provider))
}

/// The copy, read anew where it is old; the old one where the database refuses.
async fn look_up(ctx: &Ctx, id: &Id) -> Result<Option<Known>, Problem> {
    let copy = known().get(id.as_str()).cloned();
    let now = clock::wall();
    if let Some(copy) = copy.as_ref().filter(|copy| (0..GOOD_FOR).contains(&(now.0 - copy.read_at.0))) {
        return Ok(Some(copy.clone()));
    }
    let row = match senders::find(&ctx.db, Some(id), ctx.now).await {
        Ok(rows) => rows.into_iter().next(),
        Err(error) => return copy.map_or_else(|| Err(error.into()), |copy| Ok(Some(copy))),
    };
    let Some((row, channel, provider)) = row.and_then(|row| {
        let (channel, provider) = row.channel().zip(row.provider())?;
        Some((row, channel, provider))
    }) else {
        forget(id);
        return Ok(None);
    };
    let sealed = row.secrets().into_iter().find(|secret| Some(secret.name.as_str()) == provider.verified_with());
    let secret = sealed.and_then(|sealed| Vault::of_or_log(&ctx.env)?.open_or_log(&sealed.id, &sealed.sealed));
    let found = Known { read_at: now, speaker: Speaker { id: row.id, provider, channel }, secret };
    let mut known = known();
    if known.len() >= COPIES {
        known.clear();
    }
    known.insert(id.to_string(), found.clone());
    Ok(Some(found))
}

fn done(provider: Provider) -> Response<Body> {
    let (text, kind) = match provider {
        Provider::Twilio => (SILENCE, "text/xml"),
        _ => (DONE, "application/json"),
    };
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn known() -> MutexGuard<'static, BTreeMap<String, Known>> {
    KNOWN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for Known {
    /// Without its secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known").field("speaker", &self.speaker).finish_non_exhaustive()
    }
}
