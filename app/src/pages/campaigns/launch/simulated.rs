//! What it is expected to bring and to cost, simulated in the Web Worker.

use leptos::prelude::*;
use shared::api::Forecast;
use shared::api::worker::{News, Task};
use shared::campaign::forecast::{Figure, Forecast as Expected};
use shared::money::{Currency, Money};

use super::minor_per_unit;
use crate::components::{Between, Skeleton};
use crate::format;
use crate::locale;
use crate::session::use_session;
use crate::worker_client::WorkerClient;

#[component]
pub(super) fn Simulated(forecast: Forecast) -> impl IntoView {
    let session = use_session();
    let home = untrack(|| session.get()).map_or(Currency::USD, |session| session.shop.home_currency);
    let expected = RwSignal::new(None::<Result<Expected, String>>);
    let worker = StoredValue::new_local(WorkerClient::new(move |news| match news {
        News::Forecast(found) => drop(expected.try_set(Some(Ok(*found)))),
        News::Failed(failure) => drop(expected.try_set(Some(Err(failure.text)))),
        _ => {}
    }));
    let nobody = forecast.groups.is_empty();
    if !nobody {
        let task = Task::Forecast { groups: forecast.groups.clone(), minor_per_unit: minor_per_unit(home) };
        worker.with_value(|worker| worker.ask(task, None));
    }
    on_cleanup(move || {
        worker.try_with_value(WorkerClient::end);
    });
    let most = forecast.cost;
    let left = forecast.budget;
    view! {
        <section class="panel pad stack expected" aria-label="What it is expected to bring" aria-live="polite">
            <h2>"Expected"</h2>
            {move || match expected.get() {
                _ if nobody => view! { <p class="m">"Nobody would be contacted, so that nothing comes of it."</p> }.into_any(),
                None => view! { <Skeleton lines=5 /> }.into_any(),
                Some(Err(text)) => view! { <p class="loss">{text}</p> }.into_any(),
                Some(Ok(expected)) => view! { <Figures expected home /> }.into_any(),
            }}
            <p>"At most it costs " <b>{locale::money(most)}</b> {left.map(|left| format!(" of a budget of {}", locale::money(left)))} "."</p>
        </section>
    }
}

#[component]
fn Figures(expected: Expected, home: Currency) -> impl IntoView {
    let Expected { won_back, more, margin, cost, runs, .. } = expected;
    let people = |figure: Figure| {
        let shown = format!("{}–{}", whole(figure.low), whole(figure.high));
        view! { {whole(figure.mean)} " " <Between shown ends=(whole(figure.low), whole(figure.high)) /> }
    };
    let amount = |figure: Figure| {
        let text = |value: f64| locale::money_short(Money::new(value.round() as i64, home));
        let shown = format!("{}–{}", text(figure.low), text(figure.high));
        view! { {text(figure.mean)} " " <Between shown ends=(text(figure.low), text(figure.high)) /> }
    };
    let loses = margin.high < 0.0;
    let unsure = margin.low < 0.0 && !loses;
    view! {
        <dl class="facts small">
            <div><dt>"Come back"</dt><dd>{people(won_back)}</dd></div>
            <div><dt>"Of them because of it"</dt><dd>{people(more)}</dd></div>
            <div><dt>"Margin because of it"</dt><dd>{amount(margin)}</dd></div>
            <div><dt>"Cost"</dt><dd>{amount(cost)}</dd></div>
        </dl>
        {loses.then(|| view! { <p class="loss">"It is expected to cost more than it brings."</p> })}
        {unsure.then(|| view! { <p class="m">"It may cost more than it brings: the interval of the margin reaches below zero."</p> })}
        <p class="s">
            {format!("Of {} simulated campaigns nine in ten lie within the intervals. They know how unsure the chances themselves are.", locale::count(u64::from(runs)))}
        </p>
    }
}

/// Whole people from ten on, one decimal below.
fn whole(value: f64) -> String {
    if value.is_finite() && value.abs() >= 10.0 { locale::count(value.round().max(0.0) as u64) } else { format::decimal(value) }
}
