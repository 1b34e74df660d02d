//! Who approved what stands, the button to approve, and the one that launches.

use leptos::prelude::*;
use shared::api::{ApprovedBy, Forecast, Permission};
use shared::campaign::Status;

use super::super::acts::Acting;
use super::super::editor::use_editor;
use super::begin::LaunchDialog;
use super::guests::use_guests;
use crate::components::{Ago, Button, ButtonKind, FailureNotice};
use crate::session::use_session;

#[component]
pub(super) fn ApprovePanel(forecast: Forecast) -> impl IntoView {
    let editor = use_editor();
    let guests = use_guests();
    let session = use_session();
    let acting = Acting::new();
    let open = RwSignal::new(false);
    let (may_approve, may_send) =
        (Memo::new(move |_| session.may(Permission::Approve)), Memo::new(move |_| session.may(Permission::Send)));
    let approval = Memo::new(move |_| editor.campaign.with(|campaign| campaign.approval.clone()));
    let state = Memo::new(move |_| editor.campaign.with(|campaign| campaign.row.state));
    let changed = Memo::new(move |_| editor.campaign.with(|campaign| campaign.is_changed));
    let before = Memo::new(move |_| matches!(state.get(), Status::Draft | Status::Approved));
    let is_enough = Memo::new(move |_| approval.with(|approval| approval.by.len() >= usize::from(approval.needed.max(1))));
    let blocked = !forecast.obstacles.is_empty();
    // What is not saved yet, or not forecast yet, nobody approves.
    let is_old = Signal::derive(move || guests.is_old());
    let approve = move |_| {
        let digest = approval.with_untracked(|approval| approval.digest.clone());
        acting.confirm(editor, "approve", digest, "You approved it.", || {});
    };
    let who = move || {
        approval.with(|approval| {
            approval
                .by
                .iter()
                .map(|ApprovedBy { name, at }| view! { <li><b dir="auto">{name.clone()}</b> " approved it " <Ago at=at.clone() /></li> })
                .collect_view()
        })
    };
    let rule = move || match approval.with(|approval| approval.needed) {
        2.. => "Two people: whoever wrote it cannot be the one who approves it. That is a rule of this shop.",
        _ => {
            "One approval is enough. An approval is of exactly what stands: any change of audience, steps, texts, offers, holdout or budget takes it back."
        }
    };
    let why_not = move || approval.with(|approval| approval.why_not.clone());
    let can_approve = Signal::derive(move || !approval.with(|approval| approval.may) || is_old.get() || blocked);
    let can_launch = Signal::derive(move || !is_enough.get() || is_old.get() || blocked);
    let forecast = StoredValue::new(forecast);
    view! {
        <section class="panel pad stack approve" aria-label="Approval and launch">
            <h2>"Approval and launch"</h2>
            <ul>{who}</ul>
            <Show when=move || before.get() || changed.get() fallback=|| view! { <p class="m">"It was launched already. What you change now reaches people only once it is approved and you let it run."</p> }>
                <p class="s two-lines">{rule}</p>
                {move || why_not().filter(|_| may_approve.get()).map(|why| view! { <p class="m">{why}</p> })}
                <div class="row">
                    <Show when=move || may_approve.get()>
                        <Button disabled=can_approve busy=acting.busy on_press=approve>"Approve"</Button>
                    </Show>
                    <Show when=move || before.get() && may_send.get()>
                        <Button kind=ButtonKind::Primary disabled=can_launch on_press=move |_| open.set(true)>"Launch…"</Button>
                    </Show>
                    <Show when=move || !may_send.get()><span class="s">"Whoever may send launches it."</span></Show>
                </div>
                <p class="s two-lines">
                    {move || match (blocked, is_old.get(), is_enough.get()) {
                        (false, false, true) if !before.get() => "Approved: whoever may send lets it run, above.",
                        (true, ..) => "Mend what stands in the way first.",
                        (_, true, _) => "Waits for the forecast of your last change.",
                        (_, _, false) if before.get() => "It can be launched once it is approved.",
                        (_, _, false) => "Your changes run once they are approved and confirmed.",
                        _ => "Ready. The launch shows these numbers once more.",
                    }}
                </p>
            </Show>
            {move || acting.failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <LaunchDialog open forecast />
        </section>
    }
}
