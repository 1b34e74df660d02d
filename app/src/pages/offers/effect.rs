//! What the whole shop gets: by today's limits, and by those that are being tried.

use leptos::prelude::*;
use shared::money::Currency;
use shared::offer::Effect as Figures;

use super::money;
use super::plan::Plan;
use crate::components::{Button, ButtonKind};
use crate::locale;

/// Name, figure, and whether more of it is better.
type Line = (&'static str, fn(&Figures, Currency) -> String);

pub(super) const LINES: [Line; 8] = [
    ("Margin beyond doing nothing", |effect, currency| money::short(effect.margin, currency)),
    ("Win-backs beyond those who come anyway", |effect, _| format!("{:.1}", effect.returns - effect.alone)),
    ("Expected cost", |effect, currency| money::short(effect.spend, currency)),
    ("Cost if everybody took theirs", |effect, currency| money::short(effect.at_most, currency)),
    ("Get an offer", |effect, _| locale::count(u64::from(effect.offered))),
    ("of them by a person", |effect, _| locale::count(u64::from(effect.by_person))),
    ("Get a message without one", |effect, _| locale::count(u64::from(effect.contacted))),
    ("Left out of offers", |effect, _| locale::count(u64::from(effect.excluded))),
];

#[component]
pub(super) fn EffectPanel(comparing: RwSignal<bool>, may: Memo<bool>) -> impl IntoView {
    let plan = expect_context::<Plan>();
    let currency = plan.basis.with_value(|basis| basis.guardrails.currency);
    let (now, today) = (
        Memo::new(move |_| plan.now.with(|now| now.effect.clone())),
        Memo::new(move |_| plan.today.with(|today| today.effect.clone())),
    );
    let changed = Memo::new(move |_| plan.is_changed());
    let lines = LINES
        .into_iter()
        .map(|(name, of)| {
            let is = move || now.with(|now| of(now, currency));
            let was = move || today.with(|today| of(today, currency));
            let note =
                move || (changed.get() && was() != is()).then(|| view! { <span class="s">{format!("today {}", was())}</span> });
            view! { <div class:moved=move || changed.get() && was() != is()><dt>{name}</dt><dd>{is} {note}</dd></div> }
        })
        .collect_view();
    let next = move || {
        now.with(|now| {
            let step = money::short(now.step, currency);
            match now.is_bound {
                true => {
                    format!("The next {step} would bring back {} of margin beyond its cost.", money::short(now.next, currency))
                }
                false => "The budget stops nobody: more of it would bring nothing.".to_owned(),
            }
        })
    };
    view! {
        <section class="panel pad stack effect" data-margin=move || now.with(|now| now.margin.to_string())>
            <h2>"The whole shop"</h2>
            <dl class="figures">{lines}</dl>
            <p aria-live="polite"><b>{next}</b></p>
            <div class="row">
                <Show when=move || may.get()>
                    <Button kind=ButtonKind::Primary disabled=Signal::derive(move || !changed.get()) on_press=move |_| comparing.set(true)>
                        "Compare and save"
                    </Button>
                </Show>
                <Button disabled=Signal::derive(move || !changed.get()) on_press=move |_| plan.draft.set(plan.stored.get_untracked())>
                    "Back to today's"
                </Button>
            </div>
            <Show when=move || !may.get()><p class="s">"You can try limits here; an owner of this shop saves them."</p></Show>
        </section>
    }
}
