//! Statements and what is bound to them.

use std::borrow::Cow;

use serde::Serialize;
use shared::segment::filter::Bound;
use worker::wasm_bindgen::JsValue;

use super::DbError;

/// D1 takes strings up to 2 MB; the local one takes any, so the limit is ours, with room to spare.
pub const JSON_BYTES: usize = 1_000_000;

#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    Text(String),
    /// Bound as a JavaScript number, since D1 refuses a BigInt: exact up to 2^53.
    Int(i64),
    Real(f64),
    Null,
    /// JSON text, for `json_each`.
    Json(String),
}

/// A statement of a batch. Its text is ours: that of a file, or one that a file's text and `shared::segment::filter` make.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    pub sql: Cow<'static, str>,
    pub params: Vec<Param>,
}

/// The text after `-- name: {name}` up to the next name; looked up while compiling, by [`sql!`](crate::sql).
pub const fn find(file: &'static str, name: &str) -> Option<&'static str> {
    let mut rest = file;
    while let Some(after) = after_marker(rest) {
        let Some(text) = skip(after, name) else {
            rest = after;
            continue;
        };
        let mut bytes = text.as_bytes();
        let mut length = 0;
        while let [_, tail @ ..] = bytes {
            if starts_with(bytes, MARKER) {
                break;
            }
            length += 1;
            bytes = tail;
        }
        return match text.split_at_checked(length) {
            Some((statement, _)) => Some(statement),
            None => None,
        };
    }
    None
}

/// Rows as JSON arrays of at most [`JSON_BYTES`] each, in order: one parameter a page.
///
/// # Errors
/// When a single row is larger than a page, or is no JSON.
pub fn json_pages<T: Serialize>(rows: &[T]) -> Result<Vec<String>, DbError> {
    let mut pages = Vec::new();
    let mut page = String::from("[");
    for row in rows {
        let json = serde_json::to_string(row).map_err(|error| DbError::Bug(error.to_string()))?;
        if json.len() + 2 > JSON_BYTES {
            return Err(DbError::Bug(format!("a row of {} bytes is too large for a parameter", json.len())));
        }
        if page.len() + json.len() + 2 > JSON_BYTES {
            page.push(']');
            pages.push(std::mem::replace(&mut page, String::from("[")));
        }
        if page.len() > 1 {
            page.push(',');
        }
        page.push_str(&json);
    }
    if page.len() > 1 {
        page.push(']');
        pages.push(page);
    }
    Ok(pages)
}

/// A statement for each of [`json_pages`].
///
/// # Errors
/// As [`json_pages`].
pub fn paged<T: Serialize>(rows: &[T], statement: impl Fn(Param) -> Statement) -> Result<Vec<Statement>, DbError> {
    Ok(json_pages(rows)?.into_iter().map(|page| statement(Param::Json(page))).collect())
}

impl Statement {
    pub fn new(sql: impl Into<Cow<'static, str>>, params: Vec<Param>) -> Self {
        Self { sql: sql.into(), params }
    }

    pub(super) fn bindings(&self) -> Result<Vec<JsValue>, DbError> {
        self.params.iter().map(Param::binding).collect()
    }
}

impl Param {
    /// Any value as JSON text. Cut many rows into [`json_pages`] instead.
    pub fn json(value: &impl Serialize) -> Self {
        serde_json::to_string(value).map_or(Self::Null, Self::Json)
    }

    fn binding(&self) -> Result<JsValue, DbError> {
        Ok(match self {
            Self::Json(text) if text.len() > JSON_BYTES => {
                return Err(DbError::Bug(format!("a JSON parameter of {} bytes was not cut into pages", text.len())));
            }
            Self::Text(text) | Self::Json(text) => JsValue::from_str(text),
            Self::Int(number) => JsValue::from_f64(*number as f64),
            Self::Real(number) => JsValue::from_f64(*number),
            Self::Null => JsValue::NULL,
        })
    }
}

impl From<&str> for Param {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Param {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Param {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&shared::id::Id> for Param {
    fn from(id: &shared::id::Id) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<i64> for Param {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Param {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u32> for Param {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u64> for Param {
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Bound> for Param {
    fn from(bound: Bound) -> Self {
        match bound {
            Bound::Text(text) => Self::Text(text),
            Bound::Int(number) => Self::Int(number),
        }
    }
}

impl From<bool> for Param {
    fn from(truth: bool) -> Self {
        Self::Int(truth.into())
    }
}

impl From<f64> for Param {
    fn from(number: f64) -> Self {
        Self::Real(number)
    }
}

impl From<shared::time::Millis> for Param {
    fn from(at: shared::time::Millis) -> Self {
        Self::Int(at.0)
    }
}

impl From<shared::time::Day> for Param {
    fn from(day: shared::time::Day) -> Self {
        Self::Int(day.0.into())
    }
}

impl<T: Into<Self>> From<Option<T>> for Param {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

const MARKER: &str = "-- name: ";

const fn after_marker(text: &'static str) -> Option<&'static str> {
    let mut rest = text.as_bytes();
    let mut at = 0;
    while let [_, tail @ ..] = rest {
        if starts_with(rest, MARKER) {
            return match text.split_at_checked(at + MARKER.len()) {
                Some((_, after)) => Some(after),
                None => None,
            };
        }
        at += 1;
        rest = tail;
    }
    None
}

/// What follows `name` and its line end.
const fn skip(text: &'static str, name: &str) -> Option<&'static str> {
    if !starts_with(text.as_bytes(), name) {
        return None;
    }
    match text.split_at_checked(name.len()) {
        Some((_, after)) => match after.as_bytes() {
            [b'\n', ..] => Some(after),
            _ => None,
        },
        None => None,
    }
}

const fn starts_with(text: &[u8], start: &str) -> bool {
    let (mut text, mut start) = (text, start.as_bytes());
    while let [wanted, rest_of_start @ ..] = start {
        let [byte, rest_of_text @ ..] = text else { return false };
        if *byte != *wanted {
            return false;
        }
        (text, start) = (rest_of_text, rest_of_start);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "-- a file\n\n-- name: one\nselect 1;\n\n-- name: one_more\n-- why\nselect 2;\n";

    #[test]
    fn a_statement_is_found_by_its_whole_name() {
        assert_eq!(find(FILE, "one").map(str::trim), Some("select 1;"));
        assert_eq!(find(FILE, "one_more").map(str::trim), Some("-- why\nselect 2;"));
        assert_eq!(find(FILE, "on"), None);
        assert_eq!(find(FILE, "two"), None);
    }

    #[test]
    fn pages_hold_every_row_in_order_below_the_limit() {
        let rows: Vec<String> = (0..5000).map(|n| format!("{n:0>500}")).collect();
        let pages = json_pages(&rows).expect("pages");
        assert!(pages.len() > 2 && pages.iter().all(|page| page.len() <= JSON_BYTES));
        let back: Vec<String> = pages.iter().flat_map(|page| serde_json::from_str::<Vec<String>>(page).expect("json")).collect();
        assert_eq!(back, rows);
    }

    #[test]
    fn no_rows_are_no_pages_and_a_row_beyond_a_page_is_refused() {
        assert_eq!(json_pages::<u8>(&[]), Ok(Vec::new()));
        assert!(json_pages(&["x".repeat(JSON_BYTES)]).is_err());
    }
}
