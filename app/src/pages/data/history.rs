//! What was imported, newest first: narrowed down by the address, more of it on request.

mod cancel;
mod filter;
mod row;

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::api::{Import, ImportStatus, ImportsResponse, Permission};
use shared::import::{GROUPS, Kind};

use self::cancel::CancelMany;
use self::filter::Filter;
use self::row::Row;
use super::{Imports, words};
use crate::components::{
    Button, ButtonKind, ButtonLink, EmptyState, Growing, Grown, Notice, NoticeKind, PickAll, Picked, PickedBar, Table, grow,
    keep_picked, unique_id,
};
use crate::router::{Step, go, use_location};
use crate::session::use_session;

const PATH: &str = "/data/history";

type Shown = RwSignal<Grown<Import>>;

#[component]
pub fn History() -> impl IntoView {
    let session = use_session();
    let search = use_location().search;
    let filter = Memo::new(move |_| search.with(|search| Filter::parse(search)));
    let shown: Shown = RwSignal::new(Grown::default());
    let told = RwSignal::new(None::<String>);
    let picked: Picked = RwSignal::new(BTreeSet::new());
    let cancelling = RwSignal::new(None::<Vec<Import>>);
    let path = move |cursor: Option<&str>| filter.with_untracked(|filter| filter.api(cursor));
    let load = grow(shown, "imports", path, |ImportsResponse { imports, meta }: ImportsResponse| (imports, meta.next_cursor));
    let ended = use_context::<Imports>().map(|imports| imports.ended);
    Effect::new(move || {
        filter.track();
        ended.inspect(|ended| ended.track());
        load.run(false);
    });
    Effect::watch(move || filter.get(), move |_, _, _| told.set(None), false);
    let pickable = Memo::new(move |_| {
        shown.with(|shown| shown.items.iter().filter(|one| words::is_open(one)).map(|one| one.id.as_str().to_owned()).collect())
    });
    Effect::new(move || pickable.with(|ids: &Vec<String>| keep_picked(picked, ids)));
    let on_cancelled = Callback::new(move |import: Import| {
        shown.update(|shown| {
            shown.items.iter_mut().filter(|known| known.id == import.id).for_each(|known| *known = import.clone());
            shown.items.retain(|known| filter.with_untracked(|filter| filter.fits(known)));
        });
        // Older ones may stand behind those that are gone.
        if shown.with_untracked(|shown| shown.items.is_empty() && shown.next_cursor.is_some()) {
            load.run(false);
        }
    });
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let none = Memo::new(move |_| shown.with(|shown| shown.items.is_empty()));
    let is_narrowed = Memo::new(move |_| filter.with(Filter::is_narrowed));
    let nothing = move || match is_narrowed.get() {
        true => view! {
            <EmptyState title="No import fits">
                <p>"None has this status and holds this. Choose others, or look at all imports."</p>
                <div class="row">
                    <Button on_press=move |_| go(PATH, Step::Within)>"Show all imports"</Button>
                </div>
            </EmptyState>
        }
        .into_any(),
        false => view! {
            <EmptyState title="Nothing was imported yet">
                <p>"Each import will stand here with its counts and the rows that were rejected."</p>
                <ButtonLink href="/data">"Import a file"</ButtonLink>
            </EmptyState>
        }
        .into_any(),
    };
    let list = move || view! { <List shown picked=may.get().then_some(picked) pickable on_cancelled /> };
    view! {
        {move || told.get().map(|text| view! { <Notice kind=NoticeKind::Good>{text}</Notice> })}
        <Growing shown load nothing list>
            <Show when=move || is_narrowed.get() || !none.get()>
                <Choices filter is_narrowed />
                <Actions filter shown picked cancelling may />
            </Show>
        </Growing>
        <CancelMany cancelling picked told on_cancelled />
    }
}

/// Kinds of files that stand there at once; the others are asked for.
const OFTEN: [Kind; 4] = [Kind::Orders, Kind::Customers, Kind::Events, Kind::Rates];

fn rarer() -> impl Iterator<Item = Kind> {
    GROUPS.iter().flat_map(|(_, kinds)| kinds.iter().copied()).filter(|kind| !OFTEN.contains(kind))
}

/// Statuses and kinds, any number of each; none narrows nothing.
#[component]
fn Choices(filter: Memo<Filter>, is_narrowed: Memo<bool>) -> impl IntoView {
    let show = move |change: &dyn Fn(&mut Filter)| {
        let mut next = filter.get_untracked();
        change(&mut next);
        go(&format!("{PATH}{}", next.address()), Step::Within);
    };
    let status = move |status: ImportStatus| {
        let pressed = move || filter.with(|filter| filter.statuses.contains(&status)).to_string();
        view! {
            <button type="button" class="btn small" aria-pressed=pressed on:click=move |_| show(&|filter| filter.toggle_status(status))>
                {words::status_title(status)}
            </button>
        }
    };
    let kind = move |kind| {
        let pressed = move || filter.with(|filter| filter.kinds.contains(&kind)).to_string();
        view! {
            <button type="button" class="btn small" aria-pressed=pressed on:click=move |_| show(&|filter| filter.toggle_kind(kind))>
                {words::kind_title(kind)}
            </button>
        }
    };
    let (status_id, kind_id) = (unique_id(), unique_id());
    view! {
        <div class="choices">
            <div class="row" role="group" aria-labelledby=status_id.clone()>
                <span class="s" id=status_id.clone()>"Status"</span>
                {ImportStatus::ALL.map(status).collect_view()}
            </div>
            <div class="row" role="group" aria-labelledby=kind_id.clone()>
                <span class="s" id=kind_id.clone()>"Holds"</span>
                {OFTEN.map(kind).collect_view()}
                <details open=move || filter.with(|filter| filter.kinds.iter().any(|kind| !OFTEN.contains(kind)))>
                    <summary>"More kinds"</summary>
                    <div class="row">{rarer().map(kind).collect::<Vec<_>>()}</div>
                </details>
                <Show when=move || is_narrowed.get()>
                    <Button small=true kind=ButtonKind::Quiet on_press=move |_| go(PATH, Step::Within)>"Show everything"</Button>
                </Show>
            </div>
        </div>
    }
}

/// What can be done with the ticked imports, and with all of them.
#[component]
fn Actions(
    filter: Memo<Filter>,
    shown: Shown,
    picked: Picked,
    cancelling: RwSignal<Option<Vec<Import>>>,
    may: Memo<bool>,
) -> impl IntoView {
    let session = use_session();
    let may_export = Memo::new(move |_| session.may(Permission::Export));
    let ask = move |_| {
        let is_picked = |import: &&Import| picked.with_untracked(|picked| picked.contains(import.id.as_str()));
        cancelling.set(Some(shown.with_untracked(|shown| shown.items.iter().filter(is_picked).cloned().collect())));
    };
    view! {
        <Show when=move || may.get() || may_export.get()>
            <div class="picked-head">
                <Show when=move || may.get()>
                    <PickedBar picked>
                        <Button small=true disabled=Signal::derive(move || picked.with(BTreeSet::is_empty)) on_press=ask>
                            "Cancel selected"
                        </Button>
                    </PickedBar>
                </Show>
                <Show when=move || may_export.get()>
                    <ButtonLink download=true href=Signal::derive(move || filter.with(Filter::export))>"Export CSV"</ButtonLink>
                </Show>
            </div>
        </Show>
    }
}

#[component]
fn List(shown: Shown, picked: Option<Picked>, pickable: Memo<Vec<String>>, on_cancelled: Callback<Import>) -> impl IntoView {
    view! {
        <Table caption="Imports" unseen_caption=true>
            <thead>
                <tr>
                    {picked.map(|picked| view! { <th scope="col" class="tick"><PickAll picked ids=pickable /></th> })}
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
            <tbody>
                <For
                    each=move || shown.with(|shown| shown.items.clone())
                    // A row is made anew where it has moved on; the others keep their focus.
                    key=|import| (import.id.as_str().to_owned(), import.status.as_str(), import.rows_read, import.resume_at.clone())
                    children=move |import| view! { <Row import picked on_cancelled /> }
                />
            </tbody>
        </Table>
    }
}

/// What a reader knows the import by.
fn name_of(import: &Import) -> String {
    import.file_name.clone().unwrap_or_else(|| "Sent by a script".to_owned())
}
