//! Pages that a message's reader sees: made here, without a script, in the shop's colours.
//!
//! They are read by people whom nobody knows, on any device, years after; so they need nothing but this one answer. Whatever is put in
//! is escaped here.

pub mod preferences;
pub mod video;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use shared::message::Brand;
use shared::message::brand::{Colours, is_image};
use shared::message::locale::{Language, Locale, is_right_to_left};
use shared::message::preferences::{Words, fill};
use shared::time::Millis;
use worker::console_error;

use crate::clock;
use crate::ctx::Ctx;
use crate::db::{DbError, brand, shop};

/// A copy of the brand is good for so long, in milliseconds of the machine's clock; where the database refuses, for ever.
const GOOD_FOR: i64 = 60_000;

static BRAND: Mutex<Option<(Millis, Brand)>> = Mutex::new(None);

/// The shop's brand, as this isolate last read it: whoever opens a thousand links reads one row.
pub async fn brand(ctx: &Ctx) -> Brand {
    let known = kept().clone();
    if let Some((at, brand)) = &known
        && (0..GOOD_FOR).contains(&(clock::wall().0 - at.0))
    {
        return brand.clone();
    }
    match read(ctx).await {
        Ok(brand) => {
            *kept() = Some((clock::wall(), brand.clone()));
            brand
        }
        Err(error) => {
            console_error!("{}", serde_json::json!({ "kind": "error", "job": "pages", "error": error.to_string() }));
            known.map_or_else(Brand::default, |(_, brand)| brand)
        }
    }
}

/// The brand was changed here.
pub fn forget() {
    *kept() = None;
}

async fn read(ctx: &Ctx) -> Result<Brand, DbError> {
    let row = brand::read(&ctx.db).await?;
    let shop = shop::read(&ctx.db).await?;
    Ok(row.brand(&shop.name))
}

fn kept() -> MutexGuard<'static, Option<(Millis, Brand)>> {
    BRAND.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The language of whoever names none.
pub fn language_of(brand: &Brand) -> Language {
    Locale::first_of([brand.locale.as_str()]).language()
}

/// What `<`, `>`, `&` and quotes stand for, so that a text is a text wherever it is put.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A sentence with texts in its places, each in a direction of its own.
fn sentence(sentence: &str, places: &[(&str, &str)]) -> String {
    let places: Vec<(&str, String)> =
        places.iter().map(|(place, text)| (*place, format!("<bdi>{}</bdi>", escape(text)))).collect();
    let places: Vec<(&str, &str)> = places.iter().map(|(place, text)| (*place, text.as_str())).collect();
    fill(&escape(sentence), &places)
}

/// A whole page. `content` is markup.
fn page(brand: &Brand, language: Language, title: &str, content: &str) -> String {
    let code = language.code();
    let direction = if is_right_to_left(code) { "rtl" } else { "ltr" };
    let title = escape(title);
    let colours = colours(&brand.colours);
    let logo = match brand.logo.as_deref().filter(|path| is_image(path)) {
        Some(path) => format!("<img class=\"logo\" src=\"{}\" alt=\"{}\">", escape(path), escape(&brand.name)),
        None => format!("<p class=\"shop\">{}</p>", escape(&brand.name)),
    };
    format!(
        "<!doctype html>\n<html lang=\"{code}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"robots\" content=\"noindex, nofollow\">\n<meta \
         name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n<style>{colours}{STYLE}</style>\n</head>\n<body>\n\
         <main>\n{logo}\n{content}\n</main>\n</body>\n</html>\n"
    )
}

/// Of the brand, where they are colours.
fn colours(colours: &Colours) -> String {
    let plain = Colours::default();
    let own = |colour: &str, plain: &str| {
        let is_colour = colour.len() == 7
            && colour.strip_prefix('#').is_some_and(|figures| figures.bytes().all(|figure| figure.is_ascii_hexdigit()));
        if is_colour { colour.to_owned() } else { plain.to_owned() }
    };
    format!(
        ":root{{--back:{};--text:{};--accent:{};--on:{}}}",
        own(&colours.background, &plain.background),
        own(&colours.text, &plain.text),
        own(&colours.accent, &plain.accent),
        own(&colours.on_accent, &plain.on_accent),
    )
}

/// The answer that holds a page under one of the reviewed policies.
pub fn answer(status: StatusCode, policy: &'static str, html: String) -> Response<Body> {
    let mut response = Response::new(Body::from(html));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    response
}

/// Where a link leads to nothing.
pub fn gone(brand: &Brand, language: Language, words: &Words) -> String {
    without(brand, language, words.gone)
}

/// Where a link cannot be looked up just now.
pub fn later(brand: &Brand, language: Language, words: &Words) -> String {
    without(brand, language, words.later)
}

/// A page that leads to the shop.
fn without(brand: &Brand, language: Language, title: &str) -> String {
    let site = brand.site.as_deref().filter(|site| shared::campaign::in_app::is_web(site));
    let way = site.map(|site| format!("<p><a href=\"{0}\" rel=\"noreferrer\">{0}</a></p>", escape(site))).unwrap_or_default();
    page(brand, language, title, &format!("<h1>{}</h1>\n{way}", escape(title)))
}

const STYLE: &str = "\
*{box-sizing:border-box}\
body{margin:0;background:var(--back);color:var(--text);font:17px/1.5 system-ui,sans-serif}\
main{max-width:34rem;margin:0 auto;padding:2.5rem 1.25rem 3rem}\
.logo{display:block;max-width:12rem;max-height:4rem;margin:0 0 1.5rem}\
.shop{font-weight:600;margin:0 0 1.5rem}\
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}\
h2{font-size:1rem;margin:2rem 0 .6rem}\
p{margin:0 0 1rem;overflow-wrap:anywhere}\
form{margin:1.5rem 0 0}\
button,.play{display:block;width:100%;padding:.8rem 1rem;font:inherit;text-align:start;color:inherit;background:transparent;\
border:1px solid currentColor;border-radius:.5rem;cursor:pointer}\
button+button{margin-top:.5rem}\
.first,.play{background:var(--accent);color:var(--on);border-color:var(--accent);font-weight:600;text-align:center}\
.play{text-decoration:none;margin:1.5rem 0 0}\
.note{margin:.5rem 0 0}\
.poster{display:block;width:100%;height:auto;border-radius:.5rem;margin:1.5rem 0 0}\
video{display:block;width:100%;border-radius:.5rem;margin:1.5rem 0 0;background:#000}\
a{color:inherit}\
button:focus-visible,a:focus-visible{outline:3px solid currentColor;outline-offset:3px}\
@media (prefers-color-scheme:dark){body{background:#14171a;color:#e9ecef}.logo{background:#fff;padding:.5rem;border-radius:.5rem}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brand_cannot_leave_its_place() {
        let hostile = "\"><script>alert(1)</script>";
        let mut brand = Brand { name: hostile.into(), logo: Some(hostile.into()), ..Brand::default() };
        brand.colours.background = "red}body{display:none".into();
        let html = page(&brand, Language::English, hostile, "");
        assert!(!html.contains("<script") && !html.contains("display:none") && !html.contains("<img"), "{html}");
        assert!(html.contains("&lt;script&gt;"));
    }

    #[test]
    fn arabic_runs_from_right_to_left_and_names_keep_their_own_direction() {
        assert!(page(&Brand::default(), Language::Arabic, "x", "").contains("lang=\"ar\" dir=\"rtl\""));
        assert_eq!(sentence("Of {shop} <", &[("shop", "A&B")]), "Of <bdi>A&amp;B</bdi> &lt;");
    }

    #[test]
    fn no_page_brings_a_script_or_loads_from_elsewhere() {
        let html = page(&Brand::default(), Language::English, "x", "");
        for part in ["<script", "javascript:", "http://", "https://", " on", "@import", "url("] {
            assert!(!html.replace(" on the", "").contains(part), "{part}");
        }
    }
}
