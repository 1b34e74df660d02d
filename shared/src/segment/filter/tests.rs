use proptest::prelude::*;

use super::*;
use crate::segment::DeclaredKind;

const NOW: Millis = Millis(20_000 * 86_400_000);

fn declared() -> Vec<Declared> {
    let column = |name: &str, kind| Declared { name: name.to_owned(), kind };
    vec![column("plan", DeclaredKind::Text), column("seats", DeclaredKind::Number)]
}

fn is(field: &str, operator: Operator, values: &[&str]) -> Filter {
    let values = values.iter().map(|value| (*value).to_owned()).collect();
    Filter::Is(Condition { field: field.to_owned(), operator, values })
}

fn check(filter: &Filter) -> Result<Checked, BTreeMap<String, String>> {
    filter.check(&Context { home: Currency::USD, now: NOW, declared: &declared() })
}

fn lost_dear_and_german() -> Filter {
    Filter::All(vec![
        is("tag", Operator::OneOf, &["vip"]),
        is("tier", Operator::OneOf, &["lost"]),
        Filter::Any(vec![is("value", Operator::AtLeast, &["50.00"]), is("trait:plan", Operator::OneOf, &["Pro", "Team"])]),
        is("last_order", Operator::LongerAgo, &["90"]),
    ])
}

#[test]
fn a_filter_compiles_to_places_and_reads_as_a_sentence() {
    let checked = check(&lost_dear_and_german()).expect("known parts");
    let compiled = checked.compile(4);
    assert_eq!(
        compiled.expression,
        "(coalesce(f.tier, -1) in (select value from json_each(?4)) and (f.value >= ?5 or coalesce(f.t1, -1) in (select value from json_each(?6))) and f.last_day <= ?7 and exists (select 1 from customers n cross join json_each(n.tags) t cross join json_each(?8) w where n.id = f.customer_id and t.value = w.value collate nocase))"
    );
    assert_eq!(compiled.bound[1], Bound::Int(5_000));
    assert_eq!((&compiled.bound[3], &compiled.bound[4]), (&Bound::Int(19_909), &Bound::Text(r#"["vip"]"#.to_owned())));
    assert!(compiled.looks_further);
    assert_eq!(
        checked.sentence(&|_| None),
        "Customers who are tagged “vip”, who are lost, (whose expected value of a year is at least 50.00 USD or whose plan is Pro or Team) and whose last order was more than 90 days ago"
    );
}

#[test]
fn what_is_not_on_the_lists_is_refused_by_its_path() {
    for (filter, path) in [
        (is("p30; drop table facets", Operator::AtLeast, &["1"]), "filter.is.field"),
        (is("trait:colour", Operator::OneOf, &["red"]), "filter.is.field"),
        (is("tier", Operator::AtLeast, &["lost"]), "filter.is.operator"),
        (is("tier", Operator::OneOf, &["lost') or 1=1 --"]), "filter.is.values"),
        (is("tier", Operator::OneOf, &[]), "filter.is.values"),
        (is("value", Operator::AtLeast, &["much"]), "filter.is.values"),
        (is("value", Operator::AtLeast, &["1", "2"]), "filter.is.values"),
        (is("country", Operator::OneOf, &["DEU"]), "filter.is.values"),
        (is("orders", Operator::AtLeast, &["-1"]), "filter.is.values"),
        (is("last_order", Operator::Before, &["yesterday"]), "filter.is.values"),
        (is("owner", Operator::OneOf, &["me"]), "filter.is.values"),
        (is("trait:seats", Operator::AtLeast, &["many"]), "filter.is.values"),
        (Filter::All(vec![]), "filter"),
        (
            Filter::Any(vec![is("tier", Operator::OneOf, &["lost"]), is("tier", Operator::OneOf, &["dead"])]),
            "filter.any[1].is.values",
        ),
        (Filter::All(vec![is("tier", Operator::OneOf, &["lost"]); MOST_CONDITIONS + 1]), "filter"),
        (
            Filter::All(vec![Filter::Any(vec![Filter::All(vec![Filter::Any(vec![is("tier", Operator::OneOf, &["lost"])])])])]),
            "filter",
        ),
    ] {
        let wrong = check(&filter).expect_err(path);
        assert_eq!(wrong.keys().collect::<Vec<_>>(), [path], "{filter:?}");
    }
}

#[test]
fn every_field_has_a_code_a_sentence_and_operators_that_work() {
    for field in Field::ALL {
        assert_eq!(Field::of_code(field.code()), Some(field));
        let id = "01900000-0000-7000-8000-000000000001";
        for operator in field.kind().operators() {
            let value = match (field, field.kind(), operator) {
                (_, _, Operator::Known | Operator::Unknown) => None,
                (_, Kind::Choice, _) => Some(options(field)[0].code),
                (_, Kind::Date, Operator::Before | Operator::After) => Some("2026-01-31"),
                (Field::Country, ..) => Some("DE"),
                (Field::Owner | Field::Source | Field::Improvement, ..) => Some(id),
                (Field::Segment, ..) => Some("high-price"),
                (Field::Tag, ..) => Some("vip"),
                _ => Some("7"),
            };
            let values: Vec<&str> = value.into_iter().collect();
            let checked =
                check(&is(field.code(), *operator, &values)).unwrap_or_else(|wrong| panic!("{field:?} {operator:?}: {wrong:?}"));
            let places = checked.compile(1).bound.len();
            let expression = checked.compile(1).expression;
            assert!((1..=places).all(|place| expression.contains(&format!("?{place}"))), "{expression}");
            assert!(checked.sentence(&|_| Some("Ada".to_owned())).starts_with("Customers who"), "{field:?}");
        }
    }
}

#[test]
fn what_may_go_away_is_named() {
    let id = "01900000-0000-7000-8000-000000000001";
    let filter = Filter::All(vec![is("tag", Operator::NoneOf, &["vip"]), is("owner", Operator::OneOf, &[id, "none"])]);
    let names = check(&filter).unwrap().names();
    assert_eq!((names.tags.len(), names.people.len(), names.sources.len()), (1, 1, 0));
    assert_eq!(filter.digest().len(), 32);
    assert_ne!(filter.digest(), lost_dear_and_german().digest());
}

proptest! {
    /// Nothing that somebody types is ever part of a statement.
    #[test]
    fn values_reach_a_statement_as_bound_values_only(value in "[^\\p{Cc}]{1,40}", operator in prop_oneof![Just(Operator::OneOf), Just(Operator::NoneOf)]) {
        let plain = check(&is("tag", operator, &["x"])).unwrap().compile(1);
        if let Ok(checked) = check(&is("tag", operator, &[&value])) {
            let compiled = checked.compile(1);
            prop_assert_eq!(&compiled.expression, &plain.expression);
            prop_assert_eq!(&compiled.bound, &vec![Bound::Text(serde_json::to_string(&[value.trim()]).unwrap())]);
        }
        for field in ["tier", "value", "country", "trait:plan", "segment", "orders"] {
            if let Ok(checked) = check(&is(field, operator, &[&value])) {
                let expression = checked.compile(1).expression;
                prop_assert!(expression.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.,()? -'=<>|$/".contains(letter)));
            }
        }
    }
}
