//! Writes the HTML of every layout and form into a folder: `cargo run -p shared --example layouts -- FOLDER`.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code,
    unused_imports,
    reason = "an example fails by panicking"
)]

#[path = "../src/message/sample.rs"]
mod sample;

use std::path::PathBuf;

use shared::message::layout::{How, Image, Look, Mark, Tracking, render};
use shared::message::{Brand, Call, Channel, Fact, FactKey, FactValue, Message, Part, Promise, Recipient, Slot, lint};
use shared::{money, offer, reason, segment};

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("a folder to write to"));
    std::fs::create_dir_all(&folder).expect("the folder");
    let write = |name: &str, html: &str| {
        std::fs::write(folder.join(name), html).expect("writes");
        println!("{name} {}", html.len());
    };
    let wrap = |link: &str| format!("https://rekindle.example/c/{:032x}", link.len());
    let how = How {
        unsubscribe: Some("https://rekindle.example/u/0123456789abcdef"),
        preferences: Some("https://rekindle.example/p/0123456789abcdef"),
        image: Some(Image { path: "/images/summer.png", alt: "Three bags of coffee on a table" }),
        mark: Some(Mark { campaign: "Summer", step: "full_incentive", medium: "email", variant: Some(0) }),
        ..How::plain("https://rekindle.example")
    };
    let tracked =
        How { tracking: Some(Tracking { wrap: &wrap, pixel: Some("https://rekindle.example/o/0123456789abcdef") }), ..how };
    for (name, how, locale) in [
        ("mail-designed", how, "en-GB"),
        ("mail-tracked", tracked, "en-GB"),
        ("mail-plain", How { image: None, mark: None, preferences: None, ..how }, "en-GB"),
        ("mail-rtl", how, "he-IL"),
        ("mail-letter", How { look: Look::Letter, ..how }, "en-GB"),
        ("mail-letter-rtl", How { look: Look::Letter, ..how }, "ar"),
    ] {
        let mut sample = sample::mail();
        sample.message.locale = locale.to_owned();
        if name == "mail-plain" {
            sample.brand.logo = None;
        }
        let rendered = render(&sample.message, &sample.brand, &how).expect("sets");
        write(&format!("{name}.html"), &rendered.html);
        write(&format!("{name}.txt"), &rendered.text);
    }
    for channel in [Channel::Sms, Channel::InApp, Channel::Post, Channel::Call, Channel::Video] {
        let sample = sample::form(channel);
        let rendered = render(&sample.message, &sample.brand, &how).expect("sets");
        write(&format!("{}.html", channel.code()), &rendered.html);
        rendered.back.iter().for_each(|back| write("post-back.html", back));
    }
}
