use leptos::prelude::*;
use shared::api::RiskPoint;

use super::{Behind, geometry};
use crate::components::{Table, TierBadge, unique_id};
use crate::{format, locale, screen};

/// Risk over time for the three horizons. Weeks that were worked out afterwards are dashed on a shaded ground, and said so. `t`
/// or the button shows the table behind it.
#[component]
pub fn RiskOverTime(history: Vec<RiskPoint>) -> impl IntoView {
    let worked_out = geometry::reconstructed(&history);
    let drawing = StoredValue::new(history);
    view! {
        <Behind
            label="Risk over time"
            chart=move || drawing.with_value(|history| draw(history))
            table=move || drawing.with_value(|history| table(history))
        >
            {legend("var(--immediate)", "", "within 30 days")}
            {legend("var(--moderate)", "9 3", "within 60 days")}
            {legend("var(--early)", "2 3", "within 90 days")}
        </Behind>
        {(worked_out > 0)
            .then(|| {
                view! {
                    <p class="s">
                        "Shaded: worked out afterwards from the orders known by then, with today's model. Rekindle was not watching yet."
                    </p>
                }
            })}
    }
}

/// Colour is not the only carrier: each horizon has its own stroke.
const HORIZONS: [(&str, &str); 3] = [("var(--early)", "2 3"), ("var(--moderate)", "9 3"), ("var(--immediate)", "")];

fn draw(history: &[RiskPoint]) -> impl IntoView + use<> {
    let plot = if screen::is_narrow() { geometry::NARROW } else { geometry::WIDE };
    let (title, desc) = (unique_id(), unique_id());
    let labels = format!("{title} {desc}");
    let described = describe(history);
    let courses = [
        plot.course(history, |point| point.risk.p90),
        plot.course(history, |point| point.risk.p60),
        plot.course(history, |point| point.risk.p30),
    ];
    let lines = courses
        .iter()
        .zip(HORIZONS)
        .map(|(course, (colour, dashes))| {
            view! { <polyline class="line" points=geometry::points(course) style=format!("stroke:{colour};stroke-dasharray:{dashes}") /> }
        })
        .collect_view();
    let marks = courses
        .into_iter()
        .zip(HORIZONS)
        .filter_map(|(course, (colour, _))| {
            course.last().copied().map(|(x, y)| view! { <circle cx=x cy=y r="3" style=format!("fill:{colour}") /> })
        })
        .collect_view();
    let grid = [0.0, 0.25, 0.5, 0.75, 1.0]
        .into_iter()
        .map(|p| {
            let y = plot.y(p);
            view! {
                <line class="grid" x1=plot.left x2=plot.right y1=y y2=y />
                <text x=plot.left - 8.0 y=y + 4.0 text-anchor="end">{format!("{} %", p * 100.0)}</text>
            }
        })
        .collect_view();
    let weeks = geometry::labelled(history.len(), plot.labels)
        .into_iter()
        .filter_map(|at| history.get(at).map(|point| (at, point)))
        .map(|(at, point)| {
            let anchor = if at + 1 == history.len() { "end" } else { "middle" };
            view! { <text x=plot.x(at, history.len()) y=plot.bottom + 20.0 text-anchor=anchor>{locale::day(&point.week)}</text> }
        })
        .collect_view();
    let worked_out = geometry::reconstructed(history);
    let shade = (worked_out > 0).then(|| {
        let right = if worked_out >= history.len() { plot.right } else { plot.x(worked_out, history.len()) };
        view! { <rect class="shade" x=plot.left y=plot.top width=right - plot.left height=plot.bottom - plot.top /> }
    });
    view! {
        <svg viewBox=format!("0 0 {} {}", plot.width, plot.height) role="img" aria-labelledby=labels>
            <title id=title>"Risk over time"</title>
            <desc id=desc>{described}</desc>
            {shade}
            {grid}
            {weeks}
            {lines}
            {marks}
        </svg>
    }
}

fn table(history: &[RiskPoint]) -> impl IntoView + use<> {
    let rows = history
        .iter()
        .rev()
        .map(|point| {
            view! {
                <tr>
                    <th scope="row">{locale::day(&point.week)}</th>
                    <td class="num">{format::percent(point.risk.p30)}</td>
                    <td class="num">{format::percent(point.risk.p60)}</td>
                    <td class="num">{format::percent(point.risk.p90)}</td>
                    <td><TierBadge tier=point.tier /></td>
                    <td>{if point.reconstructed { "worked out afterwards" } else { "as scored" }}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table caption="Risk of leaving by week, newest first">
            <thead>
                <tr>
                    <th scope="col">"Week of"</th>
                    <th scope="col" class="num">"30 days"</th>
                    <th scope="col" class="num">"60 days"</th>
                    <th scope="col" class="num">"90 days"</th>
                    <th scope="col">"Tier"</th>
                    <th scope="col">"How"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
    }
}

fn describe(history: &[RiskPoint]) -> String {
    match (history.first(), history.last()) {
        (Some(first), Some(last)) => format!(
            "{} weeks from {} to {}. The risk of leaving within 30 days went from {} to {}; within 90 days it is now {}.",
            history.len(),
            locale::day(&first.week),
            locale::day(&last.week),
            format::percent(first.risk.p30),
            format::percent(last.risk.p30),
            format::percent(last.risk.p90),
        ),
        _ => "No history yet.".to_owned(),
    }
}

fn legend(colour: &'static str, dashes: &'static str, words: &'static str) -> impl IntoView {
    view! {
        <span>
            <svg viewBox="0 0 24 8" aria-hidden="true">
                <line x1="0" x2="24" y1="4" y2="4" style=format!("stroke:{colour};stroke-width:2;stroke-dasharray:{dashes}") />
            </svg>
            {words}
        </span>
    }
}
