//! Pictures of messages: uploaded by the team, and shown to anybody under the hash of what they hold.

use axum::Json;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use sha2::{Digest, Sha256};
use shared::api::{Done, Image, ImageResponse, ImagesResponse, NewImage};
use shared::audit::Action;
use shared::message::brand::is_image_hash;
use shared::message::check::is_text;
use shared::message::picture;

use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::images::{self, MOST, New};
use crate::extract::QueryString;
use crate::headers::SANDBOX;
use crate::problem::Problem;

/// They never change: another picture has another address.
const CACHED: &str = "public, max-age=31536000, immutable";

/// All of them, the newest first.
#[utoipa::path(get, path = "/api/images", tag = "messages", responses((status = 200, body = ImagesResponse)))]
#[worker::send]
pub async fn list(ctx: Ctx) -> Result<Json<ImagesResponse>, Problem> {
    let images = images::list(&ctx.db).await?.into_iter().map(images::Row::wire).collect();
    Ok(Json(ImagesResponse { images }))
}

/// Upload a picture: PNG, JPEG or WebP of at most 1,000,000 bytes and 4096 pixels for each side, as the body.
///
/// What it is, its bytes say; the content type is not looked at. The same picture once more is the same, with the newer words for what it
/// shows.
#[utoipa::path(post, path = "/api/images", tag = "messages", params(NewImage),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 201, body = ImageResponse), (status = 413, body = shared::api::Problem),
        (status = 422, body = shared::api::Problem)))]
#[worker::send]
pub async fn upload(
    ctx: Ctx,
    QueryString(asked): QueryString<NewImage>,
    body: Body,
) -> Result<(StatusCode, Json<ImageResponse>), Problem> {
    let alt = asked.alt.trim();
    if !is_text(alt, Image::ALT_CHARS, true) {
        let fix = format!("Say in 1 to {} characters what it shows, for readers who see no pictures", Image::ALT_CHARS);
        return Err(Problem::field("alt", fix));
    }
    let bytes = axum::body::to_bytes(body, Image::MOST_BYTES).await.map_err(|_| Problem::TooLarge(Image::MOST_BYTES))?;
    let picture = picture::read(&bytes).map_err(|why| Problem::field("body", why.to_string()))?;
    let hash = hex(&Sha256::digest(&bytes));
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let key = key(&hash);
    let kv = kv(&ctx)?;
    ctx.db.meter().count_kv();
    let put = kv.put_bytes(&key, &bytes).map_err(|error| Problem::Internal(error.to_string()))?;
    put.execute().await.map_err(|error| Problem::Internal(error.to_string()))?;
    let log = audit::append_if_changed(&ctx, Entry::new(Action::ImageAdded).to("image", &hash, None));
    let new = New { hash: &hash, picture, size, alt, by: ctx.who.user_id(), now: ctx.now };
    images::put(&ctx.db, &new, log).await?;
    let Some(row) = images::find(&ctx.db, &hash).await? else {
        return Err(Problem::Conflict(
            "too_many_images",
            format!("There are {MOST} already: remove some that nothing uses first"),
        ));
    };
    Ok((StatusCode::CREATED, Json(ImageResponse { image: row.wire() })))
}

/// Remove a picture that nothing uses any more. Mail that went out with it shows its words instead.
#[utoipa::path(delete, path = "/api/images/{hash}", tag = "messages", params(("hash" = String, Path, description = "SHA-256 in hex")),
    responses((status = 200, body = Done), (status = 404, body = shared::api::Problem), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn remove(ctx: Ctx, Path(hash): Path<String>) -> Result<Json<Done>, Problem> {
    if !is_image_hash(&hash) || images::find(&ctx.db, &hash).await?.is_none() {
        return Err(Problem::NotFound);
    }
    let log = audit::append_if_changed(&ctx, Entry::new(Action::ImageRemoved).to("image", &hash, None));
    if !images::remove(&ctx.db, &hash, log).await? {
        let places = images::used_by(&ctx.db, &hash).await?;
        if places.is_empty() {
            return Err(Problem::NotFound);
        }
        let text = format!("It is used by {}: take it out there first", places.join(", "));
        return Err(Problem::Conflict("in_use", text));
    }
    ctx.db.meter().count_kv();
    kv(&ctx)?.delete(&key(&hash)).await.map_err(|error| Problem::Internal(error.to_string()))?;
    Ok(Json(Done { done: true }))
}

/// A picture, for whoever reads a message that shows it.
#[utoipa::path(get, path = "/images/{hash}", tag = "messages", params(("hash" = String, Path, description = "SHA-256 in hex")),
    responses((status = 200, description = "The picture", body = Vec<u8>, content_type = "image/png"),
        (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, Path(hash): Path<String>, headers: HeaderMap) -> Result<Response<Body>, Problem> {
    if !is_image_hash(&hash) {
        return Err(Problem::NotFound);
    }
    let tag = format!("\"{hash}\"");
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let (status, media_type, body) = if is_known {
        (StatusCode::NOT_MODIFIED, None, Body::empty())
    } else {
        ctx.db.meter().count_kv();
        let found = kv(&ctx)?.get(&key(&hash)).bytes().await.map_err(|error| Problem::Internal(error.to_string()))?;
        let bytes = found.ok_or(Problem::NotFound)?;
        let picture = picture::read(&bytes).map_err(|_| Problem::NotFound)?;
        (StatusCode::OK, Some(picture.media_type), Body::from(bytes))
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    if let Some(media_type) = media_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(CACHED));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    // Mail is read on other sites.
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    Ok(response)
}

fn kv(ctx: &Ctx) -> Result<worker::KvStore, Problem> {
    ctx.env.kv("KV").map_err(|error| Problem::Internal(format!("no KV: {error}")))
}

fn key(hash: &str) -> String {
    format!("image:{hash}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
