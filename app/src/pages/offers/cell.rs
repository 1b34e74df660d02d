//! One cell of the matrix in full.

use leptos::prelude::*;
use shared::offer::{Cell, label};
use shared::segment::Row;

use super::money;
use super::plan::Plan;
use crate::components::{Button, ButtonKind, Notice, NoticeKind};
use crate::format::{interval, percent};
use crate::locale;

#[component]
pub(super) fn CellPanel() -> impl IntoView {
    let plan = expect_context::<Plan>();
    let cell = Memo::new(move |_| plan.chosen.get().and_then(|place| plan.now.with(|now| now.cells.get(place).cloned())));
    move || {
        let cell = cell.get()?;
        let row = Row::of_number(cell.row)?;
        let currency = plan.basis.with_value(|basis| basis.guardrails.currency);
        let offer = plan.basis.with_value(|basis| basis.offers.iter().find(|offer| offer.id == cell.offer).cloned())?;
        let Cell {
            depth,
            expiry_days,
            customers,
            given,
            rate,
            low,
            high,
            revenue,
            margin,
            concession,
            gain,
            gain_each,
            anyway,
            priority,
            ..
        } = cell;
        let amount = move |minor: i64| money::short(minor, currency);
        let terms = format!("{}, for {expiry_days} days", label(&offer, depth));
        let rows = [
            ("Recommended terms", terms),
            ("Customers who may have it", locale::count(u64::from(customers))),
            ("Who get it under the budget", locale::count(u64::from(given))),
            ("Expected to come back", format!("{} (90 % sure: {} %)", percent(rate), interval(low, high))),
            ("Of them anyway, without contact", percent(f64::from(anyway) / 1000.0)),
            ("Revenue of a year", amount(revenue)),
            ("Margin of a year", amount(margin)),
            ("Given away", amount(concession)),
            ("Margin beyond doing nothing", format!("{}, {} a customer", amount(gain), amount(gain_each))),
            ("Priority", format!("{priority} of 100")),
        ];
        let facts = rows.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view();
        Some(view! {
            <section class="panel pad stack" aria-live="polite">
                <div class="row spread">
                    <h2>{format!("{} · {}, {}", offer.name, row.value.name().to_lowercase(), row.reason.name().to_lowercase())}</h2>
                    <Button small=true kind=ButtonKind::Quiet on_press=move |_| plan.chosen.set(None)>"Close"</Button>
                </div>
                {cell.why.clone().map(|why| view! { <Notice kind=NoticeKind::Warning>{why}</Notice> })}
                <dl class="figures">{facts}</dl>
                <p class="s">{cell.basis.clone()} " Figures are as if everybody in the row who may have it got it."</p>
                <p class="s">"Priority: the cell's margin against the best cell's, times how narrow its interval is; halved while its fulfilment is not connected."</p>
            </section>
        })
    }
}
