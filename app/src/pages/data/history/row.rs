use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::api::{Import, ImportResponse, Permission};
use shared::id::Id;
use shared::import::Kind;

use super::super::{PENS, words};
use super::name_of;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, DateText, Pick, Picked, announce};
use crate::keyboard;
use crate::session::use_session;

/// `picked` is there for who may change something.
#[component]
pub(super) fn Row(import: Import, picked: Option<Picked>, on_cancelled: Callback<Import>) -> impl IntoView {
    let session = use_session();
    let kind = Kind::parse(&import.kind).map_or_else(|| import.kind.clone(), |kind| words::kind_title(kind).to_owned());
    let name = name_of(&import);
    let notes = [import.sample.then_some("sample shop"), import.dry_run.then_some("dry run")]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" · ");
    let rejected = if import.rows_rejected > 0 && untrack(|| session.may(Permission::Edit)) {
        let href = format!("/api/imports/{}/rejected.csv", import.id);
        let label = format!("Download the {} rejected rows of {name}", (PENS.count)(import.rows_rejected));
        view! { <a href=href download rel="external" aria-label=label>{(PENS.count)(import.rows_rejected)}</a> }.into_any()
    } else {
        view! { {(PENS.count)(import.rows_rejected)} }.into_any()
    };
    let error = import.error.clone();
    let next = words::goes_on(&import).map(|text| view! { <div class="s">{text}</div> });
    let open = words::is_open(&import);
    let (id, label) = (import.id.clone(), name.clone());
    let tick = picked.map(|picked| {
        let pick = open.then(|| view! { <Pick picked id=id.as_str() label=format!("Select {label}") /> });
        view! { <td class="tick">{pick}</td> }
    });
    let cancel = (open && picked.is_some()).then(|| view! { <Cancel id=import.id.clone() name=name.clone() on_cancelled /> });
    let (read, accepted, duplicate, started) =
        (import.rows_read, import.rows_accepted, import.rows_duplicate, import.created_at.clone());
    let status = move || words::status(&import, &session.zone(), PENS);
    view! {
        <tr>
            {tick}
            <th scope="row"><span dir="auto">{name}</span> <div class="s">{notes}</div></th>
            <td>{kind}</td>
            <td>{status} {error.map(|error| view! { <div class="s loss">{error}</div> })} {next} {cancel}</td>
            <td class="num">{(PENS.count)(read)}</td>
            <td class="num">{(PENS.count)(accepted)}</td>
            <td class="num">{(PENS.count)(duplicate)}</td>
            <td class="num">{rejected}</td>
            <td><DateText at=started /></td>
        </tr>
    }
}

/// Ends an import that goes on by itself or that nobody comes back to; what it stored stays.
#[component]
fn Cancel(id: Id, name: String, on_cancelled: Callback<Import>) -> impl IntoView {
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let id = StoredValue::new(id);
    let press = move |_| {
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let Some(id) = id.try_get_value() else { return };
            let answer = cancel(&id).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(import) => {
                    announce("The import is cancelled. What it stored stays.");
                    on_cancelled.run(import);
                    // The button is gone with what it could do.
                    keyboard::focus_heading();
                }
                Err(failure) => problem.set(Some(failure.text())),
            }
        });
    };
    view! {
        <Button small=true kind=ButtonKind::Quiet busy on_press=press>
            "Cancel" <span class="unseen">" the import of " <span dir="auto">{name}</span></span>
        </Button>
        {move || problem.get().map(|text| view! { <div class="s loss">{text}</div> })}
    }
}

/// The import as it is afterwards: one that ended before stays as it ended.
pub(super) async fn cancel(id: &Id) -> Result<Import, Failure> {
    client::post::<_, ImportResponse>(&format!("/api/imports/{id}/cancel"), &json!({})).await.map(|answer| answer.import)
}
