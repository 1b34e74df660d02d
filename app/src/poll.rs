//! Looking again and again at what changes by itself, without troubling the server more than it helps.

use std::cell::Cell;
use std::rc::Rc;

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// After failures the wait doubles up to this, in milliseconds.
const LONGEST: u32 = 60_000;

/// Calls `look` every so many milliseconds while the calling component lives and the page is looked at, and at once when somebody
/// comes back to it. `look` answers with whether it got an answer.
pub fn poll<F>(every: u32, look: impl Fn() -> F + 'static)
where
    F: Future<Output = bool> + 'static,
{
    // Gone with the component.
    let alive = StoredValue::new(());
    let is_alive = move || alive.try_get_value().is_some();
    let looking = Rc::new(Cell::new(false));
    let look = Rc::new(move || {
        let answer = (!looking.replace(true)).then(&look);
        let looking = looking.clone();
        async move {
            match answer {
                Some(answer) => {
                    let came = answer.await;
                    looking.set(false);
                    came
                }
                None => true,
            }
        }
    });
    let at_once = look.clone();
    let listener = window_event_listener_untyped("visibilitychange", move |_| {
        if !document().hidden() {
            let answer = at_once();
            spawn_local(async move {
                answer.await;
            });
        }
    });
    on_cleanup(move || listener.remove());
    spawn_local(async move {
        let mut wait = every;
        loop {
            TimeoutFuture::new(wait).await;
            if !is_alive() {
                return;
            }
            if !document().hidden() {
                wait = if look().await { every } else { wait.saturating_mul(2).min(LONGEST) };
            }
        }
    });
}

/// Rises every so many milliseconds while the page is looked at: what tells how long ago something was reads it.
pub fn ticks(every: u32) -> RwSignal<u32> {
    let tick = RwSignal::new(0_u32);
    poll(every, move || async move { tick.try_update(|tick| *tick = tick.wrapping_add(1)).is_some() });
    tick
}
