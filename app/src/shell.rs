//! The frame around every page: places, the shop, the person, the keys.

mod modules;
mod sending;

pub use self::modules::ModulePlace;

use self::sending::{SendingState, StopButton, StopDialog, StoppedLine};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::Tier;

use crate::components::{Button, ButtonKind, Dialog, FLAME, FailureNotice, announce, unique_id};
use crate::keyboard;
use crate::list::memory;
use crate::places::PLACES;
use crate::router::{A, Step, go, use_location};
use crate::session::{SessionState, sign_in_again, use_session};
use crate::theme::{Theme, use_theme};
use crate::{client, format, locale};

#[component]
pub fn Shell(#[prop(into)] page: ViewFn) -> impl IntoView {
    let session = SessionState::serve();
    SendingState::provide(session);
    let keyboard = keyboard::provide();
    memory::watch();
    let menu = RwSignal::new(false);
    let location = use_location();
    client::on_signed_out(move || sign_in_again(location));
    session.load();
    Effect::new(move |asked: Option<bool>| {
        let known = session.get().is_some();
        if known && asked.is_none_or(|asked| !asked) {
            spawn_local(modules::load_when_quiet());
        }
        asked.unwrap_or_default() || known
    });
    Effect::new(move || {
        location.pathname.track();
        menu.set(false);
    });
    view! {
        <a class="skip" href="#main" rel="external" on:click=skip>"Skip to content"</a>
        <div class="app">
            <header class="top">
                <Brand />
                <Button small=true on_press=move |_| menu.set(true)>"Menu"</Button>
            </header>
            <header class="side">
                <Brand />
                <Places />
                <StopButton />
                <ShopFoot />
            </header>
            <main id="main" tabindex="-1">
                <StoppedLine />
                {move || {
                    session
                        .failure()
                        .filter(|failure| failure.status() != Some(401))
                        .map(|failure| view! { <FailureNotice failure retry=move |()| session.load() /> })
                }}
                {move || page.run()}
            </main>
        </div>
        <Dialog open=menu title="Menu" drawer=true>
            <Places />
            <StopButton />
            <ShopFoot />
        </Dialog>
        <StopDialog />
        <Dialog open=keyboard.help title="Keys">
            <KeyList />
        </Dialog>
    }
}

#[component]
fn Brand() -> impl IntoView {
    view! {
        <a href="/" class="brand" aria-label="Rekindle, Overview">
            <svg viewBox="0 0 24 24" aria-hidden="true"><path d=FLAME /></svg>
            <span>"Rekindle"</span>
        </a>
    }
}

#[component]
fn Places() -> impl IntoView {
    let session = use_session();
    let links = PLACES
        .iter()
        .map(|place| {
            let count = move || count(place.path, &session.tiers());
            view! {
                <li>
                    <A href=place.path exact=place.path == "/">
                        <span>{place.name}</span>
                        {move || count().map(|count| view! { <b>{locale::count(count)}</b> })}
                    </A>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label="Places">
            <ul>{links}</ul>
        </nav>
    }
}

/// The shop and its currency, and the menu of the signed-in person.
#[component]
fn ShopFoot() -> impl IntoView {
    let session = use_session();
    let theme = use_theme();
    let menu = unique_id();
    let sign_out = Callback::new(move |_| {
        spawn_local(async move {
            match session.sign_out().await {
                Ok(()) => go("/sign-in", Step::Page),
                Err(failure) => announce(failure.text()),
            }
        });
    });
    let themes = move || {
        let name = unique_id();
        Theme::ALL
            .into_iter()
            .map(|choice| {
                view! {
                    <label>
                        <input type="radio" name=name.clone() prop:checked=move || theme.get() == choice on:change=move |_| theme.set(choice) />
                        {choice.name()}
                    </label>
                }
            })
            .collect_view()
    };
    view! {
        <div class="foot">
            {move || {
                let menu = menu.clone();
                session
                    .get()
                    .map(|known| {
                        view! {
                            <div class="shop">
                                <span dir="auto">{known.shop.name}</span>
                                {format!(" · {}", known.shop.home_currency)}
                                {known.shop.local.then_some(" · on this computer")}
                            </div>
                            <button class="person" type="button" popovertarget=menu.clone()>
                                <span dir="auto">{known.user.name}</span>
                                <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 8l4-4 4 4" fill="none" stroke="currentColor" stroke-width="1.5" /></svg>
                            </button>
                            <div class="menu" id=menu popover="auto">
                                <p><b dir="auto">{known.user.email}</b><br />{format::role(known.user.role)}</p>
                                <fieldset class="themes">
                                    <legend>"Appearance"</legend>
                                    {themes()}
                                </fieldset>
                                <p class="s">"Press " <kbd>"?"</kbd> " for the list of keys. Version " {known.version}</p>
                                <Button small=true kind=ButtonKind::Plain on_press=sign_out>"Sign out"</Button>
                            </div>
                        }
                    })
            }}
        </div>
    }
}

#[component]
fn KeyList() -> impl IntoView {
    let acts = keyboard::keys::LIST
        .iter()
        .map(|(key, what)| view! { <div><dt><kbd>{*key}</kbd></dt><dd>{*what}</dd></div> })
        .collect_view();
    let goes = PLACES
        .iter()
        .map(|place| view! { <div><dt><kbd>"g"</kbd>" "<kbd>{place.key.to_string()}</kbd></dt><dd>{place.name}</dd></div> })
        .collect_view();
    view! {
        <div class="keys">
            <section><h3>"Act"</h3><dl>{acts}</dl></section>
            <section><h3>"Go to"</h3><dl>{goes}</dl></section>
        </div>
    }
}

/// The count beside a place, where a list or the overview has told it.
fn count(path: &str, tiers: &[shared::api::TierSummary]) -> Option<u64> {
    let of = |wanted: &dyn Fn(Tier) -> bool| {
        tiers.iter().filter(|summary| wanted(summary.tier)).map(|summary| summary.customers).sum()
    };
    match path {
        _ if tiers.is_empty() => None,
        "/radar" => Some(of(&|tier| matches!(tier, Tier::Immediate | Tier::Moderate | Tier::Early))),
        "/customers" => Some(of(&|_| true)),
        _ => None,
    }
}

/// Moves the focus without touching the address, which a `#main` would.
fn skip(event: leptos::ev::MouseEvent) {
    event.prevent_default();
    keyboard::focus("#main");
}
