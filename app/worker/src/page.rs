//! The line to the page: asks come in, news go out.

use std::cell::Cell;

use js_sys::{Array, global};
use shared::api::worker::{Ask, Failure, News, Reply};
use wasm_bindgen::prelude::*;
use web_sys::{Blob, DedicatedWorkerGlobalScope, MessageEvent};

thread_local! {
    static CURRENT: Cell<u32> = const { Cell::new(0) };
    static CANCELLED: Cell<bool> = const { Cell::new(false) };
}

/// A task's name in talk with the page, and whether the page still wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Yes,
    /// The page asked for something else since.
    Replaced,
    Cancelled,
}

impl Job {
    /// From now on this is what the Web Worker works on; an older job finds itself replaced.
    pub fn begin(ask: &Ask) -> Self {
        CURRENT.set(ask.number);
        CANCELLED.set(false);
        Self(ask.number)
    }

    /// Ends the current job, whichever it is.
    pub fn cancel() {
        CANCELLED.set(true);
    }

    pub fn wanted(self) -> Wanted {
        match (CURRENT.get() == self.0, CANCELLED.get()) {
            (false, _) => Wanted::Replaced,
            (true, true) => Wanted::Cancelled,
            (true, false) => Wanted::Yes,
        }
    }

    pub fn tell(self, news: News) {
        post(&Reply { number: self.0, news });
    }
}

/// Calls `act` for each message from the page and says that the Web Worker is ready.
pub fn listen(act: impl Fn(Ask, Option<Blob>) + 'static) {
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        let message = Array::from(&event.data());
        let ask = message.get(0).as_string().and_then(|json| serde_json::from_str(&json).ok());
        match ask {
            Some(ask) => act(ask, message.get(1).dyn_into().ok()),
            None => post(&Reply { number: CURRENT.get(), news: News::Failed(outdated()) }),
        }
    });
    scope().set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    post(&Reply { number: 0, news: News::Ready });
}

/// A panic ends the wasm instance: the page must hear of it, or it would wait for ever.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        console_error_panic_hook::hook(info);
        post(&Reply {
            number: CURRENT.get(),
            news: News::Failed(Failure {
                text: "This stopped because of a fault in Rekindle. Nothing is lost: reload the page and try again; an import goes on once the same file is chosen."
                    .to_owned(),
                ..Failure::default()
            }),
        });
    }));
}

fn outdated() -> Failure {
    Failure { text: "The page is older than the module that works for it: reload the page.".to_owned(), ..Failure::default() }
}

fn post(reply: &Reply) {
    if let Ok(json) = serde_json::to_string(reply) {
        // Text can always be cloned to the page; a page that is gone does not listen any more.
        let _ = scope().post_message(&JsValue::from_str(&json));
    }
}

fn scope() -> DedicatedWorkerGlobalScope {
    global().unchecked_into()
}
