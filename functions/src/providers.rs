//! Providers asked to send, through the one door out.
//!
//! `shared::provider` says what is asked and what an answer means; here it is asked. Whoever calls has written down before that it is
//! about to ask, and writes down after what came of it. Secrets are opened at the moment of the call, and dropped with it.

mod connection;
mod sink;
pub mod verify;

pub use connection::{Connection, events_address};

use shared::provider::{Item, Lost, Mail, Outcome, Provider, Unfit, lost, resend, sendgrid, twilio};
use shared::time::Millis;

/// The longest that one call takes until its answer begins, in milliseconds: a lease must outlive it.
pub const ANSWERS_WITHIN: u64 = 15_000;

/// Hands messages over; what became of each, in their order.
///
/// Those of a provider that takes batches go as one request, which is accepted or refused as a whole; the others one after the other,
/// and none after one that the connection itself is at fault for. More than [`Provider::most_at_once`] are not to be given.
pub async fn send(connection: &Connection, items: &[Item], now: Millis) -> Vec<Outcome> {
    match connection.provider {
        Provider::Resend => by_resend(connection, items, now).await,
        Provider::Sendgrid | Provider::Twilio => one_by_one(connection, items, now).await,
        Provider::Sink => sink::send(connection, items, now).await,
    }
}

/// Asks whether it would send, and sends nothing.
///
/// # Errors
/// What a person must mend, in words.
pub async fn test(connection: &Connection, now: Millis) -> Result<(), String> {
    let provider = connection.provider;
    let (request, by_key) = match provider {
        Provider::Resend => (resend::test(), false),
        Provider::Sendgrid => (sendgrid::test(), false),
        Provider::Twilio => {
            let by_key = connection.secret("api_key").is_some() && connection.secret("api_secret").is_some();
            (twilio::test(connection.secret("account_sid").unwrap_or_default(), by_key), by_key)
        }
        Provider::Sink => return Ok(()),
    };
    let reply = connection.ask(&request).await.map_err(|lost| match lost {
        Lost::NotAsked(why) => why,
        Lost::NoAnswer(why) => format!("{} gave no answer ({why}): check the address, and test it again", provider.name()),
    })?;
    let answer = reply.answer(now);
    match provider {
        Provider::Resend => resend::tested(&answer, connection.settings.from.as_deref()),
        Provider::Sendgrid => sendgrid::tested(&answer),
        Provider::Twilio => twilio::tested(&answer, by_key),
        Provider::Sink => Ok(()),
    }
}

async fn by_resend(connection: &Connection, items: &[Item], now: Millis) -> Vec<Outcome> {
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(items.len());
    let mut fit: Vec<(usize, &Mail)> = Vec::new();
    for (at, item) in items.iter().enumerate() {
        // Each is checked by itself, so that one that is unfit does not keep the others from leaving.
        match item {
            Item::Mail(mail) => match resend::send(&[mail.as_ref()]) {
                Ok(_) => fit.push((at, mail.as_ref())),
                Err((_, unfit)) => outcomes.push(refused(unfit)),
            },
            Item::Text(_) => outcomes.push(refused(Unfit::Channel)),
        }
    }
    if fit.is_empty() {
        return outcomes;
    }
    let mails: Vec<&Mail> = fit.iter().map(|(_, mail)| *mail).collect();
    let sent = match resend::send(&mails) {
        Ok(request) => match connection.ask(&request).await {
            Ok(reply) => resend::outcomes(&reply.answer(now), mails.len()),
            Err(why) => vec![lost(Provider::Resend, &why); mails.len()],
        },
        Err((_, unfit)) => vec![refused(unfit); mails.len()],
    };
    let mut refusals = outcomes.into_iter();
    let mut sent = fit.iter().map(|(at, _)| *at).zip(sent).peekable();
    let unknown = || Outcome::Unknown { why: "its place in the batch was lost".to_owned() };
    (0..items.len())
        .map(|at| match sent.next_if(|(place, _)| *place == at) {
            Some((_, outcome)) => outcome,
            None => refusals.next().unwrap_or_else(unknown),
        })
        .collect()
}

async fn one_by_one(connection: &Connection, items: &[Item], now: Millis) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(items.len());
    let mut stopped: Option<Outcome> = None;
    for item in items {
        let outcome = match &stopped {
            Some(stopped) => stopped.clone(),
            None => one(connection, item, now).await,
        };
        // What is not asked for was certainly not accepted.
        stopped = stopped.or_else(|| match &outcome {
            Outcome::Account { .. } => Some(outcome.clone()),
            Outcome::Temporary { retry_after: Some(_), .. } => Some(outcome.clone()),
            Outcome::Unknown { .. } => Some(Outcome::Temporary { retry_after: None, proven_not_accepted: true }),
            _ => None,
        });
        outcomes.push(outcome);
    }
    outcomes
}

async fn one(connection: &Connection, item: &Item, now: Millis) -> Outcome {
    let request = match (connection.provider, item) {
        (Provider::Sendgrid, Item::Mail(mail)) => sendgrid::send(mail),
        (Provider::Twilio, Item::Text(text)) => {
            let account = connection.secret("account_sid").unwrap_or_default();
            twilio::send(text, account, connection.callback.as_deref())
        }
        _ => Err(Unfit::Channel),
    };
    let request = match request {
        Ok(request) => request,
        Err(unfit) => return refused(unfit),
    };
    match connection.ask(&request).await {
        Ok(reply) if connection.provider == Provider::Twilio => twilio::outcome(&reply.answer(now)),
        Ok(reply) => sendgrid::outcome(&reply.answer(now)),
        Err(why) => lost(connection.provider, &why),
    }
}

/// Nobody was asked.
fn refused(unfit: Unfit) -> Outcome {
    match unfit {
        Unfit::From | Unfit::Channel => Outcome::Account { why: unfit.to_string() },
        Unfit::To | Unfit::Unsubscribe | Unfit::Empty => Outcome::Permanent { why: unfit.to_string() },
    }
}
