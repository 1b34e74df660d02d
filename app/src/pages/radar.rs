//! Who is about to leave, how soon, and why; who is lost and worth winning back.

mod cards;
mod thresholds;

use leptos::prelude::*;
use shared::api::Tier;

use self::cards::TierCards;
use self::thresholds::ThresholdsButton;
use crate::components::{ButtonKind, ButtonLink, EmptyState, PageHead};
use crate::list::{CustomerList, Defaults, List};
use crate::locale;
use crate::query::{ListQuery, View};

/// Tiers that Radar shows as at risk.
pub const AT_RISK: [Tier; 3] = [Tier::Immediate, Tier::Moderate, Tier::Early];

const SORTS: [(&str, &str); 7] = [
    ("waiting", "Costliest wait first"),
    ("regain", "Most to win back first"),
    ("risk", "Highest risk first"),
    ("value", "Highest value first"),
    ("deadline", "Nearest deadline first"),
    ("last_order", "Latest order first"),
    ("name", "Name"),
];

#[component]
pub fn RadarPage() -> impl IntoView {
    let list = List::new("/radar", defaults);
    let view = Memo::new(move |_| list.query.with(|query| query.view));
    let basis = move || list.meta.with(|meta| meta.as_ref().and_then(|meta| meta.model.as_ref().map(|model| model.text.clone())));
    let current = move |is: View| (view.get() == is).then_some("page");
    view! {
        <PageHead
            title="Radar"
            lead=move || view! { <span class="two-lines">"Who is about to leave, how soon, and why. " {basis}</span> }
        >
            <ThresholdsButton on_saved=move |()| list.reload(0) />
            <ButtonLink href="/radar/report">"Report"</ButtonLink>
        </PageHead>
        <nav class="tabs" aria-label="Parts of Radar">
            <a href="/radar" aria-current=move || current(View::Own)>"At risk"</a>
            <a href="/radar?view=lost" aria-current=move || current(View::Lost)>"Lost"</a>
            <a href="/radar?view=set_aside" aria-current=move || current(View::SetAside)>"Not at risk"</a>
        </nav>
        <TierCards list view />
        <CustomerList list caption="Customers on Radar" search="Search customers" sorts=&SORTS empty=move || empty(list, view.get()) />
    }
}

fn defaults(query: &ListQuery) -> Defaults {
    match query.view {
        View::Own => Defaults { tiers: &AT_RISK, sort: "waiting" },
        View::Lost => Defaults { tiers: &[Tier::Lost], sort: "regain" },
        View::SetAside => Defaults { tiers: &[Tier::SetAside], sort: "value" },
    }
}

/// Nobody to show: because there are no customers, no scores, or truly nobody at risk.
fn empty(list: List, view: View) -> AnyView {
    let (everyone, scored, waiting) = list.meta.with(|meta| {
        meta.as_ref().map_or((0, false, 0), |meta| {
            (meta.tiers.iter().map(|summary| summary.customers).sum::<u64>(), meta.as_of.is_some(), meta.waiting)
        })
    });
    if everyone == 0 && waiting == 0 {
        view! {
            <EmptyState title="No customers yet">
                <p>"Radar needs a history of orders. Load a sample shop to look around, or import your own orders as CSV."</p>
                <div class="row">
                    <ButtonLink kind=ButtonKind::Primary href="/data">"Import orders"</ButtonLink>
                    <ButtonLink href="/data">"Load a sample shop"</ButtonLink>
                </div>
            </EmptyState>
        }
        .into_any()
    } else if !scored {
        view! {
            <EmptyState title="Scoring has not finished yet">
                <p>{format!("{} customers wait for their first score. It runs every hour; this page shows them then.", locale::count(everyone.max(waiting)))}</p>
                <ButtonLink href="/customers">"See all customers"</ButtonLink>
            </EmptyState>
        }
        .into_any()
    } else if view == View::SetAside {
        view! {
            <EmptyState title="Nobody is set aside">
                <p>"Customers whom you know to be fine, though they look at risk, leave Radar until a day that you choose: select them and press Not at risk."</p>
                <ButtonLink href="/radar">"See who is at risk"</ButtonLink>
            </EmptyState>
        }
        .into_any()
    } else if view == View::Lost {
        view! {
            <EmptyState title="Nobody is lost">
                <p>"No customer has been silent for so long that they count as lost."</p>
                <ButtonLink href="/radar">"See who is at risk"</ButtonLink>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            <EmptyState title="Nobody is at risk">
                <p>"No customer's risk is above the thresholds. Lower them to see more people, earlier."</p>
                <ButtonLink href="/customers">"See all customers"</ButtonLink>
            </EmptyState>
        }
        .into_any()
    }
}
