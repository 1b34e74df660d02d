//! The compact state: order of rows, merging, size.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod data;

use proptest::prelude::*;
use serde_json::json;
use shared::money::{Currency, Money, Rates};
use shared::reason::text::{self, Reading};
use shared::reason::topics;
use shared::state::{Base, EventFact, OrderFact, SCHEMA, State, fold};
use shared::time::{Day, MILLIS_PER_DAY, Millis};

fn read(text: &str) -> Option<Reading> {
    text::read(text, topics::starting())
}

fn rates() -> Rates {
    let mut rates = Rates::new(Currency::USD);
    rates.insert(Currency::parse("EUR").expect("code"), Day(0), 1.1);
    rates
}

fn orders() -> impl Strategy<Value = Vec<OrderFact>> {
    let one = (0..800_i64, 0..50_000_i64, 0..3_u8, 0..30_000_i64, prop::bool::weighted(0.9)).prop_map(
        |(day, minor, currency, refunded, paid)| {
            let code = ["USD", "EUR", "GBP"][usize::from(currency)];
            let amount = Money::new(minor, Currency::parse(code).expect("code"));
            OrderFact { at: Millis(day * MILLIS_PER_DAY + minor), amount, refunded, discount: refunded % 3, paid }
        },
    );
    prop::collection::vec(one, 0..40)
}

fn events() -> impl Strategy<Value = Vec<EventFact>> {
    let names = [
        "Email Delivered",
        "Email Opened",
        "Email Link Clicked",
        "Ticket Opened",
        "Ticket Solved",
        "NPS Answered",
        "Payment Failed",
        "Payment Succeeded",
        "Subscription Started",
        "Subscription Updated",
        "Subscription Cancelled",
        "Subscription Resumed",
        "Signed In",
        "Report Exported",
        "Product Viewed",
        "Order Completed",
        "Product Added",
        "Product Removed",
        "Cart Emptied",
        "Cart Viewed",
        "Community Posted",
        "Downgrade Requested",
        "Exit Survey Answered",
        "Delivery Delayed",
        "Feature Requested",
        "Order Refunded",
        "Order Delivered",
    ];
    let one = (0..names.len(), 0..800_i64, 0..12_u32).prop_map(move |(name, day, n)| {
        let properties = json!({
            "id": format!("{}", n % 5), "tone": f64::from(n) / 12.0, "score": n.min(10), "seats": n, "plan": format!("plan {n}"),
            "amount": format!("{n}.50"), "currency": (n % 4 > 0).then_some(["EUR", "USD", "GBP"][n as usize % 3]), "term_days": 10 + n, "ends": if n.is_multiple_of(4) { "now" } else { "term_end" },
            "text": (["", "Too expensive for us", "The app crashes all the time", "We switched to a rival"][n as usize % 4]),
            "reason": (["other", "unused", "too_expensive"][n as usize % 3]), "feature": format!("f{}", n % 7), "promised": "1971-01-01",
            "product_id": format!("p{}", day % 31), "category": format!("c{}", day % 29), "machine": n == 3,
            "products": [{"product_id": format!("p{}", day % 17), "name": "Thing", "category": "c1"}],
        });
        let serde_json::Value::Object(properties) = properties else { unreachable!("an object") };
        EventFact { at: Millis(day * MILLIS_PER_DAY + i64::from(n)), name: names[name].to_owned(), properties }
    });
    prop::collection::vec(one, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn the_order_of_rows_does_not_matter(orders in orders(), events in events(), seed in 0..1_000_usize) {
        let straight = fold(&orders, &events, &rates());
        let turned = |len: usize| move |at: &usize| (at * 7_919 + seed) % len.max(1);
        let mut shuffled_orders: Vec<(usize, OrderFact)> = orders.into_iter().enumerate().collect();
        let n = shuffled_orders.len();
        shuffled_orders.sort_by_key(|(at, _)| turned(n)(at));
        let mut shuffled_events: Vec<(usize, EventFact)> = events.into_iter().enumerate().collect();
        let n = shuffled_events.len();
        shuffled_events.sort_by_key(|(at, _)| turned(n)(at));
        let orders: Vec<OrderFact> = shuffled_orders.into_iter().map(|(_, order)| order).collect();
        let events: Vec<EventFact> = shuffled_events.into_iter().map(|(_, event)| event).collect();
        prop_assert_eq!(straight, fold(&orders, &events, &rates()));
    }

    #[test]
    fn merging_states_is_folding_the_rows_of_both(
        a in orders(), b in orders(), c in orders(), events_a in events(), events_b in events(), events_c in events(),
    ) {
        let [one, two, three] =
            [(&a, &events_a), (&b, &events_b), (&c, &events_c)].map(|(orders, events)| fold(orders, events, &rates()));
        let left = one.clone().merge(two.clone()).merge(three.clone());
        prop_assert_eq!(&left, &one.clone().merge(two.clone().merge(three.clone())), "associative");
        prop_assert_eq!(&left, &three.merge(two).merge(one.clone()), "commutative");
        prop_assert_eq!(&one.clone().merge(State::default()), &one, "a neutral element");
        let all = fold(&[a, b, c].concat(), &[events_a, events_b, events_c].concat(), &rates());
        prop_assert_eq!(left, all);
    }

    #[test]
    fn events_whose_rows_go_bit_by_bit_leave_the_state_as_it_was(
        orders in orders(), events in events(), mut cuts in prop::collection::vec(0..900_i64, 0..6), own in any::<u64>(),
    ) {
        cuts.sort_unstable();
        let whole = fold(&orders, &events, &rates());
        // Whoever is merged keeps a base of their own.
        let mut bases: [Option<Base>; 2] = [None, None];
        let mut rest: Vec<(usize, EventFact)> = events.iter().cloned().enumerate().collect();
        for cut in cuts {
            let (going, staying): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(_, event)| event.at.0 < cut * MILLIS_PER_DAY);
            rest = staying;
            for (side, base) in bases.iter_mut().enumerate() {
                let is_of = |at: usize| (own >> (at % 64) & 1) as usize == side;
                let going: Vec<EventFact> = going.iter().filter(|(at, _)| is_of(*at)).map(|(_, event)| event.clone()).collect();
                let more = Base::of(&going, &read);
                let joined = match base.take() {
                    Some(base) => base.merge(more),
                    None => more,
                };
                *base = Some(read_back(&joined));
            }
        }
        let rest: Vec<EventFact> = rest.into_iter().map(|(_, event)| event).collect();
        let mut elsewhere = Rates::new(Currency::parse("EUR").expect("code"));
        elsewhere.insert(Currency::USD, Day(0), 0.8);
        for rates in [rates(), elsewhere] {
            let whole = fold(&orders, &events, &rates);
            let onto = |state: State, base: &Option<Base>| base.clone().map_or(state.clone(), |base| base.onto(state, &rates));
            let rows = fold(&orders, &rest, &rates);
            prop_assert_eq!(&onto(onto(rows.clone(), &bases[0]), &bases[1]), &whole);
            prop_assert_eq!(&onto(onto(rows, &bases[1]), &bases[0]), &whole);
        }
        let is_nothing = bases.iter().flatten().all(Base::is_empty);
        prop_assert!(!is_nothing || fold(&orders, &rest, &rates()) == whole, "what is empty is not missed");
    }

    #[test]
    fn a_state_reads_back_from_json(orders in orders(), events in events()) {
        let state = fold(&orders, &events, &rates());
        let text = serde_json::to_string(&state).expect("json");
        prop_assert_eq!(serde_json::from_str::<State>(&text).expect("reads back"), state);
    }
}

fn read_back(base: &Base) -> Base {
    serde_json::from_str(&serde_json::to_string(base).expect("json")).expect("reads back")
}

#[test]
fn a_base_of_an_earlier_version_counts_and_stays_of_it_and_one_of_a_later_version_is_not_written() {
    let earlier: Base = serde_json::from_str(r#"{"v":2,"s":{"v":2,"w":[[1,[0,0,0,0,0,3]]]},"x":1}"#).expect("a base");
    let signed_in =
        EventFact { at: Millis(9 * MILLIS_PER_DAY), name: "Signed In".to_owned(), properties: serde_json::Map::new() };
    let state = earlier.clone().onto(fold(&[], &[], &rates()), &rates());
    assert_eq!((state.schema, state.weeks.iter().map(|(_, week)| week.uses).sum::<u32>()), (SCHEMA, 3));
    let joined = read_back(&earlier.merge(Base::of(std::slice::from_ref(&signed_in), &read)));
    let state = joined.clone().onto(State::default(), &rates());
    assert_eq!(state.weeks.iter().map(|(_, week)| week.uses + week.sign_ins).sum::<u32>(), 4);
    let text = serde_json::to_string(&joined).expect("json");
    assert!(text.starts_with(r#"{"v":2,"#), "what it lacks is not made up for: {text}");
    assert!(!joined.is_newer());
    let later: Base = serde_json::from_str(&format!(r#"{{"v":{},"s":{{"v":{0}}}}}"#, SCHEMA + 1)).expect("a base");
    assert!(later.is_newer() && later.merge(Base::of(&[signed_in], &read)).is_newer());
}

#[test]
fn opens_clicks_and_visits_are_no_purchases() {
    let event = |name: &str| EventFact { at: Millis(MILLIS_PER_DAY), name: name.to_owned(), properties: serde_json::Map::new() };
    let events = ["Email Opened", "Email Link Clicked", "Product Viewed", "Order Completed", "Signed In"].map(event);
    let state = fold(&[], &events, &rates());
    assert_eq!((state.buy_days(), state.orders(), state.paid), (0, 0, None));
}

#[test]
fn cancelled_and_pending_orders_are_no_activity_and_refunds_take_money_but_not_the_day() {
    let paid = data::order(Day(10), 5_000);
    let pending = OrderFact { paid: false, ..data::order(Day(20), 9_000) };
    let refunded = OrderFact { refunded: 9_999, ..data::order(Day(30), 3_000) };
    let state = fold(&[paid, pending, refunded], &[], &rates());
    assert_eq!((state.buy_days(), state.last_day(), state.home.minor), (2, Some(Day(30)), 5_000));
}

#[test]
fn what_was_put_into_the_cart_and_not_bought_is_left_behind() {
    let event = |name: &str, hour: i64, properties: serde_json::Value| EventFact {
        at: Millis(10 * MILLIS_PER_DAY + hour * 3_600_000),
        name: name.to_owned(),
        properties: properties.as_object().expect("an object").clone(),
    };
    let game = |id: u32, name: &str| json!({"product_id": id, "name": name, "category": "Games"});
    let mut events = vec![
        event("Product Viewed", 1, game(1, "Go")),
        event("Product Added", 2, game(1, "Go")),
        event("Product Added", 3, game(2, "Uno")),
        event("Product Added", 4, game(3, "Chess")),
        event("Product Removed", 5, game(3, "Chess")),
        event("Product Viewed", 6, json!({"product_id": 9, "name": "Tea", "category": "Drinks"})),
    ];
    let state = fold(&[], &events, &rates());
    assert_eq!(state.left_behind(Day(10)), Some((Day(10), vec!["Uno", "Go"])));
    assert_eq!(state.left_behind(Day(9)), None);
    assert_eq!(
        (state.shelf.favourite_category(), state.shelf.last_viewed().map(|thing| thing.id.as_str())),
        (Some("Games"), Some("9"))
    );
    let bought = OrderFact { at: Millis(10 * MILLIS_PER_DAY + 9_000_000), ..data::order(Day(10), 3_000) };
    assert_eq!(fold(&[bought], &events, &rates()).left_behind(Day(11)), Some((Day(10), vec!["Uno"])));
    events.push(event("Cart Emptied", 7, json!({})));
    assert_eq!(fold(&[], &events, &rates()).left_behind(Day(11)), None);
}

#[test]
fn features_are_counted_apart_and_days_of_visits_once() {
    let event = |name: String, day: i64| EventFact { at: Millis(day * MILLIS_PER_DAY), name, properties: serde_json::Map::new() };
    for features in [1, 5, 12, 25] {
        // Day 4 is a Monday.
        let events: Vec<EventFact> =
            (0..features).flat_map(|n| [event(format!("Feature {n}"), 4), event(format!("Feature {n}"), 6)]).collect();
        let state = fold(&[], &events, &rates());
        let (_, week) = state.weeks.iter().next().expect("a week");
        let counted = week.features.count();
        assert!((counted - f64::from(features)).abs() <= 0.25 * f64::from(features) + 0.5, "{counted} of {features}");
    }
    let visits: Vec<EventFact> = [4, 4, 6, 10].into_iter().map(|day| event("Page Viewed".to_owned(), day)).collect();
    let state = fold(&[], &visits, &rates());
    let week = state.weeks.iter().next().expect("a week").1;
    assert_eq!((week.visits, week.visit_days.count()), (4, 3));
}

#[test]
fn a_state_of_an_earlier_version_still_reads() {
    let text = r#"{"v":2,"d":"10:B","s":{"USD":[2,9000]},"h":[2,9000],"w":[[1,[2,9000,0,0,0,3,0,0,5]]]}"#;
    let state: State = serde_json::from_str(text).expect("a state");
    let week = state.weeks.iter().next().expect("a week").1;
    assert_eq!((week.uses, week.visits, week.visit_days.count(), week.discounted), (3, 5, 0, 0));
    assert!(state.schema < shared::state::SCHEMA && state.shelf.is_empty());
}

#[test]
fn a_state_stays_small_however_long_the_history() {
    let orders: Vec<OrderFact> = (0..20_000).map(|i| data::order(Day(i / 4), 1_000)).collect();
    let events: Vec<EventFact> = (0..20_000)
        .map(|i| EventFact {
            at: Millis(i64::from(i / 4) * MILLIS_PER_DAY),
            name: if i % 2 == 0 { format!("Feature {}", i % 500) } else { "Ticket Opened".to_owned() },
            properties: serde_json::Map::new(),
        })
        .collect();
    let state = fold(&orders, &events, &rates());
    assert_eq!((state.buy_days(), state.features.len()), (5_000, 64));
    let size = serde_json::to_string(&state).expect("json").len();
    assert!(size < 13_000, "{size} bytes, 5,000 of them the purchase days");

    let usual = fold(&(0..12).map(|i| data::order(Day(i * 30), 1_000)).collect::<Vec<_>>(), &[], &rates());
    let size = serde_json::to_string(&usual).expect("json").len();
    assert!(size < 350, "{size} bytes for a customer of 12 orders");
}
