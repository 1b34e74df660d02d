//! Who is to be forgotten is forgotten everywhere: the table of places, and what it is for a text to name somebody.
//!
//! What is left is a line of the register, a line of the audit log that names no value, and hashes of addresses and ids, by which
//! whatever brings the person back is known and dropped.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::source::Fact;

use crate::db::erasure::{self, Message, Pile};
use crate::db::fold::{InboxRow, Mark};
use crate::db::intake::Key;
use crate::db::{Db, DbError};
use crate::intake::fold::book::{Origin, keys_of};
use crate::intake::fold::{Reader, whos};

/// What becomes of a table's rows that tell of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They go.
    Removed,
    /// They stay, without what they said.
    Blanked,
    /// They stay, and why they may.
    Kept(&'static str),
}

/// Every table of the database; a test compares it with the schema.
pub const PLACES: &[(&str, Fate)] = &[
    ("customers", Fate::Removed),
    ("identities", Fate::Removed),
    ("contacts", Fate::Removed),
    ("consents", Fate::Removed),
    ("orders", Fate::Removed),
    ("order_parts", Fate::Removed),
    ("events", Fate::Removed),
    ("states", Fate::Removed),
    ("facets", Fate::Removed),
    ("scores", Fate::Removed),
    ("notes", Fate::Removed),
    ("set_asides", Fate::Removed),
    ("codes", Fate::Removed),
    ("interventions", Fate::Removed),
    ("wishes", Fate::Removed),
    ("model_answers", Fate::Removed),
    ("entries", Fate::Blanked),
    ("touches", Fate::Blanked),
    ("outcomes", Fate::Kept("sums of money of an entry that names nobody any more")),
    ("results", Fate::Kept("sums over entries")),
    ("responses", Fate::Blanked),
    ("tasks", Fate::Removed),
    ("in_app", Fate::Removed),
    ("assignments", Fate::Removed),
    ("early_events", Fate::Kept("what providers told before our own record of it, for a day")),
    ("sending_days", Fate::Kept("counts and sums of money")),
    ("campaign_money", Fate::Kept("sums of money")),
    ("campaign_editions", Fate::Kept("what the team writes to everybody of a segment")),
    ("campaign_authors", Fate::Kept("people of the team, not customers")),
    ("campaign_approvals", Fate::Kept("people of the team, not customers")),
    ("saved_plans", Fate::Kept("what the team writes to everybody of a segment")),
    ("sending", Fate::Kept("the shop's settings")),
    ("senders", Fate::Kept("the shop's settings")),
    ("segment_moves", Fate::Removed),
    ("segments", Fate::Kept("filters by codes, dates and tags of the team")),
    ("merges", Fate::Removed),
    ("merged_rows", Fate::Removed),
    ("parked", Fate::Removed),
    ("outbox", Fate::Removed),
    ("views", Fate::Removed),
    ("inbox", Fate::Blanked),
    ("dead_letters", Fate::Blanked),
    ("rejected_rows", Fate::Blanked),
    ("idempotency", Fate::Blanked),
    ("privacy_requests", Fate::Blanked),
    ("intake", Fate::Blanked),
    ("suppressions", Fate::Kept("the hashes by which the person stays forgotten")),
    ("audit", Fate::Kept("names fields and a public id, never a customer's value")),
    ("audit_seals", Fate::Kept("hashes of the log")),
    (
        "import_chunks",
        Fate::Kept("a file on its way: its rows of the person are dropped when they are read, and it goes with its end"),
    ),
    ("import_row_counts", Fate::Kept("digests of lines, gone with the end of the import")),
    ("leases", Fate::Kept("the remainder of a file on its way, as import_chunks")),
    ("imports", Fate::Kept("the file's name and counts")),
    ("list_chunks", Fate::Kept("numbers of rows, made anew after each scoring")),
    ("segmentation", Fate::Kept("the shop's settings, and sums over everybody")),
    ("segment_days", Fate::Kept("sums over everybody")),
    ("rollups", Fate::Kept("sums over everybody, made anew after each scoring")),
    ("fit_parts", Fate::Kept("counts of equal histories")),
    ("models", Fate::Kept("parameters learned from everybody")),
    ("source_counts", Fate::Kept("counts")),
    ("folded_files", Fate::Kept("digests of files")),
    ("runs", Fate::Kept("counts")),
    ("usage", Fate::Kept("counts")),
    ("wakes", Fate::Kept("names of jobs")),
    ("products", Fate::Kept("what is sold, not to whom")),
    ("pool_codes", Fate::Kept("codes, not whose they are")),
    ("code_lots", Fate::Kept("terms of many codes")),
    ("code_orders", Fate::Kept("a time")),
    ("fulfilments", Fate::Kept("the shop's settings")),
    ("pulls", Fate::Kept("the shop's settings")),
    ("retention", Fate::Kept("the shop's settings")),
    ("offers", Fate::Kept("the shop's settings")),
    ("guardrails", Fate::Kept("the shop's settings")),
    ("offer_outcomes", Fate::Kept("counts")),
    ("sources", Fate::Kept("the shop's settings")),
    ("secrets", Fate::Kept("the shop's settings")),
    ("write_keys", Fate::Kept("the shop's settings")),
    ("shop", Fate::Kept("the shop's settings")),
    ("rates", Fate::Kept("the shop's settings")),
    ("margins", Fate::Kept("the shop's settings")),
    ("topics", Fate::Kept("the shop's settings")),
    ("copywriter", Fate::Kept("the shop's settings")),
    ("model_spend", Fate::Kept("sums of money")),
    ("improvements", Fate::Kept("what the shop shipped, not to whom")),
    ("brand", Fate::Kept("the shop's settings")),
    ("campaigns", Fate::Kept("what the team writes to everybody of a segment; facts are filled in for each and kept nowhere")),
    ("blocks", Fate::Kept("words for everybody")),
    ("block_words", Fate::Kept("words for everybody")),
    ("proofs", Fate::Kept("what somebody allowed to be cited, until the shop takes it out")),
    ("images", Fate::Kept("pictures of the shop")),
    ("test_sends", Fate::Kept("people of the team, not customers")),
    ("users", Fate::Kept("people of the team, not customers")),
    ("sessions", Fate::Kept("people of the team, not customers")),
    ("sign_in_links", Fate::Kept("people of the team, not customers")),
    ("tokens", Fate::Kept("people of the team, not customers")),
];

/// What names a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needles {
    keys: BTreeSet<Key>,
    emails: Vec<String>,
    phones: Vec<String>,
    /// Source and id.
    ids: Vec<(i64, String)>,
}

impl Needles {
    pub fn of(keys: &[Key]) -> Self {
        let values = |kind: &str| keys.iter().filter(|key| key.0 == kind).map(|key| key.1.to_lowercase()).collect();
        let ids = keys.iter().filter(|key| matches!(key.0, "external" | "account" | "anonymous")).filter_map(|key| {
            let (source, id) = key.1.split_once(':')?;
            Some((source.parse().ok()?, id.to_owned()))
        });
        Self { keys: keys.iter().cloned().collect(), emails: values("email"), phones: values("phone"), ids: ids.collect() }
    }

    /// One of these, in lower case, stands in every text that names the person.
    pub fn texts(&self) -> Vec<String> {
        // However a telephone's digits are grouped, the last four stand together more often than not.
        let ends = self.phones.iter().map(|phone| phone.chars().skip(phone.chars().count().saturating_sub(4)).collect());
        let ids = self.ids.iter().map(|(_, id)| id.to_lowercase());
        self.emails.iter().cloned().chain(ends).chain(ids).collect::<BTreeSet<String>>().into_iter().collect()
    }

    pub fn addresses(&self) -> Vec<String> {
        self.emails.iter().chain(&self.phones).cloned().collect()
    }

    /// Whether a message of the source does, with the facts that were read from it.
    pub fn are_in(&self, body: &str, origin: Option<&Origin>, source: i64, facts: Option<&[Fact]>) -> bool {
        let by_fact = |origin: &Origin, fact: &Fact| {
            whos(fact).iter().any(|(who, is_account)| keys_of(origin, who, *is_account).iter().any(|key| self.keys.contains(key)))
        };
        match (origin, facts, serde_json::from_str::<Value>(body)) {
            (Some(origin), Some(facts), Ok(body)) => facts.iter().any(|fact| by_fact(origin, fact)) || self.in_json(&body, None),
            (_, _, Ok(body)) => self.in_json(&body, Some(source)),
            (_, _, Err(_)) => self.in_text(body),
        }
    }

    /// Whether a line of a file of the source does.
    pub fn are_in_line(&self, line: &str, source: i64) -> bool {
        let cells = || line.split([',', ';', '\t', '|']).map(|cell| cell.trim().trim_matches(['"', '\'']));
        self.in_text(line) || cells().any(|cell| self.ids.iter().any(|(of, id)| *of == source && id == cell))
    }

    /// Addresses anywhere; ids of `source` only where a field is called an id.
    fn in_json(&self, value: &Value, source: Option<i64>) -> bool {
        match value {
            Value::String(text) => self.in_text(text),
            Value::Array(list) => list.iter().any(|value| self.in_json(value, source)),
            Value::Object(fields) => fields.iter().any(|(name, value)| {
                let is_id = name.to_lowercase().ends_with("id");
                (is_id && source.is_some_and(|source| self.is_id(value, source))) || self.in_json(value, source)
            }),
            _ => false,
        }
    }

    fn is_id(&self, value: &Value, source: i64) -> bool {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return false,
        };
        self.ids.iter().any(|(of, id)| *of == source && *id == text)
    }

    fn in_text(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        if self.emails.iter().any(|email| stands_alone(&lower, email)) {
            return true;
        }
        let digits: String = lower.chars().filter(char::is_ascii_digit).collect();
        self.phones.iter().any(|phone| {
            let phone = phone.trim_start_matches('+');
            phone.len() >= 7 && (digits == phone || stands_alone(&lower, phone))
        })
    }
}

/// Messages of a pile behind `after`, up to `end`: so many are looked through, and so many characters read, at once.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    pub pile: Pile,
    pub after: i64,
    pub end: i64,
    pub messages: u32,
    pub characters: u32,
}

/// Those of them that name the person, read as their sources are, and the one behind which the next part begins; none at the end.
pub async fn named_in(db: &Db, mark: &Mark, needles: &Needles, part: Part) -> Result<Option<(Vec<Message>, i64)>, DbError> {
    let Part { pile, after, end, messages, characters } = part;
    let Some(upto) = erasure::page_end(db, pile, after, end, messages).await? else { return Ok(None) };
    let texts = needles.texts();
    let found = if texts.is_empty() { Vec::new() } else { erasure::page(db, pile, after, upto, &texts, characters).await? };
    // Those that did not fit come next.
    let is_cut = found.first().is_some_and(|first| (first.n as usize) > found.len());
    let next = found.last().filter(|_| is_cut).map_or(upto, |last| last.id);
    let reader = Reader::new(mark);
    Ok(Some((found.into_iter().filter(|message| is_named_in(message, &reader, needles)).collect(), next)))
}

fn is_named_in(message: &Message, reader: &Reader<'_>, needles: &Needles) -> bool {
    let Message { id, source, key, topic, body, received_at, sent_at, .. } = message.clone();
    let row =
        InboxRow { id, source, key, topic, body, received_at, sent_at, replay_of: None, first_key: None, anonymous_id: None };
    let (origin, facts) = reader.read(&row);
    needles.are_in(&row.body, origin, source, facts.as_deref().ok())
}

/// Whether the address stands there and is not a part of a longer one.
fn stands_alone(text: &str, address: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || "._%+-@".contains(letter);
    text.match_indices(address).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let mut after = text.get(at + address.len()..).unwrap_or_default().chars();
        let (next, one_more) = (after.next(), after.next());
        // A full stop may end a sentence.
        let goes_on = next.is_some_and(|next| if next == '.' { one_more.is_some_and(is_part) } else { is_part(next) });
        !before.is_some_and(is_part) && !goes_on
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::*;

    /// Tables with their columns, as the migrations make them.
    fn schema() -> BTreeMap<String, Vec<String>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
        let mut files: Vec<_> = std::fs::read_dir(folder).expect("migrations").map(|file| file.expect("file").path()).collect();
        files.sort();
        let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for file in files {
            let mut table = None;
            for line in std::fs::read_to_string(file).expect("text").lines() {
                let words: Vec<&str> = line.split_whitespace().collect();
                match words.as_slice() {
                    ["create", "table", name, ..] => table = Some((*name).to_owned()),
                    ["alter", "table", name, "add", "column", column, ..] => {
                        tables.entry((*name).to_owned()).or_default().push((*column).to_owned());
                    }
                    [")", ..] => table = None,
                    [column, ..] if !column.starts_with("--") => {
                        if let Some(table) = &table {
                            tables.entry(table.clone()).or_default().push((*column).to_owned());
                        }
                    }
                    _ => {}
                }
            }
        }
        tables
    }

    #[test]
    fn every_table_has_its_fate() {
        let tables = schema();
        assert!(tables.len() > 40 && tables.get("contacts").is_some_and(|columns| columns.iter().any(|name| name == "email")));
        let known: BTreeSet<&str> = PLACES.iter().map(|(table, _)| *table).collect();
        assert_eq!(tables.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
        assert_eq!(known.len(), PLACES.len());
    }

    #[test]
    fn a_table_with_personal_columns_is_kept_for_a_stated_reason_only() {
        const PERSONAL: [&str; 10] =
            ["customer_id", "contact_id", "email", "phone", "raw", "anonymous_id", "winner", "loser", "traits", "properties"];
        for (table, columns) in schema() {
            let fate = PLACES.iter().find(|(name, _)| *name == table).map(|(_, fate)| *fate);
            let is_personal = columns.iter().any(|column| PERSONAL.contains(&column.as_str()));
            if is_personal && table != "users" {
                assert!(!matches!(fate, Some(Fate::Kept(_)) | None), "{table} is kept");
            }
        }
    }

    #[test]
    fn every_place_has_a_statement() {
        let sql = [include_str!("db/erasure.sql"), include_str!("db/sample.sql")].concat();
        for (table, fate) in PLACES {
            match fate {
                Fate::Removed => assert!(sql.contains(&format!("delete from {table} ")), "{table}"),
                Fate::Blanked => assert!(sql.contains(&format!("update {table} set")), "{table}"),
                Fate::Kept(why) => assert!(!why.is_empty()),
            }
        }
    }

    fn ada() -> Needles {
        let key = |kind, value: &str| Key(kind, value.to_owned());
        Needles::of(&[key("email", "ada@example.com"), key("phone", "+49301234567"), key("external", "7:17")])
    }

    #[test]
    fn an_address_names_somebody_wherever_it_stands_and_never_as_a_part_of_another() {
        let says = |text: &str| ada().are_in(&format!("{{\"note\":{text:?}}}"), None, 7, None);
        assert!(says("write to Ada@Example.com.") && says("<ada@example.com>") && says("+49 30 1234567"));
        assert!(!says("nada@example.com") && !says("ada@example.com.au") && !says("x.ada@example.com") && !says("4930123456789"));
    }

    #[test]
    fn an_id_names_somebody_only_where_their_source_calls_it_one() {
        let says = |body: &str, source| ada().are_in(body, None, source, None);
        assert!(says(r#"{"customer":{"id":17}}"#, 7) && says(r#"{"userId":"17"}"#, 7));
        assert!(!says(r#"{"customer":{"id":17}}"#, 8) && !says(r#"{"quantity":17}"#, 7) && !says(r#"{"id":170}"#, 7));
        assert!(ada().are_in_line("A-1;\"17\";2026", 7) && !ada().are_in_line("A-1,170", 7) && !ada().are_in_line("17", 1));
    }

    #[test]
    fn what_is_no_json_is_read_as_text() {
        assert!(ada().are_in("{ \"email\": \"ada@example.com\"", None, 7, None));
        assert_eq!(ada().texts(), ["17", "4567", "ada@example.com"]);
    }
}
