//! People of an audience with all that may be said to them: what is read of them, in few statements for many.

use std::collections::HashMap;

use shared::api::{CustomerKind, ImprovementMatch, Order, PreviewPerson, Shopping, Tier};
use shared::catalogue::{self, Bought};
use shared::improvement::{self, Leaver};
use shared::message::check::is_locale;
use shared::message::facts::{Solved, Sources, gather};
use shared::message::lint::Limits;
use shared::message::{Draft, Recipient};
use shared::reason::Reason;
use shared::segment::{Engagement, Row, ValueTier};
use shared::state::State;
use shared::time::{Day, Millis};

use crate::db::audience::{self, Person, TicketKey};
use crate::db::profile::OrderRow;
use crate::db::shop::Shop;
use crate::db::{Db, DbError, improvements, interventions, products};
use crate::offering::{self, Figures, Shelf};
use crate::{advice, promises};

/// Days for which a solved ticket is worth a word.
const SOLVED_DAYS: i32 = 180;

/// What people are read from.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    pub db: &'a Db,
    pub shop: &'a Shop,
    /// The brand lets messages name what somebody wrote to support about.
    pub names_tickets: bool,
    pub now: Millis,
}

/// Of the customers with these numbers, in their order, with what each step of the draft would offer them.
pub async fn read(asking: Asking<'_>, draft: &Draft, ids: &[i64]) -> Result<Vec<PreviewPerson>, DbError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let Asking { db, shop, names_tickets, now } = asking;
    let today = now.day();
    let shelf = offering::shelf(db, shop, now).await?;
    let statements = vec![
        audience::people(ids),
        audience::orders(ids),
        improvements::list_statement(),
        improvements::wishes_of(ids),
        interventions::given_to(ids, &shelf.guardrails, now),
        interventions::spent_by_all(&shelf.guardrails, now),
        products::any(),
    ];
    let outcomes = db.batch_idempotent(statements).await?;
    let [people, orders, known, wishes, given, period, catalogue] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    let people: Vec<Person> = people.rows()?;
    let orders = audience::read_orders(orders)?;
    let improvements: Vec<_> = known.rows::<improvements::Row>()?.into_iter().map(|row| row.wire(None)).collect();
    let wishes = improvements::read_wishes(wishes)?;
    let mut given = interventions::read_given(given)?;
    let period = interventions::read_period(period)?;
    let has_catalogue = products::read_any(catalogue)?;
    let states: HashMap<i64, State> = people.iter().filter_map(|person| Some((person.id, person.state()?))).collect();
    let bought: HashMap<i64, Vec<Bought>> = orders
        .iter()
        .map(|(id, orders)| (*id, orders.iter().filter(|order| order.status == "paid").map(OrderRow::bought).collect()))
        .collect();
    let bought = |person: &Person| bought.get(&person.id).map(Vec::as_slice).unwrap_or_default();
    let mut wanted: Vec<String> =
        people.iter().flat_map(|person| catalogue::wanted(states.get(&person.id), bought(person), today)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let products = products::find(db, &wanted).await?;
    let solved = if names_tickets { solved(db, &states, today).await? } else { HashMap::new() };
    let found = people.iter().map(|person| {
        let given = given.remove(&person.id).unwrap_or_default();
        let spent = advice::spent(given, period);
        let wishes = wishes.get(&person.id).map(Vec::as_slice).unwrap_or_default();
        let state = states.get(&person.id);
        let orders: Vec<Order> = orders.get(&person.id).into_iter().flatten().cloned().map(OrderRow::wire).collect();
        let about = About {
            person,
            state,
            orders: &orders,
            shopping: &catalogue::shopping(state, bought(person), &products, today),
            has_catalogue,
            improvements: &improvement::of_customer(&improvements, &leaver(person, wishes)),
            solved: solved.get(&person.id),
            today,
        };
        let recipient = recipient(&about);
        let line = Row { value: recipient.value, reason: recipient.reason };
        PreviewPerson {
            name: person.name.clone(),
            limits: Limits::of(&shelf.guardrails, line),
            recipient,
            promises: promises::promises(draft, &shelf, &as_offered(person, &shelf), &spent, today),
        }
    });
    Ok(found.collect())
}

/// All that is known of one person here.
struct About<'a> {
    person: &'a Person,
    state: Option<&'a State>,
    /// The newest first.
    orders: &'a [Order],
    shopping: &'a Shopping,
    /// What a catalogue does not hold is not sold.
    has_catalogue: bool,
    improvements: &'a [ImprovementMatch],
    /// The ticket that was solved last, where messages may name it.
    solved: Option<&'a (String, Day)>,
    today: Day,
}

/// What the ticket of each that was solved last was about, and when.
async fn solved(db: &Db, states: &HashMap<i64, State>, today: Day) -> Result<HashMap<i64, (String, Day)>, DbError> {
    let last = states.iter().filter_map(|(id, state)| Some((*id, state.tickets.last_solved(today)?)));
    let last: HashMap<i64, (TicketKey, Day)> = last
        .filter_map(|(id, (ticket, at))| Some((id, (TicketKey(id, ticket.opened?, ticket.id.clone()), at.day()))))
        .filter(|(_, (_, day))| today.since(*day) <= SOLVED_DAYS)
        .collect();
    let keys: Vec<TicketKey> = last.values().map(|(key, _)| key.clone()).collect();
    let subjects = audience::subjects(db, &keys).await?;
    Ok(subjects.into_iter().filter_map(|(id, subject)| Some((id, (subject, last.get(&id)?.1)))).collect())
}

/// What may be said to somebody.
fn recipient(about: &About<'_>) -> Recipient {
    let About { person, state, orders, shopping, has_catalogue, improvements, solved, today } = about;
    let tickets: Vec<Solved<'_>> = solved.iter().map(|(subject, day)| Solved { subject, day: *day }).collect();
    let locale = state.and_then(|state| {
        let of = |name: &str| state.traits.on(name, *today).filter(|text| is_locale(text)).map(str::to_owned);
        of("locale").or_else(|| of("language"))
    });
    let contact = person.contact_name.as_deref().filter(|name| !name.trim().is_empty());
    let is_account = person.kind == CustomerKind::Account;
    let facts = gather(&Sources {
        contact_name: if is_account { contact } else { contact.or(Some(&person.name)) },
        company: is_account.then_some(person.name.as_str()),
        state: *state,
        orders,
        shopping,
        has_catalogue: *has_catalogue,
        improvements,
        tickets: &tickets,
        today: *today,
    });
    Recipient {
        id: person.public_id.to_string(),
        locale,
        value: ValueTier::of_number(person.value_tier).unwrap_or_default(),
        reason: Reason::of_number(person.reason).unwrap_or_default(),
        engagement: Engagement::of_number(person.engagement).unwrap_or_default(),
        facts,
    }
}

fn leaver<'a>(person: &Person, wishes: &'a [(String, Day)]) -> Leaver<'a> {
    let reason = Reason::of_number(person.reason).unwrap_or_default();
    Leaver { tier: Tier::from_code(person.tier), reason, last: person.last_day.map(Day), wishes }
}

fn as_offered(person: &Person, shelf: &Shelf) -> shared::offer::Person {
    let figures = Figures {
        value_tier: person.value_tier,
        reason: person.reason,
        contact: person.contact,
        alone: person.alone,
        margin_back: person.margin_back,
        order_back: person.order_back,
        excluded: person.excluded,
    };
    offering::person(&figures, person.country.clone(), shelf)
}
