//! The one thing to do about a customer, for a row of Radar and their page.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::decide::{Occasion, best_of};
use super::prior::Fits;
use super::{Block, Book, By, Kind, Offer, Person, Rule, Spent, Worth, percent};
use crate::time::Day;

/// Two-sided 90 % of the standard normal distribution.
const Z: f64 = 1.644_853_626_951_472_6;

/// Whoever is lost is written to within so many days; whoever is not, by their deadline and within so many.
const LOST_DAYS: i32 = 7;
const MOST_DAYS: i32 = 14;

/// When they can be reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach<'a> {
    /// Channels that they may be contacted on, the best first; none leaves a person to find a way.
    pub channels: &'a [&'a str],
    pub today: Day,
    /// The first day on which silence counts as churn.
    pub deadline: Option<Day>,
    /// Of the budget: [`super::allocate::Allocation::price`].
    pub price: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Recommendation {
    /// The offer's id; none for a message without one, or for leaving them alone.
    pub offer: Option<String>,
    pub kind: Option<Kind>,
    /// What to do, as a label: `Discount, 15 % off`, `A message without an offer`, `Leave them alone`.
    pub name: String,
    /// Share off, per mille.
    pub depth: u16,
    /// None where nothing is sent.
    pub channel: Option<String>,
    pub by: By,
    /// ISO date by which it should be done; none where nothing is.
    pub due: Option<String>,
    pub effect: Expected,
    /// What the figures rest on, in words.
    pub basis: String,
    /// Customers to whom it was made and whose outcome is known; 0 where all rests on the prior.
    pub made: u32,
    /// What would bring more and is stopped, with why.
    pub blocked: Vec<Blocked>,
}

/// Against no contact, with 90 % intervals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Expected {
    /// Added to P(return).
    pub chance: f64,
    pub chance_low: f64,
    pub chance_high: f64,
    /// Margin, all costs paid, in minor units of the home currency.
    pub margin: i64,
    pub margin_low: i64,
    pub margin_high: i64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Blocked {
    pub offer: String,
    pub name: String,
    pub why: Vec<Block>,
}

/// How many blocked offers are told.
const TOLD: usize = 3;

/// What maximises expected margin beyond leaving them alone, under the guardrails; nothing is drawn and nothing is logged.
///
/// A machine makes it unless a guardrail asks for a person or nobody can be reached by a message.
pub fn recommend(book: &Book<'_>, person: &Person, spent: &Spent, reach: &Reach<'_>) -> Recommendation {
    let channel = reach.channels.first().copied();
    let net = |worth: &Worth| worth.gain - reach.price * worth.spend;
    let mut best: Option<(usize, Worth, By)> = None;
    let mut blocked = Vec::new();
    for (place, offer) in book.offers.iter().enumerate() {
        let machine = if offer.kind == Kind::Manager || channel.is_none() { By::Person } else { By::Machine };
        let try_by = |by: By| {
            let occasion =
                Occasion { by, channel: channel.unwrap_or("call"), ladder: None, today: reach.today, price: reach.price };
            best_of(book, person, spent, &occasion, place)
        };
        let (mut by, (mut worth, mut why)) = (machine, try_by(machine));
        if why.iter().all(|block| block.rule == Rule::Escalation) && !why.is_empty() {
            by = By::Person;
            (worth, why) = try_by(by);
        }
        if why.is_empty() {
            if best.is_none_or(|(_, best, _)| net(&worth) > net(&best)) {
                best = Some((place, worth, by));
            }
        } else {
            blocked.push((net(&worth), Blocked { offer: offer.id.clone(), name: offer.name.clone(), why }));
        }
    }
    let contact = book.contact(person);
    let is_open = person.excluded.is_none() && net(&contact) > 0.0;
    let best = best.filter(|(_, worth, _)| net(worth) > 0.0 && (!is_open || net(worth) > net(&contact)));
    let floor = best.map_or(0.0, |(_, worth, _)| net(&worth)).max(if is_open { net(&contact) } else { 0.0 });
    blocked.retain(|(worth, _)| *worth > floor);
    blocked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    let blocked = blocked.into_iter().take(TOLD).map(|(_, blocked)| blocked).collect();
    let due = reach.due();
    match best {
        Some((place, worth, by)) => of_offer(book, person, place, &worth, by, channel, due, blocked),
        None if is_open => Recommendation {
            name: "A message without an offer".to_owned(),
            channel: channel.map(str::to_owned),
            by: needed(book, person, channel),
            due: Some(due.iso()),
            effect: expected(book, person, &contact),
            basis: "Rests on the chance that they return if they are asked; no offer is expected to add more than it costs."
                .to_owned(),
            ..Recommendation::nothing(blocked)
        },
        None => Recommendation::nothing(blocked),
    }
}

impl Reach<'_> {
    fn due(&self) -> Day {
        match self.deadline.filter(|deadline| *deadline > self.today) {
            Some(deadline) => deadline.min(self.today.plus(MOST_DAYS)),
            None => self.today.plus(LOST_DAYS),
        }
    }
}

impl Recommendation {
    fn nothing(blocked: Vec<Blocked>) -> Self {
        Self {
            offer: None,
            kind: None,
            name: "Leave them alone".to_owned(),
            depth: 0,
            channel: None,
            by: By::Machine,
            due: None,
            effect: Expected::default(),
            basis: "Nothing that may be done is expected to bring more than it costs.".to_owned(),
            made: 0,
            blocked,
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "one call, right above")]
fn of_offer(
    book: &Book<'_>,
    person: &Person,
    place: usize,
    worth: &Worth,
    by: By,
    channel: Option<&str>,
    due: Day,
    blocked: Vec<Blocked>,
) -> Recommendation {
    let offer = book.offers.get(place);
    let believed = book.cell(person.row, place);
    let made = believed.map_or(0, |cell| cell.learned.made);
    let fits = believed.map_or(Fits::Unsure, |cell| cell.prior.fits);
    Recommendation {
        offer: offer.map(|offer| offer.id.clone()),
        kind: offer.map(|offer| offer.kind),
        name: offer.map_or_else(String::new, |offer| label(offer, worth.depth)),
        depth: worth.depth,
        channel: channel.map(str::to_owned),
        by,
        due: Some(due.iso()),
        effect: expected(book, person, worth),
        basis: basis(made, fits),
        made,
        blocked,
    }
}

/// `Discount, 15 % off`.
pub fn label(offer: &Offer, depth: u16) -> String {
    if depth > 0 { format!("{}, {} off", offer.name, percent(depth)) } else { offer.name.clone() }
}

/// What a figure of a cell rests on.
pub fn basis(made: u32, fits: Fits) -> String {
    let fit = match fits {
        Fits::Answers => "it answers why they leave",
        Fits::Unsure => "nobody knows why they leave",
        Fits::Misses => "it does not answer why they leave",
        Fits::Beside => "a failed payment is mended, not rewarded",
    };
    match made {
        0 => format!("A prior, not your own figure: {fit}."),
        1 => format!("1 outcome of your own, and a prior: {fit}."),
        _ => format!("{made} outcomes of your own, and a prior: {fit}."),
    }
}

fn needed(book: &Book<'_>, person: &Person, channel: Option<&str>) -> By {
    let is_escalated = book.guardrails.is_escalated(person.row, person.margin);
    if is_escalated || channel.is_none() { By::Person } else { By::Machine }
}

fn expected(book: &Book<'_>, person: &Person, worth: &Worth) -> Expected {
    let none = book.alone(person).rate;
    // The spread of the rate is that of the gain, without the margin that each return brings.
    let kept = if worth.rate > 0.0 { (worth.gain + none * person.margin as f64) / worth.rate } else { 0.0 };
    let away = if kept.abs() > 0.0 { Z * worth.spread / kept.abs() } else { 0.0 };
    let within = |rate: f64| rate.clamp(0.0, 1.0) - none;
    let money = |amount: f64| libm::round(amount).clamp(-9.0e15, 9.0e15) as i64;
    Expected {
        chance: worth.rate - none,
        chance_low: within(worth.rate - away),
        chance_high: within(worth.rate + away),
        margin: money(worth.gain),
        margin_low: money(worth.gain - Z * worth.spread),
        margin_high: money(worth.gain + Z * worth.spread),
    }
}
