//! Prices in the currencies of the sample shops. USD is their home currency.

use crate::calendar::{DAYS, date};
use crate::draw::Draw;
use crate::tables::Tables;

/// Minor units of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) minor: i64,
    pub(crate) currency: &'static str,
}

impl Amount {
    /// What an article of `usd_cents` is sold for in `currency`: a list price, not the day's rate.
    pub(crate) fn list_price(usd_cents: i64, currency: &'static str) -> Self {
        let minor = match currency {
            "EUR" => (usd_cents * 93 + 50) / 100,
            "GBP" => (usd_cents * 80 + 50) / 100,
            // 1.48 yen a cent, in tens.
            "JPY" => (usd_cents * 148 + 500) / 1000 * 10,
            _ => usd_cents,
        };
        Self { minor, currency }
    }

    pub(crate) fn with(self, minor: i64) -> Self {
        Self { minor, ..self }
    }

    /// `per_cent` of it, rounded down to what the currency has coins for.
    pub(crate) fn share(self, per_cent: i64) -> i64 {
        self.minor * per_cent / 100
    }

    /// Decimal text in major units.
    pub(crate) fn text(self) -> String {
        match self.currency {
            "JPY" => self.minor.to_string(),
            _ => format!("{}.{:02}", self.minor / 100, self.minor % 100),
        }
    }
}

/// A rate a week for each foreign currency: a random walk around what the list prices assume.
pub(crate) fn rates(draw: &mut Draw, tables: &mut Tables) {
    for (currency, usual) in [("EUR", 1.09), ("GBP", 1.27), ("JPY", 0.0067)] {
        let mut drift = 0.0;
        for day in (0..DAYS).step_by(7) {
            drift = 0.97 * drift + 0.006 * draw.normal();
            tables.rate(currency, date(day), usual * libm::exp(drift));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_written_in_each_currency_s_decimals() {
        for (currency, text) in [("USD", "49.05"), ("EUR", "45.62"), ("GBP", "39.24"), ("JPY", "7260")] {
            assert_eq!(Amount::list_price(4905, currency).text(), text);
        }
    }
}
