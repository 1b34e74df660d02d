//! Fields that stand for something of the plan: what is typed goes into it, and what undo or somebody else changes comes back.

use leptos::prelude::*;
use shared::campaign::Plan;

use super::editor::{Editor, use_editor};
use super::words::{per_cent, per_mille};
use crate::components::{Field, Select};

/// The text of a field, and whether it can be understood.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    pub value: RwSignal<String>,
    pub is_wrong: RwSignal<bool>,
}

/// `read` is what stands, as the field shows it; `write` puts what was typed into a plan, and says whether it could.
pub(super) fn bound(
    editor: Editor,
    field: String,
    read: impl Fn(&Plan) -> String + Send + Sync + 'static,
    write: impl Fn(&mut Plan, &str) -> bool + Send + Sync + 'static,
) -> Bound {
    let stands = Memo::new(move |_| editor.now.with(|now| read(&now.plan)));
    let value = RwSignal::new(stands.get_untracked());
    let is_wrong = RwSignal::new(false);
    // What this field itself made of the plan: that must not be written over what is being typed.
    let wrote = StoredValue::new(None::<String>);
    Effect::watch(
        move || value.get(),
        move |typed, _, _| {
            let before = stands.get_untracked();
            if *typed == before {
                is_wrong.set(false);
                return;
            }
            let mut understood = false;
            editor.change_plan(&field, |plan| {
                let kept = plan.clone();
                understood = write(plan, typed);
                if !understood {
                    *plan = kept;
                }
            });
            let after = stands.get_untracked();
            wrote.set_value((after != before).then_some(after));
            is_wrong.set(!understood && editor.may.get_untracked());
        },
        false,
    );
    Effect::watch(
        move || stands.get(),
        move |stands, _, _| {
            let own = wrote.get_value();
            wrote.set_value(None);
            if own.as_ref() != Some(stands) {
                value.set(stands.clone());
            }
        },
        false,
    );
    Bound { value, is_wrong }
}

/// What is wrong with a field: it cannot be understood, or the plan's own check says so.
pub(super) fn wrong(editor: Editor, bound: Bound, path: String, fix: &'static str) -> Signal<Option<String>> {
    let checked = Memo::new(move |_| editor.now.with(|now| now.check_plan().remove(&path)));
    Signal::derive(move || if bound.is_wrong.get() { Some(fix.to_owned()) } else { checked.get() })
}

/// A whole number of the plan.
#[component]
pub(super) fn Number(
    label: &'static str,
    /// As the plan's check names it.
    path: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    read: fn(&Plan) -> u32,
    /// Whether it could be taken.
    write: fn(&mut Plan, u32) -> bool,
) -> impl IntoView {
    let editor = use_editor();
    let known = bound(
        editor,
        path.to_owned(),
        move |plan| read(plan).to_string(),
        move |plan, typed| typed.trim().parse().is_ok_and(|number| write(plan, number)),
    );
    let error = wrong(editor, known, path.to_owned(), "Use a whole number.");
    view! { <Field label value=known.value kind="number" hint=hint.unwrap_or_default() error /> }
}

/// A share of the plan: per cent for people, per mille inside.
#[component]
pub(super) fn Share(
    #[prop(into)] label: String,
    #[prop(into)] path: String,
    #[prop(optional)] hint: Option<&'static str>,
    read: impl Fn(&Plan) -> u16 + Send + Sync + 'static,
    write: impl Fn(&mut Plan, u16) + Send + Sync + 'static,
) -> impl IntoView {
    let editor = use_editor();
    let known = bound(
        editor,
        path.clone(),
        move |plan| per_cent(read(plan)),
        move |plan, typed| per_mille(typed).inspect(|share| write(plan, *share)).is_some(),
    );
    let error = wrong(editor, known, path, "Use per cent from 0 to 100, such as 12.5.");
    view! { <Field label value=known.value hint=hint.unwrap_or_default() error /> }
}

/// One of several codes.
#[component]
pub(super) fn Pick(
    #[prop(into)] label: String,
    #[prop(into)] path: String,
    #[prop(optional)] hint: Option<&'static str>,
    options: Vec<(String, String)>,
    read: impl Fn(&Plan) -> String + Send + Sync + 'static,
    write: impl Fn(&mut Plan, &str) -> bool + Send + Sync + 'static,
) -> impl IntoView {
    let editor = use_editor();
    let known = bound(editor, path.clone(), read, write);
    let error = wrong(editor, known, path, "Choose one of these.");
    view! { <Select label value=known.value options=Signal::stored(options) hint=hint.unwrap_or_default() error /> }
}
