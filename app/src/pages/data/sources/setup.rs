//! The steps at the sender, with what to copy where, and the first event awaited.

use leptos::prelude::*;
use shared::api::{Permission, Source};
use shared::source::Kind;

use super::held::Held;
use super::keys::Keys;
use super::secret::{OurSecret, TheirSecret};
use super::shared as pages;
use super::steps::{Needs, steps};
use super::waiting::Waiting;
use super::words;
use crate::components::{ButtonLink, CopyText, FailureNotice, Notice, Once, PageHead, Skeleton};
use crate::session::use_session;

#[component]
pub fn SetupPage(id: String) -> impl IntoView {
    let session = use_session();
    let held = Held::begin(id);
    let name = Memo::new(move |_| held.source.with(|source| source.as_ref().map(|source| source.name.clone())));
    let title = Signal::derive(move || name.get().map_or_else(|| "Set up a source".to_owned(), |name| format!("Set up {name}")));
    let may = Memo::new(move |_| session.may(Permission::Admin));
    // Once it is known the steps stand: what comes later changes the parts that show it.
    let begun = Memo::new(move |_| held.source.with(Option::is_some));
    let failed = Memo::new(move |_| held.failure.get().filter(|_| !begun.get()));
    let back = format!("/data/sources/{}", held.id());
    view! {
        <p class="back s"><a href="/data/sources">"All sources"</a></p>
        <PageHead title>
            <ButtonLink href=back>"To the source"</ButtonLink>
        </PageHead>
        {move || match (begun.get().then(|| held.source.get_untracked()).flatten(), failed.get()) {
            (Some(source), _) => view! {
                {(!may.get()).then(|| view! { <Notice title="You may look, but not change this">"Ask an owner of this shop to connect a source."</Notice> })}
                <div class="two setup">
                    <section class="panel pad stack">
                        <h2>{format!("Steps at {}", at(source.kind))}</h2>
                        <Steps held source may=may.get() />
                    </section>
                    <section class="stack aside"><Waiting held /></section>
                </div>
            }
            .into_any(),
            (None, Some(failure)) => view! { <FailureNotice failure retry=Callback::new(move |()| held.load()) /> }.into_any(),
            (None, None) => view! { <div class="panel pad"><Skeleton lines=8 /></div> }.into_any(),
        }}
    }
}

fn at(kind: Kind) -> &'static str {
    match kind {
        Kind::Segment => "your app or server",
        Kind::Browser => "your website",
        Kind::Pull => "your side",
        other => words::kind_title(other),
    }
}

#[component]
fn Steps(held: Held, source: Source, may: bool) -> impl IntoView {
    let kind = source.kind;
    let shown = steps(kind)
        .iter()
        .map(|&(text, needs)| {
            view! {
                <li>
                    <p>{text}</p>
                    <Given held source=source.clone() needs may />
                </li>
            }
        })
        .collect_view();
    view! { <ol class="steps">{shown}</ol> }
}

/// Our address without the path of pushes.
fn host(address: &str) -> &str {
    address.strip_suffix("/v1").unwrap_or(address)
}

/// What belongs to a step: to copy, to choose, or to paste.
#[component]
fn Given(held: Held, source: Source, needs: Needs, may: bool) -> impl IntoView {
    let pages = pages();
    let id = source.id.as_str().to_owned();
    match needs {
        Needs::Nothing => ().into_any(),
        Needs::Address => view! { <Once label="Address" value=source.address /> }.into_any(),
        Needs::Host => view! { <Once label="Host" value=host(&source.address).to_owned() /> }.into_any(),
        Needs::Topics(topics) => {
            let topics = topics.iter().map(|topic| view! { <li class="chip">{*topic}</li> }).collect_view();
            view! { <ul class="chips">{topics}</ul> }.into_any()
        }
        Needs::Text(label, text) => view! { <CopyText label value=text /> }.into_any(),
        Needs::TheirSecret(label) if may => view! { <TheirSecret held label /> }.into_any(),
        Needs::OurSecret if may => {
            let fresh = Memo::new(move |_| pages.once(&id, |source| source.secret.as_ref()));
            view! { <OurSecret held shown=Signal::derive(move || fresh.get()) /> }.into_any()
        }
        Needs::TheirSecret(_) | Needs::OurSecret => {
            view! { <p class="m">"An owner of this shop stores the secret here."</p> }.into_any()
        }
        Needs::Key => view! { <Keys held kind=source.kind may /> }.into_any(),
        Needs::Tag => {
            let host = host(&source.address).to_owned();
            let key = Memo::new(move |_| held.source.with(|source| source.as_ref().and_then(|source| source.write_key.clone())));
            let tag = move |key| format!(r#"<script async src="{host}/rekindle.js" data-key="{key}"></script>"#);
            view! { {move || key.get().map(|key| view! { <CopyText label="Line" value=tag(key) /> })} }.into_any()
        }
    }
}
