//! Changes of a campaign that runs: touches that nobody has claimed take them after one confirmation with counts.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, Progress, ProgressResponse};
use shared::campaign::State;

use super::super::acts::Acting;
use super::super::editor::use_editor;
use crate::client::{self, Failure};
use crate::components::{Button, Confirm, FailureNotice, Notice, NoticeKind, Skeleton};
use crate::format::plural;
use crate::locale;
use crate::session::use_session;

#[component]
pub(super) fn Changed() -> impl IntoView {
    let editor = use_editor();
    let session = use_session();
    let open = RwSignal::new(false);
    let acting = Acting::new();
    let may = Memo::new(move |_| session.may(Permission::Send));
    let progress = RwSignal::new(None::<Result<Progress, Failure>>);
    let ask = move |_| {
        acting.failure.set(None);
        progress.set(None);
        open.set(true);
        spawn_local(async move {
            let Some(id) = editor.id.try_get_value() else { return };
            let got = client::get::<ProgressResponse>(&format!("/api/campaigns/{id}/progress")).await;
            progress.try_set(Some(got.map(|answer| answer.progress)));
        });
    };
    // What nobody approved does not run; whoever confirms is sent to the approval first.
    let is_approved = Memo::new(move |_| {
        editor.campaign.with(|campaign| campaign.approval.by.len() >= usize::from(campaign.approval.needed.max(1)))
    });
    let launch = editor.id.with_value(|id| format!("/campaigns/{id}/launch"));
    let is_clean = Memo::new(move |_| editor.is_clean());
    let republish = Callback::new(move |()| {
        // Nobody confirms numbers that they have not seen.
        if !progress.with_untracked(|progress| matches!(progress, Some(Ok(_)))) {
            return;
        }
        let digest = editor.campaign.with_untracked(|campaign| campaign.approval.digest.clone());
        acting.confirm(editor, "republish", digest, "Your changes run from now on.", move || {
            open.try_set(false);
        });
    });
    view! {
        <Notice kind=NoticeKind::Info title="Changes that do not run yet">
            <p>"What you see here differs from what people get. Whatever was sent stays as it was."</p>
            <Show when=move || !is_approved.get()>
                <p>"They have to be approved first. " <a href=launch.clone()>"See the forecast and approve"</a></p>
            </Show>
            <Show when=move || may.get() fallback=|| view! { <p class="s">"Whoever may send puts them to work."</p> }>
                <Button small=true disabled=Signal::derive(move || !is_clean.get() || !is_approved.get()) on_press=ask>"Let them run…"</Button>
            </Show>
        </Notice>
        <Confirm open title="Let your changes run?" action="Let them run" busy=acting.busy failure=acting.failure on_confirm=republish>
            {move || match progress.get() {
                None => view! { <Skeleton lines=3 /> }.into_any(),
                Some(Err(failure)) => view! { <FailureNotice failure /> }.into_any(),
                Some(Ok(progress)) => {
                    let (waiting, gone) = counts(&progress);
                    view! {
                        <p>
                            <b>{format!("{} {}", locale::count(waiting), plural(waiting, "message", "messages"))}</b>
                            " that nobody has begun to send, and all that are planned later, take them."
                        </p>
                        <p class="m">
                            {format!("{} went out already and stay as they were. Who is held out does not change.", locale::count(gone))}
                        </p>
                    }
                    .into_any()
                }
            }}
        </Confirm>
    }
}

/// Touches that nobody has claimed, and those that went.
fn counts(progress: &Progress) -> (u64, u64) {
    let sum =
        |is_one: fn(State) -> bool| progress.counts.iter().filter(|count| is_one(count.state)).map(|count| count.touches).sum();
    let waiting = sum(|state| matches!(state, State::Planned | State::Held));
    let gone = sum(|state| {
        matches!(state, State::Sent | State::Delivered | State::Bounced | State::Complained | State::Unknown | State::Task)
    });
    (waiting, gone)
}
