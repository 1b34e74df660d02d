use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{ActiveCustomers, EconomicsResponse};

use super::center::{Phase, use_import_center};
use crate::client;
use crate::components::{Notice, NoticeKind};

/// Tells when the data hold many more or fewer active customers than the shop stated: asked for anew after each import.
#[component]
pub(super) fn ActiveNotice() -> impl IntoView {
    let active = RwSignal::new(None::<ActiveCustomers>);
    let load = move || {
        spawn_local(async move {
            // Without an answer there is nothing to warn of; the page itself says when the worker is gone.
            if let Ok(answer) = client::get::<EconomicsResponse>("/api/economics").await {
                active.try_set(answer.economics.active.filter(|active| active.differs));
            }
        });
    };
    let ended = Memo::new(move |_| use_import_center().is_some_and(|center| center.phase.get() == Phase::Ended));
    Effect::new(move |before: Option<bool>| {
        let ended = ended.get();
        if before.is_none() || ended {
            load();
        }
        ended
    });
    move || {
        active.get().map(|active| {
            view! {
                <Notice kind=NoticeKind::Warning title="The count of active customers does not agree">
                    <p>{active.words}</p>
                    <p><a href="/settings">"Correct your number"</a></p>
                </Notice>
            }
        })
    }
}
