use leptos::prelude::*;
use shared::api::{ShopItem, Shopping};

use crate::components::{DayText, Money, Table};

/// What the customer buys and wants; nothing where nothing is known.
#[component]
pub(super) fn ShoppingPanel(shopping: Shopping) -> impl IntoView {
    let Shopping { favourite_category, last_item, last_viewed, left_behind, left_since, back_in_stock } = shopping;
    let mut rows: Vec<AnyView> = Vec::new();
    rows.extend(favourite_category.map(|category| line("Favourite category", view! { <bdi>{category}</bdi> }.into_any())));
    rows.extend(last_item.map(|item| line("Bought last", shown(item))));
    rows.extend(last_viewed.map(|item| line("Looked at last", shown(item))));
    if !left_behind.is_empty() {
        let since = left_since.map(|day| view! { <p class="s">"since " <DayText day /></p> });
        let items = left_behind.into_iter().map(shown).collect_view();
        rows.push(line("Left in the cart", view! { {items} {since} }.into_any()));
    }
    if !back_in_stock.is_empty() {
        rows.push(line("Wanted, and there again", back_in_stock.into_iter().map(shown).collect_view().into_any()));
    }
    (!rows.is_empty()).then(|| {
        view! {
            <section class="panel">
                <div class="section-head"><h2>"Shopping"</h2></div>
                <Table caption="What they buy and want" unseen_caption=true>
                    <tbody>{rows}</tbody>
                </Table>
            </section>
        }
    })
}

fn line(what: &'static str, value: AnyView) -> AnyView {
    view! { <tr><th scope="row">{what}</th><td>{value}</td></tr> }.into_any()
}

fn shown(item: ShopItem) -> AnyView {
    let ShopItem { name, price, link, in_stock, .. } = item;
    let name = match link {
        Some(link) => view! { <a href=link target="_blank" rel="noreferrer"><bdi>{name}</bdi></a> }.into_any(),
        None => view! { <bdi>{name}</bdi> }.into_any(),
    };
    let stock = in_stock.map(|is_there| if is_there { "in stock" } else { "sold out" });
    view! {
        <p>
            {name} {price.map(|amount| view! { " · " <Money amount /> })} {stock.map(|stock| view! { <span class="s">" · " {stock}</span> })}
        </p>
    }
    .into_any()
}
