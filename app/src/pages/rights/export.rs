use leptos::prelude::*;

use super::Record;
use crate::components::{ButtonKind, ButtonLink};

/// Everything that is held, as one file.
#[component]
pub(super) fn Export(record: Record) -> impl IntoView {
    view! {
        <section class="panel pad stack">
            <h2>"All that is held on them"</h2>
            <p>
                "One JSON file to hand to them: their record and contacts, consent with its evidence, orders, what they did, scores with the reasons, your team's notes, and the messages as they came."
            </p>
            <p class="m">"It holds what your team wrote about them too: read it before you send it. Each export is written into the audit log."</p>
            <div class="row">
                <ButtonLink kind=ButtonKind::Primary download=true href=format!("/api/customers/{}/export", record.id)>"Export all data"</ButtonLink>
            </div>
        </section>
    }
}
