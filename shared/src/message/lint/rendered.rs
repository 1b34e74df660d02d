//! What a layout made: safe to open, whole by law, and the same in HTML and plain text.

use super::html::{self, Page, Tag};
use super::{About, Class, Code, Field, Findings};
use crate::message::layout::{MOST_BYTES, Rendered, is_hidden};
use crate::message::{Channel, Message, sms};

/// Tags that our layouts use. Whatever else stands in one came from somewhere else.
const TAGS: [&str; 28] = [
    "html", "head", "title", "meta", "style", "body", "div", "p", "a", "img", "br", "strong", "b", "em", "i", "span", "h1", "h2",
    "table", "tbody", "tr", "td", "th", "section", "noscript", "hr", "o:p", "center",
];

/// Attributes that bring an address.
const ADDRESSES: [&str; 6] = ["href", "src", "action", "background", "srcset", "formaction"];

pub(super) fn check(rendered: &Rendered, message: &Message, about: &About<'_>, found: &mut Findings) {
    for html in std::iter::once(&rendered.html).chain(&rendered.back) {
        let page = html::read(html);
        is_safe(html, &page, found);
        if message.channel == Channel::Email {
            mail(rendered, &page, message, about, found);
        }
    }
    headers(rendered, found);
    if message.channel == Channel::Sms && about.class == Class::Marketing && !sms::has_opt_out(&rendered.text, &message.locale) {
        let fix = "End it with the word to send, such as STOP.";
        found.whole(Code::NoOptOut, Field::Text, "opt_out", "It does not say how to stop these messages.", fix);
    }
}

fn headers(rendered: &Rendered, found: &mut Findings) {
    for line in rendered.subjects.iter().chain([&rendered.preheader]) {
        if line.chars().any(is_hidden) {
            let reason = "A subject or preheader holds a line break or a character that nobody sees.";
            found.whole(Code::HiddenCharacter, Field::Subject, line, reason, "Set it by the layout, which removes them.");
        }
    }
}

fn is_safe(html: &str, page: &Page, found: &mut Findings) {
    let mut refuse = |words: &str, reason: String| {
        found.whole(
            Code::UnsafeHtml,
            Field::Html,
            words,
            reason,
            "Set the message by one of the layouts, with nothing of it marked as safe.",
        );
    };
    if html.len() > MOST_BYTES {
        refuse("size", format!("The HTML takes {} bytes; mail clients cut it off after {MOST_BYTES}.", html.len()));
    }
    if let Some(why) = page.broken {
        refuse("broken", format!("The HTML holds {why}."));
    }
    for tag in &page.tags {
        if !TAGS.contains(&tag.name.as_str()) {
            refuse(&tag.name, format!("The HTML holds the tag {}, which no layout uses.", tag.name));
        }
        for (name, value) in &tag.attributes {
            let value = value.trim().to_lowercase();
            let is_address = ADDRESSES.contains(&name.as_str());
            let is_fine =
                value.is_empty() || ["https://", "http://", "mailto:", "tel:"].iter().any(|scheme| value.starts_with(scheme));
            let is_style =
                name == "style" && ["url(", "expression(", "@import", "javascript:"].iter().any(|bad| value.contains(bad));
            if name.starts_with("on") || (is_address && !is_fine) || is_style || name == "srcdoc" {
                refuse(name, format!("The HTML holds the attribute {name} with something that a mail must not do."));
            }
        }
    }
    for (at, _) in html.match_indices("<style") {
        let style = html.get(at..).and_then(|from| from.split("</style").next()).unwrap_or_default().to_lowercase();
        if ["url(", "@import", "expression("].iter().any(|bad| style.contains(bad)) {
            refuse("style", "A style of the HTML loads something.".to_owned());
        }
    }
}

fn mail(rendered: &Rendered, page: &Page, message: &Message, about: &About<'_>, found: &mut Findings) {
    let links: Vec<&Tag> = page.tags.iter().filter(|tag| tag.name == "a" && !tag.is_end && tag.get("href").is_some()).collect();
    if about.class == Class::Marketing {
        law(rendered, page, &links, about, found);
    }
    let footer = [rendered.unsubscribe.as_deref(), rendered.preferences.as_deref()];
    let others = links.iter().filter(|tag| !footer.contains(&tag.get("href"))).count();
    if message.call.is_some() && others == 0 {
        found.whole(
            Code::NoCall,
            Field::Html,
            "call",
            "The call to action is not in the HTML.",
            "Give it an https link to the shop's site.",
        );
    }
    if others > 1 {
        let reason = "The HTML holds more links than the button, the preferences and the way out.";
        found.whole(Code::SecondCall, Field::Html, "links", reason, "Keep one call to action.");
    }
    same_words(rendered, page, about, found);
    images(page, found);
}

fn law(rendered: &Rendered, page: &Page, links: &[&Tag], about: &About<'_>, found: &mut Findings) {
    let is_linked =
        |link: &String| links.iter().any(|tag| tag.get("href") == Some(link)) && rendered.text.contains(link.as_str());
    if !rendered.unsubscribe.as_ref().is_some_and(is_linked) {
        let reason = "Marketing mail must hold a way out, in its HTML and in its plain text.";
        found.whole(
            Code::NoUnsubscribe,
            Field::Html,
            "unsubscribe",
            reason,
            "Give the layout the person's address to unsubscribe at.",
        );
    }
    let address = about.brand.postal_address.as_deref().unwrap_or_default();
    let wanted = letters(address);
    let has = |text: &str| letters(text).contains(&wanted);
    if wanted.is_empty() || !has(&page.shown) || !has(&rendered.text) {
        let reason = "Marketing mail must carry the sender's postal address, in its HTML and in its plain text.";
        found.whole(Code::NoPostalAddress, Field::Html, "postal_address", reason, "Write it into the brand's settings.");
    }
}

fn letters(text: &str) -> String {
    text.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Every word of one is in the other as often, but for addresses and the brand's name above a designed mail.
fn same_words(rendered: &Rendered, page: &Page, about: &About<'_>, found: &mut Findings) {
    let words = |text: &str| -> Vec<String> {
        let spoken = text.split_whitespace().filter(|word| !word.contains("://"));
        let mut words: Vec<String> = spoken.map(letters).filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        words
    };
    let (html, text) = (words(&page.shown), words(&rendered.text));
    let brand = words(&about.brand.name);
    let surplus = missing(&html, &text);
    let is_brand = surplus == brand || surplus.is_empty();
    let lost = missing(&text, &html);
    if let Some(word) = lost.first().or_else(|| surplus.first().filter(|_| !is_brand)) {
        let reason = format!("Plain text and HTML are not equal in content: \"{word}\" is in one of them only.");
        found.whole(Code::TextDiffers, Field::Text, word, reason, "Let one layout make both.");
    }
}

/// What of the first is not in the second; both in order.
fn missing(one: &[String], other: &[String]) -> Vec<String> {
    let mut left = other.iter().peekable();
    let mut missing = Vec::new();
    for word in one {
        while left.peek().is_some_and(|next| *next < word) {
            left.next();
        }
        if left.peek() == Some(&word) {
            left.next();
        } else {
            missing.push(word.clone());
        }
    }
    missing
}

fn images(page: &Page, found: &mut Findings) {
    let pictures: Vec<&Tag> = page.tags.iter().filter(|tag| tag.name == "img" && tag.get("width") != Some("1")).collect();
    for tag in &pictures {
        if tag.get("alt").is_none_or(|alt| alt.trim().is_empty()) {
            let reason = "Whoever does not see this image learns nothing of it; many mail programs show none at first.";
            found.whole(Code::NoAlt, Field::Html, tag.get("src").unwrap_or_default(), reason, "Say in some words what it shows.");
        }
    }
    let words = page.shown.split_whitespace().count();
    if pictures.len() * 60 > words.max(1) {
        let reason = format!("{} images stand beside {words} words; filters distrust mails of pictures.", pictures.len());
        found.whole(Code::MostlyImages, Field::Html, "images", reason, "Say more, or show less: some sixty words an image.");
    }
}
