//! Two made-up shops to try Rekindle on: an outdoor and home store, and a SaaS for trades with business accounts.
//!
//! The same seed gives the same bytes on every machine, and customer 1 to 500 of a shop of 5,000 are the shop of 500. People,
//! businesses, texts and prices are invented; addresses are at example.com and example.net, phone numbers in the ranges that
//! regulators keep for fiction.
//!
//! Dates end with the day before [`REFERENCE_DAY`]; an import moves them up to today by whole days. The length of a
//! subscription's term is a number of days, so that it stays true when dates move.

mod calendar;
mod draw;
mod money;
mod names;
pub mod reasons;
mod saas;
mod store;
mod tables;
mod tickets;

pub use calendar::REFERENCE_DAY;

/// The seed of the shops that the app loads.
pub const SEED: u64 = 2026;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shop {
    /// People who buy things for outdoors and home, with a rhythm of their own or once.
    Store,
    /// Businesses with seats, features, plans and terms that renew.
    Saas,
}

/// CSV with a header, UTF-8, `\n` between lines; columns are named as `shared::import::fields` names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    pub customers: String,
    pub orders: String,
    pub events: String,
    /// Into USD.
    pub rates: String,
}

impl Shop {
    pub const ALL: [Self; 2] = [Self::Store, Self::Saas];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Saas => "saas",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|shop| shop.as_str() == text)
    }
}

impl Files {
    /// File names with contents, in the order in which to import them: rates first, so that no order waits for its rate.
    pub fn named(&self) -> [(&'static str, &str); 4] {
        [
            ("rates.csv", &self.rates),
            ("customers.csv", &self.customers),
            ("orders.csv", &self.orders),
            ("events.csv", &self.events),
        ]
    }
}

/// The shop's first `customers` customers with all that they did.
pub fn generate(shop: Shop, seed: u64, customers: usize) -> Files {
    let mut tables = tables::Tables::new(match shop {
        Shop::Store => store::TRAITS,
        Shop::Saas => saas::TRAITS,
    });
    let mut taken = names::Taken::default();
    money::rates(&mut draw::Draw::new(seed, 0, 0), &mut tables);
    match shop {
        Shop::Store => store::customers(seed, customers, &mut taken, &mut tables),
        Shop::Saas => saas::accounts(seed, customers, &mut taken, &mut tables),
    }
    tables.files()
}
