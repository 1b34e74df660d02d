//! Today's limits beside the new ones, before they are saved.

use leptos::prelude::*;
use shared::offer::{Guardrails, percent};

use super::effect::LINES;
use super::money;
use super::plan::Plan;
use crate::client::Failure;
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Table};

#[component]
pub(super) fn Compare(
    comparing: RwSignal<bool>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    save: Callback<()>,
    reload: Callback<()>,
) -> impl IntoView {
    let plan = expect_context::<Plan>();
    let currency = plan.basis.with_value(|basis| basis.guardrails.currency);
    let rows = move || {
        let limits = plan.stored.with(|was| plan.draft.with(|is| changes(was, is)));
        let effects = plan.today.with(|today| {
            plan.now.with(|now| LINES.map(|(name, of)| (name.to_owned(), of(&today.effect, currency), of(&now.effect, currency))))
        });
        let row = |(name, was, is): (String, String, String)| {
            view! { <tr><th scope="row">{name}</th><td class="num">{was}</td><td class="num">{is}</td></tr> }
        };
        limits.into_iter().chain(effects).filter(|(_, was, is)| was != is).map(row).collect_view()
    };
    let is_stale = move || failure.with(|failure| failure.as_ref().is_some_and(|failure| failure.conflict().is_some()));
    view! {
        <Dialog open=comparing title="Save these limits?">
            <Table caption="What changes" unseen_caption=true>
                <thead><tr><th scope="col">"What changes"</th><th scope="col" class="num">"Today"</th><th scope="col" class="num">"New"</th></tr></thead>
                <tbody>{rows}</tbody>
            </Table>
            <p class="s">"They hold from the next offer on. What was promised stands."</p>
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Show when=is_stale><Button on_press=move |_| reload.run(())>"Load what stands now"</Button></Show>
                <Button on_press=move |_| comparing.set(false)>"Not yet"</Button>
                <Button kind=ButtonKind::Primary busy on_press=move |_| save.run(())>"Save limits"</Button>
            </div>
        </Dialog>
    }
}

/// Name, before and after.
fn changes(was: &Guardrails, is: &Guardrails) -> Vec<(String, String, String)> {
    let currency = is.currency;
    let amount = |minor: i64| money::short(minor, currency);
    let limit = |from: Option<i64>| from.map_or_else(|| "nobody".to_owned(), amount);
    let days = |days: u16| format!("{days} days");
    let of = |limits: &Guardrails| {
        [
            ("Budget", amount(limits.spend)),
            ("Budget for", days(limits.spend_days)),
            ("Greatest discount", percent(limits.greatest_discount)),
            ("Margin floor", percent(limits.margin_floor)),
            ("Come back anyway at", percent(limits.anyway)),
            ("At most for one customer", amount(limits.customer_cap)),
            ("One customer's cap for", days(limits.cap_days)),
            ("Least expiry", days(limits.least_expiry_days)),
            ("Longest expiry", days(limits.most_expiry_days)),
            ("Cool-down", days(limits.cool_down_days)),
            ("Between two discounts", days(limits.second_discount_days)),
            ("By a person from", limit(limits.escalate_from)),
            ("One message costs", amount(limits.contact_cost)),
            ("Rows with a limit of their own", limits.greatest_by_row.len().to_string()),
            ("Excluded brands", limits.excluded_brands.join(", ")),
            ("Legal limits", limits.legal.len().to_string()),
        ]
    };
    let pairs = of(was).into_iter().zip(of(is));
    pairs.map(|((name, was), (_, is))| (name.to_owned(), was, is)).collect()
}
