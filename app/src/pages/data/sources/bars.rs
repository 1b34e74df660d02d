//! Messages a day as small bars, and the same as a table.

use leptos::prelude::*;
use shared::api::SourceDay;

use crate::components::{DayText, Table};
use crate::locale;

/// Of the chart, in its own units.
const SLOT: usize = 40;
const HEIGHT: f64 = 72.0;

#[component]
pub(super) fn Days(#[prop(into)] days: Signal<Vec<SourceDay>>) -> impl IntoView {
    let rows = move || {
        let row = |day: SourceDay| {
            view! {
                <tr>
                    <th scope="row"><DayText day=day.day /></th>
                    <td class="num">{locale::count(day.accepted)}</td>
                    <td class="num">{locale::count(day.duplicate)}</td>
                    <td class="num">{locale::count(day.rejected)}</td>
                    <td class="num">{locale::count(day.dead)}</td>
                </tr>
            }
        };
        days.get().into_iter().rev().map(row).collect_view()
    };
    view! {
        {move || days.with(|days| chart(days))}
        <details>
            <summary>"As a table"</summary>
            <Table caption="Messages by day" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Day (UTC)"</th>
                        <th scope="col" class="num">"Accepted"</th>
                        <th scope="col" class="num">"Sent again"</th>
                        <th scope="col" class="num">"Rejected"</th>
                        <th scope="col" class="num">"Dead letters"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </details>
    }
}

/// Accepted below, rejected above it, hatched.
fn chart(days: &[SourceDay]) -> impl IntoView + use<> {
    let most = days.iter().map(|day| day.accepted + day.rejected).max().unwrap_or(0);
    let bars = days
        .iter()
        .enumerate()
        .map(|(place, day)| {
            let (accepted, rejected) = (bar(day.accepted, most), bar(day.rejected, most));
            let x = (place * SLOT + 6).to_string();
            let told = format!(
                "{}: {} accepted, {} rejected",
                locale::day(&day.day),
                locale::count(day.accepted),
                locale::count(day.rejected)
            );
            view! {
                <g>
                    <title>{told}</title>
                    <rect x=x.clone() y=format!("{:.1}", 80.0 - accepted) width="28" height=format!("{accepted:.1}") rx="1" />
                    <rect class="refused" x=x y=format!("{:.1}", 80.0 - accepted - rejected) width="28" height=format!("{rejected:.1}") rx="1" />
                </g>
            }
        })
        .collect_view();
    let width = days.len().max(1) * SLOT;
    let label = format!("Messages by day, at most {}: accepted, and above them rejected", locale::count(most));
    view! {
        <figure class="bars">
            <svg viewBox=format!("0 0 {width} 84") role="img" aria-label=label.clone()>
                <line x1="0" x2=width.to_string() y1="80.5" y2="80.5" />
                {bars}
            </svg>
            <figcaption class="s">{label}</figcaption>
        </figure>
    }
}

/// The height of `count` where the highest stack has `most`; what is there is seen, however little.
fn bar(count: u64, most: u64) -> f64 {
    match count {
        0 => 0.0,
        count => (count as f64 / most.max(1) as f64 * HEIGHT).max(2.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_high_as_its_share_and_never_unseen() {
        assert_eq!([bar(0, 10), bar(5, 10), bar(10, 10), bar(1, 1_000_000)], [0.0, 36.0, 72.0, 2.0]);
        assert_eq!(bar(0, 0), 0.0);
    }
}
