//! A person's own video.

use shared::campaign::in_app::is_web;
use shared::message::Brand;
use shared::message::brand::is_image;
use shared::message::locale::Language;
use shared::message::preferences::words;
use shared::message::say::first_name;

use super::{escape, page, sentence};

/// Films that a browser shows by itself.
const FILMS: [&str; 4] = [".mp4", ".webm", ".m4v", ".mov"];

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Video<'a> {
    /// As it is stored.
    pub name: Option<&'a str>,
    pub address: &'a str,
    /// A picture of ours.
    pub poster: Option<&'a str>,
}

/// The page with the button that plays it.
pub fn offered(brand: &Brand, language: Language, video: Video<'_>) -> String {
    let words = words(language);
    let title = title(language, video);
    let poster = video.poster.filter(|path| is_image(path)).map(|path| {
        let label = escape(words.play);
        format!("<a href=\"?play=1\"><img class=\"poster\" src=\"{}\" alt=\"{label}\"></a>\n", escape(path))
    });
    let content = format!(
        "<h1>{}</h1>\n<p>{}</p>\n{}<a class=\"play\" href=\"?play=1\">{}</a>",
        escape(&title),
        sentence(words.by, &[("shop", &brand.name)]),
        poster.unwrap_or_default(),
        escape(words.play)
    );
    page(brand, language, &title, &content)
}

/// The page on which it plays.
pub fn played(brand: &Brand, language: Language, video: Video<'_>) -> String {
    let title = title(language, video);
    let poster = video.poster.filter(|path| is_image(path)).map(|path| format!(" poster=\"{}\"", escape(path)));
    let content = format!(
        "<h1>{0}</h1>\n<p>{1}</p>\n<video controls autoplay playsinline preload=\"metadata\" src=\"{2}\"{3} aria-label=\"{0}\"></video>",
        escape(&title),
        sentence(words(language).by, &[("shop", &brand.name)]),
        escape(video.address),
        poster.unwrap_or_default()
    );
    page(brand, language, &title, &content)
}

/// Whether our own page can play it; what it cannot is opened where it lies.
pub fn is_film(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase();
    is_own(address) || FILMS.iter().any(|ending| path.ends_with(ending))
}

/// Whether it is an address that a page may lead to: of ours, or with https.
pub fn is_video(address: &str) -> bool {
    is_own(address) || (is_web(address) && address.to_ascii_lowercase().starts_with("https://"))
}

/// Below `/videos/` on our own address.
fn is_own(address: &str) -> bool {
    let rest = address.strip_prefix("/videos/");
    rest.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)))
}

fn title(language: Language, video: Video<'_>) -> String {
    let words = words(language);
    let first = video.name.and_then(|name| first_name(name.split_whitespace().next().unwrap_or_default()));
    first.map_or_else(|| words.video.to_owned(), |name| shared::message::preferences::fill(words.video_named, &[("name", &name)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_greets_by_the_first_name_and_not_by_what_is_none() {
        let video = |name| Video { name: Some(name), address: "https://film.example/1.mp4", poster: None };
        assert_eq!(title(Language::English, video("Ada Lovelace")), "Ada, a video for you");
        for name in ["<script>alert(1)</script>", "ada@example.com", "", "+49 30 1234567", "http://evil.test"] {
            assert_eq!(title(Language::English, video(name)), "A video for you", "{name}");
        }
    }

    #[test]
    fn only_films_and_links_that_are_safe_are_led_to() {
        for address in ["https://film.example/1.MP4?x=1", "/videos/019aa000-0000-7000-8000-000000000000"] {
            assert!(is_video(address) && is_film(address), "{address}");
        }
        assert!(is_video("https://www.loom.example/share/1") && !is_film("https://www.loom.example/share/1"));
        for address in ["http://film.example/1.mp4", "javascript:alert(1)", "/videos/../api", "//evil.test/x.mp4", "/videos/"] {
            assert!(!is_video(address), "{address}");
        }
        let hostile = Video { name: None, address: "https://x.example/\"><b>.mp4", poster: Some("\"><b>") };
        let html = played(&Brand::default(), Language::English, hostile);
        assert!(!html.contains("<b>"), "{html}");
    }
}
