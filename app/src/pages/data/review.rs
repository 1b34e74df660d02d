//! A file is chosen: what it would do, how it is read, and the button that starts.

use leptos::prelude::*;
use shared::api::Way;
use shared::api::worker::Check;
use shared::import::Kind;

use super::center::{ImportCenter, Source};
use super::options::OptionsForm;
use super::{Imports, PENS, columns, words};
use crate::components::{Button, ButtonKind, Notice, NoticeKind, Progress, Table, announce};

#[component]
pub fn Review(center: ImportCenter) -> impl IntoView {
    let name = move || match center.source.get() {
        Some(Source::File { name, bytes }) => format!("{name}, {}", words::size(bytes)),
        _ => String::new(),
    };
    view! {
        <div class="stack">
            <section class="panel pad stack" aria-labelledby="verdict">
                <div class="row spread">
                    <h2 id="verdict" dir="auto">{name}</h2>
                    <Button small=true kind=ButtonKind::Quiet on_press=move |_| center.forget()>"Choose another file"</Button>
                </div>
                <Outlook center />
            </section>
            {move || doubts(center)}
            {move || {
                center.revision.track();
                view! { <OptionsForm center /> }
            }}
            <PreviewTable center />
            {move || center.check.get().filter(|check| !check.rejected.is_empty()).map(|check| view! { <RejectedTable check /> })}
        </div>
    }
}

/// What the import would do, and the button; or why it cannot be done.
#[component]
fn Outlook(center: ImportCenter) -> impl IntoView {
    let kind = move || center.options.with(|options| options.as_ref().map_or(Kind::Orders, |options| options.kind));
    let share = Signal::derive(move || center.reading.get().as_ref().and_then(words::share));
    let read = Signal::derive(move || center.reading.get().map(|reading| words::reading(&reading, PENS)).unwrap_or_default());
    Effect::new(move || {
        if let Some(check) = center.check.get() {
            announce(format!("An import would bring {}.", words::verdict(&check, kind(), PENS)));
        }
    });
    move || match (center.failure.get(), center.check.get()) {
        (Some(failure), _) => {
            view! { <Notice kind=NoticeKind::Problem title="The file cannot be read like this">{failure.text}</Notice> }
                .into_any()
        }
        (None, None) => view! { <Progress label="Reading the file" share text=read /> }.into_any(),
        (None, Some(check)) => view! { <Verdict center check kind=kind() /> }.into_any(),
    }
}

#[component]
fn Verdict(center: ImportCenter, check: Check, kind: Kind) -> impl IntoView {
    let imports = use_context::<Imports>();
    let (accepted, bytes) = (check.rows_accepted, check.bytes_read);
    let totals = check.totals.iter().map(|&total| (PENS.money)(total)).collect::<Vec<_>>().join(", ");
    let remarks = words::remarks(&check, kind, PENS).into_iter().map(|remark| view! { <p class="m">{remark}</p> }).collect_view();
    let meta = move || Some(imports?.answer.get()?.ok()?.meta);
    let way = move || meta().map_or(Way::Batches, |meta| meta.way(kind, accepted, bytes));
    let days = move || {
        let meta = meta()?;
        words::days(meta.days_for(kind, accepted), way(), meta.body_bytes, PENS)
    };
    view! {
        <p class="verdict">{words::verdict(&check, kind, PENS)}</p>
        {(!totals.is_empty()).then(|| view! { <p>"Paid less refunds: " <b>{totals}</b></p> })}
        {remarks}
        {move || days().map(|text| view! { <Notice kind=NoticeKind::Warning title="This import takes more than a day">{text}</Notice> })}
        {if accepted > 0 {
            let label = format!("Import {}", words::things(kind, accepted, PENS));
            view! { <Button kind=ButtonKind::Primary on_press=move |_| center.start(untrack(way))>{label}</Button> }.into_any()
        } else {
            view! {
                <Notice kind=NoticeKind::Warning title="There is nothing to import">
                    "Not one row can be taken as it is read now. Correct the options or the columns below; the table of rejected rows says what is wrong."
                </Notice>
            }
                .into_any()
        }}
    }
}

fn doubts(center: ImportCenter) -> Option<impl IntoView> {
    let doubts = center.doubts.get();
    let items = doubts.iter().map(|doubt| view! { <li>{doubt.text.clone()}</li> }).collect_view();
    (!doubts.is_empty()).then(|| {
        view! {
            <Notice kind=NoticeKind::Warning title="Please look at this before you start">
                <ul class="dots">{items}</ul>
            </Notice>
        }
    })
}

/// The first rows with what each column is read as.
#[component]
fn PreviewTable(center: ImportCenter) -> impl IntoView {
    let heads = move || {
        let (kind, chosen) = center
            .options
            .with(|options| options.as_ref().map(|options| (options.kind, options.columns.clone())))
            .unwrap_or((Kind::Orders, Default::default()));
        let head = |(at, name): (usize, String)| {
            let meaning = u32::try_from(at).ok().and_then(|at| columns::meaning(kind, at, &chosen));
            view! {
                <th scope="col">
                    <span dir="auto">{name}</span>
                    <span class=if meaning.is_some() { "reads" } else { "reads none" }>{meaning.unwrap_or("not read")}</span>
                </th>
            }
        };
        center.preview.get().headers.into_iter().enumerate().map(head).collect_view()
    };
    let rows = move || {
        let row = |row: Vec<String>| {
            let cells = row.into_iter().map(|cell| view! { <td dir="auto" class="sample">{cell}</td> }).collect_view();
            view! { <tr>{cells}</tr> }
        };
        center.preview.get().rows.into_iter().map(row).collect_view()
    };
    view! {
        <section class="panel">
            <Table caption="The first rows">
                <thead><tr>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
}

#[component]
fn RejectedTable(check: Check) -> impl IntoView {
    let shown = check.rejected.len() as u64;
    let caption = if shown < check.rows_rejected {
        format!("Rows that would be rejected: the first {shown} of {}", (PENS.count)(check.rows_rejected))
    } else {
        "Rows that would be rejected".to_owned()
    };
    let rows = check
        .rejected
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" class="num">{(PENS.count)(row.line)}</th>
                    <td>{words::sentence(&row.reason)}</td>
                    <td>{words::sentence(&row.fix)}</td>
                    <td dir="auto" class="sample">{row.raw.chars().take(160).collect::<String>()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <section class="panel">
            <Table caption>
                <thead>
                    <tr><th scope="col" class="num">"Line"</th><th scope="col">"What is wrong"</th><th scope="col">"How to mend it"</th><th scope="col">"The row"</th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </Table>
        </section>
    }
}
