//! Ready-made plans, each a whole campaign of 30 days that a marketer edits, and what a plan must hold to be launched.

mod check;
mod ready;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Channel;
use super::plan::{Audience, Budget, Goal, Kind, Mode, Plan, PlanStep, Stage, When};
use crate::message::lint::Class;
use crate::message::{self, Brief};
use crate::offer::{DAYS, Step};

pub use ready::ready;

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

    /// As the API names it.
    pub fn code(self) -> &'static str {
        match self {
            Self::PriceIncrease => "price_increase",
            Self::MissingFeature => "missing_feature",
            Self::LapsedBuyer => "lapsed_buyer",
            Self::FailedPayment => "failed_payment",
            Self::BeforeChurn => "before_churn",
            Self::WhiteGlove => "white_glove",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ready| ready.code() == code)
    }
}

impl Plan {
    /// The plan that a campaign of a kind begins with: the messages of the sequence on their days, by mail.
    pub fn of_kind(kind: Kind) -> Self {
        let is_service = kind == Kind::PaymentRecovery;
        // What is owed is no matter of weeks, and a bill makes no offer.
        let days: Vec<(Step, u16)> = if is_service {
            vec![(Step::Help, 0), (Step::Proof, 4), (Step::LastWord, 10)]
        } else {
            DAYS.iter().map(|(step, day)| (*step, u16::try_from(*day).unwrap_or(0))).collect()
        };
        let step = |(id, (message, day)): (u8, (Step, u16))| PlanStep {
            id,
            day,
            message,
            channel: None,
            fallback: None,
            when: When::Always,
        };
        let returned = if kind == Kind::WinBack { 150 } else { 400 };
        Self {
            kind,
            class: if is_service { Class::Service } else { Class::Marketing },
            mode: Mode::Once,
            audience: Audience::default(),
            holdout: Self::HOLDOUT,
            steps: (1..).zip(days).map(step).collect(),
            routes: Vec::new(),
            goals: [(Stage::Reached, 950), (Stage::Engaged, 100), (Stage::Returned, returned), (Stage::Stayed, 600)]
                .map(|(stage, target)| Goal { stage, target })
                .to_vec(),
            budget: Budget::default(),
            window_days: Self::WINDOW_DAYS,
            click_days: Self::CLICK_DAYS,
            priority: 50,
        }
    }

    /// In which forms each message must be written, so that every step finds its words: what `StepDraft::channels` is to hold.
    pub fn forms(&self) -> BTreeMap<Step, BTreeSet<message::Channel>> {
        let mut forms: BTreeMap<Step, BTreeSet<message::Channel>> = BTreeMap::new();
        for step in &self.steps {
            let routed: Vec<Channel> = match step.channel {
                Some(channel) => vec![channel],
                None => self.routes.iter().flat_map(|route| [Some(route.first), route.fallback]).flatten().collect(),
            };
            // Mail is always among the forms.
            let all = routed.into_iter().chain(step.fallback).chain([Channel::Email]);
            forms.entry(step.message).or_default().extend(all.filter_map(Channel::form));
        }
        forms
    }
}
