//! "Waiting for the first event", which turns green by itself.

use leptos::prelude::*;
use shared::api::SourceStatus;

use super::held::{Held, LOOK};
use super::{Since, words};
use crate::components::{ButtonKind, ButtonLink, Notice, NoticeKind, announce};
use crate::poll::poll;
use crate::{format, locale};

/// Looks while it stands, and says once that something came.
#[component]
pub(super) fn Waiting(held: Held) -> impl IntoView {
    poll(LOOK, move || held.look());
    let came = Memo::new(move |_| {
        held.stats
            .with(|stats| stats.as_ref().map(|stats| (stats.accepted, stats.received_at.clone())))
            .filter(|(accepted, _)| *accepted > 0)
    });
    let has_come = Memo::new(move |_| came.with(Option::is_some));
    let refused = Memo::new(move |_| {
        held.stats.with(|stats| {
            let stats = stats.as_ref()?;
            let (reason, count) = stats.rejected.iter().max_by_key(|(_, count)| **count)?;
            Some((reason.clone(), *count))
        })
    });
    let is_paused = Memo::new(move |_| {
        held.source.with(|source| source.as_ref().is_some_and(|source| source.status == SourceStatus::Paused))
    });
    Effect::new(move |before: Option<bool>| {
        let now = has_come.get();
        if before == Some(false) && now {
            announce("The first event came.");
        }
        now
    });
    let done = format!("/data/sources/{}", held.id());
    let trouble = move || {
        refused.get().filter(|_| !has_come.get()).map(|(reason, count)| {
            let times = format!(
                "{} {} so far",
                locale::count(count),
                format::plural(count, "message was refused", "messages were refused")
            );
            let words = words::rejection(&reason);
            view! {
                <Notice kind=NoticeKind::Warning title=times>
                    <p><b>{words.map_or(reason, |(title, _)| title.to_owned())}</b></p>
                    {words.map(|(_, fix)| view! { <p>{fix}</p> })}
                </Notice>
            }
        })
    };
    view! {
        <div class="waiting panel pad" aria-live="polite" class:came=move || has_come.get()>
            {move || match came.get() {
                Some((accepted, received)) => {
                    let done = done.clone();
                    let count = format!("{} {}", locale::count(accepted), format::plural(accepted, "event", "events"));
                    view! {
                        <p class="tier healthy"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1 8l2-2 3 3 7-7 2 2-9 9z" /></svg>"It works: the first event came"</p>
                        <p>{count} " accepted" {received.map(|at| view! { ", the newest " <Since at /> })} "."</p>
                        <ButtonLink kind=ButtonKind::Primary href=done>"See what comes"</ButtonLink>
                    }
                        .into_any()
                }
                None if is_paused.get() => view! { <p class="tier lost">"Paused: resume the source to receive its first event"</p> }.into_any(),
                None => view! {
                    <p class="tier moderate"><span class="pulse" aria-hidden="true"></span>"Waiting for the first event"</p>
                    <p class="m">"This turns green by itself. You may leave this page: the list of sources shows it too."</p>
                }
                    .into_any(),
            }}
        </div>
        {trouble}
    }
}
