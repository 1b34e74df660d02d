use leptos::prelude::*;
use shared::api::CalibrationBin;

use super::{Behind, geometry};
use crate::components::{Table, unique_id};
use crate::{format, locale, screen};

/// What was predicted against what happened, group by group: on the line, predictions came true as often as they said.
#[component]
pub fn Calibration(
    bins: Vec<CalibrationBin>,
    /// What happened, such as "left".
    verb: &'static str,
) -> impl IntoView {
    let drawing = StoredValue::new(bins);
    view! {
        <Behind
            label="Predicted and what happened"
            chart=move || drawing.with_value(|bins| draw(bins, verb))
            table=move || drawing.with_value(|bins| table(bins, verb))
        >
            <span>
                <svg viewBox="0 0 24 8" aria-hidden="true"><circle cx="12" cy="4" r="3.5" style="fill:var(--chart-1)" /></svg>
                "a tenth of the customers, with its 90 % interval"
            </span>
            <span>
                <svg viewBox="0 0 24 8" aria-hidden="true"><line class="dashed" x1="0" x2="24" y1="4" y2="4" style="stroke:var(--edge)" /></svg>
                "exactly right"
            </span>
        </Behind>
    }
}

fn draw(bins: &[CalibrationBin], verb: &'static str) -> impl IntoView + use<> {
    let plot = if screen::is_narrow() { geometry::NARROW } else { geometry::WIDE };
    let (title, desc) = (unique_id(), unique_id());
    let labels = format!("{title} {desc}");
    let top = geometry::ceiling(bins.iter().map(|bin| bin.predicted.max(bin.high)).fold(0.0, f64::max));
    let x = move |p: f64| plot.left + (plot.right - plot.left) * (p / top).clamp(0.0, 1.0);
    let y = move |p: f64| plot.y(p / top);
    let grid = [0.0, 0.25, 0.5, 0.75, 1.0]
        .into_iter()
        .map(|share| {
            let p = share * top;
            let words = format!("{} %", (p * 1_000.0).round() / 10.0);
            let anchor = if share == 1.0 { "end" } else { "middle" };
            view! {
                <line class="grid" x1=plot.left x2=plot.right y1=y(p) y2=y(p) />
                <text x=plot.left - 8.0 y=y(p) + 4.0 text-anchor="end">{words.clone()}</text>
                <text x=x(p) y=plot.bottom + 20.0 text-anchor=anchor>{words}</text>
            }
        })
        .collect_view();
    let marks = bins
        .iter()
        .map(|bin| {
            let at = x(bin.predicted);
            view! {
                <line x1=at x2=at y1=y(bin.low) y2=y(bin.high) style="stroke:var(--chart-1);stroke-width:1.5" />
                <circle cx=at cy=y(bin.observed) r="4" style="fill:var(--chart-1)" />
            }
        })
        .collect_view();
    view! {
        <p class="s" aria-hidden="true">{format!("Across: predicted. Up: how many {verb}.")}</p>
        <svg viewBox=format!("0 0 {} {}", plot.width, plot.height) role="img" aria-labelledby=labels>
            <title id=title>"Predicted and what happened"</title>
            <desc id=desc>{describe(bins, verb)}</desc>
            {grid}
            <line class="dashed" x1=x(0.0) x2=x(top) y1=y(0.0) y2=y(top) style="stroke:var(--edge)" />
            {marks}
        </svg>
    }
}

fn table(bins: &[CalibrationBin], verb: &'static str) -> impl IntoView + use<> {
    let rows = bins
        .iter()
        .map(|bin| {
            view! {
                <tr>
                    <th scope="row" class="num">{format::percent(bin.predicted)}</th>
                    <td class="num">{format::percent(bin.observed)}</td>
                    <td class="num nowrap">{format!("{} %", format::interval(bin.low, bin.high))}</td>
                    <td class="num">{locale::count(u64::from(bin.customers))}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table caption="Groups from the least probable to the most">
            <thead>
                <tr>
                    <th scope="col" class="num">"Predicted"</th>
                    <th scope="col" class="num">{format!("Really {verb}")}</th>
                    <th scope="col" class="num">"90 % interval"</th>
                    <th scope="col" class="num">"Customers"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
    }
}

fn describe(bins: &[CalibrationBin], verb: &str) -> String {
    let within = bins.iter().filter(|bin| (bin.low..=bin.high).contains(&bin.predicted)).count();
    match (bins.first(), bins.last()) {
        (Some(first), Some(last)) => format!(
            "In {within} of {} groups the prediction lies within the interval of what happened. Of the least probable {} were predicted and {} {verb}; of the most probable {} and {}.",
            bins.len(),
            format::percent(first.predicted),
            format::percent(first.observed),
            format::percent(last.predicted),
            format::percent(last.observed),
        ),
        _ => "No groups.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_says_how_often_predictions_held() {
        let bin = |predicted, observed, low, high| CalibrationBin { customers: 50, predicted, observed, low, high };
        let told = describe(&[bin(0.1, 0.12, 0.05, 0.2), bin(0.8, 0.5, 0.4, 0.6)], "left");
        assert!(told.starts_with("In 1 of 2 groups"), "{told}");
        assert!(told.contains("80\u{a0}% and 50\u{a0}%"), "{told}");
        assert_eq!(describe(&[], "left"), "No groups.");
    }
}
