//! `customer.subscription.*`. Paid terms are those of invoices; a subscription tells its plan, and what the customer does with it.

use serde_json::{Map, Value};

use super::{Message, customer_of, minor};
use crate::money::Currency;
use crate::source::value::{Node, TEXT_CHARS};
use crate::source::words::{amount, properties};
use crate::source::{Event, Fact, Refusal, Who};
use crate::time::Millis;

pub(super) fn created(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let name = match message.object.word("status").as_deref() {
        Some("trialing") => "Trial Started",
        Some("active") => "Subscription Started",
        // Not paid yet: an update tells when it is.
        _ => return Ok(Vec::new()),
    };
    Ok(vec![told(message, name, message.at, terms(message)?)?])
}

/// Each thing that changed is an event of its own.
pub(super) fn updated(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let object = &message.object;
    let Some(before) = &message.before else { return Ok(Vec::new()) };
    let mut facts = Vec::new();
    let terms = terms(message)?;
    let was = before.word("status");
    let has_begun =
        matches!(was.as_deref(), Some("trialing" | "incomplete")) && object.word("status").as_deref() == Some("active");
    if has_begun {
        facts.push(told(message, "Subscription Started", message.at, terms.clone())?);
    }
    if message.has_changed("cancel_at_period_end") || message.has_changed("cancel_at") {
        let will_end = object.yes("cancel_at_period_end") || object.is_there("cancel_at");
        let (name, said) = if will_end {
            ("Subscription Cancelled", cancellation(object, "term_end"))
        } else {
            ("Subscription Resumed", Map::new())
        };
        facts.push(told(message, name, message.at, said)?);
    }
    if message.has_changed("pause_collection") {
        let (name, said) = match object.node("pause_collection") {
            Some(pause) => {
                let until = pause.time("resumes_at")?.map(|at| Value::from(at.rfc3339()));
                ("Subscription Paused", properties([("until", until)]))
            }
            None => ("Subscription Resumed", Map::new()),
        };
        facts.push(told(message, name, message.at, said)?);
    }
    if let Some((name, said)) = new_terms(message, before, &terms)? {
        facts.push(told(message, name, message.at, said)?);
    } else if facts.is_empty()
        && let Some(was) = was
    {
        // A failed payment is told by its invoice: here only the standing changes.
        let mut said = terms;
        said.insert("status".to_owned(), Value::from(object.word("status")));
        said.insert("status_before".to_owned(), Value::from(was));
        facts.push(told(message, "Subscription Updated", message.at, said)?);
    }
    Ok(facts)
}

pub(super) fn deleted(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let ended_at = message.object.first_time(&["ended_at", "canceled_at"])?.unwrap_or(message.at);
    Ok(vec![told(message, "Subscription Cancelled", ended_at, cancellation(&message.object, "now"))?])
}

/// Three days ahead.
pub(super) fn trial_will_end(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    let end = message.object.time("trial_end")?.map(|at| Value::from(at.rfc3339()));
    let mut said = terms(message)?;
    said.extend(properties([("trial_end", end)]));
    Ok(vec![told(message, "Trial Will End", message.at, said)?])
}

pub(super) fn paused(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    Ok(vec![told(message, "Subscription Paused", message.at, Map::new())?])
}

pub(super) fn resumed(message: &Message<'_>) -> Result<Vec<Fact>, Refusal> {
    Ok(vec![told(message, "Subscription Resumed", message.at, Map::new())?])
}

fn told(message: &Message<'_>, name: &str, at: Millis, mut said: Map<String, Value>) -> Result<Fact, Refusal> {
    let who: Who = customer_of(&message.object)?;
    said.insert("subscription_id".to_owned(), Value::from(message.object.need_id("id")?));
    let id = format!("{}:{name}", message.id);
    Ok(Fact::Event(Event { id, who, at, name: name.to_owned(), properties: said }))
}

/// Why it ends: what the customer chose, else what Stripe knows.
fn cancellation(object: &Node<'_>, ends: &str) -> Map<String, Value> {
    let why = |name: &str| object.text(&format!("cancellation_details.{name}"));
    properties([
        ("ends", Some(Value::from(ends))),
        ("reason", why("feedback").or_else(|| why("reason")).map(Value::from)),
        ("cause", why("reason").map(Value::from)),
        ("comment", object.text_of("cancellation_details.comment", TEXT_CHARS).map(Value::from)),
    ])
}

fn terms(message: &Message<'_>) -> Result<Map<String, Value>, Refusal> {
    let currency = message.object.currency("currency", message.default)?;
    Ok(said_of(&plan(&message.object, currency)?, currency))
}

fn said_of(plan: &Plan, currency: Currency) -> Map<String, Value> {
    properties([
        ("plan", plan.name.clone().map(Value::from)),
        ("seats", plan.seats.map(Value::from)),
        ("amount", plan.minor.map(|minor| amount(minor, currency))),
        ("currency", Some(Value::from(currency.as_str()))),
        ("billing_interval", plan.interval.clone().map(Value::from)),
        ("billing_interval_count", plan.intervals.map(Value::from)),
    ])
}

/// A change of what is paid: up or down by its price a day, else by its seats.
fn new_terms(message: &Message<'_>, before: &Node<'_>, terms: &Map<String, Value>) -> Result<Option<Told>, Refusal> {
    if !["items", "plan", "quantity"].iter().any(|name| before.has(name)) {
        return Ok(None);
    }
    let currency = message.object.currency("currency", message.default)?;
    let now = plan(&message.object, currency)?;
    let was = plan(before, currency)?;
    let was = Plan {
        name: was.name.or_else(|| now.name.clone()),
        seats: was.seats.or(before.integer("quantity")).or(now.seats),
        // The old shape names the old quantity or the old plan alone.
        minor: was.minor.or_else(|| now.each.and_then(|each| each.checked_mul(before.integer("quantity")?))).or(now.minor),
        interval: was.interval.or_else(|| now.interval.clone()),
        intervals: was.intervals.or(now.intervals),
        each: was.each,
    };
    let (rate_was, rate_is) = (was.a_day(), now.a_day());
    let name = match rate_is.zip(rate_was).map(|(is, was)| is.total_cmp(&was)) {
        Some(std::cmp::Ordering::Less) => "Subscription Downgraded",
        Some(std::cmp::Ordering::Greater) => "Subscription Upgraded",
        _ if now.seats < was.seats => "Subscription Downgraded",
        _ if now.seats > was.seats => "Subscription Upgraded",
        _ => "Subscription Updated",
    };
    let mut said = terms.clone();
    said.insert("from".to_owned(), Value::Object(said_of(&was, currency)));
    Ok(Some((name, said)))
}

/// An event's name and what it says.
type Told = (&'static str, Map<String, Value>);

/// What is paid a term, over all items.
#[derive(Debug, Default)]
struct Plan {
    name: Option<String>,
    seats: Option<i64>,
    /// Of a term.
    minor: Option<i64>,
    /// Of one seat and term, where there is one item.
    each: Option<i64>,
    interval: Option<String>,
    intervals: Option<i64>,
}

impl Plan {
    fn a_day(&self) -> Option<f64> {
        let days = match self.interval.as_deref() {
            Some("day") => 1.0,
            Some("week") => 7.0,
            Some("month") => 365.25 / 12.0,
            Some("year") => 365.25,
            _ => return None,
        };
        Some(self.minor? as f64 / (days * self.intervals.unwrap_or(1).max(1) as f64))
    }
}

/// Of a subscription, or of what it was before: its items, else the plan at its top.
fn plan(object: &Node<'_>, currency: Currency) -> Result<Plan, Refusal> {
    let items = object.list("items.data");
    let mut plan = Plan::default();
    for item in &items {
        let price = item.node("price").or_else(|| item.node("plan"));
        let each = match &price {
            Some(price) => minor(price, if price.is_there("unit_amount") { "unit_amount" } else { "amount" }, currency)?,
            None => None,
        };
        let quantity = item.integer("quantity").map(|n| n.clamp(0, 1_000_000_000));
        let cost = each.and_then(|each| each.checked_mul(quantity.unwrap_or(1)));
        plan.minor = if items.len() == 1 { cost } else { plan.minor.unwrap_or(0).checked_add(cost.unwrap_or(0)) };
        plan.seats = quantity.map_or(plan.seats, |quantity| Some(plan.seats.unwrap_or(0).saturating_add(quantity)));
        plan.each = if items.len() == 1 { each } else { None };
        if plan.name.is_none()
            && let Some(price) = &price
        {
            plan.take_names(price);
        }
    }
    if items.is_empty()
        && let Some(top) = object.node("plan")
    {
        plan.each = minor(&top, "amount", currency)?;
        plan.seats = object.integer("quantity").map(|n| n.clamp(0, 1_000_000_000));
        plan.minor = plan.each.and_then(|each| each.checked_mul(plan.seats.unwrap_or(1)));
        plan.take_names(&top);
    }
    Ok(plan)
}

impl Plan {
    fn take_names(&mut self, price: &Node<'_>) {
        let product = price.text("product.name").or_else(|| price.text("product"));
        self.name = price.text("nickname").or_else(|| price.text("lookup_key")).or(product).or_else(|| price.text("id"));
        self.interval = price.word("recurring.interval").or_else(|| price.word("interval"));
        self.intervals = price.integer("recurring.interval_count").or_else(|| price.integer("interval_count"));
    }
}
