use leptos::prelude::*;
use shared::api::{Importance, Tried, Validation};

use crate::charts::Calibration;
use crate::components::Table;
use crate::locale;

/// How well one question was answered on days that the model had not seen: in words, against the other ways that were tried, group
/// by group, and by what.
#[component]
pub(super) fn StudyPanel(
    study: Validation,
    title: &'static str,
    /// What happened to them, such as "left".
    verb: &'static str,
) -> impl IntoView {
    let Validation { learner, text, origins, tried, calibration, importance } = study;
    let days = match origins.as_slice() {
        [] => String::new(),
        [only] => format!("Asked on {}.", locale::day(only)),
        [first, .., last] => {
            format!("Asked on {} past days from {} to {}.", origins.len(), locale::day(first), locale::day(last))
        }
    };
    let ranks = tried.iter().find(|tried| tried.learner == learner).and_then(|tried| ranked(tried, verb));
    view! {
        <section class="panel pad stack">
            <h2>{title}</h2>
            <p>{text}</p>
            {ranks.map(|ranks| view! { <p>{ranks}</p> })}
            <div class="two">
                <div class="stack">
                    <h3>"Predicted, and what happened"</h3>
                    {if calibration.is_empty() {
                        view! { <p class="m">"Too few to compare in groups."</p> }.into_any()
                    } else {
                        view! { <Calibration bins=calibration verb /> }.into_any()
                    }}
                </div>
                <div class="stack">
                    <h3>"What moves predictions most"</h3>
                    <Weights importance />
                </div>
            </div>
            <Learners tried chosen=learner verb />
            <p class="s">{days}</p>
        </section>
    }
}

/// All that were tried; the chosen one is said so in a word.
#[component]
fn Learners(tried: Vec<Tried>, chosen: String, verb: &'static str) -> impl IntoView {
    let rows = tried
        .into_iter()
        .map(|tried| {
            let is_chosen = tried.learner == chosen;
            view! {
                <tr>
                    <th scope="row">{learner(&tried.learner)} {is_chosen.then(|| view! { " " <span class="chip">"in use"</span> })}</th>
                    <td class="num">{tried.auc.map_or_else(|| "not told".to_owned(), |auc| format!("{:.1}\u{a0}%", auc * 100.0))}</td>
                    <td class="num">{format!("{:.4}", tried.brier)}</td>
                    <td class="num">{format!("{:.1}", tried.ece * 100.0)}</td>
                    <td class="num">{format!("{} of {}", locale::count(tried.happened.into()), locale::count(tried.customers.into()))}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table caption="What was tried, on customers whom none had learned from">
            <thead>
                <tr>
                    <th scope="col">"Way"</th>
                    <th scope="col" class="num">"Pairs in the right order"</th>
                    <th scope="col" class="num">"Squared error (Brier)"</th>
                    <th scope="col" class="num">"Off by, in per cent points"</th>
                    <th scope="col" class="num">{format!("Who {verb}")}</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
    }
}

/// In words with a bar: the longest moves most.
#[component]
fn Weights(importance: Vec<Importance>) -> impl IntoView {
    if importance.is_empty() {
        return view! { <p class="m">"Purchase histories alone: how often they ordered, and how long ago."</p> }.into_any();
    }
    let most = importance.iter().map(|one| one.weight).fold(0.0, f64::max);
    let items = importance
        .into_iter()
        .map(|Importance { text, weight, .. }| {
            let width = if most > 0.0 { 100.0 * weight / most } else { 0.0 };
            view! {
                <li>
                    <span>{text}</span>
                    <span class="num">{format!("{weight:.2}")}</span>
                    <span class="part" aria-hidden="true"><span class="even" style=format!("width:{width:.1}%")></span></span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="parts">{items}</ul> <p class="s">"By how much each moves a prediction on average, up or down (log odds)."</p> }
        .into_any()
}

fn learner(code: &str) -> &'static str {
    match code {
        "recency" => "Days since the last order alone",
        "history" => "Purchase histories alone",
        "logistic" => "All signals, each with a weight",
        "boosted" => "All signals, in decision trees",
        _ => "Another way",
    }
}

/// The area under the curve as what it is: the share of pairs in the right order.
fn ranked(tried: &Tried, verb: &str) -> Option<String> {
    let pairs = tried.auc.map(|auc| 100.0 * auc)?;
    Some(format!(
        "Of 100 pairs of one who {verb} and one who did not, it put {pairs:.0} in the right order; a coin would put 50."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranking_is_told_in_pairs_and_not_at_all_where_there_are_none() {
        let tried =
            |auc| Tried { learner: "boosted".to_owned(), customers: 9, happened: 3, auc, brier: 0.1, log_loss: 0.3, ece: 0.01 };
        assert!(ranked(&tried(Some(0.824)), "left").is_some_and(|text| text.contains("it put 82 in")));
        assert_eq!(ranked(&tried(None), "left"), None);
    }

    #[test]
    fn every_way_that_a_card_names_has_words() {
        let known: Vec<_> = ["recency", "history", "logistic", "boosted"].into_iter().map(learner).collect();
        assert!(!known.contains(&learner("one of a later version")));
    }
}
