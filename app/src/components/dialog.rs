use leptos::html;
use leptos::prelude::*;

use super::{Button, ButtonKind, unique_id};

/// A modal dialog on the browser's own `<dialog>`: it holds the focus, closes on Esc and gives the focus back.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    /// Slides in from the side: the menu on a phone.
    #[prop(optional)]
    drawer: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    let heading = unique_id();
    Effect::new(move || {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            // Refused only where the dialog stands outside the page.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    view! {
        <dialog
            node_ref=node
            class=if drawer { "drawer" } else { "" }
            aria-labelledby=heading.clone()
            on:close=move |_| open.set(false)
            // A click on the dialog itself, not on what it holds, is a click beside it.
            on:click=move |event| {
                if event.target() == node.get_untracked().map(Into::into) {
                    open.set(false);
                }
            }
        >
            <div class="dialog-body">
                <header>
                    <h2 id=heading.clone()>{title}</h2>
                    <Button kind=ButtonKind::Quiet small=true on_press=move |_| open.set(false)>"Close"</Button>
                </header>
                <Show when=move || open.get()>{children()}</Show>
            </div>
        </dialog>
    }
}

/// For a [`Dialog`] about something: open while there is something in `shown`, which closing takes out.
pub fn open_while<T: Send + Sync + 'static>(shown: RwSignal<Option<T>>) -> RwSignal<bool> {
    let open = RwSignal::new(false);
    Effect::new(move || open.set(shown.with(Option::is_some)));
    Effect::new(move || {
        if !open.get() && shown.with_untracked(Option::is_some) {
            shown.set(None);
        }
    });
    open
}
