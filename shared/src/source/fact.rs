//! What a message says, in our words.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::consent::State;
use crate::import::ContactRole;
use crate::money::Currency;
use crate::time::Millis;

/// One thing that a message says. Every fact carries its own time, so that a late one never overwrites a newer one.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// Who somebody is; unknown fields leave what is stored.
    Person(Person),
    Order(Order),
    OrderPart(OrderPart),
    /// Something that somebody did, by a name of [`crate::event`].
    Event(Event),
    Consent(Consent),
    /// Two of the sender's names are one person.
    Link(Link),
    /// Somebody belongs to an account.
    Member(Member),
    Product(Product),
    Request(Request),
    Stopped(Stopped),
}

/// The ways in which a sender names a person; at least one is there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Who {
    /// The sender's own id, unique within its source.
    pub external_id: Option<String>,
    /// Of a visitor who has not said who they are.
    pub anonymous_id: Option<String>,
    /// Trimmed and lower case.
    pub email: Option<String>,
    /// Digits, with + where the number is international.
    pub phone: Option<String>,
    pub name: Option<String>,
    /// Told by a page, where anybody may tell anything: it fills what is not known, changes nothing that is, and joins no two
    /// records that are known.
    pub by_browser: bool,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Person {
    pub who: Who,
    /// When the sender's record was as told here.
    pub at: Millis,
    /// The customer is a business account, not a shopper.
    pub is_account: bool,
    pub role: Option<ContactRole>,
    /// ISO 3166 alpha-2.
    pub country: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    pub created_at: Option<Millis>,
    pub tags: Vec<String>,
    pub traits: BTreeMap<String, String>,
    /// The sender has deleted its record: nothing more will come, but nothing is forgotten either.
    pub is_deleted: bool,
}

/// An order as it stands at `at`, whole: a later one replaces it, but for `ordered_at`, of which the earliest told holds, because
/// some senders tell of a change without the day of the order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// The sender's id of the order.
    pub id: String,
    pub who: Who,
    /// When the sender's record was as told here.
    pub at: Millis,
    pub ordered_at: Millis,
    /// Minor units of `currency`, after discounts, before refunds; not negative.
    pub amount: i64,
    pub currency: Currency,
    /// Minor units given back so far.
    pub refunded: i64,
    pub discount: i64,
    /// `paid`, `pending`, `cancelled`, `refunded`.
    pub status: OrderStatus,
    pub cancelled_at: Option<Millis>,
    /// Names of what was bought, in the order's own order.
    pub items: Vec<String>,
    pub codes: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderStatus {
    Paid,
    Pending,
    Cancelled,
    Refunded,
}

/// What happened to an order, told without the rest of it: it holds whether it comes before the whole order or after, and once
/// by its id. An order without a whole is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPart {
    /// Unique among the parts of its order.
    pub id: String,
    /// The sender's id of the order.
    pub order_id: String,
    pub who: Who,
    pub at: Millis,
    pub change: OrderChange,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderChange {
    /// What was given back is what the whole order says, or the sum of its parts where that is more, and never above its amount.
    Refunded {
        /// Minor units; none means all of it.
        amount: Option<i64>,
        currency: Currency,
    },
    /// From then on, whatever the whole order says.
    Cancelled,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Unique within its source.
    pub id: String,
    pub who: Who,
    pub at: Millis,
    /// In the words of [`crate::event`].
    pub name: String,
    pub properties: Map<String, Value>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Consent {
    pub who: Who,
    /// `email`, `sms`.
    pub channel: String,
    pub state: State,
    /// The person did it themselves, dated: only such an act lifts an opt-out. A present state told in bulk is none.
    pub is_act: bool,
    pub wording: Option<String>,
    pub at: Millis,
}

/// `from` is from now on the same person as `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub from: Who,
    pub to: Who,
    pub at: Millis,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    pub who: Who,
    /// The sender's id of the account.
    pub account_id: String,
    pub account_name: Option<String>,
    pub role: Option<ContactRole>,
    pub traits: BTreeMap<String, String>,
    pub at: Millis,
}

/// One thing that can be bought: a variant where products have some.
///
/// A product that is gone, without a title: all variants of `product_id` are. Its rows keep what they say.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    pub id: String,
    /// Of all its variants.
    pub product_id: String,
    pub title: String,
    pub variant: Option<String>,
    pub sku: Option<String>,
    pub category: Option<String>,
    /// Minor units.
    pub price: Option<i64>,
    pub currency: Currency,
    /// Unknown where the sender does not count.
    pub stock: Option<i64>,
    pub image: Option<String>,
    pub link: Option<String>,
    pub is_gone: bool,
    pub at: Millis,
}

/// A person's right, asked for through the sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub kind: RequestKind,
    /// Nobody where the whole shop is meant.
    pub who: Option<Who>,
    /// The sender's ids of orders that are meant; none means all.
    pub orders: Vec<String>,
    pub at: Millis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestKind {
    Export,
    Erasure,
    ShopErasure,
}

/// The sender let us go: nothing may be sent for this shop any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopped {
    pub at: Millis,
}

impl Fact {
    /// When the things that it tells happened.
    pub(super) fn times(&mut self) -> Vec<&mut Millis> {
        match self {
            Self::Person(person) => [Some(&mut person.at), person.created_at.as_mut()].into_iter().flatten().collect(),
            Self::Order(order) => {
                let cancelled_at = order.cancelled_at.as_mut();
                [Some(&mut order.at), Some(&mut order.ordered_at), cancelled_at].into_iter().flatten().collect()
            }
            Self::OrderPart(part) => vec![&mut part.at],
            Self::Event(event) => vec![&mut event.at],
            Self::Consent(consent) => vec![&mut consent.at],
            Self::Link(link) => vec![&mut link.at],
            Self::Member(member) => vec![&mut member.at],
            Self::Product(product) => vec![&mut product.at],
            Self::Request(request) => vec![&mut request.at],
            Self::Stopped(stopped) => vec![&mut stopped.at],
        }
    }
}

impl Product {
    /// With all its variants.
    pub fn gone(product_id: String, currency: Currency, at: Millis) -> Self {
        Self {
            id: product_id.clone(),
            product_id,
            title: String::new(),
            variant: None,
            sku: None,
            category: None,
            price: None,
            currency,
            stock: None,
            image: None,
            link: None,
            is_gone: true,
            at,
        }
    }
}
