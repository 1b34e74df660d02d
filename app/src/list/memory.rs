//! Remembers each list as it was left, so that going back from a customer shows the same rows at the same place at once.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use leptos::ev;
use leptos::prelude::*;
use shared::api::CustomersMeta;

use super::{List, Pages};
use crate::query::ListQuery;

/// A list as it was left.
pub(super) struct Left {
    query: ListQuery,
    pub meta: CustomersMeta,
    pub pages: Pages,
    scrolled: f64,
}

thread_local! {
    static LEFT: RefCell<BTreeMap<&'static str, Left>> = const { RefCell::new(BTreeMap::new()) };
    static LAST_POP: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
    static SCROLLED: Cell<f64> = const { Cell::new(0.0) };
}

/// How long after the browser's Back a page that appears is the one gone back to.
const BACK_WITHIN: f64 = 1_000.0;

/// Watches for the browser's Back and Forward; once, in the shell.
pub fn watch() {
    let listener = window_event_listener(ev::popstate, |_| LAST_POP.set(js_sys::Date::now()));
    on_cleanup(move || listener.remove());
}

/// Where the page is scrolled to: noted while the list stands, since it is too late once it goes.
pub(super) fn note_scroll(path: &str, scrolled: f64) {
    // The router scrolls to the top for the next page while this one still stands.
    if window().location().pathname().is_ok_and(|here| here == path) {
        SCROLLED.set(scrolled);
    }
}

pub(super) fn keep(path: &'static str, list: List) {
    let Some(meta) = list.meta.try_get_untracked().flatten() else { return };
    let (Some(query), Some(pages)) = (list.query.try_get_untracked(), list.pages.try_get_untracked()) else { return };
    let left = Left { query, meta, pages, scrolled: SCROLLED.get() };
    LEFT.with(|lists| lists.borrow_mut().insert(path, left));
}

pub(super) fn recall(path: &'static str, query: &ListQuery) -> Option<Left> {
    LEFT.with(|lists| lists.borrow_mut().remove(path)).filter(|left| left.query == *query)
}

impl Left {
    /// How far to scroll: only after the browser's Back or Forward, a link opens a list at its top.
    pub(super) fn scrolled(&self) -> Option<f64> {
        (js_sys::Date::now() - LAST_POP.get() < BACK_WITHIN).then_some(self.scrolled)
    }
}
