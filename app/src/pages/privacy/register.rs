//! The register of what people asked for: what is open first, what is overdue marked.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, PrivacyKind, PrivacyRequest, PrivacyRequestChange};

use super::change;
use crate::client::Failure;
use crate::components::{
    Button, ButtonKind, ButtonLink, DateText, EmptyState, FailureNotice, Notice, NoticeKind, Table, announce,
};
use crate::format::plural;
use crate::pages::rights::Record;
use crate::session::use_session;
use crate::{keyboard, locale};

/// What its rows and its heading ask for.
#[derive(Clone, Copy)]
struct Asks {
    noting: RwSignal<Option<PrivacyRequest>>,
    failure: RwSignal<Option<Failure>>,
    busy: RwSignal<bool>,
    on_change: Callback<()>,
    /// Who may grant and note it.
    may: Memo<bool>,
}

#[component]
pub(super) fn Register(
    requests: Vec<PrivacyRequest>,
    recording: RwSignal<bool>,
    noting: RwSignal<Option<PrivacyRequest>>,
    on_change: Callback<()>,
) -> impl IntoView {
    let requests = ordered(requests);
    let overdue = requests.iter().filter(|request| request.is_overdue).count() as u64;
    let open = requests.iter().filter(|request| request.done_at.is_none()).count() as u64;
    let none = requests.is_empty();
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Admin));
    let may_record = Memo::new(move |_| session.may(Permission::Edit));
    let asks = Asks { noting, failure: RwSignal::new(None), busy: RwSignal::new(false), on_change, may };
    let rows = requests.into_iter().map(|request| view! { <Row request asks /> }).collect_view();
    view! {
        {(overdue > 0)
            .then(|| {
                let title = format!("{} {} overdue", locale::count(overdue), plural(overdue, "request is", "requests are"));
                view! { <Notice kind=NoticeKind::Warning title=title>"The law gives a month. Settle these first."</Notice> }
            })}
        <section class="panel register">
            <div class="section-head">
                <h2>"What people asked for"</h2>
                <p class="s grow">{(!none).then(|| format!("{} open", locale::count(open)))}</p>
                <Show when=move || may_record.get()>
                    <Button kind=ButtonKind::Primary on_press=move |_| recording.set(true)>"Record a request"</Button>
                </Show>
            </div>
            {move || asks.failure.get().map(|failure| view! { <div class="pad"><FailureNotice failure /></div> })}
            {if none {
                view! {
                    <EmptyState title="Nobody has asked for anything">
                        <p>"What people ask of a Shopify store stands here by itself. Record what comes by mail or on the phone: each gets the date until which it is to be done."</p>
                    </EmptyState>
                }
                .into_any()
            } else {
                view! {
                    <Table caption="What people asked for" unseen_caption=true>
                        <thead>
                            <tr>
                                <th scope="col">"About"</th>
                                <th scope="col">"Asked for"</th>
                                <th scope="col">"Came"</th>
                                <th scope="col">"Due"</th>
                                <th scope="col"><span class="unseen">"Actions"</span></th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </Table>
                }
                .into_any()
            }}
        </section>
    }
}

#[component]
fn Row(request: PrivacyRequest, asks: Asks) -> impl IntoView {
    let PrivacyRequest { kind, subject, customer, source, note, received_at, due_at, done_at, is_overdue, .. } = request.clone();
    let is_open = done_at.is_none();
    let who = match &customer {
        Some(id) => view! { <Who id=id.as_str().to_owned() subject=subject.clone() is_open /> }.into_any(),
        None => view! { <span dir="auto">{subject.clone()}</span> }.into_any(),
    };
    let due = match (done_at, is_overdue) {
        (Some(at), _) => view! { "Done " <DateText at /> }.into_any(),
        (None, true) => view! {
            <span class="tier immediate"><svg viewBox="0 0 16 16" aria-hidden="true"><path d="M8 1l7 14H1z" /></svg>"Overdue"</span>
            <div class="s">"since " <DateText at=due_at /></div>
        }
        .into_any(),
        (None, false) => view! { <DateText at=due_at /> }.into_any(),
    };
    let whose = StoredValue::new(format!(" {}, {subject}", kind_title(kind).to_lowercase()));
    // Who was erased stays so, and nobody does by hand what a store asks for.
    let can_move = customer.is_some();
    let way = StoredValue::new(customer.filter(|_| is_open).and_then(|id| way(kind, id.as_str())));
    let request = StoredValue::new(request);
    let mark = move |done: bool| {
        if asks.busy.get_untracked() {
            return;
        }
        asks.busy.set(true);
        asks.failure.set(None);
        let known = request.get_value();
        spawn_local(async move {
            let asked = PrivacyRequestChange { done: Some(done), ..PrivacyRequestChange::default() };
            let answer = change(&known, &asked, |_| true).await;
            asks.busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce(if done { "Marked as done." } else { "Open again." });
                    asks.on_change.run(());
                    // The button that was pressed is gone with its row.
                    keyboard::focus_heading();
                }
                Err(refused) => drop(asks.failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        <tr class:off=!is_open>
            <th scope="row" class="wide">{who} {note.map(|note| view! { <div class="s" dir="auto">{note}</div> })}</th>
            <td>{kind_title(kind)}</td>
            <td><DateText at=received_at /> {source.map(|source| view! { <div class="s" dir="auto">"by " {source}</div> })}</td>
            <td>{due}</td>
            <td class="num acts">
                <Show when=move || asks.may.get()>
                    {way
                        .get_value()
                        .map(|(words, href, download)| {
                            view! { <ButtonLink small=true href download>{words} <span class="unseen">{whose.get_value()}</span></ButtonLink> }
                        })}
                    <Button small=true on_press=move |_| asks.noting.set(Some(request.get_value()))>
                        "Note" <span class="unseen">{whose.get_value()}</span>
                    </Button>
                    {can_move
                        .then(|| {
                            view! {
                                <Button small=true busy=asks.busy on_press=move |_| mark(is_open)>
                                    {if is_open { "Mark done" } else { "Open again" }} <span class="unseen">{whose.get_value()}</span>
                                </Button>
                            }
                        })}
                </Show>
            </td>
        </tr>
    }
}

/// Whom an open request is about, by name: the register itself keeps none, so that none is left in it.
#[component]
fn Who(id: String, subject: String, is_open: bool) -> impl IntoView {
    let name = RwSignal::new(subject);
    let path = format!("/api/customers/{id}");
    if is_open {
        spawn_local(async move {
            // Without it the register still leads there.
            if let Ok(record) = Record::load(&path).await {
                name.try_set(record.shown());
            }
        });
    }
    view! { <a href=format!("/customers/{id}") dir="auto">{move || name.get()}</a> }
}

/// Where a request is granted: words, address, and whether that is a file.
fn way(kind: PrivacyKind, customer: &str) -> Option<(&'static str, String, bool)> {
    match kind {
        PrivacyKind::Export => Some(("Export", format!("/api/customers/{customer}/export"), true)),
        PrivacyKind::Erasure => Some(("Erase…", format!("/customers/{customer}/privacy#erase"), false)),
        PrivacyKind::Objection => Some(("Profiling…", format!("/customers/{customer}/privacy"), false)),
        PrivacyKind::ShopErasure => None,
    }
}

pub(super) fn kind_title(kind: PrivacyKind) -> &'static str {
    match kind {
        PrivacyKind::Export => "All that is held on them",
        PrivacyKind::Erasure => "To be forgotten",
        PrivacyKind::ShopErasure => "The whole shop to be forgotten",
        PrivacyKind::Objection => "Not to be profiled",
    }
}

/// What is open by its due date, then what is done, newest first.
fn ordered(mut requests: Vec<PrivacyRequest>) -> Vec<PrivacyRequest> {
    requests.sort_by(|one, other| match (&one.done_at, &other.done_at) {
        (None, None) => one.due_at.cmp(&other.due_at),
        (None, Some(_)) => std::cmp::Ordering::Less,
        (Some(_), None) => std::cmp::Ordering::Greater,
        (Some(one), Some(other)) => other.cmp(one),
    });
    requests
}

#[cfg(test)]
mod tests {
    use shared::id::Id;

    use super::*;

    #[test]
    fn what_is_due_soonest_stands_first_and_what_is_done_last() {
        let request = |due: &str, done: Option<&str>| PrivacyRequest {
            id: Id::from_parts(1_000, &[7; 10]),
            kind: PrivacyKind::Export,
            subject: String::new(),
            customer: None,
            source: None,
            note: None,
            received_at: String::new(),
            due_at: due.into(),
            done_at: done.map(str::to_owned),
            is_overdue: false,
            version: 1,
        };
        let all = vec![request("1", Some("5")), request("4", None), request("2", Some("6")), request("3", None)];
        let due: Vec<_> = ordered(all).into_iter().map(|request| request.due_at).collect();
        assert_eq!(due, ["3", "4", "2", "1"]);
    }

    #[test]
    fn each_request_of_a_customer_leads_to_where_it_is_granted() {
        let kinds = [PrivacyKind::Export, PrivacyKind::Erasure, PrivacyKind::Objection];
        for kind in kinds {
            assert!(way(kind, "0193").is_some_and(|(_, href, _)| href.contains("/customers/0193/")), "{kind:?}");
        }
        assert_eq!(way(PrivacyKind::ShopErasure, "0193"), None);
    }
}
