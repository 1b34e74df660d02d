//! The draft is saved by itself a moment after each change; two people never overwrite each other silently.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Campaign, CampaignChange, CampaignResponse};
use wasm_bindgen::JsCast;

use super::fields::{Edited, Met, chosen, join_work, meet};
use super::state::{Editor, use_editor};
use crate::client::{self, Failure};
use crate::components::{Button, Choice, Clash, ConflictDialog, announce, standing};

/// Milliseconds without a change before what changed is sent.
const QUIET: u32 = 800;

/// Tries in a row that somebody else may be quicker.
const TRIES: u32 = 5;

/// How saving stands.
#[derive(Clone, Copy)]
pub(in crate::pages::campaigns) struct Saving {
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    /// Both changed the same: asked about in the dialog.
    clash: RwSignal<Option<Clash>>,
    /// What is joined already, what is theirs, and what the clash is about: nothing is sent until somebody chooses.
    open: RwSignal<Option<(Edited, Edited, Clash)>>,
}

impl Saving {
    pub(in crate::pages::campaigns) fn new() -> Self {
        Self { busy: RwSignal::new(false), failure: RwSignal::new(None), clash: RwSignal::new(None), open: RwSignal::new(None) }
    }
}

/// Saves while the editor lives, and what is left when it goes.
pub(in crate::pages::campaigns) fn keep(editor: Editor) {
    let newest = StoredValue::new(0_u32);
    let is_held = Memo::new(move |_| held(editor).is_some());
    Effect::new(move || {
        editor.now.track();
        // Sent, too, once what held it back is mended.
        is_held.with(|_| ());
        let mine = newest.get_value().wrapping_add(1);
        newest.set_value(mine);
        if editor.is_clean() {
            return;
        }
        spawn_local(async move {
            TimeoutFuture::new(QUIET).await;
            if newest.try_get_value() == Some(mine) {
                save(editor);
            }
        });
    });
    let asked = window_event_listener_untyped("beforeunload", move |event| {
        if editor.now.try_with_untracked(|now| editor.base.try_with_untracked(|base| now != base)).flatten() == Some(true) {
            save(editor);
            event.prevent_default();
            if let Some(event) = event.dyn_ref::<web_sys::BeforeUnloadEvent>() {
                // What older browsers read.
                event.set_return_value("unsaved");
            }
        }
    });
    on_cleanup(move || {
        asked.remove();
        leave(editor);
    });
}

/// Sends what is not sent yet, for a page that goes; what cannot be sent then is told.
fn leave(editor: Editor) {
    let unsent = editor.now.try_get_untracked().zip(editor.base.try_get_untracked()).zip(editor.version.try_get_untracked());
    let Some(((now, base), version)) = unsent.filter(|((now, base), _)| now != base) else { return };
    let Some(id) = editor.id.try_get_value() else { return };
    spawn_local(async move {
        let path = format!("/api/campaigns/{id}");
        let mut answer = client::patch::<_, CampaignResponse>(&path, version, &change(&base, &now)).await;
        if let Some((stands, theirs)) = answer.as_ref().err().and_then(standing::<Campaign>)
            && let Met::Apart(merged) = meet(&base, &now, &Edited::of(&theirs), stands, &id)
        {
            answer = client::patch::<_, CampaignResponse>(&path, stands, &change(&Edited::of(&theirs), &merged)).await;
        }
        if answer.is_err() {
            announce(
                "Your last change of the campaign could not be saved: somebody else changed the same, or nothing answered. Open it again to see what stands.",
            );
        }
    });
}

fn change(base: &Edited, now: &Edited) -> CampaignChange {
    CampaignChange {
        name: (now.name != base.name).then(|| now.name.clone()),
        segment: (now.segment != base.segment).then(|| now.segment.clone()),
        draft: (now.draft != base.draft).then(|| now.draft.clone()),
        plan: (now.plan != base.plan).then(|| now.plan.clone()),
    }
}

fn save(editor: Editor) {
    let Saving { busy, failure, open, .. } = editor.saving;
    if busy.try_get_untracked() != Some(false) || open.with_untracked(Option::is_some) || untrack(|| held(editor)).is_some() {
        return;
    }
    busy.set(true);
    spawn_local(async move {
        let ended = send(editor).await;
        if busy.try_set(false).is_some() {
            return;
        }
        match ended {
            Ok(()) => {
                failure.try_set(None);
                // Typed on meanwhile.
                if !editor.is_clean_untracked() {
                    save(editor);
                }
            }
            Err(refused) => {
                if refused.is_some() {
                    announce("The last change of the campaign is not saved.");
                }
                failure.try_set(refused);
            }
        }
    });
}

/// Why a draft is not sent as it stands: the server would refuse it, and whoever types is about to mend it.
fn held(editor: Editor) -> Option<String> {
    let wrong = editor.now.with(|now| now.check().into_values().next());
    wrong.or_else(|| {
        editor.composed.with(|composed| {
            let mut found = composed
                .iter()
                .flat_map(|composed| &composed.steps)
                .flat_map(|step| &step.messages)
                .flat_map(|one| &one.findings);
            found.find(|found| found.code == "template").map(|found| found.fix.clone())
        })
    })
}

impl Editor {
    fn is_clean_untracked(self) -> bool {
        untrack(|| self.is_clean())
    }
}

/// Until it is sent, somebody has to choose (`Err(None)`), or it fails.
async fn send(editor: Editor) -> Result<(), Option<Failure>> {
    let path = format!("/api/campaigns/{}", editor.id.try_get_value().ok_or(None)?);
    for _ in 0..TRIES {
        let (now, base) = (editor.now.try_get_untracked().ok_or(None)?, editor.base.try_get_untracked().ok_or(None)?);
        let version = editor.version.try_get_untracked().ok_or(None)?;
        match client::patch::<_, CampaignResponse>(&path, version, &change(&base, &now)).await {
            Ok(answer) => {
                editor.version.try_set(answer.campaign.row.version);
                editor.segment_name.try_set(answer.campaign.row.segment.as_ref().map(|segment| segment.name.clone()));
                editor.base.try_set(now);
                editor.campaign.try_set(answer.campaign);
                return Ok(());
            }
            Err(refused) => {
                let Some((stands, theirs)) = standing::<Campaign>(&refused) else { return Err(Some(refused)) };
                if !join(editor, Edited::of(&theirs), stands).ok_or(None)? {
                    return Err(None);
                }
            }
        }
    }
    Err(None)
}

/// Takes what the server answered to something other than a save; what somebody else changed meanwhile comes along.
pub(in crate::pages::campaigns) fn take(editor: Editor, campaign: Campaign) {
    let theirs = Edited::of(&campaign);
    let version = campaign.row.version;
    let name = campaign.row.segment.as_ref().map(|segment| segment.name.clone());
    if editor.campaign.try_set(campaign).is_some() {
        return;
    }
    editor.segment_name.try_set(name);
    if editor.base.try_with_untracked(|base| *base == theirs) == Some(true) {
        editor.version.try_set(version);
    } else {
        join(editor, theirs, version);
    }
}

/// Brings what somebody else saved into what stands here, also what was typed since; `false` where a person has to choose, none where
/// the editor is gone.
fn join(editor: Editor, theirs: Edited, stands: u32) -> Option<bool> {
    let (now, base) = (editor.now.try_get_untracked()?, editor.base.try_get_untracked()?);
    match meet(&base, &now, &theirs, stands, &editor.id.try_get_value()?) {
        Met::Apart(merged) => {
            settle(editor, base, theirs, stands, merged);
            announce("Somebody else changed other parts of this campaign: their changes are in yours now.");
            Some(true)
        }
        Met::Clash { merged, clash } => {
            editor.saving.open.try_set(Some((merged, theirs, clash.clone())));
            editor.saving.clash.try_set(Some(clash));
            Some(false)
        }
    }
}

/// `merged` is what stands here from now on, made from `theirs`. Undoing takes back what this person did, never what they did.
fn settle(editor: Editor, base: Edited, theirs: Edited, version: u32, merged: Edited) {
    let (before, other) = (base.work(), theirs.work());
    editor.history.try_update(|history| history.rebase(|work| join_work(&before, work, &other).0));
    editor.base.try_set(theirs);
    editor.version.try_set(version);
    editor.now.try_set(merged);
}

/// How saving stands, in words and with what can be done about it.
#[component]
pub(in crate::pages::campaigns) fn SaveState() -> impl IntoView {
    let editor = use_editor();
    let Saving { busy, failure, open, .. } = editor.saving;
    let clean = Memo::new(move |_| editor.is_clean());
    move || {
        if let Some((_, theirs, known)) = open.get() {
            let version = known.version;
            let ask = move |_| {
                // Typed on since: the question may be another one.
                if join(editor, theirs.clone(), version) == Some(true) {
                    open.set(None);
                    save(editor);
                }
            };
            return view! {
                <span class="save-state loss">"Not saved: somebody else changed the same."</span>
                <Button small=true on_press=ask>"Choose what shall stand"</Button>
            }
            .into_any();
        }
        if let Some(fix) = held(editor).filter(|_| !clean.get()) {
            return view! { <span class="save-state loss">"Not saved yet. " {fix}</span> }.into_any();
        }
        if let Some(refused) = failure.get().filter(|_| !clean.get()) {
            let said = refused
                .fields()
                .filter(|fields| !fields.is_empty())
                .map_or_else(|| refused.text(), |fields| fields.values().cloned().collect::<Vec<_>>().join(". "));
            return view! {
                <span class="save-state loss">"Not saved. " {said}</span>
                <Button small=true busy on_press=move |_| save(editor)>"Save again"</Button>
            }
            .into_any();
        }
        let words = match (clean.get(), busy.get()) {
            (true, _) => "Saved",
            (false, true) => "Saving…",
            (false, false) => "Not saved yet",
        };
        view! { <span class="save-state">{words}</span> }.into_any()
    }
}

#[component]
pub(in crate::pages::campaigns) fn SaveConflict() -> impl IntoView {
    let editor = use_editor();
    let Saving { clash, open, .. } = editor.saving;
    let choose = Callback::new(move |choice: Choice| {
        let Some((merged, theirs, known)) = open.get_untracked() else { return };
        let stands = chosen(&merged, &theirs, &known, &choice);
        let base = editor.base.get_untracked();
        open.set(None);
        settle(editor, base, theirs, choice.version, stands);
        save(editor);
    });
    view! { <ConflictDialog clash on_choice=choose /> }
}
