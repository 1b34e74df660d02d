//! Connecting something that gives, or changing how.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Done, FulfilmentAnswer, FulfilmentChange, FulfilmentSettings, FulfilmentWay, NewFulfilment};
use shared::offer::fulfilment::Provider;

use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Field, Notice, NoticeKind, Select, announce, open_while};

/// What stands in the form.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Draft {
    /// None of a new one.
    known: Option<FulfilmentWay>,
}

impl Draft {
    pub(super) fn of(known: FulfilmentWay) -> Self {
        Self { known: Some(known) }
    }
}

#[component]
pub(super) fn FormDialog(writing: RwSignal<Option<Draft>>, on_saved: Callback<()>) -> impl IntoView {
    let open = open_while(writing);
    view! {
        <Dialog open title="How is it given?">
            {move || writing.get_untracked().map(|draft| view! { <Form draft writing on_saved /> })}
        </Dialog>
    }
}

#[component]
fn Form(draft: Draft, writing: RwSignal<Option<Draft>>, on_saved: Callback<()>) -> impl IntoView {
    let known = StoredValue::new(draft.known.clone());
    let is_new = draft.known.is_none();
    let before = draft.known.as_ref().map(|way| way.settings.clone()).unwrap_or_default();
    let start = draft.known.as_ref().map_or(Provider::Shopify, |way| way.provider);
    let provider = RwSignal::new(start.code().to_owned());
    let name = RwSignal::new(draft.known.as_ref().map(|way| way.name.clone()).unwrap_or_default());
    let url = RwSignal::new(before.url.clone().unwrap_or_default());
    let client_id = RwSignal::new(before.client_id.clone().unwrap_or_default());
    let prefix = RwSignal::new(before.prefix.clone().unwrap_or_default());
    let depth = RwSignal::new(before.depth.map(|depth| (f64::from(depth) / 10.0).to_string()).unwrap_or_default());
    let due_days = RwSignal::new(before.due_days.map(|days| days.to_string()).unwrap_or_default());
    let secret = RwSignal::new(String::new());
    let made = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let chosen = Memo::new(move |_| provider.with(|code| Provider::of_code(code)).unwrap_or(Provider::Shopify));
    let error = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
    };
    let before = StoredValue::new(before);
    let settings = move || {
        let provider = chosen.get_untracked();
        let some = |signal: RwSignal<String>| Some(signal.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        FulfilmentSettings {
            url: some(url).filter(|_| has_address(provider)),
            client_id: some(client_id).filter(|_| provider == Provider::Shopify),
            prefix: some(prefix).map(|text| text.to_uppercase()).filter(|_| provider.is_store()),
            depth: some(depth).and_then(|text| per_mille(&text)).filter(|_| provider == Provider::Pool),
            due_days: some(due_days).and_then(|text| text.parse().ok()).filter(|_| provider == Provider::Task),
            ..before.get_value()
        }
    };
    let finish = Callback::new(move |(got, said): (Result<Option<String>, Failure>, &'static str)| {
        busy.try_set(false);
        match got {
            Ok(shown) => {
                announce(said);
                on_saved.run(());
                match shown {
                    // It stands nowhere else: the dialog stays open.
                    Some(_) => drop(made.try_set(shown)),
                    None => drop(writing.try_set(None)),
                }
            }
            Err(refused) => drop(failure.try_set(Some(refused))),
        }
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() || made.with_untracked(Option::is_some) {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (name, settings) = (name.get_untracked(), settings());
        let secret = Some(secret.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        let provider = chosen.get_untracked();
        spawn_local(async move {
            let got = match known.get_value() {
                None => {
                    let name = if name.trim().is_empty() { provider.name().to_owned() } else { name };
                    client::post("/api/fulfilments", &NewFulfilment { provider, name, secret, settings }).await
                }
                Some(way) => {
                    let change = FulfilmentChange { name: Some(name), settings: Some(settings), secret, paused: None };
                    client::patch(&format!("/api/fulfilments/{}", way.id), way.version, &change).await
                }
            };
            finish.run((got.map(|answer: FulfilmentAnswer| answer.fulfilment.secret), "It is saved. Test it next."));
        });
    };
    let remove = move |_| {
        let Some(way) = known.get_value().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        spawn_local(async move {
            let got = client::delete_version::<Done>(&format!("/api/fulfilments/{}", way.id), way.version).await;
            finish.run((got.map(|_| None), "It is removed. What it gave stays good."));
        });
    };
    let providers: Vec<(String, String)> =
        Provider::ALL.into_iter().map(|provider| (provider.code().to_owned(), provider.name().to_owned())).collect();
    const FIELDS: [&str; 8] = [
        "name",
        "secret",
        "settings.url",
        "settings.client_id",
        "settings.prefix",
        "settings.depth",
        "settings.due_days",
        "settings.owner",
    ];
    let general = move || failure.get().filter(|failure| FIELDS.iter().all(|field| failure.field(field).is_none()));
    view! {
        <form novalidate on:submit=save>
            <Show when=move || is_new fallback=move || view! { <p class="m">{chosen.get().name()}</p> }>
                <Select label="Through" value=provider options=Signal::stored(providers.clone()) />
            </Show>
            <Field label="Name" value=name error=error("name") hint="As your team calls it." />
            {move || {
                let provider = chosen.get();
                (has_address(provider) && provider != Provider::Stripe)
                    .then(|| view! { <Field label="Address" value=url error=error("settings.url") hint=address_hint(provider) /> })
            }}
            <Show when=move || chosen.get() == Provider::Shopify>
                <Field label="Client id, if the app is of your own organisation" value=client_id error=error("settings.client_id") />
            </Show>
            {move || {
                let provider = chosen.get();
                has_key(provider)
                    .then(|| {
                        view! {
                            <Field label="Key" value=secret error=error("secret") kind="password" autocomplete="off" hint=key_hint(provider, is_new) />
                        }
                    })
            }}
            <Show when=move || chosen.get().is_store()>
                <Field label="Codes begin with" value=prefix error=error("settings.prefix") hint="Up to 8 letters and digits; BACK where you leave it empty." />
            </Show>
            <Show when=move || chosen.get() == Provider::Pool>
                <Field label="Each code takes off, in per cent" value=depth error=error("settings.depth") />
            </Show>
            <Show when=move || chosen.get() == Provider::Task>
                <Field label="Days to do it in" value=due_days kind="number" error=error("settings.due_days") hint="3 where you leave it empty." />
            </Show>
            {move || {
                made.get()
                    .map(|secret| {
                        view! {
                            <Notice kind=NoticeKind::Warning title="The key that we sign with. It is shown once.">
                                <p><code>{secret}</code></p>
                            </Notice>
                        }
                    })
            }}
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Show when=move || !is_new>
                    <Button kind=ButtonKind::Quiet busy on_press=remove>"Remove"</Button>
                </Show>
                <Button on_press=move |_| writing.set(None)>"Close"</Button>
                <Show when=move || made.with(Option::is_none)>
                    <Button kind=ButtonKind::Primary submit=true busy>"Save"</Button>
                </Show>
            </div>
        </form>
    }
}

fn has_address(provider: Provider) -> bool {
    provider.is_asked() || provider == Provider::Booking
}

/// A program's key is ours.
fn has_key(provider: Provider) -> bool {
    provider.is_store()
}

fn address_hint(provider: Provider) -> &'static str {
    match provider {
        Provider::Shopify => "https://your-shop.myshopify.com",
        Provider::Woocommerce => "https://your-shop.example, where its pages are",
        Provider::Booking => "The page where people make an appointment.",
        _ => "Where your program listens, beginning with https://",
    }
}

fn key_hint(provider: Provider, is_new: bool) -> String {
    let what = match provider {
        Provider::Stripe => "A restricted key, rk_…, that may write coupons, promotion codes, subscriptions and customers.",
        Provider::Shopify => "An access token, shpat_…, with the scope write_discounts; or the client secret.",
        _ => "Consumer key and secret with a colon between them: ck_…:cs_…",
    };
    if is_new { what.to_owned() } else { format!("{what} The stored one stays where you leave this empty.") }
}

/// `20`, `12.5`, `12,5 %`.
fn per_mille(text: &str) -> Option<u16> {
    let number: f64 = text.trim_end_matches('%').trim().replace(',', ".").parse().ok()?;
    let thousandths = (number * 10.0).round();
    (thousandths.is_finite() && (0.0..=1_000.0).contains(&thousandths)).then_some(thousandths as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_read_as_people_write_it() {
        for (text, expected) in
            [("20", Some(200)), ("12.5", Some(125)), ("12,5 %", Some(125)), ("101", None), ("x", None), ("-1", None)]
        {
            assert_eq!(per_mille(text), expected, "{text}");
        }
    }
}
