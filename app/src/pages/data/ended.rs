//! An import has ended: what came of it, and what happens now.

use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::worker::Finished;
use shared::api::{Import, Overview, OverviewResponse, Tier};
use shared::import::Kind;

use super::center::{Ending, ImportCenter};
use super::{PENS, words};
use crate::client;
use crate::components::{Button, ButtonKind, ButtonLink, Notice, NoticeKind, Progress, announce};

/// Between two looks at how far scoring is, in milliseconds.
const LOOK: u32 = 1_500;

#[component]
pub fn Ended(center: ImportCenter) -> impl IntoView {
    move || match center.ending.get() {
        Some(Ending::Imported(finished)) => view! { <Imported center finished /> }.into_any(),
        Some(Ending::Cancelled(import)) => view! { <Cancelled center import /> }.into_any(),
        Some(Ending::Failed(failure)) => {
            let resume = failure.import.as_ref().and_then(words::after_a_stop);
            view! {
                <Notice kind=NoticeKind::Problem title="The import stopped">
                    <p>{failure.text}</p>
                    {failure.fields.into_iter().map(|(input, text)| view! { <p class="s">{format!("{input}: {text}")}</p> }).collect_view()}
                    {failure.import.map(|import| view! { <p>{words::stored(&import, PENS)} "."</p> })}
                    {resume.map(|text| view! { <p>{text}</p> })}
                    <div class="row">
                        <Button small=true on_press=move |_| center.review_again()>"Back to the file"</Button>
                        <Button small=true kind=ButtonKind::Quiet on_press=move |_| center.forget()>"Choose another file"</Button>
                    </div>
                </Notice>
            }
                .into_any()
        }
        None => ().into_any(),
    }
}

#[component]
fn Cancelled(center: ImportCenter, import: Option<Import>) -> impl IntoView {
    view! {
        <Notice title="The import is cancelled">
            <p>
                {match import {
                    Some(import) => format!("{}. Those rows stay; importing the whole file later changes nothing about them.", words::stored(&import, PENS)),
                    None => "Nothing was stored.".to_owned(),
                }}
            </p>
            <div class="row">
                <Button small=true on_press=move |_| center.review_again()>"Back to the file"</Button>
                <Button small=true kind=ButtonKind::Quiet on_press=move |_| center.forget()>"Choose another file"</Button>
            </div>
        </Notice>
    }
}

#[component]
fn Imported(center: ImportCenter, finished: Finished) -> impl IntoView {
    let scores = finished.imports.iter().any(|import| import.kind != "rates");
    let results = finished.imports.into_iter().map(|import| view! { <Result import /> }).collect_view();
    view! {
        <div class="stack">
            <Notice kind=NoticeKind::Good title="The import is done">
                <ul>{results}</ul>
            </Notice>
            {scores.then(|| view! { <Scoring /> })}
            <div class="row">
                {(!scores).then(|| view! { <ButtonLink href="/" kind=ButtonKind::Primary>"See the totals"</ButtonLink> })}
                <Button on_press=move |_| center.forget()>"Import another file"</Button>
            </div>
        </div>
    }
}

#[component]
fn Result(import: Import) -> impl IntoView {
    let kind = Kind::parse(&import.kind).map_or_else(|| import.kind.clone(), |kind| words::kind_title(kind).to_owned());
    let rejected = (import.rows_rejected > 0).then(|| {
        let href = format!("/api/imports/{}/rejected.csv", import.id);
        view! { " · " <a href=href download rel="external">"Download the rejected rows"</a> }
    });
    view! { <li><b>{kind}</b> ": " {words::stored(&import, PENS)} {rejected}</li> }
}

/// Follows the scoring that an import sets off, until everybody is scored.
#[component]
fn Scoring() -> impl IntoView {
    let overview = RwSignal::new(None::<Overview>);
    let most = RwSignal::new(0_u64);
    let gone = StoredValue::new(false);
    on_cleanup(move || gone.set_value(true));
    spawn_local(async move {
        while gone.try_get_value() == Some(false) {
            if let Ok(answer) = client::get::<OverviewResponse>("/api/overview").await {
                let waiting = answer.overview.waiting;
                if overview.try_set(Some(answer.overview)).is_some() {
                    return;
                }
                most.update(|most| *most = waiting.max(*most));
                if waiting == 0 {
                    announce("Everybody is scored.");
                    return;
                }
            }
            TimeoutFuture::new(LOOK).await;
        }
    });
    let waiting = Memo::new(move |_| overview.with(|overview| overview.as_ref().map(|overview| overview.waiting)));
    let share = Signal::derive(move || {
        let (waiting, most) = (waiting.get()?, most.get());
        (most > 0).then(|| 1.0 - waiting as f64 / most as f64)
    });
    let text = Signal::derive(move || match waiting.get() {
        Some(1) => "1 customer still waits for a score".to_owned(),
        Some(waiting) => format!("{} customers still wait for a score", (PENS.count)(waiting)),
        None => String::new(),
    });
    view! {
        <section class="panel pad stack" aria-labelledby="scoring">
            {move || match waiting.get() {
                Some(0) => {
                    let text = overview.with_untracked(|overview| overview.as_ref().map(found).unwrap_or_default());
                    view! {
                        <h2 id="scoring">"Everybody is scored"</h2>
                        <p class="verdict">{text}</p>
                        <ButtonLink href="/radar" kind=ButtonKind::Primary>"See who is about to leave"</ButtonLink>
                    }
                        .into_any()
                }
                _ => {
                    view! {
                        <h2 id="scoring">"Scoring"</h2>
                        <Progress label="Working out who is about to leave" share text />
                        <p class="m">"Goes on by itself, also when you leave this page."</p>
                        <ButtonLink href="/radar">"Open Radar"</ButtonLink>
                    }
                        .into_any()
                }
            }}
        </section>
    }
}

fn found(overview: &Overview) -> String {
    let of = |wanted: Tier| overview.tiers.iter().find(|summary| summary.tier == wanted).map_or(0, |summary| summary.customers);
    words::found(of(Tier::Immediate), of(Tier::Moderate), of(Tier::Early), of(Tier::Lost), PENS)
}
