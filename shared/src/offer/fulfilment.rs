//! How what was offered reaches people: codes of stores, time and credit of a subscription, features, links, tasks.
//!
//! Everything here is words: what is asked of a store, and what its answer means. Who asks, and what is written down before and after, is
//! the worker's. Three rules hold for every store. A status of success is not success: the answer says itself what was made, and it is
//! compared with what was asked for. An answer that did not come says nothing: what was asked for is looked up by our own key before it
//! is asked for again. And what a store says goes no further than its stable error codes.

pub mod code;
pub mod connection;
pub mod shopify;
pub mod stripe;
pub mod woocommerce;

use serde::{Deserialize, Serialize};

use crate::money::Money;
use crate::time::Millis;

pub use connection::{Connection, Form, Provider, State, connected, forms};

/// What a customer gets off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Benefit {
    /// Thousandths of the price, 1 to 1,000.
    Share { per_mille: u32 },
    /// An amount in a currency of its own.
    Amount { money: Money },
}

/// What is promised to one person, frozen when it is: the same for every try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Ours, by which the store's copy is known again: see [`code::key`].
    pub key: String,
    /// What the person types. Compared without case.
    pub code: String,
    pub benefit: Benefit,
    /// Months of a subscription that the benefit lasts; once where there are none.
    #[serde(default)]
    pub months: Option<u32>,
    pub starts: Millis,
    pub expires: Millis,
    /// The least that an order must come to.
    #[serde(default)]
    pub minimum: Option<Money>,
    /// Products, collections or categories that it is good for, as the store names them; all where it is empty.
    #[serde(default)]
    pub only: Vec<String>,
    /// Categories that it is not good for.
    #[serde(default)]
    pub except: Vec<String>,
    /// The person as the store knows them: a Stripe customer, a Shopify customer's number.
    #[serde(default)]
    pub person: Option<String>,
    #[serde(default)]
    pub email: Option<String>,
}

/// A request to a store, without what is secret in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub method: &'static str,
    /// Behind the connection's base address, with its query.
    pub path: String,
    /// Without authorization.
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
}

/// What came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    pub status: u16,
    /// Seconds of `Retry-After`.
    pub retry_after: Option<u32>,
    pub body: &'a [u8],
}

/// A code, or another benefit, that the store has and that is what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// By which the store names it.
    pub external_id: String,
    /// How often it was used, as far as the store says.
    pub uses: u32,
    /// Whether it can still be used.
    pub is_active: bool,
}

/// What a look-up by our own key found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    Ours(Issued),
    /// The text is taken by something that is not ours.
    Foreign,
    Absent,
}

/// Why there is no answer that says it was made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Nothing was made, and nothing of this connection is asked for these seconds.
    #[error("The store asks to wait {0} seconds")]
    Later(u32),
    /// It may have been made: it is looked up before it is asked for again.
    #[error("The store's answer was lost ({0}): it is looked up before anything is repeated")]
    Unknown(String),
    /// The store has something of this name: it is looked up.
    #[error("The store has something of this name already")]
    Exists,
    /// The connection is at fault, not the code: a person must mend it.
    #[error("{0}")]
    Account(String),
    /// What was asked for will never be made.
    #[error("{0}")]
    Refused(String),
    /// It was made, but is not what was asked for: it must not be given to anybody.
    #[error("{text}")]
    Wrong { external_id: String, text: String },
}

/// Why terms cannot be a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Terms {
    #[error("Give 0.1 % to 100 % off")]
    Share,
    #[error("Give an amount above 0")]
    Amount,
    #[error("The expiry must lie after the beginning")]
    Expiry,
    #[error("Write the least order as an amount above 0")]
    Minimum,
    #[error("Months are 1 to 36")]
    Months,
}

/// What one call of a write means where it has no body worth reading.
pub(crate) fn status(answer: &Answer<'_>, who: &str) -> Option<Trouble> {
    let Answer { status, retry_after, .. } = *answer;
    Some(match status {
        200..=299 => return None,
        429 => Trouble::Later(retry_after.unwrap_or(30).clamp(1, 3_600)),
        401 => Trouble::Account(format!("{who} does not take the key (401): make a new one there and store it here")),
        402 | 423 => Trouble::Account(format!("{who} has closed the shop's account ({status}): settle it there")),
        403 => Trouble::Account(format!("{who} does not let the key do this (403): give it the permission to write discounts")),
        404 => Trouble::Account(format!("{who} has nothing at this address (404): check the address of the shop")),
        300..=399 => {
            Trouble::Account(format!("{who} sends on to another address ({status}): use the address that the shop really has"))
        }
        408 | 409 | 425 | 500..=599 => Trouble::Unknown(status.to_string()),
        _ => return None,
    })
}

/// A store's error code, as far as it looks like one: it is shown, so that it can be looked up in the store's manual.
pub(crate) fn error_code(text: &str) -> String {
    let code: String =
        text.chars().filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')).take(60).collect();
    if code.is_empty() { "no code".to_owned() } else { code }
}

impl Benefit {
    /// `20`, `12.5`: per cent as text.
    pub fn percent(per_mille: u32) -> String {
        if per_mille.is_multiple_of(10) { (per_mille / 10).to_string() } else { format!("{}.{}", per_mille / 10, per_mille % 10) }
    }
}

impl Grant {
    /// # Errors
    /// Where a store would refuse it, or would make something else of it.
    pub fn check(&self) -> Result<(), Terms> {
        match self.benefit {
            Benefit::Share { per_mille } if !(1..=1_000).contains(&per_mille) => return Err(Terms::Share),
            Benefit::Amount { money } if money.minor <= 0 => return Err(Terms::Amount),
            _ => {}
        }
        if self.expires <= self.starts {
            return Err(Terms::Expiry);
        }
        if self.minimum.is_some_and(|minimum| minimum.minor <= 0) {
            return Err(Terms::Minimum);
        }
        if self.months.is_some_and(|months| !(1..=36).contains(&months)) {
            return Err(Terms::Months);
        }
        Ok(())
    }

    /// Whether `text` is this code.
    pub fn is_code(&self, text: &str) -> bool {
        self.code.eq_ignore_ascii_case(text.trim())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::money::Currency;

    use super::*;

    pub(crate) fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::parse("USD").unwrap())
    }

    /// 20 % off for Ana, until the end of December.
    pub(crate) fn grant() -> Grant {
        Grant {
            key: "snd_1".to_owned(),
            code: "BACK-7F3K9Q".to_owned(),
            benefit: Benefit::Share { per_mille: 200 },
            months: None,
            starts: Millis(1_793_491_200_000),
            expires: Millis(1_798_761_600_000),
            minimum: None,
            only: Vec::new(),
            except: Vec::new(),
            person: Some("cus_123".to_owned()),
            email: Some("ana@example.com".to_owned()),
        }
    }

    pub(crate) fn answer(status: u16, body: &str) -> Answer<'_> {
        Answer { status, retry_after: None, body: body.as_bytes() }
    }

    #[test]
    fn terms_that_a_store_would_turn_into_something_else_are_refused() {
        let checked = |change: fn(&mut Grant)| {
            let mut grant = grant();
            change(&mut grant);
            grant.check()
        };
        assert_eq!(checked(|_| ()), Ok(()));
        assert_eq!(checked(|grant| grant.benefit = Benefit::Share { per_mille: 1_001 }), Err(Terms::Share));
        assert_eq!(checked(|grant| grant.benefit = Benefit::Share { per_mille: 0 }), Err(Terms::Share));
        assert_eq!(checked(|grant| grant.benefit = Benefit::Amount { money: usd(0) }), Err(Terms::Amount));
        assert_eq!(checked(|grant| grant.expires = grant.starts), Err(Terms::Expiry));
        assert_eq!(checked(|grant| grant.minimum = Some(usd(-1))), Err(Terms::Minimum));
        assert_eq!(checked(|grant| grant.months = Some(0)), Err(Terms::Months));
    }

    #[test]
    fn an_answer_that_may_have_been_acted_on_is_unknown_and_one_that_was_not_is_later() {
        for (code, expected) in [
            (500, "unknown"),
            (502, "unknown"),
            (409, "unknown"),
            (429, "later"),
            (401, "account"),
            (404, "account"),
            (302, "account"),
        ] {
            let said = match status(&answer(code, ""), "The store") {
                Some(Trouble::Unknown(_)) => "unknown",
                Some(Trouble::Later(30)) => "later",
                Some(Trouble::Account(_)) => "account",
                _ => "other",
            };
            assert_eq!(said, expected, "{code}");
        }
        let told = Answer { status: 429, retry_after: Some(7), body: b"" };
        assert_eq!(status(&told, "The store"), Some(Trouble::Later(7)));
        assert_eq!(status(&answer(400, ""), "The store"), None);
    }

    #[test]
    fn nothing_but_a_code_of_what_a_store_says_is_shown() {
        assert_eq!(error_code("resource_already_exists"), "resource_already_exists");
        assert_eq!(error_code("<b>ana@x</b>"), "banaxb");
        assert_eq!(error_code("<>"), "no code");
    }
}
