//! The matrix itself: rows of customers, columns of offers, and in each cell the margin it would bring.

use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use shared::offer::{Cell, Rule};
use shared::reason::Reason;
use shared::segment::{Row, ValueTier};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::money;
use super::plan::Plan;
use crate::components::{Button, ButtonKind, Table};
use crate::format::{percent, plural};
use crate::locale;

/// The rows that matter most stand first.
const FIRST: [(ValueTier, Reason); 7] = [
    (ValueTier::High, Reason::MissingFeature),
    (ValueTier::High, Reason::Price),
    (ValueTier::High, Reason::Service),
    (ValueTier::Mid, Reason::Competitor),
    (ValueTier::Mid, Reason::ReducedNeed),
    (ValueTier::Low, Reason::Price),
    (ValueTier::Low, Reason::PoorExperience),
];

/// What a cell shows; compared, so that only what changed is drawn anew.
#[derive(Debug, Clone, PartialEq)]
struct Face {
    figure: String,
    small: String,
    heat: u8,
    /// More or less than by today's limits.
    moved: Option<bool>,
    gain: i64,
    /// What it is of, and what its figures are, for who does not see where it stands.
    before: String,
    after: String,
}

#[component]
pub(super) fn Grid() -> impl IntoView {
    let plan = expect_context::<Plan>();
    let all = RwSignal::new(false);
    let columns = plan.basis.with_value(|basis| basis.offers.len());
    let rows = order();
    let people =
        move |row: Row| plan.now.with_untracked(|now| now.rows.get(usize::from(row.number())).map_or(0, |sum| sum.customers));
    let empty = rows.iter().filter(|row| people(**row) == 0).count();
    let shown = Memo::new(move |_| order().into_iter().filter(|row| all.get() || people(*row) > 0).collect::<Vec<_>>());
    let heads = plan.basis.with_value(|basis| {
        let head = |offer: &shared::offer::Offer| view! { <th scope="col" class="offer-head">{offer.name.clone()}</th> };
        basis.offers.iter().map(head).collect_view()
    });
    // One cell at a time is a stop of the Tab key; the arrows go on from it.
    let stop = RwSignal::new((0_usize, 0_usize));
    let on_key = move |event: KeyboardEvent| {
        let (row, column) = stop.get_untracked();
        let rows = shown.with_untracked(Vec::len);
        let (row, column) = match event.key().as_str() {
            "ArrowRight" => (row, (column + 1).min(columns.saturating_sub(1))),
            "ArrowLeft" => (row, column.saturating_sub(1)),
            "ArrowDown" => ((row + 1).min(rows.saturating_sub(1)), column),
            "ArrowUp" => (row.saturating_sub(1), column),
            "Home" => (row, 0),
            "End" => (row, columns.saturating_sub(1)),
            _ => return,
        };
        event.prevent_default();
        stop.set((row, column));
        focus(row, column);
    };
    view! {
        <div class="panel matrix" on:keydown=on_key>
            <h2 class="pad">"Margin that each offer would bring beyond what comes back by itself"</h2>
            <Table caption="Margin by row of customers and offer; open a cell for its figures" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Customers"</th>
                        {heads}
                    </tr>
                </thead>
                <tbody>
                    <For
                        each=move || shown.get().into_iter().enumerate()
                        key=|(at, row)| (*at, row.number())
                        children=move |(at, row)| view! { <MatrixRow row at columns stop /> }
                    />
                </tbody>
            </Table>
            <div class="row pad spread">
                <p class="s">
                    "Darker is more. ▲ and ▼ mark what your changes move. Arrow keys go from cell to cell."
                </p>
                {(empty > 0)
                    .then(|| view! {
                        <Button small=true kind=ButtonKind::Quiet on_press=move |_| all.update(|all| *all = !*all)>
                            {move || if all.get() { "Hide rows without customers".to_owned() } else { format!("Show {empty} {} without customers", plural(empty as u64, "row", "rows")) }}
                        </Button>
                    })}
            </div>
        </div>
    }
}

#[component]
fn MatrixRow(row: Row, at: usize, columns: usize, stop: RwSignal<(usize, usize)>) -> impl IntoView {
    let plan = expect_context::<Plan>();
    let (customers, excluded) = plan.now.with_untracked(|now| {
        now.rows.get(usize::from(row.number())).map_or((0, 0), |sum| (u64::from(sum.customers), u64::from(sum.excluded)))
    });
    let people = format!("{} {}", locale::count(customers), plural(customers, "customer", "customers"));
    let left_out = (excluded > 0).then(|| format!(", {} left out", locale::count(excluded)));
    let cells = (0..columns)
        .map(|column| {
            let place = usize::from(row.number()) * columns + column;
            let face = Memo::new(move |_| plan.now.with(|now| plan.today.with(|today| face(plan, now.cells.get(place)?, today.cells.get(place)?, best(now)))));
            let look = move || face.get();
            let pressed = move || plan.chosen.get() == Some(place);
            view! {
                <td>
                    <button
                        type="button"
                        class=move || look().map_or_else(String::new, |face| format!("cell heat-{}", face.heat))
                        class:moved=move || look().is_some_and(|face| face.moved.is_some())
                        data-at=format!("{at}-{column}")
                        data-cell=place.to_string()
                        data-gain=move || look().map(|face| face.gain.to_string())
                        tabindex=move || if stop.get() == (at, column) { "0" } else { "-1" }
                        aria-pressed=move || if pressed() { "true" } else { "false" }
                        on:focus=move |_| stop.set((at, column))
                        on:click=move |_| plan.chosen.set(if plan.chosen.get_untracked() == Some(place) { None } else { Some(place) })
                    >
                        <span class="unseen">{move || look().map(|face| face.before)}</span>
                        <b>
                            {move || look().map(|face| face.figure)}
                            {move || look().and_then(|face| face.moved).map(|up| if up { " ▲" } else { " ▼" })}
                        </b>
                        <span class="s">{move || look().map(|face| face.small)} <span class="unseen">{move || look().map(|face| face.after)}</span></span>
                    </button>
                </td>
            }
        })
        .collect_view();
    view! {
        <tr>
            <th scope="row">
                <span>{row.value.name()}</span>
                <span>{row.reason.name()}</span>
                <span class="s">{people} {left_out}</span>
            </th>
            {cells}
        </tr>
    }
}

/// Named rows first, then by value and reason.
fn order() -> Vec<Row> {
    let first = FIRST.map(|(value, reason)| Row { value, reason });
    let mut others: Vec<Row> = Row::all().filter(|row| !first.contains(row)).collect();
    others.sort_by_key(|row| std::cmp::Reverse(row.value));
    first.into_iter().chain(others).collect()
}

fn best(matrix: &shared::offer::Matrix) -> i64 {
    matrix.cells.iter().map(|cell| cell.gain).max().unwrap_or(0)
}

fn face(plan: Plan, cell: &Cell, today: &Cell, best: i64) -> Option<Face> {
    let currency = plan.basis.with_value(|basis| basis.guardrails.currency);
    let name = plan
        .basis
        .with_value(|basis| basis.offers.iter().find(|offer| offer.id == cell.offer).map(|offer| offer.name.clone()))?;
    let row = Row::of_number(cell.row)?;
    let has_figures = cell.customers > 0;
    let figure = if has_figures { money::short(cell.gain, currency) } else { "–".to_owned() };
    let small = match (cell.blocked, has_figures) {
        (Some(rule), _) => stop_word(rule).to_owned(),
        (None, true) => percent(cell.rate),
        (None, false) => String::new(),
    };
    let heat = match (has_figures && cell.blocked.is_none(), cell.gain) {
        (true, 1..) if best > 0 => (1 + 4 * (cell.gain - 1) / best.max(1)).clamp(1, 4) as u8,
        _ => 0,
    };
    let moved = (cell.gain != today.gain || cell.blocked != today.blocked)
        .then(|| cell.gain > today.gain || (cell.gain == today.gain && cell.blocked.is_none()));
    let returns = if has_figures && cell.blocked.is_none() { " come back" } else { "" };
    let change = match moved {
        Some(true) => ", more than by today's limits",
        Some(false) => ", less than by today's limits",
        None => "",
    };
    let after = format!("{returns}{change}");
    let before = format!("{name} for {}, {}, margin: ", row.value.name().to_lowercase(), row.reason.name().to_lowercase());
    Some(Face { figure, small, heat, moved, gain: cell.gain, before, after })
}

/// What stops a cell, in the room that it has.
pub(super) fn stop_word(rule: Rule) -> &'static str {
    match rule {
        Rule::SwitchedOff => "switched off",
        Rule::Unready => "not connected",
        Rule::Excluded => "left out",
        Rule::Terms | Rule::GreatestDiscount => "too deep",
        Rule::MarginFloor => "margin floor",
        Rule::Expiry => "expiry",
        Rule::Spend => "budget",
        Rule::CustomerCap => "customer cap",
        Rule::CoolDown | Rule::SecondDiscount => "too soon",
        Rule::Withdrawn | Rule::Waits => "ladder",
        Rule::Anyway => "come anyway",
        Rule::Escalation => "by a person",
        Rule::Brand => "brands",
        Rule::Legal => "not allowed",
    }
}

fn focus(row: usize, column: usize) {
    let found = document().query_selector(&format!("[data-at='{row}-{column}']")).ok().flatten();
    if let Some(cell) = found.and_then(|cell| cell.dyn_into::<HtmlElement>().ok()) {
        // Refused only where the cell is not shown.
        let _ = cell.focus();
    }
}
