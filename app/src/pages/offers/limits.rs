//! Sliders of the limits that move most, and fields for the rest.

use leptos::prelude::*;
use shared::offer::{Guardrails, Kind, Legal, percent};

use super::money;
use super::plan::Plan;
use crate::components::{Field, TextArea, unique_id};

/// One limit as a slider: what it is called and says, its steps, and how it is read and set.
#[derive(Clone, Copy)]
struct Slide {
    name: &'static str,
    hint: &'static str,
    most: i64,
    step: i64,
    get: fn(&Guardrails) -> i64,
    set: fn(&mut Guardrails, i64),
    is_money: bool,
}

#[component]
pub(super) fn Limits(may: Memo<bool>) -> impl IntoView {
    let plan = expect_context::<Plan>();
    let stored = plan.stored.get_untracked();
    let order = plan.basis.with_value(|basis| basis.groups.iter().map(|group| group.order).max().unwrap_or(0)).max(1_000);
    let sliders = [
        Slide {
            name: "Budget",
            hint: "What offers and messages may be expected to cost in a period.",
            most: room(stored.spend.max(order * 20) * 4),
            step: (stored.spend.max(order * 20) / 100).max(1),
            get: |limits| limits.spend,
            set: |limits, value| limits.spend = value,
            is_money: true,
        },
        Slide {
            name: "Greatest discount",
            hint: "Off the first order back; also binds the last rung of a ladder.",
            most: 600,
            step: 10,
            get: |limits| limits.greatest_discount.into(),
            set: |limits, value| limits.greatest_discount = share(value),
            is_money: false,
        },
        Slide {
            name: "Margin floor",
            hint: "Least margin that the discounted order must leave.",
            most: 600,
            step: 10,
            get: |limits| limits.margin_floor.into(),
            set: |limits, value| limits.margin_floor = share(value),
            is_money: false,
        },
        Slide {
            name: "No offer above",
            hint: "Whoever comes back anyway with at least this chance is offered nothing.",
            most: 1_000,
            step: 10,
            get: |limits| limits.anyway.into(),
            set: |limits, value| limits.anyway = share(value),
            is_money: false,
        },
        Slide {
            name: "At most for one customer",
            hint: "What may be given to one customer in its period.",
            most: room(stored.customer_cap.max(order) * 4),
            step: (stored.customer_cap.max(order) / 50).max(1),
            get: |limits| limits.customer_cap,
            set: |limits, value| limits.customer_cap = value,
            is_money: true,
        },
    ];
    let sliders = sliders.map(|slide| view! { <Slider slide /> }).collect_view();
    view! {
        <section class="panel pad stack">
            <h2>"Limits"</h2>
            <p class="m">"Move one: the matrix and the shop follow at once. Nothing is saved until you say so."</p>
            <div>{sliders}</div>
            <details>
                <summary>"All other limits"</summary>
                <fieldset class="stack after" disabled=move || !may.get()>
                    <legend class="unseen">"All other limits"</legend>
                    <Others />
                </fieldset>
            </details>
        </section>
    }
}

#[component]
fn Slider(slide: Slide) -> impl IntoView {
    let plan = expect_context::<Plan>();
    let Slide { name, hint, most, step, get, set, is_money } = slide;
    let id = unique_id();
    let currency = plan.basis.with_value(|basis| basis.guardrails.currency);
    let value = Memo::new(move |_| plan.draft.with(get));
    let text = move || if is_money { money::short(value.get(), currency) } else { percent(share(value.get())) };
    let was = move || plan.stored.with(get);
    let note = move || {
        let was = was();
        let told = if is_money { money::short(was, currency) } else { percent(share(was)) };
        (was != value.get()).then(|| format!(" Today {told}."))
    };
    view! {
        <div class="slider">
            <label for=id.clone()>{name}</label>
            <output for=id.clone()>{text}</output>
            <input
                id=id
                type="range"
                data-limit=name
                min="0"
                max=most.to_string()
                step=step.to_string()
                prop:value=move || value.get().to_string()
                on:input=move |event| {
                    if let Ok(moved) = event_target_value(&event).parse::<i64>() {
                        plan.draft.update(|limits| set(limits, moved));
                    }
                }
                aria-valuetext=text
            />
            <span class="s">{hint} {note}</span>
        </div>
    }
}

/// A field whose text sets the draft where it can be read.
fn bound(
    plan: Plan,
    shown: impl Fn(&Guardrails) -> String + Send + Sync + 'static,
    set: impl Fn(&mut Guardrails, &str) -> Result<(), String> + Send + Sync + 'static,
) -> (RwSignal<String>, Signal<Option<String>>) {
    let text = RwSignal::new(plan.draft.with_untracked(&shown));
    let wrong = RwSignal::new(None::<String>);
    Effect::watch(
        move || text.get(),
        move |text, _, _| {
            let mut limits = plan.draft.get_untracked();
            match set(&mut limits, text) {
                Ok(()) => {
                    wrong.set(None);
                    set_other(plan.draft, limits);
                }
                Err(fix) => wrong.set(Some(fix)),
            }
        },
        false,
    );
    // Going back to today's limits takes the fields along; what is being typed stays as it is typed.
    Effect::new(move || {
        if plan.stored.with(|stored| plan.draft.with(|draft| stored == draft)) {
            set_other(text, plan.stored.with(&shown));
        }
    });
    (text, wrong.into())
}

/// Tells nobody of what was there already: text and draft follow each other, and would do so for ever.
fn set_other<T: PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: T) {
    signal.maybe_update(|known| {
        let is_other = *known != value;
        *known = value;
        is_other
    });
}

#[component]
fn Others() -> impl IntoView {
    let plan = expect_context::<Plan>();
    let currency = plan.basis.with_value(|basis| basis.guardrails.currency);
    let code = currency.as_str().to_owned();
    let days = |label: &'static str, get: fn(&Guardrails) -> u16, set: fn(&mut Guardrails, u16)| {
        let (value, error) = bound(
            plan,
            move |limits| get(limits).to_string(),
            move |limits, text| {
                set(limits, text.trim().parse().map_err(|_| "Use a whole number of days".to_owned())?);
                valid(limits)
            },
        );
        view! { <Field label value error kind="number" /> }
    };
    let (escalate, escalate_error) = bound(
        plan,
        move |limits| limits.escalate_from.map(|minor| money::typed(minor, currency)).unwrap_or_default(),
        move |limits, text| {
            limits.escalate_from = match text.trim() {
                "" => None,
                text => Some(money::read(text, currency).ok_or("Use an amount, or nothing for nobody")?),
            };
            valid(limits)
        },
    );
    let (contact, contact_error) = bound(
        plan,
        move |limits| money::typed(limits.contact_cost, currency),
        move |limits, text| {
            limits.contact_cost = money::read(text, currency).ok_or("Use an amount of 0 or more")?;
            valid(limits)
        },
    );
    let (brands, brands_error) = bound(
        plan,
        |limits| limits.excluded_brands.join("\n"),
        |limits, text| {
            limits.excluded_brands = lines(text).map(str::to_owned).collect();
            valid(limits)
        },
    );
    let (legal, legal_error) = bound(
        plan,
        |limits| limits.legal.iter().map(written).collect::<Vec<_>>().join("\n"),
        |limits, text| {
            limits.legal = lines(text).map(read_legal).collect::<Result<_, _>>()?;
            valid(limits)
        },
    );
    view! {
        <div class="options">
            {days("The budget is for, days", |limits| limits.spend_days, |limits, days| limits.spend_days = days)}
            {days("One customer's cap is for, days", |limits| limits.cap_days, |limits, days| limits.cap_days = days)}
            {days("Offers stand at least, days", |limits| limits.least_expiry_days, |limits, days| limits.least_expiry_days = days)}
            {days("Offers stand at most, days", |limits| limits.most_expiry_days, |limits, days| limits.most_expiry_days = days)}
            {days("From one ladder to the next, days", |limits| limits.cool_down_days, |limits, days| limits.cool_down_days = days)}
            {days("From one discount to the next, days", |limits| limits.second_discount_days, |limits, days| limits.second_discount_days = days)}
            <Field
                label=format!("By a person from, {code}")
                value=escalate
                error=escalate_error
                hint="Margin a year of a high-value customer; empty for nobody."
            />
            <Field label=format!("One message costs, {code}") value=contact error=contact_error />
        </div>
        <TextArea label="Brands that are never discounted" value=brands error=brands_error rows=3 hint="One a line." />
        <TextArea
            label="What the law or a contract forbids"
            value=legal
            error=legal_error
            rows=3
            hint="One a line: country; channel; offer; why. Leave a part empty for all, as in: FR; ; discount; No price promotions on books."
        />
    }
}

fn valid(limits: &Guardrails) -> Result<(), String> {
    limits.valid().map_err(|wrong| wrong.into_values().next().unwrap_or_default())
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

fn written(legal: &Legal) -> String {
    let kind = legal.kind.map(Kind::code).unwrap_or_default();
    let (country, channel) = (legal.country.as_deref().unwrap_or_default(), legal.channel.as_deref().unwrap_or_default());
    format!("{country}; {channel}; {kind}; {}", legal.why)
}

fn read_legal(line: &str) -> Result<Legal, String> {
    let mut parts = line.splitn(4, ';').map(str::trim);
    let (Some(country), Some(channel), Some(kind), Some(why)) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(format!("Write four parts with ; between them: {line}"));
    };
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let kind = match kind {
        "" => None,
        code => Some(Kind::of_code(code).ok_or_else(|| {
            let codes: Vec<_> = Kind::SEVEN.into_iter().map(Kind::code).collect();
            format!("Name an offer: {} or own", codes.join(", "))
        })?),
    };
    Ok(Legal { country: some(country).map(|code| code.to_uppercase()), channel: some(channel), kind, why: why.to_owned() })
}

fn share(value: i64) -> u16 {
    value.clamp(0, 1_000) as u16
}

fn room(most: i64) -> i64 {
    most.clamp(1, 1_000_000_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_limits_read_back_as_they_are_written() {
        for line in ["FR; ; discount; No price promotions on books", "; sms; ; No offers by text; ever"] {
            assert_eq!(written(&read_legal(line).expect("a rule")), line);
        }
        assert_eq!(read_legal("fr;;; x").expect("a rule").country.as_deref(), Some("FR"));
        assert!(read_legal("FR; discount").is_err());
        assert!(read_legal("FR; ; gift; why").is_err_and(|fix| fix.contains("partnership or own")));
    }
}
