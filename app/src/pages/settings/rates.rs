//! Daily exchange rates into the home currency.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Permission, Rate, RatesChange, RatesResponse};
use shared::money::Currency;

use crate::client::{self, Failure};
use crate::components::{Button, ButtonLink, DayText, FailureNotice, Field, Skeleton, Table, announce};
use crate::locale;
use crate::session::use_session;

type Answer = RwSignal<Option<Result<Vec<Rate>, Failure>>>;

#[component]
pub fn Rates() -> impl IntoView {
    let session = use_session();
    let answer: Answer = RwSignal::new(None);
    let load = move || {
        spawn_local(async move {
            let rates = client::get::<RatesResponse>("/api/rates").await.map(|answer| answer.rates);
            answer.try_set(Some(rates));
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
                    Some(Ok(rates)) if rates.is_empty() => {
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
                    Some(Ok(rates)) => view! { <List answer rates home=home.get() may=may.get() /> }.into_any(),
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
fn List(answer: Answer, rates: Vec<Rate>, home: Option<Currency>, may: bool) -> impl IntoView {
    let home = home.map(|home| home.to_string()).unwrap_or_default();
    let failure = RwSignal::new(None::<Failure>);
    let remove = move |gone: Rate| {
        spawn_local(async move {
            let kept = change(|rates| rates.retain(|rate| !same_day(rate, &gone))).await;
            match kept {
                Ok(rates) => {
                    announce(format!("The rate of {} is removed.", gone.currency));
                    answer.set(Some(Ok(rates)));
                }
                Err(refused) => failure.set(Some(refused)),
            }
        });
    };
    let rows = rates
        .into_iter()
        .map(|rate| {
            let (currency, value, day) = (rate.currency, rate.rate, rate.day.clone());
            let removal = may.then(|| {
                let label = format!("Remove the rate of {currency} from {}", locale::day(&day));
                view! {
                    <td class="num">
                        <button type="button" class="btn small quiet" aria-label=label on:click=move |_| remove(rate.clone())>"Remove"</button>
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
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        tried.set(true);
        let Ok(new) = typed.get_untracked() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        failure.set(None);
        spawn_local(async move {
            let stored = change(|rates| {
                rates.retain(|rate| !same_day(rate, &new));
                rates.insert(0, new);
            })
            .await;
            match stored {
                Ok(rates) => {
                    answer.set(Some(Ok(rates)));
                    currency.set(String::new());
                    rate.set(String::new());
                    tried.set(false);
                    announce("The rate is stored.");
                }
                Err(refused) => failure.set(Some(refused)),
            }
            busy.set(false);
        });
    };
    let general = move || failure.get().filter(|failure| failure.fields().is_none_or(|fields| fields.is_empty()));
    view! {
        <section class="panel pad">
            <form class="stack" novalidate on:submit=add>
                <h2>"Add a rate"</h2>
                <Field label="Currency" value=currency error=error("currency") hint="Three letters, such as GBP." />
                <Field label="From" kind="date" value=day error=error("day") />
                <Field label=format!("Worth in {home}") value=rate error=error("rate") hint=format!("How much {home} one unit of the currency is worth, such as 1.0843.") />
                {move || general().map(|failure| view! { <FailureNotice failure /> })}
                <Button submit=true busy>"Store the rate"</Button>
            </form>
        </section>
    }
}

/// Changes the list as it is stored now, since an import may have added to it meanwhile, and answers with what is stored then.
async fn change(change: impl FnOnce(&mut Vec<Rate>)) -> Result<Vec<Rate>, Failure> {
    let RatesResponse { mut rates, meta } = client::get("/api/rates").await?;
    change(&mut rates);
    Ok(client::put::<_, RatesResponse>("/api/rates", meta.version, &RatesChange { rates }).await?.rates)
}

fn same_day(one: &Rate, other: &Rate) -> bool {
    (one.currency, &one.day) == (other.currency, &other.day)
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
