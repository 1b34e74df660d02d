//! Write keys: shown once where they are secret, another one beside the old while programs change over.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{KeyChange, SourceChange};
use shared::source::Kind;

use super::held::Held;
use super::shared as pages;
use crate::client::Failure;
use crate::components::{Button, Confirm, FailureNotice, Notice, NoticeKind, Once, announce};

#[component]
pub(super) fn Keys(held: Held, kind: Kind, may: bool) -> impl IntoView {
    let pages = pages();
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let revoking = RwSignal::new(false);
    let id = held.id();
    let fresh = Memo::new(move |_| pages.once(&id, |source| source.write_key.as_ref()));
    let readable = Memo::new(move |_| held.source.with(|source| source.as_ref().and_then(|source| source.write_key.clone())));
    let hints =
        Memo::new(move |_| held.source.with(|source| source.as_ref().map(|source| source.key_hints.clone()).unwrap_or_default()));
    let change = move |what: KeyChange| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let change = SourceChange { write_key: Some(what), ..SourceChange::default() };
            let version = held.source.with_untracked(|source| source.as_ref().map_or(0, |source| source.version));
            let answer = held.send(version, &change).await;
            busy.try_set(false);
            match answer {
                Ok(source) => {
                    held.take(source.clone());
                    revoking.try_set(false);
                    match what {
                        KeyChange::New => {
                            announce("A new write key is made.");
                            pages.fresh.set(Some(source));
                        }
                        KeyChange::Revoke => announce("The old write keys are revoked."),
                    }
                }
                Err(refused) => {
                    failure.try_set(Some(refused));
                    held.load();
                }
            }
        });
    };
    let told = move || match hints.get().as_slice() {
        [] => "No key is live.".to_owned(),
        [only] => format!("One key is live: it ends in {only}."),
        several => format!("{} keys are live. They end in {}.", several.len(), several.join(", ")),
    };
    view! {
        {move || match (kind, fresh.get(), readable.get()) {
            (Kind::Browser, _, Some(key)) => view! { <Once label="Write key" value=key /> }.into_any(),
            (_, Some(key), _) => view! {
                <Notice kind=NoticeKind::Warning title="Copy it now">
                    "Rekindle keeps only a fingerprint of the key and cannot show it again. Whoever holds it can send events in your name."
                </Notice>
                <Once label="Write key" value=key />
            }
            .into_any(),
            _ => ().into_any(),
        }}
        <p class="m">{told}</p>
        {may
            .then(|| {
                view! {
                    <div class="row">
                        <Button small=true busy on_press=move |_| change(KeyChange::New)>"Make another key"</Button>
                        <Show when=move || { hints.with(Vec::len) > 1 }>
                            <Button small=true on_press=move |_| revoking.set(true)>"Revoke all but the newest"</Button>
                        </Show>
                    </div>
                    <p class="s">"To change a key without losing an event: make another, put it into every program, then revoke the old ones."</p>
                }
            })}
        {move || failure.get().filter(|_| !revoking.get()).map(|failure| view! { <FailureNotice failure /> })}
        <Confirm open=revoking title="Revoke the old keys?" action="Revoke" busy failure on_confirm=move |()| change(KeyChange::Revoke)>
            <p>"Programs that still use an old key are refused from now on, and what they send is lost unless they try again with the newest."</p>
            <p class="m">{told}</p>
        </Confirm>
    }
}
