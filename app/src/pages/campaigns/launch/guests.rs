//! The forecast of a campaign as it stands on the server: read anew, a moment after each save, while somebody looks at it.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Forecast, ForecastResponse};

use super::super::editor::Editor;
use crate::client::{self, Failure};

/// Milliseconds between a save and the question.
const REST: u32 = 300;

#[derive(Clone, Copy)]
pub(in crate::pages::campaigns) struct Guests {
    /// What stood a moment ago keeps standing while the next comes.
    pub answer: RwSignal<Option<Result<Forecast, Failure>>>,
    editor: Editor,
    busy: RwSignal<bool>,
    /// How many components look at it.
    wanted: RwSignal<u32>,
    /// Counts up to ask once more.
    round: RwSignal<u32>,
    /// The version that the answer is of.
    of: RwSignal<Option<u32>>,
}

/// Once, for the whole page of a campaign.
pub(in crate::pages::campaigns) fn provide(editor: Editor) {
    let guests = Guests {
        answer: RwSignal::new(None),
        editor,
        busy: RwSignal::new(false),
        wanted: RwSignal::new(0),
        round: RwSignal::new(0),
        of: RwSignal::new(None),
    };
    provide_context(guests);
    let asked = StoredValue::new(0_u32);
    let is_wanted = Memo::new(move |_| guests.wanted.get() > 0);
    Effect::new(move || {
        guests.round.track();
        let version = editor.version.get();
        if !is_wanted.get() || guests.of.get_untracked() == Some(version) {
            return;
        }
        let mine = asked.get_value().wrapping_add(1);
        asked.set_value(mine);
        guests.busy.set(true);
        spawn_local(async move {
            TimeoutFuture::new(REST).await;
            if asked.try_get_value() != Some(mine) {
                return;
            }
            let Some(id) = editor.id.try_get_value() else { return };
            let got = client::get::<ForecastResponse>(&format!("/api/campaigns/{id}/forecast")).await;
            if asked.try_get_value() != Some(mine) {
                return;
            }
            guests.busy.try_set(false);
            guests.of.try_set(got.is_ok().then_some(version));
            guests.answer.try_set(Some(got.map(|answer| answer.forecast)));
        });
    });
}

pub(in crate::pages::campaigns) fn use_guests() -> Guests {
    expect_context()
}

impl Guests {
    /// Keeps it up to date while the calling component lives.
    pub(in crate::pages::campaigns) fn want(self) {
        self.wanted.update(|wanted| *wanted += 1);
        on_cleanup(move || {
            self.wanted.try_update(|wanted| *wanted = wanted.saturating_sub(1));
        });
    }

    pub(in crate::pages::campaigns) fn again(self) {
        self.of.set(None);
        self.round.update(|round| *round = round.wrapping_add(1));
    }

    pub(in crate::pages::campaigns) fn forecast(self) -> Option<Forecast> {
        self.answer.with(|answer| answer.as_ref()?.as_ref().ok().cloned())
    }

    /// It is of what stood before the last change.
    pub(in crate::pages::campaigns) fn is_old(self) -> bool {
        self.busy.get() || !self.editor.is_clean() || self.of.get() != Some(self.editor.version.get())
    }
}
