use leptos::prelude::*;
use shared::api::{ForecastChoice, ForecastTried, ModelCard};

use crate::components::{DateText, DayText, Notice, NoticeKind, Table};
use crate::format;
use crate::locale;

/// How far to trust it: fitted or not, on whom, on which orders.
#[component]
pub(super) fn Rests(card: ModelCard) -> impl IntoView {
    let is_fitted = card.basis == "fitted";
    let parameters = card
        .parameters
        .iter()
        .map(|(name, value)| view! { <tr><th scope="row">{name.clone()}</th><td class="num">{format!("{value:.4}")}</td></tr> })
        .collect_view();
    let has_parameters = !card.parameters.is_empty();
    let window = card.from.zip(card.to).map(|(from, to)| {
        view! { <div><dt>"Orders"</dt><dd><DayText day=from /> " to " <DayText day=to /></dd></div> }
    });
    let fitted = card.fitted_at.filter(|_| is_fitted).map(|at| view! { <div><dt>"Fitted"</dt><dd><DateText at /></dd></div> });
    view! {
        <section class="panel pad stack">
            <h2>"How far to trust it"</h2>
            {(!is_fitted)
                .then(|| {
                    view! {
                        <Notice kind=NoticeKind::Warning title="General experience, not your shop yet">
                            <p>"The order of names is useful; take the per cents with caution."</p>
                        </Notice>
                    }
                })}
            <p>{card.text}</p>
            <dl class="pairs">
                <div>
                    <dt>"Customers"</dt>
                    <dd>
                        {locale::count(card.customers)} ", of whom " {locale::count(card.repeat_buyers)} " bought again"
                    </dd>
                </div>
                {window}
                {fitted}
            </dl>
            {card.forecast.map(forecast)}
            {has_parameters
                .then(|| {
                    view! {
                        <details>
                            <summary>"Parameters, for those who want them"</summary>
                            <Table caption="Parameters of the model" unseen_caption=true>
                                <thead>
                                    <tr><th scope="col">"Parameter"</th><th scope="col" class="num">"Value"</th></tr>
                                </thead>
                                <tbody>{parameters}</tbody>
                            </Table>
                            {card.log_likelihood.map(|value| view! { <p class="s">{format!("Log-likelihood {value:.1}")}</p> })}
                        </details>
                    }
                })}
        </section>
    }
}

/// What says how often people order, and by which held-out days it was chosen.
fn forecast(choice: ForecastChoice) -> impl IntoView {
    let ForecastChoice { text, cut_off, days, tried, has_errors, .. } = choice;
    let came = tried.first().map(|first| (first.customers, first.orders));
    let compared = cut_off.zip(came).map(|(day, (customers, orders))| {
        view! {
            <p class="s">
                "Fitted on the orders until " <DayText day /> " and judged by what " {locale::count(customers)} " customers ordered in the "
                {days} " days after it: " {locale::count(orders.max(0.0) as u64)} " times."
            </p>
            <Table caption="Models of orders to come, on days that none had seen" unseen_caption=true>
                <thead>
                    <tr>
                        <th scope="col">"Model"</th>
                        <th scope="col" class="num">"Orders expected"</th>
                        <th scope="col" class="num">"Error a customer"</th>
                        <th scope="col" class="num">"Deviance"</th>
                        <th scope="col" class="num">"Log loss"</th>
                        <th scope="col" class="num">"AUC of still a customer"</th>
                    </tr>
                </thead>
                <tbody>{tried.into_iter().map(tried_row).collect_view()}</tbody>
            </Table>
        }
    });
    view! {
        <h3>"Orders to come"</h3>
        <p>{text}</p>
        {(!has_errors).then(|| view! { <p class="s">"The data do not tell how sure these figures are, so they come without intervals."</p> })}
        {compared}
    }
}

fn tried_row(tried: ForecastTried) -> impl IntoView {
    let figure = |value: f64| view! { <td class="num">{format!("{value:.3}")}</td> };
    let ranks = tried.auc_alive.map_or("none".to_owned(), |auc| format!("{auc:.3}"));
    view! {
        <tr>
            <th scope="row">{tried.model}</th>
            <td class="num">{format::decimal(tried.expected)}</td>
            {figure(tried.mae)}
            {figure(tried.deviance)}
            {figure(tried.log_loss)}
            <td class="num">{ranks}</td>
        </tr>
    }
}
