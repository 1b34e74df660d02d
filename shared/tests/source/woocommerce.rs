use serde_json::{Value, json};
use shared::money::Currency;
use shared::source::{Fact, Kind, Order, OrderChange, OrderStatus};

use crate::samples::sample;
use crate::told::{SENT, at, event, order, parts, people, refused, told, with};

fn woocommerce(topic: &str, body: &Value) -> Vec<Fact> {
    told(Kind::Woocommerce, topic, body)
}

fn an_order() -> Value {
    json!({
        "id": 727, "status": "processing", "currency": "USD", "date_created": "2026-11-01T12:00:00", "date_created_gmt": "2026-11-01T15:00:00",
        "date_modified_gmt": "2026-11-02T15:00:00", "discount_total": "2.00", "total": "29.35", "customer_id": 25,
        "billing": {"first_name": "Ada", "last_name": "Lovelace", "email": "Ada@Example.com", "phone": "(555) 555-5555", "country": "GB"},
        "line_items": [{"name": "Ship Your Idea &ndash; Color: Black", "quantity": 1}], "coupon_lines": [{"code": "welcome"}], "refunds": [],
    })
}

#[test]
fn a_sample_customer_is_read_in_utc() {
    let Some(body) = sample("woocommerce/customer.created.json") else { return };
    let facts = woocommerce("customer.created", &body);
    let [person] = people(&facts)[..] else { panic!("one person") };
    assert_eq!((person.who.external_id.as_deref(), person.who.email.as_deref()), (Some("25"), Some("john.doe@example.com")));
    assert_eq!((person.who.name.as_deref(), person.who.phone.as_deref()), (Some("John Doe"), Some("5555555555")));
    assert_eq!((person.at, person.created_at), (at("2017-03-21T19:09:30Z"), Some(at("2017-03-21T19:09:28Z"))));
    assert_eq!(person.country.as_deref(), Some("US"));
}

#[test]
fn sample_orders_are_a_guests() {
    for (name, status) in [("created", OrderStatus::Paid), ("updated", OrderStatus::Cancelled)] {
        let Some(body) = sample(&format!("woocommerce/order.{name}.json")) else { return };
        let facts = woocommerce(&format!("order.{name}"), &body);
        let [person] = people(&facts)[..] else { panic!("one person") };
        assert_eq!((person.who.external_id.as_deref(), person.who.email.as_deref()), (None, Some("john.doe@example.com")));
        let changed = at("2017-03-22T19:28:08Z");
        assert_eq!(
            *order(&facts),
            Order {
                id: "727".into(),
                who: person.who.clone(),
                at: changed,
                ordered_at: at("2017-03-22T19:28:02Z"),
                amount: 2_935,
                currency: Currency::USD,
                refunded: 0,
                discount: 0,
                status,
                cancelled_at: (status == OrderStatus::Cancelled).then_some(changed),
                items: vec!["Woo Single #1".into(), "Ship Your Idea – Color: Black, Size: M Test".into()],
                codes: Vec::new(),
            }
        );
    }
}

#[test]
fn a_refund_is_an_update_of_its_order() {
    let mut body = an_order();
    if let Some(refund) = sample("woocommerce/order-refund.rest.json") {
        // The order lists the same refund by its id, negative.
        body = with(
            &body,
            "refunds",
            json!([{"id": refund["id"], "reason": "", "total": format!("-{}", refund["amount"].as_str().expect("text"))}]),
        );
    } else {
        body = with(&body, "refunds", json!([{"id": 726, "reason": "", "total": "-10.00"}]));
    }
    let facts = woocommerce("order.updated", &body);
    let [part] = parts(&facts)[..] else { panic!("one part") };
    assert_eq!((part.id.as_str(), part.order_id.as_str()), ("726", "727"));
    assert_eq!(part.change, OrderChange::Refunded { amount: Some(1_000), currency: Currency::USD });
    assert_eq!((order(&facts).amount, order(&facts).refunded, order(&facts).status), (2_935, 1_000, OrderStatus::Paid));
    let whole = woocommerce("order.updated", &with(&an_order(), "status", json!("refunded")));
    assert_eq!((order(&whole).refunded, order(&whole).status), (2_935, OrderStatus::Refunded));
}

#[test]
fn statuses_say_what_became_of_the_order() {
    for (status, expected) in [
        ("processing", Some(OrderStatus::Paid)),
        ("completed", Some(OrderStatus::Paid)),
        ("on-hold", Some(OrderStatus::Pending)),
        ("pending", Some(OrderStatus::Pending)),
        ("failed", Some(OrderStatus::Cancelled)),
        ("wc-cancelled", Some(OrderStatus::Cancelled)),
        ("packed-by-our-robot", Some(OrderStatus::Pending)),
        ("checkout-draft", None),
    ] {
        let facts = woocommerce("order.updated", &with(&an_order(), "status", json!(status)));
        assert_eq!((!facts.is_empty()).then(|| order(&facts).status), expected, "{status}");
    }
    let paid = with(&with(&an_order(), "status", json!("packed-by-our-robot")), "date_paid_gmt", json!("2026-11-01T15:00:00"));
    assert_eq!(order(&woocommerce("order.updated", &paid)).status, OrderStatus::Paid);
    let renewal = with(&with(&an_order(), "status", json!("failed")), "created_via", json!("subscription"));
    assert_eq!(event(&woocommerce("order.updated", &renewal)).name, "Payment Failed");
}

#[test]
fn deleted_things_are_named_by_id_alone() {
    if let Some(body) = sample("woocommerce/order.deleted.json") {
        let facts = woocommerce("order.deleted", &body);
        let [part] = parts(&facts)[..] else { panic!("one part") };
        assert_eq!((part.order_id.as_str(), part.change, part.at), ("723", OrderChange::Cancelled, SENT));
    }
    let facts = woocommerce("customer.deleted", &json!({"id": 25}));
    assert!(matches!(&facts[..], [Fact::Person(person)] if person.is_deleted && person.who.external_id.as_deref() == Some("25")));
    let facts = woocommerce("product.deleted", &json!({"id": 93}));
    assert!(matches!(&facts[..], [Fact::Product(product)] if product.is_gone && product.product_id == "93"));
}

#[test]
fn products_are_read_with_their_variations() {
    let body = json!({
        "id": 22, "name": "Ship &amp; Idea", "type": "simple", "status": "publish", "permalink": "https://shop.example/product/idea",
        "price": "12.00", "sku": "Bar3", "stock_quantity": null, "stock_status": "outofstock", "parent_id": 0,
        "categories": [{"id": 1, "name": "Posters &amp; Prints"}], "images": [{"src": "https://shop.example/idea.jpg"}],
        "date_modified_gmt": "2026-11-02T15:00:00",
    });
    let facts = woocommerce("product.updated", &body);
    let [Fact::Product(product)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((product.title.as_str(), product.category.as_deref()), ("Ship & Idea", Some("Posters & Prints")));
    assert_eq!((product.price, product.stock, product.is_gone), (Some(1_200), Some(0), false));
    assert_eq!(product.link.as_deref(), Some("https://shop.example/product/idea"));
    let variation = with(
        &with(&with(&body, "type", json!("variation")), "parent_id", json!(20)),
        "attributes",
        json!([{"name": "Color", "option": "Black"}]),
    );
    let facts = woocommerce("product.updated", &variation);
    let [Fact::Product(product)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((product.id.as_str(), product.product_id.as_str(), product.variant.as_deref()), ("22", "20", Some("Black")));
    assert_eq!(woocommerce("product.updated", &with(&body, "type", json!("variable"))), []);
}

#[test]
fn a_subscription_is_paid_from_payment_to_payment() {
    let body = json!({
        "id": 9, "status": "active", "currency": "EUR", "total": "12.00", "customer_id": 25, "billing_period": "month", "billing_interval": "1",
        "start_date_gmt": "2026-09-01T10:00:00", "last_payment_date_gmt": "2026-11-01T10:00:00", "next_payment_date_gmt": "2026-12-01T10:00:00",
        "date_modified_gmt": "2026-11-01T10:00:05", "billing": {"email": "ada@example.com"}, "line_items": [{"name": "Tea club"}],
    });
    let facts = woocommerce("subscription.updated", &body);
    let renewed = event(&facts);
    assert_eq!((renewed.name.as_str(), renewed.at), ("Subscription Renewed", at("2026-11-01T10:00:00Z")));
    assert_eq!(renewed.properties["term_end"], "2026-12-01T10:00:00Z");
    assert_eq!((&renewed.properties["amount"], &renewed.properties["plan"]), (&json!("12.00"), &json!("Tea club")));
    let edited = woocommerce("subscription.updated", &with(&body, "date_modified_gmt", json!("2026-11-05T10:00:00")));
    assert_eq!(event(&edited), renewed, "an edit of something else is the same event");
    for (status, name, ends) in
        [("pending-cancel", "Subscription Cancelled", "term_end"), ("cancelled", "Subscription Cancelled", "now")]
    {
        let facts = woocommerce("subscription.updated", &with(&body, "status", json!(status)));
        assert_eq!((event(&facts).name.as_str(), &event(&facts).properties["ends"]), (name, &json!(ends)));
    }
    assert_eq!(woocommerce("subscription.updated", &with(&body, "status", json!("on-hold"))), []);
}

#[test]
fn what_is_missing_is_refused_by_its_path_and_an_unknown_topic_is_nothing() {
    for (topic, body, field) in [
        ("order.created", with(&an_order(), "id", Value::Null), "id"),
        ("order.created", with(&an_order(), "status", Value::Null), "status"),
        ("order.created", with(&an_order(), "total", json!("free")), "total"),
        ("order.created", with(&an_order(), "refunds", json!([{"id": 1}])), "refunds.0.total"),
        ("customer.updated", json!({}), "id"),
        ("product.updated", json!({"id": 1}), "name"),
    ] {
        assert_eq!(refused(Kind::Woocommerce, topic, &body), field, "{topic}");
    }
    assert_eq!(woocommerce("coupon.updated", &an_order()), []);
    assert_eq!(woocommerce("action.woocommerce_add_to_cart", &an_order()), []);
}
