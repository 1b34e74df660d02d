//! The figures that exist today, and the next thing to do; on the first run, an invitation.

mod model;
mod next;
mod stake;
mod welcome;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CurrencyTotal, Overview, OverviewResponse, Run, RunStatus, Tier, TierSummary};

use self::model::ModelPanel;
use self::next::NextStep;
use self::stake::{Stake, Told};
pub use self::welcome::Ways;
use self::welcome::Welcome;
use crate::client::{self, Failure};
use crate::components::{Ago, FailureNotice, Money, PageHead, Skeleton, Table, TierBadge};
use crate::format::plural;
use crate::places::Module;
use crate::session::use_session;
use crate::shell::ModulePlace;
use crate::{format, locale};

#[component]
pub fn OverviewPage() -> impl IntoView {
    let session = use_session();
    let overview = RwSignal::new(None::<Result<Overview, Failure>>);
    let load = Callback::new(move |()| {
        overview.set(None);
        spawn_local(async move {
            let answer = client::get::<OverviewResponse>("/api/overview").await.map(|answer| answer.overview);
            if let Ok(overview) = &answer {
                session.set_tiers(&overview.tiers);
            }
            overview.try_set(Some(answer));
        });
    });
    load.run(());
    view! {
        <PageHead title="Overview" />
        {move || match overview.get() {
            None => view! { <div class="panel pad"><Skeleton lines=10 /></div> }.into_any(),
            Some(Err(failure)) => view! { <FailureNotice failure retry=load /> }.into_any(),
            Some(Ok(overview)) if overview.customers == 0 => view! { <Empty overview /> }.into_any(),
            Some(Ok(overview)) => view! { <Figures overview /> }.into_any(),
        }}
    }
}

/// The first run's questions for whom they are asked of, else the ways on.
#[component]
fn Empty(overview: Overview) -> impl IntoView {
    let session = use_session();
    // Memos: a session that is loaded again must not take away what is being typed.
    let known = Memo::new(move |_| session.get().is_some());
    let asks = Memo::new(move |_| session.asks_first());
    move || match (known.get(), asks.get()) {
        (false, _) => view! { <Skeleton lines=6 /> }.into_any(),
        (true, true) => view! { <ModulePlace module=Module::Office /> }.into_any(),
        (true, false) => view! { <Welcome overview=overview.clone() /> }.into_any(),
    }
}

#[component]
fn Figures(overview: Overview) -> impl IntoView {
    let tiers = overview.tiers.clone();
    let cards = [Tier::Immediate, Tier::Moderate, Tier::Early, Tier::Lost].map(|tier| tier_card(&tiers, tier)).collect_view();
    view! {
        <div class="stack">
            <NextStep overview=overview.clone() />
            <Told overview=overview.clone() />
            <div class="cards">{cards}</div>
            <div class="two">
                <div class="stack">
                    <Stake economics=overview.economics.clone() at_stake=overview.at_stake.clone() />
                    <Revenue totals=overview.totals.clone() />
                    <ModelPanel model=overview.model.clone() />
                </div>
                <div class="stack">
                    <section class="panel pad stack">
                        <h2>"What Rekindle knows"</h2>
                        <dl class="facts small">
                            {known("Customers", overview.customers)} {known("Contacts", overview.contacts)} {known("Orders", overview.orders)}
                            {known("Events", overview.events)}
                        </dl>
                    </section>
                    <LastWork overview />
                </div>
            </div>
        </div>
    }
}

fn tier_card(tiers: &[TierSummary], tier: Tier) -> impl IntoView + use<> {
    let summary = tiers.iter().find(|summary| summary.tier == tier);
    let (customers, value) =
        summary.map_or((0, None), |summary| (summary.customers, Some(summary.value).filter(|value| value.minor != 0)));
    let path = if tier == Tier::Lost { "/radar?view=lost".to_owned() } else { format!("/radar?tier={}", tier.as_str()) };
    view! {
        <a class="panel card" href=path>
            <TierBadge tier />
            <span class="big">{locale::count(customers)}</span>
            <span class="s meaning">{format::tier_meaning(tier)}</span>
            <span class="s">{value.map(|value| format!("{} a year, expected", locale::money_short(value)))}</span>
        </a>
    }
}

/// Orders and revenue, each currency apart.
#[component]
fn Revenue(totals: Vec<CurrencyTotal>) -> impl IntoView {
    let session = use_session();
    let home = move || session.get().map(|session| session.shop.home_currency.to_string()).unwrap_or_default();
    let rows = totals
        .into_iter()
        .map(|total| {
            view! {
                <tr>
                    <th scope="row">{total.revenue.currency.to_string()}</th>
                    <td class="num">{locale::count(total.orders)}</td>
                    <td class="num"><Money amount=total.revenue /></td>
                    <td class="num">
                        {match total.in_home {
                            Some(amount) => view! { <Money amount /> }.into_any(),
                            None => view! { <span class="m">"no rate stored, kept apart"</span> }.into_any(),
                        }}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="panel">
            <div class="section-head">
                <h2>"Orders and revenue"</h2>
                <span class="s">{move || format!("{} at stored daily rates", home())}</span>
            </div>
            <Table caption="Orders and revenue, by currency" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Currency"</th>
                        <th scope="col" class="num">"Orders"</th>
                        <th scope="col" class="num">"Paid less refunds"</th>
                        <th scope="col" class="num">{move || format!("In {}", home())}</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
}

/// The last import and the last scoring.
#[component]
fn LastWork(overview: Overview) -> impl IntoView {
    let import = overview.last_import.map(|import| {
        let rows = format!("{} {} taken, {} refused", locale::count(import.rows_accepted), plural(import.rows_accepted, "row", "rows"), locale::count(import.rows_rejected));
        view! {
            <li>
                <a href="/data">"Last import"</a> ": " <span class="breaks" dir="auto">{import.file_name.unwrap_or(import.kind)}</span>
                <div class="s"><Ago at=import.created_at /> " · " {rows}</div>
            </li>
        }
    });
    let score = overview
        .last_score
        .map(|run| view! { <li>"Last scoring: " {run_words(&run)} <div class="s"><Ago at=run.started_at.clone() /></div></li> });
    let none = (import.is_none() && score.is_none()).then(|| view! { <li class="m">"Nothing has run yet."</li> });
    view! {
        <section class="panel pad stack">
            <h2>"Latest work"</h2>
            <ul class="plain">{import} {score} {none}</ul>
        </section>
    }
}

fn run_words(run: &Run) -> String {
    match run.status {
        RunStatus::Running => "running now".to_owned(),
        RunStatus::Done => run
            .counts
            .get("scored")
            .map_or_else(|| "done".to_owned(), |scored| format!("{} scored", locale::count(scored.unsigned_abs()))),
        RunStatus::Failed => "failed; it is tried again within the hour".to_owned(),
        RunStatus::Lost => "was interrupted; it goes on by itself".to_owned(),
    }
}

fn known(words: &'static str, count: u64) -> impl IntoView {
    view! { <div><dt>{words}</dt><dd>{locale::count(count)}</dd></div> }
}
