//! Writing a text, or a new wording of one.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{BlockChange, BlockContent, BlockResponse, NewBlock, ShopBlock};
use shared::message::{Angle, FactKey, Slot, Tone};
use shared::offer::Step;
use shared::reason::Reason;
use shared::segment::ValueTier;

use super::super::words::{STEPS, TONES, angle_name, fact_name, slot_name, some, step_name, tone_name};
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Dialog, Difference, FailureNotice, Field, Select, TextArea, announce,
    open_while, standing,
};

/// What stands in the form.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Typed {
    /// None of a new one.
    known: Option<ShopBlock>,
}

impl Typed {
    pub(super) fn of(known: ShopBlock) -> Self {
        Self { known: Some(known) }
    }
}

#[component]
pub(super) fn FormDialog(writing: RwSignal<Option<Typed>>, on_saved: Callback<()>) -> impl IntoView {
    let open = open_while(writing);
    view! {
        <Dialog open title="A text of your own">
            {move || writing.get_untracked().map(|typed| view! { <Form typed writing on_saved /> })}
        </Dialog>
    }
}

/// Boxes to tick; none ticked fits all.
#[component]
fn Ticks<T: Copy + PartialEq + Send + Sync + 'static>(
    #[prop(into)] legend: String,
    chosen: RwSignal<Vec<T>>,
    options: Vec<(T, String)>,
) -> impl IntoView {
    let boxes = options
        .into_iter()
        .map(|(one, name)| {
            let toggle = move |event| {
                let is_on = event_target_checked(&event);
                chosen.update(|chosen| {
                    chosen.retain(|known| *known != one);
                    if is_on {
                        chosen.push(one);
                    }
                });
            };
            view! {
                <label class="tickable">
                    <input type="checkbox" prop:checked=move || chosen.with(|chosen| chosen.contains(&one)) on:change=toggle />
                    {name}
                </label>
            }
        })
        .collect_view();
    view! {
        <fieldset class="stack tight">
            <legend>{legend}</legend>
            <div class="tickables">{boxes}</div>
        </fieldset>
    }
}

/// A block's content as fields of the conflict dialog.
fn fields(name: &str, content: &BlockContent) -> [(&'static str, &'static str, String); 4] {
    let join = |items: Vec<String>| items.join(", ");
    let fits = [
        join(content.steps.iter().map(|step| step_name(*step).to_owned()).collect()),
        join(content.reasons.iter().map(|reason| reason.name().to_owned()).collect()),
        join(content.angles.iter().map(|angle| angle_name(*angle).to_owned()).collect()),
        join(content.values.iter().map(|value| value.name().to_owned()).collect()),
        join(content.tones.iter().map(|tone| tone_name(*tone).to_owned()).collect()),
        join(content.needs.iter().map(|key| fact_name(*key)).collect()),
    ];
    [
        ("name", "Name", name.to_owned()),
        ("text", "Text", content.text.clone()),
        ("place", "Where it stands", format!("{}, {}", slot_name(content.slot), content.locale)),
        ("fits", "Whom it fits", fits.into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; ")),
    ]
}

#[component]
fn Form(typed: Typed, writing: RwSignal<Option<Typed>>, on_saved: Callback<()>) -> impl IntoView {
    let is_new = typed.known.is_none();
    let start_name = typed.known.as_ref().map(|known| known.name.clone()).unwrap_or_default();
    let start = typed.known.as_ref().map(|known| known.content.clone()).unwrap_or_else(|| BlockContent {
        slot: Slot::Opening,
        steps: Vec::new(),
        reasons: Vec::new(),
        angles: Vec::new(),
        values: Vec::new(),
        tones: Vec::new(),
        locale: "en".to_owned(),
        needs: Vec::new(),
        text: String::new(),
    });
    let name = RwSignal::new(start_name.clone());
    let replaces = RwSignal::new(String::new());
    let slot = RwSignal::new(start.slot.code().to_owned());
    let locale = RwSignal::new(start.locale.clone());
    let text = RwSignal::new(start.text.clone());
    let steps = RwSignal::new(start.steps.clone());
    let reasons = RwSignal::new(start.reasons.clone());
    let angles = RwSignal::new(start.angles.clone());
    let values = RwSignal::new(start.values.clone());
    let tones = RwSignal::new(start.tones.clone());
    let needs = RwSignal::new(start.needs.clone());
    let base = StoredValue::new((start_name, start));
    let known = RwSignal::new(typed.known);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let error = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
    };
    let now = move || BlockContent {
        slot: slot.with_untracked(|code| Slot::of_code(code)).unwrap_or(Slot::Opening),
        steps: steps.get_untracked(),
        reasons: reasons.get_untracked(),
        angles: angles.get_untracked(),
        values: values.get_untracked(),
        tones: tones.get_untracked(),
        locale: locale.get_untracked().trim().to_owned(),
        needs: needs.get_untracked(),
        text: text.get_untracked().trim().to_owned(),
    };
    let send = Callback::new(move |version: Option<u32>| {
        busy.set(true);
        failure.set(None);
        let (called, content) = (name.get_untracked().trim().to_owned(), now());
        let (stood, replaces) = (known.get_untracked(), replaces.with_untracked(|text| some(text)));
        spawn_local(async move {
            let answer = match &stood {
                None => {
                    let new = NewBlock { name: called.clone(), replaces, content: content.clone() };
                    client::post::<_, BlockResponse>("/api/blocks", &new).await
                }
                Some(known) => {
                    // The same words are no version more.
                    let words = (content != known.content).then(|| content.clone());
                    let change = BlockChange { name: Some(called.clone()), content: words, current: None };
                    client::patch::<_, BlockResponse>(
                        &format!("/api/blocks/{}", known.id),
                        version.unwrap_or(known.version),
                        &change,
                    )
                    .await
                }
            };
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The text is saved.");
                    on_saved.run(());
                    writing.try_set(None);
                }
                Err(refused) => match standing::<ShopBlock>(&refused) {
                    Some((version, theirs)) => {
                        let (base_name, base_content) = base.get_value();
                        let three = fields(&base_name, &base_content)
                            .into_iter()
                            .zip(fields(&theirs.name, &theirs.content))
                            .zip(fields(&called, &content));
                        let differences = three.filter_map(|((before, stands), mine)| {
                            Difference::between(before.0, before.1, before.2, stands.2, mine.2)
                        });
                        let told_by = format!("action=block_changed&object={}", theirs.id);
                        clash.try_set(Some(Clash { version, differences: differences.collect(), told_by }));
                        known.try_set(Some(theirs));
                    }
                    None => drop(failure.try_set(Some(refused))),
                },
            }
        });
    });
    let choose = Callback::new(move |choice: Choice| {
        let Some(ShopBlock { name: called, content, .. }) = known.get_untracked() else { return };
        base.set_value((called.clone(), content.clone()));
        if !choice.keeps("name") {
            name.set(called);
        }
        if !choice.keeps("text") {
            text.set(content.text);
        }
        if !choice.keeps("place") {
            slot.set(content.slot.code().to_owned());
            locale.set(content.locale);
        }
        if !choice.keeps("fits") {
            steps.set(content.steps);
            reasons.set(content.reasons);
            angles.set(content.angles);
            values.set(content.values);
            tones.set(content.tones);
            needs.set(content.needs);
        }
        send.run(Some(choice.version));
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            send.run(None);
        }
    };
    let slots: Vec<(String, String)> =
        Slot::ALL.iter().map(|slot| (slot.code().to_owned(), slot_name(*slot).to_owned())).collect();
    let of_steps: Vec<(Step, String)> = STEPS.into_iter().map(|step| (step, step_name(step).to_owned())).collect();
    let of_reasons: Vec<(Reason, String)> = Reason::ALL.into_iter().map(|reason| (reason, reason.name().to_owned())).collect();
    let of_angles: Vec<(Angle, String)> = Angle::ALL.iter().map(|angle| (*angle, angle_name(*angle).to_owned())).collect();
    let of_values: Vec<(ValueTier, String)> =
        ValueTier::ALL.into_iter().rev().map(|value| (value, value.name().to_owned())).collect();
    let of_tones: Vec<(Tone, String)> = TONES.into_iter().map(|tone| (tone, tone_name(tone).to_owned())).collect();
    let of_needs: Vec<(FactKey, String)> =
        FactKey::ALL.iter().map(|key| (*key, format!("{} {{{{ {} }}}}", fact_name(*key), key.code()))).collect();
    const FIELDS: [&str; 5] = ["name", "replaces", "content.text", "content.locale", "content.slot"];
    let general = move || failure.get().filter(|failure| FIELDS.iter().all(|field| failure.field(field).is_none()));
    view! {
        <form novalidate on:submit=save>
            <Field label="Name" value=name error=error("name") hint="For your team." />
            <Select label="Where it stands" value=slot options=Signal::stored(slots) error=error("content.slot") />
            <TextArea label="Text" value=text rows=5 error=error("content.text") hint="Name facts in double braces, such as {{ last_item }}: who lacks one gets another text." />
            <Field label="Language" value=locale error=error("content.locale") hint="A tag such as en or de-AT." />
            <details>
                <summary>"Whom it fits"</summary>
                <div class="form">
                    <p class="s">"Nothing ticked fits all."</p>
                    <Ticks legend="Mails" chosen=steps options=of_steps />
                    <Ticks legend="Left over" chosen=reasons options=of_reasons />
                    <Ticks legend="Angle" chosen=angles options=of_angles />
                    <Ticks legend="Value" chosen=values options=of_values />
                    <Ticks legend="Tone" chosen=tones options=of_tones />
                    <Ticks legend="Only of whom this is known" chosen=needs options=of_needs />
                </div>
            </details>
            <Show when=move || is_new>
                <Field label="In place of a built-in text, by its name" value=replaces error=error("replaces") hint="As “Why this text” in the editor names it. Leave it empty for a text beside them." />
            </Show>
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| writing.set(None)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Save"</Button>
            </div>
        </form>
        <ConflictDialog clash on_choice=choose />
    }
}
