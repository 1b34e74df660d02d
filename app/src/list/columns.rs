//! Which columns a list shows and in which order: chosen by the reader, kept by this browser for each list.

use leptos::html;
use leptos::prelude::*;
use shared::api::{COLUMNS, Column};

use super::List;
use crate::components::{Button, Popover, announce, unique_id};

/// Columns of a list where the reader chose none; the customer stands first in every list.
const RADAR: [&str; 5] = ["risk", "why", "do", "worth", "due"];
const OTHERS: [&str; 5] = ["risk", "weeks", "why", "worth", "due"];
/// Of every list, and never chosen.
pub(super) const WHO: &str = "customer";

/// Columns beside the customer, in their order.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns(Vec<Column>);

impl Columns {
    /// What the list at `path` shows by itself.
    pub fn usual(path: &str) -> Self {
        Self::read(if path == "/radar" { RADAR } else { OTHERS })
    }

    /// Of their codes; what this version does not know is left out, and nothing left is what the list shows by itself.
    pub fn of(codes: &[String], path: &str) -> Self {
        let read = Self::read(codes.iter().map(String::as_str));
        if read.0.is_empty() { Self::usual(path) } else { read }
    }

    /// What a list shows here, as it was last chosen.
    pub fn stored(path: &str) -> Self {
        let known = storage().and_then(|storage| storage.get_item(&key(path)).ok().flatten()).unwrap_or_default();
        Self::of(&known.split(',').map(str::to_owned).collect::<Vec<_>>(), path)
    }

    /// A browser without storage still shows the choice, it only forgets it.
    pub fn store(&self, path: &str) {
        let _ = storage().map(|storage| match *self == Self::usual(path) {
            true => storage.remove_item(&key(path)),
            false => storage.set_item(&key(path), &self.codes().join(",")),
        });
    }

    pub fn iter(&self) -> impl Iterator<Item = Column> + '_ {
        self.0.iter().copied()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn codes(&self) -> Vec<&'static str> {
        self.0.iter().map(|column| column.code).collect()
    }

    fn read<'a>(codes: impl IntoIterator<Item = &'a str>) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        for column in codes.into_iter().filter_map(Column::parse).filter(|column| column.code != WHO) {
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        Self(columns)
    }

    fn holds(&self, column: Column) -> bool {
        self.0.contains(&column)
    }

    /// A column more stands last; the last one left stays, and none leaves the row.
    fn act(&mut self, column: Column, act: Act) {
        let at = self.0.iter().position(|known| *known == column);
        match (act, at) {
            (Act::Show, None) => self.0.push(column),
            (Act::Hide, Some(_)) if self.0.len() > 1 => self.0.retain(|known| *known != column),
            (Act::Earlier, Some(at)) if at > 0 => self.0.swap(at, at - 1),
            (Act::Later, Some(at)) if at + 1 < self.0.len() => self.0.swap(at, at + 1),
            _ => {}
        }
    }

    /// The chosen in their order, then the others.
    fn all(&self) -> Vec<Column> {
        let others = COLUMNS.into_iter().filter(|column| column.code != WHO && !self.holds(*column));
        self.iter().chain(others).collect()
    }
}

/// What the reader does to a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Show,
    Hide,
    Earlier,
    Later,
}

/// Opens the choice of columns.
#[component]
pub(super) fn ColumnsButton(list: List) -> impl IntoView {
    let all = Memo::new(move |_| list.columns.with(Columns::all));
    let store = move || list.columns.with_untracked(|columns| columns.store(list.path));
    let act = Callback::new(move |(column, act): (Column, Act)| {
        list.columns.update(|columns| columns.act(column, act));
        store();
    });
    view! {
        <Popover words=|| "Columns" title="Columns of this list">
            <ul class="column-list">
                <For each=move || all.get() key=|column| column.code let:column>
                    <Choice list column act />
                </For>
            </ul>
            <p class="s">"The customer's name stands first. This browser remembers the choice, and a saved view carries its own."</p>
            <Button
                small=true
                on_press=move |_| {
                    list.columns.set(Columns::usual(list.path));
                    store();
                    announce("The list shows its own columns again");
                }
            >
                "Go back to the list's own"
            </Button>
        </Popover>
    }
}

#[component]
fn Choice(list: List, column: Column, act: Callback<(Column, Act)>) -> impl IntoView {
    let id = unique_id();
    let place = Memo::new(move |_| list.columns.with(|columns| columns.iter().position(|known| known == column)));
    let last = move || list.columns.with(Columns::len).saturating_sub(1);
    let arrow = move |way: Act, words: &str, shape: &'static str, is_at_end: Signal<bool>| {
        let button = NodeRef::<html::Button>::new();
        let move_it = move |_| {
            if is_at_end.get_untracked() {
                return;
            }
            act.run((column, way));
            // A row that moves within the page loses the focus on its way.
            request_animation_frame(move || drop(button.try_get_untracked().flatten().map(|button| button.focus())));
            let at = place.get_untracked().unwrap_or(0) + 1;
            announce(format!("{} is column {at} of {}", column.header, list.columns.with_untracked(Columns::len)));
        };
        view! {
            // Not `disabled`: a column that has arrived at the end would drop the focus.
            <button
                class="btn small quiet"
                type="button"
                node_ref=button
                aria-label=format!("Move {} {words}", column.header)
                aria-disabled=move || is_at_end.get().to_string()
                on:click=move_it
            >
                <svg viewBox="0 0 12 12" aria-hidden="true"><path d=shape /></svg>
            </button>
        }
    };
    view! {
        <li>
            <input
                id=id.clone()
                type="checkbox"
                prop:checked=move || place.get().is_some()
                // The last column cannot be taken away.
                disabled=move || place.get() == Some(0) && last() == 0
                on:change=move |event| act.run((column, if event_target_checked(&event) { Act::Show } else { Act::Hide }))
            />
            <label for=id>{column.header}</label>
            {arrow(Act::Earlier, "up", "M6 2l5 7H1z", Signal::derive(move || matches!(place.get(), None | Some(0))))}
            {arrow(Act::Later, "down", "M6 10L1 3h10z", Signal::derive(move || place.get().is_none_or(|place| place >= last())))}
        </li>
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

fn key(path: &str) -> String {
    format!("columns {path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(codes: &[&str]) -> Columns {
        Columns::of(&codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>(), "/customers")
    }

    #[test]
    fn columns_are_read_by_their_codes_and_nothing_is_the_default() {
        assert_eq!(of(&["tags", "risk"]).codes(), ["tags", "risk"]);
        assert_eq!(of(&["tags", "customer", "gone", "tags"]).codes(), ["tags"]);
        assert_eq!(of(&[]), Columns::usual("/customers"));
        assert_eq!(of(&["gone"]).codes(), OTHERS);
        assert_eq!(Columns::usual("/radar").codes(), RADAR);
    }

    #[test]
    fn a_column_moves_within_the_list_and_not_out_of_it() {
        let mut columns = of(&["risk", "tags", "owner"]);
        let [risk, tags] = ["risk", "tags"].map(|code| Column::parse(code).expect("a column"));
        columns.act(risk, Act::Later);
        assert_eq!(columns.codes(), ["tags", "risk", "owner"]);
        columns.act(tags, Act::Earlier);
        assert_eq!(columns.codes(), ["tags", "risk", "owner"]);
        columns.act(risk, Act::Later);
        columns.act(risk, Act::Later);
        assert_eq!(columns.codes(), ["tags", "owner", "risk"]);
    }

    #[test]
    fn the_last_column_stays() {
        let mut columns = of(&["risk"]);
        let [risk, tags] = ["risk", "tags"].map(|code| Column::parse(code).expect("a column"));
        columns.act(risk, Act::Hide);
        assert_eq!(columns.codes(), ["risk"]);
        columns.act(tags, Act::Show);
        columns.act(risk, Act::Hide);
        assert_eq!(columns.codes(), ["tags"]);
        assert_eq!(columns.all().len(), COLUMNS.len() - 1);
    }
}
