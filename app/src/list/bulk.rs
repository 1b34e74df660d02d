//! The same change to many customers: what is asked of the API, page by page, and the way back.

mod bar;
mod plan;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Bulk, BulkChange, BulkResponse};
use shared::id::Id;

pub(super) use self::bar::BulkBar;
use self::plan::Deed;
use super::List;
use super::selection::{Known, Selection};
use crate::client::{self, Failure};
use crate::components::announce;
use crate::format::plural;
use crate::locale;

/// A bulk change on its way, and the last one's end.
#[derive(Clone, Copy)]
struct Work {
    /// How many of how many have been gone through.
    running: RwSignal<Option<(u64, u64)>>,
    ended: RwSignal<Option<Ended>>,
    failure: RwSignal<Option<Failure>>,
    stopped: StoredValue<bool>,
}

#[derive(Clone)]
struct Ended {
    text: String,
    undo: Option<Way>,
}

/// A way back: what is asked, and what the chosen customers were like before.
#[derive(Clone)]
struct Way {
    requests: Vec<BulkChange>,
    before: Selection,
}

impl Work {
    fn new() -> Self {
        Self {
            running: RwSignal::new(None),
            ended: RwSignal::new(None),
            failure: RwSignal::new(None),
            stopped: StoredValue::new(false),
        }
    }

    fn is_busy(self) -> bool {
        self.running.with(Option::is_some)
    }

    fn start(self, list: List, deed: Deed) {
        self.start_with(list, list.selection.get_untracked(), deed);
    }

    /// The same to others than the selected.
    fn start_with(self, list: List, before: Selection, deed: Deed) {
        let total = before.count(untrack(move || list.total()));
        let requests = deed.requests(&before, &untrack(move || list.filters()));
        let way = Some(Way { requests: deed.reverse(&before), before }).filter(|way| !way.requests.is_empty());
        self.run(list, total, requests, deed.done(), way, move |_, known| deed.apply(known));
    }

    fn undo(self, list: List, way: Way) {
        let total = way.requests.iter().filter_map(|request| request.ids.as_ref()).map(|ids| ids.len() as u64).sum();
        let before = way.before;
        self.run(list, total, way.requests, "Taken back for".to_owned(), None, move |id, known| {
            if let Some(was) = before.known(id) {
                *known = was.clone();
            }
        });
    }

    /// Asks page after page. A failure or a stop leaves what is done, and says how much that is; `apply` tells what a chosen
    /// customer is like afterwards.
    fn run(
        self,
        list: List,
        total: u64,
        requests: Vec<BulkChange>,
        done: String,
        way: Option<Way>,
        apply: impl Fn(&Id, &mut Known) + 'static,
    ) {
        if self.running.with_untracked(Option::is_some) || requests.is_empty() {
            return;
        }
        self.stopped.set_value(false);
        self.failure.set(None);
        self.ended.set(None);
        self.running.set(Some((0, total)));
        spawn_local(async move {
            let (mut seen, mut changed) = (0, 0);
            let on_page = |bulk: &Bulk| {
                seen += bulk.seen;
                changed += bulk.changed;
                self.running.try_set(Some((seen, total)));
            };
            let answer = self.all(requests, on_page).await;
            // The page was left: what was asked for so far is done, and the list that would tell it is gone.
            if self.running.try_set(None).is_some() {
                return;
            }
            let stopped = self.stopped.get_value();
            if answer.is_ok() && !stopped {
                list.selection.update(|selection| selection.learn(apply));
            }
            let text = text(&done, seen, changed, stopped);
            announce(text.clone());
            self.failure.set(answer.err());
            self.ended.set(Some(Ended { text, undo: way.filter(|_| changed > 0) }));
            list.refresh();
        });
    }

    async fn all(self, requests: Vec<BulkChange>, mut on_page: impl FnMut(&Bulk)) -> Result<(), Failure> {
        for mut request in requests {
            loop {
                // Gone with its page, or stopped.
                if self.stopped.try_get_value().unwrap_or(true) {
                    return Ok(());
                }
                let bulk = client::post::<_, BulkResponse>("/api/customers/bulk", &request).await?.bulk;
                on_page(&bulk);
                match bulk.next_cursor {
                    Some(cursor) => request.cursor = Some(cursor),
                    None => break,
                }
            }
        }
        Ok(())
    }
}

fn text(done: &str, seen: u64, changed: u64, stopped: bool) -> String {
    let stopped = if stopped { "Stopped before the end. " } else { "" };
    let same = match seen.saturating_sub(changed) {
        0 => String::new(),
        same => format!(" {} {} so already.", locale::count(same), plural(same, "was", "were")),
    };
    format!("{stopped}{done} {} {}.{same}", locale::count(changed), plural(changed, "customer", "customers"))
}
