//! Which customers a list has, in which order.
//!
//! Three kinds of statements answer, each with an index or an order of its own: see the head of `lists.sql`.

use std::borrow::Cow;

use serde::Deserialize;
use shared::id::Id;
use shared::segment::filter::Checked;

use super::customers::{Care, Filter, Part, Search, Sort};
use super::{Db, DbError, Param, Statement};
use crate::{params, sql};

/// How a filter's customers are come by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Tiers alone narrow them.
    All,
    /// Everybody's rows are looked at.
    Match,
    /// An index finds who looks after them.
    Own,
    /// Indexes find what they are called.
    Find,
}

/// Where a segment's condition goes.
const SEGMENT: &str = "/*segment*/";

#[derive(Debug, Deserialize)]
struct NumberRow {
    id: i64,
}

/// A part of the list; its rows are places.
pub fn part_statement(filter: &Filter, part: &Part) -> Statement {
    let after = part.after.clone();
    let (id, number, text) = after.map_or((None, None, None), |place| (Some(place.id), place.number, place.text));
    let Part { limit, offset, .. } = *part;
    let direction = if filter.down { -1 } else { 1 };
    let by_number = || params![filter.sort.as_str(), direction, number, id, limit, offset];
    let by_name = || params![text.clone(), id, limit, offset];
    let found_by_name = || params![text.clone(), id, direction, limit, offset];
    match (Way::of(filter), filter.sort) {
        (Way::All, Sort::Name) if filter.down => Statement::new(sql!("lists.sql", "ids_by_name_down"), tiers(filter, by_name())),
        (Way::All, Sort::Name) => Statement::new(sql!("lists.sql", "ids_by_name"), tiers(filter, by_name())),
        (Way::All, _) => Statement::new(sql!("lists.sql", "ids_by_number"), tiers(filter, by_number())),
        (Way::Match, Sort::Name) if filter.down => {
            placed(filter, Statement::new(sql!("lists.sql", "matching_by_name_down"), narrowed(filter, by_name())))
        }
        (Way::Match, Sort::Name) => {
            placed(filter, Statement::new(sql!("lists.sql", "matching_by_name"), narrowed(filter, by_name())))
        }
        (Way::Match, _) => placed(filter, Statement::new(sql!("lists.sql", "matching_by_number"), narrowed(filter, by_number()))),
        (Way::Own | Way::Find, Sort::Name) => {
            placed(filter, Statement::new(sql!("lists.sql", "found_by_name"), found(filter, found_by_name())))
        }
        (Way::Own | Way::Find, _) => {
            placed(filter, Statement::new(sql!("lists.sql", "found_by_number"), found(filter, by_number())))
        }
    }
}

/// How many the list has, counted on to `most`.
pub fn count_statement(filter: &Filter, most: u64) -> Statement {
    match Way::of(filter) {
        Way::All | Way::Match => {
            placed(filter, Statement::new(sql!("lists.sql", "count_matching"), narrowed(filter, params![most])))
        }
        Way::Own | Way::Find => placed(filter, Statement::new(sql!("lists.sql", "count_found"), found(filter, params![most]))),
    }
}

/// The numbers of the list's customers after `after`, in the order in which they came, whatever the list's sort.
///
/// Whoever changes them page by page meets each once: no change moves anybody in this order.
pub async fn ids_by_arrival(db: &Db, filter: &Filter, after: i64, limit: u32) -> Result<Vec<i64>, DbError> {
    let page = params![after, limit];
    let Statement { sql, params } = match Way::of(filter) {
        Way::All => Statement::new(sql!("lists.sql", "ids_by_arrival"), tiers(filter, page)),
        Way::Match => placed(filter, Statement::new(sql!("lists.sql", "matching_by_arrival"), narrowed(filter, page))),
        Way::Own => placed(filter, Statement::new(sql!("lists.sql", "owned_by_arrival"), narrowed(filter, page))),
        Way::Find => placed(filter, Statement::new(sql!("lists.sql", "found_by_arrival"), found(filter, page))),
    };
    numbers(db, sql, params).await
}

/// The numbers of those of `ids` that are there, in the order in which they came.
pub async fn ids_of(db: &Db, ids: &[Id]) -> Result<Vec<i64>, DbError> {
    numbers(db, sql!("lists.sql", "ids_of"), params![Param::json(&ids)]).await
}

async fn numbers(db: &Db, sql: impl Into<Cow<'static, str>>, params: Vec<Param>) -> Result<Vec<i64>, DbError> {
    let rows: Vec<NumberRow> = db.all(sql, params).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

/// The same of who is in the filter's segment.
fn placed(filter: &Filter, statement: Statement) -> Statement {
    match &filter.segment {
        Some(segment) => within(segment, statement),
        None => statement,
    }
}

/// The statement with a segment's condition, whose values are bound behind its own.
pub fn within(segment: &Checked, statement: Statement) -> Statement {
    let Statement { sql, mut params } = statement;
    let compiled = segment.compile(params.len() + 1);
    params.extend(compiled.bound.into_iter().map(Param::from));
    Statement::new(sql.replace(SEGMENT, &format!("{} and", compiled.expression)), params)
}

/// The filter's tiers, then `rest`.
fn tiers(filter: &Filter, rest: Vec<Param>) -> Vec<Param> {
    let codes: Vec<i32> = filter.tiers.iter().map(|tier| tier.code()).collect();
    let mut params = vec![list(&codes)];
    params.extend(rest);
    params
}

/// All of the filter but its search, then `rest`.
fn narrowed(filter: &Filter, rest: Vec<Param>) -> Vec<Param> {
    let lifecycles: Vec<i32> = filter.lifecycles.iter().map(|lifecycle| lifecycle.code()).collect();
    let carer = filter.care.map(|care| match care {
        Care::Nobody => 0,
        Care::Person(id) => id,
    });
    let mut more = params![list(&lifecycles), list(&filter.countries), filter.tag.as_deref(), carer];
    more.extend(rest);
    tiers(filter, more)
}

/// All of the filter but its search, then `rest`, then the search.
fn found(filter: &Filter, rest: Vec<Param>) -> Vec<Param> {
    let mut params = narrowed(filter, rest);
    params.extend(match &filter.search {
        Some(Search { name, email, external }) => params![name, email, external],
        None => params![Param::Null, Param::Null, Param::Null],
    });
    params
}

fn list<T: serde::Serialize>(values: &[T]) -> Param {
    if values.is_empty() { Param::Null } else { Param::json(&values) }
}

impl Way {
    fn of(filter: &Filter) -> Self {
        match (&filter.search, filter.care) {
            _ if filter.is_tiers_only() => Self::All,
            (Some(_), _) => Self::Find,
            (None, Some(Care::Person(_))) => Self::Own,
            (None, _) => Self::Match,
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::money::Currency;
    use shared::segment::filter::{Condition, Context, Operator};
    use shared::time::Millis;

    use super::*;

    #[test]
    fn a_segment_s_condition_stands_in_every_list_and_its_values_behind_all_others() {
        let condition = Condition { field: "orders".to_owned(), operator: Operator::AtLeast, values: vec!["3".to_owned()] };
        let context = Context { home: Currency::USD, now: Millis(0), declared: &[] };
        let segment = shared::segment::filter::Filter::Is(condition).check(&context).ok();
        let part = Part { after: None, offset: 0, limit: 10 };
        for (care, search) in [(None, None), (Some(Care::Person(7)), None), (None, Some("ada"))] {
            for sort in Sort::ALL {
                let text = |text: &str| text.to_owned();
                let search = search.map(|name| Search { name: text(name), email: text(name), external: text(name) });
                let filter = Filter { segment: segment.clone(), care, search, sort, ..Filter::default() };
                for Statement { sql, params } in [part_statement(&filter, &part), count_statement(&filter, 10)] {
                    assert!(
                        sql.contains(&format!("f.orders >= ?{} and (?1 is null", params.len())) && !sql.contains(SEGMENT),
                        "{sql}"
                    );
                    assert_eq!(params.last(), Some(&Param::Int(3)));
                }
            }
        }
    }
}
