//! Exact Shapley values of trees.
//!
//! A leaf's part in the value of a coalition is its value times one factor for each column on its path: 1 or 0, whether the row
//! fulfills the path's conditions on it, for a column in the coalition, and the share of rows that took the path there for one
//! that is not (Lundberg et al. 2020, algorithm 1). Such a product's Shapley values are the integrals over t from 0 to 1 of its
//! multilinear extension's slopes (Owen 1972), each a polynomial in t of a degree below the tree's depth, which Gauss's quadrature
//! integrates exactly with half as many points. All its terms are of one sign, so there is nothing to lose digits in.

use super::DEEPEST;
use super::tree::{Node, Tree};
use crate::learn::Contributions;

/// Enough points for the deepest tree.
const MOST_POINTS: usize = DEEPEST.div_ceil(2);

/// One value at each point of the quadrature.
type Points = [f64; MOST_POINTS];

pub(super) fn contributions(trees: &[Tree], mean: f64, columns: usize, row: &[f64]) -> Contributions {
    let depth = trees.iter().map(|tree| depth(tree, 0)).max().unwrap_or(0);
    let mut walk = Walk { row, rule: Rule::new(depth.div_ceil(2)), path: Vec::with_capacity(depth), parts: vec![0.0; columns] };
    for tree in trees {
        walk.node(tree, 0, &[1.0; MOST_POINTS]);
    }
    Contributions { base: mean, parts: walk.parts }
}

struct Walk<'a> {
    row: &'a [f64],
    rule: Rule,
    /// The conditions above the present node.
    path: Vec<Step>,
    parts: Vec<f64>,
}

/// All conditions on one column down to some node.
#[derive(Clone, Copy)]
struct Step {
    column: u32,
    /// Whether the row fulfills them.
    holds: f64,
    /// The share of rows that do.
    share: f64,
}

impl Step {
    /// Of a leaf's product at one point: between the share (outside the coalition) and the row's own way (in it).
    fn factor(self, t: f64) -> f64 {
        self.share + (self.holds - self.share) * t
    }
}

impl Walk<'_> {
    /// Adds the parts of all leaves below, and gives at each point the sum of their values times the factors of the conditions
    /// below this node; `above` is the product of the factors above it.
    fn node(&mut self, tree: &Tree, place: usize, above: &Points) -> Points {
        let (column, right, left_share, left_holds) = match tree.node(place) {
            Node::Leaf { value, .. } => return [value; MOST_POINTS],
            Node::Split { column, right, missing_left, threshold, left_share } => {
                (column, right, left_share, Node::goes_left(column, threshold, missing_left, self.row))
            }
        };
        let holds = f64::from(u8::from(left_holds));
        let left = self.child(tree, place + 1, above, Step { column, holds, share: left_share });
        let right = self.child(tree, right as usize, above, Step { column, holds: 1.0 - holds, share: 1.0 - left_share });
        let mut sum = left;
        sum.iter_mut().zip(right).for_each(|(sum, right)| *sum += right);
        sum
    }

    /// The same for one child with the factor of the condition that leads to it.
    fn child(&mut self, tree: &Tree, place: usize, above: &Points, condition: Step) -> Points {
        match self.path.iter().rev().find(|step| step.column == condition.column).copied() {
            None => self.first(tree, place, above, condition),
            Some(old) => self.again(tree, place, above, old, condition),
        }
    }

    /// A condition on a column that none above asks about.
    fn first(&mut self, tree: &Tree, place: usize, above: &Points, step: Step) -> Points {
        let mut here = *above;
        for (product, t) in here.iter_mut().zip(&self.rule.points) {
            *product *= step.factor(*t);
        }
        self.path.push(step);
        let mut below = self.node(tree, place, &here);
        self.path.pop();
        let mut slope = 0.0;
        for ((below, above), (t, weight)) in below.iter_mut().zip(above).zip(self.rule.points.iter().zip(&self.rule.weights)) {
            slope += weight * above * *below;
            *below *= step.factor(*t);
        }
        self.add(step, slope);
        below
    }

    /// A condition on a column that `old` sums up so far: its factor gives way to that of both.
    fn again(&mut self, tree: &Tree, place: usize, above: &Points, old: Step, condition: Step) -> Points {
        let new = Step { column: old.column, holds: old.holds * condition.holds, share: old.share * condition.share };
        let mut here = *above;
        for (product, t) in here.iter_mut().zip(&self.rule.points) {
            *product *= new.factor(*t) / old.factor(*t);
        }
        self.path.push(new);
        let mut below = self.node(tree, place, &here);
        self.path.pop();
        let (mut slope, mut replaced) = (0.0, 0.0);
        for ((below, above), (t, weight)) in below.iter_mut().zip(above).zip(self.rule.points.iter().zip(&self.rule.weights)) {
            let (old, new) = (old.factor(*t), new.factor(*t));
            let without = weight * above * *below / old;
            slope += without;
            // The step above will count these leaves as if its own conditions were all: taken back here.
            replaced += without * new / old;
            *below *= new / old;
        }
        self.add(new, slope);
        self.add(old, -replaced);
        below
    }

    fn add(&mut self, step: Step, slope: f64) {
        if let Some(part) = self.parts.get_mut(step.column as usize) {
            *part += (step.holds - step.share) * slope;
        }
    }
}

fn depth(tree: &Tree, place: usize) -> usize {
    match tree.node(place) {
        Node::Leaf { .. } => 0,
        Node::Split { right, .. } => 1 + depth(tree, place + 1).max(depth(tree, right as usize)),
    }
}

/// Gauss's quadrature on the interval from 0 to 1.
struct Rule {
    points: Vec<f64>,
    weights: Vec<f64>,
}

impl Rule {
    /// The roots of Legendre's polynomial of degree `n` by Newton's steps from their asymptotic places (Abramowitz & Stegun 1964,
    /// 22.16.6 and 25.4.29).
    fn new(n: usize) -> Self {
        let (mut points, mut weights) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for i in 0..n {
            let mut x = libm::cos(std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5));
            let mut slope = 1.0;
            for _ in 0..6 {
                let value;
                (value, slope) = legendre(n, x);
                x -= value / slope;
            }
            points.push((1.0 + x) / 2.0);
            weights.push(1.0 / ((1.0 - x * x) * slope * slope));
        }
        Self { points, weights }
    }
}

/// Legendre's polynomial of degree `n` and its derivative, by the three-term recurrence.
fn legendre(n: usize, x: f64) -> (f64, f64) {
    let (mut before, mut value) = (1.0, x);
    for k in 2..=n {
        let k = k as f64;
        (before, value) = (value, ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k);
    }
    (value, n as f64 * (x * value - before) / (x * x - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quadrature_is_exact_for_powers_up_to_twice_its_points_less_one() {
        for n in 1..=MOST_POINTS {
            let rule = Rule::new(n);
            for power in 0..2 * n {
                let terms = rule.points.iter().zip(&rule.weights).map(|(t, weight)| weight * t.powi(power as i32));
                let integral: f64 = terms.sum();
                assert!((integral - 1.0 / (power as f64 + 1.0)).abs() < 1e-15, "{n} points, power {power}: {integral}");
            }
        }
    }
}
