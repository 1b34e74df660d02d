//! The proof library: what customers said and what was measured, while whoever said it allows it.

mod form;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Done, Permission, ProofItem, ProofKind, ProofsResponse};

use self::form::{FormDialog, Typed};
use super::CampaignsFrame;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Confirm, DayText, EmptyState, Table, announce, open_while, standing};
use crate::pages::settings::frame::{Answer, loaded};
use crate::session::use_session;

#[derive(Clone, Copy)]
struct Asks {
    writing: RwSignal<Option<Typed>>,
    removing: RwSignal<Option<ProofItem>>,
    may: Memo<bool>,
}

#[component]
pub fn ProofsPage() -> impl IntoView {
    let session = use_session();
    let answer: Answer<ProofsResponse> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<ProofsResponse>("/api/proofs").await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let asks = Asks { writing: RwSignal::new(None), removing: RwSignal::new(None), may };
    view! {
        <CampaignsFrame>
            {loaded(answer, load, move |found| view! { <List proofs=found.proofs asks /> }.into_any())}
            <FormDialog writing=asks.writing on_saved=load />
            <RemoveDialog removing=asks.removing on_removed=load />
        </CampaignsFrame>
    }
}

pub(super) fn kind_name(kind: ProofKind) -> &'static str {
    match kind {
        ProofKind::CaseStudy => "Case study",
        ProofKind::Review => "Review",
        ProofKind::Quote => "Quote",
        ProofKind::Figure => "Figure",
    }
}

#[component]
fn List(proofs: Vec<ProofItem>, asks: Asks) -> impl IntoView {
    let add = move || {
        view! {
            <Show when=move || asks.may.get()>
                <Button kind=ButtonKind::Primary on_press=move |_| asks.writing.set(Some(Typed::default()))>"Add a proof"</Button>
            </Show>
        }
    };
    if proofs.is_empty() {
        return view! {
            <EmptyState title="No proof yet">
                <p>"Case studies, reviews, quotes and figures that a message may cite, each to people whom it is like. Until there is one, messages take another angle: nothing is ever made up."</p>
                {add()}
            </EmptyState>
        }
        .into_any();
    }
    let rows = proofs.into_iter().map(|proof| view! { <Row proof asks /> }).collect_view();
    view! {
        <section class="panel register roomy">
            <div class="row pad spread"><h2>"What messages may cite"</h2> {add()}</div>
            <Table caption="Proofs, the newest first" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Word for word"</th>
                        <th scope="col">"Allowed"</th>
                        <th scope="col">"Like"</th>
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
fn Row(proof: ProofItem, asks: Asks) -> impl IntoView {
    let ProofItem { kind, text, who, source, permission, expires_on, tags, unusable, .. } = proof.clone();
    let whose = StoredValue::new(format!(" {}", who.clone().unwrap_or_else(|| source.clone())));
    let proof = StoredValue::new(proof);
    let reasons = tags.reasons.iter().map(|reason| view! { <span class="chip">{reason.name()}</span> }).collect_view();
    let others = tags
        .industries
        .into_iter()
        .chain(tags.segments)
        .map(|tag| view! { <span class="chip" dir="auto">{tag}</span> })
        .collect_view();
    view! {
        <tr>
            <th scope="row" class="wide">
                <span dir="auto">{text}</span>
                <div class="s" dir="auto">{kind_name(kind)} {who.map(|who| format!(" by {who}"))} ", from " {source}</div>
                {unusable.map(|why| view! { <div class="loss s"><b>"Not used: "</b> {why}</div> })}
            </th>
            <td>
                {match permission {
                    Some(permission) => view! { <span dir="auto">{permission.by}</span> <div class="s"><DayText day=permission.on /></div> }.into_any(),
                    None => view! { <span class="m">"Nobody yet"</span> }.into_any(),
                }}
                {expires_on.map(|day| view! { <div class="s">"Until " <DayText day /></div> })}
            </td>
            <td><div class="chips">{reasons} {others}</div></td>
            <td class="acts">
                <Show when=move || asks.may.get()>
                    <Button small=true on_press=move |_| asks.writing.set(Some(Typed::of(proof.get_value())))>
                        "Edit" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                    <Button small=true on_press=move |_| asks.removing.set(Some(proof.get_value()))>
                        "Remove" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                </Show>
            </td>
        </tr>
    }
}

#[component]
fn RemoveDialog(removing: RwSignal<Option<ProofItem>>, on_removed: Callback<()>) -> impl IntoView {
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
            let answer = client::delete_version::<Done>(&format!("/api/proofs/{}", one.id), one.version).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The proof is removed.");
                    on_removed.run(());
                    open.try_set(false);
                }
                Err(refused) => {
                    if let Some((_, theirs)) = standing::<ProofItem>(&refused) {
                        removing.try_set(Some(theirs));
                    }
                    failure.try_set(Some(refused));
                }
            }
        });
    });
    let text = move || removing.with(|one| one.as_ref().map(|one| one.text.clone()));
    view! {
        <Confirm open title="Remove this proof?" action="Remove it" busy failure on_confirm=remove>
            <p dir="auto">{text}</p>
            <p class="m">"No message cites it any more. What was sent stays as it is."</p>
        </Confirm>
    }
}
