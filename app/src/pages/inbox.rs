//! The inbox: what people of the team are to do for customers, until when, and what came of it.

mod finish;
mod row;
mod tasks;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Intervention, InterventionAnswer, InterventionChange, InterventionOutcome, InterventionState, Interventions};

use self::row::Row;
use self::tasks::Tasks;
use crate::client::{self, Failure};
use crate::components::{Button, EmptyState, FailureNotice, PageHead, Select, Table, announce};
use crate::pages::settings::frame::{Answer, loaded};

/// What somebody did last, which one click takes back.
#[derive(Debug, Clone, PartialEq)]
struct LastDone {
    id: String,
    version: u32,
    said: String,
}

/// What its rows ask for.
#[derive(Clone, Copy)]
struct Acts {
    change: Callback<(Intervention, InterventionChange, String)>,
    busy: RwSignal<bool>,
}

const LISTS: [(&str, &str); 4] = [
    ("owner=me&state=planned,started", "Mine, to do"),
    ("state=planned,started", "Everybody's, to do"),
    ("owner=me&state=done,cancelled", "Mine, done"),
    ("state=done,cancelled", "Everybody's, done"),
];

#[component]
pub fn InboxPage() -> impl IntoView {
    let answer: Answer<Vec<Intervention>> = RwSignal::new(None);
    let list = RwSignal::new(LISTS[0].0.to_owned());
    let last = RwSignal::new(None::<LastDone>);
    let failure = RwSignal::new(None::<Failure>);
    let busy = RwSignal::new(false);
    let load = Callback::new(move |()| {
        let path = format!("/api/interventions?by=person&limit=200&{}", list.get_untracked());
        spawn_local(async move {
            let got = client::get::<Interventions>(&path).await.map(|answer| answer.interventions);
            answer.try_set(Some(got));
        });
    });
    Effect::new(move || {
        list.track();
        load.run(());
    });
    let change = Callback::new(move |(task, change, said): (Intervention, InterventionChange, String)| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let path = format!("/api/interventions/{}", task.id);
            let got = client::patch::<_, InterventionAnswer>(&path, task.version, &change).await;
            busy.try_set(false);
            match got {
                Ok(InterventionAnswer { intervention }) => {
                    announce(said.clone());
                    let is_done = intervention.state == InterventionState::Done;
                    let undo = LastDone { id: intervention.id.to_string(), version: intervention.version, said };
                    last.try_set(is_done.then_some(undo));
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
            load.run(());
        });
    });
    let acts = Acts { change, busy };
    let undo = move |_| {
        let Some(LastDone { id, version, .. }) = last.get_untracked() else { return };
        last.set(None);
        spawn_local(async move {
            let open = InterventionChange { state: Some(InterventionState::Planned), ..InterventionChange::default() };
            match client::patch::<_, InterventionAnswer>(&format!("/api/interventions/{id}"), version, &open).await {
                Ok(_) => announce("It is to do again."),
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
            load.run(());
        });
    };
    let lists = LISTS.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec();
    view! {
        <PageHead title="Inbox" lead=|| "What people do for customers: calls, videos, replies, introductions. Each has somebody and a day.">
            <Select label="Show" value=list options=Signal::stored(lists) bare=true />
        </PageHead>
        <div class="stack">
            {move || {
                last.get()
                    .map(|LastDone { said, .. }| {
                        view! {
                            <div class="notice good" role="status">
                                <div class="acts">
                                    <span dir="auto">{said}</span>
                                    " "
                                    <Button small=true on_press=undo>"Undo"</Button>
                                </div>
                            </div>
                        }
                    })
            }}
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <Tasks list />
            {loaded(answer, load, move |tasks| view! { <List tasks acts is_open=Signal::derive(move || list.with(|list| list.contains("planned"))) /> }.into_any())}
        </div>
    }
}

#[component]
fn List(tasks: Vec<Intervention>, acts: Acts, is_open: Signal<bool>) -> impl IntoView {
    if tasks.is_empty() {
        let (title, text) = if is_open.get_untracked() {
            (
                "No offer to bring by hand",
                "A task comes here when an offer for a customer is something that a person does: begin one from a customer's page or from Radar.",
            )
        } else {
            ("Nothing done yet", "What is done or cancelled stays here, with what came of it.")
        };
        return view! { <EmptyState title><p>{text}</p></EmptyState> }.into_any();
    }
    // What is due first comes first; what has no day comes last.
    let mut tasks = tasks;
    if is_open.get_untracked() {
        tasks.sort_by_key(|task| (task.due_at.is_none(), task.due_at.clone()));
    }
    view! {
        <section class="panel register">
            <div class="section-head"><h2>"Offers that a person brings"</h2></div>
            <Table caption="Tasks" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"Who"</th>
                        <th scope="col">"Due"</th>
                        <th scope="col"><span class="unseen">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{tasks.into_iter().map(|task| view! { <Row task acts /> }).collect_view()}</tbody>
            </Table>
        </section>
    }
    .into_any()
}

/// In the past tense, for the notice above the list.
fn said(name: &str, outcome: InterventionOutcome) -> String {
    format!("Done for {name}: {}.", outcome.name().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_is_said_in_a_sentence() {
        assert_eq!(said("Ada", InterventionOutcome::NotReached), "Done for Ada: not reached.");
    }
}
