use leptos::prelude::*;
use shared::api::Tier;

use crate::components::{ButtonKind, ButtonLink, EmptyState, PageHead, Select};
use crate::format;
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
        <CustomerList list caption="All customers" search="Search customers" sorts=&SORTS empty=empty>
            <TierFilter list />
        </CustomerList>
    }
}

/// One tier, or all.
#[component]
fn TierFilter(list: List) -> impl IntoView {
    let chosen = move || list.query.with(|query| query.tiers.first().map_or(String::new(), |tier| tier.as_str().to_owned()));
    let value = RwSignal::new(untrack(chosen));
    Effect::new(move || value.set(chosen()));
    Effect::watch(
        move || value.get(),
        move |tier, _, _| {
            let tier = Tier::parse(tier);
            list.show(|query| query.tiers = tier.into_iter().collect(), false);
        },
        false,
    );
    let options: Vec<_> = std::iter::once((String::new(), "All tiers".to_owned()))
        .chain(Tier::ALL.into_iter().map(|tier| (tier.as_str().to_owned(), format::tier(tier).to_owned())))
        .collect();
    view! { <Select label="Tier" value options=options bare=true /> }
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
