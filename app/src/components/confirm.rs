use leptos::prelude::*;

use super::{Button, ButtonKind, Dialog, FailureNotice};
use crate::client::Failure;

/// Asks once before something that cannot be taken back. The children say what it will do, in numbers.
#[component]
pub fn Confirm(
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    /// On the button that does it, such as "Revoke the token".
    #[prop(into)]
    action: String,
    #[prop(into)] busy: Signal<bool>,
    #[prop(into)] failure: Signal<Option<Failure>>,
    #[prop(into)] on_confirm: Callback<()>,
    children: ChildrenFn,
) -> impl IntoView {
    let action = StoredValue::new(action);
    view! {
        <Dialog open title>
            <div class="stack">{children()}</div>
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| open.set(false)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary busy on_press=move |_| on_confirm.run(())>{action.get_value()}</Button>
            </div>
        </Dialog>
    }
}
