use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::MergeAnswer;

use crate::client::{self, Failure};
use crate::components::{Button, announce};

/// Takes a merge apart again: the records are two as before, and what came since stays where it is.
#[component]
pub fn UndoMerge(
    #[prop(into)] id: String,
    /// Of the merge, for those who hear the button alone.
    #[prop(into)]
    what: String,
    on_done: Callback<()>,
) -> impl IntoView {
    let path = StoredValue::new(format!("/api/merges/{id}/undo"));
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let undo = move |_| {
        busy.set(true);
        failure.set(None);
        let path = path.get_value();
        spawn_local(async move {
            let answer = client::post::<_, MergeAnswer>(&path, &()).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("They are two records again.");
                    on_done.run(());
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        <Button small=true busy on_press=undo>"Undo" <span class="unseen">" " {what}</span></Button>
        {move || failure.get().map(|failure| view! { <p class="s loss" role="alert">{failure.text()}</p> })}
    }
}
