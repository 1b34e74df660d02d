//! The Web Worker writes, looks through and lays out what is shown, a moment after each change.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::composing::Composing;
use shared::api::worker::{News, Task};
use shared::time::Millis;

use super::Basis;
use super::state::Editor;
use crate::session::use_session;
use crate::worker_client::WorkerClient;

/// Milliseconds without a stroke before the text is composed anew.
const QUIET: u32 = 150;

/// Composes while the editor lives. A newer ask ends an older one, whose late answer is dropped.
pub(super) fn keep(editor: Editor) {
    let session = use_session();
    let worker = StoredValue::new_local(WorkerClient::new(move |news| hear(editor, news)));
    let newest = StoredValue::new(0_u32);
    let draft = Memo::new(move |_| editor.now.with(|now| now.draft.clone()));
    let person = Memo::new(move |_| editor.audience.person());
    Effect::new(move |ran: Option<bool>| {
        // Read and not only tracked: a memo that nobody reads never runs, and so never tells of a change.
        draft.with(|_| ());
        person.with(|_| ());
        editor.shown();
        if editor.audience.is_coming() {
            // The first look is as a person, not as nobody for a moment.
            return false;
        }
        let mine = newest.get_value().wrapping_add(1);
        newest.set_value(mine);
        spawn_local(async move {
            if ran == Some(true) {
                TimeoutFuture::new(QUIET).await;
            }
            if newest.try_get_value() != Some(mine) {
                return;
            }
            let today = editor.audience.today().unwrap_or_else(|| Millis(untrack(|| session.now()) as i64).day().iso());
            let industry = untrack(|| session.get()).and_then(|session| session.shop.profile.industry);
            let Some(composing) = untrack(|| asked(editor, today, industry)) else { return };
            worker.with_value(|worker| worker.ask(Task::Compose(Box::new(composing)), None));
        });
        true
    });
    on_cleanup(move || {
        worker.try_with_value(WorkerClient::end);
    });
}

fn asked(editor: Editor, day: String, industry: Option<String>) -> Option<Composing> {
    let Basis { brand, proofs, blocks, .. } = editor.basis.try_get_value()??;
    Some(Composing {
        draft: editor.now.with(|now| now.draft.clone()),
        person: editor.audience.person(),
        brand,
        proofs,
        blocks,
        industry,
        segment: editor.now.with(|now| now.segment.clone()),
        day,
        origin: window().location().origin().unwrap_or_default(),
        shown: editor.shown(),
    })
}

fn hear(editor: Editor, news: News) {
    match news {
        News::Composed(composed) => {
            editor.broken.try_set(None);
            editor.composed.try_set(Some(*composed));
        }
        News::Failed(failure) => drop(editor.broken.try_set(Some(failure.text))),
        _ => {}
    }
}
