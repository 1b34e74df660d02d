use std::cell::Cell;

use leptos::prelude::*;

/// One line of text with its label, a hint, and its error beside it. What was typed stays.
#[component]
pub fn Field(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<String>,
    /// What is wrong and how to mend it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Of the `input`: `text`, `email`, `number`, `date`.
    #[prop(default = "text")]
    kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional)] required: bool,
) -> impl IntoView {
    let id = unique_id();
    let hint = hint.filter(|hint| !hint.is_empty());
    let described = described_by(&id, hint.is_some(), error);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id.clone()
                type=kind
                autocomplete=autocomplete
                required=required
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            />
            {notes(&id, hint, error)}
        </div>
    }
}

/// Many lines of text, such as pasted CSV.
#[component]
pub fn TextArea(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(default = 6)] rows: u32,
) -> impl IntoView {
    let id = unique_id();
    let hint = hint.filter(|hint| !hint.is_empty());
    let described = described_by(&id, hint.is_some(), error);
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id.clone()
                rows=rows.to_string()
                spellcheck="false"
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            ></textarea>
            {notes(&id, hint, error)}
        </div>
    }
}

/// A choice from a list of (value, words).
#[component]
pub fn Select(
    #[prop(into)] label: String,
    value: RwSignal<String>,
    #[prop(into)] options: Signal<Vec<(String, String)>>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// For bars where the chosen words say enough: the label is read out but not shown.
    #[prop(optional)]
    bare: bool,
) -> impl IntoView {
    let id = unique_id();
    let hint = hint.filter(|hint| !hint.is_empty());
    let described = described_by(&id, hint.is_some(), error);
    let choices = move || {
        let chosen = value.get();
        options
            .get()
            .into_iter()
            .map(|(option, words)| {
                let selected = option == chosen;
                view! { <option value=option selected=selected>{words}</option> }
            })
            .collect_view()
    };
    view! {
        <div class=if bare { "field bare" } else { "field" }>
            <label class=bare.then_some("unseen") for=id.clone()>{label}</label>
            <select
                id=id.clone()
                on:change=move |event| value.set(event_target_value(&event))
                aria-invalid=move || error.with(Option::is_some).then_some("true")
                aria-describedby=described
            >
                {choices}
            </select>
            {notes(&id, hint, error)}
        </div>
    }
}

/// A box to tick.
#[component]
pub fn Checkbox(
    #[prop(into)] label: String,
    value: RwSignal<bool>,
    #[prop(optional, into)] hint: Option<String>,
) -> impl IntoView {
    let id = unique_id();
    let described = hint.is_some().then(|| format!("{id}-hint"));
    view! {
        <div class="field check">
            <input
                id=id.clone()
                type="checkbox"
                prop:checked=move || value.get()
                on:change=move |event| value.set(event_target_checked(&event))
                aria-describedby=described
            />
            <label for=id.clone()>{label}</label>
            {notes(&id, hint, Signal::stored(None))}
        </div>
    }
}

/// An id that no other element of the page has.
pub fn unique_id() -> String {
    let next = NEXT_ID.with(|next| next.replace(next.get().wrapping_add(1)));
    format!("{}{next}", ID_MARK.get())
}

/// What this module's ids begin with: two modules count for themselves on one page.
pub fn mark_ids(mark: char) {
    ID_MARK.set(mark);
}

thread_local! {
    static NEXT_ID: Cell<u32> = const { Cell::new(0) };
    static ID_MARK: Cell<char> = const { Cell::new('c') };
}

fn described_by(id: &str, hint: bool, error: Signal<Option<String>>) -> impl Fn() -> Option<String> + Clone + use<> {
    let (error_id, hint_id) = (format!("{id}-error"), format!("{id}-hint"));
    move || match (error.with(Option::is_some), hint) {
        (true, true) => Some(format!("{error_id} {hint_id}")),
        (true, false) => Some(error_id.clone()),
        (false, true) => Some(hint_id.clone()),
        (false, false) => None,
    }
}

fn notes(id: &str, hint: Option<String>, error: Signal<Option<String>>) -> impl IntoView + use<> {
    let error_id = format!("{id}-error");
    let hint_id = format!("{id}-hint");
    view! {
        {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
        {move || error.get().map(|error| view! { <p class="error" id=error_id.clone()>{error}</p> })}
    }
}
