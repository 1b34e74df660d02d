//! The ledger: each touch with its state, its reason and what came back.

use leptos::prelude::*;
use shared::api::{CameBack, Touch, TouchesResponse};
use shared::campaign::State;

use super::super::words::{state_name, way_name};
use super::entries::reason_options;
use crate::components::{Button, DateText, EmptyState, Growing, Grown, Select, Table, grow};
use crate::format;
use crate::query::address;

/// The ledger of one campaign, or of one customer.
#[component]
pub(in crate::pages) fn TouchesPanel(
    /// `campaign` or `customer`, and its id.
    of: (&'static str, String),
) -> impl IntoView {
    let of_customer = of.0 == "customer";
    let state = RwSignal::new(String::new());
    let reason = RwSignal::new(String::new());
    let shown = RwSignal::new(Grown::<Touch>::default());
    let load = grow(
        shown,
        "messages",
        move |cursor| {
            let (state, reason) = (state.get_untracked(), reason.get_untracked());
            let limit = if of_customer { "20" } else { "50" };
            let query = [
                (of.0, of.1.as_str()),
                ("state", &state),
                ("reason", &reason),
                ("limit", limit),
                ("cursor", cursor.unwrap_or_default()),
            ];
            format!("/api/touches{}", address(&query))
        },
        |answer: TouchesResponse| (answer.touches, answer.meta.next_cursor),
    );
    Effect::new(move || {
        state.track();
        reason.track();
        load.run(false);
    });
    let states = std::iter::once((String::new(), "Any state".to_owned()))
        .chain(State::ALL.iter().map(|state| (state.code().to_owned(), state_name(*state).to_owned())))
        .collect::<Vec<_>>();
    let reasons = reason_options();
    let is_narrowed = move || !state.with(String::is_empty) || !reason.with(String::is_empty);
    let rows = move || {
        shown.with(|shown| shown.items.iter().cloned().map(|touch| view! { <TouchRow touch of_customer /> }).collect_view())
    };
    let nothing = move || {
        match (is_narrowed(), of_customer) {
        (true, _) => view! { <p class="pad m">"None stands there. Choose another state or reason."</p> }.into_any(),
        (false, true) => view! { <p class="pad m">"No campaign has sent them anything, or planned to."</p> }.into_any(),
        (false, false) => view! {
            <EmptyState title="No message yet"><p>"Each message that is planned stands here with its state, and with the reason where it was not sent."</p></EmptyState>
        }
        .into_any(),
    }
    };
    view! {
        <Growing
            shown
            load
            nothing=nothing
            list=move || view! {
                <Table caption="Messages, the newest first" unseen_caption=true>
                    <thead>
                        <tr>
                            <th scope="col">{if of_customer { "Campaign" } else { "Customer" }}</th>
                            <th scope="col">"Message"</th>
                            <th scope="col">"State"</th>
                            <th scope="col">"When"</th>
                            <th scope="col">"Came back"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </Table>
            }
        >
            <div class="section-head">
                <h2>{if of_customer { "Messages of campaigns" } else { "Every message" }}</h2>
                <span class="row">
                    <Select label="State of the messages" value=state options=Signal::stored(states) bare=true />
                    <Select label="Reason of the messages" value=reason options=Signal::stored(reasons) bare=true />
                    <Button small=true on_press=move |_| load.run(false)>"Look again"</Button>
                </span>
            </div>
        </Growing>
    }
}

#[component]
fn TouchRow(touch: Touch, of_customer: bool) -> impl IntoView {
    let Touch {
        campaign,
        campaign_name,
        customer,
        customer_name,
        step,
        edition,
        channel,
        state,
        reason,
        text,
        due_at,
        expires_at,
        sent_at,
        responses,
        ..
    } = touch;
    let (address, name) = match of_customer {
        true => (format!("/campaigns/{campaign}/live"), campaign_name),
        false => (format!("/customers/{customer}"), customer_name),
    };
    let why = text.or_else(|| reason.map(|reason| reason.words().to_owned()));
    let expires = expires_at.filter(|_| state == State::Held);
    let back = responses
        .into_iter()
        .map(|CameBack { kind, at }| view! { <div>{format::words(&kind)} " " <span class="s"><DateText at /></span></div> })
        .collect_view();
    view! {
        <tr>
            <th scope="row"><a href=address dir="auto">{name}</a></th>
            <td>{format!("Step {step}, {}", way_name(channel))} {(edition > 1).then(|| view! { <div class="s">{format!("version {edition}")}</div> })}</td>
            <td>
                <span class=format!("touch {}", state.code())>{state_name(state)}</span>
                {why.map(|why| view! { <div class="s" dir="auto">{why}</div> })}
                {expires.map(|at| view! { <div class="s">"given up " <DateText at /></div> })}
            </td>
            <td>
                {match sent_at {
                    Some(at) => view! { <DateText at /> }.into_any(),
                    None => view! { <span class="m">"due " <DateText at=due_at /></span> }.into_any(),
                }}
            </td>
            <td>{back}</td>
        </tr>
    }
}
