//! What each rule asks.

use super::{Asked, By, Rule};

impl Asked<'_> {
    pub(super) fn breaks(&self, rule: Rule) -> bool {
        let Self { given, person, guardrails, spent } = self;
        let offer = given.offer;
        match rule {
            Rule::SwitchedOff => !offer.live,
            Rule::Unready => offer.unready.is_some(),
            Rule::Excluded => person.excluded.is_some(),
            Rule::Terms => !(offer.terms.depth_from.min(offer.terms.depth_to)..=offer.terms.depth_to).contains(&given.depth),
            Rule::GreatestDiscount => self.is_too_deep(),
            Rule::MarginFloor => given.is_discount() && self.leaves_too_little(),
            Rule::Expiry => !(guardrails.least_expiry_days..=guardrails.most_expiry_days).contains(&given.expiry_days),
            Rule::Spend => self.expected_cost() > self.left_of_period(),
            Rule::CustomerCap => given.cost(person.order) > self.left_of_cap(),
            Rule::CoolDown => !self.continues() && self.next_offer().is_some_and(|day| given.today < day),
            Rule::SecondDiscount => {
                given.is_discount() && !self.raises() && self.next_discount().is_some_and(|day| given.today < day)
            }
            // Within a ladder what was promised stands: a later rung is as deep or deeper, or repeats it.
            Rule::Withdrawn => {
                let promised = spent.last_discount.as_ref().filter(|_| self.raises() && given.is_discount());
                promised.is_some_and(|last| given.depth < last.depth)
            }
            // Rounded as people see it. A chance that is no number stops the offer.
            Rule::Anyway => {
                let chance = libm::round(person.none.clamp(0.0, 1.0) * 1_000.0);
                chance.is_nan() || chance >= f64::from(guardrails.anyway)
            }
            Rule::Escalation => given.by == By::Machine && guardrails.is_escalated(person.row, person.margin),
            Rule::Brand => given.is_discount() && self.are_all_brands_out(),
            Rule::Legal => self.law().is_some(),
            // Whoever learned to wait for the last rung starts without a discount.
            Rule::Waits => person.waits && given.is_discount() && (!self.continues() || spent.rungs == 0),
        }
    }

    fn is_too_deep(&self) -> bool {
        let greatest = self.guardrails.greatest_in(self.person.row);
        let order = self.person.order.max(0);
        // An amount is a share of the order that it comes off; of an order that nobody knows it may be all.
        let is_within = i128::from(self.given.off(order)) * 1_000 <= i128::from(order) * i128::from(greatest);
        let is_unknown = self.given.offer.terms.amount > 0 && order == 0 && greatest < 1_000;
        self.given.depth > greatest || !is_within || is_unknown
    }

    fn leaves_too_little(&self) -> bool {
        let (order, off) = (self.person.order.max(0) as f64, self.given.off(self.person.order) as f64);
        let rate = self.person.margin_rate;
        let rate = if rate.is_finite() { rate.clamp(0.0, 1.0) } else { 0.0 };
        // A share leaves what it leaves whatever the order, so that orders of which nobody knows the size are judged too.
        let (order, off) = if order > 0.0 { (order, off) } else { (1_000.0, f64::from(self.given.depth)) };
        let (paid, left) = (order - off, order * rate - off);
        left < paid * f64::from(self.guardrails.margin_floor) / 1_000.0
    }

    fn are_all_brands_out(&self) -> bool {
        let out = || self.given.offer.terms.excluded_brands.iter().chain(&self.guardrails.excluded_brands);
        let is_out = |brand: &String| out().any(|other| other.to_lowercase() == brand.to_lowercase());
        !self.person.brands.is_empty() && self.person.brands.iter().all(is_out)
    }
}
