//! The page on which somebody gets less, or nothing any more.
//!
//! It says nothing of what is stored: a link that was never ours shows the same as one that was used. Its address is the only one that the
//! form is sent to, so that the token stands nowhere in it.

use shared::campaign::Channel;
use shared::message::Brand;
use shared::message::locale::{Locale, long_date};
use shared::message::preferences::{Words, words};
use shared::time::{MILLIS_PER_DAY, Millis};

use super::{escape, page, sentence};
use crate::leaving::{Scope, What};
use crate::public_links::Named;

/// Fields of the form.
pub const CHOICE: &str = "choice";

/// Days that a pause lasts.
const SHORT: u16 = 30;
const LONG: u16 = 90;

/// Channels that can be left alone, a button each.
const ALONE: [Channel; 6] = [Channel::Email, Channel::Sms, Channel::InApp, Channel::Post, Channel::Call, Channel::Retargeting];

/// What somebody chose; any word that is not known is the one click of a mail client.
pub fn chosen(choice: Option<&str>, channel: Channel) -> What {
    match choice {
        Some("all") => What::OptOut(Scope::All),
        Some("fewer") => What::Fewer,
        Some("pause_30") => What::Pause { days: SHORT },
        Some("pause_90") => What::Pause { days: LONG },
        Some(code) => What::OptOut(Scope::Channel(ALONE.into_iter().find(|one| one.code() == code).unwrap_or(channel))),
        None => What::OptOut(Scope::Channel(channel)),
    }
}

/// The button's words, as the history keeps them.
pub fn wording(what: What, words: &Words) -> &'static str {
    match what {
        What::OptOut(Scope::All) => words.stop,
        What::OptOut(Scope::Channel(channel)) | What::Complaint(channel) => of_channel(words, channel),
        What::Pause { days } if days > SHORT => words.pause90,
        What::Pause { .. } => words.pause30,
        What::Fewer => words.fewer,
    }
}

/// What can be chosen.
pub fn offered(brand: &Brand, named: &Named) -> String {
    let words = words(named.language);
    let (mask, shop) = (named.mask(), brand.name.as_str());
    let about = if mask.is_empty() {
        sentence(words.about_short, &[("shop", shop)])
    } else {
        sentence(words.about, &[("shop", shop), ("address", &mask)])
    };
    let content = format!("<h1>{}</h1>\n<p>{about}</p>\n{}", escape(words.title), form(words, true));
    page(brand, named.language, words.title, &content)
}

/// What was chosen, as somebody reads it who is believed and somebody who is not.
pub fn done(brand: &Brand, named: &Named, what: What, now: Millis) -> String {
    let words = words(named.language);
    let shop = ("shop", brand.name.as_str());
    let said = match what {
        What::OptOut(Scope::All) => sentence(words.done_stop, &[shop]),
        What::OptOut(Scope::Channel(_)) | What::Complaint(_) => sentence(words.done_kind, &[shop]),
        What::Fewer => sentence(words.done_fewer, &[shop]),
        What::Pause { days } => {
            let locale = Locale::parse(named.language.code()).unwrap_or(Locale::ENGLISH);
            let day = Millis(now.0 + i64::from(days) * MILLIS_PER_DAY).rfc3339();
            let date = long_date(&locale, day.split('T').next().unwrap_or_default());
            sentence(words.done_pause, &[shop, ("date", &date)])
        }
    };
    let more = if what == What::OptOut(Scope::All) { String::new() } else { form(words, false) };
    page(brand, named.language, words.done, &format!("<h1>{}</h1>\n<p role=\"status\">{said}</p>\n{more}", escape(words.done)))
}

/// Nothing took it.
pub fn failed(brand: &Brand, named: &Named) -> String {
    let words = words(named.language);
    let content =
        format!("<h1>{}</h1>\n<p role=\"alert\">{}</p>\n{}", escape(words.failed), escape(words.failed_note), form(words, true));
    page(brand, named.language, words.failed, &content)
}

fn form(words: &Words, is_whole: bool) -> String {
    let button = |value: &str, text: &str| format!("<button name=\"{CHOICE}\" value=\"{value}\">{}</button>\n", escape(text));
    let first = format!(
        "<button class=\"first\" name=\"{CHOICE}\" value=\"all\">{}</button>\n<p class=\"note\">{}</p>\n",
        escape(words.stop),
        escape(words.stop_note)
    );
    let mut rest = String::new();
    if is_whole {
        let less = [("fewer", words.fewer), ("pause_30", words.pause30), ("pause_90", words.pause90)];
        let less: String = less.into_iter().map(|(value, text)| button(value, text)).collect();
        let alone: String = ALONE.into_iter().map(|channel| button(channel.code(), of_channel(words, channel))).collect();
        rest = format!("<h2>{}</h2>\n{less}<h2>{}</h2>\n{alone}", escape(words.less), escape(words.only));
    }
    format!("<form method=\"post\">\n{first}{rest}</form>")
}

fn of_channel(words: &Words, channel: Channel) -> &'static str {
    match channel {
        Channel::Email | Channel::Video => words.email,
        Channel::Sms => words.sms,
        Channel::InApp => words.in_app,
        Channel::Post => words.post,
        Channel::Call => words.call,
        Channel::Retargeting => words.ads,
    }
}

#[cfg(test)]
mod tests {
    use shared::message::locale::Language;

    use super::*;

    fn named(language: Language) -> Named {
        Named { touch: 1, contact: 2, channel: Channel::Email, language, address: *b"ae", link: 0 }
    }

    #[test]
    fn to_stop_everything_is_the_first_button_in_every_language() {
        let brand = Brand { name: "Tea & Co".into(), ..Brand::default() };
        for language in Language::ALL {
            let html = offered(&brand, &named(*language));
            let first = html.find("<button").expect("a button");
            assert!(html[first..].starts_with("<button class=\"first\" name=\"choice\" value=\"all\">"), "{language:?}");
            assert_eq!(html.matches("<button").count(), 10);
            assert!(html.contains("Tea &amp; Co") && html.contains("a•••@e•••") && !html.contains("<script"), "{language:?}");
        }
    }

    #[test]
    fn each_button_is_understood_and_anything_else_is_an_opt_out_of_the_channel() {
        let html = offered(&Brand::default(), &named(Language::English));
        let values: Vec<&str> = html.split("value=\"").skip(1).filter_map(|part| part.split('"').next()).collect();
        let all: Vec<What> = values.iter().map(|value| chosen(Some(value), Channel::Post)).collect();
        for (at, what) in all.iter().enumerate() {
            assert_eq!(all.iter().filter(|other| *other == what).count(), 1, "{:?}", values.get(at));
        }
        let sms = What::OptOut(Scope::Channel(Channel::Sms));
        for choice in [None, Some(""), Some("One-Click"), Some("ALL"), Some("resubscribe")] {
            assert_eq!(chosen(choice, Channel::Sms), sms, "{choice:?}");
        }
    }

    #[test]
    fn a_pause_says_until_when() {
        let html = done(&Brand::default(), &named(Language::German), What::Pause { days: 30 }, Millis(1_772_442_000_000));
        assert!(html.contains("1. April 2026"), "{html}");
        assert!(html.contains("value=\"all\""), "stopping everything stays one click away");
    }
}
