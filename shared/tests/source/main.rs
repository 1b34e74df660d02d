//! What senders push, read into facts.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test may stop on the unexpected")]

mod any_json;
mod helpdesks;
mod samples;
mod segment;
mod setup;
mod shopify;
mod stripe;
mod told;
mod woocommerce;
