//! Texts of the shop's own, and its wordings of built-in ones: with every version and what changed between them.

mod form;
mod versions;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{BlocksResponse, Done, Permission, ShopBlock};

use self::form::{FormDialog, Typed};
use self::versions::VersionsDialog;
use super::CampaignsFrame;
use super::words::slot_name;
use crate::client::{self, Failure};
use crate::components::{Ago, Button, ButtonKind, Confirm, EmptyState, Table, announce, open_while, standing};
use crate::pages::settings::frame::{Answer, loaded};
use crate::session::use_session;

#[derive(Clone, Copy)]
struct Asks {
    writing: RwSignal<Option<Typed>>,
    looking: RwSignal<Option<ShopBlock>>,
    removing: RwSignal<Option<ShopBlock>>,
    may: Memo<bool>,
}

#[component]
pub fn BlocksPage() -> impl IntoView {
    let session = use_session();
    let answer: Answer<BlocksResponse> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<BlocksResponse>("/api/blocks").await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let asks = Asks { writing: RwSignal::new(None), looking: RwSignal::new(None), removing: RwSignal::new(None), may };
    view! {
        <CampaignsFrame>
            {loaded(answer, load, move |found| view! { <List blocks=found.blocks asks /> }.into_any())}
            <FormDialog writing=asks.writing on_saved=load />
            <VersionsDialog looking=asks.looking may on_changed=load />
            <RemoveDialog removing=asks.removing on_removed=load />
        </CampaignsFrame>
    }
}

#[component]
fn List(blocks: Vec<ShopBlock>, asks: Asks) -> impl IntoView {
    let add = move || {
        view! {
            <Show when=move || asks.may.get()>
                <Button kind=ButtonKind::Primary on_press=move |_| asks.writing.set(Some(Typed::default()))>"Write a text"</Button>
            </Show>
        }
    };
    if blocks.is_empty() {
        return view! {
            <EmptyState title="No texts of your own yet">
                <p>"The composer has its own texts for every reason, step and tone. What you write here it prefers, for the people whom it fits."</p>
                {add()}
            </EmptyState>
        }
        .into_any();
    }
    let rows = blocks.into_iter().map(|block| view! { <Row block asks /> }).collect_view();
    view! {
        <section class="panel register roomy">
            <div class="row pad spread"><h2>"Your own texts"</h2> {add()}</div>
            <Table caption="Texts by slot and name" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Text"</th>
                        <th scope="col">"Fits"</th>
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
fn Row(block: ShopBlock, asks: Asks) -> impl IntoView {
    let ShopBlock { name, replaces, content, updated_at, updated_by, current, .. } = block.clone();
    let whose = StoredValue::new(format!(" {name}"));
    let block = StoredValue::new(block);
    let fits: Vec<String> = content
        .reasons
        .iter()
        .map(|reason| reason.name().to_owned())
        .chain(content.angles.iter().map(|angle| super::words::angle_name(*angle).to_owned()))
        .chain(content.tones.iter().map(|tone| super::words::tone_name(*tone).to_owned()))
        .collect();
    view! {
        <tr>
            <th scope="row" class="wide">
                <span dir="auto">{name}</span>
                <div class="s">{slot_name(content.slot)} " · " {content.locale} {replaces.map(|name| format!(" · in place of {name}"))}</div>
                <div class="s cut-2" dir="auto">{content.text}</div>
            </th>
            <td>{if fits.is_empty() { "Everybody".to_owned() } else { fits.join(", ") }}</td>
            <td>"Version " {current} <div class="s"><Ago at=updated_at /> {updated_by.map(|who| view! { <span dir="auto">" by " {who}</span> })}</div></td>
            <td class="acts">
                <Button small=true on_press=move |_| asks.looking.set(Some(block.get_value()))>
                    "Versions" <span class="unseen">{whose.get_value()}</span>
                </Button>
                <Show when=move || asks.may.get()>
                    <Button small=true on_press=move |_| asks.writing.set(Some(Typed::of(block.get_value())))>
                        "Edit" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                    <Button small=true on_press=move |_| asks.removing.set(Some(block.get_value()))>
                        "Remove" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                </Show>
            </td>
        </tr>
    }
}

#[component]
fn RemoveDialog(removing: RwSignal<Option<ShopBlock>>, on_removed: Callback<()>) -> impl IntoView {
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
        spawn_local(async move {
            let answer = client::delete_version::<Done>(&format!("/api/blocks/{}", one.id), one.version).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The text is removed.");
                    on_removed.run(());
                    open.try_set(false);
                }
                Err(refused) => {
                    if let Some((_, theirs)) = standing::<ShopBlock>(&refused) {
                        removing.try_set(Some(theirs));
                    }
                    failure.try_set(Some(refused));
                }
            }
        });
    });
    let name = move || removing.with(|one| one.as_ref().map(|one| one.name.clone()));
    view! {
        <Confirm open title="Remove this text?" action="Remove it" busy failure on_confirm=remove>
            <p><b dir="auto">{name}</b></p>
            <p class="m">"Where it is pinned, the composer takes another one. A built-in text in whose place it stood comes back."</p>
        </Confirm>
    }
}
