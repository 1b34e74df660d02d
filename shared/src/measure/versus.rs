//! Which of several subjects, angles or other variants of one step does better: people are dealt to them in fixed shares.
//!
//! Judged on clicks and answers of people per delivered message; opens decide nothing. A variant does not win while it brings fewer
//! back or drives more to opt out. All intervals may be looked at daily.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::balance;
use super::figure::Figure;
use super::lift::more;
use super::rate::Count;
use super::sequence::{Planned, Rates, Why, times_needed};

/// Sums of one variant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Variant {
    /// Everyone dealt to it whose message was due.
    pub assigned: i64,
    pub delivered: i64,
    /// People, each once, who clicked or answered; machines are no people.
    pub engaged: i64,
    pub returned: i64,
    pub opted_out: i64,
}

/// What was fixed before the first message went out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// Of the people, in the order of the variants, of any sum.
    pub shares: Vec<f64>,
    /// Messages in all at the planned end.
    pub planned: i64,
    /// Share of all tests in which some interval may miss at some look.
    pub alpha: f64,
    /// The variant that another must beat; with none the best must beat every other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control: Option<usize>,
    /// A difference in engagement that is too small to matter, 0 to 1.
    pub negligible: f64,
    /// So much may a winner bring fewer back, and so much may it drive more to opt out: of the delivered, 0 to 1.
    pub bearable: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "verdict")]
#[schema(as = VariantVerdict)]
pub enum Verdict {
    Winner {
        variant: usize,
    },
    /// None is better than another by as much as matters.
    NoDifference,
    /// About so many more messages in all; none where the reason is not one of number.
    NeedsMore {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        messages: Option<i64>,
        #[serde(flatten)]
        why: Why,
    },
    /// It engages more, and brings fewer back or drives more to opt out.
    Guarded {
        variant: usize,
    },
    /// People were not dealt in the planned shares.
    BrokenSplit,
    /// There are fewer than two variants, or the plan is not one.
    NoTest,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VariantGuard)]
pub enum Guard {
    /// At worst by less than can be borne.
    NotWorse,
    Worse,
    /// There are too few to say.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = VariantTest)]
pub struct Versus {
    pub verdict: Verdict,
    /// The one that engages most, and the one that it is compared with: the control, else the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pair: Option<(usize, usize)>,
    /// Of their engagement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Figure>,
    pub returns: Guard,
    pub opt_outs: Guard,
}

/// `largest_log_evidence`: the largest [`balance::log_evidence`] of the assigned against the shares, of all looks so far.
///
/// With k variants each interval has the level α/(k − 1): the best of them can only win wrongly by beating the truly best, and there are
/// k − 1 that could.
pub fn versus(variants: &[Variant], test: &Test, largest_log_evidence: f64) -> Versus {
    let none = |verdict| Versus { verdict, pair: None, difference: None, returns: Guard::Unknown, opt_outs: Guard::Unknown };
    let usable = test.shares.len() == variants.len() && test.shares.iter().all(|share| *share > 0.0 && share.is_finite());
    if variants.len() < 2 || !usable || test.control.is_some_and(|control| control >= variants.len()) {
        return none(Verdict::NoTest);
    }
    if balance::is_broken(largest_log_evidence) {
        return none(Verdict::BrokenSplit);
    }
    let mut order: Vec<(usize, &Variant)> = variants.iter().enumerate().collect();
    order.sort_by(|one, other| rate(other.1).total_cmp(&rate(one.1)).then(one.0.cmp(&other.0)));
    let [best, rest @ ..] = order.as_slice() else { return none(Verdict::NoTest) };
    let control = test.control.and_then(|control| rest.iter().find(|(place, _)| *place == control));
    let Some(against) = control.or(rest.first()) else { return none(Verdict::NoTest) };
    let compared = |other: &(usize, &Variant)| Rates::new(engaged(best.1), engaged(other.1), &planned(test, best.0, other.0));
    let shown = compared(against);
    let difference = Figure { value: rate(best.1) - rate(against.1), interval: shown.ok().map(|rates| rates.interval()) };
    let (returns, opt_outs) = guards(best, against, test);
    // Whom it must beat: the control alone, or every other.
    let rivals = control.map_or(rest, std::slice::from_ref);
    let open = rivals.iter().map(compared).find(|compared| !compared.is_ok_and(|rates| rates.interval().low > 0.0));
    let alike = rest.iter().all(|other| {
        compared(other).is_ok_and(|rates| {
            let interval = rates.interval();
            interval.low > -test.negligible && interval.high < test.negligible
        })
    });
    let messages: i64 = variants.iter().map(|variant| variant.delivered).sum();
    let worse = returns == Guard::Worse || opt_outs == Guard::Worse;
    let verdict = match open {
        _ if alike => Verdict::NoDifference,
        None if worse => Verdict::Guarded { variant: best.0 },
        None => Verdict::Winner { variant: best.0 },
        Some(Err(why)) => Verdict::NeedsMore { messages: until_enough(variants, messages), why },
        Some(Ok(rates)) => {
            let decided = |times| {
                let interval = rates.later(times).interval();
                interval.low > 0.0 || (interval.low > -test.negligible && interval.high < test.negligible)
            };
            let messages = more(times_needed(decided), messages);
            Verdict::NeedsMore { messages, why: Why::Undecided { people: messages } }
        }
    };
    Versus { verdict, pair: Some((best.0, against.0)), difference: Some(difference), returns, opt_outs }
}

fn engaged(variant: &Variant) -> Count {
    Count::new(variant.delivered, variant.engaged)
}

fn rate(variant: &Variant) -> f64 {
    engaged(variant).rate()
}

fn planned(test: &Test, one: usize, other: usize) -> Planned {
    let sum: f64 = test.shares.iter().sum();
    let of = |place: usize| (test.planned as f64 * test.shares.get(place).copied().unwrap_or(0.0) / sum) as i64;
    let comparisons = test.shares.len().saturating_sub(1).max(1) as f64;
    Planned { treated: of(one), held: of(other), alpha: test.alpha / comparisons }
}

/// Messages until each variant has its ten, at the pace so far; none where one never moved.
fn until_enough(variants: &[Variant], messages: i64) -> Option<i64> {
    let least = variants.iter().map(|variant| variant.engaged).min().filter(|least| *least > 0)?;
    more(Some((super::sequence::FEWEST_RETURNS as f64 / least as f64).max(1.0)), messages)
}

/// Returns and opt-outs of the best against the other, per delivered.
fn guards(best: &(usize, &Variant), against: &(usize, &Variant), test: &Test) -> (Guard, Guard) {
    // `harm`: how much worse the best is.
    let guard = |of: fn(&Variant) -> i64, sign: f64| {
        let count = |variant: &Variant| Count::new(variant.delivered, of(variant));
        let Ok(rates) = Rates::rare(count(best.1), count(against.1), &planned(test, best.0, against.0)) else {
            return Guard::Unknown;
        };
        let harm = rates.interval().times(sign);
        if harm.low > 0.0 {
            Guard::Worse
        } else if harm.high < test.bearable {
            Guard::NotWorse
        } else {
            Guard::Unknown
        }
    };
    (guard(|variant| variant.returned, -1.0), guard(|variant| variant.opted_out, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn test(variants: usize) -> Test {
        Test { shares: vec![1.0; variants], planned: 10_000, alpha: 0.05, control: None, negligible: 0.01, bearable: 0.005 }
    }

    fn variant(delivered: i64, engaged: i64) -> Variant {
        Variant { assigned: delivered, delivered, engaged, returned: delivered / 20, opted_out: delivered / 200 }
    }

    #[test]
    fn a_clear_winner_wins() {
        let found = versus(&[variant(5_000, 250), variant(5_000, 400)], &test(2), 0.0);
        assert_eq!(found.verdict, Verdict::Winner { variant: 1 });
        assert_eq!(found.pair, Some((1, 0)));
        assert!(found.difference.unwrap().interval.unwrap().low > 0.0);
        assert_eq!((found.returns, found.opt_outs), (Guard::Unknown, Guard::NotWorse));
    }

    #[test]
    fn alike_ones_are_alike_and_few_need_more() {
        assert_eq!(versus(&[variant(50_000, 2_500), variant(50_000, 2_510)], &test(2), 0.0).verdict, Verdict::NoDifference);
        let Verdict::NeedsMore { messages: Some(messages), why: Why::Undecided { .. } } =
            versus(&[variant(1_000, 50), variant(1_000, 70)], &test(2), 0.0).verdict
        else {
            panic!("needs more")
        };
        assert!((1_000..20_000).contains(&messages), "{messages}");
        let found = versus(&[variant(1_000, 5), variant(1_000, 70)], &test(2), 0.0).verdict;
        let Verdict::NeedsMore { messages: Some(messages), why: Why::FewReturns { held: 5, .. } } = found else {
            panic!("{found:?}")
        };
        assert_eq!(messages, 2_000);
    }

    #[test]
    fn a_winner_that_drives_people_away_does_not_win() {
        let annoying = Variant { opted_out: 150, ..variant(5_000, 400) };
        let found = versus(&[variant(5_000, 250), annoying], &test(2), 0.0);
        assert_eq!((found.verdict, found.opt_outs), (Verdict::Guarded { variant: 1 }, Guard::Worse));
        let costly = Variant { returned: 100, ..variant(5_000, 400) };
        assert_eq!(versus(&[variant(5_000, 250), costly], &test(2), 0.0).returns, Guard::Worse);
        let harmless = versus(&[variant(50_000, 2_500), variant(50_000, 4_000)], &test(2), 0.0);
        assert_eq!((harmless.returns, harmless.opt_outs), (Guard::NotWorse, Guard::NotWorse));
    }

    #[test]
    fn with_a_control_it_is_the_control_that_must_be_beaten() {
        let variants = [variant(3_000, 150), variant(3_000, 255), variant(3_000, 250)];
        assert!(matches!(versus(&variants, &test(3), 0.0).verdict, Verdict::NeedsMore { .. }));
        // What is open is named, though the next best is beaten.
        let few = [variant(3_000, 120), variant(3_000, 300), variant(300, 3)];
        let found = versus(&few, &test(3), 0.0).verdict;
        assert!(matches!(found, Verdict::NeedsMore { why: Why::FewReturns { treated: 0, held: 7 }, .. }), "{found:?}");
        let controlled = Test { control: Some(0), ..test(3) };
        assert_eq!(versus(&variants, &controlled, 0.0).verdict, Verdict::Winner { variant: 1 });
    }

    #[test]
    fn edges() {
        assert_eq!(versus(&[], &test(0), 0.0).verdict, Verdict::NoTest);
        assert_eq!(versus(&[variant(10, 1)], &test(1), 0.0).verdict, Verdict::NoTest);
        assert_eq!(versus(&[variant(10, 1); 2], &test(3), 0.0).verdict, Verdict::NoTest);
        let broken = balance::log_evidence(&[6_000, 4_000], &[1.0, 1.0]);
        assert_eq!(versus(&[variant(6_000, 300), variant(4_000, 400)], &test(2), broken).verdict, Verdict::BrokenSplit);
        let nobody = versus(&[Variant::default(); 3], &test(3), 0.0);
        assert_eq!(nobody.verdict, Verdict::NeedsMore { messages: None, why: Why::NobodyRipe });
        let text = serde_json::to_string(&nobody).unwrap();
        assert_eq!(serde_json::from_str::<Versus>(&text).unwrap(), nobody);
    }

    /// Four alike variants and twelve looks: a winner, or an alarm of a guard, is rare.
    #[test]
    fn alike_variants_hardly_ever_have_a_winner() {
        let mut random = Random::new(21);
        let (mut won, mut alarmed) = (0, 0);
        for _ in 0..100 {
            let mut variants = [Variant::default(); 4];
            let (mut winner, mut guard) = (false, false);
            for _ in 0..12 {
                for _ in 0..800 {
                    let one = &mut variants[random.below(4)];
                    one.assigned += 1;
                    one.delivered += 1;
                    one.engaged += i64::from(random.unit() < 0.05);
                    one.returned += i64::from(random.unit() < 0.03);
                    one.opted_out += i64::from(random.unit() < 0.008);
                }
                let found = versus(&variants, &test(4), 0.0);
                winner |= matches!(found.verdict, Verdict::Winner { .. } | Verdict::Guarded { .. });
                guard |= found.returns == Guard::Worse || found.opt_outs == Guard::Worse;
            }
            won += i32::from(winner);
            alarmed += i32::from(guard);
        }
        // 5 % and three errors.
        assert!(won <= 11, "{won} of 100");
        assert!(alarmed <= 19, "{alarmed} of 100 by either of two guards");
    }
}
