//! The one thing to do about this customer, and the button that starts it.

use leptos::prelude::*;
use shared::api::{Begun, Permission, Recommended};
use shared::offer::Blocked;

use crate::components::{Button, ButtonKind, ButtonLink, DateText, StartDialog, Starting, What};
use crate::session::use_session;

#[component]
pub(super) fn TodoPanel(
    customer: String,
    name: String,
    recommended: Option<Recommended>,
    begun: Option<Begun>,
    again: Callback<()>,
) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let starting = RwSignal::new(None::<Starting>);
    let body = match (begun, recommended) {
        (Some(Begun { name, since, due, .. }), _) => view! {
            <p><b dir="auto">{name}</b> ", since " <DateText at=since /> {due.map(|at| view! { ", due " <DateText at /> })}</p>
            <p class="m">"Nothing else is recommended until it is done."</p>
            <ButtonLink small=true href="/inbox">"See it in the Inbox"</ButtonLink>
        }
        .into_any(),
        (None, Some(found)) => {
            let can_start = found.offer.is_some();
            let blocked = found.blocked.clone();
            let asked = StoredValue::new(Starting { customer, name, recommended: found.clone() });
            view! {
                <What recommended=found />
                <Show when=move || can_start && may.get()>
                    <Button kind=ButtonKind::Primary small=true on_press=move |_| starting.set(Some(asked.get_value()))>"Start it"</Button>
                </Show>
                {(!blocked.is_empty()).then(|| view! { <Stopped blocked /> })}
            }
            .into_any()
        }
        (None, None) => return ().into_any(),
    };
    view! {
        <section class="panel pad stack tight" id="recommended">
            <h2>"Recommended"</h2>
            {body}
        </section>
        <StartDialog starting on_started=again />
    }
    .into_any()
}

#[component]
fn Stopped(blocked: Vec<Blocked>) -> impl IntoView {
    let items = blocked
        .into_iter()
        .map(|Blocked { name, why, .. }| {
            let rules = why.into_iter().map(|block| view! { <div class="s">{block.text} " " {block.lift}</div> }).collect_view();
            view! { <li><span dir="auto">{name}</span> {rules}</li> }
        })
        .collect_view();
    view! {
        <details>
            <summary>"What would bring more, and is stopped"</summary>
            <ul class="dots">{items}</ul>
        </details>
    }
}
