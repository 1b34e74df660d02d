//! What people do for campaigns: calls, videos, replies, exports; each with its script, its due time and what came of it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, Role, Task, TaskChange, TaskResponse, TasksResponse};

use super::finish::FinishDialog;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, DateText, FailureNotice, Notice, NoticeKind, announce};
use crate::format;
use crate::locale;
use crate::pages::settings::frame::{Answer, loaded};
use crate::query::address;
use crate::session::use_session;

/// What its parts ask for.
#[derive(Clone, Copy)]
pub(super) struct Doing {
    pub finishing: RwSignal<Option<Task>>,
    pub busy: RwSignal<bool>,
    /// A task with what changes of it, and what is said of it then.
    pub change: Callback<(Task, TaskChange, String)>,
    may: Memo<bool>,
}

/// `list` is the choice above: mine or everybody's, to do or done.
#[component]
pub(super) fn Tasks(list: RwSignal<String>) -> impl IntoView {
    let session = use_session();
    let answer: Answer<Vec<Task>> = RwSignal::new(None);
    let failure = RwSignal::new(None::<Failure>);
    // What somebody did last, which one click takes back.
    let last = RwSignal::new(None::<(Task, String)>);
    let finishing = RwSignal::new(None::<Task>);
    let busy = RwSignal::new(false);
    let load = Callback::new(move |()| {
        let (owner, state) = list.with_untracked(|list| asked(list));
        let path = format!("/api/tasks{}", address(&[("state", state), ("owner", owner)]));
        spawn_local(async move {
            let got = client::get::<TasksResponse>(&path).await.map(|answer| answer.tasks);
            answer.try_set(Some(got));
        });
    });
    Effect::new(move || {
        list.track();
        load.run(());
    });
    let send = move |task: Task, change: TaskChange, said: String, can_undo: bool| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let got = client::patch::<_, TaskResponse>(&format!("/api/tasks/{}", task.id), task.version, &change).await;
            busy.try_set(false);
            match got {
                Ok(TaskResponse { task }) => {
                    announce(said.clone());
                    finishing.try_set(None);
                    last.try_set(can_undo.then_some((task, said)));
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
            load.run(());
        });
    };
    let change = Callback::new(move |(task, change, said): (Task, TaskChange, String)| {
        let ends = change.state.is_some();
        send(task, change, said, ends);
    });
    let undo = move |_| {
        if let Some((task, _)) = last.get_untracked() {
            let open = TaskChange { state: Some("open".to_owned()), ..TaskChange::default() };
            send(task, open, "It is to do again.".to_owned(), false);
        }
    };
    // Customer success works for its own customers; the server knows whose they are.
    let may = Memo::new(move |_| {
        session.may(Permission::Edit) || session.get().is_some_and(|session| session.user.role == Role::Success)
    });
    let doing = Doing { finishing, busy, change, may };
    view! {
        {move || last.get().map(|(_, said)| view! {
            <div class="notice good" role="status">
                <div class="acts"><span dir="auto">{said}</span> " " <Button small=true busy on_press=undo>"Undo"</Button></div>
            </div>
        })}
        {move || failure.get().filter(|_| finishing.with(Option::is_none)).map(|failure| view! { <FailureNotice failure /> })}
        {loaded(answer, load, move |tasks| view! { <List tasks doing /> }.into_any())}
        <FinishDialog doing failure />
    }
}

/// Of the choice above the list: whose, and in which state.
fn asked(list: &str) -> (&'static str, &'static str) {
    let owner = if list.contains("owner=me") { "me" } else { "" };
    let state = if list.contains("planned") { "open" } else { "done" };
    (owner, state)
}

#[component]
fn List(tasks: Vec<Task>, doing: Doing) -> impl IntoView {
    let empty = tasks.is_empty();
    let count = tasks.len() as u64;
    let items = tasks.into_iter().map(|task| view! { <One task doing /> }).collect_view();
    view! {
        <section class="panel" aria-label="Tasks of campaigns">
            <div class="section-head">
                <h2>"Tasks of campaigns"</h2>
                <span class="s">{format!("{} {}", locale::count(count), format::plural(count, "task", "tasks"))}</span>
            </div>
            {empty.then(|| view! { <p class="pad m">"None here. A campaign that calls people, or somebody who answers, makes one."</p> })}
            <ul>{items}</ul>
        </section>
    }
}

#[component]
fn One(task: Task, doing: Doing) -> impl IntoView {
    let session = use_session();
    let is_open = task.state == "open";
    let is_late = is_open && locale::millis(&task.due_at) < untrack(|| session.now());
    let Task {
        kind, title, campaign, campaign_name, customer, customer_name, value, script, owner, due_at, outcome, note, ..
    } = task.clone();
    let who = customer.zip(customer_name.clone()).map(|(id, name)| {
        view! { <a href=format!("/customers/{id}") dir="auto">{name}</a> " · " }
    });
    let from = campaign.zip(campaign_name).map(|(id, name)| {
        view! { " · " <a href=format!("/campaigns/{id}/live") dir="auto">{name}</a> }
    });
    let parts = script
        .into_iter()
        .map(|(part, words)| view! { <div><h3>{format::words(&part)}</h3><p dir="auto">{words}</p></div> })
        .collect_view();
    let owned = owner.is_some();
    let whose = StoredValue::new(customer_name.map_or_else(|| format!(" {title}"), |name| format!(" for {name}")));
    let unseen = move || view! { <span class="unseen">{whose.get_value()}</span> };
    let task = StoredValue::new(task);
    let take = move |_| {
        let Some(me) = untrack(|| session.get()).map(|session| session.user.id) else { return };
        let change = TaskChange { owner: Some(Some(me)), ..TaskChange::default() };
        doing.change.run((task.get_value(), change, "It is yours.".to_owned()));
    };
    let cancel = move |_| {
        let change = TaskChange { state: Some("cancelled".to_owned()), ..TaskChange::default() };
        doing.change.run((task.get_value(), change, "The task is cancelled.".to_owned()));
    };
    view! {
        <li class="todo-task">
            <div>
                <p>{who} <b dir="auto">{title}</b> " " <span class="chip">{kind_name(&kind)}</span> {value.map(|value| view! { " " <span class="chip">{value.name()}</span> })}</p>
                <p class="s">
                    "due " <DateText at=due_at /> {is_late.then(|| view! { " · " <b class="loss">"late"</b> })}
                    " · " <span dir="auto">{owner.map_or_else(|| "nobody yet".to_owned(), |owner| owner.name)}</span> {from}
                </p>
            </div>
            <div class="script">{parts}</div>
            {outcome.map(|outcome| view! { <p>"Came of it: " <b>{outcome_name(&outcome)}</b></p> })}
            {note.map(|note| view! { <p class="s" dir="auto">{note}</p> })}
            <Show when=move || is_open && doing.may.get()>
                <div class="row">
                    <Button small=true kind=ButtonKind::Primary on_press=move |_| doing.finishing.set(Some(task.get_value()))>"Done…" {unseen()}</Button>
                    {(!owned).then(|| view! { <Button small=true busy=doing.busy on_press=take>"Take it" {unseen()}</Button> })}
                    <Button small=true busy=doing.busy on_press=cancel>"Cancel" {unseen()}</Button>
                </div>
            </Show>
        </li>
    }
}

/// Outcomes that a task of a kind may have, in the order of their use.
pub(super) fn outcomes(kind: &str) -> &'static [(&'static str, &'static str)] {
    match kind {
        "call" | "account" => &[
            ("reached", "Reached them"),
            ("interested", "Reached them: interested"),
            ("declined", "Reached them: not interested"),
            ("not_reached", "Not reached"),
            ("opted_out", "Asked for no more messages"),
            ("other", "Something else"),
        ],
        "reply" => &[
            ("interested", "Answered: interested"),
            ("declined", "Answered: not interested"),
            ("opted_out", "Asked for no more messages"),
            ("other", "Something else"),
        ],
        _ => &[("sent", "Done"), ("opted_out", "Asked for no more messages"), ("other", "Something else")],
    }
}

fn outcome_name(code: &str) -> String {
    let known = ["call", "reply", ""].into_iter().flat_map(outcomes).find(|(known, _)| *known == code);
    known.map_or_else(|| format::words(code), |(_, name)| (*name).to_owned())
}

fn kind_name(kind: &str) -> String {
    match kind {
        "account" => "Account manager".to_owned(),
        "audience" => "Ad audience".to_owned(),
        "post" => "To post".to_owned(),
        other => format::words(other),
    }
}

/// What an outcome means for the person, where it means something.
#[component]
pub(super) fn Meaning(outcome: Signal<String>) -> impl IntoView {
    move || {
        (outcome.get() == "opted_out").then(|| {
            view! {
                <Notice kind=NoticeKind::Warning title="They get nothing more">
                    "Every planned message to them is given up, over all channels and from all campaigns. Only they themselves can lift it."
                </Notice>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_above_tells_whose_and_in_which_state() {
        let asked_of = super::super::LISTS.map(|(list, _)| asked(list));
        assert_eq!(asked_of, [("me", "open"), ("", "open"), ("me", "done"), ("", "done")]);
    }

    #[test]
    fn every_kind_can_end_with_an_opt_out() {
        for kind in ["call", "video", "account", "reply", "post", "audience"] {
            assert!(outcomes(kind).iter().any(|(code, _)| *code == "opted_out"), "{kind}");
        }
        assert_eq!((outcome_name("not_reached"), outcome_name("new_code")), ("Not reached".to_owned(), "New code".to_owned()));
    }
}
