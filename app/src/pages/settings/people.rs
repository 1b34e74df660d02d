//! The people of the team: who may do what, who was here when, adding, changing and disabling.

mod bulk;
mod change;
mod invite;
mod link;
mod role;

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{PeopleResponse, Permission, Person, Token, TokensResponse};
use shared::id::Id;

use super::Answer;
use crate::client;
use crate::components::{
    Ago, Button, ButtonKind, FailureNotice, Notice, Pick, PickAll, Picked, PickedBar, Skeleton, Table, keep_picked,
};
use crate::format;
use crate::session::use_session;

/// The team as this page knows it.
#[derive(Debug, Clone, Copy)]
struct Team {
    people: Answer<Vec<Person>>,
    tokens: RwSignal<Vec<Token>>,
}

#[component]
pub fn People() -> impl IntoView {
    let team = Team { people: RwSignal::new(None), tokens: RwSignal::new(Vec::new()) };
    team.load();
    // Rows stay in place when one of them changes, and the focus with them.
    let state = Memo::new(move |_| team.people.with(|people| people.as_ref().map(Result::is_ok)));
    move || match state.get() {
        None => view! { <div class="panel pad"><Skeleton lines=6 /></div> }.into_any(),
        Some(false) => team
            .people
            .get_untracked()
            .and_then(Result::err)
            .map(|failure| view! { <FailureNotice failure retry=move |()| team.load() /> })
            .into_any(),
        Some(true) => view! { <List team /> }.into_any(),
    }
}

impl Team {
    fn load(self) {
        spawn_local(async move {
            let people = client::get::<PeopleResponse>("/api/people").await.map(|answer| answer.people);
            self.people.try_set(Some(people));
        });
        spawn_local(async move {
            // Only to say how many a change revokes: without them it says so in other words.
            if let Ok(answer) = client::get::<TokensResponse>("/api/tokens").await {
                self.tokens.try_set(answer.tokens);
            }
        });
    }

    fn with<T>(self, read: impl FnOnce(&[Person]) -> T) -> T {
        self.people.with(|people| read(people.as_ref().and_then(|people| people.as_ref().ok()).map_or(&[], Vec::as_slice)))
    }

    fn person(self, id: &Id) -> Option<Person> {
        self.with(|people| people.iter().find(|person| person.id == *id).cloned())
    }

    /// After a change or an addition, as the worker answered it.
    fn put(self, new: Person) {
        self.people.update(|people| {
            let Some(Ok(people)) = people else { return };
            match people.iter_mut().find(|person| person.id == new.id) {
                Some(known) => *known = new,
                None => people.push(new),
            }
        });
        // Their sessions and tokens may have ended with it.
        self.load();
    }

    /// The only one who can still manage the team.
    fn is_last_owner(self, person: &Person) -> bool {
        is_last_owner(person, self.with(|people| people.iter().filter(|other| is_owner(other)).count()))
    }

    /// Tokens that a change of their role revokes.
    fn live_tokens(self, person: &Person) -> usize {
        self.tokens.with(|tokens| {
            let theirs = |token: &&Token| token.created_by.as_ref().is_some_and(|maker| maker.id == person.id);
            tokens.iter().filter(theirs).filter(|token| token.revoked_at.is_none()).count()
        })
    }
}

fn is_owner(person: &Person) -> bool {
    person.role.may(Permission::Admin) && !person.disabled
}

fn is_last_owner(person: &Person, owners: usize) -> bool {
    is_owner(person) && owners < 2
}

#[component]
fn List(team: Team) -> impl IntoView {
    let session = use_session();
    let me = Memo::new(move |_| session.get().map(|session| session.user.id));
    let picked: Picked = RwSignal::new(BTreeSet::new());
    let editing = RwSignal::new(None::<Person>);
    let linking = RwSignal::new(None::<Person>);
    let adding = RwSignal::new(false);
    let ids = Memo::new(move |_| team.with(|people| people.iter().map(|person| person.id.clone()).collect::<Vec<_>>()));
    // Nobody shuts themselves out by a tick in the head of the table, and the last owner cannot.
    let can_pick = move |person: &Person| me.with(|me| me.as_ref() != Some(&person.id)) && !team.is_last_owner(person);
    let pickable = Memo::new(move |_| {
        let all = team.with(<[Person]>::to_vec);
        all.iter().filter(|person| can_pick(person)).map(|person| person.id.as_str().to_owned()).collect::<Vec<_>>()
    });
    Effect::new(move || pickable.with(|ids| keep_picked(picked, ids)));
    view! {
        <section class="panel">
            <div class="picked-head">
                <PickedBar picked>
                    <bulk::Bulk team picked />
                </PickedBar>
                <Button kind=ButtonKind::Primary on_press=move |_| adding.set(true)>"Add somebody"</Button>
            </div>
            <Table caption="People of the team" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col" class="tick"><PickAll picked ids=pickable /></th>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Last seen"</th>
                        <th scope="col" class="num">"Sessions"</th>
                        <th scope="col"><span class="unseen">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || ids.get() key=Id::clone let:id>
                        <Row team id me picked pickable editing linking />
                    </For>
                </tbody>
            </Table>
        </section>
        {move || {
            let owners = team.with(|people| people.iter().filter(|person| is_owner(person)).count());
            (owners == 1)
                .then(|| {
                    view! {
                        <Notice title="There is one owner">
                            "Only an owner manages the team, so the last one keeps the role and cannot be disabled. Make somebody else an owner first: then nobody is missed when one of you is away."
                        </Notice>
                    }
                })
        }}
        <invite::InviteDialog team open=adding />
        <change::ChangeDialog team editing />
        <link::LinkDialog person=linking />
    }
}

#[component]
fn Row(
    team: Team,
    id: Id,
    me: Memo<Option<Id>>,
    picked: Picked,
    pickable: Memo<Vec<String>>,
    editing: RwSignal<Option<Person>>,
    linking: RwSignal<Option<Person>>,
) -> impl IntoView {
    let text = id.as_str().to_owned();
    let is_me = {
        let id = id.clone();
        move || me.with(|me| me.as_ref() == Some(&id))
    };
    let can_pick = Memo::new({
        let text = text.clone();
        move |_| pickable.with(|ids| ids.contains(&text))
    });
    let person = Memo::new(move |_| team.person(&id));
    let name = Memo::new(move |_| person.get().map(|person| person.name).unwrap_or_default());
    let role = move || person.get().map_or("", |person: Person| format::role(person.role));
    let is_disabled = move || person.with(|person| person.as_ref().is_some_and(|person| person.disabled));
    view! {
        <tr class:off=is_disabled>
            <td class="tick">
                {move || can_pick.get().then(|| view! { <Pick picked id=text.clone() label=format!("Select {}", name.get()) /> })}
            </td>
            <th scope="row">
                <span dir="auto">{name}</span>
                {move || is_me().then_some(" (you)")}
                <div class="s breaks">{move || person.get().and_then(|person| person.email)}</div>
            </th>
            <td>{role} {move || is_disabled().then(|| view! { <div class="s">"Disabled: may not sign in"</div> })}</td>
            <td>
                {move || match person.get().and_then(|person| person.last_seen) {
                    Some(at) => view! { <Ago at /> }.into_any(),
                    None => "never".into_any(),
                }}
            </td>
            <td class="num">{move || person.get().and_then(|person| person.sessions)}</td>
            <td class="num acts">
                <Button small=true on_press=move |_| editing.set(person.get_untracked())>
                    "Change" <span class="unseen">" " {name}</span>
                </Button>
                <Show when=move || !is_disabled()>
                    <Button small=true kind=ButtonKind::Quiet on_press=move |_| linking.set(person.get_untracked())>
                        "Sign-in link" <span class="unseen">" for " {name}</span>
                    </Button>
                </Show>
            </td>
        </tr>
    }
}

/// `2 sessions end and 1 token is revoked`: what another role, or none, ends.
fn ends(sessions: u64, tokens: u64) -> Option<String> {
    let sessions = (sessions > 0).then(|| format!("{sessions} {}", format::plural(sessions, "session ends", "sessions end")));
    let tokens = (tokens > 0).then(|| format!("{tokens} {}", format::plural(tokens, "token is revoked", "tokens are revoked")));
    let parts: Vec<_> = [sessions, tokens].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

#[cfg(test)]
mod tests {
    use shared::api::Role;

    use super::*;

    pub(super) fn person(role: Role, disabled: bool) -> Person {
        Person {
            id: Id::from_parts(0, &[7; 10]),
            name: "Ada".into(),
            email: None,
            role,
            disabled,
            sessions: Some(2),
            last_seen: None,
            created_at: String::new(),
            version: 1,
        }
    }

    #[test]
    fn the_last_owner_is_an_owner_who_may_sign_in_and_has_no_second() {
        assert!(is_last_owner(&person(Role::Owner, false), 1));
        assert!(!is_last_owner(&person(Role::Owner, false), 2));
        assert!(!is_last_owner(&person(Role::Owner, true), 1));
        assert!(!is_last_owner(&person(Role::Manager, false), 1));
    }

    #[test]
    fn what_a_change_ends_is_told_in_numbers() {
        assert_eq!(ends(0, 0), None);
        assert_eq!(ends(1, 0).as_deref(), Some("1 session ends"));
        assert_eq!(ends(2, 1).as_deref(), Some("2 sessions end and 1 token is revoked"));
    }
}
