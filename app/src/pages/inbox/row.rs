//! One task with its outcome.

use leptos::prelude::*;
use shared::api::{CodeState, Intervention, InterventionChange, InterventionOutcome, InterventionState};

use super::{Acts, said};
use crate::components::{Button, ButtonKind, DateText};
use crate::locale;
use crate::session::use_session;

#[component]
pub(super) fn Row(task: Intervention, acts: Acts) -> impl IntoView {
    let session = use_session();
    let is_late =
        task.state.is_open() && task.due_at.as_deref().is_some_and(|due| locale::millis(due) < untrack(|| session.now()));
    let customer = task.customer_name.clone();
    let whose = StoredValue::new(format!(" for {customer}"));
    let address = format!("/customers/{}", task.customer);
    let depth = (task.depth > 0).then(|| format!("{} % off", f64::from(task.depth) / 10.0));
    let code = task.code.as_ref().map(code_words);
    let link = task.link.clone();
    let owner = task.owner.as_ref().map_or_else(|| "Nobody yet".to_owned(), |owner| owner.name.clone());
    let due = task.due_at.clone();
    let outcome = outcome_words(&task);
    let note = task.note.clone();
    let is_open = task.state.is_open();
    let task = StoredValue::new(task);
    let done = move |outcome: InterventionOutcome| {
        let task = task.get_value();
        let words = said(&task.customer_name, outcome);
        let change =
            InterventionChange { state: Some(InterventionState::Done), outcome: Some(outcome), ..InterventionChange::default() };
        acts.change.run((task, change, words));
    };
    let others = [InterventionOutcome::Declined, InterventionOutcome::NotReached];
    view! {
        <tr>
            <th scope="row"><a href=address dir="auto">{customer}</a></th>
            <td>
                <span dir="auto">{task.with_value(|task| task.name.clone())}</span>
                {depth.map(|depth| view! { <span class="s">" · " {depth}</span> })}
                {code.map(|code| view! { <div class="s" dir="auto">{code}</div> })}
                {link.map(|link| view! { <div class="s"><a href=link rel="external noopener" target="_blank">"Booking page"</a></div> })}
                {note.map(|note| view! { <div class="s cut-2" dir="auto">{note}</div> })}
            </td>
            <td dir="auto">{owner}</td>
            <td>
                {match due {
                    Some(at) => view! { <DateText at /> }.into_any(),
                    None => view! { <span class="m">"No day"</span> }.into_any(),
                }}
                {is_late.then(|| view! { <div class="s loss">"Late"</div> })}
                {outcome.map(|words| view! { <div class="s">{words}</div> })}
            </td>
            <td class="acts">
                <Show when=move || is_open>
                    <Button small=true kind=ButtonKind::Primary busy=acts.busy on_press=move |_| done(InterventionOutcome::Accepted)>
                        "Done, accepted" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                    {others
                        .map(|outcome| {
                            view! {
                                <Button small=true busy=acts.busy on_press=move |_| done(outcome)>
                                    {outcome.name()} <span class="unseen">{whose.get_value()}</span>
                                </Button>
                            }
                        })
                        .collect_view()}
                </Show>
            </td>
        </tr>
    }
}

fn code_words(code: &shared::api::Code) -> String {
    match (&code.text, code.state) {
        (Some(text), CodeState::Redeemed) => format!("{text}, {}, used", code.benefit),
        (Some(text), _) => format!("{text}, {}", code.benefit),
        (None, CodeState::Failed | CodeState::Revoked) => "Its code could not be made".to_owned(),
        (None, _) => "Its code is on its way".to_owned(),
    }
}

fn outcome_words(task: &Intervention) -> Option<String> {
    if task.state == InterventionState::Cancelled {
        return Some("Cancelled".to_owned());
    }
    let said = task.outcome.map(|outcome| outcome.name().to_owned());
    match (said, task.returned) {
        (Some(said), Some(true)) => Some(format!("{said}, and came back")),
        (None, Some(true)) => Some("Came back".to_owned()),
        (said, _) => said,
    }
}
