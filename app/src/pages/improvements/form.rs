//! Telling of an improvement, or mending what was told.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Improvement, ImprovementAnswer, ImprovementChange, ImprovementKind, NewImprovement};
use shared::improvement::usual_reasons;
use shared::reason::Reason;

use super::list::kind_name;
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Dialog, Difference, FailureNotice, Field, Select, TextArea, announce,
    open_while, standing, unique_id,
};

/// What stands in the form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draft {
    /// None of a new one.
    pub known: Option<Improvement>,
    pub kind: ImprovementKind,
    pub title: String,
    pub text: String,
    /// ISO date; empty is today.
    pub shipped_on: String,
    pub reasons: Vec<Reason>,
    /// With commas between.
    pub features: String,
}

/// Reasons that something can answer.
const ANSWERABLE: [Reason; 7] = [
    Reason::Price,
    Reason::MissingFeature,
    Reason::Service,
    Reason::Competitor,
    Reason::ReducedNeed,
    Reason::PoorExperience,
    Reason::FailedPayment,
];

impl Default for Draft {
    fn default() -> Self {
        let kind = ImprovementKind::Feature;
        Self {
            known: None,
            kind,
            title: String::new(),
            text: String::new(),
            shipped_on: String::new(),
            reasons: usual_reasons(kind).to_vec(),
            features: String::new(),
        }
    }
}

impl Draft {
    pub(super) fn of(known: Improvement) -> Self {
        Self {
            kind: known.kind,
            title: known.title.clone(),
            text: known.text.clone().unwrap_or_default(),
            shipped_on: known.shipped_on.clone(),
            reasons: known.reasons.clone(),
            features: known.features.join(", "),
            known: Some(known),
        }
    }

    fn words(&self) -> Vec<String> {
        self.features.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }

    fn told(&self) -> Option<String> {
        Some(self.text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// Where it differs from what stands now.
    fn clash(&self, theirs: &Improvement) -> Clash {
        let before = self.known.clone().map(Self::of).unwrap_or_default();
        let stands = Self::of(theirs.clone());
        let names = |reasons: &[Reason]| reasons.iter().map(|reason| reason.name()).collect::<Vec<_>>().join(", ");
        let fields = [
            Difference::between("kind", "Kind", kind_name(before.kind), kind_name(stands.kind), kind_name(self.kind)),
            Difference::between("title", "In a sentence", before.title, stands.title, self.title.clone()),
            Difference::between("text", "More about it", before.text, stands.text, self.text.clone()),
            Difference::between("shipped_on", "Since", before.shipped_on, stands.shipped_on, self.shipped_on.clone()),
            Difference::between("reasons", "Answers", names(&before.reasons), names(&stands.reasons), names(&self.reasons)),
            Difference::between("features", "In their words", before.features, stands.features, self.features.clone()),
        ];
        let differences = fields.into_iter().flatten().collect();
        Clash { version: theirs.version, differences, told_by: format!("action=improvement_changed&object={}", theirs.id) }
    }
}

#[component]
pub(super) fn FormDialog(writing: RwSignal<Option<Draft>>, on_saved: Callback<()>) -> impl IntoView {
    let open = open_while(writing);
    view! {
        <Dialog open title="What did you ship or change?">
            {move || writing.get_untracked().map(|draft| view! { <Form draft writing on_saved /> })}
        </Dialog>
    }
}

#[component]
fn Form(draft: Draft, writing: RwSignal<Option<Draft>>, on_saved: Callback<()>) -> impl IntoView {
    let kind = RwSignal::new(draft.kind.code().to_owned());
    let title = RwSignal::new(draft.title.clone());
    let text = RwSignal::new(draft.text.clone());
    let day = RwSignal::new(draft.shipped_on.clone());
    let reasons = RwSignal::new(draft.reasons.clone());
    let features = RwSignal::new(draft.features.clone());
    let is_new = draft.known.is_none();
    let known = RwSignal::new(draft.known);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let error = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
    };
    let now = move || Draft {
        known: known.get_untracked(),
        kind: kind.with_untracked(|code| ImprovementKind::of_code(code)).unwrap_or(ImprovementKind::Feature),
        title: title.get_untracked(),
        text: text.get_untracked(),
        shipped_on: day.get_untracked(),
        reasons: reasons.get_untracked(),
        features: features.get_untracked(),
    };
    // A new one answers what is usual for its kind, until the marketer says otherwise.
    Effect::watch(
        move || kind.get(),
        move |code, before, _| {
            let usual = |code: &str| ImprovementKind::of_code(code).map(usual_reasons).unwrap_or_default();
            if is_new && before.is_some_and(|before| reasons.with_untracked(|chosen| chosen == usual(before))) {
                reasons.set(usual(code).to_vec());
            }
        },
        false,
    );
    let send = Callback::new(move |version: Option<u32>| {
        busy.set(true);
        failure.set(None);
        let draft = now();
        spawn_local(async move {
            let answer = send(&draft, version).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The improvement is saved.");
                    on_saved.run(());
                    writing.try_set(None);
                }
                Err(refused) => match standing::<Improvement>(&refused) {
                    Some((version, theirs)) => {
                        let theirs = Improvement { version, ..theirs };
                        clash.try_set(Some(draft.clash(&theirs)));
                        known.try_set(Some(theirs));
                    }
                    None => drop(failure.try_set(Some(refused))),
                },
            }
        });
    });
    let choose = Callback::new(move |choice: Choice| {
        let Some(theirs) = known.get_untracked().map(Draft::of) else { return };
        if !choice.keeps("kind") {
            kind.set(theirs.kind.code().to_owned());
        }
        for (name, field, stands) in [
            ("title", title, theirs.title),
            ("text", text, theirs.text),
            ("shipped_on", day, theirs.shipped_on),
            ("features", features, theirs.features),
        ] {
            if !choice.keeps(name) {
                field.set(stands);
            }
        }
        if !choice.keeps("reasons") {
            reasons.set(theirs.reasons);
        }
        send.run(Some(choice.version));
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            send.run(None);
        }
    };
    let kinds: Vec<(String, String)> =
        ImprovementKind::ALL.into_iter().map(|kind| (kind.code().to_owned(), kind_name(kind).to_owned())).collect();
    let boxes = ANSWERABLE
        .into_iter()
        .map(|reason| {
            let id = unique_id();
            let change = move |event| {
                let is_on = event_target_checked(&event);
                reasons.update(|chosen| {
                    chosen.retain(|known| *known != reason);
                    if is_on {
                        chosen.push(reason);
                        chosen.sort_unstable();
                    }
                });
            };
            view! {
                <div class="field check">
                    <input id=id.clone() type="checkbox" prop:checked=move || reasons.with(|chosen| chosen.contains(&reason)) on:change=change />
                    <label for=id>{reason.name()}</label>
                </div>
            }
        })
        .collect_view();
    let fields = ["kind", "title", "text", "shipped_on", "reasons", "features"];
    let general = move || failure.get().filter(|failure| fields.iter().all(|field| failure.field(field).is_none()));
    view! {
        <form novalidate on:submit=save>
            <Select label="Kind" value=kind options=Signal::stored(kinds) error=error("kind") />
            <Field label="In a sentence" value=title error=error("title") hint="A message leads with it: “Calendars are in step with Google and Outlook now.”" />
            <TextArea label="More about it, if you like" value=text error=error("text") rows=2 />
            <Field label="Since" value=day error=error("shipped_on") kind="date" hint="Today where you leave it empty. Who bought after this day did not leave over it." />
            <fieldset class="stack tight">
                <legend>"Answers those who left over"</legend>
                <div class="chips">{boxes}</div>
                {move || error("reasons").get().map(|text| view! { <p class="error" role="alert">{text}</p> })}
            </fieldset>
            <Field label="And those who asked for" value=features error=error("features") hint="In their words, with commas between: calendar sync, dark mode" />
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| writing.set(None)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Save"</Button>
            </div>
        </form>
        <ConflictDialog clash on_choice=choose />
    }
}

async fn send(draft: &Draft, version: Option<u32>) -> Result<ImprovementAnswer, Failure> {
    let shipped_on = Some(draft.shipped_on.clone()).filter(|day| !day.is_empty());
    match &draft.known {
        None => {
            let new = NewImprovement {
                kind: draft.kind,
                title: draft.title.clone(),
                text: draft.told(),
                shipped_on,
                reasons: Some(draft.reasons.clone()),
                features: draft.words(),
            };
            client::post("/api/improvements", &new).await
        }
        Some(known) => {
            let change = ImprovementChange {
                kind: Some(draft.kind),
                title: Some(draft.title.clone()),
                text: Some(draft.told()),
                shipped_on,
                reasons: Some(draft.reasons.clone()),
                features: Some(draft.words()),
            };
            client::patch(&format!("/api/improvements/{}", known.id), version.unwrap_or(known.version), &change).await
        }
    }
}
