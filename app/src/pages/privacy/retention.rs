//! How long events stay, and what came first: the days or the space.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, Retention, RetentionAnswer, RetentionChange};
use shared::retention::EVENT_DAYS;
use shared::time::{Day, Millis};

use crate::client::{self, Failure};
use crate::components::{
    Button, Choice, Clash, Confirm, ConflictDialog, DayText, Difference, FailureNotice, Field, Progress, announce, standing,
};
use crate::format::megabytes;
use crate::session::use_session;

const FEWEST: u32 = *EVENT_DAYS.start();
const MOST: u32 = *EVENT_DAYS.end();

#[component]
pub(super) fn RetentionForm(retention: Retention) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Admin));
    let days = RwSignal::new(retention.event_days.to_string());
    let stored = RwSignal::new(retention);
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let saved = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let standing_now = StoredValue::new(None::<Retention>);
    let chosen = Memo::new(move |_| days.with(|days| read(days)));
    let error = Signal::derive(move || {
        let ours = tried.get().then(|| chosen.with(|chosen| chosen.as_ref().err().cloned())).flatten();
        ours.or_else(|| failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("event_days"))))
    });
    let today = move || Millis(session.clock() as i64).day();
    let loss = Memo::new(move |_| {
        let days = chosen.get().ok()?;
        stored.with(|stored| goes(stored, days, today()))
    });
    let save = Callback::new(move |()| {
        let Ok(event_days) = chosen.get_untracked() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let version = stored.with_untracked(|stored| stored.version);
            let answer = client::put::<_, RetentionAnswer>("/api/retention", version, &RetentionChange { event_days }).await;
            busy.try_set(false);
            match answer {
                Ok(answer) => {
                    asking.try_set(false);
                    stored.try_set(answer.retention);
                    saved.try_set(true);
                    announce("Saved.");
                }
                Err(refused) => match standing::<Retention>(&refused) {
                    Some((version, theirs)) => {
                        let Some(before) = stored.try_with_untracked(|stored| stored.event_days.to_string()) else { return };
                        let (stands, yours) = (theirs.event_days.to_string(), event_days.to_string());
                        let differences = Difference::between("event_days", "Days", before, stands, yours).into_iter().collect();
                        asking.set(false);
                        standing_now.set_value(Some(theirs));
                        clash.set(Some(Clash { version, differences, told_by: String::new() }));
                    }
                    None => drop(failure.try_set(Some(refused))),
                },
            }
        });
    });
    let decided = Callback::new(move |choice: Choice| {
        let Some(theirs) = standing_now.get_value() else { return };
        let keeps = choice.keeps("event_days");
        if !keeps {
            days.set(theirs.event_days.to_string());
        }
        stored.set(Retention { version: choice.version, ..theirs });
        if keeps {
            save.run(());
        }
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        saved.set(false);
        failure.set(None);
        match loss.get_untracked() {
            Some(_) => asking.set(true),
            None => save.run(()),
        }
    };
    let share = Signal::derive(move || {
        stored.with(|stored| (stored.space > 0).then(|| (stored.space_used as f64 / stored.space as f64).min(1.0)))
    });
    let used = Signal::derive(move || {
        stored.with(|stored| format!("about {} of {}", megabytes(stored.space_used as f64), megabytes(stored.space as f64)))
    });
    let limited = move || {
        stored.with(|stored| match (stored.limited_by.as_deref(), stored.events_from.clone()) {
            (Some("space"), Some(day)) => view! {
                "The space came first: events since " <DayText day /> " are kept, and older ones made room. A larger plan or fewer events a day keep more."
            }
            .into_any(),
            (Some(_), Some(day)) => view! { "The days came first: events since " <DayText day /> " are kept." }.into_any(),
            _ => "Nothing was removed yet.".into_any(),
        })
    };
    let general = move || failure.get().filter(|failure| failure.field("event_days").is_none() && !asking.get());
    view! {
        <form class="panel pad stack" novalidate on:submit=send>
            <h2>"How long events stay"</h2>
            <p class="m">"What people did, event by event, and the messages as they came. Orders, consent, contacts and each customer's figures stay however old they are: before an event goes, its customer's figures take it in."</p>
            <div class="narrow stack">
                <fieldset disabled=move || !may.get()>
                    <Field label="Days" value=days error kind="number" hint=format!("From {FEWEST} to {MOST}.") />
                </fieldset>
                <Progress label="Space for events and messages" share text=used />
            </div>
            <p class="m">{limited}</p>
            {move || loss.get().map(|day| view! { <p>"Saving removes events from before " <DayText day /> "."</p> })}
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <Show when=move || may.get()>
                <div class="row">
                    <Button submit=true busy>"Save"</Button>
                    <span class="s gain" aria-live="polite">{move || saved.get().then_some("Saved.")}</span>
                </div>
            </Show>
        </form>
        <Confirm
            open=asking
            title="Remove older events?"
            action="Save and remove them"
            busy
            failure
            on_confirm=save
        >
            {move || {
                loss.get()
                    .map(|day| {
                        view! {
                            <p>"Events and messages from before " <b><DayText day /></b> " are removed within a day. This cannot be taken back: a larger number later keeps more from then on, and brings nothing back."</p>
                        }
                    })
            }}
            <p class="m">"Risks and figures stay as they are. Timelines begin later, and messages that old can no longer be looked at or replayed."</p>
        </Confirm>
        <ConflictDialog clash on_choice=decided />
    }
}

fn read(days: &str) -> Result<u32, String> {
    let days = days.trim().parse().ok().filter(|days| (FEWEST..=MOST).contains(days));
    days.ok_or_else(|| format!("Write a whole number of days from {FEWEST} to {MOST}."))
}

/// The day before which events go if `days` are kept, where fewer are kept than now and some may be that old.
fn goes(stored: &Retention, days: u32, today: Day) -> Option<String> {
    if days >= stored.event_days {
        return None;
    }
    let first = today.plus(i32::try_from(days).map_or(0, |days| -days)).iso();
    // ISO dates sort as they follow each other.
    let is_gone_already = stored.events_from.as_ref().is_some_and(|from| *from >= first);
    (!is_gone_already).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_lie_between_the_fewest_and_the_most() {
        assert_eq!(read(" 180 "), Ok(180));
        for wrong in ["29", "731", "", "1.5", "many"] {
            assert!(read(wrong).is_err_and(|text| text.contains("30 to 730")), "{wrong}");
        }
    }

    #[test]
    fn saving_warns_only_where_events_go() {
        let kept = |from: Option<&str>| Retention {
            event_days: 180,
            events_from: from.map(str::to_owned),
            limited_by: None,
            space: 1,
            space_used: 0,
            version: 1,
        };
        let today = Day::parse_iso("2026-03-31").expect("a day");
        assert_eq!(goes(&kept(None), 180, today), None);
        assert_eq!(goes(&kept(None), 365, today), None);
        assert_eq!(goes(&kept(None), 30, today).as_deref(), Some("2026-03-01"));
        assert_eq!(goes(&kept(Some("2025-10-02")), 30, today).as_deref(), Some("2026-03-01"));
        // The space took them already.
        assert_eq!(goes(&kept(Some("2026-03-10")), 30, today), None);
    }
}
