//! What else is done with a campaign: a copy of it, a plan to begin others with, its end.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::api::{CampaignResponse, Done, NewPlan, Permission};
use shared::campaign::Status;

use super::acts::Acting;
use super::editor::use_editor;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Confirm, Dialog, FailureNotice, Field, Popover, announce};
use crate::router::{Step, go};
use crate::session::use_session;

#[component]
pub(super) fn More() -> impl IntoView {
    let editor = use_editor();
    let session = use_session();
    let acting = Acting::new();
    let [open, saving, finishing] = [(); 3].map(|()| RwSignal::new(false));
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let may_send = Memo::new(move |_| session.may(Permission::Send));
    let state = Memo::new(move |_| editor.campaign.with(|campaign| campaign.row.state));
    let copy = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let path = editor.id.with_value(|id| format!("/api/campaigns/{id}/duplicate"));
        spawn_local(async move {
            let answer = client::post::<_, CampaignResponse>(&path, &json!({})).await;
            busy.try_set(false);
            match answer {
                Ok(made) => {
                    announce("Here is the copy. It is a draft of its own.");
                    open.try_set(false);
                    go(&format!("/campaigns/{}", made.campaign.row.id), Step::Page);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let finish = Callback::new(move |()| {
        acting.act(editor, "finish", "The campaign has ended.", move || {
            finishing.try_set(false);
        })
    });
    let archive = move |_| {
        open.set(false);
        acting.act(editor, "archive", "It is in the archive.", || {});
    };
    let ask_finish = move |_| {
        open.set(false);
        acting.failure.set(None);
        finishing.set(true);
    };
    view! {
        <Popover words=|| "More" title="More to do with this campaign" open=open>
            <ul class="choices-list">
                <Show when=move || editor.may.get()>
                    <li><Button small=true busy on_press=copy>"Duplicate"</Button></li>
                    <li><Button small=true on_press=move |_| { open.set(false); saving.set(true); }>"Save as a plan…"</Button></li>
                </Show>
                <Show when=move || may_send.get() && matches!(state.get(), Status::Running | Status::Paused)>
                    <li><Button small=true on_press=ask_finish>"End it…"</Button></li>
                </Show>
                <Show when=move || editor.may.get() && matches!(state.get(), Status::Draft | Status::Approved | Status::Finished)>
                    <li><Button small=true busy=acting.busy on_press=archive>"Archive"</Button></li>
                </Show>
            </ul>
            {move || failure.get().or_else(|| acting.failure.get()).map(|failure| view! { <FailureNotice failure /> })}
        </Popover>
        <Dialog open=saving title="Save as a plan">
            <SavePlan saving />
        </Dialog>
        <Confirm open=finishing title="End this campaign?" action="End it" busy=acting.busy failure=acting.failure on_confirm=finish>
            <p>"Nothing more of it goes out, and nobody enters any more. What is planned is given up with that reason."</p>
            <p class="m">"Returns within the window still count, and its results stay. It cannot be started again; a copy can."</p>
        </Confirm>
    }
}

#[component]
fn SavePlan(saving: RwSignal<bool>) -> impl IntoView {
    let editor = use_editor();
    let name = RwSignal::new(editor.now.with_untracked(|now| now.name.clone()));
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let error = Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("name"))));
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let path = editor.id.with_value(|id| format!("/api/campaigns/{id}/save-plan"));
        let new = NewPlan { name: name.get_untracked().trim().to_owned() };
        spawn_local(async move {
            let answer = client::post::<_, Done>(&path, &new).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The plan is saved. A new campaign can begin with it.");
                    saving.try_set(false);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        <form novalidate on:submit=save>
            <p class="m">"Calendar, channels, rules, goals and messages, to begin other campaigns with."</p>
            <Field label="Name of the plan" value=name error />
            {move || failure.get().filter(|failure| failure.field("name").is_none()).map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| saving.set(false)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Save the plan"</Button>
            </div>
        </form>
    }
}
