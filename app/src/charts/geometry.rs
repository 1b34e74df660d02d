//! Figures into coordinates, and charts into sentences for those who do not see them.

use shared::api::RiskPoint;

/// The box of a small chart, in pixels.
pub const SPARK: (f64, f64) = (92.0, 24.0);

/// The plot of a large chart inside its box.
#[derive(Debug, Clone, Copy)]
pub struct Plot {
    /// Of the box.
    pub width: f64,
    pub height: f64,
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    /// Labels that fit below it.
    pub labels: usize,
}

pub const WIDE: Plot = Plot { width: 720.0, height: 252.0, left: 44.0, right: 704.0, top: 14.0, bottom: 222.0, labels: 5 };
/// On a phone the wide one would shrink its words out of sight.
pub const NARROW: Plot = Plot { width: 340.0, height: 232.0, left: 42.0, right: 332.0, top: 10.0, bottom: 202.0, labels: 3 };

/// Per cents of 0..=100 over the small box, oldest left.
pub fn spark(per_cent: &[u8]) -> Vec<(f64, f64)> {
    let (width, height) = SPARK;
    let room = height - 4.0;
    let steps = per_cent.len().saturating_sub(1).max(1) as f64;
    per_cent
        .iter()
        .enumerate()
        .map(|(at, value)| (at as f64 / steps * (width - 3.0), 2.0 + room * (1.0 - f64::from((*value).min(100)) / 100.0)))
        .collect()
}

/// The small chart in words.
pub fn spark_text(per_cent: &[u8]) -> String {
    match per_cent {
        [] => "No history of risk yet".to_owned(),
        [only] => format!("Risk in 30 days {only}\u{a0}%"),
        [first, .., last] => {
            let course = match (i16::from(*last) - i16::from(*first), per_cent.len()) {
                (6.., _) => "risen",
                (..=-6, _) => "fallen",
                _ => "steady",
            };
            format!("Risk in 30 days {course} over {} weeks, {first}\u{a0}% to {last}\u{a0}%", per_cent.len())
        }
    }
}

/// The `points` attribute of a polyline.
pub fn points(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ")
}

impl Plot {
    /// Where the `at`-th of `of` weeks stands.
    pub fn x(self, at: usize, of: usize) -> f64 {
        let steps = of.saturating_sub(1).max(1) as f64;
        self.left + (self.right - self.left) * at as f64 / steps
    }

    /// Where a probability stands.
    pub fn y(self, p: f64) -> f64 {
        self.bottom - (self.bottom - self.top) * p.clamp(0.0, 1.0)
    }

    /// The line of one horizon.
    pub fn course(self, history: &[RiskPoint], of: impl Fn(&RiskPoint) -> f64) -> Vec<(f64, f64)> {
        history.iter().enumerate().map(|(at, point)| (self.x(at, history.len()), self.y(of(point)))).collect()
    }
}

/// The top of a scale of probabilities of which `largest` is the highest: small ones get a scale of their own.
pub fn ceiling(largest: f64) -> f64 {
    [0.1, 0.2, 0.4, 0.6].into_iter().find(|top| largest <= *top).unwrap_or(1.0)
}

/// How many of the oldest points were worked out afterwards.
pub fn reconstructed(history: &[RiskPoint]) -> usize {
    history.iter().take_while(|point| point.reconstructed).count()
}

/// Which weeks carry a label: at most `most`, evenly, the last one always.
pub fn labelled(weeks: usize, most: usize) -> Vec<usize> {
    let step = weeks.div_ceil(most.max(1)).max(1);
    let mut marks: Vec<usize> = (0..weeks).rev().step_by(step).collect();
    marks.reverse();
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::api::{Risk, Tier};

    #[test]
    fn a_small_chart_stays_in_its_box() {
        for values in [vec![0, 100], vec![50], vec![], vec![255, 3, 7]] {
            for (x, y) in spark(&values) {
                assert!((0.0..=SPARK.0).contains(&x) && (0.0..=SPARK.1).contains(&y), "{values:?}: {x},{y}");
            }
        }
    }

    #[test]
    fn a_small_chart_says_its_course() {
        assert_eq!(spark_text(&[8, 20, 78]), "Risk in 30 days risen over 3 weeks, 8\u{a0}% to 78\u{a0}%");
        assert_eq!(spark_text(&[50, 20, 9]), "Risk in 30 days fallen over 3 weeks, 50\u{a0}% to 9\u{a0}%");
        assert_eq!(spark_text(&[10, 90, 12]), "Risk in 30 days steady over 3 weeks, 10\u{a0}% to 12\u{a0}%");
        assert_eq!(spark_text(&[]), "No history of risk yet");
    }

    #[test]
    fn certainty_stands_at_the_top_and_the_newest_week_at_the_right() {
        for plot in [WIDE, NARROW] {
            assert_eq!((plot.y(1.0), plot.y(0.0), plot.y(7.0)), (plot.top, plot.bottom, plot.top));
            assert_eq!((plot.x(0, 53), plot.x(52, 53), plot.x(0, 1)), (plot.left, plot.right, plot.left));
        }
    }

    #[test]
    fn a_scale_holds_its_largest_probability() {
        for (largest, top) in [(0.0, 0.1), (0.1, 0.1), (0.11, 0.2), (0.55, 0.6), (0.61, 1.0), (f64::NAN, 1.0)] {
            assert_eq!(ceiling(largest), top);
        }
    }

    #[test]
    fn labels_are_few_and_name_the_last_week() {
        assert_eq!(labelled(53, 6), [7, 16, 25, 34, 43, 52]);
        assert_eq!(labelled(3, 6), [0, 1, 2]);
        assert!(labelled(0, 6).is_empty());
    }

    #[test]
    fn only_the_leading_weeks_are_drawn_as_reconstructed() {
        let week = |reconstructed| RiskPoint {
            week: "2026-01-05".to_owned(),
            risk: Risk::default(),
            tier: Tier::Healthy,
            reconstructed,
        };
        assert_eq!(reconstructed(&[week(true), week(true), week(false)]), 2);
        assert_eq!(reconstructed(&[]), 0);
    }
}
