//! Announcing an improvement: those whom it would bring back become a segment.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{AnnounceAnswer, Improvement};

use crate::client::{self, Failure};
use crate::components::{Confirm, announce, open_while, standing};
use crate::format::plural;
use crate::locale;
use crate::router::{Step, go};

#[component]
pub(super) fn AnnounceDialog(announcing: RwSignal<Option<Improvement>>) -> impl IntoView {
    let open = open_while(announcing);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let confirm = Callback::new(move |()| {
        let Some(one) = announcing.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let path = format!("/api/improvements/{}/announce", one.id);
            let answer = client::post_version::<AnnounceAnswer>(&path, one.version).await;
            busy.try_set(false);
            match answer {
                Ok(AnnounceAnswer { segment, .. }) => {
                    announce("The segment of those whom it would bring back is saved.");
                    open.try_set(false);
                    go(&format!("/segments/{segment}"), Step::Page);
                }
                Err(refused) => {
                    // The next press knows what somebody else made of it.
                    if let Some((version, theirs)) = standing::<Improvement>(&refused) {
                        announcing.try_set(Some(Improvement { version, ..theirs }));
                    }
                    failure.try_set(Some(refused));
                }
            }
        });
    });
    let title = move || announcing.with(|one| one.as_ref().map(|one| one.title.clone()));
    let whom = move || {
        let matches = announcing.with(|one| one.as_ref().and_then(|one| one.matches.clone()))?;
        let mut words = format!("{} {}", locale::count(matches.customers), plural(matches.customers, "customer", "customers"));
        if matches.excluded > 0 {
            words.push_str(&format!(", {} of them left out of offers", locale::count(matches.excluded)));
        }
        Some(view! { <p>{words}</p> })
    };
    view! {
        <Confirm open title="Announce this improvement?" action="Save the segment" busy failure on_confirm=confirm>
            <p><b dir="auto">{title}</b></p>
            {whom}
            <p class="m">
                "They become a segment, which follows who asks for it or leaves over it. Nothing is sent yet: messages to the segment lead with the improvement."
            </p>
        </Confirm>
    }
}
