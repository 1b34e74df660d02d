//! What somebody is about to do, or depends on: a smaller plan, a renewal paid late, discounts, a cart left behind.

use super::sum::Sum;
use super::{Signal, counted, date_in_words, days_in_words};
use crate::state::State;
use crate::time::Day;

/// A renewal paid by so many days after the last paid one was late; later it was a return.
pub(super) const LATE_DAYS: std::ops::RangeInclusive<i32> = 1..=45;

/// An inquiry is answered or forgotten after so many weeks.
const INQUIRY_WEEKS: i32 = 8;

pub(crate) fn downgrade(state: &State, today: Day) -> Option<Signal> {
    let asked = Sum::of(state, today, 0, INQUIRY_WEEKS);
    if asked.inquiries == 0 {
        return None;
    }
    let from = today.week().saturating_sub(INQUIRY_WEEKS);
    let (week, _) = state.weeks.between(from, today.week()).filter(|(_, week)| week.inquiries > 0).last()?;
    let monday = Day(week.saturating_mul(7).saturating_sub(3));
    let times = if asked.inquiries == 1 { String::new() } else { format!(" {}", counted(asked.inquiries, "time", "times")) };
    Some(Signal {
        code: "downgrade",
        text: format!("Asked{times} about a smaller plan or leaving, last in the week of {}", date_in_words(monday)),
        since: Some(monday),
        weight: 1.4,
        logit: 0.8,
    })
}

/// The last renewal, if it was paid late and not long ago.
pub(super) fn renewal_delay(state: &State, today: Day) -> Option<Signal> {
    let terms: Vec<_> = state.contract.as_ref()?.terms.iter().filter(|term| term.start <= today).collect();
    let [.., before, last] = terms.as_slice() else { return None };
    let late = last.start.since(before.end) - 1;
    (late >= 5 && LATE_DAYS.contains(&late) && today.since(last.start) <= 120).then(|| Signal {
        code: "renewal_delay",
        text: format!("Renewed {} late on {}", days_in_words(late), date_in_words(last.start)),
        since: Some(last.start),
        weight: 0.8,
        logit: 0.4,
    })
}

/// Most orders of a year had a discount: the price is what brings this customer.
pub(crate) fn discounts(state: &State, today: Day) -> Option<Signal> {
    let year = Sum::of(state, today, 0, 52);
    (year.orders >= 4 && f64::from(year.discounted) >= 0.6 * f64::from(year.orders)).then(|| Signal {
        code: "discounts",
        text: format!("{} of {} orders of the last year with a discount", year.discounted, year.orders),
        since: None,
        weight: 0.15,
        logit: 0.0,
    })
}

pub(super) fn cart(state: &State, today: Day) -> Option<Signal> {
    let (day, names) = state.left_behind(today)?;
    let first = names.first()?;
    // Of today's cart nobody knows yet that it is left behind.
    (1..=30).contains(&today.since(day)).then(|| Signal {
        code: "cart",
        text: match names.len() {
            1 => format!("Left {first} in the cart on {}", date_in_words(day)),
            n => format!("Left {first} and {} more in the cart on {}", n - 1, date_in_words(day)),
        },
        since: Some(day),
        weight: 0.3,
        logit: 0.0,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::money::{Currency, Money, Rates};
    use crate::state::{EventFact, OrderFact, fold};

    const TODAY: Day = Day(20_000);

    fn state(orders: &[(i32, i64)], events: &[(i32, &str, Value)]) -> State {
        let orders: Vec<OrderFact> = orders
            .iter()
            .map(|(ago, discount)| OrderFact {
                at: TODAY.plus(-ago).start(),
                amount: Money::new(2_000, Currency::USD),
                refunded: 0,
                discount: *discount,
                paid: true,
            })
            .collect();
        let events: Vec<EventFact> = events
            .iter()
            .map(|(ago, name, properties)| EventFact {
                at: TODAY.plus(-ago).start(),
                name: (*name).to_owned(),
                properties: properties.as_object().cloned().unwrap_or_default(),
            })
            .collect();
        fold(&orders, &events, &Rates::new(Currency::USD))
    }

    fn text(signal: Option<Signal>) -> Option<String> {
        signal.map(|signal| signal.text)
    }

    #[test]
    fn an_inquiry_about_a_smaller_plan_is_told_for_some_weeks() {
        let asked = |ago: i32| (ago, "Ticket Opened", json!({"text": "How do I cancel my subscription?"}));
        let found = text(downgrade(&state(&[], &[asked(10)]), TODAY)).expect("a signal");
        assert!(found.starts_with("Asked about a smaller plan or leaving, last in the week of "), "{found}");
        let found = text(downgrade(&state(&[], &[asked(10), (3, "Downgrade Requested", json!({}))]), TODAY)).expect("a signal");
        assert!(found.starts_with("Asked 2 times "), "{found}");
        assert_eq!(downgrade(&state(&[], &[asked(90)]), TODAY), None);
    }

    #[test]
    fn a_renewal_paid_late_is_told_in_days() {
        let paid = |ago: i32| (ago, "Subscription Renewed", json!({"term_days": 30}));
        let found = text(renewal_delay(&state(&[], &[paid(80), paid(37)]), TODAY));
        let on = date_in_words(TODAY.plus(-37));
        assert_eq!(found, Some(format!("Renewed 12 days late on {on}")));
        assert_eq!(renewal_delay(&state(&[], &[paid(61), paid(30)]), TODAY), None, "on time");
        assert_eq!(renewal_delay(&state(&[], &[paid(200), paid(30)]), TODAY), None, "a return");
    }

    #[test]
    fn dependence_on_discounts_and_a_cart_left_behind_are_told() {
        let found = text(discounts(&state(&[(10, 300), (40, 300), (70, 0), (99, 300)], &[]), TODAY));
        assert_eq!(found.as_deref(), Some("3 of 4 orders of the last year with a discount"));
        assert_eq!(discounts(&state(&[(10, 300), (40, 300), (70, 300)], &[]), TODAY), None);
        let put = |ago: i32, name: &str| (ago, "Product Added", json!({"product_id": name, "name": name}));
        let on = date_in_words(TODAY.plus(-3));
        let found = text(cart(&state(&[(20, 0)], &[put(4, "Go"), put(3, "Uno"), put(40, "Tea")]), TODAY));
        assert_eq!(found, Some(format!("Left Uno and 1 more in the cart on {on}")));
        assert_eq!(cart(&state(&[(2, 0)], &[put(4, "Go")]), TODAY), None, "bought since");
        assert_eq!(cart(&state(&[], &[put(0, "Go")]), TODAY), None, "of today");
    }
}
