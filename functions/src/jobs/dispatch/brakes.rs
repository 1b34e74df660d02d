//! Campaigns that stop themselves, and the share that goes first.

use std::collections::BTreeMap;

use shared::campaign::brake::{Brake, Counts, brake};
use shared::campaign::rules::canary_size;
use shared::time::Millis;

use super::ground::Ground;
use crate::db::campaigns::{self, StandingRow};
use crate::db::sending::{self, Amounts};
use crate::db::{Db, DbError, Statement};

/// The rest follows when so much of the first share is settled, per cent; or after so long.
const SETTLED: i64 = 90;
const PATIENCE: i64 = 2 * 60 * 60_000;

/// What pauses the page's campaigns, or lets the rest follow the first share.
pub async fn check(db: &Db, ground: &Ground, now: Millis) -> Result<Vec<Statement>, DbError> {
    let mut statements = Vec::new();
    for campaign in ground.campaigns().filter(|campaign| campaign.state == "running") {
        if let Some(Brake::Pause { why }) = look(db, ground, campaign).await? {
            let code = if why.contains("complain") { "complaints" } else { "bounces" };
            statements.push(campaigns::pause_itself(campaign.id, code, &why, now));
            continue;
        }
        let size = i64::from(canary_size(&ground.rules, ground.entered(campaign.id)));
        let claimed = ground.ever(campaign.id, "claimed");
        if campaign.canary_passed_at.is_some() || claimed < size {
            continue;
        }
        match campaign.canary_at {
            None => statements.push(campaigns::canary_is_out(campaign.id, now)),
            Some(at) => {
                let settled: i64 =
                    ["delivered", "bounced", "failed"].iter().map(|measure| ground.ever(campaign.id, measure)).sum();
                if settled * 100 >= claimed * SETTLED || now.0 >= at + PATIENCE {
                    statements.push(campaigns::canary_passed(campaign.id, now));
                }
            }
        }
    }
    Ok(statements)
}

/// What stands against a campaign by what came of its mails.
pub async fn look(db: &Db, ground: &Ground, campaign: &StandingRow) -> Result<Option<Brake>, DbError> {
    if ground.ever(campaign.id, "bounced") == 0 && ground.ever(campaign.id, "complained") == 0 {
        return Ok(None);
    }
    let all = counts(|measure| ground.ever(campaign.id, measure));
    let mailboxes = sending::mailboxes(db, campaign.id).await?;
    Ok(brake(&ground.rules.brake, all, &by_mailbox(&mailboxes)))
}

fn by_mailbox(amounts: &Amounts) -> BTreeMap<&str, Counts> {
    let names: std::collections::BTreeSet<&str> = amounts.keys().map(|(name, _)| name.as_str()).collect();
    let of = |name: &str, measure: &str| amounts.get(&(name.to_owned(), measure.to_owned())).copied().unwrap_or(0);
    names.into_iter().map(|name| (name, counts(|measure| of(name, measure)))).collect()
}

fn counts(of: impl Fn(&str) -> i64) -> Counts {
    let of = |measure: &str| u32::try_from(of(measure)).unwrap_or(0);
    Counts { sent: of("sent"), bounced: of("bounced"), complained: of("complained") }
}
