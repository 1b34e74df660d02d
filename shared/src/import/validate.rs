//! What a browser sent is checked again.

use serde::Serialize;

use super::dates::within_reach;
use super::limits::{
    AMOUNT, CODE_CHARS, CODES, CONSENTS, EVENT_KEY_CHARS, EVENT_NAME_CHARS, ID_CHARS, ITEM_CHARS, ITEMS, NAME_CHARS, STOCK,
    TAG_CHARS, TAGS, TEXT_CHARS, TRAIT_CHARS, TRAIT_NAME_CHARS, TRAITS,
};
use super::refusal::{Refusal, shown};
use super::{CustomerRow, EventRow, Key, OrderRow, ProductRow, RateRow, RowError, Rows, SuppressionRow, Who};
use super::{countries, customers, events, products, rates, who};
use crate::time::Millis;

const FIX: &str = "Import the file again: this row was changed after it was read.";

/// Splits rows into those that hold every limit and errors for the others; times a little ahead become `now` as in the parser.
///
/// A parser's own rows all pass: the check is for what a hand-written request or a broken page may send.
pub fn validate(rows: Rows, now: Millis) -> (Rows, Vec<RowError>) {
    match rows {
        Rows::Orders(rows) => {
            let (rows, errors) = split(rows, |row| row.line, |row| order(row, now));
            (Rows::Orders(rows), errors)
        }
        Rows::Customers(rows) => {
            let (rows, errors) = split(rows, |row| row.line, |row| customer(row, now));
            (Rows::Customers(rows), errors)
        }
        Rows::Events(rows) => {
            let (rows, errors) = split(rows, |row| row.line, |row| event(row, now));
            (Rows::Events(rows), errors)
        }
        Rows::Rates(rows) => {
            let (rows, errors) = split(rows, |row| row.line, |row| rate(row, now));
            (Rows::Rates(rows), errors)
        }
        Rows::Suppressions(rows) => {
            let (rows, errors) = split(rows, |row| row.line, |row| suppression(row, now));
            (Rows::Suppressions(rows), errors)
        }
        Rows::Products(rows) => {
            let (rows, errors) = split(rows, |row| row.line, product);
            (Rows::Products(rows), errors)
        }
    }
}

fn split<T: Serialize>(
    rows: Vec<T>,
    line: impl Fn(&T) -> u64,
    check: impl Fn(&mut T) -> Result<(), Refusal>,
) -> (Vec<T>, Vec<RowError>) {
    let (mut good, mut errors) = (Vec::with_capacity(rows.len()), Vec::new());
    for mut row in rows {
        match check(&mut row) {
            Ok(()) => good.push(row),
            Err(refusal) => errors.push(refusal.on(line(&row), &serde_json::to_string(&row).unwrap_or_default())),
        }
    }
    (good, errors)
}

fn order(row: &mut OrderRow, now: Millis) -> Result<(), Refusal> {
    key("order_id", &row.key)?;
    person(&row.who)?;
    row.ordered_at = reach("date", row.ordered_at, now)?;
    row.cancelled_at = row.cancelled_at.map(|at| reach("cancelled_at", at, now)).transpose()?;
    for (field, minor, most) in
        [("amount", row.amount, AMOUNT), ("refunded", row.refunded, row.amount), ("discount", row.discount, AMOUNT)]
    {
        if !(0..=most).contains(&minor) {
            return Err(Refusal::of(field, format!("{minor} is not between 0 and {most}"), FIX));
        }
    }
    if !matches!(row.status.as_str(), "paid" | "pending" | "cancelled" | "refunded") {
        return Err(Refusal::of("status", format!("{} is not a known status", shown(&row.status)), FIX));
    }
    texts("item", &row.items, ITEMS, ITEM_CHARS)?;
    texts("code", &row.codes, CODES, CODE_CHARS)
}

fn customer(row: &mut CustomerRow, now: Millis) -> Result<(), Refusal> {
    person(&row.who)?;
    row.created_at = row.created_at.map(|at| reach("created_at", at, now)).transpose()?;
    row.updated_at = row.updated_at.map(|at| reach("updated_at", at, now)).transpose()?;
    let fits = |field: &'static str, value: &Option<String>, fits: &dyn Fn(&str) -> bool| match value {
        Some(text) if !fits(text) => Err(Refusal::of(field, format!("{} does not belong there", shown(text)), FIX)),
        _ => Ok(()),
    };
    fits("kind", &row.kind, &|kind| matches!(kind, "shopper" | "account"))?;
    row.contact_name.as_ref().map_or(Ok(()), |name| text("contact_name", name, NAME_CHARS))?;
    fits("phone", &row.phone, &|phone| who::phone(phone).as_deref() == Some(phone))?;
    fits("country", &row.country, &countries::is_country)?;
    fits("time_zone", &row.time_zone, &|zone| customers::time_zone(zone).as_deref() == Some(zone))?;
    texts("tags", &row.tags, TAGS, TAG_CHARS)?;
    if row.traits.len() > TRAITS {
        return Err(Refusal::of_row(format!("there are more than {TRAITS} traits"), FIX));
    }
    for (name, value) in &row.traits {
        text("traits", name, TRAIT_NAME_CHARS)?;
        text("traits", value, TRAIT_CHARS)?;
    }
    if row.consents.len() > CONSENTS {
        return Err(Refusal::of("email_consent", format!("there are more than {CONSENTS} consents"), FIX));
    }
    for consent in &mut row.consents {
        let field = match consent.channel.as_str() {
            "email" => "email_consent_at",
            "sms" => "sms_consent_at",
            other => return Err(Refusal::of("email_consent", format!("{} is not a channel", shown(other)), FIX)),
        };
        consent.at = consent.at.map(|at| reach(field, at, now)).transpose()?;
        consent.source.as_ref().map_or(Ok(()), |source| text("source", source, NAME_CHARS))?;
        consent.wording.as_ref().map_or(Ok(()), |wording| text("wording", wording, TEXT_CHARS))?;
    }
    Ok(())
}

fn event(row: &mut EventRow, now: Millis) -> Result<(), Refusal> {
    key_within("event_id", &row.key, EVENT_KEY_CHARS)?;
    person(&row.who)?;
    text("event", &row.name, EVENT_NAME_CHARS)?;
    row.occurred_at = reach("time", row.occurred_at, now)?;
    events::properties_fit(&row.properties)
}

fn rate(row: &mut RateRow, now: Millis) -> Result<(), Refusal> {
    reach("date", row.day.start(), now)?;
    if rates::is_rate(row.rate) { Ok(()) } else { Err(Refusal::of("rate", format!("{} is not a rate", row.rate), FIX)) }
}

fn suppression(row: &mut SuppressionRow, now: Millis) -> Result<(), Refusal> {
    let (field, fits) = match row.channel.as_str() {
        "email" => ("email", who::is_email(&row.address) && row.address == row.address.to_lowercase()),
        "sms" => ("phone", who::phone(&row.address).as_deref() == Some(&row.address)),
        other => return Err(Refusal::of("email", format!("{} is not a channel", shown(other)), FIX)),
    };
    if !fits {
        return Err(Refusal::of(field, "it is no address in the form in which addresses are compared", FIX));
    }
    if !matches!(row.reason.as_str(), "unsubscribed" | "complained" | "bounced" | "imported") {
        return Err(Refusal::of("reason", format!("{} is not a known reason", shown(&row.reason)), FIX));
    }
    row.at = row.at.map(|at| reach("at", at, now)).transpose()?;
    Ok(())
}

fn product(row: &mut ProductRow) -> Result<(), Refusal> {
    text("variant_id", &row.id, ID_CHARS + ITEM_CHARS + 1)?;
    text("product_id", &row.product_id, ID_CHARS)?;
    text("title", &row.title, NAME_CHARS)?;
    for (field, value) in [("variant", &row.variant), ("sku", &row.sku), ("category", &row.category)] {
        value.as_ref().map_or(Ok(()), |value| text(field, value, ITEM_CHARS))?;
    }
    for (field, value) in [("image", &row.image), ("link", &row.link)] {
        if value.as_deref().is_some_and(|link| !products::is_link(link)) {
            return Err(Refusal::of(field, "it is no http address", FIX));
        }
    }
    for (field, number, range) in [("price", row.price, 0..=AMOUNT), ("stock", row.stock, -STOCK..=STOCK)] {
        if let Some(number) = number.filter(|number| !range.contains(number)) {
            return Err(Refusal::of(field, format!("{number} is out of range"), FIX));
        }
    }
    Ok(())
}

fn key(field: &'static str, key: &Key) -> Result<(), Refusal> {
    key_within(field, key, ID_CHARS)
}

fn key_within(field: &'static str, key: &Key, chars: usize) -> Result<(), Refusal> {
    match key {
        Key::Own(id) => text(field, id, chars),
        Key::Content { digest, .. }
            if digest.len() == 32 && digest.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) =>
        {
            Ok(())
        }
        Key::Content { digest, .. } => Err(Refusal::of(field, format!("{} is not a digest", shown(digest)), FIX)),
    }
}

fn person(person: &Who) -> Result<(), Refusal> {
    if person.external_id.is_none() && person.email.is_none() {
        return Err(Refusal::of("customer_id", "the row does not say whose it is", FIX));
    }
    if let Some(id) = &person.external_id {
        text("customer_id", id, ID_CHARS)?;
    }
    if let Some(address) = &person.email
        && !(who::is_email(address) && *address == address.to_lowercase())
    {
        return Err(Refusal::of("email", format!("{} is not an e-mail address in lower case", shown(address)), FIX));
    }
    person.name.as_ref().map_or(Ok(()), |name| text("name", name, NAME_CHARS))
}

fn reach(field: &'static str, at: Millis, now: Millis) -> Result<Millis, Refusal> {
    within_reach(field, at, now, &at.rfc3339())
}

fn texts(field: &'static str, list: &[String], most: usize, chars: usize) -> Result<(), Refusal> {
    if list.len() > most {
        return Err(Refusal::of(field, format!("there are more than {most}"), FIX));
    }
    list.iter().try_for_each(|entry| text(field, entry, chars))
}

/// Filled, trimmed, short enough, without control characters.
fn text(field: &'static str, text: &str, chars: usize) -> Result<(), Refusal> {
    let reason = if text.is_empty() {
        "a text is empty".to_owned()
    } else if text.chars().nth(chars).is_some() {
        format!("{} is longer than {chars} characters", shown(text))
    } else if text.chars().any(char::is_control) {
        format!("{} holds control characters", shown(text))
    } else {
        return Ok(());
    };
    Err(Refusal::of(field, reason, FIX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::ConsentRow;
    use crate::money::Currency;
    use crate::time::Day;

    const NOW: Millis = Millis(1_780_272_000_000);

    fn good_order() -> OrderRow {
        OrderRow {
            line: 2,
            key: Key::Own("1001".into()),
            who: Who { external_id: Some("17".into()), email: None, name: None },
            ordered_at: Millis(1),
            amount: 500,
            currency: Currency::USD,
            refunded: 0,
            discount: 0,
            status: "paid".into(),
            cancelled_at: None,
            items: vec![],
            codes: vec![],
        }
    }

    fn good_customer() -> CustomerRow {
        CustomerRow {
            line: 2,
            who: Who { external_id: None, email: Some("ada@example.com".into()), name: None },
            kind: None,
            contact_name: None,
            contact_role: None,
            phone: None,
            country: None,
            time_zone: None,
            created_at: None,
            updated_at: None,
            tags: vec![],
            traits: Default::default(),
            consents: vec![],
        }
    }

    /// The field that the changed order is refused for.
    fn check_order(field: &str, change: impl Fn(&mut OrderRow)) {
        let mut row = good_order();
        change(&mut row);
        let (kept, errors) = validate(Rows::Orders(vec![good_order(), row, good_order()]), NOW);
        assert_eq!(kept, Rows::Orders(vec![good_order(), good_order()]), "{field}");
        assert_eq!(errors.iter().map(|error| (error.line, error.field.as_deref())).collect::<Vec<_>>(), [(2, Some(field))]);
        assert!(errors[0].raw.starts_with('{'));
    }

    fn check_customer(field: Option<&str>, change: impl Fn(&mut CustomerRow)) {
        let mut row = good_customer();
        change(&mut row);
        let (kept, errors) = validate(Rows::Customers(vec![row, good_customer()]), NOW);
        assert_eq!(kept, Rows::Customers(vec![good_customer()]), "{field:?}");
        assert_eq!(errors.iter().map(|error| error.field.as_deref()).collect::<Vec<_>>(), [field]);
    }

    #[test]
    fn an_order_that_breaks_a_limit_is_refused_alone() {
        check_order("order_id", |row| row.key = Key::Own(String::new()));
        check_order("order_id", |row| row.key = Key::Own("x".repeat(201)));
        check_order("order_id", |row| row.key = Key::Content { digest: "x".repeat(32), nth: 0 });
        check_order("customer_id", |row| row.who = Who::default());
        check_order("customer_id", |row| row.who.external_id = Some("a\u{0}b".into()));
        check_order("email", |row| row.who.email = Some("Ada@example.com".into()));
        check_order("email", |row| row.who.email = Some("no address".into()));
        check_order("name", |row| row.who.name = Some("x".repeat(201)));
        check_order("date", |row| row.ordered_at = Millis(NOW.0 + 49 * 3_600_000));
        check_order("date", |row| row.ordered_at = Millis(-1));
        check_order("cancelled_at", |row| row.cancelled_at = Some(Millis(i64::MAX)));
        check_order("amount", |row| row.amount = -1);
        check_order("amount", |row| row.amount = i64::MAX);
        check_order("refunded", |row| row.refunded = 501);
        check_order("refunded", |row| row.refunded = -1);
        check_order("discount", |row| row.discount = -1);
        check_order("status", |row| row.status = "gone".into());
        check_order("item", |row| row.items = vec!["x".into(); 101]);
        check_order("code", |row| row.codes = vec!["x".repeat(61)]);
    }

    #[test]
    fn a_customer_that_breaks_a_limit_is_refused_alone() {
        check_customer(Some("kind"), |row| row.kind = Some("robot".into()));
        check_customer(Some("contact_name"), |row| row.contact_name = Some(String::new()));
        check_customer(Some("phone"), |row| row.phone = Some("+49 30".into()));
        check_customer(Some("country"), |row| row.country = Some("Germany".into()));
        check_customer(Some("time_zone"), |row| row.time_zone = Some("Mars/Base".into()));
        check_customer(Some("created_at"), |row| row.created_at = Some(Millis(i64::MAX)));
        check_customer(Some("tags"), |row| row.tags = vec![String::new()]);
        check_customer(Some("traits"), |row| drop(row.traits.insert("x".repeat(61), "x".into())));
        check_customer(None, |row| row.traits = (0..51).map(|n| (n.to_string(), "x".into())).collect());
        let consent = |channel: &str, at| ConsentRow { channel: channel.into(), granted: true, at, source: None, wording: None };
        check_customer(Some("email_consent"), |row| row.consents = vec![consent("pigeon", None)]);
        check_customer(Some("email_consent"), |row| row.consents = vec![consent("email", None); 11]);
        check_customer(Some("sms_consent_at"), |row| row.consents = vec![consent("sms", Some(Millis(i64::MAX)))]);
    }

    #[test]
    fn events_and_rates_that_break_a_limit_are_refused_alone() {
        let event = |name: &str, value: serde_json::Value| EventRow {
            line: 2,
            key: Key::Own("1".into()),
            who: good_order().who,
            name: name.into(),
            occurred_at: NOW,
            properties: [("detail".to_owned(), value)].into_iter().collect(),
        };
        let deep = (0..40).fold(serde_json::Value::Null, |inner, _| serde_json::json!([inner]));
        let rows = vec![event("ok", 1.into()), event("", 1.into()), event("ok", deep), event("ok", "x".repeat(20_000).into())];
        let (kept, errors) = validate(Rows::Events(rows), NOW);
        assert_eq!(kept, Rows::Events(vec![event("ok", 1.into())]));
        assert_eq!(
            errors.iter().filter_map(|error| error.field.as_deref()).collect::<Vec<_>>(),
            ["event", "properties", "properties"]
        );

        let rate = |day: i32, rate: f64| RateRow { line: 2, currency: Currency::USD, day: Day(day), rate };
        let rows = vec![rate(1, 1.5), rate(1, f64::NAN), rate(1, 0.0), rate(-1, 1.0), rate(60_000, 1.0)];
        let (kept, errors) = validate(Rows::Rates(rows), NOW);
        assert_eq!((kept, errors.len()), (Rows::Rates(vec![rate(1, 1.5)]), 4));
    }

    #[test]
    fn a_time_a_little_ahead_of_the_worker_becomes_its_now() {
        let ahead = OrderRow { ordered_at: Millis(NOW.0 + 60_000), ..good_order() };
        let (kept, errors) = validate(Rows::Orders(vec![ahead]), NOW);
        assert_eq!((kept, errors), (Rows::Orders(vec![OrderRow { ordered_at: NOW, ..good_order() }]), vec![]));
    }
}
