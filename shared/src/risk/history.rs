//! Risk over time, packed: at most 53 weekly points in about 370 characters.
//!
//! `1 <first week> <point> <point> …` where a point is a letter for its tier (capital: reconstructed), and three probabilities in
//! 1/1000 as two digits each in the alphabet of base64url; `.` is a week without a point.

use super::score::past_view;
use super::{Model, Score};
use crate::api::{Risk, RiskPoint, Tier};
use crate::state::State;
use crate::time::Day;

const MAX_POINTS: usize = 53;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const TIERS: [(char, Tier); 7] = [
    ('h', Tier::Healthy),
    ('e', Tier::Early),
    ('m', Tier::Moderate),
    ('i', Tier::Immediate),
    ('l', Tier::Lost),
    ('a', Tier::SetAside),
    ('n', Tier::NotScored),
];

#[derive(Debug, Clone, Copy, PartialEq)]
struct Point {
    risk: Risk,
    tier: Tier,
    reconstructed: bool,
}

/// The packed history of at most 53 weekly points with `score` set for `today`'s week. An empty `packed` is filled by working out
/// the past weeks from the purchase days and paid terms that were known by then, with today's model, marked as reconstructed.
/// Weeks without a new score hold the last one: a score is written whenever a shown per cent changes.
pub fn history_with(packed: &str, state: &State, model: &Model, score: &Score, today: Day) -> String {
    let this_week = today.week();
    let (mut first, mut points) = unpack(packed).unwrap_or_else(|| reconstruct(state, model, today));
    let Ok(place) = usize::try_from(this_week.saturating_sub(first)) else {
        // The clock went back: what was written for later weeks stands.
        return packed.to_owned();
    };
    points.truncate(place);
    let held = points.last().copied().flatten();
    if place.saturating_sub(points.len()) > MAX_POINTS {
        first = this_week.saturating_sub(MAX_POINTS as i32);
        points = vec![held; MAX_POINTS];
    } else {
        points.resize(place, held);
    }
    points.push(Some(Point { risk: score.risk, tier: score.tier, reconstructed: false }));
    let extra = points.len().saturating_sub(MAX_POINTS);
    points.drain(..extra);
    pack(first.saturating_add(i32::try_from(extra).unwrap_or(0)), &points)
}

/// Oldest first. Unknown or damaged text gives no points.
pub fn history_points(packed: &str) -> Vec<RiskPoint> {
    let Some((first, points)) = unpack(packed) else { return Vec::new() };
    let wire = |(week, point): (i32, Option<Point>)| {
        let Point { risk, tier, reconstructed } = point?;
        Some(RiskPoint { week: monday(week).iso(), risk, tier, reconstructed })
    };
    (first..).zip(points).filter_map(wire).collect()
}

fn reconstruct(state: &State, model: &Model, today: Day) -> (i32, Vec<Option<Point>>) {
    let this_week = today.week();
    let term = state.contract.as_ref().and_then(|contract| contract.terms.first().map(|term| term.start));
    let start = state.first_day().into_iter().chain(term).min().map_or(this_week, Day::week);
    let first = start.clamp(this_week - (MAX_POINTS as i32 - 1), this_week);
    let mut before = None;
    let points = (first..this_week)
        .map(|week| {
            let end = monday(week).plus(6);
            let view = past_view(state, model, before, end)?;
            before = Some(view.tier);
            Some(Point { risk: view.risk, tier: view.tier, reconstructed: true })
        })
        .collect();
    (first, points)
}

fn monday(week: i32) -> Day {
    Day(week.saturating_mul(7).saturating_sub(3))
}

fn pack(first: i32, points: &[Option<Point>]) -> String {
    let mut text = format!("1 {first} ");
    for point in points {
        let Some(Point { risk, tier, reconstructed }) = point else {
            text.push('.');
            continue;
        };
        let letter = TIERS.iter().find(|(_, known)| known == tier).map_or('n', |(letter, _)| *letter);
        text.push(if *reconstructed { letter.to_ascii_uppercase() } else { letter });
        for probability in [risk.p30, risk.p60, risk.p90] {
            let thousandths = libm::round(probability.clamp(0.0, 1.0) * 1_000.0) as usize;
            for digit in [thousandths / 64, thousandths % 64] {
                text.push(ALPHABET.get(digit).map_or('A', |byte| char::from(*byte)));
            }
        }
    }
    text
}

/// The first week and its points; `None` for what is empty or damaged.
fn unpack(packed: &str) -> Option<(i32, Vec<Option<Point>>)> {
    let mut parts = packed.splitn(3, ' ');
    let (schema, first, body) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    if schema != "1" {
        return None;
    }
    let mut points = Vec::new();
    let mut letters = body.chars();
    while let Some(letter) = letters.next() {
        if letter == '.' {
            points.push(None);
            continue;
        }
        let (_, tier) = *TIERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(&letter))?;
        let mut probability = || {
            let high = value(letters.next()?)?;
            let low = value(letters.next()?)?;
            Some((high * 64.0 + low) / 1_000.0).filter(|p| *p <= 1.0)
        };
        let risk = Risk { p30: probability()?, p60: probability()?, p90: probability()? };
        points.push(Some(Point { risk, tier, reconstructed: letter.is_ascii_uppercase() }));
    }
    (!points.is_empty() && points.len() <= MAX_POINTS).then_some((first, points))
}

fn value(digit: char) -> Option<f64> {
    let byte = u8::try_from(digit).ok()?;
    ALPHABET.iter().position(|known| *known == byte).map(|place| place as f64)
}
