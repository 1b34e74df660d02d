use serde_json::json;

use super::*;

const AT: Millis = Millis(1_700_000_000_000);

fn check(name: &str, properties: Value, expected: &Event) {
    let Value::Object(properties) = properties else { panic!("not an object") };
    assert_eq!(read(name, AT, &properties), *expected, "{name}");
}

#[test]
fn a_ticket_sounds_as_its_words_do_unless_its_tone_is_said() {
    let tone = |properties: Value| {
        let Value::Object(properties) = properties else { panic!("not an object") };
        let Event::TicketOpened { tone, .. } = super::read("Ticket Opened", Millis(0), &properties) else { panic!("no ticket") };
        tone
    };
    assert!(tone(json!({"subject": "Still nothing", "text": "I want my money back."})).is_some_and(|tone| tone <= -0.3));
    assert!(tone(json!({"text": "Thank you, everything is perfect."})).is_some_and(|tone| tone > 0.3));
    assert_eq!(tone(json!({"text": "I want my money back.", "tone": 1})), Some(1.0));
    assert_eq!(tone(json!({"id": 7})), None);
}

#[test]
fn a_ticket_that_asks_how_to_leave_is_told_apart() {
    let asks = |text: &str| {
        let properties = json!({"subject": "Question", "text": text});
        let Event::TicketOpened { asks_to_leave, .. } =
            super::read("Ticket Opened", AT, properties.as_object().expect("an object"))
        else {
            panic!("no ticket")
        };
        asks_to_leave
    };
    assert!(asks("How do I cancel\nmy subscription?") && asks("Is there a CHEAPER plan?") && asks("I want to downgrade."));
    assert!(!asks("How do I cancel an order?") && !asks("I love this plan.") && !asks(""));
}

#[test]
fn a_ticket_in_another_language_has_no_tone_rather_than_a_guessed_one() {
    let german = json!({"text": "Das ist eine Katastrophe, ich warte seit drei Wochen auf mein Geld und niemand antwortet mir."});
    let Event::TicketOpened { tone, .. } = super::read("Ticket Opened", AT, german.as_object().expect("an object")) else {
        panic!("no ticket")
    };
    assert_eq!(tone, None);
}

#[test]
fn carts_name_what_lies_in_them() {
    let item = |id: &str, name: Option<&str>, category: Option<&str>| Item {
        id: id.into(),
        name: name.map(str::to_owned),
        category: category.map(str::to_owned),
    };
    let product = json!({"product_id": 7, "name": "Uno", "category": "Games", "price": 3});
    check("Product Viewed", product.clone(), &Event::Visited { item: Some(item("7", Some("Uno"), Some("Games"))) });
    check("Product Removed", json!({"sku": "U-1"}), &Event::Carted { items: vec![item("U-1", None, None)], is_in: false });
    let items = vec![item("7", Some("Uno"), Some("Games")), item("Go", Some("Go"), None)];
    let list = json!({"products": [product, {"name": "Go"}, {}, 5]});
    check("checkout_started", list, &Event::Carted { items, is_in: true });
    check("Cart Viewed", json!({"products": "none"}), &Event::Carted { items: Vec::new(), is_in: true });
}

#[test]
fn what_tells_no_use_is_no_feature() {
    for name in
        ["Order Completed", "Order Refunded", "Coupon Applied", "Unsubscribed", "Email Bounced", "Trial Started", "Signed Out"]
    {
        check(name, json!({}), &Event::Noted);
    }
    for machine in [json!(true), json!("true"), json!(1)] {
        check("Email Opened", json!({ "machine": machine }), &Event::EmailOpened { by_machine: true });
    }
    check("Email Opened", json!({"machine": "no"}), &Event::EmailOpened { by_machine: false });
    check("Invoice Paid", json!({}), &Event::PaymentSucceeded);
    check("Invoice Paid", json!({"term_days": 30}), &Event::TermPaid(Terms { end: Some(AT.day().plus(30)), ..Terms::default() }));
    check("Account Deleted", json!({}), &Event::CancellationAsked { at_once: true });
}

#[test]
fn names_match_whatever_their_case_and_separator() {
    for name in ["Email Link Clicked", "email_link_clicked", " EMAIL  LINK-CLICKED "] {
        check(name, json!({}), &Event::EmailClicked);
    }
}

#[test]
fn properties_read_the_same_as_numbers_and_as_text() {
    for seats in [json!(12), json!("12"), json!(" 12.0 ")] {
        check("Signed In", json!({ "seats": seats }), &Event::SignedIn { seats: Some(12) });
    }
    for tone in [json!(-1), json!("-1"), json!("negative")] {
        check(
            "Ticket Opened",
            json!({"id": 7, "tone": tone}),
            &Event::TicketOpened { id: Some("7".into()), tone: Some(-1.0), asks_to_leave: false },
        );
    }
}

#[test]
fn a_term_is_said_by_days_an_interval_or_its_last_day() {
    let start = AT.day();
    for (properties, end) in [
        (json!({"term_days": 30}), Some(start.plus(30))),
        (json!({"interval": "year"}), Some(start.plus(366))),
        (json!({"term_end": start.plus(9).iso()}), Some(start.plus(9))),
        (json!({"term_end": start.plus(9).start().rfc3339()}), Some(start.plus(9))),
        (json!({"term_end": "1999-01-01"}), None),
        (json!({"term_end": "soon", "term_days": -3}), None),
        (json!({}), None),
    ] {
        check("Subscription Renewed", properties, &Event::TermPaid(Terms { end, ..Terms::default() }));
    }
}

#[test]
fn a_pause_has_an_end_where_one_is_said() {
    let start = AT.day();
    for (properties, until) in [
        (json!({"days": 30}), Some(start.plus(30))),
        (json!({"until": start.plus(9).iso()}), Some(start.plus(9))),
        (json!({"until": "1999-01-01"}), None),
        (json!({}), None),
    ] {
        check("Subscription Paused", properties, &Event::Paused { until });
    }
}

#[test]
fn prices_keep_their_text_and_say_whether_they_are_for_a_seat() {
    let price = |amount: &str, a_seat| Some(Price { amount: amount.into(), a_seat, currency: Some("EUR".into()) });
    let terms = |price| Event::TermsChanged(Terms { price, ..Terms::default() });
    check("Subscription Updated", json!({"amount": "49.90", "currency": "EUR"}), &terms(price("49.90", false)));
    check("Subscription Updated", json!({"price": 9, "currency": "EUR"}), &terms(price("9", true)));
}

#[test]
fn unknown_names_are_features_and_what_lacks_its_value_is_unreadable() {
    check("Report Exported", json!({}), &Event::FeatureUsed { feature: "Report Exported".into(), count: 1 });
    check("Feature Used", json!({"feature": "export", "count": "4"}), &Event::FeatureUsed { feature: "export".into(), count: 4 });
    for (name, properties) in
        [("", json!({})), ("NPS Answered", json!({})), ("NPS Answered", json!({"score": 11})), ("Feature Used", json!({}))]
    {
        check(name, properties, &Event::Unreadable);
    }
    check(&"x".repeat(500), json!({"count": -1}), &Event::FeatureUsed { feature: "x".repeat(MAX_NAME), count: 1 });
}
