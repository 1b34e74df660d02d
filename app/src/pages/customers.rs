use leptos::prelude::*;

use crate::components::{ButtonKind, ButtonLink, EmptyState, PageHead};
use crate::list::{CustomerList, Defaults, List};
use crate::query::ListQuery;

const SORTS: [(&str, &str); 5] = [
    ("last_order", "Latest order first"),
    ("name", "Name"),
    ("value", "Highest value first"),
    ("risk", "Highest risk first"),
    ("deadline", "Nearest deadline first"),
];

/// Everybody, whatever their tier.
#[component]
pub fn CustomersPage() -> impl IntoView {
    let list = List::new("/customers", defaults);
    view! {
        <PageHead title="Customers" lead=|| "Everybody who ever bought, with their risk and what they are worth." />
        <CustomerList list caption="All customers" search="Search customers" sorts=&SORTS empty=empty tiers=true />
    }
}

fn defaults(_: &ListQuery) -> Defaults {
    Defaults { tiers: &[], sort: "last_order" }
}

fn empty() -> impl IntoView {
    view! {
        <EmptyState title="No customers yet">
            <p>"They come with your orders: load a sample shop to look around, or import a CSV."</p>
            <ButtonLink kind=ButtonKind::Primary href="/data">"Go to Data"</ButtonLink>
        </EmptyState>
    }
}
