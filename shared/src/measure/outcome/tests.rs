use proptest::prelude::*;

use super::*;
use crate::time::MILLIS_PER_DAY;

const ENTRY: Millis = Millis(100 * MILLIS_PER_DAY + 36_000_000);
const LATER: Millis = Millis(1_000 * MILLIS_PER_DAY);

/// So many days after the entry.
fn at(days: i64) -> Millis {
    Millis(ENTRY.0 + days * MILLIS_PER_DAY)
}

fn order(id: &str, day: i64, amount: i64) -> Order {
    Order {
        id: id.to_owned(),
        changed_at: at(day),
        at: at(day),
        amount: Home(amount),
        discount: Home(0),
        refunded: Home(0),
        refunded_at: None,
        cancelled_at: None,
        status: OrderStatus::Paid,
        recurring: false,
        codes: Vec::new(),
        earns: Earns::Share(400_000),
    }
}

fn runs(day: i64, until: Option<i64>) -> TermChange {
    TermChange { id: format!("r{day}"), at: at(day), change: Term::Runs { until: until.map(at) } }
}

fn ends(day: i64, end: i64) -> TermChange {
    TermChange { id: format!("e{day}"), at: at(day), change: Term::Ends { at: at(end) } }
}

fn entry(kind: Kind) -> Entered {
    Entered { kind, entered_at: ENTRY, window_days: 30, silent_days: Some(60), ..Entered::default() }
}

fn win_back(facts: &Facts) -> Outcome {
    outcome(&entry(Kind::WinBack), facts, LATER)
}

fn orders(orders: impl IntoIterator<Item = Order>) -> Facts {
    Facts { orders: orders.into_iter().collect(), ..Facts::default() }
}

#[test]
fn nothing_known_is_no_return_and_ripens_when_the_window_closes() {
    let said = outcome(&entry(Kind::WinBack), &Facts::default(), ENTRY);
    let closes = Day(131).start();
    assert_eq!(said, Outcome { closes_at: closes, changes_at: Some(closes), ..Outcome::default() });
    let ripe = outcome(&entry(Kind::WinBack), &Facts::default(), closes);
    assert_eq!(ripe, Outcome { closes_at: closes, ripe: true, ..Outcome::default() });
}

#[test]
fn the_window_runs_from_the_entry_to_the_end_of_its_last_day() {
    let last = Millis(Day(131).start().0 - 1);
    let mut inside = order("a", 0, 1_000);
    inside.at = last;
    assert_eq!(win_back(&orders([inside.clone()])).returned_at, Some(last));
    inside.at = Day(131).start();
    assert_eq!(win_back(&orders([inside.clone()])).returned_at, None);
    inside.at = Millis(ENTRY.0 - 1);
    assert_eq!(win_back(&orders([inside.clone()])).returned_at, None, "before the entry");
    inside.at = ENTRY;
    let said = win_back(&orders([inside]));
    assert_eq!((said.returned_at, said.days_to_return(&entry(Kind::WinBack))), (Some(ENTRY), Some(0)));
}

#[test]
fn money_adds_up() {
    let mut first = order("a", 3, 9_000);
    (first.discount, first.codes) = (Home(1_000), vec![" come-back ".to_owned()]);
    let mut second = order("b", 5, 4_999);
    (second.recurring, second.refunded, second.refunded_at) = (true, Home(999), Some(at(200)));
    let sent = |touch, day| Sent { touch, at: at(day), cost: Micros(1_000) };
    let given = Given {
        offer: "ten".to_owned(),
        code: Some("COME-BACK".to_owned()),
        used_at: None,
        kind: offer::Kind::Discount,
        depth: 100,
        cost: Home(50),
    };
    let facts = Facts { sent: vec![sent(1, 0), sent(2, 5), sent(2, 5)], given: vec![given], ..orders([first, second]) };
    let said = win_back(&facts);
    assert_eq!((said.returned_at, said.first_order.as_deref(), said.orders), (Some(at(3)), Some("a"), 2));
    assert_eq!(said.one_time, Revenue { gross: Home(10_000), discount: Home(1_000), refunds: Home(0) });
    assert_eq!(said.recurring, Revenue { gross: Home(4_999), discount: Home(0), refunds: Home(999) });
    assert_eq!((said.net(), said.margin), (Home(13_000), Home(3_600 + 1_600 - 50)));
    assert_eq!((said.channel_cost, said.sent), (Micros(2_000), 2));
    let redeemed = said.redeemed.expect("the code was used");
    assert_eq!((redeemed.face, redeemed.depth, redeemed.at), (Home(1_000), 100, at(3)));
    assert_eq!((said.redeemed_discount, said.redeemed_list), (Home(1_000), Home(10_000)));
}

#[test]
fn a_refund_after_the_window_takes_the_return_back_and_before_it_is_told_it_stands() {
    let mut first = order("a", 3, 9_000);
    (first.discount, first.refunded, first.refunded_at) = (Home(500), Home(9_000), Some(at(80)));
    let before = outcome(&entry(Kind::WinBack), &orders([first.clone()]), at(40));
    assert!(before.ripe && before.returned_at == Some(at(3)) && before.changes_at <= Some(at(80)));
    let after = outcome(&entry(Kind::WinBack), &orders([first.clone()]), at(80));
    assert_eq!((after.returned_at, after.orders, after.net()), (None, 0, Home(0)));
    assert_eq!(after.one_time, Revenue { gross: Home(9_000), discount: Home(0), refunds: Home(9_000) });
    let with_next = outcome(&entry(Kind::WinBack), &orders([first, order("b", 9, 100)]), at(80));
    assert_eq!((with_next.returned_at, with_next.first_order.as_deref()), (Some(at(9)), Some("b")));
}

#[test]
fn what_was_not_paid_is_no_return() {
    let change = |edit: fn(&mut Order)| {
        let mut order = order("a", 3, 9_000);
        edit(&mut order);
        win_back(&orders([order])).returned_at
    };
    assert_eq!(change(|order| order.status = OrderStatus::Pending), None);
    assert_eq!(change(|order| order.status = OrderStatus::Cancelled), None);
    assert_eq!(change(|order| order.cancelled_at = Some(at(300))), None, "cancelled long after");
    assert_eq!(change(|order| order.status = OrderStatus::Refunded), None, "in whole, where no amount is told");
    assert_eq!(change(|order| order.amount = Home(0)), None);
    assert_eq!(change(|order| order.refunded = Home(90_000)), None, "more than was paid");
    assert_eq!(change(|order| order.refunded = Home(-5)), Some(at(3)));
    assert_eq!(change(|order| (order.status, order.refunded) = (OrderStatus::Refunded, Home(8_999))), Some(at(3)));
}

#[test]
fn of_two_versions_of_an_order_the_later_counts() {
    let old = order("a", 3, 9_000);
    let new = Order { refunded: Home(9_000), changed_at: at(60), ..old.clone() };
    for versions in [[old.clone(), new.clone()], [new, old]] {
        assert_eq!(win_back(&orders(versions)).returned_at, None);
    }
}

#[test]
fn a_known_cost_shrinks_with_what_is_left() {
    let mut half = order("a", 3, 10_000);
    (half.earns, half.refunded) = (Earns::Cost(Home(7_000)), Home(5_000));
    assert_eq!(win_back(&orders([half.clone()])).margin, Home(1_500));
    half.earns = Earns::Cost(Home(12_001));
    assert_eq!(win_back(&orders([half])).margin, Home(-1_001), "5,000 less 6,000.5, half away from zero");
}

#[test]
fn a_resumed_term_is_a_return_and_its_end_within_90_days_a_re_churn() {
    let resumed = Facts { terms: vec![runs(4, None)], ..Facts::default() };
    let subscription = Entered { silent_days: None, ..entry(Kind::WinBack) };
    let said = outcome(&subscription, &resumed, at(50));
    assert_eq!((said.returned_at, said.first_order, said.rechurn), (Some(at(4)), None, Rechurn::Open));
    let known = at(4).day().plus(91).start();
    assert_eq!(said.changes_at, Some(known));
    assert_eq!(outcome(&subscription, &resumed, known).rechurn, Rechurn::Stayed);
    let ended = Facts { terms: vec![runs(4, None), ends(20, 60)], ..Facts::default() };
    assert_eq!(outcome(&subscription, &ended, at(59)).rechurn, Rechurn::Open, "cancelled, but paid until then");
    assert_eq!(outcome(&subscription, &ended, at(60)).rechurn, Rechurn::Left { at: at(60) });
    let renewed = Facts { terms: vec![runs(4, Some(34)), runs(33, Some(63)), runs(63, Some(200))], ..Facts::default() };
    assert_eq!(outcome(&subscription, &renewed, LATER).rechurn, Rechurn::Stayed, "the last term outlives the 90 days");
    let lapsed = Facts { terms: vec![runs(4, Some(34)), runs(40, Some(400))], ..Facts::default() };
    assert_eq!(outcome(&subscription, &lapsed, LATER).rechurn, Rechurn::Left { at: at(34) });
}

#[test]
fn silence_as_long_as_the_deadline_is_a_re_churn() {
    let silent = at(3).day().plus(60).start();
    let facts = orders([order("a", 3, 100)]);
    let said = outcome(&entry(Kind::WinBack), &facts, at(50));
    assert_eq!((said.rechurn, said.changes_at), (Rechurn::Open, Some(silent)));
    assert_eq!(outcome(&entry(Kind::WinBack), &facts, silent).rechurn, Rechurn::Left { at: silent });
    // Whoever buys in time is silent later, and that is beyond the 90 days.
    let again = orders([order("a", 3, 100), order("b", 45, 100)]);
    assert_eq!(win_back(&again).rechurn, Rechurn::Stayed);
    assert_eq!(win_back(&again).orders, 1, "the second is after the window");
    let too_late = orders([order("a", 3, 100), order("b", 70, 100)]);
    assert_eq!(win_back(&too_late).rechurn, Rechurn::Left { at: silent });
}

#[test]
fn kept_is_activity_before_the_deadline_with_no_end_after_it() {
    let kept = |facts: &Facts| {
        let entry = Entered { deadline: Some(at(40)), ..entry(Kind::Retention) };
        outcome(&entry, facts, LATER)
    };
    let said = kept(&orders([order("a", 39, 100)]));
    assert_eq!((said.returned_at, said.net()), (Some(at(39)), Home(100)), "the window reaches to the deadline");
    assert_eq!(said.closes_at, at(40).day().plus(1).start());
    let late = kept(&orders([Order { at: Millis(at(40).0 + 1), ..order("a", 39, 100) }]));
    assert_eq!((late.returned_at, late.net()), (None, Home(100)), "bought after it: not kept, but money within the window");
    let cancelled = Facts { terms: vec![runs(5, None), ends(10, 20)], ..Facts::default() };
    assert_eq!(kept(&cancelled).returned_at, None);
    let taken_back = Facts { terms: vec![runs(5, None), ends(10, 20), runs(25, None)], ..Facts::default() };
    assert_eq!(kept(&taken_back).returned_at, Some(at(25)));
    let in_time = Facts { terms: vec![runs(5, None), ends(10, 20), runs(15, None)], ..Facts::default() };
    assert_eq!(kept(&in_time).returned_at, Some(at(5)), "taken back before the term ended");
}

#[test]
fn a_payment_is_recovered_when_what_was_owed_is_paid() {
    let payment = |id: &str, day, amount: Option<i64>| Payment {
        id: id.to_owned(),
        at: at(day),
        amount: amount.map(Home),
        refunded: Home(0),
        order: None,
        earns: Earns::Share(500_000),
    };
    let recover = |owed: Option<i64>, facts: &Facts| {
        outcome(&Entered { owed: owed.map(Home), ..entry(Kind::PaymentRecovery) }, facts, LATER)
    };
    let parts = Facts { payments: vec![payment("p", 2, Some(600)), payment("q", 6, Some(600))], ..Facts::default() };
    let said = recover(Some(1_000), &parts);
    assert_eq!((said.returned_at, said.recurring.net(), said.margin), (Some(at(6)), Home(1_000), Home(500)));
    assert_eq!(recover(Some(1_201), &parts).returned_at, None);
    assert_eq!(recover(None, &parts).returned_at, Some(at(2)));
    let untold = Facts { payments: vec![payment("p", 2, None)], ..Facts::default() };
    assert_eq!((recover(Some(900), &untold).returned_at, recover(Some(900), &untold).net()), (Some(at(2)), Home(900)));
    assert_eq!((recover(None, &untold).returned_at, recover(None, &untold).net()), (Some(at(2)), Home(0)));
    // The same money as an order and as a payment.
    let term = Order { recurring: true, ..order("o", 2, 900) };
    let twice = Facts { payments: vec![payment("p", 2, Some(900))], ..orders([term.clone()]) };
    assert_eq!((recover(Some(900), &twice).net(), recover(None, &twice).net()), (Home(900), Home(900)));
    // Other things that they bought are none of it.
    assert_eq!(recover(Some(900), &orders([order("o", 2, 900)])).returned_at, None);
    assert_eq!(recover(Some(900), &orders([Order { refunded: Home(900), ..term }])).returned_at, None);
}

#[test]
fn what_ends_the_watch_is_what_came_first() {
    let facts = |opted_out: i64| Facts { opted_out_at: Some(at(opted_out)), ..orders([order("a", 5, 100)]) };
    let first = |opted_out| win_back(&facts(opted_out)).first(&entry(Kind::WinBack));
    assert_eq!(first(4), Some((First::Withdrew, 4)));
    assert_eq!(first(5), Some((First::Returned, 5)));
    assert_eq!(first(6), Some((First::Returned, 5)));
    assert!(win_back(&facts(4)).returned_at.is_some(), "they came back all the same");
    assert_eq!(win_back(&facts(31)).opted_out_at, None, "after the window");
    assert_eq!(win_back(&Facts::default()).first(&entry(Kind::WinBack)), None);
}

#[test]
fn an_offer_without_a_code_is_used_when_that_is_told() {
    let given = Given {
        offer: "call".to_owned(),
        code: None,
        used_at: Some(at(8)),
        kind: offer::Kind::Upgrade,
        depth: 0,
        cost: Home(700),
    };
    let said = win_back(&Facts { given: vec![given.clone(), given], ..Facts::default() });
    assert_eq!((said.redeemed.map(|redeemed| redeemed.face), said.margin), (Some(Home(700)), Home(-700)));
}

fn any_order() -> impl Strategy<Value = Order> {
    let times = (0_i64..60, prop::option::of(0_i64..200), prop::option::of(0_i64..200));
    let money = (-100_i64..5_000, -50_i64..900, -100_i64..6_000, any::<bool>());
    (0_u8..6, times, money, 0_u8..12, any::<bool>()).prop_map(
        |(id, (day, refunded, cancelled), (amount, discount, refund, coded), status, recurring)| Order {
            id: format!("o{id}"),
            changed_at: at(day),
            at: at(day - 5),
            amount: Home(amount),
            discount: Home(discount),
            refunded: Home(refund),
            refunded_at: refunded.map(at),
            cancelled_at: cancelled.filter(|day| day % 7 == 0).map(at),
            status: match status {
                0 => OrderStatus::Pending,
                1 => OrderStatus::Cancelled,
                2 => OrderStatus::Refunded,
                _ => OrderStatus::Paid,
            },
            recurring,
            codes: if coded { vec!["MINE".to_owned()] } else { Vec::new() },
            earns: if coded { Earns::Cost(Home(900)) } else { Earns::Share(333_333) },
        },
    )
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let terms = prop::collection::vec((0_i64..120, prop::option::of(0_i64..150), any::<bool>()), 0..5);
    let payments = prop::collection::vec((0_i64..50, prop::option::of(0_i64..900), 0_u8..4), 0..4);
    let sent = prop::collection::vec((0_i64..4, 0_i64..30), 0..4);
    let orders = prop::collection::vec(any_order(), 0..7);
    (orders, terms, payments, sent, prop::option::of(0_i64..50), prop::option::of(0_i64..50)).prop_map(
        |(orders, terms, payments, sent, opted_out, used)| Facts {
            orders,
            terms: terms
                .into_iter()
                .map(|(day, until, is_end)| if is_end { ends(day, until.unwrap_or(day)) } else { runs(day, until) })
                .collect(),
            payments: payments
                .into_iter()
                .map(|(day, amount, id)| Payment {
                    id: format!("p{id}"),
                    at: at(day),
                    amount: amount.map(Home),
                    refunded: Home(day),
                    order: (id == 1).then(|| "o1".to_owned()),
                    earns: Earns::Share(700_000),
                })
                .collect(),
            sent: sent.into_iter().map(|(touch, day)| Sent { touch, at: at(day), cost: Micros(1 + day) }).collect(),
            given: vec![Given {
                offer: "ten".to_owned(),
                code: Some("mine".to_owned()),
                used_at: used.map(at),
                kind: offer::Kind::Discount,
                depth: 100,
                cost: Home(10),
            }],
            opted_out_at: opted_out.map(at),
            erased_at: None,
        },
    )
}

fn any_entry() -> impl Strategy<Value = Entered> {
    let kinds = [Kind::WinBack, Kind::Retention, Kind::PaymentRecovery];
    (
        prop::sample::select(kinds.to_vec()),
        prop::option::of(1_i64..60),
        prop::option::of(0_i64..2_000),
        prop::option::of(0_u16..120),
    )
        .prop_map(|(kind, deadline, owed, silent_days)| Entered {
            deadline: deadline.map(at),
            owed: owed.map(Home),
            silent_days,
            ..entry(kind)
        })
}

proptest! {
    #[test]
    fn order_and_repetition_of_facts_change_nothing(entry in any_entry(), facts in any_facts(), day in 0_i64..250) {
        let said = outcome(&entry, &facts, at(day));
        let mut again = facts.clone();
        again.orders.reverse();
        again.orders.extend(facts.orders.clone());
        again.terms.reverse();
        again.terms.extend(facts.terms.clone());
        again.payments.reverse();
        again.payments.extend(facts.payments.clone());
        again.sent.reverse();
        again.sent.extend(facts.sent.clone());
        again.given.extend(facts.given);
        prop_assert_eq!(outcome(&entry, &again, at(day)), said);
    }

    #[test]
    fn nothing_changes_before_it_says_so(entry in any_entry(), facts in any_facts(), day in 0_i64..150, later in 0_i64..200) {
        let said = outcome(&entry, &facts, at(day));
        let then = said.changes_at.map_or(at(day + later), |turn| Millis(turn.0 - 1).min(at(day + later)));
        let next = outcome(&entry, &facts, then.max(at(day)));
        prop_assert_eq!(next, said);
    }

    #[test]
    fn neither_arm_nor_messages_decide_anything(entry in any_entry(), facts in any_facts(), day in 0_i64..250) {
        let said = outcome(&entry, &facts, at(day));
        let silent = Facts { sent: Vec::new(), ..facts };
        for arm in Arm::ALL {
            let found = outcome(&Entered { arm, ..entry }, &silent, at(day));
            // Messages bring their cost, and the moments at which they went out.
            let changes_at = said.changes_at;
            prop_assert_eq!(Outcome { channel_cost: said.channel_cost, sent: said.sent, changes_at, ..found }, said.clone());
        }
    }

    #[test]
    fn money_is_never_less_than_nothing_and_adds_up(entry in any_entry(), facts in any_facts(), day in 0_i64..250) {
        let said = outcome(&entry, &facts, at(day));
        for revenue in [said.one_time, said.recurring] {
            prop_assert!(revenue.refunds.0 >= 0 && revenue.discount.0 >= 0);
            prop_assert_eq!(revenue.net().0, revenue.gross.0 - revenue.discount.0 - revenue.refunds.0);
        }
        prop_assert!(said.redeemed_discount.0 <= said.one_time.discount.0 + said.recurring.discount.0);
        prop_assert!(said.returned_at.is_none_or(|at| at >= entry.entered_at && at < said.closes_at));
        prop_assert_eq!(said.returned_at.is_none(), said.rechurn == Rechurn::NotReturned);
    }
}
