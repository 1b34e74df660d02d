//! Maximum likelihood in the logarithms of positive parameters.

use super::fitted::Covariance;

/// A log-likelihood at a point, with its slopes and curvatures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Curve<const N: usize> {
    pub(super) value: f64,
    pub(super) gradient: [f64; N],
    pub(super) hessian: [[f64; N]; N],
}

/// Where [`maximize`] ended, in logarithms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Maximum<const N: usize> {
    pub(super) at: [f64; N],
    pub(super) curve: Curve<N>,
    /// No direction inside the bounds climbs; otherwise the search ran out of steps or of progress.
    pub(super) converged: bool,
    pub(super) on_bound: bool,
}

/// Parameters lie within e^-BOUND and e^BOUND: the likelihood of a degenerate shop grows for ever, ever more slowly.
pub(super) const BOUND: f64 = 14.0;

const MAX_STEPS: usize = 200;

/// Slopes are taken of the mean over customers.
const GRADIENT_TOLERANCE: f64 = 1e-9;

/// A slope that counts as vanished where rounding lets the value rise no further.
const FLAT: f64 = 1e-5;

/// No step moves a logarithm by more at once: beyond that the quadratic picture is worthless.
const LONGEST: f64 = 2.0;

impl<const N: usize> Curve<N> {
    pub(super) const ZERO: Self = Self { value: 0.0, gradient: [0.0; N], hessian: [[0.0; N]; N] };

    pub(super) fn add(&mut self, other: &Self) {
        self.value += other.value;
        for (sum, part) in self.gradient.iter_mut().zip(other.gradient) {
            *sum += part;
        }
        for (sum, part) in self.hessian.as_flattened_mut().iter_mut().zip(other.hessian.as_flattened()) {
            *sum += part;
        }
    }

    /// The mean over so many customers.
    pub(super) fn over(self, customers: f64) -> Self {
        Self {
            value: self.value / customers,
            gradient: self.gradient.map(|cell| cell / customers),
            hessian: self.hessian.map(|row| row.map(|cell| cell / customers)),
        }
    }

    /// From slopes in the parameters to slopes in their logarithms.
    pub(super) fn in_logs(mut self, parameters: [f64; N]) -> Self {
        for (row, p) in self.hessian.iter_mut().zip(parameters) {
            for (cell, q) in row.iter_mut().zip(parameters) {
                *cell *= p * q;
            }
        }
        for (slope, p) in self.gradient.iter_mut().zip(parameters) {
            *slope *= p;
        }
        for (place, (row, slope)) in self.hessian.iter_mut().zip(self.gradient).enumerate() {
            if let Some(cell) = row.get_mut(place) {
                *cell += slope;
            }
        }
        self
    }
}

/// Newton's method inside the box of bounds, with Marquardt's damping where the likelihood is not concave and a backtracking line
/// search (Nocedal & Wright 2006, sections 3.4 and 16.7). `function` gives the mean log-likelihood; where it is not finite the
/// search steps back.
pub(super) fn maximize<const N: usize>(start: [f64; N], mut function: impl FnMut(&[f64; N]) -> Curve<N>) -> Maximum<N> {
    let mut at = start.map(|v| v.clamp(-BOUND, BOUND));
    let mut curve = function(&at);
    let mut damping = 0.0;
    for _ in 0..MAX_STEPS {
        let free = free(&at, &curve.gradient);
        let gradient = masked(&curve.gradient, &free);
        if !curve.value.is_finite() || norm(&gradient) < GRADIENT_TOLERANCE {
            break;
        }
        let (mut direction, used) = ascent(&curve.hessian, &gradient, &free, damping);
        damping = if used > 1e-10 { used * 0.1 } else { 0.0 };
        let length = norm(&direction);
        if length > LONGEST {
            direction = direction.map(|d| d * LONGEST / length);
        }
        let Some((next, found)) = climb(&at, &curve, &gradient, &direction, &mut function) else { break };
        let gain = found.value - curve.value;
        (at, curve) = (next, found);
        // Below the rounding of the sum there is nothing left to gain, however long one goes on.
        if gain <= 4.0 * f64::EPSILON * curve.value.abs() {
            break;
        }
    }
    let slope = norm(&masked(&curve.gradient, &free(&at, &curve.gradient)));
    let on_bound = at.iter().any(|v| v.abs() >= BOUND);
    Maximum { at, curve, converged: curve.value.is_finite() && slope < FLAT, on_bound }
}

/// The inverse of the observed information of `customers` customers; `None` where the data leave a direction open.
pub(super) fn covariance<const N: usize>(found: &Maximum<N>, customers: f64) -> Option<Covariance> {
    if found.on_bound || !found.converged {
        return None;
    }
    let information = found.curve.hessian.map(|row| row.map(|cell| -cell * customers));
    let factor = cholesky(&information)?;
    let mut columns = [[0.0; N]; N];
    for (place, column) in columns.iter_mut().enumerate() {
        let mut unit = [0.0; N];
        if let Some(cell) = unit.get_mut(place) {
            *cell = 1.0;
        }
        *column = solve(&factor, &unit);
    }
    Covariance::new(columns.iter().map(|column| column.to_vec()).collect())
}

/// Coordinates that may move: not those on a bound beyond which it climbs on.
fn free<const N: usize>(at: &[f64; N], gradient: &[f64; N]) -> [bool; N] {
    let mut free = [true; N];
    for (free, (v, g)) in free.iter_mut().zip(at.iter().zip(gradient)) {
        *free = !(*v >= BOUND && *g > 0.0 || *v <= -BOUND && *g < 0.0);
    }
    free
}

fn masked<const N: usize>(vector: &[f64; N], free: &[bool; N]) -> [f64; N] {
    let mut out = *vector;
    for (cell, free) in out.iter_mut().zip(free) {
        if !free {
            *cell = 0.0;
        }
    }
    out
}

/// A direction of ascent and the damping that it took.
fn ascent<const N: usize>(hessian: &[[f64; N]; N], gradient: &[f64; N], free: &[bool; N], damping: f64) -> ([f64; N], f64) {
    let mut damping = damping;
    for _ in 0..40 {
        let mut curvature = hessian.map(|row| row.map(|cell| -cell));
        for (i, (row, free_row)) in curvature.iter_mut().zip(free).enumerate() {
            for (j, (cell, free_column)) in row.iter_mut().zip(free).enumerate() {
                if !(*free_row && *free_column) {
                    *cell = if i == j { 1.0 } else { 0.0 };
                } else if i == j {
                    *cell += damping;
                }
            }
        }
        if let Some(factor) = cholesky(&curvature) {
            let direction = solve(&factor, gradient);
            if direction.iter().all(|d| d.is_finite()) && dot(&direction, gradient) > 0.0 {
                return (direction, damping);
            }
        }
        damping = if damping == 0.0 { 1e-6 } else { damping * 10.0 };
    }
    (*gradient, 0.0)
}

/// The first of ever shorter steps that gains enough (Armijo's rule).
fn climb<const N: usize>(
    at: &[f64; N],
    curve: &Curve<N>,
    gradient: &[f64; N],
    direction: &[f64; N],
    function: &mut impl FnMut(&[f64; N]) -> Curve<N>,
) -> Option<([f64; N], Curve<N>)> {
    let mut step = 1.0;
    while step > 1e-10 {
        let mut next = *at;
        for (v, d) in next.iter_mut().zip(direction) {
            *v = (*v + step * d).clamp(-BOUND, BOUND);
        }
        let mut moved = next;
        for (moved, v) in moved.iter_mut().zip(at) {
            *moved -= v;
        }
        let found = function(&next);
        if found.value.is_finite() && found.value >= curve.value + 1e-4 * dot(&moved, gradient).max(0.0) {
            return Some((next, found));
        }
        step *= 0.5;
    }
    None
}

/// L of LLᵀ; `None` unless the matrix is positive definite well beyond rounding.
fn cholesky<const N: usize>(matrix: &[[f64; N]; N]) -> Option<[[f64; N]; N]> {
    let mut factor = [[0.0; N]; N];
    for (i, source) in matrix.iter().enumerate() {
        let mut row = [0.0; N];
        for (j, cell) in source.iter().enumerate().take(i + 1) {
            let above = if j == i { row } else { *factor.get(j)? };
            let rest = cell - row.iter().zip(&above).take(j).map(|(a, b)| a * b).sum::<f64>();
            let value = if j == i {
                if rest.is_nan() || rest <= 1e-13 * cell.abs() {
                    return None;
                }
                libm::sqrt(rest)
            } else {
                rest / above.get(j)?
            };
            *row.get_mut(j)? = value;
        }
        *factor.get_mut(i)? = row;
    }
    Some(factor)
}

fn solve<const N: usize>(factor: &[[f64; N]; N], right: &[f64; N]) -> [f64; N] {
    let mut y = [0.0; N];
    for (i, (row, b)) in factor.iter().zip(right).enumerate() {
        let rest = b - dot(row, &y);
        if let (Some(cell), Some(diagonal)) = (y.get_mut(i), row.get(i)) {
            *cell = rest / diagonal;
        }
    }
    let mut x = [0.0; N];
    for i in (0..N).rev() {
        let below: f64 = factor.iter().zip(&x).skip(i + 1).map(|(row, v)| row.get(i).copied().unwrap_or_default() * v).sum();
        let diagonal = factor.get(i).and_then(|row| row.get(i)).copied().unwrap_or(f64::NAN);
        let rest = y.get(i).copied().unwrap_or(f64::NAN) - below;
        if let Some(cell) = x.get_mut(i) {
            *cell = rest / diagonal;
        }
    }
    x
}

fn dot<const N: usize>(x: &[f64; N], y: &[f64; N]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

fn norm<const N: usize>(x: &[f64; N]) -> f64 {
    libm::sqrt(dot(x, x))
}

/// Slopes and curvatures against differences of values and slopes.
#[cfg(test)]
pub(super) fn check_slopes<const N: usize>(at: [f64; N], function: impl Fn([f64; N]) -> Curve<N>) {
    let curve = function(at);
    for i in 0..N {
        let h = 1e-5 * at[i];
        let moved = |by: f64| {
            let mut to = at;
            to[i] += by;
            function(to)
        };
        let (up, down) = (moved(h), moved(-h));
        let close = |exact: f64, slope: f64, scale: f64| (exact - slope).abs() < 1e-6 * (scale + exact.abs());
        let slope = (up.value - down.value) / (2.0 * h);
        assert!(close(curve.gradient[i], slope, 1.0), "slope {i}: {} {slope}", curve.gradient[i]);
        for j in 0..N {
            let slope = (up.gradient[j] - down.gradient[j]) / (2.0 * h);
            assert!(close(curve.hessian[i][j], slope, 1.0), "curvature {i} {j}: {} {slope}", curve.hessian[i][j]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rosenbrock's valley upside down.
    fn valley(&[x, y]: &[f64; 2]) -> Curve<2> {
        let (u, v) = (1.0 - x, y - x * x);
        Curve {
            value: -(u * u + 100.0 * v * v),
            gradient: [2.0 * u + 400.0 * x * v, -200.0 * v],
            hessian: [[-2.0 + 400.0 * v - 800.0 * x * x, 400.0 * x], [400.0 * x, -200.0]],
        }
    }

    #[test]
    fn rosenbrock_s_valley_is_followed_to_its_end() {
        let found = maximize([-1.2, 1.0], valley);
        assert!(found.converged && !found.on_bound);
        assert!((found.at[0] - 1.0).abs() < 1e-9 && (found.at[1] - 1.0).abs() < 1e-9, "{found:?}");
        let covariance = covariance(&found, 1.0).expect("a maximum");
        // The inverse of [[802, -400], [-400, 200]].
        assert!((covariance.get(0, 0) - 0.5).abs() < 1e-6 && (covariance.get(1, 1) - 2.005).abs() < 1e-6, "{covariance:?}");
    }

    #[test]
    fn a_slope_without_end_stops_at_the_bound_and_the_rest_is_still_found() {
        let found = maximize([0.0, 3.0], |&[x, y]| Curve {
            value: x - (y - 1.0) * (y - 1.0),
            gradient: [1.0, -2.0 * (y - 1.0)],
            hessian: [[0.0, 0.0], [0.0, -2.0]],
        });
        assert!(found.on_bound && found.converged, "{found:?}");
        assert!((found.at[0] - BOUND).abs() < 1e-12 && (found.at[1] - 1.0).abs() < 1e-9, "{found:?}");
        assert_eq!(covariance(&found, 10.0), None);
    }

    #[test]
    fn values_that_are_not_numbers_are_no_maximum() {
        assert!(!maximize([0.0], |_| Curve { value: f64::NAN, gradient: [f64::NAN], hessian: [[f64::NAN]] }).converged);
    }
}
