//! The composer, on people and promises drawn at random.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::message::brief::nobody;
use crate::message::{Brief, Choice, FactValue, Tone};
use crate::money::{Currency, Money};
use crate::offer::Kind;
use crate::reason::Reason;
use crate::segment::{Engagement, ValueTier};

pub fn brand() -> Brand {
    Brand {
        name: "Northwind".to_owned(),
        site: Some("https://northwind.example".to_owned()),
        sender: Some("Maya Lind".to_owned()),
        sender_role: Some("Customer care".to_owned()),
        ..Brand::default()
    }
}

pub fn promise(kind: Kind) -> Promise {
    let is_discount = kind == Kind::Discount;
    Promise {
        kind,
        name: kind.name().to_owned(),
        depth: if is_discount { 200 } else { 0 },
        amount: None,
        minimum: is_discount.then(|| Money::new(3_000, Currency::USD)),
        code: is_discount.then(|| "BACK20".to_owned()),
        expires: "2026-04-20".to_owned(),
        link: None,
    }
}

/// A value that tells itself from that of another number.
pub fn fact_of(key: FactKey, number: u32) -> Fact {
    let item = |name: &str| FactValue::Text { text: format!("{name} {}", word(number)) };
    let day = |from: i32| FactValue::Day { day: Day(20_000 + from + i32::try_from(number % 400).unwrap()).iso() };
    let money = |minor: i64| Money::new(minor, Currency::USD);
    let value = match key {
        FactKey::FirstName => FactValue::Text { text: "Ada".to_owned() },
        FactKey::Company => item("Firm"),
        FactKey::CustomerSince => day(-900),
        FactKey::LastOrder => day(-400),
        FactKey::PaidUntil => day(0),
        FactKey::Refunded | FactKey::CameLate | FactKey::PaymentFailed => day(-200),
        FactKey::Orders | FactKey::Seats => FactValue::Count { count: number + 2 },
        FactKey::PriceDrop => FactValue::Drop { item: format!("Kettle {}", word(number)), from: money(9_900), to: money(7_900) },
        FactKey::PriceRise => FactValue::Share { share: 50 + u16::try_from(number % 300).unwrap() },
        FactKey::Plan => item("Plan"),
        FactKey::FeatureUsed => item("timeline"),
        FactKey::WishedFeature => item("sync"),
        FactKey::Improvement => item("Faster sync"),
        FactKey::TicketSolved => item("Login from"),
        FactKey::LastItem => item("Ethiopia"),
        FactKey::FavouriteCategory => item("Coffee"),
        FactKey::LastViewed => item("Grinder"),
        FactKey::LeftBehind => item("Filter"),
        FactKey::BackInStock => item("Kenya"),
    };
    Fact { key, value, day: Some("2026-02-01".to_owned()), link: None, image: None, source: "Record".to_owned() }
}

/// Letters for a number.
fn word(number: u32) -> String {
    let letter = |digit: u32| char::from(b'A' + u8::try_from(digit % 26).unwrap());
    [letter(number / 676), letter(number / 26), letter(number)].into_iter().collect()
}

pub fn with<T>(brief: Brief, make: impl FnOnce(&Campaign<'_>) -> T) -> T {
    let (draft, brand) = (standard(brief), brand());
    make(&Campaign {
        draft: &draft,
        brand: &brand,
        library: Library::built_in(),
        proofs: &[],
        industry: None,
        segment: None,
        day: Day::parse_iso("2026-03-02").unwrap(),
    })
}

fn person(id: &str, reason: Reason, facts: Vec<Fact>) -> Recipient {
    Recipient { id: id.to_owned(), locale: None, value: ValueTier::Mid, reason, engagement: Engagement::Cooling, facts }
}

fn body(message: &Message) -> String {
    message.parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n\n")
}

fn opening(message: &Message) -> String {
    let parts = message.parts.iter().filter(|part| part.slot == Slot::Opening);
    parts.map(|part| part.text.as_str()).collect::<Vec<_>>().join("\n\n")
}

/// What must hold of every mail.
fn check(message: &Message, recipient: &Recipient) {
    let all = format!("{:?}", (&message.subjects, &message.preheader, &message.parts, &message.call));
    let count = words(message);
    assert!((LEAST_WORDS..=MOST_WORDS - 6).contains(&count), "{count} words:\n{}", body(message));
    let texts = message.parts.iter().chain(&message.subjects).chain(&message.preheader).map(|part| part.text.as_str());
    for text in texts.chain([message.greeting.as_str()]) {
        assert!(!text.trim().is_empty() && text.trim() == text, "{all}");
        for hole in ["{{", "}}", "{%", "  ", " .", " ,", "..", "()", "“”", "undefined", "\n\n\n"] {
            assert!(!text.contains(hole), "“{hole}” in {text}");
        }
    }
    assert_eq!(message.subjects.len(), 2, "{all}");
    assert_ne!(message.subjects[0].text, message.subjects[1].text);
    let call = message.call.as_ref().expect("a call");
    assert!(call.link.starts_with("https://") && !call.text.is_empty() && count + call.text.split(' ').count() <= MOST_WORDS);
    assert!(!body(message).contains("http") && !all.contains("mailto"));
    for slot in [Slot::Opening, Slot::Value, Slot::Body, Slot::Closing] {
        assert!(message.parts.iter().any(|part| part.slot == slot), "{slot:?}");
    }
    let known: BTreeSet<FactKey> = recipient.facts.iter().map(|fact| fact.key).collect();
    assert!(message.facts.iter().all(|key| known.contains(key)));
    assert_eq!(message.is_fallback, message.facts.len() < 2);
    let offers = message.parts.iter().filter(|part| part.slot == Slot::Offer).count();
    assert_eq!(offers, usize::from(message.promise.is_some()), "{all}");
    match &message.promise {
        Some(promise) => {
            let text = &message.parts.iter().find(|part| part.slot == Slot::Offer).unwrap().text;
            let locale = Locale::parse(&message.locale).unwrap();
            assert!(text.contains(&locale::long_date(&locale, &promise.expires)), "{text}");
            assert!(promise.code.as_ref().is_none_or(|code| text.contains(code.as_str())), "{text}");
            assert!(promise.minimum.is_none_or(|sum| text.contains(&locale::money(&locale, sum))), "{text}");
            assert!(promise.depth == 0 || text.contains(&locale::share(&locale, promise.depth)), "{text}");
            assert!(promise.amount.is_none_or(|sum| text.contains(&locale::money(&locale, sum))), "{text}");
        }
        None => {
            for word in ["BACK20", "% off", "0 off", "the code", "discount", "Nachlass"] {
                assert!(!body(message).contains(word), "{word}: {}", body(message));
            }
        }
    }
}

pub fn any_facts() -> impl Strategy<Value = Vec<Fact>> {
    let keys = proptest::collection::btree_set(0..FactKey::ALL.len(), 0..=FactKey::ALL.len());
    (keys, 0_u32..10_000).prop_map(|(keys, number)| keys.into_iter().map(|key| fact_of(FactKey::ALL[key], number)).collect())
}

pub fn any_promise() -> impl Strategy<Value = Option<Promise>> {
    let kinds =
        proptest::sample::select(vec![None, Some(Kind::Own)].into_iter().chain(Kind::SEVEN.map(Some)).collect::<Vec<_>>());
    (kinds, any::<[bool; 3]>(), 1_u16..800).prop_map(|(kind, [code, minimum, amount], depth)| {
        let kind = kind?;
        let has_value = matches!(kind, Kind::Discount);
        let dollars = |minor| Money::new(minor, Currency::USD);
        Some(Promise {
            depth: if has_value && !amount { depth } else { 0 },
            amount: (has_value && amount).then(|| dollars(1_250)),
            minimum: (minimum && has_value).then(|| dollars(123_450)),
            code: code.then(|| "BACK20".to_owned()),
            ..promise(kind)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn no_person_gets_a_hole_a_foreign_fact_or_a_wrong_length(
        facts in any_facts(),
        promise in any_promise(),
        reason in proptest::sample::select(Reason::ALL.to_vec()),
        value in proptest::sample::select(ValueTier::ALL.to_vec()),
        tone in proptest::sample::select(vec![Tone::Warm, Tone::Plain, Tone::Formal]),
        language in proptest::sample::select(vec!["en", "en-US", "de-AT", "fr"]),
        change in proptest::option::of("[A-Z][a-z]{2,8}( [a-z]{2,8}){2,9}"),
        id in "[a-z0-9]{1,12}",
    ) {
        let recipient = Recipient { value, locale: Some(language.to_owned()), ..person(&id, reason, facts) };
        let brief = Brief { tone, reason, value, change, ..Brief::default() };
        let rungs: Vec<(Step, Promise)> = promise.into_iter().flat_map(|promise| {
            [Step::Proof, Step::SmallIncentive, Step::FullIncentive, Step::LastWord].map(|step| (step, promise.clone()))
        }).collect();
        with(brief, |campaign| {
            let messages = sequence(campaign, &recipient, &rungs);
            for message in &messages {
                check(message, &recipient);
                let alone = super::message(campaign, &recipient, &rungs, message.step, Channel::Email);
                prop_assert_eq!(Some(message), alone.as_ref());
            }
            let counted = crate::message::say::sayable_facts(&recipient).iter().filter(|fact| {
                fact.key.counts() && (fact.key != FactKey::PaymentFailed || reason == Reason::FailedPayment)
            }).count();
            if counted > 1 && !messages[0].locale.starts_with("de") {
                for message in &messages {
                    prop_assert!(!message.is_fallback, "{:?}\n{}", recipient.facts, body(message));
                }
            }
            let bodies: BTreeSet<String> = messages.iter().map(body).collect();
            prop_assert_eq!(bodies.len(), 5);
            Ok(())
        })?;
    }

    #[test]
    fn other_forms_keep_the_offer_and_hide_what_is_private(
        facts in any_facts(),
        promise in any_promise(),
        reason in proptest::sample::select(Reason::ALL.to_vec()),
        language in proptest::sample::select(vec!["en", "de"]),
    ) {
        let recipient = Recipient { locale: Some(language.to_owned()), ..person("p", reason, facts) };
        let rungs: Vec<(Step, Promise)> = promise.into_iter().flat_map(|promise| DAYS.map(|(step, _)| (step, promise.clone()))).collect();
        with(Brief { reason, ..Brief::default() }, |campaign| {
            for (step, _) in DAYS {
                for channel in [Channel::Sms, Channel::InApp, Channel::Post, Channel::Call, Channel::Video] {
                    let message = super::message(campaign, &recipient, &rungs, step, channel).unwrap();
                    let text = body(&message);
                    prop_assert!(!message.parts.is_empty() && !text.contains("{{") && !text.contains("  "), "{}", text);
                    if let Some(promise) = &message.promise {
                        prop_assert!(promise.code.as_ref().is_none_or(|code| text.contains(code.as_str())), "{}", text);
                        let locale = Locale::parse(&message.locale).unwrap();
                        prop_assert!(text.contains(&locale::day_of_year(&locale, &promise.expires)), "{}", text);
                    } else if channel != Channel::Call {
                        prop_assert!(!text.contains("% off") && !text.contains("BACK20"), "{}", text);
                    }
                    match channel {
                        Channel::Sms => prop_assert!(locale::says_opt_out(&text) && text.starts_with("Northwind"), "{}", text),
                        Channel::Post => {
                            let open = [FactKey::CustomerSince, FactKey::Orders];
                            prop_assert!(message.facts.iter().all(|key| open.contains(key)));
                        }
                        Channel::Video => prop_assert!((150..=320).contains(&text.split_whitespace().count()), "{}", text),
                        _ => {}
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn people_who_differ_in_what_an_opening_names_read_different_openings(one in 0_u32..5_000, other in 0_u32..5_000) {
        prop_assume!(one % 400 != other % 400);
        let shopper = |number| [FactKey::LastItem, FactKey::LastOrder, FactKey::CustomerSince].map(|key| fact_of(key, number)).to_vec();
        let account = |number| [FactKey::Plan, FactKey::FeatureUsed, FactKey::PaidUntil].map(|key| fact_of(key, number)).to_vec();
        with(Brief::default(), |campaign| {
            for facts in [shopper as fn(u32) -> Vec<Fact>, account] {
                let of = |number| sequence(campaign, &person("same", Reason::Price, facts(number)), &[]);
                for (left, right) in of(one).iter().zip(&of(other)) {
                    prop_assert_ne!(opening(left), opening(right));
                }
            }
            Ok(())
        })?;
    }
}

#[test]
fn the_steps_come_in_the_ladder_s_order_and_days() {
    let messages = with(Brief::default(), |campaign| sequence(campaign, &nobody(&Brief::default()), &[]));
    let days: Vec<&str> = messages.iter().map(|message| message.day.as_str()).collect();
    assert_eq!(days, ["2026-03-02", "2026-03-07", "2026-03-13", "2026-03-20", "2026-03-28"]);
    let steps: Vec<Step> = messages.iter().map(|message| message.step).collect();
    assert_eq!(steps, DAYS.map(|(step, _)| step));
}

#[test]
fn what_a_person_wrote_or_pinned_stands_and_falls_back_where_a_fact_is_missing() {
    let brief = Brief::default();
    let (mut draft, brand) = (standard(brief), brand());
    let own = |text: &str| Choice::Own { text: text.to_owned() };
    draft.steps[0].parts.insert(Slot::Opening, own("You chose {{ last_item }}."));
    draft.steps[0].parts.insert(Slot::Closing, Choice::Pinned { block: "closing.1.plain".to_owned() });
    draft.steps[0].subjects[1] = own("Mine, {{ first_name }}");
    draft.steps[1].parts.insert(Slot::Opening, Choice::Pinned { block: "opening.change.wish".to_owned() });
    draft.steps[0].same_thread = true;
    draft.steps[1].same_thread = true;
    let campaign = Campaign {
        draft: &draft,
        brand: &brand,
        library: Library::built_in(),
        proofs: &[],
        industry: None,
        segment: None,
        day: Day(20_500),
    };
    let known = person("a", Reason::Unknown, vec![fact_of(FactKey::LastItem, 3), fact_of(FactKey::FirstName, 1)]);
    let first = &sequence(&campaign, &known, &[])[0];
    assert_eq!((first.parts[0].block.as_str(), first.parts[0].text.as_str()), ("own", "You chose Ethiopia AAD."));
    assert_eq!(first.parts.last().map(|part| part.block.as_str()), Some("closing.1.plain"));
    assert_eq!(first.subjects[1].text, "Mine, Ada");
    let stranger = person("b", Reason::Unknown, Vec::new());
    let messages = sequence(&campaign, &stranger, &[]);
    assert!(messages[0].parts[0].block.starts_with("opening.help.none"), "{}", messages[0].parts[0].block);
    assert!(messages[1].parts[0].block.starts_with("opening.change.none"));
    assert_eq!((messages[0].same_thread, messages[1].same_thread), (false, true));
}

#[test]
fn proof_is_cited_word_for_word_where_it_fits_and_another_side_is_taken_where_none_does() {
    let proof = Proof {
        id: "p".to_owned(),
        kind: proof::ProofKind::Quote,
        text: "They answered within the hour.".to_owned(),
        who: Some("Ana, florist in Porto".to_owned()),
        source: "Survey of May".to_owned(),
        link: None,
        permission: Some(proof::Permission { by: "Ana".to_owned(), on: "2026-01-01".to_owned() }),
        expires_on: None,
        industries: Vec::new(),
        reasons: vec![Reason::Service],
        segments: Vec::new(),
    };
    let (draft, brand) = (standard(Brief::default()), brand());
    let proofs = [proof];
    let campaign = Campaign {
        draft: &draft,
        brand: &brand,
        library: Library::built_in(),
        proofs: &proofs,
        industry: None,
        segment: None,
        day: Day::parse_iso("2026-03-02").unwrap(),
    };
    let third = |reason| body(&sequence(&campaign, &person("a", reason, Vec::new()), &[])[2]);
    assert!(third(Reason::Service).contains("Ana, florist in Porto told us, word for word: “They answered within the hour.”"));
    assert!(!third(Reason::Price).contains("Ana"));
}

#[test]
fn hostile_values_are_no_facts() {
    let hostile = ["{{ 7 * 7 }}", "<script>alert(1)</script>", "https://evil.example", "a\u{202e}b <b>", "{% for x in y %}", ""];
    for value in hostile {
        let text = |key| Fact { value: FactValue::Text { text: value.to_owned() }, ..fact_of(key, 1) };
        let recipient = person("a", Reason::Service, FactKey::ALL.iter().map(|key| text(*key)).collect());
        for message in with(Brief::default(), |campaign| sequence(campaign, &recipient, &[])) {
            check(&message, &recipient);
            assert!(message.is_fallback || !body(&message).contains('<'));
        }
    }
}

#[test]
fn a_warm_tone_speaks_and_a_formal_one_writes_out() {
    let text = |tone| {
        with(Brief { tone, ..Brief::default() }, |campaign| {
            sequence(campaign, &nobody(&Brief::default()), &[]).iter().map(body).collect::<String>()
        })
    };
    assert!(text(Tone::Warm).contains("don't") && !text(Tone::Formal).contains("don't"));
    assert!(text(Tone::Formal).contains("With kind regards"));
}

#[test]
fn a_language_that_no_block_speaks_falls_back_and_german_is_whole() {
    let of = |tag: &str| {
        let recipient =
            Recipient { locale: Some(tag.to_owned()), ..person("a", Reason::Price, vec![fact_of(FactKey::LastOrder, 9)]) };
        with(Brief::default(), |campaign| sequence(campaign, &recipient, &[])).remove(0)
    };
    assert_eq!(of("de-AT").locale, "de-AT");
    assert!(body(&of("de-AT")).contains("September 2023"), "{}", body(&of("de-AT")));
    assert_eq!(of("fr").locale, "en");
    assert!(of("en-US").parts[0].text.contains("September 5, 2023") || body(&of("en-US")).contains(", 2023"));
}

#[test]
fn samples_to_read() {
    let Ok(folder) = std::env::var("COPY_OUT") else { return };
    let mut all = String::new();
    let people: Vec<(&str, Vec<FactKey>)> = vec![
        (
            "rich shopper",
            vec![
                FactKey::FirstName,
                FactKey::LastItem,
                FactKey::LastOrder,
                FactKey::CustomerSince,
                FactKey::Orders,
                FactKey::FavouriteCategory,
                FactKey::LeftBehind,
                FactKey::PriceDrop,
                FactKey::Improvement,
            ],
        ),
        ("thin shopper", vec![FactKey::LastOrder, FactKey::CustomerSince]),
        (
            "account",
            vec![
                FactKey::FirstName,
                FactKey::Plan,
                FactKey::Seats,
                FactKey::FeatureUsed,
                FactKey::PaidUntil,
                FactKey::CustomerSince,
                FactKey::WishedFeature,
                FactKey::Improvement,
                FactKey::TicketSolved,
            ],
        ),
        ("nobody", vec![]),
    ];
    for (name, keys) in people {
        for reason in Reason::ALL {
            let recipient = person(name, reason, keys.iter().map(|key| fact_of(*key, 7)).collect());
            let mut rungs = vec![
                (Step::Proof, promise(Kind::Onboarding)),
                (Step::FullIncentive, promise(Kind::Discount)),
                (Step::LastWord, promise(Kind::Discount)),
            ];
            rungs.push((Step::SmallIncentive, Promise { depth: 100, ..promise(Kind::Discount) }));
            with(Brief { reason, ..Brief::default() }, |campaign| {
                let messages = sequence(campaign, &recipient, &rungs);
                all.push_str(&crate::message::brief::document(&format!("{name}, {}", reason.code()), &messages));
                for message in &messages {
                    let ids: Vec<&str> = message.parts.iter().map(|part| part.block.as_str()).collect();
                    all.push_str(&format!("{:?} {:?}\n", words(message), ids));
                }
                if reason == Reason::Price {
                    for channel in [Channel::Sms, Channel::InApp, Channel::Post, Channel::Call] {
                        for step in [Step::Help, Step::FullIncentive] {
                            let message = super::message(campaign, &recipient, &rungs, step, channel).unwrap();
                            all.push_str(&format!(
                                "\n### {channel:?}\n{:?} {:?}\n{}\n{:?}\n",
                                message.subjects.first().map(|p| &p.text),
                                message.preheader.as_ref().map(|p| &p.text),
                                body(&message),
                                message.call
                            ));
                        }
                    }
                }
            });
        }
    }
    std::fs::write(folder, all).unwrap();
}
