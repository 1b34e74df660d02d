use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use shared::api::{CustomerChange, Named, Permission};
use shared::id::Id;

use crate::client::{self, Failure};
use crate::components::{Button, Choice, Clash, ConflictDialog, Difference, FailureNotice, Select, announce, standing};
use crate::list::team::{TagField, Team};
use crate::session::{SessionState, use_session};

/// Who looks after the customer and how they are tagged, as the worker last said.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Care {
    pub version: u32,
    pub owner: Option<Named>,
    pub tags: Vec<String>,
}

/// Of an answer, only what this panel shows.
#[derive(Deserialize)]
struct Saved {
    customer: Care,
}

/// The panel's state: each change is saved at once, one after the other.
#[derive(Clone, Copy)]
struct Panel {
    path: StoredValue<String>,
    care: RwSignal<Care>,
    /// What the select shows: the owner's id, also one that is not saved yet.
    owner: RwSignal<String>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
    clash: RwSignal<Option<Clash>>,
    /// What was last asked for, for another try after a clash.
    asked: StoredValue<CustomerChange>,
    /// Asked for while another change is on its way.
    next: StoredValue<Option<CustomerChange>>,
    team: Team,
}

/// Owner and tags, each saved as it is chosen.
#[component]
pub(super) fn CarePanel(id: Id, care: RwSignal<Care>) -> impl IntoView {
    let session = use_session();
    let team = Team::new();
    let panel = Panel {
        path: StoredValue::new(format!("/api/customers/{id}")),
        care,
        owner: RwSignal::new(care.with_untracked(owner_id)),
        busy: RwSignal::new(false),
        failure: RwSignal::new(None),
        clash: RwSignal::new(None),
        asked: StoredValue::new(CustomerChange::default()),
        next: StoredValue::new(None),
        team,
    };
    let may_give = Memo::new(move |_| session.may(Permission::Edit));
    let may_tag = Memo::new(move |_| may_care(session, &care.get()));
    Effect::new(move || {
        if may_give.get() {
            team.want_people();
        }
    });
    Effect::new(move || {
        if may_tag.get() {
            team.want_tags();
        }
    });
    view! {
        <section class="panel pad stack care">
            <h2>"Owner and tags"</h2>
            {move || panel.failure.get().map(|failure| view! { <FailureNotice failure /> })}
            {move || team.failure.get().map(|failure| view! { <FailureNotice failure /> })}
            {move || {
                if may_give.get() {
                    view! { <Owner panel /> }.into_any()
                } else {
                    let owner = move || care.with(|care| care.owner.as_ref().map_or_else(|| "nobody".to_owned(), |owner| owner.name.clone()));
                    view! { <p>"Looked after by " <bdi>{owner}</bdi></p> }.into_any()
                }
            }}
            <Tags panel may_tag />
            <ConflictDialog clash=panel.clash on_choice=Callback::new(move |choice| panel.settle(&choice)) />
        </section>
    }
}

/// Whether the person may tag this customer and write notes: a success manager those whom they look after.
pub(super) fn may_care(session: SessionState, care: &Care) -> bool {
    let me = session.get().map(|session| session.user);
    session.may(Permission::Edit)
        || me
            .is_some_and(|me| me.role == shared::api::Role::Success && care.owner.as_ref().is_some_and(|owner| owner.id == me.id))
}

#[component]
fn Owner(panel: Panel) -> impl IntoView {
    let session = use_session();
    let options = Signal::derive(move || {
        let mut all: Vec<_> = panel.team.people.get().into_iter().map(|person| (person.id.to_string(), person.name)).collect();
        // One who has left the team may still be written there.
        if let Some(owner) = panel.care.get().owner.filter(|owner| !all.iter().any(|(id, _)| id == owner.id.as_str())) {
            all.push((owner.id.to_string(), owner.name));
        }
        all.insert(0, (String::new(), "Nobody".to_owned()));
        all
    });
    Effect::watch(
        move || panel.owner.get(),
        move |chosen, _, _| {
            if *chosen != panel.care.with_untracked(owner_id) {
                panel.save(CustomerChange { owner: Some(Id::parse(chosen).ok()), ..CustomerChange::default() });
            }
        },
        false,
    );
    let me = move || session.get().map(|session| session.user.id.to_string());
    let is_mine = move || me().is_some_and(|me| panel.owner.get() == me);
    view! {
        <div class="tag-form">
            <Select label="Looked after by" value=panel.owner options=options />
            <Show when=move || !is_mine()>
                <Button
                    busy=panel.busy
                    on_press=move |_| {
                        if let Some(me) = untrack(me) {
                            panel.owner.set(me);
                        }
                    }
                >
                    "Take over"
                </Button>
            </Show>
        </div>
    }
}

#[component]
fn Tags(panel: Panel, may_tag: Memo<bool>) -> impl IntoView {
    let typed = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    let tags = move || panel.care.with(|care| care.tags.clone());
    // What was typed stays until it is stored.
    Effect::new(move || {
        if panel.care.with(|care| typed.with_untracked(|typed| care.tags.iter().any(|tag| tag == typed.trim()))) {
            typed.set(String::new());
        }
    });
    let add = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let tag = typed.get_untracked().trim().to_owned();
        let mut all = panel.care.with_untracked(|care| care.tags.clone());
        if tag.is_empty() {
            return;
        }
        if all.iter().any(|known| known.to_lowercase() == tag.to_lowercase()) {
            error.set(Some(format!("They have the tag “{tag}” already")));
            return;
        }
        error.set(None);
        all.push(tag);
        panel.save(CustomerChange { tags: Some(all), ..CustomerChange::default() });
    };
    let remove = move |tag: &str| {
        let left = panel.care.with_untracked(|care| care.tags.iter().filter(|known| *known != tag).cloned().collect());
        panel.save(CustomerChange { tags: Some(left), ..CustomerChange::default() });
    };
    let chip = move |tag: String| {
        let words = tag.clone();
        let label = format!("Remove the tag {tag}");
        view! {
            <li class="chip" dir="auto">
                {words}
                <Show when=move || may_tag.get()>
                    <button
                        type="button"
                        class="remove"
                        aria-label=label.clone()
                        on:click={
                            let tag = tag.clone();
                            move |_| remove(&tag)
                        }
                    >
                        <svg viewBox="0 0 12 12" aria-hidden="true"><path d="M2 2l8 8M10 2l-8 8" stroke="currentColor" stroke-width="1.5" /></svg>
                    </button>
                </Show>
            </li>
        }
    };
    view! {
        <ul class="chips" aria-label="Tags">{move || tags().into_iter().map(chip).collect_view()}</ul>
        <Show when=move || tags().is_empty()><p class="m">"No tags yet."</p></Show>
        <Show when=move || may_tag.get()>
            <form class="tag-form" on:submit=add>
                <TagField team=panel.team value=typed label="Add a tag" error=error />
                // Not busy while a change is on its way: Enter would be lost, and changes wait for each other.
                <Button submit=true>"Add"</Button>
            </form>
        </Show>
    }
}

impl Panel {
    fn save(self, change: CustomerChange) {
        if self.busy.get_untracked() {
            self.next.update_value(|next| {
                let waiting = next.take().unwrap_or_default();
                *next = Some(CustomerChange {
                    owner: change.owner.or(waiting.owner),
                    tags: change.tags.or(waiting.tags),
                    set_aside: change.set_aside.or(waiting.set_aside),
                    ..CustomerChange::default()
                });
            });
            return;
        }
        self.send(self.care.with_untracked(|care| care.version), change);
    }

    fn send(self, version: u32, change: CustomerChange) {
        self.busy.set(true);
        self.failure.set(None);
        self.asked.set_value(change.clone());
        let path = self.path.get_value();
        spawn_local(async move {
            let answer = client::patch::<_, Saved>(&path, version, &change).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(saved) => {
                    announce("Saved");
                    self.show(saved.customer);
                    self.team.want_tags();
                    if let Some(next) = self.next.try_update_value(Option::take).flatten() {
                        self.save(next);
                    }
                }
                Err(refused) => self.refused(refused, &change),
            }
        });
    }

    /// Both versions where somebody was quicker; else what went wrong, beside what stands.
    fn refused(self, refused: Failure, change: &CustomerChange) {
        let before = self.care.get_untracked();
        match standing::<Care>(&refused) {
            Some((version, theirs)) => {
                let yours = Care { version, ..changed(&before, change, &self.team) };
                self.clash.set(Some(Clash {
                    version,
                    differences: differences(&before, &theirs, &yours),
                    told_by: "action=customer_changed".to_owned(),
                }));
                self.show(theirs);
            }
            None => {
                self.failure.set(Some(refused));
                self.owner.set(owner_id(&before));
            }
        }
    }

    /// What the person decided; the rest stands as the other left it, and is shown already.
    fn settle(self, choice: &Choice) {
        let asked = self.asked.get_value();
        let change = CustomerChange {
            owner: asked.owner.filter(|_| choice.keeps("owner")),
            tags: asked.tags.filter(|_| choice.keeps("tags")),
            set_aside: asked.set_aside,
            ..CustomerChange::default()
        };
        if change != CustomerChange::default() {
            self.send(choice.version, change);
        }
    }

    fn show(self, care: Care) {
        let owner = owner_id(&care);
        self.care.set(care);
        self.owner.set(owner);
    }
}

fn owner_id(care: &Care) -> String {
    care.owner.as_ref().map(|owner| owner.id.to_string()).unwrap_or_default()
}

/// What a customer would be like with `change`.
fn changed(before: &Care, change: &CustomerChange, team: &Team) -> Care {
    let named = |id: &Id| team.people.with_untracked(|people| people.iter().find(|person| person.id == *id).cloned());
    let owner = match &change.owner {
        None => before.owner.clone(),
        Some(owner) => owner.as_ref().and_then(named),
    };
    Care { owner, tags: change.tags.clone().unwrap_or_else(|| before.tags.clone()), version: before.version }
}

fn differences(before: &Care, theirs: &Care, yours: &Care) -> Vec<Difference> {
    let owner = |care: &Care| care.owner.as_ref().map_or_else(|| "nobody".to_owned(), |owner| owner.name.clone());
    let tags = |care: &Care| care.tags.join(", ");
    [
        Difference::between("owner", "Looked after by", owner(before), owner(theirs), owner(yours)),
        Difference::between("tags", "Tags", tags(before), tags(theirs), tags(yours)),
    ]
    .into_iter()
    .flatten()
    // What this person did not touch is the other's to say.
    .filter(|difference| difference.touched)
    .collect()
}
