use leptos::prelude::*;

use super::shared;
use crate::session::use_session;
use crate::{format, locale};

/// How long ago a point in time (RFC 3339) was, while time goes on.
#[component]
pub fn Since(#[prop(into)] at: String) -> impl IntoView {
    let session = use_session();
    let tick = shared().tick;
    let title = at.clone();
    let then = locale::millis(&at);
    view! {
        <time class="nowrap" datetime=at title=move || locale::moment(&title, &session.zone())>
            {move || {
                tick.track();
                format::ago(session.clock(), then)
            }}
        </time>
    }
}
