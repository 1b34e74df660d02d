//! Language models, as an option: which one is asked, with which key, and what it may cost. Off until an owner switches one on.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::api::{Copywriter, CopywriterAnswer, CopywriterChange, LastCall, Permission};
use shared::message::model::{Micros, Provider};

use super::CampaignsFrame;
use super::words::some;
use crate::client::{self, Failure};
use crate::components::{
    Ago, Button, ButtonKind, Checkbox, Choice, Clash, ConflictDialog, Difference, FailureNotice, Field, Notice, NoticeKind,
    Select, announce, standing,
};
use crate::format::words as in_words;
use crate::pages::settings::frame::{Answer, loaded};
use crate::session::use_session;

const PROVIDERS: [(Provider, &str, &str); 3] = [
    (Provider::Openai, "openai", "OpenAI, or a server that speaks like it"),
    (Provider::Anthropic, "anthropic", "Anthropic"),
    (Provider::WorkersAi, "workers_ai", "Workers AI"),
];

#[component]
pub fn WritingPage() -> impl IntoView {
    let session = use_session();
    let answer: Answer<Copywriter> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<CopywriterAnswer>("/api/copywriter").await.map(|answer| answer.copywriter);
            answer.try_set(Some(got));
        });
    });
    load.run(());
    let may = Memo::new(move |_| session.may(Permission::Admin));
    view! {
        <CampaignsFrame>
            {loaded(answer, load, move |known| view! {
                <div class="two">
                    <Form known=known.clone() may on_saved=Callback::new(move |known| answer.set(Some(Ok(known)))) />
                    <Standing known may on_tried=Callback::new(move |known| answer.set(Some(Ok(known)))) />
                </div>
            }.into_any())}
        </CampaignsFrame>
    }
}

fn provider_name(provider: Provider) -> &'static str {
    PROVIDERS.iter().find(|(known, ..)| *known == provider).map_or("", |(.., name)| name)
}

fn provider_code(provider: Provider) -> &'static str {
    PROVIDERS.iter().find(|(known, ..)| *known == provider).map_or("openai", |(_, code, _)| code)
}

fn provider_of(code: &str) -> Provider {
    PROVIDERS.iter().find(|(_, known, _)| *known == code).map_or(Provider::Openai, |(provider, ..)| *provider)
}

/// What it cost, how it went, and another try.
#[component]
fn Standing(known: Copywriter, may: Memo<bool>, on_tried: Callback<Copywriter>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let try_it = move |_| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::post::<_, CopywriterAnswer>("/api/copywriter/test", &json!({})).await;
            busy.try_set(false);
            match answer {
                Ok(answer) => {
                    announce("The model was asked.");
                    on_tried.run(answer.copywriter);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let Copywriter { enabled, spend, currency, per_day, per_month, last, .. } = known;
    let last = last.map(|LastCall { at, status, reason }| {
        let is_good = status.is_model();
        view! {
            <p>
                <b class=if is_good { "gain" } else { "loss" }>{in_words(status.code())}</b> " " <span class="s"><Ago at /></span>
                {reason.map(|reason| view! { <span class="s block">{reason}</span> })}
            </p>
        }
    });
    view! {
        <section class="panel pad stack" aria-label="How it stands">
            <h2>"How it stands"</h2>
            <dl class="figures">
                <div><dt>"State"</dt><dd>{if enabled { "On" } else { "Off" }}</dd></div>
                <div><dt>"Spent today"</dt><dd>{format!("{} of {per_day} {currency}", spend.today)}</dd></div>
                <div><dt>"Spent this month"</dt><dd>{format!("{} of {per_month} {currency}", spend.month)}</dd></div>
                <div><dt>"Calls this month"</dt><dd>{spend.calls}</dd></div>
            </dl>
            <h3>"The newest call"</h3>
            {match last {
                Some(last) => last.into_any(),
                None => view! { <p class="m">"Nobody was asked yet."</p> }.into_any(),
            }}
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <Show when=move || may.get()>
                <div class="row"><Button busy on_press=try_it>"Try it"</Button> <span class="s">"One short question, at your cost."</span></div>
            </Show>
            <Notice kind=NoticeKind::Info title="What a model is told">
                "The facts that the preview lists under “Why this text”, the offer's terms and the composer's words: no address, no surname. What it answers is taken only where every claim rests on one of these facts; otherwise the composer's words stand, and you see why."
            </Notice>
        </section>
    }
}

#[component]
fn Form(known: Copywriter, may: Memo<bool>, on_saved: Callback<Copywriter>) -> impl IntoView {
    let amount = |amount: Option<Micros>| RwSignal::new(amount.map(|amount| amount.to_string()).unwrap_or_default());
    let enabled = RwSignal::new(known.enabled);
    let provider = RwSignal::new(provider_code(known.provider).to_owned());
    let model = RwSignal::new(known.model.clone());
    let base_url = RwSignal::new(known.base_url.clone().unwrap_or_default());
    let key = RwSignal::new(String::new());
    let ticket_text = RwSignal::new(known.ticket_text);
    let input_price = amount(known.input_price);
    let output_price = amount(known.output_price);
    let per_call = amount(Some(known.per_call));
    let per_day = amount(Some(known.per_day));
    let per_month = amount(Some(known.per_month));
    let seconds = RwSignal::new(known.timeout_seconds.to_string());
    let has_key = known.has_key;
    let currency = known.currency;
    let has_workers_ai = known.has_workers_ai;
    let base = StoredValue::new(known);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let theirs = StoredValue::new(None::<Copywriter>);
    // What cannot be read as an amount or a number, by field.
    let misread = RwSignal::new(Vec::<(&'static str, String)>::new());
    let error = move |field: &'static str| {
        Signal::derive(move || {
            let here = misread.with(|misread| misread.iter().find(|(known, _)| *known == field).map(|(_, words)| words.clone()));
            here.or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
        })
    };
    let now = move || -> Option<CopywriterChange> {
        let mut wrong = Vec::new();
        let mut read = |field: &'static str, signal: RwSignal<String>| -> Option<Micros> {
            let text = signal.with_untracked(|text| some(text))?;
            text.parse::<Micros>().map_err(|error| wrong.push((field, format!("{error}.")))).ok()
        };
        let (input, output) = (read("input_price", input_price), read("output_price", output_price));
        let caps = [("per_call", per_call), ("per_day", per_day), ("per_month", per_month)]
            .map(|(field, signal)| read(field, signal).unwrap_or_default());
        let timeout = seconds.with_untracked(|text| text.trim().parse::<u16>());
        if timeout.is_err() {
            wrong.push(("timeout_seconds", "Use a whole number of seconds.".to_owned()));
        }
        let is_fine = wrong.is_empty();
        misread.set(wrong);
        let [per_call, per_day, per_month] = caps;
        is_fine.then(|| {
            let before = base.get_value();
            CopywriterChange {
                enabled: enabled.get_untracked(),
                provider: provider.with_untracked(|code| provider_of(code)),
                model: model.get_untracked().trim().to_owned(),
                base_url: base_url.with_untracked(|text| some(text)),
                api_version: before.api_version,
                key: key.with_untracked(|text| some(text)),
                ticket_text: ticket_text.get_untracked(),
                currency: before.currency,
                input_price: input,
                output_price: output,
                per_call,
                per_day,
                per_month,
                timeout_seconds: timeout.unwrap_or(before.timeout_seconds),
            }
        })
    };
    let send = Callback::new(move |version: Option<u32>| {
        let Some(change) = now() else { return };
        busy.set(true);
        failure.set(None);
        let version = version.unwrap_or(base.with_value(|base| base.version));
        spawn_local(async move {
            let answer = client::put::<_, CopywriterAnswer>("/api/copywriter", version, &change).await;
            busy.try_set(false);
            match answer {
                Ok(answer) => {
                    key.try_set(String::new());
                    announce("The language model's settings are saved.");
                    on_saved.run(answer.copywriter);
                }
                Err(refused) => match standing::<Copywriter>(&refused) {
                    Some((version, stands)) => {
                        let three = fields(&base.get_value()).into_iter().zip(fields(&stands)).zip(changed(&change));
                        let differences = three.filter_map(|((before, stands), mine)| {
                            Difference::between(before.0, before.1, before.2, stands.2, mine)
                        });
                        let told_by = "action=copywriter_changed".to_owned();
                        clash.try_set(Some(Clash { version, differences: differences.collect(), told_by }));
                        theirs.set_value(Some(stands));
                    }
                    None => drop(failure.try_set(Some(refused))),
                },
            }
        });
    });
    let choose = Callback::new(move |choice: Choice| {
        let Some(stands) = theirs.get_value() else { return };
        let text = |amount: Option<Micros>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        for (name, field, value) in [
            ("provider", provider, provider_code(stands.provider).to_owned()),
            ("model", model, stands.model.clone()),
            ("base_url", base_url, stands.base_url.clone().unwrap_or_default()),
            ("input_price", input_price, text(stands.input_price)),
            ("output_price", output_price, text(stands.output_price)),
            ("per_call", per_call, text(Some(stands.per_call))),
            ("per_day", per_day, text(Some(stands.per_day))),
            ("per_month", per_month, text(Some(stands.per_month))),
            ("timeout_seconds", seconds, stands.timeout_seconds.to_string()),
        ] {
            if !choice.keeps(name) {
                field.set(value);
            }
        }
        if !choice.keeps("enabled") {
            enabled.set(stands.enabled);
        }
        if !choice.keeps("ticket_text") {
            ticket_text.set(stands.ticket_text);
        }
        base.set_value(stands);
        send.run(Some(choice.version));
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            send.run(None);
        }
    };
    let options: Vec<(String, String)> = PROVIDERS
        .iter()
        .filter(|(provider, ..)| *provider != Provider::WorkersAi || has_workers_ai)
        .map(|(_, code, name)| ((*code).to_owned(), (*name).to_owned()))
        .collect();
    let is_bound = Memo::new(move |_| provider.with(|code| provider_of(code)) == Provider::WorkersAi);
    const FIELDS: [&str; 10] = [
        "provider",
        "model",
        "base_url",
        "key",
        "input_price",
        "output_price",
        "per_call",
        "per_day",
        "per_month",
        "timeout_seconds",
    ];
    let general = move || failure.get().filter(|failure| FIELDS.iter().all(|field| failure.field(field).is_none()));
    let key_hint = if has_key {
        "A key is stored and never shown. Leave this empty to keep it."
    } else {
        "Stored sealed, and never shown again."
    };
    let price = |what: &str| format!("{currency} for a million tokens {what}.");
    let (in_hint, out_hint) = (price("that go in"), price("that come out"));
    view! {
        <form class="panel pad" novalidate on:submit=save>
            <fieldset class="form" disabled=move || !may.get()>
                <h2>"Language model"</h2>
                <p class="m">"Everything here works without one. With one, the editor can ask for other words, which stand only where each of them is true."</p>
                <Checkbox label="Switched on" value=enabled />
                <Select label="Provider" value=provider options=Signal::stored(options) error=error("provider") />
                <Field label="Model" value=model error=error("model") hint="As the provider names it." />
                <Show when=move || !is_bound.get()>
                    <Field label="Address" value=base_url error=error("base_url") kind="url" hint="The provider's own where you leave it empty." />
                    <Field label="Key" value=key error=error("key") kind="password" autocomplete="off" hint=key_hint />
                </Show>
                <div class="options">
                    <Field label="Price in" value=input_price error=error("input_price") hint=in_hint.clone() />
                    <Field label="Price out" value=output_price error=error("output_price") hint=out_hint.clone() />
                    <Field label="At most a call" value=per_call error=error("per_call") hint=currency.to_string() />
                    <Field label="At most a day" value=per_day error=error("per_day") hint=currency.to_string() />
                    <Field label="At most a month" value=per_month error=error("per_month") hint=currency.to_string() />
                    <Field label="Seconds to wait" value=seconds error=error("timeout_seconds") kind="number" />
                </div>
                <Checkbox label="Customers' own words may be shown to it" value=ticket_text hint="Subjects of tickets and wishes, fenced as data. Off, it sees none of them." />
                {move || general().map(|failure| view! { <FailureNotice failure /> })}
                <Show when=move || may.get() fallback=|| view! { <p class="s">"Only an owner changes this."</p> }>
                    <div class="row"><Button kind=ButtonKind::Primary submit=true busy>"Save"</Button></div>
                </Show>
            </fieldset>
        </form>
        <ConflictDialog clash on_choice=choose />
    }
}

fn fields(known: &Copywriter) -> [(&'static str, &'static str, String); 11] {
    let text = |amount: Option<Micros>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let yes = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    [
        ("enabled", "Switched on", yes(known.enabled)),
        ("provider", "Provider", provider_name(known.provider).to_owned()),
        ("model", "Model", known.model.clone()),
        ("base_url", "Address", known.base_url.clone().unwrap_or_default()),
        ("ticket_text", "Customers' own words", yes(known.ticket_text)),
        ("input_price", "Price in", text(known.input_price)),
        ("output_price", "Price out", text(known.output_price)),
        ("per_call", "At most a call", text(Some(known.per_call))),
        ("per_day", "At most a day", text(Some(known.per_day))),
        ("per_month", "At most a month", text(Some(known.per_month))),
        ("timeout_seconds", "Seconds to wait", known.timeout_seconds.to_string()),
    ]
}

/// As [`fields`], of what this person has; the key is nobody's to compare.
fn changed(change: &CopywriterChange) -> [String; 11] {
    let text = |amount: Option<Micros>| amount.map(|amount| amount.to_string()).unwrap_or_default();
    let yes = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    [
        yes(change.enabled),
        provider_name(change.provider).to_owned(),
        change.model.clone(),
        change.base_url.clone().unwrap_or_default(),
        yes(change.ticket_text),
        text(change.input_price),
        text(change.output_price),
        text(Some(change.per_call)),
        text(Some(change.per_day)),
        text(Some(change.per_month)),
        change.timeout_seconds.to_string(),
    ]
}
