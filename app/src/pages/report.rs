//! The risk report: who is about to leave, why, and what to do about it, on paper or as a file.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CustomerRow, CustomersMeta, CustomersResponse, Permission, Tier, TierSummary};

use crate::client;
use crate::components::{Button, Chance, DayText, Money, PageHead, Table, TierBadge, way};
use crate::pages::settings::frame::{Answer, loaded};
use crate::session::use_session;
use crate::{format, locale};

/// Customers of each part: those whose waiting costs most, and those with most to win back. The file has all.
const SHOWN: usize = 100;

const AT_RISK: &str = "tier=immediate,moderate,early&sort=waiting";
const LOST: &str = "tier=lost&sort=regain";
const COLUMNS: &str = "risk,why,do,waiting,worth,due,owner";

#[component]
pub fn ReportPage() -> impl IntoView {
    let session = use_session();
    let answer: Answer<(CustomersResponse, CustomersResponse)> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let part =
                async |query: &str| client::get::<CustomersResponse>(&format!("/api/customers?{query}&limit={SHOWN}")).await;
            let both = match part(AT_RISK).await {
                Ok(leaving) => part(LOST).await.map(|lost| (leaving, lost)),
                Err(failure) => Err(failure),
            };
            answer.try_set(Some(both));
        });
    });
    load.run(());
    let may_export = Memo::new(move |_| session.may(Permission::Export));
    let file = format!("/api/customers/export.csv?tier=immediate,moderate,early,lost&columns={COLUMNS}");
    view! {
        <PageHead title="Risk report" lead=|| "Who is about to leave, why, and what to do about each.">
            <a class="btn no-print" href="/radar">"Back to Radar"</a>
            {move || may_export.get().then(|| view! { <a class="btn no-print" href=file.clone() download="risk-report.csv">"Download as CSV"</a> })}
            <span class="no-print"><Button on_press=move |_| drop(window().print())>"Print"</Button></span>
        </PageHead>
        {loaded(answer, load, |(leaving, lost)| view! { <Report leaving lost /> }.into_any())}
    }
}

#[component]
fn Report(leaving: CustomersResponse, lost: CustomersResponse) -> impl IntoView {
    let CustomersMeta { as_of, tiers, model, .. } = leaving.meta;
    let basis = model.map(|model| model.text);
    let shown = [Tier::Immediate, Tier::Moderate, Tier::Early, Tier::Lost];
    let of = |tier: Tier| tiers.iter().find(|summary| summary.tier == tier).cloned();
    let rows = shown.into_iter().filter_map(of).map(|summary| view! { <TierRow summary /> }).collect_view();
    view! {
        <div class="stack report roomy">
            <p class="m">{as_of.map(|at| format!("As of {}. ", locale::day(at.get(..10).unwrap_or_default())))} {basis}</p>
            <section class="panel">
                <Table caption="By tier" unseen_caption=true>
                    <thead>
                        <tr>
                            <th scope="col">"Tier"</th>
                            <th scope="col" class="num">"Customers"</th>
                            <th scope="col" class="num">"Value a year"</th>
                            <th scope="col">"Mostly"</th>
                            <th scope="col">"Best intervention"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </Table>
            </section>
            <People title="At risk: the costliest wait first" total=leaving.meta.total customers=leaving.customers />
            <People title="Lost: most to win back first" total=lost.meta.total customers=lost.customers />
        </div>
    }
}

#[component]
fn TierRow(summary: TierSummary) -> impl IntoView {
    let TierSummary { tier, customers, value, top_triggers, best, .. } = summary;
    let triggers = top_triggers.iter().map(|code| format::trigger(code)).collect::<Vec<_>>().join(", ");
    let best = best.map(|best| {
        view! { <span dir="auto">{best.name}</span> {format!(" for {}, +", locale::count(best.customers))} <Money amount=best.margin short=true /> }
    });
    view! {
        <tr>
            <th scope="row"><TierBadge tier /></th>
            <td class="num">{locale::count(customers)}</td>
            <td class="num"><Money amount=value short=true /></td>
            <td>{triggers}</td>
            <td>{best}</td>
        </tr>
    }
}

#[component]
fn People(title: &'static str, total: Option<u64>, customers: Vec<CustomerRow>) -> impl IntoView {
    let shown = customers.len() as u64;
    let more = total
        .filter(|total| *total > shown)
        .map(|total| format!("The first {} of {}; the file has all.", locale::count(shown), locale::count(total)));
    let rows = customers.into_iter().map(|customer| view! { <Person customer /> }).collect_view();
    view! {
        <section class="panel">
            <div class="section-head"><h2>{title}</h2> <p class="s">{more}</p></div>
            <Table caption=title unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"Risk"</th>
                        <th scope="col">"Why"</th>
                        <th scope="col">"Recommended"</th>
                        <th scope="col" class="num">"At stake"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
}

#[component]
fn Person(customer: CustomerRow) -> impl IntoView {
    let CustomerRow { id, name, external_id, tier, risk, risk_interval, triggers, recommended, waiting, regain, .. } = customer;
    let shown = if name.trim().is_empty() { external_id } else { name };
    let interval = risk_interval.map(|interval| (interval.low.p90, interval.high.p90));
    let chance = (tier != Tier::Lost).then(|| view! { <div class="s"><Chance p=risk.p90 interval /> " in 90 d"</div> });
    let why = triggers.into_iter().take(2).map(|trigger| view! { <div class="s">{trigger.text}</div> }).collect_view();
    let todo = recommended.map(|todo| {
        let when =
            todo.due.map(|day| view! { <div class="s">{way(todo.by, todo.channel.as_deref())} ", by " <DayText day /></div> });
        view! { <span dir="auto">{todo.name}</span> {when} }
    });
    let stake = match (waiting, regain) {
        (Some(amount), _) => Some((amount, "a day of waiting")),
        (None, Some(amount)) => Some((amount, "to win back")),
        (None, None) => None,
    };
    view! {
        <tr>
            <th scope="row" class="wide"><a href=format!("/customers/{id}") dir="auto">{shown}</a></th>
            <td><TierBadge tier /> {chance}</td>
            <td>{why}</td>
            <td>{todo}</td>
            <td class="num">{stake.map(|(amount, words)| view! { <Money amount /> <div class="s">{words}</div> })}</td>
        </tr>
    }
}
