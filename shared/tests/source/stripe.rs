use serde_json::{Value, json};
use shared::money::Currency;
use shared::source::{Event, Fact, Kind, Order, OrderChange, OrderStatus};

use crate::samples::sample;
use crate::told::{at, event, order, parts, people, refused, told, with};

const CREATED: &str = "2026-07-14T03:33:20Z";

fn stripe(topic: &str, body: &Value) -> Vec<Fact> {
    told(Kind::Stripe, topic, body)
}

fn events(facts: &[Fact]) -> Vec<&Event> {
    facts.iter().filter_map(|fact| if let Fact::Event(event) = fact { Some(event) } else { None }).collect()
}

/// A message about a subscription of `seats` at 20 USD a month.
fn subscription(seats: i64, before: Value) -> Value {
    json!({
        "id": "evt_1", "created": 1_784_000_000, "type": "customer.subscription.updated",
        "data": {
            "object": {
                "id": "sub_1", "customer": "cus_1", "currency": "usd", "status": "active", "cancel_at_period_end": false,
                "items": {"data": [{"quantity": seats, "price": {"id": "price_1", "nickname": "Pro", "unit_amount": 2_000, "recurring": {"interval": "month", "interval_count": 1}}}]},
            },
            "previous_attributes": before,
        },
    })
}

fn items(seats: i64, each: i64, interval: &str) -> Value {
    json!({"items": {"data": [{"quantity": seats, "price": {"nickname": "Old", "unit_amount": each, "recurring": {"interval": interval, "interval_count": 1}}}]}})
}

#[test]
fn a_captured_customer_is_a_person() {
    let Some(body) = sample("stripe/captured-2022-11-15/customer.created.json") else { return };
    let facts = stripe("customer.created", &body);
    let [person] = people(&facts)[..] else { panic!("one person") };
    assert_eq!(
        (person.who.external_id.as_deref(), person.who.email.as_deref()),
        (Some("cus_NSPHp4fOlXGw8P"), Some("hook@me.com"))
    );
    assert_eq!((person.who.name.as_deref(), person.country.as_deref()), (Some("Martin"), Some("CM")));
    assert_eq!((person.at, person.created_at), (at("2023-03-03T08:59:58Z"), Some(at("2023-03-03T08:59:58Z"))));
    let gone = stripe("customer.deleted", &body);
    assert!(matches!(&gone[..], [Fact::Person(person)] if person.is_deleted));
}

#[test]
fn subscriptions_of_both_api_versions_begin() {
    for (name, event_name, customer, seats, amount) in [
        ("customer.subscription.created", "Subscription Started", "cus_QXg1o8vcGmoR32", 1, "20.00"),
        ("captured-2022-11-15/customer.subscription.created", "Trial Started", "cus_NSPOMxl5eL01qM", 10, "70.00"),
    ] {
        let Some(body) = sample(&format!("stripe/{name}.json")) else { return };
        let facts = stripe("customer.subscription.created", &body);
        let event = event(&facts);
        assert_eq!((event.name.as_str(), event.who.external_id.as_deref()), (event_name, Some(customer)));
        assert_eq!((&event.properties["seats"], &event.properties["amount"]), (&json!(seats), &json!(amount)), "{name}");
        assert_eq!(event.properties["billing_interval"], "month");
        assert!(!event.properties.contains_key("term_end"), "an invoice pays a term");
    }
}

#[test]
fn a_cancelled_subscription_says_why() {
    let Some(body) = sample("stripe/customer.subscription.deleted.json") else { return };
    let facts = stripe("customer.subscription.deleted", &body);
    let event = event(&facts);
    assert_eq!((event.name.as_str(), event.at), ("Subscription Cancelled", at(CREATED)));
    assert_eq!((&event.properties["reason"], &event.properties["ends"]), (&json!("too_expensive"), &json!("now")));
    assert_eq!(event.properties["comment"], "Found a cheaper tool");
}

#[test]
fn a_trial_that_will_end_is_told() {
    let Some(body) = sample("stripe/customer.subscription.trial_will_end.json") else { return };
    let facts = stripe("customer.subscription.trial_will_end", &body);
    assert_eq!(
        (event(&facts).name.as_str(), &event(&facts).properties["trial_end"]),
        ("Trial Will End", &json!("2026-07-17T03:33:20Z"))
    );
}

#[test]
fn the_sample_update_is_a_change_of_standing() {
    let Some(body) = sample("stripe/customer.subscription.updated.json") else { return };
    let facts = stripe("customer.subscription.updated", &body);
    let [event] = events(&facts)[..] else { panic!("{facts:?}") };
    assert_eq!(event.name, "Subscription Updated", "the failed payment itself is told by its invoice");
    assert_eq!((&event.properties["status_before"], &event.properties["status"]), (&json!("active"), &json!("past_due")));
}

#[test]
fn what_an_update_changed_is_read_from_what_was_before() {
    let names = |body: &Value| -> Vec<String> {
        events(&stripe("customer.subscription.updated", body)).into_iter().map(|event| event.name.clone()).collect()
    };
    for (seats, before, expected) in [
        (3, items(5, 2_000, "month"), "Subscription Downgraded"),
        (5, items(3, 2_000, "month"), "Subscription Upgraded"),
        (3, items(3, 4_900, "month"), "Subscription Downgraded"),
        // 240 a year was 20 a month: no step down, though the term costs less.
        (1, items(1, 24_000, "year"), "Subscription Updated"),
        (3, json!({"quantity": 5}), "Subscription Downgraded"),
        (
            3,
            json!({"plan": {"amount": 9_000, "interval": "month", "interval_count": 1}, "quantity": 1}),
            "Subscription Downgraded",
        ),
        (3, json!({"status": "trialing"}), "Subscription Started"),
        (3, json!({"cancel_at_period_end": true}), "Subscription Resumed"),
        (3, json!({"pause_collection": {"behavior": "void"}}), "Subscription Resumed"),
    ] {
        assert_eq!(names(&subscription(seats, before.clone())), [expected], "{before}");
    }
    assert_eq!(names(&subscription(3, json!({"metadata": {}}))), Vec::<String>::new());
    let ending = with(&subscription(3, json!({"cancel_at_period_end": false})), "data.object.cancel_at_period_end", json!(true));
    let facts = stripe("customer.subscription.updated", &ending);
    assert_eq!((event(&facts).name.as_str(), &event(&facts).properties["ends"]), ("Subscription Cancelled", &json!("term_end")));
    let paused = with(
        &subscription(3, json!({"pause_collection": null})),
        "data.object.pause_collection",
        json!({"behavior": "void", "resumes_at": 1_785_000_000}),
    );
    let facts = stripe("customer.subscription.updated", &paused);
    assert_eq!(
        (event(&facts).name.as_str(), &event(&facts).properties["until"]),
        ("Subscription Paused", &json!("2026-07-25T17:20:00Z"))
    );
}

#[test]
fn a_step_down_says_from_what_to_what() {
    let facts = stripe("customer.subscription.updated", &subscription(3, items(5, 2_000, "month")));
    let event = event(&facts);
    assert_eq!(
        (&event.properties["plan"], &event.properties["seats"], &event.properties["amount"]),
        (&json!("Pro"), &json!(3), &json!("60.00"))
    );
    let from = &event.properties["from"];
    assert_eq!((&from["plan"], &from["seats"], &from["amount"]), (&json!("Old"), &json!(5), &json!("100.00")));
}

#[test]
fn a_paid_invoice_is_an_order_and_a_term() {
    let Some(body) = sample("stripe/invoice.paid.json") else { return };
    let facts = stripe("invoice.paid", &body);
    let [person] = people(&facts)[..] else { panic!("one person") };
    assert_eq!(
        (person.who.external_id.as_deref(), person.who.email.as_deref()),
        (Some("cus_QXg1o8vcGmoR32"), Some("jenny.rosen@example.com"))
    );
    assert_eq!(
        *order(&facts),
        Order {
            id: "in_1Pgc6tB7WZ01zgkWu9fdqL6I".into(),
            who: person.who.clone(),
            at: at("2026-07-14T03:33:26Z"),
            ordered_at: at("2026-07-14T03:35:00Z"),
            amount: 2_000,
            currency: Currency::USD,
            refunded: 0,
            discount: 0,
            status: OrderStatus::Paid,
            cancelled_at: None,
            items: vec!["My First Invoice Item (created for API docs)".into()],
            codes: Vec::new(),
        }
    );
    assert_eq!(
        (event(&facts).name.as_str(), &event(&facts).properties["subscription_id"]),
        ("Subscription Renewed", &json!("sub_1Pgc6rB7WZ01zgkWNy0Cn5nw"))
    );
    // The sample's line has no length; a real one has.
    let long = with(&body, "data.object.lines.data.0.period.end", json!(1_786_700_000));
    assert_eq!(event(&stripe("invoice.paid", &long)).properties["term_end"], "2026-08-14T09:33:20Z");
    let prorated = with(&body, "data.object.lines.data.0.parent.subscription_item_details.proration", json!(true));
    assert_eq!(events(&stripe("invoice.paid", &prorated)).len(), 0);
}

#[test]
fn an_invoice_of_a_trial_is_neither_order_nor_term() {
    let Some(body) = sample("stripe/captured-2022-11-15/invoice.paid.json") else { return };
    let facts = stripe("invoice.paid", &body);
    assert!(matches!(&facts[..], [Fact::Person(person)] if person.who.email.as_deref() == Some("hook@me.com")), "{facts:?}");
    // The same shape once it is paid for.
    let paid = with(&with(&body, "data.object.amount_paid", json!(7_700)), "data.object.lines.data.0.amount", json!(7_700));
    let facts = stripe("invoice.paid", &paid);
    let term = event(&facts);
    assert_eq!(
        (term.name.as_str(), &term.properties["seats"], &term.properties["amount"]),
        ("Subscription Started", &json!(11), &json!("77.00"))
    );
    assert_eq!(term.properties["term_end"], "2023-04-02T08:59:59Z");
    assert_eq!(order(&facts).amount, 7_700);
}

#[test]
fn a_failed_invoice_is_a_failed_payment() {
    let Some(body) = sample("stripe/invoice.payment_failed.json") else { return };
    let facts = stripe("invoice.payment_failed", &body);
    let failed = event(&facts);
    assert_eq!((failed.name.as_str(), failed.who.external_id.as_deref()), ("Payment Failed", Some("cus_QXg1o8vcGmoR32")));
    assert_eq!((&failed.properties["amount"], &failed.properties["attempt"]), (&json!("20.00"), &json!(1)));
    assert!(facts.iter().all(|fact| !matches!(fact, Fact::Order(_))));
}

#[test]
fn refunds_of_one_charge_add_up_and_find_their_invoice_where_it_is_named() {
    let Some(body) = sample("stripe/charge.refunded.json") else { return };
    let facts = stripe("charge.refunded", &body);
    let [told] = &facts[..] else { panic!("{facts:?}") };
    assert!(
        matches!(told, Fact::Event(event) if event.name == "Order Refunded" && event.properties["amount"] == "20.00" && event.who.external_id.as_deref() == Some("cus_QXg1o8vcGmoR32"))
    );
    let old = with(&body, "data.object.invoice", json!("in_1"));
    let first =
        with(&with(&old, "data.object.amount_refunded", json!(500)), "data.previous_attributes.amount_refunded", json!(0));
    let second = with(&old, "data.previous_attributes.amount_refunded", json!(500));
    let parts: Vec<_> = [first, second]
        .iter()
        .map(|body| {
            let facts = stripe("charge.refunded", body);
            let [part] = parts(&facts)[..] else { panic!("one part") };
            (part.order_id.clone(), part.id.clone(), part.change)
        })
        .collect();
    let change = |amount| OrderChange::Refunded { amount: Some(amount), currency: Currency::USD };
    assert_eq!((&parts[0].0, parts[0].2, parts[1].2), (&"in_1".to_owned(), change(500), change(1_500)));
    assert_ne!(parts[0].1, parts[1].1);
}

#[test]
fn amounts_are_in_the_smallest_unit_as_stripe_counts_it() {
    let Some(body) = sample("stripe/invoice.paid.json") else { return };
    for (code, told, minor) in
        [("jpy", 2_000, 2_000), ("kwd", 12_340, 12_340), ("eur", 1_999, 1_999), ("isk", 200_000, 2_000), ("mga", 20, 2_000)]
    {
        let body = with(&with(&body, "data.object.currency", json!(code)), "data.object.amount_paid", json!(told));
        let facts = stripe("invoice.paid", &body);
        assert_eq!((order(&facts).amount, order(&facts).currency.as_str().to_lowercase().as_str()), (minor, code));
    }
}

#[test]
fn what_is_missing_is_refused_by_its_path_and_an_unknown_type_is_nothing() {
    let body = subscription(1, json!({"quantity": 2}));
    for (topic, body, field) in [
        ("customer.subscription.updated", with(&body, "data.object.customer", Value::Null), "data.object.customer"),
        ("customer.subscription.updated", with(&body, "data.object.id", Value::Null), "data.object.id"),
        ("customer.subscription.deleted", with(&body, "data.object", json!(7)), "data.object"),
        ("invoice.paid", body.clone(), "data.object.amount_paid"),
        ("charge.refunded", with(&body, "data.object.amount_refunded", json!(1.5)), "data.object.amount_refunded"),
        ("customer.created", json!({"type": "customer.created"}), "id"),
    ] {
        assert_eq!(refused(Kind::Stripe, topic, &body), field, "{topic}");
    }
    assert_eq!(stripe("payment_intent.succeeded", &body), []);
    assert_eq!(stripe("invoice.payment_succeeded", &body), [], "invoice.paid tells the same");
}
