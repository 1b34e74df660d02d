//! What an approval binds to: a digest of everything that decides who gets what.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::plan::Plan;
use crate::message::Draft;
use crate::offer::Offer;

/// Everything that somebody who approves has seen.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Bound<'a> {
    /// The campaign's own segment, which is its audience where the plan names none.
    pub segment: Option<&'a str>,
    /// Audience rule, steps, routes, holdout, goals and budget.
    pub plan: &'a Plan,
    /// The texts.
    pub draft: &'a Draft,
    /// Every offer that its ladder may give, by its id, with its terms.
    pub offers: &'a BTreeMap<String, Offer>,
    /// Filters of the segments that a marketer defined and that the audience names, as they are now.
    pub segments: &'a BTreeMap<String, String>,
}

/// SHA-256 in hexadecimal. Any change of what it binds to is another digest.
pub fn digest(bound: &Bound<'_>) -> String {
    // Its maps are ordered, so that equal things have equal bytes. What cannot be written as JSON is told apart all the same.
    let bytes = serde_json::to_vec(bound).unwrap_or_else(|_| format!("{bound:?}").into_bytes());
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::plans::{Ready, ready};
    use crate::message::Brief;
    use crate::money::{Currency, Money};

    #[test]
    fn any_change_of_what_it_binds_to_is_another_digest() {
        let plan = ready(Ready::LapsedBuyer).plan;
        let draft = Draft { brief: Brief::default(), steps: Vec::new(), dismissed: BTreeMap::new() };
        let (offers, segments) = (BTreeMap::new(), BTreeMap::from([("a".to_owned(), "filter".to_owned())]));
        let of = |segment: Option<&str>, plan: &Plan, draft: &Draft, segments: &BTreeMap<String, String>| {
            digest(&Bound { segment, plan, draft, offers: &offers, segments })
        };
        let first = of(None, &plan, &draft, &segments);
        assert_eq!(first, of(None, &plan.clone(), &draft.clone(), &segments.clone()));
        assert_eq!(first.len(), 64);
        let change = |change: fn(&mut Plan)| {
            let mut plan = plan.clone();
            change(&mut plan);
            of(None, &plan, &draft, &segments)
        };
        let others = [
            of(Some("a"), &plan, &draft, &segments),
            of(None, &plan, &draft, &BTreeMap::new()),
            of(None, &plan, &Draft { dismissed: [("k".to_owned(), "c".to_owned())].into(), ..draft.clone() }, &segments),
            change(|plan| plan.holdout += 1),
            change(|plan| plan.steps[0].day += 1),
            change(|plan| plan.budget.most = Some(Money::new(1, Currency::USD))),
            change(|plan| plan.routes[0].why.push('.')),
            change(|plan| plan.audience.tiers.clear()),
        ];
        assert!(others.iter().all(|other| *other != first));
        assert_eq!(others.iter().collect::<std::collections::BTreeSet<_>>().len(), others.len());
    }
}
