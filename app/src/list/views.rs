//! Lists that somebody saved under a name, for themselves or for the team.

mod edit;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Done, NewView, Permission, SavedView, ViewChange, ViewResponse, ViewsResponse};
use shared::id::Id;

use self::edit::{Current, NewViewForm};
use super::List;
use super::columns::Columns;
use crate::client::{self, Failure};
use crate::components::{Button, Popover, Skeleton, announce};
use crate::query::ListQuery;

/// The saved views of a list, and what was last asked of the API about them.
#[derive(Clone, Copy)]
struct Views {
    list: List,
    all: RwSignal<Option<Vec<SavedView>>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    /// Deleted last, for an undo.
    deleted: RwSignal<Option<SavedView>>,
    open: RwSignal<bool>,
}

/// Opens the menu of saved views.
#[component]
pub(super) fn ViewsButton(list: List) -> impl IntoView {
    let open = RwSignal::new(false);
    let views = Views {
        list,
        all: RwSignal::new(None),
        failure: RwSignal::new(None),
        busy: RwSignal::new(false),
        deleted: RwSignal::new(None),
        open,
    };
    Effect::new(move || {
        if open.get() {
            views.load();
        }
    });
    let words = move || list.view.with(|view| view.as_ref().map_or_else(|| "Views".to_owned(), |view| view.name.clone()));
    view! {
        <Popover words=move || view! { <span class="cut" dir="auto">{words}</span> } title="Saved views" open>
            <Menu views />
        </Popover>
    }
}

#[component]
fn Menu(views: Views) -> impl IntoView {
    let of = move |mine: bool| {
        let all = views.all.get().unwrap_or_default();
        all.into_iter().filter(|view| view.mine == mine).collect::<Vec<_>>()
    };
    let is_empty = move || views.all.with(|all| all.as_ref().is_some_and(Vec::is_empty));
    view! {
        {move || views.failure.get().map(|failure| view! { <p class="error" role="alert">{failure.text()}</p> })}
        <Show when=move || views.all.with(Option::is_none) && views.failure.with(Option::is_none)><Skeleton lines=3 /></Show>
        {move || is_empty().then(|| view! { <p class="m">"No view is saved yet. Filter the list, choose its columns, and keep that under a name."</p> })}
        <Group views title="Yours" all=Signal::derive(move || of(true)) />
        <Group views title="Of the team" all=Signal::derive(move || of(false)) />
        {move || {
            views
                .deleted
                .get()
                .map(|view| {
                    let text = format!("“{}” is deleted.", view.name);
                    view! {
                        <p class="row" role="status">
                            <span>{text}</span>
                            <Button small=true busy=views.busy on_press=move |_| views.restore(view.clone())>"Undo"</Button>
                        </p>
                    }
                })
        }}
        <Current views />
        <NewViewForm views />
    }
}

#[component]
fn Group(views: Views, title: &'static str, #[prop(into)] all: Signal<Vec<SavedView>>) -> impl IntoView {
    let item = move |view: SavedView| {
        let id = view.id.clone();
        let is_current = move || views.list.view.with(|current| current.as_ref().is_some_and(|current| current.id == id));
        let about = match (view.mine, view.shared) {
            (true, true) => Some("shared".to_owned()),
            (true, false) => None,
            (false, _) => Some(format!("by {}", view.owner)),
        };
        let name = view.name.clone();
        view! {
            <li>
                <button type="button" aria-current=move || is_current().then_some("true") on:click=move |_| views.show(view.clone())>
                    <span class="cut" dir="auto">{name}</span>
                    {about.map(|about| view! { <span class="s cut" dir="auto">{about}</span> })}
                </button>
            </li>
        }
    };
    move || {
        let all = all.get();
        (!all.is_empty()).then(|| {
            view! {
                <section class="view-list">
                    <h2>{title}</h2>
                    <ul>{all.into_iter().map(item).collect_view()}</ul>
                </section>
            }
        })
    }
}

impl Views {
    /// `radar` or `customers`.
    fn list_name(self) -> &'static str {
        self.list.path.trim_start_matches('/')
    }

    fn load(self) {
        let path = format!("/api/views?list={}", self.list_name());
        spawn_local(async move {
            let answer = client::get::<ViewsResponse>(&path).await;
            if self.failure.try_set(None).is_some() {
                return;
            }
            match answer {
                Ok(answer) => self.all.set(Some(answer.views)),
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    /// Shows what a view keeps: its filters and order in the address, and its columns.
    fn show(self, view: SavedView) {
        let query = ListQuery::parse(&view.query);
        self.list.columns.set(Columns::of(&view.columns, self.list.path));
        self.list.columns.with_untracked(|columns| columns.store(self.list.path));
        announce(format!("View {}", view.name));
        self.list.view.set(Some(view));
        self.open.set(false);
        self.list.show(|shown| *shown = query, false);
    }

    /// The list as it stands: its query string and its columns.
    fn as_shown(self) -> (String, Vec<String>) {
        let query = self.list.query.with(ListQuery::address);
        let columns = self.list.columns.with(Columns::codes).into_iter().map(str::to_owned).collect();
        (query.trim_start_matches('?').to_owned(), columns)
    }

    /// Whether the list shows something else than the view keeps.
    fn differs(self, view: &SavedView) -> bool {
        self.list.query.with(|query| *query != ListQuery::parse(&view.query))
            || self.list.columns.with(|columns| *columns != Columns::of(&view.columns, self.list.path))
    }

    fn save(self, name: String, shared: bool) {
        let (query, columns) = untrack(move || self.as_shown());
        let new = NewView { list: self.list_name().to_owned(), name, shared, query, columns };
        self.create(new, "saved");
    }

    fn restore(self, view: SavedView) {
        let SavedView { list, name, shared, query, columns, .. } = view;
        self.create(NewView { list, name, shared, query, columns }, "back");
    }

    fn create(self, new: NewView, done: &'static str) {
        self.ask(async move { client::post::<_, ViewResponse>("/api/views", &new).await }, move |answer| {
            announce(format!("View {} is {done}", answer.view.name));
            self.list.view.set(Some(answer.view));
        });
    }

    /// Fails with the version that stands where somebody else was quicker.
    /// `done` is a plain function: a `Callback` made while a dialog's button is pressed would go with the dialog.
    fn change(self, id: &Id, version: u32, change: ViewChange, done: impl FnOnce(Result<SavedView, Failure>) + 'static) {
        let path = format!("/api/views/{id}");
        self.busy.set(true);
        spawn_local(async move {
            let answer = client::patch::<_, ViewResponse>(&path, version, &change).await.map(|answer| answer.view);
            if self.busy.try_set(false).is_some() {
                return;
            }
            let saved = answer.as_ref().ok().cloned();
            // First: the form that asked goes as soon as another version of the view is shown.
            done(answer);
            if let Some(view) = saved {
                announce(format!("View {} is saved", view.name));
                self.list.view.set(Some(view));
                self.deleted.set(None);
                self.load();
            }
        });
    }

    fn delete(self, view: SavedView) {
        let path = format!("/api/views/{}", view.id);
        let version = view.version;
        self.ask(async move { client::delete_version::<Done>(&path, version).await }, move |_| {
            announce(format!("View {} is deleted", view.name));
            self.list.view.set(None);
            self.deleted.set(Some(view));
        });
    }

    fn ask<T: 'static>(self, call: impl Future<Output = Result<T, Failure>> + 'static, done: impl FnOnce(T) + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        spawn_local(async move {
            let answer = call.await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => {
                    self.deleted.set(None);
                    done(answer);
                    self.load();
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }
}

/// Whether the person may change a view: their own, or one of the team's as an administrator.
fn may_change(session: crate::session::SessionState, view: &SavedView) -> bool {
    view.mine || view.shared && session.may(Permission::Admin)
}
