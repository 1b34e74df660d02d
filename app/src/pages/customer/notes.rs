use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Done, NewNote, Note, NoteResponse, Permission};
use shared::id::Id;

use super::care::{Care, may_care};
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, DateText, Difference, FailureNotice, TextArea, announce, standing,
};
use crate::session::use_session;

/// The notes of a customer, the newest first.
#[derive(Clone, Copy)]
struct Notes {
    path: StoredValue<String>,
    all: RwSignal<Vec<Note>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    /// Deleted last: its words, to write them again.
    deleted: RwSignal<Option<String>>,
}

/// What the team wrote, and a field to write more.
#[component]
pub(super) fn NotesPanel(id: Id, notes: Vec<Note>, care: RwSignal<Care>) -> impl IntoView {
    let session = use_session();
    let notes = Notes {
        path: StoredValue::new(format!("/api/customers/{id}/notes")),
        all: RwSignal::new(notes),
        failure: RwSignal::new(None),
        busy: RwSignal::new(false),
        deleted: RwSignal::new(None),
    };
    let may_write = Memo::new(move |_| may_care(session, &care.get()));
    let is_empty = move || notes.all.with(Vec::is_empty);
    view! {
        <section class="panel">
            <div class="section-head"><h2>"Notes"</h2></div>
            {move || notes.failure.get().map(|failure| view! { <div class="pad"><FailureNotice failure /></div> })}
            <Show when=move || may_write.get()><Write notes /></Show>
            <Show when=move || is_empty() && !may_write.get()><p class="pad m">"Nobody wrote a note yet."</p></Show>
            {move || notes.deleted.get().map(|body| view! { <Deleted notes body /> })}
            <For each=move || notes.all.get() key=|note| (note.id.clone(), note.version) let:note>
                <One notes note />
            </For>
        </section>
    }
}

#[component]
fn Write(notes: Notes) -> impl IntoView {
    let body = RwSignal::new(String::new());
    let write = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        // What was typed stays until it is stored.
        notes.write(body.get_untracked(), move || drop(body.try_set(String::new())));
    };
    view! {
        <form class="note-form" on:submit=write>
            <TextArea label="Write a note" value=body rows=3 error=Signal::derive(move || notes.failure.get().and_then(|failure| failure.field("body"))) />
            <Button submit=true busy=notes.busy disabled=Signal::derive(move || body.with(|body| body.trim().is_empty()))>"Add note"</Button>
        </form>
    }
}

#[component]
fn Deleted(notes: Notes, body: String) -> impl IntoView {
    view! {
        <div class="note row" role="status">
            <span>"The note is deleted."</span>
            <Button
                small=true
                busy=notes.busy
                on_press=move |_| notes.write(body.clone(), move || drop(notes.deleted.try_set(None)))
            >
                "Undo"
            </Button>
        </div>
    }
}

#[component]
fn One(notes: Notes, note: Note) -> impl IntoView {
    let session = use_session();
    let mine = note.mine;
    let may_change = Memo::new(move |_| mine || session.may(Permission::Admin));
    let editing = RwSignal::new(false);
    let is_sure = RwSignal::new(false);
    let Note { author, body, created_at, updated_at, .. } = note.clone();
    let edited = (updated_at != created_at).then(|| view! { " · changed " <DateText at=updated_at /> });
    let note = StoredValue::new(note);
    let delete = move |_| {
        // One's own can be written again; another's words could not come back as theirs.
        if mine || is_sure.get_untracked() {
            notes.delete(note.get_value());
        } else {
            is_sure.set(true);
        }
    };
    view! {
        <article class="note">
            <p class="s"><b dir="auto">{author}</b> " · " <DateText at=created_at /> {edited}</p>
            {move || {
                if editing.get() {
                    view! { <Edit notes note=note.get_value() editing /> }.into_any()
                } else {
                    view! { <p class="body" dir="auto">{body.clone()}</p> }.into_any()
                }
            }}
            <Show when=move || may_change.get() && !editing.get()>
                <div class="row">
                    <Button small=true kind=ButtonKind::Quiet on_press=move |_| editing.set(true)>"Edit"</Button>
                    <Button small=true kind=ButtonKind::Quiet busy=notes.busy on_press=delete>
                        {move || if is_sure.get() { "Delete for good" } else { "Delete" }}
                    </Button>
                </div>
            </Show>
        </article>
    }
}

#[component]
fn Edit(notes: Notes, note: Note, editing: RwSignal<bool>) -> impl IntoView {
    let body = RwSignal::new(note.body.clone());
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let path = StoredValue::new(format!("/api/notes/{}", note.id));
    let before = StoredValue::new(note.body);
    let theirs = RwSignal::new(None::<Note>);
    let send = move |version: u32| {
        let new = NewNote { body: body.get_untracked() };
        notes.busy.set(true);
        failure.set(None);
        let path = path.get_value();
        spawn_local(async move {
            let answer = client::patch::<_, NoteResponse>(&path, version, &new).await;
            if notes.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(saved) => {
                    announce("Note saved");
                    notes.replace(saved.note);
                }
                Err(refused) => match standing::<Note>(&refused) {
                    Some((version, standing)) => {
                        let differences =
                            Difference::between("body", "Note", before.get_value(), standing.body.as_str(), new.body);
                        theirs.set(Some(standing));
                        let told_by = "action=note_changed".to_owned();
                        clash.set(Some(Clash { version, differences: differences.into_iter().collect(), told_by }));
                    }
                    None => failure.set(Some(refused)),
                },
            }
        });
    };
    let on_choice = Callback::new(move |choice: Choice| {
        if choice.keeps("body") {
            send(choice.version);
        } else if let Some(standing) = theirs.get_untracked() {
            notes.replace(standing);
        }
    });
    let version = note.version;
    view! {
        <form
            on:submit=move |event| {
                event.prevent_default();
                send(version);
            }
        >
            <TextArea label="Note" value=body rows=4 error=Signal::derive(move || failure.get().map(|failure| failure.field("body").unwrap_or_else(|| failure.text()))) />
            <div class="row">
                <Button small=true kind=ButtonKind::Primary submit=true busy=notes.busy>"Save note"</Button>
                <Button small=true kind=ButtonKind::Quiet on_press=move |_| editing.set(false)>"Cancel"</Button>
            </div>
            <ConflictDialog clash on_choice />
        </form>
    }
}

impl Notes {
    fn write(self, body: String, done: impl FnOnce() + 'static) {
        if self.busy.get_untracked() {
            return;
        }
        self.busy.set(true);
        self.failure.set(None);
        let path = self.path.get_value();
        spawn_local(async move {
            let answer = client::post::<_, NoteResponse>(&path, &NewNote { body }).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(saved) => {
                    announce("Note saved");
                    self.all.update(|all| all.insert(0, saved.note));
                    done();
                }
                Err(refused) => self.failure.set(Some(refused)),
            }
        });
    }

    fn delete(self, note: Note) {
        self.busy.set(true);
        self.failure.set(None);
        let path = format!("/api/notes/{}", note.id);
        spawn_local(async move {
            let answer = client::delete_version::<Done>(&path, note.version).await;
            if self.busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    announce("The note is deleted");
                    self.all.update(|all| all.retain(|known| known.id != note.id));
                    self.deleted.set(note.mine.then_some(note.body));
                }
                Err(refused) => {
                    // Somebody changed it meanwhile: who deletes it should have read that.
                    if let Some((_, standing)) = standing::<Note>(&refused) {
                        self.replace(standing);
                    }
                    self.failure.set(Some(refused));
                }
            }
        });
    }

    fn replace(self, note: Note) {
        self.all.update(|all| {
            if let Some(known) = all.iter_mut().find(|known| known.id == note.id) {
                *known = note;
            }
        });
    }
}
