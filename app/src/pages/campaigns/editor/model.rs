//! Words from a language model, where the shop has switched one on: taken only where each rests on a listed fact, and with the true
//! status where the composer's words stand.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{WriteAnswer, WriteAsk, WriteStatus, Written};
use shared::message::{Choice, Fact, FactValue, Part, Recipient, Slot};

use super::super::words::slot_name;
use super::state::{At, Place, use_editor};
use crate::client;
use crate::components::{Button, announce};

#[component]
pub(super) fn AskModel(place: Place) -> impl IntoView {
    let editor = use_editor();
    let is_on = editor.basis.with_value(|basis| {
        basis.as_ref().and_then(|basis| basis.copywriter.as_ref()).is_some_and(|copywriter| copywriter.enabled)
    });
    // What an offer says and what a button does are never a model's.
    if !is_on || matches!(place, Place::Slot(Slot::Offer | Slot::Action)) {
        return ().into_any();
    }
    let busy = RwSignal::new(false);
    let status = RwSignal::new(None::<String>);
    Effect::new(move || {
        editor.at.track();
        editor.audience.person();
        status.set(None);
    });
    let ask = move |_| {
        let at = At { channel: shared::message::Channel::Email, ..editor.at.get_untracked() };
        let Some(message) = untrack(|| editor.message(at)).map(|message| message.message) else { return };
        let recipient = untrack(|| editor.audience.person()).map(|person| person.recipient).unwrap_or_else(|| nobody(&editor));
        let promise = message.promise.clone();
        let facts = recipient.facts.clone();
        let Some(brand) = editor.brand() else { return };
        let asked = WriteAsk { message, recipient, promise, brand, slots: vec![place.slot()] };
        busy.set(true);
        status.set(Some("The model is writing…".to_owned()));
        announce("The model is writing.");
        spawn_local(async move {
            let answer = client::post::<_, WriteAnswer>("/api/copywriter/write", &asked).await;
            if busy.try_set(false).is_some() {
                return;
            }
            let words = match answer {
                Ok(WriteAnswer { written }) => {
                    let words = told(&written);
                    if written.status.is_model()
                        && editor.at.get_untracked().step == at.step
                        && let Some(part) = part_of(&written, place)
                    {
                        let model = written.model.clone().unwrap_or_else(|| "a language model".to_owned());
                        editor.choose(place, Choice::Model { text: as_template(&part.text, &facts), model });
                    }
                    words
                }
                Err(failure) => format!("The composer's words stand. {}", failure.text()),
            };
            announce(words.clone());
            status.try_set(Some(words));
        });
    };
    let whose = format!(" for {}", slot_name(place.slot()).to_lowercase());
    view! {
        <Button small=true busy on_press=ask>"Ask the model" <span class="unseen">{whose}</span></Button>
        {move || status.get().map(|words| view! { <span class="s press-status">{words}</span> })}
    }
    .into_any()
}

fn nobody(editor: &super::state::Editor) -> Recipient {
    let brief = editor.now.with_untracked(|now| now.draft.brief.clone());
    Recipient {
        id: "brief".to_owned(),
        locale: brief.locale,
        value: brief.value,
        reason: brief.reason,
        engagement: Default::default(),
        facts: Vec::new(),
    }
}

fn part_of(written: &Written, place: Place) -> Option<&Part> {
    let is_model = |part: &&Part| part.block == "model";
    match place {
        Place::Subject(variant) => written.message.subjects.get(variant).filter(is_model),
        Place::Slot(Slot::Preheader) => written.message.preheader.as_ref().filter(is_model),
        Place::Slot(slot) => written.message.parts.iter().find(|part| part.slot == slot && part.block == "model"),
    }
}

/// What came of it, with what it cost.
fn told(written: &Written) -> String {
    let cost = format!("It cost {}.", written.cost);
    match (written.status, &written.reason) {
        (WriteStatus::Written, _) => format!("Written by the model. {cost}"),
        (WriteStatus::Cached, _) => "Written by the model, from an answer to the same question.".to_owned(),
        (_, Some(reason)) => {
            let found: Vec<_> = written.rejected.iter().map(|one| format!("“{}”", one.found)).collect();
            let found = if found.is_empty() { String::new() } else { format!(" What was wrong: {}.", found.join(", ")) };
            format!("The composer's words stand. {}.{found}", reason.trim_end_matches('.'))
        }
        (status, None) => format!("The composer's words stand: {}.", status.code().replace('_', " ")),
    }
}

/// The words with this person's own facts as merge fields, so that each of the audience gets theirs. Others that no field stands for
/// are found by the lint.
fn as_template(text: &str, facts: &[Fact]) -> String {
    let mut known: Vec<(&str, &str)> = facts
        .iter()
        .filter_map(|fact| match &fact.value {
            FactValue::Text { text } if text.trim().chars().count() > 2 => Some((text.trim(), fact.key.code())),
            _ => None,
        })
        .collect();
    // The longer first: "blue tea pot" before "tea".
    known.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
    let mut pieces = vec![Ok(text)];
    for (words, code) in known {
        pieces = pieces
            .into_iter()
            .flat_map(|piece| match piece {
                Ok(text) => split(text, words, code),
                field => vec![field],
            })
            .collect();
    }
    pieces
        .into_iter()
        .map(|piece| match piece {
            Ok(text) => text.to_owned(),
            Err(code) => format!("{{{{ {code} }}}}"),
        })
        .collect()
}

/// Text between the places where `words` stand as whole words, with the field in between.
fn split<'a>(text: &'a str, words: &str, code: &'a str) -> Vec<Result<&'a str, &'a str>> {
    let mut pieces = Vec::new();
    let (mut rest, mut from) = (text, 0);
    while let Some(at) = rest.get(from..).and_then(|text| text.find(words)).map(|at| at + from) {
        let (before, after) = (rest.get(..at).unwrap_or_default(), rest.get(at + words.len()..).unwrap_or_default());
        let is_whole = !before.chars().next_back().is_some_and(char::is_alphanumeric)
            && !after.chars().next().is_some_and(char::is_alphanumeric);
        if is_whole {
            pieces.extend([Ok(before), Err(code)]);
            (rest, from) = (after, 0);
        } else {
            from = at + words.len();
        }
    }
    pieces.push(Ok(rest));
    pieces
}

#[cfg(test)]
mod tests {
    use shared::message::FactKey;

    use super::*;

    fn fact(key: FactKey, text: &str) -> Fact {
        Fact {
            key,
            value: FactValue::Text { text: text.to_owned() },
            day: None,
            link: None,
            image: None,
            source: "Order 1".to_owned(),
        }
    }

    #[test]
    fn own_facts_become_fields_and_parts_of_words_do_not() {
        let facts = [fact(FactKey::LastItem, "tea"), fact(FactKey::LastViewed, "blue tea pot"), fact(FactKey::FirstName, "Jo")];
        let text = as_template("Jo, the tea and the blue tea pot of the team are here.", &facts);
        assert_eq!(text, "Jo, the {{ last_item }} and the {{ last_viewed }} of the team are here.");
        assert_eq!(as_template("Nothing of theirs.", &facts), "Nothing of theirs.");
    }
}
