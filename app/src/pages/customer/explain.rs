//! What a prediction is made of: parts that add up, as bars and as the table behind them.

use leptos::prelude::*;
use shared::api::Explanation;

use crate::charts::Behind;
use crate::components::{Chance, Table};
use crate::format;

#[component]
pub(super) fn Explained(explanation: Explanation, interval: Option<(f64, f64)>) -> impl IntoView {
    let is_return = explanation.of == "return";
    let what = if is_return { "Coming back within 90 days" } else { "Leaving within 90 days" };
    let (more, less) =
        if is_return { ("speaks for coming back", "speaks against") } else { ("adds to the risk", "takes from it") };
    let p = explanation.probability;
    let known = StoredValue::new(explanation);
    view! {
        <section class="panel pad stack">
            <h2>"What the prediction is made of"</h2>
            <p>{what} ": " <b><Chance p interval /></b></p>
            <Behind
                label="What the prediction is made of"
                chart=move || known.with_value(|known| bars(known, more, less))
                table=move || known.with_value(|known| table(known, what))
            >
                <span><span class="swatch more" aria-hidden="true"></span>{more}</span>
                <span><span class="swatch less" aria-hidden="true"></span>{less}</span>
            </Behind>
        </section>
    }
}

fn bars(explanation: &Explanation, more: &'static str, less: &'static str) -> impl IntoView + use<> {
    let longest = explanation.parts.iter().map(|part| part.effect.abs()).fold(0.0, f64::max);
    let items = explanation
        .parts
        .iter()
        .map(|part| {
            let adds = part.effect >= 0.0;
            let share = share(part.effect, longest);
            let style = format!("width:{share:.1}%");
            view! {
                <li>
                    <span dir="auto">{part.text.clone()}</span>
                    <span class="num nowrap">{signed(part.effect)}<span class="unseen">" " {if adds { more } else { less }}</span></span>
                    <span class="part" aria-hidden="true"><span class=if adds { "more" } else { "less" } style=style></span></span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="parts">{items}</ul> <p class="s">{sum(explanation)}</p> }
}

fn table(explanation: &Explanation, what: &'static str) -> impl IntoView + use<> {
    let row =
        |words: String, figure: String| view! { <tr><th scope="row" dir="auto">{words}</th><td class="num">{figure}</td></tr> };
    let Explanation { base, logit, probability, .. } = *explanation;
    let parts = explanation.parts.iter().map(|part| (part.text.clone(), signed(part.effect)));
    let sum = [
        ("Sum", signed(logit)),
        ("The sum as a probability", format::percent(uncalibrated(logit))),
        ("Corrected by how such sums turned out", format::percent(probability)),
    ];
    let first = std::iter::once(("Where everybody starts".to_owned(), signed(base)));
    let rows = first.chain(parts).chain(sum.map(|(words, figure)| (words.to_owned(), figure)));
    let rows = rows.map(|(words, figure)| row(words, figure)).collect_view();
    view! {
        <Table caption=format!("{what}: parts and their sum")>
            <thead><tr><th scope="col">"Part"</th><th scope="col" class="num">"Weight"</th></tr></thead>
            <tbody>{rows}</tbody>
        </Table>
    }
}

/// Such as "−1.20 where everybody starts, +1.55 from these: +0.35. That is 59 %, and 52 % once corrected by …".
fn sum(explanation: &Explanation) -> String {
    let Explanation { base, logit, probability, .. } = explanation;
    format!(
        "{} where everybody starts and {} from the parts make {}. Read as a probability that is {}; corrected by how such sums turned out here, {}.",
        signed(*base),
        signed(logit - base),
        signed(*logit),
        format::percent(uncalibrated(*logit)),
        format::percent(*probability)
    )
}

/// With a sign that reads as one.
fn signed(effect: f64) -> String {
    match format!("{:.2}", effect.abs()) {
        zero if zero == "0.00" => "0.00".to_owned(),
        figure if effect < 0.0 => format!("−{figure}"),
        figure => format!("+{figure}"),
    }
}

fn uncalibrated(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// Per cent of the longest bar.
fn share(effect: f64, longest: f64) -> f64 {
    if longest > 0.0 { 100.0 * effect.abs() / longest } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use shared::api::ExplanationPart;

    use super::*;

    #[test]
    fn the_sum_is_told_with_every_step() {
        let part = |effect| ExplanationPart { code: "orders".to_owned(), text: "Two orders".to_owned(), effect };
        let explanation = Explanation {
            of: "churn".to_owned(),
            base: -1.2,
            parts: vec![part(1.8), part(-0.25)],
            logit: 0.35,
            probability: 0.52,
        };
        let told = sum(&explanation);
        for figure in ["−1.20", "+1.55", "+0.35", "59\u{a0}%", "52\u{a0}%"] {
            assert!(told.contains(figure), "{figure} in {told}");
        }
        assert_eq!((signed(-0.001), signed(0.0)), ("0.00".to_owned(), "0.00".to_owned()));
    }

    #[test]
    fn the_longest_bar_is_whole_and_nothing_has_none() {
        assert_eq!((share(-2.0, 2.0), share(0.5, 2.0), share(0.0, 0.0)), (100.0, 25.0, 0.0));
    }
}
