//! What is done with a campaign as a whole: approved, launched, paused, and the rest. Each answers with the campaign as it stands then.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde_json::json;
use shared::api::{CampaignResponse, Confirmed};

use super::editor::{Editor, take};
use crate::client::{self, Failure};
use crate::components::announce;

/// One act at a time, and why the last one was refused.
#[derive(Clone, Copy)]
pub(super) struct Acting {
    pub busy: RwSignal<bool>,
    pub failure: RwSignal<Option<Failure>>,
}

impl Acting {
    pub(super) fn new() -> Self {
        Self { busy: RwSignal::new(false), failure: RwSignal::new(None) }
    }

    /// `name` as the address has it, such as `pause`.
    pub(super) fn act(self, editor: Editor, name: &'static str, said: &'static str, done: impl FnOnce() + 'static) {
        self.send(editor, name, json!({}), said, done);
    }

    /// The same, of what whoever asks has seen.
    pub(super) fn confirm(
        self,
        editor: Editor,
        name: &'static str,
        digest: String,
        said: &'static str,
        done: impl FnOnce() + 'static,
    ) {
        self.send(editor, name, Confirmed { digest }, said, done);
    }

    fn send(
        self,
        editor: Editor,
        name: &'static str,
        body: impl Serialize + 'static,
        said: &'static str,
        done: impl FnOnce() + 'static,
    ) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let (Some(id), Some(version)) = (editor.id.try_get_value(), editor.version.try_get_untracked()) else { return };
            let answer = client::post_from::<_, CampaignResponse>(&format!("/api/campaigns/{id}/{name}"), version, &body).await;
            self.busy.try_set(false);
            match answer {
                Ok(answer) => {
                    take(editor, answer.campaign);
                    announce(said);
                    done();
                }
                Err(refused) => {
                    // Somebody was quicker: what stands is shown, so that the next press is about that.
                    if matches!(refused.status(), Some(409 | 412)) {
                        reload(editor).await;
                    }
                    self.failure.try_set(Some(refused));
                }
            }
        });
    }
}

/// Reads the campaign as it stands now.
pub(super) async fn reload(editor: Editor) {
    let Some(id) = editor.id.try_get_value() else { return };
    if let Ok(answer) = client::get::<CampaignResponse>(&format!("/api/campaigns/{id}")).await {
        take(editor, answer.campaign);
    }
}
