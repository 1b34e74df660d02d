//! Models: how right the predictions were, on this shop's own past, in plain words.

mod fit;
mod proof;
mod rests;
mod study;
mod versions;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{ModelCard, ModelResponse, Permission};

pub use self::fit::provide_fit_center;
use self::fit::{FitPanel, use_fit_center};
use self::proof::Proof;
use self::rests::Rests;
use self::study::StudyPanel;
use self::versions::Versions;
use crate::client::{self, Failure};
use crate::components::{ButtonKind, ButtonLink, EmptyState, FailureNotice, PageHead, Skeleton};
use crate::session::use_session;

#[component]
pub fn ModelsPage() -> impl IntoView {
    let session = use_session();
    let answer = RwSignal::new(None::<Result<ModelResponse, Failure>>);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let loaded = client::get::<ModelResponse>("/api/models").await;
            answer.try_set(Some(loaded));
        });
    });
    load.run(());
    // A fit that ends while the page stands may have changed what is in use.
    if let Some(center) = use_fit_center() {
        Effect::watch(move || center.ended.get(), move |_, _, _| load.run(()), false);
    }
    let may = Memo::new(move |_| session.may(Permission::Admin));
    view! {
        <PageHead title="Models" lead=|| "How right the predictions were, on your own shop's past, and what they rest on." />
        {move || match answer.get() {
            None => view! { <div class="panel pad"><Skeleton lines=10 /></div> }.into_any(),
            Some(Err(failure)) => view! { <FailureNotice failure retry=load /> }.into_any(),
            Some(Ok(ModelResponse { model: None, .. })) => view! {
                <EmptyState title="No model yet">
                    <p>"The first scoring chooses one, within the hour after your orders came in. It starts from general experience and learns from your own shop once enough customers bought again."</p>
                    <ButtonLink kind=ButtonKind::Primary href="/data">"Go to Data"</ButtonLink>
                </EmptyState>
            }
            .into_any(),
            Some(Ok(ModelResponse { model: Some(card), versions, .. })) => view! {
                <div class="stack">
                    <Known card />
                    <Versions versions may on_change=load />
                </div>
            }
            .into_any(),
        }}
        <Show when=move || may.get() && answer.with(|answer| matches!(answer, Some(Ok(answer)) if answer.model.is_some()))>
            <div class="after"><FitPanel /></div>
        </Show>
    }
}

/// What is known of the model in use.
#[component]
fn Known(card: ModelCard) -> impl IntoView {
    let (leaving, returning) = (card.validation.clone(), card.returns.clone());
    view! {
        <div class="two">
            <Proof card=card.clone() />
            <Rests card />
        </div>
        {leaving.map(|study| view! { <StudyPanel study title="Who leaves within 90 days" verb="left" /> })}
        {returning.map(|study| view! { <StudyPanel study title="Who of the lost comes back within 90 days" verb="came back" /> })}
        <p class="m">
            "What counts as leaving is yours to say: " <a href="/settings">"compare definitions of churn in Settings"</a> "."
        </p>
    }
}
