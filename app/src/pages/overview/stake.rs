use leptos::prelude::*;
use shared::api::{AtStake, Basis, Economics, Overview, Permission};

use crate::components::{Money, Notice, NoticeKind};
use crate::format::plural;
use crate::locale;
use crate::session::use_session;

/// What the customers at risk are worth and would cost to replace, each figure with what it rests on.
#[component]
pub(super) fn Stake(economics: Economics, at_stake: AtStake) -> impl IntoView {
    let Economics { margin, acquisition_cost: cost, .. } = economics;
    let AtStake { customers, margin: lost, replacement } = at_stake;
    let people = plural(customers, "customer", "customers");
    let per_cent = format!("{:.0}\u{a0}%", margin.value * 100.0);
    view! {
        <section class="panel pad stack">
            <h2>"What is at stake"</h2>
            <dl class="facts small">
                <div>
                    <dt>{format!("Margin of a year, with {} {people} at risk", locale::count(customers))}</dt>
                    <dd><Money amount=lost short=true /></dd>
                </div>
                <div>
                    <dt>"Winning as many new customers"</dt>
                    <dd>{match replacement {
                        Some(amount) => view! { <Money amount short=true /> }.into_any(),
                        None => view! { <span class="m">"not known yet"</span> }.into_any(),
                    }}</dd>
                </div>
            </dl>
            <ul class="plain">
                <li>"Margin of " {per_cent} ". " {margin.words} " " <SetIt basis=margin.basis /></li>
                <li>{cost.value.map(|amount| view! { <Money amount /> " a new customer. " })} {cost.words} " " <SetIt basis=cost.basis /></li>
            </ul>
        </section>
    }
}

/// What somebody should know before they read the figures.
#[component]
pub(super) fn Told(overview: Overview) -> impl IntoView {
    let session = use_session();
    let unanswered =
        Memo::new(move |_| session.may(Permission::Admin) && session.get().is_some_and(|session| !session.shop.set_up));
    let Overview { alerts, economics, .. } = overview;
    let differs = economics.active.filter(|active| active.differs);
    view! {
        {(!alerts.is_empty())
            .then(|| {
                let lines = alerts.into_iter().map(|alert| view! { <p>{alert}</p> }).collect_view();
                view! { <Notice kind=NoticeKind::Warning title="A limit of the plan is near">{lines} <p><a href="/settings/limits">"See the limits"</a></p></Notice> }
            })}
        {differs
            .map(|active| {
                view! {
                    <Notice kind=NoticeKind::Warning title="The count of active customers does not agree">
                        <p>{active.words}</p>
                        <p><a href="/data">"Import more"</a> " or " <a href="/settings">"correct your number"</a></p>
                    </Notice>
                }
            })}
        {move || {
            unanswered
                .get()
                .then(|| {
                    view! {
                        <Notice title="These figures rest on what is usual in trade">
                            <p>"Say what you sell and what is left of a sale, and they become your own. " <a href="/settings">"Answer in Settings"</a></p>
                        </Notice>
                    }
                })
        }}
    }
}

/// A way to one's own figure, where another one stands in.
#[component]
fn SetIt(basis: Basis) -> impl IntoView {
    (basis != Basis::Own).then(|| view! { <a href="/settings">"Set your own"</a> })
}
