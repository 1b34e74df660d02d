//! How many to contact: profit over the share of people targeted.

use serde::{Deserialize, Serialize};

/// Profit of contacting the most promising share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ProfitPoint {
    pub share: f64,
    /// Per person of the whole group, against contacting nobody.
    pub profit: f64,
    pub standard_error: f64,
}

/// Profit of contacting people in falling order of their predicted effect, from nobody to everybody in `parts` equal steps (Lemmens
/// & Gupta 2020, Managing churn to maximize profits: rank by incremental profit, then choose the campaign's size).
///
/// `scores` are doubly robust scores of the effect from models that did not see these people, `value` what one unit of outcome is
/// worth and `cost` what one contact costs. Those of equal prediction are contacted in no particular order. Empty for lists of different length and numbers that are not finite.
pub fn profit_curve(effects: &[f64], scores: &[f64], value: f64, cost: f64, parts: usize) -> Vec<ProfitPoint> {
    let n = effects.len();
    let told = effects.iter().chain(scores).chain(&[value, cost]).all(|number| number.is_finite());
    if n == 0 || scores.len() != n || !told {
        return Vec::new();
    }
    let mut ranked: Vec<(f64, f64)> = effects.iter().copied().zip(scores.iter().map(|score| value * score - cost)).collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    for tied in ranked.chunk_by_mut(|a, b| a.0 == b.0) {
        let mean = tied.iter().map(|(_, net)| net).sum::<f64>() / tied.len() as f64;
        tied.iter_mut().for_each(|(_, net)| *net = mean);
    }
    let parts = parts.clamp(1, n);
    let all = n as f64;
    let mut points = vec![ProfitPoint { share: 0.0, profit: 0.0, standard_error: 0.0 }];
    let (mut sum, mut squares) = (0.0, 0.0);
    for part in 0..parts {
        let (from, until) = (part * n / parts, (part + 1) * n / parts);
        for (_, net) in ranked.get(from..until).unwrap_or_default() {
            sum += net;
            squares += net * net;
        }
        let mean = sum / all;
        let variance = (squares / all - mean * mean).max(0.0) / all;
        points.push(ProfitPoint { share: until as f64 / all, profit: mean, standard_error: libm::sqrt(variance) });
    }
    points
}

/// The point of the greatest profit, the smallest share among equals.
pub fn most_profitable(points: &[ProfitPoint]) -> Option<ProfitPoint> {
    points.iter().copied().reduce(|best, point| if point.profit > best.profit { point } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profit_rises_while_the_effect_pays_for_the_contact() {
        let effects = [0.1, 0.4, 0.2, 0.3];
        let points = profit_curve(&effects, &effects, 10.0, 2.5, 4);
        let profits: Vec<f64> = points.iter().map(|point| point.profit).collect();
        for (profit, expected) in profits.iter().zip([0.0, 0.375, 0.5, 0.375, 0.0]) {
            assert!((profit - expected).abs() < 1e-12, "{profits:?}");
        }
        assert_eq!(most_profitable(&points).map(|point| point.share), Some(0.5));
        assert!(points.iter().skip(1).all(|point| point.standard_error > 0.0));
    }

    #[test]
    fn people_of_equal_prediction_count_alike_whatever_their_order() {
        let profits =
            |scores: &[f64]| profit_curve(&[0.1; 4], scores, 1.0, 0.0, 4).iter().map(|point| point.profit).collect::<Vec<_>>();
        assert_eq!(profits(&[1.0, 0.0, 0.0, 0.0]), profits(&[0.0, 0.0, 0.0, 1.0]));
        assert_eq!(profits(&[1.0, 0.0, 0.0, 0.0]), [0.0, 0.0625, 0.125, 0.1875, 0.25]);
    }

    #[test]
    fn contact_that_never_pays_leaves_everybody_alone() {
        let points = profit_curve(&[0.1, 0.2], &[-0.1, 0.05], 1.0, 0.5, 2);
        assert_eq!(most_profitable(&points).map(|point| point.share), Some(0.0));
        assert_eq!(profit_curve(&[0.1], &[f64::NAN], 1.0, 0.0, 2), []);
        assert_eq!(most_profitable(&profit_curve(&[], &[], 1.0, 0.0, 10)), None);
    }
}
