//! Changing somebody's name, role, or whether they may sign in.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Person, PersonChange, PersonResponse, Role};

use super::role::{RolePicker, meaning};
use super::{Team, ends};
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Checkbox, Choice, Clash, ConflictDialog, Dialog, Difference, FailureNotice, Field, Notice, NoticeKind,
    announce, open_while, standing,
};
use crate::format;
use crate::session::use_session;

#[component]
pub(super) fn ChangeDialog(team: Team, editing: RwSignal<Option<Person>>) -> impl IntoView {
    let open = open_while(editing);
    view! {
        <Dialog open title="Change somebody of the team">
            {move || editing.get_untracked().map(|person| view! { <Change team person editing /> })}
        </Dialog>
    }
}

#[component]
fn Change(team: Team, person: Person, editing: RwSignal<Option<Person>>) -> impl IntoView {
    let session = use_session();
    let is_me = session.get_untracked().is_some_and(|session| session.user.id == person.id);
    let is_last_owner = untrack(|| team.is_last_owner(&person));
    let name = RwSignal::new(person.name.clone());
    let role = RwSignal::new(person.role);
    let may_sign_in = RwSignal::new(!person.disabled);
    let before = RwSignal::new(person);
    let busy = RwSignal::new(false);
    let tried = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let standing_now = StoredValue::new(None::<Person>);
    let change = Memo::new(move |_| before.with(|before| change(before, &name.get(), role.get(), !may_sign_in.get())));
    let save = move || {
        tried.set(true);
        if name.with_untracked(|name| name.trim().is_empty()) || busy.get_untracked() {
            return;
        }
        let change = change.get_untracked();
        if change == PersonChange::default() {
            editing.set(None);
            return;
        }
        busy.set(true);
        failure.set(None);
        let (path, version) = before.with_untracked(|before| (format!("/api/people/{}", before.id), before.version));
        spawn_local(async move {
            let answer = client::patch::<_, PersonResponse>(&path, version, &change).await;
            busy.try_set(false);
            match answer {
                Ok(answer) => {
                    announce(format!("{} is changed.", answer.person.name));
                    team.put(answer.person);
                    editing.set(None);
                    if is_me {
                        session.load();
                    }
                }
                Err(refused) => match standing::<Person>(&refused) {
                    Some((version, theirs)) => {
                        if let Some(yours) = before.try_get_untracked() {
                            let yours = (yours, name.get_untracked(), role.get_untracked(), !may_sign_in.get_untracked());
                            clash.set(Some(versions(version, &theirs, yours)));
                            standing_now.set_value(Some(theirs));
                        }
                    }
                    None => drop(failure.try_set(Some(refused))),
                },
            }
        });
    };
    let chosen = Callback::new(move |choice: Choice| {
        let Some(theirs) = standing_now.get_value() else { return };
        if !choice.keeps("name") {
            name.set(theirs.name.clone());
        }
        if !choice.keeps("role") {
            role.set(theirs.role);
        }
        if !choice.keeps("disabled") {
            may_sign_in.set(!theirs.disabled);
        }
        team.put(theirs.clone());
        before.set(Person { version: choice.version, ..theirs });
        save();
    });
    let name_error = Signal::derive(move || {
        let empty = tried.get() && name.with(|name| name.trim().is_empty());
        let ours = empty.then(|| "Say who this is: the team sees this name.".to_owned());
        ours.or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("name"))))
    });
    let told = move || {
        let before = before.get();
        let tokens = team.live_tokens(&before) as u64;
        consequence(&before, role.get(), !may_sign_in.get(), tokens, is_me)
    };
    let general = move || failure.get().filter(|failure| failure.field("name").is_none());
    view! {
        <form
            novalidate
            on:submit=move |event: SubmitEvent| {
                event.prevent_default();
                save();
            }
        >
            <p class="m breaks">{before.with_untracked(|before| before.email.clone())}</p>
            <Field label="Name" value=name error=name_error autocomplete="off" />
            {is_last_owner
                .then(|| {
                    view! {
                        <Notice title="The last owner keeps the role">
                            "Only an owner manages the team. Make somebody else an owner first, then change this."
                        </Notice>
                    }
                })}
            <fieldset class="stack" disabled=is_last_owner>
                <RolePicker value=role />
                <Checkbox label="May sign in" value=may_sign_in hint="Without it they are disabled: what they did stays, under their name." />
            </fieldset>
            <div aria-live="polite">
                {move || told().map(|text| view! { <Notice kind=NoticeKind::Warning title="What saving does">{text}</Notice> })}
            </div>
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| editing.set(None)>"Leave as it is"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Save"</Button>
            </div>
        </form>
        <ConflictDialog clash on_choice=chosen />
    }
}

/// What differs from the stored person.
fn change(before: &Person, name: &str, role: Role, disabled: bool) -> PersonChange {
    let name = name.trim();
    PersonChange {
        name: (name != before.name).then(|| name.to_owned()),
        role: (role != before.role).then_some(role),
        disabled: (disabled != before.disabled).then_some(disabled),
    }
}

fn versions(version: u32, theirs: &Person, yours: (Person, String, Role, bool)) -> Clash {
    let (before, name, role, disabled) = yours;
    let word = |disabled: bool| if disabled { "no" } else { "yes" };
    let differences = [
        Difference::between("name", "Name", before.name, theirs.name.as_str(), name.trim()),
        Difference::between("role", "Role", format::role(before.role), format::role(theirs.role), format::role(role)),
        Difference::between("disabled", "May sign in", word(before.disabled), word(theirs.disabled), word(disabled)),
    ];
    let told_by = format!("object=person:{}", theirs.id);
    Clash { version, differences: differences.into_iter().flatten().collect(), told_by }
}

/// What saving ends, said before.
fn consequence(before: &Person, role: Role, disabled: bool, tokens: u64, is_me: bool) -> Option<String> {
    let who = if is_me { "You are" } else { "They are" };
    if before.disabled && !disabled {
        return Some("They may sign in again, with a new link.".to_owned());
    }
    if role == before.role && disabled == before.disabled {
        return None;
    }
    let ended = ends(u64::from(before.sessions.unwrap_or(0)), tokens);
    let ended = ended.map_or_else(String::new, |ended| format!("{who} signed out at once: {ended}. "));
    let then = if disabled {
        "Nobody signs in with their address until you enable them again.".to_owned()
    } else {
        format!("As {} from then on: {}", format::role(role).to_ascii_lowercase(), meaning(role))
    };
    Some(format!("{ended}{then}"))
}

#[cfg(test)]
mod tests {
    use super::super::tests::person;
    use super::*;

    #[test]
    fn only_what_differs_is_sent() {
        let before = person(Role::Viewer, false);
        assert_eq!(change(&before, " Ada ", Role::Viewer, false), PersonChange::default());
        let all = PersonChange { name: Some("Ida".into()), role: Some(Role::Owner), disabled: Some(true) };
        assert_eq!(change(&before, "Ida", Role::Owner, true), all);
    }

    #[test]
    fn saving_says_before_what_it_ends() {
        let before = person(Role::Marketer, false);
        assert_eq!(consequence(&before, Role::Marketer, false, 1, false), None);
        let text = consequence(&before, Role::Viewer, false, 1, false).expect("told");
        assert!(text.contains("2 sessions end and 1 token is revoked") && text.contains("As viewer"), "{text}");
        assert!(consequence(&before, Role::Marketer, true, 0, true).is_some_and(|text| text.starts_with("You are signed out")));
        let back = person(Role::Marketer, true);
        assert!(consequence(&back, Role::Marketer, false, 0, false).is_some_and(|text| text.contains("sign in again")));
    }

    #[test]
    fn both_versions_are_shown_field_by_field() {
        let theirs = Person { name: "Ida".into(), role: Role::Viewer, version: 2, ..person(Role::Marketer, false) };
        let yours = (person(Role::Marketer, false), "Ada".to_owned(), Role::Manager, false);
        let clash = versions(2, &theirs, yours);
        let shown: Vec<_> = clash
            .differences
            .iter()
            .map(|field| (field.name.as_str(), field.theirs.as_str(), field.yours.as_str(), field.touched))
            .collect();
        assert_eq!(shown, [("name", "Ida", "Ada", false), ("role", "Viewer", "Manager", true)]);
    }
}
