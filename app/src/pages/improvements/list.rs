//! All improvements, the newest first, with whom each would bring back.

use leptos::prelude::*;
use shared::api::{Improvement, ImprovementKind, ImprovementMatches};

use super::Asks;
use super::form::Draft;
use crate::components::{Button, ButtonKind, DateText, DayText, EmptyState, Money, Table};
use crate::format::plural;
use crate::locale;

#[component]
pub(super) fn List(improvements: Vec<Improvement>, asks: Asks) -> impl IntoView {
    let rows = (!improvements.is_empty()).then(|| improvements.into_iter().map(|one| view! { <Row one asks /> }).collect_view());
    match rows {
        Some(rows) => view! {
            <section class="panel register roomy">
                <Table caption="Improvements, the newest first" unseen_caption=true>
                    <thead>
                        <tr>
                            <th scope="col">"What you shipped"</th>
                            <th scope="col">"Answers"</th>
                            <th scope="col">"Would bring back"</th>
                            <th scope="col"><span class="unseen">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </Table>
            </section>
        }
        .into_any(),
        None => view! {
            <EmptyState title="Nothing told yet">
                <p>
                    "Tell of a feature that came, a price that fell, support that got better. Rekindle finds the customers who asked for it or left over it, however long they are gone."
                </p>
                <Show when=move || asks.may.get()>
                    <Button kind=ButtonKind::Primary on_press=move |_| asks.writing.set(Some(Draft::default()))>"Add the first one"</Button>
                </Show>
            </EmptyState>
        }
        .into_any(),
    }
}

#[component]
fn Row(one: Improvement, asks: Asks) -> impl IntoView {
    let Improvement { kind, title, text, shipped_on, reasons, features, matches, announced_at, .. } = one.clone();
    let is_for = matches.as_ref().map_or(0, |matches| matches.customers);
    let whose = StoredValue::new(format!(" {title}"));
    let one = StoredValue::new(one);
    let chips = reasons.iter().map(|reason| view! { <span class="chip">{reason.name()}</span> }).collect_view();
    let words = features.into_iter().map(|word| view! { <span class="chip" dir="auto">"“"{word}"”"</span> }).collect_view();
    view! {
        <tr>
            <th scope="row" class="wide">
                <span dir="auto">{title}</span>
                {text.map(|text| view! { <div class="s cut-2" dir="auto">{text}</div> })}
                <div class="s">{kind_name(kind)} ", since " <DayText day=shipped_on /></div>
                {announced_at.map(|at| view! { <div class="s">"Announced " <DateText at /></div> })}
            </th>
            <td><div class="chips">{chips} {words}</div></td>
            <td>{matches.map(|matches| view! { <Matches matches /> })}</td>
            <td class="acts">
                <Show when=move || asks.may.get()>
                    {(is_for > 0).then(|| view! {
                        <Button small=true on_press=move |_| asks.announcing.set(Some(one.get_value()))>
                            "Announce" <span class="unseen">{whose.get_value()}</span>
                        </Button>
                    })}
                    <Button small=true on_press=move |_| asks.writing.set(Some(Draft::of(one.get_value())))>
                        "Edit" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                    <Button small=true on_press=move |_| asks.removing.set(Some(one.get_value()))>
                        "Remove" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                </Show>
            </td>
        </tr>
    }
}

#[component]
fn Matches(matches: ImprovementMatches) -> impl IntoView {
    let ImprovementMatches { customers, asked, left, lost, excluded, value } = matches;
    if customers == 0 {
        return view! { <span class="m">"Nobody so far"</span> }.into_any();
    }
    let parts = [
        (asked > 0).then(|| format!("{} asked for it", locale::count(asked))),
        (left > 0).then(|| format!("{} left or leave over it", locale::count(left))),
        (lost > 0).then(|| format!("{} {} lost", locale::count(lost), plural(lost, "is", "are"))),
        (excluded > 0).then(|| format!("{} left out of offers", locale::count(excluded))),
    ];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <b>{locale::count(customers)}</b> {plural(customers, " customer", " customers")} ", " <Money amount=value short=true /> " a year"
        <div class="s">{parts}</div>
    }
    .into_any()
}

pub(super) fn kind_name(kind: ImprovementKind) -> &'static str {
    match kind {
        ImprovementKind::Feature => "Feature",
        ImprovementKind::Price => "Price",
        ImprovementKind::Service => "Service",
        ImprovementKind::Policy => "Policy",
    }
}
