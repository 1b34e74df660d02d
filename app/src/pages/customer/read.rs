use std::collections::BTreeMap;

use serde::Deserialize;
use shared::api::{
    Contact, CurrencyTotal, Customer, CustomerRow, Explanation, MoneyInterval, Note, Order, Peers, RiskPoint, Shopping,
};
use shared::money::{Currency, Money};
use shared::reason::Why;

use crate::client::{self, Failure};

/// One customer. The row is read as the lists read it, and the rest for itself: `flatten` of [`Customer`] would bring a second
/// reader of everything that a row holds, a tenth of the app's code.
pub(super) async fn load(path: &str) -> Result<Customer, Failure> {
    let (Answer { customer: row }, Answer { customer: rest }) =
        client::get_both::<Answer<CustomerRow>, Answer<Rest>>(path).await?;
    Ok(whole(row, rest))
}

#[derive(Deserialize)]
struct Answer<T> {
    customer: T,
}

/// What [`Customer`] has beside its row.
#[derive(Deserialize)]
struct Rest {
    version: u32,
    notes: Vec<Note>,
    traits: BTreeMap<String, String>,
    contacts: Vec<Contact>,
    recent_orders: Vec<Order>,
    spent: Vec<CurrencyTotal>,
    history: Vec<RiskPoint>,
    p_alive: Option<f64>,
    p_alive_interval: Option<(f64, f64)>,
    p_return: Option<f64>,
    p_return_interval: Option<(f64, f64)>,
    peers: Option<Peers>,
    explanation: Option<Explanation>,
    expected_orders: Option<f64>,
    expected_orders_interval: Option<(f64, f64)>,
    second_lifetime_value: Option<Money>,
    second_lifetime_value_interval: Option<MoneyInterval>,
    rhythm: Option<String>,
    home_currency: Currency,
    shopping: Shopping,
    #[serde(default)]
    objected_at: Option<String>,
    #[serde(default)]
    why: Option<Why>,
}

fn whole(row: CustomerRow, rest: Rest) -> Customer {
    let Rest {
        version,
        notes,
        traits,
        contacts,
        recent_orders,
        spent,
        history,
        p_alive,
        p_alive_interval,
        p_return,
        p_return_interval,
        peers,
        explanation,
        expected_orders,
        expected_orders_interval,
        second_lifetime_value,
        second_lifetime_value_interval,
        rhythm,
        home_currency,
        shopping,
        objected_at,
        why,
    } = rest;
    Customer {
        row,
        version,
        notes,
        traits,
        contacts,
        recent_orders,
        spent,
        history,
        p_alive,
        p_alive_interval,
        p_return,
        p_return_interval,
        peers,
        explanation,
        expected_orders,
        expected_orders_interval,
        second_lifetime_value,
        second_lifetime_value_interval,
        rhythm,
        home_currency,
        shopping,
        objected_at,
        why,
    }
}

#[cfg(test)]
mod tests {
    use shared::api::{CustomerKind, CustomerResponse, Lifecycle, Risk, Tier};
    use shared::id::Id;
    use shared::reason::Reason;

    use super::*;

    #[test]
    fn a_customer_read_in_two_halves_is_the_one_that_was_sent() {
        let usd = Currency::USD;
        let row = CustomerRow {
            id: Id::from_parts(1, &[7; 10]),
            external_id: "C-1".to_owned(),
            kind: CustomerKind::Account,
            name: "Ana".to_owned(),
            email: None,
            country: Some("PT".to_owned()),
            tier: Tier::Early,
            lifecycle: Lifecycle::Active,
            risk: Risk { p30: 0.1, p60: 0.2, p90: 0.6 },
            risk_interval: None,
            set_aside: None,
            triggers: Vec::new(),
            reason: None,
            waiting: None,
            regain: None,
            recommended: None,
            begun: None,
            segment: None,
            lifetime_value: Some(Money::new(1234, usd)),
            lifetime_value_interval: None,
            last_order: None,
            deadline: None,
            orders: 3,
            trend: vec![1, 2],
            sample: true,
            owner: None,
            tags: vec!["vip".to_owned()],
        };
        let sent = Customer {
            row,
            version: 3,
            notes: Vec::new(),
            traits: BTreeMap::from([("size".to_owned(), "M".to_owned())]),
            contacts: Vec::new(),
            recent_orders: Vec::new(),
            spent: vec![CurrencyTotal { orders: 3, revenue: Money::new(99, usd), in_home: None }],
            history: vec![RiskPoint {
                week: "2026-01-05".to_owned(),
                risk: Risk::default(),
                tier: Tier::Healthy,
                reconstructed: true,
            }],
            p_alive: Some(0.5),
            p_alive_interval: Some((0.4, 0.6)),
            p_return: None,
            p_return_interval: None,
            peers: None,
            explanation: None,
            expected_orders: Some(1.5),
            expected_orders_interval: Some((1.2, 1.9)),
            second_lifetime_value: Some(Money::new(5_000, usd)),
            second_lifetime_value_interval: Some(MoneyInterval { low: Money::new(4_500, usd), high: Money::new(5_600, usd) }),
            rhythm: Some("every 24 days".to_owned()),
            home_currency: usd,
            shopping: Shopping { favourite_category: Some("Tea".to_owned()), ..Shopping::default() },
            objected_at: Some("2026-03-02T09:00:00Z".to_owned()),
            why: Some(Why::default().corrected_to(Reason::Price)),
        };
        let text = serde_json::to_string(&CustomerResponse { customer: sent.clone() }).expect("json");
        let row: Answer<CustomerRow> = serde_json::from_str(&text).expect("row");
        let rest: Answer<Rest> = serde_json::from_str(&text).expect("rest");
        assert_eq!(whole(row.customer, rest.customer), sent);
    }
}
