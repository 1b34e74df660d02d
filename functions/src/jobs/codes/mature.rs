//! Thirty days after something was begun: whether they came back, and with how much margin.

use std::collections::BTreeMap;

use shared::money::{Currency, Money};
use shared::offer::Outcome;
use shared::time::Millis;

use super::Cursor;
use crate::db::interventions::{self, Ripe};
use crate::db::{margins, offers, shop};
use crate::jobs::run::{Held, JobError};

pub(super) async fn ripe(held: &mut Held<Cursor>) -> Result<(), JobError> {
    let now = held.now;
    let rows = interventions::ripe(&held.db, now).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let shop = shop::read(&held.db).await?;
    let home = shop.home_currency;
    let share = margins::in_force(&held.db, &shop).await?;
    let rates = shop::rates(&held.db, home).await?;
    let judged: Vec<(i64, bool, i64)> = rows
        .iter()
        .map(|row| {
            let worth = |(at, minor, currency): (i64, i64, String)| {
                let money = Money::new(minor, Currency::parse(&currency).ok()?);
                rates.to_home(money, Millis(at).day()).map(|home| home.0)
            };
            judge(row, worth, share)
        })
        .collect();
    held.count("matured", judged.len() as u64);
    let mut statements = interventions::mature(&judged, now);
    statements.extend(offers::add_outcomes(&outcomes(&rows, &judged))?);
    held.write(statements).await.map(drop)
}

/// Of each row and offer, what is to be added to what is known.
fn outcomes(rows: &[Ripe], judged: &[(i64, bool, i64)]) -> Vec<Outcome> {
    let mut sums: BTreeMap<(u8, &str), Outcome> = BTreeMap::new();
    for (row, (_, is_back, _)) in rows.iter().zip(judged) {
        let empty = || Outcome { row: row.row, offer: row.offer.clone(), made: 0, returned: 0, expected: 0.0 };
        let sum = sums.entry((row.row, row.offer.as_str())).or_insert_with(empty);
        sum.made += 1;
        sum.returned += u32::from(*is_back);
        sum.expected += f64::from(row.expected) / 1_000.0;
    }
    sums.into_values().collect()
}

/// What it cost is taken off where it was used: by its code, or by what a person says.
fn judge(row: &Ripe, worth: impl Fn((i64, i64, String)) -> Option<i64>, share: f64) -> (i64, bool, i64) {
    let orders: Vec<(i64, i64, String)> = serde_json::from_str(&row.orders).unwrap_or_default();
    let is_back = !orders.is_empty();
    let brought: i64 = orders.into_iter().filter_map(worth).sum();
    let is_used = row.code.as_deref() == Some("redeemed") || row.outcome.as_deref() == Some("accepted");
    let margin = (brought as f64 * share).round() as i64 - if is_used { row.reserved } else { 0 };
    (row.id, is_back, margin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_brings_its_margin_less_what_was_used() {
        let row = |orders: &str, code: Option<&str>| Ripe {
            id: 7,
            row: 0,
            offer: "discount".to_owned(),
            expected: 100,
            reserved: 300,
            outcome: None,
            code: code.map(str::to_owned),
            orders: orders.to_owned(),
        };
        let worth = |(_, minor, currency): (i64, i64, String)| (currency == "USD").then_some(minor);
        assert_eq!(judge(&row("[]", None), worth, 0.5), (7, false, 0));
        assert_eq!(judge(&row(r#"[[0,2000,"USD"],[0,1000,"USD"]]"#, None), worth, 0.5), (7, true, 1_500));
        assert_eq!(judge(&row(r#"[[0,2000,"USD"]]"#, Some("redeemed")), worth, 0.5), (7, true, 700));
        assert_eq!(judge(&row(r#"[[0,2000,"XTS"]]"#, Some("issued")), worth, 0.5), (7, true, 0), "nobody knows what it is worth");
    }

    #[test]
    fn windows_of_one_row_and_offer_are_added_up() {
        let row = |offer: &str, expected| Ripe {
            id: 1,
            row: 3,
            offer: offer.to_owned(),
            expected,
            reserved: 0,
            outcome: None,
            code: None,
            orders: "[]".to_owned(),
        };
        let rows = [row("discount", 250), row("trial", 100), row("discount", 500)];
        let sums = outcomes(&rows, &[(1, true, 0), (2, false, 0), (3, false, 0)]);
        let told: Vec<_> = sums.iter().map(|sum| (sum.offer.as_str(), sum.made, sum.returned, sum.expected)).collect();
        assert_eq!(told, [("discount", 2, 1, 0.75), ("trial", 1, 0, 0.1)]);
    }
}
