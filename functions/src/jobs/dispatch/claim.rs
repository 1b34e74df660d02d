//! Claims a page: each touch is claimed, waits for a reason, or is not sent for one.

use std::collections::{HashMap, HashSet};

use shared::api::SenderState;
use shared::campaign::caps;
use shared::campaign::ramp;
use shared::campaign::rules::canary_size;
use shared::campaign::seen::Seen;
use shared::campaign::stop::{Pending, Stop, StopKind, clear};
use shared::campaign::{Channel, Reason, When};
use shared::time::{MILLIS_PER_DAY, Millis};

use super::super::plan::Running;
use super::super::run::{Held, JobError};
use super::ground::Ground;
use super::{Cursor, LEASE, brakes};
use crate::db::entries::{self, Planned};
use crate::db::senders::SenderRow;
use crate::db::sending;
use crate::db::touches::{self, Cap, Claim, Row, Skipped};
use crate::db::{Statement, leases};
use crate::reach::{self, Known};

const MINUTE: i64 = 60_000;

/// What becomes of a page.
#[derive(Debug, Default)]
pub struct Judged {
    claims: Vec<Claim>,
    held: Vec<touches::Held>,
    skipped: Vec<Skipped>,
    /// Entries that end, and those that the planner looks at again.
    ended: Vec<(i64, Reason, String)>,
    again: Vec<i64>,
    /// Of this page, by campaign: what was claimed so far, and its cost in all and by channel.
    taken: HashMap<i64, u32>,
    cost: HashMap<(i64, Channel), i64>,
    by_sender: HashMap<i64, u32>,
}

/// What it claimed, and how many it held or gave up.
pub async fn page(held: &mut Held<Cursor>, due: &[Row], ground: &Ground, token: &str) -> Result<(Vec<Row>, usize), JobError> {
    let now = held.now;
    let mut statements = brakes::check(&held.db, ground, now).await?;
    let customers: Vec<i64> = due.iter().map(|touch| touch.customer_id).collect();
    let known = reach::read(&held.db, &customers, now).await?;
    let seen = reach::seen(&held.db, &due.iter().map(|touch| touch.entry_id).collect::<Vec<_>>()).await?;
    let mut judged = Judged::default();
    let mut order: Vec<&Row> = due.iter().collect();
    // Whoever was active lately is written to first while a sender is new.
    order.sort_by_key(|touch| ramp::rank(engaged_at(known.get(&touch.customer_id), touch), now));
    for touch in order {
        judge(&mut judged, touch, ground, known.get(&touch.customer_id), seen.get(&touch.entry_id), now);
    }
    let moved = judged.held.len() + judged.skipped.len();
    held.count("held", judged.held.len() as u64);
    held.count("skipped", judged.skipped.len() as u64);
    statements.extend(judged.settled(now)?);
    let at = statements.len();
    if !judged.claims.is_empty() {
        statements.extend(touches::claim(&judged.claims, token, LEASE, now));
    }
    let outcomes = held.write(statements).await?;
    let ids = match outcomes.get(at) {
        Some(outcome) if !judged.claims.is_empty() => touches::read_moved(outcome)?,
        _ => Vec::new(),
    };
    let lost: Vec<&Claim> = judged.claims.iter().filter(|claim| !ids.contains(&claim.touch)).collect();
    let lost_count = lost.len();
    if !lost.is_empty() {
        let after = unclaimed(held, due, &lost, ground).await?;
        held.write(after.settled(now)?).await?;
    }
    if ids.is_empty() {
        return Ok((Vec::new(), moved + lost_count));
    }
    Ok((touches::claimed(&held.db, token, &ids).await?, moved + lost_count))
}

/// What becomes of what could not be claimed: money that does not reach is a reason, and whatever lost a race is looked at anew, but not
/// at once.
async fn unclaimed(held: &Held<Cursor>, due: &[Row], lost: &[&Claim], ground: &Ground) -> Result<Judged, JobError> {
    let now = held.now;
    let of = |claim: &Claim| due.iter().find(|touch| touch.id == claim.touch);
    let campaigns: HashSet<i64> = lost.iter().filter_map(|claim| of(claim)).map(|touch| touch.campaign_id).collect();
    let reserved = touches::money(&held.db, &campaigns.into_iter().collect::<Vec<_>>()).await?;
    let channels: Vec<String> = Channel::ALL.iter().map(|channel| format!("shop:{}", channel.code())).collect();
    let today = sending::counted(&held.db, &channels, now.day()).await?;
    let mut judged = Judged::default();
    for claim in lost {
        let Some(touch) = of(claim) else { continue };
        let channel = claim.channel.unwrap_or_default();
        let spent = |scope: &str| reserved.get(&(touch.campaign_id, scope.to_owned())).copied().unwrap_or(0);
        let is_over = |most: Option<i64>, spent: i64| most.is_some_and(|most| spent.saturating_add(claim.cost) > most);
        let spent_today = today.get(&(format!("shop:{channel}"), "money".to_owned())).copied().unwrap_or(0);
        if is_over(claim.most_of_campaign, spent("")) {
            judged.skip(touch, Reason::BudgetSpent, "What is left of the campaign's budget does not pay for it.".to_owned());
        } else if is_over(claim.most_of_channel, spent(channel)) {
            judged.skip(touch, Reason::BudgetSpent, format!("What is left for {channel} does not pay for it."));
        } else if is_over(claim.most_of_day, spent_today) {
            let evidence = format!("What may be spent on {channel} today is spent.");
            judged.stop(touch, hold(Reason::BudgetSpent, evidence, now.day().plus(1).start()), ground, now);
        } else {
            let evidence = "Somebody else was quicker.".to_owned();
            judged.stop(touch, hold(Reason::TotalCap, evidence, Millis(now.0 + MINUTE)), ground, now);
        }
    }
    Ok(judged)
}

fn engaged_at(known: Option<&Known>, touch: &Row) -> Option<Millis> {
    let contact = known?.person.contacts.iter().find(|contact| Some(contact.id) == touch.contact_id)?;
    contact.engaged_at
}

fn judge(judged: &mut Judged, touch: &Row, ground: &Ground, known: Option<&Known>, seen: Option<&Seen>, now: Millis) {
    let (Some(standing), Some(running)) = (ground.standing(touch), ground.running(touch)) else {
        return judged.end(touch, Reason::CampaignEnded, "The campaign is not there any more.".to_owned());
    };
    let Some(known) = known else {
        return judged.end(touch, Reason::Erased, "The customer is not there any more.".to_owned());
    };
    let Some((contact, _)) = touch.contact_id.and_then(|id| known.contact(id)) else {
        return judged.skip(touch, Reason::NoAddress, "The contact is not there any more.".to_owned());
    };
    let Some(channel) = Channel::of_code(&touch.channel) else {
        return judged.skip(touch, Reason::NotConnected, "Nobody knows this channel.".to_owned());
    };
    let country = shared::campaign::zone::country(contact);
    let cost = ground.rules.costs.of(channel, country.as_deref(), 0, ground.home).0;
    let pending = Pending {
        entered_at: Millis(touch.entered_at),
        planned_at: Millis(touch.created_at),
        expires_at: touch.expires_at.map(Millis),
        when: condition(running, touch),
        cost,
        tries: touch.tries,
        ..Pending::default()
    };
    let seen = known.seen(seen);
    let stopped = clear(&standing, &ground.rules, &known.person, contact, channel, &pending, &seen, &known.past, now);
    if let Some(stop) = stopped {
        return judged.stop(touch, stop, ground, now);
    }
    if let Some(stop) = waits_for_canary(judged, touch, ground, now) {
        return judged.stop(touch, stop, ground, now);
    }
    let sender = match sender(judged, channel, contact.engaged_at, ground, now) {
        Ok(sender) => sender,
        Err(stop) => return judged.stop(touch, stop, ground, now),
    };
    let campaign = touch.campaign_id;
    let of_channel = judged.cost.entry((campaign, channel)).or_default();
    *of_channel = of_channel.saturating_add(cost);
    let of_channel = *of_channel;
    let of_campaign = judged.cost.iter().filter(|((of, _), _)| *of == campaign).map(|(_, cost)| *cost).sum();
    let of_day = judged.cost.iter().filter(|((_, over), _)| *over == channel).map(|(_, cost)| *cost).sum();
    *judged.taken.entry(campaign).or_default() += 1;
    if let Some(sender) = sender {
        *judged.by_sender.entry(sender).or_default() += 1;
    }
    let micros = |minor: i64| minor.saturating_mul(1_000_000 / 10_i64.pow(ground.home.decimals().min(6)));
    let most = running.plan.budget.most.map(|money| micros(money.minor));
    let share = running.plan.budget.split.iter().find(|(over, _)| *over == channel).map(|(_, share)| i64::from(*share));
    judged.claims.push(Claim {
        touch: touch.id,
        sender,
        cost,
        of_campaign,
        of_channel,
        of_day,
        most_of_campaign: most,
        most_of_channel: most.zip(share).map(|(most, share)| most / 1_000 * share),
        most_of_day: ground.rules.money_a_day(channel, ground.home).map(|most| most.0),
        caps: limits(ground, channel, contact.fewer, now),
        contact: None,
        channel: Some(channel.code()),
    });
}

/// For whom its step is.
pub fn condition(running: &Running, touch: &Row) -> When {
    running.plan.steps.iter().find(|step| step.id == touch.step).map_or(When::Always, |step| step.when)
}

/// As the claim's statement counts them.
fn limits(ground: &Ground, channel: Channel, fewer: bool, now: Millis) -> Vec<Cap> {
    let limits = caps::limits(&ground.rules, channel, fewer).into_iter().map(|limit| {
        let since = Millis(now.0 - i64::from(limit.days) * MILLIS_PER_DAY);
        let is_all = limit.channels.len() == Channel::ALL.len();
        let channels = limit.channels.iter().map(|channel| channel.code()).collect();
        Cap(since, limit.most, (!is_all).then_some(channels))
    });
    limits.collect()
}

/// The share that goes first is complete, and what came of it is not known yet.
fn waits_for_canary(judged: &Judged, touch: &Row, ground: &Ground, now: Millis) -> Option<Stop> {
    let campaign = ground.campaign(touch.campaign_id)?;
    if campaign.canary_passed_at.is_some() {
        return None;
    }
    let size = i64::from(canary_size(&ground.rules, ground.entered(campaign.id)));
    let claimed = ground.ever(touch.campaign_id, "claimed");
    let taken = i64::from(judged.taken.get(&touch.campaign_id).copied().unwrap_or(0));
    (claimed + taken >= size).then(|| Stop {
        reason: Reason::Canary,
        evidence: format!("The first {size} went out; the rest waits for what comes of them."),
        kind: StopKind::Hold { until: Millis(now.0 + 10 * MINUTE) },
    })
}

/// Who sends it; none for what no provider does.
fn sender(
    judged: &Judged,
    channel: Channel,
    engaged_at: Option<Millis>,
    ground: &Ground,
    now: Millis,
) -> Result<Option<i64>, Stop> {
    if !matches!(channel, Channel::Email | Channel::Sms) {
        return Ok(None);
    }
    let of_channel: Vec<&SenderRow> =
        ground.senders.iter().filter(|sender| sender.channel() == Some(channel) && sender.state() == SenderState::Live).collect();
    if of_channel.is_empty() {
        // Without a way to send, a local run has its outbox.
        return if ground.settings.local {
            Ok(None)
        } else {
            Err(hold(Reason::NotConnected, "Connect a sender under Settings.".to_owned(), Millis(now.0 + 60 * MINUTE)))
        };
    }
    let mut rests: Option<Stop> = None;
    for sender in of_channel {
        if let Some(until) = sender.waits_until.map(Millis).filter(|until| *until > now) {
            rests.get_or_insert(hold(Reason::ProviderPaused, format!("{} asked for a break.", sender.name), until));
            continue;
        }
        let taken = judged.by_sender.get(&sender.id).copied().unwrap_or(0);
        let sent = u32::try_from(ground.today(&format!("sender:{}", sender.id), "claimed")).unwrap_or(u32::MAX);
        let most = ramp::most_today(&ground.rules.ramp, sender.warm_from.map(shared::time::Day), now.day());
        let tomorrow = now.day().plus(1).start();
        if let Some(most) = most {
            let is_silent = ramp::is_silent(&ground.rules.ramp, engaged_at, now);
            let most = if is_silent { most * u32::from(ground.rules.ramp.probe) / 1_000 } else { most };
            if sent + taken >= most {
                rests.get_or_insert(hold(Reason::Warmup, format!("{most} a day for now."), tomorrow));
                continue;
            }
        }
        return Ok(Some(sender.id));
    }
    Err(rests.unwrap_or_else(|| hold(Reason::NotConnected, "No sender works.".to_owned(), Millis(now.0 + 60 * MINUTE))))
}

fn hold(reason: Reason, evidence: String, until: Millis) -> Stop {
    Stop { reason, evidence, kind: StopKind::Hold { until } }
}

/// Waits, and is given up when its hold expires: the time of an order from a person runs on while it waits.
pub fn waits(touch: &Row, reason: Reason, evidence: String, until: Millis, ground: &Ground, now: Millis) -> touches::Held {
    let expires = touch.expires_at.map_or(Millis(now.0 + i64::from(ground.rules.hold_days) * MILLIS_PER_DAY), Millis);
    // Looked at again at the latest when it is to be given up.
    touches::Held(touch.id, reason.code(), evidence, until.max(Millis(now.0 + 1)).min(expires.max(Millis(now.0 + 1))), expires)
}

impl Judged {
    pub fn stop(&mut self, touch: &Row, stop: Stop, ground: &Ground, now: Millis) {
        let Stop { reason, evidence, kind } = stop;
        match kind {
            StopKind::Hold { until } => self.held.push(waits(touch, reason, evidence, until, ground, now)),
            StopKind::Skip => self.skip(touch, reason, evidence),
            StopKind::End => self.end(touch, reason, evidence),
        }
    }

    pub fn skip(&mut self, touch: &Row, reason: Reason, evidence: String) {
        self.skipped.push(Skipped(touch.id, reason.code(), evidence));
        self.again.push(touch.entry_id);
    }

    pub fn end(&mut self, touch: &Row, reason: Reason, evidence: String) {
        self.skipped.push(Skipped(touch.id, reason.code(), evidence.clone()));
        self.ended.push((touch.entry_id, reason, evidence));
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.skipped.is_empty()
    }

    /// What writes down all but the claims.
    pub fn settled(&self, now: Millis) -> Result<Vec<Statement>, crate::db::DbError> {
        let mut statements = touches::hold(&self.held)?;
        statements.extend(touches::skip(&self.skipped, now)?);
        let ended: Vec<Planned> = self
            .ended
            .iter()
            .map(|(entry, reason, evidence)| {
                Planned(*entry, "ended", Some(reason.code()), Some(evidence.clone()), None, None, None)
            })
            .collect();
        statements.extend(entries::plan(&ended, now)?);
        if !self.again.is_empty() {
            statements.push(entries::look_again(&self.again, now));
            statements.push(leases::wake(super::super::plan::JOB));
        }
        Ok(statements)
    }
}
