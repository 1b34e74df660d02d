//! What an approval binds to, who gave one, and what stands in the way of a launch.

use std::collections::BTreeMap;

use shared::api::{Approval, ApprovedBy, Permission, SenderState};
use shared::campaign::approval::{Bound, digest};
use shared::campaign::{Channel, Plan};
use shared::id::Id;
use shared::message::Draft;
use shared::message::lint::Class;
use shared::offer::Offer;
use shared::time::Millis;

use super::draft;
use crate::ctx::{Ctx, Who};
use crate::db::campaigns::{self, Row};
use crate::db::{Db, brand, entries, offers, segments, senders, sending, shop};
use crate::problem::Problem;

/// How a campaign stands for who wants to move it.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    pub plan: Plan,
    pub draft: Draft,
    pub digest: String,
    /// As many people as are needed approved exactly this.
    pub is_approved: bool,
    pub two_person: bool,
    pub obstacles: BTreeMap<String, String>,
}

pub async fn read(ctx: &Ctx, row: &Row) -> Result<Standing, Problem> {
    let draft = draft(row)?;
    let plan = plan(row)?;
    let shop = shop::read(&ctx.db).await?;
    let rules = sending::rules(&ctx.db).await?;
    let catalogue = offers::catalogue(&ctx.db, shop.home_currency).await?;
    let offers: BTreeMap<String, Offer> =
        catalogue.offers.into_iter().map(|known| (known.offer.id.clone(), known.offer)).collect();
    let segments = own_segments(&ctx.db, row.segment.as_deref(), &plan).await?;
    let bound = Bound { segment: row.segment.as_deref(), plan: &plan, draft: &draft, offers: &offers, segments: &segments };
    let digest = digest(&bound);
    let is_approved = approvers(row, &digest, rules.two_person) >= usize::from(needed(row, rules.two_person));
    let obstacles = obstacles(ctx, &plan, &draft, row.segment.is_none()).await?;
    Ok(Standing { plan, draft, digest, is_approved, two_person: rules.two_person, obstacles })
}

/// Who approved just this, and may.
fn approvers(row: &Row, digest: &str, two_person: bool) -> usize {
    let authors = row.authors();
    row.approvals().iter().filter(|known| known.2 == digest && !(two_person && authors.contains(&known.0))).count()
}

/// Of what a program wrote nobody knows whose hand it was: where two people are needed, two must approve it.
fn needed(row: &Row, two_person: bool) -> u8 {
    if two_person && row.authors().contains(&campaigns::A_PROGRAM) { 2 } else { 1 }
}

pub fn plan(row: &Row) -> Result<Plan, Problem> {
    let text = "Another version of Rekindle wrote this plan: bring this one up to date";
    row.plan().ok_or_else(|| Problem::Conflict("other_version", text.to_owned()))
}

/// As whoever asks sees it.
pub fn approval(ctx: &Ctx, row: &Row, standing: &Standing) -> Approval {
    let by = row.approvals().into_iter().filter(|known| known.2 == standing.digest);
    let is_author = ctx.who.user_id().is_some_and(|user| row.authors().contains(&user));
    let why_not = if !ctx.who.may(Permission::Approve) {
        Some("This needs the permission to approve.")
    } else if !matches!(ctx.who, Who::User(_)) {
        Some("A program approves nothing: sign in to approve.")
    } else if standing.two_person && is_author {
        Some("You wrote some of it: somebody else must approve it.")
    } else {
        None
    };
    Approval {
        digest: standing.digest.clone(),
        by: by.map(|known| ApprovedBy { name: known.1, at: Millis(known.3).rfc3339() }).collect(),
        needed: needed(row, standing.two_person),
        may: why_not.is_none(),
        why_not: why_not.map(str::to_owned),
    }
}

/// Filters of the segments that a marketer defined and that the audience names.
async fn own_segments(db: &Db, segment: Option<&str>, plan: &Plan) -> Result<BTreeMap<String, String>, Problem> {
    let mut filters = BTreeMap::new();
    for code in segment.into_iter().chain(plan.audience.segments.iter().map(String::as_str)) {
        if let Ok(id) = Id::parse(code)
            && let Some(own) = segments::own_of(db, &id).await?
        {
            filters.insert(code.to_owned(), own.digest);
        }
    }
    Ok(filters)
}

/// By field, with what mends it.
async fn obstacles(ctx: &Ctx, plan: &Plan, draft: &Draft, is_for_everybody: bool) -> Result<BTreeMap<String, String>, Problem> {
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    if let Err(fields) = plan.check(draft) {
        wrong.extend(fields.into_iter().map(|(field, fix)| (format!("plan.{field}"), fix)));
    }
    let audience = &plan.audience;
    let names_nobody =
        audience.segments.is_empty() && audience.tiers.is_empty() && audience.filter.is_none() && audience.customers.is_empty();
    if is_for_everybody && names_nobody {
        wrong.insert("segment".to_owned(), "Say for whom it is: choose a segment, a tier or a list".to_owned());
    }
    let channels = plan.channels();
    let known = brand::read(&ctx.db).await?.brand(&shop::read(&ctx.db).await?.name);
    let senders = senders::find(&ctx.db, None, ctx.now).await?;
    let is_live = |channel: Channel| {
        ctx.settings.local
            || senders.iter().any(|sender| sender.channel() == Some(channel) && sender.state() == SenderState::Live)
    };
    for channel in [Channel::Email, Channel::Sms] {
        if channels.contains(&channel) && !is_live(channel) {
            let fix = "Connect and test a sender for it under Settings";
            wrong.insert(format!("channel.{}", channel.code()), fix.to_owned());
        }
    }
    if channels.contains(&Channel::Email)
        && known.from.is_none()
        && !senders.iter().any(|sender| sender.settings().from.is_some())
    {
        wrong.insert("brand.from".to_owned(), "Name the address that mail comes from, under Brand".to_owned());
    }
    if plan.class == Class::Marketing && channels.contains(&Channel::Email) && known.postal_address.is_none() {
        wrong.insert(
            "brand.postal_address".to_owned(),
            "Name the shop's postal address under Brand: the law wants it in each mail".to_owned(),
        );
    }
    Ok(wrong)
}

impl Standing {
    /// What may not change while it runs.
    pub async fn check_frozen(&self, row: &Row, edition: u32, db: &Db) -> Result<(), Problem> {
        let editions = entries::editions(db, &[(row.id, edition)]).await?;
        let before: Option<Plan> = editions.first().and_then(|edition| serde_json::from_str(&edition.plan).ok());
        match before {
            Some(before) if before.holdout != self.plan.holdout => {
                let text =
                    "The share that is held out never changes while a campaign runs: what it measures would be worth nothing";
                Err(Problem::field("plan.holdout", text))
            }
            _ => Ok(()),
        }
    }
}
