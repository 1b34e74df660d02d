//! Privacy, a tab of Settings: what people asked for and until when, and how long events stay.

mod note;
mod record;
mod register;
mod retention;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{PrivacyRequest, PrivacyRequestAnswer, PrivacyRequestChange, PrivacyRequests, Retention, RetentionAnswer};

use crate::client::{self, Failure};
use crate::components::standing;
use crate::pages::settings::frame::{Answer, Frame, loaded};

#[component]
pub fn PrivacyPage() -> impl IntoView {
    view! {
        <Frame>
            <Page />
        </Frame>
    }
}

#[component]
fn Page() -> impl IntoView {
    let requests: Answer<Vec<PrivacyRequest>> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = client::get::<PrivacyRequests>("/api/privacy-requests").await.map(|answer| answer.privacy_requests);
            requests.try_set(Some(answer));
        });
    });
    load.run(());
    let kept: Answer<Retention> = RwSignal::new(None);
    let look = Callback::new(move |()| {
        spawn_local(async move {
            let answer = client::get::<RetentionAnswer>("/api/retention").await.map(|answer| answer.retention);
            kept.try_set(Some(answer));
        });
    });
    look.run(());
    let recording = RwSignal::new(false);
    let noting = RwSignal::new(None::<PrivacyRequest>);
    view! {
        <div class="stack">
            {loaded(requests, load, move |requests| view! { <register::Register requests recording noting on_change=load /> }.into_any())}
            {loaded(kept, look, |retention| view! { <retention::RetentionForm retention /> }.into_any())}
        </div>
        <record::RecordDialog open=recording on_recorded=load />
        <note::NoteDialog noting on_saved=load />
    }
}

/// Sends a change of `known`. Where somebody else changed the request meanwhile, it is sent once more with their version, but only
/// where `fits` says that it means the same beside what they did.
async fn change(
    known: &PrivacyRequest,
    change: &PrivacyRequestChange,
    fits: impl Fn(&PrivacyRequest) -> bool,
) -> Result<PrivacyRequest, Failure> {
    let path = format!("/api/privacy-requests/{}", known.id);
    let send = |version| client::patch::<_, PrivacyRequestAnswer>(&path, version, change);
    let answer = match send(known.version).await {
        Err(refused) => match standing::<PrivacyRequest>(&refused) {
            Some((version, theirs)) if fits(&theirs) => send(version).await,
            _ => Err(refused),
        },
        sent => sent,
    };
    answer.map(|answer| answer.privacy_request)
}
