//! Rows of what customers did.

use serde_json::{Map, Value};

use super::EventRow;
use super::limits::{EVENT_NAME_CHARS, PROPERTIES, PROPERTIES_BYTES, PROPERTIES_DEPTH, TRAIT_CHARS, TRAIT_NAME_CHARS};
use super::refusal::{Refusal, cut, shown, tidy};
use super::row::{Context, Row};

/// A row without an event number is keyed by its content.
pub(super) fn read(row: &Row<'_>, context: &mut Context<'_>) -> Result<EventRow, Refusal> {
    let who = context.who(row)?;
    let missing = |field: &'static str| Refusal::of(field, "the cell is empty", "An event needs a name and a time.");
    let name = tidy(context.text(row, "event").ok_or_else(|| missing("event"))?);
    if name.chars().nth(EVENT_NAME_CHARS).is_some() {
        let reason = format!("{} is longer than {EVENT_NAME_CHARS} characters", shown(&name));
        return Err(Refusal::of("event", reason, "Use a short name such as ticket_opened, and put the rest into the details."));
    }
    let occurred_at = context.time(row, "time")?.ok_or_else(|| missing("time"))?;
    let own = context.id(row, "event_id")?;
    let properties = properties(row, context)?;
    Ok(EventRow { line: row.line, key: context.key(row, own), who, name, occurred_at, properties })
}

/// Whether the worker may store them.
pub(super) fn properties_fit(properties: &Map<String, Value>) -> Result<(), Refusal> {
    let refuse = |reason: String| Err(Refusal::of("properties", reason, "Shorten the details, or leave their column out."));
    if properties.len() > PROPERTIES {
        return refuse(format!("there are more than {PROPERTIES} details"));
    }
    if properties.values().any(|value| depth(value) >= PROPERTIES_DEPTH) {
        return refuse(format!("the details are nested deeper than {PROPERTIES_DEPTH} levels"));
    }
    let bytes = serde_json::to_string(properties).map_or(usize::MAX, |text| text.len());
    if bytes > PROPERTIES_BYTES {
        return refuse(format!("the details are longer than {PROPERTIES_BYTES} bytes"));
    }
    Ok(())
}

fn properties(row: &Row<'_>, context: &Context<'_>) -> Result<Map<String, Value>, Refusal> {
    let properties = match context.text(row, "properties") {
        None => Map::new(),
        Some(text) => serde_json::from_str(text).map_err(|_| {
            let fix = "Write a JSON object such as {\"subject\": \"Late parcel\"}, or give each detail a column of its own.";
            Refusal::of("properties", format!("{} is not a JSON object", shown(text)), fix)
        })?,
    };
    with_unmapped(properties, row, context)
}

/// The details that are known by name and there.
pub(super) fn details<const N: usize>(named: [(&str, Option<String>); N]) -> Map<String, Value> {
    let filled = named.into_iter().filter_map(|(name, text)| Some((name.to_owned(), Value::String(text?))));
    filled.collect()
}

/// Columns that no field takes are details as well.
pub(super) fn with_unmapped(
    mut properties: Map<String, Value>,
    row: &Row<'_>,
    context: &Context<'_>,
) -> Result<Map<String, Value>, Refusal> {
    for (name, text) in context.unmapped(row) {
        // What the JSON says stands; a column only adds.
        properties.entry(cut(&name, TRAIT_NAME_CHARS)).or_insert_with(|| Value::String(cut(text, TRAIT_CHARS).to_owned()));
    }
    properties_fit(&properties)?;
    Ok(properties)
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
