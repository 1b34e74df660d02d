use std::time::Duration;

use leptos::prelude::*;
use shared::api::Permission;

use super::bulk::BulkBar;
use super::columns::ColumnsButton;
use super::filters::{Chips, FilterButton};
use super::views::ViewsButton;
use super::{List, after_pause};
use crate::components::{ButtonLink, Select, unique_id};
use crate::session::use_session;

/// How long a pause in typing starts the search.
const PAUSE: Duration = Duration::from_millis(250);

/// Search, filters, order, views, columns and export above the list; and what can be done to the customers selected in it.
#[component]
pub(super) fn Bar(
    list: List,
    search: String,
    sorts: &'static [(&'static str, &'static str)],
    /// How many, how old.
    #[prop(into)]
    status: ViewFn,
    /// Offers tiers among the filters, where no cards do.
    tiers: bool,
) -> impl IntoView {
    let session = use_session();
    let id = unique_id();
    let typed = RwSignal::new(list.query.with_untracked(|query| query.search.clone()));
    // The browser's Back changes the address: the field follows, but not against one who types.
    Effect::new(move |before: Option<String>| {
        let now = list.query.with(|query| query.search.clone());
        if before.is_some_and(|before| before != now) && typed.get_untracked().trim() != now.trim() {
            typed.set(now.clone());
        }
        now
    });
    after_pause(PAUSE, move || typed.get(), move |words| list.show(|query| query.search = words.trim().to_owned(), true));
    let order = RwSignal::new(untrack(move || list.sort()));
    Effect::new(move || order.set(list.sort()));
    Effect::watch(
        move || order.get(),
        move |chosen, _, _| {
            if *chosen != untrack(move || list.sort()) {
                let chosen = chosen.clone();
                list.show(|query| query.sort = Some(chosen), false);
            }
        },
        false,
    );
    let options = sorts.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect::<Vec<_>>();
    view! {
        <div class="bar">
            <div class="search" role="search">
                <label class="unseen" for=id.clone()>{search.clone()}</label>
                <input
                    id=id.clone()
                    type="search"
                    data-search=""
                    autocomplete="off"
                    spellcheck="false"
                    placeholder=format!("{search}: name, e-mail, id")
                    prop:value=move || typed.get()
                    on:input=move |event| typed.set(event_target_value(&event))
                    on:keydown=|event| {
                        if event.key() == "Escape" {
                            let field: web_sys::HtmlElement = event_target(&event);
                            let _ = field.blur();
                        }
                    }
                />
                <kbd aria-hidden="true">"/"</kbd>
            </div>
            <Select label="Order by" value=order options=options bare=true />
            <FilterButton list tiers />
            <ViewsButton list />
            <ColumnsButton list />
            <Show when=move || session.may(Permission::Export) && list.total() != 0>
                <ButtonLink small=true download=true href=move || list.export_path()>"Export CSV"</ButtonLink>
            </Show>
            <div class="status">
                <BulkBar
                    list
                    status=move || {
                        let status = status.clone();
                        // Scrolling changes the count too often to read each out.
                        view! {
                            <Chips list />
                            <p class="counts">{move || status.run()}</p>
                        }
                    }
                />
            </div>
        </div>
    }
}
