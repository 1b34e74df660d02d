use leptos::prelude::*;
use shared::api::{CurrencyTotal, Order};
use shared::money::Currency;

use crate::components::{DateText, Money, Table};
use crate::format::{plural, words};
use crate::locale;

/// What was spent, each currency apart.
#[component]
pub(super) fn Spent(spent: Vec<CurrencyTotal>, home: Currency) -> impl IntoView {
    let foreign = spent.iter().any(|total| total.revenue.currency != home);
    let rows = spent
        .into_iter()
        .map(|total| {
            view! {
                <tr>
                    <th scope="row">{total.revenue.currency.to_string()}</th>
                    <td class="num">{locale::count(total.orders)}</td>
                    <td class="num"><Money amount=total.revenue /></td>
                    {foreign
                        .then(|| match total.in_home {
                            Some(amount) => view! { <td class="num"><Money amount /></td> }.into_any(),
                            None => view! { <td class="num m">"no rate stored"</td> }.into_any(),
                        })}
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="panel">
            <div class="section-head">
                <h2>"Spent"</h2>
                {foreign.then(|| view! { <span class="s">{format!("{home} at stored daily rates")}</span> })}
            </div>
            <Table caption="Spent, by currency" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Currency"</th>
                        <th scope="col" class="num">"Orders"</th>
                        <th scope="col" class="num">"Paid less refunds"</th>
                        {foreign.then(|| view! { <th scope="col" class="num">{format!("In {home}")}</th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
}

/// The latest orders; the timeline holds all of them.
#[component]
pub(super) fn Orders(orders: Vec<Order>, count: u64) -> impl IntoView {
    if orders.is_empty() {
        return view! {
            <section class="panel pad stack"><h2>"Orders"</h2><p class="m">"No orders yet."</p></section>
        }
        .into_any();
    }
    let shown = orders.len() as u64;
    let rows = orders.into_iter().map(order).collect_view();
    view! {
        <section class="panel">
            <div class="section-head">
                <h2>"Orders"</h2>
                <span class="s">
                    {if shown < count { format!("the latest {} of {}", locale::count(shown), locale::count(count)) } else { format!("{} {}", locale::count(count), plural(count, "order", "orders")) }}
                </span>
            </div>
            <Table caption="Latest orders" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Order"</th>
                        <th scope="col">"Placed"</th>
                        <th scope="col" class="num">"Amount"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
    .into_any()
}

fn order(order: Order) -> impl IntoView {
    // A generated id says nothing to a reader.
    let id = if order.external_id.starts_with('~') { "without a number".to_owned() } else { order.external_id };
    let status = (order.status != "paid").then(|| words(&order.status));
    let refunded =
        (order.refunded.minor != 0).then(|| view! { <div class="s">"refunded " <Money amount=order.refunded /></div> });
    let items = (!order.items.is_empty()).then(|| order.items.join(", "));
    view! {
        <tr>
            <th scope="row">
                <span class="breaks" dir="auto">{id}</span>
                {items.map(|items| view! { <div class="s" dir="auto">{items}</div> })}
            </th>
            <td><DateText at=order.ordered_at /> {status.map(|status| view! { <div class="s">{status}</div> })}</td>
            <td class="num"><Money amount=order.amount /> {refunded}</td>
        </tr>
    }
}
