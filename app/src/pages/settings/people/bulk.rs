//! Disabling and enabling several people at once.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Person, PersonChange, PersonResponse};

use super::{Team, ends};
use crate::client::{self, Failure};
use crate::components::{Button, Confirm, Picked, announce};
use crate::format::plural;

#[component]
pub(super) fn Bulk(team: Team, picked: Picked) -> impl IntoView {
    let asking = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let those = move |disabled: bool| {
        team.with(|people| {
            let wanted =
                |person: &&Person| person.disabled != disabled && picked.with(|picked| picked.contains(person.id.as_str()));
            people.iter().filter(wanted).cloned().collect::<Vec<_>>()
        })
    };
    let set = move |disabled: bool| {
        if busy.get_untracked() {
            return;
        }
        let people = untrack(|| those(disabled));
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let mut done = 0_u64;
            for person in people {
                let change = PersonChange { disabled: Some(disabled), ..PersonChange::default() };
                // One by one, each from the version that is shown: whom somebody else changed meanwhile is not overwritten.
                match client::patch::<_, PersonResponse>(&format!("/api/people/{}", person.id), person.version, &change).await {
                    Ok(_) => done += 1,
                    Err(refused) => {
                        failure.try_set(Some(refused));
                        break;
                    }
                }
            }
            if busy.try_set(false).is_some() {
                return;
            }
            team.load();
            announce(told(done, disabled));
            if failure.with_untracked(Option::is_none) {
                asking.set(false);
                picked.set(BTreeSet::new());
            } else {
                asking.set(true);
            }
        });
    };
    let none = move |disabled: bool| Signal::derive(move || those(disabled).is_empty());
    view! {
        <Button
            small=true
            disabled=none(true)
            on_press=move |_| {
                failure.set(None);
                asking.set(true);
            }
        >
            "Disable"
        </Button>
        <Button small=true disabled=none(false) busy on_press=move |_| set(false)>
            "Enable"
        </Button>
        <Confirm open=asking title="Disable the selected people?" action="Disable them" busy failure on_confirm=move |()| set(true)>
            {move || {
                let people = those(true);
                let sessions = people.iter().filter_map(|person| person.sessions).map(u64::from).sum();
                let tokens = people.iter().map(|person| team.live_tokens(person) as u64).sum();
                let names = people.iter().map(|person| person.name.clone()).collect::<Vec<_>>().join(", ");
                let ended = ends(sessions, tokens).map_or_else(String::new, |ended| format!("At once {ended}. "));
                view! {
                    <p><b dir="auto">{names}</b></p>
                    <p class="m">{ended} "They cannot sign in until you enable them again. What they did stays, under their names."</p>
                }
            }}
        </Confirm>
    }
}

fn told(done: u64, disabled: bool) -> String {
    let what = if disabled { "disabled" } else { "enabled" };
    format!("{done} {} {what}.", plural(done, "person is", "people are"))
}
