//! One source: how well it does, what just came, and what can be changed.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, Source, SourceChange, SourceStatus};
use shared::source::Family;

use super::edit::Edit;
use super::health::Health;
use super::held::{Held, LOOK};
use super::keys::Keys;
use super::pull::{Pulls, Token};
use super::remove::Remove;
use super::secret::{Maker, OurSecret, TheirSecret, maker};
use super::status::StatusWord;
use super::tail::Tail;
use super::{shared as pages, words};
use crate::client::Failure;
use crate::components::{Button, ButtonLink, FailureNotice, Notice, NoticeKind, Once, PageHead, Skeleton, announce};
use crate::poll::poll;
use crate::session::use_session;

#[component]
pub fn SourcePage(id: String) -> impl IntoView {
    let session = use_session();
    let held = Held::begin(id);
    poll(LOOK, move || held.look());
    let name = Memo::new(move |_| held.source.with(|source| source.as_ref().map(|source| source.name.clone())));
    let title = Signal::derive(move || name.get().unwrap_or_else(|| "Source".to_owned()));
    let may = Memo::new(move |_| session.may(Permission::Admin));
    // Once it is known the page stands, and no later answer takes away what is being typed.
    let begun = Memo::new(move |_| held.source.with(Option::is_some));
    let failed = Memo::new(move |_| held.failure.get().filter(|_| !begun.get()));
    let status =
        Memo::new(move |_| held.source.with(|source| source.as_ref().map(|source| (source.status, source.error.clone()))));
    let kind = Memo::new(move |_| held.source.with(|source| source.as_ref().map(|source| source.kind)));
    // Of a file nothing is set up anywhere else.
    let pushes = Memo::new(move |_| kind.get().is_some_and(|kind| kind.family() != Family::Pull));
    let setup = format!("/data/sources/{}/setup", held.id());
    let lead = move || {
        view! {
            {move || kind.get().map(words::kind_title)} " "
            {move || status.get().map(|(status, error)| view! { <StatusWord status has_error=error.is_some() /> })}
        }
    };
    view! {
        <p class="back s"><a href="/data/sources">"All sources"</a></p>
        <PageHead title lead>
            <Show when=move || may.get() && begun.get()>
                <Pause held />
            </Show>
            {move || pushes.get().then(|| view! { <ButtonLink href=setup.clone()>"Set-up steps"</ButtonLink> })}
        </PageHead>
        {move || {
            status
                .get()
                .and_then(|(status, error)| {
                    let told = words::meaning(status).map(str::to_owned);
                    let failed = error.map(|error| format!("The last try failed: {error}"));
                    failed.or(told).map(|text| view! { <Notice kind=NoticeKind::Warning>{text}</Notice> })
                })
        }}
        {move || match (begun.get().then(|| held.source.get_untracked()).flatten(), failed.get()) {
            (Some(source), _) => view! { <Shown held source may=may.get() /> }.into_any(),
            (None, Some(failure)) => view! { <FailureNotice failure retry=Callback::new(move |()| held.load()) /> }.into_any(),
            (None, None) => view! { <div class="panel pad"><Skeleton lines=8 /></div> }.into_any(),
        }}
    }
}

#[component]
fn Shown(held: Held, source: Source, may: bool) -> impl IntoView {
    let pages = pages();
    let id = held.id();
    let kind = source.kind;
    let pushes = kind.family() != Family::Pull;
    let secret = match maker(kind) {
        Maker::Sender if may => Some(view! { <TheirSecret held label="Signing secret" /> }.into_any()),
        Maker::Us if may => {
            let fresh = Memo::new(move |_| pages.once(&id, |source| source.secret.as_ref()));
            Some(view! { <OurSecret held shown=Signal::derive(move || fresh.get()) /> }.into_any())
        }
        _ => None,
    };
    view! {
        <div class="two">
            <div class="stack">
                {match pushes {
                    true => view! { <Health held /> <Tail held /> }.into_any(),
                    false => view! { <Pulls held /> }.into_any(),
                }}
            </div>
            <div class="stack">
                {pushes
                    .then(|| {
                        view! {
                            <section class="panel pad stack">
                                <h2>{if secret.is_some() { "Address and secret" } else { "Address" }}</h2>
                                <Once label="Address" value=source.address.clone() />
                                {secret}
                            </section>
                        }
                    })}
                {(kind.family() == Family::Key)
                    .then(|| view! { <section class="panel pad stack"><h2>"Write keys"</h2><Keys held kind may /></section> })}
                <Edit held source may />
                {(may && !pushes).then(|| view! { <Token held /> })}
                {may.then(|| view! { <Remove held /> })}
            </div>
        </div>
    }
}

/// Pauses, or takes up again; undone by the same button.
#[component]
fn Pause(held: Held) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let is_paused = Memo::new(move |_| {
        held.source.with(|source| source.as_ref().is_some_and(|source| source.status == SourceStatus::Paused))
    });
    let press = move |_| {
        let paused = !is_paused.get_untracked();
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = held.change(&SourceChange { paused: Some(paused), ..SourceChange::default() }).await;
            busy.try_set(false);
            match answer {
                Ok(_) => announce(if paused { "The source is paused." } else { "The source takes messages again." }),
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        <Button busy on_press=press>{move || if is_paused.get() { "Resume" } else { "Pause" }}</Button>
        {move || failure.get().map(|failure| view! { <p class="s loss" role="alert">{failure.text()}</p> })}
    }
}
