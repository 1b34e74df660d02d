use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::{Button, ButtonKind, Dialog, FailureNotice, Field};
use crate::client::Failure;

/// Asks before something that cannot be taken back: its name is typed first. The children say what goes and what stays.
#[component]
pub fn TypedConfirm(
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    /// Any of these, as the page shows them.
    wanted: Vec<String>,
    /// What is typed, such as "Name of the source".
    #[prop(into)]
    label: String,
    /// On the button that does it.
    #[prop(into)]
    action: String,
    #[prop(into)] busy: Signal<bool>,
    /// Emptied when the dialog opens.
    failure: RwSignal<Option<Failure>>,
    #[prop(into)] on_confirm: Callback<()>,
    children: ChildrenFn,
) -> impl IntoView {
    let texts = StoredValue::new((wanted, label, action));
    let children = StoredValue::new(children);
    Effect::new(move || {
        if open.get() {
            failure.set(None);
        }
    });
    // The form is made anew each time the dialog opens: what was typed once confirms nothing later.
    view! {
        <Dialog open title>
            {move || {
                let (wanted, label, action) = texts.get_value();
                view! {
                    <div class="stack">{children.with_value(|children| children())}</div>
                    <Form open wanted label action busy failure on_confirm />
                }
            }}
        </Dialog>
    }
}

#[component]
fn Form(
    open: RwSignal<bool>,
    wanted: Vec<String>,
    label: String,
    action: String,
    busy: Signal<bool>,
    failure: RwSignal<Option<Failure>>,
    on_confirm: Callback<()>,
) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let ask = wanted
        .iter()
        .enumerate()
        .map(|(place, name)| view! { {if place == 0 { " " } else { " or " }} <b dir="auto">{name.clone()}</b> })
        .collect::<Vec<_>>();
    let first = wanted.first().cloned().unwrap_or_default();
    let wanted = StoredValue::new(wanted);
    let fits = move || typed.with(|typed| wanted.with_value(|wanted| is_one_of(typed, wanted)));
    let error = Signal::derive(move || (tried.get() && !fits()).then(|| format!("Type {first}, as it is written above.")));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        if !busy.get_untracked() && untrack(fits) {
            on_confirm.run(());
        }
    };
    view! {
        <form class="after" novalidate on:submit=send>
            <p>"This cannot be taken back. To go on, type:" {ask}</p>
            <Field label value=typed error autocomplete="off" />
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| open.set(false)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>{action}</Button>
            </div>
        </form>
    }
}

/// Spaces around it do not matter; nothing confirms where there is nothing to type.
fn is_one_of(typed: &str, wanted: &[String]) -> bool {
    let typed = typed.trim();
    !typed.is_empty() && wanted.iter().any(|wanted| wanted.trim() == typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_name_confirms() {
        let wanted = ["Ana Sousa ".to_owned(), "C-1".to_owned(), String::new()];
        for good in ["Ana Sousa", " C-1 "] {
            assert!(is_one_of(good, &wanted), "{good}");
        }
        for bad in ["", "  ", "ana sousa", "Ana", "C-12"] {
            assert!(!is_one_of(bad, &wanted), "{bad}");
        }
    }
}
