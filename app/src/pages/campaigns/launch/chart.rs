//! How many messages go out on which day, over which channel.

use leptos::prelude::*;
use shared::api::StepForecast;
use shared::campaign::Channel;

use super::super::words::way_name;
use super::days::{DaySum, by_day, channels};
use crate::charts::Behind;
use crate::components::Table;
use crate::format::plural;
use crate::locale;

/// Of the drawing, in its own units.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 140.0;
const FOOT: f64 = 150.0;

#[component]
pub(super) fn MessagesByDay(steps: Vec<StepForecast>) -> impl IntoView {
    let days = by_day(&steps);
    let all: u64 = days.iter().map(DaySum::sum).sum();
    if all == 0 {
        return view! {
            <section class="panel pad stack" aria-label="Messages by day">
                <h2>"Messages by day"</h2>
                <p class="m">"No message would go out."</p>
            </section>
        }
        .into_any();
    }
    let named = channels(&days);
    let label = format!(
        "{} {} at most, over {} {}",
        locale::count(all),
        plural(all, "message", "messages"),
        days.len(),
        plural(days.len() as u64, "day", "days")
    );
    let legend = named
        .iter()
        .map(|channel| {
            view! {
                <span>
                    <svg viewBox="0 0 24 8" aria-hidden="true"><rect class=class(*channel) width="24" height="8" rx="2" /></svg>
                    {way_name(*channel)}
                </span>
            }
        })
        .collect_view();
    let (drawn, known) = (StoredValue::new(days), StoredValue::new(named));
    let title = StoredValue::new(label.clone());
    let chart = move || view! { <Bars days=drawn.get_value() label=title.get_value() /> };
    let table = move || view! { <Figures days=drawn.get_value() named=known.get_value() /> };
    view! {
        <section class="panel pad stack" aria-label="Messages by day">
            <div class="row spread"><h2>"Messages by day"</h2> <span class="s">{label}</span></div>
            <Behind label="Messages by day" chart table>{legend}</Behind>
            <p class="s">"Whoever answers, orders or opts out gets none of the later ones."</p>
        </section>
    }
    .into_any()
}

#[component]
fn Bars(days: Vec<DaySum>, label: String) -> impl IntoView {
    let most = days.iter().map(DaySum::sum).max().unwrap_or(1).max(1);
    let slot = WIDTH / days.len().max(1) as f64;
    let few = days.len().div_ceil(8).max(1);
    let bars = days
        .into_iter()
        .enumerate()
        .map(|(place, day)| {
            let x = (place as f64 + 0.15) * slot;
            let width = (0.7 * slot).min(48.0);
            let mut foot = FOOT;
            let told = told(&day);
            let parts = day
                .by
                .iter()
                .map(|(channel, touches)| {
                    // What is there is seen, however little.
                    let height = (*touches as f64 / most as f64 * HEIGHT).max(if *touches > 0 { 2.0 } else { 0.0 });
                    foot -= height;
                    view! { <rect class=class(*channel) x=format!("{x:.1}") y=format!("{foot:.1}") width=format!("{width:.1}") height=format!("{height:.1}") /> }
                })
                .collect_view();
            let name = (place % few == 0).then(|| {
                let words = locale::day(&day.day);
                let short = words.rsplit_once(' ').map_or(words.clone(), |(short, _)| short.to_owned());
                view! { <text x=format!("{:.1}", x + width / 2.0) y="166" text-anchor="middle">{short}</text> }
            });
            view! { <g><title>{told}</title>{parts}{name}</g> }
        })
        .collect_view();
    view! {
        <svg viewBox="0 0 600 172" role="img" aria-label=label>
            <line class="grid" x1="0" x2="600" y1="150.5" y2="150.5" />
            {bars}
        </svg>
    }
}

#[component]
fn Figures(days: Vec<DaySum>, named: Vec<Channel>) -> impl IntoView {
    let heads = named.iter().map(|channel| view! { <th scope="col" class="num">{way_name(*channel)}</th> }).collect_view();
    let rows = days
        .into_iter()
        .map(|day| {
            let cells = named
                .iter()
                .map(|channel| view! { <td class="num">{locale::count(day.by.get(channel).copied().unwrap_or(0))}</td> })
                .collect_view();
            view! { <tr><th scope="row">{locale::day(&day.day)}</th>{cells}</tr> }
        })
        .collect_view();
    view! {
        <Table caption="Messages by day and channel" unseen_caption=true>
            <thead><tr><th scope="col">"Day"</th>{heads}</tr></thead>
            <tbody>{rows}</tbody>
        </Table>
    }
}

fn told(day: &DaySum) -> String {
    let parts: Vec<_> =
        day.by.iter().map(|(channel, touches)| format!("{} {}", locale::count(*touches), way_name(*channel))).collect();
    format!("{}: {}", locale::day(&day.day), parts.join(", "))
}

pub(in crate::pages::campaigns) fn class(channel: Channel) -> String {
    format!("way-{}", channel.code())
}
