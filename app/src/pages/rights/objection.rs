use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::CustomerChange;
use shared::id::Id;

use super::record::{Answer, Standing};
use crate::client::{self, Failure};
use crate::components::{Button, DateText, FailureNotice, announce, standing};

/// Whether they are scored; undone by the same button.
#[component]
pub(super) fn Objection(id: Id, version: u32, objected_at: Option<String>, may: Memo<bool>) -> impl IntoView {
    let path = StoredValue::new(format!("/api/customers/{id}"));
    let known = RwSignal::new(Standing { version, objected_at });
    let objects = Memo::new(move |_| known.with(|known| known.objected_at.is_some()));
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let press = move |_| {
        let objected = !objects.get_untracked();
        busy.set(true);
        failure.set(None);
        let change = CustomerChange { objected: Some(objected), ..CustomerChange::default() };
        let path = path.get_value();
        let mut version = known.with_untracked(|known| known.version);
        spawn_local(async move {
            let answer = loop {
                let answer = client::patch::<_, Answer<Standing>>(&path, version, &change).await;
                match answer.as_ref().err().and_then(standing::<Standing>) {
                    // Owner, tags or the like changed meanwhile: they stay, and this means the same beside them.
                    Some((current, _)) if current != version => version = current,
                    _ => break answer,
                }
            };
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(Answer { customer }) => {
                    announce(if objected { "They are no longer profiled." } else { "They are profiled again." });
                    known.set(customer);
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    view! {
        <section class="panel pad stack">
            <h2>"Profiling"</h2>
            {move || match known.with(|known| known.objected_at.clone()) {
                Some(at) => view! {
                    <p><b>"They object to profiling, since " <DateText at /> "."</b></p>
                    <p class="m">"They stay a customer with their orders and consent, but have no risk, are on no list of those at risk, and no model learns from them."</p>
                }
                .into_any(),
                None => view! {
                    <p>"They are scored: how likely they leave, why, and what they are worth."</p>
                    <p class="m">"Whoever objects stays a customer, but is neither scored nor part of a model. Scores that exist are removed. It can be undone."</p>
                }
                .into_any(),
            }}
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <Show when=move || may.get()>
                <div class="row">
                    <Button busy on_press=press>{move || if objects.get() { "Profile again" } else { "Object to profiling" }}</Button>
                </div>
            </Show>
        </section>
    }
}
