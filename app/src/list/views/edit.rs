use leptos::prelude::*;
use shared::api::{Permission, SavedView, ViewChange};

use super::{Views, may_change};
use crate::client::Failure;
use crate::components::{Button, ButtonKind, Checkbox, Choice, Clash, ConflictDialog, Difference, Field, announce, standing};
use crate::list::columns::Columns;
use crate::session::use_session;

/// What can be done to the view that was opened last.
#[component]
pub(super) fn Current(views: Views) -> impl IntoView {
    let session = use_session();
    let view = move || views.list.view.get().filter(|view| may_change(session, view));
    move || view().map(|view| view! { <Edit views view /> })
}

#[component]
fn Edit(views: Views, view: SavedView) -> impl IntoView {
    let session = use_session();
    let name = RwSignal::new(view.name.clone());
    let shared = RwSignal::new(view.shared);
    let update = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let before = StoredValue::new(view.clone());
    // What is sent: all that the form shows, so that what was chosen in a clash is what stands.
    let wanted = move |update: bool| {
        let (query, columns) = if update {
            untrack(move || views.as_shown())
        } else {
            before.with_value(|view| (view.query.clone(), view.columns.clone()))
        };
        (name.get_untracked().trim().to_owned(), shared.get_untracked(), query, columns)
    };
    let send = move |version: u32, as_shown: bool, keeps: Box<dyn Fn(&str) -> bool>| {
        let (name, shared, query, columns) = wanted(as_shown);
        let change = ViewChange {
            name: keeps("name").then_some(name),
            shared: keeps("shared").then_some(shared),
            query: keeps("query").then_some(query),
            columns: keeps("columns").then_some(columns),
        };
        update.set(as_shown);
        failure.set(None);
        let id = before.with_value(|view| view.id.clone());
        let done = move |answer: Result<SavedView, Failure>| match answer {
            Ok(_) => {}
            Err(refused) => match standing::<SavedView>(&refused) {
                Some((version, theirs)) => {
                    let before = before.get_value();
                    clash.set(Some(Clash {
                        version,
                        differences: differences(&before, &theirs, wanted(as_shown)),
                        told_by: "action=view_changed".to_owned(),
                    }));
                }
                None => failure.set(Some(refused)),
            },
        };
        views.change(&id, version, change, done);
    };
    let version = view.version;
    let save = move |as_shown: bool| {
        let view = before.get_value();
        let (name, shared, query, columns) = wanted(as_shown);
        let changed = move |field: &str| match field {
            "name" => name != view.name,
            "shared" => shared != view.shared,
            "query" => query != view.query,
            _ => columns != view.columns,
        };
        send(version, as_shown, Box::new(changed));
    };
    let on_choice = Callback::new(move |choice: Choice| {
        send(choice.version, update.get_untracked(), Box::new(move |field| choice.keeps(field)));
    });
    let differs = Memo::new(move |_| before.with_value(|view| views.differs(view)));
    let renamed = move || before.with_value(|view| name.with(|name| name.trim() != view.name) || shared.get() != view.shared);
    let title = StoredValue::new(format!("Update “{}” to what is shown", view.name));
    let doomed = view.clone();
    view! {
        <section class="view-edit">
            <Show when=move || differs.get()>
                <Button small=true kind=ButtonKind::Primary busy=views.busy on_press=move |_| save(true)>{title.get_value()}</Button>
            </Show>
            <details>
                <summary>"Rename, share or delete"</summary>
                <form
                    on:submit=move |event| {
                        event.prevent_default();
                        save(false);
                    }
                >
                    <Field label="Name" value=name error=Signal::derive(move || failure.get().map(|failure| failure.field("name").unwrap_or_else(|| failure.text()))) />
                    <Show when=move || session.may(Permission::Edit)>
                        <Checkbox label="Share with the team" value=shared />
                    </Show>
                    <div class="row">
                        <Button small=true submit=true busy=views.busy disabled=Signal::derive(move || !renamed())>"Save"</Button>
                        <Button small=true kind=ButtonKind::Quiet busy=views.busy on_press=move |_| views.delete(doomed.clone())>"Delete"</Button>
                    </div>
                </form>
            </details>
            <ConflictDialog clash on_choice />
        </section>
    }
}

/// Keeps the list as it stands under a name.
#[component]
pub(super) fn NewViewForm(views: Views) -> impl IntoView {
    let session = use_session();
    let name = RwSignal::new(String::new());
    let shared = RwSignal::new(false);
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let words = name.get_untracked().trim().to_owned();
        if words.is_empty() {
            announce("A view needs a name");
        } else {
            views.save(words, shared.get_untracked());
            name.set(String::new());
            shared.set(false);
        }
    };
    view! {
        <form class="view-edit" on:submit=save>
            <Field label="Save what is shown as" value=name />
            <Show when=move || session.may(Permission::Edit)>
                <Checkbox label="Share it with the team" value=shared />
            </Show>
            <Button small=true submit=true busy=views.busy>"Save view"</Button>
        </form>
    }
}

/// Field by field what stands and what this person wants.
fn differences(before: &SavedView, theirs: &SavedView, yours: (String, bool, String, Vec<String>)) -> Vec<Difference> {
    let (name, shared, query, columns) = yours;
    let shown = |shared: bool| if shared { "shared with the team" } else { "for its owner only" };
    let path = format!("/{}", before.list);
    let heads = |codes: &[String]| Columns::of(codes, &path).iter().map(|column| column.header).collect::<Vec<_>>().join(", ");
    [
        Difference::between("name", "Name", before.name.as_str(), theirs.name.as_str(), name),
        Difference::between("shared", "Who sees it", shown(before.shared), shown(theirs.shared), shown(shared)),
        Difference::between("query", "Filters and order", before.query.as_str(), theirs.query.as_str(), query),
        Difference::between("columns", "Columns", heads(&before.columns), heads(&theirs.columns), heads(&columns)),
    ]
    .into_iter()
    .flatten()
    .collect()
}
