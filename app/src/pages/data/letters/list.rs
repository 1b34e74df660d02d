//! All dead letters, or those of one source.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{DeadLetter, DeadLetters, DeadLettersReplay, DeadLettersReplayed, Permission, Sources};
use shared::id::Id;

use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonLink, Confirm, EmptyState, Growing, Grown, Notice, NoticeKind, Select, Table, announce, grow,
};
use crate::pages::data::head::DataHead;
use crate::pages::data::sources::Since;
use crate::router::{Step, go, use_location};
use crate::session::use_session;
use crate::{format, locale, query};

const PATH: &str = "/data/dead-letters";
const STATUSES: [(&str, &str); 3] = [("", "To be looked at"), ("replayed", "Replayed"), ("dropped", "Dropped")];

/// What the address narrows the list to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Filter {
    source: String,
    /// Empty is `dead`.
    status: String,
}

#[component]
pub fn LettersPage() -> impl IntoView {
    let session = use_session();
    let search = use_location().search;
    let filter = Memo::new(move |_| search.with(|search| Filter::parse(search)));
    let shown = RwSignal::new(Grown::<DeadLetter>::default());
    let total = RwSignal::new(0_u64);
    let names = RwSignal::new(Vec::<(String, String)>::new());
    let asking = RwSignal::new(false);
    let told = RwSignal::new(None::<String>);
    let path = move |cursor: Option<&str>| filter.with_untracked(|filter| filter.api(cursor));
    let load = grow(shown, "messages", path, move |DeadLetters { dead_letters, meta }: DeadLetters| {
        total.set(meta.total);
        (dead_letters, meta.next_cursor)
    });
    Effect::new(move || {
        filter.track();
        load.run(false);
    });
    Effect::watch(move || filter.get(), move |_, _, _| told.set(None), false);
    spawn_local(async move {
        // Without them the list still says each letter's source; only the choice is missing.
        if let Ok(answer) = client::get::<Sources>("/api/sources").await {
            names.try_set(answer.sources.into_iter().map(|source| (source.id.as_str().to_owned(), source.name)).collect());
        }
    });
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let none = Memo::new(move |_| shown.with(|shown| shown.items.is_empty()));
    let one_source = Memo::new(move |_| filter.with(|filter| !filter.source.is_empty() && filter.status.is_empty()));
    view! {
        <DataHead lead="Messages that could not be applied. Nothing of them is lost: mend what is wrong, and replay them." />
        {move || told.get().map(|text| view! { <Notice kind=NoticeKind::Good>{text}</Notice> })}
        <Growing shown load nothing=move || view! { <Nothing filter /> } list=move || view! { <List shown /> }>
            <div class="picked-head">
                <Choices filter names total />
                <Show when=move || may.get() && one_source.get() && !none.get()>
                    <Button on_press=move |_| asking.set(true)>"Replay all of this source"</Button>
                </Show>
            </div>
        </Growing>
        <ReplayAll asking filter total told on_done=Callback::new(move |()| load.run(false)) />
    }
}

#[component]
fn Choices(filter: Memo<Filter>, names: RwSignal<Vec<(String, String)>>, total: RwSignal<u64>) -> impl IntoView {
    let source = RwSignal::new(filter.with_untracked(|filter| filter.source.clone()));
    let status = RwSignal::new(filter.with_untracked(|filter| filter.status.clone()));
    // The address leads: Back changes the choices too.
    Effect::new(move || {
        filter.with(|filter| {
            source.set(filter.source.clone());
            status.set(filter.status.clone());
        })
    });
    Effect::watch(
        move || Filter { source: source.get(), status: status.get() },
        move |chosen, _, _| {
            if filter.with_untracked(|filter| filter != chosen) {
                go(&chosen.address(), Step::Within);
            }
        },
        false,
    );
    let sources = Signal::derive(move || {
        let all = std::iter::once((String::new(), "All sources".to_owned()));
        all.chain(names.get()).collect::<Vec<_>>()
    });
    view! {
        <div class="row">
            <Select label="Source" bare=true value=source options=sources />
            <Select label="Status" bare=true value=status options=STATUSES.map(|(value, words)| (value.to_owned(), words.to_owned())).to_vec() />
            <span class="s" aria-live="polite">
                {move || format!("{} {}", locale::count(total.get()), format::plural(total.get(), "message", "messages"))}
            </span>
        </div>
    }
}

#[component]
fn Nothing(filter: Memo<Filter>) -> impl IntoView {
    move || {
        match filter.with(|filter| *filter == Filter::default()) {
        true => view! {
            <EmptyState title="No dead letters">
                <p>"Everything that came could be applied. A message that cannot be read waits here with the field that is wrong and how to mend it."</p>
                <ButtonLink href="/data/sources">"To the sources"</ButtonLink>
            </EmptyState>
        }
        .into_any(),
        false => view! {
            <EmptyState title="None of these">
                <p>"No message of this source has this status."</p>
                <ButtonLink href=PATH>"Show all that are to be looked at"</ButtonLink>
            </EmptyState>
        }
        .into_any(),
    }
    }
}

#[component]
fn List(shown: RwSignal<Grown<DeadLetter>>) -> impl IntoView {
    let row = |letter: DeadLetter| {
        let field = letter.refusal.field.map(|field| view! { <code class="breaks">{field}</code> " " });
        view! {
            <tr>
                <th scope="row"><a href=format!("{PATH}/{}", letter.id)>{letter.topic}</a></th>
                <td dir="auto">{letter.source_name}</td>
                <td class="wide">{field} {letter.refusal.reason} <div class="s">{letter.refusal.fix}</div></td>
                <td><Since at=letter.received_at /></td>
            </tr>
        }
    };
    view! {
        <Table caption="Dead letters" unseen_caption=true>
            <thead>
                <tr>
                    <th scope="col">"Message"</th>
                    <th scope="col">"Source"</th>
                    <th scope="col">"What is wrong"</th>
                    <th scope="col">"Came"</th>
                </tr>
            </thead>
            <tbody>
                <For
                    each=move || shown.with(|shown| shown.items.clone())
                    key=|letter| (letter.id.as_str().to_owned(), letter.version)
                    children=row
                />
            </tbody>
        </Table>
    }
}

/// Each is applied once more, as it is; what still cannot be comes back here.
#[component]
fn ReplayAll(
    asking: RwSignal<bool>,
    filter: Memo<Filter>,
    total: RwSignal<u64>,
    told: RwSignal<Option<String>>,
    on_done: Callback<()>,
) -> impl IntoView {
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let confirm = move |()| {
        if busy.get_untracked() {
            return;
        }
        // Asked only where the list is of one source.
        let Ok(source) = filter.with_untracked(|filter| Id::parse(&filter.source)) else { return };
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let answer = client::post::<_, DeadLettersReplayed>("/api/dead-letters/replay", &DeadLettersReplay { source }).await;
            busy.try_set(false);
            match answer {
                Ok(DeadLettersReplayed { replayed }) => {
                    let messages = format::plural(replayed, "message is", "messages are");
                    let text = format!(
                        "{} {messages} applied again. What still cannot be applied comes back here within seconds.",
                        locale::count(replayed)
                    );
                    announce(text.as_str());
                    told.try_set(Some(text));
                    asking.try_set(false);
                    on_done.run(());
                }
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    view! {
        <Confirm open=asking title="Replay all of this source?" action="Replay them" busy failure on_confirm=confirm>
            {move || {
                let total = total.get();
                view! {
                    <p>
                        {format!("{} {} applied again as {}.", locale::count(total), format::plural(total, "message is", "messages are"), format::plural(total, "it is", "they are"))}
                        " Do this after the cause is gone, such as a currency or a field that Rekindle could not read before."
                    </p>
                    <p class="m">"Nothing is applied twice, and nobody is contacted by it."</p>
                }
            }}
        </Confirm>
    }
}

impl Filter {
    fn parse(search: &str) -> Self {
        let mut filter = Self::default();
        for (name, value) in query::pairs(search) {
            match name.as_str() {
                "source" => filter.source = value,
                "status" if STATUSES.iter().any(|(status, _)| *status == value) => filter.status = value,
                _ => {}
            }
        }
        filter
    }

    fn address(&self) -> String {
        format!("{PATH}{}", query::address(&[("source", &self.source), ("status", &self.status)]))
    }

    fn api(&self, cursor: Option<&str>) -> String {
        let cursor = cursor.unwrap_or_default();
        format!("/api/dead-letters{}", query::address(&[("source", &self.source), ("status", &self.status), ("cursor", cursor)]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_back_as_the_same_filter() {
        let filter = Filter { source: "0193".into(), status: "dropped".into() };
        assert_eq!(filter.address(), "/data/dead-letters?source=0193&status=dropped");
        assert_eq!(Filter::parse("source=0193&status=dropped"), filter);
        assert_eq!(Filter::parse("status=burnt"), Filter::default());
        assert_eq!(Filter::default().address(), PATH);
        assert_eq!(filter.api(Some("7")), "/api/dead-letters?source=0193&status=dropped&cursor=7");
    }
}
