//! The sequence as a document to hand on: as text, or as a page to print.

use js_sys::Array;
use leptos::prelude::*;
use shared::api::composing::Composed;
use shared::message::{Channel, Message};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use super::super::words::{step_name, step_number};
use super::days::day_in_draft;
use super::state::use_editor;
use crate::components::{Button, Popover};

#[component]
pub(super) fn Export() -> impl IntoView {
    let editor = use_editor();
    let open = RwSignal::new(false);
    let save = move |is_html: bool| {
        open.set(false);
        let name = editor.now.with_untracked(|now| now.name.clone());
        let days = |message: &Message| editor.now.with_untracked(|now| day_in_draft(&now.draft, message.step));
        let Some(composed) = editor.composed.get_untracked() else { return };
        let (kind, end, text) = match is_html {
            true => ("text/html", "html", page(&name, &composed, days)),
            false => ("text/markdown", "md", document(&name, &composed, days)),
        };
        download(&format!("{}.{end}", file_name(&name)), kind, &text);
    };
    let none = Signal::derive(move || editor.composed.with(Option::is_none));
    view! {
        <Popover words=|| "Export" title="Export the sequence" open=open>
            <p class="s">"All five mails as they read for the person who is shown."</p>
            <Button small=true disabled=none on_press=move |_| save(false)>"As a document"</Button>
            <Button small=true disabled=none on_press=move |_| save(true)>"As a web page"</Button>
        </Popover>
    }
}

fn mails(composed: &Composed) -> impl Iterator<Item = &Message> {
    let of_step = |step: &'_ shared::api::composing::ComposedStep| {
        step.messages.iter().position(|one| one.message.channel == Channel::Email)
    };
    composed.steps.iter().filter_map(move |step| step.messages.get(of_step(step)?).map(|one| &one.message))
}

/// Lines of a mail: heading, subjects, words, call and signature.
struct Lines {
    heading: String,
    subjects: Vec<String>,
    words: Vec<String>,
    call: Option<String>,
    signature: Vec<String>,
}

fn lines(message: &Message, day: u32) -> Lines {
    let words = std::iter::once(message.greeting.clone()).chain(message.parts.iter().map(|part| part.text.clone()));
    Lines {
        heading: format!("{}. {}, day {day}", step_number(message.step), step_name(message.step)),
        subjects: message.subjects.iter().map(|part| part.text.clone()).collect(),
        words: words.flat_map(|text| text.split("\n\n").map(str::to_owned).collect::<Vec<_>>()).collect(),
        call: message.call.as_ref().map(|call| format!("{}: {}", call.text, call.link)),
        signature: message.signature.lines().map(str::to_owned).collect(),
    }
}

fn document(name: &str, composed: &Composed, day: impl Fn(&Message) -> u32) -> String {
    let mut text = format!("# {name}\n");
    for message in mails(composed) {
        let Lines { heading, subjects, words, call, signature } = lines(message, day(message));
        text.push_str(&format!("\n## {heading}\n\n"));
        for (place, subject) in subjects.iter().enumerate() {
            text.push_str(&format!("Subject {}: {subject}\n", if place == 0 { 'A' } else { 'B' }));
        }
        for paragraph in words.iter().chain(&call) {
            text.push_str(&format!("\n{paragraph}\n"));
        }
        text.push_str(&format!("\n{}\n", signature.join("\n")));
    }
    text
}

fn page(name: &str, composed: &Composed, day: impl Fn(&Message) -> u32) -> String {
    let title = escaped(name);
    let mut body = format!("<h1>{title}</h1>");
    for message in mails(composed) {
        let Lines { heading, subjects, words, call, signature } = lines(message, day(message));
        body.push_str(&format!("<article lang=\"{}\" dir=\"auto\"><h2>{}</h2>", escaped(&message.locale), escaped(&heading)));
        for subject in subjects {
            body.push_str(&format!("<p><b>{}</b></p>", escaped(&subject)));
        }
        for paragraph in words.iter().chain(&call) {
            body.push_str(&format!("<p>{}</p>", escaped(paragraph)));
        }
        let signature: Vec<_> = signature.iter().map(|line| escaped(line)).collect();
        body.push_str(&format!("<p>{}</p></article>", signature.join("<br>")));
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <style>body{{max-width:40em;margin:2em auto;padding:0 1em;font:16px/1.5 system-ui,sans-serif}}article{{margin:2em 0}}</style>\
         </head><body>{body}</body></html>"
    )
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            letter => safe.push(letter),
        }
    }
    safe
}

/// A name that every system takes.
fn file_name(name: &str) -> String {
    let plain: String = name.chars().map(|letter| if letter.is_alphanumeric() { letter } else { '-' }).take(60).collect();
    let plain = plain.trim_matches('-').to_lowercase();
    if plain.is_empty() { "campaign".to_owned() } else { plain }
}

fn download(name: &str, kind: &str, text: &str) {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let Ok(blob) = Blob::new_with_str_sequence_and_options(&Array::of1(&JsValue::from_str(text)), &options) else { return };
    let Ok(address) = Url::create_object_url_with_blob(&blob) else { return };
    let link = document_link();
    if let Some(link) = link {
        link.set_href(&address);
        link.set_download(name);
        link.click();
    }
    let _ = Url::revoke_object_url(&address);
}

fn document_link() -> Option<HtmlAnchorElement> {
    leptos::prelude::document().create_element("a").ok()?.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use shared::api::composing::{ComposedMessage, ComposedStep};
    use shared::message::{Call, Part, Slot};
    use shared::offer::Step;

    use super::*;

    fn composed(text: &str) -> Composed {
        let part = |slot, text: &str| Part { slot, block: "a".into(), text: text.into(), facts: Vec::new() };
        let message = Message {
            step: Step::Help,
            channel: Channel::Email,
            locale: "en".into(),
            subjects: vec![part(Slot::Subject, "A question"), part(Slot::Subject, "Your order")],
            preheader: None,
            greeting: "Hello Ada,".into(),
            parts: vec![part(Slot::Opening, text)],
            call: Some(Call { text: "Look".into(), link: "https://example.com".into() }),
            signature: "Ben\nCare".into(),
            promise: None,
            day: "2026-03-01".into(),
            facts: Vec::new(),
            is_fallback: false,
            same_thread: false,
        };
        let messages = vec![ComposedMessage { message, words: 3, findings: Vec::new() }];
        Composed { steps: vec![ComposedStep { step: Step::Help, messages }], ..Composed::default() }
    }

    #[test]
    fn a_document_holds_each_mail_whole() {
        let text = document("Spring", &composed("One.\n\nTwo."), |_| 0);
        for words in [
            "# Spring",
            "## 1. Their situation, day 0",
            "Subject B: Your order",
            "Hello Ada,",
            "\nTwo.\n",
            "Look: https://example.com",
            "Ben\nCare",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }

    #[test]
    fn a_page_shows_what_looks_like_markup_as_text() {
        let html = page("<b>", &composed("<script>alert('x')</script> & \"y\""), |_| 0);
        assert!(!html.contains("<script") && !html.contains("<b></"));
        assert!(html.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;"));
    }

    #[test]
    fn a_file_s_name_is_plain() {
        assert_eq!(
            (file_name("Spring / 20 % off!"), file_name("../..")),
            ("spring---20---off".to_owned(), "campaign".to_owned())
        );
    }
}
