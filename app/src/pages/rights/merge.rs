//! Two records that are one person: found, laid side by side, and made one.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{MergeAnswer, NewMerge};

use super::merges::Merges;
use super::{FindCustomer, Record};
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, DayText, Dialog, FailureNotice, Table, announce, unique_id};
use crate::format::customer_kind;
use crate::locale;
use crate::router::{Step, go};

#[component]
pub(super) fn Merging(record: Record, may: Memo<bool>, at_once: bool) -> impl IntoView {
    let open = RwSignal::new(at_once && may.get_untracked());
    let id = record.id.as_str().to_owned();
    let record = StoredValue::new(record);
    view! {
        <section class="panel pad stack">
            <h2>"The same person twice?"</h2>
            <p>"Records that an address or a sign-in ties together become one by themselves. If you know of another record of this person, merge the two. It can be undone."</p>
            <Show when=move || may.get()>
                <div class="row"><Button on_press=move |_| open.set(true)>"Merge with…"</Button></div>
            </Show>
        </section>
        <Merges id may />
        <Dialog open title="Merge two records">
            <Ask this=record.get_value() open />
        </Dialog>
    }
}

#[component]
fn Ask(this: Record, open: RwSignal<bool>) -> impl IntoView {
    let other = RwSignal::new(None::<Record>);
    // Whether the record that somebody came from stays; until they say, the one that has orders.
    let said = RwSignal::new(None::<bool>);
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let id = this.id.as_str().to_owned();
    let this = StoredValue::new(this);
    let keeps_this = Memo::new(move |_| {
        said.get()
            .unwrap_or_else(|| other.with(|other| other.as_ref().is_none_or(|other| this.with_value(|this| stays(this, other)))))
    });
    let error = Signal::derive(move || {
        (tried.get() && other.with(Option::is_none)).then(|| "Search for the other record, and choose it.".to_owned())
    });
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Some(other) = other.get_untracked().filter(|_| !busy.get_untracked()) else { return };
        let (winner, loser) = if keeps_this.get_untracked() { (this.get_value(), other) } else { (other, this.get_value()) };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let asked = NewMerge { into: winner.id.clone() };
            let answer = client::post::<_, MergeAnswer>(&format!("/api/customers/{}/merge", loser.id), &asked).await;
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce(format!("The records are one: {}.", winner.shown()));
                    open.try_set(false);
                    go(&winner.path(), Step::Page);
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        <form novalidate on:submit=send>
            <FindCustomer chosen=other label="The other record" error except=id />
            {move || {
                other.get().map(|other| view! { <Sides this=this.get_value() other said keeps_this /> })
            }}
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| open.set(false)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>"Merge them"</Button>
            </div>
        </form>
    }
}

#[component]
fn Sides(this: Record, other: Record, said: RwSignal<Option<bool>>, keeps_this: Memo<bool>) -> impl IntoView {
    let group = unique_id();
    let (first, second) = (this.shown(), other.shown());
    let names = StoredValue::new((first.clone(), second.clone()));
    let head = move |name: String, is_this: bool, group: String| {
        let id = unique_id();
        view! {
            <th scope="col">
                <span dir="auto">{name}</span>
                <div class="field check">
                    <input
                        id=id.clone()
                        type="radio"
                        name=group
                        prop:checked=move || keeps_this.get() == is_this
                        on:change=move |_| said.set(Some(is_this))
                    />
                    <label for=id>"This one stays"</label>
                </div>
            </th>
        }
    };
    let sides = StoredValue::new((this, other));
    let line = move |words: &'static str, cell: fn(&Record) -> AnyView| {
        let (this, that) = sides.with_value(|(this, that)| (cell(this), cell(that)));
        view! { <tr><th scope="row">{words}</th><td>{this}</td><td>{that}</td></tr> }
    };
    let text = move || {
        names.with_value(|(this, other)| {
            let (winner, loser) = if keeps_this.get() { (this, other) } else { (other, this) };
            format!("{winner} stays. Orders, events, contacts and notes of {loser} go to it, and its address leads there.")
        })
    };
    view! {
        <Table caption="Side by side">
            <thead>
                <tr>
                    <td></td>
                    {head(first, true, group.clone())}
                    {head(second, false, group)}
                </tr>
            </thead>
            <tbody>
                {line("Id", |record| view! { <bdi class="breaks">{record.external_id.clone()}</bdi> }.into_any())}
                {line("E-mail", |record| view! { <bdi class="breaks">{record.email.clone()}</bdi> }.into_any())}
                {line("Kind", |record| customer_kind(record.kind).into_any())}
                {line("Country", |record| record.country.clone().into_any())}
                {line("Orders", |record| locale::count(record.orders).into_any())}
                {line("Last order", |record| record.last_order.clone().map(|day| view! { <DayText day /> }).into_any())}
            </tbody>
        </Table>
        <div aria-live="polite">
            <p dir="auto">{text}</p>
        </div>
        <p class="m">"Nothing of either is lost, and an opt-out of either stays one. You can undo it here or on the timeline, until the record that stays is merged further."</p>
    }
}

/// Whether the record at hand stays where nobody says otherwise: it has orders, or the other has none either.
fn stays(this: &Record, other: &Record) -> bool {
    this.orders > 0 || other.orders == 0
}

#[cfg(test)]
mod tests {
    use shared::api::CustomerKind;
    use shared::id::Id;

    use super::*;

    #[test]
    fn the_record_with_orders_stays_and_else_the_one_at_hand() {
        let record = |orders| Record {
            id: Id::from_parts(1_000, &[7; 10]),
            external_id: String::new(),
            kind: CustomerKind::Shopper,
            name: String::new(),
            email: None,
            country: None,
            orders,
            last_order: None,
            sample: false,
        };
        for (this, other, keeps) in [(0, 0, true), (3, 9, true), (3, 0, true), (0, 1, false)] {
            assert_eq!(stays(&record(this), &record(other)), keeps, "{this} and {other}");
        }
    }
}
