//! Adding codes that were made somewhere else.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CodeUpload, CodeUploadAnswer, CodeUploaded, FulfilmentWay};

use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Notice, NoticeKind, TextArea, announce, open_while};
use crate::format::plural;
use crate::locale;

#[component]
pub(super) fn UploadDialog(uploading: RwSignal<Option<FulfilmentWay>>, on_done: Callback<()>) -> impl IntoView {
    let open = open_while(uploading);
    view! {
        <Dialog open title="Add codes">
            {move || uploading.get_untracked().map(|way| view! { <Form way uploading on_done /> })}
        </Dialog>
    }
}

#[component]
fn Form(way: FulfilmentWay, uploading: RwSignal<Option<FulfilmentWay>>, on_done: Callback<()>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let uploaded = RwSignal::new(None::<CodeUploaded>);
    let error = Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("codes"))));
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let body = CodeUpload { fulfilment: way.id.clone(), codes: text.get_untracked() };
        spawn_local(async move {
            let got = client::post::<_, CodeUploadAnswer>("/api/code-pools", &body).await;
            busy.try_set(false);
            match got {
                Ok(CodeUploadAnswer { upload }) => {
                    announce(words(&upload, locale::count));
                    text.try_set(String::new());
                    uploaded.try_set(Some(upload));
                    on_done.run(());
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let general = move || failure.get().filter(|failure| failure.field("codes").is_none());
    view! {
        <form novalidate on:submit=save>
            <TextArea label="Codes" value=text rows=8 error hint="One a line, or the first column of a table. The same lines again store nothing twice." />
            {move || uploaded.get().map(|upload| view! { <Uploaded upload /> })}
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| uploading.set(None)>"Close"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Add"</Button>
            </div>
        </form>
    }
}

#[component]
fn Uploaded(upload: CodeUploaded) -> impl IntoView {
    let kind = if upload.bad_count > 0 { NoticeKind::Warning } else { NoticeKind::Good };
    let bad =
        upload.bad.iter().take(5).map(|bad| view! { <li>{format!("Line {}: {}", bad.line, bad.reason)}</li> }).collect_view();
    view! {
        <Notice kind>
            <p>{words(&upload, locale::count)}</p>
            {(upload.bad_count > 0).then(|| view! { <ul>{bad}</ul> })}
        </Notice>
    }
}

/// `count` writes a number as its reader does.
fn words(upload: &CodeUploaded, count: fn(u64) -> String) -> String {
    let CodeUploaded { stored, duplicate, bad_count, .. } = upload;
    let mut parts = vec![format!("{} {} added", count(*stored), plural(*stored, "code", "codes"))];
    if *duplicate > 0 {
        parts.push(format!("{} known already", count(*duplicate)));
    }
    if *bad_count > 0 {
        parts.push(format!("{} {} no code", count(*bad_count), plural(*bad_count, "line is", "lines are")));
    }
    format!("{}.", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_became_of_an_upload_is_one_sentence() {
        let upload = |stored, duplicate, bad_count| CodeUploaded { stored, duplicate, bad: Vec::new(), bad_count };
        assert_eq!(words(&upload(1, 0, 0), |n| n.to_string()), "1 code added.");
        assert_eq!(words(&upload(2, 3, 1), |n| n.to_string()), "2 codes added, 3 known already, 1 line is no code.");
    }
}
