//! The secrets that deliveries are signed with: two at once while the sender changes over.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::SourceChange;
use shared::source::Kind;

use super::held::Held;
use crate::client::Failure;
use crate::components::{Button, Checkbox, FailureNotice, Field, Notice, NoticeKind, Once, announce};

/// Of a kind whose sender makes the secret: a field for it. Nothing that is stored is ever shown again.
#[component]
pub(super) fn TheirSecret(held: Held, #[prop(into)] label: String) -> impl IntoView {
    let secret = RwSignal::new(String::new());
    let beside = RwSignal::new(false);
    let old = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let stored = Memo::new(move |_| held.source.with(|source| source.as_ref().map_or(0, |source| source.secrets.len())));
    let error = Signal::derive(move || {
        let ours = tried.get().then(|| secret.with(|secret| secret_error(secret))).flatten();
        ours.or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("secrets"))))
    });
    let old_error = Signal::derive(move || (tried.get() && beside.get()).then(|| old.with(|old| secret_error(old))).flatten());
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let new = secret.with_untracked(|secret| secret.trim().to_owned());
        let mut secrets = vec![new];
        if beside.get_untracked() {
            secrets.push(old.with_untracked(|old| old.trim().to_owned()));
        }
        if busy.get_untracked() || secrets.iter().any(|secret| secret_error(secret).is_some()) {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = held.change(&SourceChange { secrets: Some(secrets), ..SourceChange::default() }).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The secret is stored, encrypted.");
                    tried.try_set(false);
                    beside.try_set(false);
                    secret.try_set(String::new());
                    old.try_set(String::new());
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let label = StoredValue::new(label);
    let general = move || failure.get().filter(|failure| failure.field("secrets").is_none());
    view! {
        <form novalidate on:submit=save>
            <div aria-live="polite">
                {move || match stored.get() {
                    0 => view! { <p class="m">"No secret is stored yet, so everything that comes is refused."</p> }.into_any(),
                    1 => view! { <p class="tier healthy"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1 8l2-2 3 3 7-7 2 2-9 9z" /></svg>"A secret is stored"</p> }.into_any(),
                    _ => view! { <p class="tier healthy"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1 8l2-2 3 3 7-7 2 2-9 9z" /></svg>"Two secrets are stored, and either is taken"</p> }.into_any(),
                }}
            </div>
            <Field label=label.get_value() value=secret error autocomplete="off" hint="Stored encrypted, and never shown again." />
            <Show when=move || { stored.get() > 0 }>
                <Checkbox
                    label="Take the old one too while the sender changes over"
                    value=beside
                    hint="Stores sign with the old secret for up to an hour after a change. With both stored, nothing is refused meanwhile. Once everything is signed with the new one, paste that alone."
                />
                <Show when=move || beside.get()>
                    <Field label="The old secret" value=old error=old_error autocomplete="off" hint="Rekindle cannot show it: copy it where you keep it, or from the sender." />
                </Show>
            </Show>
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <Button submit=true busy>{move || if stored.get() > 0 { "Replace the secret" } else { "Store the secret" }}</Button>
        </form>
    }
}

/// Of a kind whose form asks us for a secret: it is made here, stored, and shown this once.
#[component]
pub(super) fn OurSecret(held: Held, #[prop(into)] shown: Signal<Option<String>>) -> impl IntoView {
    let made = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let now = Memo::new(move |_| made.get().or_else(|| shown.get()));
    let make = move |_| {
        let Some(secret) = random_secret() else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = held.change(&SourceChange { secrets: Some(vec![secret.clone()]), ..SourceChange::default() }).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("A new secret is made. Copy it now: it is not shown again.");
                    made.try_set(Some(secret));
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        {move || match now.get() {
            Some(secret) => view! {
                <Notice kind=NoticeKind::Warning title="Copy it now">"Rekindle stores it encrypted and cannot show it again."</Notice>
                <Once label="Secret" value=secret />
            }
            .into_any(),
            None => view! {
                <p class="m">"The secret was shown once. If you no longer have it, make a new one and put it where the old one stands: until then what is signed with the old one is refused."</p>
                <Button busy on_press=make>"Make a new secret"</Button>
            }
            .into_any(),
        }}
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
    }
}

/// Who makes the secret of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    Sender,
    Us,
    /// It has none.
    Nobody,
}

pub(super) fn maker(kind: Kind) -> Maker {
    match kind {
        Kind::Shopify | Kind::Stripe | Kind::Zendesk | Kind::Intercom => Maker::Sender,
        Kind::Woocommerce | Kind::Browser => Maker::Us,
        Kind::Segment | Kind::Pull => Maker::Nobody,
    }
}

/// What is wrong with a pasted secret: mostly half of it, or the whole line around it.
pub(super) fn secret_error(secret: &str) -> Option<String> {
    let secret = secret.trim();
    let wrong = secret.len() < 8 || secret.len() > 500 || secret.contains(char::is_whitespace);
    wrong.then(|| "Paste the secret alone: one word of 8 to 500 characters.".to_owned())
}

/// 192 random bits.
fn random_secret() -> Option<String> {
    let mut bytes = [0_u8; 24];
    window().crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_one_word_of_some_length() {
        for good in ["whsec_0123456789", " 8letters ", &"x".repeat(500)] {
            assert_eq!(secret_error(good), None, "{good}");
        }
        for bad in ["", "short", "two words here", &"x".repeat(501)] {
            assert!(secret_error(bad).is_some(), "{bad}");
        }
    }
}
