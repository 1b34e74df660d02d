use leptos::prelude::*;
use shared::api::{NewSetAside, SetAsideReason};
use shared::risk::MOST_SET_ASIDE_DAYS;
use shared::time::{Day, Millis};

use super::{Button, ButtonKind, Field, Select, TextArea, unique_id};
use crate::session::use_session;
use crate::{format, locale};

/// Days that are offered; any other day can be typed.
const PRESETS: [(i32, &str); 4] = [(30, "A month"), (90, "Three months"), (180, "Half a year"), (365, "A year")];
/// The preset that stands first in the form.
const USUAL: i32 = 90;
const NOTE_CHARS: usize = 500;

/// Why somebody is not at risk, and until when. Sits in a dialog, whose other button is `on_leave`.
#[component]
pub fn AsideForm(
    /// Such as "Set 12 customers aside".
    #[prop(into)]
    action: Signal<String>,
    #[prop(optional, into)] busy: Signal<bool>,
    #[prop(into)] on_leave: Callback<()>,
    #[prop(into)] on_ready: Callback<NewSetAside>,
) -> impl IntoView {
    let session = use_session();
    let today = Millis(untrack(move || session.now()) as i64).day();
    let reason = RwSignal::new(SetAsideReason::Paused);
    let until = RwSignal::new(USUAL.to_string());
    let day = RwSignal::new(today.plus(USUAL).iso());
    let note = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let is_other = Memo::new(move |_| until.with(String::is_empty));
    let chosen = Memo::new(move |_| {
        let preset = until.with(|until| until.parse().ok().map(|days| today.plus(days)));
        preset.map_or_else(|| day.with(|day| typed_day(day, today)), Ok)
    });
    let day_error = Signal::derive(move || chosen.get().err().filter(|_| tried.get()));
    let note_error = Signal::derive(move || {
        note.with(|note| note.trim().chars().nth(NOTE_CHARS).is_some()).then(|| format!("Use at most {NOTE_CHARS} characters."))
    });
    let options: Vec<_> = PRESETS
        .iter()
        .map(|(days, words)| (days.to_string(), format!("{words}, until {}", locale::day(&today.plus(*days).iso()))))
        .chain([(String::new(), "Another day".to_owned())])
        .collect();
    let name = unique_id();
    let radios = SetAsideReason::ALL
        .into_iter()
        .map(|choice| {
            let id = unique_id();
            view! {
                <div class="field check">
                    <input
                        id=id.clone()
                        type="radio"
                        name=name.clone()
                        prop:checked=move || reason.get() == choice
                        on:change=move |_| reason.set(choice)
                    />
                    <label for=id>{format::aside_reason(choice)} <span class="s">{meaning(choice)}</span></label>
                </div>
            }
        })
        .collect_view();
    let send = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let (Ok(until), None) = (chosen.get_untracked(), untrack(move || note_error.get())) else { return };
        let note = Some(note.get_untracked().trim().to_owned()).filter(|note| !note.is_empty());
        on_ready.run(NewSetAside { reason: reason.get_untracked(), until: until.iso(), note });
    };
    view! {
        <form class="stack" novalidate on:submit=send>
            <p class="m">"They leave Radar until that day, and nothing is planned for them because of a risk. It is logged, and the model learns from it."</p>
            <fieldset class="stack tight">
                <legend>"Why they are not at risk"</legend>
                {radios}
            </fieldset>
            <Select label="Until" value=until options=options />
            <Show when=move || is_other.get()>
                <Field label="The last day" value=day kind="date" error=day_error />
            </Show>
            <TextArea label="Note for the team, if you like" value=note rows=2 error=note_error />
            <div class="dialog-actions">
                <Button on_press=move |_| on_leave.run(())>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>{move || action.get()}</Button>
            </div>
        </form>
    }
}

fn meaning(reason: SetAsideReason) -> &'static str {
    match reason {
        SetAsideReason::Seasonal => "gifts, holidays, one time of the year",
        SetAsideReason::Paused => "they said that they will be back",
        SetAsideReason::OnLeave => "parental leave, illness, travel",
        SetAsideReason::Wrong => "you know better than the model",
    }
}

/// A day that may be chosen, or how to mend it.
fn typed_day(text: &str, today: Day) -> Result<Day, String> {
    let last = today.plus(MOST_SET_ASIDE_DAYS);
    let day = Day::parse_iso(text.trim()).filter(|day| (today..=last).contains(day));
    day.ok_or_else(|| format!("Choose a day from {} to {}.", today.iso(), last.iso()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_lies_between_today_and_the_longest_time() {
        let today = Day::parse_iso("2026-03-01").expect("a day");
        assert_eq!(typed_day(" 2026-03-01 ", today), Ok(today));
        assert_eq!(typed_day("2027-04-05", today), Ok(today.plus(400)));
        for wrong in ["2026-02-28", "2027-04-06", "", "soon"] {
            assert!(typed_day(wrong, today).is_err_and(|text| text.contains("2026-03-01 to 2027-04-05")), "{wrong}");
        }
    }
}
