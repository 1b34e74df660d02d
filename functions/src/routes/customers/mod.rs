//! Customers: the list behind Radar, its export, one customer with its timeline.

pub mod export;
pub mod list;
pub mod query;
pub mod row;
pub mod show;
pub mod timeline;
