//! What the parts of the editor share.

use leptos::prelude::*;
use shared::api::Campaign;
use shared::api::composing::{Composed, ComposedMessage, Shown};
use shared::campaign::Plan;
use shared::message::layout::Look;
use shared::message::{Brand, Channel, Choice, Draft, Part, Slot, StepDraft};
use shared::offer::Step;
use wasm_bindgen::JsCast;

use super::Basis;
use super::audience::Audience;
use super::days::{follow_days, follow_forms};
use super::fields::{Edited, Work};
use super::history::History;
use super::saving::Saving;
use crate::components::announce;

/// Which column a phone shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages::campaigns) enum Column {
    Sequence,
    Words,
    Preview,
}

/// How the preview's frame is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages::campaigns) enum Device {
    Phone,
    Desktop,
    Dark,
}

/// The chosen message: a step and a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages::campaigns) struct At {
    pub step: Step,
    pub channel: Channel,
}

#[derive(Clone, Copy)]
pub(in crate::pages::campaigns) struct Editor {
    pub id: StoredValue<String>,
    /// What messages are made of; none until somebody looks at them.
    pub basis: StoredValue<Option<Basis>>,
    /// As the server answered it last: its state, its approval and what runs.
    pub campaign: RwSignal<Campaign>,
    /// As a person has it.
    pub now: RwSignal<Edited>,
    /// As the server has it, of `version`.
    pub base: RwSignal<Edited>,
    pub version: RwSignal<u32>,
    pub segment_name: RwSignal<Option<String>>,
    pub history: RwSignal<History<Work>>,
    pub saving: Saving,
    pub at: RwSignal<At>,
    pub variant: RwSignal<u8>,
    pub look: RwSignal<Look>,
    pub device: RwSignal<Device>,
    pub column: RwSignal<Column>,
    pub audience: Audience,
    /// For the person and the draft of a moment ago; what stands keeps standing while the next comes.
    pub composed: RwSignal<Option<Composed>>,
    /// Why nothing could be composed.
    pub broken: RwSignal<Option<String>>,
    /// The words of a slot before its last change, for the diff.
    pub before: RwSignal<Option<(At, Slot, String)>>,
    pub may: Memo<bool>,
}

pub(in crate::pages::campaigns) fn use_editor() -> Editor {
    expect_context()
}

impl Editor {
    pub(in crate::pages::campaigns) fn provide(campaign: Campaign, may: Memo<bool>) -> Self {
        let edited = Edited::of(&campaign);
        let row = &campaign.row;
        let editor = Self {
            id: StoredValue::new(row.id.to_string()),
            now: RwSignal::new(edited.clone()),
            base: RwSignal::new(edited),
            version: RwSignal::new(row.version),
            segment_name: RwSignal::new(row.segment.as_ref().map(|segment| segment.name.clone())),
            basis: StoredValue::new(None),
            campaign: RwSignal::new(campaign.clone()),
            history: RwSignal::new(History::default()),
            saving: Saving::new(),
            at: RwSignal::new(At { step: Step::Help, channel: Channel::Email }),
            variant: RwSignal::new(0),
            look: RwSignal::new(Look::Designed),
            device: RwSignal::new(Device::Desktop),
            column: RwSignal::new(Column::Words),
            audience: Audience::new(),
            composed: RwSignal::new(None),
            broken: RwSignal::new(None),
            before: RwSignal::new(None),
            may,
        };
        provide_context(editor);
        editor
    }

    pub(in crate::pages::campaigns) fn brand(self) -> Option<Brand> {
        self.basis.with_value(|basis| basis.as_ref().map(|basis| basis.brand.clone()))
    }

    pub(in crate::pages::campaigns) fn shown(self) -> Shown {
        let At { step, channel } = self.at.get();
        Shown { step, channel, variant: self.variant.get(), look: self.look.get() }
    }

    /// Changes the draft; `field` names what, so that strokes of one field are one step back.
    pub(in crate::pages::campaigns) fn change(self, field: &str, act: impl FnOnce(&mut Draft)) {
        if !self.may.get_untracked() {
            return;
        }
        let before = self.work();
        let mut work = before.clone();
        act(&mut work.draft);
        self.put(field, before, work);
    }

    /// The same of the plan. The days of the messages follow it.
    pub(in crate::pages::campaigns) fn change_plan(self, field: &str, act: impl FnOnce(&mut Plan)) {
        if !self.may.get_untracked() {
            return;
        }
        let before = self.work();
        let mut work = before.clone();
        act(&mut work.plan);
        follow_days(&mut work.draft, &work.plan);
        follow_forms(&mut work.draft, &work.plan);
        self.put(field, before, work);
    }

    fn put(self, field: &str, before: Work, work: Work) {
        if work == before {
            return;
        }
        self.history.update(|history| history.note(before, field, js_sys::Date::now()));
        self.now.update(|now| now.take(work));
    }

    fn work(self) -> Work {
        self.now.with_untracked(Edited::work)
    }

    pub(in crate::pages::campaigns) fn change_step(self, field: &str, act: impl FnOnce(&mut StepDraft)) {
        let step = self.at.get_untracked().step;
        self.change(&format!("{step:?} {field}"), |draft| {
            if let Some(step) = draft.steps.iter_mut().find(|known| known.step == step) {
                act(step);
            }
        });
    }

    /// Puts a choice into a slot of the shown mail; a subject is of the shown variant. Remembers what its words were.
    pub(in crate::pages::campaigns) fn choose(self, place: Place, choice: Choice) {
        let at = self.at.get_untracked();
        let was = untrack(|| self.part(place)).map(|part| part.text).unwrap_or_default();
        let goes_on = self
            .before
            .with_untracked(|before| before.as_ref().is_some_and(|(known, slot, _)| *known == at && *slot == place.slot()))
            && matches!(choice, Choice::Own { .. });
        if !goes_on {
            self.before.set(Some((at, place.slot(), was)));
        }
        self.change_step(&format!("{place:?}"), |step| match (place, choice) {
            (Place::Subject(variant), choice) => {
                if let Some(subject) = step.subjects.get_mut(variant) {
                    *subject = choice;
                }
            }
            (Place::Slot(slot), Choice::Composer) => drop(step.parts.remove(&slot)),
            (Place::Slot(slot), choice) => drop(step.parts.insert(slot, choice)),
        });
    }

    pub(in crate::pages::campaigns) fn undo(self) {
        let now = self.work();
        if let Some(work) = self.history.try_update(|history| history.undo(now)).flatten() {
            self.now.update(|now| now.take(work));
            announce("Undone.");
        }
    }

    pub(in crate::pages::campaigns) fn redo(self) {
        let now = self.work();
        if let Some(work) = self.history.try_update(|history| history.redo(now)).flatten() {
            self.now.update(|now| now.take(work));
            announce("Done again.");
        }
    }

    /// Ctrl+Z and Ctrl+Shift+Z, or Ctrl+Y. In a text field they are the field's own.
    pub(in crate::pages::campaigns) fn on_key(self, event: &web_sys::KeyboardEvent) {
        let in_text = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| element.matches("textarea, input:not([type=checkbox]):not([type=radio])").unwrap_or(false));
        if in_text || !(event.ctrl_key() || event.meta_key()) {
            return;
        }
        match (event.key().to_lowercase().as_str(), event.shift_key()) {
            ("z", false) => self.undo(),
            ("z", true) | ("y", _) => self.redo(),
            _ => return,
        }
        event.prevent_default();
    }

    /// The step that is shown, as the draft has it.
    pub(in crate::pages::campaigns) fn step(self) -> Option<StepDraft> {
        let at = self.at.get();
        self.now.with(|now| now.draft.steps.iter().find(|step| step.step == at.step).cloned())
    }

    pub(in crate::pages::campaigns) fn choice(self, place: Place) -> Choice {
        let at = self.at.get();
        self.now.with(|now| {
            let step = now.draft.steps.iter().find(|step| step.step == at.step);
            let choice = step.and_then(|step| match place {
                Place::Subject(variant) => step.subjects.get(variant),
                Place::Slot(slot) => step.parts.get(&slot),
            });
            choice.cloned().unwrap_or_default()
        })
    }

    /// A message as it is composed.
    pub(in crate::pages::campaigns) fn message(self, at: At) -> Option<ComposedMessage> {
        self.composed.with(|composed| {
            let step = composed.as_ref()?.steps.iter().find(|step| step.step == at.step)?;
            step.messages.iter().find(|one| one.message.channel == at.channel).cloned()
        })
    }

    /// The composed words of a place of the shown mail.
    pub(in crate::pages::campaigns) fn part(self, place: Place) -> Option<Part> {
        let at = At { channel: Channel::Email, ..self.at.get() };
        let message = self.message(at)?.message;
        match place {
            Place::Subject(variant) => message.subjects.into_iter().nth(variant),
            Place::Slot(Slot::Preheader) => message.preheader,
            Place::Slot(Slot::Action) => {
                let known = message.parts.iter().find(|part| part.slot == Slot::Action).cloned();
                known.or_else(|| {
                    let call = message.call?;
                    Some(Part { slot: Slot::Action, block: String::new(), text: call.text, facts: Vec::new() })
                })
            }
            Place::Slot(slot) => {
                // A slot may hold several paragraphs; the first one's block is the slot's.
                let mut all = message.parts.into_iter().filter(|part| part.slot == slot);
                let first = all.next()?;
                Some(all.fold(first, |part, more| Part { text: format!("{}\n\n{}", part.text, more.text), ..part }))
            }
        }
    }

    /// Whether a fact of the shown person is known, and the rest that the preview says.
    pub(in crate::pages::campaigns) fn is_clean(self) -> bool {
        self.now.with(|now| self.base.with(|base| now == base))
    }
}

/// Where words stand in a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pages::campaigns) enum Place {
    /// 0 or 1.
    Subject(usize),
    Slot(Slot),
}

impl Place {
    pub(in crate::pages::campaigns) fn slot(self) -> Slot {
        match self {
            Self::Subject(_) => Slot::Subject,
            Self::Slot(slot) => slot,
        }
    }
}
