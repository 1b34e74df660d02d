//! Charts as SVG, each with a title, a description and the table behind it.

pub mod geometry;
mod risk;
mod spark;

pub use risk::*;
pub use spark::*;
