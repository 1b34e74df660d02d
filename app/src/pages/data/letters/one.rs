//! One dead letter: what is wrong beside what came, mended by hand and replayed, or dropped.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{DeadLetter, DeadLetterAnswer, DeadLetterChange, Permission};

use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Confirm, DateText, FailureNotice, Notice, NoticeKind, PageHead, Skeleton, TextArea, announce, standing,
};
use crate::pages::data::sources::raw;
use crate::router::{Step, go};
use crate::session::use_session;

const LIST: &str = "/data/dead-letters";

#[component]
pub fn LetterPage(id: String) -> impl IntoView {
    let letter = RwSignal::new(None::<Result<DeadLetter, Failure>>);
    let path = StoredValue::new(format!("/api/dead-letters/{id}"));
    let load = Callback::new(move |()| {
        letter.set(None);
        spawn_local(async move {
            let answer = client::get::<DeadLetterAnswer>(&path.get_value()).await.map(|answer| answer.dead_letter);
            letter.try_set(Some(answer));
        });
    });
    load.run(());
    let title = Signal::derive(move || {
        letter.with(|letter| match letter {
            Some(Ok(letter)) => format!("Dead letter: {}", letter.topic),
            _ => "Dead letter".to_owned(),
        })
    });
    view! {
        <p class="back s"><a href=LIST>"All dead letters"</a></p>
        <PageHead title />
        {move || match letter.get() {
            None => view! { <div class="panel pad"><Skeleton lines=8 /></div> }.into_any(),
            Some(Err(failure)) => view! { <FailureNotice failure retry=load /> }.into_any(),
            Some(Ok(letter)) => view! { <Shown letter path /> }.into_any(),
        }}
    }
}

#[component]
fn Shown(letter: DeadLetter, path: StoredValue<String>) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let begun = raw::laid_out(&letter.body);
    let body = RwSignal::new(begun.clone());
    let begun = StoredValue::new(begun);
    let open = letter.status == "dead";
    let version = RwSignal::new(letter.version);
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let dropping = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let settled = RwSignal::new(None::<String>);
    let unreadable = Memo::new(move |_| body.with(|body| json_error(body)));
    let error = Signal::derive(move || {
        let ours = tried.get().then(|| unreadable.get()).flatten();
        ours.or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("body"))))
    });
    let is_mended = Memo::new(move |_| body.with(|body| begun.with_value(|begun| body != begun)));
    let send = move |change: DeadLetterChange, done: &'static str| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::patch::<_, DeadLetterAnswer>(&path.get_value(), version.get_untracked(), &change).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce(done);
                    dropping.try_set(false);
                    go(LIST, Step::Page);
                }
                Err(refused) => match standing::<DeadLetter>(&refused) {
                    // What somebody else did with it stands; what was typed here stays to be copied.
                    Some((current, theirs)) if theirs.status != "dead" => {
                        version.try_set(current);
                        dropping.try_set(false);
                        settled.try_set(Some(format!("Somebody else has settled it meanwhile: it is {}.", theirs.status)));
                    }
                    Some((current, _)) => {
                        version.try_set(current);
                        failure.try_set(Some(refused));
                    }
                    None => drop(failure.try_set(Some(refused))),
                },
            }
        });
    };
    let replay = move |_| {
        tried.set(true);
        if unreadable.with_untracked(Option::is_none) {
            // As it came, to the letter, unless somebody changed it.
            let mended = is_mended.get_untracked().then(|| body.get_untracked());
            send(
                DeadLetterChange::Replay { body: mended },
                "It is applied again. Should it fail, it comes back here within seconds.",
            );
        }
    };
    let general = move || failure.get().filter(|failure| !dropping.get() && failure.field("body").is_none());
    let can = Memo::new(move |_| may.get() && open && settled.with(Option::is_none));
    let status = match letter.status.as_str() {
        "replayed" => Some("It was replayed: if it still could not be applied, it came back as another dead letter."),
        "dropped" => Some("It was dropped: it stays here to be read, and is not applied."),
        _ => None,
    };
    view! {
        {status.map(|text| view! { <Notice>{text}</Notice> })}
        {move || settled.get().map(|text| view! { <Notice kind=NoticeKind::Warning>{text}</Notice> })}
        <div class="two">
            <section class="panel pad stack letter">
                <TextArea label="The message, as it came" value=body rows=22 error hint="Change what is wrong and replay it. Gaps and line breaks do not matter; numbers stay exactly as they are written." />
                {move || general().map(|failure| view! { <FailureNotice failure /> })}
                <Show when=move || can.get()>
                    <div class="row">
                        <Button kind=ButtonKind::Primary busy on_press=replay>
                            {move || if is_mended.get() { "Replay it as mended" } else { "Replay it as it came" }}
                        </Button>
                        <Button on_press=move |_| dropping.set(true)>"Drop it"</Button>
                        <Show when=move || is_mended.get()>
                            <Button kind=ButtonKind::Quiet on_press=move |_| body.set(begun.get_value())>"As it came"</Button>
                        </Show>
                    </div>
                </Show>
            </section>
            <section class="panel pad stack">
                <h2>"What is wrong"</h2>
                <dl class="pairs">
                    {letter.refusal.field.map(|field| view! { <div><dt>"Field"</dt><dd><code class="breaks">{field}</code></dd></div> })}
                    <div><dt>"Reason"</dt><dd>{letter.refusal.reason}</dd></div>
                    <div><dt>"What mends it"</dt><dd>{letter.refusal.fix}</dd></div>
                </dl>
                <h2>"Where it came from"</h2>
                <dl class="pairs">
                    <div><dt>"Source"</dt><dd><a href=format!("/data/sources/{}", letter.source) dir="auto">{letter.source_name}</a></dd></div>
                    <div><dt>"Came"</dt><dd><DateText at=letter.received_at /></dd></div>
                    <div><dt>"Failed"</dt><dd><DateText at=letter.died_at /></dd></div>
                    <div><dt>"Sender's number"</dt><dd class="breaks">{letter.key}</dd></div>
                </dl>
            </section>
        </div>
        <Confirm
            open=dropping
            title="Drop this message?"
            action="Drop it"
            busy
            failure
            on_confirm=move |()| send(DeadLetterChange::Drop, "It is dropped.")
        >
            <p>"It is not applied, and leaves the list of what is to be looked at. It can still be read under “Dropped” until events of its day are removed."</p>
        </Confirm>
    }
}

/// Where a text stops being JSON, told so that a person finds the place.
fn json_error(text: &str) -> Option<String> {
    let wrong = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    Some(format!(
        "Line {}, character {}: this is no longer JSON. Look for a missing quote, comma or bracket there.",
        wrong.line(),
        wrong.column()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_in_a_mended_body_is_told_with_its_line() {
        assert_eq!(json_error("{\"id\": 706405506930370084}"), None);
        assert!(json_error("{\n \"a\": 1,\n}").is_some_and(|text| text.starts_with("Line 3")));
        assert!(json_error("").is_some());
    }
}
