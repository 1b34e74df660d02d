//! Where a customer stands on a day, and what the models of orders and terms say of it.

use super::Model;
use super::passage::{self, Silence};
use super::rhythm::Gaps;
use super::season::Season;
use super::terms::Standing;
use crate::clv::History;
use crate::signal::{self, OrderGap, Signal, TermEnd, date_in_words, days_in_words};
use crate::state::{Contract, State};
use crate::time::Day;

/// Days within which a loss is foretold.
pub(crate) const HORIZONS: [i32; 3] = [30, 60, 90];

const YEAR: i32 = 365;

/// Somebody with something to go by. It stays the same while only time passes, so that later days can be asked about as well.
pub(crate) enum Standpoint<'a> {
    Buyer(Buyer),
    Subscriber(Subscriber<'a>),
}

/// A customer with purchases and without a running subscription.
#[derive(Debug, Clone)]
pub(crate) struct Buyer {
    pub(crate) first: Day,
    pub(crate) last: Day,
    pub(crate) x: u32,
    usual: i32,
    /// Days of silence that count as churn: frozen by the last purchase.
    gap: i32,
    /// The shop's own rule sets it.
    by_rule: bool,
    /// Sets the gap where there is one.
    season: Option<Season>,
    after: Vec<f64>,
}

pub(crate) struct Subscriber<'a> {
    contract: &'a Contract,
    pub(crate) standing: Standing,
    pub(crate) since: Day,
}

impl<'a> Standpoint<'a> {
    /// `Err` where there is nothing to go by, with the reason where there is one to tell.
    pub(crate) fn of(state: &'a State, model: &Model, today: Day) -> Result<Self, Option<&'static str>> {
        let days = state.days.until(today);
        let contract = state.contract.as_ref();
        let standing = contract.and_then(|contract| Some((contract, Standing::of(contract, &model.terms, today)?)));
        if let Some((contract, standing)) = standing {
            // A subscription that ended says nothing of someone who went on with single orders.
            let buys_on = days.last().is_some_and(|last| *last > standing.deadline());
            if !buys_on {
                let since = contract.terms.first().map_or(today, |term| term.start);
                return Ok(Self::Subscriber(Subscriber { contract, standing, since }));
            }
        }
        match Buyer::of(days, model) {
            Some(buyer) => Ok(Self::Buyer(buyer)),
            None => Err(contract.map(|_| "The end of the paid term is not known")),
        }
    }

    /// The first day on which silence counts as churn.
    pub(crate) fn deadline(&self) -> Day {
        match self {
            Self::Buyer(buyer) => buyer.last.plus(buyer.gap),
            Self::Subscriber(subscriber) => subscriber.standing.deadline(),
        }
    }

    pub(crate) fn is_lost(&self, today: Day) -> bool {
        self.deadline() <= today
    }

    /// Days of silence that count as churn; `None` under a subscription.
    pub(crate) fn gap(&self) -> Option<i32> {
        match self {
            Self::Buyer(buyer) => Some(buyer.gap),
            Self::Subscriber(_) => None,
        }
    }

    /// P(churn) within each of [`HORIZONS`] by orders or terms alone; `None` of the lost. `shift` moves the logit of each renewal.
    pub(crate) fn chances(&self, model: &Model, shift: f64, today: Day) -> Option<[f64; 3]> {
        if self.is_lost(today) {
            return None;
        }
        Some(match self {
            Self::Buyer(buyer) => buyer.chances(model, today),
            Self::Subscriber(subscriber) => model.terms.within(&subscriber.standing, shift, today, HORIZONS),
        })
    }

    /// Of the lost: P(an order, or a paid term, within 90 days).
    pub(crate) fn p_return(&self, model: &Model, today: Day) -> Option<f64> {
        self.is_lost(today).then(|| match self {
            Self::Buyer(buyer) => 1.0 - Silence::of(&model.orders, &buyer.history(today)).days(90.0),
            Self::Subscriber(subscriber) => model.terms.comes_back(today.since(subscriber.standing.deadline())),
        })
    }

    /// What can be told of them, the weightiest first.
    pub(crate) fn signals(&self, state: &State, model: &Model, today: Day) -> Vec<Signal> {
        let (gap, term) = match self {
            Self::Buyer(buyer) => (Some(buyer.order_gap()), None),
            Self::Subscriber(subscriber) => (None, Some(TermEnd { end: subscriber.standing.current.end })),
        };
        signal::read(state, gap.as_ref(), term.as_ref(), &model.feeds, model.home, today)
    }

    /// How the deadline came about, in words.
    pub(crate) fn rhythm(&self, today: Day) -> String {
        match self {
            Self::Buyer(buyer) => buyer.rhythm(),
            Self::Subscriber(subscriber) => subscriber.rhythm(today),
        }
    }

    /// Days on which a horizon begins or ends to reach the deadline: probabilities jump there.
    pub(crate) fn landmarks(&self) -> [Day; 4] {
        [90, 60, 30, 0].map(|days| self.deadline().plus(-days))
    }
}

impl Buyer {
    /// From purchase days in rising order.
    fn of(days: &[Day], model: &Model) -> Option<Self> {
        let (first, last) = (*days.first()?, *days.last()?);
        let gaps = Gaps::of(days);
        let (gap, season) = model.deadline_of(days, &gaps);
        let (usual, by_rule) = (model.rhythm.usual(&gaps), model.churn_days.is_some());
        let mut buyer = Self { first, last, x: gaps.n, usual, gap, by_rule, season, after: Vec::new() };
        buyer.after = passage::after_purchase(&model.orders, &buyer.history(last), gap);
        Some(buyer)
    }

    pub(crate) fn history(&self, today: Day) -> History {
        let weeks = |days: i32| f64::from(days) / 7.0;
        History { x: self.x, t_x: weeks(self.last.since(self.first)), age: weeks(today.since(self.first)) }
    }

    fn chances(&self, model: &Model, today: Day) -> [f64; 3] {
        let left = self.last.plus(self.gap).since(today);
        match &self.season {
            Some(season) => {
                let missed = season.p_missed(today);
                HORIZONS.map(|horizon| if horizon >= left { missed } else { 0.0 })
            }
            None => {
                let silence = Silence::of(&model.orders, &self.history(today));
                passage::within(silence, left, self.gap, &self.after, HORIZONS)
            }
        }
    }

    fn order_gap(&self) -> OrderGap {
        OrderGap { last: self.last, purchases: self.x as usize + 1, usual: self.usual, deadline: self.gap }
    }

    /// Every risk has a reason in words, also where the silence is not long yet.
    pub(crate) fn deadline_is_near(&self) -> Signal {
        let text = format!("Lost on {} unless another order comes", date_in_words(self.last.plus(self.gap)));
        Signal { code: "deadline", text, since: Some(self.last), weight: 0.1, logit: 0.0 }
    }

    fn rhythm(&self) -> String {
        let (gap, orders) = (days_in_words(self.gap), self.x.saturating_add(1));
        if self.by_rule {
            format!("Counts as lost after {} days without an order: your own rule", self.gap)
        } else if let Some(season) = &self.season {
            let (opens, closes) = (date_in_words(season.opens), date_in_words(season.closes));
            format!("Buys {}: expected between {opens} and {closes}, and lost after that", season.words())
        } else if self.x == 0 {
            format!("One order so far, so the shop's rhythm stands in: lost after {gap} without a second one")
        } else {
            let every = if self.usual == 1 { "day".to_owned() } else { format!("{} days", self.usual) };
            format!("Usually orders every {every} (from {orders} purchase days); lost after {gap} of silence")
        }
    }
}

impl Subscriber<'_> {
    /// What is expected of the terms that begin within a year, in minor units of the home currency; of a lost one, what they would
    /// bring times the chance of coming back.
    pub(crate) fn value(&self, model: &Model, shift: f64, today: Day) -> Option<f64> {
        let price = self.price(today)?;
        if self.standing.is_over(today) {
            let terms = f64::from(YEAR) / f64::from(self.standing.current.days());
            let comes_back = model.terms.comes_back(today.since(self.standing.deadline()));
            return Some(price * terms.max(1.0) * comes_back);
        }
        Some(price * model.terms.expected_terms(&self.standing, shift, today, YEAR))
    }

    /// Of a term, in minor units of the home currency.
    pub(crate) fn price(&self, today: Day) -> Option<f64> {
        self.contract.term_price(today).map(|minor| minor as f64)
    }

    fn rhythm(&self, today: Day) -> String {
        let end = date_in_words(self.standing.current.end);
        if self.standing.is_over(today) {
            format!("Paid until {end} and not renewed")
        } else if let Some(until) = self.standing.paused_until {
            format!("Paused until {}; lost if not renewed after that", date_in_words(until))
        } else if self.standing.current.end < today {
            format!("Paid until {end}; lost if not renewed by {}", date_in_words(self.standing.deadline().plus(-1)))
        } else {
            let renewals = match self.standing.renewals {
                0 => "first term".to_owned(),
                1 => "renewed once".to_owned(),
                n => format!("renewed {n} times"),
            };
            format!("Paid until {end} ({renewals}); lost if not renewed by then")
        }
    }
}
