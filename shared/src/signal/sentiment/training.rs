//! Training of the classifier of complaints: logistic regression on words, pairs and stems.

use std::collections::BTreeMap;

use super::complaints::Complaints;
use super::features::{FIXED, Features, each_name, features, fingerprint, words};
use super::rules;

/// A text with what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Example<'a> {
    pub text: &'a str,
    pub verdict: Verdict,
    /// What it counts in the fit; not negative.
    pub weight: f64,
}

/// What people say of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Verdict {
    /// The mean of several ratings, -4 (most negative) to 4.
    Rated(f64),
    Complaint,
    /// Praise, a question, a fact.
    Other,
}

impl Verdict {
    pub fn is_negative(self) -> bool {
        match self {
            Self::Rated(rating) => rating < 0.0,
            Self::Complaint => true,
            Self::Other => false,
        }
    }

    /// Whether the rating is below a cut (1) or not (-1), and how sure that is: a mean rating close to the cut says little.
    fn below(self, cut: f64) -> (f64, f64) {
        const SURE: f64 = 0.15;
        match self {
            Self::Rated(rating) => (if rating < cut { 1.0 } else { -1.0 }, (SURE + (rating - cut).abs()).min(1.0)),
            Self::Complaint => (1.0, if cut >= 0.0 { 1.0 } else { 0.0 }),
            Self::Other => (-1.0, if cut <= 0.0 { 1.0 } else { 0.0 }),
        }
    }
}

/// Ratings are cut here, and all cuts share one set of coefficients: the strength of a rating teaches as well as its sign.
const CUTS: [f64; 5] = [0.0, -1.0, -0.5, 0.5, 1.0];

/// How a classifier is fitted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    /// Half of it times the sum of the squared coefficients is added to the losses.
    pub penalty: f64,
    /// A word, pair or stem of fewer examples is not learned.
    pub min_examples: usize,
    /// How many words, pairs and stems stay: those with the greatest coefficients.
    pub keep: usize,
}

impl Default for Recipe {
    fn default() -> Self {
        Self { penalty: 1.0, min_examples: 2, keep: 7_000 }
    }
}

/// Examples read once, of which parts can be fitted.
#[derive(Debug)]
pub struct Corpus {
    rows: Vec<Row>,
    /// Every word, pair and stem, and in how many examples it is.
    names: Vec<(String, usize)>,
}

#[derive(Debug)]
struct Row {
    features: Features,
    /// Places in the names, instead of the fingerprints.
    words: Vec<usize>,
    verdict: Verdict,
    weight: f64,
}

impl Corpus {
    pub fn new(examples: &[Example]) -> Self {
        let mut known: BTreeMap<u64, (usize, String)> = BTreeMap::new();
        let mut rows = Vec::with_capacity(examples.len());
        for example in examples {
            let words = words(example.text);
            each_name(&words, |name| {
                known.entry(fingerprint(name)).or_insert_with(|| (0, name.concat()));
            });
            let features = features(&words, example.text, &rules::scores(example.text));
            rows.push(Row { features, words: Vec::new(), verdict: example.verdict, weight: example.weight });
        }
        for (place, (known, _)) in known.values_mut().enumerate() {
            *known = place;
        }
        for row in &mut rows {
            row.words = row.features.words.iter().filter_map(|word| known.get(word).map(|(place, _)| *place)).collect();
        }
        let mut counts = vec![0_usize; known.len()];
        for place in rows.iter().flat_map(|row: &Row| &row.words) {
            if let Some(count) = counts.get_mut(*place) {
                *count += 1;
            }
        }
        let names = known.into_values().zip(counts).map(|((_, name), count)| (name, count)).collect();
        Self { rows, names }
    }

    /// The classifier of the examples that `part` says yes to, by their places; none without both outcomes among them.
    pub fn fit(&self, part: impl Fn(usize) -> bool, recipe: &Recipe) -> Option<Complaints> {
        let rows: Vec<&Row> = self.rows.iter().enumerate().filter(|(place, _)| part(*place)).map(|(_, row)| row).collect();
        let has = |negative: bool| rows.iter().any(|row| row.verdict.is_negative() == negative && row.weight > 0.0);
        if !has(true) || !has(false) {
            return None;
        }
        let columns = self.columns(&rows, recipe.min_examples);
        let problem = Problem::new(&rows, &columns, recipe.penalty);
        let coefficients = minimize(&problem);
        Some(self.classifier(&columns, &coefficients, recipe.keep))
    }

    /// The column of each name: behind the intercepts and the fixed features; none for what is rare among the rows.
    fn columns(&self, rows: &[&Row], min_examples: usize) -> Vec<Option<usize>> {
        let mut counts = vec![0_usize; self.names.len()];
        for place in rows.iter().flat_map(|row| &row.words) {
            if let Some(count) = counts.get_mut(*place) {
                *count += 1;
            }
        }
        let mut next = CUTS.len() + FIXED;
        let column = |count: usize| {
            (count >= min_examples).then(|| {
                next += 1;
                next - 1
            })
        };
        counts.into_iter().map(column).collect()
    }

    /// Rounded, and without the words, pairs and stems that say least.
    fn classifier(&self, columns: &[Option<usize>], coefficients: &[f64], keep: usize) -> Complaints {
        let (intercepts, rest) = coefficients.split_at_checked(CUTS.len()).unwrap_or((&[], &[]));
        let (fixed, words) = rest.split_at_checked(FIXED).unwrap_or((&[], &[]));
        const COMMON: usize = 12;
        // Columns count up with the names.
        let named = self.names.iter().zip(columns).filter(|(_, column)| column.is_some()).map(|(name, _)| name);
        let mut named: Vec<(&(String, usize), f64)> = named.zip(words.iter().copied()).collect();
        named.sort_by(|(a, x), (b, y)| y.abs().total_cmp(&x.abs()).then_with(|| a.cmp(b)));
        let mut rest = named.split_off(keep.min(named.len()));
        // Common words say which language it is.
        rest.retain(|((name, count), _)| *count >= COMMON && name.chars().all(char::is_alphanumeric));
        named.append(&mut rest);
        let named: Vec<(&str, f64)> = named.into_iter().map(|((name, _), weight)| (name.as_str(), weight)).collect();
        Complaints::rounded(intercepts.first().copied().unwrap_or(0.0), fixed, &named)
    }
}

/// Columns with their values.
type Cells = Vec<(usize, f64)>;
/// Sign and weight at each cut.
type Signs = Vec<(f64, f64)>;

/// Rows as lists of (column, value), with the sign and the weight at each cut.
struct Problem {
    rows: Vec<(Cells, Signs)>,
    columns: usize,
    penalty: f64,
}

impl Problem {
    fn new(rows: &[&Row], columns: &[Option<usize>], penalty: f64) -> Self {
        let row = |row: &&Row| {
            let fixed = row.features.fixed.iter().enumerate().map(|(place, value)| (CUTS.len() + place, *value));
            let words = row.words.iter().filter_map(|place| columns.get(*place).copied().flatten());
            let cells = fixed.chain(words.map(|column| (column, row.features.presence))).collect();
            let signs = CUTS.iter().map(|cut| row.verdict.below(*cut)).map(|(sign, sure)| (sign, sure * row.weight));
            (cells, signs.collect())
        };
        let words = columns.iter().flatten().count();
        Self { rows: rows.iter().map(row).collect(), columns: CUTS.len() + FIXED + words, penalty }
    }

    /// Sum of the weighted log losses and the penalty, which spares the intercepts; and its gradient.
    fn value(&self, at: &[f64], gradient: &mut [f64]) -> f64 {
        let (intercepts, slopes) = at.split_at_checked(CUTS.len()).unwrap_or((&[], &[]));
        let squares: f64 = slopes.iter().map(|coefficient| coefficient * coefficient).sum();
        let penalties = intercepts.iter().map(|_| 0.0).chain(slopes.iter().map(|coefficient| self.penalty * coefficient));
        gradient.iter_mut().zip(penalties).for_each(|(partial, penalty)| *partial = penalty);
        let mut loss = 0.5 * self.penalty * squares;
        for (cells, signs) in &self.rows {
            let product: f64 = cells.iter().map(|(column, value)| value * at.get(*column).copied().unwrap_or(0.0)).sum();
            let mut slope = 0.0;
            for (((sign, weight), intercept), partial) in signs.iter().zip(intercepts).zip(gradient.iter_mut()) {
                let margin = sign * (intercept + product);
                // ln(1 + e^-m), without overflow on either side.
                let small = libm::exp(-margin.abs());
                loss += weight * (libm::log1p(small) + (-margin).max(0.0));
                let wrong = if margin >= 0.0 { small / (1.0 + small) } else { 1.0 / (1.0 + small) };
                *partial -= weight * sign * wrong;
                slope -= weight * sign * wrong;
            }
            for (column, value) in cells {
                if let Some(partial) = gradient.get_mut(*column) {
                    *partial += slope * value;
                }
            }
        }
        loss
    }
}

/// Limited-memory BFGS with the two-loop recursion (Nocedal & Wright 2006, algorithms 7.4 and 7.5) and halving steps; the loss
/// is convex, so that where it ends is the minimum.
fn minimize(problem: &Problem) -> Vec<f64> {
    const MEMORY: usize = 10;
    const STEPS: usize = 200;
    const FLAT: f64 = 1e-4;
    let mut at = vec![0.0; problem.columns];
    let mut gradient = at.clone();
    let mut value = problem.value(&at, &mut gradient);
    let start = dot(&gradient, &gradient);
    let mut memory: Vec<(Vec<f64>, Vec<f64>, f64)> = Vec::new();
    for _ in 0..STEPS {
        if dot(&gradient, &gradient) <= FLAT * FLAT * start {
            break;
        }
        let direction = descent(&gradient, &memory);
        let slope = dot(&direction, &gradient);
        let mut step = if memory.is_empty() { 1.0 / libm::sqrt(start) } else { 1.0 };
        let mut next_gradient = vec![0.0; at.len()];
        let next = loop {
            let next: Vec<f64> = at.iter().zip(&direction).map(|(x, d)| x + step * d).collect();
            let next_value = problem.value(&next, &mut next_gradient);
            if next_value <= value + 1e-4 * step * slope {
                value = next_value;
                break next;
            }
            step /= 2.0;
            if step < 1e-12 {
                return at;
            }
        };
        let moved: Vec<f64> = next.iter().zip(&at).map(|(new, old)| new - old).collect();
        let turned: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(new, old)| new - old).collect();
        let curvature = dot(&moved, &turned);
        (at, gradient) = (next, next_gradient);
        if curvature > 0.0 {
            if memory.len() == MEMORY {
                memory.remove(0);
            }
            memory.push((moved, turned, curvature));
        }
    }
    at
}

fn descent(gradient: &[f64], memory: &[(Vec<f64>, Vec<f64>, f64)]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut shares = Vec::with_capacity(memory.len());
    for (moved, turned, curvature) in memory.iter().rev() {
        let share = dot(moved, &direction) / curvature;
        add(&mut direction, -share, turned);
        shares.push(share);
    }
    if let Some((_, turned, curvature)) = memory.last() {
        let scale = curvature / dot(turned, turned);
        direction.iter_mut().for_each(|d| *d *= scale);
    }
    for ((moved, turned, curvature), share) in memory.iter().zip(shares.iter().rev()) {
        let back = dot(turned, &direction) / curvature;
        add(&mut direction, share - back, moved);
    }
    direction
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(x, y)| x * y).sum()
}

fn add(to: &mut [f64], times: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(x, y)| *x += times * y);
}
