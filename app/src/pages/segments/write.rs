//! A segment of one's own: a sentence of conditions, counted as it is written.

pub mod lines;

use gloo_timers::future::TimeoutFuture;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CountAsked, CountResponse, NewSegment, SegmentChange, SegmentCount, SegmentResponse};

use self::lines::{FilterWriter, Written};
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, ButtonLink, FailureNotice, Field, Notice, NoticeKind, PageHead, announce};
use crate::format::plural;
use crate::locale;
use crate::query::pairs;
use crate::router::{Step, go, use_location};

/// Typing rests for so long before it is counted, in milliseconds.
const REST: u32 = 350;

#[component]
pub fn WriteSegmentPage() -> impl IntoView {
    let location = use_location();
    let id = location.search.with_untracked(|search| pairs(search).into_iter().find(|(name, _)| name == "id").map(|(_, id)| id));
    let known = StoredValue::new(id.clone());
    let version = RwSignal::new(None::<u32>);
    let written = Written::new();
    let name = RwSignal::new(String::new());
    let failure = RwSignal::new(None::<Failure>);
    spawn_local(async move {
        let Some(id) = id else { return };
        match client::get::<SegmentResponse>(&format!("/api/segments/{id}")).await {
            Ok(SegmentResponse { segment }) => {
                name.try_set(segment.row.name);
                version.try_set(segment.row.version);
                if let Some(filter) = &segment.filter {
                    written.show(filter);
                }
            }
            Err(refused) => {
                failure.try_set(Some(refused));
            }
        }
    });
    let filter = Memo::new(move |_| written.filter());
    let counted = RwSignal::new(None::<Result<SegmentCount, Failure>>);
    let asked = StoredValue::new(0_u32);
    Effect::new(move || {
        let filter = filter.get();
        let turn = asked.get_value().wrapping_add(1);
        asked.set_value(turn);
        spawn_local(async move {
            TimeoutFuture::new(REST).await;
            // Only the last that was typed is asked, and only its answer is shown.
            if asked.try_get_value() != Some(turn) {
                return;
            }
            let answer =
                client::post::<_, CountResponse>("/api/segments/count", &CountAsked { filter }).await.map(|answer| answer.count);
            if asked.try_get_value() == Some(turn) {
                counted.try_set(Some(answer));
            }
        });
    });
    let busy = RwSignal::new(false);
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (name, filter) = (name.get_untracked(), filter.get_untracked());
        spawn_local(async move {
            let answer = match known.get_value().zip(version.get_untracked()) {
                Some((id, version)) => {
                    let change = SegmentChange { name: Some(name), filter: Some(filter) };
                    client::patch::<_, SegmentResponse>(&format!("/api/segments/{id}"), version, &change).await
                }
                None => client::post::<_, SegmentResponse>("/api/segments", &NewSegment { name, filter }).await,
            };
            busy.try_set(false);
            match answer {
                Ok(SegmentResponse { segment }) => {
                    announce("The segment is saved.");
                    go(&format!("/segments/{}", segment.row.id), Step::Page);
                }
                Err(refused) => {
                    failure.try_set(Some(refused));
                }
            }
        });
    };
    let name_error = Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("name"))));
    view! {
        <PageHead
            title=if known.get_value().is_some() { "Change a segment" } else { "New segment" }
            lead=|| "Say whom you mean. The sentence and the count follow as you write; the segment always shows who fits now."
        >
            <ButtonLink href="/segments">"All segments"</ButtonLink>
        </PageHead>
        <form class="two" novalidate on:submit=save>
            <section class="panel pad stack">
                <FilterWriter written />
            </section>
            <section class="panel pad stack" aria-live="polite">
                <h2>"Whom it finds"</h2>
                {move || match counted.get() {
                    None => view! { <p class="m">"Counting"</p> }.into_any(),
                    Some(Err(failure)) => view! { <Refused failure /> }.into_any(),
                    Some(Ok(count)) => view! { <Found count /> }.into_any(),
                }}
                <Field label="Name" value=name error=name_error required=true />
                {move || failure.get().filter(|failure| failure.field("name").is_none()).map(|failure| view! { <FailureNotice failure /> })}
                <div class="row"><Button kind=ButtonKind::Primary submit=true busy>"Save the segment"</Button></div>
            </section>
        </form>
    }
}

#[component]
fn Found(count: SegmentCount) -> impl IntoView {
    let least = if count.is_least { "At least " } else { "" };
    view! {
        <p class="big">{format!("{least}{} {}", locale::count(count.customers), plural(count.customers, "customer", "customers"))}</p>
        <p dir="auto">{format!("{}.", count.sentence)}</p>
        {count.limit.map(|limit| view! { <p class="s">{limit}</p> })}
        {count.gone.into_iter().map(|words| view! { <Notice kind=NoticeKind::Warning>{words}</Notice> }).collect_view()}
    }
}

/// What is not finished yet reads as a hint, not as an alarm.
#[component]
fn Refused(failure: Failure) -> impl IntoView {
    let hints: Vec<String> = match &failure {
        Failure::Problem(problem) if problem.status == 422 => problem.fields.values().cloned().collect(),
        _ => Vec::new(),
    };
    if hints.is_empty() {
        return view! { <FailureNotice failure /> }.into_any();
    }
    hints.into_iter().map(|hint| view! { <p class="m">{format!("{hint}.")}</p> }).collect_view().into_any()
}
