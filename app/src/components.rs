//! What pages are made of. Every control has a label, every table a caption, every page a heading that takes the focus.

mod aside;
mod button;
mod chance;
mod confirm;
mod conflict;
mod dialog;
mod field;
mod notice;
mod once;
mod page;
mod pick;
mod progress;
mod skeleton;
mod table;
mod tier;
mod value;
mod weight;

pub use aside::*;
pub use button::*;
pub use chance::*;
pub use confirm::*;
pub use conflict::*;
pub use dialog::*;
pub use field::*;
pub use notice::*;
pub use once::*;
pub use page::*;
pub use pick::*;
pub use progress::*;
pub use skeleton::*;
pub use table::*;
pub use tier::*;
pub use value::*;
pub use weight::*;
