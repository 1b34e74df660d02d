//! An import is under way.

use leptos::prelude::*;
use shared::api::Way;

use super::center::{ImportCenter, Sample, Source};
use super::{PENS, words};
use crate::components::{Button, ButtonLink, Notice, NoticeKind, Progress, Skeleton, announce};
use crate::session::use_session;

#[component]
pub fn Sending(center: ImportCenter) -> impl IntoView {
    let session = use_session();
    let name = move || match center.source.get() {
        Some(Source::File { name, .. }) => name,
        Some(Source::Sample(Sample::Store)) => "The sample store".to_owned(),
        Some(Source::Sample(Sample::Saas)) => "The sample SaaS".to_owned(),
        None => String::new(),
    };
    let label = Memo::new(move |_| center.progress.with(|progress| progress.as_ref().map(words::sending)));
    let share = Signal::derive(move || {
        center.check.with(|check| center.progress.with(|progress| words::sent(progress.as_ref()?, check.as_ref())))
    });
    let text = Signal::derive(move || {
        center
            .progress
            .with(|progress| progress.as_ref().map(|progress| words::stored(&progress.import, PENS)).unwrap_or_default())
    });
    let waiting = Memo::new(move |_| {
        let waiting = center.progress.with(|progress| match progress {
            Some(progress) => progress.waiting.clone(),
            None => center.storing.get(),
        });
        waiting.map(|waiting| words::waiting(&waiting, &session.zone(), PENS))
    });
    let stored = Memo::new(move |_| center.is_stored());
    let advice = Memo::new(move |_| words::advice(center.way.get(), stored.get()));
    announce_tenths(share, text);
    Effect::new(move || {
        if stored.get() {
            announce(advice.get_untracked());
        }
    });
    Effect::new(move || waiting.get().into_iter().for_each(announce));
    view! {
        <section class="panel pad stack" aria-labelledby="sending">
            <h2 id="sending" dir="auto">{name}</h2>
            {move || match label.get() {
                Some(label) => view! { <Progress label share text /> }.into_any(),
                None if center.way.get() == Way::Whole => view! { <p>"Sending the file"</p> <Skeleton lines=1 /> }.into_any(),
                None => view! { <Skeleton lines=2 /> }.into_any(),
            }}
            {move || waiting.get().map(|text| view! { <Notice kind=NoticeKind::Warning title="Waiting">{text}</Notice> })}
            <p class="m">{advice}</p>
            <div class="row">
                <Button busy=center.cancelling on_press=move |_| center.cancel()>"Cancel the import"</Button>
                {move || stored.get().then(|| view! {
                    <Button on_press=move |_| center.leave()>"Import another file meanwhile"</Button>
                    <ButtonLink href="/data/history">"History"</ButtonLink>
                })}
            </div>
        </section>
    }
}

/// Those who listen hear each tenth, not each batch.
fn announce_tenths(share: Signal<Option<f64>>, text: Signal<String>) {
    Effect::new(move |before: Option<u32>| {
        let tenth = share.get().map_or(0, |share| (share * 10.0) as u32);
        if before.is_some_and(|before| before != tenth) {
            announce(text.get_untracked());
        }
        tenth
    });
}
