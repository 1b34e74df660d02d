use leptos::prelude::*;
use shared::api::ModelCard;

use crate::components::{DayText, Table};
use crate::format::{plural, words};
use crate::locale;

/// What the predictions rest on, in words; the parameters for those who want them.
#[component]
pub(super) fn ModelPanel(model: Option<ModelCard>) -> impl IntoView {
    let Some(model) = model else {
        return view! {
            <section class="panel pad stack"><h2>"The model"</h2><p class="m">"No model yet: the first scoring chooses one."</p></section>
        }
        .into_any();
    };
    let basis = if model.basis == "fitted" { "Fitted on your own shop" } else { "General experience, not your shop yet" };
    let parameters = model
        .parameters
        .iter()
        .map(|(name, value)| view! { <tr><th scope="row">{name.clone()}</th><td class="num">{format!("{value:.4}")}</td></tr> })
        .collect_view();
    let span =
        model.from.zip(model.to).map(|(from, to)| view! { " · orders from " <DayText day=from /> " to " <DayText day=to /> });
    view! {
        <section class="panel pad stack">
            <h2>"The model"</h2>
            <p><b>{basis}</b> ". " {model.text}</p>
            <p class="s">
                {locale::count(model.customers)} " " {plural(model.customers, "customer", "customers")} ", " {locale::count(model.repeat_buyers)}
                " of them bought again" {span}
            </p>
            {(!model.parameters.is_empty())
                .then(|| {
                    view! {
                        <details>
                            <summary>"Parameters"</summary>
                            <Table caption=format!("Parameters of the model {}", words(&model.name)) unseen_caption=true>
                                <thead>
                                    <tr><th scope="col">"Parameter"</th><th scope="col" class="num">"Value"</th></tr>
                                </thead>
                                <tbody>{parameters}</tbody>
                            </Table>
                            {model.log_likelihood.map(|value| view! { <p class="s">{format!("Log-likelihood {value:.1}")}</p> })}
                        </details>
                    }
                })}
        </section>
    }
    .into_any()
}
