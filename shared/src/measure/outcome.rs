//! What came of one entry: whether they came back, what that brought and cost, and whether it lasted.
//!
//! [`outcome`] reads an entry as it was frozen and all that is known since, in any order and any number of times, and says one row. It
//! never asks what was sent to decide whether somebody counts: the same window, from the entry on, holds for whoever is contacted and
//! whoever is held out.
//!
//! A window is counted in UTC days: the rest of the day of the entry and so many whole days after it, so that it closes at the start of a
//! day, and days to a return are 0 to the window's.

mod facts;
mod payment;
mod stay;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use facts::{Earns, Facts, Given, Order, OrderStatus, Payment, Sent, Term, TermChange};

use crate::campaign::{Kind, Micros};
use crate::money::Home;
use crate::offer;
use crate::time::{Day, Millis};
use facts::Known;

/// Days after a return within which it is watched whether they leave again.
pub const RECHURN_DAYS: i32 = 90;

/// In which group an entry is. By assignment: whether anything was sent changes nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    #[default]
    Contacted,
    /// Held out from the campaign.
    Holdout,
    /// Held out from every campaign.
    GlobalHoldout,
    /// Never entered; in no rate.
    LeftOut,
}

/// An entry as it was frozen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entered {
    pub kind: Kind,
    pub arm: Arm,
    pub entered_at: Millis,
    pub window_days: u16,
    /// Of a retention campaign: when silence was to count as churn.
    pub deadline: Option<Millis>,
    /// Of a payment recovery: what was open. None where that is not known: the first payment settles it.
    pub owed: Option<Home>,
    /// Days of silence that count as churn for this customer; none for a subscription, which ends with its term.
    pub silent_days: Option<u16>,
}

/// One row of what came of an entry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Nothing after that is this entry's.
    pub closes_at: Millis,
    /// The window is closed: only refunds, cancellations and rows that come late change what is said of it.
    pub ripe: bool,
    /// By the campaign's kind: came back, was kept, or paid.
    pub returned_at: Option<Millis>,
    /// The order by which they returned; none where it was a term or a payment.
    pub first_order: Option<String>,
    /// That still stand, within the window.
    pub orders: u32,
    pub one_time: Revenue,
    pub recurring: Revenue,
    /// Of what is left of the revenue, less what offers cost besides their discounts, which are in the revenue. Channels not taken off.
    pub margin: Home,
    pub channel_cost: Micros,
    /// Messages that went out, whatever became of them.
    pub sent: u32,
    pub redeemed: Option<Redeemed>,
    /// On every order that used a code of this entry.
    pub redeemed_discount: Home,
    /// What these orders would have cost without it.
    pub redeemed_list: Home,
    pub rechurn: Rechurn,
    /// Within the window; a return after that counts still.
    pub opted_out_at: Option<Millis>,
    pub erased_at: Option<Millis>,
    /// The next moment at which this row may change though nothing new is told.
    pub changes_at: Option<Millis>,
}

/// Minor units of the home currency. Of an order that was given back in whole, the discount is not counted: nobody got it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revenue {
    /// Before discounts and refunds.
    pub gross: Home,
    pub discount: Home,
    pub refunds: Home,
}

/// The offer that was used first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redeemed {
    pub offer: String,
    pub kind: offer::Kind,
    pub code: Option<String>,
    pub at: Millis,
    /// What it took off, or what it cost where it took nothing off.
    pub face: Home,
    /// As it was promised, per mille.
    pub depth: u16,
}

/// Whether they left again within [`RECHURN_DAYS`] of the return.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum Rechurn {
    #[default]
    NotReturned,
    /// Cannot be known yet.
    Open,
    Stayed,
    Left {
        at: Millis,
    },
}

/// Why somebody is no longer watched for a return. See [`Outcome::first`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum First {
    Returned,
    /// Opted out, or was erased.
    Withdrew,
}

/// What came of `entry`, as it is known at `now`; facts of later are not read yet.
///
/// - **Win-back**: a paid order that still stands, or a term that was taken up again, within the window.
/// - **Retention**: paid activity before the deadline, and no end of the term between it and the deadline. The window reaches to the
///   deadline at least.
/// - **Payment recovery**: what was owed is paid within the window. Its revenue is what was paid of it, and nothing else that they bought.
///
/// Refunds and cancellations are taken off whenever they come. An order of which nothing is left is no return, and the next one may be.
pub fn outcome(entry: &Entered, facts: &Facts, now: Millis) -> Outcome {
    let closes_at = closes_at(entry);
    let known = Known::at(facts, now);
    let window = entry.entered_at..closes_at;
    let mut said = Outcome { closes_at, ripe: now >= closes_at, ..Outcome::default() };
    match entry.kind {
        Kind::PaymentRecovery => payment::recover(entry, &known, &window, &mut said),
        Kind::WinBack | Kind::Retention => {
            let returned = match entry.kind {
                Kind::Retention => stay::kept(entry, &known, closes_at),
                _ => stay::activity(&known, &window).into_iter().next(),
            };
            if let Some((at, order)) = returned {
                said.returned_at = Some(at);
                said.first_order = order.map(str::to_owned);
            }
            add_orders(&known, &window, &mut said);
        }
    }
    add_redemptions(entry, &known, &window, &mut said);
    let sent: Vec<&Sent> = known.sent.iter().copied().filter(|sent| sent.at >= entry.entered_at).collect();
    said.channel_cost = sent.iter().map(|sent| sent.cost).sum();
    said.sent = u32::try_from(sent.len()).unwrap_or(u32::MAX);
    let within = |at: Option<Millis>| at.filter(|at| *at <= now && window.contains(at));
    said.opted_out_at = within(facts.opted_out_at);
    said.erased_at = within(facts.erased_at);
    let mut turns = known.turns.clone();
    if let Some(returned_at) = said.returned_at {
        said.rechurn = stay::rechurn(entry, &known, returned_at, now, &mut turns);
    }
    turns.extend([closes_at]);
    turns.extend([facts.opted_out_at, facts.erased_at].into_iter().flatten());
    said.changes_at = turns.into_iter().filter(|turn| *turn > now).min();
    said
}

/// When each sale since the entry earned what is left of its margin, with what used offers cost besides; of a payment recovery, payments.
/// Beyond the window too, and without what contacting cost.
pub fn brought(entry: &Entered, facts: &Facts, now: Millis) -> Vec<(Millis, Home)> {
    let known = Known::at(facts, now);
    if entry.kind == Kind::PaymentRecovery {
        let margin = |payment: &&Payment| {
            let paid = payment.amount?;
            let kept = Home(paid.0 - payment.refunded.0.clamp(0, paid.0.max(0)));
            Some((payment.at, payment.earns.of(kept, paid)))
        };
        return known.payments.iter().filter(|payment| payment.at >= entry.entered_at).filter_map(margin).collect();
    }
    let orders = known.orders.iter().map(|order| (order.at, order.earns.of(known.kept(order), order.amount)));
    let offers = known.given.iter().filter_map(|given| Some((given.used_at?, Home(-given.cost.0))));
    orders.chain(offers).filter(|(at, _)| *at >= entry.entered_at).collect()
}

/// The start of the day after the window's last, of a retention entry after its deadline at least.
pub fn closes_at(entry: &Entered) -> Millis {
    let window = entry.entered_at.day().plus(i32::from(entry.window_days).saturating_add(1));
    let deadline = entry.deadline.filter(|_| entry.kind == Kind::Retention).map(|at| at.day().plus(1));
    deadline.map_or(window, |deadline| deadline.max(window)).start()
}

impl Arm {
    pub const ALL: [Self; 4] = [Self::Contacted, Self::Holdout, Self::GlobalHoldout, Self::LeftOut];

    /// As it is stored.
    pub fn number(self) -> u8 {
        match self {
            Self::Contacted => 0,
            Self::Holdout => 1,
            Self::GlobalHoldout => 2,
            Self::LeftOut => 3,
        }
    }

    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|arm| arm.number() == number)
    }

    pub fn is_held_out(self) -> bool {
        matches!(self, Self::Holdout | Self::GlobalHoldout)
    }

    pub fn is_assigned(self) -> bool {
        self != Self::LeftOut
    }
}

impl Revenue {
    /// What is left; never less than nothing.
    pub fn net(self) -> Home {
        Home((self.gross.0 - self.discount.0 - self.refunds.0).max(0))
    }

    fn add(&mut self, order: &Order, kept: Home) {
        let discount = if kept.0 > 0 { order.discount.0.max(0) } else { 0 };
        self.gross = self.gross + order.amount + Home(discount);
        self.discount = self.discount + Home(discount);
        self.refunds = self.refunds + Home(order.amount.0 - kept.0);
    }
}

impl Outcome {
    /// Of both kinds.
    pub fn net(&self) -> Home {
        self.one_time.net() + self.recurring.net()
    }

    /// UTC days from the entry's day to the return's.
    pub fn days_to_return(&self, entry: &Entered) -> Option<u16> {
        self.returned_at.map(|at| days(entry.entered_at.day(), at.day()))
    }

    /// What ended the watch, with its day since the entry: of several the first, at the same moment the return.
    pub fn first(&self, entry: &Entered) -> Option<(First, u16)> {
        let withdrew = [self.opted_out_at, self.erased_at].into_iter().flatten().min();
        let (first, at) = match (self.returned_at, withdrew) {
            (Some(returned), Some(withdrew)) if withdrew < returned => (First::Withdrew, withdrew),
            (Some(returned), _) => (First::Returned, returned),
            (None, Some(withdrew)) => (First::Withdrew, withdrew),
            (None, None) => return None,
        };
        Some((first, days(entry.entered_at.day(), at.day())))
    }
}

fn days(from: Day, until: Day) -> u16 {
    u16::try_from(until.since(from)).unwrap_or(if until < from { 0 } else { u16::MAX })
}

fn add_orders(known: &Known<'_>, window: &std::ops::Range<Millis>, said: &mut Outcome) {
    for order in known.orders.iter().filter(|order| window.contains(&order.at)) {
        let kept = known.kept(order);
        let revenue = if order.recurring { &mut said.recurring } else { &mut said.one_time };
        revenue.add(order, kept);
        said.orders += u32::from(kept.0 > 0);
        said.margin = said.margin + order.earns.of(kept, order.amount);
    }
}

/// Uses of the entry's own offers. A promise that was never used costs nothing.
fn add_redemptions(entry: &Entered, known: &Known<'_>, window: &std::ops::Range<Millis>, said: &mut Outcome) {
    let mut first: Option<Redeemed> = None;
    let mut discounted: BTreeSet<&str> = BTreeSet::new();
    for given in &known.given {
        let used = |order: &&&Order| {
            let code = given.code.as_deref().map(str::trim).filter(|code| !code.is_empty());
            let has = code.is_some_and(|code| order.codes.iter().any(|other| other.trim().eq_ignore_ascii_case(code)));
            has && window.contains(&order.at) && known.kept(order).0 > 0
        };
        let orders: Vec<&&Order> = known.orders.iter().filter(used).collect();
        let by_order = orders.iter().map(|order| (order.at, order.discount)).min();
        let by_itself = given.used_at.filter(|at| window.contains(at)).map(|at| (at, given.cost));
        let Some((at, face)) = by_order.or(by_itself) else { continue };
        for order in orders {
            if entry.kind != Kind::PaymentRecovery && discounted.insert(&order.id) {
                let discount = Home(order.discount.0.max(0));
                said.redeemed_discount = said.redeemed_discount + discount;
                said.redeemed_list = said.redeemed_list + order.amount + discount;
            }
        }
        said.margin = said.margin + Home(-given.cost.0);
        let redeemed =
            Redeemed { offer: given.offer.clone(), kind: given.kind, code: given.code.clone(), at, face, depth: given.depth };
        if first.as_ref().is_none_or(|before| redeemed.at < before.at) {
            first = Some(redeemed);
        }
    }
    said.redeemed = first;
}
