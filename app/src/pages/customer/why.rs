use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use shared::api::ReasonChange;
use shared::id::Id;
use shared::reason::{Chance, Reason, Why};

use super::care::{Care, may_care};
use crate::client::{self, Failure};
use crate::components::{Button, FailureNotice, Select, announce, standing};
use crate::format;
use crate::session::use_session;

/// Reasons told beside the likeliest one.
const OTHERS: usize = 3;

/// A chance below this is not worth telling.
const TOLD: f64 = 0.05;

/// Of an answer, only what this panel shows.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Said {
    version: u32,
}

#[derive(Deserialize)]
struct Saved {
    customer: Said,
}

/// Why they leave or left: the reason with what it rests on, and the way to say otherwise.
#[component]
pub(super) fn WhyPanel(id: Id, why: Option<Why>, care: RwSignal<Care>) -> impl IntoView {
    let session = use_session();
    let why = RwSignal::new(why.unwrap_or_default());
    let chosen = RwSignal::new(String::new());
    // Before a person says something else, what stands is what was inferred.
    let before = StoredValue::new(why.get_untracked());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let may = Memo::new(move |_| may_care(session, &care.get()));
    let path = StoredValue::new(format!("/api/customers/{id}/reason"));
    let say = Callback::new(move |reason: Option<Reason>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let (path, version) = (path.get_value(), care.with_untracked(|care| care.version));
        spawn_local(async move {
            let answer = client::put::<_, Saved>(&path, version, &ReasonChange { reason }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(Saved { customer: Said { version } }) => {
                    care.update(|care| care.version = version);
                    match reason {
                        Some(reason) => {
                            why.update(|why| *why = std::mem::take(why).corrected_to(reason));
                            announce("The reason is set. The next scoring uses it, and others learn from it.");
                        }
                        None => {
                            let inferred = before.get_value();
                            why.set(if inferred.corrected { Why { corrected: false, ..inferred } } else { inferred });
                            announce("The reason is inferred again with the next scoring.");
                        }
                    }
                }
                Err(refused) => {
                    // Owner or tags changed meanwhile: said again, it goes with them.
                    if let Some((version, _)) = standing::<Said>(&refused) {
                        care.update(|care| care.version = version);
                    }
                    failure.set(Some(refused));
                }
            }
        });
    });
    Effect::new(move || {
        if let Some(reason) = chosen.with(|code| Reason::of_code(code)) {
            chosen.set(String::new());
            say.run(Some(reason));
        }
    });
    let options = Signal::derive(|| {
        let first = (String::new(), "Say why they leave…".to_owned());
        let all = Reason::ALL.into_iter().map(|reason| (reason.code().to_owned(), reason.name().to_owned()));
        [first].into_iter().chain(all).collect::<Vec<_>>()
    });
    view! {
        <section class="panel pad stack tight">
            <h2>"Why they leave"</h2>
            {move || why.with(told)}
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <Show when=move || may.get()>
                <div class="row">
                    <Select label="Correct the reason" value=chosen options bare=true />
                    <Show when=move || why.with(|why| why.corrected)>
                        <Button small=true busy on_press=move |_| say.run(None)>"Infer it again"</Button>
                    </Show>
                </div>
            </Show>
        </section>
    }
}

fn told(why: &Why) -> impl IntoView + use<> {
    let others = why.all.iter().filter(|chance| chance.reason != why.reason && chance.probability >= TOLD);
    let others: Vec<String> = others.take(OTHERS).map(in_words).collect();
    let head = match (why.corrected, why.reason) {
        (true, reason) => format!("{}, as a person said", reason.name()),
        (false, Reason::Unknown) => "Nothing tells yet".to_owned(),
        (false, reason) => format!("{}, {} likely", reason.name(), format::percent(why.probability)),
    };
    let evidence = why.evidence.iter().map(|evidence| view! { <li dir="auto">{evidence.text.clone()}</li> }).collect_view();
    let features = (!why.features.is_empty()).then(|| {
        let names = why.features.join(", ");
        view! { <p class="s">"Asked for: " <bdi>{names}</bdi></p> }
    });
    let is_told = !why.corrected && why.reason != Reason::Unknown && !others.is_empty();
    view! {
        <p><b>{head}</b></p>
        <ul class="evidence">{evidence}</ul>
        {features}
        {is_told.then(|| view! { <p class="s">"Else " {others.join(", ")} "."</p> })}
    }
}

fn in_words(chance: &Chance) -> String {
    format!("{} {}", chance.reason.name().to_lowercase(), format::percent(chance.probability))
}
