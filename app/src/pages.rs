//! One module a place.

pub mod campaigns;
pub mod customer;
pub mod customers;
pub mod data;
pub mod first_run;
pub mod fulfilment;
pub mod improvements;
pub mod inbox;
pub mod models;
pub mod not_found;
pub mod offers;
pub mod overview;
pub mod planned;
pub mod privacy;
pub mod profile;
pub mod radar;
pub mod report;
pub mod rights;
pub mod segments;
pub mod settings;
pub mod sign_in;
