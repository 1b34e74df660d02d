use serde_json::{Value, json};
use shared::consent::State;
use shared::money::Currency;
use shared::source::{Fact, Kind, Order, OrderChange, OrderStatus, RequestKind};

use crate::samples::sample;
use crate::told::{SENT, at, event, order, parts, people, refused, told, with};

fn shopify(topic: &str, body: &Value) -> Vec<Fact> {
    told(Kind::Shopify, topic, body)
}

fn an_order() -> Value {
    json!({
        "id": 820_982_911_946_154_508_u64, "created_at": "2026-11-01T10:00:00-05:00", "processed_at": "2026-11-01T10:00:01-05:00",
        "updated_at": "2026-11-02T10:00:00Z", "currency": "USD", "total_price": "100.00", "current_total_price": "100.00",
        "total_discounts": "5.00", "financial_status": "paid", "cancelled_at": null, "email": "ada@example.com",
        "customer": {"id": 9_007_199_254_740_993_u64, "email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"},
        "discount_codes": [{"code": "SPRING", "amount": "5.00", "type": "fixed_amount"}],
        "line_items": [{"title": "Tea", "name": "Tea - Green", "price": "100.00", "quantity": 1}], "refunds": [],
    })
}

#[test]
fn customers_of_both_api_versions_are_the_same_person() {
    for name in ["create", "create.2024-10", "update", "update.2024-10"] {
        let Some(body) = sample(&format!("shopify/customers-{name}.json")) else { return };
        let topic = if name.starts_with("create") { "customers/create" } else { "customers/update" };
        let facts = shopify(topic, &body);
        let [person] = people(&facts)[..] else { panic!("{name}: one person") };
        assert_eq!(person.who.external_id.as_deref(), Some("706405506930370084"));
        assert_eq!(person.who.email.as_deref(), Some("bob@biller.com"));
        assert_eq!(person.who.name.as_deref(), Some("Bob Biller"));
        assert_eq!((person.at, person.created_at), (at("2022-01-01T00:00:00Z"), Some(at("2022-01-01T00:00:00Z"))));
        let is_old = name.ends_with("2024-10");
        assert_eq!(person.country.as_deref(), if is_old { None } else { Some("CA") });
        assert_eq!(person.traits.get("total_spent").map(String::as_str), is_old.then_some("0.00"));
        assert_eq!(facts.len(), 1, "no consent was given: {facts:?}");
    }
}

#[test]
fn a_record_that_is_deleted_is_named_by_its_id() {
    let Some(body) = sample("shopify/customers-delete.json") else { return };
    let facts = shopify("customers/delete", &body);
    let [person] = people(&facts)[..] else { panic!("one person") };
    assert!(person.is_deleted);
    assert_eq!((person.who.external_id.as_deref(), person.at), (Some("706405506930370084"), SENT));
}

#[test]
fn totals_of_a_customer_are_traits() {
    let Some(body) = sample("shopify/customers-purchasing_summary.json") else { return };
    let facts = shopify("customers/purchasing_summary", &body);
    let [person] = people(&facts)[..] else { panic!("one person") };
    assert_eq!((person.who.external_id.as_deref(), person.at), (Some("1"), at("2005-05-05T05:00:00Z")));
    let traits: Vec<(&str, &str)> = person.traits.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(traits, [("orders_count", "1"), ("total_spent", "100.00"), ("total_spent_currency", "USD")]);
}

#[test]
fn consent_topics_without_a_state_say_nothing() {
    for (topic, name) in [
        ("customers_email_marketing_consent/update", "customers_email_marketing_consent-update"),
        ("customers_marketing_consent/update", "customers_marketing_consent-update"),
    ] {
        let Some(body) = sample(&format!("shopify/{name}.json")) else { return };
        assert_eq!(shopify(topic, &body), []);
    }
}

#[test]
fn a_dated_consent_of_its_own_topic_is_an_act() {
    let consent = |state: &str, dated: bool| {
        let updated_at = if dated { json!("2026-11-20T08:00:00Z") } else { Value::Null };
        json!({"state": state, "opt_in_level": "confirmed_opt_in", "consent_updated_at": updated_at})
    };
    let cases = [
        ("subscribed", true, Some((State::Granted, true))),
        ("subscribed", false, Some((State::Granted, false))),
        ("unsubscribed", true, Some((State::Denied, true))),
        ("redacted", false, Some((State::Denied, false))),
        ("not_subscribed", true, None),
        ("pending", true, None),
        ("invalid", true, None),
    ];
    for (state, dated, expected) in cases {
        let email =
            json!({"customer_id": 7, "email_address": "ada@example.com", "email_marketing_consent": consent(state, dated)});
        let sms = json!({"id": 7, "phone": "+15550100", "sms_marketing_consent": consent(state, dated)});
        for (topic, body, channel) in
            [("customers_email_marketing_consent/update", email, "email"), ("customers_marketing_consent/update", sms, "sms")]
        {
            let facts = shopify(topic, &body);
            let told = facts.iter().map(|fact| match fact {
                Fact::Consent(consent) => {
                    assert_eq!((consent.channel.as_str(), consent.who.external_id.as_deref()), (channel, Some("7")));
                    assert_eq!(consent.at, if dated { at("2026-11-20T08:00:00Z") } else { SENT });
                    (consent.state, consent.is_act)
                }
                other => panic!("{other:?}"),
            });
            assert_eq!(told.collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>(), "{state} {channel}");
        }
    }
    // A customer's record repeats the state: never an act, or each update would lift an opt-out given elsewhere.
    let body = json!({"id": 7, "email": "ada@example.com", "updated_at": "2026-11-21T08:00:00Z", "email_marketing_consent": consent("subscribed", true)});
    let facts = shopify("customers/update", &body);
    assert!(matches!(&facts[1], Fact::Consent(consent) if consent.state == State::Granted && !consent.is_act), "{facts:?}");
}

#[test]
fn sample_orders_are_cancelled_orders_of_their_customer() {
    for name in ["create", "paid", "cancelled", "fulfilled"] {
        let Some(body) = sample(&format!("shopify/orders-{name}.json")) else { return };
        let facts = shopify(&format!("orders/{name}"), &body);
        let [person] = people(&facts)[..] else { panic!("one person") };
        assert_eq!(person.who.external_id.as_deref(), Some("115310627314723954"));
        assert_eq!((person.who.name.as_deref(), person.country.as_deref()), (Some("John Smith"), Some("CA")));
        let then = at("2022-01-01T00:00:00Z");
        assert_eq!(
            *order(&facts),
            Order {
                id: "820982911946154508".into(),
                who: person.who.clone(),
                at: then,
                ordered_at: then,
                amount: 39_800,
                currency: Currency::USD,
                refunded: 0,
                discount: 2_000,
                status: OrderStatus::Cancelled,
                cancelled_at: Some(then),
                items: vec!["IPod Nano - 8GB".into(), "IPod Nano - 8GB".into()],
                codes: Vec::new(),
            }
        );
        assert_eq!(facts.len(), 2);
    }
}

#[test]
fn ids_codes_and_money_of_an_order_are_read_to_the_last_digit() {
    let facts = shopify("orders/create", &an_order());
    let order = order(&facts);
    assert_eq!(order.id, "820982911946154508");
    assert_eq!(order.who.external_id.as_deref(), Some("9007199254740993"));
    assert_eq!((order.amount, order.discount, order.status), (10_000, 500, OrderStatus::Paid));
    assert_eq!((order.ordered_at, order.at), (at("2026-11-01T15:00:01Z"), at("2026-11-02T10:00:00Z")));
    assert_eq!((order.codes.clone(), order.items.clone()), (vec!["SPRING".to_owned()], vec!["Tea".to_owned()]));
    for (code, total, minor) in [("JPY", "1200", 1_200), ("KWD", "12.345", 12_345), ("EUR", "12.3", 1_230)] {
        let body = with(&with(&an_order(), "currency", json!(code)), "total_price", json!(total));
        let body = with(&body, "current_total_price", json!(total));
        let facts = shopify("orders/create", &with(&body, "total_discounts", json!("0")));
        assert_eq!((crate::told::order(&facts).amount, crate::told::order(&facts).currency.as_str()), (minor, code));
    }
}

#[test]
fn a_guest_is_known_by_address_and_an_order_of_nobody_is_nothing() {
    let guest = with(&with(&an_order(), "customer", Value::Null), "phone", json!("+1 555 0100"));
    let facts = shopify("orders/create", &guest);
    let who = &order(&facts).who;
    assert_eq!(
        (who.external_id.as_deref(), who.email.as_deref(), who.phone.as_deref()),
        (None, Some("ada@example.com"), Some("+15550100"))
    );
    let nobody = with(&with(&guest, "email", json!("")), "phone", Value::Null);
    assert_eq!(shopify("orders/create", &nobody), []);
}

#[test]
fn what_an_order_came_to_counts_edits_but_not_refunds() {
    let refund = |amount: &str| json!([{"id": 5, "created_at": "2026-11-03T00:00:00Z", "transactions": [{"kind": "refund", "status": "success", "amount": amount, "currency": "USD"}]}]);
    for (current, refunds, amount, refunded) in [
        ("100.00", json!([]), 10_000, 0),
        ("120.00", json!([]), 12_000, 0),
        ("70.00", json!([]), 7_000, 0),
        ("70.00", refund("30.00"), 10_000, 3_000),
        ("100.00", refund("10.00"), 10_000, 1_000),
        ("0.00", refund("100.00"), 10_000, 10_000),
    ] {
        let body = with(&with(&an_order(), "current_total_price", json!(current)), "refunds", refunds);
        let facts = shopify("orders/updated", &body);
        let order = order(&facts);
        assert_eq!((order.amount, order.refunded), (amount, refunded), "{body}");
    }
}

#[test]
fn a_refund_told_alone_is_the_one_that_its_order_lists() {
    let Some(refund) = sample("shopify/refunds-create.json") else { return };
    let alone = shopify("refunds/create", &refund);
    let body = with(&with(&an_order(), "id", refund["order_id"].clone()), "refunds", json!([refund]));
    let facts = shopify("orders/updated", &with(&body, "total_price", json!("398.00")));
    let ([part], [listed]) = (&parts(&alone)[..], &parts(&facts)[..]) else { panic!("one part each") };
    assert_eq!((part.order_id.as_str(), part.id.as_str()), ("820982911946154508", "890088186047892319"));
    assert_eq!(part.change, OrderChange::Refunded { amount: Some(39_800), currency: Currency::USD });
    assert_eq!((&part.order_id, &part.id, part.at, part.change), (&listed.order_id, &listed.id, listed.at, listed.change));
    assert_eq!(order(&facts).refunded, 39_800);
}

#[test]
fn a_refund_whose_payment_failed_gives_nothing_back() {
    let body = |status: &str, amount: &str| {
        json!({"id": 1, "order_id": 2, "created_at": "2026-11-03T00:00:00Z",
            "transactions": [{"kind": "refund", "status": status, "amount": amount, "currency": "USD"}]})
    };
    assert_eq!(shopify("refunds/create", &body("failure", "5.00")), []);
    assert_eq!(parts(&shopify("refunds/create", &body("pending", "5.00"))).len(), 1);
    assert_eq!(refused(Kind::Shopify, "refunds/create", &body("success", "five")), "transactions.0.amount");
}

#[test]
fn a_deleted_order_is_cancelled() {
    let facts = shopify("orders/delete", &json!({"id": 820_982_911_946_154_508_u64}));
    let [part] = parts(&facts)[..] else { panic!("one part") };
    assert_eq!((part.order_id.as_str(), part.change, part.at), ("820982911946154508", OrderChange::Cancelled, SENT));
}

#[test]
fn a_checkout_is_a_basket_until_it_is_an_order() {
    let Some(body) = sample("shopify/checkouts-create.json") else { return };
    let facts = shopify("checkouts/create", &body);
    let event = event(&facts);
    assert_eq!((event.name.as_str(), event.at), ("Checkout Started", at("2022-01-01T00:00:00Z")));
    assert_eq!(event.who.external_id.as_deref(), Some("603851970716743426"));
    assert_eq!(event.properties["value"], "421.88");
    assert_eq!(event.properties["checkout_id"], "123123123");
    assert_eq!(
        event.properties["products"][1],
        json!({
            "product_id": "632910392", "variant_id": "808950810", "sku": "IPOD2008PINK", "name": "IPod Nano - 8GB", "variant": "Pink",
            "price": "199.00", "quantity": 1,
        })
    );
    assert_eq!(shopify("checkouts/update", &with(&body, "completed_at", json!("2026-11-01T00:00:00Z"))), []);
    let nobody = with(&with(&body, "customer", Value::Null), "email", Value::Null);
    assert_eq!(shopify("checkouts/create", &nobody), []);
    let Some(cart) = sample("shopify/carts-create.json") else { return };
    assert_eq!(shopify("carts/create", &cart), [], "a cart names nobody");
}

#[test]
fn a_failed_billing_finds_its_customer_through_the_contract() {
    let Some(failure) = sample("shopify/subscription_billing_attempts-failure.json") else { return };
    let facts = shopify("subscription_billing_attempts/failure", &failure);
    let failed = event(&facts);
    assert_eq!((failed.name.as_str(), failed.at), ("Payment Failed", SENT));
    for (topic, name) in [("create", "Subscription Started"), ("update", "Subscription Updated")] {
        let Some(contract) = sample(&format!("shopify/subscription_contracts-{topic}.json")) else { return };
        let contract = with(&contract, "id", json!(9_928_822_889_u64));
        let facts = shopify(&format!("subscription_contracts/{topic}"), &contract);
        let [Fact::Link(link), Fact::Event(event)] = &facts[..] else { panic!("{facts:?}") };
        assert_eq!((&link.from, link.to.external_id.as_deref()), (&failed.who, Some("1")));
        assert_eq!((event.name.as_str(), event.who.external_id.as_deref()), (name, Some("1")));
        assert!(!event.properties.contains_key("term_days"), "nothing says that a term was paid");
        let cancelled = with(&contract, "status", json!("CANCELLED"));
        assert_eq!(crate::told::event(&shopify("subscription_contracts/cancel", &cancelled)).name, "Subscription Cancelled");
        // The same revision told under two topics is one event.
        let [one, two] = ["cancel", "update"].map(|topic| shopify(&format!("subscription_contracts/{topic}"), &cancelled));
        assert_eq!(one, two);
    }
}

#[test]
fn a_product_is_its_variants() {
    let body = json!({
        "id": 788_032_119_674_292_922_u64, "title": "Example T-Shirt", "product_type": "Shirts", "handle": "example-t-shirt", "status": "active",
        "updated_at": "2026-11-20T00:00:00Z", "image": {"src": "https://cdn.example/cover.png"},
        "images": [{"id": 8, "src": "https://cdn.example/small.png"}],
        "variants": [
            {"id": 642_667_041_472_713_922_u64, "title": "Small", "price": "19.99", "sku": "S", "inventory_quantity": 0, "inventory_management": "shopify", "image_id": 8},
            {"id": 757_650_484_644_203_962_u64, "title": "Default Title", "price": "20.00", "inventory_quantity": 75, "inventory_management": null},
        ],
    });
    let facts = shopify("products/update", &body);
    let products: Vec<_> =
        facts.iter().filter_map(|fact| if let Fact::Product(product) = fact { Some(product) } else { None }).collect();
    let [small, plain] = products[..] else { panic!("two variants") };
    assert_eq!((small.id.as_str(), small.product_id.as_str()), ("642667041472713922", "788032119674292922"));
    assert_eq!((small.variant.as_deref(), small.price, small.stock), (Some("Small"), Some(1_999), Some(0)));
    assert_eq!(small.image.as_deref(), Some("https://cdn.example/small.png"));
    assert_eq!(small.link.as_deref(), Some("https://shop.example/products/example-t-shirt"));
    assert_eq!((plain.variant.as_deref(), plain.stock), (None, None), "nobody counts it");
    assert_eq!(plain.image.as_deref(), Some("https://cdn.example/cover.png"));
    let gone = shopify("products/delete", &json!({"id": 5}));
    assert!(
        matches!(&gone[..], [Fact::Product(product)] if product.is_gone && product.product_id == "5" && product.title.is_empty())
    );
    let draft = shopify("products/update", &with(&body, "status", json!("draft")));
    assert!(draft.iter().all(|fact| matches!(fact, Fact::Product(product) if product.is_gone)));
}

#[test]
fn peoples_rights_and_an_uninstalled_app_are_told() {
    for (name, topic, kind) in [
        ("customers-data_request", "customers/data_request", RequestKind::Export),
        ("customers-redact", "customers/redact", RequestKind::Erasure),
        ("shop-redact", "shop/redact", RequestKind::ShopErasure),
    ] {
        let Some(body) = sample(&format!("shopify/{name}.json")) else { return };
        let facts = shopify(topic, &body);
        let [Fact::Request(request)] = &facts[..] else { panic!("{facts:?}") };
        assert_eq!((request.kind, request.at), (kind, SENT));
        match &request.who {
            Some(who) => {
                assert_eq!((who.external_id.as_deref(), who.email.as_deref()), (Some("191167"), Some("john@example.com")));
                assert_eq!(request.orders, ["299938", "280263", "220458"]);
            }
            None => assert_eq!(kind, RequestKind::ShopErasure),
        }
    }
    let Some(body) = sample("shopify/app-uninstalled.json") else { return };
    assert!(matches!(&shopify("app/uninstalled", &body)[..], [Fact::Stopped(stopped)] if stopped.at == SENT));
    assert_eq!(refused(Kind::Shopify, "customers/redact", &json!({"shop_id": 1})), "customer");
    assert_eq!(refused(Kind::Shopify, "customers/redact", &json!({"customer": {"id": null}})), "customer.id");
}

#[test]
fn two_records_that_the_shop_merged_are_one_person() {
    let body = |status: &str| json!({"admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1", "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2", "status": status});
    let facts = shopify("customers/merge", &body("completed"));
    let [Fact::Link(link)] = &facts[..] else { panic!("{facts:?}") };
    assert_eq!((link.from.external_id.as_deref(), link.to.external_id.as_deref()), (Some("2"), Some("1")));
    assert_eq!(shopify("customers/merge", &body("failed")), []);
}

#[test]
fn what_is_missing_is_refused_by_its_path_and_an_unknown_topic_is_nothing() {
    let order = an_order();
    for (topic, body, field) in [
        ("orders/create", with(&order, "id", Value::Null), "id"),
        ("orders/create", with(&order, "total_price", Value::Null), "total_price"),
        ("orders/create", with(&order, "total_price", json!("a lot")), "total_price"),
        ("orders/create", with(&order, "currency", json!("Dollars")), "currency"),
        ("orders/create", with(&order, "processed_at", json!("yesterday")), "processed_at"),
        ("orders/create", with(&order, "customer.id", json!(1.5)), "customer.id"),
        ("customers/update", json!({"email": "a@example.com"}), "id"),
        ("customers/purchasing_summary", json!({}), "customerId"),
        ("customers_email_marketing_consent/update", json!({}), "customer_id"),
        ("refunds/create", json!({"id": 1}), "order_id"),
        ("subscription_contracts/create", json!({"id": 1}), "customer_id"),
        ("products/update", json!({"id": 1}), "title"),
    ] {
        assert_eq!(refused(Kind::Shopify, topic, &body), field, "{topic}");
    }
    for topic in ["themes/publish", "orders/edited", "inventory_levels/update", "", "no such topic"] {
        assert_eq!(shopify(topic, &order), []);
    }
}
