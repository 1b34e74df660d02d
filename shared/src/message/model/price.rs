//! What a call costs, in whole millionths: so that a cap is kept to the last of them.
//!
//! Providers tell the price of a million tokens. A price of 0.075 a million is 75,000 millionths; a call of 2,000 tokens costs 150. Sums
//! of them are exact, and every part of a millionth is rounded up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Usage;

const UNIT: u64 = 1_000_000;

/// No price and no cap is higher: a hundred million of the currency stays exact in JSON and in the store.
const MOST: u64 = 100_000_000 * UNIT;

/// Millionths of a currency's unit. On the wire decimal text: `"0.075"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "0.075")]
pub struct Micros(u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Write an amount such as 20 or 0.075, with at most 6 decimals and at most 100000000")]
pub struct NoMicros;

impl Micros {
    pub fn new(millionths: u64) -> Self {
        Self(millionths.min(MOST))
    }

    pub fn get(self) -> u64 {
        self.0
    }

    /// What these tokens cost where a million of them cost `self`.
    pub fn of_tokens(self, tokens: u64) -> Self {
        let millionths = u128::from(self.0) * u128::from(tokens);
        Self::new(u64::try_from(millionths.div_ceil(u128::from(UNIT))).unwrap_or(MOST))
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(self.0.saturating_add(other.0))
    }
}

/// The prices of a million tokens that go in and come out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prices {
    pub input: Micros,
    pub output: Micros,
}

impl Prices {
    pub fn of(self, usage: Usage) -> Micros {
        self.input.of_tokens(usage.input).plus(self.output.of_tokens(usage.output))
    }

    /// The most that a request of so many bytes can cost: no tokenizer makes more than a token of each byte, and what frames a request
    /// adds some.
    pub fn most(self, request_bytes: usize, most_tokens: u32) -> Micros {
        let input = u64::try_from(request_bytes).unwrap_or(u64::MAX).saturating_add(FRAME);
        self.of(Usage { input, output: most_tokens.into() })
    }
}

/// Tokens that a provider may put around a request.
const FRAME: u64 = 100;

impl FromStr for Micros {
    type Err = NoMicros;

    fn from_str(text: &str) -> Result<Self, NoMicros> {
        let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !is_number(whole) || !is_number(fraction) || fraction.len() > 6 {
            return Err(NoMicros);
        }
        let millionths: u64 = format!("0{whole}{fraction:0<6}").parse().map_err(|_| NoMicros)?;
        if millionths > MOST { Err(NoMicros) } else { Ok(Self(millionths)) }
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / UNIT, format!("{:06}", self.0 % UNIT));
        let part = part.trim_end_matches('0');
        write!(f, "{whole}.{part:0<2}")
    }
}

impl TryFrom<String> for Micros {
    type Error = NoMicros;

    fn try_from(text: String) -> Result<Self, NoMicros> {
        text.parse()
    }
}

impl From<Micros> for String {
    fn from(amount: Micros) -> Self {
        amount.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_and_told_to_the_last_millionth() {
        for (text, millionths, told) in [
            ("20", 20_000_000, "20.00"),
            ("0.075", 75_000, "0.075"),
            (".5", 500_000, "0.50"),
            ("0.000001", 1, "0.000001"),
            ("0", 0, "0.00"),
        ] {
            let amount: Micros = text.parse().expect(text);
            assert_eq!((amount.get(), amount.to_string().as_str()), (millionths, told));
        }
        for text in ["", ".", "-1", "1e3", "0.0000001", "1,5", "100000001", "99999999999999999999", "１"] {
            assert_eq!(text.parse::<Micros>(), Err(NoMicros), "{text}");
        }
    }

    #[test]
    fn a_call_is_rounded_up_and_never_costs_more_than_was_reserved() {
        let prices = Prices { input: Micros::new(75_000), output: Micros::new(300_001) };
        assert_eq!(prices.of(Usage { input: 2_000, output: 0 }).get(), 150);
        assert_eq!(prices.of(Usage { input: 1, output: 1 }).get(), 2);
        assert!(prices.most(6_000, 900) >= prices.of(Usage { input: 6_000, output: 900 }));
        let dear = Prices { input: Micros::new(MOST), output: Micros::new(MOST) };
        assert_eq!(dear.most(usize::MAX, u32::MAX).get(), MOST);
    }
}
