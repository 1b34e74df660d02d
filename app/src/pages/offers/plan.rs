//! The matrix with its limits beside it: whatever is moved is computed anew here, from the one download.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{GuardrailsAnswer, MatrixAnswer, MatrixBasis, Permission};
use shared::offer::{Guardrails, Matrix};

use super::cell::CellPanel;
use super::compare::Compare;
use super::effect::EffectPanel;
use super::grid::Grid;
use super::limits::Limits;
use crate::client::{self, Failure};
use crate::components::{ButtonKind, ButtonLink, EmptyState, announce};
use crate::session::use_session;

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub basis: StoredValue<MatrixBasis>,
    pub stored: RwSignal<Guardrails>,
    pub draft: RwSignal<Guardrails>,
    /// Of the stored limits, and of the draft.
    pub today: Memo<Matrix>,
    pub now: Memo<Matrix>,
    /// Row and offer of the cell that is looked at, as a place among the matrix's cells.
    pub chosen: RwSignal<Option<usize>>,
}

impl Plan {
    pub fn is_changed(self) -> bool {
        self.stored.with(|stored| self.draft.with(|draft| stored != draft))
    }
}

#[component]
pub(super) fn Planner(answer: MatrixAnswer, reload: Callback<()>) -> impl IntoView {
    let session = use_session();
    let MatrixAnswer { basis, .. } = answer;
    let version = RwSignal::new(basis.guardrails_version);
    let (stored, draft) = (RwSignal::new(basis.guardrails.clone()), RwSignal::new(basis.guardrails.clone()));
    let is_empty = basis.groups.is_empty();
    let basis = StoredValue::new(basis);
    let matrix = move |limits: RwSignal<Guardrails>| {
        Memo::new(move |_| limits.with(|limits| basis.with_value(|basis| basis.matrix(limits))))
    };
    let plan = Plan { basis, stored, draft, today: matrix(stored), now: matrix(draft), chosen: RwSignal::new(None) };
    provide_context(plan);
    let comparing = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let save = Callback::new(move |()| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let limits = draft.get_untracked();
            let answer = client::put::<_, GuardrailsAnswer>("/api/guardrails", version.get_untracked(), &limits).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(GuardrailsAnswer { guardrails, meta }) => {
                    version.set(meta.version);
                    draft.set(guardrails.clone());
                    stored.set(guardrails);
                    comparing.set(false);
                    announce("Limits saved. They hold from the next offer on.");
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    });
    let may = Memo::new(move |_| session.may(Permission::Admin));
    view! {
        {is_empty.then(|| view! {
            <EmptyState title="Nobody to offer anything to yet">
                <p>"Figures come with the first scoring after your orders were imported. Limits can be set before that."</p>
                <ButtonLink kind=ButtonKind::Primary href="/data">"Go to Data"</ButtonLink>
            </EmptyState>
        })}
        <div class="offers">
            <div class="stack matrix-side">
                <Grid />
                <CellPanel />
            </div>
            <div class="stack">
                <EffectPanel comparing may />
                <Limits may />
            </div>
        </div>
        <Compare comparing busy failure save reload />
    }
}
