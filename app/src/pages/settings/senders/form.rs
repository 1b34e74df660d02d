//! Connecting a sender, or changing one.

use std::collections::BTreeMap;

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{NewSender, Sender, SenderAnswer, SenderChange};
use shared::id::Id;
use shared::provider::Provider;

use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Checkbox, Dialog, FailureNotice, Field, Notice, NoticeKind, Select, announce, open_while, standing,
};
use crate::format;

/// What the form begins with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    /// Of one that is changed, with its version.
    id: Option<(Id, u32)>,
    provider: String,
    name: String,
    base_url: String,
    from: String,
    from_name: String,
    reply_to: String,
    unsubscribe_mail: String,
    warm_up: bool,
    stored: Vec<String>,
}

impl Typed {
    pub(super) fn new() -> Self {
        Self { provider: Provider::Resend.code().to_owned(), ..Self::default() }
    }

    pub(super) fn of(sender: &Sender) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let settings = &sender.settings;
        Self {
            id: Some((sender.id.clone(), sender.version)),
            provider: sender.provider.code().to_owned(),
            name: sender.name.clone(),
            base_url: text(&settings.base_url),
            from: text(&settings.from),
            from_name: text(&settings.from_name),
            reply_to: text(&settings.reply_to),
            unsubscribe_mail: text(&settings.unsubscribe_mail),
            warm_up: sender.warm_from.is_some(),
            stored: sender.stored.clone(),
        }
    }
}

#[component]
pub(super) fn FormDialog(writing: RwSignal<Option<Typed>>, on_saved: Callback<()>) -> impl IntoView {
    let open = open_while(writing);
    view! {
        <Dialog open title="A sender">
            {move || writing.get_untracked().map(|typed| view! { <Form typed writing on_saved /> })}
        </Dialog>
    }
}

#[component]
fn Form(typed: Typed, writing: RwSignal<Option<Typed>>, on_saved: Callback<()>) -> impl IntoView {
    let text = |text: &str| RwSignal::new(text.to_owned());
    let provider = text(&typed.provider);
    let name = text(&typed.name);
    let base_url = text(&typed.base_url);
    let from = text(&typed.from);
    let from_name = text(&typed.from_name);
    let reply_to = text(&typed.reply_to);
    let unsubscribe_mail = text(&typed.unsubscribe_mail);
    let warm_up = RwSignal::new(typed.warm_up);
    let credentials: BTreeMap<&'static str, RwSignal<String>> =
        Provider::ALL.into_iter().flat_map(names).map(|name| (name, RwSignal::new(String::new()))).collect();
    let credentials = StoredValue::new(credentials);
    let version = RwSignal::new(typed.id.as_ref().map(|(_, version)| *version));
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let error = move |field: &str| {
        let field = field.to_owned();
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(&field))))
    };
    let chosen = Memo::new(move |_| provider.with(|code| Provider::of_code(code)).unwrap_or(Provider::Resend));
    let is_mail = Memo::new(move |_| chosen.get().channels().contains(&shared::campaign::Channel::Email));
    let before = StoredValue::new(typed);
    let is_known = before.with_value(|typed| typed.id.is_some());
    // Another provider or address is another account: what is stored for this one must not go there.
    let forgets = Memo::new(move |_| {
        let (provider, base_url) = (provider.get(), base_url.get());
        before.with_value(|typed| !typed.stored.is_empty() && (provider != typed.provider || base_url.trim() != typed.base_url))
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let some = |text: RwSignal<String>| Some(text.get_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        let given: BTreeMap<String, String> = names(chosen.get_untracked())
            .filter_map(|name| Some((name.to_owned(), credentials.with_value(|all| all.get(name).copied().and_then(some))?)))
            .collect();
        let id = before.with_value(|typed| typed.id.as_ref().map(|(id, _)| id.clone()));
        let name = name.get_untracked().trim().to_owned();
        spawn_local(async move {
            let answer = match id.zip(version.get_untracked()) {
                Some((id, version)) => {
                    let change = SenderChange {
                        provider: Some(chosen.get_untracked()),
                        name: Some(name),
                        credentials: (!given.is_empty())
                            .then(|| given.into_iter().map(|(name, value)| (name, Some(value))).collect()),
                        base_url: Some(some(base_url)),
                        from: Some(some(from)),
                        from_name: Some(some(from_name)),
                        reply_to: Some(some(reply_to)),
                        unsubscribe_mail: Some(some(unsubscribe_mail)),
                        priority: None,
                        warm_up: Some(warm_up.get_untracked()),
                    };
                    client::patch::<_, SenderAnswer>(&format!("/api/channels/{id}"), version, &change).await
                }
                None => {
                    let new = NewSender {
                        provider: chosen.get_untracked(),
                        name,
                        channel: (chosen.get_untracked() == Provider::Sink).then_some(shared::campaign::Channel::Email),
                        credentials: given,
                        base_url: some(base_url),
                        from: some(from),
                        from_name: some(from_name),
                        reply_to: some(reply_to),
                        unsubscribe_mail: some(unsubscribe_mail),
                        priority: 0,
                        warm_up: warm_up.get_untracked(),
                    };
                    client::post::<_, SenderAnswer>("/api/channels", &new).await
                }
            };
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    credentials.try_with_value(|all| all.values().for_each(|value| drop(value.try_set(String::new()))));
                    announce("The sender is saved. Test its connection next.");
                    on_saved.run(());
                    writing.try_set(None);
                }
                Err(refused) => {
                    // The next press knows what somebody else made of it.
                    if let Some((stands, _)) = standing::<Sender>(&refused) {
                        version.try_set(Some(stands));
                    }
                    failure.try_set(Some(refused));
                }
            }
        });
    };
    let options: Vec<_> = Provider::ALL.into_iter().map(|known| (known.code().to_owned(), known.name().to_owned())).collect();
    let secrets = move || {
        names(chosen.get())
            .map(|name| {
                let value = credentials.with_value(|all| all.get(name).copied()).unwrap_or_else(|| RwSignal::new(String::new()));
                let is_needed = chosen.get_untracked().needs().contains(&name);
                let is_stored = before.with_value(|typed| typed.stored.iter().any(|known| known == name)) && !forgets.get();
                let hint = match (is_stored, is_needed) {
                    (true, _) => "Stored and never shown. Leave this empty to keep it.",
                    (false, true) => "Stored sealed, and never shown again.",
                    (false, false) => "To hear what became of messages, or to send by a key of its own. May be left empty.",
                };
                view! { <Field label=format::words(name) value kind="password" autocomplete="off" error=error(&format!("credentials.{name}")) hint=hint /> }
            })
            .collect_view()
    };
    let general = move || {
        failure.get().filter(|failure| {
            let shown = ["provider", "name", "base_url", "from", "from_name", "reply_to", "unsubscribe_mail"];
            let is_shown = |field: &String| shown.contains(&field.as_str()) || field.starts_with("credentials.");
            failure.fields().is_none_or(|fields| !fields.keys().any(is_shown))
        })
    };
    view! {
        <form novalidate on:submit=save>
            <Select label="Provider" value=provider options=Signal::stored(options) error=error("provider") />
            <Field label="Name" value=name error=error("name") hint="For your team: “Newsletter mail”." />
            {secrets}
            <Show when=move || forgets.get()>
                <Notice kind=NoticeKind::Warning title="Type the credentials anew">"Another provider or another address is another account: what is stored is erased."</Notice>
            </Show>
            <Field label="From" value=from error=error("from") hint="Of mail an address, such as hello@shop.example; of text messages a number or a name." />
            <Show when=move || is_mail.get()>
                <Field label="Name beside it" value=from_name error=error("from_name") />
                <Field label="Answers go to" value=reply_to error=error("reply_to") hint="The address above where you leave it empty." />
                <Field label="Mails to this address unsubscribe" value=unsubscribe_mail error=error("unsubscribe_mail") hint="Optional: the link in each message does the same." />
            </Show>
            <Field label="Address of the provider" value=base_url kind="url" error=error("base_url") hint="Its own where you leave it empty." />
            <Checkbox label="Warm it up: few messages on the first day, more from day to day" value=warm_up />
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| writing.set(None)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>{if is_known { "Save" } else { "Connect" }}</Button>
            </div>
        </form>
    }
}

/// The credentials of a provider, those that it needs first.
fn names(provider: Provider) -> impl Iterator<Item = &'static str> {
    provider.needs().iter().chain(provider.takes()).copied()
}
