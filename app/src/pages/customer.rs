//! One customer: how they are, why, and everything that happened.

mod contacts;
mod facts;
mod orders;
mod timeline;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use shared::api::{Customer, CustomerKind, CustomerResponse, Tier};

use self::contacts::Contacts;
use self::facts::Facts;
use self::orders::{Orders, Spent};
use self::timeline::Timeline;
use crate::charts::RiskOverTime;
use crate::client::{self, Failure};
use crate::components::{ButtonLink, DayText, EmptyState, FailureNotice, PageHead, Skeleton, TierBadge};
use crate::format;

#[component]
pub fn CustomerPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").unwrap_or_default()));
    let customer = LocalResource::new(move || {
        let path = format!("/api/customers/{}", id.get());
        async move { client::get::<CustomerResponse>(&path).await.map(|answer| answer.customer) }
    });
    let title = Signal::derive(move || match customer.get() {
        Some(Ok(customer)) => name(&customer),
        _ => "Customer".to_owned(),
    });
    let lead = move || customer.get().and_then(Result::ok).map(|customer| view! { <Who customer /> });
    view! {
        <PageHead title lead=lead>
            <ButtonLink small=true href="/customers">"All customers"</ButtonLink>
        </PageHead>
        {move || match customer.get() {
            None => view! { <div class="panel pad"><Skeleton lines=10 /></div> }.into_any(),
            Some(Err(failure)) => refused(failure, Callback::new(move |()| customer.refetch())),
            Some(Ok(customer)) => view! { <Whole customer /> }.into_any(),
        }}
    }
}

#[component]
fn Who(customer: Customer) -> impl IntoView {
    let row = customer.row;
    let kind = match row.kind {
        CustomerKind::Shopper => "shopper",
        CustomerKind::Account => "account",
    };
    let known = [row.email, row.country].into_iter().flatten().map(|text| view! { " · " <bdi>{text}</bdi> }).collect_view();
    let tags = customer.tags.into_iter().map(|tag| view! { <span class="chip" dir="auto">{tag}</span> }).collect_view();
    view! {
        <span class="row">
            <TierBadge tier=row.tier />
            <span>{kind} {known} " · " {format::lifecycle(row.lifecycle)}</span>
            <span class="chips">{row.sample.then(|| view! { <span class="chip">"sample"</span> })} {tags}</span>
        </span>
    }
}

#[component]
fn Whole(customer: Customer) -> impl IntoView {
    let Customer { row, recent_orders, spent, history, contacts, traits, home_currency, .. } = customer.clone();
    let id = row.id.clone();
    let tier = row.tier;
    let reasons = row.triggers;
    let (has_traits, has_history) = (!traits.is_empty(), !history.is_empty());
    view! {
        <div class="stack">
            <Facts customer />
            <div class="two">
                <div class="stack">
                    <section class="panel pad stack">
                        <h2>"Risk over time"</h2>
                        {if has_history {
                            view! { <RiskOverTime history /> }.into_any()
                        } else {
                            view! { <p class="m">"The course begins with the first score."</p> }.into_any()
                        }}
                    </section>
                    <section class="panel">
                        <div class="section-head"><h2>"Timeline"</h2></div>
                        <Timeline id=id.to_string() />
                    </section>
                </div>
                <div class="stack">
                    <section class="panel pad stack">
                        <h2>"Why"</h2>
                        {if reasons.is_empty() {
                            view! { <p class="m">{no_reason(tier)}</p> }.into_any()
                        } else {
                            let items = reasons
                                .into_iter()
                                .map(|reason| {
                                    view! {
                                        <li>
                                            <span dir="auto">{reason.text}</span>
                                            {reason.since.map(|day| view! { <div class="s">"since " <DayText day /></div> })}
                                        </li>
                                    }
                                })
                                .collect_view();
                            view! { <ul class="evidence">{items}</ul> }.into_any()
                        }}
                    </section>
                    <Contacts contacts />
                    <Spent spent home=home_currency />
                    <Orders orders=recent_orders count=row.orders />
                    {has_traits
                        .then(|| {
                            let pairs = traits
                                .into_iter()
                                .map(|(name, value)| view! { <div><dt dir="auto">{name}</dt><dd dir="auto">{value}</dd></div> })
                                .collect_view();
                            view! {
                                <section class="panel pad stack">
                                    <h2>"Traits"</h2>
                                    <dl class="pairs">{pairs}</dl>
                                </section>
                            }
                        })}
                </div>
            </div>
        </div>
    }
}

fn refused(failure: Failure, retry: Callback<()>) -> AnyView {
    if matches!(failure.status(), Some(404)) {
        view! {
            <EmptyState title="No such customer">
                <p>"The address may be mistyped, or the customer was removed with the sample shop."</p>
                <ButtonLink href="/customers">"See all customers"</ButtonLink>
            </EmptyState>
        }
        .into_any()
    } else {
        view! { <FailureNotice failure retry /> }.into_any()
    }
}

fn name(customer: &Customer) -> String {
    let row = &customer.row;
    if row.name.trim().is_empty() { row.external_id.clone() } else { row.name.clone() }
}

fn no_reason(tier: Tier) -> &'static str {
    match tier {
        Tier::NotScored => "Not scored yet: that happens within the hour.",
        _ => "Nothing unusual against this customer's own rhythm.",
    }
}
