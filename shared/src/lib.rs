//! Rekindle's domain: pure functions and types, the same code in the worker and in the browser.
//!
//! Nothing here does I/O, reads a clock or draws randomness: time and seeds are arguments.

pub mod api;
pub mod audit;
pub mod campaign;
pub mod catalogue;
pub mod clv;
pub mod consent;
pub mod economics;
pub mod event;
pub mod export;
pub mod id;
pub mod import;
pub mod improvement;
pub mod industry;
pub mod learn;
pub mod limits;
pub mod measure;
pub mod message;
pub mod money;
pub mod offer;
pub mod outbound;
pub mod provider;
pub mod random;
pub mod reason;
pub mod retention;
pub mod risk;
pub mod search;
pub mod segment;
pub mod signal;
pub mod source;
pub mod state;
pub mod tags;
pub mod time;
pub mod traits;
