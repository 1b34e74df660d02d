//! A filter as a sentence of conditions: each is chosen and typed, and the filter follows.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::DeclaredResponse;
use shared::segment::DeclaredKind;
use shared::segment::filter::{Condition, Field as About, Filter, Kind, Operator, options};

use crate::client;
use crate::components::{Button, ButtonKind, Field, Notice, Select};

/// A condition as it is written: each part a signal, so that no other is drawn anew.
#[derive(Clone, Copy)]
struct Line {
    key: u32,
    field: RwSignal<String>,
    operator: RwSignal<String>,
    value: RwSignal<String>,
}

/// What may be compared, with how.
type Offered = Vec<(String, String, Kind)>;

/// A filter as it is being written.
#[derive(Clone, Copy)]
pub struct Written {
    lines: RwSignal<Vec<Line>>,
    next: StoredValue<u32>,
    /// `all` or `any`.
    every: RwSignal<String>,
    /// Groups within groups, which are shown and kept as they are.
    nested: RwSignal<Option<Filter>>,
    offered: RwSignal<Offered>,
}

impl Written {
    /// Begins with one condition; the shop's own columns come a moment later.
    pub fn new() -> Self {
        let first = Condition { field: "tier".to_owned(), values: vec!["lost".to_owned()], ..Condition::default() };
        let offered = RwSignal::new(fields(&[]));
        spawn_local(async move {
            if let Ok(found) = client::get::<DeclaredResponse>("/api/declared-traits").await {
                let columns: Vec<_> = found.declared.into_iter().map(|declared| (declared.name, declared.kind)).collect();
                offered.try_set(fields(&columns));
            }
        });
        Self {
            lines: RwSignal::new(vec![line(0, &first)]),
            next: StoredValue::new(1),
            every: RwSignal::new("all".to_owned()),
            nested: RwSignal::new(None),
            offered,
        }
    }

    /// Shows a filter that is known already.
    pub fn show(self, filter: &Filter) {
        match flat(filter) {
            Some((word, conditions)) => {
                self.every.try_set(word.to_owned());
                self.nested.try_set(None);
                self.lines.try_set((0..).zip(&conditions).map(|(key, condition)| line(key, condition)).collect());
                self.next.try_set_value(u32::try_from(conditions.len()).unwrap_or(0));
            }
            None => drop(self.nested.try_set(Some(filter.clone()))),
        }
    }

    /// As it stands.
    pub fn filter(self) -> Filter {
        if let Some(filter) = self.nested.get() {
            return filter;
        }
        let parts = self.lines.get().iter().map(|line| Filter::Is(condition(line))).collect();
        if self.every.with(|every| every == "any") { Filter::Any(parts) } else { Filter::All(parts) }
    }

    fn add(self) {
        let key = self.next.get_value();
        self.next.set_value(key.wrapping_add(1));
        let condition =
            Condition { field: "last_order".to_owned(), operator: Operator::LongerAgo, values: vec!["90".to_owned()] };
        self.lines.update(|lines| lines.push(line(key, &condition)));
    }
}

#[component]
pub fn FilterWriter(written: Written) -> impl IntoView {
    let Written { lines, every, nested, offered, .. } = written;
    let ways = [("all", "all of these hold"), ("any", "any of these holds")]
        .map(|(code, words)| (code.to_owned(), words.to_owned()))
        .to_vec();
    view! {
        <Show when=move || nested.with(Option::is_none) fallback=|| view! {
            <Notice>"This filter has groups within groups, which only the API writes."</Notice>
        }>
            <Select label="Customers of whom" value=every options=ways.clone() />
            <For each=move || lines.get() key=|line| line.key let:line>
                <Sentence line offered alone=Signal::derive(move || lines.with(|lines| lines.len() == 1)) remove=Callback::new(move |key: u32| lines.update(|lines| lines.retain(|line| line.key != key))) />
            </For>
            <div class="row"><Button small=true on_press=move |_| written.add()>"Add a condition"</Button></div>
        </Show>
    }
}

/// One condition: what, how, and which values.
#[component]
fn Sentence(line: Line, offered: RwSignal<Offered>, #[prop(into)] alone: Signal<bool>, remove: Callback<u32>) -> impl IntoView {
    let kind = Memo::new(move |_| {
        let field = line.field.get();
        offered.with(|offered| offered.iter().find(|(code, ..)| *code == field).map_or(Kind::Text, |(.., kind)| *kind))
    });
    let choices = Signal::derive(move || {
        offered.with(|offered| offered.iter().map(|(code, name, _)| (code.clone(), name.clone())).collect::<Vec<_>>())
    });
    let operators = Signal::derive(move || {
        kind.get()
            .operators()
            .iter()
            .map(|operator| (code(*operator).to_owned(), words(*operator).to_owned()))
            .collect::<Vec<_>>()
    });
    // Another field may not know the comparison, nor the value.
    Effect::watch(
        move || line.field.get(),
        move |field, before, _| {
            if before.is_some_and(|before| before != field) {
                line.operator
                    .set(kind.get_untracked().operators().first().map_or("one_of", |operator| code(*operator)).to_owned());
                let first =
                    About::of_code(field).map(options).and_then(|options| options.first().map(|choice| choice.code.to_owned()));
                line.value.set(first.unwrap_or_default());
            }
        },
        false,
    );
    let value = move || {
        let asked = line.operator.get();
        if matches!(asked.as_str(), "known" | "unknown") {
            return ().into_any();
        }
        let known = About::of_code(&line.field.get()).map(options).unwrap_or_default();
        if !known.is_empty() {
            let chosen = known.into_iter().map(|choice| (choice.code.to_owned(), choice.name.to_owned())).collect::<Vec<_>>();
            return view! { <Several value=line.value options=chosen /> }.into_any();
        }
        let kind_of_input = match (kind.get(), asked.as_str()) {
            (Kind::Date, "before" | "after") => "date",
            (Kind::Date | Kind::Count | Kind::PerCent, _) => "number",
            _ => "text",
        };
        let label = match (kind.get(), asked.as_str()) {
            (Kind::Date, "before" | "after") => "Day",
            (Kind::Date, _) => "Days",
            (Kind::Money, _) => "Amount",
            (Kind::PerCent, _) => "Per cent",
            (Kind::Text, _) => "Any of, with commas between",
            _ => "Value",
        };
        view! { <Field label=label value=line.value kind=kind_of_input /> }.into_any()
    };
    view! {
        <div class="condition">
            <Select label="What" value=line.field options=choices />
            <Select label="How" value=line.operator options=operators />
            <div class="grow">{value}</div>
            <Show when=move || !alone.get()>
                <Button small=true kind=ButtonKind::Quiet on_press=move |_| remove.run(line.key)>"Remove"</Button>
            </Show>
        </div>
    }
}

/// Boxes to tick; the chosen codes stand in the value with commas between.
#[component]
fn Several(value: RwSignal<String>, options: Vec<(String, String)>) -> impl IntoView {
    let boxes = options
        .into_iter()
        .map(|(code, name)| {
            let mine = StoredValue::new(code);
            let is_on = move || value.with(|value| value.split(',').any(|code| code == mine.get_value()));
            view! {
                <label class="tickable">
                    <input
                        type="checkbox"
                        prop:checked=is_on
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            value.update(|value| {
                                let mut codes: Vec<String> = value.split(',').filter(|code| !code.is_empty() && *code != mine.get_value()).map(str::to_owned).collect();
                                if on {
                                    codes.push(mine.get_value());
                                }
                                *value = codes.join(",");
                            });
                        }
                    />
                    {name}
                </label>
            }
        })
        .collect_view();
    view! { <fieldset class="field tickables"><legend>"Any of"</legend>{boxes}</fieldset> }
}

fn line(key: u32, condition: &Condition) -> Line {
    let Condition { field, operator, values } = condition;
    Line {
        key,
        field: RwSignal::new(field.clone()),
        operator: RwSignal::new(code(*operator).to_owned()),
        value: RwSignal::new(values.join(",")),
    }
}

fn condition(line: &Line) -> Condition {
    let operator = ALL.into_iter().find(|operator| line.operator.with(|asked| asked == code(*operator))).unwrap_or_default();
    let field = line.field.get();
    let values = match operator {
        Operator::Known | Operator::Unknown => Vec::new(),
        Operator::OneOf | Operator::NoneOf => line
            .value
            .with(|value| value.split(',').map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect()),
        _ => line.value.with(|value| Some(value.trim().to_owned()).filter(|value| !value.is_empty()).into_iter().collect()),
    };
    Condition { field, operator, values }
}

/// The conditions of a filter without groups within groups, and whether all or any must hold.
fn flat(filter: &Filter) -> Option<(&'static str, Vec<Condition>)> {
    let (word, parts) = match filter {
        Filter::All(parts) => ("all", parts.as_slice()),
        Filter::Any(parts) => ("any", parts.as_slice()),
        Filter::Is(_) => ("all", std::slice::from_ref(filter)),
    };
    let conditions = parts.iter().map(|part| match part {
        Filter::Is(condition) => Some(condition.clone()),
        Filter::All(_) | Filter::Any(_) => None,
    });
    Some((word, conditions.collect::<Option<Vec<_>>>()?))
}

/// What may be compared: ours, and the shop's own columns. People, sources, improvements and micro-segments are chosen where they are
/// shown.
fn fields(declared: &[(String, DeclaredKind)]) -> Offered {
    let ours = About::ALL
        .into_iter()
        .filter(|field| !matches!(field, About::Owner | About::Source | About::Improvement | About::Segment));
    let ours = ours.map(|field| (field.code().to_owned(), field.name().to_owned(), field.kind()));
    let own = declared.iter().map(|(name, kind)| {
        let kind = match kind {
            DeclaredKind::Number => Kind::Number,
            DeclaredKind::Text => Kind::Text,
        };
        (format!("trait:{name}"), name.clone(), kind)
    });
    ours.chain(own).collect()
}

const ALL: [Operator; 11] = [
    Operator::OneOf,
    Operator::NoneOf,
    Operator::AtLeast,
    Operator::AtMost,
    Operator::Before,
    Operator::After,
    Operator::LongerAgo,
    Operator::WithinLast,
    Operator::WithinNext,
    Operator::Known,
    Operator::Unknown,
];

fn code(operator: Operator) -> &'static str {
    match operator {
        Operator::OneOf => "one_of",
        Operator::NoneOf => "none_of",
        Operator::AtLeast => "at_least",
        Operator::AtMost => "at_most",
        Operator::Before => "before",
        Operator::After => "after",
        Operator::LongerAgo => "longer_ago",
        Operator::WithinLast => "within_last",
        Operator::WithinNext => "within_next",
        Operator::Known => "known",
        Operator::Unknown => "unknown",
    }
}

fn words(operator: Operator) -> &'static str {
    match operator {
        Operator::OneOf => "is",
        Operator::NoneOf => "is not",
        Operator::AtLeast => "is at least",
        Operator::AtMost => "is at most",
        Operator::Before => "is before",
        Operator::After => "is after",
        Operator::LongerAgo => "is longer ago than",
        Operator::WithinLast => "is within the last",
        Operator::WithinNext => "is within the next",
        Operator::Known => "is known",
        Operator::Unknown => "is not known",
    }
}
