//! Who gets no offers, and why: each of them is counted and shown, never dropped without a word.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::money::Home;
use crate::state::State;
use crate::time::Day;

/// Why somebody is left out, the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// They object to profiling: nothing is worked out about them.
    Objection,
    /// The bank took a payment back at their word.
    Chargeback,
    /// A dispute is open: an offer would be evidence.
    Dispute,
    /// Said so by a tag.
    Abuse,
    /// By a tag, or by an address of the shop's own.
    Staff,
    /// By a tag, or by how often they order.
    Reseller,
    /// They send back most of what they buy.
    Returner,
    /// They cost more than they bring.
    NegativeMargin,
    /// By a tag of the shop's own choice.
    Tagged,
}

/// What leaves somebody out, as a shop sets it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exclusions {
    pub negative_margin: bool,
    pub chargebacks: bool,
    pub disputes: bool,
    /// Per cent of orders with a refund from which on somebody is a serial returner, from [`Self::FEWEST_ORDERS`] orders on; none
    /// leaves nobody out for it.
    pub refund_per_cent: Option<u8>,
    /// Orders within a year from which on somebody is taken for a reseller; none leaves nobody out for it.
    pub orders_a_year: Option<u32>,
    /// The shop's own domains: whoever has an address there is staff.
    pub staff_domains: Vec<String>,
    pub abuse_tags: Vec<String>,
    pub staff_tags: Vec<String>,
    pub reseller_tags: Vec<String>,
    /// Any other tag that leaves people out.
    pub other_tags: Vec<String>,
}

/// What is known of somebody beside their state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    pub tags: Vec<String>,
    /// An address lies in one of the staff's domains.
    pub is_staff: bool,
    pub objects: bool,
}

impl Default for Exclusions {
    fn default() -> Self {
        let tags = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            negative_margin: true,
            chargebacks: true,
            disputes: true,
            refund_per_cent: Some(60),
            orders_a_year: Some(60),
            staff_domains: Vec::new(),
            abuse_tags: tags(&["abuse", "fraud"]),
            staff_tags: tags(&["staff", "employee"]),
            reseller_tags: tags(&["reseller", "wholesale"]),
            other_tags: tags(&["no offers"]),
        }
    }
}

impl Exclusions {
    /// Fewer orders say too little of how often somebody sends things back.
    pub const FEWEST_ORDERS: u32 = 4;

    pub fn tags(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.abuse_tags, &self.staff_tags, &self.reseller_tags, &self.other_tags];
        lists.into_iter().flatten().map(String::as_str)
    }
}

impl Exclusion {
    pub const ALL: [Self; 9] = [
        Self::Objection,
        Self::Chargeback,
        Self::Dispute,
        Self::Abuse,
        Self::Staff,
        Self::Reseller,
        Self::Returner,
        Self::NegativeMargin,
        Self::Tagged,
    ];

    /// As it is stored in `facets.excluded`, where 0 is nobody left out. Never changes.
    pub fn number(self) -> u8 {
        match self {
            Self::NegativeMargin => 1,
            Self::Returner => 2,
            Self::Chargeback => 3,
            Self::Abuse => 4,
            Self::Staff => 5,
            Self::Reseller => 6,
            Self::Dispute => 7,
            Self::Tagged => 8,
            Self::Objection => 9,
        }
    }

    pub fn of_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|exclusion| exclusion.number() == number)
    }

    /// As the API names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NegativeMargin => "negative_margin",
            Self::Returner => "returner",
            Self::Chargeback => "chargeback",
            Self::Abuse => "abuse",
            Self::Staff => "staff",
            Self::Reseller => "reseller",
            Self::Dispute => "dispute",
            Self::Tagged => "tagged",
            Self::Objection => "objection",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|exclusion| exclusion.code() == code)
    }

    /// In a marketer's words, as a label.
    pub fn name(self) -> &'static str {
        match self {
            Self::NegativeMargin => "Negative margin",
            Self::Returner => "Serial returner",
            Self::Chargeback => "Chargeback",
            Self::Abuse => "Abuse",
            Self::Staff => "Staff",
            Self::Reseller => "Reseller",
            Self::Dispute => "Open dispute",
            Self::Tagged => "Left out by a tag",
            Self::Objection => "Objects to profiling",
        }
    }
}

/// The weightiest reason to leave somebody out; `margin` is the share of a sale that is left.
pub fn exclusion(rules: &Exclusions, state: &State, known: &Known, margin: f64, today: Day) -> Option<Exclusion> {
    let has = |tags: &[String]| known.tags.iter().any(|tag| tags.iter().any(|rule| rule.eq_ignore_ascii_case(tag)));
    Exclusion::ALL.into_iter().find(|exclusion| match exclusion {
        Exclusion::Objection => known.objects,
        Exclusion::Chargeback => rules.chargebacks && state.conduct.chargebacks > 0,
        Exclusion::Dispute => rules.disputes && state.conduct.is_disputed(),
        Exclusion::Abuse => has(&rules.abuse_tags),
        Exclusion::Staff => known.is_staff || has(&rules.staff_tags),
        Exclusion::Reseller => {
            has(&rules.reseller_tags) || rules.orders_a_year.is_some_and(|most| orders_within_a_year(state, today) >= most)
        }
        Exclusion::Returner => rules.refund_per_cent.is_some_and(|most| is_returner(state, most)),
        Exclusion::NegativeMargin => rules.negative_margin && brings(state, margin) < Home(0),
        Exclusion::Tagged => has(&rules.other_tags),
    })
}

fn orders_within_a_year(state: &State, today: Day) -> u32 {
    let weeks = state.weeks.between(today.week().saturating_sub(51), today.week());
    weeks.fold(0_u32, |sum, (_, week)| sum.saturating_add(week.orders))
}

fn is_returner(state: &State, most: u8) -> bool {
    let orders = state.orders();
    orders >= Exclusions::FEWEST_ORDERS && u64::from(state.conduct.refunds) * 100 >= u64::from(orders) * u64::from(most)
}

/// The margin of what was kept, less the cost of goods that came back: those were sent and handled, which is taken as a tenth of their
/// price.
fn brings(state: &State, margin: f64) -> Home {
    let kept = state.home.minor as f64 * margin;
    let handled = state.conduct.refunded as f64 * HANDLING;
    Home(libm::floor((kept - handled).clamp(-9.0e15, 9.0e15)) as i64)
}

/// Of the price, what sending goods and taking them back costs.
const HANDLING: f64 = 0.1;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::{Currency, Money, Rates};
    use crate::state::{EventFact, OrderFact, fold};

    const TODAY: Day = Day(20_000);

    /// Orders of 100.00, each with what of it was refunded, and events.
    fn state(refunds: &[i64], events: &[(i32, &str)]) -> State {
        let order = |(n, refunded): (i32, &i64)| OrderFact {
            at: TODAY.plus(-3 * n).start(),
            amount: Money::new(10_000, Currency::USD),
            refunded: *refunded,
            discount: 0,
            paid: true,
        };
        let orders: Vec<OrderFact> = (1..).zip(refunds).map(order).collect();
        let event = |(ago, name): &(i32, &str)| EventFact {
            at: TODAY.plus(-ago).start(),
            name: (*name).to_owned(),
            properties: serde_json::Map::new(),
        };
        fold(&orders, &events.iter().map(event).collect::<Vec<_>>(), &Rates::new(Currency::USD))
    }

    fn check(state: &State, known: &Known, expected: Option<Exclusion>) {
        assert_eq!(exclusion(&Exclusions::default(), state, known, 0.4, TODAY), expected);
    }

    #[test]
    fn conduct_leaves_people_out() {
        let nobody = Known::default();
        check(&state(&[0; 10], &[]), &nobody, None);
        check(&state(&[0, 9_000, 9_000, 0], &[]), &nobody, None);
        check(&state(&[0, 4_000, 4_000, 4_000], &[]), &nobody, Some(Exclusion::Returner));
        check(&state(&[10_000, 10_000, 9_900], &[]), &nobody, Some(Exclusion::NegativeMargin));
        check(&state(&[0; 61], &[]), &nobody, Some(Exclusion::Reseller));
        check(&state(&[0], &[(9, "Chargeback Received")]), &nobody, Some(Exclusion::Chargeback));
        check(&state(&[0], &[(9, "Dispute Opened")]), &nobody, Some(Exclusion::Dispute));
        check(&state(&[0], &[(9, "Dispute Opened"), (2, "Dispute Closed")]), &nobody, None);
    }

    #[test]
    fn tags_and_addresses_do_too_whatever_their_case_and_a_rule_that_is_off_leaves_nobody_out() {
        let tagged = |tag: &str| Known { tags: vec![tag.to_owned()], ..Known::default() };
        let plain = state(&[0], &[]);
        for (tag, expected) in [
            ("Fraud", Some(Exclusion::Abuse)),
            ("Wholesale", Some(Exclusion::Reseller)),
            ("no offers", Some(Exclusion::Tagged)),
            ("vip", None),
        ] {
            check(&plain, &tagged(tag), expected);
        }
        check(&plain, &Known { is_staff: true, ..Known::default() }, Some(Exclusion::Staff));
        check(&plain, &Known { objects: true, ..tagged("fraud") }, Some(Exclusion::Objection));
        let off = Exclusions { refund_per_cent: None, negative_margin: false, chargebacks: false, ..Exclusions::default() };
        let returner = state(&[10_000; 5], &[(9, "Chargeback Received")]);
        assert_eq!(exclusion(&off, &returner, &Known::default(), 0.4, TODAY), None);
    }

    #[test]
    fn numbers_and_codes_lead_back_to_their_exclusion() {
        for exclusion in Exclusion::ALL {
            assert_eq!(Exclusion::of_number(exclusion.number()), Some(exclusion));
            assert_eq!(Exclusion::of_code(exclusion.code()), Some(exclusion));
        }
        assert_eq!(Exclusion::of_number(0), None);
    }
}
