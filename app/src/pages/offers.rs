//! Offers: the matrix of what each would do for each row of customers, its limits and budget, and the catalogue.

mod catalogue;
mod cell;
mod compare;
mod edit;
mod effect;
mod grid;
mod limits;
mod money;
mod plan;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::MatrixAnswer;

pub use self::catalogue::CataloguePage;
use self::plan::Planner;
use super::settings::frame::{Answer, loaded};
use crate::client;
use crate::components::PageHead;
use crate::router::A;

/// The heading and tabs that the pages of offers share.
#[component]
pub fn OffersFrame(children: Children) -> impl IntoView {
    view! {
        <PageHead title="Offers" lead=|| "What to offer to whom, what it should bring, and what no offer may pass." />
        <nav class="tabs wrap" aria-label="Offers">
            <A href="/offers" exact=true>"Matrix"</A>
            <A href="/offers/catalogue" exact=true>"Catalogue"</A>
            <A href="/offers/fulfilment" exact=true>"Fulfilment"</A>
        </nav>
        {children()}
    }
}

#[component]
pub fn OffersPage() -> impl IntoView {
    let answer: Answer<MatrixAnswer> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        answer.set(None);
        spawn_local(async move {
            let loaded = client::get::<MatrixAnswer>("/api/matrix").await;
            answer.try_set(Some(loaded));
        });
    });
    load.run(());
    view! { <OffersFrame>{loaded(answer, load, move |answer| view! { <Planner answer reload=load /> }.into_any())}</OffersFrame> }
}
