//! What goes out within the next day, hour by hour.

use std::collections::BTreeMap;

use leptos::prelude::*;
use shared::api::HourCount;

use super::super::words::way_name;
use crate::charts::{DayBar, DayBars};
use crate::components::Table;
use crate::format::plural;
use crate::locale;
use crate::session::use_session;

#[component]
pub(super) fn NextHours(hours: Vec<HourCount>) -> impl IntoView {
    let session = use_session();
    let zone = untrack(|| session.zone());
    let all: u64 = hours.iter().map(|hour| hour.touches).sum();
    if all == 0 {
        return view! {
            <section class="panel pad stack" aria-label="The next 24 hours">
                <h2>"The next 24 hours"</h2>
                <p class="m">"Nothing is planned for them."</p>
            </section>
        }
        .into_any();
    }
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for hour in &hours {
        *sums.entry(hour.from.clone()).or_default() += hour.touches;
    }
    let bars: Vec<_> = sums
        .into_iter()
        .map(|(from, taken)| DayBar {
            taken,
            refused: 0,
            told: format!("{}: {}", locale::time_of(&from, &zone), locale::count(taken)),
        })
        .collect();
    let room = bars.len();
    let rows = hours
        .into_iter()
        .filter(|hour| hour.touches > 0)
        .map(|HourCount { from, channel, touches }| {
            let time = locale::moment(&from, &zone);
            view! { <tr><th scope="row">{time}</th><td>{way_name(channel)}</td><td class="num">{locale::count(touches)}</td></tr> }
        })
        .collect_view();
    let label =
        format!("{} {} within 24 hours, by the hour in your shop's time", locale::count(all), plural(all, "message", "messages"));
    view! {
        <section class="panel pad stack" aria-label="The next 24 hours">
            <h2>"The next 24 hours"</h2>
            <DayBars bars=Signal::stored(bars) label=Signal::stored(label) room>
                <Table caption="The next 24 hours" unseen_caption=true>
                    <thead><tr><th scope="col">"From"</th><th scope="col">"Channel"</th><th scope="col" class="num">"Messages"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </Table>
            </DayBars>
        </section>
    }
    .into_any()
}
