//! An end of consent that a provider told of: made true before anything else is written.
//!
//! The history of consent grows, the address is suppressed by its hash, and what waits is skipped, in one batch. Done twice, it is as done
//! once. Nothing here raises a consent.

use shared::campaign::{Channel, Reason};
use shared::consent::{Record, State, present};
use shared::time::Millis;

use crate::db::reception::{self, Contact};
use crate::db::suppressions::{self, NewSuppression};
use crate::db::{Db, DbError, Statement, intake};
use crate::suppression;

/// How often it is read anew where somebody else writes the same contact.
const TRIES: u32 = 5;

/// What somebody wants, as a provider told it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// A row of `contacts`, where it is known whose message it was.
    pub contact: Option<i64>,
    /// The address that it was about; suppressed by itself where nobody has it.
    pub address: Option<String>,
    pub what: What,
    /// Of the channel that it was said on.
    pub channel: Channel,
    /// As `consents.source`.
    pub source: &'static str,
    pub wording: Option<String>,
    pub at: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// No more over this channel.
    OptOut,
    /// Called a message spam: no more over any.
    Complaint,
}

/// Makes it true.
///
/// # Errors
/// Where the database refuses.
pub async fn take(db: &Db, wish: &Wish, now: Millis) -> Result<(), DbError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt(db, wish, now).await {
            Err(error) if reception::is_raced(&error) && tries < TRIES => {}
            done => return done,
        }
    }
}

async fn attempt(db: &Db, wish: &Wish, now: Millis) -> Result<(), DbError> {
    let people = people(db, wish).await?;
    let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
    let history = intake::consent_history(db, &ids).await?;
    let mut statements = Vec::new();
    let mut addresses: Vec<(suppression::Channel, String)> =
        wish.address.iter().map(|text| (kind(wish.channel), text.clone())).collect();
    let channels = wish.channels();
    for person in &people {
        let theirs: Vec<Record> = history.iter().filter(|(of, _)| *of == person.id).map(|(_, record)| record.clone()).collect();
        let new: Vec<Record> = wish.records(now).into_iter().filter(|record| is_news(record, &theirs)).collect();
        if !new.is_empty() {
            let after = present(&[theirs.as_slice(), new.as_slice()].concat());
            let after = serde_json::to_string(&after).map_err(|error| DbError::Bug(error.to_string()))?;
            statements.push(reception::refresh(person.id, &person.consent, &after, now));
            let rows: Vec<intake::NewConsent> = new
                .into_iter()
                .map(|record| intake::NewConsent { contact_id: Some(person.id), new_contact: None, record })
                .collect();
            statements.extend(intake::add_consents(&rows)?);
        }
        let why = match wish.what {
            What::OptOut => Reason::OptedOut,
            What::Complaint => Reason::Complaint,
        };
        statements.extend(reception::skip(&[(person.customer_id, person.id)], &channels, (why, wish.source), now)?);
        statements.extend(reception::look_again_at(&[person.customer_id], now)?);
        addresses.extend(theirs_of(person, wish));
    }
    statements.extend(suppress(db, wish, addresses, now)?);
    db.batch(statements).await.map(drop)
}

async fn people(db: &Db, wish: &Wish) -> Result<Vec<Contact>, DbError> {
    if let Some(contact) = wish.contact {
        return reception::contacts(db, &[contact]).await;
    }
    match (&wish.address, wish.channel) {
        (Some(address), Channel::Sms) => {
            let ids: Vec<i64> = reception::writers(db, address, 0).await?.iter().map(|writer| writer.id).collect();
            reception::contacts(db, &ids).await
        }
        _ => Ok(Vec::new()),
    }
}

/// Said already, and not taken back since.
fn is_news(record: &Record, history: &[Record]) -> bool {
    let topic = format!("{}/{}", record.channel, record.purpose);
    present(history).get(&topic).is_none_or(|standing| standing.state < record.state)
}

fn theirs_of(person: &Contact, wish: &Wish) -> Vec<(suppression::Channel, String)> {
    let all = [(suppression::Channel::Email, &person.email), (suppression::Channel::Sms, &person.phone)];
    let is_meant = |channel: suppression::Channel| wish.what == What::Complaint || channel == kind(wish.channel);
    all.into_iter()
        .filter(|(channel, _)| is_meant(*channel))
        .filter_map(|(channel, text)| Some((channel, text.clone()?)))
        .collect()
}

fn suppress(
    db: &Db,
    wish: &Wish,
    mut addresses: Vec<(suppression::Channel, String)>,
    now: Millis,
) -> Result<Vec<Statement>, DbError> {
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let hasher = db.hasher()?;
    let reason = match wish.what {
        What::OptOut => suppressions::Reason::Unsubscribed,
        What::Complaint => suppressions::Reason::Complained,
    };
    let new: Vec<NewSuppression> = addresses
        .iter()
        .map(|(channel, text)| NewSuppression(hasher.hash(*channel, text), *channel, reason, wish.source.to_owned(), wish.at.0))
        .collect();
    suppressions::store(&new, now)
}

fn kind(channel: Channel) -> suppression::Channel {
    if matches!(channel, Channel::Sms | Channel::Call) { suppression::Channel::Sms } else { suppression::Channel::Email }
}

impl Wish {
    /// What is not sent any more.
    fn channels(&self) -> Vec<Channel> {
        let is_meant = |channel: &Channel| self.what == What::Complaint || channel.consent() == self.channel.consent();
        Channel::ALL.into_iter().filter(is_meant).collect()
    }

    /// A complaint of its own channel, and an end of all the others.
    fn records(&self, now: Millis) -> Vec<Record> {
        let mut consents: Vec<&str> = self.channels().into_iter().map(Channel::consent).collect();
        consents.sort_unstable();
        consents.dedup();
        let state = |consent: &str| match self.what {
            What::Complaint if consent == self.channel.consent() => (State::Complained, "complaint"),
            What::Complaint | What::OptOut => (State::Denied, "opt_out"),
        };
        let record = |consent: &str| {
            let (state, basis) = state(consent);
            Record {
                channel: consent.to_owned(),
                purpose: "marketing".to_owned(),
                state,
                basis: basis.to_owned(),
                source: self.source.to_owned(),
                wording: self.wording.clone(),
                act: true,
                occurred_at: self.at,
                recorded_at: now,
                expires_at: None,
            }
        };
        consents.into_iter().map(record).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_795_305_600_000);

    fn wish(what: What, channel: Channel) -> Wish {
        Wish { contact: Some(7), address: None, what, channel, source: "provider_event", wording: None, at: NOW }
    }

    #[test]
    fn an_opt_out_is_of_its_channel_and_a_complaint_of_all() {
        let opt_out = wish(What::OptOut, Channel::Email);
        assert_eq!(opt_out.channels(), [Channel::Email, Channel::Video]);
        let told = |wish: &Wish| wish.records(NOW).into_iter().map(|record| (record.channel, record.state)).collect::<Vec<_>>();
        assert_eq!(told(&opt_out), [("email".to_owned(), State::Denied)]);
        let complaint = wish(What::Complaint, Channel::Email);
        assert_eq!(complaint.channels(), Channel::ALL);
        let told = told(&complaint);
        assert!(told.contains(&("email".to_owned(), State::Complained)) && told.contains(&("sms".to_owned(), State::Denied)));
        assert!(complaint.records(NOW).iter().all(|record| record.state != State::Granted));
    }

    #[test]
    fn what_was_said_already_is_no_news_until_it_was_taken_back() {
        let denial = wish(What::OptOut, Channel::Sms).records(NOW).remove(0);
        assert!(is_news(&denial, &[]));
        assert!(!is_news(&denial, std::slice::from_ref(&denial)));
        let later =
            Record { state: State::Granted, occurred_at: Millis(NOW.0 + 1), recorded_at: Millis(NOW.0 + 1), ..denial.clone() };
        assert!(is_news(&denial, &[denial.clone(), later]));
    }
}
