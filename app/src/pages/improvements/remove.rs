//! Taking an improvement out again.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Done, Improvement};

use crate::client::{self, Failure};
use crate::components::{Confirm, announce, open_while, standing};

#[component]
pub(super) fn RemoveDialog(removing: RwSignal<Option<Improvement>>, on_removed: Callback<()>) -> impl IntoView {
    let open = open_while(removing);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let remove = Callback::new(move |()| {
        let Some(one) = removing.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::delete_version::<Done>(&format!("/api/improvements/{}", one.id), one.version).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The improvement is removed.");
                    on_removed.run(());
                    open.try_set(false);
                }
                Err(refused) => {
                    // The next press knows what somebody else made of it.
                    if let Some((version, theirs)) = standing::<Improvement>(&refused) {
                        removing.try_set(Some(Improvement { version, ..theirs }));
                    }
                    failure.try_set(Some(refused));
                }
            }
        });
    });
    let title = move || removing.with(|one| one.as_ref().map(|one| one.title.clone()));
    view! {
        <Confirm open title="Remove this improvement?" action="Remove it" busy failure on_confirm=remove>
            <p><b dir="auto">{title}</b></p>
            <p class="m">"Nobody is matched with it any more. What was sent about it stays as it is."</p>
        </Confirm>
    }
}
