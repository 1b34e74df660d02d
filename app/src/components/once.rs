use js_sys::{Function, Promise, Reflect};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{Button, announce, unique_id};

/// A secret that is shown this once: read-only, with a button that copies it.
#[component]
pub fn Once(#[prop(into)] label: String, #[prop(into)] value: String) -> impl IntoView {
    let id = unique_id();
    let field = NodeRef::<html::Input>::new();
    let said = RwSignal::new("");
    let text = value.clone();
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            let words = if copied(&text).await {
                "Copied."
            } else {
                // Browsers refuse it where the page is not served safely.
                if let Some(field) = field.try_get_untracked().flatten() {
                    field.select();
                }
                "Your browser did not let Rekindle copy it. It is selected: press Ctrl+C or Cmd+C."
            };
            if said.try_set(words).is_none() {
                announce(words);
            }
        });
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="once">
                <input id=id node_ref=field type="text" readonly autocomplete="off" spellcheck="false" value=value on:focus=move |_| {
                    if let Some(field) = field.get_untracked() {
                        field.select();
                    }
                } />
                <Button on_press=copy>"Copy"</Button>
            </div>
            <p class="hint">{move || said.get()}</p>
        </div>
    }
}

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
