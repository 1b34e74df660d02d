//! What the matrix recommends for a segment's row.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::MatrixAnswer;
use shared::money::Home;
use shared::offer::{Cell, label};
use shared::segment::Row;

use crate::client::{self, Failure};
use crate::components::{ButtonLink, Skeleton};
use crate::format::{interval, percent};
use crate::locale;
use crate::query::address;

/// Offers that are named beside the best.
const NEXT: usize = 2;

#[component]
pub(super) fn ToOffer(row: Row) -> impl IntoView {
    let answer = RwSignal::new(None::<Result<MatrixAnswer, Failure>>);
    spawn_local(async move {
        let got = client::get::<MatrixAnswer>("/api/matrix").await;
        answer.try_set(Some(got));
    });
    let body = move || match answer.get() {
        None => view! { <Skeleton lines=4 /> }.into_any(),
        Some(Err(failure)) => view! { <p class="loss">{failure.text()}</p> }.into_any(),
        Some(Ok(found)) => cells(&found, row),
    };
    view! {
        <section class="panel pad stack" aria-label="What to offer them">
            <h2>"What to offer them"</h2>
            {body}
            <div class="row"><ButtonLink href=format!("/offers{}", address(&[("row", &row.code())]))>"See their row"</ButtonLink></div>
        </section>
    }
}

fn cells(found: &MatrixAnswer, row: Row) -> AnyView {
    let mut cells: Vec<&Cell> = found.matrix.cells.iter().filter(|cell| cell.row == row.number() && cell.gain > 0).collect();
    cells.sort_by_key(|cell| (cell.blocked.is_some(), -cell.gain));
    let name = |cell: &Cell| {
        let offer = found.basis.offers.iter().find(|offer| offer.id == cell.offer);
        offer.map_or_else(|| cell.offer.clone(), |offer| label(offer, cell.depth))
    };
    let gain = |cell: &Cell| locale::money(Home(cell.gain).in_currency(found.basis.guardrails.currency));
    let Some((best, others)) = cells.split_first().filter(|(best, _)| best.blocked.is_none()) else {
        let why = cells.first().and_then(|cell| cell.why.clone()).map(|why| view! { <p class="m">{why}</p> });
        return view! { <p>"No offer can be chosen for them that earns more than it costs."</p> {why} }.into_any();
    };
    let figures = format!(
        "{} expected beyond doing nothing; {} expected to come back, 90 % sure of {} %.",
        gain(best),
        percent(best.rate),
        interval(best.low, best.high)
    );
    let others = others
        .iter()
        .take(NEXT)
        .map(|cell| {
            let why = cell.why.clone().map(|why| view! { <span class="s">{why}</span> });
            view! { <li>{name(cell)} ": " {gain(cell)} " " {why}</li> }
        })
        .collect_view();
    view! {
        <p><b>{name(best)}</b></p>
        <p>{figures}</p>
        <p class="s">{best.basis.clone()} " As if everybody in the row who may have it got it."</p>
        <ul>{others}</ul>
    }
    .into_any()
}
