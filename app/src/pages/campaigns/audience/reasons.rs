//! How many are reached and held out, and every reason for the rest, with names.

use leptos::prelude::*;
use shared::api::{Forecast, NotReached};

use crate::format::plural;
use crate::locale;

#[component]
pub(in crate::pages::campaigns) fn Counts(forecast: Forecast) -> impl IntoView {
    let Forecast { audience, eligible, held_out, left_out, sample, .. } = forecast;
    let rest: u64 = left_out.iter().map(|one| one.customers).sum();
    let figure = |name: &'static str, count: u64| view! { <div><dt>{name}</dt><dd>{locale::count(count)}</dd></div> };
    view! {
        <dl class="facts small">
            {figure("In the audience", audience)}
            {figure("Would be contacted", eligible)}
            {figure("Held out", held_out)}
            {figure("Left out", rest)}
        </dl>
        {sample.map(|sample| view! {
            <p class="s">{format!("The audience is large: {} of them were looked at, and their shares stand for all.", locale::count(sample))}</p>
        })}
    }
}

#[component]
pub(in crate::pages::campaigns) fn Reasons(left_out: Vec<NotReached>) -> impl IntoView {
    if left_out.is_empty() {
        return view! { <p class="m">"Nobody of the audience is left out."</p> }.into_any();
    }
    let items = left_out.into_iter().map(|one| view! { <Reason one /> }).collect_view();
    view! {
        <h3>"Why the others get nothing"</h3>
        <ul class="reasons-list">{items}</ul>
    }
    .into_any()
}

#[component]
fn Reason(one: NotReached) -> impl IntoView {
    let NotReached { text, customers, names, .. } = one;
    let count = format!("{} {}", locale::count(customers), plural(customers, "customer", "customers"));
    let head = view! { <b>{count}</b> " " <span dir="auto">{text}</span> };
    if names.is_empty() {
        return view! { <li>{head}</li> }.into_any();
    }
    let more = customers.saturating_sub(names.len() as u64);
    let links = names
        .into_iter()
        .map(|known| view! { <li><a href=format!("/customers/{}", known.id) dir="auto">{known.name}</a></li> })
        .collect_view();
    view! {
        <li>
            <details>
                <summary>{head}</summary>
                <ul class="dots">{links}</ul>
                {(more > 0).then(|| view! { <p class="s">{format!("And {} more.", locale::count(more))}</p> })}
            </details>
        </li>
    }
    .into_any()
}
