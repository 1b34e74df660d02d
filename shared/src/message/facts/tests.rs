//! Facts of one customer, made of the events and orders that a shop would send.

use serde_json::{Map, Value, json};

use super::*;
use crate::api::PriceFall;
use crate::money::{Currency, Money, Rates};
use crate::state::{EventFact, OrderFact, fold};

const TODAY: Day = Day(20_000);

fn events(rows: &[(i32, &str, Value)]) -> Vec<EventFact> {
    let fact = |(ago, name, properties): &(i32, &str, Value)| {
        let properties: Map<String, Value> = properties.as_object().cloned().unwrap_or_default();
        EventFact { at: TODAY.plus(-ago).start(), name: (*name).to_owned(), properties }
    };
    rows.iter().map(fact).collect()
}

fn bought(agos: &[i32]) -> Vec<OrderFact> {
    let order = |ago: &i32| OrderFact {
        at: TODAY.plus(-ago).start(),
        amount: Money::new(2_000, Currency::USD),
        refunded: 0,
        discount: 0,
        paid: true,
    };
    agos.iter().map(order).collect()
}

fn order(ago: i32, item: &str, refunded: i64) -> Order {
    Order {
        ordered_at: TODAY.plus(-ago).start().rfc3339(),
        amount: Money::new(2_000, Currency::USD),
        refunded: Money::new(refunded, Currency::USD),
        status: "paid".to_owned(),
        items: vec![item.to_owned()],
        external_id: "1001".to_owned(),
    }
}

fn item(name: &str, in_stock: Option<bool>) -> ShopItem {
    ShopItem {
        name: name.to_owned(),
        category: None,
        price: None,
        image: None,
        link: Some(format!("https://x.example/{name}")),
        in_stock,
        fell: None,
    }
}

fn sources<'a>(state: &'a State, orders: &'a [Order], shopping: &'a Shopping) -> Sources<'a> {
    Sources {
        contact_name: Some("Ada Byron"),
        company: None,
        state: Some(state),
        orders,
        shopping,
        has_catalogue: true,
        improvements: &[],
        tickets: &[],
        today: TODAY,
    }
}

fn keys(facts: &[Fact]) -> Vec<FactKey> {
    facts.iter().map(|fact| fact.key).collect()
}

#[test]
fn a_shopper_s_orders_and_wants_are_facts_with_their_records() {
    let state = fold(&bought(&[300, 40]), &[], &Rates::new(Currency::USD));
    let shopping = Shopping {
        favourite_category: Some("Teas".to_owned()),
        last_item: Some(item("Tea", Some(true))),
        last_viewed: Some(item("Pot", Some(false))),
        left_behind: vec![item("Cup", Some(false)), item("Sieve", Some(true))],
        left_since: Some(TODAY.plus(-3).iso()),
        back_in_stock: vec![item("Mug", Some(true))],
    };
    let orders = [order(40, "Tea", 0)];
    let facts = gather(&sources(&state, &orders, &shopping));
    use FactKey::{BackInStock, CustomerSince, FavouriteCategory, FirstName, LastItem, LastOrder, LeftBehind, Orders};
    assert_eq!(keys(&facts), [FirstName, CustomerSince, LastOrder, Orders, LastItem, FavouriteCategory, LeftBehind, BackInStock]);
    let of = |key: FactKey| facts.iter().find(|fact| fact.key == key).unwrap();
    assert_eq!(of(LeftBehind).value, FactValue::Text { text: "Sieve".to_owned() });
    assert_eq!(of(FirstName).value, FactValue::Text { text: "Ada".to_owned() });
    assert!(of(LastItem).source.starts_with("Order 1001 of "), "{}", of(LastItem).source);
}

#[test]
fn a_name_that_a_program_left_empty_is_none() {
    let (state, shopping) = (State::default(), Shopping::default());
    for name in ["undefined Void", "null", " NaN ", "N/A"] {
        let told = gather(&Sources { contact_name: Some(name), ..sources(&state, &[], &shopping) });
        assert!(!keys(&told).contains(&FactKey::FirstName), "{name}");
    }
}

#[test]
fn orders_that_went_back_whole_count_for_nothing() {
    let state = fold(&bought(&[300, 90, 40]), &[], &Rates::new(Currency::USD));
    let shopping = Shopping::default();
    let told = |orders: &[Order]| {
        let facts = gather(&sources(&state, orders, &shopping));
        let of = |key: FactKey| facts.iter().find(|fact| fact.key == key).map(|fact| fact.value.clone());
        (of(FactKey::LastOrder), of(FactKey::Orders))
    };
    let on = |ago: i32| Some(FactValue::Day { day: TODAY.plus(-ago).iso() });
    let count = |count| Some(FactValue::Count { count });
    let [newest, other, oldest] = [order(40, "Tea", 0), order(90, "Pot", 500), order(300, "Cup", 0)];
    assert_eq!(told(&[newest.clone(), other.clone(), oldest.clone()]), (on(40), count(3)), "a part of one went back");
    assert_eq!(told(&[order(40, "Tea", 2_000), other, oldest]), (on(90), count(2)));
    assert_eq!(told(&[newest.clone(), order(90, "Pot", 2_000)]), (on(40), None), "there is an older one that nobody can see");
    assert_eq!(told(&[newest]), (on(40), count(3)));
    assert_eq!(told(&[]), (on(40), count(3)), "orders that are kept no longer were counted before");
}

#[test]
fn what_is_gone_sent_back_late_or_complained_about_is_never_named() {
    let has = |events: &[EventFact], orders: &[Order], thing: ShopItem, catalogue: bool| {
        let state = fold(&bought(&[40]), events, &Rates::new(Currency::USD));
        let shopping = Shopping { last_item: Some(thing), ..Shopping::default() };
        let from = Sources { has_catalogue: catalogue, ..sources(&state, orders, &shopping) };
        keys(&gather(&from)).contains(&FactKey::LastItem)
    };
    let good = || item("Tea", Some(true));
    assert!(has(&[], &[order(40, "Tea", 0)], good(), true));
    assert!(!has(&[], &[order(40, "Tea", 0)], item("Tea", Some(false)), true), "sold out or deleted");
    assert!(!has(&[], &[order(40, "Tea", 0)], item("Tea", None), true), "the catalogue does not hold it");
    assert!(has(&[], &[order(40, "Tea", 0)], item("Tea", None), false), "there is no catalogue");
    assert!(!has(&[], &[order(40, "Tea", 500)], good(), true), "refunded");
    assert!(!has(&[], &[order(40, "Pot", 0), order(90, "Tea", 2_000)], good(), true), "sent back before");
    let complaint = events(&[(5, "Ticket Opened", json!({"id": "1", "subject": "The tea is stale"}))]);
    assert!(!has(&complaint, &[order(40, "Tea", 0)], good(), true), "complained about");
    let open = events(&[(30, "Ticket Opened", json!({"id": "1", "subject": "Where is it"}))]);
    assert!(!has(&open, &[order(40, "Tea", 0)], good(), true), "an open ticket after the order may be about it");
}

#[test]
fn ticket_subjects_are_facts_only_where_the_shop_hands_them_over() {
    let state = State::default();
    let shopping = Shopping::default();
    let from = sources(&state, &[], &shopping);
    assert_eq!(keys(&gather(&from)), [FactKey::FirstName]);
    let tickets = [Solved { subject: "Login broken", day: TODAY.plus(-3) }];
    assert_eq!(keys(&gather(&Sources { tickets: &tickets, ..from })), [FactKey::FirstName, FactKey::TicketSolved]);
}

#[test]
fn a_lower_price_of_something_they_know_is_news_for_a_month_and_only_where_there_is_some() {
    let state = State::default();
    let euro = Currency::parse("EUR").unwrap();
    let euros = |minor| Money::new(minor, euro);
    let told = |from: Money, ago: i32, in_stock: bool| {
        let fell = Some(PriceFall { from, on: TODAY.plus(-ago).iso() });
        let kettle = ShopItem { price: Some(euros(6_900)), fell, ..item("Kettle", Some(in_stock)) };
        let shopping = Shopping { last_viewed: Some(kettle), ..Shopping::default() };
        gather(&sources(&state, &[], &shopping)).into_iter().find(|fact| fact.key == FactKey::PriceDrop).map(|fact| fact.value)
    };
    let drop = FactValue::Drop { item: "Kettle".to_owned(), from: euros(8_900), to: euros(6_900) };
    assert_eq!(told(euros(8_900), 2, true), Some(drop));
    assert_eq!(told(euros(8_900), 31, true), None, "no news");
    assert_eq!(told(euros(8_900), -1, true), None, "not yet");
    assert_eq!(told(euros(8_900), 2, false), None, "there is none");
    assert_eq!(told(euros(6_900), 2, true), None, "it costs what it cost");
    assert_eq!(told(Money::new(8_900, Currency::USD), 2, true), None, "prices of two currencies");
}
