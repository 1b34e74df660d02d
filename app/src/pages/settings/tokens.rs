//! Keys for programs: what each may do, until when, and revoking it.

mod make;
mod words;

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Done, Token, TokensResponse};

use self::words::{State, permission, state};
use super::{Answer, loaded};
use crate::client::{self, Failure};
use crate::components::{
    Ago, Button, ButtonKind, Checkbox, Confirm, DateText, EmptyState, Pick, PickAll, Picked, PickedBar, Table, announce,
    keep_picked,
};
use crate::format::plural;
use crate::keyboard;
use crate::locale;
use crate::session::use_session;

#[component]
pub fn Tokens() -> impl IntoView {
    let answer: Answer<Vec<Token>> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let tokens = client::get::<TokensResponse>("/api/tokens").await.map(|answer| answer.tokens);
            answer.try_set(Some(tokens));
        });
    });
    load.run(());
    let making = RwSignal::new(false);
    let over = RwSignal::new(false);
    let picked: Picked = RwSignal::new(BTreeSet::new());
    let revoking = RwSignal::new(None::<Vec<Token>>);
    view! {
        <p class="lead-in">"A token lets a program use Rekindle's API in your name. It never manages people or tokens, and ends when its maker's role changes."</p>
        {loaded(answer, load, move |tokens| view! { <List tokens over picked making revoking /> }.into_any())}
        <make::MakeDialog open=making on_made=load />
        <Revoke revoking picked on_done=load />
    }
}

#[component]
fn List(
    tokens: Vec<Token>,
    over: RwSignal<bool>,
    picked: Picked,
    making: RwSignal<bool>,
    revoking: RwSignal<Option<Vec<Token>>>,
) -> impl IntoView {
    let session = use_session();
    let now = untrack(|| session.now());
    let (live, past): (Vec<_>, Vec<_>) =
        tokens.into_iter().map(|token| (state_of(&token, now), token)).partition(|(state, _)| state.is_live());
    let ids: Vec<_> = live.iter().map(|(_, token)| token.id.as_str().to_owned()).collect();
    keep_picked(picked, &ids);
    let ids = Signal::stored(ids);
    let none = live.is_empty();
    let live = StoredValue::new(live);
    let past = StoredValue::new(past);
    let rows = move |tokens: Vec<(State, Token)>| {
        tokens.into_iter().map(|(state, token)| view! { <Row state token picked revoking /> }).collect_view()
    };
    let ask = move |_| {
        let chosen = live.with_value(|live| {
            let wanted = |token: &&Token| picked.with_untracked(|picked| picked.contains(token.id.as_str()));
            live.iter().map(|(_, token)| token).filter(wanted).cloned().collect::<Vec<_>>()
        });
        revoking.set(Some(chosen));
    };
    let count = past.with_value(Vec::len);
    view! {
        <section class="panel">
            <div class="picked-head">
                <PickedBar picked>
                    <Button small=true disabled=Signal::derive(move || picked.with(BTreeSet::is_empty)) on_press=ask>"Revoke"</Button>
                </PickedBar>
                <Button kind=ButtonKind::Primary on_press=move |_| making.set(true)>"Make a token"</Button>
            </div>
            {none
                .then(|| {
                    view! {
                        <EmptyState title="No token is in use">
                            <p>"Make one for a script that imports orders or reads customers. It gets only what you tick."</p>
                        </EmptyState>
                    }
                })}
            <Show when=move || !none || over.get()>
                <Table caption="Tokens" unseen_caption=true>
                    <thead>
                        <tr>
                            <th scope="col" class="tick"><PickAll picked ids /></th>
                            <th scope="col">"Name"</th>
                            <th scope="col">"May"</th>
                            <th scope="col">"Made by"</th>
                            <th scope="col">"Last used"</th>
                            <th scope="col">"Ends"</th>
                            <th scope="col"><span class="unseen">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        {rows(live.get_value())}
                        {move || over.get().then(|| rows(past.get_value()))}
                    </tbody>
                </Table>
            </Show>
        </section>
        {(count > 0)
            .then(|| view! { <div class="below"><Checkbox label=format!("Show the {count} that ended") value=over /></div> })}
    }
}

#[component]
fn Row(state: State, token: Token, picked: Picked, revoking: RwSignal<Option<Vec<Token>>>) -> impl IntoView {
    let live = state.is_live();
    let what = token.permissions.iter().map(|&may| permission(may).0.to_ascii_lowercase()).collect::<Vec<_>>().join(", ");
    let Token { id, name, hint, created_by, created_at, expires_at, used_at, .. } = token.clone();
    let label = name.clone();
    let token = StoredValue::new(token);
    view! {
        <tr class:off=!live>
            <td class="tick">{live.then(|| view! { <Pick picked id=id.as_str() label=format!("Select {label}") /> })}</td>
            <th scope="row"><span dir="auto">{name.clone()}</span> <div class="s">{format!("rk_…{hint}")}</div></th>
            <td>{what}</td>
            <td><span dir="auto">{created_by.map(|maker| maker.name)}</span> <div class="s"><DateText at=created_at /></div></td>
            <td>
                {match used_at {
                    Some(at) => view! { <Ago at /> }.into_any(),
                    None => "never".into_any(),
                }}
            </td>
            <td>
                <DateText at=expires_at />
                {state.words().map(|words| view! { <div class:s=true class:loss=matches!(state, State::Soon(_))>{words}</div> })}
            </td>
            <td class="num acts">
                {live
                    .then(|| {
                        view! {
                            <Button small=true on_press=move |_| revoking.set(Some(vec![token.get_value()]))>
                                "Revoke" <span class="unseen">" " {name}</span>
                            </Button>
                        }
                    })}
            </td>
        </tr>
    }
}

#[component]
fn Revoke(revoking: RwSignal<Option<Vec<Token>>>, picked: Picked, on_done: Callback<()>) -> impl IntoView {
    let open = crate::components::open_while(revoking);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    Effect::new(move || {
        if open.get() {
            failure.set(None);
        }
    });
    let confirm = move |()| {
        let Some(tokens) = revoking.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let mut done = 0_u64;
            for token in tokens {
                match client::delete::<Done>(&format!("/api/tokens/{}", token.id)).await {
                    Ok(_) => done += 1,
                    Err(refused) => {
                        failure.try_set(Some(refused));
                        break;
                    }
                }
            }
            if busy.try_set(false).is_some() {
                return;
            }
            announce(format!("{done} {} revoked.", plural(done, "token is", "tokens are")));
            on_done.run(());
            if failure.with_untracked(Option::is_none) {
                revoking.set(None);
                picked.set(BTreeSet::new());
                keyboard::focus_heading();
            }
        });
    };
    view! {
        <Confirm open title="Revoke for good?" action="Revoke" busy failure on_confirm=confirm>
            {move || {
                let names = revoking.get().unwrap_or_default().into_iter().map(|token| token.name).collect::<Vec<_>>();
                let count = names.len() as u64;
                view! {
                    <p><b dir="auto">{names.join(", ")}</b></p>
                    <p class="m">
                        {format!(
                            "{} {} refused from the next request on. This cannot be taken back: make a new token instead.",
                            locale::count(count),
                            plural(count, "token: the program that uses it is", "tokens: the programs that use them are"),
                        )}
                    </p>
                }
            }}
        </Confirm>
    }
}

fn state_of(token: &Token, now: f64) -> State {
    state(token.revoked_at.is_some(), locale::millis(&token.expires_at), now)
}
