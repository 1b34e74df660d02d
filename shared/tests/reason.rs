//! Why customers leave: evidence in words, what counts and what does not, corrections.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use shared::money::{Currency, Money, Rates};
use shared::reason::topics::{self, Phrase, TopicError, Topics};
use shared::reason::{Lesson, Model, Reason, Why, infer, mask, text};
use shared::signal::date_in_words;
use shared::state::{EventFact, OrderFact, State, fold, fold_by};
use shared::time::Day;

const TODAY: Day = Day(20_000);

type Row<'a> = (i32, &'a str, Value);

fn facts(rows: &[Row<'_>]) -> Vec<EventFact> {
    let fact = |(ago, name, properties): &Row<'_>| EventFact {
        at: TODAY.plus(-ago).start(),
        name: (*name).to_owned(),
        properties: properties.as_object().cloned().unwrap_or_default(),
    };
    rows.iter().map(fact).collect()
}

fn state(rows: &[Row<'_>]) -> State {
    fold(&[], &facts(rows), &Rates::new(Currency::USD))
}

fn why(rows: &[Row<'_>]) -> Why {
    infer(&state(rows), &Model::default(), TODAY)
}

fn term(ago: i32, price: u32) -> Row<'static> {
    (ago, "Subscription Renewed", json!({"plan": "Team", "price": price, "currency": "EUR", "seats": 4, "term_days": 30}))
}

#[test]
fn nothing_known_is_unknown_without_evidence() {
    let why = why(&[term(20, 19), (3, "Product Viewed", json!({"product_id": "1"}))]);
    assert_eq!((why.reason, why.evidence.len(), why.all.len()), (Reason::Unknown, 0, 8));
    assert!((why.all.iter().map(|chance| chance.probability).sum::<f64>() - 1.0).abs() < 1e-9);
}

#[test]
fn what_somebody_chose_settles_it_and_is_told_with_its_date() {
    let on = date_in_words(TODAY.plus(-10));
    let why = why(&[
        term(40, 19),
        term(11, 29),
        (12, "Ticket Opened", json!({"id": "1", "subject": "The app crashes all the time"})),
        (10, "Subscription Cancelled", json!({"reason": "missing_features", "comment": "Too expensive"})),
    ]);
    assert_eq!(why.reason, Reason::MissingFeature);
    assert!(why.probability > 0.8, "{why:?}");
    assert_eq!(why.evidence[0].text, format!("Said on {on} as they cancelled: missing feature"));
    assert!(why.evidence.iter().any(|evidence| evidence.kind == "price_rise" && evidence.reason == Reason::Price));
}

#[test]
fn what_somebody_wrote_is_quoted_only_in_part() {
    let long = "We have to cut our budget and your price hike was too much for a small charity such as ours, sorry";
    let why = why(&[term(20, 19), (4, "Exit Survey Answered", json!({"text": long}))]);
    assert_eq!(why.reason, Reason::Price);
    let quoted = &why.evidence[0].text;
    assert!(quoted.contains("“We have to cut our budget") && quoted.contains('…') && !quoted.contains("charity"), "{quoted}");
}

#[test]
fn a_ticket_is_named_by_its_subject() {
    let on = date_in_words(TODAY.plus(-9));
    let ticket = json!({"id": "7", "subject": "Cheaper elsewhere", "text": "The same jacket costs 40 less in another shop."});
    let why = why(&[term(20, 19), (9, "Ticket Opened", ticket)]);
    assert!(why.evidence.iter().any(|one| one.text == format!("Ticket “Cheaper elsewhere” of {on} speaks of price")), "{why:?}");
}

#[test]
fn each_thing_that_happened_speaks_for_its_reason() {
    let check = |rows: &[Row<'_>], kind: &str, reason: Reason| {
        let why = why(rows);
        assert!(why.evidence.iter().any(|evidence| evidence.kind == kind), "{kind}: {why:?}");
        assert_eq!(why.reason, reason, "{kind}: {why:?}");
    };
    check(&[term(70, 19), term(40, 25)], "price_rise", Reason::Price);
    check(&[term(40, 25), (20, "Ticket Opened", json!({"id": "1"}))], "open_ticket", Reason::Service);
    check(&[term(40, 25), (12, "Delivery Delayed", json!({"days": 6}))], "late_delivery", Reason::PoorExperience);
    check(&[term(40, 25), (9, "Payment Failed", json!({}))], "payment_failed", Reason::FailedPayment);
    check(
        &[term(40, 25), (20, "Feature Requested", json!({"feature": "Offline mode"}))],
        "missing_feature",
        Reason::MissingFeature,
    );
    check(&[term(40, 25), (11, "Data Exported", json!({}))], "export", Reason::Competitor);
}

#[test]
fn a_delivery_after_its_promised_day_is_late_and_one_before_is_not() {
    let delivered = |promised: i32| {
        let promised = TODAY.plus(-promised).iso();
        why(&[term(40, 25), (12, "Order Delivered", json!({"promised": promised}))])
    };
    assert_eq!(delivered(15).reason, Reason::PoorExperience);
    assert_eq!(delivered(12).reason, Reason::Unknown);
}

#[test]
fn a_dearer_plan_or_more_seats_are_no_price_rise() {
    let paid = |ago: i32, said: Value| (ago, "Invoice Paid", said);
    let rises = |was: Value, is: Value| why(&[paid(70, was), paid(40, is)]).evidence.iter().any(|one| one.kind == "price_rise");
    let said = |plan: &str, seats: u32, amount: u32| json!({"plan": plan, "seats": seats, "amount": amount, "currency": "EUR", "term_days": 30});
    assert!(rises(said("Team", 4, 40), said("Team", 4, 44)));
    assert!(!rises(said("Team", 4, 40), said("Pro", 4, 60)));
    assert!(!rises(said("Team", 4, 40), said("Team", 6, 60)));
    assert!(!rises(said("Team", 4, 40), said("Team", 4, 36)));
}

#[test]
fn what_was_asked_for_is_kept_by_name_until_it_is_used() {
    let asked = (20, "Feature Requested", json!({"feature": "Offline mode"}));
    assert_eq!(why(&[term(40, 25), asked.clone()]).features, ["Offline mode"]);
    assert!(why(&[term(40, 25), asked, (5, "Feature Used", json!({"feature": "offline mode"}))]).features.is_empty());
}

#[test]
fn what_was_said_before_they_paid_again_is_history() {
    let said = (60, "Subscription Cancelled", json!({"reason": "too_expensive", "ends": "now"}));
    assert_eq!(why(&[term(90, 19), said.clone()]).reason, Reason::Price);
    let back = why(&[term(90, 19), said, term(20, 19)]);
    assert_eq!((back.reason, back.evidence.len()), (Reason::Unknown, 0));
}

#[test]
fn a_past_day_knows_nothing_of_later_ones() {
    let state = state(&[term(90, 19), (20, "Exit Survey Answered", json!({"reason": "price"}))]);
    assert_eq!(infer(&state, &Model::default(), TODAY.plus(-21)).evidence, []);
}

#[test]
fn an_order_that_was_given_back_speaks_for_a_poor_experience() {
    let order = |refunded: i64| OrderFact {
        at: TODAY.plus(-30).start(),
        amount: Money::new(5_000, Currency::USD),
        refunded,
        discount: 0,
        paid: true,
    };
    let reason = |refunded: i64| {
        let state = fold(&[order(refunded)], &[], &Rates::new(Currency::USD));
        infer(&state, &Model::default(), TODAY).reason
    };
    assert_eq!((reason(5_000), reason(500)), (Reason::PoorExperience, Reason::Unknown));
}

#[test]
fn the_shop_s_own_phrase_outweighs_the_trained_words() {
    let phrase = |phrase: &str, reason: Reason, weight: u8| Phrase { reason, phrase: phrase.to_owned(), weight, language: None };
    let own = Topics::new(&[phrase("blue badge", Reason::MissingFeature, 3), phrase("sauteur*", Reason::Competitor, 2)]);
    let read = |words: &str| text::read(words, &own);
    let reading = read("The price of the Blue Badge bundle").expect("a reading");
    assert_eq!((reading.reason(), reading.words[0].as_str()), (Reason::MissingFeature, "blue badge"));
    assert_eq!(read("qqq sauteurland zzz").expect("a reading").reason(), Reason::Competitor);
    assert_eq!(read("qqq zzz"), None);
    let told = [(4, "Exit Survey Answered", json!({"text": "blue badge"})), term(20, 19)];
    let read = fold_by(&[], &facts(&told), &Rates::new(Currency::USD), &|words| text::read(words, &own));
    assert_eq!(infer(&read, &Model::default(), TODAY).reason, Reason::MissingFeature);
}

#[test]
fn what_is_denied_does_not_count() {
    let topics = topics::starting();
    let found = |words: &str| topics.found(&shared::reason::words::tokens(words)).len();
    assert_eq!((found("It is too expensive"), found("It is not too expensive, not expensive")), (2, 0));
}

#[test]
fn a_list_of_topics_is_tidied_and_its_mistakes_are_named() {
    let phrase = |phrase: &str, weight: u8, language: Option<&str>| Phrase {
        reason: Reason::Price,
        phrase: phrase.to_owned(),
        weight,
        language: language.map(str::to_owned),
    };
    let tidy = |list: &[Phrase]| topics::tidy(list);
    assert_eq!(tidy(&[phrase("  Too  DEAR ", 2, Some("en"))]).expect("a list")[0].phrase, "too dear");
    assert_eq!(tidy(&[phrase("dear", 2, None), phrase("Dear", 1, None)]), Err(TopicError::Twice(2)));
    assert_eq!(tidy(&[phrase(" - ", 2, None)]), Err(TopicError::Length(1)));
    assert_eq!(tidy(&[phrase("dear", 4, None)]), Err(TopicError::Weight(1)));
    assert_eq!(tidy(&[phrase("dear", 2, Some("English"))]), Err(TopicError::Language(1)));
    let starting = topics::built_in();
    assert_eq!(tidy(&starting).as_ref(), Ok(&starting), "the list that a shop starts with is tidy");
    let reasons: std::collections::BTreeSet<Reason> = starting.iter().map(|phrase| phrase.reason).collect();
    assert_eq!((reasons.len(), reasons.contains(&Reason::Unknown)), (7, false));
}

#[test]
fn ten_corrections_move_customers_who_are_alike_and_none_overturns_what_was_said() {
    // A champion gone means here that the new one brings a tool of their own.
    let gone = |more: &[Row<'_>]| {
        let use_of = |user: &str, ago: i32| (ago, "Feature Used", json!({"feature": "plan", "count": 30, "user": user}));
        let mut rows = vec![term(30, 19), use_of("ana", 40), use_of("ben", 5), (20, "User Removed", json!({"user": "ana"}))];
        rows.extend_from_slice(more);
        state(&rows)
    };
    let alike = gone(&[]);
    let lessons = |customers: u32| [Lesson { reason: Reason::Competitor, signs: mask(&alike, TODAY), customers }];
    let before = infer(&alike, &Model::default(), TODAY);
    assert_eq!(before.reason, Reason::ReducedNeed);
    let after = infer(&alike, &Model::taught(&lessons(10)), TODAY);
    assert_eq!(after.reason, Reason::Competitor, "{after:?}");
    let said = gone(&[(2, "Subscription Cancelled", json!({"reason": "too_expensive"}))]);
    for customers in [1, 10] {
        assert_eq!(infer(&said, &Model::taught(&lessons(customers)), TODAY).reason, Reason::Price);
    }
    let one = Model::taught(&lessons(1));
    assert_eq!(infer(&alike, &one, TODAY).reason, Reason::ReducedNeed, "one correction is no rule");
    let many = Model::taught(&lessons(100_000));
    assert!((many.prior.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    assert!(many.prior_of(Reason::Competitor) < 0.6 && many.prior_of(Reason::Price) > 0.09, "{:?}", many.prior);
}

#[test]
fn a_correction_stands_and_keeps_the_evidence() {
    let said = why(&[term(20, 19), (4, "Exit Survey Answered", json!({"reason": "price"}))]).corrected_to(Reason::Service);
    assert_eq!(
        (said.reason, said.of(Reason::Service), said.of(Reason::Price), said.corrected),
        (Reason::Service, 1.0, 0.0, true)
    );
    assert_eq!((said.all.len(), said.evidence.len()), (8, 1));
    let text = serde_json::to_string(&said).expect("JSON");
    assert_eq!(serde_json::from_str::<Why>(&text).expect("the same"), said);
}

#[test]
fn no_text_makes_the_reader_fail() {
    for words in ["", " ", "💔💔", "不要了", &"a ".repeat(100_000), &"é".repeat(5_000), "***", "not", "'"] {
        if let Some(reading) = text::read(words, topics::starting()) {
            assert!((reading.reasons.iter().map(|chance| chance.probability).sum::<f64>() - 1.0).abs() < 1e-9, "{words:.20}");
        }
    }
}
