//! How many touches of each step stand where.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::api::TouchCount;
use shared::campaign::State;

use super::super::editor::use_editor;
use super::super::words::{state_name, step_name};
use crate::components::Table;
use crate::locale;

/// Columns of the table: their names, and the states that stand together in them.
const COLUMNS: [(&str, &[State]); 5] = [
    ("To come", &[State::Planned, State::Held, State::Claimed]),
    ("Going out", &[State::Sending, State::Unknown]),
    ("Sent", &[State::Sent, State::Delivered, State::Complained, State::Task]),
    ("Bounced or refused", &[State::Bounced, State::Failed]),
    ("Not sent", &[State::Skipped]),
];

#[component]
pub(super) fn StepsPanel(counts: Vec<TouchCount>) -> impl IntoView {
    let editor = use_editor();
    if counts.is_empty() {
        return view! {
            <section class="panel pad stack" aria-label="Steps">
                <h2>"Steps"</h2>
                <p class="m">"Nothing is planned yet: that happens within minutes of the launch."</p>
            </section>
        }
        .into_any();
    }
    let name = |id: u8| {
        editor.now.with_untracked(|now| {
            let step = now.plan.steps.iter().find(|step| step.id == id);
            step.map_or_else(|| format!("Step {id}"), |step| format!("Step {id}: {}", step_name(step.message)))
        })
    };
    let rows = by_step(&counts)
        .into_iter()
        .map(|(id, sums)| {
            let cells = sums.map(|sum| view! { <td class="num">{locale::count(sum)}</td> }).collect_view();
            view! { <tr><th scope="row">{name(id)}</th>{cells}</tr> }
        })
        .collect_view();
    let heads = COLUMNS.map(|(name, _)| view! { <th scope="col" class="num">{name}</th> }).collect_view();
    let reasons = by_reason(&counts)
        .into_iter()
        .map(|(text, touches)| view! { <li><b>{locale::count(touches)}</b> " " {text}</li> })
        .collect_view();
    view! {
        <section class="panel" aria-label="Steps">
            <div class="section-head"><h2>"Steps"</h2> <span class="s">"messages, by where they stand"</span></div>
            <Table caption="Messages by step and state" unseen_caption=true>
                <thead><tr><th scope="col">"Step"</th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </Table>
            <div class="pad stack tight">
                <h3>"Why some wait or were not sent"</h3>
                <ul class="reasons-list">{reasons}</ul>
            </div>
        </section>
    }
    .into_any()
}

fn by_step(counts: &[TouchCount]) -> BTreeMap<u8, [u64; 5]> {
    let mut steps: BTreeMap<u8, [u64; 5]> = BTreeMap::new();
    for count in counts {
        let sums = steps.entry(count.step).or_default();
        for (sum, (_, states)) in sums.iter_mut().zip(COLUMNS) {
            if states.contains(&count.state) {
                *sum += count.touches;
            }
        }
    }
    steps
}

/// The most frequent first.
fn by_reason(counts: &[TouchCount]) -> Vec<(String, u64)> {
    let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
    for count in counts {
        if let Some(reason) = count.reason {
            let text = format!("{}: {}", state_name(count.state), reason.words());
            *reasons.entry(text).or_default() += count.touches;
        }
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, touches)| std::cmp::Reverse(*touches));
    reasons
}

#[cfg(test)]
mod tests {
    use shared::campaign::{Channel, Reason};

    use super::*;

    #[test]
    fn every_touch_of_somebody_who_is_contacted_stands_in_one_column() {
        for state in State::ALL.iter().filter(|state| **state != State::Ghost) {
            let columns = COLUMNS.iter().filter(|(_, states)| states.contains(state)).count();
            assert_eq!(columns, 1, "{state:?}");
        }
    }

    #[test]
    fn counts_add_up_by_step_and_by_reason() {
        let count = |step, state, reason, touches| TouchCount { step, channel: Channel::Email, state, reason, touches };
        let counts = [
            count(1, State::Delivered, None, 5),
            count(1, State::Sent, None, 2),
            count(1, State::Skipped, Some(Reason::OptedOut), 1),
            count(2, State::Held, Some(Reason::QuietHours), 4),
            count(2, State::Skipped, Some(Reason::OptedOut), 1),
        ];
        let steps = by_step(&counts);
        assert_eq!((steps.get(&1), steps.get(&2)), (Some(&[0, 0, 7, 0, 1]), Some(&[4, 0, 0, 0, 1])));
        let reasons = by_reason(&counts);
        assert_eq!(
            reasons.first().map(|(text, touches)| (text.as_str(), *touches)),
            Some(("Held: Outside the hours for this channel", 4))
        );
        assert_eq!(reasons.get(1).map(|(_, touches)| *touches), Some(2));
    }
}
