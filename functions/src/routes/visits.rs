//! What a message's own links lead to: the picture that tells of an open, a click, a personal video.
//!
//! Whoever follows one gets there, whatever the database says: what they did is written down after the answer has left. Machines follow
//! links too, to look for harm; what is known of them is marked, and counts for nobody's interest.

use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, USER_AGENT};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Uri};
use serde::Deserialize;
use shared::campaign::in_app::is_web;
use shared::message::preferences::words;
use worker::console_error;

use crate::auth::limits;
use crate::ctx::Ctx;
use crate::db::visits::{self, Visit};
use crate::extract::QueryString;
use crate::headers::{PAGE, PLAYER, SANDBOX};
use crate::pages::video::{Video, is_film, is_video, offered, played};
use crate::pages::{self, answer};
use crate::public_links::{Links, Named, Purpose};

/// One transparent dot.
const DOT: &[u8] = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0\0!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";

/// Parts of how machines call themselves that follow every link, or fetch every picture.
const MACHINES: [&str; 22] = [
    "bot",
    "crawl",
    "spider",
    "scan",
    "preview",
    "proxy",
    "fetch",
    "monitor",
    "curl/",
    "wget/",
    "python",
    "java/",
    "go-http",
    "okhttp",
    "headless",
    "proofpoint",
    "mimecast",
    "barracuda",
    "safelinks",
    "trendmicro",
    "symantec",
    "urldefense",
];

#[derive(Debug, Deserialize)]
pub struct Asked {
    play: Option<String>,
}

/// The picture that a mail shows when it is opened: one transparent dot, whatever the token.
#[utoipa::path(get, path = "/o/{token}", tag = "public", params(("token" = String, Path, description = "Of a message")),
    responses((status = 200, description = "A dot", body = Vec<u8>, content_type = "image/gif")))]
#[worker::send]
pub async fn open(ctx: Ctx, method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    if let Some(named) = read(&ctx, Purpose::Open, &uri, "/o/") {
        note(&ctx, &headers, &method, &named, "opened", format!("o:{}", named.touch), None);
    }
    let mut response = Response::new(Body::from(DOT));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/gif"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    // Mail is read on other sites.
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    response
}

/// A link of a message: leads to where the message led when it was written, and nowhere else.
#[utoipa::path(get, path = "/c/{token}", tag = "public", params(("token" = String, Path, description = "Of a link of a message")),
    responses((status = 302, description = "To the link"),
        (status = 404, description = "No link of ours", body = String, content_type = "text/html"),
        (status = 503, description = "It cannot be looked up just now", body = String, content_type = "text/html")))]
#[worker::send]
pub async fn click(ctx: Ctx, method: Method, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let Some(named) = read(&ctx, Purpose::Click, &uri, "/c/") else { return nothing(&ctx, None, StatusCode::NOT_FOUND).await };
    let address = match visits::link(&ctx.db, named.touch, named.contact, named.link).await {
        Ok(address) => address.filter(|address| is_web(address)),
        Err(error) => {
            log(&error.to_string());
            return nothing(&ctx, Some(&named), StatusCode::SERVICE_UNAVAILABLE).await;
        }
    };
    let Some(there) = address.as_deref().and_then(leads_to) else {
        return nothing(&ctx, Some(&named), StatusCode::NOT_FOUND).await;
    };
    let detail = format!("{{\"link\":{}}}", named.link);
    note(&ctx, &headers, &method, &named, "clicked", format!("c:{}:{}", named.touch, named.link), Some(detail));
    there
}

/// Somebody's own video; with `play=1` it plays, which is counted.
#[utoipa::path(get, path = "/v/{token}", tag = "public",
    params(("token" = String, Path, description = "Of a message"), ("play" = Option<String>, Query, description = "To play it")),
    responses((status = 200, description = "The page", body = String, content_type = "text/html"),
        (status = 302, description = "To where the video lies"),
        (status = 404, description = "No video of ours", body = String, content_type = "text/html"),
        (status = 503, description = "It cannot be looked up just now", body = String, content_type = "text/html")))]
#[worker::send]
pub async fn video(
    ctx: Ctx,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    QueryString(asked): QueryString<Asked>,
) -> Response<Body> {
    let Some(named) = read(&ctx, Purpose::Video, &uri, "/v/") else { return nothing(&ctx, None, StatusCode::NOT_FOUND).await };
    let row = match visits::video(&ctx.db, named.touch, named.contact).await {
        Ok(row) => row,
        Err(error) => {
            log(&error.to_string());
            return nothing(&ctx, Some(&named), StatusCode::SERVICE_UNAVAILABLE).await;
        }
    };
    let found = row.as_ref().and_then(|row| Some((row, row.address.as_deref().filter(|address| is_video(address))?)));
    let Some((row, address)) = found else { return nothing(&ctx, Some(&named), StatusCode::NOT_FOUND).await };
    let video = Video { name: Some(&row.name), address, poster: row.poster.as_deref() };
    let brand = pages::brand(&ctx).await;
    if asked.play.is_none() {
        return answer(StatusCode::OK, PAGE, offered(&brand, named.language, video));
    }
    note(&ctx, &headers, &method, &named, "played", format!("v:{}", named.touch), None);
    if is_film(address) {
        return answer(StatusCode::OK, PLAYER, played(&brand, named.language, video));
    }
    match leads_to(address) {
        Some(there) => there,
        None => nothing(&ctx, Some(&named), StatusCode::NOT_FOUND).await,
    }
}

fn read(ctx: &Ctx, purpose: Purpose, uri: &Uri, prefix: &str) -> Option<Named> {
    let links = Links::of(&ctx.env, &ctx.settings.origin).inspect_err(|error| log(&error.to_string())).ok()?;
    links.read(purpose, uri.path().strip_prefix(prefix)?)
}

/// Writes it down once the answer has left; a sender who asks too often is not written down any more, and gets their answer.
fn note(ctx: &Ctx, headers: &HeaderMap, method: &Method, named: &Named, kind: &'static str, key: String, detail: Option<String>) {
    let machine = machine(method, headers);
    let (ctx, headers) = (ctx.clone(), headers.clone());
    let (touch, contact) = (named.touch, named.contact);
    // Whoever fetches a picture may be a machine for all we know.
    let soon = if kind == "opened" { 0 } else { visits::TOO_SOON };
    ctx.clone().after_answer(async move {
        if limits::push_from(&ctx.env, &headers).await.is_err() {
            return;
        }
        let visit = Visit { key: &key, touch, contact, kind, machine, detail: detail.as_deref(), soon };
        if let Err(error) = ctx.db.batch_idempotent(visits::add(&visit, ctx.now)).await {
            log(&error.to_string());
        }
    });
}

/// Why it is no person, where its request says so.
fn machine(method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    if *method == Method::HEAD {
        return Some("head");
    }
    let agent = headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or_default().to_lowercase();
    if agent.is_empty() || MACHINES.iter().any(|name| agent.contains(name)) {
        return Some("agent");
    }
    // A browser that loads ahead says so.
    let is_ahead = ["purpose", "sec-purpose", "x-purpose", "x-moz"].iter().any(|name| {
        headers
            .get(*name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains("prefetch") || value.contains("preview"))
    });
    is_ahead.then_some("ahead")
}

fn leads_to(address: &str) -> Option<Response<Body>> {
    let address = worker::Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::FOUND;
    response.headers_mut().insert(LOCATION, HeaderValue::from_str(address.as_str()).ok()?);
    response.headers_mut().insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    Some(response)
}

/// A page that leads to the shop, where a link leads to nothing.
async fn nothing(ctx: &Ctx, named: Option<&Named>, status: StatusCode) -> Response<Body> {
    let brand = pages::brand(ctx).await;
    let language = named.map_or_else(|| pages::language_of(&brand), |named| named.language);
    let words = words(language);
    let html = if status == StatusCode::NOT_FOUND {
        pages::gone(&brand, language, words)
    } else {
        pages::later(&brand, language, words)
    };
    answer(status, PAGE, html)
}

fn log(error: &str) {
    console_error!("{}", serde_json::json!({ "kind": "error", "job": "visits", "error": error }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_known_by_what_they_say_of_themselves() {
        let of = |method: Method, agent: Option<&'static str>, purpose: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            agent.map(|agent| headers.insert(USER_AGENT, HeaderValue::from_static(agent)));
            purpose.map(|purpose| headers.insert("sec-purpose", HeaderValue::from_static(purpose)));
            machine(&method, &headers)
        };
        let person =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148";
        assert_eq!(of(Method::GET, Some(person), None), None);
        assert_eq!(of(Method::HEAD, Some(person), None), Some("head"));
        assert_eq!(of(Method::GET, Some(person), Some("prefetch;prerender")), Some("ahead"));
        let proxy = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
        for agent in
            [None, Some(""), Some("curl/8.5.0"), Some("Barracuda Sentinel (EE)"), Some("Slackbot-LinkExpanding 1.0"), Some(proxy)]
        {
            assert_eq!(of(Method::GET, agent, None), Some("agent"), "{agent:?}");
        }
    }

    #[test]
    fn a_link_leads_to_the_web_and_nowhere_else() {
        let there =
            |address: &str| leads_to(address).and_then(|answer| Some(answer.headers().get(LOCATION)?.to_str().ok()?.to_owned()));
        assert_eq!(there("https://shop.example/ä?q=1#x").as_deref(), Some("https://shop.example/%C3%A4?q=1#x"));
        for address in ["javascript:alert(1)", "data:text/html,x", "/api", "//evil.test", "file:///etc/passwd", ""] {
            assert_eq!(there(address), None, "{address}");
        }
    }

    #[test]
    fn the_picture_is_one_dot() {
        assert_eq!((DOT.len(), DOT.starts_with(b"GIF89a"), DOT.ends_with(b";")), (43, true, true));
    }
}
