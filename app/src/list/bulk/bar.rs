use leptos::prelude::*;
use shared::api::{Permission, Tier};

use super::plan::Deed;
use super::{Ended, Work};
use crate::components::{AsideForm, Button, ButtonKind, ButtonLink, Dialog, Popover, Select, announce, open_while, unique_id};
use crate::format::plural;
use crate::list::List;
use crate::list::selection::{Selection, Share};
use crate::list::team::TagField;
use crate::locale;
use crate::query::View;
use crate::session::use_session;

/// Customers by name that an address can hold.
const EXPORTED: usize = 400;

/// What can be done to the chosen customers. Stands in the place of the list's status, so that nothing moves.
#[component]
pub(in crate::list) fn BulkBar(
    list: List,
    /// Shown while nobody is chosen.
    #[prop(into)]
    status: ViewFn,
) -> impl IntoView {
    let work = Work::new();
    let is_chosen = Memo::new(move |_| list.chosen() > 0);
    let is_idle = move || work.failure.with(Option::is_none) && work.ended.with(Option::is_none) && !work.is_busy();
    view! {
        {move || work.running.with(Option::is_some).then(|| view! { <Running work /> })}
        {move || {
            let failed = work.failure.get().map(|failure| failure.text());
            work.ended.get().filter(|_| !work.is_busy()).map(|ended| view! { <End work list ended failed /> })
        }}
        <SetAsideDialog work list />
        <Show when=move || is_idle() && is_chosen.get() fallback=move || is_idle().then(|| status.run())>
            <Deeds work list />
        </Show>
    }
}

#[component]
fn Running(work: Work) -> impl IntoView {
    let id = unique_id();
    let share = move || {
        let (seen, total) = work.running.get().unwrap_or_default();
        seen as f64 / total.max(1) as f64
    };
    let text = move || {
        let (seen, total) = work.running.get().unwrap_or_default();
        format!("{} of {}", locale::count(seen), locale::count(total))
    };
    view! {
        <div class="bulk">
            <label for=id.clone()>"Changing customers"</label>
            <progress id=id max="1" value=move || share().to_string()></progress>
            <span>{text}</span>
            <Button small=true on_press=move |_| work.stopped.set_value(true)>"Stop"</Button>
        </div>
    }
}

#[component]
fn End(work: Work, list: List, ended: Ended, failed: Option<String>) -> impl IntoView {
    let Ended { text, undo } = ended;
    let failed = failed.map(|failed| view! { <strong class="loss" role="alert" title=failed.clone()>{failed.clone()}</strong> });
    view! {
        <div class="bulk">
            {failed}
            <span>{text}</span>
            {undo.map(|way| view! { <Button small=true on_press=move |_| work.undo(list, way.clone())>"Undo"</Button> })}
            <Button
                small=true
                kind=ButtonKind::Quiet
                on_press=move |_| {
                    work.failure.set(None);
                    work.ended.set(None);
                }
            >
                "Close"
            </Button>
        </div>
    }
}

#[component]
fn Deeds(work: Work, list: List) -> impl IntoView {
    let session = use_session();
    let may_edit = move || session.may(Permission::Edit);
    let total = move || list.total();
    let is_all = move || list.selection.with(|selection| selection.share(total())) == Share::All;
    // The list shows those alone of whom it was said.
    let is_aside = Memo::new(move |_| {
        list.query.with(|query| query.tiers == [Tier::SetAside] || query.tiers.is_empty() && query.view == View::SetAside)
    });
    view! {
        <div class="bulk" role="group" aria-label="Selected customers">
            <strong>{move || list.chosen_text()}</strong>
            <Show when=move || !is_all()>
                <Button small=true kind=ButtonKind::Quiet on_press=move |_| list.choose_all()>
                    {move || format!("Select all {}", locale::count(total()))}
                </Button>
            </Show>
            <Show when=may_edit>
                <Give work list />
                <Tag work list words="Add tag" deed=Deed::AddTag />
                <Tag work list words="Remove tag" deed=Deed::RemoveTag />
                <Show
                    when=move || is_aside.get()
                    fallback=move || {
                        view! { <Button small=true on_press=move |_| list.setting_aside.set(Some(list.selection.get_untracked()))>"Not at risk"</Button> }
                    }
                >
                    <Button small=true on_press=move |_| work.start(list, Deed::AtRiskAgain)>"At risk again"</Button>
                </Show>
            </Show>
            <Show when=move || session.may(Permission::Export)>
                <Export list />
            </Show>
            <Button small=true kind=ButtonKind::Quiet on_press=move |_| list.choose_nobody()>"Clear"</Button>
        </div>
    }
}

/// Asks why the customers in `list.setting_aside` are not at risk, and until when.
#[component]
fn SetAsideDialog(work: Work, list: List) -> impl IntoView {
    let open = open_while(list.setting_aside);
    let action = Signal::derive(move || {
        let total = list.total();
        let count = list.setting_aside.with(|chosen| chosen.as_ref().map_or(0, |chosen| chosen.count(total)));
        format!("Set {} {} aside", locale::count(count), plural(count, "customer", "customers"))
    });
    let ready = Callback::new(move |aside| {
        if let Some(chosen) = list.setting_aside.get_untracked() {
            list.setting_aside.set(None);
            work.start_with(list, chosen, Deed::SetAside(aside));
        }
    });
    view! {
        <Dialog open title="Not at risk">
            <AsideForm action on_leave=move |()| open.set(false) on_ready=ready />
        </Dialog>
    }
}

#[component]
fn Give(work: Work, list: List) -> impl IntoView {
    let open = RwSignal::new(false);
    let owner = RwSignal::new(String::new());
    let options = move || {
        let people = list.team.people.get().into_iter().map(|person| (person.id.to_string(), person.name));
        std::iter::once((String::new(), "Nobody".to_owned())).chain(people).collect::<Vec<_>>()
    };
    let options = Signal::derive(options);
    Effect::new(move || {
        if open.get() {
            list.team.want_people();
        }
    });
    let give = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let chosen = owner.get_untracked();
        let person = list.team.people.with_untracked(|people| people.iter().find(|person| person.id.as_str() == chosen).cloned());
        open.set(false);
        work.start(list, Deed::Give(person));
    };
    view! {
        <Popover words=|| "Give to" title="Who looks after them" open>
            <form on:submit=give>
                <Select label="Who looks after them" value=owner options=options />
                <Button kind=ButtonKind::Primary submit=true>"Give"</Button>
            </form>
        </Popover>
    }
}

#[component]
fn Tag(work: Work, list: List, words: &'static str, deed: fn(String) -> Deed) -> impl IntoView {
    let open = RwSignal::new(false);
    let tag = RwSignal::new(String::new());
    Effect::new(move || {
        if open.get() {
            list.team.want_tags();
        }
    });
    let act = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let name = tag.get_untracked().trim().to_owned();
        if !name.is_empty() {
            open.set(false);
            tag.set(String::new());
            work.start(list, deed(name));
        }
    };
    view! {
        <Popover words=move || words title=words open>
            <form on:submit=act>
                <TagField team=list.team value=tag label="Tag" />
                <Button kind=ButtonKind::Primary submit=true>{words}</Button>
            </form>
        </Popover>
    }
}

/// A file of the chosen: their ids go into the address, which holds only so many.
#[component]
fn Export(list: List) -> impl IntoView {
    let path = Memo::new(move |_| {
        list.selection.with(|selection| {
            let (name, ids, rest) = match selection {
                Selection::These(ids) => ("ids", ids, String::new()),
                Selection::AllBut(ids) => ("except", ids, list.filters()),
            };
            let named = ids.keys().map(|id| id.as_str()).collect::<Vec<_>>().join(",");
            let parts = [rest, if named.is_empty() { named } else { format!("{name}={named}") }];
            let asked = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
            (ids.len() <= EXPORTED).then(|| list.export_of(&asked))
        })
    });
    let refuse = move |_| {
        announce(format!(
            "A file of customers by name holds at most {}. Narrow the list with filters and export that.",
            locale::count(EXPORTED as u64)
        ));
    };
    move || match path.get() {
        Some(path) => view! { <ButtonLink small=true download=true href=path>"Export selected"</ButtonLink> }.into_any(),
        None => {
            let most = format!("Export selected (at most {})", locale::count(EXPORTED as u64));
            view! { <Button small=true on_press=refuse>{most}</Button> }.into_any()
        }
    }
}
