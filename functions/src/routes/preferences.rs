//! How people leave: the page behind a message's link, and the one click of RFC 8058 that mail clients make of it.
//!
//! A GET changes nothing, since scanners open every link. A POST acts at once, whatever its body, content type or cookies: mail clients
//! send what they like. It is answered 200 with a page and no redirect, only once it is durable, and the same whether the link is ours.
//! No limit of ours ever refuses it.

use axum::body::{Body, to_bytes};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Response, StatusCode, Uri};
use shared::message::preferences::words;
use worker::console_error;

use crate::ctx::Ctx;
use crate::headers::PAGE;
use crate::leaving::{self, Leave, Who};
use crate::pages::preferences::{CHOICE, chosen, done, failed, offered, wording};
use crate::pages::{self, answer};
use crate::public_links::{Links, Named, Purpose};

/// What is read of a body: a form of ours is some twenty bytes, and whatever is longer is a mail client's own.
const BODY_BYTES: usize = 16_384;

const PREFIX: &str = "/u/";

/// The page of preferences, for whoever has the link of a message.
#[utoipa::path(get, path = "/u/{token}", tag = "public", params(("token" = String, Path, description = "Of a message")),
    responses((status = 200, description = "The page; it changes nothing", body = String, content_type = "text/html")))]
#[worker::send]
pub async fn show(ctx: Ctx, uri: Uri) -> Response<Body> {
    let brand = pages::brand(&ctx).await;
    let named = Named::claimed(token(&uri), pages::language_of(&brand));
    answer(StatusCode::OK, PAGE, offered(&brand, &named))
}

/// Leave, or get less: the one click of RFC 8058, or a button of the page.
#[utoipa::path(post, path = "/u/{token}", tag = "public", params(("token" = String, Path, description = "Of a message")),
    request_body(description = "`List-Unsubscribe=One-Click`, `choice=all` and the like, or nothing", content = String,
        content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "It holds", body = String, content_type = "text/html"),
        (status = 503, description = "Nothing could be stored: ask again", body = String, content_type = "text/html")))]
#[worker::send]
pub async fn act(ctx: Ctx, uri: Uri, body: Body) -> Response<Body> {
    let token = token(&uri).to_owned();
    let body = to_bytes(body, BODY_BYTES).await.unwrap_or_default();
    let choice = choice(&String::from_utf8_lossy(&body));
    let brand = pages::brand(&ctx).await;
    let claimed = Named::claimed(&token, pages::language_of(&brand));
    let what = chosen(choice.as_deref(), claimed.channel);
    let is_durable = match Links::of(&ctx.env, &ctx.settings.origin) {
        Ok(links) => match links.read(Purpose::Leave, &token) {
            Some(named) => {
                let leave = Leave {
                    who: Who::Linked { contact: named.contact, channel: named.channel, address: named.address },
                    what,
                    source: if choice.is_some() { "preferences" } else { "unsubscribe_link" }.to_owned(),
                    wording: Some(match &choice {
                        Some(_) => wording(what, words(named.language)).to_owned(),
                        None => "List-Unsubscribe=One-Click".to_owned(),
                    }),
                    touch: Some(named.touch),
                    at: ctx.now,
                };
                leaving::take(&ctx.env, &ctx.db, &leave, ctx.now).await.map(drop).map_err(|error| error.to_string())
            }
            None => Ok(()),
        },
        Err(error) => Err(error.to_string()),
    };
    match is_durable {
        Ok(()) => answer(StatusCode::OK, PAGE, done(&brand, &claimed, what, ctx.now)),
        Err(error) => {
            console_error!("{}", serde_json::json!({ "kind": "error", "job": "leaving", "error": error }));
            let mut response = answer(StatusCode::SERVICE_UNAVAILABLE, PAGE, failed(&brand, &claimed));
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("120"));
            response
        }
    }
}

fn token(uri: &Uri) -> &str {
    uri.path().strip_prefix(PREFIX).unwrap_or_default()
}

/// The button of our own page, in a form of either kind, whatever its content type says; none of a mail client's one click.
fn choice(body: &str) -> Option<String> {
    let is_word = |text: &str| {
        !text.is_empty()
            && text.len() <= 20
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let of_form = body.split('&').find_map(|pair| pair.trim().strip_prefix(CHOICE)?.strip_prefix('='));
    let of_part = || {
        let (_, after) = body.split_once("name=\"choice\"").or_else(|| body.split_once("name=choice"))?;
        let (_, value) = after.split_once("\r\n\r\n").or_else(|| after.split_once("\n\n"))?;
        value.lines().next()
    };
    of_form.or_else(of_part).map(str::trim).filter(|text| is_word(text)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_button_is_found_in_either_kind_of_form() {
        let part =
            |name: &str, value: &str| format!("--b\r\nContent-Disposition: form-data; name={name}\r\n\r\n{value}\r\n--b--\r\n");
        for body in ["choice=all", "x=1&choice=all", "choice=all\r\n", &part("\"choice\"", "all"), &part("choice", "all")] {
            assert_eq!(choice(body).as_deref(), Some("all"), "{body}");
        }
        assert_eq!(choice("choice=pause_30").as_deref(), Some("pause_30"));
        let one_click = part("\"List-Unsubscribe\"", "One-Click");
        for body in
            ["", "List-Unsubscribe=One-Click", one_click.as_str(), "{}", "choice", "choice=", "choice=<b>", "mychoice=all", "\0"]
        {
            assert_eq!(choice(body), None, "{body}");
        }
    }
}
