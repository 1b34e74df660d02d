//! The rows of a shop's files, in order of time, as CSV.

use serde_json::{Map, Value};

use crate::Files;
use crate::calendar::Moment;
use crate::money::Amount;
use crate::names::Person;

/// Collects the rows of all customers.
#[derive(Debug)]
pub(crate) struct Tables {
    /// Names of two columns that only this shop has.
    traits: [&'static str; 2],
    customers: Vec<Customer>,
    orders: Vec<Order>,
    events: Vec<Event>,
    rates: Vec<Rate>,
}

/// A row of customers.csv: a shopper, or a person of a business. Empty text is an empty cell.
#[derive(Debug, Default)]
pub(crate) struct Customer {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// Of the person, where the customer is a business.
    pub(crate) contact_name: String,
    pub(crate) contact_role: &'static str,
    pub(crate) phone: Option<String>,
    pub(crate) country: &'static str,
    pub(crate) time_zone: &'static str,
    pub(crate) created_at: Option<Moment>,
    pub(crate) tags: Vec<&'static str>,
    /// In the order of `Tables::traits`.
    pub(crate) traits: [&'static str; 2],
    pub(crate) email_consent: Option<Consent>,
    pub(crate) sms_consent: Option<Consent>,
}

/// What somebody said about messages on a channel, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Consent {
    pub(crate) granted: bool,
    pub(crate) at: Moment,
}

#[derive(Debug)]
pub(crate) struct Order {
    /// Unique in the shop and the same for every number of customers.
    pub(crate) id: String,
    pub(crate) customer: String,
    pub(crate) at: Moment,
    pub(crate) amount: Amount,
    /// Minor units.
    pub(crate) refunded: i64,
    pub(crate) discount: i64,
    pub(crate) status: &'static str,
    pub(crate) cancelled_at: Option<Moment>,
    pub(crate) items: Vec<String>,
    pub(crate) code: &'static str,
}

/// Who did something: the customer, and where it is a business, which of its people.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Actor<'a> {
    pub(crate) customer: &'a str,
    pub(crate) person: Option<&'a Person>,
}

#[derive(Debug)]
struct Event {
    id: String,
    customer: String,
    email: String,
    person: String,
    at: Moment,
    name: &'static str,
    properties: Map<String, Value>,
}

#[derive(Debug)]
struct Rate {
    currency: &'static str,
    date: String,
    rate: f64,
}

impl<'a> Actor<'a> {
    pub(crate) fn customer(customer: &'a str) -> Self {
        Self { customer, person: None }
    }

    pub(crate) fn person(customer: &'a str, person: &'a Person) -> Self {
        Self { customer, person: Some(person) }
    }
}

impl Tables {
    pub(crate) fn new(traits: [&'static str; 2]) -> Self {
        Self { traits, customers: Vec::new(), orders: Vec::new(), events: Vec::new(), rates: Vec::new() }
    }

    pub(crate) fn customer(&mut self, row: Customer) {
        self.customers.push(row);
    }

    pub(crate) fn order(&mut self, row: Order) {
        self.orders.push(row);
    }

    /// `id` is unique in the shop and the same for every number of customers.
    pub(crate) fn event<const N: usize>(
        &mut self,
        id: String,
        who: Actor<'_>,
        at: Moment,
        name: &'static str,
        mut properties: [(&str, Value); N],
    ) {
        // A JSON map keeps its order or sorts it by a feature that any crate of the workspace may switch on: sorted, both are the same.
        properties.sort_by_key(|&(key, _)| key);
        let properties = properties.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let (email, person) = who.person.map(|person| (person.email.clone(), person.name.clone())).unwrap_or_default();
        self.events.push(Event { id, customer: who.customer.to_owned(), email, person, at, name, properties });
    }

    pub(crate) fn rate(&mut self, currency: &'static str, date: String, rate: f64) {
        self.rates.push(Rate { currency, date, rate });
    }

    pub(crate) fn files(mut self) -> Files {
        self.orders.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        self.events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Files {
            customers: csv(CUSTOMERS.iter().chain(&self.traits), self.customers.into_iter().map(customer_cells)),
            orders: csv(ORDERS.iter(), self.orders.into_iter().map(order_cells)),
            events: csv(EVENTS.iter(), self.events.into_iter().map(event_cells)),
            rates: csv(
                RATES.iter(),
                self.rates.into_iter().map(|row| [row.currency.to_owned(), row.date, format!("{:.6}", row.rate)]),
            ),
        }
    }
}

const CUSTOMERS: [&str; 15] = [
    "customer_id",
    "email",
    "name",
    "kind",
    "contact_name",
    "contact_role",
    "phone",
    "country",
    "time_zone",
    "created_at",
    "tags",
    "email_consent",
    "email_consent_at",
    "sms_consent",
    "sms_consent_at",
];

const ORDERS: [&str; 11] =
    ["order_id", "customer_id", "date", "amount", "currency", "refunded", "discount", "status", "cancelled_at", "item", "code"];

const EVENTS: [&str; 7] = ["event_id", "customer_id", "email", "name", "event", "time", "properties"];

const RATES: [&str; 3] = ["currency", "date", "rate"];

fn customer_cells(row: Customer) -> [String; 17] {
    let consent = |consent: Option<Consent>| match consent {
        Some(Consent { granted, at }) => (if granted { "yes" } else { "no" }.to_owned(), at.text()),
        None => (String::new(), String::new()),
    };
    let (email_consent, email_consent_at) = consent(row.email_consent);
    let (sms_consent, sms_consent_at) = consent(row.sms_consent);
    let [first_trait, second_trait] = row.traits;
    [
        row.id,
        row.email,
        row.name,
        row.kind.to_owned(),
        row.contact_name,
        row.contact_role.to_owned(),
        row.phone.unwrap_or_default(),
        row.country.to_owned(),
        row.time_zone.to_owned(),
        row.created_at.map(Moment::text).unwrap_or_default(),
        row.tags.join(", "),
        email_consent,
        email_consent_at,
        sms_consent,
        sms_consent_at,
        first_trait.to_owned(),
        second_trait.to_owned(),
    ]
}

fn order_cells(row: Order) -> [String; 11] {
    let unless_zero = |minor: i64| if minor == 0 { String::new() } else { row.amount.with(minor).text() };
    [
        row.id,
        row.customer,
        row.at.text(),
        row.amount.text(),
        row.amount.currency.to_owned(),
        unless_zero(row.refunded),
        unless_zero(row.discount),
        row.status.to_owned(),
        row.cancelled_at.map(Moment::text).unwrap_or_default(),
        row.items.join("; "),
        row.code.to_owned(),
    ]
}

fn event_cells(row: Event) -> [String; 7] {
    let properties = if row.properties.is_empty() { String::new() } else { Value::Object(row.properties).to_string() };
    [row.id, row.customer, row.email, row.person, row.name.to_owned(), row.at.text(), properties]
}

fn csv<'a, const N: usize>(header: impl Iterator<Item = &'a &'a str>, rows: impl Iterator<Item = [String; N]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing to memory has no way to fail, and what the writer holds was text.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(&row);
    }
    writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}
