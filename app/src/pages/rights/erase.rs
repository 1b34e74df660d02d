use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::PrivacyRequestAnswer;

use super::Record;
use crate::client::{self, Failure};
use crate::components::{Button, TypedConfirm, announce};
use crate::router::{Step, go};

/// Being forgotten: cannot be undone, so the name or the id is typed first.
#[component]
pub(super) fn Erase(record: Record, at_once: bool) -> impl IntoView {
    let open = RwSignal::new(at_once);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let path = StoredValue::new(format!("/api/customers/{}", record.id));
    let name = record.name.trim().to_owned();
    let mut wanted = vec![record.external_id.clone()];
    if !name.is_empty() && name != record.external_id {
        wanted.insert(0, name);
    }
    let shown = record.shown();
    let erase = Callback::new(move |()| {
        busy.set(true);
        failure.set(None);
        let path = path.get_value();
        spawn_local(async move {
            let answer = client::delete::<PrivacyRequestAnswer>(&path).await;
            busy.try_set(false);
            match answer {
                Ok(PrivacyRequestAnswer { privacy_request }) => {
                    announce(match privacy_request.done_at {
                        Some(_) => "They are erased.",
                        None => "They are being erased. The register says when it is done.",
                    });
                    open.try_set(false);
                    go("/customers", Step::Page);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    });
    view! {
        <section class="panel pad stack">
            <h2>"Erase"</h2>
            <p>"Everything about them is removed for good, also what waits to be read. Whatever is sent about them later is dropped."</p>
            <div class="row"><Button on_press=move |_| open.set(true)>"Erase…"</Button></div>
        </section>
        <TypedConfirm
            open
            title=format!("Erase {shown} for good?")
            wanted
            label="Name or id"
            action="Erase for good"
            busy
            failure
            on_confirm=erase
        >
            <p><b>"What goes: "</b> "the record and those merged into it, contacts and consent, orders, everything they did, scores, notes, and every message, dead letter and rejected row that names them."</p>
            <p><b>"What stays: "</b> "a keyed fingerprint of their addresses, so that they are never written to again, and a line in the register and the audit log that says that it was done, without their name."</p>
        </TypedConfirm>
    }
}
