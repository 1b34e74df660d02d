//! Ready-made plans, each a whole campaign of 30 days that a marketer edits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plan::{Audience, Budget, Goal, Kind, Mode, Plan, PlanStep, Stage, When};
use crate::message::lint::Class;
use crate::message::{Brief, Draft};
use crate::offer::DAYS;

/// The plans that come with Rekindle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ready {
    PriceIncrease,
    MissingFeature,
    LapsedBuyer,
    FailedPayment,
    BeforeChurn,
    WhiteGlove,
}

/// A plan with what its messages are written from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadyPlan {
    pub code: Ready,
    pub name: String,
    /// For whom, and what it does, in two sentences.
    pub about: String,
    pub plan: Plan,
    pub brief: Brief,
}

impl Ready {
    pub const ALL: [Self; 6] =
        [Self::PriceIncrease, Self::MissingFeature, Self::LapsedBuyer, Self::FailedPayment, Self::BeforeChurn, Self::WhiteGlove];
}

pub fn ready(code: Ready) -> ReadyPlan {
    ReadyPlan { code, name: String::new(), about: String::new(), plan: Plan::of_kind(Kind::default()), brief: Brief::default() }
}

impl Plan {
    /// The plan that a campaign of a kind begins with: the five messages on their days, by mail.
    pub fn of_kind(kind: Kind) -> Self {
        let step = |(id, (message, day)): (u8, (_, i32))| PlanStep {
            id,
            day: u16::try_from(day).unwrap_or(0),
            message,
            channel: None,
            fallback: None,
            when: When::Always,
        };
        Self {
            kind,
            class: if kind == Kind::PaymentRecovery { Class::Service } else { Class::Marketing },
            mode: Mode::Once,
            audience: Audience::default(),
            holdout: Self::HOLDOUT,
            steps: (1..).zip(DAYS).map(step).collect(),
            routes: Vec::new(),
            goals: [(Stage::Reached, 950), (Stage::Engaged, 100), (Stage::Returned, 300), (Stage::Stayed, 600)]
                .map(|(stage, target)| Goal { stage, target })
                .to_vec(),
            budget: Budget::default(),
            window_days: Self::WINDOW_DAYS,
            click_days: Self::CLICK_DAYS,
            priority: 50,
        }
    }

    /// What cannot be, by the path of its field.
    ///
    /// # Errors
    /// Each field with what to do about it.
    pub fn check(&self, draft: &Draft) -> Result<(), BTreeMap<String, String>> {
        let _ = draft;
        Ok(())
    }
}
