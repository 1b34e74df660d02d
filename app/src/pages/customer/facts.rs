use leptos::prelude::*;
use shared::api::{Customer, MoneyInterval, Risk, RiskInterval, Tier};
use shared::money;

use crate::components::{Between, BetweenAmounts, Chance, DayText, Money};
use crate::format::{self, plural};
use crate::locale;

/// The key figures; what a model works out is called an estimate.
#[component]
pub(super) fn Facts(customer: Customer) -> impl IntoView {
    let row = customer.row;
    let scored = row.tier != Tier::NotScored;
    let lost = row.tier == Tier::Lost;
    let interval = row.risk_interval;
    let around = |of: fn(&Risk) -> f64| interval.map(|RiskInterval { low, high }| (of(&low), of(&high)));
    let risk = (scored && !lost).then(|| {
        view! {
            <div>
                <dt>"Risk of leaving"</dt>
                <dd>
                    <Chance p=row.risk.p30 interval=around(|risk| risk.p30) /> " in 30 days"
                    <span class="s">
                        <Chance p=row.risk.p60 interval=around(|risk| risk.p60) /> " in 60, "
                        <Chance p=row.risk.p90 interval=around(|risk| risk.p90) /> " in 90 · estimate"
                    </span>
                </dd>
            </div>
        }
    });
    let alive = customer.p_alive.filter(|_| !lost).map(|p| {
        let figure = view! { <Chance p interval=customer.p_alive_interval /> };
        fact("Still a customer", figure, "chance, estimate")
    });
    let back = customer.p_return.map(|p| {
        let figure = view! { <Chance p interval=customer.p_return_interval /> };
        fact("Comes back by itself", figure, "chance of an order in 90 days, estimate")
    });
    let orders = customer.expected_orders.map(|orders| {
        let sure = customer.expected_orders_interval.map(|(low, high)| {
            let ends = (format::decimal(low), format::decimal(high));
            view! { " " <Between shown=format!("{}–{}", ends.0, ends.1) ends /> }
        });
        let figure = view! { <span class="nowrap">{format::decimal(orders)} {sure}</span> };
        fact("Orders to expect", figure, "in the next 12 months, estimate")
    });
    let worth = row
        .lifetime_value
        .map(|amount| fact("Worth", money(amount, row.lifetime_value_interval), "in the next 12 months, estimate"));
    let second = customer.second_lifetime_value.map(|amount| {
        let figure = money(amount, customer.second_lifetime_value_interval);
        fact("Worth if won back", figure, "in the 12 months from then, estimate")
    });
    let deadline = row.deadline.map(|day| {
        let words = if lost { "Counted as lost since" } else { "Counts as lost from" };
        view! { <div><dt>{words}</dt><dd><DayText day /> <span class="s">"without an order"</span></dd></div> }
    });
    let bought = view! {
        <div>
            <dt>"Orders so far"</dt>
            <dd>
                {locale::count(row.orders)}
                <span class="s">
                    {match row.last_order {
                        Some(day) => view! { "last on " <DayText day /> }.into_any(),
                        None => plural(row.orders, "order", "orders").into_any(),
                    }}
                </span>
            </dd>
        </div>
    };
    view! {
        <section class="panel pad stack" aria-label="Key figures">
            <dl class="facts">{risk} {alive} {back} {orders} {worth} {second} {deadline} {bought}</dl>
            {customer.rhythm.map(|rhythm| view! { <p class="m" dir="auto">{rhythm}</p> })}
        </section>
    }
}

fn money(amount: money::Money, interval: Option<MoneyInterval>) -> impl IntoView {
    let sure = interval.map(|interval| view! { " " <BetweenAmounts interval /> });
    view! { <Money amount short=true /> {sure} }
}

fn fact(words: &'static str, figure: impl IntoView, note: &'static str) -> impl IntoView {
    view! { <div><dt>{words}</dt><dd>{figure} " " <span class="s">{note}</span></dd></div> }
}
