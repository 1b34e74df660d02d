//! What of the plan is used, when the store will be full, and what happens then.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Limit, Limits as Figures, LimitsResponse, Plan, Storage, UsageDay};

use super::{Answer, loaded};
use crate::charts::{DayBar, DayBars};
use crate::client;
use crate::components::{DateText, DayText, Notice, NoticeKind, Progress, Select, Table};
use crate::format::megabytes;
use crate::locale;

#[component]
pub fn Limits() -> impl IntoView {
    let answer: Answer<Figures> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        answer.set(None);
        spawn_local(async move {
            let limits = client::get::<LimitsResponse>("/api/limits").await.map(|answer| answer.limits);
            answer.try_set(Some(limits));
        });
    });
    load.run(());
    loaded(answer, load, |limits| view! { <Shown limits /> }.into_any())
}

#[component]
fn Shown(limits: Figures) -> impl IntoView {
    let alerts = limits.alerts();
    let Figures { plan, rows_written, rows_read, requests, storage, waiting, resets_at, days } = limits;
    view! {
        <div class="stack">
            {(!alerts.is_empty())
                .then(|| {
                    let lines = alerts.into_iter().map(|alert| view! { <p>{alert}</p> }).collect_view();
                    view! { <Notice kind=NoticeKind::Warning title="Nearly used up">{lines}</Notice> }
                })}
            {(!waiting.is_empty())
                .then(|| {
                    let lines = waiting.into_iter().map(|line| view! { <p>{line}</p> }).collect_view();
                    view! { <Notice title="Waits for tomorrow">{lines}</Notice> }
                })}
            <div class="two">
                <section class="panel pad stack">
                    <h2>"Today"</h2>
                    <Meter label="Rows written" limit=rows_written />
                    <Meter label="Rows read" limit=rows_read />
                    <Meter label="Requests" limit=requests />
                    <p class="s">"Counted anew from " <DateText at=resets_at /> " on. What was counted last by a part of the worker may be missing."</p>
                    <h2>"Storage"</h2>
                    <Store storage />
                </section>
                <Stops plan />
            </div>
            <Days days />
        </div>
    }
}

#[component]
fn Meter(label: &'static str, limit: Limit) -> impl IntoView {
    let used = locale::count(limit.used);
    match limit.most {
        Some(most) => {
            let text = format!("{used} of {}", locale::count(most));
            view! { <Progress label share=Signal::stored(limit.share().map(|share| share.min(1.0))) text=Signal::stored(text) /> }
                .into_any()
        }
        None => view! { <p>{label} ": " <b>{used}</b> <span class="s">" · no limit of a day"</span></p> }.into_any(),
    }
}

#[component]
fn Store(storage: Storage) -> impl IntoView {
    let share = storage.limit().share().map(|share| share.min(1.0));
    let text = format!("{} of {}", megabytes(storage.used as f64), megabytes(storage.most as f64));
    let growth = match storage.growth {
        Some(growth) if growth > 0.0 => format!("Grows by about {} a day.", megabytes(growth)),
        Some(_) => "Does not grow at present.".to_owned(),
        None => "How fast it grows shows after two days.".to_owned(),
    };
    view! {
        <Progress label="Database" share=Signal::stored(share) text=Signal::stored(text) />
        <p>
            {growth} {storage.full_on.map(|day| view! { " At that rate it is full on " <DayText day /> "." })}
        </p>
    }
}

/// What stops first, and what never does.
#[component]
fn Stops(plan: Plan) -> impl IntoView {
    let words = match plan {
        Plan::Free => view! {
            <p>"On Workers Free the rows written in a day are what runs out first. Then, in this order:"</p>
            <ol class="dots">
                <li>"At 80,000 rows scoring stops: Radar shows yesterday's risks."</li>
                <li>"At 90,000 rows imports stop, and go on after midnight UTC by themselves."</li>
                <li>"The last tenth is kept for sign-ins, opt-outs and what you change by hand."</li>
            </ol>
        }
        .into_any(),
        Plan::Paid => view! {
            <p>
                "On Workers Paid no day has a limit. What a month goes beyond its share, Cloudflare bills: 25 billion rows read and 50 million rows written are in it."
            </p>
        }
        .into_any(),
    };
    view! {
        <section class="panel pad stack">
            <h2>"What stops, and what does not"</h2>
            {words}
            <p>"Nothing that is stored is lost at a limit, and nothing is done twice: what stopped goes on where it was."</p>
            <p class="s">"When the storage is full, imports fail with that reason, and everything stored can still be read and exported."</p>
        </section>
    }
}

/// Days that the worker tells of.
const ROOM: usize = 30;

/// A bar a day, and the same as a table.
#[component]
fn Days(days: Vec<UsageDay>) -> impl IntoView {
    let what = RwSignal::new("rows_written".to_owned());
    let options = ["rows_written", "rows_read", "requests"].map(|code| (code.to_owned(), words(code).to_owned())).to_vec();
    let rows = days
        .iter()
        .rev()
        .map(|day| {
            view! {
                <tr>
                    <th scope="row"><DayText day=day.day.clone() /></th>
                    <td class="num">{locale::count(day.rows_written)}</td>
                    <td class="num">{locale::count(day.rows_read)}</td>
                    <td class="num">{locale::count(day.requests)}</td>
                    <td class="num">{day.size.map_or_else(|| "not known".to_owned(), |size| megabytes(size as f64))}</td>
                </tr>
            }
        })
        .collect_view();
    let days = StoredValue::new(days);
    let bars = Signal::derive(move || {
        let code = what.get();
        let bar = |day: &UsageDay| {
            let taken = value(day, &code);
            DayBar { taken, refused: 0, told: format!("{}: {}", locale::day(&day.day), locale::count(taken)) }
        };
        days.with_value(|days| days.iter().map(bar).collect::<Vec<_>>())
    });
    let label = Signal::derive(move || {
        let most = bars.with(|bars| bars.iter().map(|bar| bar.taken).max().unwrap_or(0));
        format!("{} by day, at most {}", words(&what.get()), locale::count(most))
    });
    view! {
        <section class="panel pad stack">
            <div class="row spread">
                <h2>"The last 30 days"</h2>
                <Select label="Show" bare=true value=what options=options />
            </div>
            <DayBars bars label room=ROOM>
                <Table caption="What was used by day" unseen_caption=true>
                    <thead>
                        <tr>
                            <th scope="col">"Day (UTC)"</th>
                            <th scope="col" class="num">"Rows written"</th>
                            <th scope="col" class="num">"Rows read"</th>
                            <th scope="col" class="num">"Requests"</th>
                            <th scope="col" class="num">"Size"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </Table>
            </DayBars>
        </section>
    }
}

fn value(day: &UsageDay, code: &str) -> u64 {
    match code {
        "rows_read" => day.rows_read,
        "requests" => day.requests,
        _ => day.rows_written,
    }
}

fn words(code: &str) -> &'static str {
    match code {
        "rows_read" => "Rows read",
        "requests" => "Requests",
        _ => "Rows written",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_choice_shows_its_own_figure() {
        let day = UsageDay { day: "2026-03-02".into(), rows_read: 1, rows_written: 2, requests: 3, size: None };
        assert_eq!(["rows_written", "rows_read", "requests"].map(|code| value(&day, code)), [2, 1, 3]);
    }
}
