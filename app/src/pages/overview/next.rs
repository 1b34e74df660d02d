use leptos::prelude::*;
use shared::api::{ImportStatus, Overview, Tier};

use crate::components::{ButtonKind, ButtonLink};
use crate::format::plural;
use crate::locale;

/// The one next thing to do.
#[component]
pub(super) fn NextStep(overview: Overview) -> impl IntoView {
    let (title, text, action, path) = step(&overview);
    view! {
        <section class="panel pad next" aria-label="Next thing to do">
            <div class="grow"><h2>{title}</h2> <p class="m">{text}</p></div>
            <ButtonLink kind=ButtonKind::Primary href=path>{action}</ButtonLink>
        </section>
    }
}

type Step = (String, String, &'static str, &'static str);

fn step(overview: &Overview) -> Step {
    let count = |tier| overview.tiers.iter().find(|summary| summary.tier == tier).map_or(0, |summary| summary.customers);
    let import = overview.last_import.as_ref().map(|import| import.status);
    match (import, overview.last_score.is_some(), count(Tier::Immediate)) {
        (Some(ImportStatus::Failed), ..) => (
            "The last import failed".to_owned(),
            "What was stored before stays. Data says what went wrong and how to mend it.".to_owned(),
            "Open Data",
            "/data",
        ),
        (Some(ImportStatus::Receiving | ImportStatus::Queued | ImportStatus::Running | ImportStatus::Paused), ..) => {
            ("An import is under way".to_owned(), "Radar fills as customers are scored.".to_owned(), "See its progress", "/data")
        }
        (_, false, _) => (
            "Your customers wait for their first score".to_owned(),
            format!(
                "{} {} within the hour, then Radar shows who is about to leave.",
                locale::count(overview.waiting),
                plural(overview.waiting, "is scored", "are scored")
            ),
            "See the customers",
            "/customers",
        ),
        (_, true, 0) => (
            "Nobody is likely to leave within 30 days".to_owned(),
            "Radar shows who may leave later, and who is lost and worth winning back.".to_owned(),
            "Open Radar",
            "/radar",
        ),
        (_, true, immediate) => (
            format!(
                "{} {} likely to leave within 30 days",
                locale::count(immediate),
                plural(immediate, "customer is", "customers are")
            ),
            "Radar says for each of them why, and what they are worth.".to_owned(),
            "Open Radar",
            "/radar?tier=immediate",
        ),
    }
}
