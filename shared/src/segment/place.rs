//! Which cell somebody is in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Cell, Engagement, ValueTier, WinBack};
use crate::learn::winback::Chances;
use crate::money::Home;
use crate::reason::Reason;
use crate::state::State;
use crate::time::Day;

/// Where the thirds of a shop's customers are cut, in minor units of margin. They come from the run before, so that a customer's tier
/// does not hang on who else is scored in the same minute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cuts {
    /// Above it: mid.
    pub mid: i64,
    /// Above it: high.
    pub high: i64,
}

/// From so much on P(return | contact) is worth a try, and from so much on likely.
const POSSIBLE: f64 = 0.08;
const LIKELY: f64 = 0.2;

/// Whoever did anything of their own within so many weeks is engaged, or within so many cooling.
const ENGAGED_WEEKS: i32 = 4;
const COOLING_WEEKS: i32 = 13;

/// A person's opens count for something only from so many on, and never make anybody engaged: machines open mail, and not all senders
/// say so.
const OWN_OPENS: u32 = 3;

impl Cuts {
    /// Of the margin of the year ahead. Who is worth nothing, or whose worth is not known, is low.
    pub fn tier(&self, worth: Option<Home>) -> ValueTier {
        match worth {
            Some(Home(minor)) if minor > self.high.max(0) => ValueTier::High,
            Some(Home(minor)) if minor > self.mid.max(0) => ValueTier::Mid,
            _ => ValueTier::Low,
        }
    }

    /// Whether these cut the shop so differently from `before` that it is worth moving customers: small moves would only bring people
    /// at the edge back and forth.
    #[must_use]
    pub fn differ(&self, before: &Self) -> bool {
        let apart = |now: i64, then: i64| {
            let (now, then) = (now as f64, then as f64);
            (now - then).abs() > 0.05 * now.abs().max(then.abs())
        };
        apart(self.mid, before.mid) || apart(self.high, before.high)
    }
}

pub fn place(cuts: &Cuts, worth: Option<Home>, reason: Reason, engagement: Engagement, chances: &Chances) -> Cell {
    Cell { value: cuts.tier(worth), reason, engagement, win_back: win_back(chances.contact) }
}

/// By P(return | contact).
pub fn win_back(contact: f64) -> WinBack {
    match contact {
        p if p >= LIKELY => WinBack::Likely,
        p if p >= POSSIBLE => WinBack::Possible,
        _ => WinBack::Unlikely,
    }
}

/// What they did by themselves of late: clicks, visits, use and the community; own opens only hold off silence. Buying is left out,
/// since that is what is asked about.
pub fn engagement(state: &State, today: Day) -> Engagement {
    let since = |weeks: i32| {
        let from = today.week().saturating_sub(weeks - 1);
        state.weeks.between(from, today.week()).fold((0_u32, 0_u32), |(acts, opens), (_, week)| {
            let acted = [week.clicked, week.visits, week.uses, week.sign_ins, week.community];
            let acts = acted.into_iter().fold(acts, u32::saturating_add);
            (acts, opens.saturating_add(week.opened.saturating_sub(week.opened_by_machine)))
        })
    };
    let (acts, opens) = since(COOLING_WEEKS);
    if since(ENGAGED_WEEKS).0 > 0 {
        Engagement::Engaged
    } else if acts > 0 || opens >= OWN_OPENS {
        Engagement::Cooling
    } else {
        Engagement::Silent
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::money::{Currency, Rates};
    use crate::state::{EventFact, fold};

    const TODAY: Day = Day(20_000);

    fn after(events: &[(i32, &str, bool)]) -> Engagement {
        let facts: Vec<EventFact> = events
            .iter()
            .map(|(ago, name, machine)| EventFact {
                at: TODAY.plus(-ago).start(),
                name: (*name).to_owned(),
                properties: json!({ "machine": machine }).as_object().cloned().unwrap_or_default(),
            })
            .collect();
        engagement(&fold(&[], &facts, &Rates::new(Currency::USD)), TODAY)
    }

    #[test]
    fn what_people_do_themselves_engages_them_and_fades() {
        for name in ["Email Link Clicked", "Page Viewed", "Report Exported", "Signed In", "Community Posted"] {
            assert_eq!(after(&[(3, name, false)]), Engagement::Engaged, "{name}");
            assert_eq!(after(&[(60, name, false)]), Engagement::Cooling, "{name}");
            assert_eq!(after(&[(120, name, false)]), Engagement::Silent, "{name}");
        }
    }

    #[test]
    fn opens_alone_engage_nobody_and_those_of_machines_count_for_nothing() {
        let opens = |times: usize, machine: bool| vec![(3, "Email Opened", machine); times];
        assert_eq!(after(&opens(50, false)), Engagement::Cooling);
        assert_eq!(after(&opens(2, false)), Engagement::Silent);
        assert_eq!(after(&opens(50, true)), Engagement::Silent);
    }

    #[test]
    fn thirds_are_cut_above_their_ends_and_nothing_is_never_worth_much() {
        let cuts = Cuts { mid: 100, high: 500 };
        let tiers = [None, Some(-5), Some(100), Some(101), Some(500), Some(501)].map(|minor| cuts.tier(minor.map(Home)));
        use ValueTier::{High, Low, Mid};
        assert_eq!(tiers, [Low, Low, Low, Mid, Mid, High]);
        assert_eq!(Cuts::default().tier(Some(Home(0))), Low);
        assert!(!Cuts { mid: 104, high: 510 }.differ(&cuts) && Cuts { mid: 100, high: 600 }.differ(&cuts));
    }
}
