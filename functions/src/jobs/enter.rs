//! Lets an audience into its campaign: who is contacted, who is held out, and why the rest is left out.
//!
//! Each customer of the audience gets one row, whatever becomes of them: nobody is passed over without a reason. Who is held out follows
//! from a hash and is stored once, so that going through an audience twice draws nobody anew.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use shared::api::Arm;
use shared::campaign::entry::{OtherEntry, OtherState, assign, eligible, unit_of};
use shared::campaign::{Kind, Plan, Reason, Rules};
use shared::time::Millis;

use super::run::{Held, JobError, Work};
use crate::audiences::{self, Whom};
use crate::db::audience;
use crate::db::entries::{self, Entering, New};
use crate::db::sending::{self, Counted};
use crate::db::{Db, DbError, leases, segments, shop};
use crate::reach::{self, Known};
use crate::seams;

pub const JOB: &str = "enter";

/// Customers of a page.
const PAGE: usize = 200;

/// A campaign that always runs looks at its audience so often.
const ROUND: i64 = 50 * 60_000;

/// What draws the shop's own holdout, beside the deployment's origin.
const GLOBAL_SALT: &str = "everything";

#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Cursor {}

pub async fn has_work(db: &Db) -> Result<bool, DbError> {
    entries::any_to_enter(db).await
}

/// Once an hour: those that always run look at their audience anew.
pub async fn begin_rounds(db: &Db, now: Millis) -> Result<bool, DbError> {
    let statement = entries::begin_rounds(now, Millis(now.0 - ROUND));
    Ok(db.run(statement.sql, statement.params).await?.changes > 0)
}

pub async fn work(held: &mut Held<Cursor>) -> Result<Work, JobError> {
    let rules = sending::rules(&held.db).await?;
    while let Some(campaign) = entries::to_enter(&held.db).await? {
        if !held.has_time() {
            return Ok(Work::More);
        }
        page(held, &campaign, &rules).await?;
        seams::point("enter.page").await;
    }
    Ok(Work::Done)
}

async fn page(held: &mut Held<Cursor>, campaign: &Entering, rules: &Rules) -> Result<(), JobError> {
    let now = held.now;
    let Ok(plan) = serde_json::from_str::<Plan>(&campaign.plan) else {
        // Another version's plan: nobody enters until this one is brought up to date.
        return held.write(vec![entries::move_on(campaign.id, None)]).await.map(drop);
    };
    let home = shop::read(&held.db).await?.home_currency;
    let whom = audiences::whom(&held.db, home, campaign.segment.as_deref(), &plan.audience, now).await?;
    if whom == Whom::Gone {
        return held.write(vec![entries::move_on(campaign.id, None)]).await.map(drop);
    }
    let top = segments::top_id(&held.db).await?;
    let page = audience::everybody(&held.db, whom.condition(), campaign.entered_upto, top, PAGE).await?;
    let ids = audiences::listed(&held.db, &plan.audience, page.ids).await?;
    let known = reach::read(&held.db, &ids, now).await?;
    let judged = judge(&held.db, campaign.id, &plan, rules, &ids, &known, now).await?;
    let mut statements = entries::assign(&judged.drawn(), now)?;
    statements.extend(entries::enter(campaign.id, &judged.entries, now, Millis(campaign.leaves_at.max(now.0)))?);
    statements.push(entries::move_on(campaign.id, page.more_from));
    if judged.entries.iter().any(|entry| entry.2 == "open") {
        statements.push(leases::wake(super::plan::JOB));
    }
    let [(_, entered), ..] = judged.counts();
    if entered > 0 {
        let amount = i64::try_from(entered).unwrap_or(i64::MAX);
        statements.extend(sending::count(&[Counted(format!("campaign:{}", campaign.id), "entered", now.day(), amount)])?);
    }
    for (name, count) in judged.counts() {
        held.count(name, count);
    }
    held.write(statements).await.map(drop)
}

/// What becomes of a page.
#[derive(Debug, Default)]
pub struct Judged {
    pub entries: Vec<New>,
    /// Customer, unit, and whether it is held out from everything: of those who were never drawn.
    drawn: Vec<(i64, String, bool)>,
}

impl Judged {
    fn drawn(&self) -> Vec<(i64, &str, bool)> {
        self.drawn.iter().map(|(customer, unit, is)| (*customer, unit.as_str(), *is)).collect()
    }

    fn counts(&self) -> [(&'static str, u64); 3] {
        let count = |is: &dyn Fn(&New) -> bool| self.entries.iter().filter(|entry| is(entry)).count() as u64;
        [
            ("entered", count(&|entry| entry.2 == "open" && entry.3 == 0)),
            ("held_out", count(&|entry| entry.2 == "open" && entry.3 > 0)),
            ("left_out", count(&|entry| entry.2 == "left_out")),
        ]
    }
}

/// Who of these would enter, on which arm; and why the rest does not. Writes nothing.
pub async fn judge(
    db: &Db,
    campaign: i64,
    plan: &Plan,
    rules: &Rules,
    ids: &[i64],
    known: &HashMap<i64, Known>,
    now: Millis,
) -> Result<Judged, DbError> {
    let outcomes = db.batch_idempotent(vec![entries::others(ids, campaign)]).await?;
    let others: Vec<entries::Other> = outcomes.first().map(crate::db::Outcome::rows).transpose()?.unwrap_or_default();
    let units: HashMap<i64, String> = known.iter().map(|(id, known)| (*id, unit(known))).collect();
    let wanted: Vec<String> = units.values().cloned().collect::<HashSet<_>>().into_iter().collect();
    let assigned = entries::assignments(db, ids, &wanted).await?;
    let by_customer: HashMap<i64, bool> = assigned.iter().map(|row| (row.customer_id, row.is_held_out > 0)).collect();
    let by_unit: HashMap<&str, bool> = assigned.iter().map(|row| (row.unit.as_str(), row.is_held_out > 0)).collect();
    let mut judged = Judged::default();
    for id in ids {
        let (Some(known), Some(unit)) = (known.get(id), units.get(id)) else { continue };
        let theirs: Vec<&entries::Other> = others.iter().filter(|other| other.customer_id == *id).collect();
        let is_global = by_customer.get(id).or_else(|| by_unit.get(unit.as_str())).copied();
        let is_global = is_global.unwrap_or_else(|| assign(GLOBAL_SALT, unit, rules.holdout));
        let number = 1 + theirs
            .iter()
            .filter(|other| other.campaign_id == campaign && other.state != "left_out")
            .map(|other| other.number)
            .max()
            .unwrap_or(0);
        let passages: Vec<OtherEntry> = theirs.iter().filter_map(|other| passage(other, campaign, plan.kind)).collect();
        match eligible(plan, rules, &known.person, campaign, &passages, now) {
            Ok(()) => {
                if !by_customer.contains_key(id) {
                    judged.drawn.push((*id, unit.clone(), is_global));
                }
                let is_campaign = assign(&salt(campaign), unit, plan.holdout);
                let arm = if is_global {
                    Arm::GlobalHoldout
                } else if is_campaign {
                    Arm::Holdout
                } else {
                    Arm::Contacted
                };
                judged.entries.push(New(*id, number, "open", arm_number(arm), None, None));
            }
            // Who went through it, or is in it, has a row that says so.
            Err(stop) if stop.reason == Reason::EnteredBefore => {}
            Err(stop) => {
                judged.entries.push(New(*id, number, "left_out", 0, Some(stop.reason.code()), Some(stop.evidence)));
            }
        }
    }
    Ok(judged)
}

pub fn arm_number(arm: Arm) -> u8 {
    match arm {
        Arm::Contacted => 0,
        Arm::Holdout => 1,
        Arm::GlobalHoldout => 2,
    }
}

pub fn arm_of(number: u8) -> Arm {
    match number {
        0 => Arm::Contacted,
        1 => Arm::Holdout,
        _ => Arm::GlobalHoldout,
    }
}

fn salt(campaign: i64) -> String {
    format!("campaign {campaign}")
}

/// What is drawn as one: a business account is its own, shoppers who share an address are one.
fn unit(known: &Known) -> String {
    let email = known.contacts.iter().find_map(|contact| contact.email.as_deref());
    let is_account = known.row.kind == shared::api::CustomerKind::Account;
    unit_of(is_account.then_some(known.row.public_id.as_str()), email, known.row.public_id.as_str())
}

fn passage(other: &entries::Other, campaign: i64, own: Kind) -> Option<OtherEntry> {
    let same = other.campaign_id == campaign;
    if other.state == "left_out" || (!same && matches!(other.campaign_state.as_str(), "draft" | "approved")) {
        return None;
    }
    let kind = other.kind.as_deref().and_then(|kind| serde_json::from_value(serde_json::Value::String(kind.to_owned())).ok());
    let state = match (other.state.as_str(), other.ended_at) {
        ("open", _) => OtherState::Open,
        (_, at) => OtherState::Ended { at: Millis(at.unwrap_or(other.entered_at)) },
    };
    Some(OtherEntry {
        campaign: other.campaign_id,
        same,
        kind: if same { own } else { kind.unwrap_or_default() },
        priority: other.priority.unwrap_or(0),
        state,
    })
}
