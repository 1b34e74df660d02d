//! From sums to rows.

use std::collections::BTreeMap;

use shared::api::{
    LeftOutCount, ReasonCount, SegmentBrief, SegmentKind, SegmentLine, SegmentRow, SegmentsMeta, SegmentsResponse,
};
use shared::money::{Currency, Home, Money};
use shared::segment::{Cell, Part, Row, Segment, row_name};
use shared::time::Millis;

use crate::db::segments::{Figures, LeftOut, Settings, Tally};

pub fn answer(figures: &Figures, settings: &Settings, as_of: Option<Millis>, home: Currency) -> SegmentsResponse {
    let mut by_segment: BTreeMap<u16, Tally> = BTreeMap::new();
    let mut by_row: BTreeMap<u8, Tally> = BTreeMap::new();
    let mut all = Tally::default();
    let mut unplaced = 0;
    for tally in &figures.tallies {
        all = sum(all, tally);
        match tally.segment {
            Some(segment) => by_segment.entry(segment).and_modify(|so_far| *so_far = sum(*so_far, tally)).or_insert(*tally),
            None => {
                unplaced += u64::from(tally.customers);
                &mut all
            }
        };
        let row = Cell::of_number(tally.cell).unwrap_or_default().row().number();
        by_row.entry(row).and_modify(|so_far| *so_far = sum(*so_far, tally)).or_insert(*tally);
    }
    let mut segments: Vec<SegmentRow> =
        by_segment.into_iter().filter_map(|(number, tally)| Some(micro(Segment::of_number(number)?, &tally, home))).collect();
    let worth = |row: &SegmentRow| (row.at_risk.map(|money| money.minor), row.regain.map(|money| money.minor), row.customers);
    segments.sort_by_key(|row| std::cmp::Reverse(worth(row)));
    let rows = Row::all().map(|row| {
        let tally = by_row.get(&row.number()).copied().unwrap_or_default();
        SegmentLine {
            row: row.number(),
            code: row.code(),
            name: row_name(row),
            customers: tally.customers.into(),
            excluded: tally.excluded.into(),
        }
    });
    let meta = SegmentsMeta {
        customers: all.customers.into(),
        unplaced,
        as_of: as_of.map(Millis::rfc3339),
        cuts: settings.cuts,
        rows: rows.collect(),
        left_out: left_out(&figures.left_out),
    };
    SegmentsResponse { segments, meta }
}

pub fn micro(segment: Segment, tally: &Tally, home: Currency) -> SegmentRow {
    let (engagement, win_back) = match segment.part {
        Part::Rest => (None, None),
        Part::Engaged(engagement) => (Some(engagement), None),
        Part::Cell(engagement, win_back) => (Some(engagement), Some(win_back)),
    };
    SegmentRow {
        id: segment.code(),
        name: segment.name(),
        kind: SegmentKind::Micro,
        value: Some(segment.row.value),
        reason: Some(segment.row.reason),
        engagement,
        win_back,
        ..sums(tally, home)
    }
}

/// What a row has of any kind of segment.
pub fn sums(tally: &Tally, home: Currency) -> SegmentRow {
    let money = |minor: i64| Some(Home(minor).in_currency(home));
    SegmentRow {
        customers: Some(tally.customers.into()),
        excluded: tally.excluded.into(),
        at_risk: money(tally.at_risk),
        regain: money(tally.regain),
        // Kept in hundredths.
        waiting: money(tally.waiting / 100),
        ..SegmentRow::default()
    }
}

pub fn brief(tally: &Tally, reasons: &[ReasonCount], home: Currency) -> SegmentBrief {
    let mean = |sum: i64, count: u32| (count > 0).then(|| sum / i64::from(count));
    let money = |sum: i64, count: u32| -> Option<Money> { mean(sum, count).map(|minor| Home(minor).in_currency(home)) };
    let days = |sum: i64| mean(sum, tally.bought).and_then(|days| u32::try_from(days).ok());
    let chance = |sum: u64| (tally.scored > 0).then(|| sum as f64 / f64::from(tally.scored) / 1e3);
    let main = reasons.iter().max_by_key(|count| count.customers).filter(|count| count.customers > 0);
    SegmentBrief {
        lifetime_value: money(tally.value, tally.customers),
        margin: money(tally.margin, tally.valued),
        tenure_days: days(tally.tenure),
        silent_days: days(tally.silent),
        main_reason: main.map(|count| count.reason),
        main_reason_share: main.map_or(0.0, |count| count.customers as f64 / f64::from(tally.customers.max(1))),
        contact: chance(tally.contact),
        none: chance(tally.alone),
        leaving: tally.leaving.into(),
        lost: tally.lost.into(),
    }
}

/// The commonest first.
pub fn reasons(tallies: &[Tally]) -> Vec<ReasonCount> {
    let mut counts: Vec<ReasonCount> = Vec::new();
    for tally in tallies {
        let reason = Cell::of_number(tally.cell).unwrap_or_default().reason;
        match counts.iter_mut().find(|count| count.reason == reason) {
            Some(count) => count.customers += u64::from(tally.customers),
            None => counts.push(ReasonCount { reason, customers: tally.customers.into() }),
        }
    }
    counts.sort_by_key(|count| std::cmp::Reverse(count.customers));
    counts
}

pub fn left_out(counts: &[LeftOut]) -> Vec<LeftOutCount> {
    let named = counts.iter().filter_map(|count| {
        let exclusion = count.exclusion()?;
        Some(LeftOutCount { exclusion, name: exclusion.name().to_owned(), customers: count.customers.into() })
    });
    named.collect()
}

pub fn total(tallies: &[Tally]) -> Tally {
    tallies.iter().fold(Tally::default(), sum)
}

fn sum(one: Tally, other: &Tally) -> Tally {
    Tally {
        segment: one.segment,
        cell: one.cell,
        customers: one.customers + other.customers,
        excluded: one.excluded + other.excluded,
        value: one.value + other.value,
        margin: one.margin + other.margin,
        valued: one.valued + other.valued,
        at_risk: one.at_risk + other.at_risk,
        leaving: one.leaving + other.leaving,
        lost: one.lost + other.lost,
        waiting: one.waiting + other.waiting,
        regain: one.regain + other.regain,
        contact: one.contact + other.contact,
        alone: one.alone + other.alone,
        scored: one.scored + other.scored,
        tenure: one.tenure + other.tenure,
        silent: one.silent + other.silent,
        bought: one.bought + other.bought,
    }
}
