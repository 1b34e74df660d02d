//! A new campaign: with a ready-made plan or an empty one, for a segment or from a brief alone.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CampaignResponse, NewCampaign, PlanChoice, PlansResponse, SegmentKind, SegmentsResponse};
use shared::message::Brief;
use shared::reason::Reason;
use shared::segment::ValueTier;

use super::words::{kind_name, reasons, some, tone_code, tone_of, tones, values, way_name};
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Field, Select, announce, unique_id};
use crate::locale;
use crate::router::{Step, go};

#[component]
pub(super) fn NewDialog(open: RwSignal<bool>) -> impl IntoView {
    view! {
        <Dialog open title="A new campaign">
            <Form open />
        </Dialog>
    }
}

/// Segments that a campaign may be for, as options of a select: the shop's own first, then micro-segments, then rows of the matrix.
pub(super) fn segment_options(found: &SegmentsResponse) -> Vec<(String, String)> {
    let people = |count: u64| format!("{} {}", locale::count(count), crate::format::plural(count, "customer", "customers"));
    let of_kind = |kind: SegmentKind| {
        found.segments.iter().filter(move |row| row.kind == kind).map(move |row| {
            let count = row.customers.map_or_else(String::new, |count| format!(" ({})", people(count)));
            (row.id.clone(), format!("{}{count}", row.name))
        })
    };
    let rows = found
        .meta
        .rows
        .iter()
        .filter(|row| row.customers > 0)
        .map(|row| (format!("row:{}", row.code), format!("All of {} ({})", row.name.to_lowercase(), people(row.customers))));
    of_kind(SegmentKind::Own).chain(of_kind(SegmentKind::Micro)).chain(rows).collect()
}

/// Ready-made plans as cards, each with when to take it.
#[component]
fn Plans(
    plans: RwSignal<Option<Vec<PlanChoice>>>,
    plan: RwSignal<Option<PlanChoice>>,
    value: RwSignal<String>,
    reason: RwSignal<String>,
    tone: RwSignal<String>,
    name: RwSignal<String>,
) -> impl IntoView {
    let group = unique_id();
    // A name that nobody typed follows the plan.
    let given = StoredValue::new(String::new());
    let choose = move |chosen: Option<PlanChoice>| {
        if let Some(chosen) = &chosen {
            value.set(chosen.brief.value.code().to_owned());
            reason.set(chosen.brief.reason.code().to_owned());
            tone.set(tone_code(chosen.brief.tone).to_owned());
        }
        let words = chosen.as_ref().map(|chosen| chosen.name.clone()).unwrap_or_default();
        if name.with_untracked(|name| name.is_empty() || given.with_value(|given| name == given)) {
            name.set(words.clone());
            given.set_value(words);
        }
        plan.set(chosen);
    };
    let card = {
        let group = group.clone();
        move |one: Option<PlanChoice>| {
            let id = one.as_ref().map(|one| one.id.clone());
            let is_on = move || plan.with(|plan| plan.as_ref().map(|plan| plan.id.clone()) == id);
            let (title, about, ways) = match &one {
                Some(one) => (one.name.clone(), one.about.clone(), made_of(one)),
                None => (
                    "As it comes".to_owned(),
                    "Five messages over 30 days by e-mail. Everything else is yours to write.".to_owned(),
                    String::new(),
                ),
            };
            view! {
                <label class="plan-card">
                    <input type="radio" name=group.clone() prop:checked=is_on on:change=move |_| choose(one.clone()) />
                    <span>
                        <b dir="auto">{title}</b>
                        <span class="s block" dir="auto">{about}</span>
                        <span class="s block">{ways}</span>
                    </span>
                </label>
            }
        }
    };
    view! {
        <fieldset class="plan-cards" aria-busy=move || plans.with(Option::is_none).then_some("true")>
            <legend>"Begin with"</legend>
            {move || {
                let all = plans.get().unwrap_or_default().into_iter().map(Some).chain([None]);
                all.map(card.clone()).collect_view()
            }}
        </fieldset>
    }
}

/// What a plan is made of: its kind, its steps and its channels.
fn made_of(one: &PlanChoice) -> String {
    let steps = one.plan.steps.iter().flat_map(|step| step.channel);
    let routes = one.plan.routes.iter().flat_map(|route| std::iter::once(route.first).chain(route.fallback));
    let mut ways: Vec<&str> = Vec::new();
    for name in steps.chain(routes).map(way_name) {
        if !ways.contains(&name) {
            ways.push(name);
        }
    }
    let count = one.plan.steps.len() as u64;
    let whose = if one.is_own { "Your own · " } else { "" };
    let ways = if ways.is_empty() { "Mail".to_owned() } else { ways.join(", ") };
    format!("{whose}{} · {count} {} · {ways}", kind_name(one.plan.kind), crate::format::plural(count, "step", "steps"))
}

#[component]
fn Form(open: RwSignal<bool>) -> impl IntoView {
    let options = RwSignal::new(vec![(String::new(), "Nobody yet: write it from a brief".to_owned())]);
    spawn_local(async move {
        // Without its list the brief is still there.
        if let Ok(found) = client::get::<SegmentsResponse>("/api/segments").await {
            options.try_update(|options| options.extend(segment_options(&found)));
        }
    });
    let plans = RwSignal::new(None::<Vec<PlanChoice>>);
    spawn_local(async move {
        // Without its list the campaign begins as one for a lapsed buyer, which the server puts in.
        let found = client::get::<PlansResponse>("/api/plans").await.map(|found| found.plans).unwrap_or_default();
        plans.try_set(Some(found));
    });
    let plan = RwSignal::new(None::<PlanChoice>);
    let name = RwSignal::new(String::new());
    let segment = RwSignal::new(String::new());
    let value = RwSignal::new(ValueTier::High.code().to_owned());
    let reason = RwSignal::new(Reason::Unknown.code().to_owned());
    let tone = RwSignal::new(tone_code(Default::default()).to_owned());
    let product = RwSignal::new(String::new());
    let change = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let is_brief = Memo::new(move |_| segment.with(String::is_empty));
    let error = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
    };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        let chosen = plan.get_untracked();
        let ready = chosen.as_ref().map(|plan| plan.brief.clone()).unwrap_or_default();
        let brief = Brief {
            value: value.with_untracked(|code| ValueTier::of_code(code)).unwrap_or_default(),
            reason: reason.with_untracked(|code| Reason::of_code(code)).unwrap_or_default(),
            tone: tone.with_untracked(|code| tone_of(code)),
            product: product.with_untracked(|text| some(text)),
            change: change.with_untracked(|text| some(text)),
            ..ready
        };
        let new = NewCampaign {
            name: name.get_untracked(),
            segment: segment.with_untracked(|id| some(id)),
            // A segment knows its value and reason better than these boxes, which are not shown then.
            brief: is_brief.get_untracked().then_some(brief),
            draft: None,
            plan: chosen.map(|plan| plan.id),
        };
        spawn_local(async move {
            let answer = client::post::<_, CampaignResponse>("/api/campaigns", &new).await;
            busy.try_set(false);
            match answer {
                Ok(made) => {
                    announce("The campaign is made.");
                    open.try_set(false);
                    go(&format!("/campaigns/{}", made.campaign.row.id), Step::Page);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    const FIELDS: [&str; 4] = ["name", "segment", "brief.product", "brief.change"];
    let general = move || failure.get().filter(|failure| FIELDS.iter().all(|field| failure.field(field).is_none()));
    view! {
        <form novalidate on:submit=save>
            <Plans plans plan value reason tone name />
            <Field label="Name" value=name error=error("name") hint="For your team: “Coffee lovers who left over price”." />
            <Select label="For" value=segment options error=error("segment") />
            <Show when=move || is_brief.get()>
                <Select label="Their value" value options=Signal::stored(values()) />
                <Select label="Why they left" value=reason options=Signal::stored(reasons()) />
                <Select label="Tone" value=tone options=Signal::stored(tones()) />
                <Field label="What you sell, in a few words" value=product error=error("brief.product") hint="Such as “fresh coffee” or “a planner for teams”." />
                <Field label="What changed since they left, in a sentence" value=change error=error("brief.change") hint="A message may repeat it word for word. Leave it empty where nothing did." />
            </Show>
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| open.set(false)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Make it"</Button>
            </div>
        </form>
    }
}
