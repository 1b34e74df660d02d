//! Offers: no input passes a guardrail, no allocation its budget, and the choice is the best one.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::collection::vec;
use proptest::prelude::*;
use shared::money::Currency;
use shared::offer::allocate::{Choice, Frontier, Item, exact};
use shared::offer::{
    Book, By, Given, Group, Guardrails, Kind, LastDiscount, Legal, NONE, Occasion, Offer, Outcome, Person, Policy, Reach, Rule,
    Spent, check, decide, ladder, matrix, recommend, seven,
};
use shared::reason::Reason;
use shared::segment::{Engagement, Row, ValueTier};
use shared::time::Day;

const TODAY: Day = Day(20_000);

fn guardrails() -> Guardrails {
    Guardrails { spend: 1_000_000, customer_cap: 10_000, ..Guardrails::cautious(Currency::USD, 5_000) }
}

fn person(value: ValueTier, reason: Reason) -> Person {
    Person {
        row: Row { value, reason },
        country: Some("US".to_owned()),
        none: 0.1,
        contact: 0.16,
        margin: 20_000,
        order: 5_000,
        margin_rate: 0.5,
        ..Person::default()
    }
}

fn occasion() -> Occasion<'static> {
    Occasion { by: By::Machine, channel: "email", ladder: None, today: TODAY, price: 0.0 }
}

fn given(offer: &Offer, depth: u16) -> Given<'_> {
    Given { offer, depth, expiry_days: 14, by: By::Machine, channel: "email", ladder: None, today: TODAY, rate: 1.0 }
}

fn rules(given: &Given<'_>, person: &Person, guardrails: &Guardrails, spent: &Spent) -> Vec<Rule> {
    check(given, person, guardrails, spent).err().unwrap_or_default().into_iter().map(|block| block.rule).collect()
}

#[test]
fn each_rule_stops_what_it_is_for_and_says_what_lifts_it() {
    let discount = seven(5_000).remove(0);
    let somebody = person(ValueTier::High, Reason::Price);
    let (open, spent) = (guardrails(), Spent::default());
    assert_eq!(rules(&given(&discount, 200), &somebody, &open, &spent), []);
    let stops = |rule: Rule, offer: &Offer, depth: u16, person: &Person, guardrails: &Guardrails, spent: &Spent| {
        let blocks = check(&given(offer, depth), person, guardrails, spent).expect_err("stopped");
        assert_eq!(blocks.iter().map(|block| block.rule).collect::<Vec<_>>(), [rule]);
        assert!(!blocks[0].text.is_empty() && !blocks[0].lift.is_empty());
    };
    let off = Offer { live: false, ..discount.clone() };
    stops(Rule::SwitchedOff, &off, 200, &somebody, &open, &spent);
    let unready = Offer { unready: Some("no store makes codes".to_owned()), ..discount.clone() };
    stops(Rule::Unready, &unready, 200, &somebody, &open, &spent);
    let staff = Person { excluded: Some("staff".to_owned()), ..somebody.clone() };
    stops(Rule::Excluded, &discount, 200, &staff, &open, &spent);
    stops(Rule::Terms, &discount, 90, &somebody, &open, &spent);
    stops(Rule::GreatestDiscount, &discount, 300, &somebody, &open, &spent);
    let thin = Person { margin_rate: 0.25, ..somebody.clone() };
    stops(Rule::MarginFloor, &discount, 200, &thin, &open, &spent);
    stops(Rule::Expiry, &discount, 200, &somebody, &Guardrails { least_expiry_days: 15, ..open.clone() }, &spent);
    stops(Rule::Spend, &discount, 200, &somebody, &open, &Spent { period: 999_500, ..Spent::default() });
    stops(Rule::CustomerCap, &discount, 200, &somebody, &open, &Spent { person: 9_001, ..Spent::default() });
    stops(Rule::CoolDown, &discount, 200, &somebody, &open, &Spent { last_offer: Some(Day(19_911)), ..Spent::default() });
    let last = |day: i32| Some(LastDiscount { day: Day(day), depth: 100, ladder: None });
    stops(Rule::SecondDiscount, &discount, 200, &somebody, &open, &Spent { last_discount: last(19_821), ..Spent::default() });
    stops(Rule::Anyway, &discount, 200, &Person { none: 0.6, ..somebody.clone() }, &open, &spent);
    stops(Rule::Anyway, &discount, 200, &Person { none: f64::NAN, ..somebody.clone() }, &open, &spent);
    stops(Rule::Escalation, &discount, 200, &somebody, &Guardrails { escalate_from: Some(20_000), ..open.clone() }, &spent);
    let brands = Person { brands: vec!["Acme".to_owned()], ..somebody.clone() };
    stops(Rule::Brand, &discount, 200, &brands, &Guardrails { excluded_brands: vec!["ACME".to_owned()], ..open.clone() }, &spent);
    let law = |country: Option<&str>| {
        let why = "No price promotions on books.".to_owned();
        let legal = Legal { country: country.map(str::to_owned), channel: None, kind: Some(Kind::Discount), why };
        Guardrails { legal: vec![legal], ..open.clone() }
    };
    stops(Rule::Legal, &discount, 200, &somebody, &law(None), &spent);
    stops(Rule::Legal, &discount, 200, &Person { country: None, ..somebody.clone() }, &law(Some("FR")), &spent);
    assert_eq!(rules(&given(&discount, 200), &somebody, &law(Some("FR")), &spent), []);
    stops(Rule::Waits, &discount, 200, &Person { waits: true, ..somebody.clone() }, &open, &spent);
    // The last day of each wait is over.
    let rested = Spent { last_offer: Some(Day(19_910)), last_discount: last(19_820), ..Spent::default() };
    assert_eq!(rules(&given(&discount, 200), &somebody, &open, &rested), []);
}

#[test]
fn rungs_of_one_ladder_are_one_discount_and_none_withdraws_a_promise() {
    let discount = seven(5_000).remove(0);
    let somebody = person(ValueTier::Mid, Reason::Price);
    let on = |ladder: &str| Some(LastDiscount { day: Day(19_995), depth: 150, ladder: Some(ladder.to_owned()) });
    let spent = Spent { last_discount: on("a"), open_ladder: Some("a".to_owned()), rungs: 2, ..Spent::default() };
    let rung = |depth: u16| Given { ladder: Some("a"), ..given(&discount, depth) };
    assert_eq!(rules(&rung(200), &somebody, &guardrails(), &spent), []);
    assert_eq!(rules(&rung(100), &somebody, &guardrails(), &spent), [Rule::Withdrawn]);
    // The limit binds the last rung as it binds the first.
    assert_eq!(rules(&rung(260), &somebody, &guardrails(), &spent), [Rule::GreatestDiscount]);
    // A discount of an earlier ladder is not raised by this one.
    assert_eq!(rules(&rung(200), &somebody, &guardrails(), &Spent { last_discount: on("b"), ..spent }), [Rule::SecondDiscount]);
}

#[test]
fn an_offer_that_answers_the_reason_is_chosen_before_one_that_does_not() {
    let (offers, limits) = (seven(5_000), guardrails());
    let book = Book::new(&offers, &limits, &[], 0.5);
    let reach = Reach { channels: &["email"], today: TODAY, deadline: None, price: 0.0 };
    let best = |reason: Reason| recommend(&book, &person(ValueTier::High, reason), &Spent::default(), &reach).kind;
    assert_eq!(best(Reason::MissingFeature), Some(Kind::Upgrade));
    assert_eq!(best(Reason::FailedPayment), None);
    assert!(matches!(best(Reason::Service), Some(Kind::Manager | Kind::Onboarding)), "{:?}", best(Reason::Service));
    let price = recommend(&book, &person(ValueTier::High, Reason::Price), &Spent::default(), &reach);
    assert!(matches!(price.kind, Some(Kind::Discount | Kind::Trial)), "{price:?}");
    assert!(price.effect.margin_low < price.effect.margin && price.effect.margin < price.effect.margin_high, "{price:?}");
    assert_eq!(price.due.as_deref(), Some(TODAY.plus(7).iso().as_str()));
    // A machine may not speak to a customer of such worth.
    let limits = Guardrails { escalate_from: Some(20_000), ..guardrails() };
    let book = Book::new(&offers, &limits, &[], 0.5);
    assert_eq!(recommend(&book, &person(ValueTier::High, Reason::Price), &Spent::default(), &reach).by, By::Person);
}

#[test]
fn a_blocked_offer_that_would_bring_more_is_told_with_its_reason() {
    let mut offers = seven(5_000);
    offers[1].unready = Some("no webhook is set.".to_owned());
    let limits = guardrails();
    let book = Book::new(&offers, &limits, &[], 0.5);
    let reach = Reach { channels: &["email"], today: TODAY, deadline: Some(TODAY.plus(30)), price: 0.0 };
    let told = recommend(&book, &person(ValueTier::High, Reason::MissingFeature), &Spent::default(), &reach);
    assert_eq!(told.blocked[0].offer, "upgrade");
    assert_eq!(told.blocked[0].why[0].rule, Rule::Unready);
    assert_ne!(told.kind, Some(Kind::Upgrade));
    assert_eq!(told.due.as_deref(), Some(TODAY.plus(14).iso().as_str()));
}

#[test]
fn outcomes_move_their_cell_most_its_neighbours_less_and_the_others_least() {
    let (offers, limits) = (seven(5_000), guardrails());
    let groups: Vec<Group> = Row::all().map(|row| group(row.number(), 160, 100, 20_000, 100)).collect();
    let rates = |outcomes: &[Outcome]| {
        let cells = matrix(&Book::new(&offers, &limits, outcomes, 0.5), &groups, 0).cells;
        move |row: Row, offer: &str| cells.iter().find(|cell| cell.row == row.number() && cell.offer == offer).unwrap().clone()
    };
    let row = Row { value: ValueTier::High, reason: Reason::MissingFeature };
    let before = rates(&[]);
    let expected = 400.0 * before(row, "upgrade").rate;
    let outcome = Outcome { row: row.number(), offer: "upgrade".to_owned(), made: 400, returned: 160, expected };
    let after = rates(&[outcome]);
    let change = |row: Row, offer: &str| after(row, offer).rate / before(row, offer).rate;
    let elsewhere = Row { value: ValueTier::Low, reason: Reason::Service };
    assert!((after(row, "upgrade").rate - 0.4).abs() < 0.01, "{:?}", after(row, "upgrade"));
    assert!(after(row, "upgrade").high - after(row, "upgrade").low < 0.1, "{:?}", after(row, "upgrade"));
    assert!(before(row, "upgrade").high - before(row, "upgrade").low > 0.3, "{:?}", before(row, "upgrade"));
    assert!(change(row, "upgrade") > change(row, "trial") && change(row, "trial") > change(elsewhere, "roadmap"));
    assert!(change(elsewhere, "upgrade") > change(elsewhere, "roadmap") && change(elsewhere, "roadmap") > 1.0);
    assert_eq!((after(row, "upgrade").made, after(row, "trial").made), (400, 0));
}

#[test]
fn counts_of_the_matrix_are_those_of_the_groups() {
    let (offers, limits) = (seven(5_000), guardrails());
    let groups: Vec<Group> =
        (0..24).map(|row| Group { excluded: 3, ..group(row, 160, 100, 20_000, u32::from(row) * 7) }).collect();
    let matrix = matrix(&Book::new(&offers, &limits, &[], 0.5), &groups, 0);
    let all: u32 = (0..24).map(|row| row * 7 + 3).sum();
    assert_eq!((matrix.cells.len(), matrix.rows.len()), (24 * 7, 24));
    assert_eq!(matrix.rows.iter().map(|row| row.customers).sum::<u32>(), all);
    assert_eq!((matrix.effect.customers, matrix.effect.excluded), (all, 72));
    let given: u32 = matrix.cells.iter().map(|cell| cell.given).sum();
    assert!(given.abs_diff(matrix.effect.offered) <= 24, "{given} {:?}", matrix.effect);
}

fn group(row: u8, contact: u16, none: u16, margin: i64, customers: u32) -> Group {
    Group { row, engagement: Engagement::Cooling, contact, none, margin, order: margin / 4, customers, excluded: 0 }
}

fn any_guardrails() -> impl Strategy<Value = Guardrails> {
    (0_u16..600, 0_u16..500, 0_i64..300_000, 0_i64..8_000, 0_u16..1_001, proptest::option::of(0_i64..60_000), 0_i64..300)
        .prop_map(|(greatest_discount, margin_floor, spend, customer_cap, anyway, escalate_from, contact_cost)| Guardrails {
            greatest_discount,
            margin_floor,
            spend,
            customer_cap,
            anyway,
            escalate_from,
            contact_cost,
            ..guardrails()
        })
}

fn any_groups() -> impl Strategy<Value = Vec<Group>> {
    let one = (0_u8..24, 0_u16..1_001, 0_u16..1_001, -5_000_i64..80_000, 0_i64..30_000, 0_u32..400, 0_u32..5);
    let group = one.prop_map(|(row, contact, none, margin, order, customers, excluded)| Group {
        order,
        excluded,
        ..group(row, contact, none, margin, customers)
    });
    vec(group, 0..30)
}

fn any_person() -> impl Strategy<Value = Person> {
    let row = (0_u8..24).prop_map(|row| Row::of_number(row).unwrap());
    let chance = prop_oneof![0.0..1.0_f64, Just(0.0), Just(1.0), Just(f64::NAN)];
    (row, chance.clone(), chance, -10_000_i64..100_000, 0_i64..40_000, 0.0..1.0_f64, any::<bool>()).prop_map(
        |(row, none, contact, margin, order, margin_rate, waits)| Person {
            row,
            none,
            contact,
            margin,
            order,
            margin_rate,
            waits,
            ..person(ValueTier::Low, Reason::Price)
        },
    )
}

fn any_spent() -> impl Strategy<Value = Spent> {
    let day = || proptest::option::of(19_600_i32..20_001);
    (0_i64..300_000, 0_i64..6_000, day(), day(), 0_u16..300).prop_map(|(period, person, offer, discount, depth)| Spent {
        period,
        person,
        last_offer: offer.map(Day),
        last_discount: discount.map(|day| LastDiscount { day: Day(day), depth, ladder: None }),
        open_ladder: None,
        rungs: 0,
    })
}

/// What a guardrail means, said once more without any of the code that enforces it.
fn assert_within(offer: &Offer, depth: u16, by: By, today: Day, who: &Person, limits: &Guardrails, spent: &Spent) {
    let off = who.order as f64 * f64::from(depth) / 1_000.0 + offer.terms.amount as f64;
    let cost = off + (offer.terms.taken_cost + offer.terms.made_cost) as f64;
    let is_discount = depth > 0 || offer.terms.amount > 0;
    assert!(offer.live && offer.unready.is_none() && who.excluded.is_none());
    assert!(depth <= limits.greatest_discount, "{depth}");
    assert!(cost <= limits.customer_cap.saturating_sub(spent.person).max(0) as f64 + 1.0, "{cost}");
    assert!(who.none * 1_000.0 < f64::from(limits.anyway) + 0.5, "{}", who.none);
    assert!(
        !is_discount
            || who.order as f64 * who.margin_rate - off >= (who.order as f64 - off) * f64::from(limits.margin_floor) / 1e3 - 1.0
    );
    let rests = |last: Option<Day>, days: u16| last.is_none_or(|last| today.since(last) >= i32::from(days));
    assert!(rests(spent.last_offer, limits.cool_down_days));
    assert!(!is_discount || rests(spent.last_discount.as_ref().map(|last| last.day), limits.second_discount_days));
    let is_high = who.row.value == ValueTier::High && limits.escalate_from.is_some_and(|from| who.margin >= from);
    assert!(!is_high || by == By::Person);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_customer_is_offered_anything_past_a_guardrail(
        limits in any_guardrails(), who in any_person(), spent in any_spent(), seed in any::<u64>(), price in 0.0..5.0_f64
    ) {
        let offers = seven(5_000);
        let book = Book::new(&offers, &limits, &[], who.margin_rate);
        let decision = decide(&book, &who, &spent, &Occasion { price, ..occasion() }, &Policy::Matrix, seed);
        let sum: f64 = decision.arms.iter().map(|arm| arm.probability).sum();
        prop_assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        for (place, arm) in decision.arms.iter().enumerate() {
            prop_assert_eq!(arm.blocked.is_empty(), arm.probability >= 0.02 - 1e-12, "{:?}", arm);
            prop_assert!(arm.blocked.is_empty() || place != decision.taken);
        }
        for (offer, arm) in offers.iter().zip(&decision.arms[2..]).filter(|(_, arm)| arm.probability > 0.0) {
            assert_within(offer, arm.depth, By::Machine, TODAY, &who, &limits, &spent);
        }
        let reach = Reach { channels: &["email"], today: TODAY, deadline: None, price };
        let told = recommend(&book, &who, &spent, &reach);
        if let Some(offer) = offers.iter().find(|offer| told.offer.as_ref() == Some(&offer.id)) {
            assert_within(offer, told.depth, told.by, TODAY, &who, &limits, &spent);
            prop_assert!(told.effect.margin >= 0);
        }
    }

    #[test]
    fn every_rung_of_a_ladder_keeps_the_guardrails_and_every_promise(limits in any_guardrails(), who in any_person(), spent in any_spent()) {
        let offers = seven(5_000);
        let book = Book::new(&offers, &limits, &[], who.margin_rate);
        let made = ladder(&book, &who, &spent, &occasion(), "entry");
        let (mut deepest, mut ends) = (0, String::new());
        for rung in &made.rungs {
            let Some(offer) = offers.iter().find(|offer| rung.offer.as_ref() == Some(&offer.id)) else { continue };
            let day = Day::parse_iso(&rung.day).unwrap();
            prop_assert!(rung.expires.as_ref().unwrap() > &rung.day);
            // A promise of this ladder counts towards no wait; what came before it does.
            assert_within(offer, rung.depth, By::Machine, day, &who, &limits, &spent);
            if offer.is_discount() {
                prop_assert!(!who.waits && rung.depth >= deepest && rung.expires.as_ref().unwrap() >= &ends);
                (deepest, ends) = (rung.depth, rung.expires.clone().unwrap());
            }
        }
        let discounts: Vec<_> = made.rungs.iter().filter(|rung| rung.depth > 0).map(|rung| rung.offer.clone()).collect();
        prop_assert!(discounts.windows(2).all(|pair| pair[0] == pair[1]), "one discount a ladder");
        let last = made.rungs.last().unwrap();
        let newest = made.rungs.iter().rev().skip(1).find(|rung| rung.offer.is_some());
        prop_assert_eq!(newest.map(|rung| (&rung.offer, rung.depth, &rung.expires)), last.offer.as_ref().map(|_| (&last.offer, last.depth, &last.expires)));
        prop_assert!(made.next_from >= Day::parse_iso(&last.day).unwrap().plus(i32::from(limits.cool_down_days)).iso());
    }

    #[test]
    fn a_shop_never_spends_more_than_its_budget_and_more_of_it_never_earns_less(
        limits in any_guardrails(), groups in any_groups(), rate in 0.0..1.0_f64, spent in 0_i64..100_000, more in 0_i64..100_000
    ) {
        let offers = seven(5_000);
        let now = matrix(&Book::new(&offers, &limits, &[], rate), &groups, spent).effect;
        prop_assert!(now.spend <= limits.spend.saturating_sub(spent).max(0), "{now:?}");
        prop_assert!(now.margin >= 0 && now.next >= 0 && now.at_most >= now.spend - 1, "{now:?}");
        let raised = Guardrails { spend: limits.spend + more, ..limits.clone() };
        let then = matrix(&Book::new(&offers, &raised, &[], rate), &groups, spent).effect;
        prop_assert!(then.margin + 1 >= now.margin, "{now:?} {then:?}");
        prop_assert!(limits.spend + more - spent < 0 || now.is_bound || then.margin - now.margin <= 1, "{now:?} {then:?}");
    }

    #[test]
    fn the_split_allocation_equals_brute_force(items in any_items(5, 3), budget in 0.0..60.0_f64) {
        let found = Frontier::new(&items).at(budget);
        let best = brute_force_split(&items, budget);
        prop_assert!((found.gain - best).abs() < 1e-9 * (1.0 + best), "{} {best}", found.gain);
        prop_assert!(found.spend <= budget);
        let (mut spend, mut gain) = (0.0, 0.0);
        for (item, taken) in items.iter().zip(&found.taken) {
            for (way, share) in [(taken.from, 1.0 - taken.share), (taken.to, taken.share)] {
                let Some(choice) = way.map(|way| item.choices[way]) else { continue };
                spend += share * item.customers * choice.cost;
                gain += share * item.customers * choice.gain;
            }
        }
        prop_assert!((spend - found.spend).abs() < 1e-9 * (1.0 + spend) && (gain - found.gain).abs() < 1e-9 * (1.0 + gain));
        // The shadow price is what the next bit brings, for each unit of it.
        let bit = 1e-6;
        let next = (brute_force_split(&items, budget + bit) - best) / bit;
        prop_assert!(next <= found.price + 1e-3 * (1.0 + found.price), "{next} {}", found.price);
    }

    #[test]
    fn the_exact_solver_equals_brute_force(items in any_items(7, 3), budget in 0.0..40.0_f64) {
        let people: Vec<Item> = items.iter().map(|item| Item { customers: 1.0, ..item.clone() }).collect();
        let chosen = exact(&people, budget).expect("few enough");
        let total = |of: fn(&Choice) -> f64| -> f64 {
            people.iter().zip(&chosen).filter_map(|(person, way)| way.map(|way| of(&person.choices[way]))).sum()
        };
        prop_assert!(total(|choice| choice.cost) <= budget + 1e-9);
        let best = brute_force(&people, budget);
        prop_assert!((total(|choice| choice.gain) - best).abs() < 1e-9, "{} {best}", total(|choice| choice.gain));
        prop_assert!(Frontier::new(&people).at(budget).gain >= best - 1e-9, "splitting can only help");
    }
}

fn any_items(most: usize, choices: usize) -> impl Strategy<Value = Vec<Item>> {
    let choice = (0.0..20.0_f64, -3.0..20.0_f64).prop_map(|(cost, gain)| Choice { cost, gain });
    let item = (1_u32..4, vec(choice, 0..=choices));
    vec(item.prop_map(|(customers, choices)| Item { customers: f64::from(customers), choices }), 0..=most)
}

fn ways(item: &Item) -> impl Iterator<Item = (f64, f64)> + '_ {
    std::iter::once((0.0, 0.0))
        .chain(item.choices.iter().map(|choice| (choice.cost * item.customers, choice.gain * item.customers)))
}

fn brute_force(items: &[Item], budget: f64) -> f64 {
    let Some((first, rest)) = items.split_first() else { return 0.0 };
    let each = ways(first).filter(|(cost, _)| *cost <= budget);
    each.map(|(cost, gain)| gain + brute_force(rest, budget - cost)).fold(0.0, f64::max)
}

/// An optimum splits at most one item, between two of its ways, so that the budget is spent to the end.
fn brute_force_split(items: &[Item], budget: f64) -> f64 {
    let mut best = brute_force(items, budget);
    for split in 0..items.len() {
        let others: Vec<Item> = items.iter().enumerate().filter(|(at, _)| *at != split).map(|(_, item)| item.clone()).collect();
        for (spend, gain) in totals(&others) {
            for (low, poor) in ways(&items[split]) {
                for (high, rich) in ways(&items[split]) {
                    let share = (budget - spend - low) / (high - low);
                    if high > low && (0.0..=1.0).contains(&share) {
                        best = best.max(gain + poor + share * (rich - poor));
                    }
                }
            }
        }
    }
    best
}

fn totals(items: &[Item]) -> Vec<(f64, f64)> {
    items.iter().fold(vec![(0.0, 0.0)], |sums, item| {
        sums.iter().flat_map(|(spend, gain)| ways(item).map(move |(cost, more)| (spend + cost, gain + more))).collect()
    })
}

#[test]
fn a_closed_gate_gives_everybody_the_best_single_arm_within_the_floors_and_a_chosen_one_is_marked() {
    let (offers, limits) = (seven(5_000), guardrails());
    let book = Book::new(&offers, &limits, &[], 0.5);
    let who = person(ValueTier::Mid, Reason::Competitor);
    let decided = |policy: &Policy| decide(&book, &who, &Spent::default(), &occasion(), policy, 7);
    let single = decided(&Policy::Single("trial".to_owned()));
    let probability = |code: &str| single.arms.iter().find(|arm| arm.code == code).unwrap().probability;
    assert!((probability(NONE) - 0.02).abs() < 1e-9 && (probability("trial") - 0.84).abs() < 1e-9, "{single:?}");
    assert!(!single.deterministic && single.method == "quadrature");
    let chosen = decided(&Policy::Chosen("trial".to_owned()));
    assert!(chosen.deterministic && chosen.arms[chosen.taken].code == "trial" && chosen.method == "chosen");
    assert_eq!(decided(&Policy::Matrix), decided(&Policy::Matrix));
}

#[test]
fn over_many_seeds_an_arm_is_drawn_as_often_as_its_probability_says() {
    let (offers, limits) = (seven(5_000), guardrails());
    let book = Book::new(&offers, &limits, &[], 0.5);
    let who = person(ValueTier::Mid, Reason::Price);
    let mut drawn = vec![0.0; offers.len() + 2];
    let mut probabilities = Vec::new();
    for seed in 0..400 {
        let decision = decide(&book, &who, &Spent::default(), &occasion(), &Policy::Matrix, seed);
        drawn[decision.taken] += 1.0 / 400.0;
        probabilities = decision.arms.iter().map(|arm| arm.probability).collect();
    }
    for (share, probability) in drawn.iter().zip(&probabilities) {
        let error = (probability * (1.0 - probability) / 400.0).sqrt();
        assert!((share - probability).abs() < 4.0 * error + 1e-9, "{drawn:?} {probabilities:?}");
    }
}

#[test]
fn a_depth_limit_of_one_row_binds_that_row_alone() {
    let offers = seven(5_000);
    let row = Row { value: ValueTier::Low, reason: Reason::Price };
    let limits = Guardrails { greatest_by_row: vec![shared::offer::RowDepth { row: row.number(), depth: 50 }], ..guardrails() };
    let book = Book::new(&offers, &limits, &[], 0.6);
    let groups: Vec<Group> = Row::all().map(|row| group(row.number(), 260, 100, 60_000, 10)).collect();
    let found = matrix(&book, &groups, 0);
    let cell = |row: Row| found.cells.iter().find(|cell| cell.row == row.number() && cell.offer == "discount").unwrap();
    assert_eq!((cell(row).blocked, cell(row).customers), (Some(Rule::GreatestDiscount), 0));
    assert!(cell(row).why.as_ref().is_some_and(|why| why.contains("5 %")), "{:?}", cell(row));
    let other = Row { value: ValueTier::Mid, reason: Reason::Price };
    assert_eq!((cell(other).blocked, cell(other).customers), (None, 10));
}
