//! Money: integer minor units with a currency.
//!
//! There is no `Add` for [`Money`]: amounts of unknown currencies cannot be summed. [`Rates::to_home`] turns one into
//! [`Home`], whose amounts can.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Day;

/// An ISO 4217 code: three upper-case letters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, example = "USD")]
pub struct Currency([u8; 3]);

/// An amount in minor units (cents) of one currency. On the wire `{"amount": "29.33", "currency": "USD"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "WireMoney", into = "WireMoney")]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// The wire form of [`Money`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WireMoney {
    /// Decimal text with the currency's number of decimals.
    #[schema(example = "29.33")]
    pub amount: String,
    pub currency: Currency,
}

/// An amount in minor units of the home currency: the only kind that can be summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Home(pub i64);

/// Stored daily rates into the home currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    home: Currency,
    by_currency: BTreeMap<Currency, BTreeMap<Day, f64>>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("is not a currency code: use three letters such as USD")]
    Currency,
    #[error("is not an amount: use digits with a decimal point such as 29.33")]
    Amount,
}

impl Currency {
    pub const USD: Self = Self(*b"USD");

    /// Upper- or lower-case letters.
    ///
    /// # Errors
    /// When it is not three ASCII letters.
    pub fn parse(code: &str) -> Result<Self, MoneyError> {
        match *code.trim().as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_alphabetic) => Ok(Self([a, b, c].map(|l| l.to_ascii_uppercase()))),
            _ => Err(MoneyError::Currency),
        }
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("XXX")
    }

    /// Number of decimals of the minor unit (ISO 4217): 2 but for the listed ones.
    pub fn decimals(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"UYI"
            | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl Money {
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Plain decimal text, `.` as the decimal point; more decimals than the currency has are rounded half away from zero.
    ///
    /// # Errors
    /// When `amount` is not a decimal number or does not fit.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, MoneyError> {
        let text = amount.trim();
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if (whole.is_empty() && fraction.is_empty()) || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit()) {
            return Err(MoneyError::Amount);
        }
        let decimals = currency.decimals() as usize;
        let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(decimals).collect();
        let round_up = fraction.as_bytes().get(decimals).is_some_and(|&b| b >= b'5');
        let minor: i64 = format!("0{whole}{kept}").parse().map_err(|_| MoneyError::Amount)?;
        let minor = minor.checked_add(i64::from(round_up)).ok_or(MoneyError::Amount)?;
        Ok(Self { minor: if negative { -minor } else { minor }, currency })
    }

    /// Plain decimal text with the currency's decimals, such as `29.33` or `-5`.
    pub fn amount(self) -> String {
        let decimals = self.currency.decimals();
        let unit = 10_u64.pow(decimals);
        let (whole, rest) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        let sign = if self.minor < 0 { "-" } else { "" };
        if decimals == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest:0width$}", width = decimals as usize) }
    }
}

impl Home {
    pub fn in_currency(self, home: Currency) -> Money {
        Money::new(self.0, home)
    }
}

impl std::ops::Add for Home {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::iter::Sum for Home {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), std::ops::Add::add)
    }
}

impl Rates {
    pub fn new(home: Currency) -> Self {
        Self { home, by_currency: BTreeMap::new() }
    }

    pub fn home(&self) -> Currency {
        self.home
    }

    /// One major unit of `currency` is worth `rate` major units of the home currency from `day` on. Rates that are not
    /// finite and positive are dropped.
    pub fn insert(&mut self, currency: Currency, day: Day, rate: f64) {
        if rate.is_finite() && rate > 0.0 {
            self.by_currency.entry(currency).or_default().insert(day, rate);
        }
    }

    /// At the rate of the day or the latest before it, else the earliest stored after it; `None` where the currency has no
    /// rate, so that it stays apart.
    pub fn to_home(&self, money: Money, day: Day) -> Option<Home> {
        if money.currency == self.home {
            return Some(Home(money.minor));
        }
        let rates = self.by_currency.get(&money.currency)?;
        let (_, rate) = rates.range(..=day).next_back().or_else(|| rates.iter().next())?;
        let minor = money.minor as f64 * rate * units(self.home) / units(money.currency);
        let minor = minor.round();
        (minor.abs() < 9.0e18).then_some(Home(minor as i64))
    }
}

/// Minor units in a major one, by multiplication: the standard library's powers may end in another digit on another platform.
fn units(currency: Currency) -> f64 {
    (0..currency.decimals()).fold(1.0, |units, _| 10.0 * units)
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl utoipa::PartialSchema for Money {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        WireMoney::schema()
    }
}

impl ToSchema for Money {
    fn name() -> std::borrow::Cow<'static, str> {
        "Money".into()
    }
}

impl TryFrom<String> for Currency {
    type Error = MoneyError;
    fn try_from(code: String) -> Result<Self, MoneyError> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl TryFrom<WireMoney> for Money {
    type Error = MoneyError;
    fn try_from(wire: WireMoney) -> Result<Self, MoneyError> {
        Self::parse(&wire.amount, wire.currency)
    }
}

impl From<Money> for WireMoney {
    fn from(money: Money) -> Self {
        Self { amount: money.amount(), currency: money.currency }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, code: &str, minor: i64, back: &str) {
        let money = Money::parse(text, Currency::parse(code).expect("code")).expect(text);
        assert_eq!((money.minor, money.amount().as_str()), (minor, back));
    }

    #[test]
    fn amounts_read_and_write_in_each_currency_s_decimals() {
        check("29.33", "usd", 2933, "29.33");
        check("-0.05", "EUR", -5, "-0.05");
        check("1200", "JPY", 1200, "1200");
        check("1.2345", "KWD", 1235, "1.235");
        check(".5", "USD", 50, "0.50");
        check("2.005", "USD", 201, "2.01");
    }

    #[test]
    fn what_is_not_an_amount_is_refused() {
        for text in ["", ".", "1,5", "1e3", "NaN", "--1", "99999999999999999999"] {
            assert_eq!(Money::parse(text, Currency::USD), Err(MoneyError::Amount), "{text}");
        }
    }

    #[test]
    fn conversion_uses_the_last_rate_known_on_the_day_and_none_without_one() {
        let eur = Currency::parse("EUR").expect("code");
        let jpy = Currency::parse("JPY").expect("code");
        let mut rates = Rates::new(Currency::USD);
        rates.insert(eur, Day(10), 1.1);
        rates.insert(eur, Day(20), 1.2);
        rates.insert(jpy, Day(10), 0.01);
        rates.insert(jpy, Day(11), f64::NAN);
        let ten_euro = Money::new(1000, eur);
        assert_eq!(rates.to_home(ten_euro, Day(5)), Some(Home(1100)));
        assert_eq!(rates.to_home(ten_euro, Day(19)), Some(Home(1100)));
        assert_eq!(rates.to_home(ten_euro, Day(20)), Some(Home(1200)));
        assert_eq!(rates.to_home(Money::new(500, jpy), Day(12)), Some(Home(500)));
        assert_eq!(rates.to_home(Money::new(500, Currency::parse("GBP").expect("code")), Day(12)), None);
    }

    #[test]
    fn wire_form_is_text_and_currency() {
        let money = Money::new(2933, Currency::USD);
        let json = serde_json::to_string(&money).expect("json");
        assert_eq!(json, r#"{"amount":"29.33","currency":"USD"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).expect("reads back"), money);
    }
}
