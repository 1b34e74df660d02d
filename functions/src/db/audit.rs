//! The audit log: each change with its line, in one batch; and the lines read back.
//!
//! No statement changes or removes a row, here or elsewhere: a test reads every `.sql` file for one.

use serde::{Deserialize, Serialize};
use shared::api::{Actor, AuditEntry, Field, Object};
use shared::audit::{Action, Told, sentence};
use shared::id::Id;
use shared::time::Millis;

use super::{Db, DbError, Param, Statement};
use crate::ctx::{Ctx, Who};
use crate::{params, sql};

/// Who does what nobody asked for.
const SYSTEM: &str = "Rekindle";

/// Above every id.
const END: i64 = 1 << 53;

/// A line of the log, less who and when, which [`Ctx`] knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub action: Action,
    /// Kind, id and name; a customer has no name here, so that erasure never edits the log.
    pub object: Option<(&'static str, Option<String>, Option<String>)>,
    pub fields: Vec<Field>,
}

/// A row as it is stored; in this order its columns are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub id: i64,
    pub at: i64,
    pub actor_kind: String,
    pub actor_id: Option<i64>,
    pub actor_name: String,
    pub action: String,
    pub object_kind: Option<String>,
    pub object_id: Option<String>,
    pub object_name: Option<String>,
    /// JSON.
    pub fields: String,
    pub request_id: Option<String>,
}

/// Which rows; an empty filter is all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Kind and id; jobs and strangers have no id.
    pub actor: Option<(String, Option<i64>)>,
    /// Any of these.
    pub actions: Option<Vec<&'static str>>,
    pub from: Option<Millis>,
    /// Not included.
    pub until: Option<Millis>,
    /// Kind and id.
    pub object: Option<(String, String)>,
}

#[derive(Debug, Deserialize)]
struct ActorRow {
    kind: String,
    id: i64,
}

impl Entry {
    pub fn new(action: Action) -> Self {
        Self { action, object: None, fields: Vec::new() }
    }

    /// What it was done to: such as `person`, its public id, and its name.
    #[must_use]
    pub fn to(mut self, kind: &'static str, id: impl ToString, name: Option<&str>) -> Self {
        self.object = Some((kind, Some(id.to_string()), name.map(str::to_owned)));
        self
    }

    /// A field by its name alone: for values of customers, and for secrets.
    #[must_use]
    pub fn field(mut self, name: &str) -> Self {
        self.fields.push(Field { name: name.to_owned(), from: None, to: None });
        self
    }

    /// A setting with its values; nothing where they are equal.
    #[must_use]
    pub fn value(mut self, name: &str, from: Option<String>, to: Option<String>) -> Self {
        if from != to {
            self.fields.push(Field { name: name.to_owned(), from, to });
        }
        self
    }
}

/// For the end of the batch that makes the change.
pub fn append(ctx: &Ctx, entry: Entry) -> Statement {
    Statement::new(sql!("audit.sql", "append"), line(ctx, entry))
}

/// The same, but only where the statement before it changed a row.
pub fn append_if_changed(ctx: &Ctx, entry: Entry) -> Statement {
    Statement::new(sql!("audit.sql", "append_if_changed"), line(ctx, entry))
}

/// What nobody asked for: a job does it, or a sender.
pub fn append_by_system(entry: Entry, now: Millis) -> Statement {
    Statement::new(sql!("audit.sql", "append"), row(now, ("system", None, SYSTEM), entry, None))
}

/// The same, but only where the statement before it changed a row.
pub fn append_by_system_if_changed(entry: Entry, now: Millis) -> Statement {
    Statement::new(sql!("audit.sql", "append_if_changed"), row(now, ("system", None, SYSTEM), entry, None))
}

/// A line alone: for what changes nothing that a batch could hold, such as an export, which must not begin without it.
pub async fn write(ctx: &Ctx, entry: Entry) -> Result<(), DbError> {
    let Statement { sql, params } = append(ctx, entry);
    ctx.db.run(sql, params).await.map(drop)
}

fn line(ctx: &Ctx, entry: Entry) -> Vec<Param> {
    let (kind, id, name) = match &ctx.who {
        Who::Nobody => ("stranger", None, "Somebody who is not signed in"),
        Who::User(person) => ("person", Some(person.id), person.name.as_str()),
        Who::Token(person) => ("token", Some(person.id), person.name.as_str()),
    };
    row(ctx.now, (kind, id, name), entry, Some(ctx.request_id.to_string()))
}

fn row(at: Millis, (kind, id, name): (&str, Option<i64>, &str), entry: Entry, request_id: Option<String>) -> Vec<Param> {
    let Entry { action, object, fields } = entry;
    let (object_kind, object_id, object_name) = object.map_or((None, None, None), |(kind, id, name)| (Some(kind), id, name));
    params![at, kind, id, name, action.code(), object_kind, object_id, object_name, Param::json(&fields), request_id]
}

/// The newest first, below the id `before` where one is given.
pub async fn page(db: &Db, filter: &Filter, before: Option<i64>, limit: u32) -> Result<Vec<Row>, DbError> {
    let sql = match filter {
        Filter { object: Some(_), .. } => sql!("audit.sql", "entries_of_object"),
        Filter { actor: Some(_), .. } => sql!("audit.sql", "entries_of_actor"),
        _ => sql!("audit.sql", "entries"),
    };
    let Filter { actor, actions, from, until, object } = filter;
    let actions = actions.as_ref().map_or(Param::Null, Param::json);
    let object = object.as_ref().map(|(kind, id)| (kind.as_str(), id.as_str()));
    let (actor_kind, actor_id) = actor.as_ref().map_or((None, None), |(kind, id)| (Some(kind.as_str()), *id));
    let params = params![
        before.unwrap_or(END),
        actions,
        *from,
        *until,
        object.map(|(kind, _)| kind),
        object.map(|(_, id)| id),
        actor_kind,
        actor_id,
        limit
    ];
    db.all(sql, params).await
}

/// The person or token of a public id: kind and row.
pub async fn actor(db: &Db, id: &Id) -> Result<Option<(String, i64)>, DbError> {
    let row: Option<ActorRow> = db.first(sql!("audit.sql", "actor"), params![id]).await?;
    Ok(row.map(|row| (row.kind, row.id)))
}

impl Row {
    pub fn wire(self) -> AuditEntry {
        let fields: Vec<Field> = serde_json::from_str(&self.fields).unwrap_or_default();
        let text = match Action::parse(&self.action) {
            Some(action) => {
                sentence(Told { actor: &self.actor_name, action, object: self.object_name.as_deref(), fields: &fields })
            }
            // Written by a newer version that was taken back.
            None => format!("{} did something that this version has no words for ({}).", self.actor_name, self.action),
        };
        AuditEntry {
            id: u64::try_from(self.id).unwrap_or_default(),
            at: Millis(self.at).rfc3339(),
            actor: Actor { kind: self.actor_kind, name: self.actor_name },
            action: self.action,
            object: self.object_kind.map(|kind| Object { kind, id: self.object_id, name: self.object_name }),
            fields,
            text,
            request_id: self.request_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;

    /// The statements of a file that do anything to the log but add to it, or read it.
    fn changes(sql: &str) -> Vec<String> {
        let text: String = sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join(" ");
        let words = |statement: &str| -> Vec<String> {
            let split = |c: char| !c.is_alphanumeric() && c != '_';
            statement.split(split).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
        };
        let names_log = |word: &String| word == "audit" || word == "audit_seals";
        let is_change = |words: &[String]| {
            words.windows(2).any(|pair| matches!(pair, [verb, table] if verb == "update" && names_log(table)))
                || words.windows(3).any(|three| match three {
                    [verb, link, table] => {
                        matches!((verb.as_str(), link.as_str()), ("delete", "from") | ("replace", "into") | ("drop", "table"))
                            && names_log(table)
                    }
                    _ => false,
                })
                || words.windows(5).any(|five| {
                    matches!(five, [a, b, _, d, table] if a == "insert" && b == "or" && d == "into" && names_log(table))
                        || matches!(five, [a, b, _, _, table] if a == "update" && b == "or" && names_log(table))
                })
                || words.windows(4).any(|four| matches!(four, [a, b, _, table] if a == "update" && b == "or" && names_log(table)))
                || words
                    .windows(3)
                    .any(|three| matches!(three, [a, b, table] if a == "alter" && b == "table" && names_log(table)))
                || (words
                    .windows(3)
                    .any(|three| matches!(three, [a, b, table] if a == "insert" && b == "into" && names_log(table)))
                    && words.windows(2).any(|pair| matches!(pair, [on, conflict] if on == "on" && conflict == "conflict")))
        };
        text.split(';').filter(|statement| is_change(&words(statement))).map(str::to_owned).collect()
    }

    fn sql_files(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                sql_files(&path, into);
            } else if path.extension().is_some_and(|extension| extension == "sql") {
                into.push(path);
            }
        }
    }

    #[test]
    fn no_statement_updates_or_deletes_the_audit_log() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = Vec::new();
        sql_files(&root.join("src"), &mut files);
        sql_files(&root.join("migrations"), &mut files);
        assert!(files.len() > 15, "{files:?}");
        for file in files {
            let found = changes(&std::fs::read_to_string(&file).expect("text"));
            assert!(found.is_empty(), "{}: {found:?}", file.display());
        }
    }

    #[test]
    fn the_reader_of_statements_sees_each_way_to_change_the_log() {
        for statement in [
            "update audit set fields = '[]'",
            "update or ignore audit set at = 0",
            "delete from audit where id = 1",
            "delete from audit_seals",
            "DELETE\n  FROM \"audit\"",
            "replace into audit (id) values (1)",
            "insert or replace into audit_seals values (1)",
            "insert into audit_seals (audit_id) select 1 where true on conflict (audit_id) do update set hash = ''",
            "drop table audit",
            "alter table audit add column x text",
        ] {
            assert_eq!(changes(statement).len(), 1, "{statement}");
        }
        let fine = "-- delete from audit\ninsert into audit (at) values (1); select * from audit; delete from runs; update shop set name = ''";
        assert!(changes(fine).is_empty());
    }

    #[test]
    fn a_row_with_an_unknown_action_is_still_told() {
        let row = Row {
            id: 1,
            at: 0,
            actor_kind: "person".to_owned(),
            actor_id: Some(1),
            actor_name: "Olga Owner".to_owned(),
            action: "shop_painted".to_owned(),
            object_kind: None,
            object_id: None,
            object_name: None,
            fields: "[]".to_owned(),
            request_id: None,
        };
        assert_eq!(row.wire().text, "Olga Owner did something that this version has no words for (shop_painted).");
    }
}
