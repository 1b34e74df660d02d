//! What a file may hold.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Orders,
    Customers,
    Events,
    /// Daily exchange rates.
    Rates,
    /// People of business accounts, and people of whom nothing but an address is known.
    Contacts,
    /// Businesses.
    Accounts,
    Subscriptions,
    Tickets,
    Nps,
    /// Opens, clicks and deliveries of the shop's other mail.
    Engagement,
    Consent,
    /// Addresses that nobody may write to.
    Suppressions,
    Products,
}

/// What rows of a kind become: several kinds are read into the same rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Orders,
    Customers,
    Events,
    Rates,
    Suppressions,
    Products,
}

/// The kinds in the order and under the headings under which people choose.
pub const GROUPS: [(&str, &[Kind]); 4] = [
    ("Customers and orders", &[Kind::Orders, Kind::Customers, Kind::Accounts, Kind::Contacts, Kind::Subscriptions, Kind::Rates]),
    ("Behaviour", &[Kind::Events, Kind::Tickets, Kind::Nps, Kind::Engagement]),
    ("Permission", &[Kind::Consent, Kind::Suppressions]),
    ("Catalogue", &[Kind::Products]),
];

impl Kind {
    pub const ALL: [Self; 13] = [
        Self::Orders,
        Self::Customers,
        Self::Events,
        Self::Rates,
        Self::Contacts,
        Self::Accounts,
        Self::Subscriptions,
        Self::Tickets,
        Self::Nps,
        Self::Engagement,
        Self::Consent,
        Self::Suppressions,
        Self::Products,
    ];

    /// As in `POST /api/imports?kind=`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Customers => "customers",
            Self::Events => "events",
            Self::Rates => "rates",
            Self::Contacts => "contacts",
            Self::Accounts => "accounts",
            Self::Subscriptions => "subscriptions",
            Self::Tickets => "tickets",
            Self::Nps => "nps",
            Self::Engagement => "engagement",
            Self::Consent => "consent",
            Self::Suppressions => "suppressions",
            Self::Products => "products",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    pub fn shape(self) -> Shape {
        match self {
            Self::Orders => Shape::Orders,
            Self::Customers | Self::Contacts | Self::Accounts | Self::Consent => Shape::Customers,
            Self::Events | Self::Subscriptions | Self::Tickets | Self::Nps | Self::Engagement => Shape::Events,
            Self::Rates => Shape::Rates,
            Self::Suppressions => Shape::Suppressions,
            Self::Products => Shape::Products,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_name_on_the_wire_and_one_place_among_the_groups() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).expect("json"), kind.as_str());
            let places = GROUPS.iter().flat_map(|(_, kinds)| kinds.iter()).filter(|&&other| other == kind).count();
            assert_eq!(places, 1, "{kind:?}");
        }
    }
}
