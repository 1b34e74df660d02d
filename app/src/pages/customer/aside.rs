use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use shared::api::{CustomerChange, NewSetAside, SetAside, Tier};
use shared::id::Id;

use super::care::{Care, may_care};
use crate::client::{self, Failure};
use crate::components::{AsideForm, Button, DayText, Dialog, FailureNotice, announce, standing};
use crate::format;
use crate::session::use_session;

/// Of an answer, only what this panel shows.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Said {
    version: u32,
    set_aside: Option<SetAside>,
}

#[derive(Deserialize)]
struct Saved {
    customer: Said,
}

/// That the customer is not at risk, as somebody of the team said, or the way to say so.
#[component]
pub(super) fn AsidePanel(id: Id, aside: Option<SetAside>, tier: Tier, care: RwSignal<Care>) -> impl IntoView {
    let session = use_session();
    let aside = RwSignal::new(aside);
    let asking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    // What to undo: shown until the page is left or something else is said.
    let undo = RwSignal::new(None::<Option<NewSetAside>>);
    let may = Memo::new(move |_| may_care(session, &care.get()));
    let path = StoredValue::new(format!("/api/customers/{id}"));
    let say = Callback::new(move |asked: Option<NewSetAside>| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let before = aside.get_untracked();
        let (path, mut version) = (path.get_value(), care.with_untracked(|care| care.version));
        spawn_local(async move {
            let change = CustomerChange { set_aside: Some(asked), ..CustomerChange::default() };
            let answer = loop {
                let answer = client::patch::<_, Saved>(&path, version, &change).await;
                match answer.as_ref().err().and_then(standing::<Said>) {
                    // Owner or tags changed meanwhile: they stay as they are.
                    Some((current, theirs)) if theirs.set_aside == before && current != version => version = current,
                    _ => break answer,
                }
            };
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(Saved { customer: said }) => {
                    announce(if said.set_aside.is_some() { "Not at risk until that day" } else { "No longer set aside" });
                    care.update(|care| care.version = said.version);
                    undo.set(Some(before.map(asked_again)));
                    aside.set(said.set_aside);
                    asking.set(false);
                }
                Err(refused) => {
                    if let Some((version, theirs)) = standing::<Said>(&refused) {
                        care.update(|care| care.version = version);
                        aside.set(theirs.set_aside);
                    }
                    failure.set(Some(refused));
                }
            }
        });
    });
    let can_be = !matches!(tier, Tier::Lost | Tier::NotScored);
    let shown = move || {
        let undo = move || {
            undo.get().map(|was| view! { <Button small=true busy on_press=move |_| say.run(was.clone())>"Undo"</Button> })
        };
        match aside.get() {
            Some(said) => {
                let by = said.by.map(|by| view! { ", said by " <bdi>{by}</bdi> });
                view! {
                    <p><b>"Not at risk until " <DayText day=said.until /></b></p>
                    <p>{format::aside_reason(said.reason)} {by} ", since " <DayText day=said.from /> "."</p>
                    {said.note.map(|note| view! { <p class="m" dir="auto">{note}</p> })}
                    <Show when=move || may.get()>
                        <div class="row">
                            <Button small=true busy on_press=move |_| say.run(None)>"At risk again"</Button>
                            <Button small=true on_press=move |_| asking.set(true)>"Change"</Button>
                            {undo}
                        </div>
                    </Show>
                }
                .into_any()
            }
            None => view! {
                <p class="m">"You know better? Somebody who buys in a season, pauses or is on leave can leave Radar until a day that you choose."</p>
                <div class="row">
                    <Button small=true on_press=move |_| asking.set(true)>"Not at risk"</Button>
                    {undo}
                </div>
            }
            .into_any(),
        }
    };
    view! {
        <Show when=move || aside.with(Option::is_some) || (may.get() && can_be)>
            <section class="panel pad stack tight" aria-label="Set aside">
                <h2>{move || if aside.with(Option::is_some) { "Set aside" } else { "Not at risk after all?" }}</h2>
                {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
                {shown}
            </section>
        </Show>
        <Dialog open=asking title="Not at risk">
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <AsideForm
                action="Set this customer aside"
                busy
                on_leave=move |()| asking.set(false)
                on_ready=move |asked| say.run(Some(asked))
            />
        </Dialog>
    }
}

fn asked_again(SetAside { reason, until, note, .. }: SetAside) -> NewSetAside {
    NewSetAside { reason, until, note }
}
