//! What became of touches, what they cost and what returns are told as theirs, as sums by step, variant, channel, mailbox provider, offer,
//! angle or hour.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::attribution::{Credit, Model, split};
use super::{RollupError, cell, wide};
use crate::campaign::{Channel, Micros};
use crate::message::Angle;
use crate::money::Home;
use crate::offer;

/// What became of one touch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Became {
    pub sent: bool,
    pub delivered: bool,
    pub bounced: bool,
    pub opened: bool,
    pub machine_opened: bool,
    pub clicked: bool,
    pub machine_clicked: bool,
    pub replied: bool,
    pub visited: bool,
    pub opted_out: bool,
    pub complained: bool,
    pub returned: bool,
    pub cost: Micros,
}

/// By what touches are told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TouchKind {
    pub step: u8,
    pub variant: u8,
    pub channel: Option<Channel>,
    /// Of the address, see `provider::mailbox`; of mail alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mailbox: Option<String>,
    /// None for a message without an offer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<offer::Kind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub angle: Option<Angle>,
    /// 0 to 23, in the person's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hour: Option<u8>,
}

/// What the sums of touches are stored under begins with it.
pub const TOUCH: &str = "touch";

impl TouchKind {
    /// Every sum that a touch is counted in: `touch`, `touch.step:2`, `touch.variant:2.1`, `touch.mailbox:gmail.com`.
    pub fn codes(&self) -> Vec<String> {
        let mut codes = vec![TOUCH.to_owned()];
        let mut put = |name: &str, value: &dyn std::fmt::Display| codes.push(format!("{TOUCH}.{name}:{value}"));
        put("step", &self.step);
        put("variant", &format_args!("{}.{}", self.step, self.variant));
        put("offer", &self.offer.map_or("none", offer::Kind::code));
        if let Some(channel) = self.channel {
            put("channel", &channel.code());
        }
        if let Some(mailbox) = &self.mailbox {
            put("mailbox", mailbox);
        }
        if let Some(angle) = self.angle {
            put("angle", &angle.code());
        }
        if let Some(hour) = self.hour {
            put("hour", &hour);
        }
        codes
    }
}

cell! {
    /// Sums over touches, each of which counts once in a figure however often it was told. Returns told as theirs are in millionths of one,
    /// money is minor units of the home currency, cost millionths of its major unit. Descriptive: what a campaign earned is measured
    /// against its holdout.
    TouchCell
    plain {
        /// That were due, sent or not.
        planned,
        sent,
        /// Arrived, as told or by what was done about it.
        delivered,
        bounced,
        /// By a person, as far as that can be told.
        opened,
        machine_opened,
        clicked,
        machine_clicked,
        replied,
        visited,
        /// Clicked or replied.
        engaged,
        opted_out,
        complained,
        /// Went out before its person returned: a return counts at each.
        returned,
        last_returns,
        first_returns,
        linear_returns,
        position_returns,
        decay_returns,
        last_net,
        first_net,
        linear_net,
        position_net,
        decay_net,
        last_margin,
        first_margin,
        linear_margin,
        position_margin,
        decay_margin,
    }
    wide { cost, }
    days {}
}

impl TouchCell {
    /// A touch that was due.
    pub fn of(touch: &Became) -> Self {
        let is = i64::from;
        let engaged = touch.clicked || touch.replied;
        Self {
            planned: 1,
            sent: is(touch.sent),
            delivered: is(touch.delivered),
            bounced: is(touch.bounced),
            opened: is(touch.opened),
            machine_opened: is(touch.machine_opened),
            clicked: is(touch.clicked),
            machine_clicked: is(touch.machine_clicked),
            replied: is(touch.replied),
            visited: is(touch.visited),
            engaged: is(engaged),
            opted_out: is(touch.opted_out),
            complained: is(touch.complained),
            returned: is(touch.returned),
            cost: i128::from(touch.cost.0),
            ..Self::default()
        }
    }

    /// What each touch of a return adds, in the order of `credits`; `net` and `margin` are divided to the minor unit.
    pub fn of_credits(credits: &[Credit], net: Home, margin: Home) -> Vec<Self> {
        let mut cells = vec![Self::default(); credits.len()];
        for (place, model) in Model::ALL.into_iter().enumerate() {
            let shares: Vec<u64> = credits.iter().map(|credit| credit.shares.get(place).copied().map_or(0, u64::from)).collect();
            let divided = split(net.0, &shares).into_iter().zip(split(margin.0, &shares));
            for ((cell, share), (net, margin)) in cells.iter_mut().zip(&shares).zip(divided) {
                let (returns, own_net, own_margin) = cell.of_model_mut(model);
                *returns = i64::try_from(*share).unwrap_or(0);
                *own_net = net;
                *own_margin = margin;
            }
        }
        cells
    }

    /// Returns in millionths, net revenue and margin.
    pub fn of_model(&self, model: Model) -> (i64, Home, Home) {
        let mut copy = self.clone();
        let (returns, net, margin) = copy.of_model_mut(model);
        (*returns, Home(*net), Home(*margin))
    }

    fn of_model_mut(&mut self, model: Model) -> (&mut i64, &mut i64, &mut i64) {
        match model {
            Model::Last => (&mut self.last_returns, &mut self.last_net, &mut self.last_margin),
            Model::First => (&mut self.first_returns, &mut self.first_net, &mut self.first_margin),
            Model::Linear => (&mut self.linear_returns, &mut self.linear_net, &mut self.linear_margin),
            Model::Position => (&mut self.position_returns, &mut self.position_net, &mut self.position_margin),
            Model::Decay => (&mut self.decay_returns, &mut self.decay_net, &mut self.decay_margin),
        }
    }
}
