use leptos::prelude::*;
use shared::api::{Consent, Contact};

use crate::components::{DateText, Table};
use crate::format;

/// The people behind the customer, and on which channels they may be contacted.
#[component]
pub(super) fn Contacts(contacts: Vec<Contact>) -> impl IntoView {
    let people = contacts.into_iter().map(|contact| view! { <Person contact /> }).collect_view();
    view! {
        <section class="panel">
            <div class="section-head"><h2>"Contacts and consent"</h2></div>
            {people}
        </section>
    }
}

#[component]
fn Person(contact: Contact) -> impl IntoView {
    let name = if contact.name.trim().is_empty() { "Without a name".to_owned() } else { contact.name };
    let known = [contact.email, contact.phone, contact.country, contact.time_zone].into_iter().flatten();
    let known = known.map(|text| view! { <bdi class="breaks">{text}</bdi> " " }).collect_view();
    let barred = contact
        .suppressed
        .into_iter()
        .map(|barred| {
            let what = format!("Nobody may write to this {}: {}", address_of(&barred.channel), reason_of(&barred.reason));
            view! { <p class="barred"><b>{what}</b> <span class="s">" since " <DateText at=barred.at /> ", by " <bdi>{barred.source}</bdi></span></p> }
        })
        .collect_view();
    let caption = format!("Consent of {name}");
    let past = contact.history.len();
    view! {
        <div class="pad person-block">
            <h3 dir="auto">{name} {(!contact.role.is_empty()).then(|| format!(" · {}", contact.role.replace('_', " ")))}</h3>
            <p class="s">{known}</p>
            {barred}
            {if contact.consent.is_empty() {
                view! { <p class="m">"No consent is known: nobody may write to this person for marketing."</p> }.into_any()
            } else {
                view! { <ConsentTable caption=caption.clone() rows=contact.consent /> }.into_any()
            }}
            {(past > 0)
                .then(|| {
                    view! {
                        <details>
                            <summary>{format!("History of consent ({past})")}</summary>
                            <ConsentTable caption=format!("History: {caption}, newest first") rows=contact.history />
                        </details>
                    }
                })}
        </div>
    }
}

#[component]
fn ConsentTable(caption: String, rows: Vec<Consent>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|consent| {
            view! {
                <tr>
                    <th scope="row">{format::channel(&consent.channel)} <div class="s">{format::words(&consent.purpose)}</div></th>
                    <td>
                        {format::consent(&consent.state)}
                        <div class="s">{format!("{} · {}", format::words(&consent.basis), format::words(&consent.source))}</div>
                    </td>
                    <td>
                        <DateText at=consent.at />
                        {consent.expires_at.map(|at| view! { <div class="s">"until " <DateText at /></div> })}
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Table caption unseen_caption=true>
            <thead>
                <tr>
                    <th scope="col">"Channel"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Since"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
    }
}

fn address_of(channel: &str) -> &'static str {
    match channel {
        "sms" => "number",
        _ => "address",
    }
}

/// Why nobody may write to it.
fn reason_of(reason: &str) -> &'static str {
    match reason {
        "unsubscribed" => "they opted out,",
        "complained" => "they reported a message as spam,",
        "bounced" => "messages come back from it,",
        "erased" => "its owner asked to be forgotten,",
        _ => "it stands on a list that you imported,",
    }
}
