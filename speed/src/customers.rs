//! The buy-till-you-die models: fits and forecasts of many customers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use shared::clv::{BgNbd, History};
use shared::random::Random;

use crate::Work;

/// Fader, Hardie & Lee's (2005) for CDNOW: r, alpha, a, b.
const CDNOW: [f64; 4] = [0.243, 4.414, 0.793, 2.426];

/// BG/NBD by maximum likelihood, from one row a customer or from groups of equal histories made beforehand.
pub fn fit(source: &str, grouped: bool) -> Result<Work, String> {
    let histories = histories(source)?;
    let rows: Vec<(History, f64)> =
        if grouped { groups(&histories) } else { histories.into_iter().map(|history| (history, 1.0)).collect() };
    Ok(Box::new(move || {
        let fitted = BgNbd::fit(&rows).map_err(|error| error.to_string())?;
        Ok(fitted.log_likelihood + fitted.model.r)
    }))
}

/// Expected orders of the next 39 weeks, and P(alive), of every customer.
pub fn score(source: &str) -> Result<Work, String> {
    let histories = histories(source)?;
    let [r, alpha, a, b] = CDNOW;
    let model = BgNbd::new(r, alpha, a, b).map_err(|error| error.to_string())?;
    Ok(Box::new(move || {
        let scores: Vec<(f64, f64)> =
            histories.iter().map(|history| (model.expected_orders(history, 39.0), model.p_alive(history))).collect();
        Ok(scores.iter().map(|score| score.0 + score.1).sum())
    }))
}

/// Writes the customers that a number stands for, so that a peer reads the same.
pub fn write(count: &str, file: &str) -> Result<Work, String> {
    let mut text = "x,t_x,T\n".to_owned();
    for history in histories(count)? {
        writeln!(text, "{},{},{}", history.x, history.t_x, history.age).map_err(|error| error.to_string())?;
    }
    let file = file.to_owned();
    Ok(Box::new(move || std::fs::write(&file, text).map(|()| 0.0).map_err(|error| format!("{file}: {error}"))))
}

/// So many customers by the model, or those of a file with the columns x, t_x and T.
pub fn histories(source: &str) -> Result<Vec<History>, String> {
    if let Ok(count) = source.parse::<usize>() {
        let mut random = Random::new(1);
        return Ok((0..count).map(|_| customer(&mut random)).collect());
    }
    let text = std::fs::read_to_string(source).map_err(|error| format!("{source}: {error}"))?;
    let mut lines = text.lines();
    let headers: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let place =
        |name: &str| headers.iter().position(|header| *header == name).ok_or_else(|| format!("{source}: no column {name}"));
    let (x, t_x, age) = (place("x")?, place("t_x")?, place("T")?);
    let read = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |place: usize| cells.get(place).and_then(|cell| cell.trim().parse::<f64>().ok());
        Some(History { x: number(x)? as u32, t_x: number(t_x)?, age: number(age)? })
    };
    lines.map(|line| read(line).ok_or_else(|| format!("{source}: {line:?}"))).collect()
}

/// Someone first seen 27 to 39 weeks ago; orders fall on whole days, as in a shop's books.
fn customer(random: &mut Random) -> History {
    let [r, alpha, a, b] = CDNOW;
    let age = libm::floor(7.0 * (27.0 + 11.86 * random.unit())) / 7.0;
    let (rate, leaves) = (random.gamma(r) / alpha, random.beta(a, b));
    let (mut at, mut x, mut t_x) = (0.0, 0, 0.0);
    loop {
        at -= libm::log(1.0 - random.unit()) / rate;
        // A rate of nearly nothing gives an infinite wait.
        if at.is_nan() || at > age {
            break;
        }
        let day = libm::ceil(at * 7.0) / 7.0;
        if day > t_x && day <= age {
            (x, t_x) = (x + 1, day);
        }
        if random.unit() < leaves {
            break;
        }
    }
    History { x, t_x, age }
}

fn groups(histories: &[History]) -> Vec<(History, f64)> {
    let mut groups: BTreeMap<(u32, u64, u64), (History, f64)> = BTreeMap::new();
    for history in histories {
        let key = (history.x, history.t_x.to_bits(), history.age.to_bits());
        groups.entry(key).or_insert((*history, 0.0)).1 += 1.0;
    }
    groups.into_values().collect()
}
