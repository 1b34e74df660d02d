//! All campaigns: where each stands, whom it is for, and how far it came.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CampaignChange, CampaignFigures, CampaignResponse, CampaignRow, CampaignsResponse, Done, Permission};
use shared::campaign::Status;

use super::CampaignsFrame;
use super::new::NewDialog;
use super::words::{STATUSES, kind_name, status_code, status_name};
use crate::client::{self, Failure};
use crate::components::{
    Ago, Button, ButtonKind, Confirm, Dialog, EmptyState, FailureNotice, Field, Notice, NoticeKind, Select, Table, announce,
    open_while, standing,
};
use crate::locale;
use crate::pages::settings::frame::{Answer, loaded};
use crate::session::use_session;

/// What its parts ask for.
#[derive(Clone, Copy)]
struct Asks {
    making: RwSignal<bool>,
    renaming: RwSignal<Option<CampaignRow>>,
    removing: RwSignal<Option<CampaignRow>>,
    may: Memo<bool>,
    /// The code of a state, or nothing for all but the archive.
    state: RwSignal<String>,
}

#[component]
pub fn CampaignsPage() -> impl IntoView {
    let session = use_session();
    let answer: Answer<CampaignsResponse> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<CampaignsResponse>("/api/campaigns").await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let asks = Asks {
        making: RwSignal::new(false),
        renaming: RwSignal::new(None),
        removing: RwSignal::new(None),
        may,
        state: RwSignal::new(String::new()),
    };
    view! {
        <CampaignsFrame>
            {loaded(answer, load, move |found| view! { <List campaigns=found.campaigns asks /> }.into_any())}
            <NewDialog open=asks.making />
            <RenameDialog renaming=asks.renaming on_done=load />
            <RemoveDialog removing=asks.removing on_done=load />
        </CampaignsFrame>
    }
}

#[component]
fn List(campaigns: Vec<CampaignRow>, asks: Asks) -> impl IntoView {
    let make = move || {
        view! {
            <Show when=move || asks.may.get()>
                <Button kind=ButtonKind::Primary on_press=move |_| asks.making.set(true)>"New campaign"</Button>
            </Show>
        }
    };
    if campaigns.is_empty() {
        return view! {
            <EmptyState title="No campaign yet">
                <p>"Begin with a ready-made plan: whom it reaches, on which day, over which channel, and when it stops. The composer writes the messages for each person from what is true of them, and nothing goes out before you have seen the numbers and launched it."</p>
                {make()}
            </EmptyState>
        }
        .into_any();
    }
    let options = std::iter::once((String::new(), "All but the archive".to_owned()))
        .chain(STATUSES.map(|state| (status_code(state).to_owned(), status_name(state).to_owned())))
        .collect::<Vec<_>>();
    let campaigns = StoredValue::new(campaigns);
    let shown = Memo::new(move |_| {
        let wanted = asks.state.get();
        let is_shown = |one: &&CampaignRow| match wanted.as_str() {
            "" => one.state != Status::Archived,
            code => status_code(one.state) == code,
        };
        campaigns.with_value(|campaigns| campaigns.iter().filter(is_shown).cloned().collect::<Vec<_>>())
    });
    let rows = move || shown.get().into_iter().map(|one| view! { <Row one asks /> }).collect_view();
    let count = move || {
        let count = shown.with(Vec::len) as u64;
        format!("{} {}", locale::count(count), crate::format::plural(count, "campaign", "campaigns"))
    };
    view! {
        <section class="panel register roomy">
            <div class="row pad spread">
                <span class="row">
                    <Select label="State" value=asks.state options=Signal::stored(options) bare=true />
                    <span class="s" aria-live="polite">{count}</span>
                </span>
                {make()}
            </div>
            <Table caption="Campaigns, the newest change first" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"For"</th>
                        <th scope="col">"Reached and came back"</th>
                        <th scope="col">"Changed"</th>
                        <th scope="col"><span class="unseen">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
    .into_any()
}

#[component]
fn Row(one: CampaignRow, asks: Asks) -> impl IntoView {
    let CampaignRow { id, name, state, kind, segment, launched_at, why, figures, updated_at, updated_by, .. } = one.clone();
    let whose = StoredValue::new(format!(" {name}"));
    let one = StoredValue::new(one);
    let is_for = match segment {
        Some(segment) if segment.is_gone => {
            view! { <span dir="auto">{segment.name}</span> <span class="chip">"Gone: choose another"</span> }.into_any()
        }
        Some(segment) => view! { <span dir="auto">{segment.name}</span> }.into_any(),
        None => view! { <span class="m">"Written from a brief"</span> }.into_any(),
    };
    let is_launched = launched_at.is_some();
    // How it goes is what one comes for once it was launched.
    let address = format!("/campaigns/{id}{}", if is_launched { "/live" } else { "" });
    let is_draft = matches!(state, Status::Draft | Status::Approved);
    let came = match figures.filter(|_| is_launched) {
        Some(CampaignFigures { entered, reached, returned }) => view! {
            {format!("{} of {}", locale::count(reached), locale::count(entered))}
            <div class="s">{format!("{} came back", locale::count(returned))}</div>
        }
        .into_any(),
        None if is_launched => view! { <span class="m">"Not counted yet"</span> }.into_any(),
        None => view! { <span class="m">"Not launched"</span> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row" class="wide"><a href=address dir="auto">{name}</a> <div class="s">{kind_name(kind)}</div></th>
            <td>
                <span class=format!("state {}", status_code(state))>{status_name(state)}</span>
                {launched_at.map(|at| view! { <div class="s">"since " <Ago at /></div> })}
                {why.filter(|_| state == Status::Paused).map(|why| view! { <div class="s loss" dir="auto">{why.text}</div> })}
            </td>
            <td>{is_for}</td>
            <td>{came}</td>
            <td><Ago at=updated_at /> {updated_by.map(|who| view! { <span class="s" dir="auto">" by " {who}</span> })}</td>
            <td class="acts">
                <Show when=move || asks.may.get()>
                    <Button small=true on_press=move |_| asks.renaming.set(Some(one.get_value()))>
                        "Rename" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                    <Show when=move || is_draft>
                        <Button small=true on_press=move |_| asks.removing.set(Some(one.get_value()))>
                            "Delete" <span class="unseen">{whose.get_value()}</span>
                        </Button>
                    </Show>
                </Show>
            </td>
        </tr>
    }
}

#[component]
fn RenameDialog(renaming: RwSignal<Option<CampaignRow>>, on_done: Callback<()>) -> impl IntoView {
    let open = open_while(renaming);
    view! {
        <Dialog open title="Rename the campaign">
            {move || renaming.get_untracked().map(|one| view! { <RenameForm one renaming on_done /> })}
        </Dialog>
    }
}

#[component]
fn RenameForm(one: CampaignRow, renaming: RwSignal<Option<CampaignRow>>, on_done: Callback<()>) -> impl IntoView {
    let name = RwSignal::new(one.name.clone());
    let version = RwSignal::new(one.version);
    let theirs = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let error = Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("name"))));
    let path = format!("/api/campaigns/{}", one.id);
    let before = one.name;
    let save = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let change = CampaignChange { name: Some(name.get_untracked()), ..CampaignChange::default() };
        let (path, before) = (path.clone(), before.clone());
        spawn_local(async move {
            let mut answer = client::patch::<_, CampaignResponse>(&path, version.get_untracked(), &change).await;
            if let Some((stands, current)) = answer.as_ref().err().and_then(standing::<shared::api::Campaign>) {
                version.try_set(stands);
                if current.row.name == before {
                    // Somebody changed something else of it: the name is still ours to change.
                    answer = client::patch::<_, CampaignResponse>(&path, stands, &change).await;
                } else {
                    theirs.try_set(Some(current.row.name));
                }
            }
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The campaign is renamed.");
                    on_done.run(());
                    renaming.try_set(None);
                }
                Err(refused) if refused.conflict().is_some() => {}
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let general = move || failure.get().filter(|failure| failure.field("name").is_none());
    view! {
        <form novalidate on:submit=save>
            <Field label="Name" value=name error />
            {move || theirs.get().map(|theirs| view! {
                <Notice kind=NoticeKind::Warning title="Somebody else renamed it meanwhile">
                    <p>"It is called " <b dir="auto">{theirs}</b> " now. Save again to call it by your name."</p>
                </Notice>
            })}
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| renaming.set(None)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Save"</Button>
            </div>
        </form>
    }
}

#[component]
fn RemoveDialog(removing: RwSignal<Option<CampaignRow>>, on_done: Callback<()>) -> impl IntoView {
    let open = open_while(removing);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    Effect::new(move || {
        if open.get() {
            failure.set(None);
        }
    });
    let remove = Callback::new(move |()| {
        let Some(one) = removing.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::delete_version::<Done>(&format!("/api/campaigns/{}", one.id), one.version).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The campaign is deleted.");
                    on_done.run(());
                    open.try_set(false);
                }
                Err(refused) => {
                    // The next press knows what somebody else made of it.
                    if let Some((_, theirs)) = standing::<shared::api::Campaign>(&refused) {
                        removing.try_set(Some(theirs.row));
                    }
                    failure.try_set(Some(refused));
                }
            }
        });
    });
    let name = move || removing.with(|one| one.as_ref().map(|one| one.name.clone()));
    view! {
        <Confirm open title="Delete this campaign?" action="Delete it" busy failure on_confirm=remove>
            <p><b dir="auto">{name}</b></p>
            <p class="m">"Its texts go with it. Nobody gets anything, and no offer is touched."</p>
        </Confirm>
    }
}
