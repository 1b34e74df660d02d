//! Choosing customers of a list: one row, from one row to another, all that match.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::CustomersResponse;

use super::List;
use super::selection::Selection;
use crate::client;
use crate::components::announce;
use crate::format::plural;
use crate::locale;
use crate::window;

/// Rows between two clicks at most: more than that is meant for "all that match".
const RANGE: u64 = 2_000;

impl List {
    /// Chooses a row or gives the choice up; with `range` all rows from the last one touched up to this one.
    pub(super) fn choose(self, index: u64, range: bool) {
        let Some(row) = self.row_untracked(index) else { return };
        let chosen = self.selection.with_untracked(|selection| !selection.holds(&row.id));
        let anchor = self.anchor.get_value().filter(|anchor| range && *anchor != index);
        self.anchor.set_value(Some(index));
        match anchor {
            // The rows follow the one that the range began with.
            Some(anchor) => self.choose_range(anchor.min(index), anchor.max(index), self.is_chosen(anchor)),
            None => {
                self.selection.update(|selection| selection.set(&row, chosen));
                self.say_count();
            }
        }
    }

    /// Opens the dialog about setting the row in focus aside, whoever is selected.
    pub(super) fn set_aside(self, index: u64) {
        if let Some(row) = self.row_untracked(index) {
            let mut one = Selection::default();
            one.set(&row, true);
            self.setting_aside.set(Some(one));
        }
    }

    /// All that the filters find, whether their rows were ever loaded or not.
    pub(super) fn choose_all(self) {
        self.selection.set(Selection::AllBut(BTreeMap::new()));
        self.say_count();
    }

    pub(super) fn choose_nobody(self) {
        self.anchor.set_value(None);
        if self.chosen() > 0 {
            self.selection.set(Selection::default());
            announce("Nobody is selected");
        }
    }

    /// How many are chosen.
    pub(super) fn chosen(self) -> u64 {
        let total = self.total();
        self.selection.with(|selection| selection.count(total))
    }

    /// Such as "3 customers selected".
    pub(super) fn chosen_text(self) -> String {
        let count = self.chosen();
        let is_known = self.meta.with(|meta| meta.as_ref().is_some_and(|meta| meta.total.is_some()));
        let at_least =
            if is_known || self.selection.with(|selection| matches!(selection, Selection::These(_))) { "" } else { "more than " };
        format!("{at_least}{} {} selected", locale::count(count), plural(count, "customer", "customers"))
    }

    fn is_chosen(self, index: u64) -> bool {
        self.row_untracked(index).is_none_or(|row| self.selection.with_untracked(|selection| selection.holds(&row.id)))
    }

    fn choose_range(self, first: u64, last: u64, chosen: bool) {
        if last - first >= RANGE {
            announce(format!(
                "From one row to another, {} customers can be selected at a time. The box in the list's head selects all that match.",
                locale::count(RANGE)
            ));
            return;
        }
        let query = self.query.get_untracked();
        spawn_local(async move {
            for page in window::pages(&(first..last + 1)) {
                let Some(rows) = self.rows_of(page).await else { return };
                // Another list may be shown by now.
                if self.query.try_get_untracked().as_ref() != Some(&query) {
                    return;
                }
                let start = page * window::PAGE;
                self.selection.update(|selection| {
                    for row in (start..).zip(&rows).filter(|(index, _)| (first..=last).contains(index)).map(|(_, row)| row) {
                        selection.set(row, chosen);
                    }
                });
            }
            self.say_count();
        });
    }

    /// The rows of a page, which may have been scrolled past too quickly to be loaded.
    async fn rows_of(self, page: u64) -> Option<Vec<shared::api::CustomerRow>> {
        if let Some(rows) = self.pages.try_with_untracked(|pages| pages.get(&page).cloned())? {
            return Some(rows);
        }
        let query = self.query.get_untracked();
        let path = format!("/api/customers{}", self.api(&query, Some((window::PAGE, page * window::PAGE))));
        match client::get::<CustomersResponse>(&path).await {
            Ok(answer) => Some(answer.customers),
            Err(failure) => {
                self.failure.try_set(Some(failure));
                None
            }
        }
    }

    fn say_count(self) {
        announce(untrack(move || self.chosen_text()));
    }
}
