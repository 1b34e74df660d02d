//! The brand's form.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::BrandResponse;
use shared::message::{Brand, Colours};

use super::super::logo::Logo;
use super::super::words::{some, tone_code, tone_name, tone_of, tones};
use super::contrast::{LEAST, contrast};
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Difference, FailureNotice, Field, Select, TextArea, announce, standing,
    unique_id,
};

/// The brand as the form's fields have it: name, label and words.
fn fields(brand: &Brand) -> [(&'static str, &'static str, String); 17] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let Colours { background, text: words, accent, on_accent } = brand.colours.clone();
    [
        ("name", "Name", brand.name.clone()),
        ("site", "Site", text(&brand.site)),
        ("colours.background", "Background", background),
        ("colours.text", "Words", words),
        ("colours.accent", "Button", accent),
        ("colours.on_accent", "Words on the button", on_accent),
        ("logo", "Logo", text(&brand.logo)),
        ("sender", "Who writes", text(&brand.sender)),
        ("sender_role", "Their role", text(&brand.sender_role)),
        ("from", "From", text(&brand.from)),
        ("reply_to", "Reply to", text(&brand.reply_to)),
        ("postal_address", "Postal address", text(&brand.postal_address)),
        ("sms_sender", "Sender of text messages", text(&brand.sms_sender)),
        ("tone", "Tone", tone_name(brand.tone).to_owned()),
        ("locale", "Language", brand.locale.clone()),
        ("link_hosts", "Links may lead to", brand.link_hosts.join("\n")),
        ("names_tickets", "Solved tickets", tickets_name(brand.names_tickets).to_owned()),
    ]
}

#[component]
pub(super) fn BrandForm(brand: Brand, version: u32, may: Memo<bool>, on_saved: Callback<()>) -> impl IntoView {
    let text = |text: &Option<String>| RwSignal::new(text.clone().unwrap_or_default());
    let name = RwSignal::new(brand.name.clone());
    let site = text(&brand.site);
    let background = RwSignal::new(brand.colours.background.clone());
    let words = RwSignal::new(brand.colours.text.clone());
    let accent = RwSignal::new(brand.colours.accent.clone());
    let on_accent = RwSignal::new(brand.colours.on_accent.clone());
    let logo = text(&brand.logo);
    let sender = text(&brand.sender);
    let role = text(&brand.sender_role);
    let from = text(&brand.from);
    let reply_to = text(&brand.reply_to);
    let postal = text(&brand.postal_address);
    let sms = text(&brand.sms_sender);
    let tone = RwSignal::new(tone_code(brand.tone).to_owned());
    let locale = RwSignal::new(brand.locale.clone());
    let hosts = RwSignal::new(brand.link_hosts.join("\n"));
    let tickets = RwSignal::new(brand.names_tickets.to_string());
    let base = StoredValue::new(brand);
    let version = StoredValue::new(version);
    let theirs = StoredValue::new(None::<Brand>);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let error = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
    };
    let now = move || {
        let told = |signal: RwSignal<String>| signal.with_untracked(|text| some(text));
        let colour = |signal: RwSignal<String>| signal.with_untracked(|text| text.trim().to_lowercase());
        Brand {
            name: name.get_untracked().trim().to_owned(),
            site: told(site),
            colours: Colours {
                background: colour(background),
                text: colour(words),
                accent: colour(accent),
                on_accent: colour(on_accent),
            },
            logo: told(logo),
            sender: told(sender),
            sender_role: told(role),
            from: told(from),
            reply_to: told(reply_to),
            postal_address: told(postal),
            sms_sender: told(sms),
            tone: tone.with_untracked(|code| tone_of(code)),
            locale: locale.get_untracked().trim().to_owned(),
            link_hosts: hosts
                .with_untracked(|text| text.split([',', '\n']).filter_map(some).map(|host| host.to_lowercase()).collect()),
            names_tickets: tickets.with_untracked(|text| text == "true"),
        }
    };
    let send = Callback::new(move |()| {
        busy.set(true);
        failure.set(None);
        let brand = now();
        spawn_local(async move {
            let Some(stands) = version.try_get_value() else { return };
            let answer = client::put::<_, BrandResponse>("/api/brand", stands, &brand).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The brand is saved.");
                    on_saved.run(());
                }
                Err(refused) => match standing::<Brand>(&refused) {
                    Some((current, stands)) => {
                        let three = fields(&base.get_value()).into_iter().zip(fields(&stands)).zip(fields(&brand));
                        let differences = three.filter_map(|((before, stands), mine)| {
                            Difference::between(before.0, before.1, before.2, stands.2, mine.2)
                        });
                        let found = Clash {
                            version: current,
                            differences: differences.collect(),
                            told_by: "action=brand_changed".to_owned(),
                        };
                        theirs.set_value(Some(stands));
                        clash.try_set(Some(found));
                    }
                    None => drop(failure.try_set(Some(refused))),
                },
            }
        });
    });
    let choose = Callback::new(move |choice: Choice| {
        let Some(stands) = theirs.get_value() else { return };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        for (name, field, value) in [
            ("name", name, stands.name.clone()),
            ("site", site, text(&stands.site)),
            ("colours.background", background, stands.colours.background.clone()),
            ("colours.text", words, stands.colours.text.clone()),
            ("colours.accent", accent, stands.colours.accent.clone()),
            ("colours.on_accent", on_accent, stands.colours.on_accent.clone()),
            ("logo", logo, text(&stands.logo)),
            ("sender", sender, text(&stands.sender)),
            ("sender_role", role, text(&stands.sender_role)),
            ("from", from, text(&stands.from)),
            ("reply_to", reply_to, text(&stands.reply_to)),
            ("postal_address", postal, text(&stands.postal_address)),
            ("sms_sender", sms, text(&stands.sms_sender)),
            ("tone", tone, tone_code(stands.tone).to_owned()),
            ("locale", locale, stands.locale.clone()),
            ("link_hosts", hosts, stands.link_hosts.join("\n")),
            ("names_tickets", tickets, stands.names_tickets.to_string()),
        ] {
            if !choice.keeps(name) {
                field.set(value);
            }
        }
        base.set_value(stands);
        version.set_value(choice.version);
        send.run(());
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            send.run(());
        }
    };
    let known: Vec<&'static str> = fields(&base.get_value()).into_iter().map(|(name, ..)| name).collect();
    let general = move || failure.get().filter(|failure| known.iter().all(|field| failure.field(field).is_none()));
    view! {
        <form class="panel pad press-brand" novalidate on:submit=save>
            <fieldset class="form" disabled=move || !may.get()>
                <h2>"Who writes"</h2>
                <div class="options">
                    <Field label="Name" value=name error=error("name") hint="As customers know it." />
                    <Field label="Site" value=site error=error("site") kind="url" hint="Begins with https://. The button leads there where nothing else is said." />
                    <Field label="Who writes" value=sender error=error("sender") hint="A person: “Mara Lind”." />
                    <Field label="Their role" value=role error=error("sender_role") hint="Such as “Customer care”." />
                    <Field label="From" value=from error=error("from") kind="email" hint="The address that messages come from." />
                    <Field label="Reply to" value=reply_to error=error("reply_to") kind="email" hint="An address that somebody reads." />
                    <Field label="Sender of text messages" value=sms error=error("sms_sender") hint="At most 11 letters or figures." />
                    <Select label="Tone" value=tone options=Signal::stored(tones()) />
                    <Field label="Language" value=locale error=error("locale") hint="A tag such as en-GB." />
                    <Select label="Solved tickets" value=tickets options=Signal::stored(ticket_choices()) />
                </div>
                <TextArea label="Postal address" value=postal rows=3 error=error("postal_address") hint="The law asks for it in every marketing mail." />
                <TextArea label="Links may lead to" value=hosts rows=3 error=error("link_hosts") hint="Hosts besides the site's, one in a line: www.example.com. With a dot before it, all below it." />
                <h2>"Colours"</h2>
                <div class="press-colours">
                    <Colour label="Background" value=background error=error("colours.background") />
                    <Colour label="Words" value=words error=error("colours.text") />
                    <Colour label="Button" value=accent error=error("colours.accent") />
                    <Colour label="Words on the button" value=on_accent error=error("colours.on_accent") />
                </div>
                <Ratio what="Words on the background" one=words other=background />
                <Ratio what="Words on the button" one=on_accent other=accent />
                <h2>"Logo"</h2>
                <Logo path=logo name />
                {move || error("logo").get().map(|error| view! { <p class="loss">{error}</p> })}
                {move || general().map(|failure| view! { <FailureNotice failure /> })}
                <Show when=move || may.get()>
                    <div class="row"><Button kind=ButtonKind::Primary submit=true busy>"Save the brand"</Button></div>
                </Show>
            </fieldset>
        </form>
        <ConflictDialog clash on_choice=choose />
    }
}

fn tickets_name(names: bool) -> &'static str {
    if names { "Messages may name their subject" } else { "Messages never name them" }
}

fn ticket_choices() -> Vec<(String, String)> {
    [false, true].map(|names| (names.to_string(), tickets_name(names).to_owned())).to_vec()
}

/// A colour by its picker or its six digits.
#[component]
fn Colour(label: &'static str, value: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    let id = unique_id();
    let picker = unique_id();
    let error_id = format!("{id}-error");
    let described = error_id.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <div class="press-colour">
                <label class="unseen" for=picker.clone()>{format!("{label}, from a palette")}</label>
                <input id=picker type="color" prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event)) />
                <input
                    id=id
                    type="text"
                    spellcheck="false"
                    prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))
                    aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=move || error.with(Option::is_some).then(|| described.clone())
                />
            </div>
            {move || error.get().map(|error| view! { <p class="error" id=error_id.clone()>{error}</p> })}
        </div>
    }
}

/// How well words can be read, in a figure and in words.
#[component]
fn Ratio(what: &'static str, one: RwSignal<String>, other: RwSignal<String>) -> impl IntoView {
    let line = move || {
        let ratio = one.with(|one| other.with(|other| contrast(one, other)));
        match ratio {
            None => format!("{what}: use six digits such as #1f5fbf"),
            Some(ratio) if ratio >= LEAST => format!("{what}: contrast {ratio:.1} to 1, easy to read"),
            Some(ratio) => format!("{what}: contrast {ratio:.1} to 1. Too little to read: use {LEAST} or more"),
        }
    };
    let is_low = move || one.with(|one| other.with(|other| contrast(one, other))).is_none_or(|ratio| ratio < LEAST);
    view! { <p class=move || if is_low() { "loss" } else { "s" } role="status">{line}</p> }
}
