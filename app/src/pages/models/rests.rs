use leptos::prelude::*;
use shared::api::ModelCard;

use crate::components::{DateText, DayText, Notice, NoticeKind, Table};
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
