//! What is best done about customers: for the rows of a list, and for one customer's page.

use std::collections::BTreeMap;

use shared::api::{Begun, BestOfTier, Recommended, Tier, TierSummary};
use shared::consent::{Present, is_live};
use shared::improvement::{self, Leaver};
use shared::money::Home;
use shared::offer::{Book, LastDiscount, Person, Reach, Spent, recommend};
use shared::reason::Reason;
use shared::time::{Day, Millis};

use crate::db::customers::{self, Row, Stand, TierStand};
use crate::db::interventions::{self, GivenTo};
use crate::db::{Db, DbError, improvements};
use crate::offering::{self, Shelf};

/// Channels of messages in the order in which they are tried.
const CHANNELS: [&str; 2] = ["email", "sms"];

/// What a row says beside the customer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Advice {
    pub recommended: Option<Recommended>,
    /// What was begun for them already: nothing else is recommended then.
    pub begun: Option<Begun>,
}

/// For each of the rows, in their order: of those at risk and the lost.
pub async fn advise(db: &Db, rows: &[Row], shelf: &Shelf, now: Millis) -> Result<Vec<Advice>, DbError> {
    let is_asked = |row: &&Row| matters(Tier::from_code(row.tier)) && row.stand().2.is_some();
    let ids: Vec<i64> = rows.iter().filter(is_asked).map(|row| row.row_id).collect();
    if ids.is_empty() {
        return Ok(vec![Advice::default(); rows.len()]);
    }
    let answers = db
        .batch_idempotent(vec![
            improvements::list_statement(),
            improvements::wishes_of(&ids),
            interventions::given_to(&ids, &shelf.guardrails, now),
            interventions::spent_by_all(&shelf.guardrails, now),
        ])
        .await?;
    let [known, wishes, given, period] = answers.as_slice() else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let all: Vec<_> = known.rows::<improvements::Row>()?.into_iter().map(|row| row.wire(None)).collect();
    let mut wishes = improvements::read_wishes(wishes)?;
    let mut given = interventions::read_given(given)?;
    let period = interventions::read_period(period)?;
    let book = Book::new(&shelf.offers, &shelf.guardrails, &shelf.outcomes, shelf.margin_rate);
    let advice = rows.iter().map(|row| {
        if !is_asked(&row) {
            return Advice::default();
        }
        let given = given.remove(&row.row_id).unwrap_or_default();
        if let Some(begun) = given.begun {
            return Advice { recommended: None, begun: Some(begun) };
        }
        let wishes = wishes.remove(&row.row_id).unwrap_or_default();
        let lead = improvement::of_customer(&all, &leaver(row, &wishes)).into_iter().next();
        let channels = channels(row.consent.as_deref(), now);
        let reach = Reach { channels: &channels, today: now.day(), deadline: row.deadline_day.map(Day), price: 0.0 };
        let found = recommend(&book, &person(row, shelf), &spent(given, period), &reach);
        Advice { recommended: Some(Recommended::of(found, shelf.home, lead)), begun: None }
    });
    Ok(advice.collect())
}

/// What would bring each tier most: recommended to the mean customer of each of its rows of the matrix, as if everybody could be written to.
pub async fn tell_best(db: &Db, tiers: &mut [TierSummary], shelf: &Shelf, now: Millis) -> Result<(), DbError> {
    let stands = customers::stands_of_tiers(db).await?;
    let book = Book::new(&shelf.offers, &shelf.guardrails, &shelf.outcomes, shelf.margin_rate);
    let reach = Reach { channels: &CHANNELS, today: now.day(), deadline: None, price: 0.0 };
    // Customers and margin by tier and what is done.
    let mut sums: BTreeMap<(i32, String), (u64, i64)> = BTreeMap::new();
    for stand in stands {
        let found = recommend(&book, &mean(&stand, shelf), &Spent::default(), &reach);
        if found.due.is_some() {
            let sum = sums.entry((stand.tier, found.name)).or_default();
            sum.0 += stand.customers;
            sum.1 = sum.1.saturating_add(found.effect.margin.saturating_mul(i64::try_from(stand.customers).unwrap_or(i64::MAX)));
        }
    }
    for summary in tiers {
        let of_tier = sums.iter().filter(|((tier, _), _)| *tier == summary.tier.code());
        let best = of_tier.max_by_key(|(_, (_, margin))| *margin);
        summary.best = best.map(|((_, name), (customers, margin))| BestOfTier {
            name: name.clone(),
            customers: *customers,
            margin: Home(*margin).in_currency(shelf.home),
        });
    }
    Ok(())
}

fn mean(stand: &TierStand, shelf: &Shelf) -> Person {
    let figures = offering::Figures {
        value_tier: stand.value_tier,
        reason: stand.reason,
        contact: Some(stand.contact as u16),
        alone: Some(stand.alone as u16),
        margin_back: Some(stand.margin_back as i64),
        order_back: Some(stand.order_back as i64),
        excluded: 0,
    };
    offering::person(&figures, None, shelf)
}

fn matters(tier: Tier) -> bool {
    matches!(tier, Tier::Immediate | Tier::Moderate | Tier::Early | Tier::Lost)
}

fn person(row: &Row, shelf: &Shelf) -> Person {
    let Stand(value_tier, reason, contact, alone, margin_back, order_back, excluded, ..) = row.stand();
    offering::person(
        &offering::Figures { value_tier, reason, contact, alone, margin_back, order_back, excluded },
        row.country.clone(),
        shelf,
    )
}

fn leaver<'a>(row: &Row, wishes: &'a [(String, Day)]) -> Leaver<'a> {
    let reason = Reason::of_number(row.stand().1).unwrap_or_default();
    Leaver { tier: Tier::from_code(row.tier), reason, last: row.last_day.map(Day), wishes }
}

/// What somebody was promised, and what is spent on everybody.
pub fn spent(given: GivenTo, period: i64) -> Spent {
    let day = |at: i64| Millis(at).day();
    Spent {
        period,
        person: given.person,
        last_offer: given.last_offer.map(day),
        last_discount: given.last_discount.map(|(at, depth)| LastDiscount { day: day(at), depth, ladder: None }),
        ..Spent::default()
    }
}

/// Those that the first contact allows for marketing, as their consent stands now.
fn channels(consent: Option<&str>, now: Millis) -> Vec<&'static str> {
    let present: Present = consent.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default();
    let is_open = |channel: &&str| present.get(&format!("{channel}/marketing")).is_some_and(|record| is_live(record, now));
    CHANNELS.into_iter().filter(is_open).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_open_with_consent_that_has_not_run_out() {
        let present = |state: &str, expires: &str| {
            format!(
                r#"{{"email/marketing":{{"channel":"email","purpose":"marketing","state":"{state}","basis":"consent","source":"import","act":false,"occurred_at":5,"recorded_at":5,"expires_at":{expires}}}}}"#
            )
        };
        let open = |json: &str| channels(Some(json), Millis(100));
        assert_eq!(open(&present("granted", "null")), ["email"]);
        assert_eq!(open(&present("granted", "101")), ["email"]);
        assert!(open(&present("granted", "100")).is_empty());
        assert!(open(&present("denied", "null")).is_empty());
        assert!(channels(None, Millis(100)).is_empty());
    }
}
