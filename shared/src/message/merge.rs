//! Two people's changes to one draft, brought together field by field, so that neither overwrites the other silently.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Draft;

/// Both changes in one draft.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    pub draft: Draft,
    /// Paths of the fields that both changed, each to something else, such as `steps[1].parts.opening`: `draft` has mine. Nothing is
    /// to be saved before a person has chosen.
    pub both: Vec<String>,
}

/// What becomes of `mine` and `theirs`, both made from `base`.
///
/// A step's text, timing, channels and angle are fields of their own; a choice of words is one field, whoever changed what of it.
pub fn merge(base: &Draft, mine: &Draft, theirs: &Draft) -> Merged {
    let json = |draft: &Draft| serde_json::to_value(draft).unwrap_or_default();
    let (merged, both) = merge_values(&json(base), &json(mine), &json(theirs));
    match serde_json::from_value(merged) {
        Ok(draft) => Merged { draft, both },
        Err(_) => Merged { draft: mine.clone(), both: vec![String::new()] },
    }
}

/// The same of what more stands beside a draft, as JSON: what becomes of it, and the paths that both changed.
pub fn merge_values(base: &Value, mine: &Value, theirs: &Value) -> (Value, Vec<String>) {
    let mut both = Vec::new();
    let merged = three(Some(base), Some(mine), Some(theirs), "", &mut both);
    (merged.unwrap_or_default(), both)
}

/// Paths of the fields in which two drafts differ.
pub fn differences(one: &Draft, other: &Draft) -> Vec<String> {
    let json = |draft: &Draft| serde_json::to_value(draft).unwrap_or_default();
    let mut paths = Vec::new();
    walk(Some(&json(one)), Some(&json(other)), "", &mut paths);
    paths
}

fn walk(one: Option<&Value>, other: Option<&Value>, path: &str, paths: &mut Vec<String>) {
    match (one, other) {
        _ if one == other => {}
        (Some(Value::Object(one)), Some(Value::Object(other))) if !is_choice(one) && !is_choice(other) => {
            for key in keys(one, other) {
                walk(one.get(key), other.get(key), &below(path, key), paths);
            }
        }
        (Some(Value::Array(one)), Some(Value::Array(other)))
            if one.len() == other.len() && one.iter().chain(other).all(Value::is_object) =>
        {
            for (place, (one, other)) in one.iter().zip(other).enumerate() {
                walk(Some(one), Some(other), &format!("{path}[{place}]"), paths);
            }
        }
        _ => paths.push(path.to_owned()),
    }
}

fn three(
    base: Option<&Value>,
    mine: Option<&Value>,
    theirs: Option<&Value>,
    path: &str,
    both: &mut Vec<String>,
) -> Option<Value> {
    if mine == theirs || theirs == base {
        return mine.cloned();
    }
    if mine == base {
        return theirs.cloned();
    }
    match (mine, theirs) {
        (Some(Value::Object(mine)), Some(Value::Object(theirs))) if !is_choice(mine) && !is_choice(theirs) => {
            let empty = Map::new();
            let base = base.and_then(Value::as_object).unwrap_or(&empty);
            let fields = keys(mine, theirs).into_iter().filter_map(|key| {
                Some((key.clone(), three(base.get(key), mine.get(key), theirs.get(key), &below(path, key), both)?))
            });
            Some(Value::Object(fields.collect()))
        }
        (Some(Value::Array(mine)), Some(Value::Array(theirs)))
            if mine.len() == theirs.len() && mine.iter().chain(theirs).all(Value::is_object) =>
        {
            let base = base.and_then(Value::as_array).filter(|base| base.len() == mine.len());
            let items = mine.iter().zip(theirs).enumerate().filter_map(|(place, (mine, theirs))| {
                let base = base.and_then(|base| base.get(place));
                three(base, Some(mine), Some(theirs), &format!("{path}[{place}]"), both)
            });
            Some(Value::Array(items.collect()))
        }
        _ => {
            both.push(path.to_owned());
            mine.cloned()
        }
    }
}

/// Of both, each once.
fn keys<'a>(one: &'a Map<String, Value>, other: &'a Map<String, Value>) -> BTreeSet<&'a String> {
    one.keys().chain(other.keys()).collect()
}

fn below(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// A [`Choice`](super::Choice): its words and where they come from belong together.
fn is_choice(fields: &Map<String, Value>) -> bool {
    fields.contains_key("by")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Brief, Choice, Slot};

    fn base() -> Draft {
        Draft::new(Brief::default())
    }

    fn own(text: &str) -> Choice {
        Choice::Own { text: text.to_owned() }
    }

    #[test]
    fn changes_of_different_fields_stand_side_by_side() {
        let (mut mine, mut theirs) = (base(), base());
        mine.steps[1].parts.insert(Slot::Opening, own("Mine."));
        mine.steps[1].after_days = 9;
        theirs.steps[1].parts.insert(Slot::Closing, own("Theirs."));
        theirs.steps[1].subjects[1] = own("Theirs");
        theirs.brief.product = Some("tea".to_owned());
        let merged = merge(&base(), &mine, &theirs);
        assert_eq!(merged.both, Vec::<String>::new());
        let step = &merged.draft.steps[1];
        assert_eq!((step.after_days, &step.subjects[1]), (9, &own("Theirs")));
        assert_eq!(step.parts.keys().collect::<Vec<_>>(), [&Slot::Opening, &Slot::Closing]);
        assert_eq!(merged.draft.brief.product.as_deref(), Some("tea"));
        assert_eq!(merge(&base(), &theirs, &mine).draft, merged.draft);
    }

    #[test]
    fn a_field_that_both_changed_is_named_and_never_mixed() {
        let (mut mine, mut theirs) = (base(), base());
        mine.steps[0].subjects[0] = own("Mine");
        theirs.steps[0].subjects[0] = Choice::Model { text: "Theirs".to_owned(), model: "m".to_owned() };
        mine.brief.product = Some("tea".to_owned());
        theirs.brief.product = Some("tea".to_owned());
        let merged = merge(&base(), &mine, &theirs);
        assert_eq!(merged.both, ["steps[0].subjects[0]"]);
        assert_eq!(merged.draft, mine);
    }

    #[test]
    fn what_one_takes_back_and_the_other_leaves_is_gone() {
        let mut base = base();
        base.steps[2].parts.insert(Slot::Body, own("Old."));
        let mut mine = base.clone();
        mine.steps[2].parts.clear();
        let mut theirs = base.clone();
        theirs.steps[3].after_days = 3;
        let merged = merge(&base, &mine, &theirs);
        assert!(merged.both.is_empty() && merged.draft.steps[2].parts.is_empty() && merged.draft.steps[3].after_days == 3);
        let mut theirs = base.clone();
        theirs.steps[2].parts.insert(Slot::Body, own("New."));
        assert_eq!(merge(&base, &mine, &theirs).both, ["steps[2].parts.body"]);
    }

    #[test]
    fn differences_are_paths() {
        let mut other = base();
        other.steps[4].same_thread = true;
        other.steps[0].parts.insert(Slot::Action, own("Look"));
        assert_eq!(differences(&base(), &other), ["steps[0].parts.action", "steps[4].same_thread"]);
        assert_eq!(differences(&base(), &base()), Vec::<String>::new());
    }
}
