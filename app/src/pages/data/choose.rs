//! Nothing is chosen yet: a file, pasted rows, or a sample shop.

use gloo_timers::future::TimeoutFuture;
use leptos::ev::DragEvent;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::Done;
use shared::import::{Kind, template};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, File};

use super::center::{ImportCenter, Sample};
use super::kinds::KindSelect;
use crate::client;
use crate::components::{Button, ButtonKind, ButtonLink, Notice, NoticeKind, TextArea, announce};
use crate::session::use_session;

/// Between two looks at whether the sample shop is gone, in milliseconds.
const LOOK: u32 = 1_000;

#[component]
pub fn Choose(center: ImportCenter) -> impl IntoView {
    view! {
        <div class="stack">
            {move || {
                center.failure.get().map(|failure| view! { <Notice kind=NoticeKind::Problem title="The file could not be read">{failure.text}</Notice> })
            }}
            <DropZone center />
            <div class="two">
                <div class="stack">
                    <Paste center />
                    <Samples center />
                </div>
                <div class="stack">
                    <Templates />
                    <section class="panel pad stack">
                        <h2>"Connected sources"</h2>
                        <p class="m">
                            "Shopify, WooCommerce, Stripe, your help desk or your own app keep Rekindle up to date by themselves. History from before comes as a file: Rekindle knows the columns of the common exports."
                        </p>
                        <ButtonLink href="/data/sources/new">"Connect a source"</ButtonLink>
                    </section>
                </div>
            </div>
        </div>
    }
}

/// A place to drop a file on; its button does the same for those who do not drag.
#[component]
fn DropZone(center: ImportCenter) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let over = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let take = move |file: File| {
        problem.set(None);
        let name = file.name();
        if file.size() == 0.0 {
            problem.set(Some(format!("{name} is empty. Choose a file with a header and at least one row.")));
        } else {
            center.choose(name, file.into());
        }
    };
    let drop = move |event: DragEvent| {
        event.prevent_default();
        over.set(false);
        let files = event.data_transfer().and_then(|data| data.files());
        match files.as_ref().map(web_sys::FileList::length) {
            Some(1) => files.and_then(|files| files.get(0)).into_iter().for_each(take),
            Some(0) | None => problem.set(Some("That was no file. Drop a CSV file, or paste its rows below.".to_owned())),
            Some(_) => problem.set(Some("One file at a time: drop the first one, and the others after it.".to_owned())),
        }
    };
    view! {
        <div
            class=move || if over.get() { "drop over" } else { "drop" }
            on:dragover=move |event: DragEvent| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=drop
        >
            <h2>"Drop a CSV file here"</h2>
            <p class="m">"Orders, customers, subscriptions, tickets, consent, products and more, of any size. What kind it is and how it is written is worked out and shown before anything is stored."</p>
            // Not shown but reachable: the button below stands for it, for the mouse and for the keyboard.
            <input
                type="file"
                id="import-file"
                class="unseen"
                tabindex="-1"
                aria-label="CSV file"
                accept=".csv,.tsv,.txt,.gz,.json,.jsonl,.ndjson,text/csv,text/tab-separated-values,text/plain,application/gzip,application/json"
                node_ref=input
                on:change=move |_| {
                    let Some(input) = input.get_untracked() else { return };
                    let file = input.files().and_then(|files| files.get(0));
                    // Choosing the same file again must be news, too.
                    input.set_value("");
                    file.into_iter().for_each(take);
                }
            />
            <Button
                kind=ButtonKind::Primary
                on_press=move |_| {
                    if let Some(input) = input.get_untracked() {
                        input.click();
                    }
                }
            >
                "Choose a file"
            </Button>
            {move || problem.get().map(|problem| view! { <p class="error" role="alert">{problem}</p> })}
        </div>
    }
}

/// For rows copied from a spreadsheet or a mail.
#[component]
fn Paste(center: ImportCenter) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let read = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let pasted = text.get_untracked();
        if pasted.trim().is_empty() {
            error.set(Some("Nothing is pasted. Copy the rows with their header and paste them here.".to_owned()));
            return;
        }
        error.set(None);
        if let Some(blob) = blob(&pasted) {
            center.choose("Pasted rows".to_owned(), blob);
        }
    };
    view! {
        <section class="panel pad">
            <form on:submit=read>
                <TextArea
                    label="Or paste rows"
                    value=text
                    rows=5
                    error=error
                    hint="With their header, separated by commas, semicolons or tabs: cells copied from a spreadsheet work as they are."
                />
                <Button submit=true>"Read the pasted rows"</Button>
            </form>
        </section>
    }
}

#[component]
fn Templates() -> impl IntoView {
    let kind = RwSignal::new(Kind::Orders.as_str().to_owned());
    let chosen = move || Kind::parse(&kind.get()).unwrap_or(Kind::Orders);
    let address = move || format!("data:text/csv;charset=utf-8,{}", js_sys::encode_uri_component(template(chosen())));
    let file = move || format!("rekindle-{}.csv", chosen().as_str());
    view! {
        <section class="panel pad stack">
            <h2>"Start from a template"</h2>
            <p class="m">"A header and two example rows that read without a correction. Columns that you do not have may be left out."</p>
            <div class="row">
                <KindSelect label="Kind of template" value=kind bare=true />
                <a class="btn" href=address download=file rel="external">"Download the template"</a>
            </div>
        </section>
    }
}

/// Made-up customers to look around with; loading them is an import like any other.
#[component]
fn Samples(center: ImportCenter) -> impl IntoView {
    let session = use_session();
    let removing = RwSignal::new(false);
    let removed = RwSignal::new(false);
    let failure = RwSignal::new(None::<client::Failure>);
    let loaded = move || session.get().and_then(|session| session.shop.sample);
    let remove = move |_| {
        removing.set(true);
        failure.set(None);
        spawn_local(async move {
            match remove_sample().await {
                Ok(()) => {
                    removed.set(true);
                    announce("The sample shop is removed.");
                    session.load();
                }
                Err(refused) => failure.set(Some(refused)),
            }
            removing.set(false);
        });
    };
    view! {
        <section class="panel pad stack">
            <h2>"Try a sample shop"</h2>
            {move || match loaded() {
                Some(sample) => {
                    let what = if sample == "saas" { "SaaS" } else { "store" };
                    view! {
                        <p class="m">
                            {format!("The sample {what} is loaded. Its customers are marked and stand beside your own; removing them leaves everything else as it is, and you can load them again.")}
                        </p>
                        <Button busy=removing on_press=remove>
                            {move || if removing.get() { "Removing the sample shop" } else { "Remove the sample shop" }}
                        </Button>
                    }
                        .into_any()
                }
                None => {
                    view! {
                        {removed.get().then(|| view! { <p class="gain">"The sample shop is removed."</p> })}
                        <p class="m">"500 made-up customers with two years of history, imported like a file of yours. Remove them with one click."</p>
                        <div class="row">
                            <Button on_press=move |_| center.load_sample(Sample::Store)>"Load a sample store"</Button>
                            <Button on_press=move |_| center.load_sample(Sample::Saas)>"Load a sample SaaS"</Button>
                        </div>
                    }
                        .into_any()
                }
            }}
            {move || failure.get().map(|failure| view! { <crate::components::FailureNotice failure /> })}
        </section>
    }
}

/// A large one takes the server several answers: asks until it says that nothing is left.
async fn remove_sample() -> Result<(), client::Failure> {
    while !client::delete::<Done>("/api/sample").await?.done {
        TimeoutFuture::new(LOOK).await;
    }
    Ok(())
}

fn blob(text: &str) -> Option<Blob> {
    let kind = BlobPropertyBag::new();
    kind.set_type("text/csv");
    Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&JsValue::from_str(text)), &kind).ok()
}
