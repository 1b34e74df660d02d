use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, Thresholds, ThresholdsResponse, ThresholdsView};
use shared::risk::{TierCounts, shown_per_cent, tier_counts};

use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Skeleton, TierBadge, announce, unique_id};
use crate::format::{percent, plural};
use crate::locale;
use crate::session::use_session;
use shared::api::Tier;

const PATH: &str = "/api/thresholds";

/// Opens the dialog that says from which risk on a customer counts, and how many that are.
#[component]
pub(super) fn ThresholdsButton(#[prop(into)] on_saved: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    let view = RwSignal::new(None::<ThresholdsView>);
    let failure = RwSignal::new(None::<Failure>);
    let load = Callback::new(move |()| {
        failure.set(None);
        spawn_local(async move {
            match client::get::<ThresholdsResponse>(PATH).await {
                Ok(answer) => view.try_set(Some(answer.thresholds)),
                Err(refused) => failure.try_set(Some(refused)).map(|_| None),
            };
        });
    });
    let saved = Callback::new(move |()| {
        open.set(false);
        announce("Thresholds saved. Tiers follow with the next scoring.");
        on_saved.run(());
    });
    view! {
        <Button
            on_press=move |_| {
                // What was moved but not saved is forgotten, and the counts may have changed since.
                view.set(None);
                open.set(true);
                load.run(());
            }
        >
            "Thresholds"
        </Button>
        <Dialog open title="From which risk on does a customer count?">
            {move || failure.get().map(|failure| view! { <FailureNotice failure retry=load /> })}
            {move || match view.get() {
                Some(view) => view! { <Sliders view saved /> }.into_any(),
                None => view! { <Show when=move || failure.with(Option::is_none)><Skeleton lines=8 /></Show> }.into_any(),
            }}
        </Dialog>
    }
}

/// Three sliders; the head-count beside each follows while it moves, without asking the server.
#[component]
fn Sliders(view: ThresholdsView, saved: Callback<()>) -> impl IntoView {
    let session = use_session();
    let ThresholdsView { thresholds, basis, text, cells, version } = view;
    let [immediate, moderate, early] =
        [thresholds.immediate, thresholds.moderate, thresholds.early].map(|share| RwSignal::new(shown_per_cent(share)));
    let chosen = move || Thresholds { immediate: share(immediate), moderate: share(moderate), early: share(early) };
    let cells = StoredValue::new(cells);
    let counts = Memo::new(move |_| cells.with_value(|cells| tier_counts(cells, &chosen())));
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let send = move |own: Option<Thresholds>| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = match own {
                Some(own) => client::put::<_, ThresholdsResponse>(PATH, version, &own).await,
                None => client::delete_version::<ThresholdsResponse>(PATH, version).await,
            };
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => saved.run(()),
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let may_edit = move || session.may(Permission::Edit);
    let is_own = basis == "own";
    view! {
        <p class="m">{text} ". A customer stands in the most urgent tier whose threshold the risk reaches; the lost are not counted here."</p>
        <Slider tier=Tier::Immediate days=30 value=immediate count=move || counts.with(|counts| counts.immediate) />
        <Slider tier=Tier::Moderate days=60 value=moderate count=move || counts.with(|counts| counts.moderate) />
        <Slider tier=Tier::Early days=90 value=early count=move || counts.with(|counts| counts.early) />
        <p class="s total" aria-live="polite">{move || counts.with(total)}</p>
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        <Show when=may_edit>
            <div class="dialog-actions">
                {is_own.then(|| view! { <Button busy on_press=move |_| send(None)>"Go back to the model's"</Button> })}
                <Button kind=ButtonKind::Primary busy on_press=move |_| send(Some(chosen()))>"Save thresholds"</Button>
            </div>
        </Show>
    }
}

#[component]
fn Slider(tier: Tier, days: u8, value: RwSignal<u8>, #[prop(into)] count: Signal<u32>) -> impl IntoView {
    let id = unique_id();
    let people = move || {
        let count = u64::from(count.get());
        format!("{} {}", locale::count(count), plural(count, "customer", "customers"))
    };
    view! {
        <div class="slider">
            <label for=id.clone()><TierBadge tier /></label>
            <output for=id.clone()>{people}</output>
            <input
                id=id
                type="range"
                min="1"
                max="100"
                prop:value=move || value.get().to_string()
                on:input=move |event| {
                    if let Ok(moved) = event_target_value(&event).parse() {
                        value.set(moved);
                    }
                }
                aria-valuetext=move || format!("{} or more within {days} days, {}", percent(share(value)), people())
            />
            <span class="s">{move || format!("{} or more likely to leave within {days} days", percent(share(value)))}</span>
        </div>
    }
}

fn share(per_cent: RwSignal<u8>) -> f64 {
    f64::from(per_cent.get()) / 100.0
}

fn total(counts: &TierCounts) -> String {
    let healthy = u64::from(counts.healthy);
    format!(
        "{} {} below all three and {} healthy.",
        locale::count(healthy),
        plural(healthy, "customer stands", "customers stand"),
        plural(healthy, "counts as", "count as")
    )
}
