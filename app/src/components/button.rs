use leptos::ev::MouseEvent;
use leptos::prelude::*;

/// How much a button asks for attention: one `Primary` a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ButtonKind {
    #[default]
    Plain,
    Primary,
    Quiet,
}

/// A button. While `busy` it keeps its width and its focus and does nothing.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] small: bool,
    /// Sends the form it stands in.
    #[prop(optional)]
    submit: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(optional, into)] on_press: Option<Callback<MouseEvent>>,
    children: Children,
) -> impl IntoView {
    let class = class(kind, small);
    view! {
        <button
            class=class
            type=if submit { "submit" } else { "button" }
            // Not `disabled` while busy: that would drop the focus to the top of the page.
            disabled=move || disabled.get()
            aria-busy=move || busy.get().then_some("true")
            on:click=move |event| {
                if busy.get_untracked() {
                    event.prevent_default();
                } else if let Some(on_press) = on_press {
                    on_press.run(event);
                }
            }
        >
            {children()}
        </button>
    }
}

/// A link that looks like a button: it goes somewhere, so it is a link.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: Signal<String>,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] small: bool,
    /// A file to save instead of a page to open.
    #[prop(optional)]
    download: bool,
    children: Children,
) -> impl IntoView {
    let class = class(kind, small);
    // The router leaves links with `download` and `rel="external"` to the browser.
    view! {
        <a class=class href=move || href.get() download=download.then_some("") rel=download.then_some("external")>
            {children()}
        </a>
    }
}

fn class(kind: ButtonKind, small: bool) -> String {
    let kind = match kind {
        ButtonKind::Plain => "",
        ButtonKind::Primary => " primary",
        ButtonKind::Quiet => " quiet",
    };
    format!("btn{kind}{}", if small { " small" } else { "" })
}
