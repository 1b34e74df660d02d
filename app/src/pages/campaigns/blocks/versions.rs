//! All wordings that a text had, with what changed from one to the next, and the way back.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{BlockChange, BlockResponse, BlockVersionsResponse, BlockWords, ShopBlock};

use super::super::editor::DiffText;
use crate::client::{self, Failure};
use crate::components::{Ago, Button, Dialog, FailureNotice, announce, open_while};
use crate::pages::settings::frame::{Answer, loaded};

#[component]
pub(super) fn VersionsDialog(looking: RwSignal<Option<ShopBlock>>, may: Memo<bool>, on_changed: Callback<()>) -> impl IntoView {
    let open = open_while(looking);
    view! {
        <Dialog open title="Versions">
            {move || looking.get_untracked().map(|block| view! { <Versions block looking may on_changed /> })}
        </Dialog>
    }
}

#[component]
fn Versions(block: ShopBlock, looking: RwSignal<Option<ShopBlock>>, may: Memo<bool>, on_changed: Callback<()>) -> impl IntoView {
    let answer: Answer<BlockVersionsResponse> = RwSignal::new(None);
    let path = StoredValue::new(format!("/api/blocks/{}", block.id));
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<BlockVersionsResponse>(&format!("{}/versions", path.get_value())).await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    let version = block.version;
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let take = Callback::new(move |number: u32| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let change = BlockChange { current: Some(number), ..BlockChange::default() };
            let got = client::patch::<_, BlockResponse>(&path.get_value(), version, &change).await;
            busy.try_set(false);
            match got {
                Ok(_) => {
                    announce(format!("Version {number} is in use."));
                    on_changed.run(());
                    looking.try_set(None);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    });
    view! {
        <p><b dir="auto">{block.name}</b></p>
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        {loaded(answer, load, move |found| {
            let befores = found.versions.iter().skip(1).map(|one| Some(one.content.text.clone())).chain([None]).collect::<Vec<_>>();
            let items = found.versions.into_iter().zip(befores).map(|(one, before)| view! { <Version one before busy may take /> }).collect_view();
            view! { <ol class="press-versions">{items}</ol> }.into_any()
        })}
    }
}

#[component]
fn Version(one: BlockWords, before: Option<String>, busy: RwSignal<bool>, may: Memo<bool>, take: Callback<u32>) -> impl IntoView {
    let BlockWords { number, content, is_current, created_at, created_by } = one;
    let words = match before {
        Some(before) => view! { <DiffText before after=content.text /> }.into_any(),
        None => view! { <p dir="auto">{content.text}</p> }.into_any(),
    };
    view! {
        <li>
            <div class="row between">
                <span>
                    <b>"Version " {number}</b>
                    {is_current.then(|| view! { " " <span class="chip">"In use"</span> })}
                    <span class="s">" " <Ago at=created_at /> {created_by.map(|who| view! { <span dir="auto">" by " {who}</span> })}</span>
                </span>
                <Show when=move || may.get() && !is_current>
                    <Button small=true busy on_press=move |_| take.run(number)>"Use it again" <span class="unseen">{format!(" version {number}")}</span></Button>
                </Show>
            </div>
            {words}
        </li>
    }
}
