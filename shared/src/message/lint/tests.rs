use std::collections::BTreeSet;

use super::*;
use crate::message::layout::{How, Look, render};
use crate::message::sample::{Sample, fact, form, mail, part};
use crate::message::{Channel, FactKey, FactValue, hostile};
use crate::money::Money;
use crate::offer::Step;

const OUT: &str = "https://rekindle.nordbean.example/u/abc";

fn how() -> How<'static> {
    How {
        unsubscribe: Some(OUT),
        preferences: Some("https://rekindle.nordbean.example/p/abc"),
        ..How::plain("https://rekindle.nordbean.example")
    }
}

/// What both lints say of a sample.
fn findings(sample: &Sample) -> Vec<Finding> {
    let mut found = lint(&sample.message, &sample.about());
    match render(&sample.message, &sample.brand, &how()) {
        Ok(rendered) => found.extend(lint_rendered(&rendered, &sample.message, &sample.about())),
        Err(error) => panic!("{error}"),
    }
    found
}

fn codes(findings: &[Finding]) -> BTreeSet<Code> {
    findings.iter().map(|finding| finding.code).collect()
}

/// The fault is found as this, with the words that it is about, and nothing else is.
#[track_caller]
fn check(code: Code, words: &str, plant: impl FnOnce(&mut Sample)) {
    check_in(mail(), code, words, plant);
}

#[track_caller]
fn check_in(mut sample: Sample, code: Code, words: &str, plant: impl FnOnce(&mut Sample)) {
    plant(&mut sample);
    let found = findings(&sample);
    let of_code: Vec<&Finding> = found.iter().filter(|finding| finding.code == code).collect();
    assert!(of_code.iter().any(|finding| finding.found.contains(words)), "{code:?} {words:?} is not among {found:#?}");
    for finding in of_code {
        assert!(finding.reason.ends_with('.') && finding.fix.ends_with('.') && finding.digest.len() == 16, "{finding:?}");
        assert_eq!(finding.severity, code.severity());
    }
}

#[track_caller]
fn fine(code: Code, change: impl FnOnce(&mut Sample)) {
    let mut sample = mail();
    change(&mut sample);
    let found = findings(&sample);
    assert!(!codes(&found).contains(&code), "{found:#?}");
}

fn say(slot: Slot, text: &str) -> impl FnOnce(&mut Sample) {
    move |sample| {
        let part = sample.part(slot);
        part.text.push(' ');
        part.text.push_str(text);
    }
}

#[test]
fn sound_messages_of_every_form_are_clean() {
    for channel in [Channel::Email, Channel::Sms, Channel::InApp, Channel::Post, Channel::Call, Channel::Video] {
        let sample = form(channel);
        assert_eq!(findings(&sample), [], "{channel:?}");
    }
}

#[test]
fn calls_to_action_are_one() {
    check(Code::NoCall, "", |sample| sample.message.call = None);
    check(Code::NoCall, "", |sample| sample.message.call.as_mut().expect("call").text.clear());
    check(Code::SecondCall, "www.nordbean.example/sale", say(Slot::Body, "Or see www.nordbean.example/sale."));
    check(Code::SecondCall, "nordbean.example/a", say(Slot::Value, "See [here](nordbean.example/a)."));
    check(Code::SecondCall, "Click here", say(Slot::Value, "Click here to see more."));
    check(Code::SecondCall, "Book a call", |sample| sample.message.parts.push(part(Slot::Action, "Book a call with us", &[])));
    fine(Code::SecondCall, |sample| sample.message.parts.push(part(Slot::Action, "See the summer roasts", &[])));
    let mut twice = form(Channel::Sms);
    let link = "https://www.nordbean.example/roasts?code=BREW15ADA";
    twice.part(Slot::Offer).text.push_str(&format!(" {link}"));
    assert_eq!(codes(&findings(&twice)), BTreeSet::new(), "a text message may hold its own link");
    check_in(twice, Code::SecondCall, link, |sample| sample.part(Slot::Offer).text.push_str(&format!(" {link}")));
}

#[test]
fn links_lead_to_the_shop_only() {
    for link in [
        "https://evil.example/",
        "http://www.nordbean.example/",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://nordbean.example@evil.example/",
        "https://www.nоrdbean.example/",
        "https://127.0.0.1/",
        "https://www.nordbean.example.evil.example/",
    ] {
        check(Code::ForeignLink, link, |sample| sample.message.call.as_mut().expect("call").link = link.to_owned());
    }
    check(Code::ForeignLink, "evil.example", say(Slot::Body, "More at evil.example today."));
    check(Code::ForeignAddress, "boss@evil.example", say(Slot::Body, "Write to boss@evil.example."));
    fine(Code::ForeignAddress, say(Slot::Body, "Write to jonas@nordbean.example."));
}

#[test]
fn holes_hidden_characters_and_tags_are_found() {
    for hole in ["{{ last_item }}", "{% if x %}", "[First name]", "*|FNAME|*", "%%name%%", "${name}", "%FIRSTNAME%"] {
        let start: String = hole.chars().take(2).collect();
        check(Code::Hole, start.trim(), say(Slot::Body, hole));
    }
    for hole in ["Your undefined is here.", "It is null now.", "Your  is here.", "Your , is here.", "Lorem ipsum dolor."] {
        check(Code::Hole, "", say(Slot::Body, hole));
    }
    check(Code::Hole, "", |sample| sample.part(Slot::Body).text.clear());
    fine(Code::Hole, say(Slot::Body, "None of that is lost (50 g more, at most)."));
    check(Code::HiddenCharacter, "", say(Slot::Body, "in\u{202e}voice"));
    check(Code::HiddenCharacter, "", |sample| sample.message.greeting = "Hello Ada\u{200f},".to_owned());
    check(Code::HiddenCharacter, "", |sample| sample.message.subjects[0].text.push_str("\r\nBcc: x"));
    check(Code::HiddenCharacter, "", say(Slot::Body, "zero\u{200b}width"));
    check(Code::Markup, "<script>", say(Slot::Body, "<script>alert</script>"));
    check(Code::Markup, "&lt;", say(Slot::Body, "&lt;b&gt;"));
    fine(Code::Markup, say(Slot::Body, "Grind & brew at < 95 degrees"));
}

#[test]
fn what_no_record_holds_is_an_invention() {
    for (text, found) in [
        ("You have ordered 15 times.", "15"),
        ("After five orders with us.", "five"),
        ("It is since 3 March 2026.", "3 March 2026"),
        ("It is since May 2025.", "May 2025"),
        ("You came in October.", "October"),
        ("We will see you on Wednesday.", "Wednesday"),
        ("It costs £12.50 now.", "£12.50"),
        ("Prices fell by 7 percent.", "7 percent"),
        ("Ask for order X1234ZZ today.", "X1234ZZ"),
        ("Our friend Grace loves it.", "Grace"),
        ("Customers in Paris agree.", "Paris"),
        ("In 2019 it was better.", "2019"),
        ("Call 0117 496 0000.", "0117"),
    ] {
        check(Code::InventedFact, found, say(Slot::Body, text));
    }
    check(Code::InventedFact, "Bob", |sample| sample.message.subjects[0].text = "Bob, parcels leave the same day".to_owned());
    for text in [
        "You have ordered 14 times since 2023.",
        "It is more than three years since 12 June 2023.",
        "Your last order was four months ago.",
        "It is since 2023-06-12, a Monday.",
        "Sidamo Filter Roast is back.",
    ] {
        fine(Code::InventedFact, say(Slot::Body, text));
    }
    let stated = |sample: &mut Sample| {
        sample.stated = vec!["In 2019 we planted {{ orders }} trees with Grace in Lisbon, 7 % more, for £12.50.".to_owned()];
        sample.part(Slot::Body).text.push_str(" In 2019 we planted trees with Grace in Lisbon, 7 % more, for £12.50.");
    };
    fine(Code::InventedFact, stated);
}

#[test]
fn facts_are_those_of_this_person() {
    check(Code::WrongFact, "plan", |sample| sample.message.facts.push(FactKey::Plan));
    check(Code::WrongFact, "", |sample| sample.part(Slot::Body).facts.push(FactKey::Seats));
    check(Code::WrongFact, "kettle", |sample| {
        let opening = sample.part(Slot::Opening);
        opening.text = opening.text.replace("Sidamo Filter Roast, 250 g", "the blue kettle");
    });
    for greeting in ["Hello Grace,", "Grace,", "Dear Mr Hopper,", "Hallo Grace", "Bonjour Grace !"] {
        check(Code::WrongName, "", |sample| sample.message.greeting = greeting.to_owned());
    }
    for greeting in ["Hello Ada,", "Hi there,", "Ada,", "Guten Tag Ada,", "Hello,"] {
        fine(Code::WrongName, |sample| sample.message.greeting = greeting.to_owned());
    }
    check(Code::WrongName, "Smith", |sample| sample.message.signature = "Jonas Smith\nNordbean".to_owned());
    check(Code::WrongName, "Peter", |sample| sample.message.signature = "Peter\nNordbean".to_owned());
    fine(Code::WrongName, |sample| sample.message.signature = "Best regards\nJonas Berg\nNordbean".to_owned());
}

#[test]
fn offers_are_their_terms() {
    check(Code::OfferDiffers, "30 %", |sample| {
        let offer = sample.part(Slot::Offer);
        offer.text = offer.text.replace("15 %", "30 %");
    });
    check(Code::TermMissing, "the share off", |sample| {
        sample.message.subjects[1].text = "Your next filter roast".to_owned();
        let offer = sample.part(Slot::Offer);
        offer.text = offer.text.replace("15 %", "something");
    });
    check(Code::OfferDiffers, "30 %", |sample| sample.message.subjects[1].text = "30 % off your next roast".to_owned());
    check(Code::OfferDiffers, "BREW30ADA", |sample| {
        let offer = sample.part(Slot::Offer);
        offer.text = offer.text.replace("BREW15ADA", "BREW30ADA");
    });
    check(Code::TermMissing, "the code", |sample| {
        sample.message.call.as_mut().expect("call").link = "https://www.nordbean.example/".to_owned();
        let offer = sample.part(Slot::Offer);
        offer.text = offer.text.replace("BREW15ADA", "in your account");
    });
    check(Code::TermMissing, "the last day", |sample| {
        let offer = sample.part(Slot::Offer);
        offer.text = offer.text.replace("24 July 2026", "the end");
    });
    check(Code::TermMissing, "the least order", |sample| {
        let offer = sample.part(Slot::Offer);
        offer.text = offer.text.replace(" from £20 on", "");
    });
    check(Code::OfferDiffers, "promise", |sample| sample.message.promise.as_mut().expect("promise").depth = 200);
    check(Code::OfferDiffers, "promise", |sample| sample.promise = None);
    check(Code::OfferWithoutTerms, "10 %", |sample| {
        (sample.promise, sample.message.promise) = (None, None);
        sample.part(Slot::Offer).text = "There is 10 % off for you.".to_owned();
    });
    check(Code::OfferWithoutTerms, "free shipping", |sample| {
        (sample.promise, sample.message.promise) = (None, None);
        sample.part(Slot::Offer).text = "And free shipping.".to_owned();
    });
    let without = |text: &'static str| {
        move |sample: &mut Sample| {
            (sample.promise, sample.message.promise) = (None, None);
            sample.message.subjects[1].text = "A filter roast for summer".to_owned();
            sample.part(Slot::Offer).text = text.to_owned();
        }
    };
    fine(Code::OfferWithoutTerms, without("There is no discount in this mail, only an answer. Feel free to ask."));
    check(Code::OfferWithoutTerms, "90%", |sample| {
        without("And so on.")(sample);
        sample.recipient.facts.push(fact(FactKey::LastViewed, "Kettle 90% off"));
        sample.part(Slot::Body).text.push_str(" You looked at Kettle 90% off.");
    });
}

#[test]
fn offers_stay_inside_the_guardrails_and_alike() {
    check(Code::OutsideGuardrails, "depth", |sample| sample.limits.greatest_depth = 100);
    check(Code::OutsideGuardrails, "expires", |sample| sample.limits.most_expiry_days = 13);
    check(Code::OutsideGuardrails, "expires", |sample| sample.message.day = "2026-07-25".to_owned());
    fine(Code::OutsideGuardrails, |sample| (sample.limits.greatest_depth, sample.limits.most_expiry_days) = (150, 14));
    let other = |change: fn(&mut Message)| {
        move |sample: &mut Sample| {
            let mut other = form(Channel::Sms).message;
            change(&mut other);
            sample.others = vec![other];
        }
    };
    fine(Code::ChannelsDiffer, other(|_| {}));
    fine(Code::ChannelsDiffer, other(|other| (other.step, other.promise) = (Step::Help, None)));
    check(Code::ChannelsDiffer, "sms", other(|other| other.promise = None));
    check(Code::ChannelsDiffer, "sms", other(|other| other.promise.as_mut().expect("promise").expires = "2026-07-25".to_owned()));
    check(Code::OfferInService, "promise", |sample| sample.class = Class::Service);
    check(Code::OfferInService, "voucher", |sample| {
        (sample.class, sample.message.promise) = (Class::Service, None);
        sample.part(Slot::Offer).text = "A voucher for you.".to_owned();
    });
}

#[test]
fn private_things_are_not_spelled_out() {
    for text in [
        "Since your illness began.",
        "Now that you are pregnant.",
        "As money is tight for you.",
        "As a Muslim you may like it.",
        "We noticed you stopped ordering.",
        "You complained about it.",
        "Your payment was declined.",
        "Für Schwangere ist er mild.",
    ] {
        check(Code::Sensitive, "", say(Slot::Body, text));
    }
    check(Code::Sensitive, "regnancy", |sample| {
        sample.recipient.facts.push(fact(FactKey::LastViewed, "Pregnancy tea"));
        sample.part(Slot::Body).text.push_str(" You looked at Pregnancy tea.");
    });
    fine(Code::Sensitive, |sample| {
        sample.class = Class::Service;
        sample.part(Slot::Body).text = "Your payment was declined.".to_owned();
    });
    check_in(form(Channel::Sms), Code::OpenToOthers, "payment", |sample| {
        sample.class = Class::Service;
        sample.part(Slot::Offer).text = "Nordbean: your payment failed. Reply STOP to end.".to_owned();
    });
    check_in(form(Channel::Post), Code::OpenToOthers, "ticket_solved", |sample| {
        sample.recipient.facts.push(fact(FactKey::TicketSolved, "Broken bag"));
        sample.message.facts.push(FactKey::TicketSolved);
    });
}

#[test]
fn forms_have_what_they_need_and_no_more() {
    let long = "so it is, and so it goes on from here to there and back again, ".repeat(4);
    check(Code::TooLong, "length", |sample| sample.part(Slot::Body).text.push_str(&long));
    check(Code::Short, "length", |sample| sample.part(Slot::Value).text = "Quite so.".to_owned());
    check(Code::LongSubject, "", |sample| {
        sample.message.subjects[0].text = "Parcels that you order before noon leave on the same day".to_owned()
    });
    check(Code::FalseReply, "Re: ", |sample| sample.message.subjects[0].text = "Re: your order".to_owned());
    check(Code::FalseReply, "FWD:", |sample| sample.message.subjects[0].text = "FWD: your order".to_owned());
    check(Code::Subjects, "", |sample| drop(sample.message.subjects.pop()));
    check(Code::Subjects, "", |sample| sample.message.subjects[1] = sample.message.subjects[0].clone());
    let mut first = mail();
    (first.message.same_thread, first.is_first) = (true, true);
    assert!(codes(&lint(&first.message, &first.about())).contains(&Code::FalseReply));
    check_in(form(Channel::Sms), Code::NoOptOut, "opt_out", |sample| {
        let text = sample.part(Slot::Offer);
        text.text = text.text.replace(" Reply STOP to end.", "");
    });
    check_in(form(Channel::Sms), Code::TooLong, "length", |sample| {
        sample.part(Slot::Offer).text.push_str(&" and so on".repeat(60))
    });
    check_in(form(Channel::Sms), Code::CostlyText, "–", |sample| sample.part(Slot::Offer).text.push_str(" – so"));
    check_in(form(Channel::Sms), Code::SenderName, "Nordbean & Co", |sample| {
        sample.brand.sms_sender = Some("Nordbean & Co".to_owned())
    });
    check_in(form(Channel::Sms), Code::SenderName, "", |sample| sample.brand.sms_sender = None);
}

#[test]
fn mail_holds_what_the_law_asks_for() {
    check(Code::NoPostalAddress, "postal_address", |sample| sample.brand.postal_address = None);
    let sample = mail();
    let rendered = render(&sample.message, &sample.brand, &How { unsubscribe: None, ..how() }).expect("set");
    assert!(codes(&lint_rendered(&rendered, &sample.message, &sample.about())).contains(&Code::NoUnsubscribe));
    let rendered = render(&sample.message, &sample.brand, &how()).expect("set");
    let with = |change: fn(&mut Rendered)| {
        let mut changed = rendered.clone();
        change(&mut changed);
        codes(&lint_rendered(&changed, &sample.message, &sample.about()))
    };
    assert_eq!(with(|_| {}), BTreeSet::new());
    assert!(with(|one| one.text = one.text.replace(OUT, "")).contains(&Code::NoUnsubscribe));
    assert!(with(|one| one.text = one.text.replace("Quay", "Key")).contains(&Code::NoPostalAddress));
    assert!(with(|one| one.html = one.html.replace("12 Quay Road", "")).contains(&Code::NoPostalAddress));
    assert!(with(|one| one.text = one.text.replace("parcels", "letters")).contains(&Code::TextDiffers));
    assert!(with(|one| one.text.push_str("And more.")).contains(&Code::TextDiffers));
    assert!(with(|one| one.html = one.html.replace("</body>", "<script>x</script></body>")).contains(&Code::UnsafeHtml));
    assert!(with(|one| one.html = one.html.replace("<body", "<body onload=\"x\"")).contains(&Code::UnsafeHtml));
    assert!(
        with(|one| one.html = one.html.replace("https://www.nordbean", "javascript://www.nordbean")).contains(&Code::UnsafeHtml)
    );
    assert!(with(|one| one.html = one.html.replace("</body>", "<b></body>")).contains(&Code::UnsafeHtml));
    assert!(with(|one| one.html.push_str(&" ".repeat(100 * 1_024))).contains(&Code::UnsafeHtml));
    assert!(
        with(|one| one.html = one
            .html
            .replace("</body>", "<p><a href=\"https://a.example/\"></a></p><p><a href=\"https://b.example/\"></a></p></body>"))
        .contains(&Code::SecondCall)
    );
    assert!(with(|one| one.html = one.html.replace("alt=\"Nordbean\"", "alt=\"\"")).contains(&Code::NoAlt));
    let pictures = "<img src=\"https://a.example/a.png\" alt=\"a\" />".repeat(5);
    let full = Rendered { html: rendered.html.replace("</body>", &format!("{pictures}</body>")), ..rendered.clone() };
    assert!(codes(&lint_rendered(&full, &sample.message, &sample.about())).contains(&Code::MostlyImages));
    let cut = Rendered { subjects: vec!["a\r\nBcc: b".to_owned()], ..rendered.clone() };
    assert!(codes(&lint_rendered(&cut, &sample.message, &sample.about())).contains(&Code::HiddenCharacter));
}

#[test]
fn hints_are_hints() {
    check(Code::Empty, "We miss you", say(Slot::Body, "We miss you."));
    check(Code::Empty, "vermissen Sie", |sample| {
        sample.message.locale = "de".to_owned();
        sample.part(Slot::Body).text.push_str(" Wir vermissen Sie.");
    });
    check(Code::Pressure, "Last chance", say(Slot::Body, "Last chance."));
    check(Code::SpamProne, "guaranteed", say(Slot::Body, "It is guaranteed."));
    check(Code::SpamProne, "GREAT", say(Slot::Body, "Get GREAT FRESH BEANS."));
    check(Code::SpamProne, "!", say(Slot::Body, "So good!!"));
    check(Code::LowContrast, "#777777", |sample| sample.brand.colours.text = "#777777".to_owned());
    check(Code::LowContrast, "red", |sample| sample.brand.colours.accent = "red".to_owned());
    check(Code::HardToRead, "reading", |sample| {
        sample.part(Slot::Value).text = "Notwithstanding considerable organisational difficulties, participating organisations successfully \
            accomplished comprehensive infrastructural improvements, facilitating unprecedented operational efficiencies internationally, \
            ameliorating sustainability considerations throughout multidisciplinary departments."
            .to_owned();
    });
    let hints: Vec<Code> = Code::ALL.iter().copied().filter(|code| code.severity() == Severity::Hint).collect();
    assert_eq!(hints.len(), 10);
}

/// A dismissed hint stays dismissed wherever the same words stand, and no longer than they do.
#[test]
fn a_digest_follows_from_the_code_and_the_words() {
    let digest_of = |text: &str| {
        let mut sample = mail();
        say(Slot::Body, text)(&mut sample);
        lint(&sample.message, &sample.about()).into_iter().find(|finding| finding.code == Code::Empty).expect("found").digest
    };
    assert_eq!(digest_of("We miss you."), digest_of("And so, we  MISS you, Ada."));
    assert_ne!(digest_of("We miss you."), digest_of("Long time no see."));
}

#[test]
fn places_are_those_of_the_words() {
    let mut sample = mail();
    say(Slot::Body, "Mind {{ plan }}.")(&mut sample);
    let found = lint(&sample.message, &sample.about());
    let place = &found.iter().find(|finding| finding.code == Code::Hole).expect("a hole").place;
    assert_eq!((place.field, place.slot), (Field::Part, Some(Slot::Body)));
    assert_eq!(&sample.message.parts[place.index].text[place.from..place.to], "{{");
    let json = serde_json::to_value(&found[0]).expect("json");
    assert_eq!((&json["severity"], &json["code"]), (&"error".into(), &found[0].code.code().into()));
    let unique: BTreeSet<&str> = Code::ALL.iter().map(|code| code.code()).collect();
    assert_eq!(unique.len(), Code::ALL.len());
}

#[test]
fn a_drop_of_price_and_a_tenure_may_be_told() {
    let gbp = crate::money::Currency::parse("GBP").expect("code");
    let told = |text: &'static str| {
        move |sample: &mut Sample| {
            let (from, to) = (Money::new(4_000, gbp), Money::new(3_000, gbp));
            let value = FactValue::Drop { item: "Hand grinder No. 7".to_owned(), from, to };
            sample.recipient.facts.push(crate::message::Fact { value, ..fact(FactKey::PriceDrop, "") });
            sample.part(Slot::Body).text.push_str(text);
        }
    };
    fine(Code::InventedFact, told(" The Hand grinder No. 7 costs £30 instead of £40: £10 or 25 % less."));
    check(Code::InventedFact, "£31", told(" It costs £31 instead of £40."));
    check(Code::InventedFact, "€30", told(" It costs €30 instead of £40."));
}

#[test]
fn a_code_with_hyphens_is_the_code_and_a_piece_of_another_is_not() {
    let mut sample = form(Channel::Email);
    let code = sample.promise.as_ref().and_then(|promise| promise.code.clone()).expect("a code");
    let say = |text: &mut String| *text = text.replace(&code, "NW-7K2P");
    sample.message.parts.iter_mut().for_each(|part| say(&mut part.text));
    for promise in [sample.message.promise.as_mut(), sample.promise.as_mut()].into_iter().flatten() {
        promise.code = Some("NW-7K2P".to_owned());
    }
    assert_eq!(findings(&sample), []);
    sample.part(Slot::Offer).text.push_str(" Or NW-7K3P.");
    assert!(codes(&findings(&sample)).contains(&Code::InventedFact));
}

/// Every text of the corpus in every place that a customer's text can reach: the layouts stay sound, the lint does not fall, and what
/// would do harm is caught before anybody sees it.
#[test]
fn hostile_texts_do_no_harm_in_any_form() {
    for (name, text) in hostile::texts() {
        for channel in Channel::ALL {
            let mut sample = form(*channel);
            sample.recipient.facts.retain(|fact| !matches!(fact.key, FactKey::FirstName | FactKey::LastItem));
            sample.recipient.facts.push(fact(FactKey::FirstName, &text));
            sample.recipient.facts.push(fact(FactKey::LastItem, &text));
            let message = &mut sample.message;
            message.greeting = format!("Hello {text},");
            message.signature.push_str(&text);
            message
                .subjects
                .iter_mut()
                .chain(message.preheader.as_mut())
                .chain(&mut message.parts)
                .for_each(|part| part.text.push_str(&text));
            if let Some(call) = &mut message.call {
                call.text.push_str(&text);
            }
            let own = lint(&sample.message, &sample.about());
            for look in [Look::Designed, Look::Letter] {
                let image = crate::message::layout::Image { path: "/images/a.png", alt: &text };
                let how = How { look, image: Some(image), why: Some(&text), ..how() };
                let rendered = match render(&sample.message, &sample.brand, &how) {
                    Ok(rendered) => rendered,
                    Err(error) => {
                        assert!(name == "long" && error.to_string().contains("bytes"), "{name}: {error}");
                        continue;
                    }
                };
                let found = lint_rendered(&rendered, &sample.message, &sample.about());
                assert!(!codes(&found).contains(&Code::UnsafeHtml), "{name} {channel:?}: {found:#?}");
                assert!(!codes(&found).contains(&Code::HiddenCharacter), "{name} {channel:?}: {found:#?}");
                let html = rendered.html.to_lowercase();
                for harm in
                    ["<script", "<svg", "<iframe", "<mj-", "href=\"javascript:", "src=\"javascript:", "href=\"https://evil"]
                {
                    assert!(!html.contains(harm), "{name} {channel:?}: {harm}");
                }
                // Seconds of a scene are counted, and 49 is one of them.
                let said: Vec<&str> = rendered.text.lines().filter(|line| !line.starts_with("Scene ")).collect();
                assert!(!html.contains(">49<") && !said.join(" ").contains("49"), "{name}: a template ran");
                assert!(rendered.subjects.iter().all(|subject| !subject.contains(['\r', '\n', '\0'])));
            }
            let is_harmless = matches!(
                name.as_str(),
                "combining marks"
                    | "emoji"
                    | "nothing"
                    | "formula"
                    | "formula by plus"
                    | "formula by at"
                    | "formula by tab"
                    | "sql"
                    | "path"
                    | "json"
                    | "only blanks"
            );
            assert!(is_harmless || !is_clean(&own), "{name} {channel:?} passes");
        }
    }
}
