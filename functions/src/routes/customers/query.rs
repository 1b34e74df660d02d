//! From the query string to a filter, and the cursor.
//!
//! The same for the list and its export, so that a person exports what the list shows.

use axum::extract::Query;
use axum::http::Uri;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use shared::api::{CustomerQuery, Lifecycle, Tier};
use shared::id::Id;
use shared::segment::filter::Checked;

use crate::ctx::Ctx;
use crate::db::customers::{Care, Filter, Part, Place, Search, Sort};
use crate::db::edits;
use crate::problem::Problem;
use crate::routes::segments;

const LIMIT: u32 = 100;
const MOST: u32 = 500;

/// An import may bring tags a little longer than the team may write.
const MOST_CHARS: usize = 60;

/// What a cursor holds: the list it belongs to, and where in it to go on.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Cursor {
    sort: Sort,
    down: bool,
    id: i64,
    number: Option<f64>,
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rolled: Option<(i64, u32)>,
}

/// What `owner` may say.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Carer {
    Nobody,
    /// Who asks.
    Me,
    Person(Id),
}

/// What `segment` may say.
enum Where {
    Known(Checked),
    /// One that a marketer defined.
    Own(Id),
}

/// What the list holds, for who asks.
pub async fn filter(ctx: &Ctx, query: &CustomerQuery) -> Result<Filter, Problem> {
    let filter = read(query)?;
    let care = match carer(query)? {
        None => None,
        Some(Carer::Nobody) => Some(Care::Nobody),
        Some(Carer::Me) => {
            let me = ctx.who.user_id();
            Some(Care::Person(me.ok_or_else(|| Problem::field("owner", "A token looks after nobody: name a person's id"))?))
        }
        Some(Carer::Person(id)) => {
            let found = edits::carer(&ctx.db, &id).await?;
            Some(Care::Person(found.ok_or_else(|| Problem::field("owner", "Nobody of the team has this id"))?.id))
        }
    };
    let segment = match place(query)? {
        Some(Where::Own(id)) => Some(segments::checked(ctx, &id).await?),
        _ => filter.segment,
    };
    Ok(Filter { care, segment, ..filter })
}

/// The same as far as it can be told without the database: everything but who looks after the customers, and segments of marketers.
pub fn read(query: &CustomerQuery) -> Result<Filter, Problem> {
    let segment = place(query)?.and_then(|place| match place {
        Where::Known(checked) => Some(checked),
        Where::Own(_) => None,
    });
    carer(query)?;
    let tiers = several(query.tier.as_deref(), Tier::parse).ok_or_else(|| Problem::field("tier", TIERS))?;
    let lifecycles = several(query.lifecycle.as_deref(), Lifecycle::parse);
    let lifecycles = lifecycles.ok_or_else(|| Problem::field("lifecycle", LIFECYCLES))?;
    let countries = several(query.country.as_deref(), country).ok_or_else(|| Problem::field("country", COUNTRIES))?;
    let tag = query.tag.as_deref().map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned);
    if tag.as_ref().is_some_and(|tag| tag.chars().nth(MOST_CHARS).is_some()) {
        return Err(Problem::field("tag", "No tag is that long"));
    }
    let text = query.sort.as_deref().unwrap_or("risk");
    let (name, turned) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let sort = Sort::parse(name).ok_or_else(|| Problem::field("sort", SORTS))?;
    let search = query.q.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(|text| Search {
        name: shared::search::key(text),
        email: text.to_lowercase(),
        external: text.to_owned(),
    });
    Ok(Filter { tiers, search, care: None, tag, lifecycles, countries, segment, sort, down: sort.starts_down() != turned })
}

/// The query string of an address as `GET /api/customers` reads it, with or without its `?`.
pub fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    let refused = || Problem::field("query", "This is no query string of a list of customers");
    let uri: Uri = format!("/?{}", text.strip_prefix('?').unwrap_or(text)).parse().map_err(|_| refused())?;
    Query::try_from_uri(&uri).map(|query| query.0).map_err(|_| refused())
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
    let Place { id, number, text, rolled } = place.clone();
    let cursor = Cursor { sort: filter.sort, down: filter.down, id, number, text, rolled };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&cursor).unwrap_or_default())
}

fn read_cursor(text: &str, filter: &Filter) -> Result<Place, Problem> {
    let unknown = || Problem::field("cursor", "This is no cursor of this list: take meta.next_cursor, or start without one");
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| unknown())?;
    let Cursor { sort, down, id, number, text, rolled } = serde_json::from_slice(&bytes).map_err(|_| unknown())?;
    let fits = rolled.is_some() || if sort == Sort::Name { text.is_some() } else { number.is_some() };
    if !fits || sort != filter.sort || down != filter.down {
        return Err(unknown());
    }
    Ok(Place { id, number, text, rolled })
}

/// Each of the words between commas; none where one of them is unknown.
fn several<T>(text: Option<&str>, parse: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|word| !word.is_empty()).map(parse).collect()
}

fn country(text: &str) -> Option<String> {
    let is_code = text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase())
}

fn place(query: &CustomerQuery) -> Result<Option<Where>, Problem> {
    let text = query.segment.as_deref().map(str::trim).unwrap_or_default();
    if text.is_empty() {
        return Ok(None);
    }
    if let Some(checked) = Checked::of_code(text) {
        return Ok(Some(Where::Known(checked)));
    }
    Id::parse(text).map(|id| Some(Where::Own(id))).map_err(|_| Problem::field("segment", SEGMENTS))
}

fn carer(query: &CustomerQuery) -> Result<Option<Carer>, Problem> {
    Ok(match query.owner.as_deref().map(str::trim).unwrap_or_default() {
        "" => None,
        "none" => Some(Carer::Nobody),
        "me" => Some(Carer::Me),
        id => Some(Carer::Person(Id::parse(id).map_err(|_| Problem::field("owner", OWNERS))?)),
    })
}

const TIERS: &str = "Use immediate, moderate, early, healthy, lost, set_aside or not_scored, several with commas between";
const LIFECYCLES: &str = "Use new, active, at_risk, lost, in_win_back, won_back or given_up, several with commas between";
const COUNTRIES: &str = "Use the two letters of ISO 3166-1, such as DE, several with commas between";
const SEGMENTS: &str = "Use the code of a micro-segment, row: and the code of a row, or the id of a segment";
const OWNERS: &str = "Use a person's id, me, or none";
const SORTS: &str = "Use risk, value, name, last_order, deadline, waiting or regain, with a leading - for the other way round";

#[cfg(test)]
mod tests {
    use super::*;

    fn query(tier: &str, sort: &str) -> CustomerQuery {
        CustomerQuery { tier: Some(tier.to_owned()), sort: Some(sort.to_owned()), ..CustomerQuery::default() }
    }

    #[test]
    fn without_a_query_the_list_starts_with_the_highest_risk() {
        let filter = read(&CustomerQuery::default()).expect("filter");
        assert_eq!(filter, Filter::default());
        assert!(filter.is_tiers_only());
    }

    #[test]
    fn a_minus_turns_a_sort_round() {
        for (sort, down) in [("risk", true), ("-risk", false), ("name", false), ("-name", true), ("deadline", false)] {
            assert_eq!(read(&query("", sort)).expect(sort).down, down, "{sort}");
        }
    }

    #[test]
    fn what_a_list_does_not_know_is_refused_by_field() {
        for (tier, sort, field) in [("gone", "risk", "tier"), ("early,", "risk; drop table", "sort")] {
            let Err(Problem::Invalid(fields)) = read(&query(tier, sort)) else { panic!("{tier} {sort} was accepted") };
            assert_eq!(fields.keys().collect::<Vec<_>>(), [field]);
        }
    }

    #[test]
    fn each_filter_is_read_and_its_unknown_values_are_refused_under_its_name() {
        let all: CustomerQuery = parse("?lifecycle=lost,new&country=de,%20at&tag=a%26b+c&owner=me").expect("query");
        let filter = read(&all).expect("filter");
        assert_eq!(filter.lifecycles, [Lifecycle::Lost, Lifecycle::New]);
        assert_eq!((filter.countries, filter.tag.as_deref()), (vec!["DE".to_owned(), "AT".to_owned()], Some("a&b c")));
        for (text, field) in [
            ("lifecycle=gone", "lifecycle"),
            ("country=DEU", "country"),
            ("country=D1", "country"),
            ("owner=7", "owner"),
            ("colour=red", "query"),
            ("limit=x", "query"),
            ("tag=a b", "query"),
        ] {
            let Err(Problem::Invalid(fields)) = parse::<CustomerQuery>(text).and_then(|query| read(&query)) else {
                panic!("{text} was accepted")
            };
            assert_eq!(fields.keys().collect::<Vec<_>>(), [field], "{text}");
        }
    }

    #[test]
    fn a_cursor_reads_back_in_its_own_list_only() {
        let by_risk = read(&CustomerQuery::default()).expect("filter");
        let place = Place { id: 7, number: Some(-9_876.0), text: None, rolled: None };
        let text = cursor(&by_risk, &place);
        assert_eq!(read_cursor(&text, &by_risk).expect("place"), place);
        let by_name = read(&query("", "name")).expect("filter");
        assert!(read_cursor(&text, &by_name).is_err());
        assert!(read_cursor("e30", &by_risk).is_err() && read_cursor("*", &by_risk).is_err());
    }

    #[test]
    fn a_search_is_brought_into_the_form_of_each_column() {
        let query = CustomerQuery { q: Some(" Zoë@Example.com ".to_owned()), ..CustomerQuery::default() };
        let search = read(&query).expect("filter").search.expect("search");
        assert_eq!((search.name.as_str(), search.email.as_str()), ("zoe@example.com", "zoë@example.com"));
        assert_eq!(search.external, "Zoë@Example.com");
    }
}
