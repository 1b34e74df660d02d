//! The launch: the numbers once more, and one question.

use leptos::prelude::*;
use shared::api::Forecast;
use shared::campaign::Mode;

use super::super::acts::Acting;
use super::super::editor::use_editor;
use super::days::{DaySum, by_day};
use crate::components::Confirm;
use crate::locale;
use crate::router::{Step, go};

#[component]
pub(super) fn LaunchDialog(open: RwSignal<bool>, forecast: StoredValue<Forecast>) -> impl IntoView {
    let editor = use_editor();
    let acting = Acting::new();
    Effect::new(move || {
        if open.get() {
            acting.failure.set(None);
        }
    });
    let launch = Callback::new(move |()| {
        let digest = editor.campaign.with_untracked(|campaign| campaign.approval.digest.clone());
        acting.confirm(editor, "launch", digest, "It is launched. The first messages wait for some minutes.", move || {
            open.try_set(false);
            if let Some(id) = editor.id.try_get_value() {
                go(&format!("/campaigns/{id}/live"), Step::Page);
            }
        });
    });
    let always = Memo::new(move |_| editor.now.with(|now| now.plan.mode != Mode::Once));
    view! {
        <Confirm open title="Launch this campaign?" action="Launch it" busy=acting.busy failure=acting.failure on_confirm=launch>
            {move || {
                let Forecast { eligible, held_out, left_out, steps, cost, budget, .. } = forecast.get_value();
                let messages: u64 = by_day(&steps).iter().map(DaySum::sum).sum();
                let rest: u64 = left_out.iter().map(|one| one.customers).sum();
                let first = left_out.into_iter().take(3).map(|one| {
                    view! { <li>{format!("{} ", locale::count(one.customers))} <span dir="auto">{one.text}</span></li> }
                }).collect_view();
                view! {
                    <p><b dir="auto">{editor.now.with_untracked(|now| now.name.clone())}</b></p>
                    <dl class="facts small">
                        <div><dt>"Will be contacted"</dt><dd>{locale::count(eligible)}</dd></div>
                        <div><dt>"Held out"</dt><dd>{locale::count(held_out)}</dd></div>
                        <div><dt>"Left out"</dt><dd>{locale::count(rest)}</dd></div>
                        <div><dt>"Messages at most"</dt><dd>{locale::count(messages)}</dd></div>
                        <div><dt>"Costs at most"</dt><dd>{locale::money(cost)}</dd></div>
                        {budget.map(|budget| view! { <div><dt>"Of a budget of"</dt><dd>{locale::money(budget)}</dd></div> })}
                    </dl>
                    {(rest > 0).then(|| view! { <ul class="dots">{first}</ul> })}
                    {move || always.get().then(|| view! {
                        <p>"It is always on: whoever comes into the audience later enters as well, until you end it."</p>
                    })}
                    <p class="m">
                        "A small share goes first, and the rest waits for how that goes. For the first minutes nothing leaves, and one click takes the launch back."
                    </p>
                }
            }}
        </Confirm>
    }
}
