use leptos::prelude::*;
use shared::api::{Backtest, ModelCard};
use shared::risk::MIN_REPEAT_BUYERS;

use crate::charts::Behind;
use crate::components::{DayText, Table};
use crate::format::plural;
use crate::locale;

/// The replay of the past against the rule that most shops use; or what is missing for one.
#[component]
pub(super) fn Proof(card: ModelCard) -> impl IntoView {
    let missing = missing(&card);
    view! {
        <section class="panel pad stack">
            <h2>"Would it have told you in time?"</h2>
            {match card.backtest {
                Some(test) => view! { <Replayed test /> }.into_any(),
                None => view! { <p>{missing}</p> }.into_any(),
            }}
        </section>
    }
}

#[component]
fn Replayed(test: Backtest) -> impl IntoView {
    let (from, to) = (test.from.clone(), test.to.clone());
    let counted = test.customers;
    let left = test.left;
    let text = verdict(&test);
    let known = StoredValue::new(test);
    view! {
        <p class="verdict">{text}</p>
        <Behind
            label="Flags of the model and of the rule"
            chart=move || known.with_value(bars)
            table=move || known.with_value(table)
        >
            <span><span class="swatch right" aria-hidden="true"></span>"flagged, and left"</span>
            <span><span class="swatch wrong" aria-hidden="true"></span>"flagged, and stayed"</span>
        </Behind>
        <p class="s">
            {locale::count(u64::from(counted))} " " {plural(u64::from(counted), "customer", "customers")} " without a subscription, of whom "
            {locale::count(u64::from(left))} " left between " <DayText day=from /> " and " <DayText day=to />
            ". The model knew nothing of what came after the first day; the rule was watched day by day until the last."
        </p>
    }
}

fn bars(test: &Backtest) -> impl IntoView + use<> {
    let most = test.flagged.max(test.rule_flagged).max(1);
    let bar = |words: &'static str, flagged: u32, left: u32| {
        let width = |count: u32| format!("width:{:.1}%", 100.0 * f64::from(count) / f64::from(most));
        let stayed = flagged.saturating_sub(left);
        let told = format!("{} flagged: {} left, {} stayed", count(flagged), count(left), count(stayed));
        view! {
            <li>
                <b>{words}</b>
                <span class="num">{told}</span>
                <span class="flags" aria-hidden="true">
                    {(left > 0).then(|| view! { <span class="right" style=width(left)></span> })}
                    {(stayed > 0).then(|| view! { <span class="wrong" style=width(stayed)></span> })}
                </span>
            </li>
        }
    };
    view! {
        <ul class="parts">
            {bar("Rekindle, on the first day", test.flagged, test.flagged_left)}
            {bar("“No order in 90 days”, on any day", test.rule_flagged, test.rule_left)}
        </ul>
    }
}

fn table(test: &Backtest) -> impl IntoView + use<> {
    let row = |words: &'static str, flagged: u32, left: u32, all: u32| {
        view! {
            <tr>
                <th scope="row">{words}</th>
                <td class="num">{count(flagged)}</td>
                <td class="num">{count(left)}</td>
                <td class="num">{share(left, flagged)}</td>
                <td class="num">{share(left, all)}</td>
            </tr>
        }
    };
    let rows = [
        row("Rekindle", test.flagged, test.flagged_left, test.left),
        row("“No order in 90 days”", test.rule_flagged, test.rule_left, test.left),
    ];
    let rows = rows.into_iter().collect_view();
    let earlier = test.days_earlier.map(|days| match days {
        0.. => format!(
            "Of those who left and whom both flagged, the model flagged half at least {days} {} earlier.",
            plural(days.unsigned_abs().into(), "day", "days")
        ),
        _ => format!(
            "Of those who left and whom both flagged, the rule flagged half at least {} {} earlier.",
            -days,
            plural(days.unsigned_abs().into(), "day", "days")
        ),
    });
    view! {
        <Table caption="Flagged, and what happened">
            <thead>
                <tr>
                    <th scope="col">"Who flagged"</th>
                    <th scope="col" class="num">"Flagged"</th>
                    <th scope="col" class="num">"Of them left"</th>
                    <th scope="col" class="num">"Right"</th>
                    <th scope="col" class="num">"Of all who left"</th>
                </tr>
            </thead>
            <tbody>
                {rows}
            </tbody>
        </Table>
        {earlier.map(|earlier| view! { <p class="s">{earlier}</p> })}
    }
}

/// The card's own sentence speaks of 100 who were flagged, which says nothing where nobody was.
fn verdict(test: &Backtest) -> String {
    if test.flagged > 0 {
        return test.text.clone();
    }
    format!(
        "On the first day the model would have flagged nobody, and {} of {} left; the rule “no order in 90 days” would have flagged {}, of whom {} left.",
        test.left, test.customers, test.rule_flagged, test.rule_left
    )
}

fn count(value: u32) -> String {
    locale::count(u64::from(value))
}

/// A share of people who were counted: exact, unlike a probability.
fn share(part: u32, of: u32) -> String {
    match of {
        0 => "none flagged".to_owned(),
        of => format!("{:.0}\u{a0}%", 100.0 * f64::from(part) / f64::from(of)),
    }
}

/// Why there is no replay, and by how much it is missed.
fn missing(card: &ModelCard) -> String {
    let wanted = MIN_REPEAT_BUYERS.saturating_sub(card.repeat_buyers);
    if card.basis == "fitted" {
        "There is too little past for a replay yet: it needs some months of orders before the newest ones, and people who left in them. It comes with a later fit.".to_owned()
    } else if wanted > 0 {
        format!(
            "This cannot be told from your own shop yet. {} {} bought again so far, and {MIN_REPEAT_BUYERS} are needed: {wanted} more. Until then predictions rest on general experience with shops like yours.",
            card.repeat_buyers,
            plural(card.repeat_buyers, "customer", "customers"),
        )
    } else {
        "Enough customers bought again, and nothing has been fitted to them yet. A fit runs by itself where the plan has the time for it, and an owner can fit in the browser below.".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use shared::money::Currency;
    use shared::risk::{self, Prior};

    use super::*;

    #[test]
    fn what_is_missing_for_a_replay_is_told_with_its_figure() {
        let (_, card) = risk::prior(Currency::USD, Prior::default());
        let with = |basis: &str, repeat_buyers| missing(&ModelCard { basis: basis.to_owned(), repeat_buyers, ..card.clone() });
        assert!(with("prior", 141).contains("59 more"), "{}", with("prior", 141));
        assert!(with("prior", 200).contains("nothing has been fitted"));
        assert!(with("fitted", 900).contains("too little past"));
    }

    #[test]
    fn the_sentence_about_nobody_who_was_flagged_counts_instead() {
        let test = |flagged| Backtest {
            from: "2026-01-01".to_owned(),
            to: "2026-04-01".to_owned(),
            customers: 667,
            left: 67,
            flagged,
            flagged_left: flagged,
            rule_flagged: 4,
            rule_left: 1,
            days_earlier: None,
            text: "Of 100 flagged".to_owned(),
        };
        assert_eq!(verdict(&test(1)), "Of 100 flagged");
        assert!(verdict(&test(0)).contains("flagged nobody, and 67 of 667 left"));
    }

    #[test]
    fn shares_of_nobody_are_no_figures() {
        assert_eq!((share(0, 0), share(1, 3)), ("none flagged".to_owned(), "33\u{a0}%".to_owned()));
    }
}
