//! What touches cost and what returns are told as theirs, as sums by channel, step, offer, angle or hour.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::super::attribution::{Credit, Model, split};
use super::{RollupError, cell, wide};
use crate::campaign::Micros;
use crate::money::Home;

cell! {
    /// Sums over touches. Returns are in millionths of one, money is minor units of the home currency, cost millionths of its major unit.
    /// Descriptive: what a campaign earned is measured against its holdout.
    CreditCell
    plain {
        sent,
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

impl CreditCell {
    /// A touch that went out.
    pub fn sent(cost: Micros) -> Self {
        Self { sent: 1, cost: i128::from(cost.0), ..Self::default() }
    }

    /// What each touch of a return adds, in the order of `credits`; `net` and `margin` are divided to the minor unit.
    pub fn of(credits: &[Credit], net: Home, margin: Home) -> Vec<Self> {
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
