//! The editor of one campaign: the sequence, the words of the chosen message with what the lint says, and the preview as a real person.

mod audience;
mod composing;
mod diff;
mod export;
mod fields;
mod findings;
mod form;
mod head;
mod history;
mod model;
mod own;
mod preview;
mod saving;
mod sequence;
mod slot;
mod state;
mod step;
mod test_send;
mod why;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{
    BlocksResponse, BrandResponse, Campaign, CampaignResponse, Copywriter, CopywriterAnswer, Permission, ProofItem,
    ProofsResponse, ShopBlock,
};
use shared::message::Brand;

use self::audience::Audience;
use self::head::Head;
use self::preview::Preview;
use self::saving::SaveConflict;
use self::sequence::Sequence;
pub(super) use self::slot::DiffText;
use self::state::{Column, Editor};
use self::step::StepPanel;
use crate::client::{self, Failure};
use crate::components::{FailureNotice, PageHead, Skeleton};
use crate::pages::settings::frame::Answer;
use crate::session::use_session;

/// All that an editor begins with.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    pub campaign: Campaign,
    pub brand: Brand,
    pub proofs: Vec<ProofItem>,
    pub blocks: Vec<ShopBlock>,
    /// None where it could not be asked: the editor works without.
    pub copywriter: Option<Copywriter>,
}

#[component]
pub fn CampaignPage(id: String) -> impl IntoView {
    let answer: Answer<Basis> = RwSignal::new(None);
    let id = StoredValue::new(id);
    let load = Callback::new(move |()| {
        answer.set(None);
        spawn_local(async move {
            let got = read(&id.get_value()).await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    move || match answer.get() {
        None => view! { <PageHead title="Campaign" /> <div class="panel pad"><Skeleton lines=8 /></div> }.into_any(),
        Some(Err(failure)) => view! { <PageHead title="Campaign" /> <FailureNotice failure retry=load /> }.into_any(),
        Some(Ok(basis)) => view! { <Desk basis /> }.into_any(),
    }
}

async fn read(id: &str) -> Result<Basis, Failure> {
    let campaign = client::get::<CampaignResponse>(&format!("/api/campaigns/{id}")).await?.campaign;
    let brand = client::get::<BrandResponse>("/api/brand").await?.brand;
    let proofs = client::get::<ProofsResponse>("/api/proofs").await?.proofs;
    let blocks = client::get::<BlocksResponse>("/api/blocks").await?.blocks;
    let copywriter = client::get::<CopywriterAnswer>("/api/copywriter").await.ok().map(|answer| answer.copywriter);
    Ok(Basis { campaign, brand, proofs, blocks, copywriter })
}

#[component]
fn Desk(basis: Basis) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let editor = Editor::provide(basis, may, Audience::new());
    saving::keep(editor);
    // Before the first words, so that they are a person's.
    audience::keep(editor);
    composing::keep(editor);
    let class = move || match editor.column.get() {
        Column::Sequence => "press show-sequence",
        Column::Words => "press show-words",
        Column::Preview => "press show-preview",
    };
    let tabs = [(Column::Sequence, "Sequence"), (Column::Words, "Words"), (Column::Preview, "Preview")]
        .map(|(column, name)| {
            view! {
                <button
                    type="button"
                    aria-pressed=move || (editor.column.get() == column).to_string()
                    on:click=move |_| editor.column.set(column)
                >
                    {name}
                </button>
            }
        })
        .collect_view();
    view! {
        <Head />
        <div class="press-tabs" role="group" aria-label="What is shown">{tabs}</div>
        <div class=class on:keydown=move |event| editor.on_key(&event)>
            <Sequence />
            <StepPanel />
            <Preview />
        </div>
        <SaveConflict />
    }
}
