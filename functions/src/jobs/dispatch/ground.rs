//! What a page of touches is decided on beside the people: campaigns, senders, money, and what went out today.

use std::collections::{HashMap, HashSet};

use shared::campaign::stop::Standing;
use shared::campaign::{Channel, Rules, Status};
use shared::money::Currency;
use shared::time::{Day, Millis};
use worker::Env;

use super::super::plan::{self, Running};
use super::super::run::Held;
use super::Cursor;
use crate::db::campaigns::{self, StandingRow};
use crate::db::senders::{self, SenderRow};
use crate::db::sending::{self, Amounts, Row as SendingRow};
use crate::db::shop::{self, Shop};
use crate::db::touches::Row;
use crate::db::{Db, DbError};
use crate::settings::Settings;

/// Read once a run, and what changes before each page.
#[derive(Debug)]
pub struct Ground {
    pub shop: Shop,
    pub rules: Rules,
    pub settings: Settings,
    pub home: Currency,
    pub senders: Vec<SenderRow>,
    sending: SendingRow,
    running: HashMap<(i64, u32), Running>,
    campaigns: HashMap<i64, StandingRow>,
    money: HashMap<(i64, String), i64>,
    /// Of today: what channels cost, what senders sent.
    today: Amounts,
    /// Of all days: what campaigns claimed, sent and got back.
    ever: Amounts,
}

impl Ground {
    pub async fn read(held: &Held<Cursor>, env: &Env) -> Result<Self, DbError> {
        let shop = shop::read(&held.db).await?;
        let sending = sending::read(&held.db).await?;
        Ok(Self {
            home: shop.home_currency,
            shop,
            rules: sending.rules(),
            settings: Settings::read(env),
            senders: senders::find(&held.db, None, held.now).await?,
            sending,
            running: HashMap::new(),
            campaigns: HashMap::new(),
            money: HashMap::new(),
            today: Amounts::new(),
            ever: Amounts::new(),
        })
    }

    /// For the next page: senders may rest by now, and budgets are less.
    pub async fn refresh(&mut self, held: &Held<Cursor>, page: &[Row]) -> Result<(), DbError> {
        self.look(&held.db, page, held.now).await
    }

    async fn look(&mut self, db: &Db, page: &[Row], now: Millis) -> Result<(), DbError> {
        let ids: Vec<i64> = page.iter().map(|touch| touch.campaign_id).collect::<HashSet<_>>().into_iter().collect();
        self.sending = sending::read(db).await?;
        self.senders = senders::find(db, None, now).await?;
        self.running = plan::running(db, page.iter().map(|touch| (touch.campaign_id, touch.edition))).await?;
        self.campaigns = campaigns::standing(db, &ids).await?.into_iter().map(|row| (row.id, row)).collect();
        self.money = sending::money(db, &ids).await?;
        let channels = Channel::ALL.iter().map(|channel| format!("shop:{}", channel.code()));
        let senders = self.senders.iter().map(|sender| format!("sender:{}", sender.id));
        self.today = sending::counted(db, &channels.chain(senders).collect::<Vec<_>>(), now.day()).await?;
        let campaigns: Vec<String> = ids.iter().map(|id| format!("campaign:{id}")).collect();
        self.ever = sending::counted(db, &campaigns, Day(0)).await?;
        Ok(())
    }

    pub fn running(&self, touch: &Row) -> Option<&Running> {
        self.running.get(&(touch.campaign_id, touch.edition))
    }

    pub fn campaign(&self, id: i64) -> Option<&StandingRow> {
        self.campaigns.get(&id)
    }

    pub fn campaigns(&self) -> impl Iterator<Item = &StandingRow> {
        self.campaigns.values()
    }

    /// Where a touch's campaign stands. Money is left to the claim, which counts it in its own statement.
    pub fn standing(&self, touch: &Row) -> Option<Standing> {
        let running = self.running(touch)?;
        let status = self.campaign(touch.campaign_id).and_then(|row| Status::of_code(&row.state))?;
        Some(Standing {
            kind: running.plan.kind,
            class: running.plan.class,
            status,
            sending_stopped: self.sending.is_stopped(),
            left: None,
            left_today: None,
        })
    }

    /// Millionths of the home currency.
    pub fn reserved(&self, campaign: i64, channel: &str) -> i64 {
        self.money.get(&(campaign, channel.to_owned())).copied().unwrap_or(0)
    }

    /// Today's, of a channel or of a sender.
    pub fn today(&self, scope: &str, measure: &str) -> i64 {
        self.today.get(&(scope.to_owned(), measure.to_owned())).copied().unwrap_or(0)
    }

    /// Who are contacted.
    pub fn entered(&self, campaign: i64) -> u64 {
        u64::try_from(self.ever(campaign, "entered")).unwrap_or(0)
    }

    pub fn ever(&self, campaign: i64, measure: &str) -> i64 {
        self.ever.get(&(format!("campaign:{campaign}"), measure.to_owned())).copied().unwrap_or(0)
    }
}
