//! What an offer to one customer is decided on: the shop's offers and limits, what can be given, where the customer stands, and what was
//! given before.

use shared::money::{Currency, Money};
use shared::offer::fulfilment::{Benefit, Form, Grant, Provider, code};
use shared::offer::{Given, Guardrails, Offer, Outcome, Person, Spent};
use shared::reason::Reason;
use shared::segment::{Cell, Engagement, Exclusion, Row, ValueTier, WinBack};
use shared::time::{Day, MILLIS_PER_DAY, Millis};

use crate::db::fulfilments::{self, FulfilmentRow};
use crate::db::interventions::{self, Open, Standing};
use crate::db::shop::Shop;
use crate::db::{Db, DbError, margins, offers};

/// What codes begin with where nobody says otherwise.
const PREFIX: &str = "BACK";

/// What the shop can offer.
#[derive(Debug)]
pub struct Shelf {
    pub home: Currency,
    pub offers: Vec<Offer>,
    pub guardrails: Guardrails,
    pub guardrails_version: u32,
    pub outcomes: Vec<Outcome>,
    pub margin_rate: f64,
    pub ways: Vec<FulfilmentRow>,
}

/// One customer, as an offer sees them.
#[derive(Debug)]
pub struct Stand {
    pub today: Day,
    pub standing: Standing,
    pub cell: Cell,
    pub person: Person,
    pub spent: Spent,
    pub open: Option<Open>,
}

/// Of a customer, as facets have it: chances per mille, money in minor units of the home currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    pub value_tier: u8,
    pub reason: u8,
    pub contact: Option<u16>,
    pub alone: Option<u16>,
    pub margin_back: Option<i64>,
    pub order_back: Option<i64>,
    /// A number of [`Exclusion`].
    pub excluded: u8,
}

/// To whom it is bound.
#[derive(Debug)]
pub struct Whose {
    /// As the store knows them.
    pub person: Option<String>,
    pub email: Option<String>,
}

/// # Errors
/// The store's.
pub async fn shelf(db: &Db, shop: &Shop, now: Millis) -> Result<Shelf, DbError> {
    let home = shop.home_currency;
    let mut statements = vec![fulfilments::ways(now), offers::outcomes()];
    statements.extend(margins::in_force_statements());
    statements.extend(offers::catalogue_statements(home));
    let answers = db.batch_idempotent(statements).await?;
    let [ways, outcomes, known @ ..] = answers.as_slice() else { return Err(DbError::Bug("a batch lost results".to_owned())) };
    let (margin, catalogue) = known.split_at(known.len().min(2));
    let ways: Vec<FulfilmentRow> = ways.rows()?;
    let catalogue = offers::read_catalogue(catalogue, home)?;
    let mut known: Vec<Offer> = catalogue.offers.into_iter().map(|known| known.offer).collect();
    for offer in &mut known {
        offer.unready = fulfilments::choose(&ways, offer.fulfilment).err();
    }
    Ok(Shelf {
        home,
        offers: known,
        guardrails: catalogue.guardrails,
        guardrails_version: catalogue.guardrails_version,
        outcomes: outcomes.rows()?,
        margin_rate: margins::read_in_force(margin, shop)?,
        ways,
    })
}

/// None where nobody has scored the customer yet.
///
/// # Errors
/// The store's.
pub async fn stand(db: &Db, customer: i64, shelf: &Shelf, now: Millis) -> Result<Option<Stand>, DbError> {
    let Some(standing) = interventions::standing(db, customer).await? else { return Ok(None) };
    let open = interventions::open_ladder(db, customer, now).await?;
    let spent = interventions::spent(db, customer, open.as_ref(), &shelf.guardrails, now).await?;
    let cell = Cell {
        value: ValueTier::of_number(standing.value_tier).unwrap_or_default(),
        reason: Reason::of_number(standing.reason).unwrap_or_default(),
        engagement: Engagement::of_number(standing.engagement).unwrap_or_default(),
        win_back: WinBack::of_number(standing.win_back).unwrap_or_default(),
    };
    let figures = Figures {
        value_tier: standing.value_tier,
        reason: standing.reason,
        contact: standing.contact,
        alone: standing.alone,
        margin_back: standing.margin_back,
        order_back: standing.order_back,
        excluded: standing.excluded,
    };
    let person = person(&figures, standing.country.clone(), shelf);
    Ok(Some(Stand { today: now.day(), standing, cell, person, spent, open }))
}

/// One customer as guardrails and estimates see them.
pub fn person(figures: &Figures, country: Option<String>, shelf: &Shelf) -> Person {
    let share = |per_mille: Option<u16>| f64::from(per_mille.unwrap_or(0)) / 1_000.0;
    Person {
        row: Row {
            value: ValueTier::of_number(figures.value_tier).unwrap_or_default(),
            reason: Reason::of_number(figures.reason).unwrap_or_default(),
        },
        country,
        none: share(figures.alone),
        contact: share(figures.contact),
        margin: figures.margin_back.unwrap_or(0),
        order: figures.order_back.unwrap_or(0),
        margin_rate: shelf.margin_rate,
        excluded: Exclusion::of_number(figures.excluded).map(|why| why.name().to_owned()),
        brands: Vec::new(),
        waits: false,
    }
}

/// What is asked of a store for this offer.
#[expect(clippy::too_many_arguments, reason = "one promise rests on all of them")]
pub fn grant(
    shelf: &Shelf,
    way: &FulfilmentRow,
    form: Form,
    given: &Given<'_>,
    key: String,
    whose: Whose,
    seed: &[u8; 32],
    now: Millis,
) -> Grant {
    let settings = way.settings();
    let terms = &given.offer.terms;
    let benefit = if given.depth > 0 {
        Benefit::Share { per_mille: u32::from(given.depth) }
    } else if terms.amount > 0 {
        Benefit::Amount { money: Money::new(terms.amount, shelf.home) }
    } else {
        // Time, a feature or an appointment costs nothing at all.
        Benefit::Share { per_mille: 1_000 }
    };
    let Whose { person, email } = whose;
    let text = code::text(settings.prefix.as_deref().unwrap_or(PREFIX), seed);
    // Whole days, so that people of one day share the terms of a lot.
    let (starts, last) = (now.day(), now.day().plus(i32::from(given.expiry_days)));
    Grant {
        key,
        code: if form == Form::Code { text } else { String::new() },
        benefit,
        months: None,
        starts: starts.start(),
        // To the second: stores keep no more.
        expires: Millis(last.start().0 + MILLIS_PER_DAY - 1_000),
        minimum: (terms.minimum_order > 0).then(|| Money::new(terms.minimum_order, shelf.home)),
        only: settings.only,
        except: settings.except,
        person,
        // WooCommerce binds a code by the address; others need none of it.
        email: email.filter(|_| matches!(way.provider(), Some(Provider::Woocommerce | Provider::Webhook))),
    }
}
