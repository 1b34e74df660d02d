//! A digest of each part of the models' work on made-up rows: equal natively and in wasm, or a bit differs somewhere in the part.
//!
//! The rows are drawn here, from a seed, because a wasm module for the browser reads no files.

mod customers;
mod decisions;
mod rows;
mod shop;
mod tables;
mod texts;

use std::fmt::Write as _;

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// What a part tells of itself.
type Part = fn(&mut Told) -> Result<(), String>;

const PARTS: [(&str, Part); 16] = [
    ("models of orders", customers::orders),
    ("spend and lifetime value", customers::value),
    ("encoding of tables", tables::encoder),
    ("logistic regression", tables::logistic),
    ("bent logistic regression", tables::bent),
    ("ridge regression", tables::ridge),
    ("boosted trees", tables::boosted),
    ("calibration", tables::calibration),
    ("choice between learners", tables::choice),
    ("model and card of a shop", shop::fit),
    ("scores of its customers", shop::scores),
    ("uplift", decisions::uplift),
    ("values of policies", decisions::values),
    ("bandits", decisions::bandits),
    ("survival and cohorts", decisions::survival),
    ("sentiment", texts::sentiment),
];

/// One line a part: its digest and its name, or what went wrong.
pub fn report() -> String {
    let mut lines = String::new();
    for (name, part) in PARTS {
        let mut told = Told(Sha256::new());
        let digest = match part(&mut told) {
            Ok(()) => hexadecimal(&told.0.finalize()),
            Err(message) => format!("failed: {message}:"),
        };
        lines.push_str(&format!("{digest} {name}\n"));
    }
    lines
}

/// All that a part came to, mixed.
struct Told(Sha256);

impl Told {
    /// Every bit of each number; only NaN, whose bits no platform promises, is the same as any other.
    fn numbers<'a>(&mut self, numbers: impl IntoIterator<Item = &'a f64>) {
        for number in numbers {
            let bits = if number.is_nan() { f64::NAN.to_bits() } else { number.to_bits() };
            self.0.update(bits.to_le_bytes());
        }
    }

    /// The text that would be stored.
    fn json(&mut self, value: &impl Serialize) -> Result<(), String> {
        self.0.update(serde_json::to_vec(value).map_err(said)?);
        Ok(())
    }
}

fn said(error: impl ToString) -> String {
    error.to_string()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
