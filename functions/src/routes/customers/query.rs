//! From the query string to a filter, and the cursor.
//!
//! The same for the list and its export, so that a person exports what the list shows.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use shared::api::{CustomerQuery, Tier};

use crate::db::customers::{Filter, Part, Place, Search, Sort};
use crate::problem::Problem;

const LIMIT: u32 = 100;
const MOST: u32 = 500;

/// What a cursor holds: the list it belongs to, and where in it to go on.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Cursor {
    sort: Sort,
    down: bool,
    id: i64,
    number: Option<f64>,
    text: Option<String>,
}

pub fn filter(query: &CustomerQuery) -> Result<Filter, Problem> {
    if query.segment.as_deref().is_some_and(|segment| !segment.is_empty()) {
        return Err(Problem::field("segment", "There are no segments yet: leave it out"));
    }
    let names = query.tier.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    let tiers = names.map(|name| Tier::parse(name).ok_or_else(|| Problem::field("tier", TIERS))).collect::<Result<_, _>>()?;
    let text = query.sort.as_deref().unwrap_or("risk");
    let (name, turned) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let sort = Sort::parse(name).ok_or_else(|| Problem::field("sort", SORTS))?;
    let search = query.q.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(|text| Search {
        name: shared::search::key(text),
        email: text.to_lowercase(),
        external: text.to_owned(),
    });
    Ok(Filter { tiers, search, sort, down: sort.starts_down() != turned })
}

pub fn part(query: &CustomerQuery, filter: &Filter) -> Result<Part, Problem> {
    let limit = query.limit.unwrap_or(LIMIT);
    if !(1..=MOST).contains(&limit) {
        return Err(Problem::field("limit", format!("Use 1 to {MOST}")));
    }
    if query.cursor.is_some() && query.offset.is_some() {
        return Err(Problem::field("offset", "Use either a cursor or an offset"));
    }
    let after = query.cursor.as_deref().map(|cursor| read_cursor(cursor, filter)).transpose()?;
    Ok(Part { after, offset: query.offset.unwrap_or(0), limit })
}

/// Where the list goes on after `place`.
pub fn cursor(filter: &Filter, place: &Place) -> String {
    let Place { id, number, text } = place.clone();
    let cursor = Cursor { sort: filter.sort, down: filter.down, id, number, text };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
}

fn read_cursor(text: &str, filter: &Filter) -> Result<Place, Problem> {
    let unknown = || Problem::field("cursor", "This is no cursor of this list: take meta.next_cursor, or start without one");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unknown())?;
    let Cursor { sort, down, id, number, text } = serde_json::from_slice(&bytes).map_err(|_| unknown())?;
    let fits = if sort == Sort::Name { text.is_some() } else { number.is_some() };
    if !fits || sort != filter.sort || down != filter.down {
        return Err(unknown());
    }
    Ok(Place { id, number, text })
}

const TIERS: &str = "Use immediate, moderate, early, healthy, lost or not_scored, several with commas between";
const SORTS: &str = "Use risk, value, name, last_order or deadline, with a leading - for the other way round";

#[cfg(test)]
mod tests {
    use super::*;

    fn query(tier: &str, sort: &str) -> CustomerQuery {
        CustomerQuery { tier: Some(tier.to_owned()), sort: Some(sort.to_owned()), ..CustomerQuery::default() }
    }

    #[test]
    fn without_a_query_the_list_starts_with_the_highest_risk() {
        let filter = filter(&CustomerQuery::default()).expect("filter");
        assert_eq!(filter, Filter { tiers: Vec::new(), search: None, sort: Sort::Risk, down: true });
    }

    #[test]
    fn a_minus_turns_a_sort_round() {
        for (sort, down) in [("risk", true), ("-risk", false), ("name", false), ("-name", true), ("deadline", false)] {
            assert_eq!(filter(&query("", sort)).expect(sort).down, down, "{sort}");
        }
    }

    #[test]
    fn what_a_list_does_not_know_is_refused_by_field() {
        for (tier, sort, field) in [("gone", "risk", "tier"), ("early,", "risk; drop table", "sort")] {
            let Err(Problem::Invalid(fields)) = filter(&query(tier, sort)) else { panic!("{tier} {sort} was accepted") };
            assert_eq!(fields.keys().collect::<Vec<_>>(), [field]);
        }
    }

    #[test]
    fn a_cursor_reads_back_in_its_own_list_only() {
        let by_risk = filter(&CustomerQuery::default()).expect("filter");
        let place = Place { id: 7, number: Some(-9_876.0), text: None };
        let text = cursor(&by_risk, &place);
        assert_eq!(read_cursor(&text, &by_risk).expect("place"), place);
        let by_name = filter(&query("", "name")).expect("filter");
        assert!(read_cursor(&text, &by_name).is_err());
        assert!(read_cursor("e30", &by_risk).is_err() && read_cursor("*", &by_risk).is_err());
    }

    #[test]
    fn a_search_is_brought_into_the_form_of_each_column() {
        let query = CustomerQuery { q: Some(" Zoë@Example.com ".to_owned()), ..CustomerQuery::default() };
        let search = filter(&query).expect("filter").search.expect("search");
        assert_eq!((search.name.as_str(), search.email.as_str()), ("zoe@example.com", "zoë@example.com"));
        assert_eq!(search.external, "Zoë@Example.com");
    }
}
