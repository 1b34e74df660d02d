use std::time::Duration;

use leptos::prelude::*;
use leptos::{ev, html};
use shared::api::{Column, Permission};
use wasm_bindgen::JsCast;

use super::bar::Bar;
use super::columns::{Columns, WHO};
use super::row::{Row, width};
use super::selection::Share;
use super::{List, after_pause, memory};
use crate::components::{FailureNotice, Skeleton, StartDialog};
use crate::format::plural;
use crate::keyboard::{RowKey, use_keyboard};
use crate::router::{Step, go};
use crate::session::use_session;
use crate::window::{self, View};
use crate::{locale, screen};

/// Pixels of a row on a wide screen, and of a card on a narrow one; app.css takes them from here.
const ROW: f64 = 68.0;
const CARD: f64 = 152.0;
/// Pixels of the search bar and the head, which cover the list's top on a wide screen; as in app.css.
const BAR: f64 = 132.0;
/// How long a scroll must rest before rows are asked for.
const REST: Duration = Duration::from_millis(60);

/// The list with its search bar, its rows and its count.
#[component]
pub fn CustomerList(
    list: List,
    #[prop(into)] caption: String,
    /// Search words for the list, such as "Search customers".
    #[prop(into)]
    search: String,
    sorts: &'static [(&'static str, &'static str)],
    /// Shown where the list is empty though nothing is filtered.
    #[prop(into)]
    empty: ViewFn,
    /// Offers tiers among the filters, where no cards do.
    #[prop(optional)]
    tiers: bool,
) -> impl IntoView {
    let table = NodeRef::<html::Table>::new();
    let seen = RwSignal::new(View { total: 0, row: row_height(), viewport: 900.0, scrolled: 0.0 });
    let view_of = move || View { total: list.total(), ..seen.get() };
    let drawn = Memo::new(move |_| window::drawn(view_of()));
    watch_scroll(list, table, seen);
    restore_scroll(list, table);

    // A fast scroll passes many pages: only where it rests is asked for.
    let resting = Trigger::new();
    after_pause(
        REST,
        move || {
            list.stale.track();
            drawn.with(|drawn| drawn.rows.clone())
        },
        move |rows| {
            list.want(&rows);
            resting.notify();
        },
    );

    let session = use_session();
    let may_choose = Memo::new(move |_| session.may(Permission::Edit) || session.may(Permission::Export));
    // A card has no columns to choose.
    let is_card = Memo::new(move |_| seen.with(|seen| seen.row) > ROW);
    let columns = Memo::new(move |_| if is_card.get() { Columns::usual(list.path) } else { list.columns.get() });
    let focus = RowFocus::provide();
    if let Some(keyboard) = use_keyboard() {
        keyboard.on_row(Callback::new(move |key| match key {
            RowKey::Next => step(list, focus, untrack(view_of), 1),
            RowKey::Previous => step(list, focus, untrack(view_of), -1),
            RowKey::Choose if may_choose.get_untracked() => {
                if let Some(at) = focus.at.get_untracked() {
                    list.choose(at, false);
                }
            }
            RowKey::SetAside if session.may(Permission::Edit) => {
                if let Some(at) = focus.at.get_untracked() {
                    list.set_aside(at);
                }
            }
            RowKey::Choose | RowKey::SetAside => {}
            RowKey::Leave => list.choose_nobody(),
        }));
    }
    let open = Callback::new(move |path: String| go(&path, Step::Page));

    let rows = move || drawn.with(|drawn| drawn.rows.clone());
    let above = Memo::new(move |_| drawn.with(|drawn| drawn.above));
    let below = Memo::new(move |_| drawn.with(|drawn| drawn.below));
    let is_empty = move || !list.is_new() && list.total() == 0;
    let label = caption.clone();
    let status = move || {
        resting.track();
        list.meta.track();
        let count = (!list.is_new()).then(|| count_text(list, untrack(view_of)));
        view! { <span>{count}</span> <span>{as_of(list)}</span> }
    };
    view! {
        {move || list.failure.get().map(|failure| view! { <FailureNotice failure retry=move |()| list.reload(0) /> })}
        <section class="panel list" aria-label=label aria-busy=move || list.stale.get().then_some("true")>
            <Bar list search sorts status=status tiers />
            <StartDialog starting=list.starting on_started=move |()| list.refresh() />
            <Show when=move || list.is_new() && list.failure.with(Option::is_none)>
                <div class="pad"><Skeleton lines=12 /></div>
            </Show>
            {move || {
                is_empty()
                    .then(|| {
                        if list.is_filtered() {
                            view! {
                                <div class="empty">
                                    <h2>"Nobody matches"</h2>
                                    <p>"Search reads the start of a name, an address or your own id. Take a filter away, or search for less."</p>
                                    <button class="btn" type="button" on:click=move |_| list.clear()>"Clear search and filters"</button>
                                </div>
                            }
                                .into_any()
                        } else {
                            empty.run()
                        }
                    })
            }}
            // Roles stand here in words because the phone's layout takes the table display away, and with it the meaning.
            <table
                class="long"
                role="table"
                node_ref=table
                hidden=move || list.is_new() || list.total() == 0
                aria-rowcount=move || (list.total() + 1).to_string()
                style=move || format!("--row:{}px", seen.with(|seen| seen.row))
            >
                <caption class="unseen">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row" aria-rowindex="1">
                        <Show when=move || may_choose.get()><ChooseAll list /></Show>
                        <Heads columns />
                    </tr>
                </thead>
                <tbody role="rowgroup">
                    <Gap height=above />
                    <For each=rows key=|index| *index let:index>
                        <Row list index focus columns may_choose open />
                    </For>
                    <Gap height=below />
                </tbody>
            </table>
        </section>
    }
}

/// Of a row as the screen is now.
pub(super) fn row_height() -> f64 {
    if screen::is_narrow() { CARD } else { ROW }
}

/// Which row has the focus, and which shall get it as soon as it stands in the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowFocus {
    pub at: RwSignal<Option<u64>>,
    pub wanted: RwSignal<Option<u64>>,
}

impl RowFocus {
    fn provide() -> Self {
        Self { at: RwSignal::new(None), wanted: RwSignal::new(None) }
    }
}

#[component]
fn Heads(columns: Memo<Columns>) -> impl IntoView {
    let head = |column: Column, share: f64| {
        let class = super::row::class(column.code);
        view! { <th role="columnheader" scope="col" class=class style=format!("width:{share:.2}%")>{column.header}</th> }
    };
    move || {
        columns.with(|columns| {
            let all: Vec<_> = Column::parse(WHO).into_iter().chain(columns.iter()).collect();
            let whole: f64 = all.iter().map(|column| width(column.code)).sum();
            all.into_iter().map(|column| head(column, 100.0 * width(column.code) / whole)).collect_view()
        })
    }
}

/// The box in the head: all that match, or nobody.
#[component]
fn ChooseAll(list: List) -> impl IntoView {
    let share = Memo::new(move |_| {
        let total = list.total();
        list.selection.with(|selection| selection.share(total))
    });
    let label = move || format!("Select all {} customers that match", locale::count(list.total()));
    view! {
        <th role="columnheader" scope="col" class="pick">
            <input
                type="checkbox"
                aria-label=label
                prop:checked=move || share.get() == Share::All
                prop:indeterminate=move || share.get() == Share::Some
                on:change=move |event| if event_target_checked(&event) { list.choose_all() } else { list.choose_nobody() }
            />
        </th>
    }
}

/// Blank of the height of the rows that are not drawn.
#[component]
fn Gap(height: Memo<f64>) -> impl IntoView {
    view! {
        <tr class="gap" role="presentation" aria-hidden="true" hidden=move || height.get() <= 0.0>
            <td role="presentation" colspan="13" style=move || format!("height:{}px", height.get())></td>
        </tr>
    }
}

fn step(list: List, focus: RowFocus, view: View, by: i64) {
    let total = list.total();
    if total == 0 {
        return;
    }
    let next = match focus.at.get_untracked() {
        Some(at) => at.saturating_add_signed(by).min(total - 1),
        None => window::first_whole(view),
    };
    if let Some(to) = window::reveal(view, next, if screen::is_narrow() { 0.0 } else { BAR }) {
        let top = screen::measure("scrollY") - view.scrolled;
        web_sys::window().inspect(|window| window.scroll_to_with_x_and_y(0.0, top + to));
    }
    focus.wanted.set(Some(next));
}

/// Keeps `seen` true while the page scrolls or changes its size, at most once a frame.
fn watch_scroll(list: List, table: NodeRef<html::Table>, seen: RwSignal<View>) {
    let waiting = StoredValue::new(false);
    let measure = move || {
        let Some(body) = table.get_untracked().and_then(|table| table.query_selector("tbody").ok().flatten()) else { return };
        let next = View {
            row: row_height(),
            viewport: screen::measure("innerHeight"),
            scrolled: -body.get_bounding_client_rect().top(),
            ..seen.get_untracked()
        };
        memory::note_scroll(list.path, screen::measure("scrollY"));
        if next != seen.get_untracked() {
            seen.set(next);
        }
    };
    let on_move = move || {
        if waiting.try_update_value(|waiting| !std::mem::replace(waiting, true)) == Some(true) {
            request_animation_frame(move || {
                if waiting.try_set_value(false).is_none() {
                    measure();
                }
            });
        }
    };
    let scroll = window_event_listener(ev::scroll, move |_| on_move());
    let resize = window_event_listener(ev::resize, move |_| on_move());
    on_cleanup(move || {
        scroll.remove();
        resize.remove();
    });
    Effect::new(move || {
        if let Some(table) = table.get() {
            screen::when_in_place(table.unchecked_into(), move |_| on_move());
        }
    });
}

/// Back to where the reader left the list, once its rows have their height.
fn restore_scroll(list: List, table: NodeRef<html::Table>) {
    Effect::new(move || {
        let Some(element) = table.get().filter(|_| !list.is_new()) else { return };
        if let Some(scrolled) = list.restore.try_update_value(Option::take).flatten() {
            screen::when_in_place(element.unchecked_into(), move |_| {
                web_sys::window().inspect(|window| window.scroll_to_with_x_and_y(0.0, scrolled));
            });
        }
    });
}

fn count_text(list: List, view: View) -> String {
    let total = list.total();
    if total == 0 {
        return "No customers".to_owned();
    }
    let exact = list.meta.with(|meta| meta.as_ref().is_some_and(|meta| meta.total.is_some()));
    let (first, last) = window::visible(view);
    let of = format!("{}{}", if exact { "" } else { "more than " }, locale::count(total));
    format!("{}–{} of {of} {}", locale::count(first + 1), locale::count(last), plural(total, "customer", "customers"))
}

fn as_of(list: List) -> Option<impl IntoView> {
    let meta = list.meta.get()?;
    let waiting = meta.waiting;
    let scored = meta.as_of.map(|at| view! { "Scored " <crate::components::Ago at=at /> });
    let wait = (waiting > 0).then(|| {
        format!(
            "{} {} new data and {} scored next",
            locale::count(waiting),
            plural(waiting, "customer has", "customers have"),
            plural(waiting, "is", "are")
        )
    });
    Some(view! { {scored} {wait.map(|wait| view! { " · " {wait} })} })
}
