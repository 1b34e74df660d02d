//! Which column holds which field.

use std::collections::BTreeMap;

use super::{Chosen, Doubt, doubt, synonyms};
use crate::import::amounts::{self, Separators};
use crate::import::fields::names_people;
use crate::import::headers::fold;
use crate::import::{
    Holds, Kind, consent, customers, dates, engagement, fields, orders, products, subscriptions, suppressions, who,
};

pub(super) struct Table<'a> {
    /// Empty where the file names no columns.
    pub(super) names: &'a [String],
    pub(super) rows: &'a [Vec<String>],
    pub(super) width: usize,
}

impl<'a> Table<'a> {
    /// The column's filled cells.
    pub(super) fn cells(&self, index: usize) -> impl Iterator<Item = &'a str> {
        self.rows.iter().filter_map(move |row| row.get(index)).map(String::as_str).filter(|cell| !cell.is_empty())
    }

    /// Of the column's filled cells; 0 where none is.
    pub(super) fn share(&self, index: usize, fits: impl Fn(&str) -> bool) -> f64 {
        let (mut all, mut fitting) = (0_u32, 0_u32);
        for cell in self.cells(index) {
            all += 1;
            fitting += u32::from(fits(cell));
        }
        if all == 0 { 0.0 } else { f64::from(fitting) / f64::from(all) }
    }

    fn is_filled(&self, index: usize) -> bool {
        self.cells(index).next().is_some()
    }

    fn name(&self, index: usize) -> String {
        self.names.get(index).cloned().unwrap_or_else(|| crate::import::row::column_name(index))
    }
}

/// By the columns' names, then by what stands in them.
pub(super) fn choose(kind: Kind, table: &Table<'_>, doubts: &mut Vec<Doubt>) -> Chosen {
    let mut chosen = by_name(kind, table);
    // A file that is known to hold events calls the event's name just that.
    if kind == Kind::Events
        && !chosen.contains_key("event")
        && let Some(index) = chosen.remove("name")
    {
        chosen.insert("event", index);
    }
    drop_unreadable(kind, table, &mut chosen, doubts);
    if names_people(kind) {
        settle_customer(table, &mut chosen);
    }
    by_value(kind, table, &mut chosen, doubts);
    chosen
}

/// The best name wins, whichever field and column it belongs to.
pub(super) fn by_name(kind: Kind, table: &Table<'_>) -> Chosen {
    let folded: Vec<String> = table.names.iter().map(|name| fold(name)).collect();
    let mut matches: Vec<(usize, usize, usize)> = Vec::new();
    for (index, name) in folded.iter().enumerate() {
        for (place, field) in fields(kind).iter().enumerate() {
            if let Some(rank) = synonyms::rank(kind, field.name, name) {
                matches.push((rank, place, index));
            }
        }
    }
    // Shopify calls the order's number "Name".
    let shopify = kind == Kind::Orders && folded.iter().any(|name| name == "lineitem name" || name == "financial status");
    let mut chosen: Chosen = BTreeMap::new();
    if let Some(index) = folded.iter().position(|name| shopify && name == "name") {
        chosen.insert("order_id", index);
    }
    matches.sort_unstable();
    for (_, place, index) in matches {
        let Some(field) = fields(kind).get(place) else { continue };
        if !chosen.contains_key(field.name) && !chosen.values().any(|&taken| taken == index) {
            chosen.insert(field.name, index);
        }
    }
    chosen
}

pub(super) fn is_amount(cell: &str) -> bool {
    amounts::separators(cell).is_some()
}

/// A name can mislead ("type", "data"): a field that need not be there is not taken where most cells would be refused.
fn drop_unreadable(kind: Kind, table: &Table<'_>, chosen: &mut Chosen, doubts: &mut Vec<Doubt>) {
    let is_date = |cell: &str| dates::shape(cell).is_some();
    chosen.retain(|&name, &mut index| {
        let Some(field) = fields(kind).iter().find(|field| field.name == name).filter(|field| !field.required) else {
            return true;
        };
        let readable: &dyn Fn(&str) -> bool = match (kind, name) {
            (_, "email") => &|cell| who::is_email(&cell.to_lowercase()),
            (_, "currency") => &|cell| amounts::currency("currency", cell).is_ok(),
            (Kind::Orders, "status") => &|cell| orders::is_status(cell),
            (Kind::Subscriptions, "status") => &|cell| subscriptions::is_status(cell),
            (_, "email_consent" | "sms_consent" | "consent") => &|cell| customers::is_consent(cell),
            (Kind::Consent, "channel") => &|cell| consent::channel(cell).is_ok(),
            (Kind::Suppressions, "reason") => &|cell| suppressions::is_reason(cell),
            (Kind::Engagement, "event") => &|cell| engagement::is_event(cell),
            (Kind::Products, "image" | "link") => &|cell| products::is_link(cell.split(',').next().unwrap_or(cell).trim()),
            (_, "kind") => &|cell| customers::is_kind(cell),
            (_, "properties") => &|cell| cell.starts_with('{'),
            _ if field.holds == Holds::Time => &is_date,
            _ if field.holds == Holds::Number => &is_amount,
            _ => return true,
        };
        let share = table.share(index, readable);
        let keep = !table.is_filled(index) || share >= 0.5 || (name == "email" && share > 0.0);
        if !keep {
            doubts.push(doubt(
                name,
                format!("The column {} is left out: most of its cells would not be understood.", table.name(index)),
            ));
        }
        keep
    });
}

/// "Customer", "user", "client" may hold a number, an address or a name.
fn settle_customer(table: &Table<'_>, chosen: &mut Chosen) {
    let Some(&index) = chosen.get("customer_id") else { return };
    let addresses = table.share(index, |cell| who::is_email(&cell.to_lowercase())) > 0.8;
    if addresses && !chosen.contains_key("email") {
        chosen.remove("customer_id");
        chosen.insert("email", index);
        return;
    }
    let vague = table.names.get(index).is_some_and(|name| synonyms::is_vague_customer(name));
    let words = table.share(index, |cell| cell.contains(' ') && !cell.chars().any(|c| c.is_ascii_digit())) > 0.5;
    if vague && words && chosen.contains_key("email") && !chosen.contains_key("name") {
        chosen.remove("customer_id");
        chosen.insert("name", index);
    }
}

/// Only fields whose values cannot be mistaken; an order's number never, since a wrong one would merge orders.
fn by_value(kind: Kind, table: &Table<'_>, chosen: &mut Chosen, doubts: &mut Vec<Doubt>) {
    let mut take = |chosen: &mut Chosen, field: &'static str, index: Option<usize>| {
        if let Some(index) = index {
            chosen.insert(field, index);
            doubts.push(doubt(field, format!("The column {} was chosen by its values.", table.name(index))));
        }
    };
    let free =
        |chosen: &Chosen| (0..table.width).filter(|index| !chosen.values().any(|taken| taken == index)).collect::<Vec<_>>();
    if fields(kind).iter().any(|field| field.name == "email") && !chosen.contains_key("email") {
        let found = free(chosen).into_iter().find(|&index| table.share(index, |cell| who::is_email(&cell.to_lowercase())) > 0.8);
        take(chosen, "email", found);
    }
    let time = fields(kind).iter().find(|field| field.required && field.holds == Holds::Time).map(|field| field.name);
    if let Some(time) = time.filter(|time| !chosen.contains_key(time)) {
        let found = free(chosen).into_iter().find(|&index| table.share(index, is_likely_date) > 0.9);
        take(chosen, time, found);
    }
    let number = fields(kind).iter().find(|field| field.required && field.holds == Holds::Number).map(|field| field.name);
    if let Some(number) = number.filter(|number| !chosen.contains_key(number)) {
        let decimals = |cell: &str| matches!(amounts::separators(cell), Some(Separators::Point | Separators::Comma));
        let fits = |index: &usize| table.share(*index, is_amount) > 0.9 && table.share(*index, decimals) > 0.3;
        take(chosen, number, free(chosen).into_iter().rfind(fits));
    }
    if names_people(kind) && !chosen.contains_key("customer_id") && !chosen.contains_key("email") && table.names.is_empty() {
        let fits = |index: &usize| {
            table.is_filled(*index) && table.share(*index, |cell| cell.len() <= 40 && !is_likely_date(cell)) > 0.9
        };
        take(chosen, "customer_id", free(chosen).into_iter().find(fits));
    }
}

/// A date that is no bare number, or an epoch of this century.
fn is_likely_date(cell: &str) -> bool {
    let number = cell.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    dates::shape(cell).is_some() && (!number || matches!(cell.len(), 10 | 13) || cell.matches('.').count() == 2)
}
