//! What each step of a campaign would offer one person, decided as if the sequence began today. Nothing is reserved.

use shared::api::StepPromise;
use shared::message::{Draft, Promise};
use shared::money::Money;
use shared::offer::fulfilment::{Form, Provider};
use shared::offer::{Book, By, Ladder, Occasion, Offer, Person, Rung, Spent, ladder, percent};
use shared::time::Day;

use crate::db::fulfilments;
use crate::offering::Shelf;

/// Stands for the code that is reserved when a campaign begins.
pub const SAMPLE_CODE: &str = "BACK-SAMPLE";

/// By the shelf's guardrails, in the order of the draft's steps.
///
/// The ladder decides on its own days; a draft with other pauses moves each message and its expiry by the difference, and no later
/// message ends an offer earlier than one before it.
pub fn promises(draft: &Draft, shelf: &Shelf, person: &Person, spent: &Spent, today: Day) -> Vec<StepPromise> {
    let book = Book::new(&shelf.offers, &shelf.guardrails, &shelf.outcomes, shelf.margin_rate);
    let occasion = Occasion { by: By::Machine, channel: "email", ladder: None, today, price: 0.0 };
    let ladder = ladder(&book, person, spent, &occasion, "preview");
    of_ladder(draft, shelf, &ladder, today)
}

/// What the steps of a draft that began on `first` give by a ladder that was drawn up then.
pub fn of_ladder(draft: &Draft, shelf: &Shelf, ladder: &Ladder, first: Day) -> Vec<StepPromise> {
    let mut day = first;
    let mut ends: Option<Day> = None;
    let steps = draft.steps.iter().map(|step| {
        day = day.plus(i32::from(step.after_days));
        let rung = ladder.rungs.iter().find(|rung| rung.step == step.step);
        let (promise, is_sample, why) = match rung.and_then(|rung| promise(rung, shelf, day, ends)) {
            Some(Ok((promise, end, is_sample))) => {
                ends = Some(end);
                (Some(promise), is_sample, Vec::new())
            }
            Some(Err(why)) => (None, false, vec![why]),
            None => (None, false, why(ladder, step.step)),
        };
        StepPromise { step: step.step, day: day.iso(), promise, is_sample, why }
    });
    steps.collect()
}

/// With its last day, and whether its code stands for another; or why nothing can be given. None of a rung without an offer.
fn promise(rung: &Rung, shelf: &Shelf, day: Day, before: Option<Day>) -> Option<Result<(Promise, Day, bool), String>> {
    let offer: &Offer = shelf.offers.iter().find(|offer| Some(&offer.id) == rung.offer.as_ref())?;
    let (of_ladder, expires) = (Day::parse_iso(&rung.day)?, Day::parse_iso(rung.expires.as_deref()?)?);
    let moved = expires.plus(day.0.saturating_sub(of_ladder.0));
    let last = before.map_or(moved, |before| before.max(moved));
    let way = fulfilments::choose(&shelf.ways, offer.fulfilment).ok();
    let is_sample = way.is_some_and(|(_, form)| form == Form::Code);
    // Codes of a list are worth what they are worth: less than a step may give is fine, more is not.
    let own = way.and_then(|(way, _)| way.settings().depth.filter(|_| way.provider() == Some(Provider::Pool)));
    if let Some(own) = own.filter(|own| *own > rung.depth) {
        let (own, most) = (percent(own), percent(rung.depth));
        return Some(Err(format!("The list's codes take {own} off, and this step gives at most {most}: upload codes for less")));
    }
    let money = |minor: i64| (minor > 0).then(|| Money::new(minor, shelf.home));
    let promise = Promise {
        kind: offer.kind,
        name: offer.name.clone(),
        depth: own.unwrap_or(rung.depth),
        amount: if rung.depth > 0 { None } else { money(offer.terms.amount) },
        minimum: money(offer.terms.minimum_order),
        code: is_sample.then(|| SAMPLE_CODE.to_owned()),
        expires: last.iso(),
        link: way.and_then(|(way, _)| way.settings().url).filter(|link| shared::message::check::is_https(link)),
    };
    Some(Ok((promise, last, is_sample)))
}

fn why(ladder: &Ladder, step: shared::offer::Step) -> Vec<String> {
    let left_out = ladder.left_out.iter().filter(|left| left.step == step);
    left_out.flat_map(|left| left.why.iter().map(|block| format!("{} {}", block.text, block.lift).trim().to_owned())).collect()
}
