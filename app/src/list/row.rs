use leptos::html;
use leptos::prelude::*;
use shared::api::{CustomerKind, CustomerRow, Tier};

use super::List;
use super::body::RowFocus;
use crate::charts::Sparkline;
use crate::components::{DayText, Money, TierBadge};
use crate::format;

/// One row, or grey bones of the same height until its page has arrived.
#[component]
pub(super) fn Row(list: List, index: u64, focus: RowFocus, open: Callback<String>) -> impl IntoView {
    let row = Memo::new(move |_| list.row(index));
    let path = move || row.with_untracked(|row| row.as_ref().map(path));
    view! {
        <tr
            role="row"
            aria-rowindex=(index + 2).to_string()
            on:click=move |event| {
                // The name is a link of its own, which the router follows; marking text is no click.
                let target: web_sys::Element = event_target(&event);
                let on_link = target.closest("a").ok().flatten().is_some();
                let selecting = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
                if let Some(path) = path().filter(|_| !on_link && !selecting) {
                    open.run(path);
                }
            }
            on:focusin=move |_| focus.at.set(Some(index))
        >
            {move || match row.get() {
                Some(row) => cells(row, index, focus).into_any(),
                None => bones().into_any(),
            }}
        </tr>
    }
}

fn cells(row: CustomerRow, index: u64, focus: RowFocus) -> impl IntoView {
    let name = NodeRef::<html::A>::new();
    Effect::new(move || {
        if focus.wanted.get() == Some(index)
            && let Some(name) = name.get()
        {
            let _ = name.focus();
            focus.wanted.set(None);
        }
    });
    let path = path(&row);
    let shown = if row.name.trim().is_empty() { row.external_id.clone() } else { row.name.clone() };
    let about = about(&row, &shown);
    let at_risk = !matches!(row.tier, Tier::Lost | Tier::NotScored);
    // The horizon that the tier speaks of: within 30 days a moderate risk may still be none.
    let (share, days) = match row.tier {
        Tier::Immediate => (row.risk.p30, 30),
        Tier::Moderate => (row.risk.p60, 60),
        _ => (row.risk.p90, 90),
    };
    let mut reasons = row.triggers.into_iter().map(|trigger| trigger.text);
    let (first, second) = (reasons.next(), reasons.next());
    let none = if row.tier == Tier::NotScored { "Scored within the hour" } else { "Nothing unusual" };
    view! {
        <td role="cell" class="who">
            <a class="name cut" dir="auto" node_ref=name href=path>{shown}</a>
            <span class="s cut" dir="auto">{about}</span>
        </td>
        <td role="cell" class="risk">
            <TierBadge tier=row.tier />
            {at_risk.then(|| view! { <div class="s">{format::percent(share)} {format!(" in {days} d")}</div> })}
        </td>
        <td role="cell" class="weeks"><Sparkline per_cent=row.trend tier=row.tier /></td>
        <td role="cell" class="why">
            {match first {
                Some(first) => view! { <span class="cut-2" title=first.clone()>{first.clone()}</span> }.into_any(),
                None => view! { <span class="m">{none}</span> }.into_any(),
            }}
            {second.map(|second| view! { <span class="s cut" title=second.clone()>{second.clone()}</span> })}
        </td>
        <td role="cell" class="worth num">
            {match row.lifetime_value {
                Some(amount) => view! { <Money amount short=true /> }.into_any(),
                None => view! { <span class="m">"not known"</span> }.into_any(),
            }}
        </td>
        <td role="cell" class="due">{day(row.deadline)} <div class="s">"last " {day(row.last_order)}</div></td>
    }
}

fn bones() -> impl IntoView {
    let bone = |class: &'static str, width: &'static str| {
        view! { <td role="cell" class=class><span class="bone" style=format!("width:{width}")></span></td> }
    };
    (
        bone("who", "70%"),
        bone("risk", "84px"),
        bone("weeks", "92px"),
        bone("why", "60%"),
        bone("worth num", "56px"),
        bone("due", "72px"),
    )
}

fn day(day: Option<String>) -> AnyView {
    match day {
        Some(day) => view! { <DayText day /> }.into_any(),
        None => view! { <span class="m">"none"</span> }.into_any(),
    }
}

/// Who that is, beside the name.
fn about(row: &CustomerRow, shown: &str) -> String {
    let kind = match row.kind {
        CustomerKind::Shopper => None,
        CustomerKind::Account => Some("account".to_owned()),
    };
    let contact = row.email.clone().or_else(|| Some(row.external_id.clone())).filter(|text| text != shown);
    let sample = row.sample.then(|| "sample".to_owned());
    [kind, contact, row.country.clone(), sample].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn path(row: &CustomerRow) -> String {
    format!("/customers/{}", row.id)
}
