use leptos::html;
use leptos::prelude::*;
use shared::api::{CustomerKind, CustomerRow, Permission, Risk, RiskInterval, Tier};

use super::List;
use super::body::RowFocus;
use super::columns::{Columns, WHO};
use crate::charts::Sparkline;
use crate::components::{BetweenAmounts, Button, Chance, DayText, Money, Starting, TierBadge, Weight, way};
use crate::format;
use crate::locale;

/// One row, or grey bones of the same height until its page has arrived.
#[component]
pub(super) fn Row(
    list: List,
    index: u64,
    focus: RowFocus,
    columns: Memo<Columns>,
    /// Rows have a box to select them.
    may_choose: Memo<bool>,
    open: Callback<String>,
) -> impl IntoView {
    let row = Memo::new(move |_| list.row(index));
    let path = move || row.with_untracked(|row| row.as_ref().map(path));
    let is_chosen = Memo::new(move |_| {
        row.with(|row| row.as_ref().is_some_and(|row| list.selection.with(|selection| selection.holds(&row.id))))
    });
    view! {
        <tr
            role="row"
            aria-rowindex=(index + 2).to_string()
            class:chosen=move || is_chosen.get()
            on:mousedown=|event| {
                // The browser would mark the text of all rows between.
                if event.shift_key() && on_box(&event_target(&event)) {
                    event.prevent_default();
                }
            }
            on:click=move |event| {
                let target: web_sys::Element = event_target(&event);
                if on_box(&target) {
                    return list.choose(index, event.shift_key());
                }
                // The name is a link of its own, which the router follows; marking text is no click.
                let on_link = target.closest("a, button").ok().flatten().is_some();
                let selecting = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
                if let Some(path) = path().filter(|_| !on_link && !selecting) {
                    open.run(path);
                }
            }
            on:focusin=move |_| focus.at.set(Some(index))
        >
            {move || {
                let label = row.with(|row| row.as_ref().map(|row| format!("Select {}", shown(row))));
                may_choose
                    .get()
                    .then(|| {
                        view! {
                            <td role="cell" class="pick">
                                {label.map(|label| view! { <input type="checkbox" aria-label=label prop:checked=move || is_chosen.get() /> })}
                            </td>
                        }
                    })
            }}
            {move || {
                let codes = columns.with(Columns::codes);
                match row.get() {
                    Some(row) => cells(list, row, &codes, index, focus).into_any(),
                    None => [WHO].into_iter().chain(codes).map(bone).collect_view().into_any(),
                }
            }}
        </tr>
    }
}

/// Share of the list's width in pixels of a laptop's screen.
pub(super) fn width(code: &str) -> f64 {
    match code {
        "risk" => 184.0,
        "weeks" | "worth" | "waiting" => 116.0,
        "why" | "do" => 240.0,
        "due" => 164.0,
        "tags" => 150.0,
        "owner" => 120.0,
        "orders" | "country" => 80.0,
        "lifecycle" => 100.0,
        _ => 200.0,
    }
}

/// Of the cells of a column; figures stand at the right.
pub(super) fn class(code: &'static str) -> &'static str {
    match code {
        "worth" => "worth num",
        "waiting" => "waiting num",
        "orders" => "orders num",
        WHO => "who",
        other => other,
    }
}

fn on_box(target: &web_sys::Element) -> bool {
    target.closest("td.pick").ok().flatten().is_some()
}

fn cells(list: List, row: CustomerRow, codes: &[&'static str], index: u64, focus: RowFocus) -> impl IntoView + use<> {
    let name = NodeRef::<html::A>::new();
    Effect::new(move || {
        if focus.wanted.get() == Some(index)
            && let Some(name) = name.get()
        {
            let _ = name.focus();
            focus.wanted.set(None);
        }
    });
    let path = path(&row);
    let shown = shown(&row).to_owned();
    let about = about(&row, &shown);
    let rest = codes.iter().map(|code| cell(list, code, &row)).collect_view();
    view! {
        <td role="cell" class="who">
            <a class="name cut" dir="auto" node_ref=name href=path>{shown}</a>
            <span class="s cut" dir="auto">{about}</span>
        </td>
        {rest}
    }
}

fn cell(list: List, code: &'static str, row: &CustomerRow) -> AnyView {
    let class = class(code);
    match code {
        "risk" => {
            let at_risk = !matches!(row.tier, Tier::Lost | Tier::NotScored | Tier::SetAside);
            // The horizon that the tier speaks of: within 30 days a moderate risk may still be none.
            let (of, days): (fn(&Risk) -> f64, _) = match row.tier {
                Tier::Immediate => (|risk| risk.p30, 30),
                Tier::Moderate => (|risk| risk.p60, 60),
                _ => (|risk| risk.p90, 90),
            };
            let interval = row.risk_interval.map(|RiskInterval { low, high }| (of(&low), of(&high)));
            let chance =
                at_risk.then(|| view! { <div class="s cut"><Chance p=of(&row.risk) interval /> {format!(" in {days} d")}</div> });
            let until = row
                .set_aside
                .as_ref()
                .map(|aside| view! { <div class="s cut">"until " <DayText day=aside.until.clone() /></div> });
            view! { <td role="cell" class=class><TierBadge tier=row.tier /> {chance} {until}</td> }.into_any()
        }
        "weeks" => view! { <td role="cell" class=class><Sparkline per_cent=row.trend.clone() tier=row.tier /></td> }.into_any(),
        "why" => {
            if let Some(aside) = &row.set_aside {
                let note = aside
                    .note
                    .clone()
                    .map(|note| view! { <span class="s cut" dir="auto" title=note.clone()>{note.clone()}</span> });
                return view! { <td role="cell" class=class><span class="cut-2">{format::aside_reason(aside.reason)}</span> {note}</td> }
                    .into_any();
            }
            let first_effect = row.triggers.first().and_then(|trigger| trigger.effect);
            let mut reasons = row.triggers.iter().map(|trigger| trigger.text.clone());
            let none = if row.tier == Tier::NotScored { "Scored within the hour" } else { "Nothing unusual" };
            let first = match reasons.next() {
                Some(first) => {
                    view! { <span class="cut-2" title=first.clone()><Weight effect=first_effect /> {first.clone()}</span> }
                        .into_any()
                }
                None => view! { <span class="m">{none}</span> }.into_any(),
            };
            let second = reasons.next().map(|second| view! { <span class="s cut" title=second.clone()>{second.clone()}</span> });
            view! { <td role="cell" class=class>{first} {second}</td> }.into_any()
        }
        "do" => view! { <td role="cell" class=class>{recommended(list, row)}</td> }.into_any(),
        "waiting" => match (row.waiting, row.regain) {
            (Some(amount), _) => {
                view! { <td role="cell" class=class><Money amount /> <div class="s">"a day"</div></td> }.into_any()
            }
            (None, Some(amount)) => {
                view! { <td role="cell" class=class><Money amount short=true /> <div class="s">"to win back"</div></td> }
                    .into_any()
            }
            (None, None) => text(class, "", true),
        },
        "worth" => match row.lifetime_value {
            Some(amount) => {
                let sure =
                    row.lifetime_value_interval.map(|interval| view! { <div class="s cut"><BetweenAmounts interval /></div> });
                view! { <td role="cell" class=class><Money amount short=true /> {sure}</td> }.into_any()
            }
            None => text(class, "not known", true),
        },
        "due" => {
            let (deadline, last) = (row.deadline.clone(), row.last_order.clone());
            view! { <td role="cell" class=class>{day(deadline)} <div class="s cut">"last " {day(last)}</div></td> }.into_any()
        }
        "owner" => match &row.owner {
            Some(owner) => text(class, &owner.name, false),
            None => text(class, "nobody", true),
        },
        "tags" => {
            let all = row.tags.join(", ");
            let chips = row.tags.iter().map(|tag| view! { <span class="chip" dir="auto">{tag.clone()}</span> }).collect_view();
            view! { <td role="cell" class=class><div class="cut" title=all>{chips}</div></td> }.into_any()
        }
        "orders" => text(class, &locale::count(row.orders), false),
        "country" => text(class, row.country.as_deref().unwrap_or("not known"), row.country.is_none()),
        "lifecycle" => text(class, format::lifecycle(row.lifecycle), false),
        _ => text(class, "", false),
    }
}

/// What to do, how and by when, what it adds, and the button that starts it.
fn recommended(list: List, row: &CustomerRow) -> AnyView {
    if let Some(begun) = &row.begun {
        let (name, since) = (begun.name.clone(), begun.since.get(..10).unwrap_or_default().to_owned());
        return view! { <span class="cut">{name}</span> <span class="s cut">"in hand since " <DayText day=since /></span> }
            .into_any();
    }
    let Some(found) = row.recommended.clone() else { return view! { <span class="m">"Nothing to do"</span> }.into_any() };
    let name = shown(row).to_owned();
    let whose = format!(" for {name}");
    let (title, basis) = (found.name.clone(), found.basis.clone());
    let when = found.due.clone().map(|day| view! { {way(found.by, found.channel.as_deref())} ", by " <DayText day /> });
    let margin = found.offer.is_some().then_some(found.margin);
    let starting = Starting { customer: row.id.as_str().to_owned(), name, recommended: found };
    let can_start = starting.recommended.offer.is_some() && list.session.may(Permission::Edit);
    let starting = StoredValue::new(starting);
    view! {
        <div class="todo">
        <div>
        <span class="cut" title=basis>{title}</span>
        <span class="s cut">{margin.map(|amount| view! { "+" <Money amount short=true /> ", " })} {when}</span>
        </div>
        {can_start
            .then(|| {
                view! {
                    <Button small=true on_press=move |_| list.starting.set(Some(starting.get_value()))>
                        "Start" <span class="unseen">{whose}</span>
                    </Button>
                }
            })}
        </div>
    }
    .into_any()
}

fn text(class: &'static str, words: &str, quiet: bool) -> AnyView {
    let words = words.to_owned();
    view! { <td role="cell" class=class><span class=if quiet { "cut m" } else { "cut" } dir="auto">{words}</span></td> }
        .into_any()
}

fn bone(code: &'static str) -> impl IntoView {
    let width = match code {
        WHO => "70%",
        "why" => "60%",
        "weeks" => "92px",
        _ => "56px",
    };
    view! { <td role="cell" class=class(code)><span class="bone" style=format!("width:{width}")></span></td> }
}

/// The customer's name, or the shop's own id for those without one.
fn shown(row: &CustomerRow) -> &str {
    if row.name.trim().is_empty() { &row.external_id } else { &row.name }
}

fn day(day: Option<String>) -> AnyView {
    match day {
        Some(day) => view! { <DayText day /> }.into_any(),
        None => view! { <span class="m">"none"</span> }.into_any(),
    }
}

/// Who that is, beside the name.
fn about(row: &CustomerRow, shown: &str) -> String {
    let kind = match row.kind {
        CustomerKind::Shopper => None,
        CustomerKind::Account => Some("account".to_owned()),
    };
    let contact = row.email.clone().or_else(|| Some(row.external_id.clone())).filter(|text| text != shown);
    let sample = row.sample.then(|| "sample".to_owned());
    [kind, contact, row.country.clone(), sample].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn path(row: &CustomerRow) -> String {
    format!("/customers/{}", row.id)
}
