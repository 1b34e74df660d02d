//! The audit log: who did what, read like sentences, by day.

mod chain;
mod entries;
mod filter;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{AuditEntry, AuditMeta, AuditResponse, PeopleResponse, TokensResponse};
use shared::audit::Group;

use self::entries::Entries;
use self::filter::Filter;
use crate::client::{self, Failure};
use crate::components::{Button, ButtonKind, ButtonLink, EmptyState, FailureNotice, Field, Select, Skeleton, announce};
use crate::locale;
use crate::router::{Step, go, use_location};

const PATH: &str = "/settings/audit";

/// What stands on the page so far: it grows by asking for more.
#[derive(Debug, Clone, Default)]
struct Shown {
    entries: Vec<AuditEntry>,
    meta: Option<AuditMeta>,
    failure: Option<Failure>,
    busy: bool,
}

#[component]
pub fn AuditLog() -> impl IntoView {
    let search = use_location().search;
    let filter = Memo::new(move |_| search.with(|search| Filter::parse(search)));
    let shown = RwSignal::new(Shown::default());
    // Another filter's late answer does not mix with this one's.
    let asked = StoredValue::new(0_u32);
    let load = move |more: bool| {
        let cursor = shown.with_untracked(|shown| shown.meta.as_ref().and_then(|meta| meta.next_cursor.clone())).filter(|_| more);
        let path = filter.with_untracked(|filter| filter.api(cursor.as_deref()));
        let mine = asked.get_value().wrapping_add(1);
        asked.set_value(mine);
        shown.update(|shown| (shown.busy, shown.failure) = (true, None));
        spawn_local(async move {
            let answer = client::get::<AuditResponse>(&path).await;
            if asked.try_get_value() != Some(mine) {
                return;
            }
            shown.update(|shown| {
                shown.busy = false;
                match answer {
                    Ok(AuditResponse { audit, meta }) => {
                        if !more {
                            shown.entries.clear();
                        }
                        shown.entries.extend(audit);
                        shown.meta = Some(meta);
                    }
                    Err(refused) => shown.failure = Some(refused),
                }
            });
            if more {
                announce(format!(
                    "{} entries are shown.",
                    locale::count(shown.with_untracked(|shown| shown.entries.len()) as u64)
                ));
            }
        });
    };
    Effect::new(move || {
        filter.track();
        load(false);
    });
    let chain = Memo::new(move |_| shown.with(|shown| shown.meta.as_ref().map(|meta| meta.chain.clone())));
    let more = Memo::new(move |_| shown.with(|shown| shown.meta.as_ref().is_some_and(|meta| meta.next_cursor.is_some())));
    let busy = Signal::derive(move || shown.with(|shown| shown.busy));
    view! {
        {move || chain.get().map(|chain| view! { <chain::ChainNotice chain /> })}
        <section class="panel">
            <Bar filter />
            {move || {
                let Shown { entries, meta, failure, .. } = shown.get();
                match (failure, meta) {
                    (Some(failure), _) => view! { <div class="pad"><FailureNotice failure retry=move |()| load(false) /></div> }.into_any(),
                    (None, None) => view! { <div class="pad"><Skeleton lines=8 /></div> }.into_any(),
                    (None, Some(_)) if entries.is_empty() => {
                        view! {
                            <EmptyState title="Nothing was done that fits">
                                <p>"Choose other days, or everything by everybody."</p>
                            </EmptyState>
                        }
                            .into_any()
                    }
                    (None, Some(_)) => view! { <Entries entries /> }.into_any(),
                }
            }}
            <Show when=move || more.get()>
                <div class="pad row">
                    <Button busy on_press=move |_| load(true)>"Show older ones"</Button>
                </div>
            </Show>
        </section>
    }
}

/// Filters in the address, and the export of what they leave.
#[component]
fn Bar(filter: Memo<Filter>) -> impl IntoView {
    let actors = RwSignal::new(vec![
        (String::new(), "Everybody".to_owned()),
        ("system".to_owned(), "Rekindle's jobs".to_owned()),
        ("stranger".to_owned(), "Not signed in".to_owned()),
    ]);
    spawn_local(async move {
        // Without their names the filter still knows the rest.
        if let Ok(answer) = client::get::<PeopleResponse>("/api/people").await {
            actors
                .try_update(|actors| actors.extend(answer.people.into_iter().map(|person| (person.id.to_string(), person.name))));
        }
        if let Ok(answer) = client::get::<TokensResponse>("/api/tokens").await {
            let named = answer.tokens.into_iter().map(|token| (token.id.to_string(), format!("Token {}", token.name)));
            actors.try_update(|actors| actors.extend(named));
        }
    });
    let groups: Vec<_> = std::iter::once((String::new(), "Everything".to_owned()))
        .chain(Group::ALL.map(|group| (group.code().to_owned(), filter::group(group).to_owned())))
        .collect();
    let part = move |read: fn(&Filter) -> &String, write: fn(&mut Filter, String)| {
        let value = RwSignal::new(filter.with_untracked(|filter| read(filter).clone()));
        // The browser's Back changes the address, and the field follows.
        Effect::new(move || value.set(filter.with(|filter| read(filter).clone())));
        Effect::watch(
            move || value.get(),
            move |new, _, _| {
                if filter.with_untracked(|filter| read(filter) != new) {
                    let mut next = filter.get_untracked();
                    write(&mut next, new.clone());
                    go(&format!("{PATH}{}", next.address()), Step::Within);
                }
            },
            false,
        );
        value
    };
    let who = part(|filter| &filter.who, |filter, new| filter.who = new);
    let what = part(|filter| &filter.what, |filter, new| filter.what = new);
    let from = part(|filter| &filter.from, |filter, new| filter.from = new);
    let to = part(|filter| &filter.to, |filter, new| filter.to = new);
    let is_narrowed = Memo::new(move |_| filter.with(|filter| *filter != Filter::default()));
    view! {
        <div class="filters">
            <Select label="Who" value=who options=actors />
            <Select label="What" value=what options=groups />
            <Field label="From day (UTC)" kind="date" value=from />
            <Field label="To day (UTC)" kind="date" value=to />
            <div class="row">
                <ButtonLink download=true href=move || filter.with(Filter::export)>"Export CSV"</ButtonLink>
                <Show when=move || is_narrowed.get()>
                    <Button kind=ButtonKind::Quiet on_press=move |_| go(PATH, Step::Within)>"Show everything"</Button>
                </Show>
            </div>
        </div>
        {move || {
            filter
                .with(|filter| filter.object.clone())
                .split_once(':')
                .map(|(kind, _)| view! { <p class="s only">{format!("Only what was done to this one {}.", kind.replace('_', " "))}</p> })
        }}
    }
}
