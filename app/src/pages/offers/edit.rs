//! The form of one offer.

use std::collections::BTreeMap;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CatalogueOffer, NewOffer, OfferAnswer, OfferChange};
use shared::money::Currency;
use shared::offer::{Fulfilment, Kind, Offer, Terms};
use shared::reason::Reason;

use super::money;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Checkbox, FailureNotice, Field, Select, TextArea};

/// What is typed, as text.
#[derive(Clone, Copy)]
struct Typed {
    name: RwSignal<String>,
    from: RwSignal<String>,
    to: RwSignal<String>,
    amount: RwSignal<String>,
    minimum: RwSignal<String>,
    expiry: RwSignal<String>,
    taken: RwSignal<String>,
    made: RwSignal<String>,
    brands: RwSignal<String>,
    fulfilment: RwSignal<String>,
    answers: [(Reason, RwSignal<bool>); 6],
}

/// Reasons that an offer can answer: an unknown one and a failed card are answered by none.
const ANSWERED: [Reason; 6] =
    [Reason::Price, Reason::MissingFeature, Reason::Service, Reason::Competitor, Reason::ReducedNeed, Reason::PoorExperience];

#[component]
pub(super) fn Edit(known: Option<CatalogueOffer>, currency: Currency, done: Callback<&'static str>) -> impl IntoView {
    let before = known.as_ref().map_or_else(blank, |known| known.offer.clone());
    let typed = Typed::of(&before, currency);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let wrong = RwSignal::new(BTreeMap::<String, String>::new());
    let error = move |field: &'static str| {
        Signal::derive(move || {
            let ours = wrong.with(|wrong| wrong.get(field).cloned());
            ours.or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
        })
    };
    let version = known.as_ref().map(|known| known.version);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let offer = match typed.read(&before, currency) {
            Ok(offer) => offer,
            Err(fields) => return wrong.set(fields),
        };
        if busy.get_untracked() {
            return;
        }
        wrong.set(BTreeMap::new());
        failure.set(None);
        busy.set(true);
        spawn_local(async move {
            let Offer { id, name, kind, terms, fulfilment, answers, live, .. } = offer;
            let answer = match version {
                Some(version) => {
                    let change = OfferChange {
                        name: Some(name),
                        terms: Some(terms),
                        fulfilment: Some(fulfilment),
                        answers: Some(answers),
                        live: None,
                    };
                    client::patch::<_, OfferAnswer>(&format!("/api/offers/{id}"), version, &change).await
                }
                None => {
                    let new = NewOffer { name, kind, terms, fulfilment, answers, live };
                    client::post::<_, OfferAnswer>("/api/offers", &new).await
                }
            };
            busy.try_set(false);
            match answer {
                Ok(_) => done.run("Saved."),
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let fulfilments: Vec<_> = Fulfilment::ALL.into_iter().map(|each| (each.code().to_owned(), each.name().to_owned())).collect();
    let code = currency.as_str();
    let answers = typed.answers.map(|(reason, value)| view! { <Checkbox label=reason.name() value /> }).collect_view();
    view! {
        <form class="stack" novalidate on:submit=send>
            <Field label="Name" value=typed.name error=error("name") required=true />
            <div class="options">
                <Field label="Discount from, %" value=typed.from error=error("terms.depth_from") hint="0 where it is no discount." />
                <Field label="Discount to, %" value=typed.to error=error("terms.depth_to") />
                <Field label=format!("Or an amount off, {code}") value=typed.amount error=error("terms.amount") />
                <Field label=format!("From an order of, {code}") value=typed.minimum error=error("terms.minimum_order") />
                <Field label="Stands for, days" value=typed.expiry error=error("terms.expiry_days") kind="number" />
                <Field label=format!("Costs you when taken, {code}") value=typed.taken error=error("terms.taken_cost") />
                <Field label=format!("Costs you when made, {code}") value=typed.made error=error("terms.made_cost") />
                <Select label="Given as" value=typed.fulfilment options=Signal::stored(fulfilments) />
            </div>
            <fieldset class="row wrap">
                <legend>"Reasons for leaving that it answers"</legend>
                {answers}
            </fieldset>
            <TextArea label="Brands it does not count for" value=typed.brands error=error("terms.excluded_brands") rows=2 hint="One a line." />
            {move || failure.get().filter(|failure| failure.fields().is_none_or(BTreeMap::is_empty)).map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions"><Button kind=ButtonKind::Primary submit=true busy>"Save offer"</Button></div>
        </form>
    }
}

fn blank() -> Offer {
    Offer {
        id: String::new(),
        kind: Kind::Own,
        name: String::new(),
        terms: Terms { expiry_days: 30, ..Terms::default() },
        fulfilment: Fulfilment::Task,
        answers: Vec::new(),
        live: true,
        unready: None,
    }
}

impl Typed {
    fn of(offer: &Offer, currency: Currency) -> Self {
        let amount = |minor: i64| RwSignal::new(money::typed(minor, currency));
        let share = |per_mille: u16| RwSignal::new(money::typed_share(per_mille));
        let terms = &offer.terms;
        Self {
            name: RwSignal::new(offer.name.clone()),
            from: share(terms.depth_from),
            to: share(terms.depth_to),
            amount: amount(terms.amount),
            minimum: amount(terms.minimum_order),
            expiry: RwSignal::new(terms.expiry_days.to_string()),
            taken: amount(terms.taken_cost),
            made: amount(terms.made_cost),
            brands: RwSignal::new(terms.excluded_brands.join("\n")),
            fulfilment: RwSignal::new(offer.fulfilment.code().to_owned()),
            answers: ANSWERED.map(|reason| (reason, RwSignal::new(offer.answers.contains(&reason)))),
        }
    }

    /// The offer as it was typed, or what is wrong by field.
    fn read(self, before: &Offer, currency: Currency) -> Result<Offer, BTreeMap<String, String>> {
        let mut wrong = BTreeMap::new();
        let mut share = |field: &str, text: RwSignal<String>| {
            money::read_share(&text.get_untracked()).unwrap_or_else(|| {
                wrong.insert(format!("terms.{field}"), "Use a share from 0 to 100".to_owned());
                0
            })
        };
        let (depth_from, depth_to) = (share("depth_from", self.from), share("depth_to", self.to));
        let mut amount = |field: &str, text: RwSignal<String>| {
            money::read(&text.get_untracked(), currency).unwrap_or_else(|| {
                wrong.insert(format!("terms.{field}"), "Use an amount such as 12.50".to_owned());
                0
            })
        };
        let terms = Terms {
            depth_from,
            depth_to,
            amount: amount("amount", self.amount),
            minimum_order: amount("minimum_order", self.minimum),
            taken_cost: amount("taken_cost", self.taken),
            made_cost: amount("made_cost", self.made),
            expiry_days: self.expiry.get_untracked().trim().parse().unwrap_or(0),
            excluded_brands: self
                .brands
                .get_untracked()
                .lines()
                .map(str::trim)
                .filter(|line| !line.is_empty())
                .map(str::to_owned)
                .collect(),
        };
        let offer = Offer {
            name: self.name.get_untracked(),
            terms,
            fulfilment: Fulfilment::of_code(&self.fulfilment.get_untracked()).unwrap_or(before.fulfilment),
            answers: self.answers.into_iter().filter(|(_, ticked)| ticked.get_untracked()).map(|(reason, _)| reason).collect(),
            ..before.clone()
        };
        wrong.extend(offer.valid().err().unwrap_or_default());
        if wrong.is_empty() { Ok(offer) } else { Err(wrong) }
    }
}
