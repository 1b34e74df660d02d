//! Campaigns: whom they reach, on which day, over which channel, and when they stop.
//!
//! A campaign's messages are a `message::Draft`; its [`Plan`] says for whom, when and over what. Who enters passes [`entry`] once; from
//! then on [`next`] says, from the plan, the person, what was sent and what came back, the one next touch or why there is none. Nothing
//! here reads a clock, draws a number or knows a database: the same functions forecast in the browser and decide in the worker.

pub mod channel;
pub mod in_app;
pub mod plan;
pub mod touch;

pub use channel::Channel;
pub use in_app::InAppMessage;
pub use plan::{Again, Audience, Budget, Goal, Kind, Mode, Plan, PlanStep, Route, Stage, Status, When};
pub use touch::{Reason, State};
