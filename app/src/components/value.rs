use leptos::prelude::*;
use shared::money;

use crate::locale;
use crate::session::use_session;

/// An amount as the reader's browser writes it.
#[component]
pub fn Money(
    amount: money::Money,
    /// Whole units from a thousand on.
    #[prop(optional)]
    short: bool,
) -> impl IntoView {
    let text = if short { locale::money_short(amount) } else { locale::money(amount) };
    view! { <span class="nowrap">{text}</span> }
}

/// A point in time (RFC 3339), shown in the shop's time zone.
#[component]
pub fn DateText(#[prop(into)] at: String) -> impl IntoView {
    let session = use_session();
    let shown = at.clone();
    view! { <time class="nowrap" datetime=at>{move || locale::moment(&shown, &session.zone())}</time> }
}

/// A calendar day (ISO date).
#[component]
pub fn DayText(#[prop(into)] day: String) -> impl IntoView {
    let text = locale::day(&day);
    view! { <time class="nowrap" datetime=day>{text}</time> }
}

/// How long ago a point in time (RFC 3339) was, by the server's clock.
#[component]
pub fn Ago(#[prop(into)] at: String) -> impl IntoView {
    let session = use_session();
    let title = at.clone();
    let then = locale::millis(&at);
    view! {
        <time class="nowrap" datetime=at title=move || locale::moment(&title, &session.zone())>
            {move || crate::format::ago(session.now(), then)}
        </time>
    }
}
