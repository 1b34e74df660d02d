//! Starting what is recommended for a customer.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::api::{InterventionAnswer, Recommended};
use shared::offer::By;

use super::{BetweenAmounts, Confirm, DayText, Money, announce, open_while};
use crate::client::{self, Failure};
use crate::format;

/// Who gets what.
#[derive(Debug, Clone, PartialEq)]
pub struct Starting {
    pub customer: String,
    pub name: String,
    pub recommended: Recommended,
}

/// Asks once, with what it is expected to bring, and begins it.
#[component]
pub fn StartDialog(starting: RwSignal<Option<Starting>>, #[prop(into)] on_started: Callback<()>) -> impl IntoView {
    let open = open_while(starting);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    Effect::new(move || {
        if open.get() {
            failure.set(None);
        }
    });
    let start = Callback::new(move |()| {
        let Some(chosen) = starting.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let Starting { customer, name, recommended: Recommended { offer, channel, by, .. } } = chosen;
            let asked = json!({ "customer": customer, "offer": offer, "channel": channel, "by": by });
            let answer = client::post::<_, InterventionAnswer>("/api/interventions", &asked).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce(format!("Started for {name}. It stands in the Inbox."));
                    open.try_set(false);
                    on_started.run(());
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    });
    view! {
        <Confirm open title="Start this?" action="Start it" busy failure on_confirm=start>
            {move || starting.get_untracked().map(|Starting { name, recommended, .. }| view! { <p dir="auto"><b>{name}</b></p> <What recommended /> })}
        </Confirm>
    }
}

/// What is recommended, in full.
#[component]
pub fn What(recommended: Recommended) -> impl IntoView {
    let Recommended { name, channel, by, due, chance, margin, margin_interval, basis, lead, .. } = recommended;
    view! {
        <p>
            <b dir="auto">{name}</b> {format!(", {}", way(by, channel.as_deref()))}
            {due.map(|day| view! { ", by " <DayText day /> })}
        </p>
        {lead.map(|lead| view! { <p dir="auto">"Begin with: " {lead.title} <span class="s">{format!(" ({})", lead.text)}</span></p> })}
        <p class="m">
            {format!("Adds {} points to their chance, and ", format::decimal(chance * 100.0))} <Money amount=margin short=true /> " of margin "
            <BetweenAmounts interval=margin_interval /> ". " {basis}
        </p>
    }
}

/// `by e-mail`, `by a person`.
pub fn way(by: By, channel: Option<&str>) -> String {
    match (by, channel) {
        (By::Person, _) | (By::Machine, None) => "by a person".to_owned(),
        (By::Machine, Some("email")) => "by e-mail".to_owned(),
        (By::Machine, Some("sms")) => "by SMS".to_owned(),
        (By::Machine, Some(channel)) => format!("by {}", channel.replace('_', " ")),
    }
}
