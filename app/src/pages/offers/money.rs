//! Amounts in minor units of the home currency, as people read and type them.

use shared::money::{Currency, Money};

use crate::locale;

pub fn short(minor: i64, currency: Currency) -> String {
    locale::money_short(Money::new(minor, currency))
}

/// As it stands in a field: plain decimals.
pub fn typed(minor: i64, currency: Currency) -> String {
    Money::new(minor, currency).amount()
}

/// None where it is no amount of 0 or more.
pub fn read(text: &str, currency: Currency) -> Option<i64> {
    Money::parse(text, currency).ok().map(|money| money.minor).filter(|minor| *minor >= 0)
}

/// Per mille as it stands in a field: per cent with a decimal where there is one.
pub fn typed_share(per_mille: u16) -> String {
    let (whole, tenth) = (per_mille / 10, per_mille % 10);
    if tenth == 0 { whole.to_string() } else { format!("{whole}.{tenth}") }
}

/// Of 0 to 100 per cent, to per mille.
pub fn read_share(text: &str) -> Option<u16> {
    let share: f64 = text.trim().trim_end_matches('%').trim().parse().ok()?;
    (0.0..=100.0).contains(&share).then(|| (share * 10.0).round() as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_amounts_read_back_as_they_were_typed() {
        for (text, share) in [("25", 250), ("12.5", 125), (" 7 % ", 70)] {
            assert_eq!(read_share(text), Some(share));
        }
        assert_eq!((typed_share(250), typed_share(125)), ("25".to_owned(), "12.5".to_owned()));
        assert_eq!((read_share("101"), read_share("-1"), read_share("x")), (None, None, None));
        assert_eq!((read("12.50", Currency::USD), read("-1", Currency::USD)), (Some(1250), None));
    }
}
