//! What a campaign would do if it began now, who approved it, and the button that begins it.

mod approve;
mod begin;
mod chart;
mod days;
pub(super) mod guests;
mod limits;
mod obstacles;
mod simulated;

use leptos::prelude::*;
use shared::api::{Approval, Forecast};
use shared::money::Currency;

use self::approve::ApprovePanel;
use self::chart::MessagesByDay;
use self::guests::use_guests;
use self::limits::{Detectable, Limits};
use self::obstacles::Obstacles;
use self::simulated::Simulated;
use super::audience::reasons::{Counts, Reasons};
use crate::components::{DateText, FailureNotice, Skeleton};

#[component]
pub(super) fn LaunchTab() -> impl IntoView {
    let guests = use_guests();
    guests.want();
    // Only where the figures change is anything drawn anew: whoever presses a button keeps the focus.
    let content = Memo::new(move |_| {
        guests
            .answer
            .get()
            .map(|answer| answer.map(|forecast| Forecast { approval: Approval::default(), as_of: String::new(), ..forecast }))
    });
    let body = move || match content.get() {
        None => view! { <div class="panel pad"><Skeleton lines=10 /></div> }.into_any(),
        Some(Err(failure)) => view! { <FailureNotice failure retry=Callback::new(move |()| guests.again()) /> }.into_any(),
        Some(Ok(forecast)) => view! { <Shown forecast /> }.into_any(),
    };
    view! { <div class="fades" aria-busy=move || guests.is_old().then_some("true")>{body}</div> }
}

#[component]
fn Shown(forecast: Forecast) -> impl IntoView {
    let obstacles = forecast.obstacles.clone();
    let left_out = forecast.left_out.clone();
    let guests = use_guests();
    let as_of = Memo::new(move |_| guests.forecast().map(|forecast| forecast.as_of));
    view! {
        <div class="stack">
            <Obstacles obstacles />
            <div class="two">
                <div class="stack">
                    <section class="panel pad stack" aria-label="Who would be reached">
                        <div class="row spread">
                            <h2>"If it began now"</h2>
                            <span class="s">{move || as_of.get().map(|at| view! { "as of " <DateText at /> })}</span>
                        </div>
                        <Counts forecast=forecast.clone() />
                        <Detectable forecast=forecast.clone() />
                    </section>
                    <MessagesByDay steps=forecast.steps.clone() />
                    <Limits forecast=forecast.clone() />
                </div>
                <div class="stack">
                    <ApprovePanel forecast=forecast.clone() />
                    <Simulated forecast />
                    <section class="panel pad stack" aria-label="Left out">
                        <h2>"Left out"</h2>
                        <Reasons left_out />
                    </section>
                </div>
            </div>
        </div>
    }
}

/// 100 for a dollar.
pub(super) fn minor_per_unit(currency: Currency) -> u32 {
    10_u32.saturating_pow(currency.decimals())
}
