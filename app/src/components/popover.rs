use leptos::ev;
use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::unique_id;

/// A button that opens a small panel below itself. Esc closes it and gives the focus back; a click or the focus elsewhere closes
/// it too.
#[component]
pub fn Popover(
    /// On the button.
    #[prop(into)]
    words: ViewFn,
    /// What the panel holds, for those who do not see it.
    #[prop(into)]
    title: String,
    /// For those who close it from within.
    #[prop(optional)]
    open: Option<RwSignal<bool>>,
    children: ChildrenFn,
) -> impl IntoView {
    let open = open.unwrap_or_else(|| RwSignal::new(false));
    let around = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    let id = unique_id();
    let is_outside = move |target: Option<web_sys::EventTarget>| {
        let target = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        // A link inside takes the page away, and the focus leaves what is gone already.
        let around = around.try_get_untracked().flatten();
        around.is_some_and(|around| target.is_some() && !around.contains(target.as_ref()))
    };
    let pressed = window_event_listener(ev::pointerdown, move |event| {
        if open.try_get_untracked() == Some(true) && is_outside(event.target()) {
            open.set(false);
        }
    });
    on_cleanup(move || pressed.remove());
    view! {
        <div
            class="pop"
            node_ref=around
            on:keydown=move |event| {
                if event.key() == "Escape" && open.get_untracked() {
                    // The list would give its selection up.
                    event.stop_propagation();
                    open.set(false);
                    button.get_untracked().inspect(|button| drop(button.focus()));
                }
            }
            on:focusout=move |event| {
                if is_outside(event.related_target()) {
                    open.try_set(false);
                }
            }
        >
            <button
                class="btn small"
                type="button"
                node_ref=button
                aria-expanded=move || open.get().to_string()
                aria-controls=id.clone()
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {words.run()}
                <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 4l4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.5" /></svg>
            </button>
            <div class="pop-panel form" id=id role="group" aria-label=title hidden=move || !open.get()>
                <Show when=move || open.get()>{children()}</Show>
            </div>
        </div>
    }
}
