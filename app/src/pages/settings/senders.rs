//! Senders: the providers that messages go out through, each with a live test of its connection.

mod form;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::api::{Done, Permission, Sender, SenderAnswer, SenderState, Senders};

use self::form::{FormDialog, Typed};
use super::frame::{Answer, loaded};
use crate::client::{self, Failure};
use crate::components::{
    Ago, Button, ButtonKind, DateText, DayText, EmptyState, FailureNotice, Once, TypedConfirm, announce, open_while,
};
use crate::format;
use crate::session::use_session;

/// What its parts ask for.
#[derive(Clone, Copy)]
struct Asks {
    writing: RwSignal<Option<Typed>>,
    removing: RwSignal<Option<Sender>>,
    may: Memo<bool>,
    load: Callback<()>,
}

#[component]
pub fn SendersPage() -> impl IntoView {
    let session = use_session();
    let answer: Answer<Senders> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<Senders>("/api/channels").await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    let may = Memo::new(move |_| session.may(Permission::Admin));
    let asks = Asks { writing: RwSignal::new(None), removing: RwSignal::new(None), may, load };
    view! {
        {loaded(answer, load, move |found| view! { <List senders=found.channels asks /> }.into_any())}
        <FormDialog writing=asks.writing on_saved=load />
        <RemoveDialog removing=asks.removing on_removed=load />
    }
}

#[component]
fn List(senders: Vec<Sender>, asks: Asks) -> impl IntoView {
    let connect = move || {
        view! {
            <Show when=move || asks.may.get() fallback=|| view! { <p class="s">"Only an owner connects one."</p> }>
                <Button kind=ButtonKind::Primary on_press=move |_| asks.writing.set(Some(Typed::new()))>"Connect a sender"</Button>
            </Show>
        }
    };
    if senders.is_empty() {
        return view! {
            <EmptyState title="No sender yet">
                <p>"Connect the provider that your mail and your text messages go out through. What is shown inside your own site, and the tasks of your team, need none."</p>
                {connect()}
            </EmptyState>
        }
        .into_any();
    }
    let items = senders.into_iter().map(|sender| view! { <One sender asks /> }).collect_view();
    view! {
        <div class="stack">
            <div class="row spread"><h2>"Senders"</h2> {connect()}</div>
            {items}
        </div>
    }
    .into_any()
}

#[component]
fn One(sender: Sender, asks: Asks) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let Sender {
        id,
        channel,
        provider,
        name,
        settings,
        state,
        error,
        stored,
        events_address,
        hears_events,
        waits_until,
        warm_from,
        tested_at,
        ..
    } = sender.clone();
    let path = StoredValue::new(format!("/api/channels/{id}/test"));
    let test = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::post::<_, SenderAnswer>(&path.get_value(), &json!({})).await;
            busy.try_set(false);
            match answer {
                Ok(answer) => {
                    let said = match answer.channel.state {
                        SenderState::Live => "The connection works.".to_owned(),
                        _ => answer.channel.error.unwrap_or_else(|| "The connection does not work.".to_owned()),
                    };
                    announce(said);
                    asks.load.run(());
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let whose = StoredValue::new(format!(" {name}"));
    let unseen = move || view! { <span class="unseen">{whose.get_value()}</span> };
    let sender = StoredValue::new(sender);
    let (shown, class) = match state {
        SenderState::Untested => ("Not tested: nothing is sent by it yet", "m"),
        SenderState::Live => ("Works", "gain"),
        SenderState::Failing => ("Does not work", "loss"),
    };
    let from = settings.from.map(|from| view! { <div><dt>"From"</dt><dd dir="auto">{from}</dd></div> });
    let credentials = if stored.is_empty() {
        "none".to_owned()
    } else {
        stored.iter().map(|name| format::words(name)).collect::<Vec<_>>().join(", ")
    };
    view! {
        <section class="panel pad stack" aria-label=name.clone()>
            <div class="row spread">
                <h2 dir="auto">{name.clone()}</h2>
                <span class="row"><span class="chip">{provider.name()}</span> <span class="chip">{format::channel(channel.code())}</span></span>
            </div>
            <p><b class=class>{shown}</b> {tested_at.map(|at| view! { " " <span class="s">"tested " <Ago at /></span> })}</p>
            {error.map(|error| view! { <p class="loss" dir="auto">{error}</p> })}
            {waits_until.map(|at| view! { <p>"The provider asked for a break until " <DateText at /> "."</p> })}
            <dl class="facts">
                {from}
                <div><dt>"Stored, sealed"</dt><dd>{credentials}</dd></div>
                {warm_from.map(|day| view! { <div><dt>"Warmed up since"</dt><dd><DayText day /></dd></div> })}
                <div><dt>"Hears what became of messages"</dt><dd>{if hears_events { "Yes" } else { "Not yet" }}</dd></div>
            </dl>
            {events_address.map(|address| view! { <Once label="Address for the provider's events" value=address /> })}
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <Show when=move || asks.may.get()>
                <div class="row">
                    <Button small=true busy on_press=test>"Test this connection" {unseen()}</Button>
                    <Button small=true on_press=move |_| asks.writing.set(Some(Typed::of(&sender.get_value())))>"Change" {unseen()}</Button>
                    <Button small=true on_press=move |_| asks.removing.set(Some(sender.get_value()))>"Remove" {unseen()}</Button>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn RemoveDialog(removing: RwSignal<Option<Sender>>, on_removed: Callback<()>) -> impl IntoView {
    move || removing.get().map(|sender| view! { <Remove sender removing on_removed /> })
}

#[component]
fn Remove(sender: Sender, removing: RwSignal<Option<Sender>>, on_removed: Callback<()>) -> impl IntoView {
    let open = open_while(removing);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let name = sender.name.clone();
    let remove = Callback::new(move |()| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let path = format!("/api/channels/{}", sender.id);
        let version = sender.version;
        spawn_local(async move {
            let answer = client::delete_version::<Done>(&path, version).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The sender is removed.");
                    on_removed.run(());
                    removing.try_set(None);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    });
    view! {
        <TypedConfirm open title="Remove this sender?" wanted=vec![name] label="Name of the sender" action="Remove it" busy failure on_confirm=remove>
            <p>"Nothing more goes out through it, and its credentials are erased. What it sent stays in the ledger."</p>
        </TypedConfirm>
    }
}
