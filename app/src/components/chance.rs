use leptos::prelude::*;
use shared::api::MoneyInterval;

use crate::format;
use crate::locale;

/// A probability with its 90 % interval where there is one: `64 % (51–76)`.
#[component]
pub fn Chance(
    p: f64,
    /// (low, high)
    #[prop(into)]
    interval: Option<(f64, f64)>,
) -> impl IntoView {
    let around = interval.map(|(low, high)| {
        let shown = format::interval(low, high);
        view! { " " <Between shown ends=(format::percent(low), format::percent(high)) /> }
    });
    view! { <span class="nowrap">{format::percent(p)}{around}</span> }
}

/// The 90 % interval beside a figure: short for the eye, in words for the ear.
#[component]
pub fn Between(
    shown: String,
    /// (low, high)
    ends: (String, String),
) -> impl IntoView {
    let spoken = format!(", between {} and {} with 90 % certainty,", ends.0, ends.1);
    view! {
        <span class="interval" aria-hidden="true" title="90 % interval">{format!("({shown})")}</span>
        <span class="unseen">{spoken}</span>
    }
}

/// The same of an amount.
#[component]
pub fn BetweenAmounts(interval: MoneyInterval) -> impl IntoView {
    let ends = (locale::money_short(interval.low), locale::money_short(interval.high));
    view! { <Between shown=format!("{}–{}", ends.0, ends.1) ends /> }
}
