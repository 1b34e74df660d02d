//! Tickets, surveys and mail.

use serde_json::json;

use super::{Account, Reason};
use crate::calendar::DAYS;
use crate::draw::Draw;
use crate::tables::Tables;
use crate::tickets::{self, Topic, ticket};

impl Account {
    pub(super) fn ask_for_help(&self, draw: &mut Draw, tables: &mut Tables) {
        let last = self.ended.unwrap_or(DAYS).min(DAYS);
        let every = 280.0 / libm::sqrt(f64::from(self.first_seats).min(40.0));
        let mut day = self.started + 2;
        let mut number = 0;
        if let Some(left) = self.champion_left.filter(|_| draw.chance(0.6)) {
            let noticed = left + draw.whole(3, 20);
            self.open(draw, tables, "champion", noticed, &tickets::saas::CHAMPION, 0.8);
        }
        while number < 25 {
            let cooling = self.warmth(day) < 0.85;
            let angry = cooling && self.decided.is_some_and(|(_, reason)| reason.is_felt());
            day += 2 + draw.exponential(if angry { every / 3.0 } else { every }) as i32;
            if day >= last {
                return;
            }
            number += 1;
            let topic = match self.decided {
                Some((_, reason)) if cooling && draw.chance(0.65) => reason.topic(),
                _ => draw.pick_by(USUAL_TOPICS, |&(_, weight)| weight).0,
            };
            self.open(draw, tables, &number.to_string(), day, topic, if angry { 0.35 } else { 0.9 });
        }
    }

    fn open(&self, draw: &mut Draw, tables: &mut Tables, id: &str, day: i32, topic: &'static Topic, patience: f64) {
        if day < DAYS {
            let at = self.office(draw, day);
            let who = self.somebody(draw, day);
            ticket(draw, tables, &format!("T{}-{id}", self.id), who, at, topic, patience);
        }
    }

    /// Twice a year.
    pub(super) fn answer_surveys(&self, draw: &mut Draw, tables: &mut Tables) {
        let last = self.ended.unwrap_or(DAYS).min(DAYS);
        for day in (self.started + 60..last).step_by(182) {
            if draw.chance(0.35) {
                let at = self.office(draw, day);
                let mean = 3.0 + 2.5 * self.adoption + 3.6 * self.warmth(day);
                let score = libm::round(mean + 1.3 * draw.normal()).clamp(0.0, 10.0) as u8;
                let who = self.somebody(draw, day);
                tables.event(format!("{}-n{day}", self.id), who, at, "NPS Answered", [("score", json!(score))]);
            }
        }
    }

    /// News about the product every other month.
    pub(super) fn read_mail(&self, draw: &mut Draw, tables: &mut Tables) {
        for day in (20..DAYS).step_by(61).skip_while(|&day| day <= self.started) {
            if self.ended.is_some_and(|ended| day > ended + 180) {
                return;
            }
            let id = format!("{}-m{:02}", self.id, day / 61);
            let sent = self.office(draw, day);
            let who = self.somebody(draw, day);
            let campaign = [("campaign", json!("Product news"))];
            tables.event(format!("{id}-d"), who, sent, "Email Delivered", campaign.clone());
            let warmth = self.warmth(day);
            if draw.chance(0.1 + 0.5 * warmth) {
                let opened = sent.later(draw.whole(60, 20_000));
                tables.event(format!("{id}-o"), who, opened, "Email Opened", campaign.clone());
                if draw.chance(0.35 * warmth) {
                    tables.event(format!("{id}-c"), who, opened.later(20), "Email Link Clicked", campaign);
                }
            }
        }
    }
}

impl Reason {
    fn topic(self) -> &'static Topic {
        match self {
            Self::Price | Self::Competitor => &tickets::saas::PRICE,
            Self::MissingFeature => &tickets::saas::MISSING,
            Self::Service => &tickets::saas::SERVICE,
            Self::PoorExperience => &tickets::saas::BUG,
            Self::ReducedNeed => &tickets::saas::LESS_WORK,
            Self::ChampionLeft => &tickets::saas::CHAMPION,
        }
    }

    /// Shows in more tickets.
    fn is_felt(self) -> bool {
        matches!(self, Self::MissingFeature | Self::Service | Self::PoorExperience)
    }
}

const USUAL_TOPICS: &[(&Topic, f64)] = &[
    (&tickets::saas::QUESTION, 55.0),
    (&tickets::saas::BUG, 14.0),
    (&tickets::saas::MISSING, 14.0),
    (&tickets::saas::PRAISE, 12.0),
    (&tickets::saas::PRICE, 5.0),
];
