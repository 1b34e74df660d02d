//! All segments: what they have at risk as a map, and the figures as a table.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, SegmentKind, SegmentRow, SegmentsMeta, SegmentsResponse};

use super::exclusions::Exclusions;
use crate::charts::{Tile, Treemap};
use crate::client;
use crate::components::{ButtonKind, ButtonLink, EmptyState, Money, Notice, PageHead, Select, Table};
use crate::format::plural;
use crate::locale;
use crate::pages::settings::frame::{Answer, loaded};
use crate::router::A;
use crate::session::use_session;

const SORTS: [(&str, &str); 4] =
    [("at_risk", "Most revenue at risk"), ("regain", "Most to gain"), ("customers", "Most customers"), ("name", "Name")];

/// Tiles below this share of the whole would be dots.
const LEAST_TILE: f64 = 0.002;

#[component]
pub fn SegmentsPage() -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let answer: Answer<SegmentsResponse> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<SegmentsResponse>("/api/segments").await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    view! {
        <PageHead
            title="Segments"
            lead=|| "Everybody by what they are worth, why they leave, how engaged they are and how likely they return: each customer in exactly one."
        >
            <Show when=move || may.get()>
                <ButtonLink kind=ButtonKind::Primary href="/segments/new">"New segment"</ButtonLink>
            </Show>
        </PageHead>
        <nav class="tabs" aria-label="Segments">
            <A href="/segments" exact=true>"Segments"</A>
            <A href="/segments/topics" exact=true>"Words for reasons"</A>
        </nav>
        {loaded(answer, load, move |SegmentsResponse { segments, meta }| {
            if meta.customers == 0 {
                return view! {
                    <EmptyState title="Nobody to place yet">
                        <p>"Segments need customers with a history. Import orders, or load a sample shop."</p>
                        <ButtonLink kind=ButtonKind::Primary href="/data">"Import orders"</ButtonLink>
                    </EmptyState>
                }
                    .into_any();
            }
            let (micro, own): (Vec<_>, Vec<_>) = segments.into_iter().partition(|row| row.kind == SegmentKind::Micro);
            view! {
                <div class="stack">
                    <Placed meta=meta.clone() />
                    <Map rows=micro.clone() />
                    <Rows caption="Segments that you defined" rows=own own=true />
                    <Rows caption="Micro-segments" rows=micro own=false />
                    <Exclusions left_out=meta.left_out on_saved=load />
                </div>
            }
                .into_any()
        })}
    }
}

/// Who is not placed yet, where there are any.
#[component]
fn Placed(meta: SegmentsMeta) -> impl IntoView {
    let words = format!(
        "{} of {} customers are not placed yet: the next run does, within the hour.",
        locale::count(meta.unplaced),
        locale::count(meta.customers)
    );
    (meta.unplaced > 0).then(|| view! { <Notice>{words}</Notice> })
}

/// By revenue at risk where anybody is, else by what there is to gain.
#[component]
fn Map(rows: Vec<SegmentRow>) -> impl IntoView {
    let minor = |money: Option<shared::money::Money>| money.map_or(0, |money| money.minor.max(0)) as f64;
    let is_at_risk = rows.iter().any(|row| minor(row.at_risk) > 0.0);
    let size = move |row: &SegmentRow| if is_at_risk { minor(row.at_risk) } else { minor(row.regain) };
    let (label, what) = if is_at_risk {
        ("Revenue at risk by segment", "revenue at risk")
    } else {
        ("Margin to gain by segment", "margin to gain")
    };
    let mut shown = rows;
    shown.sort_by(|one, other| size(other).total_cmp(&size(one)));
    let whole: f64 = shown.iter().map(size).sum();
    let most_gain = shown.iter().map(|row| minor(row.regain)).fold(0.0, f64::max);
    let tiles: Vec<Tile> = shown
        .iter()
        .filter(|row| whole > 0.0 && size(row) / whole >= LEAST_TILE)
        .map(|row| Tile {
            weight: size(row),
            heat: if most_gain > 0.0 { (minor(row.regain) / most_gain * 4.0).round() as u8 } else { 0 },
            name: row.name.clone(),
            figure: if is_at_risk { row.at_risk } else { row.regain }.map(locale::money_short).unwrap_or_default(),
            href: format!("/segments/{}", row.id),
        })
        .collect();
    let table = StoredValue::new(shown);
    (!tiles.is_empty()).then(|| {
        view! {
            <section class="panel pad stack">
                <h2>{label}</h2>
                <Treemap
                    tiles
                    label
                    table=move || {
                        let rows = table.get_value().into_iter().take(40).map(|row| view! {
                            <tr>
                                <th scope="row"><a href=format!("/segments/{}", row.id)>{row.name}</a></th>
                                <td class="num">{row.at_risk.map(|amount| view! { <Money amount short=true /> })}</td>
                                <td class="num">{row.regain.map(|amount| view! { <Money amount short=true /> })}</td>
                            </tr>
                        }).collect_view();
                        view! {
                            <Table caption=label unseen_caption=true>
                                <thead><tr><th scope="col">"Segment"</th><th scope="col" class="num">"At risk"</th><th scope="col" class="num">"To gain"</th></tr></thead>
                                <tbody>{rows}</tbody>
                            </Table>
                        }
                            .into_any()
                    }
                >
                    <span class="s">{format!("Area: {what}. Darker: more to gain from contact.")}</span>
                </Treemap>
            </section>
        }
    })
}

#[component]
fn Rows(caption: &'static str, rows: Vec<SegmentRow>, own: bool) -> impl IntoView {
    let sort = RwSignal::new("at_risk".to_owned());
    if rows.is_empty() {
        return own.then(|| {
            view! {
                <p class="m">"Segments of your own are filters that read as a sentence, such as customers who are lost and whose last order was more than 90 days ago."</p>
            }
        })
        .into_any();
    }
    let rows = StoredValue::new(rows);
    let options = SORTS.map(|(code, name)| (code.to_owned(), name.to_owned())).to_vec();
    let sorted = move || {
        let mut rows = rows.get_value();
        let minor = |money: Option<shared::money::Money>| money.map_or(i64::MIN, |money| money.minor);
        match sort.get().as_str() {
            "regain" => rows.sort_by_key(|row| std::cmp::Reverse(minor(row.regain))),
            "customers" => rows.sort_by_key(|row| std::cmp::Reverse(row.customers)),
            "name" => rows.sort_by(|one, other| one.name.cmp(&other.name)),
            _ => rows.sort_by_key(|row| std::cmp::Reverse((minor(row.at_risk), row.customers))),
        }
        rows.into_iter().map(move |row| view! { <Line row own /> }).collect_view()
    };
    view! {
        <section class="panel">
            <div class="pad row between">
                <h2>{caption}</h2>
                {(!own).then(|| view! { <Select label="Sort by" value=sort options=options bare=true /> })}
            </div>
            <Table caption=caption unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Segment"</th>
                        <th scope="col" class="num">"Customers"</th>
                        {(!own).then(|| view! {
                            <th scope="col" class="num">"Left out"</th>
                            <th scope="col" class="num">"At risk a year"</th>
                            <th scope="col" class="num">"To gain"</th>
                            <th scope="col" class="num">"A day's waiting"</th>
                        })}
                    </tr>
                </thead>
                <tbody>{sorted}</tbody>
            </Table>
        </section>
    }
    .into_any()
}

#[component]
fn Line(row: SegmentRow, own: bool) -> impl IntoView {
    let money = |amount: Option<shared::money::Money>| view! { <td class="num">{amount.map(|amount| view! { <Money amount short=true /> })}</td> };
    let people = row.customers.map_or_else(|| "not counted yet".to_owned(), locale::count);
    let gone = row.gone.iter().map(|words| view! { <span class="s loss block">{words.clone()}</span> }).collect_view();
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/segments/{}", row.id) dir="auto">{row.name}</a>
                {row.sentence.map(|sentence| view! { <span class="s block" dir="auto">{sentence}</span> })}
                {gone}
            </th>
            <td class="num">{people} <span class="unseen">{plural(row.customers.unwrap_or(0), "customer", "customers")}</span></td>
            {(!own).then(|| (view! { <td class="num">{locale::count(row.excluded)}</td> }, money(row.at_risk), money(row.regain), money(row.waiting)))}
        </tr>
    }
}
