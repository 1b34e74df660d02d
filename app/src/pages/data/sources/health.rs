//! How well a source does: its counts, and what to do about what was refused.

use leptos::prelude::*;
use shared::api::SourceStats;

use super::bars::Days;
use super::held::Held;
use super::{Since, words};
use crate::components::{Notice, NoticeKind, Skeleton};
use crate::locale;

#[component]
pub(super) fn Health(held: Held) -> impl IntoView {
    let known = Memo::new(move |_| held.stats.with(Option::is_some));
    let with = move |read: fn(&SourceStats) -> u64| Memo::new(move |_| held.stats.with(|stats| stats.as_ref().map_or(0, read)));
    let figure = move |label: &'static str, note: &'static str, read: fn(&SourceStats) -> u64| {
        let count = with(read);
        view! {
            <div>
                <dt>{label}</dt>
                <dd>{move || locale::count(count.get())} <span class="s">{note}</span></dd>
            </div>
        }
    };
    let received = Memo::new(move |_| held.stats.with(|stats| stats.as_ref().and_then(|stats| stats.received_at.clone())));
    let lag = Memo::new(move |_| held.stats.with(|stats| stats.as_ref().and_then(|stats| stats.lag)));
    let dead = with(|stats| stats.dead);
    let reasons =
        Memo::new(move |_| held.stats.with(|stats| stats.as_ref().map(|stats| stats.rejected.clone()).unwrap_or_default()));
    let days = Memo::new(move |_| held.stats.with(|stats| stats.as_ref().map(|stats| stats.days.clone()).unwrap_or_default()));
    let letters = Signal::stored(format!("/data/dead-letters?source={}", held.id()));
    let refused = move || {
        let reasons = reasons.get();
        (!reasons.is_empty()).then(|| {
            let mut reasons: Vec<_> = reasons.into_iter().filter(|(_, count)| *count > 0).collect();
            reasons.sort_by(|(_, one), (_, other)| other.cmp(one));
            let rows = reasons
                .into_iter()
                .map(|(reason, count)| {
                    let (title, fix) = words::rejection(&reason)
                        .map_or_else(|| (crate::format::words(&reason), ""), |(title, fix)| (title.to_owned(), fix));
                    view! { <li><b>{title}</b><span class="num">{locale::count(count)}</span><p class="s">{fix}</p></li> }
                })
                .collect_view();
            view! {
                <section class="panel pad stack">
                    <h2>"Rejected, and what to do"</h2>
                    <ul class="reasons">{rows}</ul>
                </section>
            }
        })
    };
    view! {
        <Show when=move || { dead.get() > 0 }>
            <Notice kind=NoticeKind::Warning title="Some messages could not be applied">
                <p><a href=move || letters.get()>"Look at the dead letters of this source"</a> ": each says what is wrong and can be mended and replayed."</p>
            </Notice>
        </Show>
        <section class="panel pad stack">
            <h2>"Health"</h2>
            <Show when=move || known.get() fallback=|| view! { <Skeleton lines=5 /> }>
                <dl class="facts">
                    <div>
                        <dt>"Last event"</dt>
                        <dd>
                            {move || match received.get() {
                                Some(at) => view! { <Since at /> }.into_any(),
                                None => "none yet".into_any(),
                            }}
                            <span class="s">{move || lag.get().map(|lag| format!("applied after {}", words::lag(lag)))}</span>
                        </dd>
                    </div>
                    {figure("Accepted", "each counted once", |stats| stats.accepted)}
                    {figure("Sent again", "known already, so nothing changed", |stats| stats.duplicate)}
                    {figure("Rejected", "never stored", words::rejected)}
                    {figure("Dead letters", "stored, but not applied", |stats| stats.dead)}
                    {figure("Waiting", "to be applied", |stats| stats.waiting)}
                    {figure("Of unknown visitors", "applied once they say who they are", |stats| stats.parked)}
                    {figure("Passed over", "nothing is read from these", |stats| stats.ignored)}
                </dl>
                <h3>"The last 14 days"</h3>
                <Days days />
            </Show>
        </section>
        {refused}
    }
}
