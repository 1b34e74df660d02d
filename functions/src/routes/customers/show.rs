//! `GET /api/customers/{id}`.

use std::collections::BTreeMap;

use shared::api::{Consent, Contact, Customer, CustomerResponse, Shopping, Suppressed};
use shared::consent::{Present, Record, State};
use shared::id::Id;
use shared::money::Home;
use shared::risk::{self, Score, history_points};
use shared::time::Millis;

use super::{row, shopping};
use crate::advice::{self, Advice};
use crate::ctx::Ctx;
use crate::db::profile::{self, Belongings, ConsentRow, ContactRow, OrderRow, Profile};
use crate::db::shop::{self, Shop};
use crate::db::suppressions::{self, Suppression};
use crate::db::totals;
use crate::extract::PathId;
use crate::offering;
use crate::problem::Problem;
use crate::routes::notes;
use crate::suppression::Channel;
use crate::versioned::Versioned;

/// One customer, whole: people with their consent, orders, risk over time and what it rests on.
#[utoipa::path(get, path = "/api/customers/{id}", tag = "customers", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = CustomerResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Versioned<CustomerResponse>, Problem> {
    let customer = read(&ctx, &id).await?;
    Ok(Versioned(customer.version, CustomerResponse { customer }))
}

/// The same for other routes, which answer with what they left.
pub async fn read(ctx: &Ctx, id: &Id) -> Result<Customer, Problem> {
    let shop = shop::read(&ctx.db).await?;
    let profile = profile::find(&ctx.db, id, ctx.now.day()).await?.ok_or(Problem::NotFound)?;
    let belongings = profile::belongings(&ctx.db, profile.row.row_id, shop.home_currency).await?;
    let suppressed = suppressed(ctx, &belongings.contacts).await?;
    let shopping = shopping::read(ctx, &belongings).await?;
    let shelf = offering::shelf(&ctx.db, &shop, ctx.now).await?;
    let advice = advice::advise(&ctx.db, std::slice::from_ref(&profile.row), &shelf, ctx.now).await?;
    let advice = advice.into_iter().next().unwrap_or_default();
    Ok(Customer { shopping, ..wire(profile, belongings, suppressed, advice, &shop, ctx) })
}

/// Of each contact, in their order.
async fn suppressed(ctx: &Ctx, contacts: &[ContactRow]) -> Result<Vec<Vec<Suppressed>>, Problem> {
    let addresses = |contact: &ContactRow| {
        let email = contact.email.clone().map(|email| (Channel::Email, email));
        [email, contact.phone.clone().map(|phone| (Channel::Sms, phone))].into_iter().flatten().collect::<Vec<_>>()
    };
    let all: Vec<(Channel, String)> = contacts.iter().flat_map(addresses).collect();
    let asked: Vec<(Channel, &str)> = all.iter().map(|(channel, address)| (*channel, address.as_str())).collect();
    let mut found = suppressions::find(&ctx.db, &asked).await?.into_iter();
    let of = |contact| found.by_ref().take(addresses(contact).len()).flatten().map(|row| told(&row)).collect();
    Ok(contacts.iter().map(of).collect())
}

pub fn told(row: &Suppression) -> Suppressed {
    Suppressed {
        channel: row.channel.as_str().to_owned(),
        reason: row.reason.as_str().to_owned(),
        source: row.source.clone(),
        at: Millis(row.occurred_at).rfc3339(),
    }
}

fn wire(
    profile: Profile,
    belongings: Belongings,
    suppressed: Vec<Vec<Suppressed>>,
    advice: Advice,
    shop: &Shop,
    ctx: &Ctx,
) -> Customer {
    let (home, today) = (shop.home_currency, ctx.now.day());
    let Profile { row, score, traits, version, objected_at } = profile;
    let score: Option<Score> = score.and_then(|json| serde_json::from_str(&json).ok());
    let made_of = belongings.made_of.map(|(state, model)| (state, shop.laid_over(model)));
    let value = row.value.map(Home);
    let mut histories: BTreeMap<i64, Vec<Consent>> = BTreeMap::new();
    for consent in belongings.consents {
        histories.entry(consent.contact_id).or_default().push(past(consent));
    }
    let mut suppressed = suppressed.into_iter();
    let contacts = belongings.contacts.into_iter().map(|person| {
        let history = histories.remove(&person.id).unwrap_or_default();
        contact(person, history, suppressed.next().unwrap_or_default(), ctx.now)
    });
    Customer {
        version,
        notes: belongings.notes.into_iter().map(|note| notes::wire(note, &ctx.who)).collect(),
        traits: serde_json::from_str(&traits).unwrap_or_default(),
        contacts: contacts.collect(),
        recent_orders: belongings.orders.into_iter().map(OrderRow::wire).collect(),
        spent: totals::by_currency(&belongings.spent, &belongings.rates),
        history: row.history.as_deref().map(history_points).unwrap_or_default(),
        p_alive: score.as_ref().and_then(|score| score.p_alive),
        p_alive_interval: score.as_ref().and_then(|score| score.alive_interval),
        p_return: score.as_ref().and_then(|score| score.p_return),
        p_return_interval: score.as_ref().and_then(|score| score.return_interval),
        peers: made_of.as_ref().and_then(|(state, model)| risk::peers(state, value, model, today)),
        explanation: made_of.as_ref().and_then(|(state, model)| risk::explain(state, model, today)),
        expected_orders: score.as_ref().and_then(|score| score.expected_orders),
        expected_orders_interval: score.as_ref().and_then(|score| score.orders_interval),
        second_lifetime_value: score.as_ref().and_then(|score| score.second_value).map(|value| value.in_currency(home)),
        second_lifetime_value_interval: score
            .as_ref()
            .and_then(|score| score.second_value_interval)
            .map(|ends| row::money_interval(ends, home)),
        why: score.as_ref().and_then(|score| score.why.clone()),
        rhythm: score.and_then(|score| score.rhythm),
        home_currency: home,
        shopping: Shopping::default(),
        objected_at: objected_at.map(|at| Millis(at).rfc3339()),
        row: row::wire(row, home, advice),
    }
}

fn contact(row: ContactRow, history: Vec<Consent>, suppressed: Vec<Suppressed>, now: Millis) -> Contact {
    let present: Present = serde_json::from_str(&row.consent).unwrap_or_default();
    Contact {
        id: row.public_id,
        role: row.role,
        name: row.name,
        email: row.email,
        phone: row.phone,
        country: row.country,
        time_zone: row.time_zone,
        consent: present.into_values().map(|record| standing(record, now)).collect(),
        history,
        suppressed,
    }
}

/// The present state: implied consent may have run out since it was written.
fn standing(record: Record, now: Millis) -> Consent {
    let has_expired = record.expires_at.is_some_and(|at| at <= now);
    let state = match record.state {
        State::Granted if has_expired => "expired",
        State::Granted => "granted",
        State::Denied => "denied",
        State::Complained => "complained",
    };
    Consent {
        channel: record.channel,
        purpose: record.purpose,
        state: state.to_owned(),
        basis: record.basis,
        source: record.source,
        at: record.occurred_at.rfc3339(),
        expires_at: record.expires_at.map(Millis::rfc3339),
    }
}

fn past(row: ConsentRow) -> Consent {
    Consent {
        channel: row.channel,
        purpose: row.purpose,
        state: row.state,
        basis: row.basis,
        source: row.source,
        at: Millis(row.occurred_at).rfc3339(),
        expires_at: row.expires_at.map(|at| Millis(at).rfc3339()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(state: State, expires_at: Option<i64>, expected: &str) {
        let record = Record {
            channel: "email".to_owned(),
            purpose: "marketing".to_owned(),
            state,
            basis: "consent".to_owned(),
            source: "import".to_owned(),
            wording: None,
            act: false,
            occurred_at: Millis(0),
            recorded_at: Millis(0),
            expires_at: expires_at.map(Millis),
        };
        assert_eq!(standing(record, Millis(100)).state, expected);
    }

    #[test]
    fn consent_that_ran_out_is_expired_and_a_refusal_never_is() {
        check(State::Granted, None, "granted");
        check(State::Granted, Some(101), "granted");
        check(State::Granted, Some(100), "expired");
        check(State::Denied, Some(100), "denied");
    }
}
