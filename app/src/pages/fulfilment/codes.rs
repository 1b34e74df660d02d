//! What was promised lately, and where it is.

use leptos::prelude::*;
use shared::api::{Code, CodeState};

use crate::components::{DateText, EmptyState, Table};

#[component]
pub(super) fn CodeList(codes: Vec<Code>) -> impl IntoView {
    if codes.is_empty() {
        return view! {
            <EmptyState title="No code was given yet">
                <p>"Each customer gets one of their own when something is begun for them: from their page, from Radar, or by a campaign."</p>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <section class="panel register">
            <Table caption="The newest codes and promises">
                <thead>
                    <tr>
                        <th scope="col">"Customer"</th>
                        <th scope="col">"What"</th>
                        <th scope="col">"State"</th>
                        <th scope="col">"Through"</th>
                        <th scope="col">"Until"</th>
                    </tr>
                </thead>
                <tbody>{codes.into_iter().map(|code| view! { <Row code /> }).collect_view()}</tbody>
            </Table>
        </section>
    }
    .into_any()
}

#[component]
fn Row(code: Code) -> impl IntoView {
    let Code {
        customer, customer_name, text, benefit, state, error, fulfilment, expires_at, redeemed_by, redeemed_order, ..
    } = code;
    let is_bad = matches!(state, CodeState::Failed | CodeState::Unknown) || redeemed_by.is_some();
    view! {
        <tr>
            <th scope="row"><a href=format!("/customers/{customer}") dir="auto">{customer_name}</a></th>
            <td>{text.map(|text| view! { <code>{text}</code> " " })} <span class="s">{benefit}</span></td>
            <td>
                <span class="chip">{state_name(state)}</span>
                {redeemed_order.map(|order| view! { <div class="s" dir="auto">"Order " {order}</div> })}
                {redeemed_by.map(|other| view! { <div class="s loss">"By " <a href=format!("/customers/{other}")>"somebody else"</a></div> })}
                {error.map(|error| view! { <div class=if is_bad { "s loss" } else { "s" }>{error}</div> })}
            </td>
            <td dir="auto">{fulfilment}</td>
            <td><DateText at=expires_at /></td>
        </tr>
    }
}

fn state_name(state: CodeState) -> &'static str {
    match state {
        CodeState::Reserved => "Promised",
        CodeState::Creating => "Being made",
        CodeState::Unknown => "Being looked up",
        CodeState::Issued => "Ready",
        CodeState::Failed => "Failed",
        CodeState::Revoking => "Being ended",
        CodeState::Revoked => "Ended",
        CodeState::Redeemed => "Used",
        CodeState::Expired => "Ran out",
    }
}
