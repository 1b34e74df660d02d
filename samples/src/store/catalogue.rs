//! What the outdoor and home shop sells, and when it sells.

use crate::calendar::{DAYS, month, time_of_year};
use crate::draw::Draw;

/// A group of articles that sell in the same season.
#[derive(Debug)]
pub(super) struct Category {
    pub(super) name: &'static str,
    /// The time of the year (0..1) when it sells best, and by how much (0 never changes, 1 nothing half a year later).
    peak: f64,
    swing: f64,
    /// Name and price in US cents.
    pub(super) articles: &'static [(&'static str, i64)],
}

/// A code that takes some per cent off.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    pub(super) text: &'static str,
    pub(super) per_cent: i64,
}

/// A basket from the categories that somebody likes; what is in season comes more often.
pub(super) fn basket(draw: &mut Draw, likes: &[&'static Category], day: i32) -> Vec<(&'static str, i64)> {
    let size = 1 + draw.poisson(0.8).min(5);
    let mut basket: Vec<(&str, i64)> = Vec::new();
    for _ in 0..size {
        let category =
            if draw.chance(0.85) { draw.pick_by(likes, |category| category.season(day)) } else { &draw.pick(CATEGORIES) };
        let article = draw.pick(category.articles);
        if !basket.contains(article) {
            basket.push(*article);
        }
    }
    basket
}

/// The public code of that day, if any.
pub(super) fn code_of(day: i32) -> Option<Code> {
    let (text, per_cent) = match (month(day), time_of_year(day)) {
        (11, year) if year > 0.885 => ("BLACKFRIDAY25", 25),
        (12, year) if year > 0.985 => ("YEAREND20", 20),
        (1, _) => ("COZY15", 15),
        (4, _) => ("SPRING10", 10),
        (6 | 7, _) => ("TRAIL15", 15),
        (9, _) => ("HEARTH10", 10),
        _ => return None,
    };
    Some(Code { text, per_cent })
}

pub(super) const WELCOME: Code = Code { text: "WELCOME10", per_cent: 10 };
pub(super) const SORRY: Code = Code { text: "SORRY15", per_cent: 15 };

/// How much the shop sells on each day, summed up: gaps between orders are drawn on this scale, so that they shrink before
/// Christmas and stretch in February.
#[derive(Debug)]
pub(super) struct Season(Vec<f64>);

impl Season {
    pub(super) fn new() -> Self {
        let mut sum = 0.0;
        let days = (0..DAYS).map(|day| {
            let before = sum;
            sum += demand(day);
            before
        });
        Self(days.collect())
    }

    /// The day that comes `gap` average days after `day`, at least the next one; past the end it is any day past the end.
    pub(super) fn after(&self, day: i32, gap: f64) -> i32 {
        let start = usize::try_from(day).ok().and_then(|day| self.0.get(day)).copied().unwrap_or(f64::MAX);
        let found = self.0.partition_point(|&sum| sum < start + gap);
        (found as i32).max(day + 1)
    }
}

impl Category {
    fn season(&self, day: i32) -> f64 {
        1.0 + self.swing * libm::cos(std::f64::consts::TAU * (time_of_year(day) - self.peak))
    }
}

fn demand(day: i32) -> f64 {
    let year = time_of_year(day);
    let summer = 0.18 * libm::exp(-libm::pow((year - 0.46) / 0.09, 2.0));
    let gifts = 1.1 * libm::exp(-libm::pow((year - 0.93) / 0.035, 2.0));
    0.88 + summer + gifts
}

#[rustfmt::skip]
pub(super) const CATEGORIES: &[Category] = &[
    Category { name: "Camping", peak: 0.48, swing: 0.8, articles: &[
        ("Two-person tent Heron", 24900), ("Sleeping mat Moss", 8900), ("Down sleeping bag Fjell", 21900), ("Camp stove Ember", 6450),
        ("Gas cartridge 230 g", 790), ("Enamel mug", 1450), ("Folding chair Perch", 5900), ("Tarp 3 x 4 m", 7900), ("Head torch 350 lm", 3990),
    ] },
    Category { name: "Hiking", peak: 0.55, swing: 0.5, articles: &[
        ("Trail shoes Roe", 13900), ("Merino socks (2 pairs)", 2900), ("Day pack 24 l", 8950), ("Trekking poles", 7490),
        ("Rain jacket Drizzle", 17900), ("Water bottle 0.75 l", 2450), ("Trail map set", 1990), ("Blister kit", 1290),
    ] },
    Category { name: "Winter", peak: 0.98, swing: 0.9, articles: &[
        ("Down jacket Hoar", 28900), ("Wool beanie", 2990), ("Mittens Sleet", 4900), ("Thermal base layer", 6900),
        ("Snowshoes", 18900), ("Hand warmers (10)", 1490), ("Ski goggles", 9900), ("Sledge", 8900),
    ] },
    Category { name: "Kitchen", peak: 0.93, swing: 0.3, articles: &[
        ("Cast-iron pan 26 cm", 5490), ("Chef's knife 20 cm", 8900), ("Oak cutting board", 4950), ("Pour-over set", 3900),
        ("Stoneware bowls (4)", 5600), ("Linen tea towels (3)", 2200), ("Copper kettle", 7900), ("Spice mill", 2990),
    ] },
    Category { name: "Coffee and tea", peak: 0.0, swing: 0.15, articles: &[
        ("Coffee Basecamp 1 kg", 2690), ("Coffee Basecamp decaf 500 g", 1590), ("Green tea Meadow 250 g", 1490), ("Filter papers (200)", 690),
        ("Cocoa 400 g", 1190), ("Descaler", 890),
    ] },
    Category { name: "Bedroom", peak: 0.85, swing: 0.3, articles: &[
        ("Wool blanket Heath", 12900), ("Linen sheets", 15900), ("Feather pillow", 5900), ("Bedside lamp", 6900), ("Sheepskin", 8900),
    ] },
    Category { name: "Garden", peak: 0.36, swing: 0.8, articles: &[
        ("Secateurs", 3490), ("Seed box Kitchen garden", 1990), ("Watering can 9 l", 4290), ("Raised bed larch", 14900),
        ("Bird feeder", 2690), ("Hammock", 9900), ("Potting soil 40 l", 1290), ("Fire bowl", 15900),
    ] },
    Category { name: "Candles and light", peak: 0.92, swing: 0.6, articles: &[
        ("Beeswax candles (6)", 1890), ("Storm lantern", 4590), ("Scented candle Pine", 2450), ("String lights 10 m", 2990), ("Matches in a jar", 990),
    ] },
    Category { name: "Dogs", peak: 0.5, swing: 0.1, articles: &[
        ("Dog food Trail 12 kg", 5490), ("Dog lead", 2690), ("Dog bed Burrow", 8900), ("Dog treats 500 g", 990), ("Towing harness", 4990),
    ] },
    Category { name: "Care", peak: 0.7, swing: 0.1, articles: &[
        ("Waterproofing wash 1 l", 1890), ("Leather balm", 1290), ("Soap Spruce (3)", 1490), ("Insect repellent", 1190), ("Sun cream SPF 50", 1690),
    ] },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_shrink_before_christmas() {
        let season = Season::new();
        let gap_from = |day| season.after(day, 30.0) - day;
        let (november, february) = (141, 215);
        assert!(gap_from(november) < 20 && gap_from(february) > 30, "{} {}", gap_from(november), gap_from(february));
        assert_eq!(season.after(10, 0.0), 11, "never twice on a day");
        assert!(season.after(DAYS - 1, 5.0) >= DAYS);
    }
}
