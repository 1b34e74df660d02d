//! The entries, newest first, under the days of the shop's zone.

use leptos::prelude::*;
use shared::api::{AuditEntry, Object};

use crate::locale;
use crate::query;
use crate::router::{Step, go};
use crate::session::use_session;

#[component]
pub(super) fn Entries(entries: Vec<AuditEntry>) -> impl IntoView {
    let session = use_session();
    let zone = untrack(|| session.zone());
    let days = by_day(entries, |entry| locale::day_of(&entry.at, &zone));
    days.into_iter()
        .map(|(day, entries)| {
            let lines = entries.into_iter().map(|entry| view! { <Line entry zone=zone.clone() /> }).collect_view();
            view! {
                <section class="log-day">
                    <h2>{day}</h2>
                    <ol>{lines}</ol>
                </section>
            }
        })
        .collect_view()
}

#[component]
fn Line(entry: AuditEntry, zone: String) -> impl IntoView {
    let time = locale::time_of(&entry.at, &zone);
    let title = locale::moment(&entry.at, &zone);
    let place = entry.object.as_ref().and_then(place);
    let one = entry.object.as_ref().and_then(|object| object.id.as_ref().map(|id| format!("{}:{id}", object.kind)));
    let text = entry.text;
    let label = text.clone();
    view! {
        <li>
            <time datetime=entry.at title=title>{time}</time>
            <span class="what" dir="auto">{text}</span>
            <span class="row">
                {place.map(|(href, words)| view! { <a href=href>{words}</a> })}
                {one
                    .map(|one| {
                        let label = format!("Its history: {label}");
                        view! {
                            <button
                                type="button"
                                class="btn small quiet"
                                aria-label=label
                                on:click=move |_| go(&format!("{}{}", super::PATH, query::address(&[("object", &one)])), Step::Within)
                            >
                                "Its history"
                            </button>
                        }
                    })}
            </span>
        </li>
    }
}

/// Runs of the same day, in the order they come.
fn by_day<T>(entries: Vec<T>, day: impl Fn(&T) -> String) -> Vec<(String, Vec<T>)> {
    let mut days: Vec<(String, Vec<T>)> = Vec::new();
    for entry in entries {
        let day = day(&entry);
        match days.last_mut() {
            Some((last, entries)) if *last == day => entries.push(entry),
            _ => days.push((day, vec![entry])),
        }
    }
    days
}

/// Where what was changed can be seen.
fn place(object: &Object) -> Option<(String, &'static str)> {
    let (path, words) = match object.kind.as_str() {
        "person" => ("/settings/people", "People"),
        "token" => ("/settings/tokens", "Tokens"),
        "session" => ("/settings/sessions", "Sessions"),
        "shop" => ("/settings", "Shop"),
        "rates" => ("/settings/rates", "Rates"),
        "thresholds" => ("/radar", "Radar"),
        "import" => ("/data/history", "Imports"),
        "customer" => return object.id.as_ref().map(|id| (format!("/customers/{id}"), "Customer")),
        _ => return None,
    };
    Some((path.to_owned(), words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stand_under_their_days_in_order() {
        let days = by_day(vec!["b2", "b1", "a9", "b0"], |entry| entry.chars().take(1).collect());
        let expected = [("b", vec!["b2", "b1"]), ("a", vec!["a9"]), ("b", vec!["b0"])];
        assert_eq!(days, expected.map(|(day, entries)| (day.to_owned(), entries)));
    }

    #[test]
    fn a_customer_is_linked_by_id_and_what_has_no_page_is_not() {
        let object = |kind: &str, id: Option<&str>| Object { kind: kind.into(), id: id.map(Into::into), name: None };
        assert_eq!(place(&object("customer", Some("7"))), Some(("/customers/7".to_owned(), "Customer")));
        assert_eq!(place(&object("customer", None)), None);
        assert_eq!(place(&object("job", None)), None);
    }
}
