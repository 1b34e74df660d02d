use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use super::{Button, FailureNotice, Skeleton, announce};
use crate::client::{self, Failure};
use crate::locale;

/// What a list shows so far: it grows by asking for more.
#[derive(Debug, Clone)]
pub struct Grown<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
    /// An answer came.
    known: bool,
    /// With whether it was more that did not come.
    failure: Option<(Failure, bool)>,
    busy: bool,
}

impl<T> Default for Grown<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next_cursor: None, known: false, failure: None, busy: false }
    }
}

/// Asks for the first page, or with `true` for the next one after those that stand. `path` is the address of the page behind a
/// cursor, `read` takes an answer apart, and `noun` is what is said of their number.
pub fn grow<T, A>(
    shown: RwSignal<Grown<T>>,
    noun: &'static str,
    path: impl Fn(Option<&str>) -> String + Send + Sync + 'static,
    read: impl Fn(A) -> (Vec<T>, Option<String>) + Copy + Send + Sync + 'static,
) -> Callback<bool>
where
    T: Send + Sync + 'static,
    A: DeserializeOwned + 'static,
{
    // Another filter's late answer does not mix with this one's.
    let asked = StoredValue::new(0_u32);
    Callback::new(move |more: bool| {
        let path = shown.with_untracked(|shown| path(shown.next_cursor.as_deref().filter(|_| more)));
        let mine = asked.get_value().wrapping_add(1);
        asked.set_value(mine);
        shown.update(|shown| (shown.busy, shown.failure) = (true, None));
        spawn_local(async move {
            let answer = client::get::<A>(&path).await;
            if asked.try_get_value() != Some(mine) {
                return;
            }
            let came = answer.is_ok();
            shown.update(|shown| {
                shown.busy = false;
                match answer {
                    Ok(answer) => {
                        let (items, next_cursor) = read(answer);
                        if !more {
                            shown.items.clear();
                        }
                        shown.items.extend(items);
                        (shown.next_cursor, shown.known) = (next_cursor, true);
                    }
                    Err(refused) => shown.failure = Some((refused, more)),
                }
            });
            if more && came {
                let count = shown.with_untracked(|shown| shown.items.len()) as u64;
                announce(format!("{} {noun} are shown.", locale::count(count)));
            }
        });
    })
}

/// The panel of such a list: what is done with it above, then the list or what stands where it is empty, then more of it.
#[component]
pub fn Growing<T: Send + Sync + 'static>(
    shown: RwSignal<Grown<T>>,
    load: Callback<bool>,
    /// Where there is nothing.
    #[prop(into)]
    nothing: ViewFn,
    #[prop(into)] list: ViewFn,
    /// Above the list.
    children: Children,
) -> impl IntoView {
    let state = Memo::new(move |_| shown.with(|shown| (shown.known, shown.items.is_empty(), shown.failure.is_some())));
    let busy = Memo::new(move |_| shown.with(|shown| shown.busy));
    let more = Memo::new(move |_| shown.with(|shown| shown.next_cursor.is_some()));
    let failure = move || {
        shown.with(|shown| shown.failure.clone()).map(|(failure, more)| {
            view! { <div class="pad"><FailureNotice failure retry=Callback::new(move |()| load.run(more)) /></div> }
        })
    };
    let body = move || match state.get() {
        (false, _, failed) => (!failed).then(|| view! { <div class="pad"><Skeleton lines=6 /></div> }).into_any(),
        (true, true, _) => nothing.run(),
        (true, false, _) => list.run(),
    };
    view! {
        <section class="panel" aria-busy=move || busy.get().then_some("true")>
            {children()}
            {failure}
            {body}
            <Show when=move || more.get()>
                <div class="pad row">
                    <Button busy on_press=move |_| load.run(true)>"Load more"</Button>
                </div>
            </Show>
        </section>
    }
}
