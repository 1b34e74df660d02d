//! Messages that a site shows to whoever is signed in there: `GET /v1/inapp` and what was done with one.
//!
//! What a message says is its reader's business, and the key stands in the page for everybody. So only whom the shop's own server has
//! vouched for gets one: with the HMAC of the user id. What was done with it is told under a token that came with it.

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, Method, Request, Response};
use serde::{Deserialize, Serialize};
use shared::campaign::in_app::{Action, Look};
use shared::campaign::{Channel, InAppMessage};
use shared::message::brand::Colours;
use shared::message::locale::{Language, Locale, is_right_to_left};
use shared::message::preferences::words;
use shared::source::Kind;

use super::browser::{self, Claim};
use super::{counts, directory, receive};
use crate::auth::{self, limits};
use crate::ctx::Ctx;
use crate::db::visits::{self, Visit};
use crate::pages;
use crate::problem::Problem;
use crate::public_links::{Links, Purpose, Sent};

const PATH: &str = "/v1/inapp";

/// Of a user id.
const ID_CHARS: usize = 200;

/// What a site asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// For the open message of whoever is signed in.
    Ask,
    /// What became of one, by its token.
    Tell(What, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Shown,
    Clicked,
    Closed,
}

#[derive(Debug, Default, Deserialize)]
struct Asked {
    key: Option<String>,
    user_id: Option<String>,
    /// Hex HMAC-SHA256 of the user id under the source's secret.
    user_hash: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer {
    message: Option<Shown>,
}

/// All of it is text.
#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    look: Look,
    language: String,
    direction: &'static str,
    title: Option<String>,
    paragraphs: Vec<String>,
    action: Option<Action>,
    colours: Colours,
    /// The close button's words, and what the message is called where it has no title.
    close: &'static str,
    label: &'static str,
}

impl Call {
    pub fn of(path: &str) -> Option<Self> {
        let rest = path.strip_prefix(PATH)?;
        if rest.is_empty() {
            return Some(Self::Ask);
        }
        let (token, what) = rest.strip_prefix('/')?.split_once('/')?;
        let what = match what {
            "shown" => What::Shown,
            "clicked" => What::Clicked,
            "closed" => What::Closed,
            _ => return None,
        };
        Some(Self::Tell(what, token.to_owned()))
    }

    pub fn method(&self) -> Method {
        if *self == Self::Ask { Method::GET } else { Method::POST }
    }

    /// For the log.
    pub fn pattern(&self) -> &'static str {
        if *self == Self::Ask { "GET /v1/inapp" } else { "POST /v1/inapp/{token}/{what}" }
    }
}

/// # Errors
/// 401 for a key that is nobody's, 403 for somebody whom the shop has not vouched for.
pub async fn answer(ctx: &Ctx, call: Call, request: Request<Body>) -> Result<Response<Body>, Problem> {
    match call {
        Call::Ask => ask(ctx, &request).await,
        Call::Tell(what, token) => tell(ctx, what, &token, &request).await,
    }
}

async fn ask(ctx: &Ctx, request: &Request<Body>) -> Result<Response<Body>, Problem> {
    let asked = axum::extract::Query::<Asked>::try_from_uri(request.uri())
        .map(|query| query.0)
        .map_err(|_| Problem::BadRequest("query", "Send key, user_id and user_hash, each once".to_owned()))?;
    let key = asked.key.filter(|key| !key.is_empty()).ok_or(Problem::UnknownKey)?;
    let Ok(source) = directory::by_key(ctx, &auth::hash(&key)).await? else {
        limits::push_from(&ctx.env, request.headers()).await?;
        return Err(Problem::UnknownKey);
    };
    if source.kind != Kind::Browser {
        return Err(Problem::Forbidden("Messages are shown by a page: use the key of a website"));
    }
    receive::admit(ctx, &source).await?;
    let user_id = asked.user_id.filter(|id| !id.is_empty() && id.chars().count() <= ID_CHARS);
    let claim = Claim { topic: "inapp", user_id: user_id.as_deref(), user_hash: asked.user_hash.as_deref() };
    let is_vouched_for = browser::is_own_page(&source, request.headers()) && browser::may_say(&source, claim);
    let Some(user_id) = user_id.as_deref().filter(|_| is_vouched_for) else {
        counts::add(ctx, source.id, &counts::rejected("forbidden"), 1);
        return Err(Problem::Forbidden("A message is shown to a user id with its user_hash, which the shop's server makes"));
    };
    let found = visits::in_app(&ctx.db, source.id, user_id, ctx.now).await?;
    let message = match found {
        Some(row) => shown(ctx, &row).await?,
        None => None,
    };
    json(&Answer { message })
}

async fn shown(ctx: &Ctx, row: &visits::InAppRow) -> Result<Option<Shown>, Problem> {
    let Ok(message) = serde_json::from_str::<InAppMessage>(&row.content) else { return Ok(None) };
    let InAppMessage { look, language, title, paragraphs, action } = message.checked();
    let links = Links::of(&ctx.env, &ctx.settings.origin).map_err(|error| Problem::Internal(error.to_string()))?;
    let sent = Sent {
        touch: row.touch_id,
        contact: row.contact_id.unwrap_or_default(),
        channel: Channel::InApp,
        language: Language::English,
        address: None,
    };
    let words = words(Locale::first_of([language.as_str()]).language());
    Ok(Some(Shown {
        id: links.in_app_token(&sent),
        look,
        direction: if is_right_to_left(&language) { "rtl" } else { "ltr" },
        language,
        title,
        paragraphs,
        action,
        colours: pages::brand(ctx).await.colours,
        close: words.close,
        label: words.message,
    }))
}

async fn tell(ctx: &Ctx, what: What, token: &str, request: &Request<Body>) -> Result<Response<Body>, Problem> {
    limits::push_from(&ctx.env, request.headers()).await?;
    let links = Links::of(&ctx.env, &ctx.settings.origin).map_err(|error| Problem::Internal(error.to_string()))?;
    let Some(named) = links.read(Purpose::InApp, token) else {
        return Err(Problem::NotFound);
    };
    let (touch, contact) = (named.touch, named.contact);
    // Whoever has the site open is there.
    let visit = |key, kind| visits::add(&Visit { key, touch, contact, kind, machine: None, detail: None, soon: 0 }, ctx.now);
    let (shown, clicked) = (format!("i:{touch}:shown"), format!("i:{touch}:clicked"));
    let statements = match what {
        What::Shown => [visit(&shown, "delivered"), visits::in_app_shown(touch, ctx.now)].concat(),
        What::Clicked => [visit(&clicked, "clicked"), vec![visits::in_app_closed(touch, ctx.now)]].concat(),
        What::Closed => vec![visits::in_app_closed(touch, ctx.now)],
    };
    ctx.db.batch_idempotent(statements).await?;
    json(&serde_json::json!({ "success": true }))
}

fn json(value: &impl Serialize) -> Result<Response<Body>, Problem> {
    let body = serde_json::to_vec(value).map_err(|error| Problem::Internal(error.to_string()))?;
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_what_is_asked() {
        assert_eq!(Call::of("/v1/inapp"), Some(Call::Ask));
        assert_eq!(Call::of("/v1/inapp/abc/closed"), Some(Call::Tell(What::Closed, "abc".into())));
        for path in ["/v1/inapp/", "/v1/inapp/abc", "/v1/inapp/abc/open", "/v1/inapps", "/v1/i"] {
            assert_eq!(Call::of(path), None, "{path}");
        }
    }
}
