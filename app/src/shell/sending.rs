//! "Stop all sending" on every page, for those who may send; and for everybody the line that says that it is stopped.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::json;
use shared::api::Permission;

use crate::client::{self, Failure};
use crate::components::{Button, Confirm, FailureNotice, announce};
use crate::poll::poll;
use crate::session::{SessionState, use_session};

/// Milliseconds between two looks.
const EVERY: u32 = 60_000;

/// Milliseconds after which a quiet page is asked about it first.
const QUIET: u32 = 1_000;

/// Of the answer, what the shell shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
struct Known {
    is_stopped: bool,
    is_waiting_for_opt_outs: bool,
}

#[derive(Debug, Deserialize)]
struct Answer {
    sending: Known,
}

/// How sending stands; none until it is known.
#[derive(Clone, Copy)]
pub(super) struct SendingState {
    known: RwSignal<Option<Known>>,
    asking: RwSignal<bool>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
}

impl SendingState {
    /// Once, in the shell. It asks when the first view has its answers, and again while the page is looked at.
    pub(super) fn provide(session: SessionState) -> Self {
        let state = Self {
            known: RwSignal::new(None),
            asking: RwSignal::new(false),
            busy: RwSignal::new(false),
            failure: RwSignal::new(None),
        };
        provide_context(state);
        let signed_in = Memo::new(move |_| session.get().is_some());
        Effect::new(move || {
            if signed_in.get() {
                spawn_local(async move {
                    loop {
                        TimeoutFuture::new(QUIET).await;
                        if client::is_quiet() {
                            break;
                        }
                    }
                    if signed_in.try_get_untracked() == Some(true) {
                        state.look().await;
                    }
                });
            }
        });
        poll(EVERY, move || async move {
            match signed_in.try_get_untracked() {
                Some(true) => state.look().await,
                _ => true,
            }
        });
        state
    }

    async fn look(self) -> bool {
        let got = client::get::<Answer>("/api/sending").await;
        let came = got.is_ok();
        if let Ok(answer) = got {
            self.known.try_set(Some(answer.sending));
        }
        came
    }

    fn send(self, name: &'static str, said: &'static str) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = client::post::<_, Answer>(&format!("/api/sending/{name}"), &json!({})).await;
            self.busy.try_set(false);
            match answer {
                Ok(answer) => {
                    self.known.try_set(Some(answer.sending));
                    self.asking.try_set(false);
                    announce(said);
                }
                Err(refused) => drop(self.failure.try_set(Some(refused))),
            }
        });
    }

    fn is_stopped(self) -> bool {
        self.known.with(|known| known.is_some_and(|known| known.is_stopped))
    }
}

/// The button in the sidebar and in the menu.
#[component]
pub(super) fn StopButton() -> impl IntoView {
    let session = use_session();
    let state = expect_context::<SendingState>();
    let may = Memo::new(move |_| session.may(Permission::Send));
    let shown = Memo::new(move |_| may.get() && !state.is_stopped());
    view! {
        <Show when=move || shown.get()>
            <div class="stop-all">
                <Button
                    small=true
                    on_press=move |_| {
                        state.failure.set(None);
                        state.asking.set(true);
                    }
                >
                    <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M3.5 0h5L12 3.5v5L8.5 12h-5L0 8.5v-5z" /></svg>
                    "Stop all sending"
                </Button>
            </div>
        </Show>
    }
}

/// The question before it; once on the page.
#[component]
pub(super) fn StopDialog() -> impl IntoView {
    let state = expect_context::<SendingState>();
    let stop = Callback::new(move |()| state.send("stop", "All sending is stopped."));
    view! {
        <Confirm
            open=state.asking
            title="Stop all sending?"
            action="Stop all sending"
            busy=state.busy
            failure=state.failure
            on_confirm=stop
        >
            <p>"Nothing more goes out, of any campaign and over any channel, from the next message on. What a provider has already stays sent."</p>
            <p class="m">"Opt-outs and complaints are still taken. Whoever may send can resume; messages that became too late meanwhile are given up."</p>
        </Confirm>
    }
}

/// Above every page, while it is stopped.
#[component]
pub(super) fn StoppedLine() -> impl IntoView {
    let session = use_session();
    let state = expect_context::<SendingState>();
    let may = Memo::new(move |_| session.may(Permission::Send));
    let stopped = Memo::new(move |_| state.is_stopped());
    let waits = Memo::new(move |_| {
        state.known.with(|known| known.is_some_and(|known| known.is_waiting_for_opt_outs && !known.is_stopped))
    });
    view! {
        <Show when=move || stopped.get()>
            <div class="stopped-line" role="status">
                <p><b>"All sending is stopped."</b> " Nothing goes out until somebody who may send resumes it."</p>
                <Show when=move || may.get()>
                    <Button small=true busy=state.busy on_press=move |_| state.send("resume", "Sending goes on.")>"Resume sending"</Button>
                </Show>
                {move || state.failure.get().filter(|_| !state.asking.get()).map(|failure| view! { <FailureNotice failure /> })}
            </div>
        </Show>
        <Show when=move || waits.get()>
            <div class="stopped-line" role="status">
                <p><b>"Sending waits."</b> " Some opt-outs are not written down yet. It goes on by itself once they are."</p>
            </div>
        </Show>
    }
}
