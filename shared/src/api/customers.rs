//! Radar, lists of customers, one customer.

mod change;
mod list;
mod notes;
mod profile;
mod recommended;
mod risk;
mod set_aside;
mod views;

pub use change::*;
pub use list::*;
pub use notes::*;
pub use profile::*;
pub use recommended::*;
pub use risk::*;
pub use set_aside::*;
pub use views::*;
