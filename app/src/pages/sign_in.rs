use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Done, NewSession, NewSignInLink, SessionResponse};

use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, FLAME, FailureNotice, Field, Notice, NoticeKind, PageHead};
use crate::router::{Step, go, use_location};
use crate::{places, query};

/// Signing in with a link from a mail. Opening the link changes nothing, because mail scanners open links too: the button does.
#[component]
pub fn SignInPage() -> impl IntoView {
    let location = use_location();
    let token = Memo::new(move |_| location.hash.get());
    let next = Memo::new(move |_| {
        let pairs = query::pairs(&location.search.get());
        let next = pairs.into_iter().find(|(name, _)| name == "next").map(|(_, path)| path);
        places::own_path(next.as_deref()).to_owned()
    });
    view! {
        <main class="sign-in" id="main">
            <div class="brand">
                <svg viewBox="0 0 24 24" aria-hidden="true"><path d=FLAME /></svg>
                <span>"Rekindle"</span>
            </div>
            <PageHead title="Sign in" />
            {move || {
                let token = token.get();
                if token.is_empty() { view! { <AskForLink /> }.into_any() } else { view! { <UseLink token next=next.get() /> }.into_any() }
            }}
        </main>
    }
}

#[component]
fn UseLink(token: String, next: String) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let ask_again = RwSignal::new(false);
    let sign_in = move |_| {
        let (token, next) = (token.clone(), next.clone());
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            match client::post::<_, SessionResponse>("/api/session", &NewSession { token }).await {
                // Replaces this entry of the history, and with it the token in the address.
                Ok(_) => go(&next, Step::Replace),
                Err(refused) => {
                    ask_again.set(matches!(refused.status(), Some(400..=499)));
                    failure.set(Some(refused));
                }
            }
            busy.set(false);
        });
    };
    view! {
        <p>"This link signs you in on this browser, once."</p>
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        <Button kind=ButtonKind::Primary busy on_press=sign_in>"Sign in"</Button>
        <Show when=move || ask_again.get()>
            <AskForLink />
        </Show>
    }
}

#[component]
fn AskForLink() -> impl IntoView {
    let email = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let sent_to = RwSignal::new(None::<String>);
    let failure = RwSignal::new(None::<Failure>);
    let error = Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("email"))));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let address = email.get_untracked().trim().to_owned();
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            match client::post::<_, Done>("/api/sign-in-links", &NewSignInLink { email: address.clone() }).await {
                Ok(_) => sent_to.set(Some(address)),
                Err(refused) => failure.set(Some(refused)),
            }
            busy.set(false);
        });
    };
    view! {
        <form on:submit=send>
            <p>"There is no password. Tell us your address and we send a link that signs you in."</p>
            <Field label="E-mail address" value=email kind="email" autocomplete="email" required=true error />
            {move || {
                failure
                    .get()
                    .filter(|failure| failure.field("email").is_none())
                    .map(|failure| view! { <FailureNotice failure /> })
            }}
            <Button submit=true kind=ButtonKind::Primary busy>"Send me a link"</Button>
            {move || {
                sent_to
                    .get()
                    .map(|address| {
                        view! {
                            <Notice kind=NoticeKind::Good title="Look into your mail">
                                <p>
                                    "If " <b dir="auto">{address}</b>
                                    " belongs to someone here, a link is on its way. It works for 15 minutes, once, and only in this browser."
                                </p>
                            </Notice>
                        }
                    })
            }}
        </form>
    }
}
