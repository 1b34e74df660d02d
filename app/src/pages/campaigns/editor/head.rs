//! The editor's heading: the name, for whom, how saving stands, and undo.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::SegmentsResponse;

use super::super::more::More;
use super::super::new::segment_options;
use super::super::words::status_name;
use super::super::words::{reasons, some, tone_code, tone_of, tones, values};
use super::export::Export;
use super::saving::SaveState;
use super::state::use_editor;
use crate::client;
use crate::components::{Button, ButtonLink, Dialog, Field, PageHead, Select};

#[component]
pub(in crate::pages::campaigns) fn Head() -> impl IntoView {
    let editor = use_editor();
    let setting = RwSignal::new(false);
    let title = Signal::derive(move || editor.now.with(|now| now.name.clone()));
    let is_for = move || match (editor.now.with(|now| now.segment.is_some()), editor.segment_name.get()) {
        (true, Some(name)) => format!("For {name}"),
        (true, None) => "For a segment".to_owned(),
        (false, _) => "Written from a brief".to_owned(),
    };
    let lead = move || {
        view! {
            <span class="row">
                <span class="chip">{move || status_name(editor.campaign.with(|campaign| campaign.row.state))}</span>
                <span dir="auto">{is_for}</span>
                <span aria-hidden="true">"·"</span>
                <SaveState />
            </span>
        }
    };
    let can_undo = Signal::derive(move || !editor.history.with(|history| history.can_undo()));
    let can_redo = Signal::derive(move || !editor.history.with(|history| history.can_redo()));
    view! {
        <PageHead title lead>
            <Button small=true disabled=can_undo on_press=move |_| editor.undo()>"Undo"</Button>
            <Button small=true disabled=can_redo on_press=move |_| editor.redo()>"Redo"</Button>
            <Button small=true on_press=move |_| setting.set(true)>"Settings"</Button>
            <Export />
            <More />
            <ButtonLink small=true href="/campaigns">"All campaigns"</ButtonLink>
        </PageHead>
        <Dialog open=setting title="This campaign">
            <Settings setting />
        </Dialog>
    }
}

/// Name, segment and brief: saved by themselves as all else.
#[component]
fn Settings(setting: RwSignal<bool>) -> impl IntoView {
    let editor = use_editor();
    let now = editor.now.get_untracked();
    let brief = now.draft.brief;
    let segment = RwSignal::new(now.segment.clone().unwrap_or_default());
    let known = now.segment.zip(editor.segment_name.get_untracked());
    let options = RwSignal::new(
        std::iter::once((String::new(), "Nobody: write it from the brief".to_owned())).chain(known).collect::<Vec<_>>(),
    );
    spawn_local(async move {
        if let Ok(found) = client::get::<SegmentsResponse>("/api/segments").await {
            options.try_update(|options| {
                let more = segment_options(&found).into_iter().filter(|(id, _)| options.iter().all(|(known, _)| known != id));
                let more: Vec<_> = more.collect();
                options.extend(more);
            });
        }
    });
    let name = RwSignal::new(now.name);
    let value = RwSignal::new(brief.value.code().to_owned());
    let reason = RwSignal::new(brief.reason.code().to_owned());
    let tone = RwSignal::new(tone_code(brief.tone).to_owned());
    let locale = RwSignal::new(brief.locale.unwrap_or_default());
    let product = RwSignal::new(brief.product.unwrap_or_default());
    let change = RwSignal::new(brief.change.unwrap_or_default());
    let link = RwSignal::new(brief.link.unwrap_or_default());
    Effect::watch(
        move || (name.get(), segment.get()),
        move |(name, segment), _, _| {
            editor.now.update(|now| {
                if !name.trim().is_empty() {
                    now.name = name.trim().to_owned();
                }
                now.segment = some(segment);
            });
        },
        false,
    );
    Effect::watch(
        move || (value.get(), reason.get(), tone.get(), locale.get(), product.get(), change.get(), link.get()),
        move |(value, reason, tone, locale, product, change, link), _, _| {
            editor.change("brief", |draft| {
                let brief = &mut draft.brief;
                brief.value = shared::segment::ValueTier::of_code(value).unwrap_or(brief.value);
                brief.reason = shared::reason::Reason::of_code(reason).unwrap_or(brief.reason);
                brief.tone = tone_of(tone);
                (brief.locale, brief.product, brief.change, brief.link) = (some(locale), some(product), some(change), some(link));
            });
        },
        false,
    );
    let wrong = Memo::new(move |_| editor.now.with(|now| now.draft.check()));
    let error = move |field: &'static str| Signal::derive(move || wrong.with(|wrong| wrong.get(field).cloned()));
    let may = editor.may;
    view! {
        <fieldset class="form" disabled=move || !may.get()>
            <Field label="Name" value=name />
            <Select label="For" value=segment options />
            <Show when=move || segment.with(String::is_empty)>
                <Select label="Their value" value options=Signal::stored(values()) />
                <Select label="Why they left" value=reason options=Signal::stored(reasons()) />
            </Show>
            <Select label="Tone" value=tone options=Signal::stored(tones()) />
            <Field label="Language" value=locale error=error("brief.locale") hint="A tag such as en-GB. Empty for each person's own, else the brand's." />
            <Field label="What you sell, in a few words" value=product error=error("brief.product") />
            <Field label="What changed since they left, in a sentence" value=change error=error("brief.change") hint="A message may repeat it word for word." />
            <Field label="Where the button leads" value=link error=error("brief.link") hint="The brand's site where you leave it empty." />
        </fieldset>
        <p class="s">"Saved by itself."</p>
        <div class="dialog-actions"><Button on_press=move |_| setting.set(false)>"Done"</Button></div>
    }
}
