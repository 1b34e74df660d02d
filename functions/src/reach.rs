//! Whether and how people may be reached: all that `shared::campaign` decides on, read for many at once.

use std::collections::HashMap;

use shared::api::Tier;
use shared::campaign::caps::PastTouch;
use shared::campaign::doubt::doubt;
use shared::campaign::habits::Habits;
use shared::campaign::person::{Contact, Person};
use shared::campaign::rules::Rules;
use shared::campaign::seen::{Response, Seen};
use shared::campaign::zone::{hour_of_week, zone};
use shared::campaign::{Channel, Reason, State};
use shared::consent::Present;
use shared::reason::Reason as Leaving;
use shared::segment::{Engagement, Exclusion, ValueTier};
use shared::time::{MILLIS_PER_DAY, Millis};

use crate::db::reach::{self, ActRow, ContactRow, EngagedRow, PersonRow, ResponseRow};
use crate::db::suppressions::{self, Reason as Suppressed, Suppression};
use crate::db::{Db, DbError, touches};
use crate::suppression::Channel as Address;

/// As far back as the longest cap counts: a year is more than any.
const PAST_DAYS: i64 = 366;

/// A customer's newest orders tell when they shop.
const MOST_ORDERS: u32 = 40;

/// Roles of an account's people, in the order in which they are asked.
const ROLES: [&str; 4] = ["champion", "admin", "user", "billing"];

/// One customer as sending sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    pub row: PersonRow,
    pub person: Person,
    /// Their addresses, in the order of the person's contacts.
    pub contacts: Vec<ContactRow>,
    /// Touches that count, of all campaigns.
    pub past: Vec<PastTouch>,
}

/// By customer, of those in `ids` that are there.
pub async fn read(db: &Db, ids: &[i64], now: Millis) -> Result<HashMap<i64, Known>, DbError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let since = Millis(now.0 - PAST_DAYS * MILLIS_PER_DAY);
    let statements = vec![reach::people(ids), reach::contacts(ids), reach::engaged(ids), touches::past(ids, since)];
    let outcomes = db.batch_idempotent(statements).await?;
    let [people, contacts, engaged, past] = outcomes.as_slice() else {
        return Err(DbError::Bug("a batch lost results".to_owned()));
    };
    let (people, contacts): (Vec<PersonRow>, Vec<ContactRow>) = (people.rows()?, contacts.rows()?);
    let engaged: Vec<EngagedRow> = engaged.rows()?;
    let past: Vec<touches::PastRow> = past.rows()?;
    let suppressed = suppressed(db, &contacts).await?;
    let mut by_customer: HashMap<i64, Vec<(ContactRow, Contact)>> = HashMap::new();
    for (row, suppressed) in contacts.into_iter().zip(suppressed) {
        let contact = contact(&row, suppressed, &engaged);
        by_customer.entry(row.customer_id).or_default().push((row, contact));
    }
    let known = people.into_iter().map(|row| {
        let mut theirs = by_customer.remove(&row.id).unwrap_or_default();
        theirs.sort_by_key(|(contact, _)| (role_rank(&contact.role), contact.id));
        let (rows, contacts): (Vec<ContactRow>, Vec<Contact>) = theirs.into_iter().unzip();
        let past = past.iter().filter(|touch| touch.customer_id == row.id).filter_map(past_touch).collect();
        let person = person(&row, contacts, now);
        (row.id, Known { person, contacts: rows, past, row })
    });
    Ok(known.collect())
}

/// What came back, by entry.
pub async fn seen(db: &Db, entries: &[i64]) -> Result<HashMap<i64, Seen>, DbError> {
    if entries.is_empty() {
        return Ok(HashMap::new());
    }
    let outcomes = db.batch_idempotent(vec![reach::responses(entries)]).await?;
    let rows: Vec<ResponseRow> = outcomes.first().map(crate::db::Outcome::rows).transpose()?.unwrap_or_default();
    let mut seen: HashMap<i64, Seen> = HashMap::new();
    for row in rows {
        if let Some(response) = Response::of_code(&row.kind) {
            seen.entry(row.entry_id).or_default().add(response, Millis(row.occurred_at));
        }
    }
    Ok(seen)
}

/// The hours at which these people do something, from what they did: for whom a message is to be planned.
pub async fn learn_habits(db: &Db, known: &mut HashMap<i64, Known>, rules: &Rules, now: Millis) -> Result<(), DbError> {
    let ids: Vec<i64> = known.keys().copied().collect();
    if ids.is_empty() {
        return Ok(());
    }
    let since = Millis(now.0 - PAST_DAYS * MILLIS_PER_DAY);
    let outcomes = db.batch_idempotent(vec![reach::acts(&ids, MOST_ORDERS, since)]).await?;
    let acts: Vec<ActRow> = outcomes.first().map(crate::db::Outcome::rows).transpose()?.unwrap_or_default();
    for act in acts {
        let Some(known) = known.get_mut(&act.customer_id) else { continue };
        let contacts = &mut known.person.contacts;
        // Of an account's orders nobody knows who of them bought.
        let theirs = match (act.contact_id, contacts.len()) {
            (Some(id), _) => contacts.iter_mut().find(|contact| contact.id == id),
            (None, 1) => contacts.first_mut(),
            (None, _) => None,
        };
        if let Some(contact) = theirs {
            let hour = hour_of_week(zone(rules, contact), Millis(act.at));
            contact.habits.add(hour);
        }
    }
    Ok(())
}

impl Known {
    /// What came back in an entry; answers count until a person of the team has dealt with them.
    pub fn seen(&self, seen: Option<&Seen>) -> Seen {
        Seen { closed_at: self.row.talked_at.map(Millis), ..seen.cloned().unwrap_or_default() }
    }

    /// By number, with its addresses.
    pub fn contact(&self, id: i64) -> Option<(&Contact, &ContactRow)> {
        self.person.contacts.iter().zip(&self.contacts).find(|(contact, _)| contact.id == id)
    }
}

fn role_rank(role: &str) -> usize {
    ROLES.iter().position(|known| *known == role).unwrap_or(ROLES.len())
}

/// What each contact's addresses are suppressed by, mail first.
async fn suppressed(db: &Db, contacts: &[ContactRow]) -> Result<Vec<[Option<Suppression>; 2]>, DbError> {
    let asked: Vec<(Address, &str)> = contacts
        .iter()
        .flat_map(|row| [(Address::Email, row.email.as_deref()), (Address::Sms, row.phone.as_deref())])
        .filter_map(|(channel, address)| Some((channel, address?)))
        .collect();
    let mut found = suppressions::find(db, &asked).await?.into_iter();
    let mut next = |address: &Option<String>| address.as_ref().and_then(|_| found.next().flatten());
    Ok(contacts.iter().map(|row| [next(&row.email), next(&row.phone)]).collect())
}

fn person(row: &PersonRow, contacts: Vec<Contact>, now: Millis) -> Person {
    let state = row.state();
    let today = now.day();
    let closing = row.closing().filter(|(_, at)| row.last_order_at.is_none_or(|ordered| at.0 > ordered));
    let is_removal = |name: &str| name.ends_with("Uninstalled");
    let paid = state.as_ref().and_then(|state| state.paid);
    Person {
        value: ValueTier::of_number(row.value_tier).unwrap_or_default(),
        reason: Leaving::of_number(row.reason).unwrap_or_default(),
        engagement: Engagement::of_number(row.engagement).unwrap_or_default(),
        tier: Tier::from_code(row.tier),
        excluded: Exclusion::of_number(row.excluded),
        objected: row.objected_at.is_some(),
        merged: row.merged_into.is_some(),
        erased: false,
        closed: closing.as_ref().is_some_and(|(name, _)| !is_removal(name)),
        uninstalled: closing.as_ref().is_some_and(|(name, _)| is_removal(name)),
        last_order_at: row.last_order_at.map(Millis).max(paid),
        back_at: None,
        open_ticket: state.as_ref().is_some_and(|state| state.tickets.open(today).next().is_some()),
        open_conversation: row.is_talking > 0,
        contacts,
    }
}

fn contact(row: &ContactRow, [email, phone]: [Option<Suppression>; 2], engaged: &[EngagedRow]) -> Contact {
    let consent: Present = serde_json::from_str(&row.consent).unwrap_or_default();
    let [email, phone] = [(email, "email"), (phone, "sms")].map(|(row, channel)| standing(row?, channel, &consent));
    let some = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
    let mut suppressed = std::collections::BTreeMap::new();
    if let Some(why) = email {
        suppressed.insert(Channel::Email, reason(why));
    }
    if let Some(why) = phone {
        suppressed.extend([Channel::Sms, Channel::Call].map(|channel| (channel, reason(why))));
    }
    // Whoever complained about one message wants no other.
    if email == Some(Suppressed::Complained) || phone == Some(Suppressed::Complained) {
        suppressed.extend(Channel::ALL.map(|channel| (channel, Reason::Complaint)));
    }
    let of_contact = engaged.iter().filter(|known| known.contact_id == row.id);
    Contact {
        id: row.id,
        role: Some(row.role.clone()),
        has_email: some(&row.email),
        has_phone: some(&row.phone),
        // No source tells postal addresses yet: whoever has one does it by hand.
        has_post: false,
        country: row.country.clone(),
        time_zone: row.time_zone.clone(),
        phone_prefix: row.phone.as_deref().filter(|phone| phone.starts_with('+')).map(|phone| phone.chars().take(6).collect()),
        consent,
        suppressed,
        doubt: row.email.as_deref().and_then(doubt),
        paused_until: row.paused_until.map(Millis),
        fewer: row.fewer > 0,
        preferred: row.preferred.as_deref().and_then(Channel::of_code),
        engaged: of_contact.filter_map(|known| Some((Channel::of_code(&known.channel)?, Millis(known.at)))).collect(),
        habits: Habits::default(),
        engaged_at: row.engaged_at.map(Millis),
    }
}

/// An opt-out ends with a newer act of the person, which the consent of that channel then is; nothing else ever does.
fn standing(row: Suppression, channel: &str, consent: &Present) -> Option<Suppressed> {
    let is_opt_out = matches!(row.reason, Suppressed::Imported | Suppressed::Unsubscribed);
    let agreed = consent.get(&format!("{channel}/marketing"));
    let is_lifted = agreed.is_some_and(|record| {
        record.state == shared::consent::State::Granted && record.act && record.occurred_at.0 > row.occurred_at
    });
    (!(is_opt_out && is_lifted)).then_some(row.reason)
}

fn reason(why: Suppressed) -> Reason {
    match why {
        Suppressed::Imported | Suppressed::Unsubscribed => Reason::OptedOut,
        Suppressed::Bounced => Reason::HardBounce,
        Suppressed::Complained => Reason::Complaint,
        Suppressed::Erased => Reason::Erased,
    }
}

fn past_touch(row: &touches::PastRow) -> Option<PastTouch> {
    Some(PastTouch {
        campaign: row.campaign_id,
        entry: row.entry_id,
        step: row.step,
        message: None,
        channel: Channel::of_code(&row.channel)?,
        state: State::of_code(&row.state)?,
        reason: None,
        angle: None,
        due_at: Millis(row.counted_at),
        counted_at: Some(Millis(row.counted_at)),
    })
}
