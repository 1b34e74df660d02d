//! A message in a form other than mail: the composer's, or what somebody writes in its place.

use leptos::prelude::*;
use shared::message::Channel;

use super::super::words::channel_name;
use super::findings::Findings;
use super::slot::paragraphs;
use super::state::{At, use_editor};
use crate::components::{Button, unique_id};

#[component]
pub(super) fn FormWords(channel: Channel) -> impl IntoView {
    let editor = use_editor();
    let own = Memo::new(move |_| editor.step().and_then(|step| step.forms.get(&channel).cloned()));
    let is_own = Memo::new(move |_| own.with(Option::is_some));
    let message = Memo::new(move |_| editor.message(At { channel, ..editor.at.get() }));
    let found = Signal::derive(move || message.get().map(|message| message.findings).unwrap_or_default());
    let field = format!("forms {}", channel.code());
    let field = StoredValue::new(field);
    let set = move |text: Option<String>| {
        let field = field.get_value();
        editor.change_step(&field, |step| match text {
            Some(text) => drop(step.forms.insert(channel, text)),
            None => drop(step.forms.remove(&channel)),
        });
    };
    let composed = move || {
        message.with(|message| {
            let parts =
                message.as_ref().map(|message| message.message.parts.iter().map(|part| part.text.clone()).collect::<Vec<_>>());
            parts.unwrap_or_default().join("\n\n")
        })
    };
    let about = match channel {
        Channel::Sms => "One line of plain words. Links, opt-out words and the sender's name are looked after.",
        Channel::InApp => "Stands in your app as a card, with the same button.",
        Channel::Post => "The back of a card; the front carries the theme.",
        Channel::Call => "What a caller says and asks, and what they may promise.",
        Channel::Video => "What somebody says into the camera, in about a minute.",
        Channel::Email => "",
    };
    let id = unique_id();
    view! {
        <section class="slot" aria-label=channel_name(channel)>
            <div class="row between">
                <h3>{channel_name(channel)} <span class="s">{about}</span></h3>
                <span class="chip">{move || if is_own.get() { "Your own words" } else { "Composer" }}</span>
            </div>
            {move || match is_own.get() {
                true => {
                    let id = id.clone();
                    view! {
                        <div class="field">
                            <label class="unseen" for=id.clone()>{format!("{}: your own words", channel_name(channel))}</label>
                            <textarea
                                id=id
                                rows="8"
                                dir="auto"
                                disabled=move || !editor.may.get()
                                prop:value=move || own.get().unwrap_or_default()
                                on:input=move |event| set(Some(event_target_value(&event)))
                            ></textarea>
                        </div>
                    }
                    .into_any()
                }
                false => view! { <div class="slot-words" dir="auto">{move || paragraphs(&composed())}</div> }.into_any(),
            }}
            <Findings found />
            <Show when=move || editor.may.get()>
                <div class="row">
                    {move || match is_own.get() {
                        true => view! { <Button small=true on_press=move |_| set(None)>"Back to the composer's"</Button> }.into_any(),
                        false => view! { <Button small=true on_press=move |_| set(Some(untrack(composed)))>"Write my own"</Button> }.into_any(),
                    }}
                </div>
            </Show>
        </section>
    }
}
