//! What a provider told, as rows to write: pure, so that every order of events can be tried.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use shared::campaign::{Channel, Reason, State};
use shared::provider::words::Word;
use shared::provider::{Event, Kind, Listed, comes_from, mailbox, moved};
use shared::time::Millis;

use super::wish::{What, Wish};
use super::{Speaker, wish_of};
use crate::db::reception::{self, Move, NewResponse, TouchRow, Writer};
use crate::db::suppressions::{self, NewSuppression};
use crate::db::{DbError, Statement};
use crate::suppression::{self, Hasher};

/// What the store knows of what was told.
#[derive(Debug, Default)]
pub struct Known {
    /// Keys that were stored before.
    pub stored: BTreeSet<String>,
    pub touches: Vec<TouchRow>,
    /// By telephone number.
    pub writers: BTreeMap<String, Vec<Writer>>,
}

/// Rows to write.
#[derive(Debug, Default)]
pub struct Plan {
    /// Before all the rest.
    pub wishes: Vec<Wish>,
    pub responses: Vec<NewResponse>,
    pub moves: Vec<Move>,
    /// By scope and measure.
    pub counts: BTreeMap<(String, &'static str), u32>,
    /// Addresses that do not work.
    pub bounces: Vec<Bounce>,
    /// Entries to be planned anew.
    pub entries: BTreeSet<i64>,
    /// Customers whose entries are all to be planned anew.
    pub customers: BTreeSet<i64>,
    /// Contacts, and when they were there last.
    pub engaged: BTreeMap<i64, Millis>,
    /// Messages that a person must answer.
    pub replies: Vec<Reply>,
    pub starts: Vec<(Writer, Event)>,
    /// Key, what the provider calls the message, our number, and the event as JSON.
    pub parked: Vec<(String, Option<String>, Option<i64>, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    pub customer: i64,
    pub contact: i64,
    pub channel: Channel,
    pub address: String,
    pub code: String,
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub customer: i64,
    pub campaign: Option<i64>,
    /// JSON.
    pub message: String,
}

/// Keys of two ways to send may be equal.
pub fn key(speaker: &Speaker, event: &Event) -> String {
    format!("{}:{}", speaker.id, event.key)
}

/// Which end of consent an event tells; none of a bounce, which is no act of a person.
pub fn what(kind: &Kind) -> Option<What> {
    match kind {
        Kind::Complained | Kind::Suppressed { why: Listed::Complained } => Some(What::Complaint),
        Kind::OptedOut | Kind::Suppressed { why: Listed::OptedOut } => Some(What::OptOut),
        Kind::Inbound { stop, word, .. } if *stop || *word == Some(Word::Stop) => Some(What::OptOut),
        _ => None,
    }
}

pub fn plan(speaker: &Speaker, events: &[Event], known: &Known, now: Millis) -> Plan {
    let mut plan = Plan::default();
    let mut states: BTreeMap<i64, State> = BTreeMap::new();
    for event in events.iter().filter(|event| !known.stored.contains(&key(speaker, event))) {
        if let Kind::Inbound { .. } = event.kind {
            inbound(&mut plan, speaker, event, known);
            continue;
        }
        let by_number = |touch: &&TouchRow| event.touch == Some(touch.id);
        let by_id =
            |touch: &&TouchRow| event.touch.is_none() && event.provider_id.is_some() && event.provider_id == touch.sender_id;
        match known.touches.iter().find(|touch| by_number(touch) || by_id(touch)) {
            Some(touch) => {
                let state = states.entry(touch.id).or_insert_with(|| touch.state().unwrap_or(State::Planned));
                of_touch(&mut plan, speaker, event, touch, state, now);
            }
            None => park(&mut plan, speaker, event),
        }
    }
    plan
}

fn of_touch(plan: &mut Plan, speaker: &Speaker, event: &Event, touch: &TouchRow, state: &mut State, now: Millis) {
    plan.wishes.extend(wish_of(speaker, event, Some(touch)));
    if let Some((kind, detail)) = response(&event.kind) {
        plan.responses.push(NewResponse {
            key: key(speaker, event),
            touch: Some(touch.id),
            customer: Some(touch.customer_id),
            kind,
            detail,
            at: event.at.0,
        });
    }
    let before = *state;
    if let Some(to) = moved(before, &event.kind) {
        *state = to;
        let (reason, evidence) = why(&event.kind);
        plan.moves.push(Move {
            touch: touch.id,
            to,
            from: comes_from(to),
            reason,
            evidence,
            sender_id: event.provider_id.clone(),
            at: event.at,
        });
        if let Some(measure) = measure(before, to) {
            for scope in scopes(speaker, touch) {
                *plan.counts.entry((scope, measure)).or_default() += 1;
            }
        }
    }
    if let Some(code) = ends_address(&event.kind)
        && let (Some(contact), Some(channel)) = (touch.contact_id, touch.channel())
    {
        let address = if matches!(channel, Channel::Sms) { &touch.phone } else { &touch.email };
        if let Some(address) = address.clone() {
            plan.bounces.push(Bounce { customer: touch.customer_id, contact, channel, address, code, at: event.at });
        }
    }
    if let (Kind::Clicked { .. }, Some(contact)) = (&event.kind, touch.contact_id) {
        let at = plan.engaged.entry(contact).or_insert(event.at);
        *at = (*at).max(event.at.min(now));
    }
    // Opens are no sign of a person, and a delivery changes no plan.
    if !matches!(event.kind, Kind::Accepted | Kind::Deferred | Kind::Delivered | Kind::Opened { .. }) {
        plan.entries.insert(touch.entry_id);
    }
}

fn inbound(plan: &mut Plan, speaker: &Speaker, event: &Event, known: &Known) {
    let Kind::Inbound { body, word, stop, .. } = &event.kind else { return };
    // Whom one number is of, all of them said it.
    plan.wishes.extend(wish_of(speaker, event, None));
    let writers = event.address.as_ref().and_then(|phone| known.writers.get(phone)).map(Vec::as_slice).unwrap_or_default();
    let opts_out = *stop || *word == Some(Word::Stop);
    match word {
        Some(Word::Start) => {
            plan.starts.extend(writers.iter().map(|writer| (writer.clone(), event.clone())));
            // Its signature has no time: told again after a later STOP, it must be known.
            plan.responses.push(NewResponse {
                key: key(speaker, event),
                touch: None,
                customer: writers.first().map(|writer| writer.customer_id),
                kind: "opted_in",
                detail: None,
                at: event.at.0,
            });
        }
        // The provider answers.
        Some(Word::Help) => {}
        Some(Word::Stop) | None => {
            let message = json!({ "text": body, "at": event.at.rfc3339() });
            let last = writers.iter().find_map(Writer::last);
            if let Some(writer) = writers.first() {
                plan.responses.push(NewResponse {
                    key: key(speaker, event),
                    touch: last.map(|touch| touch.id),
                    customer: Some(writer.customer_id),
                    kind: if opts_out { "opted_out" } else { "replied" },
                    detail: Some(message.to_string()),
                    at: event.at.0,
                });
            }
            // A wish in free words is read by a person as well: there may be more in it.
            if *word != Some(Word::Stop) {
                let mut told = BTreeSet::new();
                for writer in writers.iter().filter(|writer| told.insert(writer.customer_id)) {
                    let campaign = writer.last().or(last).map(|touch| touch.campaign_id);
                    plan.replies.push(Reply { customer: writer.customer_id, campaign, message: message.to_string() });
                }
            }
        }
    }
    for writer in writers {
        plan.engaged.insert(writer.id, event.at);
        plan.customers.insert(writer.customer_id);
    }
}

/// What belongs to no touch that is known waits for one, without the person's address.
fn park(plan: &mut Plan, speaker: &Speaker, event: &Event) {
    let is_of_ours = event.touch.is_some() || event.provider_id.is_some();
    if !is_of_ours {
        return;
    }
    if let Ok(text) = serde_json::to_string(event) {
        plan.parked.push((key(speaker, event), event.provider_id.clone(), event.touch, text));
    }
}

/// The kind of a row of `responses`, with what is told besides; none of what only moves the touch.
fn response(kind: &Kind) -> Option<(&'static str, Option<String>)> {
    let (kind, detail) = match kind {
        Kind::Accepted | Kind::Deferred | Kind::Inbound { .. } => return None,
        Kind::Delivered => ("delivered", None),
        Kind::Bounced { hard, code } => ("bounced", Some(json!({ "hard": hard, "code": code }))),
        Kind::Suppressed { why } => ("failed", Some(json!({ "listed": why }))),
        Kind::Failed { code } => ("failed", Some(json!({ "code": code }))),
        Kind::Complained => ("complained", None),
        Kind::Opened { machine } => ("opened", machine.then(|| json!({ "machine": true }))),
        Kind::Clicked { url } => ("clicked", Some(json!({ "url": url }))),
        Kind::OptedOut => ("opted_out", None),
    };
    Some((kind, detail.map(|detail| detail.to_string())))
}

/// Why a touch is where it is now.
fn why(kind: &Kind) -> (Option<Reason>, Option<String>) {
    match kind {
        Kind::Bounced { hard: true, code } => (Some(Reason::HardBounce), code.clone()),
        Kind::Bounced { hard: false, code } => (None, code.clone()),
        Kind::Suppressed { why: Listed::Bounced | Listed::Invalid } => (Some(Reason::HardBounce), Some("listed".to_owned())),
        Kind::Suppressed { why: Listed::Complained } => (Some(Reason::Complaint), Some("listed".to_owned())),
        Kind::Suppressed { why: Listed::OptedOut } => (Some(Reason::OptedOut), Some("listed".to_owned())),
        Kind::Failed { code } => (Some(Reason::Refused), Some(code.clone())),
        Kind::Complained => (Some(Reason::Complaint), None),
        _ => (None, None),
    }
}

/// The code of what says that an address does not work.
fn ends_address(kind: &Kind) -> Option<String> {
    match kind {
        Kind::Bounced { hard: true, code } => Some(code.clone().unwrap_or_else(|| "hard_bounce".to_owned())),
        Kind::Suppressed { why: Listed::Bounced | Listed::Invalid } => Some("listed".to_owned()),
        _ => None,
    }
}

/// What is counted of a move. What was delivered counts once, whether it bounced after or not.
fn measure(before: State, to: State) -> Option<&'static str> {
    match to {
        State::Delivered => Some("delivered"),
        State::Bounced if before != State::Bounced => Some("bounced"),
        State::Complained => Some("complained"),
        State::Failed => Some("failed"),
        _ => None,
    }
}

/// Of its campaign, of the way that it was sent by, and of the mailbox provider that it lies at.
fn scopes(speaker: &Speaker, touch: &TouchRow) -> Vec<String> {
    let mut scopes = vec![format!("campaign:{}", touch.campaign_id), format!("sender:{}", speaker.id)];
    if let (Some(Channel::Email | Channel::Video), Some(email)) = (touch.channel(), &touch.email) {
        scopes.push(format!("campaign:{}:@{}", touch.campaign_id, mailbox::of(email)));
    }
    scopes
}

/// Nobody writes to these addresses again, whoever has them: what waits for them is skipped.
pub fn bounce_statements(bounces: &[Bounce], hasher: &Hasher, now: Millis) -> Result<Vec<Statement>, DbError> {
    let mut statements = Vec::new();
    for Bounce { customer, contact, channel, address, code, at } in bounces {
        let kind = if matches!(channel, Channel::Sms) { suppression::Channel::Sms } else { suppression::Channel::Email };
        let new =
            NewSuppression(hasher.hash(kind, address), kind, suppressions::Reason::Bounced, "provider_event".to_owned(), at.0);
        statements.extend(suppressions::store(&[new], now)?);
        let channels: Vec<Channel> = Channel::ALL.into_iter().filter(|other| other.consent() == channel.consent()).collect();
        statements.extend(reception::skip(&[(*customer, *contact)], &channels, (Reason::HardBounce, code), now)?);
    }
    let contacts: BTreeSet<i64> = bounces.iter().map(|bounce| bounce.contact).collect();
    statements.extend(reception::bounced(&contacts.into_iter().collect::<Vec<_>>(), now)?);
    Ok(statements)
}

#[cfg(test)]
mod tests {
    use shared::provider::Provider;

    use super::*;

    const NOW: Millis = Millis(1_795_305_600_000);
    const SPEAKER: Speaker = Speaker { id: 3, provider: Provider::Sendgrid, channel: Channel::Email };

    fn touch(state: &str) -> TouchRow {
        let row = json!({ "id": 7, "state": state, "campaign_id": 5, "entry_id": 9, "customer_id": 11, "contact_id": 12, "channel": "email",
            "sender_id": "m1", "email": "ada@gmail.com", "phone": null });
        serde_json::from_value(row).expect("row")
    }

    fn event(key: &str, kind: Kind) -> Event {
        let address = Some("other@example.org".to_owned());
        Event { key: key.to_owned(), touch: Some(7), provider_id: Some("m1".to_owned()), address, kind, at: NOW }
    }

    fn planned(state: &str, events: &[Event]) -> Plan {
        let known = Known { touches: vec![touch(state)], ..Known::default() };
        plan(&SPEAKER, events, &known, NOW)
    }

    fn counted(plan: &Plan) -> Vec<(&str, &str, u32)> {
        plan.counts.iter().map(|((scope, measure), amount)| (scope.as_str(), *measure, *amount)).collect()
    }

    #[test]
    fn a_delivery_is_counted_once_by_campaign_sender_and_mailbox_provider() {
        let plan = planned("sent", &[event("a", Kind::Delivered), event("b", Kind::Opened { machine: true })]);
        let expected = [("campaign:5", "delivered", 1), ("campaign:5:@gmail.com", "delivered", 1), ("sender:3", "delivered", 1)];
        assert_eq!(counted(&plan), expected);
        assert_eq!(plan.responses.iter().map(|one| one.kind).collect::<Vec<_>>(), ["delivered", "opened"]);
        assert!(plan.entries.is_empty(), "nothing of it changes what comes next");
        assert_eq!(counted(&planned("delivered", &[event("a", Kind::Delivered)])), []);
    }

    #[test]
    fn what_is_stored_under_its_key_is_not_done_again() {
        let known = Known { stored: BTreeSet::from(["3:a".to_owned()]), touches: vec![touch("sent")], ..Known::default() };
        let plan = plan(&SPEAKER, &[event("a", Kind::Complained)], &known, NOW);
        assert!(plan.wishes.is_empty() && plan.responses.is_empty() && plan.moves.is_empty() && plan.counts.is_empty());
    }

    #[test]
    fn a_hard_bounce_ends_the_address_of_our_own_record() {
        let plan = planned("sent", &[event("a", Kind::Bounced { hard: true, code: Some("5.1.1".to_owned()) })]);
        assert_eq!(plan.bounces.first().map(|bounce| bounce.address.as_str()), Some("ada@gmail.com"));
        assert!(plan.wishes.is_empty(), "nobody said anything");
        let soft = planned("sent", &[event("a", Kind::Bounced { hard: false, code: None })]);
        assert!(soft.bounces.is_empty());
        assert_eq!(soft.moves.first().map(|one| one.to), Some(State::Bounced));
    }

    #[test]
    fn a_complaint_is_a_wish_of_the_contact_that_was_written_to() {
        let plan = planned("delivered", &[event("a", Kind::Complained)]);
        let wish = plan.wishes.first().expect("wish");
        assert_eq!((wish.contact, wish.what, wish.address.as_deref()), (Some(12), What::Complaint, None));
    }

    #[test]
    fn an_event_of_no_known_touch_is_parked_without_an_address() {
        let plan = plan(&SPEAKER, &[event("a", Kind::Complained)], &Known::default(), NOW);
        assert!(plan.wishes.is_empty() && plan.responses.is_empty());
        let (_, _, number, text) = plan.parked.first().expect("parked");
        assert_eq!(*number, Some(7));
        assert!(!text.contains("example.org"), "{text}");
        let read: Event = serde_json::from_str(text).expect("event");
        assert_eq!(read.kind, Kind::Complained);
    }

    #[test]
    fn a_reply_goes_to_a_person_and_a_stop_does_not() {
        let writer = || {
            let last = json!({ "id": 7, "campaign_id": 5 }).to_string();
            serde_json::from_value::<Writer>(json!({ "id": 12, "customer_id": 11, "consent": "{}", "last": last })).expect("row")
        };
        let of = |body: &str, word, stop| {
            let kind = Kind::Inbound { from: "+1415".to_owned(), to: String::new(), body: body.to_owned(), word, stop };
            let event = Event { address: Some("+1415".to_owned()), touch: None, ..event("a", kind) };
            let known = Known { writers: BTreeMap::from([("+1415".to_owned(), vec![writer()])]), ..Known::default() };
            plan(&SPEAKER, &[event], &known, NOW)
        };
        let reply = of("When do you open?", None, false);
        assert_eq!(
            (reply.replies.len(), reply.wishes.len(), reply.responses.first().map(|one| one.kind)),
            (1, 0, Some("replied"))
        );
        let stop = of("STOP", Some(Word::Stop), false);
        assert_eq!(
            (stop.replies.len(), stop.wishes.len(), stop.responses.first().map(|one| one.kind)),
            (0, 1, Some("opted_out"))
        );
        let words = of("please stop texting me", None, true);
        assert_eq!((words.replies.len(), words.wishes.len()), (1, 1));
        let start = of("START", Some(Word::Start), false);
        assert_eq!(
            (start.starts.len(), start.replies.len(), start.responses.len()),
            (1, 0, 1),
            "a START is known when it is told again"
        );
    }
}
