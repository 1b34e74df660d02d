use leptos::prelude::*;
use shared::api::{Tier, TierSummary};

use crate::components::TierBadge;
use crate::format;
use crate::list::List;
use crate::locale;
use crate::query::View;

/// How many stand in each tier, what they are worth and what troubles them; pressing one shows only that tier.
#[component]
pub(super) fn TierCards(list: List, view: Memo<View>) -> impl IntoView {
    let card = move |tier: Tier| {
        let pressed = move || list.query.with(|query| query.tiers == [tier]).to_string();
        view! {
            <button class="panel card" type="button" aria-pressed=pressed on:click=move |_| list.show(|query| query.toggle(tier), false)>
                <Figures list tier />
            </button>
        }
    };
    view! {
        <div class="cards">
            {move || {
                match view.get() {
                    View::Lost => view! {
                        <div class="panel card"><Figures list tier=Tier::Lost /></div>
                        <p class="m wide">
                            "Lost means silent for longer than their own rhythm, or your own rule, allows. They are ordered by what asking them is expected to bring beyond what comes back by itself."
                        </p>
                    }
                        .into_any(),
                    View::SetAside => view! {
                        <div class="panel card"><Figures list tier=Tier::SetAside /></div>
                        <p class="m wide">
                            "Somebody of your team said that they are not at risk. They come back to Radar by themselves on the day after the one that was chosen, and the model learns from each."
                        </p>
                    }
                        .into_any(),
                    View::Own => [Tier::Immediate, Tier::Moderate, Tier::Early, Tier::Healthy].map(card).collect_view().into_any(),
                }
            }}
        </div>
    }
}

/// What a card holds; grey bones of the same height until the figures are there.
#[component]
fn Figures(list: List, tier: Tier) -> impl IntoView {
    let summary = Memo::new(move |_| list.meta.with(|meta| meta.as_ref().map(|meta| of(&meta.tiers, tier))));
    view! {
        <TierBadge tier />
        <span class="big">
            {move || match summary.get() {
                None => view! { <span class="bone" style="width:64px;height:20px;margin:6.8px 0"></span> }.into_any(),
                Some(summary) => locale::count(summary.map_or(0, |summary| summary.customers)).into_any(),
            }}
        </span>
        <span class="s meaning">{format::tier_meaning(tier)}</span>
        <span class="s">{move || summary.get().flatten().map(|summary| worth(&summary))}</span>
        <span class="s">{move || summary.get().flatten().and_then(trouble)}</span>
        <span class="s">{move || summary.get().flatten().and_then(|summary| best(&summary))}</span>
    }
}

fn of(tiers: &[TierSummary], tier: Tier) -> Option<TierSummary> {
    tiers.iter().find(|summary| summary.tier == tier).cloned()
}

/// Not of the healthy and of those set aside: what one of them shows is no trouble of the tier.
fn trouble(summary: TierSummary) -> Option<String> {
    let is_calm = summary.top_triggers.is_empty() || matches!(summary.tier, Tier::Healthy | Tier::SetAside);
    let codes = summary.top_triggers.iter().map(|code| format::trigger(code)).collect::<Vec<_>>().join(", ");
    (!is_calm).then(|| format!("Mostly: {codes}"))
}

/// What brings most of the tier's margin, as far as anything does.
fn best(summary: &TierSummary) -> Option<String> {
    let best = summary.best.as_ref()?;
    Some(format!("Best: {} for {}, {} expected", best.name, locale::count(best.customers), locale::money_short(best.margin)))
}

fn worth(summary: &TierSummary) -> String {
    match (summary.customers, summary.value_unknown) {
        (0, _) => String::new(),
        (all, unknown) if unknown >= all => "Value not known yet".to_owned(),
        (_, 0) => format!("{} a year, expected", locale::money_short(summary.value)),
        (_, unknown) => format!("{} a year ({} not known)", locale::money_short(summary.value), locale::count(unknown)),
    }
}
