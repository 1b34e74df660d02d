//! The shop's words for reasons: what is listed, and a box to try a text on.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, ReadingResponse, TextToRead, TopicList, TopicsChange, TopicsResponse};
use shared::reason::Reason;
use shared::reason::topics::{Phrase, tidy};

use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Difference, FailureNotice, Field, PageHead, Select, TextArea, announce,
    standing,
};
use crate::format::{self, plural};
use crate::locale;
use crate::pages::settings::frame::{Answer, loaded};
use crate::router::A;
use crate::session::use_session;

const PATH: &str = "/api/topics";

/// Reasons that words can speak for.
const SPOKEN: [Reason; 7] = [
    Reason::Price,
    Reason::MissingFeature,
    Reason::Service,
    Reason::Competitor,
    Reason::ReducedNeed,
    Reason::PoorExperience,
    Reason::FailedPayment,
];

#[component]
pub fn TopicsPage() -> impl IntoView {
    let answer: Answer<TopicsResponse> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<TopicsResponse>(PATH).await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    view! {
        <PageHead
            title="Words for reasons"
            lead=|| "Tickets, surveys and comments are read for why customers leave. Add the words that your customers use."
        >
            <A href="/segments" exact=true>"Segments"</A>
        </PageHead>
        {loaded(answer, load, move |TopicsResponse { topics }| view! { <Editor topics load /> }.into_any())}
    }
}

#[component]
fn Editor(topics: TopicList, load: Callback<()>) -> impl IntoView {
    let session = use_session();
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let TopicList { phrases, is_starting, version } = topics;
    let before = StoredValue::new(phrases.clone());
    let list = RwSignal::new(phrases);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let theirs = StoredValue::new(None::<Vec<Phrase>>);
    let send = Callback::new(move |(phrases, version): (Option<Vec<Phrase>>, u32)| {
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let mine = phrases.as_ref().map_or(0, Vec::len);
            let answer = client::put::<_, TopicsResponse>(PATH, version, &TopicsChange { phrases }).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(_) => {
                    announce("The words are saved. What customers said is read again.");
                    load.run(());
                }
                Err(refused) => match standing::<TopicList>(&refused) {
                    Some((version, stands)) => {
                        let words = |count: usize| format!("{count} phrases");
                        let was = words(before.with_value(Vec::len));
                        let all = Difference::between(
                            "all",
                            "Words",
                            was,
                            words(stands.phrases.len()),
                            format!("{mine} phrases, yours"),
                        );
                        theirs.set_value(Some(stands.phrases));
                        let told_by = "action=topics_changed".to_owned();
                        clash.set(Some(Clash { version, differences: all.into_iter().collect(), told_by }));
                    }
                    None => failure.set(Some(refused)),
                },
            }
        });
    });
    let decided = Callback::new(move |choice: Choice| {
        if choice.keeps("all") {
            send.run((Some(list.get_untracked()), choice.version));
        } else if let Some(stands) = theirs.get_value() {
            list.set(stands);
            load.run(());
        }
    });
    let changes = Memo::new(move |_| {
        let now = list.get();
        before.with_value(|before| {
            let missing = |of: &[Phrase], from: &[Phrase]| of.iter().filter(|phrase| !from.contains(phrase)).count();
            missing(&now, before) + missing(before, &now)
        })
    });
    let groups = SPOKEN.into_iter().map(|reason| view! { <Group reason list may /> }).collect_view();
    view! {
        <div class="stack">
            <Try list />
            <Show when=move || may.get()><Add list /></Show>
            {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
            {groups}
            <Show when=move || may.get()>
                <div class="row">
                    <Button
                        kind=ButtonKind::Primary
                        busy
                        disabled=Signal::derive(move || changes.get() == 0)
                        on_press=move |_| send.run((Some(list.get_untracked()), version))
                    >
                        {move || match changes.get() {
                            0 => "Save".to_owned(),
                            n => format!("Save {n} {}", plural(n as u64, "change", "changes")),
                        }}
                    </Button>
                    {(!is_starting).then(|| view! { <Button busy on_press=move |_| send.run((None, version))>"Go back to the list every shop starts with"</Button> })}
                </div>
            </Show>
        </div>
        <ConflictDialog clash on_choice=decided />
    }
}

/// The phrases of one reason, each with how much it says.
#[component]
fn Group(reason: Reason, list: RwSignal<Vec<Phrase>>, may: Memo<bool>) -> impl IntoView {
    let own =
        Memo::new(move |_| list.with(|list| list.iter().filter(|phrase| phrase.reason == reason).cloned().collect::<Vec<_>>()));
    let chips = move || {
        let shown = own.get().into_iter().map(|phrase| {
            let words = phrase.phrase.clone();
            let remove = StoredValue::new(phrase.phrase.clone());
            let hint = format!("{}{}", weight_name(phrase.weight), phrase.language.map(|code| format!(", {code}")).unwrap_or_default());
            view! {
                <li class="chip">
                    <bdi>{words.clone()}</bdi> " " <span class="s">{hint}</span>
                    <Show when=move || may.get()>
                        <Button small=true on_press=move |_| list.update(|list| remove.with_value(|gone| list.retain(|phrase| phrase.phrase != *gone)))>
                            "Remove" <span class="unseen">{format!(" {}", remove.get_value())}</span>
                        </Button>
                    </Show>
                </li>
            }
        });
        shown.collect_view()
    };
    view! {
        <section class="panel pad stack tight">
            <h2>{reason.name()} " " <span class="s">{move || locale::count(own.with(Vec::len) as u64)}</span></h2>
            <ul class="chips">{chips}</ul>
        </section>
    }
}

/// A phrase more.
#[component]
fn Add(list: RwSignal<Vec<Phrase>>) -> impl IntoView {
    let phrase = RwSignal::new(String::new());
    let reason = RwSignal::new(Reason::Price.code().to_owned());
    let weight = RwSignal::new("2".to_owned());
    let error = RwSignal::new(None::<String>);
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(reason) = reason.with_untracked(|code| Reason::of_code(code)) else { return };
        let new = Phrase {
            reason,
            phrase: phrase.get_untracked(),
            weight: weight.get_untracked().parse().unwrap_or(2),
            language: None,
        };
        let mut all = list.get_untracked();
        all.insert(0, new);
        match tidy(&all) {
            Ok(tidied) => {
                list.set(tidied);
                phrase.set(String::new());
                error.set(None);
            }
            Err(wrong) => error.set(Some(wrong.to_string())),
        }
    };
    let reasons: Vec<(String, String)> =
        SPOKEN.into_iter().map(|reason| (reason.code().to_owned(), reason.name().to_owned())).collect();
    let weights: Vec<(String, String)> = (1..=3).map(|weight| (weight.to_string(), weight_name(weight).to_owned())).collect();
    view! {
        <form class="panel pad stack tight" novalidate on:submit=add>
            <h2>"Add words"</h2>
            <Field label="Word or phrase" value=phrase error=error hint="As customers write it. A * at the end stands for any ending: overpric*" />
            <div class="row">
                <Select label="Speaks for" value=reason options=Signal::stored(reasons) />
                <Select label="How much it says" value=weight options=Signal::stored(weights) />
                <Button submit=true>"Add"</Button>
            </div>
        </form>
    }
}

/// What a text says by the list as it stands here, saved or not.
#[component]
fn Try(list: RwSignal<Vec<Phrase>>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let read = RwSignal::new(None::<ReadingResponse>);
    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        failure.set(None);
        let asked = TextToRead { text: text.get_untracked(), phrases: Some(list.get_untracked()) };
        spawn_local(async move {
            let answer = client::post::<_, ReadingResponse>("/api/topics/read", &asked).await;
            if busy.try_set(false).is_some() {
                return;
            }
            match answer {
                Ok(answer) => read.set(Some(answer)),
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let wrong = Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field("text"))));
    view! {
        <form class="panel pad stack tight" novalidate on:submit=ask>
            <h2>"Try a text"</h2>
            <TextArea label="What a customer wrote" value=text error=wrong rows=3 hint="Nothing of it is kept." />
            <div class="row"><Button submit=true busy>"Read it"</Button></div>
            {move || failure.get().filter(|failure| failure.field("text").is_none()).map(|failure| view! { <FailureNotice failure /> })}
            <div aria-live="polite">{move || read.get().map(said)}</div>
        </form>
    }
}

fn said(answer: ReadingResponse) -> AnyView {
    let Some(reading) = answer.reading else {
        return view! { <p class="m">"No word of it is known."</p> }.into_any();
    };
    let rows = reading.reasons.iter().take(3).map(|chance| {
        let words = format!("{} {}", chance.reason.name(), format::percent(chance.probability));
        view! {
            <li class="row">
                <meter min="0" max="1" value=chance.probability.to_string() aria-hidden="true"></meter>
                <span>{words}</span>
            </li>
        }
    });
    let by =
        (!reading.words.is_empty()).then(|| view! { <p class="s">"By the words " <bdi>{reading.words.join(", ")}</bdi></p> });
    view! {
        <ul class="evidence">{rows.collect_view()}</ul>
        {by}
    }
    .into_any()
}

fn weight_name(weight: u8) -> &'static str {
    match weight {
        1 => "hints",
        2 => "tells",
        _ => "decides",
    }
}
