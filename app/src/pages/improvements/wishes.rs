//! What customers ask for and nothing answers yet.

use leptos::prelude::*;
use shared::api::{ImprovementKind, Wish};

use super::Asks;
use super::form::Draft;
use crate::components::{Button, Table};
use crate::locale;

#[component]
pub(super) fn Wishes(wishes: Vec<Wish>, asks: Asks) -> impl IntoView {
    let rows = wishes.into_iter().map(|wish| view! { <Row wish asks /> }).collect_view();
    (!rows.is_empty()).then(|| {
        view! {
            <section class="panel register">
                <div class="section-head"><h2>"Asked for, and not answered yet"</h2></div>
                <Table caption="What customers asked for" unseen_caption=true>
                    <thead>
                        <tr>
                            <th scope="col">"In their words"</th>
                            <th scope="col" class="num">"Customers"</th>
                            <th scope="col" class="num">"At risk or lost"</th>
                            <th scope="col"><span class="unseen">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </Table>
            </section>
        }
    })
}

#[component]
fn Row(wish: Wish, asks: Asks) -> impl IntoView {
    let Wish { feature, customers, leaving } = wish;
    let words = StoredValue::new(feature.clone());
    let built = move |_| {
        let feature = words.get_value();
        asks.writing.set(Some(Draft { kind: ImprovementKind::Feature, features: feature, ..Draft::default() }));
    };
    view! {
        <tr>
            <th scope="row" class="wide" dir="auto">{feature}</th>
            <td class="num">{locale::count(customers)}</td>
            <td class="num">{locale::count(leaving)}</td>
            <td class="acts">
                <Show when=move || asks.may.get()>
                    <Button small=true on_press=built>"We have it now" <span class="unseen">{move || format!(": {}", words.get_value())}</span></Button>
                </Show>
            </td>
        </tr>
    }
}
