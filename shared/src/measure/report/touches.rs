//! What became of touches: the funnel, tests of variants, and whom models of attribution tell returns as.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::attribution::{Model, WHOLE};
use super::super::balance;
use super::super::rollup::{TOUCH, TouchCell, micros_per_minor};
use super::super::versus::{Test, Variant, Versus, versus};
use crate::money::{Currency, Home, Money};

/// In how many of all tests some interval may miss at some look.
const ALPHA: f64 = 0.05;
/// Clicks and replies per delivered message: a smaller difference is not worth choosing by.
const NEGLIGIBLE: f64 = 0.005;
/// So many fewer may come back, or more opt out, with a winner: of the delivered.
const BEARABLE: f64 = 0.01;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportFunnel)]
pub struct Funnel {
    pub all: Counts,
    /// By step, variant, channel, mailbox, offer, angle and hour, each in order of code.
    pub by: BTreeMap<String, Vec<FunnelLine>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportFunnelLine)]
pub struct FunnelLine {
    /// The step's number, `2.1` of a variant, `email`, `gmail.com`.
    pub code: String,
    #[serde(flatten)]
    pub counts: Counts,
}

/// Touches, each once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportTouches)]
pub struct Counts {
    /// That were due, sent or not.
    pub planned: i64,
    pub sent: i64,
    pub delivered: i64,
    pub bounced: i64,
    /// By people, as far as that can be told: programs that fetch pictures open too.
    pub opened: i64,
    pub opened_by_machines: i64,
    pub clicked: i64,
    pub clicked_by_machines: i64,
    pub replied: i64,
    pub visited: i64,
    /// Whose person returned after it: one return counts at each message that came before it.
    pub returned: i64,
    pub opted_out: i64,
    pub complained: i64,
    pub cost: Money,
}

/// The variants of one step against each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportTest)]
pub struct StepTest {
    pub step: u8,
    pub variants: Vec<TestedVariant>,
    #[serde(flatten)]
    pub result: Versus,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportVariant)]
pub struct TestedVariant {
    pub variant: u8,
    pub assigned: i64,
    pub delivered: i64,
    /// People who clicked or replied.
    pub engaged: i64,
    pub returned: i64,
    pub opted_out: i64,
}

/// Whom returns are told as. It describes; what a campaign earned is its lift.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportCredits)]
pub struct Credits {
    /// Returns of contacted people in all, and what they brought.
    pub returned: i64,
    /// By model, `last`, `first`, `linear`, `position` or `decay`: what no touch has.
    pub direct: BTreeMap<String, f64>,
    /// By `channel` and `step`.
    pub by: BTreeMap<String, Vec<CreditLine>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportCreditLine)]
pub struct CreditLine {
    pub code: String,
    /// By model.
    pub models: BTreeMap<String, Credited>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ReportCredited)]
pub struct Credited {
    pub returns: f64,
    pub net: Money,
    pub margin: Money,
}

/// Sums of touches under one code, such as `touch.step:2`, over whatever days.
pub type Sums = BTreeMap<String, TouchCell>;

pub fn funnel(sums: &Sums, home: Currency) -> Funnel {
    let all = sums.get(TOUCH).cloned().unwrap_or_default();
    let mut by: BTreeMap<String, Vec<FunnelLine>> = BTreeMap::new();
    for (name, code, cell) in named(sums) {
        by.entry(name.to_owned()).or_default().push(FunnelLine { code: code.to_owned(), counts: counts(cell, home) });
    }
    by.values_mut().for_each(|lines| lines.sort_by(|a, b| order(&a.code).cmp(&order(&b.code))));
    Funnel { all: counts(&all, home), by }
}

/// Steps of two variants and more that went out.
pub fn tests(sums: &Sums) -> Vec<StepTest> {
    let mut steps: BTreeMap<u8, BTreeMap<u8, &TouchCell>> = BTreeMap::new();
    for (name, code, cell) in named(sums) {
        let place = code.split_once('.').and_then(|(step, variant)| Some((step.parse().ok()?, variant.parse().ok()?)));
        if name == "variant"
            && let Some((step, variant)) = place
        {
            steps.entry(step).or_default().insert(variant, cell);
        }
    }
    let tested = steps.into_iter().filter(|(_, variants)| variants.len() > 1);
    tested.map(|(step, variants)| test(step, &variants)).collect()
}

fn test(step: u8, variants: &BTreeMap<u8, &TouchCell>) -> StepTest {
    let tested: Vec<TestedVariant> = variants.iter().map(|(variant, cell)| tested(*variant, cell)).collect();
    let sums: Vec<Variant> = tested.iter().map(sums_of).collect();
    let people: i64 = sums.iter().map(|variant| variant.assigned).sum();
    let shares = vec![1.0; sums.len()];
    let counts: Vec<i64> = sums.iter().map(|variant| variant.assigned).collect();
    // What the largest of all looks was is not stored: that of now is no larger, so a broken split is seen a little later.
    let evidence = balance::log_evidence(&counts, &shares);
    let test = Test { shares, planned: people.max(1), alpha: ALPHA, control: None, negligible: NEGLIGIBLE, bearable: BEARABLE };
    StepTest { step, variants: tested, result: versus(&sums, &test, evidence) }
}

fn tested(variant: u8, cell: &TouchCell) -> TestedVariant {
    let TouchCell { planned, delivered, engaged, returned, opted_out, .. } = *cell;
    TestedVariant { variant, assigned: planned, delivered, engaged, returned, opted_out }
}

fn sums_of(variant: &TestedVariant) -> Variant {
    let TestedVariant { assigned, delivered, engaged, returned, opted_out, .. } = *variant;
    Variant {
        assigned,
        delivered,
        engaged: engaged.min(delivered),
        returned: returned.min(delivered),
        opted_out: opted_out.min(delivered),
    }
}

/// `returned`: of people whom the campaign contacts.
pub fn credits(sums: &Sums, returned: i64, home: Currency) -> Credits {
    let parts = f64::from(WHOLE);
    let all = sums.get(TOUCH).cloned().unwrap_or_default();
    let direct = Model::ALL.map(|model| {
        let (told, _, _) = all.of_model(model);
        (model.code().to_owned(), (returned as f64 - told as f64 / parts).max(0.0))
    });
    let mut by: BTreeMap<String, Vec<CreditLine>> = BTreeMap::new();
    for (name, code, cell) in named(sums).filter(|(name, ..)| matches!(*name, "channel" | "step")) {
        let models = Model::ALL.map(|model| {
            let (told, net, margin) = cell.of_model(model);
            let money = |amount: Home| amount.in_currency(home);
            (model.code().to_owned(), Credited { returns: told as f64 / parts, net: money(net), margin: money(margin) })
        });
        by.entry(name.to_owned()).or_default().push(CreditLine { code: code.to_owned(), models: models.into() });
    }
    by.values_mut().for_each(|lines| lines.sort_by(|a, b| order(&a.code).cmp(&order(&b.code))));
    Credits { returned, direct: direct.into(), by }
}

/// `step`, `2` of `touch.step:2`.
fn named(sums: &Sums) -> impl Iterator<Item = (&str, &str, &TouchCell)> {
    sums.iter().filter_map(|(code, cell)| {
        let (name, value) = code.strip_prefix(TOUCH)?.strip_prefix('.')?.split_once(':')?;
        Some((name, value, cell))
    })
}

/// Numbers by their size.
fn order(code: &str) -> (Vec<u32>, &str) {
    (code.split('.').map_while(|part| part.parse().ok()).collect(), code)
}

/// Cost is rounded up to a whole minor unit, once.
fn counts(cell: &TouchCell, home: Currency) -> Counts {
    let micros = micros_per_minor(home);
    let minor = cell.cost.div_euclid(micros) + i128::from(cell.cost.rem_euclid(micros) > 0);
    Counts {
        planned: cell.planned,
        sent: cell.sent,
        delivered: cell.delivered,
        bounced: cell.bounced,
        opened: cell.opened,
        opened_by_machines: cell.machine_opened,
        clicked: cell.clicked,
        clicked_by_machines: cell.machine_clicked,
        replied: cell.replied,
        visited: cell.visited,
        returned: cell.returned,
        opted_out: cell.opted_out,
        complained: cell.complained,
        cost: Home(i64::try_from(minor).unwrap_or(i64::MAX)).in_currency(home),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::attribution::{Credit, Evidence};
    use super::super::super::rollup::{Became, TouchKind};
    use super::*;
    use crate::campaign::{Channel, Micros};
    use crate::time::Millis;

    fn eur() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    fn sums(touches: &[(TouchKind, TouchCell)]) -> Sums {
        let mut sums = Sums::new();
        for (kind, cell) in touches {
            for code in kind.codes() {
                *sums.entry(code).or_default() += cell;
            }
        }
        sums
    }

    fn touch(step: u8, variant: u8, clicked: bool) -> (TouchKind, TouchCell) {
        let kind = TouchKind {
            step,
            variant,
            channel: Some(Channel::Email),
            mailbox: Some("gmail.com".to_owned()),
            ..TouchKind::default()
        };
        (kind, TouchCell::of(&Became { sent: true, delivered: true, clicked, cost: Micros(1), ..Became::default() }))
    }

    #[test]
    fn a_funnel_counts_each_touch_under_each_of_its_kinds() {
        let touches: Vec<_> = [(1, 0, true), (1, 1, false), (2, 0, false), (10, 0, true)].map(|(a, b, c)| touch(a, b, c)).into();
        let found = funnel(&sums(&touches), eur());
        assert_eq!((found.all.sent, found.all.clicked, found.all.cost.minor), (4, 2, 1));
        let steps: Vec<_> = found.by["step"].iter().map(|line| (line.code.as_str(), line.counts.sent)).collect();
        assert_eq!(steps, [("1", 2), ("2", 1), ("10", 1)]);
        assert_eq!(found.by["mailbox"].len(), 1);
        assert!(tests(&sums(&touches)).iter().map(|test| (test.step, test.variants.len())).eq([(1, 2)]));
    }

    #[test]
    fn what_no_touch_has_is_direct() {
        let credit =
            |touch, shares| Credit { touch, channel: Channel::Email, evidence: Evidence::Clicked, at: Millis(0), shares };
        let cells = TouchCell::of_credits(&[credit(1, [0, WHOLE, 0, 0, 0]), credit(2, [WHOLE, 0, 0, 0, 0])], Home(100), Home(30));
        let touches: Vec<_> = cells.into_iter().enumerate().map(|(place, cell)| (touch(place as u8, 0, false).0, cell)).collect();
        let found = credits(&sums(&touches), 3, eur());
        assert_eq!(found.direct["last"], 2.0);
        let first = &found.by["step"][0].models["first"];
        assert_eq!((first.returns, first.net.minor, first.margin.minor), (1.0, 100, 30));
    }
}
