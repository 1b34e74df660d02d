use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use shared::api::{AuditEntry, AuditResponse, Permission};

use super::{Ago, Button, ButtonKind, Dialog, open_while, unique_id};
use crate::client::{self, Failure};
use crate::session::use_session;

/// A field that stands otherwise in the store than in the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of the field, for [`Choice::keeps`].
    pub name: String,
    pub label: String,
    /// What stands now.
    pub theirs: String,
    pub yours: String,
    /// Whether this person changed it, or only has not seen the other's change yet.
    pub touched: bool,
    /// Whether the other changed it.
    pub moved: bool,
}

/// Two versions of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The one that stands now; what is chosen is saved over it.
    pub version: u32,
    pub differences: Vec<Difference>,
    /// Where the audit log tells who was quicker: part of a query, such as `action=shop_changed`.
    pub told_by: String,
}

/// What the person decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub version: u32,
    mine: BTreeSet<String>,
}

/// Shown while `clash` holds one: both versions field by field, and a choice for each.
///
/// It only asks. A form puts `theirs` into the fields that the choice does not keep and saves again with the choice's version;
/// should a third person have been quicker still, it shows the next clash. "Keep editing" leaves the form as it is.
#[component]
pub fn ConflictDialog(clash: RwSignal<Option<Clash>>, #[prop(into)] on_choice: Callback<Choice>) -> impl IntoView {
    let open = open_while(clash);
    view! {
        <Dialog open title="Somebody else saved this meanwhile">
            {move || clash.get_untracked().map(|shown| view! { <Versions shown clash on_choice /> })}
        </Dialog>
    }
}

impl Difference {
    /// `None` where both say the same. `before` is what the form began with.
    pub fn between(
        name: impl Into<String>,
        label: &str,
        before: impl Into<String>,
        theirs: impl Into<String>,
        yours: impl Into<String>,
    ) -> Option<Self> {
        let (before, theirs, yours) = (before.into(), theirs.into(), yours.into());
        let (touched, moved) = (yours != before, theirs != before);
        (theirs != yours).then(|| Self { name: name.into(), label: label.to_owned(), theirs, yours, touched, moved })
    }
}

impl Clash {
    /// What stands where both changed different fields: nobody has to choose then.
    pub fn apart(&self) -> Option<Choice> {
        let overlap = self.differences.iter().any(|difference| difference.touched && difference.moved);
        (!overlap).then(|| Choice { version: self.version, mine: first_choice(&self.differences) })
    }
}

impl Choice {
    /// As a person makes it in the dialog.
    #[cfg(test)]
    pub fn of(version: u32, mine: &[&str]) -> Self {
        Self { version, mine: mine.iter().map(|&name| name.to_owned()).collect() }
    }

    /// Whether the field keeps what this person typed.
    pub fn keeps(&self, name: &str) -> bool {
        self.mine.contains(name)
    }
}

/// The version that stands now and the resource as its `GET` answers it, where `failure` says that somebody was quicker.
pub fn standing<T: DeserializeOwned>(failure: &Failure) -> Option<(u32, T)> {
    let conflict = failure.conflict()?;
    Some((conflict.current, T::deserialize(&conflict.resource).ok()?))
}

#[component]
fn Versions(shown: Clash, clash: RwSignal<Option<Clash>>, on_choice: Callback<Choice>) -> impl IntoView {
    let Clash { version, differences, told_by } = shown;
    let names: BTreeSet<_> = differences.iter().map(|difference| difference.name.clone()).collect();
    let mine = RwSignal::new(first_choice(&differences));
    let several = differences.len() > 1;
    let same = differences.is_empty();
    let rows = differences.into_iter().map(|difference| view! { <Field difference mine /> }).collect_view();
    let save = move |_| {
        let mine = mine.get_untracked();
        clash.set(None);
        on_choice.run(Choice { version, mine });
    };
    view! {
        <p class="m">"Nothing of yours is lost, and nothing of theirs is overwritten yet. Choose what shall stand."</p>
        <Quicker told_by />
        {same.then(|| view! { <p>"They saved the same as you."</p> })}
        {several
            .then(|| {
                view! {
                    <div class="row">
                        <Button small=true on_press=move |_| mine.set(BTreeSet::new())>"All as it stands now"</Button>
                        <Button small=true on_press=move |_| mine.set(names.clone())>"All as I have it"</Button>
                    </div>
                }
            })}
        <div class="versions">{rows}</div>
        <div class="dialog-actions">
            <Button on_press=move |_| clash.set(None)>"Keep editing"</Button>
            <Button kind=ButtonKind::Primary on_press=save>"Save the chosen"</Button>
        </div>
    }
}

#[component]
fn Field(difference: Difference, mine: RwSignal<BTreeSet<String>>) -> impl IntoView {
    let Difference { name, label, theirs, yours, touched, .. } = difference;
    let group = unique_id();
    let option = |is_mine: bool, words: &'static str, value: String| {
        let (known, chosen) = (name.clone(), name.clone());
        let empty = value.trim().is_empty();
        view! {
            <label class="version">
                <input
                    type="radio"
                    name=group.clone()
                    prop:checked=move || mine.with(|mine| mine.contains(&known)) == is_mine
                    on:change=move |_| {
                        mine.update(|mine| if is_mine { mine.insert(chosen.clone()); } else { mine.remove(&chosen); });
                    }
                />
                <span>
                    <span class="s">{words}</span>
                    {if empty { view! { <em>"nothing"</em> }.into_any() } else { view! { <b dir="auto">{value}</b> }.into_any() }}
                </span>
            </label>
        }
    };
    let stands = option(false, "Stands now", theirs);
    let typed = option(true, if touched { "Yours" } else { "Yours, as it was before" }, yours);
    view! {
        <fieldset>
            <legend>{label}</legend>
            {stands} {typed}
        </fieldset>
    }
}

/// Who was quicker and when, for those who may read the audit log.
#[component]
fn Quicker(told_by: String) -> impl IntoView {
    let session = use_session();
    let entry = RwSignal::new(None::<AuditEntry>);
    if untrack(|| session.may(Permission::Admin)) && !told_by.is_empty() {
        spawn_local(async move {
            // Not knowing who is no reason to trouble somebody who has a choice to make.
            if let Ok(answer) = client::get::<AuditResponse>(&format!("/api/audit?{told_by}&limit=1")).await {
                entry.try_set(answer.audit.into_iter().next());
            }
        });
    }
    // Room for the line from the start, so that nothing moves under the pointer.
    view! {
        <p class="quicker">
            {move || entry.get().map(|entry| view! { <span dir="auto">{entry.actor.name}</span> " saved it " <Ago at=entry.at /> "." })}
        </p>
    }
}

/// What this person changed stays, and of the rest what the other did.
fn first_choice(differences: &[Difference]) -> BTreeSet<String> {
    differences.iter().filter(|difference| difference.touched).map(|difference| difference.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_both_agree_on_is_no_difference() {
        assert_eq!(Difference::between("name", "Name", "Tea", "Coffee", "Coffee"), None);
        assert_eq!(Difference::between("name", "Name", "Tea", "Tea", "Tea"), None);
    }

    #[test]
    fn at_first_each_keeps_what_they_changed() {
        let differences: Vec<_> = [
            Difference::between("name", "Name", "Tea", "Coffee", "Cocoa"),
            Difference::between("time_zone", "Time zone", "UTC", "Europe/Berlin", "UTC"),
            Difference::between("plan", "Plan", "free", "free", "paid"),
        ]
        .into_iter()
        .flatten()
        .collect();
        let choice = Choice { version: 2, mine: first_choice(&differences) };
        assert_eq!(["name", "time_zone", "plan"].map(|name| choice.keeps(name)), [true, false, true]);
    }

    #[test]
    fn nobody_has_to_choose_where_each_changed_something_else() {
        let clash = |theirs: &str| Clash {
            version: 2,
            differences: [
                Difference::between("name", "Name", "Tea", theirs, "Cocoa"),
                Difference::between("time_zone", "Time zone", "UTC", "Europe/Berlin", "UTC"),
            ]
            .into_iter()
            .flatten()
            .collect(),
            told_by: String::new(),
        };
        let apart = clash("Tea").apart().expect("no overlap");
        assert_eq!((apart.version, apart.keeps("name"), apart.keeps("time_zone")), (2, true, false));
        assert_eq!(clash("Coffee").apart(), None);
    }
}
