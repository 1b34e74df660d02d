use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

use super::Record;
use crate::client;
use crate::components::{Field, announce, unique_id};
use crate::format::plural;
use crate::{locale, query};

/// Milliseconds of rest before a search is sent.
const REST: u32 = 250;
const MOST: &str = "8";

#[derive(Deserialize)]
struct Found {
    customers: Vec<Record>,
}

/// A search whose results are chosen from. What was chosen stays chosen while somebody types on.
#[component]
pub fn FindCustomer(
    chosen: RwSignal<Option<Record>>,
    #[prop(into)] label: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// The id of one who is not offered.
    #[prop(optional, into)]
    except: String,
) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let found = RwSignal::new(None::<Vec<Record>>);
    let asked = StoredValue::new(0_u32);
    let except = StoredValue::new(except);
    Effect::watch(
        move || search.with(|search| search.trim().to_owned()),
        move |text, before, _| {
            if before.is_some_and(|before| before == text) {
                return;
            }
            // Another search's late answer does not take this one's place.
            let mine = asked.get_value().wrapping_add(1);
            asked.set_value(mine);
            if text.is_empty() {
                return found.set(None);
            }
            let path = format!("/api/customers{}", query::address(&[("q", text), ("sort", "name"), ("limit", MOST)]));
            spawn_local(async move {
                TimeoutFuture::new(REST).await;
                if asked.try_get_value() != Some(mine) {
                    return;
                }
                let answer = client::get::<Found>(&path).await;
                if asked.try_get_value() != Some(mine) {
                    return;
                }
                if let Ok(Found { mut customers }) = answer {
                    customers.retain(|customer| except.with_value(|except| customer.id.as_str() != except));
                    let count = customers.len() as u64;
                    announce(format!("{} {} found", locale::count(count), plural(count, "customer", "customers")));
                    found.set(Some(customers));
                }
            });
        },
        false,
    );
    let group = unique_id();
    let choice = move |record: Record| {
        let id = unique_id();
        let hint = format!("{id}-hint");
        let more = [Some(record.external_id.clone()), record.email.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ");
        let shown = record.shown();
        let known = record.id.clone();
        let is_chosen = move || chosen.with(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.id == known));
        view! {
            <div class="field check">
                <input
                    id=id.clone()
                    type="radio"
                    name=group.clone()
                    aria-describedby=hint.clone()
                    prop:checked=is_chosen
                    on:change=move |_| chosen.set(Some(record.clone()))
                />
                <label for=id dir="auto">{shown}</label>
                <p class="hint" id=hint dir="auto">{more}</p>
            </div>
        }
    };
    let results = move || match found.get() {
        None => ().into_any(),
        Some(found) if found.is_empty() => {
            view! { <p class="m">"Nobody found. Search by the start of a name, an e-mail address or an id."</p> }.into_any()
        }
        Some(found) => {
            let choices = found.into_iter().map(&choice).collect_view();
            view! { <fieldset class="found"><legend class="unseen">"Customers found"</legend>{choices}</fieldset> }.into_any()
        }
    };
    view! {
        <Field label value=search error autocomplete="off" hint="The start of a name, an e-mail address or an id. Then choose from those found." />
        {results}
    }
}
