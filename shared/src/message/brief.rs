//! A sequence from a brief alone, with no data: and any sequence as a document.
//!
//! What is written here names nobody, so that it can be read by a colleague, printed, or sent by another tool as it is.

use std::fmt::Write as _;

use super::compose::{Campaign, Rungs, sequence, words};
use super::locale::is_right_to_left;
use super::{Brief, Message, Recipient, Slot};
use crate::offer::{Kind, Step};
use crate::segment::Engagement;

/// Somebody of whom nothing is known but the brief.
pub fn nobody(brief: &Brief) -> Recipient {
    Recipient {
        id: "brief".to_owned(),
        locale: brief.locale.clone(),
        value: brief.value,
        reason: brief.reason,
        engagement: Engagement::Silent,
        facts: Vec::new(),
    }
}

/// The whole sequence to [`nobody`].
pub fn of_brief(campaign: &Campaign<'_>, rungs: Rungs<'_>) -> Vec<Message> {
    sequence(campaign, &nobody(&campaign.draft.brief), rungs)
}

/// In a marketer's words.
pub fn step_name(step: Step) -> &'static str {
    match step {
        Step::Help => "Their situation",
        Step::Proof => "What changed",
        Step::SmallIncentive => "Proof",
        Step::FullIncentive => "The offer",
        Step::LastWord => "A last word",
    }
}

/// Markdown: a heading for each message, then its words.
pub fn document(title: &str, messages: &[Message]) -> String {
    let mut text = format!("# {}\n", plain(title));
    for (at, message) in messages.iter().enumerate() {
        let _ = write!(text, "\n## {}. {}\n\n", at + 1, step_name(message.step));
        for (name, value) in heads(message) {
            let _ = writeln!(text, "- **{name}:** {}", plain(&value));
        }
        let _ = write!(text, "\n{}\n", plain(&message.greeting));
        for part in message.parts.iter().filter(|part| is_body(part.slot)) {
            for paragraph in part.text.split("\n\n") {
                let _ = write!(text, "\n{}\n", plain(paragraph));
            }
        }
        if let Some(call) = &message.call {
            // The address stands alone, so that no text can become another link.
            let _ = write!(text, "\n**{}:** <{}>\n", plain(&call.text), call.link.replace(['<', '>', ' '], ""));
        }
        let lines: Vec<String> = message.signature.lines().map(plain).collect();
        let _ = write!(text, "\n{}\n", lines.join("  \n"));
    }
    text
}

/// One file of HTML that needs nothing else.
pub fn html(title: &str, messages: &[Message]) -> String {
    let locale = messages.first().map_or("en", |message| message.locale.as_str());
    let direction = if is_right_to_left(locale) { "rtl" } else { "ltr" };
    let title = escaped(title);
    let mut text = format!(
        "<!doctype html>\n<html lang=\"{}\" dir=\"{direction}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<h1>{title}</h1>\n",
        escaped(locale)
    );
    for (at, message) in messages.iter().enumerate() {
        let _ = write!(text, "<section>\n<h2>{}. {}</h2>\n<dl>\n", at + 1, step_name(message.step));
        for (name, value) in heads(message) {
            let _ = writeln!(text, "<dt>{name}</dt><dd>{}</dd>", escaped(&value));
        }
        let _ = write!(text, "</dl>\n<article>\n<p>{}</p>\n", escaped(&message.greeting));
        for part in message.parts.iter().filter(|part| is_body(part.slot)) {
            for paragraph in part.text.split("\n\n") {
                let _ = writeln!(text, "<p>{}</p>", lines(paragraph));
            }
        }
        if let Some(call) = message.call.as_ref().filter(|call| call.link.starts_with("https://")) {
            let _ = writeln!(text, "<p><a href=\"{}\">{}</a></p>", escaped(&call.link), escaped(&call.text));
        }
        let _ = write!(text, "<p>{}</p>\n</article>\n</section>\n", lines(&message.signature));
    }
    text.push_str("</body>\n</html>\n");
    text
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;color:#1c1f24}\n\
    dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;color:#555}\ndd{margin:0}\n\
    article{border:1px solid #ccc;border-radius:8px;padding:1rem 1.5rem}\nsection{margin-bottom:3rem;break-inside:avoid}\n";

fn is_body(slot: Slot) -> bool {
    !matches!(slot, Slot::Subject | Slot::Preheader | Slot::Action)
}

/// What stands above a message.
fn heads(message: &Message) -> Vec<(&'static str, String)> {
    let names = ["Subject A", "Subject B"].into_iter();
    let mut heads: Vec<(&str, String)> = names.zip(&message.subjects).map(|(name, part)| (name, part.text.clone())).collect();
    heads.extend(message.preheader.iter().map(|part| ("Preheader", part.text.clone())));
    heads.push(("Day", message.day.clone()));
    if let Some(promise) = &message.promise {
        let kind = if promise.kind == Kind::Own { "" } else { promise.kind.name() };
        let parts = [promise.name.as_str(), kind].into_iter().filter(|text| !text.is_empty());
        let mut name: Vec<&str> = parts.collect();
        name.dedup();
        heads.push(("Offer", format!("{}, until {}", name.join(" · "), promise.expires)));
    }
    heads.push(("Words", words(message).to_string()));
    heads
}

fn lines(text: &str) -> String {
    text.lines().map(escaped).collect::<Vec<_>>().join("<br>")
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(c),
        }
    }
    safe
}

/// Without anything that Markdown would read as more than words.
fn plain(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.replace('\n', " ").chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~') {
            safe.push('\\');
        }
        safe.push(c);
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::compose::tests::{brand, promise, with};
    use crate::message::compose::{LEAST_WORDS, MOST_WORDS};
    use crate::reason::Reason;

    #[test]
    fn a_brief_alone_makes_a_whole_sequence_that_names_nobody() {
        for reason in Reason::ALL {
            for locale in ["en-US", "de"] {
                let brief = Brief {
                    reason,
                    locale: Some(locale.to_owned()),
                    product: Some("a planner for teams".to_owned()),
                    ..Brief::default()
                };
                let rungs = [(Step::FullIncentive, promise(Kind::Discount)), (Step::LastWord, promise(Kind::Discount))];
                let messages = with(brief, |campaign| of_brief(campaign, &rungs));
                assert_eq!(messages.len(), 5);
                for message in &messages {
                    assert!((LEAST_WORDS..=MOST_WORDS).contains(&words(message)), "{} {message:#?}", words(message));
                    assert!(
                        message.is_fallback && message.facts.is_empty() && message.call.is_some() && message.subjects.len() == 2
                    );
                }
            }
        }
    }

    #[test]
    fn a_document_holds_all_words_and_no_markup_of_anybody() {
        let brief = Brief {
            product: Some("tea <script>alert(1)</script> [x](http://evil.example) *now*".to_owned()),
            ..Brief::default()
        };
        let messages = with(brief, |campaign| of_brief(campaign, &[]));
        let (page, text) = (html("A <b>title</b>", &messages), document("A <b>title</b>", &messages));
        assert!(!page.contains("<script") && !page.contains("<b>") && page.contains("&lt;script&gt;"));
        assert!(!text.contains(" <script") && !text.contains("[x](") && text.contains("\\<script"), "{text}");
        assert_eq!((page.matches("<section>").count(), text.matches("\n## ").count()), (5, 5));
        assert!(page.contains(&escaped(&brand().name)));
    }
}
