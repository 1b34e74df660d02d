//! What counts as churn: by each customer's own rhythm, or after a number of days that the shop set itself; and what each
//! definition would have said in the shop's past.

use std::ops::RangeInclusive;

use super::fit::Sample;
use super::rhythm::{Gaps, MAX_GAP_DAYS, Watched, silences};
use super::season::Season;
use super::{Group, Model};
use crate::api::ChurnDefinition;
use crate::time::Day;

/// An own definition counts so many days without an order: below a week everybody is lost, beyond two years nobody.
pub const CHURN_DAYS: RangeInclusive<u32> = 7..=MAX_GAP_DAYS.unsigned_abs();

/// The definitions that a shop may compare with its customers' rhythms.
pub const LISTED_CHURN_DAYS: [u32; 8] = [30, 45, 60, 90, 120, 180, 270, 365];

impl Model {
    /// Days of silence that count as churn, for someone without a subscription.
    pub(crate) fn deadline(&self, gaps: &Gaps) -> i32 {
        match self.churn_days {
            Some(days) => in_days(days),
            None => self.rhythm.deadline(gaps),
        }
    }

    /// The same for these purchase days, whose gaps are `gaps`: who buys by the season has until it closes, however long or short a rhythm their few purchases would make. An own rule of the shop
    /// stands for everybody.
    pub(crate) fn deadline_of(&self, days: &[Day], gaps: &Gaps) -> (i32, Option<Season>) {
        let season = days.last().filter(|_| self.churn_days.is_none()).and_then(|last| Some((*last, Season::of(days)?)));
        match season {
            Some((last, season)) => (season.closes.plus(1).since(last), Some(season)),
            None => (self.deadline(gaps), None),
        }
    }
}

/// Each listed definition, and first that by rhythm, over the customers without a subscription: who counts as lost today, and how
/// many of the silences that it would have called a loss ended by themselves.
///
/// Groups count exactly. They do not tell who has a subscription, and rhythms need each purchase day, so there the sample stands
/// for all. Empty where there is no customer to count.
pub(super) fn definitions(sample: &Sample<'_>, groups: &[Group], model: &Model, today: Day) -> Vec<ChurnDefinition> {
    let customers: u64 = groups.iter().map(|group| u64::from(group.customers)).sum();
    let sampled = sample.states().filter(|state| !state.days.until(today).is_empty()).count() as u64;
    if customers == 0 || sampled == 0 {
        return Vec::new();
    }
    let past: Vec<_> = sample.days.iter().flat_map(|days| silences(days, today)).collect();
    let in_sample = |deadline: &dyn Fn(&Gaps) -> i32| {
        let is_lost = |days: &&&[Day]| days.last().is_some_and(|last| today.since(*last) >= deadline(&Gaps::of(days)));
        let lost = sample.days.iter().filter(is_lost).count() as u64;
        // Rounded to the nearest customer.
        (lost * customers * 2 + sampled) / (sampled * 2)
    };
    let in_groups = |days: u32| {
        let lost = groups.iter().filter(|group| group.age.saturating_sub(group.recency) >= days);
        lost.map(|group| u64::from(group.customers)).sum()
    };
    let by_rhythm = |gaps: &Gaps| model.rhythm.deadline(gaps);
    let first = definition(None, in_sample(&by_rhythm), &Watched::of(&past, by_rhythm));
    let listed = LISTED_CHURN_DAYS.into_iter().map(|days| {
        let after = |_: &Gaps| in_days(days);
        let lost = if sample.has_subscribers() { in_sample(&after) } else { in_groups(days) };
        definition(Some(days), lost, &Watched::of(&past, after))
    });
    std::iter::once(first).chain(listed).collect()
}

fn definition(days: Option<u32>, lost: u64, watched: &Watched) -> ChurnDefinition {
    // Rounded so that it reads back from JSON to the same bits.
    let came_back = watched.share().map(|share| libm::round(share * 1e4) / 1e4);
    ChurnDefinition { days, lost, watched: watched.silences, came_back }
}

fn in_days(days: u32) -> i32 {
    i32::try_from(days).map_or(MAX_GAP_DAYS, |days| days.clamp(1, MAX_GAP_DAYS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::risk::{FitInput, Model, Prior, fit, prior, score};
    use crate::state::{OrderFact, State, fold};

    fn bought(days: &[i32]) -> State {
        let order = |day: &i32| OrderFact {
            at: Day(*day).start(),
            amount: crate::money::Money::new(2_000, Currency::USD),
            refunded: 0,
            discount: 0,
            paid: true,
        };
        fold(&days.iter().map(order).collect::<Vec<_>>(), &[], &crate::money::Rates::new(Currency::USD))
    }

    fn input(states: Vec<State>, today: Day) -> FitInput {
        let group = |state: &State| {
            let (first, last) = (state.first_day().expect("bought"), state.last_day().expect("bought"));
            let days = |until: Day| u32::try_from(until.since(first)).expect("later");
            Group { repeats: state.buy_days() - 1, recency: days(last), age: days(today), customers: 1 }
        };
        FitInput {
            groups: states.iter().map(group).collect(),
            sample: states.into_iter().map(Into::into).collect(),
            ..FitInput::default()
        }
    }

    fn listed(model: &Model, days: Option<u32>) -> &ChurnDefinition {
        model.definitions.iter().find(|definition| definition.days == days).expect("listed")
    }

    #[test]
    fn an_own_rule_sets_the_deadline_of_everybody_and_what_follows_from_it() {
        let (mut model, _) = prior(Currency::USD, Prior::default());
        let (often, once) = (bought(&[0, 7, 14, 21, 28]), bought(&[28]));
        let today = Day(30);
        assert_ne!(score(&often, &model, None, today).deadline, score(&once, &model, None, today).deadline);
        model.churn_days = Some(90);
        for state in [&often, &once] {
            let now = score(state, &model, None, today);
            assert_eq!(now.deadline, Some(Day(118)));
            assert_eq!(now.rhythm.as_deref(), Some("Counts as lost after 90 days without an order: your own rule"));
            assert_eq!((now.risk.p30, now.risk.p60), (0.0, 0.0), "the deadline lies 88 days ahead");
            assert!(now.risk.p90 > 0.0);
            assert_ne!(score(state, &model, None, Day(117)).tier, crate::api::Tier::Lost);
            assert_eq!(score(state, &model, None, Day(118)).tier, crate::api::Tier::Lost);
        }
    }

    #[test]
    fn a_subscription_keeps_the_end_of_its_paid_term_under_an_own_rule() {
        let (mut model, _) = prior(Currency::USD, Prior::default());
        let serde_json::Value::Object(properties) = serde_json::json!({"term_days": 30}) else { unreachable!() };
        let paid = crate::state::EventFact { at: Day(0).start(), name: "Subscription Renewed".to_owned(), properties };
        let state = fold(&[], &[paid], &crate::money::Rates::new(Currency::USD));
        let before = score(&state, &model, None, Day(10));
        model.churn_days = Some(7);
        assert_eq!(score(&state, &model, None, Day(10)), before);
    }

    #[test]
    fn who_would_count_as_lost_is_counted_exactly() {
        // The last orders were 0, 10, 20, ... 390 days ago.
        let today = Day(400);
        let (model, _) = fit(&input((0..40).map(|i| bought(&[400 - 10 * i])).collect(), today), Currency::USD, today);
        let lost = LISTED_CHURN_DAYS.map(|days| listed(&model, Some(days)).lost);
        assert_eq!(lost, [37, 35, 34, 31, 28, 22, 13, 3]);
        let deadline = model.rhythm.deadline(&Gaps::default());
        let past_it = (0..40).filter(|i| 10 * i >= deadline).count() as u64;
        assert_eq!(listed(&model, None).lost, past_it);
    }

    #[test]
    fn who_came_back_is_counted_by_hand_and_too_few_say_nothing() {
        // Thirty paused for 100 days twice, ten for 200 days once, ten for good.
        let pauses = [(30, Some(100)), (10, Some(200)), (10, None)];
        let customers = pauses.into_iter().flat_map(|(customers, pause)| std::iter::repeat_n(pause, customers));
        let states: Vec<State> = customers
            .map(|pause: Option<i32>| match pause {
                Some(100) => bought(&[0, 100, 200, 290]),
                Some(pause) => bought(&[0, pause, 290]),
                None => bought(&[0]),
            })
            .collect();
        let today = Day(300);
        let (model, _) = fit(&input(states, today), Currency::USD, today);
        let told = |days| {
            let ChurnDefinition { watched, came_back, .. } = listed(&model, Some(days));
            (*watched, *came_back)
        };
        // The silences that began on day 0 or 100 have been seen for 120 days or more, those from day 200 only for 100.
        // Of 60 + 20 that reached 30 days the 60 ended by day 120.
        assert_eq!(told(30), (80, Some(0.75)));
        // All 80 reached 90 days too; the 60 ended by day 180.
        assert_eq!(told(90), (80, Some(0.75)));
        // Twenty reached 120 days, half of which ended on day 200.
        assert_eq!(told(120), (20, None));
        assert_eq!(told(365), (0, None));
    }

    #[test]
    fn the_sample_stands_for_all_where_somebody_has_a_subscription() {
        let serde_json::Value::Object(properties) = serde_json::json!({"term_days": 30}) else { unreachable!() };
        let paid = crate::state::EventFact { at: Day(0).start(), name: "Subscription Renewed".to_owned(), properties };
        let today = Day(400);
        let mut states = vec![bought(&[0]), bought(&[395]), bought(&[395])];
        let mut given = input(states.clone(), today);
        let invoice = OrderFact {
            at: Day(0).start(),
            amount: crate::money::Money::new(2_000, Currency::USD),
            refunded: 0,
            discount: 0,
            paid: true,
        };
        states.push(fold(&[invoice], &[paid], &crate::money::Rates::new(Currency::USD)));
        given.groups.push(Group { repeats: 0, recency: 0, age: 400, customers: 1 });
        // The shop is ten times its sample.
        for group in &mut given.groups {
            group.customers *= 10;
        }
        given.sample = states.into_iter().map(Into::into).collect();
        let (model, _) = fit(&given, Currency::USD, today);
        assert_eq!(listed(&model, Some(90)).lost, 10, "the subscriber's invoice is no silence");
    }

    #[test]
    fn a_model_that_was_stored_before_there_were_definitions_reads() {
        let (model, _) = fit(&input(vec![bought(&[0, 20])], Day(30)), Currency::USD, Day(30));
        assert!(!model.definitions.is_empty());
        let mut json = serde_json::to_value(&model).expect("json");
        let fields = json.as_object_mut().expect("an object");
        assert!(fields.remove("churn_days").is_some() && fields.remove("definitions").is_some());
        let read: Model = serde_json::from_value(json).expect("reads");
        assert_eq!(read, Model { definitions: Vec::new(), ..model });
    }
}
