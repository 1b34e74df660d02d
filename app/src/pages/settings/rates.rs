//! Daily exchange rates into the home currency.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, Rate, RatesChange, RatesResponse};
use shared::money::Currency;

use crate::client::{self, Failure};
use crate::components::{
    Button, ButtonLink, Choice, Clash, ConflictDialog, DayText, Difference, FailureNotice, Field, Skeleton, Table, announce,
    standing,
};
use crate::locale;
use crate::session::use_session;

/// The stored rates and their version.
#[derive(Debug, Clone, PartialEq, Default)]
struct Known {
    rates: Vec<Rate>,
    version: u32,
}

type Answer = RwSignal<Option<Result<Known, Failure>>>;

/// One rate set, or removed where `value` is none.
#[derive(Debug, Clone, PartialEq)]
struct Edit {
    currency: Currency,
    day: String,
    value: Option<f64>,
}

#[component]
pub fn Rates() -> impl IntoView {
    let session = use_session();
    let answer: Answer = RwSignal::new(None);
    let load = move || {
        spawn_local(async move {
            let known = client::get::<RatesResponse>("/api/rates").await.map(Known::from);
            answer.try_set(Some(known));
        });
    };
    load();
    let home = Memo::new(move |_| session.get().map(|session| session.shop.home_currency));
    let may = Memo::new(move |_| session.may(Permission::Edit));
    view! {
        <div class="two">
            <section class="panel">
                {move || match answer.get() {
                    None => view! { <div class="pad"><Skeleton lines=4 /></div> }.into_any(),
                    Some(Err(failure)) => {
                        view! { <div class="pad"><FailureNotice failure retry=Callback::new(move |()| load()) /></div> }.into_any()
                    }
                    Some(Ok(known)) if known.rates.is_empty() => {
                        view! {
                            <div class="pad stack">
                                <h2>"No rate is stored"</h2>
                                <p class="m">
                                    "Orders in another currency than the home currency are counted, but stand apart from its totals until a rate is stored."
                                </p>
                            </div>
                        }
                            .into_any()
                    }
                    Some(Ok(known)) => view! { <List answer known home=home.get() may=may.get() /> }.into_any(),
                }}
            </section>
            <div class="stack">
                {move || match (may.get(), home.get()) {
                    (true, Some(home)) => view! { <Add answer home /> }.into_any(),
                    _ => ().into_any(),
                }}
                <section class="panel pad stack">
                    <h2>"Many at once"</h2>
                    <p class="m">"Import a CSV with the columns currency, date and rate. Your bank or the central bank offers such a file."</p>
                    <ButtonLink href="/data">"Import rates"</ButtonLink>
                </section>
            </div>
        </div>
    }
}

#[component]
fn List(answer: Answer, known: Known, home: Option<Currency>, may: bool) -> impl IntoView {
    let home = home.map(|home| home.to_string()).unwrap_or_default();
    let rates = known.rates;
    let failure = RwSignal::new(None::<Failure>);
    let clash = RwSignal::new(None::<Clash>);
    let wanted = StoredValue::new(None::<Edit>);
    let remove = move |gone: &Rate| {
        let edit = Edit { currency: gone.currency, day: gone.day.clone(), value: None };
        wanted.set_value(Some(edit.clone()));
        spawn_local(async move {
            match store(answer, &edit).await {
                Ok(None) => announce(format!("The rate of {} is removed.", edit.currency)),
                Ok(met) => drop(clash.try_set(met)),
                Err(refused) => drop(failure.try_set(Some(refused))),
            }
        });
    };
    let decided = Callback::new(move |choice: Choice| {
        let Some(edit) = wanted.get_value() else { return };
        if choice.keeps("rate") {
            remove(&Rate { currency: edit.currency, day: edit.day, rate: 0.0 });
        }
    });
    let rows = rates
        .into_iter()
        .map(|rate| {
            let (currency, value, day) = (rate.currency, rate.rate, rate.day.clone());
            let removal = may.then(|| {
                let label = format!("Remove the rate of {currency} from {}", locale::day(&day));
                view! {
                    <td class="num">
                        <button type="button" class="btn small quiet" aria-label=label on:click=move |_| remove(&rate)>"Remove"</button>
                    </td>
                }
            });
            view! {
                <tr>
                    <th scope="row">{currency.to_string()}</th>
                    <td><DayText day /></td>
                    <td class="num">{format!("1 {currency} = {value} {home}")}</td>
                    {removal}
                </tr>
            }
        })
        .collect_view();
    view! {
        {move || failure.get().map(|failure| view! { <FailureNotice failure /> })}
        <Table caption="Stored rates; each holds until the next stored day">
            <thead>
                <tr>
                    <th scope="col">"Currency"</th>
                    <th scope="col">"From"</th>
                    <th scope="col" class="num">"Rate"</th>
                    {may.then(|| view! { <th scope="col"><span class="unseen">"Remove"</span></th> })}
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </Table>
        <ConflictDialog clash on_choice=decided />
    }
}

#[component]
fn Add(answer: Answer, home: Currency) -> impl IntoView {
    let session = use_session();
    let today =
        session.get_untracked().map(|session| session.now.chars().take_while(|&letter| letter != 'T').collect::<String>());
    let currency = RwSignal::new(String::new());
    let day = RwSignal::new(today.unwrap_or_default());
    let rate = RwSignal::new(String::new());
    let tried = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let failure = RwSignal::new(None::<Failure>);
    let typed = Memo::new(move |_| typed(home, &currency.get(), &day.get(), &rate.get()));
    let error = move |field: &'static str| {
        Signal::derive(move || {
            let ours = tried.get().then(|| {
                typed.with(|typed| typed.as_ref().err().filter(|(name, _)| *name == field).map(|(_, text)| text.clone()))
            });
            // The new rate is sent first.
            ours.flatten().or_else(|| {
                failure.with(|failure| failure.as_ref().and_then(|failure| failure.field(&format!("rates[0].{field}"))))
            })
        })
    };
    let clash = RwSignal::new(None::<Clash>);
    let emptied = move || {
        currency.set(String::new());
        rate.set(String::new());
        tried.set(false);
    };
    let add = Callback::new(move |()| {
        tried.set(true);
        let Ok(new) = typed.get_untracked() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let edit = Edit { currency: new.currency, day: new.day, value: Some(new.rate) };
            match store(answer, &edit).await {
                Ok(None) => {
                    emptied();
                    announce("The rate is stored.");
                }
                Ok(met) => clash.set(met),
                Err(refused) => failure.set(Some(refused)),
            }
            busy.set(false);
        });
    });
    let decided = Callback::new(move |choice: Choice| if choice.keeps("rate") { add.run(()) } else { emptied() });
    let general = move || failure.get().filter(|failure| failure.fields().is_none_or(|fields| fields.is_empty()));
    view! {
        <section class="panel pad">
            <form
                class="stack"
                novalidate
                on:submit=move |event: SubmitEvent| {
                    event.prevent_default();
                    add.run(());
                }
            >
                <h2>"Add a rate"</h2>
                <Field label="Currency" value=currency error=error("currency") hint="Three letters, such as GBP." />
                <Field label="From" kind="date" value=day error=error("day") />
                <Field label=format!("Worth in {home}") value=rate error=error("rate") hint=format!("How much {home} one unit of the currency is worth, such as 1.0843.") />
                {move || general().map(|failure| view! { <FailureNotice failure /> })}
                <Button submit=true busy>"Store the rate"</Button>
            </form>
            <ConflictDialog clash on_choice=decided />
        </section>
    }
}

/// Stores the edit over what is shown. Where others changed other rates meanwhile it goes on from theirs; where they changed this
/// one, the answer holds both, the list shows theirs, and storing again overwrites it knowingly.
async fn store(answer: Answer, edit: &Edit) -> Result<Option<Clash>, Failure> {
    let mut known = answer.get_untracked().and_then(Result::ok).unwrap_or_default();
    loop {
        let sent = RatesChange { rates: edit.applied(known.rates.clone()) };
        let refused = match client::put::<_, RatesResponse>("/api/rates", known.version, &sent).await {
            Ok(stored) => {
                answer.set(Some(Ok(stored.into())));
                return Ok(None);
            }
            Err(refused) => refused,
        };
        let Some((version, rates)) = standing::<Vec<Rate>>(&refused) else { return Err(refused) };
        let now = Known { rates, version };
        let met = edit.versions(&known, &now);
        if met.apart().is_none() {
            answer.set(Some(Ok(now)));
            return Ok(Some(met));
        }
        known = now;
    }
}

impl From<RatesResponse> for Known {
    fn from(answer: RatesResponse) -> Self {
        Self { rates: answer.rates, version: answer.meta.version }
    }
}

impl Edit {
    fn is_of(&self, rate: &Rate) -> bool {
        (rate.currency, &rate.day) == (self.currency, &self.day)
    }

    fn applied(&self, mut rates: Vec<Rate>) -> Vec<Rate> {
        rates.retain(|rate| !self.is_of(rate));
        // First: the worker names a wrong one by its place.
        rates.splice(0..0, self.value.map(|rate| Rate { currency: self.currency, day: self.day.clone(), rate }));
        rates
    }

    fn versions(&self, before: &Known, now: &Known) -> Clash {
        let words = |value: Option<f64>| value.map_or_else(|| "no rate".to_owned(), |value| value.to_string());
        let stored = |known: &Known| words(known.rates.iter().find(|rate| self.is_of(rate)).map(|rate| rate.rate));
        let label = format!("{} from {}", self.currency, self.day);
        let difference = Difference::between("rate", &label, stored(before), stored(now), words(self.value));
        Clash { version: now.version, differences: difference.into_iter().collect(), told_by: "action=rates_changed".to_owned() }
    }
}

/// What was typed, or the first field that is wrong with what to do about it.
fn typed(home: Currency, currency: &str, day: &str, rate: &str) -> Result<Rate, (&'static str, String)> {
    let code = Currency::parse(currency).map_err(|error| ("currency", format!("“{}” {error}.", currency.trim())))?;
    if code == home {
        return Err(("currency", format!("{home} is the home currency: it needs no rate.")));
    }
    if shared::time::Millis::parse_rfc3339(&format!("{day}T00:00:00Z")).is_err() {
        return Err(("day", "Choose the day from which on the rate holds.".to_owned()));
    }
    let wrong =
        || ("rate", format!("“{}” is not a rate: use a number above 0 with a decimal point, such as 1.0843.", rate.trim()));
    let value = decimal(rate.trim()).filter(|value| *value > 0.0).ok_or_else(wrong)?;
    Ok(Rate { currency: code, day: day.to_owned(), rate: value })
}

/// A number of at most 15 digits, which is exact: the library's own reading of any number brings 10 KB of tables into the app.
fn decimal(text: &str) -> Option<f64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{part}");
    if digits.is_empty() || digits.len() > 15 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let scale = part.bytes().fold(1.0, |scale, _| scale * 10.0);
    Some(digits.parse::<u64>().ok()? as f64 / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(rates: &[(&str, f64)]) -> Known {
        let rate =
            |&(day, rate): &(&str, f64)| Rate { currency: Currency::parse("EUR").expect("code"), day: day.to_owned(), rate };
        Known { rates: rates.iter().map(rate).collect(), version: 1 }
    }

    #[test]
    fn only_the_same_day_of_the_same_currency_is_a_choice() {
        let edit = Edit { currency: Currency::parse("EUR").expect("code"), day: "2026-01-02".into(), value: Some(1.2) };
        let before = known(&[("2026-01-01", 1.0)]);
        assert!(edit.versions(&before, &known(&[("2026-01-01", 1.1)])).apart().is_some());
        let met = edit.versions(&before, &known(&[("2026-01-01", 1.0), ("2026-01-02", 1.3)]));
        assert!(met.apart().is_none());
        assert_eq!(edit.applied(before.rates), known(&[("2026-01-02", 1.2), ("2026-01-01", 1.0)]).rates);
    }

    #[test]
    fn a_rate_is_read_as_typed() {
        let rate = typed(Currency::USD, " eur", "2026-01-31", " 1.0843 ").expect("valid");
        assert_eq!((rate.currency.as_str(), rate.day.as_str(), rate.rate), ("EUR", "2026-01-31", 1.0843));
    }

    #[test]
    fn each_wrong_input_is_told_beside_its_field() {
        let wrong = |currency, day, rate| typed(Currency::USD, currency, day, rate).expect_err("refused").0;
        assert_eq!(wrong("euros", "2026-01-31", "1"), "currency");
        assert_eq!(wrong("usd", "2026-01-31", "1"), "currency");
        assert_eq!(wrong("EUR", "", "1"), "day");
        for rate in ["", "0", "-1", "1,08", "inf", "NaN"] {
            assert_eq!(wrong("EUR", "2026-01-31", rate), "rate", "{rate}");
        }
    }
}
