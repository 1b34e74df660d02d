//! Public data where they are present, and synthetic shops.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::io::Read;
use std::path::PathBuf;

use shared::clv::{History, MbgNbd};
use shared::money::{Currency, Money};
use shared::state::OrderFact;
use shared::time::{Day, Millis};

/// One line of CDNOW's log: customer, day, amount in cents.
pub type LogRow = (u32, Day, i64);

/// From `REKINDLE_DATA`, else the folder beside the project; `None` (with a printed reason) where it is absent.
pub fn file(name: &str) -> Option<String> {
    bytes(name).map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
}

fn bytes(name: &str) -> Option<Vec<u8>> {
    let beside = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data");
    let folder = std::env::var_os("REKINDLE_DATA").map_or(beside, PathBuf::from);
    let path = folder.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            println!("skipped: {} is not there ({error}); set REKINDLE_DATA", path.display());
            None
        }
    }
}

/// As [`file`], of a gzip file.
fn unpacked(name: &str) -> Option<String> {
    let bytes = bytes(name)?;
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_string(&mut text).expect("gzip of UTF-8");
    Some(text)
}

/// History and mean repeat amount, weeks to 2 decimals.
pub fn cdnow_summary() -> Option<Vec<(History, f64)>> {
    let text = file("cdnow/cdnow_summary.csv")?;
    let number = |cell: &str| cell.trim().parse::<f64>().expect("a number");
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        (History { x: number(cells[1]) as u32, t_x: number(cells[2]), age: number(cells[3]) }, number(cells[4]))
    });
    Some(rows.collect())
}

pub fn cdnow_log() -> Option<Vec<LogRow>> {
    let text = file("cdnow/cdnow_sample_log.csv")?;
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let amount = Money::parse(cells[4], Currency::USD).expect("an amount");
        (cells[0].parse().expect("an id"), day(cells[2]), amount.minor)
    });
    Some(rows.collect())
}

/// Rows by column.
pub fn telco() -> Option<Vec<BTreeMap<String, String>>> {
    let text = file("telco_churn/telco_churn.csv")?;
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let headers = lines.next().expect("headers");
    Some(lines.map(|cells| headers.iter().cloned().zip(cells).collect()).collect())
}

/// Headers and cells of a CSV file.
pub fn table(name: &str) -> Option<(Vec<String>, Vec<Vec<String>>)> {
    let text = file(name)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().expect("headers").iter().map(str::to_owned).collect();
    let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect());
    Some((headers, rows.collect()))
}

/// A customer of Hillstrom's test: arm 0 without e-mail, 1 men's, 2 women's.
pub struct Hillstrom {
    pub arm: usize,
    pub visit: f64,
    /// Recency, ln history, men's, women's, new; each about 0 and of spread 1.
    pub context: [f64; 5],
}

pub fn hillstrom() -> Option<Vec<Hillstrom>> {
    let text = file("hillstrom_a/hillstrom_a.csv")?;
    let row = |line: &str| {
        // From the end: an earlier cell has a comma of its own.
        let cells: Vec<&str> = line.rsplit(',').collect();
        let arm = ["No E-Mail", "Mens E-Mail", "Womens E-Mail"].iter().position(|arm| *arm == cells[3]).expect("an arm");
        let number = |place: usize| cells[place].parse::<f64>().expect("a number");
        let context = [
            (number(cells.len() - 2) - 5.8) / 3.5,
            libm::log(number(9)) - 5.0,
            2.0 * number(8) - 1.0,
            2.0 * number(7) - 1.0,
            2.0 * number(5) - 1.0,
        ];
        Hillstrom { arm, visit: number(2), context }
    };
    Some(text.lines().skip(1).map(row).collect())
}

/// A log of the Open Bandit Dataset, campaign "men".
pub struct Obd {
    pub items: Vec<usize>,
    pub positions: Vec<usize>,
    pub clicks: Vec<f64>,
    pub propensities: Vec<f64>,
}

pub fn obd(name: &str) -> Option<Obd> {
    let text = unpacked(&format!("obd_men/{name}.csv.gz"))?;
    let mut log = Obd { items: Vec::new(), positions: Vec::new(), clicks: Vec::new(), propensities: Vec::new() };
    for line in text.lines().skip(1) {
        let cells: Vec<&str> = line.splitn(6, ',').collect();
        log.items.push(cells[1].parse().expect("an item"));
        log.positions.push(cells[2].parse().expect("a position"));
        log.clicks.push(cells[3].parse().expect("a click"));
        log.propensities.push(cells[4].parse().expect("a probability"));
    }
    Some(log)
}

pub fn day(iso: &str) -> Day {
    Millis::parse_rfc3339(&format!("{iso}T12:00:00Z")).expect("a date").day()
}

pub fn order(day: Day, minor: i64) -> OrderFact {
    let at = Millis(day.start().0 + 43_200_000);
    OrderFact { at, amount: Money::new(minor, Currency::USD), refunded: 0, discount: 0, paid: true }
}

/// Orders of each customer up to and with `end`.
pub fn orders_until(log: &[LogRow], end: Day) -> BTreeMap<u32, Vec<OrderFact>> {
    let mut by_customer: BTreeMap<u32, Vec<OrderFact>> = BTreeMap::new();
    for &(id, day, minor) in log.iter().filter(|row| row.1 <= end) {
        by_customer.entry(id).or_default().push(order(day, minor));
    }
    by_customer
}

/// (customer, history, mean amount of a repeat purchase day) at `end`.
pub fn summaries(log: &[LogRow], end: Day) -> Vec<(u32, History, f64)> {
    let mut spend: BTreeMap<u32, BTreeMap<Day, i64>> = BTreeMap::new();
    for &(id, day, minor) in log.iter().filter(|row| row.1 <= end) {
        *spend.entry(id).or_default().entry(day).or_default() += minor;
    }
    let weeks = |days: i32| f64::from(days) / 7.0;
    spend
        .into_iter()
        .map(|(id, days)| {
            let (first, last) = (*days.keys().next().expect("one"), *days.keys().next_back().expect("one"));
            let repeats: Vec<i64> = days.values().skip(1).copied().collect();
            let mean = repeats.iter().sum::<i64>() as f64 / 100.0 / (repeats.len().max(1) as f64);
            (id, History { x: repeats.len() as u32, t_x: weeks(last.since(first)), age: weeks(end.since(first)) }, mean)
        })
        .collect()
}

/// Seeded draws for synthetic shops (SplitMix64).
pub struct Draws(u64);

impl Draws {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// In (0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (((z ^ (z >> 31)) >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    pub fn exponential(&mut self, rate: f64) -> f64 {
        -self.uniform().ln() / rate
    }

    pub fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Marsaglia & Tsang (2000).
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// Weeks of the purchases after the first, within `age`.
    pub fn purchases(&mut self, model: &MbgNbd, age: f64) -> Vec<f64> {
        let rate = self.gamma(model.r) / model.alpha;
        let (one, other) = (self.gamma(model.a), self.gamma(model.b));
        let drop_out = one / (one + other);
        let (mut at, mut purchases) = (0.0, Vec::new());
        while self.uniform() > drop_out {
            at += self.exponential(rate);
            if at > age {
                break;
            }
            purchases.push(at);
        }
        purchases
    }

    pub fn history(&mut self, model: &MbgNbd, age: f64) -> History {
        let purchases = self.purchases(model, age);
        History { x: purchases.len() as u32, t_x: purchases.last().copied().unwrap_or(0.0), age }
    }

    /// Someone who never drops out.
    pub fn loyal(&mut self, r: f64, alpha: f64, age: f64) -> History {
        let rate = self.gamma(r) / alpha;
        let (mut at, mut x, mut t_x) = (0.0, 0, 0.0);
        loop {
            at += self.exponential(rate);
            if at > age {
                return History { x, t_x, age };
            }
            (x, t_x) = (x + 1, at);
        }
    }
}
