//! One customer: how they are, why, and everything that happened.

mod aside;
mod care;
mod contacts;
mod explain;
mod facts;
mod notes;
mod orders;
mod peers;
mod read;
mod shopping;
mod timeline;
mod todo;
mod why;

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Customer, Permission, Tier, Trigger};

use self::aside::AsidePanel;
use self::care::{Care, CarePanel};
use self::contacts::Contacts;
use self::explain::Explained;
use self::facts::Facts;
use self::notes::NotesPanel;
use self::orders::{Orders, Spent};
use self::peers::PeersPanel;
use self::shopping::ShoppingPanel;
use self::timeline::Timeline;
use self::todo::TodoPanel;
use self::why::WhyPanel;
use crate::charts::RiskOverTime;
use crate::client::Failure;
use crate::components::{ButtonLink, DayText, EmptyState, FailureNotice, PageHead, Popover, Skeleton, TierBadge, Weight};
use crate::format;
use crate::pages::campaigns::TouchesPanel;
use crate::session::use_session;

#[component]
pub fn CustomerPage(id: String) -> impl IntoView {
    let customer = RwSignal::new(None::<Result<Customer, Failure>>);
    let path = StoredValue::new(format!("/api/customers/{id}"));
    let load = Callback::new(move |()| {
        customer.set(None);
        let path = path.get_value();
        spawn_local(async move {
            let answer = read::load(&path).await;
            customer.try_set(Some(answer));
        });
    });
    load.run(());
    let title = Signal::derive(move || match customer.get() {
        Some(Ok(customer)) => name(&customer),
        _ => "Customer".to_owned(),
    });
    let lead = move || customer.get().and_then(Result::ok).map(|customer| view! { <Who customer /> });
    view! {
        <PageHead title lead=lead>
            <ButtonLink small=true href="/customers">"All customers"</ButtonLink>
            <Menu id />
        </PageHead>
        {move || match customer.get() {
            None => view! { <div class="panel pad"><Skeleton lines=10 /></div> }.into_any(),
            Some(Err(failure)) => refused(failure, load),
            Some(Ok(customer)) => view! { <Whole customer again=load /> }.into_any(),
        }}
    }
}

/// What is done with the whole record; the page behind the links comes with a module of its own.
#[component]
fn Menu(id: String) -> impl IntoView {
    let session = use_session();
    let may = move |permission| Memo::new(move |_| session.may(permission));
    let (exports, edits, owns) = (may(Permission::Export), may(Permission::Edit), may(Permission::Admin));
    let id = StoredValue::new(id);
    let page = move |hash: &str| format!("/customers/{}/privacy{hash}", id.get_value());
    view! {
        <Popover words=|| "Personal data" title="Personal data">
            <ul class="choices-list">
                <Show when=move || exports.get()>
                    <li><ButtonLink small=true download=true href=format!("/api/customers/{}/export", id.get_value())>"Export all data"</ButtonLink></li>
                </Show>
                <Show when=move || edits.get()>
                    <li><ButtonLink small=true href=page("#merge")>"Merge with…"</ButtonLink></li>
                </Show>
                <li><ButtonLink small=true href=page("")>"Objection and merges"</ButtonLink></li>
                <Show when=move || owns.get()>
                    <li><ButtonLink small=true href=page("#erase")>"Erase…"</ButtonLink></li>
                </Show>
            </ul>
        </Popover>
    }
}

#[component]
fn Who(customer: Customer) -> impl IntoView {
    let row = customer.row;
    let kind = format::customer_kind(row.kind);
    let known = [row.email, row.country].into_iter().flatten().map(|text| view! { " · " <bdi>{text}</bdi> }).collect_view();
    view! {
        <span class="row">
            <TierBadge tier=row.tier />
            <span>{kind} {known} " · " {format::lifecycle(row.lifecycle)}</span>
            {customer.objected_at.is_some().then(|| view! { <span class="chip">"not profiled"</span> })}
            {row.sample.then(|| view! { <span class="chip">"sample"</span> })}
        </span>
    }
}

#[component]
fn Whole(customer: Customer, again: Callback<()>) -> impl IntoView {
    let Customer {
        row,
        version,
        notes,
        recent_orders,
        spent,
        history,
        contacts,
        traits,
        home_currency,
        peers,
        explanation,
        p_return_interval,
        shopping,
        objected_at,
        why,
        ..
    } = customer.clone();
    let id = row.id.clone();
    let tier = row.tier;
    let reasons = row.triggers;
    let shown = name(&customer);
    let aside = row.set_aside;
    // Of what the explanation is about.
    let interval =
        if tier == Tier::Lost { p_return_interval } else { row.risk_interval.map(|around| (around.low.p90, around.high.p90)) };
    let care = RwSignal::new(Care { version, owner: row.owner, tags: row.tags });
    view! {
        <div class="stack">
            <TodoPanel customer=id.to_string() name=shown recommended=row.recommended begun=row.begun again />
            <Facts customer />
            <div class="two">
                <section class="panel pad stack">
                    <h2>"Risk over time"</h2>
                    {if history.is_empty() {
                        view! { <p class="m">"The course begins with the first score."</p> }.into_any()
                    } else {
                        view! { <RiskOverTime history /> }.into_any()
                    }}
                </section>
                <div class="stack">
                    <Reasons reasons tier objects=objected_at.is_some() />
                    {objected_at.is_none().then(|| view! { <WhyPanel id=id.clone() why care /> })}
                    <AsidePanel id=id.clone() aside tier care />
                    <Spent spent home=home_currency />
                    <ShoppingPanel shopping />
                </div>
            </div>
            {(explanation.is_some() || peers.is_some())
                .then(|| {
                    view! {
                        <div class="two">
                            {explanation.map(|explanation| view! { <Explained explanation interval /> })}
                            {peers.map(|peers| view! { <PeersPanel peers /> })}
                        </div>
                    }
                })}
            <TouchesPanel of=("customer", id.to_string()) />
            <div class="two">
                <section class="panel">
                    <div class="section-head"><h2>"Timeline"</h2></div>
                    <Timeline id=id.to_string() on_undone=again />
                </section>
                <div class="stack">
                    <CarePanel id=id.clone() care />
                    <NotesPanel id=id.clone() notes care />
                    <Contacts contacts />
                    <Orders orders=recent_orders count=row.orders />
                    <Traits traits />
                </div>
            </div>
        </div>
    }
}

/// Every trigger with its evidence.
#[component]
fn Reasons(reasons: Vec<Trigger>, tier: Tier, objects: bool) -> impl IntoView {
    let none = reasons.is_empty().then(|| view! { <p class="m">{no_reason(tier, objects)}</p> });
    let items = reasons
        .into_iter()
        .map(|reason| {
            view! {
                <li>
                    <span dir="auto">{reason.text}</span> " " <Weight effect=reason.effect spelled=true />
                    {reason.since.map(|day| view! { <div class="s">"since " <DayText day /></div> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="panel pad stack">
            <h2>"Why"</h2>
            {none}
            <ul class="evidence">{items}</ul>
        </section>
    }
}

/// What the shop itself knows of the customer.
#[component]
fn Traits(traits: BTreeMap<String, String>) -> impl IntoView {
    (!traits.is_empty()).then(|| {
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
    })
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

fn no_reason(tier: Tier, objects: bool) -> &'static str {
    match tier {
        _ if objects => "They object to profiling, so they are neither scored nor part of a model.",
        Tier::NotScored => "Not scored yet: that happens within the hour.",
        _ => "Nothing unusual against this customer's own rhythm.",
    }
}
