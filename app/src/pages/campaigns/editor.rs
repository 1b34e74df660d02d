//! The messages of one campaign: the sequence, the words of the chosen message with what the lint says, and the preview as a real person.

mod audience;
mod composing;
mod days;
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
use shared::api::{BlocksResponse, BrandResponse, Copywriter, CopywriterAnswer, ProofItem, ProofsResponse, ShopBlock};
use shared::message::Brand;

#[cfg(test)]
pub(super) use self::fields::tests::plan;
pub(super) use self::head::Head;
use self::preview::Preview;
pub(super) use self::saving::{SaveConflict, keep as keep_saved, take};
use self::sequence::Sequence;
pub(super) use self::slot::DiffText;
use self::state::Column;
pub(super) use self::state::{Editor, use_editor};
use self::step::StepPanel;
use crate::client::{self, Failure};
use crate::components::{FailureNotice, Skeleton};
use crate::pages::settings::frame::Answer;

/// What messages are made of, besides the campaign.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    pub brand: Brand,
    pub proofs: Vec<ProofItem>,
    pub blocks: Vec<ShopBlock>,
    /// None where it could not be asked: the editor works without.
    pub copywriter: Option<Copywriter>,
}

/// The messages; what they are made of is read when somebody looks at them first.
#[component]
pub(super) fn Messages() -> impl IntoView {
    let editor = use_editor();
    let answer: Answer<()> = RwSignal::new(editor.basis.with_value(Option::is_some).then_some(Ok(())));
    let load = Callback::new(move |()| {
        answer.set(None);
        spawn_local(async move {
            let got = read().await.map(|basis| drop(editor.basis.try_set_value(Some(basis))));
            answer.try_set(Some(got));
        });
    });
    if answer.get_untracked().is_none() {
        load.run(());
    }
    move || match answer.get() {
        None => view! { <div class="panel pad"><Skeleton lines=8 /></div> }.into_any(),
        Some(Err(failure)) => view! { <FailureNotice failure retry=load /> }.into_any(),
        Some(Ok(())) => view! { <Desk /> }.into_any(),
    }
}

async fn read() -> Result<Basis, Failure> {
    let brand = client::get::<BrandResponse>("/api/brand").await?.brand;
    let proofs = client::get::<ProofsResponse>("/api/proofs").await?.proofs;
    let blocks = client::get::<BlocksResponse>("/api/blocks").await?.blocks;
    let copywriter = client::get::<CopywriterAnswer>("/api/copywriter").await.ok().map(|answer| answer.copywriter);
    Ok(Basis { brand, proofs, blocks, copywriter })
}

#[component]
fn Desk() -> impl IntoView {
    let editor = use_editor();
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
        <div class="press-tabs" role="group" aria-label="What is shown">{tabs}</div>
        <div class=class>
            <Sequence />
            <StepPanel />
            <Preview />
        </div>
    }
}
