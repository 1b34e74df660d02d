//! The audit log: each change with its line, in one batch.

use shared::api::Field;
use shared::audit::Action;

use super::{Param, Statement};
use crate::ctx::{Ctx, Who};
use crate::{params, sql};

/// A line of the log, less who and when, which [`Ctx`] knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub action: Action,
    /// Kind, id and name; a customer has no name here, so that erasure never edits the log.
    pub object: Option<(&'static str, Option<String>, Option<String>)>,
    pub fields: Vec<Field>,
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

fn line(ctx: &Ctx, entry: Entry) -> Vec<Param> {
    let (kind, id, name) = match &ctx.who {
        Who::Nobody => ("stranger", None, "Somebody who is not signed in"),
        Who::User(person) => ("person", Some(person.id), person.name.as_str()),
        Who::Token(person) => ("token", Some(person.id), person.name.as_str()),
    };
    let Entry { action, object, fields } = entry;
    let (object_kind, object_id, object_name) = object.map_or((None, None, None), |(kind, id, name)| (Some(kind), id, name));
    let request_id = ctx.request_id.to_string();
    params![ctx.now, kind, id, name, action.code(), object_kind, object_id, object_name, Param::json(&fields), request_id]
}
