//! Adds up what an import would do, while the file runs by.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use shared::api::worker::{Check, News};
use shared::import::{Key, Options, OrderRow, Parsed, Rows, Who};
use shared::money::{Currency, Money};
use shared::time::Millis;
use web_sys::Blob;

use crate::page::Job;
use crate::read;
use crate::server::{self, Ended};

/// Reads the whole file and sends nothing.
pub async fn check(job: Job, file: &Blob, options: Options, now: Millis) -> Result<Check, Ended> {
    let mut rows = read::Rows::open(file, options, now).await?;
    let mut tally = Tally::default();
    while let Some(parsed) = rows.next().await? {
        server::wanted(job)?;
        tally.add(&parsed);
        job.tell(News::Checking(rows.reading()));
    }
    Ok(Check { bytes_read: rows.reading().bytes_read, ..tally.finish() })
}

/// Keeps eight bytes a customer and a row with an id of its own, never the rows.
#[derive(Debug, Default)]
pub struct Tally {
    check: Check,
    customers: HashSet<u64>,
    own_ids: HashSet<u64>,
    totals: BTreeMap<Currency, i64>,
}

impl Tally {
    pub fn add(&mut self, parsed: &Parsed) {
        let check = &mut self.check;
        check.rows_accepted += parsed.rows.lines() as u64;
        check.rows_read += u64::from(parsed.rows_read);
        check.rows_rejected += parsed.rejected.len() as u64;
        check.moved_to_now += u64::from(parsed.moved_to_now);
        let room = Check::REJECTED_SHOWN.saturating_sub(check.rejected.len());
        check.rejected.extend(parsed.rejected.iter().take(room).cloned());
        match &parsed.rows {
            Rows::Orders(rows) => rows.iter().for_each(|row| {
                self.happened(row.ordered_at);
                self.who(&row.who);
                self.key(&row.key);
                self.money(row);
            }),
            Rows::Customers(rows) => rows.iter().for_each(|row| {
                self.who(&row.who);
                self.check.opt_outs += u64::from(row.consents.iter().any(|consent| !consent.granted));
            }),
            Rows::Events(rows) => rows.iter().for_each(|row| {
                self.happened(row.occurred_at);
                self.who(&row.who);
                self.key(&row.key);
            }),
            Rows::Rates(rows) => rows.iter().for_each(|row| self.happened(row.day.start())),
            Rows::Suppressions(rows) => rows.iter().filter_map(|row| row.at).for_each(|at| self.happened(at)),
            Rows::Products(rows) => rows.iter().for_each(|row| self.key(&Key::Own(row.id.clone()))),
        }
    }

    pub fn finish(self) -> Check {
        let totals = self.totals.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect();
        Check { customers: self.customers.len() as u64, totals, ..self.check }
    }

    fn happened(&mut self, at: Millis) {
        let check = &mut self.check;
        check.first = Some(check.first.map_or(at, |first| first.min(at)));
        check.last = Some(check.last.map_or(at, |last| last.max(at)));
    }

    fn who(&mut self, who: &Who) {
        if let Some(id) = who.external_id.as_ref().or(who.email.as_ref()) {
            self.customers.insert(hash(id));
        }
    }

    fn key(&mut self, key: &Key) {
        if let Key::Own(id) = key
            && !self.own_ids.insert(hash(id))
        {
            self.check.rows_repeated += 1;
        }
    }

    fn money(&mut self, row: &OrderRow) {
        if matches!(row.status.as_str(), "paid" | "refunded") {
            let total = self.totals.entry(row.currency).or_default();
            *total = total.saturating_add(row.amount.saturating_sub(row.refunded));
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::import::{CustomerRow, RowError};

    fn order(id: &str, customer: &str, day: i64, amount: i64, currency: &str) -> OrderRow {
        OrderRow {
            line: id.parse().expect("a number"),
            key: Key::Own(id.into()),
            who: Who { external_id: Some(customer.into()), email: None, name: None },
            ordered_at: Millis(day),
            amount,
            currency: Currency::parse(currency).expect("code"),
            refunded: 0,
            discount: 0,
            status: "paid".into(),
            cancelled_at: None,
            items: vec![],
            codes: vec![],
        }
    }

    fn check(pieces: Vec<(Rows, Vec<RowError>)>) -> Check {
        let mut tally = Tally::default();
        for (rows, rejected) in pieces {
            tally.add(&Parsed { rows, rejected, rows_read: 3, moved_to_now: 1 });
        }
        tally.finish()
    }

    #[test]
    fn orders_are_added_up_for_each_currency_with_their_customers_and_days() {
        let mut refunded = order("3", "b", 30, 500, "EUR");
        refunded.refunded = 200;
        let mut cancelled = order("4", "b", 5, 900, "EUR");
        cancelled.status = "cancelled".into();
        let sums = check(vec![
            (Rows::Orders(vec![order("1", "a", 10, 1_000, "USD"), order("2", "a", 20, 50, "USD")]), vec![]),
            (Rows::Orders(vec![refunded, cancelled]), vec![]),
        ]);
        let eur = Currency::parse("EUR").expect("code");
        assert_eq!(sums.totals, [Money::new(300, eur), Money::new(1_050, Currency::USD)], "what was cancelled is no revenue");
        assert_eq!((sums.rows_accepted, sums.customers, sums.rows_repeated, sums.moved_to_now), (4, 2, 0, 2));
        assert_eq!((sums.first, sums.last), (Some(Millis(5)), Some(Millis(30))));
    }

    #[test]
    fn a_repeated_id_is_told() {
        let rows = vec![order("1", "a", 1, 1, "USD"), order("1", "a", 2, 1, "USD"), order("2", "a", 2, 1, "USD")];
        assert_eq!(check(vec![(Rows::Orders(rows), vec![])]).rows_repeated, 1);
    }

    #[test]
    fn only_the_first_rejected_rows_are_kept_but_all_are_counted() {
        let refuse = |line| RowError { line, field: None, reason: String::new(), fix: String::new(), raw: String::new() };
        let sums = check(vec![
            (Rows::Orders(vec![]), (0..15).map(refuse).collect()),
            (Rows::Orders(vec![]), (15..30).map(refuse).collect()),
        ]);
        assert_eq!((sums.rows_rejected, sums.rejected.len()), (30, Check::REJECTED_SHOWN));
        assert_eq!(sums.rejected.last().map(|row| row.line), Some(19));
    }

    #[test]
    fn a_customer_who_says_no_to_any_channel_counts_once() {
        let row: CustomerRow = serde_json::from_value(serde_json::json!({
            "line": 2, "email": "a@example.com", "kind": null, "phone": null, "country": null, "time_zone": null, "created_at": null,
            "consents": [{"channel": "email", "granted": false, "at": null}, {"channel": "sms", "granted": false, "at": null}]
        }))
        .expect("a customer");
        let sums = check(vec![(Rows::Customers(vec![row]), vec![])]);
        assert_eq!((sums.customers, sums.opt_outs, sums.rows_accepted), (1, 1, 1));
    }
}
