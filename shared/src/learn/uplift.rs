//! Whom contact helps: the effect of each arm on each person, and who should get which.
//!
//! [`fit`] tries every learner on folds it did not see, keeps one for each arm or none, and lets the personal policy live only if
//! the [`Gate`] finds it better than the best single action for all. Ranking by risk is no substitute: those most likely to leave
//! are not those whom contact keeps (Ascarza 2018, Retention futility).

mod choose;
mod crossed;
mod family;
mod gate;
mod logs;
mod personal;
mod shrunken;
mod trial;

pub use choose::{Choice, Learner, Shrinkage, Tried};
pub use family::{Approach, Base, FamilySettings};
pub use gate::Gate;
pub use personal::{Personal, Settings, fit};
pub use trial::{FEWEST, Propensities, Trial, UpliftError};
