//! What a message says, in a sentence for people.

use super::{
    Consent, Event, Fact, Link, Member, Order, OrderChange, OrderPart, OrderStatus, Person, Product, Refusal, Request,
    RequestKind, Who,
};
use crate::consent::State;
use crate::money::{Currency, Money};

/// Characters of a value that a sender chose: a summary is one line.
const VALUE_CHARS: usize = 80;

/// The message's most telling fact, and how many more it holds; or why there is none.
pub fn summary(topic: &str, read: &Result<Vec<Fact>, Refusal>) -> String {
    let facts = match read {
        Ok(facts) => facts,
        Err(refusal) => return format!("Cannot be read: {}", cut(&refusal.reason)),
    };
    let Some(first) = facts.iter().min_by_key(|fact| rank(fact)) else {
        return if topic.is_empty() {
            "Nothing is read from this".to_owned()
        } else {
            format!("Nothing is read from {}", cut(topic))
        };
    };
    match facts.len() - 1 {
        0 => sentence(first),
        1 => format!("{} and 1 more fact", sentence(first)),
        more => format!("{} and {more} more facts", sentence(first)),
    }
}

/// Whom a message is about: the first person that one of its facts names.
pub fn person(facts: &[Fact]) -> Option<&Who> {
    facts.iter().min_by_key(|fact| rank(fact)).and_then(who)
}

/// What a reader looks for goes first; who somebody is comes along with most messages.
fn rank(fact: &Fact) -> u8 {
    match fact {
        Fact::Stopped(_) | Fact::Request(_) => 0,
        Fact::Order(_) | Fact::OrderPart(_) => 1,
        Fact::Consent(_) => 2,
        Fact::Event(_) => 3,
        Fact::Member(_) | Fact::Link(_) => 4,
        Fact::Person(_) => 5,
        Fact::Product(_) => 6,
    }
}

fn who(fact: &Fact) -> Option<&Who> {
    match fact {
        Fact::Person(Person { who, .. })
        | Fact::Order(Order { who, .. })
        | Fact::OrderPart(OrderPart { who, .. })
        | Fact::Event(Event { who, .. })
        | Fact::Consent(Consent { who, .. })
        | Fact::Member(Member { who, .. })
        | Fact::Link(Link { to: who, .. })
        | Fact::Request(Request { who: Some(who), .. }) => Some(who),
        Fact::Product(_) | Fact::Stopped(_) | Fact::Request(Request { who: None, .. }) => None,
    }
}

fn sentence(fact: &Fact) -> String {
    match fact {
        Fact::Person(person) if person.is_deleted => format!("The sender deleted its record of {}", called(&person.who)),
        Fact::Person(person) => format!("Details of {}", called(&person.who)),
        Fact::Order(order) => self::order(order),
        Fact::OrderPart(part) => format!("Order {} of {}: {}", cut(&part.order_id), called(&part.who), change(part.change)),
        Fact::Event(event) => format!("{}: {}", called(&event.who), cut(&event.name)),
        Fact::Consent(consent) => {
            let did = match consent.state {
                State::Granted => "opted in to",
                State::Denied => "opted out of",
                State::Complained => "complained about",
            };
            format!("{} {did} {}", called(&consent.who), cut(&consent.channel))
        }
        Fact::Link(link) => format!("{} is {}", called(&link.from), called(&link.to)),
        Fact::Member(member) => {
            format!("{} belongs to {}", called(&member.who), cut(member.account_name.as_deref().unwrap_or(&member.account_id)))
        }
        Fact::Product(product) => self::product(product),
        Fact::Request(request) => {
            let whose = request.who.as_ref().map_or_else(|| "the whole shop".to_owned(), called);
            match request.kind {
                RequestKind::Export => format!("Request to export what is held on {whose}"),
                RequestKind::Erasure | RequestKind::ShopErasure => format!("Request to erase {whose}"),
            }
        }
        Fact::Stopped(_) => "The sender has disconnected this shop: nothing may be sent any more".to_owned(),
    }
}

fn order(order: &Order) -> String {
    let mut text = format!("Order {} of {}: {}", cut(&order.id), called(&order.who), money(order.amount, order.currency));
    text.push_str(match order.status {
        OrderStatus::Paid => "",
        OrderStatus::Pending => ", not paid yet",
        OrderStatus::Cancelled => ", cancelled",
        OrderStatus::Refunded => ", refunded",
    });
    if order.refunded > 0 && order.status != OrderStatus::Refunded {
        text.push_str(&format!(", {} of it given back", money(order.refunded, order.currency)));
    }
    text
}

fn change(change: OrderChange) -> String {
    match change {
        OrderChange::Refunded { amount: Some(amount), currency } => format!("{} given back", money(amount, currency)),
        OrderChange::Refunded { amount: None, .. } => "refunded".to_owned(),
        OrderChange::Cancelled => "cancelled".to_owned(),
    }
}

fn product(product: &Product) -> String {
    let mut text = format!("Product {}", cut(if product.title.is_empty() { &product.product_id } else { &product.title }));
    if product.is_gone {
        text.push_str(" is gone");
        return text;
    }
    if let Some(price) = product.price {
        text.push_str(&format!(": {}", money(price, product.currency)));
    }
    if let Some(stock) = product.stock {
        text.push_str(&format!(", {stock} in stock"));
    }
    text
}

/// By what a person is known best.
fn called(who: &Who) -> String {
    let known = who.email.as_ref().or(who.name.as_ref()).or(who.external_id.as_ref()).or(who.phone.as_ref());
    known.map_or_else(|| "a visitor".to_owned(), |text| cut(text))
}

fn money(minor: i64, currency: Currency) -> String {
    format!("{} {currency}", Money::new(minor, currency).amount())
}

/// A sender's text as a piece of one line.
fn cut(text: &str) -> String {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if line.chars().count() <= VALUE_CHARS { line } else { line.chars().take(VALUE_CHARS).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Millis;

    fn ada() -> Who {
        Who { email: Some("ada@example.com".to_owned()), external_id: Some("7".to_owned()), ..Who::default() }
    }

    fn an_order(status: OrderStatus, refunded: i64) -> Fact {
        Fact::Order(Order {
            id: "1001".to_owned(),
            who: ada(),
            at: Millis(0),
            ordered_at: Millis(0),
            amount: 2_933,
            currency: Currency::USD,
            refunded,
            discount: 0,
            status,
            cancelled_at: None,
            items: Vec::new(),
            codes: Vec::new(),
        })
    }

    fn event(name: &str, who: Who) -> Fact {
        Fact::Event(Event { id: "e".to_owned(), who, at: Millis(0), name: name.to_owned(), properties: serde_json::Map::new() })
    }

    #[track_caller]
    fn check(facts: Vec<Fact>, expected: &str) {
        assert_eq!(summary("track", &Ok(facts)), expected);
    }

    #[test]
    fn an_order_is_told_with_its_person_and_what_became_of_it() {
        check(vec![an_order(OrderStatus::Paid, 0)], "Order 1001 of ada@example.com: 29.33 USD");
        check(vec![an_order(OrderStatus::Paid, 500)], "Order 1001 of ada@example.com: 29.33 USD, 5.00 USD of it given back");
        check(vec![an_order(OrderStatus::Refunded, 2_933)], "Order 1001 of ada@example.com: 29.33 USD, refunded");
        let part = |change| {
            Fact::OrderPart(OrderPart {
                id: "r".to_owned(),
                order_id: "1001".to_owned(),
                who: Who::default(),
                at: Millis(0),
                change,
            })
        };
        let refund = OrderChange::Refunded { amount: Some(150), currency: Currency::USD };
        check(vec![part(refund)], "Order 1001 of a visitor: 1.50 USD given back");
        check(vec![part(OrderChange::Cancelled)], "Order 1001 of a visitor: cancelled");
    }

    #[test]
    fn the_most_telling_fact_goes_first_and_the_others_are_counted() {
        let person = Fact::Person(Person { who: ada(), ..Person::default() });
        check(vec![person.clone()], "Details of ada@example.com");
        check(vec![person.clone(), event("Product Viewed", ada())], "ada@example.com: Product Viewed and 1 more fact");
        let facts = vec![person, event("Order Completed", ada()), an_order(OrderStatus::Paid, 0)];
        check(facts, "Order 1001 of ada@example.com: 29.33 USD and 2 more facts");
    }

    #[test]
    fn what_cannot_be_read_says_why_and_what_nothing_is_read_from_says_so() {
        let refusal = Refusal::of("email", "there is no address", "send one");
        assert_eq!(summary("identify", &Err(refusal)), "Cannot be read: there is no address");
        assert_eq!(summary("themes/publish", &Ok(Vec::new())), "Nothing is read from themes/publish");
        assert_eq!(summary("", &Ok(Vec::new())), "Nothing is read from this");
    }

    #[test]
    fn consent_requests_and_the_end_are_told_in_words() {
        let consent = |state| {
            Fact::Consent(Consent { who: ada(), channel: "email".to_owned(), state, is_act: true, wording: None, at: Millis(0) })
        };
        check(vec![consent(State::Granted)], "ada@example.com opted in to email");
        check(vec![consent(State::Denied)], "ada@example.com opted out of email");
        let request = |kind, who| Fact::Request(Request { kind, who, orders: Vec::new(), at: Millis(0) });
        check(vec![request(RequestKind::Erasure, Some(ada()))], "Request to erase ada@example.com");
        check(vec![request(RequestKind::ShopErasure, None)], "Request to erase the whole shop");
    }

    #[test]
    fn a_senders_text_stays_on_one_short_line() {
        let long = summary("track", &Ok(vec![event(&format!("a\n{}", "x".repeat(500)), Who::default())]));
        assert!(long.starts_with("a visitor: a xxx") && long.ends_with('…'), "{long}");
        assert_eq!(long.chars().count(), "a visitor: ".len() + VALUE_CHARS + 1);
    }

    #[test]
    fn whose_a_message_is_comes_from_its_most_telling_fact() {
        assert_eq!(person(&[an_order(OrderStatus::Paid, 0)]), Some(&ada()));
        assert_eq!(person(&[Fact::Stopped(super::super::Stopped { at: Millis(0) })]), None);
        assert_eq!(person(&[]), None);
    }
}
