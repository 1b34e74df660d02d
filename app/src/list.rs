//! The long list of customers, as Radar and Customers show it: what the address bar says is what is shown, rows come in pages
//! as they are scrolled to, and only those in view stand in the page.

mod bar;
mod body;
mod bulk;
mod choose;
mod columns;
mod filters;
pub mod memory;
mod row;
mod selection;
pub mod team;
mod views;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CustomerRow, CustomersMeta, CustomersResponse, SavedView, Tier};

pub use self::body::CustomerList;
use self::columns::Columns;
use self::selection::Selection;
use self::team::Team;
use crate::client::{self, Failure};
use crate::components::Starting;
use crate::query::ListQuery;
use crate::router::{Step, go, use_location};
use crate::session::{SessionState, use_session};
use crate::window;

/// What a list shows where the reader chose nothing.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// None is all.
    pub tiers: &'static [Tier],
    pub sort: &'static str,
}

/// A list and what has been loaded of it.
#[derive(Clone, Copy)]
pub struct List {
    pub query: Memo<ListQuery>,
    pub meta: RwSignal<Option<CustomersMeta>>,
    pub failure: RwSignal<Option<Failure>>,
    /// The rows of another query still stand there.
    pub stale: RwSignal<bool>,
    selection: RwSignal<Selection>,
    columns: RwSignal<Columns>,
    /// The saved view that was opened last.
    view: RwSignal<Option<SavedView>>,
    team: Team,
    /// Whom the dialog about setting aside is about.
    setting_aside: RwSignal<Option<Selection>>,
    /// What the dialog about starting is about.
    starting: RwSignal<Option<Starting>>,
    /// Where a choice of several rows began.
    anchor: StoredValue<Option<u64>>,
    /// The page that is in view.
    top: StoredValue<u64>,
    pages: RwSignal<Pages>,
    /// Rises with each query: an answer to an older one is dropped.
    generation: StoredValue<u64>,
    asked: StoredValue<BTreeSet<u64>>,
    defaults: fn(&ListQuery) -> Defaults,
    session: SessionState,
    /// Pixels that the page had been scrolled to, when the browser's Back led here.
    restore: StoredValue<Option<f64>>,
    show: Callback<(ListQuery, bool)>,
    path: &'static str,
}

/// Page number to its rows.
type Pages = BTreeMap<u64, Vec<CustomerRow>>;

/// Pages kept around those in view.
const KEPT: u64 = 10;

impl List {
    pub fn new(path: &'static str, defaults: fn(&ListQuery) -> Defaults) -> Self {
        let location = use_location();
        // While the next page takes over, the address is no longer this list's.
        let query = Memo::new(move |before: Option<&ListQuery>| match before {
            Some(before) if location.pathname.get() != path => before.clone(),
            _ => ListQuery::parse(&location.search.get()),
        });
        let show = Callback::new(move |(query, replace): (ListQuery, bool)| {
            go(&format!("{path}{}", query.address()), if replace { Step::Replace } else { Step::Within });
        });
        let known = memory::recall(path, &query.get_untracked());
        let restore = known.as_ref().and_then(memory::Left::scrolled);
        let (meta, pages) = known.map_or((None, Pages::new()), |known| (Some(known.meta), known.pages));
        let list = Self {
            query,
            meta: RwSignal::new(meta),
            failure: RwSignal::new(None),
            stale: RwSignal::new(false),
            selection: RwSignal::new(Selection::default()),
            columns: RwSignal::new(Columns::stored(path)),
            view: RwSignal::new(None),
            team: Team::new(),
            setting_aside: RwSignal::new(None),
            starting: RwSignal::new(None),
            anchor: StoredValue::new(None),
            top: StoredValue::new(0),
            pages: RwSignal::new(pages),
            generation: StoredValue::new(0),
            asked: StoredValue::new(BTreeSet::new()),
            defaults,
            session: use_session(),
            restore: StoredValue::new(restore),
            show,
            path,
        };
        Effect::new(move |before: Option<()>| {
            query.track();
            let first =
                restore.filter(|_| before.is_none()).map_or(0, |scrolled| (scrolled / body::row_height()) as u64 / window::PAGE);
            list.reload(first);
        });
        // "All that match" would become other customers, and names chosen in another list are out of sight.
        let filters = Memo::new(move |_| query.with(ListQuery::filters));
        Effect::watch(move || filters.get(), move |_, _, _| list.choose_nobody(), false);
        on_cleanup(move || memory::keep(path, list));
        list
    }

    /// Asks anew, `page` first; what stands stays until the answer is there.
    pub fn reload(self, page: u64) {
        self.generation.update_value(|generation| *generation += 1);
        self.asked.update_value(BTreeSet::clear);
        self.stale.set(true);
        self.load(page, true);
    }

    /// Asks anew for what is in view.
    fn refresh(self) {
        self.reload(self.top.get_value());
    }

    /// Makes sure that rows in view are there or on their way.
    fn want(self, rows: &std::ops::Range<u64>) {
        if self.stale.get_untracked() {
            return;
        }
        self.top.set_value(rows.start / window::PAGE);
        for page in window::pages(rows) {
            if !self.pages.with_untracked(|pages| pages.contains_key(&page)) {
                self.load(page, false);
            }
        }
    }

    /// Changes what is shown, and the address with it; `replace` leaves no step in the history.
    pub fn show(self, change: impl FnOnce(&mut ListQuery), replace: bool) {
        let before = self.query.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.show.run((after, replace));
        }
    }

    pub fn sort(self) -> String {
        self.query.with(|query| query.sort.clone().unwrap_or_else(|| (self.defaults)(query).sort.to_owned()))
    }

    /// Rows of the list, as far as they can be told.
    pub fn total(self) -> u64 {
        self.meta.with(|meta| meta.as_ref().and_then(|meta| meta.total.or(meta.total_at_least)).unwrap_or(0))
    }

    /// The reader narrowed the list down.
    pub fn is_filtered(self) -> bool {
        self.query.with(|query| *query != query.cleared())
    }

    pub fn clear(self) {
        self.show(|query| *query = query.cleared(), false);
    }

    /// Nothing has been loaded yet.
    pub fn is_new(self) -> bool {
        self.meta.with(Option::is_none)
    }

    /// The list's filters as the API takes them, without a leading `?`: what a bulk change and an export are asked with.
    fn filters(self) -> String {
        let query = self.query.with(ListQuery::filters);
        let defaults = (self.defaults)(&query);
        query.api((defaults.tiers, ""), None).trim_start_matches('?').to_owned()
    }

    /// The address of the same list as a CSV file with the columns that are shown.
    pub fn export_path(self) -> String {
        self.export_of(&self.filters())
    }

    fn export_of(self, customers: &str) -> String {
        let codes = self.columns.with(Columns::codes).join(",");
        let and = if customers.is_empty() { "" } else { "&" };
        format!("/api/customers/export.csv?columns={},{codes}{and}{customers}", columns::WHO)
    }

    fn row_untracked(self, index: u64) -> Option<CustomerRow> {
        untrack(move || self.row(index))
    }

    fn row(self, index: u64) -> Option<CustomerRow> {
        self.pages.with(|pages| pages.get(&(index / window::PAGE))?.get((index % window::PAGE) as usize).cloned())
    }

    fn api(self, query: &ListQuery, rows: Option<(u64, u64)>) -> String {
        let defaults = (self.defaults)(query);
        query.api((defaults.tiers, defaults.sort), rows)
    }

    fn load(self, page: u64, anew: bool) {
        if !self.asked.try_update_value(|asked| asked.insert(page)).unwrap_or(false) {
            return;
        }
        let generation = self.generation.get_value();
        let path = self
            .query
            .with_untracked(|query| format!("/api/customers{}", self.api(query, Some((window::PAGE, page * window::PAGE)))));
        let session = self.session;
        spawn_local(async move {
            let answer = client::get::<CustomersResponse>(&path).await;
            // The page may have been left, or another query asked, in the meantime.
            if self.generation.try_get_value() != Some(generation) {
                return;
            }
            match answer {
                Ok(answer) => {
                    session.set_tiers(&answer.meta.tiers);
                    self.failure.set(None);
                    self.pages.update(|pages| {
                        if anew {
                            pages.clear();
                        }
                        pages.retain(|known, _| known.abs_diff(page) <= KEPT);
                        pages.insert(page, answer.customers);
                    });
                    self.asked.update_value(|asked| asked.retain(|known| known.abs_diff(page) <= KEPT));
                    self.meta.set(Some(answer.meta));
                }
                Err(failure) => {
                    self.asked.update_value(|asked| {
                        asked.remove(&page);
                    });
                    self.failure.set(Some(failure));
                }
            }
            if anew {
                self.stale.set(false);
            }
        });
    }
}

/// Runs `act` with what `watched` gives once that has not changed for `pause`; never after the calling component has gone.
fn after_pause<T: Send + Sync + 'static>(pause: Duration, watched: impl Fn() -> T + 'static, act: impl Fn(T) + Clone + 'static) {
    Effect::new(move || {
        let value = watched();
        let act = act.clone();
        if let Ok(timer) = set_timeout_with_handle(move || act(value), pause) {
            on_cleanup(move || timer.clear());
        }
    });
}
