//! A new campaign: for a segment, or from a brief alone.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{CampaignResponse, NewCampaign, SegmentKind, SegmentsResponse};
use shared::message::Brief;
use shared::reason::Reason;
use shared::segment::ValueTier;

use super::words::{reasons, some, tone_code, tone_of, tones, values};
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, Dialog, FailureNotice, Field, Select, announce};
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

#[component]
fn Form(open: RwSignal<bool>) -> impl IntoView {
    let options = RwSignal::new(vec![(String::new(), "Nobody yet: write it from a brief".to_owned())]);
    spawn_local(async move {
        // Without its list the brief is still there.
        if let Ok(found) = client::get::<SegmentsResponse>("/api/segments").await {
            options.try_update(|options| options.extend(segment_options(&found)));
        }
    });
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
        let brief = Brief {
            value: value.with_untracked(|code| ValueTier::of_code(code)).unwrap_or_default(),
            reason: reason.with_untracked(|code| Reason::of_code(code)).unwrap_or_default(),
            tone: tone.with_untracked(|code| tone_of(code)),
            product: product.with_untracked(|text| some(text)),
            change: change.with_untracked(|text| some(text)),
            ..Brief::default()
        };
        let new = NewCampaign {
            name: name.get_untracked(),
            segment: segment.with_untracked(|id| some(id)),
            // A segment knows its value and reason better than these boxes, which are not shown then.
            brief: is_brief.get_untracked().then_some(brief),
            draft: None,
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
