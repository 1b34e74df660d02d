//! Quasi-Newton minimization of smooth functions of a few variables.

/// Where [`minimize`] ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minimum<const N: usize> {
    pub(crate) at: [f64; N],
    pub(crate) value: f64,
}

const MAX_STEPS: usize = 200;
const GRADIENT_TOLERANCE: f64 = 1e-8;

/// BFGS with a backtracking line search (Nocedal & Wright 2006, algorithm 6.1 and section 3.1). `function` gives value and
/// gradient; where it is not finite the line search steps back, so a bound is an infinite value beyond it.
pub(crate) fn minimize<const N: usize>(start: [f64; N], mut function: impl FnMut(&[f64; N]) -> (f64, [f64; N])) -> Minimum<N> {
    let mut at = start;
    let (mut value, mut gradient) = function(&at);
    let mut inverse_hessian = identity::<N>();
    for _ in 0..MAX_STEPS {
        if norm(&gradient) < GRADIENT_TOLERANCE {
            return Minimum { at, value };
        }
        let mut direction = times(&inverse_hessian, &gradient).map(|d| -d);
        if dot(&direction, &gradient) >= 0.0 {
            inverse_hessian = identity::<N>();
            direction = gradient.map(|g| -g);
        }
        // No step moves a logarithm by more than 2 at once: beyond that the quadratic picture is worthless.
        let length = norm(&direction);
        if length > 2.0 {
            direction = direction.map(|d| d * 2.0 / length);
        }
        let slope = dot(&direction, &gradient);
        let mut step = 1.0;
        let accepted = loop {
            let next = zip(&at, &direction, |x, d| x + step * d);
            let (next_value, next_gradient) = function(&next);
            if next_value.is_finite() && next_value <= value + 1e-4 * step * slope {
                break Some((next, next_value, next_gradient));
            }
            step *= 0.5;
            if step < 1e-12 {
                break None;
            }
        };
        let Some((next, next_value, next_gradient)) = accepted else {
            return Minimum { at, value };
        };
        let moved = zip(&next, &at, |x, y| x - y);
        let turned = zip(&next_gradient, &gradient, |x, y| x - y);
        inverse_hessian = updated(inverse_hessian, &moved, &turned);
        let gain = value - next_value;
        (at, value, gradient) = (next, next_value, next_gradient);
        // Below the rounding of the sum there is nothing left to gain, however long one goes on.
        if gain <= 8.0 * f64::EPSILON * value.abs() {
            break;
        }
    }
    Minimum { at, value }
}

/// Equation 6.17; left as it is where the curvature along the step is not positive.
fn updated<const N: usize>(h: [[f64; N]; N], moved: &[f64; N], turned: &[f64; N]) -> [[f64; N]; N] {
    let curvature = dot(moved, turned);
    if curvature <= 1e-14 {
        return h;
    }
    let h_turned = times(&h, turned);
    let scale = (1.0 + dot(turned, &h_turned) / curvature) / curvature;
    let mut next = h;
    for (row, (s_i, hy_i)) in next.iter_mut().zip(moved.iter().zip(&h_turned)) {
        for (cell, (s_j, hy_j)) in row.iter_mut().zip(moved.iter().zip(&h_turned)) {
            *cell += scale * s_i * s_j - (s_i * hy_j + hy_i * s_j) / curvature;
        }
    }
    next
}

fn identity<const N: usize>() -> [[f64; N]; N] {
    std::array::from_fn(|i| std::array::from_fn(|j| if i == j { 1.0 } else { 0.0 }))
}

fn times<const N: usize>(matrix: &[[f64; N]; N], vector: &[f64; N]) -> [f64; N] {
    matrix.map(|row| dot(&row, vector))
}

fn dot<const N: usize>(x: &[f64; N], y: &[f64; N]) -> f64 {
    x.iter().zip(y).map(|(a, b)| a * b).sum()
}

fn zip<const N: usize>(x: &[f64; N], y: &[f64; N], with: impl Fn(f64, f64) -> f64) -> [f64; N] {
    let mut out = *x;
    for (cell, other) in out.iter_mut().zip(y) {
        *cell = with(*cell, *other);
    }
    out
}

fn norm<const N: usize>(x: &[f64; N]) -> f64 {
    libm::sqrt(dot(x, x))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rosenbrock_s_valley_is_followed_to_its_end() {
        let found = minimize([-1.2, 1.0], |&[x, y]| {
            let (u, v) = (1.0 - x, y - x * x);
            (u * u + 100.0 * v * v, [-2.0 * u - 400.0 * x * v, 200.0 * v])
        });
        assert!((found.at[0] - 1.0).abs() < 1e-6 && (found.at[1] - 1.0).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn a_gradient_that_is_only_rounding_ends_the_search() {
        let mut calls = 0;
        let found = minimize([1.0], |&[x]| {
            calls += 1;
            (1e3 + x * x, [2.0 * x + if calls % 2 == 0 { 3e-8 } else { -3e-8 }])
        });
        assert!(found.at[0].abs() < 1e-6 && calls < 100, "{calls} calls, {found:?}");
    }

    #[test]
    fn an_infinite_value_is_a_wall() {
        let found = minimize([0.0], |&[x]| if x > 1.0 { (f64::INFINITY, [0.0]) } else { (-x, [-1.0]) });
        assert!((found.at[0] - 1.0).abs() < 1e-6, "{found:?}");
    }
}
