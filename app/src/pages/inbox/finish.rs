//! The end of a task: what came of it, and a note.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use shared::api::{Task, TaskChange};

use super::tasks::{Doing, Meaning, outcomes};
use crate::client::Failure;
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Field, Select, TextArea, open_while};

#[component]
pub(super) fn FinishDialog(doing: Doing, failure: RwSignal<Option<Failure>>) -> impl IntoView {
    let open = open_while(doing.finishing);
    view! {
        <Dialog open title="What came of it?">
            {move || doing.finishing.get_untracked().map(|task| view! { <Form task doing failure /> })}
        </Dialog>
    }
}

#[component]
fn Form(task: Task, doing: Doing, failure: RwSignal<Option<Failure>>) -> impl IntoView {
    let options: Vec<_> = outcomes(&task.kind).iter().map(|(code, name)| ((*code).to_owned(), (*name).to_owned())).collect();
    let outcome = RwSignal::new(options.first().map(|(code, _)| code.clone()).unwrap_or_default());
    let note = RwSignal::new(task.note.clone().unwrap_or_default());
    let link = RwSignal::new(String::new());
    let is_video = task.kind == "video";
    let error = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
    };
    let title = task.title.clone();
    let task = StoredValue::new(task);
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let some = |text: RwSignal<String>| Some(text.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        let change = TaskChange {
            state: Some("done".to_owned()),
            outcome: Some(outcome.get_untracked()),
            note: some(note),
            link: some(link).filter(|_| is_video),
            ..TaskChange::default()
        };
        let said = task.with_value(|task| match &task.customer_name {
            Some(name) => format!("Done for {name}."),
            None => format!("Done: {}.", task.title),
        });
        doing.change.run((task.get_value(), change, said));
    };
    const FIELDS: [&str; 3] = ["outcome", "note", "link"];
    let general = move || failure.get().filter(|failure| FIELDS.iter().all(|field| failure.field(field).is_none()));
    view! {
        <form novalidate on:submit=save>
            <p dir="auto"><b>{title}</b></p>
            <Select label="What came of it" value=outcome options=Signal::stored(options) error=error("outcome") />
            <Meaning outcome=Signal::derive(move || outcome.get()) />
            {is_video.then(|| view! { <Field label="Where the video lies" value=link kind="url" error=error("link") hint="Its address, beginning with https://. It is shown on a page of ours with the person's name." /> })}
            <TextArea label="Note for the team, if you like" value=note rows=3 error=error("note") />
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| doing.finishing.set(None)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy=doing.busy>"Done"</Button>
            </div>
        </form>
    }
}
