//! Growing one tree: histograms, the best question at each node, and the rows divided by it.

use super::bins::Binned;
use super::packs::{Pack, packs, split_up};
use super::sums::{Opened, Scale, Sums};
use super::tree::{Node, Tree};
use super::{BoostSettings, DEEPEST};
use crate::learn::Direction;

/// What all trees of a model share, and the memory they reuse.
pub(super) struct Grower<'a> {
    binned: &'a Binned,
    /// Where each column's part of a histogram begins and ends.
    places: Vec<(usize, usize)>,
    packs: Vec<Pack>,
    limits: Limits<'a>,
    /// Histograms not in use.
    pool: Vec<Vec<Sums>>,
    ordered: Vec<Sums>,
    spill: Vec<u32>,
}

impl Round<'_> {
    fn has(&self, column: usize) -> bool {
        self.chosen.get(column).copied().unwrap_or(false)
    }
}

struct Limits<'a> {
    directions: &'a [Direction],
    depth: usize,
    min_rows: u64,
    min_hessian: f64,
    lambda: f64,
}

/// One tree in the making.
pub(super) struct Round<'a> {
    pub scale: Scale,
    /// Of every row.
    pub sums: &'a [Sums],
    /// The columns it may ask about.
    pub columns: &'a [usize],
    /// The same as a flag a column.
    pub chosen: &'a [bool],
    /// From a leaf's value to the whole number of steps in which it is kept.
    pub steps: f64,
    /// Of one step in the model.
    pub unit: f64,
    /// Of one step in `raws`.
    pub raw_unit: f64,
    pub raws: &'a mut [f64],
    pub weights: Option<&'a [f64]>,
    /// Of one unit of weight, in counts of rows.
    pub cover: f64,
}

/// The rows at a node: those that the tree learns from and those that it only answers for.
struct Rows<'a> {
    inside: &'a mut [u32],
    outside: &'a mut [u32],
}

/// Between which values the leaves below a node must stay.
#[derive(Clone, Copy)]
struct Bounds {
    low: f64,
    high: f64,
}

#[derive(Clone, Copy)]
struct Split {
    gain: f64,
    column: usize,
    /// Rows with codes from 1 to this one go left.
    code: u8,
    missing_left: bool,
    left: Sums,
    right: Sums,
    left_value: f64,
    right_value: f64,
}

/// Gains below this share of the node's own score are rounding.
const ROUNDING: f64 = 1e-10;

impl<'a> Grower<'a> {
    pub fn new(binned: &'a Binned, directions: &'a [Direction], settings: &BoostSettings) -> Self {
        let mut end = 0;
        let place = |codes: usize| {
            let begin = end;
            end += codes;
            (begin, end)
        };
        let places = binned.columns.iter().map(|column| column.codes()).map(place).collect();
        let limits = Limits {
            directions,
            depth: settings.depth.min(DEEPEST),
            min_rows: settings.min_rows.max(1) as u64,
            min_hessian: settings.min_hessian.max(0.0),
            lambda: settings.lambda.max(0.0),
        };
        Self { binned, places, packs: packs(&binned.columns), limits, pool: Vec::new(), ordered: Vec::new(), spill: Vec::new() }
    }

    /// Learns from the rows `inside` and adds the leaves' values to the raw values of both;
    /// `None` where there is nothing to ask.
    pub fn grow(&mut self, round: &mut Round, inside: &mut [u32], outside: &mut [u32]) -> Option<Tree> {
        let mut nodes = Vec::new();
        let mut total = Sums::default();
        for row in inside.iter() {
            total.add(round.sums.get(*row as usize).copied().unwrap_or_default());
        }
        let histogram = (self.limits.depth > 0).then(|| self.histogram(round, inside));
        let bounds = Bounds { low: f64::NEG_INFINITY, high: f64::INFINITY };
        // A tree that asks nothing answers nothing: the base is right already, and a sample of the rows would only shake it.
        let node = Pending { rows: Rows { inside, outside }, histogram, total, value: 0.0, bounds, depth: 0 };
        self.node(round, node, &mut nodes);
        (nodes.len() > 1).then(|| Tree::new(nodes))
    }

    fn node(&mut self, round: &mut Round, node: Pending, nodes: &mut Vec<Node>) {
        let Pending { rows, histogram, total, value, bounds, depth } = node;
        let split = histogram.as_ref().and_then(|histogram| self.best_split(round, histogram, total, bounds));
        let (Some(mut histogram), Some(split)) = (histogram, split) else {
            leaf(round, rows, value, nodes);
            return;
        };
        let place = nodes.len();
        let column = self.binned.columns.get(split.column);
        let threshold = column.and_then(|column| column.cuts.get(usize::from(split.code) - 1)).copied().unwrap_or(f64::MAX);
        let codes = column.map_or(&[][..], |column| &column.codes);
        let goes_left = |row: u32| {
            let code = codes.get(row as usize).copied().unwrap_or(0);
            if code == 0 { split.missing_left } else { code <= split.code }
        };
        let (left_inside, right_inside) = divide(rows.inside, &mut self.spill, goes_left);
        let (left_outside, right_outside) = divide(rows.outside, &mut self.spill, goes_left);

        let (mut left_histogram, mut right_histogram) = (None, None);
        if depth + 1 < self.limits.depth {
            let left_smaller = left_inside.len() <= right_inside.len();
            let smaller = self.histogram(round, if left_smaller { left_inside } else { right_inside });
            for column in round.columns {
                let (begin, end) = self.places.get(*column).copied().unwrap_or_default();
                let parts =
                    histogram.get_mut(begin..end).into_iter().flatten().zip(smaller.get(begin..end).into_iter().flatten());
                parts.for_each(|(whole, part)| whole.subtract(*part));
            }
            let (smaller, larger) = (Some(smaller), Some(histogram));
            (left_histogram, right_histogram) = if left_smaller { (smaller, larger) } else { (larger, smaller) };
        } else {
            self.pool.push(histogram);
        }
        let direction = self.limits.direction(split.column);
        let (left_bounds, right_bounds) = bounds.divided(direction, split.left_value, split.right_value);

        nodes.push(Node::Split {
            column: split.column as u32,
            right: 0,
            missing_left: split.missing_left,
            threshold,
            left_share: 0.0,
        });
        let left = Pending {
            rows: Rows { inside: left_inside, outside: left_outside },
            histogram: left_histogram,
            total: split.left,
            value: split.left_value,
            bounds: left_bounds,
            depth: depth + 1,
        };
        self.node(round, left, nodes);
        let after = nodes.len() as u32;
        if let Some(Node::Split { right, .. }) = nodes.get_mut(place) {
            *right = after;
        }
        let right = Pending {
            rows: Rows { inside: right_inside, outside: right_outside },
            histogram: right_histogram,
            total: split.right,
            value: split.right_value,
            bounds: right_bounds,
            depth: depth + 1,
        };
        self.node(round, right, nodes);
    }

    /// The sums of these rows by column and code, for the round's columns.
    fn histogram(&mut self, round: &Round, rows: &[u32]) -> Vec<Sums> {
        let slots = self.places.last().map_or(0, |place| place.1);
        let mut histogram = self.pool.pop().unwrap_or_else(|| vec![Sums::default(); slots]);
        self.ordered.clear();
        self.ordered.extend(rows.iter().map(|row| round.sums.get(*row as usize).copied().unwrap_or_default()));
        let (mut counts, mut others) = ([Sums::default(); 256], [Sums::default(); 256]);
        for pack in &self.packs {
            if !pack.members.iter().any(|member| round.has(member.column)) {
                continue;
            }
            count(pack.codes(&self.binned.columns), rows, &self.ordered, &mut counts, &mut others);
            let used = pack.combinations();
            let (Some(counts), Some(others)) = (counts.get_mut(..used), others.get_mut(..used)) else { continue };
            counts.iter_mut().zip(others).for_each(|(slot, other)| slot.add(std::mem::take(other)));
            for member in pack.members.iter().filter(|member| round.has(member.column)) {
                let place = self.places.get(member.column).copied().unwrap_or_default();
                let Some(part) = histogram.get_mut(place.0..place.1) else { continue };
                if pack.codes.is_none() { part.copy_from_slice(counts) } else { split_up(counts, member, part) }
            }
            counts.fill(Sums::default());
        }
        histogram
    }

    fn best_split(&self, round: &Round, histogram: &[Sums], total: Sums, bounds: Bounds) -> Option<Split> {
        let node = round.scale.open(total);
        let own = self.limits.score(node, self.limits.value(node, bounds));
        let mut best: Option<Split> = None;
        let mut least = own * (1.0 + ROUNDING);
        for column in round.columns {
            let (begin, end) = self.places.get(*column).copied().unwrap_or_default();
            let Some((missing, ranges)) = histogram.get(begin..end).and_then(<[Sums]>::split_first) else { continue };
            let mut below = Sums::default();
            for (code, range) in (1..=u8::MAX).zip(ranges) {
                if range.is_empty() {
                    continue;
                }
                below.add(*range);
                let sides: &[bool] = if missing.is_empty() { &[false] } else { &[false, true] };
                for missing_left in sides.iter().copied() {
                    let left = if missing_left { below.plus(*missing) } else { below };
                    let right = total.minus(left);
                    let Some((score, left_value, right_value)) = self.try_split(round, *column, left, right, bounds) else {
                        continue;
                    };
                    if score > least {
                        least = score;
                        // Where no value was missing, one that is later goes where most rows went.
                        let (l, r) = (round.scale.open(left).rows, round.scale.open(right).rows);
                        let missing_left = if missing.is_empty() { l >= r } else { missing_left };
                        best = Some(Split {
                            gain: score - own,
                            column: *column,
                            code,
                            missing_left,
                            left,
                            right,
                            left_value,
                            right_value,
                        });
                    }
                }
            }
        }
        best.filter(|split| split.gain.is_finite())
    }

    /// The score of both sides and their values, if the split is allowed.
    fn try_split(&self, round: &Round, column: usize, left: Sums, right: Sums, bounds: Bounds) -> Option<(f64, f64, f64)> {
        let limits = &self.limits;
        let (left, right) = (round.scale.open(left), round.scale.open(right));
        if !limits.allows(left) || !limits.allows(right) {
            return None;
        }
        let (left_value, right_value) = (limits.value(left, bounds), limits.value(right, bounds));
        match limits.direction(column) {
            Direction::Rising if left_value > right_value => return None,
            Direction::Falling if left_value < right_value => return None,
            _ => {}
        }
        Some((limits.score(left, left_value) + limits.score(right, right_value), left_value, right_value))
    }
}

/// Adds each row's sums to its code's, every other row's to `others`: neighbors often have the same code, and one addition need
/// not wait for the other then.
fn count(codes: &[u8], rows: &[u32], sums: &[Sums], counts: &mut [Sums; 256], others: &mut [Sums; 256]) {
    let add = |counts: &mut [Sums; 256], row: u32, sums: Sums| {
        let code = codes.get(row as usize).copied().unwrap_or(0);
        if let Some(slot) = counts.get_mut(usize::from(code)) {
            slot.add(sums);
        }
    };
    let (row_pairs, sum_pairs) = (rows.chunks_exact(2), sums.chunks_exact(2));
    for (row, sums) in row_pairs.remainder().iter().zip(sum_pairs.remainder()) {
        add(counts, *row, *sums);
    }
    for (rows, sums) in row_pairs.zip(sum_pairs) {
        if let ([row, next], [sums, next_sums]) = (rows, sums) {
            add(counts, *row, *sums);
            add(others, *next, *next_sums);
        }
    }
}

struct Pending<'a> {
    rows: Rows<'a>,
    /// `None` where the tree may not go deeper.
    histogram: Option<Vec<Sums>>,
    total: Sums,
    value: f64,
    bounds: Bounds,
    depth: usize,
}

impl Limits<'_> {
    fn direction(&self, column: usize) -> Direction {
        self.directions.get(column).copied().unwrap_or_default()
    }

    fn allows(&self, side: Opened) -> bool {
        side.rows >= self.min_rows && side.hessian >= self.min_hessian && side.hessian + self.lambda > 0.0
    }

    /// The best value of a leaf (Chen & Guestrin 2016, equation 5) within the bounds.
    fn value(&self, sums: Opened, bounds: Bounds) -> f64 {
        let curvature = sums.hessian + self.lambda;
        let best = if curvature > 0.0 { -sums.gradient / curvature } else { 0.0 };
        best.clamp(bounds.low, bounds.high)
    }

    /// Twice what a leaf of this value takes off the loss (equation 4; with the best value equation 6).
    fn score(&self, sums: Opened, value: f64) -> f64 {
        -value * (2.0 * sums.gradient + (sums.hessian + self.lambda) * value)
    }
}

impl Bounds {
    /// Of the children: where a direction is asked for, nothing on the one side may later pass the middle between them.
    fn divided(self, direction: Direction, left: f64, right: f64) -> (Self, Self) {
        let middle = (left + right) / 2.0;
        let (below, above) = (Self { high: middle, ..self }, Self { low: middle, ..self });
        match direction {
            Direction::Either => (self, self),
            Direction::Rising => (below, above),
            Direction::Falling => (above, below),
        }
    }
}

fn leaf(round: &mut Round, rows: Rows, value: f64, nodes: &mut Vec<Node>) {
    let steps = libm::rint((value * round.steps).clamp(f64::from(i32::MIN), f64::from(i32::MAX)));
    let cover = match round.weights {
        None => rows.inside.len() as f64,
        Some(weights) => {
            let sum: f64 = rows.inside.iter().filter_map(|row| weights.get(*row as usize)).sum();
            libm::rint(sum * round.cover).max(1.0)
        }
    };
    let raw = steps * round.raw_unit;
    for row in rows.inside.iter().chain(rows.outside.iter()) {
        if let Some(slot) = round.raws.get_mut(*row as usize) {
            *slot += raw;
        }
    }
    nodes.push(Node::Leaf { value: steps * round.unit, cover: cover as u32 });
}

/// Those that go left first, both in their old order.
fn divide<'a>(rows: &'a mut [u32], spill: &mut Vec<u32>, goes_left: impl Fn(u32) -> bool) -> (&'a mut [u32], &'a mut [u32]) {
    spill.clear();
    spill.reserve(rows.len());
    let mut lefts = 0;
    for place in 0..rows.len() {
        let Some(row) = rows.get(place).copied() else { break };
        if goes_left(row) {
            if let Some(slot) = rows.get_mut(lefts) {
                *slot = row;
            }
            lefts += 1;
        } else {
            spill.push(row);
        }
    }
    let (left, right) = rows.split_at_mut(lefts);
    right.copy_from_slice(spill);
    (left, right)
}
