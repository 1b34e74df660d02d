//! A filter as a sentence.

use super::Checked;
use super::field::Field;
use super::test::{Column, Test};

impl Checked {
    /// `Customers who are lost, whose reason is price and whose last order was more than 90 days ago`. `of` gives the names of people
    /// and sources by their public ids.
    pub fn sentence(&self, of: &dyn Fn(&str) -> Option<String>) -> String {
        format!("Customers {}", phrase(self, of, true))
    }
}

fn phrase(checked: &Checked, of: &dyn Fn(&str) -> Option<String>, is_outer: bool) -> String {
    let (parts, word) = match checked {
        Checked::Is(test) => return clause(test, of),
        Checked::All(parts) => (parts, "and"),
        Checked::Any(parts) => (parts, "or"),
    };
    let clauses: Vec<String> = parts.iter().map(|part| phrase(part, of, false)).collect();
    let joined = joined(&clauses, word);
    if is_outer || parts.len() == 1 { joined } else { format!("({joined})") }
}

fn clause(test: &Test, of: &dyn Fn(&str) -> Option<String>) -> String {
    let not = |is: bool| if is { "" } else { "not " };
    let names = |ids: &[String]| -> Vec<String> {
        ids.iter().map(|id| of(id).unwrap_or_else(|| "somebody who is gone".to_owned())).collect()
    };
    match test {
        Test::OneOf { column, words, is, .. } => {
            let values = joined(words, if *is { "or" } else { "nor" });
            match column {
                Column::Of(Field::Tier | Field::Lifecycle | Field::Engagement | Field::WinBack) => {
                    format!("who are {}{values}", not(*is))
                }
                Column::Of(Field::ValueTier) => format!("who are {}of {values}", not(*is)),
                Column::Of(Field::Excluded) if words == &["not left out"] => format!("who are {}left out of offers", not(!*is)),
                Column::Of(Field::Excluded) => format!("who are {}left out for {values}", not(*is)),
                Column::Of(Field::Segment) => format!("who are {}in {values}", not(*is)),
                column => format!("whose {} is {}{values}", label(column), not(*is)),
            }
        }
        Test::Between { column, words, .. } => {
            let verb = match column {
                Column::Of(Field::FirstOrder | Field::LastOrder) => "was",
                Column::Of(Field::Orders) => "number",
                _ => "is",
            };
            format!("whose {} {verb} {words}", label(column))
        }
        Test::Known { column, is } => format!("whose {} is {}known", label(column), not(*is)),
        Test::Country { codes, is } => format!("who are {}from {}", not(*is), joined(codes, if *is { "or" } else { "nor" })),
        Test::Tagged { tags, is } => {
            let quoted: Vec<String> = tags.iter().map(|tag| format!("“{tag}”")).collect();
            format!("who are {}tagged {}", not(*is), joined(&quoted, "or"))
        }
        Test::Owned { people, nobody, is } => {
            let mut who = names(people);
            who.extend(nobody.then(|| "nobody".to_owned()));
            format!("who are {}looked after by {}", not(*is), joined(&who, "or"))
        }
        Test::From { sources, is } => {
            format!("who {}come from {}", if *is { "" } else { "do not " }, joined(&names(sources), "or"))
        }
        Test::Answered { improvements, is } => {
            let named = |id: &String| of(id).map_or_else(|| "something that is gone".to_owned(), |title| format!("“{title}”"));
            let titles: Vec<String> = improvements.iter().map(named).collect();
            format!("whom {} would {}bring back", joined(&titles, "or"), not(*is))
        }
        Test::Agreed { channels, is, .. } => {
            let names: Vec<String> = channels.iter().map(|channel| channel_name(channel).to_owned()).collect();
            format!("who {} marketing by {}", if *is { "agreed to" } else { "did not agree to" }, joined(&names, "or"))
        }
    }
}

fn channel_name(channel: &str) -> &str {
    match channel {
        "email" => "e-mail",
        "sms" => "SMS",
        other => other,
    }
}

fn label(column: &Column) -> String {
    match column {
        Column::Of(field) => lowered(field.name()),
        Column::Trait(_, name) => name.clone(),
    }
}

/// `Value` as it stands within a sentence; `P(return)` stays.
fn lowered(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), name.starts_with("P(")) {
        (Some(first), false) => first.to_lowercase().chain(letters).collect(),
        _ => name.to_owned(),
    }
}

fn joined(words: &[String], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
