//! Charts as SVG, each with a title, a description and the table behind it.

mod behind;
mod calibration;
mod days;
pub mod geometry;
mod risk;
mod spark;
mod treemap;

pub use behind::*;
pub use calibration::*;
pub use days::*;
pub use risk::*;
pub use spark::*;
pub use treemap::*;
