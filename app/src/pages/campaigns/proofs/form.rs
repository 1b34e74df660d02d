//! Adding a proof, or mending one.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{NewProof, Permitted, ProofChange, ProofItem, ProofKind, ProofResponse, ProofTags, SegmentsResponse};
use shared::industry::INDUSTRIES;
use shared::reason::Reason;

use super::super::new::segment_options;
use super::super::words::some;
use super::kind_name;
use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonKind, Choice, Clash, ConflictDialog, Dialog, Difference, FailureNotice, Field, Select, TextArea, announce,
    open_while, standing,
};

const KINDS: [(ProofKind, &str); 4] = [
    (ProofKind::CaseStudy, "case_study"),
    (ProofKind::Review, "review"),
    (ProofKind::Quote, "quote"),
    (ProofKind::Figure, "figure"),
];

/// What stands in the form.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Typed {
    /// None of a new one.
    known: Option<ProofItem>,
}

impl Typed {
    pub(super) fn of(known: ProofItem) -> Self {
        Self { known: Some(known) }
    }
}

#[component]
pub(super) fn FormDialog(writing: RwSignal<Option<Typed>>, on_saved: Callback<()>) -> impl IntoView {
    let open = open_while(writing);
    view! {
        <Dialog open title="What may be cited?">
            {move || writing.get_untracked().map(|typed| view! { <Form typed writing on_saved /> })}
        </Dialog>
    }
}

fn code_of(kind: ProofKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("quote", |(_, code)| code)
}

fn kind_of(code: &str) -> ProofKind {
    KINDS.iter().find(|(_, known)| *known == code).map_or(ProofKind::Quote, |(kind, _)| *kind)
}

/// A proof as the form's fields have it.
fn fields(proof: &NewProof) -> [(&'static str, &'static str, String); 9] {
    let permitted = |of: fn(&Permitted) -> &String| proof.permission.as_ref().map(|one| of(one).clone()).unwrap_or_default();
    let reasons = proof.tags.reasons.iter().map(|reason| reason.name()).collect::<Vec<_>>().join(", ");
    [
        ("kind", "Kind", kind_name(proof.kind).to_owned()),
        ("text", "Word for word", proof.text.clone()),
        ("who", "Who says it", proof.who.clone().unwrap_or_default()),
        ("source", "Where it comes from", proof.source.clone()),
        ("link", "Its address", proof.link.clone().unwrap_or_default()),
        ("permission", "Allowed by", [permitted(|one| &one.by), permitted(|one| &one.on)].join(" ").trim().to_owned()),
        ("expires_on", "Last day of use", proof.expires_on.clone().unwrap_or_default()),
        ("tags.reasons", "For those who left over", reasons),
        ("tags", "Like", [proof.tags.industries.join(", "), proof.tags.segments.join(", ")].join(" ").trim().to_owned()),
    ]
}

fn new_of(item: &ProofItem) -> NewProof {
    let ProofItem { kind, text, who, source, link, permission, expires_on, tags, .. } = item.clone();
    NewProof { kind, text, who, source, link, permission, expires_on, tags }
}

#[component]
fn Form(typed: Typed, writing: RwSignal<Option<Typed>>, on_saved: Callback<()>) -> impl IntoView {
    let began = typed.known.as_ref().map(new_of);
    let is_new = began.is_none();
    let start = began.clone().unwrap_or_else(|| NewProof {
        kind: ProofKind::Quote,
        text: String::new(),
        who: None,
        source: String::new(),
        link: None,
        permission: None,
        expires_on: None,
        tags: ProofTags::default(),
    });
    let kind = RwSignal::new(code_of(start.kind).to_owned());
    let text = RwSignal::new(start.text.clone());
    let who = RwSignal::new(start.who.clone().unwrap_or_default());
    let source = RwSignal::new(start.source.clone());
    let link = RwSignal::new(start.link.clone().unwrap_or_default());
    let allowed_by = RwSignal::new(start.permission.as_ref().map(|one| one.by.clone()).unwrap_or_default());
    let allowed_on = RwSignal::new(start.permission.as_ref().map(|one| one.on.clone()).unwrap_or_default());
    let expires = RwSignal::new(start.expires_on.clone().unwrap_or_default());
    let reasons = RwSignal::new(start.tags.reasons.clone());
    let industry = RwSignal::new(start.tags.industries.first().cloned().unwrap_or_default());
    let segment = RwSignal::new(start.tags.segments.first().cloned().unwrap_or_default());
    // What the form has no second box for stays.
    let more = StoredValue::new((
        start.tags.industries.iter().skip(1).cloned().collect::<Vec<_>>(),
        start.tags.segments.iter().skip(1).cloned().collect::<Vec<_>>(),
    ));
    let segments = RwSignal::new(vec![(String::new(), "Everybody".to_owned())]);
    let chosen = start.tags.segments.first().cloned();
    spawn_local(async move {
        let found =
            client::get::<SegmentsResponse>("/api/segments").await.map(|found| segment_options(&found)).unwrap_or_default();
        segments.try_update(|segments| {
            segments.extend(found);
            if let Some(chosen) = chosen.filter(|chosen| segments.iter().all(|(id, _)| id != chosen)) {
                segments.push((chosen.clone(), chosen));
            }
        });
    });
    let known = RwSignal::new(typed.known);
    let base = StoredValue::new(start);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let error = move |field: &'static str| {
        Signal::derive(move || failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(field))))
    };
    let now = move || {
        let (industries, segments) = more.get_value();
        NewProof {
            kind: kind.with_untracked(|code| kind_of(code)),
            text: text.get_untracked().trim().to_owned(),
            who: who.with_untracked(|text| some(text)),
            source: source.get_untracked().trim().to_owned(),
            link: link.with_untracked(|text| some(text)),
            permission: allowed_by.with_untracked(|by| some(by)).map(|by| Permitted { by, on: allowed_on.get_untracked() }),
            expires_on: expires.with_untracked(|day| some(day)),
            tags: ProofTags {
                industries: industry.with_untracked(|code| some(code)).into_iter().chain(industries).collect(),
                reasons: reasons.get_untracked(),
                segments: segment.with_untracked(|id| some(id)).into_iter().chain(segments).collect(),
            },
        }
    };
    let send = Callback::new(move |version: Option<u32>| {
        busy.set(true);
        failure.set(None);
        let proof = now();
        let stood = known.get_untracked();
        spawn_local(async move {
            let answer = match &stood {
                None => client::post::<_, ProofResponse>("/api/proofs", &proof).await,
                Some(known) => {
                    let path = format!("/api/proofs/{}", known.id);
                    client::patch::<_, ProofResponse>(&path, version.unwrap_or(known.version), &change(&proof)).await
                }
            };
            busy.try_set(false);
            match answer {
                Ok(_) => {
                    announce("The proof is saved.");
                    on_saved.run(());
                    writing.try_set(None);
                }
                Err(refused) => match standing::<ProofItem>(&refused) {
                    Some((version, theirs)) => {
                        let (before, stands, mine) = (fields(&base.get_value()), fields(&new_of(&theirs)), fields(&proof));
                        let differences = before.into_iter().zip(stands).zip(mine).filter_map(|((before, stands), mine)| {
                            Difference::between(before.0, before.1, before.2, stands.2, mine.2)
                        });
                        let told_by = format!("action=proof_changed&object={}", theirs.id);
                        clash.try_set(Some(Clash { version, differences: differences.collect(), told_by }));
                        known.try_set(Some(theirs));
                    }
                    None => drop(failure.try_set(Some(refused))),
                },
            }
        });
    });
    let choose = Callback::new(move |choice: Choice| {
        let Some(theirs) = known.get_untracked().map(|known| new_of(&known)) else { return };
        if !choice.keeps("kind") {
            kind.set(code_of(theirs.kind).to_owned());
        }
        for (name, field, stands) in [
            ("text", text, theirs.text.clone()),
            ("who", who, theirs.who.clone().unwrap_or_default()),
            ("source", source, theirs.source.clone()),
            ("link", link, theirs.link.clone().unwrap_or_default()),
            ("permission", allowed_by, theirs.permission.as_ref().map(|one| one.by.clone()).unwrap_or_default()),
            ("permission", allowed_on, theirs.permission.as_ref().map(|one| one.on.clone()).unwrap_or_default()),
            ("expires_on", expires, theirs.expires_on.clone().unwrap_or_default()),
            ("tags", industry, theirs.tags.industries.first().cloned().unwrap_or_default()),
            ("tags", segment, theirs.tags.segments.first().cloned().unwrap_or_default()),
        ] {
            if !choice.keeps(name) {
                field.set(stands);
            }
        }
        if !choice.keeps("tags") {
            let rest = |all: &[String]| all.iter().skip(1).cloned().collect::<Vec<_>>();
            more.set_value((rest(&theirs.tags.industries), rest(&theirs.tags.segments)));
        }
        if !choice.keeps("tags.reasons") {
            reasons.set(theirs.tags.reasons.clone());
        }
        base.set_value(theirs);
        send.run(Some(choice.version));
    });
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        if !busy.get_untracked() {
            send.run(None);
        }
    };
    let kinds: Vec<(String, String)> =
        KINDS.iter().map(|(kind, code)| ((*code).to_owned(), kind_name(*kind).to_owned())).collect();
    let industries: Vec<(String, String)> = std::iter::once((String::new(), "Every industry".to_owned()))
        .chain(INDUSTRIES.iter().map(|industry| (industry.code.to_owned(), industry.name.to_owned())))
        .collect();
    let boxes = Reason::ALL
        .into_iter()
        .filter(|reason| *reason != Reason::Unknown)
        .map(|reason| {
            let toggle = move |event| {
                let is_on = event_target_checked(&event);
                reasons.update(|chosen| {
                    chosen.retain(|known| *known != reason);
                    if is_on {
                        chosen.push(reason);
                        chosen.sort_unstable();
                    }
                });
            };
            view! {
                <label class="tickable">
                    <input type="checkbox" prop:checked=move || reasons.with(|chosen| chosen.contains(&reason)) on:change=toggle />
                    {reason.name()}
                </label>
            }
        })
        .collect_view();
    const FIELDS: [&str; 8] = ["kind", "text", "who", "source", "link", "permission.by", "permission.on", "expires_on"];
    let general = move || failure.get().filter(|failure| FIELDS.iter().all(|field| failure.field(field).is_none()));
    view! {
        <form novalidate on:submit=save>
            <Select label="Kind" value=kind options=Signal::stored(kinds) error=error("kind") />
            <TextArea label="Word for word" value=text rows=3 error=error("text") hint="Exactly as it was said or measured: messages repeat it unchanged." />
            <Field label="Who says it, as they may be named" value=who error=error("who") hint="“Ana, florist in Porto”. Leave it empty where nobody is named." />
            <Field label="Where it comes from" value=source error=error("source") hint="So that somebody can look it up." />
            <Field label="Its address, if it has one" value=link error=error("link") kind="url" />
            <Field label="Who allowed it" value=allowed_by error=error("permission.by") hint="Without it no message cites it." />
            <Field label="When" value=allowed_on error=error("permission.on") kind="date" />
            <Field label="Last day of use" value=expires error=error("expires_on") kind="date" hint="For good where you leave it empty." />
            <fieldset class="stack tight">
                <legend>"For those who left over"</legend>
                <div class="tickables">{boxes}</div>
                <p class="s">"None ticked: whatever they left over."</p>
            </fieldset>
            <Select label="Industry" value=industry options=Signal::stored(industries) />
            <Select label="Segment" value=segment options=segments />
            {move || general().map(|failure| view! { <FailureNotice failure /> })}
            <div class="dialog-actions">
                <Button on_press=move |_| writing.set(None)>"Leave it"</Button>
                <Button kind=ButtonKind::Primary submit=true busy>{if is_new { "Add it" } else { "Save" }}</Button>
            </div>
        </form>
        <ConflictDialog clash on_choice=choose />
    }
}

fn change(proof: &NewProof) -> ProofChange {
    let NewProof { kind, text, who, source, link, permission, expires_on, tags } = proof.clone();
    ProofChange {
        kind: Some(kind),
        text: Some(text),
        who: Some(who),
        source: Some(source),
        link: Some(link),
        permission: Some(permission),
        expires_on: Some(expires_on),
        tags: Some(tags),
    }
}
