//! What everybody who looks at a campaign should know first: it is about to begin, it stands still, or not all of it runs yet.

mod republish;

use leptos::prelude::*;
use shared::api::Permission;
use shared::campaign::Status;

use self::republish::Changed;
use super::acts::{Acting, reload};
use super::editor::use_editor;
use crate::components::{Ago, Button, DateText, FailureNotice, Notice, NoticeKind};
use crate::locale;
use crate::poll::{poll, ticks};
use crate::session::use_session;

/// Milliseconds between two looks at a campaign that runs: it may pause itself.
const EVERY: u32 = 30_000;

#[component]
pub(super) fn Standing() -> impl IntoView {
    let editor = use_editor();
    let session = use_session();
    let acting = Acting::new();
    let may = Memo::new(move |_| session.may(Permission::Send));
    let row = Memo::new(move |_| editor.campaign.with(|campaign| campaign.row.clone()));
    let runs = Memo::new(move |_| row.with(|row| row.state == Status::Running));
    poll(EVERY, move || async move {
        // What is being typed is saved first; the answer of that says the same.
        if runs.try_get_untracked() == Some(true) && untrack(|| editor.is_clean()) {
            reload(editor).await;
        }
        true
    });
    let leaves = Memo::new(move |_| row.with(|row| row.leaves_at.clone().filter(|_| row.state == Status::Running)));
    let why = Memo::new(move |_| row.with(|row| row.why.clone().filter(|_| row.state == Status::Paused)));
    let paused = Memo::new(move |_| row.with(|row| row.state == Status::Paused));
    let changed = Memo::new(move |_| {
        editor.campaign.with(|campaign| campaign.is_changed && matches!(campaign.row.state, Status::Running | Status::Paused))
    });
    let resume = move |_| acting.act(editor, "resume", "It runs again.", || {});
    view! {
        {move || leaves.get().map(|at| view! { <Countdown at may acting /> })}
        <Show when=move || paused.get()>
            <Notice kind=NoticeKind::Warning title="It stands still">
                {move || match why.get() {
                    Some(why) => view! { <p><span dir="auto">{why.text}</span> " " <span class="s"><Ago at=why.at /></span></p> }.into_any(),
                    None => view! { <p>"Nothing of it goes out."</p> }.into_any(),
                }}
                <Show when=move || may.get()>
                    <Button small=true busy=acting.busy on_press=resume>"Resume"</Button>
                </Show>
            </Notice>
        </Show>
        <Show when=move || changed.get()><Changed /></Show>
        {move || acting.failure.get().map(|failure| view! { <FailureNotice failure /> })}
    }
}

/// Until the first messages leave, the launch can be taken back.
#[component]
fn Countdown(at: String, may: Memo<bool>, acting: Acting) -> impl IntoView {
    let editor = use_editor();
    let session = use_session();
    let then = locale::millis(&at);
    let tick = ticks(1_000);
    let left = Memo::new(move |_| {
        tick.track();
        then - session.clock()
    });
    let undo = move |_| acting.act(editor, "undo", "The launch is taken back. Nobody got anything.", || {});
    let moment = StoredValue::new(at);
    view! {
        <Show when=move || { left.get() > 0.0 }>
            <Notice kind=NoticeKind::Info title="Launched: nothing has left yet">
                <p>
                    "The first messages leave at " <DateText at=moment.get_value() />
                    <span class="countdown" aria-hidden="true">{move || format!(" · {}", clock(left.get()))}</span>
                </p>
                <Show when=move || may.get()>
                    <Button small=true busy=acting.busy on_press=undo>"Undo the launch"</Button>
                </Show>
            </Notice>
        </Show>
    }
}

/// Milliseconds as minutes and seconds.
fn clock(millis: f64) -> String {
    let seconds = (millis.max(0.0) / 1_000.0).ceil() as u64;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_countdown_counts_in_minutes_and_ends_at_nothing() {
        assert_eq!([600_000.0, 61_200.0, 900.0, 0.0, -5.0].map(clock), ["10:00", "1:02", "0:01", "0:00", "0:00"]);
    }
}
