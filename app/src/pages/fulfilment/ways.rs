//! What is connected, how it does, and trying it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{FulfilmentAnswer, FulfilmentChange, FulfilmentWay, PoolCount};
use shared::offer::fulfilment::{Provider, State};

use super::Asks;
use super::form::Draft;
use crate::client::{self, Failure};
use crate::components::{Ago, Button, ButtonKind, DateText, EmptyState, FailureNotice, Table, announce};
use crate::locale;

#[component]
pub(super) fn Ways(ways: Vec<FulfilmentWay>, asks: Asks) -> impl IntoView {
    if ways.is_empty() {
        return view! {
            <EmptyState title="Nothing is connected yet">
                <p>
                    "Connect Stripe, Shopify or WooCommerce for codes that are made for one person each, upload codes of your own, or let people of the team do what is offered."
                </p>
                <Show when=move || asks.may_set_up.get()>
                    <Button kind=ButtonKind::Primary on_press=move |_| asks.writing.set(Some(Draft::default()))>"Connect the first one"</Button>
                </Show>
            </EmptyState>
        }
        .into_any();
    }
    let failure = RwSignal::new(None::<Failure>);
    view! {
        <section class="panel register">
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <Table caption="Ways of giving, in the order in which they are used">
                <thead>
                    <tr>
                        <th scope="col">"Way"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Tested"</th>
                        <th scope="col"><span class="unseen">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{ways.into_iter().map(|way| view! { <Row way asks failure /> }).collect_view()}</tbody>
            </Table>
        </section>
    }
    .into_any()
}

#[component]
fn Row(way: FulfilmentWay, asks: Asks, failure: RwSignal<Option<Failure>>) -> impl IntoView {
    let FulfilmentWay { provider, name, state, error, pool, tested_at, waits_until, settings, .. } = way.clone();
    let is_paused = state == State::Paused;
    let whose = StoredValue::new(format!(" {name}"));
    let way = StoredValue::new(way);
    let busy = RwSignal::new(false);
    let done = Callback::new(move |(got, said): (Result<FulfilmentAnswer, Failure>, &'static str)| {
        busy.try_set(false);
        match got {
            Ok(FulfilmentAnswer { fulfilment }) if fulfilment.state == State::Failing => {
                announce(fulfilment.error.unwrap_or_else(|| "It does not work.".to_owned()));
            }
            Ok(_) => announce(said),
            Err(refused) => drop(failure.try_set(Some(refused))),
        }
        asks.load.run(());
    });
    let test = move |_| {
        busy.set(true);
        failure.set(None);
        let id = way.with_value(|way| way.id.clone());
        spawn_local(async move {
            let got = client::post::<_, FulfilmentAnswer>(&format!("/api/fulfilments/{id}/test"), &()).await;
            done.run((got, "It works."));
        });
    };
    let pause = move |_| {
        busy.set(true);
        failure.set(None);
        let (id, version) = way.with_value(|way| (way.id.clone(), way.version));
        spawn_local(async move {
            let change = FulfilmentChange { paused: Some(!is_paused), ..FulfilmentChange::default() };
            let got = client::patch::<_, FulfilmentAnswer>(&format!("/api/fulfilments/{id}"), version, &change).await;
            done.run((got, if is_paused { "It goes on." } else { "It is paused." }));
        });
    };
    let is_pool = provider == Provider::Pool;
    view! {
        <tr>
            <th scope="row">
                <span dir="auto">{name}</span>
                <div class="s">{provider.name()} {settings.url.map(|url| view! { " · " <span dir="ltr">{url}</span> })}</div>
                {pool.map(|pool| view! { <div class=if pool.is_low { "s loss" } else { "s" }>{pool_words(pool)}</div> })}
            </th>
            <td>
                <span class="chip">{state_name(state)}</span>
                {error.map(|error| view! { <div class="s loss">{error}</div> })}
                {waits_until.map(|at| view! { <div class="s">"It asked to be left alone for a moment: " <DateText at /></div> })}
            </td>
            <td>
                {match tested_at {
                    Some(at) => view! { <Ago at /> }.into_any(),
                    None if provider.is_asked() => view! { <span class="m">"Never"</span> }.into_any(),
                    None => view! { <span class="m">"Needs none"</span> }.into_any(),
                }}
            </td>
            <td class="acts">
                <Show when=move || asks.may_edit.get() && is_pool>
                    <Button small=true on_press=move |_| asks.uploading.set(Some(way.get_value()))>
                        "Add codes" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                </Show>
                <Show when=move || asks.may_set_up.get()>
                    <Show when=move || provider.is_asked() && !is_paused>
                        <Button small=true busy on_press=test>"Test" <span class="unseen">{whose.get_value()}</span></Button>
                    </Show>
                    <Button small=true busy on_press=pause>
                        {if is_paused { "Go on" } else { "Pause" }} <span class="unseen">{whose.get_value()}</span>
                    </Button>
                    <Button small=true on_press=move |_| asks.writing.set(Some(Draft::of(way.get_value())))>
                        "Edit" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                </Show>
            </td>
        </tr>
    }
}

fn state_name(state: State) -> &'static str {
    match state {
        State::Untested => "Not tested",
        State::Live => "Works",
        State::Paused => "Paused",
        State::Failing => "Needs you",
    }
}

fn pool_words(PoolCount { stored, free, is_low }: PoolCount) -> String {
    let left = format!("{} of {} codes left", locale::count(free), locale::count(stored));
    if is_low { format!("{left}: add more") } else { left }
}
