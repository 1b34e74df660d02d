use super::*;
use crate::message::sample::{form, mail};
use crate::message::{Call, Slot};

const ORIGIN: &str = "https://rekindle.nordbean.example";

fn how() -> How<'static> {
    How { unsubscribe: Some("https://rekindle.nordbean.example/u/abc"), ..How::plain(ORIGIN) }
}

fn set(look: Look) -> Rendered {
    let sample = mail();
    render(&sample.message, &sample.brand, &How { look, ..how() }).expect("set")
}

#[test]
fn a_designed_mail_holds_the_whole_message() {
    let rendered = set(Look::Designed);
    for text in
        ["Hello Ada,", "BREW15ADA", "See the summer roasts", "Jonas Berg", "12 Quay Road", "Unsubscribe", "What we changed since"]
    {
        assert!(rendered.html.contains(text), "{text}");
    }
    assert!(rendered.html.starts_with("<!doctype html><html lang=\"en-GB\" dir=\"ltr\""), "{}", &rendered.html[..100]);
    assert!(rendered.html.contains("src=\"https://rekindle.nordbean.example/images/logo.png\""));
    assert!(rendered.html.contains("href=\"https://www.nordbean.example/roasts?code=BREW15ADA\""));
    assert!(rendered.html.contains("prefers-color-scheme: dark") && rendered.html.contains("#1f5fbf"));
    assert!(!rendered.html.contains("{{") && !rendered.html.contains("{%") && !rendered.html.contains("fonts.googleapis"));
    assert!(rendered.html.len() < 24 * 1_024, "{}", rendered.html.len());
    assert_eq!(rendered.subjects, ["Ada, parcels now leave the same day", "15 % off your next filter roast"]);
    assert_eq!(rendered.unsubscribe.as_deref(), how().unsubscribe);
    assert_eq!(rendered.text.matches("https://").count(), 2);
}

#[test]
fn a_letter_is_a_letter() {
    let rendered = set(Look::Letter);
    assert!(!rendered.html.contains("<table") && !rendered.html.contains("<img") && rendered.html.len() < 5_000);
    assert_eq!(rendered.text, set(Look::Designed).text);
}

#[test]
fn the_offer_stands_apart_and_the_button_before_the_closing_words() {
    let rendered = set(Look::Designed);
    assert_eq!(rendered.html.matches("class=\"offer\"").count(), 1);
    let at = |text: &str| rendered.text.find(text).expect(text);
    assert!(at("BREW15ADA") < at("See the summer roasts:") && at("See the summer roasts:") < at("If something else was wrong"));
    assert!(at("If something else was wrong") < at("Jonas Berg") && at("Jonas Berg") < at("You get this message"));
}

#[test]
fn right_to_left_turns_everything() {
    let mut sample = mail();
    sample.message.locale = "he-IL".to_owned();
    let rendered = render(&sample.message, &sample.brand, &how()).expect("set");
    assert!(rendered.html.contains("lang=\"he-IL\" dir=\"rtl\"") && rendered.html.contains("border-right:4px"));
    assert!(rendered.html.contains("text-align:right") && !rendered.html.contains("direction:ltr"));
    assert!(rendered.html.contains("הסרה"));
    sample.message.locale = "x\" onload=\"y".to_owned();
    let odd = render(&sample.message, &sample.brand, &how()).expect("set");
    assert!(odd.html.contains("lang=\"en\"") && !odd.html.contains("onload"));
}

#[test]
fn threads_begin_with_the_second_mail() {
    let mut sample = mail();
    sample.message.same_thread = true;
    let threaded =
        |sample: &crate::message::sample::Sample, thread| render(&sample.message, &sample.brand, &How { thread, ..how() });
    assert_eq!(threaded(&sample, Some("Ada, a question")).expect("set").subjects, ["Re: Ada, a question"]);
    assert_eq!(threaded(&sample, Some("Re: Ada,\r\nBcc: x")).expect("set").subjects, ["Re: Ada, Bcc: x"]);
    assert_eq!(threaded(&sample, None), Err(LayoutError::NoThread));
    sample.message.step = Step::Help;
    assert_eq!(threaded(&sample, Some("Ada, a question")).expect("set").subjects.len(), 2);
    sample.message.subjects[0].text = "Re: you".to_owned();
    assert_eq!(threaded(&sample, Some("Ada")).expect("set").subjects[0], "you");
}

#[test]
fn tracking_is_there_only_where_it_is_allowed() {
    let sample = mail();
    let plain = render(&sample.message, &sample.brand, &how()).expect("set");
    assert!(!plain.html.contains("width=\"1\"") && !plain.html.contains("utm_") && !plain.html.contains("/c/"));
    let wrap = |link: &str| format!("{ORIGIN}/c/{}", link.len());
    let tracking = Some(Tracking { wrap: &wrap, pixel: Some("https://rekindle.nordbean.example/o/1") });
    let mark = Some(Mark { campaign: "spring", step: "full_incentive", medium: "email", variant: None });
    let marked = render(&sample.message, &sample.brand, &How { mark, ..how() }).expect("set");
    assert!(marked.html.contains("roasts?code=BREW15ADA&amp;utm_source=rekindle&amp;utm_medium=email&amp;utm_campaign=spring"));
    let tracked = render(&sample.message, &sample.brand, &How { mark, tracking, ..how() }).expect("set");
    assert!(
        tracked.html.contains("/o/1\"") && tracked.html.contains("/c/") && !tracked.html.contains("href=\"https://www.nordbean")
    );
    assert!(tracked.text.contains("/c/") && !tracked.text.contains("/o/1"));
}

#[test]
fn links_and_images_of_elsewhere_are_left_out() {
    for link in ["javascript:alert(1)", "http://www.nordbean.example/", "data:text/html,x", "https://a\"b.example/"] {
        let mut sample = mail();
        sample.message.call = Some(Call { text: "Go".to_owned(), link: link.to_owned() });
        let rendered = render(&sample.message, &sample.brand, &how()).expect("set");
        assert!(!rendered.html.contains(link) && !rendered.text.contains(link), "{link}");
    }
    for path in ["https://evil.example/a.png", "//evil.example/a.png", "/../a.png", "/a.png\" onerror=\"x"] {
        let mut sample = mail();
        sample.brand.logo = Some(path.to_owned());
        let image = Some(Image { path, alt: "x" });
        let rendered = render(&sample.message, &sample.brand, &How { image, ..how() }).expect("set");
        assert!(!rendered.html.contains("<img"), "{path}");
    }
    let mut sample = mail();
    sample.brand.colours.accent = "red;}</style><script>".to_owned();
    assert!(!render(&sample.message, &sample.brand, &how()).expect("set").html.contains("red;"));
}

#[test]
fn other_forms_show_what_their_place_can() {
    let set = |channel| {
        let sample = form(channel);
        render(&sample.message, &sample.brand, &how()).expect("set")
    };
    let text = set(Channel::Sms);
    assert!(text.text.ends_with("https://www.nordbean.example/roasts?code=BREW15ADA") && !text.text.contains("Unsubscribe"));
    assert!(text.html.contains("class=\"bubble\"") && text.subjects.is_empty());
    let card = set(Channel::Post);
    let back = card.back.expect("two sides");
    assert!(
        card.html.contains("<h1>") && !card.html.contains("BREW15ADA,") && back.contains("BREW15ADA") && back.contains("6.25in")
    );
    assert!(back.contains("www.nordbean.example/roasts") && card.unsubscribe.is_none());
    let own = set(Channel::InApp);
    assert!(own.html.contains("class=\"card\"") && own.text.contains("See the summer roasts:\nhttps://"));
    let video = set(Channel::Video);
    assert_eq!(video.html.matches("<h2>Scene ").count(), 5);
    assert!(video.text.contains("Scene 1 (0–") && video.text.contains(" s): closer, the same place.\n\n"), "{}", video.text);
    assert!(set(Channel::Call).html.contains("I read every answer myself"));
}

#[test]
fn what_clients_would_cut_off_is_refused() {
    let mut sample = mail();
    let mut part = sample.message.parts[0].clone();
    part.text = "word ".repeat(3_000);
    part.slot = Slot::Body;
    sample.message.parts.extend(std::iter::repeat_n(part, 8));
    assert!(matches!(render(&sample.message, &sample.brand, &how()), Err(LayoutError::TooLarge(size)) if size > MOST_BYTES));
}
