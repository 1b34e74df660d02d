//! Campaigns: whom they reach, on which day, over which channel, and when they stop.
//!
//! A campaign's messages are a `message::Draft`; its [`Plan`] says for whom, when and over what. Who enters passes [`entry`] once; from
//! then on [`next`] says, from the plan, the person, what was sent and what came back, the one next touch or why there is none. Nothing
//! here reads a clock, draws a number or knows a database: the same functions forecast in the browser and decide in the worker.

pub mod approval;
pub mod brake;
pub mod caps;
pub mod channel;
pub mod cost;
pub mod doubt;
pub mod entry;
pub mod forecast;
pub mod habits;
pub mod hour;
pub mod in_app;
pub mod law;
pub mod next;
pub mod person;
pub mod plan;
pub mod plans;
pub mod post;
pub mod ramp;
pub mod rules;
pub mod seen;
pub mod split;
pub mod status;
pub mod stop;
pub mod touch;
pub mod zone;

pub use caps::PastTouch;
pub use channel::Channel;
pub use cost::{CostBook, Micros};
pub use habits::Habits;
pub use in_app::InAppMessage;
pub use next::{EntrySoFar, Next, NextTouch, next};
pub use person::{Contact, Person};
pub use plan::{Again, Audience, Budget, Goal, Kind, Mode, Plan, PlanStep, Route, Stage, Status, When};
pub use rules::Rules;
pub use seen::{Response, Seen};
pub use stop::{Pending, Standing, Stop, StopKind, stop};
pub use touch::{Reason, State};

#[cfg(test)]
mod tests;
