//! What the campaign may cost, and which share of it each channel may take.

use std::collections::BTreeSet;

use leptos::prelude::*;
use shared::campaign::split::by_return;
use shared::campaign::{Channel, Plan};
use shared::money::{Currency, Money};

use super::super::bound::{Share, bound, wrong};
use super::super::editor::use_editor;
use super::super::launch::guests::use_guests;
use super::super::launch::minor_per_unit;
use super::super::words::{per_cent, way_name};
use crate::components::{Button, Field, announce};
use crate::session::use_session;

#[component]
pub(super) fn BudgetPanel() -> impl IntoView {
    let editor = use_editor();
    let session = use_session();
    let guests = use_guests();
    guests.want();
    let home = untrack(|| session.get()).map_or(Currency::USD, |session| session.shop.home_currency);
    let most = bound(
        editor,
        "budget.most".to_owned(),
        |plan| plan.budget.most.map(Money::amount).unwrap_or_default(),
        move |plan, typed| {
            if typed.trim().is_empty() {
                plan.budget.most = None;
                return true;
            }
            Money::parse(typed, home).is_ok_and(|most| {
                plan.budget.most = Some(most);
                true
            })
        },
    );
    let error = wrong(editor, most, "budget.most".to_owned(), "Use an amount such as 250.00.");
    let channels = Memo::new(move |_| editor.now.with(|now| used(&now.plan)));
    let fields = move || {
        channels
            .get()
            .into_iter()
            .map(|channel| {
                view! {
                    <Share
                        label=format!("{}, at most in per cent", way_name(channel))
                        path=format!("budget.split {}", channel.code())
                        read=move |plan| of(plan, channel)
                        write=move |plan, share| set(plan, channel, share)
                    />
                }
            })
            .collect_view()
    };
    let sum = move || {
        let sum: u16 = editor.now.with(|now| now.plan.budget.split.iter().map(|(_, share)| *share).sum());
        match sum {
            0 => "No channel has a share of its own: all draw on the whole.".to_owned(),
            1_000 => "The shares add up to 100 %.".to_owned(),
            sum => format!("The shares add up to {} %.", per_cent(sum)),
        }
    };
    let proposed = Memo::new(move |_| {
        guests.forecast().map(|forecast| by_return(&forecast.groups, minor_per_unit(home))).unwrap_or_default()
    });
    let none = Signal::derive(move || proposed.with(Vec::is_empty));
    let propose = move |_| {
        let split = proposed.get_untracked();
        editor.change_plan("budget.split proposed", |plan| plan.budget.split = split);
        announce("The shares follow what each channel is expected to return.");
    };
    let mend = Memo::new(move |_| editor.now.with(|now| now.check_plan().remove("budget.split")));
    view! {
        <section class="panel pad">
            <fieldset class="form" disabled=move || !editor.may.get()>
                <h2>"Budget"</h2>
                <Field label=format!("At most in all, in {home}") value=most.value error hint="Offers, messages and people's time. Empty is what the guardrails leave; there is always a limit." />
                <div class="options">{fields}</div>
                <p class="s">{sum}</p>
                {move || mend.get().map(|fix| view! { <p class="error">{fix}</p> })}
                <Show when=move || editor.may.get()>
                    <div class="row">
                        <Button small=true disabled=none on_press=propose>"Propose shares by expected return"</Button>
                        {move || none.get().then(|| view! { <span class="s">"Once the forecast knows the people."</span> })}
                    </div>
                </Show>
            </fieldset>
        </section>
    }
}

/// Channels that the plan uses, or has a share for.
fn used(plan: &Plan) -> BTreeSet<Channel> {
    let steps = plan.steps.iter().flat_map(|step| step.channel.into_iter().chain(step.fallback));
    let routes = plan.routes.iter().flat_map(|route| std::iter::once(route.first).chain(route.fallback));
    let split = plan.budget.split.iter().map(|(channel, _)| *channel);
    steps.chain(routes).chain(split).collect()
}

fn of(plan: &Plan, channel: Channel) -> u16 {
    plan.budget.split.iter().find(|(known, _)| *known == channel).map_or(0, |(_, share)| *share)
}

/// None of it is no share of its own.
fn set(plan: &mut Plan, channel: Channel, share: u16) {
    plan.budget.split.retain(|(known, _)| *known != channel);
    if share > 0 {
        plan.budget.split.push((channel, share));
        plan.budget.split.sort_by_key(|(channel, _)| *channel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::campaigns::editor::plan;

    #[test]
    fn a_share_stands_once_and_goes_when_it_is_nothing() {
        let mut plan = plan();
        set(&mut plan, Channel::Sms, 300);
        set(&mut plan, Channel::Email, 500);
        set(&mut plan, Channel::Sms, 250);
        assert_eq!(plan.budget.split, [(Channel::Email, 500), (Channel::Sms, 250)]);
        set(&mut plan, Channel::Email, 0);
        assert_eq!((of(&plan, Channel::Email), of(&plan, Channel::Sms)), (0, 250));
        assert_eq!(used(&plan), BTreeSet::from([Channel::Sms]));
    }
}
