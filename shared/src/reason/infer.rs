//! From what is known of a customer to why they leave.
//!
//! Bayes' rule with the stated rates ([`Model`]), as if signs came about independently of each other (naive Bayes). Two things keep it
//! honest. A tenth of all traces mislead ([`MISLEADING`]): the signs together never say more than that allows. And what customers said
//! themselves is weighed apart, because it is believed far more: what they chose from a list settles it, what they wrote counts by how
//! sure its reading is and by where they wrote it.

use super::signs::{Shown, Signs, signs, speaks_of};
use super::{Chance, Evidence, Model, Reason, Why};
use crate::event::Channel;
use crate::signal::date_in_words;
use crate::state::{State, Statement};
use crate::time::Day;

/// So many customers show the traces of somebody else's reason.
const MISLEADING: f64 = 0.1;

/// Without an answer or a sign there is nothing to weigh: the shares of the reasons stand, and unknown is what is said.
const EVIDENCE_TOLD: usize = 6;

/// What was said longer ago than this before today, by somebody who stayed or came back, is history.
const OLD_DAYS: i32 = 365;

/// Quoted of what somebody wrote, in characters.
const QUOTE: usize = 48;

/// Why somebody leaves or left, as it was known by the end of `today`.
pub fn infer(state: &State, model: &Model, today: Day) -> Why {
    let signs = signs(state, today);
    let said: Vec<&Statement> = said(state, today).collect();
    let mut odds = of_signs(&signs, model);
    for statement in &said {
        let likelihood = likelihood(statement);
        odds.iter_mut().zip(likelihood).for_each(|(odds, likelihood)| *odds *= likelihood);
    }
    let whole: f64 = odds.iter().sum();
    let thousandths = |probability: f64| libm::round(probability * 1e3) / 1e3;
    let mut all: Vec<Chance> = Reason::ALL
        .into_iter()
        .zip(odds)
        .map(|(reason, odds)| Chance { reason, probability: if whole > 0.0 { odds / whole } else { 0.125 } })
        .collect();
    all.sort_by(|one, other| other.probability.total_cmp(&one.probability).then(one.reason.cmp(&other.reason)));
    let evidence = evidence(&signs, &said, all.first().map_or(Reason::Unknown, |chance| chance.reason));
    let reason = if evidence.is_empty() { Reason::Unknown } else { all.first().map_or(Reason::Unknown, |chance| chance.reason) };
    // Rounded so that they read back to the same; what rounding leaves over belongs to the likeliest.
    all.iter_mut().for_each(|chance| chance.probability = thousandths(chance.probability));
    let rest = 1.0 - all.iter().skip(1).map(|chance| chance.probability).sum::<f64>();
    if let Some(first) = all.first_mut() {
        first.probability = thousandths(rest);
    }
    let mut why = Why { reason, probability: 0.0, all, evidence, features: signs.features, corrected: false };
    why.probability = why.of(reason);
    why
}

/// Signs that are shown, as corrections keep them.
pub fn mask(state: &State, today: Day) -> u32 {
    signs(state, today).mask()
}

/// Prior times the likelihood of the signs, of which a share misleads.
fn of_signs(signs: &Signs, model: &Model) -> [f64; 8] {
    let mut odds = model.prior;
    for (sign, is_watched) in super::signs::Sign::ALL.into_iter().zip(signs.watched) {
        let rates = model.rates_of(sign);
        let shows = signs.shows(sign);
        if !shows && !is_watched {
            continue;
        }
        odds.iter_mut().zip(rates).for_each(|(odds, rate)| *odds *= if shows { rate } else { 1.0 - rate });
    }
    let whole: f64 = odds.iter().sum();
    let mut mixed = odds;
    for (mixed, prior) in mixed.iter_mut().zip(model.prior) {
        *mixed = (1.0 - MISLEADING) * *mixed / whole.max(f64::MIN_POSITIVE) + MISLEADING * prior;
    }
    mixed
}

/// What somebody said that still counts: of a cancellation after which they paid again nothing does.
fn said(state: &State, today: Day) -> impl Iterator<Item = &Statement> {
    let paid_since = move |statement: &Statement| {
        let terms = state.contract.iter().flat_map(|contract| &contract.terms);
        let is_term_after = terms.map(|term| term.start).any(|start| start > statement.at.day() && start <= today);
        is_term_after || state.days.until(today).last().is_some_and(|last| *last > statement.at.day())
    };
    state.told.until(today).filter(move |statement| {
        let is_word = statement.reason().is_some() || statement.share(Reason::Unknown).is_some();
        let is_leaving = matches!(statement.channel, Channel::Cancellation | Channel::Survey | Channel::Downgrade);
        let counts = if is_leaving {
            !paid_since(statement)
        } else {
            today.since(statement.at.day()) <= OLD_DAYS || !paid_since(statement)
        };
        is_word && statement.channel != Channel::Feature && counts
    })
}

/// How far what is chosen, and what is written, is believed to be about why they leave.
fn belief(channel: Channel) -> (f64, f64) {
    match channel {
        Channel::Cancellation | Channel::Survey => (0.985, 0.92),
        Channel::OrderCancelled | Channel::Downgrade => (0.9, 0.75),
        Channel::Refund => (0.8, 0.7),
        Channel::Nps => (0.75, 0.65),
        Channel::Ticket | Channel::Late | Channel::Feature => (0.6, 0.5),
    }
}

/// P(what was said | reason), up to a factor.
fn likelihood(statement: &Statement) -> [f64; 8] {
    let (chosen, written) = belief(statement.channel);
    // Whoever chose "other" and wrote why is understood by what they wrote.
    let named = statement.reason().filter(|named| *named != Reason::Unknown || statement.share(*named).is_none());
    if let Some(named) = named {
        return Reason::ALL.map(|reason| if reason == named { chosen } else { (1.0 - chosen) / 7.0 });
    }
    // Words that tell nothing speak for no reason; only where a reason was asked for are they an answer.
    let is_asked = matches!(statement.channel, Channel::Cancellation | Channel::Survey);
    let says_nothing = statement.share(Reason::Unknown).unwrap_or(1.0);
    Reason::ALL.map(|reason| {
        let share = statement.share(reason).unwrap_or(0.125);
        let said = match reason {
            Reason::Unknown if is_asked => 8.0 * share,
            Reason::Unknown => share,
            _ if is_asked => 8.0 * share,
            _ => 8.0 * share + says_nothing,
        };
        written * said + (1.0 - written)
    })
}

/// What was said first, the newest before; then signs, those for the reason before others.
fn evidence(signs: &Signs, said: &[&Statement], best: Reason) -> Vec<Evidence> {
    let spoken = said.iter().rev().filter_map(|statement| in_words(statement));
    let shown = signs.shown.iter().map(|Shown { sign, text, day }| Evidence {
        text: text.clone(),
        day: day.map(Day::iso),
        reason: speaks_of(*sign),
        kind: sign.code().to_owned(),
    });
    let mut evidence: Vec<Evidence> = spoken.chain(shown).collect();
    evidence.sort_by_key(|evidence| evidence.reason != best);
    evidence.truncate(EVIDENCE_TOLD);
    evidence
}

/// Nothing of a text that tells nothing.
fn in_words(statement: &Statement) -> Option<Evidence> {
    let reason = statement.speaks_of();
    if reason == Reason::Unknown {
        return None;
    }
    let day = statement.at.day();
    let on = date_in_words(day);
    let name = reason.name().to_lowercase();
    let quote = statement.quote.as_deref().map(short);
    let (kind, what) = match statement.channel {
        Channel::Cancellation => ("cancellation", "as they cancelled"),
        Channel::Survey => ("survey", "in the exit survey"),
        Channel::Ticket => ("ticket", "in a ticket"),
        Channel::Nps => ("nps_comment", "beside how likely they recommend us"),
        Channel::Downgrade => ("downgrade_comment", "as they asked about a smaller plan"),
        Channel::OrderCancelled => ("order_cancelled", "as they called an order off"),
        Channel::Refund => ("refund_comment", "as money was given back"),
        Channel::Late | Channel::Feature => return None,
    };
    let text = match (statement.channel, statement.reason(), quote) {
        (Channel::Ticket, _, Some(quote)) => format!("Ticket “{quote}” of {on} speaks of {name}"),
        (_, Some(_), _) => format!("Said on {on} {what}: {name}"),
        (_, None, Some(quote)) => format!("Wrote on {on} {what}: “{quote}”"),
        (_, None, None) => format!("Wrote on {on} {what} of {name}"),
    };
    Some(Evidence { text, day: Some(day.iso()), reason, kind: kind.to_owned() })
}

/// One line, cut at a word.
fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= QUOTE {
        return line;
    }
    let cut: String = line.chars().take(QUOTE).collect();
    format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole))
}
