//! How the file is read, for correction. Each change reads the file again and shows what it would do.

use leptos::prelude::*;
use shared::import::{Field, Kind, Options};
use shared::money::Currency;

use super::center::ImportCenter;
use super::kinds::KindSelect;
use super::{columns, words};
use crate::components::{self, Checkbox, Select};
use crate::pages::settings::zones;

/// A choice of `Select`: what it sends and what it says.
type Choice = (String, String);

/// The choice that means no column.
const NONE: &str = "";

#[component]
pub fn OptionsForm(center: ImportCenter) -> impl IntoView {
    center.options.get_untracked().map(|options| view! { <Form center options /> })
}

#[component]
fn Form(center: ImportCenter, options: Options) -> impl IntoView {
    let shown_kind = options.kind;
    let kind = RwSignal::new(options.kind.as_str().to_owned());
    let encoding = RwSignal::new(named(&words::ENCODINGS, options.encoding));
    let date_order = RwSignal::new(named(&words::DATE_ORDERS, options.date_order));
    let delimiter = RwSignal::new(options.delimiter.to_string());
    let header = RwSignal::new(options.header);
    let decimal_comma = RwSignal::new(if options.decimal_comma { "comma" } else { "point" }.to_owned());
    let currency = RwSignal::new(options.currency.to_string());
    let time_zone = RwSignal::new(options.time_zone.clone());
    let (asked, other) = columns::asked_and_other(options.kind, &options.columns);
    let column =
        |field: &Field| (*field, RwSignal::new(options.columns.get(field.name).map_or_else(String::new, u32::to_string)));
    let asked: Vec<_> = asked.iter().map(column).collect();
    let other: Vec<_> = other.iter().map(column).collect();
    let mapping: Vec<(&'static str, RwSignal<String>)> =
        asked.iter().chain(&other).map(|(field, column)| (field.name, *column)).collect();

    Effect::new(move |first: Option<()>| {
        if let Some(kind) = Kind::parse(&kind.get()).filter(|&kind| first.is_some() && kind != shown_kind) {
            center.choose_kind(kind);
        }
    });
    // Only what makes sense goes on; a currency half typed shows its error and changes nothing yet.
    Effect::new(move || {
        let Ok(currency) = Currency::parse(&currency.get()) else { return };
        let corrected = Options {
            kind: shown_kind,
            encoding: chosen(&words::ENCODINGS, &encoding.get()).unwrap_or(options.encoding),
            date_order: chosen(&words::DATE_ORDERS, &date_order.get()).unwrap_or(options.date_order),
            delimiter: delimiter.get().chars().next().unwrap_or(options.delimiter),
            header: header.get(),
            decimal_comma: decimal_comma.get() == "comma",
            columns: mapping.iter().filter_map(|(name, column)| Some(((*name).to_owned(), column.get().parse().ok()?))).collect(),
            currency,
            time_zone: time_zone.get(),
            shift_days: options.shift_days,
        };
        center.correct(corrected);
    });

    let error = move |field: &'static str| {
        Signal::derive(move || {
            center.failure.with(|failure| failure.as_ref().and_then(|failure| failure.fields.get(field).cloned()))
        })
    };
    let currency_error = Signal::derive(move || {
        Currency::parse(&currency.get())
            .err()
            .map(|error| format!("{} {error}", currency.get()))
            .or_else(|| error("currency").get())
    });
    let zones = zones::choices(&time_zone.get_untracked());
    let mapped = move |list: Vec<(Field, RwSignal<String>)>| {
        list.into_iter().map(|(field, column)| view! { <Mapped center field column error=error(field.name) /> }).collect_view()
    };
    view! {
        <section class="panel pad stack">
            <h2>"How the file is read"</h2>
            <div class="options">
                <KindSelect label="It holds" value=kind />
                <Select label="Separator" value=delimiter options=delimiters(options.delimiter) error=error("delimiter") />
                <Select label="Encoding" value=encoding options=choices(&words::ENCODINGS) />
                <Select label="Dates" value=date_order options=choices(&words::DATE_ORDERS) />
                <Select
                    label="Decimals"
                    value=decimal_comma
                    options=vec![("point".to_owned(), "Point, as 1,234.56".to_owned()), ("comma".to_owned(), "Comma, as 1.234,56".to_owned())]
                />
                <components::Field label="Currency" value=currency error=currency_error hint="Where no column says it." />
                <Select label="Time zone" value=time_zone options=zones error=error("time_zone") hint="A date without a time is noon there." />
                <Checkbox label="The first line names the columns" value=header />
            </div>
        </section>
        <section class="panel pad stack">
            <h2>"Columns"</h2>
            <ul class="mapping">{mapped(asked)}</ul>
            {(!other.is_empty())
                .then(|| {
                    view! {
                        <details>
                            <summary>{format!("{} more that Rekindle can read", other.len())}</summary>
                            <ul class="mapping">{mapped(other)}</ul>
                        </details>
                    }
                })}
        </section>
    }
}

/// One field: the column that holds it, and what stands there.
#[component]
fn Mapped(center: ImportCenter, field: Field, column: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    let label = format!("{}{}", field.label, if field.required { " (required)" } else { "" });
    let options = Signal::derive(move || {
        let columns = center.preview.get().headers.into_iter().enumerate().map(|(at, header)| (at.to_string(), header));
        std::iter::once((NONE.to_owned(), "Not in the file".to_owned())).chain(columns).collect::<Vec<Choice>>()
    });
    let examples = move || center.preview.with(|preview| columns::examples(column.get().parse().ok(), &preview.rows).join(" · "));
    view! {
        <li>
            <Select label value=column options error />
            <p class="s sample" dir="auto">{examples}</p>
        </li>
    }
}

fn choices<T: Copy, const N: usize>(list: &[(T, &'static str, &'static str); N]) -> Vec<Choice> {
    list.iter().map(|&(_, name, words)| (name.to_owned(), words.to_owned())).collect()
}

fn named<T: Copy + PartialEq, const N: usize>(list: &[(T, &'static str, &'static str); N], value: T) -> String {
    list.iter().find(|&&(known, ..)| known == value).map_or_else(String::new, |&(_, name, _)| name.to_owned())
}

fn chosen<T: Copy, const N: usize>(list: &[(T, &'static str, &'static str); N], name: &str) -> Option<T> {
    list.iter().find(|&&(_, known, _)| known == name).map(|&(value, ..)| value)
}

fn delimiters(guessed: char) -> Vec<Choice> {
    let mut list: Vec<Choice> =
        words::DELIMITERS.iter().map(|&(delimiter, words)| (delimiter.to_string(), words.to_owned())).collect();
    if !words::DELIMITERS.iter().any(|&(delimiter, _)| delimiter == guessed) {
        list.push((guessed.to_string(), guessed.to_string()));
    }
    list
}
