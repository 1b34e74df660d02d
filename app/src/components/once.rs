use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Promise, Reflect};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{Button, announce, unique_id};

/// A line to be copied, such as an address or a secret that is shown this once: read-only, with a button that copies it.
#[component]
pub fn Once(#[prop(into)] label: String, #[prop(into)] value: String) -> impl IntoView {
    let id = unique_id();
    let field = NodeRef::<html::Input>::new();
    let select = Callback::new(move |()| {
        if let Some(field) = field.try_get_untracked().flatten() {
            field.select();
        }
    });
    let text = value.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{label.clone()}</label>
            <div class="once">
                <input id=id node_ref=field type="text" readonly autocomplete="off" spellcheck="false" value=value on:focus=move |_| select.run(()) />
                <Copy label text select />
            </div>
        </div>
    }
}

/// Several lines to be copied.
#[component]
pub fn CopyText(#[prop(into)] label: String, #[prop(into)] value: String) -> impl IntoView {
    let id = unique_id();
    let field = NodeRef::<html::Textarea>::new();
    let select = Callback::new(move |()| {
        if let Some(field) = field.try_get_untracked().flatten() {
            field.select();
        }
    });
    let text = value.clone();
    let rows = value.lines().count().clamp(2, 16).to_string();
    view! {
        <div class="field">
            <label for=id.clone()>{label.clone()}</label>
            <div class="once">
                <textarea id=id node_ref=field readonly spellcheck="false" rows=rows prop:value=value></textarea>
                <Copy label text select />
            </div>
        </div>
    }
}

/// Milliseconds for which the button says that it copied.
const SAYS: u32 = 2_000;

/// Says "Copied" where it did; else what was to be copied is selected.
#[component]
fn Copy(label: String, text: String, select: Callback<()>) -> impl IntoView {
    let done = RwSignal::new(false);
    let refused = RwSignal::new(false);
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            if copied(&text).await {
                refused.try_set(false);
                done.try_set(true);
                announce("Copied.");
                TimeoutFuture::new(SAYS).await;
                done.try_set(false);
            } else {
                // Browsers refuse it where the page is not served safely.
                select.run(());
                refused.try_set(true);
                announce(REFUSED);
            }
        });
    };
    view! {
        <Button on_press=copy>
            <span class="copy">
                <span class:still=move || done.get()>"Copy" <span class="unseen">" " {label}</span></span>
                <span class:still=move || !done.get() aria-hidden=move || (!done.get()).then_some("true")>"Copied"</span>
            </span>
        </Button>
        {move || refused.get().then(|| view! { <p class="hint">{REFUSED}</p> })}
    }
}

const REFUSED: &str = "Your browser did not let Rekindle copy it. It is selected: press Ctrl+C or Cmd+C.";

async fn copied(text: &str) -> bool {
    let written = || {
        let navigator = Reflect::get(&window(), &JsValue::from_str("navigator")).ok()?;
        let clipboard = Reflect::get(&navigator, &JsValue::from_str("clipboard")).ok()?;
        let write: Function = Reflect::get(&clipboard, &JsValue::from_str("writeText")).ok()?.dyn_into().ok()?;
        write.call1(&clipboard, &JsValue::from_str(text)).ok()?.dyn_into::<Promise>().ok()
    };
    match written() {
        Some(written) => JsFuture::from(written).await.is_ok(),
        None => false,
    }
}
