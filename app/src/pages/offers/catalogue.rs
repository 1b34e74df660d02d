//! What can be offered: the seven kinds as the shop has them, and its own.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CatalogueAnswer, CatalogueOffer, Done, OfferAnswer, OfferChange, Permission, ShopResponse};
use shared::money::Currency;
use shared::offer::{Offer, Terms, percent};

use super::OffersFrame;
use super::edit::Edit;
use super::money;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Table, announce};
use crate::pages::settings::frame::{Answer, loaded};
use crate::session::use_session;

#[component]
pub fn CataloguePage() -> impl IntoView {
    let answer: Answer<(Vec<CatalogueOffer>, Currency)> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let shop = client::get::<ShopResponse>("/api/shop").await.map(|answer| answer.shop.home_currency);
            let offers = client::get::<CatalogueAnswer>("/api/offers").await.map(|answer| answer.offers);
            answer.try_set(Some(shop.and_then(|home| Ok((offers?, home)))));
        });
    });
    load.run(());
    view! { <OffersFrame>{loaded(answer, load, move |(offers, currency)| view! { <List offers currency load /> }.into_any())}</OffersFrame> }
}

#[component]
fn List(offers: Vec<CatalogueOffer>, currency: Currency, load: Callback<()>) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    // None for a new one.
    let editing = RwSignal::new(None::<CatalogueOffer>);
    let open = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let done = Callback::new(move |text: &'static str| {
        open.set(false);
        announce(text);
        load.run(());
    });
    let rows = offers.into_iter().map(|known| view! { <Line known currency may editing open failure load /> }).collect_view();
    view! {
        <section class="panel roomy">
            <div class="row pad spread">
                <h2>"What can be offered"</h2>
                <Show when=move || may.get()>
                    <Button
                        kind=ButtonKind::Primary
                        on_press=move |_| {
                            editing.set(None);
                            open.set(true);
                        }
                    >
                        "Add an offer"
                    </Button>
                </Show>
            </div>
            {move || failure.get().map(|failure| view! { <div class="pad"><FailureNotice failure /></div> })}
            <Table caption="What can be offered" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Offer"</th>
                        <th scope="col">"Terms"</th>
                        <th scope="col">"Given as"</th>
                        <th scope="col">"Answers"</th>
                        <th scope="col"><span class="unseen">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
            <p class="pad s">"Costs are first guesses taken from your typical order until you set your own. What was promised keeps its terms."</p>
        </section>
        <Dialog open title="An offer">
            <Edit known=editing.get_untracked() currency done />
        </Dialog>
    }
}

#[component]
fn Line(
    known: CatalogueOffer,
    currency: Currency,
    may: Memo<bool>,
    editing: RwSignal<Option<CatalogueOffer>>,
    open: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    load: Callback<()>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let settle = move |answer: Result<(), Failure>| {
        busy.try_set(false);
        failure.try_set(answer.err());
        load.run(());
    };
    let path = format!("/api/offers/{}", known.offer.id);
    let (version, live, own) = (known.version, known.offer.live, known.own);
    let switch = {
        let path = path.clone();
        Callback::new(move |()| {
            busy.set(true);
            let path = path.clone();
            spawn_local(async move {
                let change = OfferChange { live: Some(!live), ..OfferChange::default() };
                settle(client::patch::<_, OfferAnswer>(&path, version, &change).await.map(drop));
            });
        })
    };
    let remove = Callback::new(move |()| {
        busy.set(true);
        let path = path.clone();
        spawn_local(async move { settle(client::delete_version::<Done>(&path, version).await.map(drop)) });
    });
    let Offer { name, terms, fulfilment, answers, unready, .. } = known.offer.clone();
    let answers: Vec<_> = answers.into_iter().map(|reason| reason.name()).collect();
    let words = StoredValue::new(name.clone());
    let of_offer = move || view! { <span class="unseen">" " {words.get_value()}</span> };
    let known = StoredValue::new(known);
    let edit = move |_| {
        editing.set(Some(known.get_value()));
        open.set(true);
    };
    view! {
        <tr>
            <th scope="row">
                {name}
                {own.then(|| view! { <span class="s">" · your own"</span> })}
                {(!live).then(|| view! { <span class="s">" · switched off"</span> })}
            </th>
            <td>{told(&terms, currency)}</td>
            <td>{fulfilment.name()} {unready.map(|why| view! { <p class="s">{why}</p> })}</td>
            <td>{if answers.is_empty() { "No reason by itself".to_owned() } else { answers.join(", ") }}</td>
            <td>
                <Show when=move || may.get()>
                    <div class="row">
                        <Button small=true on_press=edit>"Edit" {of_offer()}</Button>
                        <Button small=true kind=ButtonKind::Quiet busy on_press=move |_| switch.run(())>
                            {if live { "Switch off" } else { "Switch on" }} {of_offer()}
                        </Button>
                        {own.then(|| view! {
                            <Button small=true kind=ButtonKind::Quiet busy on_press=move |_| remove.run(())>"Remove" {of_offer()}</Button>
                        })}
                    </div>
                </Show>
            </td>
        </tr>
    }
}

/// Terms as a sentence.
fn told(terms: &Terms, currency: Currency) -> String {
    let mut parts = Vec::new();
    match (terms.depth_from, terms.depth_to, terms.amount) {
        (_, 0, 0) => {}
        (_, 0, amount) => parts.push(format!("{} off", money::short(amount, currency))),
        (from, to, _) if from == to => parts.push(format!("{} off", percent(to))),
        (from, to, _) => parts.push(format!("{} to {} off", percent(from), percent(to))),
    }
    if terms.minimum_order > 0 {
        parts.push(format!("from an order of {}", money::short(terms.minimum_order, currency)));
    }
    parts.push(format!("stands for {} days", terms.expiry_days));
    if terms.taken_cost > 0 {
        parts.push(format!("costs {} when taken", money::short(terms.taken_cost, currency)));
    }
    if terms.made_cost > 0 {
        parts.push(format!("costs {} when made", money::short(terms.made_cost, currency)));
    }
    parts.join(", ")
}
