//! Sequences to read: for each named row of the offer matrix and six made-up people the five mails and all other forms, as text files,
//! and each mail as HTML.
//!
//! ```text
//! cargo run -p shared --example messages -- FOLDER
//! ```
//!
//! Prints the words of each mail, which blocks it is made of, and all that the lint finds. Fails where a mail is too short or too long or
//! the lint finds anything. The people, the shop and what is promised are inventions.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use shared::message::brief::{document, of_brief, step_name};
use shared::message::compose::{Campaign, LEAST_WORDS, MOST_WORDS, message, sequence, standard, words};
use shared::message::desk::{Desk, Written};
use shared::message::layout::How;
use shared::message::lint::{Class, Limits};
use shared::message::{Brand, Brief, Channel, Fact, FactKey, FactValue, Library, Message, Promise, Recipient};
use shared::money::{Currency, Money};
use shared::offer::{Kind, Step};
use shared::segment::{Engagement, NAMED, Row, row_name};
use shared::time::Day;

const LIMITS: Limits = Limits { greatest_depth: 250, most_expiry_days: 60 };

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("Usage: messages FOLDER");
        return ExitCode::from(2);
    };
    match write(&folder) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(wrong) => {
            eprintln!("{wrong} messages are not between {LEAST_WORDS} and {MOST_WORDS} words, or the lint finds something");
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::from(2)
        }
    }
}

fn write(folder: &std::path::Path) -> std::io::Result<usize> {
    std::fs::create_dir_all(folder)?;
    let mut wrong = 0;
    for row in NAMED {
        for (name, facts) in people() {
            let recipient = Recipient {
                id: format!("{name}-{}", row.code()),
                locale: None,
                value: row.value,
                reason: row.reason,
                engagement: Engagement::Cooling,
                facts,
            };
            let name_of_row = row.code();
            let (messages, others, found) = with(row, |campaign, rungs| {
                let desk = Desk { campaign: *campaign, recipient: &recipient, rungs, limits: LIMITS, class: Class::Marketing };
                let found = lay_out(&desk, folder, &format!("{name_of_row}-{name}"))?;
                std::io::Result::Ok((sequence(campaign, &recipient, rungs), forms(campaign, &recipient, rungs), found))
            })?;
            wrong += found + tell(&format!("{name_of_row} {name}"), &messages);
            let title = format!("{}: {name}", row_name(row));
            std::fs::write(folder.join(format!("{}-{name}.md", row.code())), document(&title, &messages) + &others)?;
        }
        let messages = with(row, of_brief);
        wrong += tell(&format!("{} from the brief alone", row.code()), &messages);
        std::fs::write(folder.join(format!("{}-brief.md", row.code())), document(&row_name(row), &messages))?;
    }
    Ok(wrong)
}

/// Each mail as HTML; how many messages of all forms the lint finds something about.
fn lay_out(desk: &Desk<'_>, folder: &std::path::Path, name: &str) -> std::io::Result<usize> {
    let how = How {
        unsubscribe: Some("https://rekindle.example/u/1"),
        preferences: Some("https://rekindle.example/p/1"),
        ..How::plain("https://rekindle.example")
    };
    let mut wrong = 0;
    for (at, written) in desk.sequence().into_iter().enumerate() {
        for written in written {
            let (rendered, more) = desk.lay_out(&written, &how);
            let Written { message, findings, .. } = written;
            for one in findings.iter().chain(&more) {
                println!("    {name} {} {}: {} “{}” {}", at + 1, message.channel.code(), one.code.code(), one.found, one.reason);
            }
            wrong += usize::from(!findings.is_empty() || !more.is_empty());
            if let Some(rendered) = rendered.filter(|_| message.channel == Channel::Email) {
                std::fs::write(folder.join(format!("{name}-{}.html", at + 1)), rendered.html)?;
            }
        }
    }
    Ok(wrong)
}

fn tell(name: &str, messages: &[Message]) -> usize {
    let counts: Vec<String> = messages.iter().map(|message| words(message).to_string()).collect();
    println!("{name}: {} words", counts.join(", "));
    for message in messages {
        let blocks: Vec<&str> = message.parts.iter().map(|part| part.block.as_str()).collect();
        println!("    {}: {}", step_name(message.step), blocks.join(" "));
    }
    messages.iter().filter(|message| !(LEAST_WORDS..=MOST_WORDS).contains(&words(message))).count()
}

fn forms(campaign: &Campaign<'_>, recipient: &Recipient, rungs: &[(Step, Promise)]) -> String {
    let mut text = String::new();
    for step in &campaign.draft.steps {
        for channel in [Channel::Sms, Channel::InApp, Channel::Post, Channel::Call, Channel::Video] {
            let Some(message) = message(campaign, recipient, rungs, step.step, channel) else { continue };
            let _ = write!(text, "\n## {}: {}\n", step_name(step.step), channel.code());
            let heads = message.subjects.iter().chain(&message.preheader).map(|part| part.text.clone());
            let call = message.call.iter().map(|call| format!("[{}] {}", call.text, call.link));
            let parts = message.parts.iter().map(|part| part.text.clone());
            for line in heads.chain([message.greeting.clone()]).chain(parts).chain(call).filter(|line| !line.is_empty()) {
                let _ = write!(text, "\n{line}\n");
            }
        }
    }
    text
}

fn with<T>(row: Row, make: impl FnOnce(&Campaign<'_>, &[(Step, Promise)]) -> T) -> T {
    let brand = Brand {
        name: "Northwind".to_owned(),
        site: Some("https://northwind.example".to_owned()),
        sender: Some("Maya Lind".to_owned()),
        sender_role: Some("Customer care".to_owned()),
        postal_address: Some("Northwind Ltd\n12 Quay Road\nBristol BS1 4QA".to_owned()),
        sms_sender: Some("Northwind".to_owned()),
        ..Brand::default()
    };
    let mut draft = standard(Brief { value: row.value, reason: row.reason, ..Brief::default() });
    draft.steps.iter_mut().for_each(|step| step.channels = Channel::ALL.to_vec());
    let promise = |kind: Kind, depth: u16, expires: &str| Promise {
        kind,
        name: if kind == Kind::Discount { "Welcome back".to_owned() } else { "A setup session with an expert".to_owned() },
        depth,
        amount: None,
        minimum: None,
        code: (depth > 0).then(|| "NW-7K2P".to_owned()),
        expires: expires.to_owned(),
        link: None,
    };
    let rungs = [
        (Step::Proof, promise(Kind::Onboarding, 0, "2026-03-28")),
        (Step::SmallIncentive, promise(Kind::Discount, 100, "2026-03-27")),
        (Step::FullIncentive, promise(Kind::Discount, 200, "2026-04-03")),
        (Step::LastWord, promise(Kind::Discount, 200, "2026-04-03")),
    ];
    let campaign = Campaign {
        draft: &draft,
        brand: &brand,
        library: Library::built_in(),
        proofs: &[],
        industry: None,
        segment: None,
        day: Day::parse_iso("2026-03-02").unwrap_or_default(),
    };
    make(&campaign, &rungs)
}

fn people() -> [(&'static str, Vec<Fact>); 6] {
    let usd = |minor| Money::new(minor, Currency::USD);
    let drop = FactValue::Drop { item: "Copper kettle".to_owned(), from: usd(8_900), to: usd(6_900) };
    [
        (
            "rich-shopper",
            vec![
                text(FactKey::FirstName, "Ada"),
                day(FactKey::CustomerSince, "2024-02-11"),
                day(FactKey::LastOrder, "2025-11-19"),
                count(FactKey::Orders, 9),
                text(FactKey::LastItem, "Ethiopia Guji, whole bean"),
                text(FactKey::FavouriteCategory, "single-origin coffee"),
                text(FactKey::LeftBehind, "Paper filters, size 2"),
                fact(FactKey::PriceDrop, drop),
                text(FactKey::Improvement, "Roasting twice a week"),
            ],
        ),
        ("thin-shopper", vec![day(FactKey::LastOrder, "2025-10-02"), text(FactKey::LastItem, "House blend")]),
        ("unknown-shopper", vec![text(FactKey::FirstName, "Tom")]),
        (
            "rich-account",
            vec![
                text(FactKey::FirstName, "Ines"),
                text(FactKey::Company, "Harbour Studio"),
                day(FactKey::CustomerSince, "2023-05-04"),
                text(FactKey::Plan, "Team"),
                count(FactKey::Seats, 12),
                day(FactKey::PaidUntil, "2026-04-30"),
                text(FactKey::FeatureUsed, "timeline view"),
                text(FactKey::WishedFeature, "calendar sync"),
                text(FactKey::Improvement, "Two-way calendar sync"),
            ],
        ),
        ("thin-account", vec![text(FactKey::Plan, "Starter"), day(FactKey::PaidUntil, "2026-01-31")]),
        ("unknown-account", Vec::new()),
    ]
}

fn fact(key: FactKey, value: FactValue) -> Fact {
    Fact { key, value, day: None, link: None, image: None, source: "Made up".to_owned() }
}

fn text(key: FactKey, words: &str) -> Fact {
    fact(key, FactValue::Text { text: words.to_owned() })
}

fn day(key: FactKey, iso: &str) -> Fact {
    fact(key, FactValue::Day { day: iso.to_owned() })
}

fn count(key: FactKey, count: u32) -> Fact {
    fact(key, FactValue::Count { count })
}
