use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, Thresholds, ThresholdsResponse, ThresholdsView};
use shared::risk::{TierCounts, shown_per_cent, tier_counts};

use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Dialog, Difference, FailureNotice, Skeleton, TierBadge, announce,
    standing, unique_id,
};
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
                Some(known) => view! { <Sliders known view saved /> }.into_any(),
                None => view! { <Show when=move || failure.with(Option::is_none)><Skeleton lines=8 /></Show> }.into_any(),
            }}
        </Dialog>
    }
}

/// Three sliders; the head-count beside each follows while it moves, without asking the server.
#[component]
fn Sliders(known: ThresholdsView, view: RwSignal<Option<ThresholdsView>>, saved: Callback<()>) -> impl IntoView {
    let session = use_session();
    let ThresholdsView { thresholds, basis, text, cells, version } = known;
    let version = RwSignal::new(version);
    let before = shown(&thresholds);
    let [immediate, moderate, early] = before.map(RwSignal::new);
    let chosen = move || Thresholds { immediate: share(immediate), moderate: share(moderate), early: share(early) };
    let cells = StoredValue::new(cells);
    let counts = Memo::new(move |_| cells.with_value(|cells| tier_counts(cells, &chosen())));
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let standing_now = StoredValue::new(None::<ThresholdsView>);
    let was_own = StoredValue::new(false);
    let send = Callback::new(move |own: Option<Thresholds>| {
        busy.set(true);
        failure.set(None);
        was_own.set_value(own.is_some());
        spawn_local(async move {
            let answer = match &own {
                Some(own) => client::put::<_, ThresholdsResponse>(PATH, version.get_untracked(), own).await,
                None => client::delete_version::<ThresholdsResponse>(PATH, version.get_untracked()).await,
            };
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => saved.run(()),
                Err(refused) => match standing::<ThresholdsView>(&refused) {
                    Some((current, theirs)) => {
                        clash.set(Some(versions(current, before, &theirs, own.as_ref())));
                        standing_now.set_value(Some(theirs));
                    }
                    None => failure.set(Some(refused)),
                },
            }
        });
    });
    let decided = Callback::new(move |choice: Choice| {
        let Some(theirs) = standing_now.get_value() else { return };
        if !was_own.get_value() && choice.keeps("all") {
            version.set(choice.version);
            send.run(None);
            return;
        }
        let [now_immediate, now_moderate, now_early] = shown(&theirs.thresholds);
        let sliders =
            [("immediate", immediate, now_immediate), ("moderate", moderate, now_moderate), ("early", early, now_early)];
        let keeps_none = sliders.iter().all(|(name, ..)| !choice.keeps(name));
        if keeps_none {
            view.set(Some(theirs));
            return;
        }
        for (name, slider, theirs) in sliders {
            if !choice.keeps(name) {
                slider.set(theirs);
            }
        }
        version.set(choice.version);
        send.run(Some(chosen()));
    });
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
                {is_own.then(|| view! { <Button busy on_press=move |_| send.run(None)>"Go back to the model's"</Button> })}
                <Button kind=ButtonKind::Primary busy on_press=move |_| send.run(Some(chosen()))>"Save thresholds"</Button>
            </div>
        </Show>
        <ConflictDialog clash on_choice=decided />
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

/// As the sliders show them: immediate, moderate, early.
fn shown(thresholds: &Thresholds) -> [u8; 3] {
    [thresholds.immediate, thresholds.moderate, thresholds.early].map(shown_per_cent)
}

/// `own` is what was to be saved; none: going back to the model's, which is one choice.
fn versions(version: u32, before: [u8; 3], theirs: &ThresholdsView, own: Option<&Thresholds>) -> Clash {
    let now = shown(&theirs.thresholds);
    let words = |shares: [u8; 3]| shares.map(|share| format!("{share}\u{a0}%")).join(", ");
    let differences: Vec<_> = match own.map(shown) {
        None => Difference::between("all", "Thresholds", words(before), words(now), "the model's").into_iter().collect(),
        Some(own) => [("immediate", Tier::Immediate), ("moderate", Tier::Moderate), ("early", Tier::Early)]
            .into_iter()
            .zip(before.into_iter().zip(now).zip(own))
            .filter_map(|((name, tier), ((before, now), own))| {
                let [before, now, own] = [before, now, own].map(|share| format!("{share}\u{a0}%"));
                Difference::between(name, crate::format::tier(tier), before, now, own)
            })
            .collect(),
    };
    Clash { version, differences, told_by: "action=thresholds_changed,thresholds_reset".to_owned() }
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
