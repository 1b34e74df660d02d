//! What is believed of an arm's mean reward.

use serde::{Deserialize, Serialize};

use crate::clv::ln_gamma;
use crate::random::Random;

/// A posterior distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Belief {
    /// Of a rate.
    Beta {
        a: f64,
        b: f64,
    },
    /// Of an amount whose spread is itself uncertain: Student's t.
    Student {
        freedom: f64,
        center: f64,
        scale: f64,
    },
    Normal {
        center: f64,
        scale: f64,
    },
}

impl Belief {
    pub fn mean(&self) -> f64 {
        match *self {
            Self::Beta { a, b } => a / (a + b),
            Self::Student { center, .. } | Self::Normal { center, .. } => center,
        }
    }

    pub fn draw(&self, random: &mut Random) -> f64 {
        match *self {
            Self::Beta { a, b } => random.beta(a, b),
            Self::Student { freedom, center, scale } => {
                let spread = random.gamma(freedom / 2.0) / (freedom / 2.0);
                center + scale * random.normal() / libm::sqrt(spread)
            }
            Self::Normal { center, scale } => center + scale * random.normal(),
        }
    }

    pub(super) fn is_rate(&self) -> bool {
        matches!(self, Self::Beta { .. })
    }

    /// On the scale on which the density is smooth and reaches from minus to plus infinity: a rate's logit, an amount itself.
    pub(super) fn curve(&self) -> Curve {
        match *self {
            Self::Beta { a, b } => Curve {
                shape: Shape::LogitBeta { a, b },
                center: libm::log(a / b),
                spread: libm::sqrt(1.0 / a + 1.0 / b),
                constant: ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b),
            },
            Self::Student { freedom, center, scale } => Curve {
                shape: Shape::Student { freedom },
                center,
                spread: scale,
                constant: ln_gamma((freedom + 1.0) / 2.0)
                    - ln_gamma(freedom / 2.0)
                    - 0.5 * libm::log(freedom * std::f64::consts::PI)
                    - libm::log(scale),
            },
            Self::Normal { center, scale } => Curve {
                shape: Shape::Normal,
                center,
                spread: scale,
                constant: -0.5 * libm::log(std::f64::consts::TAU) - libm::log(scale),
            },
        }
    }
}

/// A density with one peak, at `center`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Curve {
    shape: Shape,
    pub(super) center: f64,
    /// By which the peak's curvature falls off.
    pub(super) spread: f64,
    constant: f64,
}

#[derive(Debug, Clone, Copy)]
enum Shape {
    LogitBeta { a: f64, b: f64 },
    Student { freedom: f64 },
    Normal,
}

impl Curve {
    pub(super) fn ln_density(&self, at: f64) -> f64 {
        self.constant
            + match self.shape {
                Shape::LogitBeta { a, b } => -a * softplus(-at) - b * softplus(at),
                Shape::Student { freedom } => {
                    let t = (at - self.center) / self.spread;
                    -0.5 * (freedom + 1.0) * libm::log1p(t * t / freedom)
                }
                Shape::Normal => {
                    let z = (at - self.center) / self.spread;
                    -0.5 * z * z
                }
            }
    }
}

/// ln(1 + eˣ).
fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + libm::log1p(libm::exp(-x)) } else { libm::log1p(libm::exp(x)) }
}
