//! The matrix: what each offer would do for each row, and what the shop as a whole gets under its guardrails and budget.
//!
//! The same function runs in the worker and, at each move of a slider, in the browser; no figure of it is rounded before the end.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::allocate::{Choice, Frontier, Item, Taken};
use super::beta;
use super::book::{Book, Worth};
use super::{Block, Group, Person, Rule, Spent, basis, check, rows};
use crate::segment::Row;

/// All of it, in the order of rows and offers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Matrix {
    pub cells: Vec<Cell>,
    pub rows: Vec<RowSum>,
    pub effect: Effect,
}

/// One offer for one row, as if everybody in the row got it whom the guardrails let have it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Cell {
    /// [`Row::number`].
    pub row: u8,
    pub offer: String,
    /// Recommended: share off, per mille, of the greatest expected margin.
    pub depth: u16,
    pub expiry_days: u16,
    /// Whom the guardrails let have it.
    pub customers: u32,
    /// Mean P(return) with it, and its 90 % interval.
    pub rate: f64,
    pub low: f64,
    pub high: f64,
    /// Of those who return, in a year, in minor units as all amounts here.
    pub revenue: i64,
    /// Of those who return, before what the offer costs.
    pub margin: i64,
    /// What is given to those who return.
    pub concession: i64,
    /// Margin beyond what comes without contact, all costs paid.
    pub gain: i64,
    /// The same for each customer.
    pub gain_each: i64,
    /// Share of those who return with it that would have returned without contact, per mille.
    pub anyway: u16,
    /// 0 to 100: the cell's gain against the greatest of the matrix, times how narrow its interval is, halved where the fulfilment
    /// is not connected.
    pub priority: u8,
    /// Customers to whom it was made and whose outcome is known; 0 where all rests on the prior.
    pub made: u32,
    /// What its figures rest on, in words.
    pub basis: String,
    /// What keeps it from everybody, or from being chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blocked: Option<Rule>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Customers who get it under the budget.
    pub given: u32,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RowSum {
    pub row: u8,
    /// Everybody in it, those left out of offers among them.
    pub customers: u32,
    pub excluded: u32,
    /// The offer of the greatest gain that can be chosen, if any is above 0.
    pub best: Option<String>,
    /// Mean P(return) without contact.
    pub alone: f64,
}

/// What the shop gets if everybody gets what is best for the shop under guardrails and budget.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Effect {
    pub customers: u32,
    pub excluded: u32,
    /// Who gets an offer, and who a message without one.
    pub offered: u32,
    pub contacted: u32,
    /// Of those offered something, the ones whom a person must speak to.
    pub by_person: u32,
    /// Returns expected without any contact, and with all of this.
    pub alone: f64,
    pub returns: f64,
    /// Expected cost, and what it would be if all offers were taken.
    pub spend: i64,
    pub at_most: i64,
    /// Margin beyond what comes without contact, all costs paid.
    pub margin: i64,
    /// The same from raising the budget by [`Effect::step`].
    pub next: i64,
    /// A hundred major units.
    pub step: i64,
    /// The budget stops somebody.
    pub is_bound: bool,
}

/// `spent`: what the budget's period has used already.
pub fn matrix(book: &Book<'_>, groups: &[Group], spent: i64) -> Matrix {
    let members: Vec<Member> = groups.iter().map(|group| Member::of(book, group)).collect();
    let mut cells = cells(book, &members);
    let effect = effect(book, &members, spent, &mut cells);
    prioritise(&mut cells);
    let rows = rows().map(|row| row_sum(row, groups, &cells)).collect();
    Matrix { cells, rows, effect }
}

/// A group with every offer at every depth, weighed once for the cells and for the budget.
struct Member<'a> {
    group: &'a Group,
    person: Person,
    ways: Vec<Way>,
}

#[derive(Debug, Clone, Copy)]
struct Way {
    /// Of the offer; none for a message without one.
    place: Option<usize>,
    /// Of the depth among the offer's.
    step: usize,
    worth: Worth,
    broken: Option<Rule>,
}

impl<'a> Member<'a> {
    fn of(book: &Book<'_>, group: &'a Group) -> Self {
        let person = person(group, book.margin_rate);
        let mut ways = Vec::new();
        if group.customers > 0 {
            let open = Spent::default();
            ways.push(Way { place: None, step: 0, worth: book.contact(&person), broken: None });
            for place in 0..book.offers.len() {
                let way =
                    |(step, worth)| Way { place: Some(place), step, worth, broken: book.broken(place, &worth, &person, &open) };
                ways.extend(book.worths(&person, place).enumerate().map(way));
            }
        }
        Self { group, person, ways }
    }

    fn cell(&self, book: &Book<'_>, place: usize) -> usize {
        usize::from(self.group.row) * book.offers.len() + place
    }
}

/// A group's customer as the guardrails see one. Rules of single countries, channels and brands bind where an offer is made: the
/// group does not know them.
fn person(group: &Group, margin_rate: f64) -> Person {
    Person {
        row: group.row(),
        country: Some(NOWHERE.to_owned()),
        none: f64::from(group.none) / 1_000.0,
        contact: f64::from(group.contact) / 1_000.0,
        margin: group.margin,
        order: group.order,
        margin_rate,
        ..Person::default()
    }
}

/// No country's code (ISO 3166-1 leaves it to users).
const NOWHERE: &str = "ZZ";

/// Sums of one cell at one depth.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    depth: u16,
    customers: f64,
    returns: f64,
    alone: f64,
    margin: f64,
    concession: f64,
    gain: f64,
}

/// What a cell is summed up from.
#[derive(Default)]
struct Sums<'a> {
    by_depth: Vec<Sum>,
    /// The first who may not have it, with the terms that were refused.
    refused: Option<(&'a Person, Worth)>,
    /// Anybody of the row.
    first: Option<&'a Person>,
}

fn cells(book: &Book<'_>, members: &[Member<'_>]) -> Vec<Cell> {
    let mut sums: Vec<Sums<'_>> = Vec::new();
    sums.resize_with(rows().count() * book.offers.len(), Sums::default);
    for member in members {
        for (place, way) in member.ways.iter().filter_map(|way| Some((way.place?, way))) {
            let Some(sums) = sums.get_mut(member.cell(book, place)) else { continue };
            sums.first = sums.first.or(Some(&member.person));
            if sums.by_depth.len() <= way.step {
                sums.by_depth.push(Sum { depth: way.worth.depth, ..Sum::default() });
            }
            match way.broken {
                // A cell says what it would bring once it is connected.
                Some(Rule::Unready | Rule::SwitchedOff) | None => {
                    let sum = sums.by_depth.get_mut(way.step);
                    sum.into_iter().for_each(|sum| sum.add(member.group, &member.person, &way.worth));
                }
                Some(_) => sums.refused = sums.refused.or(Some((&member.person, way.worth))),
            }
        }
    }
    let places = rows().flat_map(|row| (0..book.offers.len()).map(move |place| (row, place)));
    places.zip(&sums).filter_map(|((row, place), sums)| cell(book, row, place, sums)).collect()
}

fn cell(book: &Book<'_>, row: Row, place: usize, sums: &Sums<'_>) -> Option<Cell> {
    let offer = book.offers.get(place)?;
    let open = sums.by_depth.iter().filter(|sum| sum.customers > 0.0);
    let best = open.max_by(|one, other| one.gain.total_cmp(&other.gain));
    let mut cell = best.map_or_else(Cell::default, |sum| sum.cell(book));
    (cell.row, cell.offer) = (row.number(), offer.id.clone());
    if let Some(believed) = book.cell(row, place) {
        cell.made = believed.learned.made;
        cell.basis = basis(cell.made, believed.prior.fits);
        (cell.low, cell.high) = beta::interval(cell.rate, believed.learned.weight);
    }
    let given = book.given(offer, cell.depth, cell.rate);
    cell.expiry_days = given.expiry_days;
    let stop = match (sums.refused, sums.first) {
        // Nobody in the row may have it: said as it was said of the first.
        (Some((person, worth)), _) if best.is_none() => Some((book.given(offer, worth.depth, worth.rate), person)),
        (_, Some(person)) if !offer.live || offer.unready.is_some() => Some((given, person)),
        _ => None,
    };
    if let Some((given, person)) = stop {
        let blocks = check(&given, person, book.guardrails, &Spent::default()).err().unwrap_or_default();
        // Where somebody could have it, what stops it is that it is not set up.
        let block = if best.is_none() { blocks.into_iter().next() } else { blocks.into_iter().next_back() };
        blocked(&mut cell, block);
    }
    Some(cell)
}

fn blocked(cell: &mut Cell, block: Option<Block>) {
    if let Some(block) = block {
        (cell.blocked, cell.why) = (Some(block.rule), Some(format!("{} {}", block.text, block.lift)));
    }
}

impl Sum {
    fn add(&mut self, group: &Group, person: &Person, worth: &Worth) {
        let n = f64::from(group.customers);
        self.customers += n;
        self.returns += n * worth.rate;
        self.alone += n * person.none.min(worth.rate);
        self.margin += n * worth.rate * person.margin as f64;
        self.concession += n * worth.concession;
        self.gain += n * worth.gain;
    }

    fn cell(&self, book: &Book<'_>) -> Cell {
        let revenue = if book.margin_rate > 0.0 { self.margin / book.margin_rate } else { 0.0 };
        Cell {
            depth: self.depth,
            customers: self.customers as u32,
            rate: self.returns / self.customers,
            revenue: minor(revenue),
            margin: minor(self.margin),
            concession: minor(self.concession),
            gain: minor(self.gain),
            gain_each: minor(self.gain / self.customers),
            anyway: if self.returns > 0.0 { libm::round(1_000.0 * self.alone / self.returns) as u16 } else { 0 },
            ..Cell::default()
        }
    }
}

fn effect(book: &Book<'_>, members: &[Member<'_>], spent: i64, cells: &mut [Cell]) -> Effect {
    // What nobody may have costs and brings nothing that counts: it is never taken, and ways keep their places.
    let choice = |way: &Way| match way.broken {
        None => Choice { cost: way.worth.spend, gain: way.worth.gain },
        Some(_) => Choice { cost: 0.0, gain: 0.0 },
    };
    let item = |member: &Member<'_>| Item {
        customers: f64::from(member.group.customers),
        choices: member.ways.iter().map(choice).collect(),
    };
    let items: Vec<Item> = members.iter().map(item).collect();
    let frontier = Frontier::new(&items);
    let budget = book.guardrails.spend.saturating_sub(spent.max(0)).max(0) as f64;
    let step = 100.0 * major(book) as f64;
    let now = frontier.at(budget);
    let more = frontier.at(budget + step);
    let mut tally = Tally { given: vec![0.0; cells.len()], ..Tally::default() };
    for (member, taken) in members.iter().zip(&now.taken) {
        tally.add(book, member, taken);
    }
    for (cell, given) in cells.iter_mut().zip(&tally.given) {
        cell.given = libm::round(*given) as u32;
    }
    let count = |of: fn(&Group) -> u32| members.iter().map(|member| of(member.group)).fold(0_u32, u32::saturating_add);
    let excluded = count(|group| group.excluded);
    Effect {
        customers: count(|group| group.customers).saturating_add(excluded),
        excluded,
        offered: libm::round(tally.offered) as u32,
        contacted: libm::round(tally.contacted) as u32,
        by_person: libm::round(tally.by_person) as u32,
        alone: tally.alone,
        returns: tally.returns,
        spend: minor(now.spend),
        at_most: minor(tally.at_most),
        margin: minor(now.gain),
        next: minor(more.gain - now.gain),
        step: minor(step),
        is_bound: now.price > 0.0,
    }
}

#[derive(Debug, Default)]
struct Tally {
    /// Of each cell.
    given: Vec<f64>,
    offered: f64,
    contacted: f64,
    by_person: f64,
    alone: f64,
    returns: f64,
    at_most: f64,
}

impl Tally {
    fn add(&mut self, book: &Book<'_>, member: &Member<'_>, taken: &Taken) {
        let Member { group, person, ways } = member;
        let n = f64::from(group.customers);
        self.alone += n * person.none;
        for (way, share) in [(taken.from, 1.0 - taken.share), (taken.to, taken.share)] {
            let n = n * share;
            let Some(Way { place, worth, .. }) = way.and_then(|way| ways.get(way)) else {
                self.returns += n * person.none;
                continue;
            };
            self.returns += n * worth.rate;
            let Some((place, offer)) = place.and_then(|place| Some((place, book.offers.get(place)?))) else {
                self.contacted += n;
                self.at_most += n * worth.spend;
                continue;
            };
            self.offered += n;
            let most = book.given(offer, worth.depth, 1.0).cost(group.order).saturating_add(book.guardrails.contact_cost);
            self.at_most += n * most as f64;
            if book.guardrails.is_escalated(person.row, person.margin) {
                self.by_person += n;
            }
            self.given.get_mut(member.cell(book, place)).into_iter().for_each(|given| *given += n);
        }
    }
}

fn prioritise(cells: &mut [Cell]) {
    let greatest = cells.iter().map(|cell| cell.gain).max().unwrap_or(0) as f64;
    for cell in cells.iter_mut().filter(|cell| cell.gain > 0 && cell.customers > 0) {
        let ready = match cell.blocked {
            None => 1.0,
            Some(Rule::Unready) => 0.5,
            Some(_) => 0.0,
        };
        let share = cell.gain as f64 / greatest;
        cell.priority = libm::round(100.0 * share * (1.0 - (cell.high - cell.low)) * ready).clamp(0.0, 100.0) as u8;
    }
}

fn row_sum(row: Row, groups: &[Group], cells: &[Cell]) -> RowSum {
    let members = || groups.iter().filter(|group| group.row == row.number());
    let (asked, excluded) = members().fold((0_u32, 0_u32), |(asked, excluded), group| {
        (asked.saturating_add(group.customers), excluded.saturating_add(group.excluded))
    });
    let alone: f64 = members().map(|group| f64::from(group.customers) * f64::from(group.none) / 1_000.0).sum();
    let open = cells.iter().filter(|cell| cell.row == row.number() && cell.blocked.is_none() && cell.gain > 0);
    RowSum {
        row: row.number(),
        customers: asked.saturating_add(excluded),
        excluded,
        best: open.max_by_key(|cell| cell.gain).map(|cell| cell.offer.clone()),
        alone: if asked > 0 { alone / f64::from(asked) } else { 0.0 },
    }
}

/// Minor units in a major one.
fn major(book: &Book<'_>) -> i64 {
    10_i64.pow(book.guardrails.currency.decimals())
}

fn minor(amount: f64) -> i64 {
    libm::round(amount).clamp(-9.0e15, 9.0e15) as i64
}
