//! What a prediction is made of: the learner's exact contributions, added up by what a person knows as one thing.

use std::borrow::Cow;

use super::Model;
use super::origin::{Learned, TRAIT};
use super::standpoint::Standpoint;
use super::view::{millionths, past};
use crate::api::{Explanation, ExplanationPart};
use crate::signal::feature;
use crate::state::State;
use crate::time::Day;

/// Contributions to the uncalibrated logit.
pub(super) struct Effects {
    pub(super) base: f64,
    pub(super) logit: f64,
    /// The weightiest first, whichever way they move it.
    pub(super) topics: Vec<Topic>,
}

/// All features of one kind together, in the words of the weightiest of them that has any.
pub(super) struct Topic {
    pub(super) code: Cow<'static, str>,
    pub(super) effect: f64,
    pub(super) text: Option<String>,
    weightiest: f64,
}

/// So many parts are told one by one.
const PARTS: usize = 8;

impl Effects {
    pub(super) fn of(&self, code: &str) -> Option<f64> {
        self.topics.iter().find(|topic| topic.code == code).map(|topic| topic.effect)
    }
}

/// `None` where nothing was learned, or nothing can happen within 90 days.
pub(super) fn effects(standpoint: &Standpoint<'_>, state: &State, model: &Model, shift: f64, today: Day) -> Option<Effects> {
    let (learned, base) = question(standpoint, model, shift, today)?;
    let fit = learned.chosen()?;
    let past = past(standpoint, state, model, base, today);
    let row = fit.row(&past);
    let contributions = fit.contributions(&row);
    let mut topics: Vec<Topic> = Vec::new();
    let features = fit.features();
    for (name, part) in features.iter().zip(&contributions.parts) {
        let Some(feature) = feature(name) else { continue };
        let code = if name == "base" { base_topic(standpoint, state, today) } else { feature.topic };
        let say = || (feature.say)(&past);
        match topics.iter_mut().find(|topic| topic.code == code) {
            Some(topic) => {
                topic.effect += part;
                if part.abs() > topic.weightiest || topic.text.is_none() {
                    topic.weightiest = part.abs().max(topic.weightiest);
                    topic.text = say().or(topic.text.take());
                }
            }
            None => topics.push(Topic { code: code.into(), effect: *part, text: say(), weightiest: part.abs() }),
        }
    }
    for (name, part) in fit.own.traits().zip(contributions.parts.iter().skip(features.len())) {
        let code = format!("{TRAIT}{name}");
        match topics.iter_mut().find(|topic| topic.code == code) {
            Some(topic) => topic.effect += part,
            None => {
                let text = Some(fit.own.say(name, &past));
                topics.push(Topic { code: code.into(), effect: *part, text, weightiest: part.abs() });
            }
        }
    }
    topics.sort_by(|one, other| other.effect.abs().total_cmp(&one.effect.abs()).then_with(|| one.code.cmp(&other.code)));
    Some(Effects { base: contributions.base, logit: fit.logit(&row), topics })
}

/// The parts of the prediction that `model` makes of somebody today, in words: of P(churn within 90 days), or of P(return within 90
/// days) of the lost. `None` where nothing was learned, and where the deadline lies too far ahead for any churn within 90 days.
///
/// Base and parts add up to the logit (Lundberg et al. 2020 for trees; weight times distance from the mean for a line), and the
/// probability is the calibration of that logit.
pub fn explain(state: &State, model: &Model, today: Day) -> Option<Explanation> {
    let standpoint = Standpoint::of(state, model, today).ok()?;
    let (learned, _) = question(&standpoint, model, 0.0, today)?;
    let Effects { base, logit, topics } = effects(&standpoint, state, model, 0.0, today)?;
    let mut parts: Vec<ExplanationPart> = topics
        .into_iter()
        .map(|Topic { code, effect, text, .. }| ExplanationPart {
            text: text.unwrap_or_else(|| topic_in_words(&code)),
            code: code.into_owned(),
            effect: millionths(effect),
        })
        .collect();
    let rest: f64 = parts.split_off(parts.len().min(PARTS)).iter().map(|part| part.effect).sum();
    // What rounding and features without a topic leave over stands in the rest as well.
    let told: f64 = parts.iter().map(|part| part.effect).sum();
    let (base, logit) = (millionths(base), millionths(logit));
    let over = logit - base - told;
    if rest != 0.0 || over.abs() > 1e-9 {
        parts.push(ExplanationPart { code: "rest".to_owned(), text: "Everything else together".to_owned(), effect: over });
    }
    let of = if standpoint.is_lost(today) { "return" } else { "churn" };
    let probability = millionths(learned.chosen()?.calibration.probability(logit));
    Some(Explanation { of: of.to_owned(), base, parts, logit, probability })
}

/// What was learned of what can happen to them, and the probability that it starts from.
fn question<'a>(standpoint: &Standpoint<'_>, model: &'a Model, shift: f64, today: Day) -> Option<(&'a Learned, f64)> {
    let shift = if model.leaving.is_some() { 0.0 } else { shift };
    match standpoint.chances(model, shift, today) {
        Some([.., within_90]) => model.leaving.as_ref().filter(|_| within_90 > 0.0).map(|learned| (learned, within_90)),
        None => Some((model.returning.as_ref()?, standpoint.p_return(model, today)?)),
    }
}

/// What the models of orders and terms go by.
fn base_topic(standpoint: &Standpoint<'_>, state: &State, today: Day) -> &'static str {
    match standpoint {
        Standpoint::Buyer(_) => "order_gap",
        Standpoint::Subscriber(_) => {
            let asked = state.contract.as_ref().and_then(|contract| contract.cancelled(today));
            if asked.is_some() { "cancellation" } else { "renewal" }
        }
    }
}

/// For topics that no figure says.
pub(super) fn topic_in_words(code: &str) -> String {
    if let Some(name) = code.strip_prefix(TRAIT) {
        return format!("Your own column “{name}”");
    }
    let known = match code {
        "order_gap" => "The time since the last order, and the usual gaps between orders",
        "orders" => "How many orders there were",
        "tenure" => "How long they have been a customer",
        "order_frequency" => "How often they ordered lately",
        "order_value" => "What they spend",
        "usage" => "Use of the product",
        "sign_ins" => "Sign-ins",
        "active_seats" => "People who use it",
        "seats" => "Seats paid for",
        "email" => "Clicks in e-mails",
        "visits" => "Visits to the site",
        "ticket" => "Support tickets",
        "nps" => "What they answered when asked to recommend us",
        "payment_failed" => "Payments that failed",
        "renewal" => "The paid term and its renewals",
        "cancellation" => "The request to cancel",
        _ => "Something else",
    };
    known.to_owned()
}

/// Mean size of each topic's contribution over these rows, the weightiest first: codes and weights.
pub(super) fn importance<'a>(
    customers: impl Iterator<Item = (&'a State, Day)>,
    model: &Model,
    wants_lost: bool,
) -> Vec<(String, f64)> {
    let (mut sums, mut n) = (std::collections::BTreeMap::<String, f64>::new(), 0.0);
    for (state, day) in customers {
        let Ok(standpoint) = Standpoint::of(state, model, day) else { continue };
        if standpoint.is_lost(day) != wants_lost {
            continue;
        }
        let Some(effects) = effects(&standpoint, state, model, 0.0, day) else { continue };
        n += 1.0;
        for topic in effects.topics {
            *sums.entry(topic.code.into_owned()).or_default() += topic.effect.abs();
        }
    }
    let mut weights: Vec<(String, f64)> = sums.into_iter().map(|(code, sum)| (code, sum / n)).collect();
    weights.sort_by(|one, other| other.1.total_cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    weights
}
