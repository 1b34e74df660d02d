//! Messages a day as small bars, and the same as a table.

use leptos::prelude::*;
use shared::api::SourceDay;

use crate::charts::{DayBar, DayBars};
use crate::components::{DayText, Table};
use crate::locale;

/// Days that the worker tells of.
const ROOM: usize = 14;

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
    let bars = Signal::derive(move || days.with(|days| days.iter().map(bar).collect::<Vec<_>>()));
    let label = Signal::derive(move || {
        let most = days.with(|days| days.iter().map(|day| day.accepted + day.rejected).max().unwrap_or(0));
        format!("Messages by day, at most {}: accepted, and above them rejected", locale::count(most))
    });
    view! {
        <DayBars bars label room=ROOM>
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
        </DayBars>
    }
}

fn bar(day: &SourceDay) -> DayBar {
    let (accepted, rejected) = (locale::count(day.accepted), locale::count(day.rejected));
    let told = format!("{}: {accepted} accepted, {rejected} rejected", locale::day(&day.day));
    DayBar { taken: day.accepted, refused: day.rejected, told }
}
