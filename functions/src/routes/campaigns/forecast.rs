//! Whom a campaign would reach if it began now, and why not the rest.

use std::collections::{BTreeMap, HashMap};

use axum::Json;
use shared::api::{Forecast, ForecastResponse, GuardrailCount, NamedCustomer, NotReached, StepForecast};
use shared::campaign::caps::PastTouch;
use shared::campaign::forecast::{Chance, Group, Planned, detectable, share_for};
use shared::campaign::habits::Habits;
use shared::campaign::next::{EntrySoFar, Next, next};
use shared::campaign::seen::Seen;
use shared::campaign::{Channel, Plan, Reason, Rules, State};
use shared::message::lint::Class;
use shared::money::{Currency, Money};
use shared::offer::{Block, Ladder};
use shared::reason::Reason as Leaving;
use shared::segment::{Row as Line, ValueTier};
use shared::time::{MILLIS_PER_DAY, Millis};

use super::standing::{self, Standing};
use crate::audiences::{self, Whom};
use crate::ctx::Ctx;
use crate::db::{audience, campaigns, segments, sending, shop};
use crate::extract::PathId;
use crate::jobs::enter;
use crate::problem::Problem;
use crate::reach::{self, Known};
use crate::recipients::{self, Asking};

/// Customers of a page, and of all that are looked at in one request; of a larger audience these stand for all.
const PAGE: usize = 500;
const MOST: usize = 5_000;

/// Names told of each reason.
const NAMES: usize = 5;

/// Share of those who return by themselves where nobody knows better.
const USUAL: f64 = 0.08;

/// Whom it would reach now: everybody of the audience, by what would become of them. Nothing is written and nobody is drawn.
#[utoipa::path(get, path = "/api/campaigns/{id}/forecast", tag = "campaigns", params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = ForecastResponse), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn show(ctx: Ctx, PathId(id): PathId) -> Result<Json<ForecastResponse>, Problem> {
    let row = campaigns::find(&ctx.db, &id).await?.ok_or(Problem::NotFound)?;
    let standing = standing::read(&ctx, &row).await?;
    let approval = standing::approval(&ctx, &row, &standing);
    let home = shop::read(&ctx.db).await?.home_currency;
    let rules = sending::rules(&ctx.db).await?;
    let whom = audiences::whom(&ctx.db, home, row.segment.as_deref(), &standing.plan.audience, ctx.now).await?;
    let mut counting = Counting::new(&standing, &rules, home, ctx.now);
    let (total, sample) = if whom == Whom::Gone || is_unnamed(&standing, row.segment.as_deref()) {
        (0, None)
    } else {
        look(&ctx, row.id, &whom, &mut counting).await?
    };
    let mut obstacles = standing.obstacles.clone();
    if whom == Whom::Gone {
        obstacles
            .insert("segment".to_owned(), "A segment of it is gone, or its filter holds no longer: choose another".to_owned());
    }
    let mut forecast = counting.forecast(total, sample);
    (forecast.obstacles, forecast.approval) = (obstacles, approval);
    Ok(Json(ForecastResponse { forecast }))
}

fn is_unnamed(standing: &Standing, segment: Option<&str>) -> bool {
    let audience = &standing.plan.audience;
    segment.is_none()
        && audience.segments.is_empty()
        && audience.tiers.is_empty()
        && audience.filter.is_none()
        && audience.customers.is_empty()
}

/// How many are in the audience, and how many of these were looked at where that is not all.
async fn look(ctx: &Ctx, campaign: i64, whom: &Whom, counting: &mut Counting<'_>) -> Result<(u64, Option<u64>), Problem> {
    let top = segments::top_id(&ctx.db).await?;
    let list = &counting.standing.plan.audience;
    let shop = shop::read(&ctx.db).await?;
    let asking = Asking { db: &ctx.db, shop: &shop, names_tickets: false, now: ctx.now };
    let mut after = 0;
    let mut looked = 0;
    let mut is_all = false;
    while looked < MOST {
        let page = audience::everybody(&ctx.db, whom.condition(), after, top, PAGE).await?;
        let ids = audiences::listed(&ctx.db, list, page.ids).await?;
        looked += ids.len();
        let known = reach::read(&ctx.db, &ids, ctx.now).await?;
        let judged = enter::judge(&ctx.db, campaign, &counting.standing.plan, counting.rules, &ids, &known, ctx.now).await?;
        let ladders = if counting.standing.plan.class == Class::Marketing {
            let open = judged.entries.iter().filter(|entry| entry.2 == "open" && entry.3 == 0);
            let keys: Vec<(i64, String)> = open.map(|entry| (entry.0, String::new())).collect();
            recipients::ladders(asking, &keys).await?
        } else {
            HashMap::new()
        };
        counting.offer(&ladders);
        counting.add(&judged, &known, ids.len());
        match page.more_from {
            Some(more) => after = more,
            None => {
                is_all = true;
                break;
            }
        }
    }
    if is_all || !list.customers.is_empty() {
        return Ok((counting.audience, None));
    }
    let total = match whom {
        Whom::Those(checked) => segments::count_of(&ctx.db, checked, i64::MAX).await?,
        _ => u64::try_from(top).unwrap_or(0),
    };
    Ok((total.max(counting.audience), Some(counting.audience)))
}

/// What is counted page by page.
struct Counting<'a> {
    standing: &'a Standing,
    rules: &'a Rules,
    home: Currency,
    now: Millis,
    audience: u64,
    eligible: u64,
    held_out: u64,
    left_out: BTreeMap<Reason, (u64, Vec<NamedCustomer>)>,
    groups: BTreeMap<(u8, Channel), Sum>,
    steps: BTreeMap<u8, OfStep>,
    cost: i64,
    /// Millionths that the budget has left for touches, and whom it did not reach.
    left: Option<i64>,
    beyond_budget: u64,
    /// Offers that a guardrail stops: words, what would lift it, and of how many customers.
    stopped: BTreeMap<String, (String, String, u64)>,
}

/// What becomes of a step.
#[derive(Default)]
struct OfStep {
    /// Days after the entry, the latest.
    day: i64,
    channels: BTreeMap<Channel, u64>,
    not: BTreeMap<Reason, u64>,
}

/// Of people who are alike to the simulation.
#[derive(Default)]
struct Sum {
    people: u32,
    alone: Vec<f64>,
    contact: Vec<f64>,
    margin: Vec<f64>,
    touches: BTreeMap<(u16, Channel), (u32, i64)>,
}

impl<'a> Counting<'a> {
    fn new(standing: &'a Standing, rules: &'a Rules, home: Currency, now: Millis) -> Self {
        Self {
            standing,
            rules,
            home,
            now,
            audience: 0,
            eligible: 0,
            held_out: 0,
            left_out: BTreeMap::new(),
            groups: BTreeMap::new(),
            steps: BTreeMap::new(),
            cost: 0,
            left: standing.plan.budget.most.map(|most| most.minor.saturating_mul(1_000_000 / 10_i64.pow(home.decimals().min(6)))),
            beyond_budget: 0,
            stopped: BTreeMap::new(),
        }
    }

    /// What guardrails cut from what these would be offered.
    fn offer(&mut self, ladders: &HashMap<i64, Ladder>) {
        for ladder in ladders.values() {
            let why = ladder.left_out.iter().filter_map(|left| left.why.first());
            let rules: BTreeMap<String, &Block> = why.map(|block| (code_of(block), block)).collect();
            for (rule, block) in rules {
                let count = self.stopped.entry(rule).or_insert_with(|| (block.text.clone(), block.lift.clone(), 0));
                count.2 += 1;
            }
        }
    }

    fn add(&mut self, judged: &enter::Judged, known: &HashMap<i64, Known>, looked: usize) {
        self.audience += looked as u64;
        let mut said = 0;
        for entry in &judged.entries {
            said += 1;
            let Some(known) = known.get(&entry.0) else { continue };
            match (entry.2, entry.3) {
                ("open", 0) => {
                    self.eligible += 1;
                    self.walk(known);
                }
                ("open", arm) => {
                    self.held_out += 1;
                    let reason = if arm > 1 { Reason::GlobalHoldout } else { Reason::Holdout };
                    self.leave(reason, known);
                }
                _ => self.leave(entry.4.and_then(Reason::of_code).unwrap_or(Reason::Excluded), known),
            }
        }
        // Those without a line went through it before.
        let before = looked.saturating_sub(said) as u64;
        if before > 0 {
            self.left_out.entry(Reason::EnteredBefore).or_default().0 += before;
        }
    }

    fn leave(&mut self, reason: Reason, known: &Known) {
        let (count, names) = self.left_out.entry(reason).or_default();
        *count += 1;
        if names.len() < NAMES {
            names.push(NamedCustomer { id: known.row.public_id.clone(), name: known.row.name.clone() });
        }
    }

    /// Through the calendar as it would go for somebody who never answers.
    fn walk(&mut self, known: &Known) {
        let plan = &self.standing.plan;
        let angles = self.standing.draft.steps.iter().map(|step| (step.step, step.angle)).collect();
        let (seen, group) = (Seen::default(), Habits::default());
        let mut touches: Vec<PastTouch> = Vec::new();
        let mut past = known.past.clone();
        let mut now = self.now;
        let mut first = None;
        let mut theirs: Vec<(u16, Channel, i64)> = Vec::new();
        for _ in 0..Plan::MOST_STEPS * 3 {
            let so_far = EntrySoFar {
                entered_at: self.now,
                seen: &seen,
                touches: &touches,
                past: &past,
                ladder: None,
                angles: &angles,
                group: &group,
            };
            match next(plan, self.rules, &known.person, &so_far, now) {
                Next::End { .. } => break,
                Next::Wait { until, .. } => now = until.max(Millis(now.0 + 3_600_000)),
                Next::Touch(touch) => {
                    for passed in &touch.passed {
                        *self.steps.entry(passed.step).or_default().not.entry(passed.reason).or_default() += 1;
                        touches.push(as_past(passed.step, passed.channel.unwrap_or(Channel::Email), State::Skipped, now));
                    }
                    let country = known.contact(touch.contact).and_then(|(contact, _)| shared::campaign::zone::country(contact));
                    let cost = self.rules.costs.of(touch.channel, country.as_deref(), 0, self.home).0;
                    let day = (touch.due_at.0 - self.now.0).div_euclid(MILLIS_PER_DAY);
                    let step = self.steps.entry(touch.step).or_default();
                    step.day = step.day.max(day);
                    *step.channels.entry(touch.channel).or_default() += 1;
                    theirs.push((u16::try_from(day.max(0)).unwrap_or(u16::MAX), touch.channel, cost));
                    self.cost = self.cost.saturating_add(cost);
                    first.get_or_insert(touch.channel);
                    let done = as_past(touch.step, touch.channel, State::Delivered, touch.due_at);
                    touches.push(done.clone());
                    past.push(done);
                    now = Millis(touch.due_at.0 + 1);
                }
            }
            if now.0 > self.now.0 + i64::from(Plan::DAYS + 5) * MILLIS_PER_DAY {
                break;
            }
        }
        let spent: i64 = theirs.iter().map(|(_, _, cost)| *cost).sum();
        if let Some(left) = &mut self.left {
            *left -= spent;
            self.beyond_budget += u64::from(*left < 0);
        }
        let Some(first) = first else { return };
        let line = Line {
            value: ValueTier::of_number(known.row.value_tier).unwrap_or_default(),
            reason: Leaving::of_number(known.row.reason).unwrap_or_default(),
        };
        let sum = self.groups.entry((line.number(), first)).or_default();
        let share = |per_mille: Option<u16>, usual: f64| per_mille.map_or(usual, |share| f64::from(share) / 1_000.0);
        sum.people += 1;
        sum.alone.push(share(known.row.alone, USUAL));
        sum.contact.push(share(known.row.contact, USUAL * 1.25));
        sum.margin.push(known.row.margin_back.unwrap_or(0) as f64);
        for (day, channel, cost) in theirs {
            let (count, total) = sum.touches.entry((day, channel)).or_default();
            *count += 1;
            *total += cost;
        }
    }

    fn forecast(self, total: u64, sample: Option<u64>) -> Forecast {
        let scale = sample.filter(|looked| *looked > 0).map_or(1.0, |looked| total as f64 / looked as f64);
        let up = |count: u64| if sample.is_some() { (count as f64 * scale).round() as u64 } else { count };
        let mut left_out: Vec<NotReached> = self
            .left_out
            .into_iter()
            .map(|(reason, (count, names))| NotReached { reason, text: reason.words().to_owned(), customers: up(count), names })
            .collect();
        left_out.sort_by_key(|known| std::cmp::Reverse(known.customers));
        let groups: Vec<Group> =
            self.groups.into_iter().map(|((row, channel), sum)| group(row, channel, &sum, scale, sample.is_some())).collect();
        let base = if groups.is_empty() { USUAL } else { weighted(&groups) };
        let people = u32::try_from(up(self.eligible + self.held_out)).unwrap_or(u32::MAX);
        let holdout = self.standing.plan.holdout;
        let seen = detectable(base, holdout, people, 0.8, 0.05);
        let better = seen.and_then(|effect| share_for(base, effect * 0.75, people, 0.8, 0.05)).filter(|share| *share > holdout);
        let steps = self.steps.into_iter().map(|(step, OfStep { day, channels, not })| StepForecast {
            step,
            day: Millis(self.now.0 + day * MILLIS_PER_DAY).day().iso(),
            channels: channels.into_iter().map(|(channel, count)| (channel, up(count))).collect(),
            not: not.into_iter().map(|(reason, count)| (reason, up(count))).collect(),
        });
        let minor = shared::campaign::cost::Micros((self.cost as f64 * scale) as i64).minor(self.home);
        Forecast {
            audience: total,
            eligible: up(self.eligible),
            held_out: up(self.held_out),
            left_out,
            groups,
            steps: steps.collect(),
            guardrails: self
                .stopped
                .into_iter()
                .map(|(rule, (text, lift, customers))| GuardrailCount { rule, text, lift, customers: up(customers) })
                .collect(),
            detectable: seen.map(|effect| effect * 100.0),
            better_holdout: better,
            cost: Money::new(minor, self.home),
            budget: self.standing.plan.budget.most,
            beyond_budget: up(self.beyond_budget),
            sample,
            obstacles: BTreeMap::new(),
            approval: shared::api::Approval::default(),
            as_of: self.now.rfc3339(),
        }
    }
}

/// As the API names a rule.
fn code_of(block: &Block) -> String {
    serde_json::to_value(block.rule).ok().and_then(|rule| rule.as_str().map(str::to_owned)).unwrap_or_default()
}

fn as_past(step: u8, channel: Channel, state: State, at: Millis) -> PastTouch {
    PastTouch {
        campaign: 0,
        entry: 0,
        step,
        message: None,
        channel,
        state,
        reason: None,
        angle: None,
        due_at: at,
        counted_at: state.counts().then_some(at),
    }
}

fn group(row: u8, channel: Channel, sum: &Sum, scale: f64, is_sample: bool) -> Group {
    let people = if is_sample { (f64::from(sum.people) * scale).round() as u32 } else { sum.people };
    let touches = sum.touches.iter().map(|((day, channel), (count, cost))| Planned {
        day: *day,
        channel: *channel,
        cost: shared::campaign::cost::Micros(cost / i64::from(*count).max(1)),
        share: f64::from(*count) / f64::from(sum.people.max(1)),
    });
    let margin = mean(&sum.margin);
    let spread = (sum.margin.iter().map(|one| (one - margin).powi(2)).sum::<f64>() / f64::from(sum.people.max(1))).sqrt();
    Group {
        row,
        channel,
        people,
        alone: chance(&sum.alone),
        contact: chance(&sum.contact),
        margin_back: margin,
        margin_spread: spread,
        offer_cost: 0.0,
        touches: touches.collect(),
    }
}

/// The mean of a group's chances, with how far it may be off: chances of this kind were some third too low or too high in the shop's own
/// backtests before outcomes narrowed them.
fn chance(of: &[f64]) -> Chance {
    let mean = mean(of);
    Chance { mean, low: mean * 0.7, high: (mean * 1.35).min(1.0) }
}

fn mean(of: &[f64]) -> f64 {
    if of.is_empty() { 0.0 } else { of.iter().sum::<f64>() / of.len() as f64 }
}

fn weighted(groups: &[Group]) -> f64 {
    let people: f64 = groups.iter().map(|group| f64::from(group.people)).sum();
    let sum: f64 = groups.iter().map(|group| f64::from(group.people) * group.alone.mean).sum();
    if people > 0.0 { (sum / people).clamp(0.001, 0.999) } else { USUAL }
}
