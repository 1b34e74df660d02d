//! What is usual in a trade: stands in where a shop has not told its own figure, or has too little past to show it.
//!
//! The figures are round assumptions, each with its reason, and none is a measurement of any shop: whatever rests on one says so
//! to the reader, and the shop's own figure takes its place as soon as there is one.

/// A trade with what is usual in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Industry {
    /// Stored; never changes.
    pub code: &'static str,
    /// Fits "usual in …".
    pub name: &'static str,
    /// Share of a sale that is left after the cost of what was sold.
    pub margin: f64,
    /// Cost of winning one new customer, in typical payments: of an order, or of a term where there are subscriptions.
    pub acquisition: f64,
    /// Days between two orders of somebody who orders again.
    pub gap_days: f64,
    /// Share of the buyers who are still customers after an order.
    pub stays: f64,
    /// Share of paid terms that are not renewed; none where goods are rarely sold by subscription.
    pub leaves: Option<Leaves>,
}

/// Share of paid terms that are not renewed: of weeks and months, and of longer ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Leaves {
    pub short: f64,
    pub long: f64,
}

/// Where the trade is not known: a retailer between the many and the few. Two fifths of the price are left, three tenths of an order
/// win a customer, who orders every five weeks; one in four drops out each time.
pub const GENERAL: Industry = Industry {
    code: "other",
    name: "trade in general",
    margin: 0.4,
    acquisition: 0.3,
    gap_days: 36.0,
    stays: 2.2 / 3.0,
    leaves: None,
};

/// Goods that are sent again and again: one month in ten and a third of the years are not renewed, since a cupboard fills up.
pub const GOODS_BY_SUBSCRIPTION: Leaves = Leaves { short: 0.1, long: 0.35 };

/// In the order in which they are offered; [`GENERAL`] is the last.
pub const INDUSTRIES: [Industry; 17] = [
    // Sold at about twice the cost; bought by season and occasion, with much choice elsewhere.
    goods("fashion", "fashion", 0.5, 0.4, 45.0, 0.7),
    // Dear to make known, cheap to make; a jar lasts six weeks.
    goods("beauty", "beauty", 0.6, 0.35, 40.0, 0.75),
    // Perishable and heavy, so that little is left; eaten within weeks.
    goods("food_drink", "food and drink", 0.35, 0.3, 25.0, 0.78),
    // A bag lasts four weeks, and habits stay.
    goods("consumables", "coffee and other consumables", 0.45, 0.4, 28.0, 0.8),
    // Food is most of it, at a grocer's margin; an animal eats the same for years.
    goods("pets", "pet supplies", 0.35, 0.35, 30.0, 0.82),
    // Bulky goods with a good margin, bought now and then.
    goods("home_garden", "home and garden", 0.45, 0.3, 75.0, 0.62),
    // Prices are compared, so that a fifth is left; a device lasts for years, its accessories bring people back.
    goods("electronics", "electronics", 0.2, 0.12, 100.0, 0.58),
    // Between fashion and equipment; follows the seasons.
    goods("sports", "sports and outdoors", 0.42, 0.3, 60.0, 0.66),
    // Birthdays, holidays, and children who grow out of it.
    goods("toys_kids", "toys and children's goods", 0.45, 0.35, 50.0, 0.68),
    // A pack is a month; much is paid for the first order.
    goods("health", "health and supplements", 0.6, 0.5, 32.0, 0.76),
    // Prices are often fixed; readers come back, with no need to.
    goods("books_media", "books and media", 0.35, 0.2, 45.0, 0.72),
    // Bought to plan on account: small margins, loyal buyers.
    goods("b2b_supplies", "supplies for businesses", 0.3, 0.3, 30.0, 0.85),
    // Hosting and support are a fifth; a year of monthly payments to win an account is common. 3 % of the months is a usual loss.
    by_terms("saas", "software as a service", 0.8, 12.0, 0.85, Leaves { short: 0.03, long: 0.15 }),
    // Goods and post in each box; the first is often given away.
    by_terms("subscription_box", "subscription boxes", 0.4, 1.5, 0.8, GOODS_BY_SUBSCRIPTION),
    // Rights are near half of the price; people sign up for one thing and pause.
    by_terms("streaming", "media and streaming", 0.55, 3.0, 0.8, Leaves { short: 0.05, long: 0.25 }),
    // Time is the cost; customers stay with who knows them.
    Industry { gap_days: 45.0, ..by_terms("services", "services", 0.55, 0.5, 0.75, Leaves { short: 0.05, long: 0.2 }) },
    GENERAL,
];

/// By its code.
pub fn find(code: &str) -> Option<&'static Industry> {
    INDUSTRIES.iter().find(|industry| industry.code == code)
}

const fn goods(code: &'static str, name: &'static str, margin: f64, acquisition: f64, gap_days: f64, stays: f64) -> Industry {
    Industry { code, name, margin, acquisition, gap_days, stays, leaves: None }
}

/// Paid month by month, which is the gap between two payments.
const fn by_terms(code: &'static str, name: &'static str, margin: f64, acquisition: f64, stays: f64, leaves: Leaves) -> Industry {
    Industry { code, name, margin, acquisition, gap_days: 30.0, stays, leaves: Some(leaves) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_trade_stands_once_with_figures_that_can_be() {
        let codes: BTreeSet<_> = INDUSTRIES.iter().map(|industry| industry.code).collect();
        assert_eq!(codes.len(), INDUSTRIES.len());
        for Industry { code, margin, acquisition, gap_days, stays, leaves, .. } in INDUSTRIES {
            assert!((0.1..0.9).contains(&margin) && (0.5..0.9).contains(&stays), "{code}");
            assert!((0.1..=12.0).contains(&acquisition) && (7.0..=120.0).contains(&gap_days), "{code}");
            assert!(leaves.is_none_or(|leaves| 0.0 < leaves.short && leaves.short < leaves.long && leaves.long < 0.5), "{code}");
        }
    }

    #[test]
    fn a_code_finds_its_trade_and_an_unknown_one_nothing() {
        assert_eq!(find("pets").map(|industry| industry.name), Some("pet supplies"));
        assert_eq!(find("Pets"), None);
        assert_eq!(find(GENERAL.code), Some(&GENERAL));
    }
}
