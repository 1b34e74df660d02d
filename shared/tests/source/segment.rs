use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use shared::consent::State;
use shared::import::ContactRole;
use shared::money::Currency;
use shared::source::segment::{account_id, forbidden};
use shared::source::{
    Consent, Delivery, Event, Fact, Kind, Link, Member, Order, OrderChange, OrderPart, OrderStatus, Person, Refusal, Who, read,
};
use shared::time::Millis;

use super::samples::sample;

const RECEIVED: &str = "2026-11-22T00:07:17.000Z";

fn at(text: &str) -> Millis {
    Millis::parse_rfc3339(text).expect("a time")
}

fn delivery<'a>(topic: &'a str, body: &'a Value, by_browser: bool) -> Delivery<'a> {
    Delivery {
        kind: if by_browser { Kind::Browser } else { Kind::Segment },
        topic,
        body,
        key: body.get("messageId").and_then(Value::as_str).unwrap_or("m1"),
        received_at: at(RECEIVED),
        sent_at: None,
        currency: Currency::USD,
        site: None,
        by_browser,
    }
}

fn facts(topic: &str, body: &Value) -> Vec<Fact> {
    read(&delivery(topic, body, false)).unwrap_or_else(|refusal| panic!("{topic} {body}: {refusal:?}"))
}

fn refused(topic: &str, body: &Value) -> String {
    read(&delivery(topic, body, false)).expect_err("a refusal").field.unwrap_or_default()
}

fn user(id: &str) -> Who {
    Who { external_id: Some(id.into()), ..Who::default() }
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Those of a sample; none where the samples are absent.
fn of_sample(topic: &str, name: &str) -> Option<Vec<Fact>> {
    Some(facts(topic, &sample(&format!("segment/{name}.json"))?))
}

#[test]
fn an_identify_tells_who_somebody_is() {
    let Some(found) = of_sample("identify", "identify") else { return };
    let who = Who { email: Some("pgibbons@example.com".into()), name: Some("Peter Gibbons".into()), ..user("019mr8mf4r") };
    let at = at("2012-12-02T00:30:08.276Z");
    assert_eq!(found, [Fact::Person(Person { who, at, traits: texts(&[("industry", "Technology")]), ..Person::default() })]);
}

#[test]
fn a_group_is_an_account_with_a_member() {
    let Some(found) = of_sample("group", "group") else { return };
    let (at, account_id) = (at("2012-12-02T00:31:38.208Z"), account_id("8e9df332ac"));
    let account = Person {
        who: Who { name: Some("Initech".into()), ..user(&account_id) },
        at,
        is_account: true,
        traits: texts(&[("employees", "420"), ("industry", "Technology")]),
        ..Person::default()
    };
    let member = Member {
        who: user("019mr8mf4r"),
        account_id,
        account_name: Some("Initech".into()),
        role: None,
        traits: BTreeMap::new(),
        at,
    };
    assert_eq!(found, [Fact::Person(account), Fact::Member(member)]);
}

#[test]
fn an_alias_links_two_ids() {
    let Some(found) = of_sample("alias", "alias") else { return };
    let previous = Some("39239-239239-239239-23923".to_owned());
    let from = Who { external_id: previous.clone(), anonymous_id: previous, ..Who::default() };
    assert_eq!(found, [Fact::Link(Link { from, to: user("019mr8mf4r"), at: at("2012-12-02T00:31:29.738Z") })]);
}

#[test]
fn pages_and_screens_are_views_with_a_name() {
    for (topic, name) in [("page", "Page Viewed"), ("screen", "Screen Viewed")] {
        let Some(found) = of_sample(topic, topic) else { return };
        let [Fact::Event(event)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((event.name.as_str(), &event.who), (name, &user("019mr8mf4r")));
        assert_eq!(event.properties.get("name"), Some(&json!("Tracking HTTP API")));
    }
}

#[test]
fn an_order_is_whole_with_its_coupon_and_what_was_bought() {
    let Some(found) = of_sample("track", "track-order_completed") else { return };
    let ordered_at = at("2026-06-26T17:53:44.000Z");
    let order = Order {
        id: "50314b8e9bcf000000000000".into(),
        who: user("019mr8mf4r"),
        at: ordered_at,
        ordered_at,
        amount: 2_750,
        currency: Currency::USD,
        refunded: 0,
        discount: 250,
        status: OrderStatus::Paid,
        cancelled_at: None,
        items: vec!["Monopoly: 3rd Edition".into(), "Uno Card Game".into()],
        codes: vec!["hasbros".into()],
    };
    assert_eq!(found, [Fact::Order(order)]);
}

#[test]
fn a_refund_and_a_cancellation_are_parts_of_their_order() {
    for (name, change) in [
        ("refunded", OrderChange::Refunded { amount: Some(3_000), currency: Currency::USD }),
        ("cancelled", OrderChange::Cancelled),
    ] {
        let Some(found) = of_sample("track", &format!("track-order_{name}")) else { return };
        let part = OrderPart {
            id: format!("ecom-order-{name}-0001"),
            order_id: "50314b8e9bcf000000000000".into(),
            who: user("019mr8mf4r"),
            at: at("2026-06-26T17:53:44.000Z"),
            change,
        };
        assert_eq!(found, [Fact::OrderPart(part)]);
    }
}

#[test]
fn carts_and_products_are_events_with_what_they_are_about() {
    for (name, expected) in
        [("checkout_started", "Checkout Started"), ("product_added", "Product Added"), ("product_viewed", "Product Viewed")]
    {
        let Some(found) = of_sample("track", &format!("track-{name}")) else { return };
        let [Fact::Event(Event { id, name, properties, at: when, .. })] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((name.as_str(), *when), (expected, at("2026-06-26T17:53:44.000Z")));
        assert!(id.starts_with("ecom-") && !properties.contains_key("search"), "{id}");
        let product = properties.get("products").map_or(Value::Object(properties.clone()), |list| list[0].clone());
        assert_eq!((&product["product_id"], &product["category"]), (&json!("507f1f77bcf86cd799439011"), &json!("Games")));
    }
}

#[test]
fn any_other_name_is_an_event_and_brings_its_account() {
    let Some(found) = of_sample("track", "common-fields") else { return };
    let [Fact::Member(member), Fact::Event(event)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((member.account_id.as_str(), member.account_name.as_deref()), ("group:12345", None));
    assert_eq!((event.name.as_str(), event.who.anonymous_id.as_deref()), ("Report Submitted", Some("507f191e810c19729de860ea")));
    let Some(found) = of_sample("track", "track") else { return };
    let [Fact::Event(event)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(event.properties, *json!({"name": "Leap to Conclusions Mat", "revenue": 14.99}).as_object().expect("an object"));
}

#[test]
fn messages_of_the_official_libraries_are_read() {
    let Some(node) = sample("segment/captured-analytics-node.json") else { return };
    let found = facts("track", &node["body"]["batch"][0]);
    let [Fact::Order(order)] = found.as_slice() else { panic!("{found:?}") };
    // Without an order's id the message stands for it.
    assert_eq!((order.id.as_str(), order.amount), ("node-next-1795306036342-e5205c48-2380-46c2-8c83-9a3f05b84c77", 1_200));
    let Some(rudder) = sample("segment/captured-rudder-sdk-node.json") else { return };
    let found = facts("identify", &rudder["body_after_gunzip"]["batch"][0]);
    let [Fact::Person(person)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((person.who.email.as_deref(), person.at), (Some("b@example.com"), at("2026-11-22T00:07:16.488Z")));
    let Some(batch) = sample("segment/batch.json") else { return };
    let names = batch["batch"].as_array().expect("a list").iter().map(|message| {
        let found = facts(message["type"].as_str().expect("a type"), message);
        assert!(matches!(found.as_slice(), [Fact::Person(_)] | [Fact::Event(_)]), "{found:?}");
    });
    assert_eq!(names.count(), 4);
}

#[test]
fn traits_are_flattened_and_what_is_known_has_its_own_field() {
    let body = json!({
        "userId": 42,
        "anonymousId": "a-1",
        "traits": {
            "email": " Ada@Example.com ", "firstName": "Ada", "last_name": "Lovelace", "phone": "+44 20 7946 0000",
            "address": {"city": "London", "country": "United Kingdom"}, "createdAt": "2024-03-01", "age": 26, "vip": true,
            "nothing": null, "likes": ["tea", "numbers"], "company": {"id": 7, "name": "Engines"}, "tags": ["new", " "],
            "role": "owner", "emailConsent": "yes", "sms_opt_out": true
        },
        "context": {"ip": "24.5.68.47", "timezone": "Europe/London", "traits": {"plan": "pro", "age": 25}}
    });
    let found = facts("identify", &body);
    let who = Who {
        external_id: Some("42".into()),
        anonymous_id: Some("a-1".into()),
        email: Some("ada@example.com".into()),
        phone: Some("+442079460000".into()),
        name: Some("Ada Lovelace".into()),
        by_browser: false,
    };
    let now = at(RECEIVED);
    let person = Person {
        who: who.clone(),
        at: now,
        role: Some(ContactRole::Admin),
        country: Some("GB".into()),
        time_zone: Some("Europe/London".into()),
        created_at: Some(at("2024-03-01T00:00:00Z")),
        tags: vec!["new".into()],
        traits: texts(&[("address_city", "London"), ("age", "26"), ("likes", "tea, numbers"), ("plan", "pro"), ("vip", "true")]),
        ..Person::default()
    };
    let member = Member {
        who: who.clone(),
        account_id: "group:7".into(),
        account_name: Some("Engines".into()),
        role: Some(ContactRole::Admin),
        traits: BTreeMap::new(),
        at: now,
    };
    let consent = |channel: &str, state| {
        Fact::Consent(Consent { who: who.clone(), channel: channel.into(), state, is_act: false, wording: None, at: now })
    };
    assert_eq!(
        found,
        [Fact::Person(person), Fact::Member(member), consent("email", State::Granted), consent("sms", State::Denied)]
    );
}

#[test]
fn ids_that_stand_for_none_name_nobody() {
    for id in [json!("undefined"), json!("null"), json!("  "), json!("[object Object]"), json!(null), json!({}), json!("Guest")] {
        assert_eq!(refused("track", &json!({"userId": id, "event": "Report Exported"})), "userId", "{id}");
    }
    assert_eq!(refused("identify", &json!({"userId": "x".repeat(201)})), "userId");
    let found = facts("identify", &json!({"userId": "ada@example.com"}));
    let [Fact::Person(person)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(person.who.email.as_deref(), Some("ada@example.com"));
}

#[test]
fn what_cannot_be_read_names_its_field() {
    let order = |properties: Value| json!({"userId": "u", "event": "Order Completed", "properties": properties});
    for (topic, body, field) in [
        ("track", json!({"userId": "u"}), "event"),
        ("track", json!({"userId": "u", "event": "X", "timestamp": "soon"}), "timestamp"),
        ("track", order(json!({"order_id": "1"})), "properties.total"),
        ("track", order(json!({"order_id": "1", "total": "a lot"})), "properties.total"),
        ("track", order(json!({"order_id": "1", "total": -5})), "properties.total"),
        ("track", order(json!({"order_id": "1", "revenue": 1e300})), "properties.revenue"),
        ("track", order(json!({"order_id": "1", "total": 5, "currency": "euros"})), "properties.currency"),
        ("track", order(json!({"products": [{"price": 1}, {"price": "x"}]})), "properties.products.1.price"),
        ("track", json!({"userId": "u", "event": "Order Refunded", "properties": {"total": 5}}), "properties.order_id"),
        ("track", json!({"userId": "u", "event": "order_updated", "properties": {"total": 5}}), "properties.order_id"),
        ("group", json!({"userId": "u"}), "groupId"),
        ("alias", json!({"userId": "u"}), "previousId"),
        ("alias", json!({"anonymousId": "a", "previousId": "b"}), "userId"),
        ("track", json!([]), ""),
    ] {
        assert_eq!(refused(topic, &body), field, "{body}");
    }
}

#[test]
fn amounts_are_in_the_smallest_unit_of_their_currency() {
    let amount = |properties: Value| {
        let body = json!({"userId": "u", "event": "Order Completed", "properties": properties});
        match facts("track", &body).as_slice() {
            [Fact::Order(order)] => (order.amount, order.currency.as_str().to_owned()),
            other => panic!("{other:?}"),
        }
    };
    for (properties, expected) in [
        (json!({"total": 27.5, "revenue": 22.5}), (2_750, "USD")),
        (json!({"revenue": "22.50"}), (2_250, "USD")),
        (json!({"total": 0.1 + 0.2}), (30, "USD")),
        (json!({"total": 1e-7}), (0, "USD")),
        (json!({"total": 0}), (0, "USD")),
        (json!({"value": 3000, "currency": "jpy"}), (3_000, "JPY")),
        (json!({"total": "1.234", "currency": "KWD"}), (1_234, "KWD")),
        (json!({"products": [{"price": 19, "quantity": 1}, {"price": "3", "quantity": "2"}], "discount": -2.5}), (2_250, "USD")),
    ] {
        let (amount, currency) = amount(properties.clone());
        assert_eq!((amount, currency.as_str()), expected, "{properties}");
    }
}

#[test]
fn mail_tells_engagement_and_acts_of_consent() {
    let read = |event: &str, more: Value| facts("track", &json!({"event": event, "properties": more}));
    let found = read("Email Opened", json!({"email": "ada@example.com", "sg_machine_open": true}));
    let [Fact::Event(opened)] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((opened.who.email.as_deref(), opened.properties.get("machine")), (Some("ada@example.com"), Some(&json!(true))));
    for (event, channel, state) in [
        ("Unsubscribed", "email", State::Denied),
        ("email_marked_as_spam", "email", State::Complained),
        ("SMS Unsubscribed", "sms", State::Denied),
        ("Email Subscribed", "email", State::Granted),
    ] {
        let found = read(event, json!({"email": "ada@example.com", "wording": "Yes, write to me"}));
        let [Fact::Consent(consent), Fact::Event(_)] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!((consent.channel.as_str(), consent.state, consent.is_act), (channel, state, true));
        assert_eq!(consent.wording.as_deref(), Some("Yes, write to me"));
    }
}

#[test]
fn addresses_of_pages_lose_their_queries_and_long_properties_are_cut() {
    let body = json!({
        "anonymousId": "a",
        "name": "Reset",
        "properties": {"url": "https://shop.example/reset?token=secret#x", "search": "?token=secret", "note": "n".repeat(90_000)},
        "context": {"page": {"path": "/reset", "referrer": "https://mail.example/?q=me"}}
    });
    let found = facts("page", &body);
    let [Fact::Event(event)] = found.as_slice() else { panic!("{found:?}") };
    let text = serde_json::to_string(&event.properties).expect("JSON");
    assert!(!text.contains("secret") && !text.contains("q=me") && text.len() < 2_000, "{text}");
    assert_eq!(event.properties["path"], json!("/reset"));
}

#[test]
fn a_page_can_neither_agree_nor_report_money_nor_join_people() {
    let forged = |topic: &str, body: Value| {
        let delivery = delivery(topic, &body, true);
        let refusal: Option<Refusal> = forbidden(&delivery);
        assert_eq!(read(&delivery), Ok(Vec::new()), "{body}");
        assert!(refusal.is_some_and(|refusal| !refusal.fix.is_empty()), "{body}");
    };
    for event in [
        "Order Completed",
        "order_completed",
        " ORDER-COMPLETED ",
        "Order Refunded",
        "Subscription Started",
        "Invoice Paid",
        "Payment Failed",
        "Email Subscribed",
        "Subscribed",
        "Email Opened",
        "User Removed",
        "Account Deleted",
        "Trial Started",
    ] {
        forged("track", json!({"userId": "u", "anonymousId": "a", "event": event, "properties": {"order_id": "1", "total": 9}}));
    }
    forged("group", json!({"userId": "u", "groupId": "g"}));
    forged("alias", json!({"userId": "u", "anonymousId": "a", "previousId": "victim"}));

    // What is left names who told it, and takes consent back only for a person whose id was signed.
    let read_browser = |topic: &str, body: &Value| read(&delivery(topic, body, true)).expect("facts");
    let traits =
        json!({"email": "victim@example.com", "emailConsent": true, "role": "owner", "tags": ["vip"], "createdAt": "2020-01-01"});
    for who in [json!({"userId": "u", "traits": traits}), json!({"anonymousId": "a", "traits": traits})] {
        let found = read_browser("identify", &who);
        let [Fact::Person(person)] = found.as_slice() else { panic!("{found:?}") };
        assert!(person.who.by_browser && person.role.is_none() && person.tags.is_empty() && person.created_at.is_none());
    }
    let found = read_browser("track", &json!({"userId": "u", "event": "Unsubscribed"}));
    assert!(matches!(found.as_slice(), [Fact::Consent(Consent { state: State::Denied, .. }), Fact::Event(_)]), "{found:?}");
    let found =
        read_browser("track", &json!({"anonymousId": "a", "event": "Unsubscribed", "properties": {"email": "v@example.com"}}));
    assert!(matches!(found.as_slice(), [Fact::Event(_)]), "{found:?}");
    let found = read_browser("track", &json!({"userId": "u", "event": "Report Exported", "context": {"groupId": "theirs"}}));
    assert!(matches!(found.as_slice(), [Fact::Event(_)]), "{found:?}");
    let found = read_browser("alias", &json!({"userId": "u", "previousId": "a"}));
    assert!(
        matches!(found.as_slice(), [Fact::Link(link)] if link.from.external_id.is_none() && link.from.by_browser),
        "{found:?}"
    );
}

/// JSON of any shape, with the names that messages use, so that the readers get past the first look.
fn any_json() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec![
        "userId",
        "anonymousId",
        "event",
        "properties",
        "traits",
        "context",
        "timestamp",
        "sentAt",
        "originalTimestamp",
        "groupId",
        "previousId",
        "products",
        "price",
        "quantity",
        "total",
        "currency",
        "order_id",
        "email",
        "address",
        "company",
        "id",
        "url",
        "userAgent",
        "page",
        "tags",
        "emailConsent",
        "messageId",
        "coupon",
        "name",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        prop::sample::select(vec![
            "Order Completed",
            "Order Refunded",
            "Unsubscribed",
            "usd",
            "19.99",
            "2026-01-01",
            "a@b.example"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((names.clone().prop_map(str::to_owned), inner), 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn nothing_that_is_json_breaks_a_reader(body in any_json(), topic in 0..6_usize, by_browser in any::<bool>(), sent in any::<i64>()) {
        let topic = ["identify", "track", "page", "screen", "group", "alias"][topic];
        let delivery = Delivery { sent_at: Some(Millis(sent)), ..delivery(topic, &body, by_browser) };
        let length = serde_json::to_string(&body).expect("JSON").len();
        if let Ok(facts) = read(&delivery) {
            prop_assert!(facts.len() <= 5);
            for fact in facts {
                // What is kept of a message is never much more than the message.
                let told = format!("{fact:?}").len();
                prop_assert!(told < 4_000 + 8 * length, "{} bytes of {}", told, length);
                let Fact::Order(order) = fact else { continue };
                prop_assert!(order.amount >= 0 && order.discount >= 0 && order.at.0 <= delivery.received_at.0 + 300_000);
            }
        }
    }
}
