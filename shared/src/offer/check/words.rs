//! What each rule says to whoever is refused, and what would lift it.

use super::{Asked, Rule};
use crate::money::Money;
use crate::offer::percent;
use crate::segment::Row;

impl Asked<'_> {
    /// Text and lift.
    pub(super) fn words(&self, rule: Rule) -> (String, String) {
        let Self { given, person, guardrails, spent } = self;
        let (offer, terms) = (given.offer, &given.offer.terms);
        let (text, lift) = match rule {
            Rule::SwitchedOff => (format!("{} is switched off.", offer.name), "Switch it on in the catalogue of offers.".into()),
            Rule::Unready => {
                let lift = offer.unready.as_deref().unwrap_or("Connect it under Offers › Fulfilment");
                (format!("{} cannot be given yet.", offer.name), format!("{lift}."))
            }
            Rule::Excluded => {
                let why = person.excluded.as_deref().unwrap_or_default();
                let lift = "Change the rule or the tag that leaves them out.".into();
                (format!("The customer is left out of offers: {why}."), lift)
            }
            Rule::Terms => {
                let (from, to) = (percent(terms.depth_from), percent(terms.depth_to));
                let depth = percent(given.depth);
                let lift = "Use a depth within the terms, or widen them in the catalogue.".into();
                (format!("{depth} off lies outside the terms of {}: {from} to {to}.", offer.name), lift)
            }
            Rule::GreatestDiscount => {
                let greatest = percent(guardrails.greatest_in(person.row));
                let text = format!("At most {greatest} may be taken off for {}.", told(person.row));
                (text, format!("Lower the discount to {greatest}, or raise the limit."))
            }
            Rule::MarginFloor => {
                let floor = percent(guardrails.margin_floor);
                let lift = "Lower the discount or the margin floor, or correct the margin under Settings.".into();
                (format!("The discounted order would leave less than {floor} of margin."), lift)
            }
            Rule::Expiry => {
                let (least, most) = (guardrails.least_expiry_days, guardrails.most_expiry_days);
                let text = format!("It would stand for {} days; offers stand for {least} to {most}.", given.expiry_days);
                (text, format!("Let it expire after {least} to {most} days, or change the limits."))
            }
            Rule::Spend => {
                let (cost, left) = (self.money(self.expected_cost()), self.money(self.left_of_period()));
                let text =
                    format!("It is expected to cost {cost}; {left} is left of the budget of {} days.", guardrails.spend_days);
                (text, "Raise the budget, or wait until earlier offers have lapsed or left its period.".into())
            }
            Rule::CustomerCap => {
                let (cost, left) = (self.money(given.cost(person.order)), self.money(self.left_of_cap()));
                let days = guardrails.cap_days;
                let text = format!("It may cost {cost}; {left} may still be given to one customer within {days} days.");
                (text, "Offer something that costs less, or raise the cap for one customer.".into())
            }
            Rule::CoolDown => {
                let last = spent.last_offer.unwrap_or_default().iso();
                let until = self.next_offer().unwrap_or_default().iso();
                let text = format!("Their last offer ended on {last}; the next may come from {until} on.");
                (text, format!("Wait until {until}, or shorten the cool-down."))
            }
            Rule::SecondDiscount => {
                let last = spent.last_discount.as_ref().map(|last| last.day).unwrap_or_default().iso();
                let until = self.next_discount().unwrap_or_default().iso();
                let text = format!("They got a discount on {last}; the next may come from {until} on.");
                (text, format!("Offer something else, or wait until {until}."))
            }
            Rule::Withdrawn => {
                let promised = percent(spent.last_discount.as_ref().map_or(0, |last| last.depth));
                let text = format!("They were promised {promised} off and would now get less.");
                (text, format!("Offer at least {promised} off."))
            }
            Rule::Anyway => {
                let text = format!("They come back without an offer at {:.0} %.", person.none.clamp(0.0, 1.0) * 100.0);
                (text, format!("Raise the limit, which is {}, or wait.", percent(guardrails.anyway)))
            }
            Rule::Escalation => {
                let text = format!("A customer worth {} a year is spoken to by a person.", self.money(person.margin));
                (text, "Let a person make the offer, from the Inbox.".into())
            }
            Rule::Brand => {
                let text = "All brands that they buy are excluded from discounts.".into();
                (text, "Offer something other than a discount.".into())
            }
            Rule::Legal => {
                let why = self.law().map(|law| law.why.as_str()).unwrap_or_default();
                let country = self.law().and_then(|law| law.country.as_deref()).filter(|_| person.country.is_none());
                let text = match country {
                    Some(country) => format!("{why} Their country is not known, and this holds in {country}."),
                    None => why.to_owned(),
                };
                (text, "Offer something else, or correct the customer's country or the rule.".into())
            }
            Rule::Waits => {
                let text = "They came back on the last offer of a ladder before, so the first holds no discount.".into();
                (text, "Begin with help, an improvement or a low-cost benefit.".into())
            }
        };
        (text, lift)
    }

    fn money(&self, minor: i64) -> String {
        let money = Money::new(minor, self.guardrails.currency);
        format!("{} {}", money.amount(), money.currency.as_str())
    }
}

/// `high value, price`.
fn told(row: Row) -> String {
    format!("{}, {}", row.value.name().to_lowercase(), row.reason.name().to_lowercase())
}
