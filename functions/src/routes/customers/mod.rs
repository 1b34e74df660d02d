//! Customers: the list behind Radar, its export, one customer with its timeline, and what the team changes of them.

pub mod bulk;
pub mod change;
pub mod erase;
pub mod export;
pub mod list;
pub mod person;
pub mod query;
pub mod reason;
pub mod row;
pub mod set_aside;
mod shopping;
pub mod show;
pub mod tags;
pub mod timeline;
