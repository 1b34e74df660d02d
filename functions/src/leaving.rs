//! How people leave: the one way by which an opt-out, a STOP, a complaint and a wish for less become true.
//!
//! A wish is appended to the history of consent, the address is suppressed by its hash, and whatever waits for the person is skipped, all
//! in one batch. A touch that a run has claimed is skipped as well, so that the run's own update before it calls the provider finds
//! nothing: until that call, an opt-out counts. Where the database refuses, [`take`] keeps the wish in the [`backlog`](crate::backlog).
//! Nothing here can raise a consent.

use serde::{Deserialize, Serialize};
use shared::campaign::{Channel, Reason};
use shared::consent::{Record, State, present};
use shared::time::{MILLIS_PER_DAY, Millis};
use worker::{Env, console_error};

use crate::backlog::{self, NotKept};
use crate::db::leaving::{self, Person, Response, Stop};
use crate::db::suppressions::{self, NewSuppression};
use crate::db::{Db, DbError, Statement, intake};
use crate::suppression;

/// How often it is read anew where somebody else writes the same contact.
const TRIES: u32 = 5;

/// Later than any touch is due.
const FOREVER: Millis = Millis(1 << 52);

/// What of a text somebody sent is kept as the wording.
const WORDING_CHARS: usize = 500;

/// What somebody wants, or did, as it is kept until it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leave {
    pub who: Who,
    pub what: What,
    /// `unsubscribe_link`, `preferences`, `sms_reply`, `provider_event`, …: as `consents.source`.
    pub source: String,
    /// What they were shown, or said.
    pub wording: Option<String>,
    /// The touch that it came by.
    pub touch: Option<i64>,
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// A row of `contacts`.
    Contact(i64),
    /// The contact that a link names, by the two signs of its address that the link has: a number may be another's since an erasure.
    Linked {
        contact: i64,
        channel: Channel,
        address: [u8; 2],
    },
    /// Whoever has the address, and the address itself where nobody has it.
    Email(String),
    Phone(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    OptOut(Scope),
    /// Called a message of the channel spam.
    Complaint(Channel),
    Pause {
        days: u16,
    },
    Fewer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    Channel(Channel),
    All,
}

/// Where it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// In the database: so many contacts.
    Done(usize),
    /// In the backlog, until the database is back.
    Kept,
}

/// Does it, or keeps it where the database refuses. Only then is it answered.
///
/// # Errors
/// Where it is kept nowhere: whoever asked has to ask again.
pub async fn take(env: &Env, db: &Db, leave: &Leave, now: Millis) -> Result<Taken, NotKept> {
    let leave = leave.clone().trimmed();
    match act(db, &leave, now).await {
        Ok(people) => Ok(Taken::Done(people)),
        Err(error) => {
            console_error!("{}", serde_json::json!({ "kind": "error", "job": "leaving", "error": error.to_string() }));
            backlog::put(env, &leave, now).await?;
            Ok(Taken::Kept)
        }
    }
}

/// Does it; to how many contacts. Done twice, it is as done once.
///
/// # Errors
/// Where the database refuses.
pub async fn act(db: &Db, leave: &Leave, now: Millis) -> Result<usize, DbError> {
    let mut tries = 0;
    loop {
        tries += 1;
        match attempt(db, leave, now).await {
            Err(error) if leaving::is_stale(&error) && tries < TRIES => {}
            done => return done,
        }
    }
}

async fn attempt(db: &Db, leave: &Leave, now: Millis) -> Result<usize, DbError> {
    let people = people(db, leave).await?;
    let ids: Vec<i64> = people.iter().map(|person| person.id).collect();
    let history = if ids.is_empty() { Vec::new() } else { intake::consent_history(db, &ids).await? };
    let mut statements = Vec::new();
    for person in &people {
        let theirs: Vec<Record> = history.iter().filter(|(of, _)| *of == person.id).map(|(_, record)| record.clone()).collect();
        statements.extend(of_person(person, &theirs, leave, now)?);
    }
    statements.extend(suppress(db, &people, leave, now)?);
    db.batch_idempotent(statements).await?;
    Ok(people.len())
}

async fn people(db: &Db, leave: &Leave) -> Result<Vec<Person>, DbError> {
    match &leave.who {
        Who::Contact(id) => leaving::by_id(db, &[*id]).await,
        Who::Linked { contact, channel, address } => {
            let mut found = leaving::by_id(db, &[*contact]).await?;
            let fits = |person: &Person| crate::public_links::signs(*channel, person.address(*channel)) == *address;
            if !found.iter().all(fits) && !leaving::is_of_touch(db, leave.touch.unwrap_or_default(), *contact).await? {
                found.clear();
            }
            Ok(found)
        }
        Who::Email(address) => leaving::by_address(db, "email", &address.trim().to_lowercase(), leave.touch).await,
        Who::Phone(address) => leaving::by_address(db, "phone", address.trim(), leave.touch).await,
    }
}

/// What changes for one of them: a batch, with [`leaving::is_stale`] where their consent is not as it was read.
///
/// # Errors
/// Where a row is too large for a statement.
pub fn of_person(person: &Person, history: &[Record], leave: &Leave, now: Millis) -> Result<Vec<Statement>, DbError> {
    let mut statements = Vec::new();
    let evidence = leave.source.as_str();
    match leave.what {
        What::OptOut(scope) => {
            statements.extend(deny(person, history, &denials(leave, &scope.consents(), State::Denied, now), now)?);
            let channels = scope.channels();
            let stop = Stop { channels: &channels, reason: Reason::OptedOut, evidence, before: FOREVER };
            statements.extend(leaving::stop(person, &stop, now));
            statements.extend(response(person, leave, "opted_out", now));
        }
        What::Complaint(channel) => {
            let consents = Scope::Channel(channel).consents();
            statements.extend(deny(person, history, &denials(leave, &consents, State::Complained, now), now)?);
            let channels = Scope::Channel(channel).channels();
            let stop = Stop { channels: &channels, reason: Reason::Complaint, evidence, before: FOREVER };
            statements.extend(leaving::stop(person, &stop, now));
            statements.extend(response(person, leave, "complained", now));
        }
        What::Pause { days } => {
            let until = Millis(leave.at.0 + i64::from(days) * MILLIS_PER_DAY);
            statements.push(leaving::pause(person, until, now));
            let stop = Stop { channels: &Channel::ALL, reason: Reason::AskedForPause, evidence, before: until };
            statements.extend(leaving::stop(person, &stop, now));
        }
        What::Fewer => statements.push(leaving::fewer(person, now)),
    }
    Ok(statements)
}

/// The history grows where it does not say so yet, and else by a line a day: a link that is pressed a thousand times leaves one row.
fn deny(person: &Person, history: &[Record], denials: &[Record], now: Millis) -> Result<Vec<Statement>, DbError> {
    let before = present(history);
    let is_new = |record: &&Record| {
        let is_open = before.get(&format!("{}/{}", record.channel, record.purpose)).is_none_or(|now| now.state < record.state);
        let is_same = |other: &Record| {
            (&other.channel, &other.purpose, other.state) == (&record.channel, &record.purpose, record.state)
                && other.occurred_at.0 > record.occurred_at.0 - MILLIS_PER_DAY
        };
        is_open || !history.iter().any(is_same)
    };
    let new: Vec<intake::NewConsent> = denials
        .iter()
        .filter(is_new)
        .map(|record| intake::NewConsent { contact_id: Some(person.id), new_contact: None, record: record.clone() })
        .collect();
    if new.is_empty() {
        return Ok(Vec::new());
    }
    let added: Vec<Record> = new.iter().map(|new| new.record.clone()).collect();
    let consent =
        serde_json::to_string(&present(&[history, &added].concat())).map_err(|error| DbError::Bug(error.to_string()))?;
    let mut statements = vec![leaving::refresh_consent(person, &consent, now)];
    statements.extend(intake::add_consents(&new)?);
    Ok(statements)
}

fn denials(leave: &Leave, consents: &[&str], state: State, now: Millis) -> Vec<Record> {
    consents
        .iter()
        .map(|channel| Record {
            channel: (*channel).to_owned(),
            purpose: "marketing".to_owned(),
            state,
            basis: if state == State::Complained { "complaint" } else { "opt_out" }.to_owned(),
            source: leave.source.clone(),
            wording: leave.wording.clone(),
            act: true,
            occurred_at: leave.at,
            recorded_at: now,
            expires_at: None,
        })
        .collect()
}

fn response(person: &Person, leave: &Leave, kind: &'static str, now: Millis) -> Option<Statement> {
    let touch = leave.touch?;
    let key = format!("{kind}:{touch}");
    let response = Response { key: &key, touch, contact: person.id, kind, detail: None, at: leave.at };
    Some(leaving::add_response(&response, now))
}

/// The addresses that nobody may write to any more, known or not.
fn suppress(db: &Db, people: &[Person], leave: &Leave, now: Millis) -> Result<Vec<Statement>, DbError> {
    let (consents, reason) = match leave.what {
        What::OptOut(scope) => (scope.consents(), suppressions::Reason::Unsubscribed),
        What::Complaint(channel) => (Scope::Channel(channel).consents(), suppressions::Reason::Complained),
        What::Pause { .. } | What::Fewer => return Ok(Vec::new()),
    };
    let asked = match &leave.who {
        Who::Email(address) => Some((suppression::Channel::Email, address.as_str())),
        Who::Phone(address) => Some((suppression::Channel::Sms, address.as_str())),
        Who::Contact(_) | Who::Linked { .. } => None,
    };
    let theirs = people.iter().flat_map(|person| {
        let email = person.email.as_deref().map(|address| (suppression::Channel::Email, address));
        let phone = person.phone.as_deref().map(|address| (suppression::Channel::Sms, address));
        [email, phone].into_iter().flatten()
    });
    let mut addresses: Vec<(suppression::Channel, &str)> =
        asked.into_iter().chain(theirs).filter(|(channel, _)| consents.contains(&channel.as_str())).collect();
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    let hasher = db.hasher()?;
    let new: Vec<NewSuppression> = addresses
        .into_iter()
        .map(|(channel, address)| {
            NewSuppression(hasher.hash(channel, address), channel, reason, leave.source.clone(), leave.at.0)
        })
        .collect();
    suppressions::store(&new, now)
}

impl Leave {
    fn trimmed(mut self) -> Self {
        self.wording = self.wording.map(|text| text.chars().take(WORDING_CHARS).collect());
        self
    }
}

impl Scope {
    /// Channels of `shared::consent`, each once.
    pub fn consents(self) -> Vec<&'static str> {
        let mut consents: Vec<&'static str> = match self {
            Self::Channel(channel) => vec![channel.consent()],
            Self::All => Channel::ALL.into_iter().map(Channel::consent).collect(),
        };
        consents.sort_unstable();
        consents.dedup();
        consents
    }

    /// All that the same consent is asked for: who wants no mail gets no video by mail.
    pub fn channels(self) -> Vec<Channel> {
        let consents = self.consents();
        Channel::ALL.into_iter().filter(|channel| consents.contains(&channel.consent())).collect()
    }
}

impl Person {
    /// That a channel's messages go to.
    pub fn address(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Email | Channel::Video => self.email.as_deref(),
            Channel::Sms | Channel::Call => self.phone.as_deref(),
            Channel::InApp | Channel::Post | Channel::Retargeting => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Param;

    const NOW: Millis = Millis(1_795_305_600_000);

    fn person() -> Person {
        let email = Some("ada@example.com".to_owned());
        Person { id: 7, customer_id: 3, email, phone: None, consent: "{}".to_owned() }
    }

    fn leave(what: What) -> Leave {
        Leave { who: Who::Contact(7), what, source: "unsubscribe_link".into(), wording: None, touch: Some(12), at: NOW }
    }

    fn record(state: State, act: bool, at: i64) -> Record {
        let mut records = denials(&leave(What::Fewer), &["email"], state, Millis(at));
        let mut record = records.remove(0);
        record.act = act;
        record.occurred_at = Millis(at);
        record
    }

    fn texts(statements: &[Statement]) -> String {
        statements.iter().map(|statement| statement.sql.as_ref()).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn to_leave_a_channel_is_to_leave_all_that_needs_the_same_consent() {
        assert_eq!(Scope::Channel(Channel::Video).channels(), [Channel::Email, Channel::Video]);
        assert_eq!(Scope::Channel(Channel::Sms).consents(), ["sms"]);
        assert_eq!(Scope::All.channels(), Channel::ALL);
        assert_eq!(Scope::All.consents().len(), 6);
    }

    #[test]
    fn an_opt_out_denies_and_stops_and_one_more_on_the_same_day_adds_no_row() {
        let opt_out = leave(What::OptOut(Scope::Channel(Channel::Email)));
        let after = |history: &[Record]| texts(&of_person(&person(), history, &opt_out, NOW).expect("statements"));
        let denied = |ago: i64| record(State::Denied, true, NOW.0 - ago);
        for history in
            [vec![], vec![record(State::Granted, true, 1)], vec![denied(2_000), record(State::Granted, true, NOW.0 - 1)]]
        {
            assert!(after(&history).contains("insert into consents"), "{history:?}");
        }
        assert!(!after(&[denied(2_000)]).contains("insert into consents"));
        assert!(after(&[denied(2_000)]).contains("update touches"), "what waits is stopped all the same");
        assert!(after(&[denied(MILLIS_PER_DAY)]).contains("insert into consents"), "a later one outlives what was said between");
    }

    #[test]
    fn nothing_that_is_asked_for_here_gives_consent() {
        let all = [
            What::OptOut(Scope::All),
            What::OptOut(Scope::Channel(Channel::Sms)),
            What::Complaint(Channel::Email),
            What::Pause { days: 90 },
            What::Fewer,
        ];
        for what in all {
            for history in [vec![], vec![record(State::Denied, true, 1)], vec![record(State::Complained, true, 1)]] {
                for statement in of_person(&person(), &history, &leave(what), NOW).expect("statements") {
                    for param in statement.params {
                        let (Param::Text(text) | Param::Json(text)) = param else { continue };
                        assert!(!text.contains("granted"), "{what:?} {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_opt_out_does_not_weaken_a_complaint() {
        let opt_out = leave(What::OptOut(Scope::Channel(Channel::Email)));
        let statements = of_person(&person(), &[record(State::Complained, true, 1)], &opt_out, NOW).expect("statements");
        let refreshed = statements.iter().find(|statement| statement.sql.contains("set consent")).expect("refreshed");
        assert!(matches!(refreshed.params.get(2), Some(Param::Text(text)) if text.contains("complained")));
        let complaint = leave(What::Complaint(Channel::Email));
        let statements = of_person(&person(), &[record(State::Denied, true, NOW.0 - 1)], &complaint, NOW).expect("statements");
        assert!(texts(&statements).contains("insert into consents"), "a complaint outweighs an opt-out");
    }

    #[test]
    fn a_wish_is_read_as_it_was_kept() {
        let linked = Who::Linked { contact: 7, channel: Channel::Sms, address: *b"a." };
        for who in [Who::Contact(7), linked, Who::Email("a@b.example".into()), Who::Phone("+4930".into())] {
            for what in [What::OptOut(Scope::All), What::Complaint(Channel::Email), What::Pause { days: 30 }, What::Fewer] {
                let kept = Leave { who: who.clone(), ..leave(what) };
                let text = serde_json::to_string(&kept).expect("json");
                assert_eq!(serde_json::from_str::<Leave>(&text).expect("the same"), kept);
            }
        }
    }
}
