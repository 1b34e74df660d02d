//! Segments: which groups are leaving, of what worth, for what reason.

mod exclusions;
mod list;
mod offer;
mod one;
pub mod topics;
mod write;

pub use list::SegmentsPage;
pub use one::SegmentPage;
pub use write::WriteSegmentPage;
pub use write::lines::{FilterWriter, Written};
