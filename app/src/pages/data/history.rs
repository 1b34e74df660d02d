//! What was imported, newest first.

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;
use shared::api::{Import, ImportResponse, Permission};
use shared::id::Id;

use super::{Imports, PENS, failed, words};
use crate::client;
use crate::components::{Button, ButtonKind, ButtonLink, DateText, EmptyState, Skeleton, Table, announce};
use crate::session::use_session;

#[component]
pub fn History() -> impl IntoView {
    let imports = use_context::<Imports>();
    move || {
        let imports = imports?;
        Some(match imports.answer.get() {
            None => view! { <Skeleton lines=6 /> }.into_any(),
            Some(Err(failure)) => failed(imports, failure).into_any(),
            Some(Ok(answer)) if answer.imports.is_empty() => view! {
                <EmptyState title="Nothing was imported yet">
                    <p>"Each import will stand here with its counts and the rows that were rejected."</p>
                    <ButtonLink href="/data">"Import a file"</ButtonLink>
                </EmptyState>
            }
            .into_any(),
            Some(Ok(answer)) => {
                let rows = answer.imports.into_iter().map(|import| view! { <Row import /> }).collect_view();
                view! {
                    <section class="panel">
                        <Table caption="Imports" unseen_caption=true>
                            <thead>
                                <tr>
                                    <th scope="col">"File"</th>
                                    <th scope="col">"Holds"</th>
                                    <th scope="col">"Status"</th>
                                    <th scope="col" class="num">"Rows"</th>
                                    <th scope="col" class="num">"New or changed"</th>
                                    <th scope="col" class="num">"Known already"</th>
                                    <th scope="col" class="num">"Rejected"</th>
                                    <th scope="col">"Started"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </Table>
                    </section>
                }
                .into_any()
            }
        })
    }
}

#[component]
fn Row(import: Import) -> impl IntoView {
    let session = use_session();
    let kind = words::kind_of(&import.kind).map_or_else(|| import.kind.clone(), |kind| words::kind_title(kind).to_owned());
    let name = import.file_name.clone().unwrap_or_else(|| "Sent by a script".to_owned());
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
    let cancel = (words::is_open(&import) && untrack(|| session.may(Permission::Edit)))
        .then(|| view! { <Cancel id=import.id.clone() name=name.clone() /> });
    let (read, accepted, duplicate, started) =
        (import.rows_read, import.rows_accepted, import.rows_duplicate, import.created_at.clone());
    let status = move || words::status(&import, &session.zone(), PENS);
    view! {
        <tr>
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
fn Cancel(id: Id, name: String) -> impl IntoView {
    let imports = use_context::<Imports>();
    let busy = RwSignal::new(false);
    let problem = RwSignal::new(None::<String>);
    let id = StoredValue::new(id);
    let press = move |_| {
        busy.set(true);
        problem.set(None);
        spawn_local(async move {
            let Some(id) = id.try_get_value() else { return };
            let answer = client::post::<_, ImportResponse>(&format!("/api/imports/{id}/cancel"), &json!({})).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The import is cancelled. What it stored stays.");
                    imports.into_iter().for_each(Imports::load);
                }
                Err(failure) => drop(problem.try_set(Some(failure.text()))),
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
