//! One segment: the brief, why they leave, the trend, who came and went, and its first people.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{
    CustomersResponse, Done, Permission, ReasonCount, Segment, SegmentDay, SegmentKind, SegmentMove, SegmentResponse,
};
use shared::segment::Row;

use super::offer::ToOffer;
use crate::charts::{DayBar, DayBars};
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonLink, Confirm, DayText, Money, Notice, NoticeKind, PageHead, Skeleton, Table, TierBadge, announce,
};
use crate::format::{percent, plural};
use crate::locale;
use crate::pages::settings::frame::{Answer, loaded};
use crate::query::address;
use crate::router::{Step, go};
use crate::session::use_session;

/// People that the page shows of the segment.
const FIRST: u32 = 8;

/// Days that the trend has room for.
const DAYS: usize = 90;

#[component]
pub fn SegmentPage(id: String) -> impl IntoView {
    let answer: Answer<SegmentResponse> = RwSignal::new(None);
    let id = StoredValue::new(id);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<SegmentResponse>(&format!("/api/segments/{}", id.get_value())).await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    let title = move || {
        answer.with(|answer| match answer {
            Some(Ok(found)) => found.segment.row.name.clone(),
            _ => "Segment".to_owned(),
        })
    };
    let lead = move || {
        let words = answer.with(|answer| match answer {
            Some(Ok(found)) => found.segment.row.sentence.clone(),
            _ => None,
        });
        view! { <span dir="auto">{words.unwrap_or_else(|| "A micro-segment: each customer is in exactly one.".to_owned())}</span> }
    };
    view! {
        <PageHead title=Signal::derive(title) lead>
            <ButtonLink href="/segments">"All segments"</ButtonLink>
        </PageHead>
        {loaded(answer, load, move |SegmentResponse { segment }| view! { <Page segment /> }.into_any())}
    }
}

#[component]
fn Page(segment: Segment) -> impl IntoView {
    let gone = segment.row.gone.clone();
    let is_own = segment.row.kind == SegmentKind::Own;
    let (id, name, version) = (segment.row.id.clone(), segment.row.name.clone(), segment.row.version);
    let cell = segment.row.value.zip(segment.row.reason).map(|(value, reason)| Row { value, reason });
    let trend = segment.trend.clone();
    let total = segment.row.customers.unwrap_or(0);
    view! {
        <div class="stack">
            {(!gone.is_empty()).then(|| view! {
                <Notice kind=NoticeKind::Warning title="Its filter no longer holds">
                    {gone.iter().map(|words| view! { <p>{words.clone()}</p> }).collect_view()}
                </Notice>
            })}
            <Brief segment=segment.clone() />
            <div class="two">
                <div class="stack">
                    <People id=id.clone() total />
                    {(!trend.is_empty()).then(|| view! { <Trend trend /> })}
                </div>
                <div class="stack">
                    <Reasons reasons=segment.reasons total />
                    {cell.map(|row| view! { <ToOffer row /> })}
                    {(!segment.moves.is_empty()).then(|| view! { <Moves moves=segment.moves /> })}
                    {is_own.then(|| view! { <Remove id name version=version.unwrap_or(1) /> })}
                </div>
            </div>
        </div>
    }
}

#[component]
fn Brief(segment: Segment) -> impl IntoView {
    let Segment { row, brief, .. } = segment;
    let days = |days: Option<u32>| {
        days.map_or_else(
            || "not known".to_owned(),
            |days| format!("{} {}", locale::count(days.into()), plural(days.into(), "day", "days")),
        )
    };
    let money = |amount: Option<shared::money::Money>| amount.map_or_else(|| "not known".to_owned(), locale::money);
    let chance = |p: Option<f64>| p.map_or_else(|| "not known".to_owned(), percent);
    let main = brief.main_reason.map_or_else(|| "not known".to_owned(), |reason| reason.name().to_owned());
    let fact = |name: &'static str, value: String, note: String| {
        view! { <div><dt>{name}</dt><dd>{value}{(!note.is_empty()).then(|| view! { <span class="s">{note}</span> })}</dd></div> }
    };
    let customers = row.customers.unwrap_or(0);
    let left_out = if row.excluded == 0 { String::new() } else { format!("{} left out of offers", locale::count(row.excluded)) };
    let stands = format!("{} at risk, {} lost", locale::count(brief.leaving), locale::count(brief.lost));
    view! {
        <section class="panel pad" aria-label="Brief">
            <dl class="facts">
                {fact("Customers", locale::count(customers), [stands, left_out].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join("; "))}
                {fact("Mean value of a year", money(brief.lifetime_value), format!("{} margin if they stay or return", money(brief.margin)))}
                {fact("Customers for", days(brief.tenure_days), "on average".to_owned())}
                {fact("Silent for", days(brief.silent_days), "on average".to_owned())}
                {fact("Main reason", main, format!("{} of them", percent(brief.main_reason_share)))}
                {fact("Return or stay with contact", chance(brief.contact), format!("{} without, within 90 days", chance(brief.none)))}
                {fact("Revenue at risk", money(row.at_risk), "a year".to_owned())}
                {fact("To gain from contact", money(row.regain), "margin beyond what comes back by itself".to_owned())}
            </dl>
        </section>
    }
}

#[component]
fn People(id: String, total: u64) -> impl IntoView {
    let answer = RwSignal::new(None::<Result<CustomersResponse, Failure>>);
    let limit = FIRST.to_string();
    let path = format!("/api/customers{}", address(&[("segment", &id), ("sort", "value"), ("limit", &limit)]));
    spawn_local(async move {
        let got = client::get::<CustomersResponse>(&path).await;
        answer.try_set(Some(got));
    });
    let all = format!("/customers{}", address(&[("segment", &id)]));
    let rows = move || match answer.get() {
        None => view! { <div class="pad"><Skeleton lines=6 /></div> }.into_any(),
        Some(Err(failure)) => view! { <p class="pad loss">{failure.text()}</p> }.into_any(),
        Some(Ok(found)) => {
            let rows = found
                .customers
                .into_iter()
                .map(|customer| {
                    view! {
                        <tr>
                            <th scope="row"><a href=format!("/customers/{}", customer.id) dir="auto">{customer.name}</a></th>
                            <td><TierBadge tier=customer.tier /></td>
                            <td class="num">{customer.lifetime_value.map(|amount| view! { <Money amount short=true /> })}</td>
                            <td>{customer.last_order.map(|day| view! { <DayText day /> })}</td>
                        </tr>
                    }
                })
                .collect_view();
            view! {
                <Table caption="The most valuable customers of the segment" unseen_caption=true>
                    <thead><tr><th scope="col">"Customer"</th><th scope="col">"Risk"</th><th scope="col" class="num">"Value"</th><th scope="col">"Last order"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </Table>
            }
            .into_any()
        }
    };
    view! {
        <section class="panel">
            <div class="pad row between">
                <h2>"People"</h2>
                {(total > 0).then(|| view! { <ButtonLink small=true href=all>{format!("See all {}", locale::count(total))}</ButtonLink> })}
            </div>
            {rows}
        </section>
    }
}

#[component]
fn Reasons(reasons: Vec<ReasonCount>, total: u64) -> impl IntoView {
    let rows = reasons
        .into_iter()
        .map(|count| {
            let share = count.customers as f64 / total.max(1) as f64;
            view! {
                <tr>
                    <th scope="row">{count.reason.name()}</th>
                    <td class="num">{locale::count(count.customers)}</td>
                    <td class="num">{format!("{:.0}\u{a0}%", share * 100.0)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="panel">
            <div class="pad"><h2>"Why they leave"</h2></div>
            <Table caption="Reasons" unseen_caption=true>
                <thead><tr><th scope="col">"Reason"</th><th scope="col" class="num">"Customers"</th><th scope="col" class="num">"Share"</th></tr></thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
}

#[component]
fn Trend(trend: Vec<SegmentDay>) -> impl IntoView {
    let most = trend.iter().map(|day| day.customers).max().unwrap_or(0);
    let bars: Vec<DayBar> = trend
        .iter()
        .map(|day| DayBar {
            taken: day.customers,
            refused: 0,
            told: format!(
                "{}: {} {}",
                locale::day(&day.day),
                locale::count(day.customers),
                plural(day.customers, "customer", "customers")
            ),
        })
        .collect();
    let label = format!("Customers a day, at most {}", locale::count(most));
    let rows = trend
        .into_iter()
        .rev()
        .map(|day| {
            view! {
                <tr>
                    <th scope="row"><DayText day=day.day /></th>
                    <td class="num">{locale::count(day.customers)}</td>
                    <td class="num"><Money amount=day.at_risk short=true /></td>
                    <td class="num"><Money amount=day.regain short=true /></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="panel pad stack">
            <h2>"Trend"</h2>
            <DayBars bars=bars label=label room=DAYS>
                <Table caption="Customers a day">
                    <thead><tr><th scope="col">"Day"</th><th scope="col" class="num">"Customers"</th><th scope="col" class="num">"At risk"</th><th scope="col" class="num">"To gain"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </Table>
            </DayBars>
        </section>
    }
}

#[component]
fn Moves(moves: Vec<SegmentMove>) -> impl IntoView {
    let rows = moves
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <td>{if row.came { "Came from" } else { "Went to" }}</td>
                    <th scope="row"><a href=format!("/segments/{}", row.id)>{row.name}</a></th>
                    <td class="num">{locale::count(row.customers)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="panel">
            <div class="pad"><h2>"Who came and went"</h2><p class="m">"Within 30 days."</p></div>
            <Table caption="Moves within 30 days" unseen_caption=true>
                <thead><tr><th scope="col">"Which way"</th><th scope="col">"Segment"</th><th scope="col" class="num">"Customers"</th></tr></thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
}

/// Of a segment that somebody defined.
#[component]
fn Remove(id: String, name: String, version: u32) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let change = format!("/segments/new{}", address(&[("id", &id)]));
    let remove = Callback::new(move |()| {
        let path = format!("/api/segments/{id}");
        busy.set(true);
        spawn_local(async move {
            let answer = client::delete_version::<Done>(&path, version).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The segment is removed.");
                    go("/segments", Step::Page);
                }
                Err(refused) => {
                    failure.try_set(Some(refused));
                }
            }
        });
    });
    view! {
        <Show when=move || may.get()>
            <div class="row">
                <ButtonLink href=change.clone()>"Change its filter"</ButtonLink>
                <Button on_press=move |_| open.set(true)>"Remove the segment"</Button>
            </div>
        </Show>
        <Confirm open title=format!("Remove {name}?") action="Remove the segment" busy failure on_confirm=remove>
            <p>"Its customers stay as they are."</p>
        </Confirm>
    }
}
