//! How a campaign goes: where everybody is, what goes out next, each touch with its state and reason, and what goes wrong.

mod correction;
mod entries;
mod goals;
mod hours;
mod numbers;
mod steps;
mod touches;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Canary, Permission, Progress, ProgressResponse};
use shared::campaign::Status;

use self::correction::CorrectionPanel;
use self::entries::EntriesPanel;
use self::goals::GoalsPanel;
use self::hours::NextHours;
use self::numbers::Numbers;
use self::steps::StepsPanel;
pub(in crate::pages) use self::touches::TouchesPanel;
use super::acts::{Acting, reload};
use super::audience::reasons::Reasons;
use super::editor::use_editor;
use super::one::is_launched;
use crate::client::{self, Failure};
use crate::components::{Ago, Button, EmptyState, FailureNotice, Notice, NoticeKind, Skeleton};
use crate::locale;
use crate::poll::poll;
use crate::session::use_session;

/// Milliseconds between two looks.
const EVERY: u32 = 15_000;

#[component]
pub(super) fn LiveTab() -> impl IntoView {
    let editor = use_editor();
    let launched = Memo::new(move |_| editor.campaign.with(|campaign| is_launched(campaign.row.state)));
    move || match launched.get() {
        true => view! { <Live /> }.into_any(),
        false => {
            let launch = editor.id.with_value(|id| format!("/campaigns/{id}/launch"));
            view! {
                <EmptyState title="It has not begun">
                    <p>"Once it is launched, you see here where everybody is, what goes out next, and why somebody got nothing."</p>
                    <p><a href=launch>"See the forecast"</a></p>
                </EmptyState>
            }
            .into_any()
        }
    }
}

#[component]
fn Live() -> impl IntoView {
    let editor = use_editor();
    let answer = RwSignal::new(None::<Result<Progress, Failure>>);
    let path = editor.id.with_value(|id| format!("/api/campaigns/{id}/progress"));
    let path = StoredValue::new(path);
    let look = move || async move {
        let Some(path) = path.try_get_value() else { return true };
        let got = client::get::<ProgressResponse>(&path).await.map(|answer| answer.progress);
        let came = got.is_ok();
        let stands = got.as_ref().ok().map(|progress| progress.state);
        // After a stumble the figures of a moment ago stay.
        if came || answer.with_untracked(|known| !matches!(known, Some(Ok(_)))) {
            answer.try_set(Some(got));
        }
        let known = editor.campaign.try_with_untracked(|campaign| campaign.row.state);
        if stands.is_some() && known.is_some() && stands != known {
            // It paused by itself, or somebody else did it.
            reload(editor).await;
        }
        came
    };
    let again = Callback::new(move |()| {
        spawn_local(async move {
            look().await;
        });
    });
    again.run(());
    // What somebody does here shows at once.
    let version = Memo::new(move |_| editor.version.get());
    Effect::watch(move || version.get(), move |_, _, _| again.run(()), false);
    poll(EVERY, look);
    let known = Memo::new(move |_| answer.with(|answer| answer.as_ref().map(Result::is_ok)));
    let progress = Signal::derive(move || answer.with(|answer| answer.as_ref()?.as_ref().ok().cloned()));
    move || match known.get() {
        None => view! { <div class="panel pad"><Skeleton lines=10 /></div> }.into_any(),
        Some(false) => {
            answer.get_untracked().and_then(Result::err).map(|failure| view! { <FailureNotice failure retry=again /> }).into_any()
        }
        Some(true) => view! { <Board progress again /> }.into_any(),
    }
}

#[component]
fn Board(progress: Signal<Option<Progress>>, again: Callback<()>) -> impl IntoView {
    let part = move |read: fn(&Progress) -> AnyView| move || progress.with(|progress| progress.as_ref().map(read));
    let editor = use_editor();
    view! {
        <div class="stack">
            {part(|progress| view! { <Warnings warnings=progress.warnings.clone() canary=progress.canary /> }.into_any())}
            <section class="panel pad stack" aria-label="Where everybody is">
                <div class="row spread">
                    <h2>"Where everybody is"</h2>
                    <Acts />
                </div>
                {part(|progress| view! { <Numbers progress=progress.clone() /> }.into_any())}
                <p class="s">
                    {move || progress.with(|progress| progress.as_ref().map(|progress| view! { "Counted " <Ago at=progress.as_of.clone() /> ". " }))}
                    <Button small=true on_press=move |_| again.run(())>"Look again"</Button>
                </p>
            </section>
            <div class="two">
                {part(|progress| view! { <StepsPanel counts=progress.counts.clone() /> }.into_any())}
                <div class="stack">
                    {part(|progress| view! { <GoalsPanel goals=progress.goals.clone() /> }.into_any())}
                    {part(|progress| view! { <NextHours hours=progress.next_hours.clone() /> }.into_any())}
                    <section class="panel pad stack" aria-label="Left out">
                        <h2>"Left out"</h2>
                        {part(|progress| view! { <Reasons left_out=progress.left_out.clone() /> }.into_any())}
                    </section>
                </div>
            </div>
            <EntriesPanel />
            <TouchesPanel of=editor.id.with_value(|id| ("campaign", id.clone())) />
            <CorrectionPanel />
        </div>
    }
}

/// Pause and resume, for those who may send.
#[component]
fn Acts() -> impl IntoView {
    let editor = use_editor();
    let session = use_session();
    let acting = Acting::new();
    let may = Memo::new(move |_| session.may(Permission::Send));
    let state = Memo::new(move |_| editor.campaign.with(|campaign| campaign.row.state));
    let pause = move |_| acting.act(editor, "pause", "It stands still: nothing of it goes out.", || {});
    let resume = move |_| acting.act(editor, "resume", "It runs again.", || {});
    view! {
        <div class="row">
            <Show when=move || may.get() && state.get() == Status::Running>
                <Button small=true busy=acting.busy on_press=pause>"Pause"</Button>
            </Show>
            <Show when=move || may.get() && state.get() == Status::Paused>
                <Button small=true busy=acting.busy on_press=resume>"Resume"</Button>
            </Show>
        </div>
        {move || acting.failure.get().map(|failure| view! { <FailureNotice failure /> })}
    }
}

#[component]
fn Warnings(warnings: Vec<String>, canary: Option<Canary>) -> impl IntoView {
    let lines = warnings.iter().map(|line| view! { <p dir="auto">{line.clone()}</p> }).collect_view();
    view! {
        {(!warnings.is_empty()).then(|| view! { <Notice kind=NoticeKind::Warning title="Look at this">{lines}</Notice> })}
        {canary.filter(|canary| canary.is_waiting).map(|Canary { size, sent, .. }| view! {
            <Notice title="The first share goes ahead">
                <p>{format!("{} of {} first messages went out. The rest waits for their bounces and complaints.", locale::count(sent), locale::count(size))}</p>
            </Notice>
        })}
    }
}
