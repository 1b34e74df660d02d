use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Import, ImportStatus};

use super::name_of;
use super::row::cancel;
use crate::client::Failure;
use crate::components::{Confirm, Picked, announce, open_while};
use crate::format::plural;
use crate::keyboard;
use crate::locale;

/// Asks, and cancels the chosen imports one after the other; `told` gets what came of it.
#[component]
pub(super) fn CancelMany(
    cancelling: RwSignal<Option<Vec<Import>>>,
    picked: Picked,
    told: RwSignal<Option<String>>,
    on_cancelled: Callback<Import>,
) -> impl IntoView {
    let open = open_while(cancelling);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    Effect::new(move || {
        if open.get() {
            failure.set(None);
        }
    });
    let confirm = move |()| {
        let Some(imports) = cancelling.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let (mut done, mut late) = (0_u64, 0_u64);
            let mut refused = None;
            for import in imports {
                match cancel(&import.id).await {
                    Ok(import) => {
                        if import.status == ImportStatus::Cancelled {
                            done += 1
                        } else {
                            late += 1
                        }
                        // A second try leaves out what is cancelled.
                        cancelling.try_update(|rest| rest.iter_mut().for_each(|rest| rest.retain(|other| other.id != import.id)));
                        picked.try_update(|picked| picked.remove(import.id.as_str()));
                        on_cancelled.try_run(import);
                    }
                    Err(failure) => {
                        refused = Some(failure);
                        break;
                    }
                }
            }
            if busy.try_set(false).is_some() {
                return;
            }
            let text = outcome(done, late);
            announce(text.clone());
            if done + late > 0 {
                told.set(Some(text));
            }
            match refused {
                Some(refused) => failure.set(Some(refused)),
                None => {
                    cancelling.set(None);
                    picked.set(BTreeSet::new());
                    // What asked for it can no longer be pressed. The open dialog would keep the focus until it is closed.
                    keyboard::focus_heading();
                }
            }
        });
    };
    view! {
        <Confirm open title="Cancel the selected imports?" action="Cancel them" busy failure on_confirm=confirm>
            {move || {
                let names = cancelling.get().unwrap_or_default().iter().map(name_of).collect::<Vec<_>>();
                let count = names.len() as u64;
                view! {
                    <p><b dir="auto">{names.join(", ")}</b></p>
                    <p class="m">
                        {format!(
                            "{} {} here. What is stored stays; to bring in the rest, import the same file again.",
                            locale::count(count),
                            plural(count, "import stops", "imports stop"),
                        )}
                    </p>
                }
            }}
        </Confirm>
    }
}

/// `late` had ended by themselves before the cancelling came.
fn outcome(done: u64, late: u64) -> String {
    let mut text = format!("{} {} cancelled.", locale::count(done), plural(done, "import is", "imports are"));
    if done > 0 {
        text.push_str(" What is stored stays.");
    }
    if late > 0 {
        text.push_str(&format!(" {} had ended before.", locale::count(late)));
    }
    text
}
