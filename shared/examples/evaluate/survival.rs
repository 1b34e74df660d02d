//! Survival of the rows of a table, and what goes with it.

use serde_json::{Value, json};
use shared::learn::{Matrix, Table, Values};
use shared::measure::{Cox, Curve, Lifetime, concordance, log_rank};

use crate::files::File;
use crate::options::Options;

pub const USAGE: &str = "--table F --duration COL --event COL [--covariates A,B] [--fold COL]
     event: 1 or 0, yes or no, true or false; fold: also the concordance on the rows of each fold, fitted on the others";

/// With more distinct times of events than these only round times are printed.
const MOST_TIMES: usize = 400;

/// About so many round times.
const ROUND_TIMES: f64 = 120.0;

/// A covariate of words with more levels is taken for a name.
const MOST_LEVELS: usize = 50;

/// Covariates with at most so many values are also compared as groups.
const MOST_GROUPS: usize = 10;

/// Rows without duration or event are left out and counted; so are, for the covariates, rows that lack one.
pub fn run(options: &Options) -> crate::Answer {
    let file = File::read(options.need("table")?)?;
    let (lifetimes, rows) = lifetimes(&file, options.need("duration")?, options.need("event")?)?;
    let curve = Curve::of(&lifetimes).map_err(|error| format!("{}: {error}", file.path))?;
    let times = times(&curve);
    let steps = || times.iter().filter_map(|time| curve.at(*time).map(|step| (*time, step)));
    let survival: Vec<Value> = steps()
        .map(|(time, step)| json!({ "time": time, "survival": step.survival, "low": step.low, "high": step.high }))
        .collect();
    let hazard: Vec<Value> = steps().map(|(time, step)| json!({ "time": time, "hazard": step.hazard })).collect();
    let mean = curve.restricted_mean(curve.until);
    let mut answer = json!({
        "n": curve.n,
        "events": curve.events,
        "left_out": file.rows.len() - rows.len(),
        "until": curve.until,
        "median": curve.median(),
        "rmst": mean.map(|(mean, _)| mean),
        "rmst_standard_error": mean.map(|(_, error)| error),
        "survival": survival,
        "nelson_aalen": hazard,
    });
    let covariates = options.list("covariates");
    if let (Value::Object(answer), false) = (&mut answer, covariates.is_empty()) {
        let covariates = Covariates::of(&file, &covariates, &lifetimes, &rows)?;
        answer.insert("logrank".to_owned(), covariates.log_ranks());
        answer.insert("cox".to_owned(), covariates.cox(&file, options.get("fold"))?);
    }
    Ok(answer)
}

/// With the places of the rows that have both.
fn lifetimes(file: &File, duration: &str, event: &str) -> Result<(Vec<Lifetime>, Vec<usize>), String> {
    let (mut lifetimes, mut rows) = (Vec::new(), Vec::new());
    let cells = file.cells(duration)?.into_iter().zip(file.cells(event)?);
    for (row, (duration_cell, event_cell)) in cells.enumerate() {
        if duration_cell.is_empty() || event_cell.is_empty() {
            continue;
        }
        let line = || format!("{} line {}", file.path, row + 2);
        let seen = duration_cell.parse::<f64>().ok().filter(|seen| seen.is_finite() && *seen >= 0.0);
        let seen = seen.ok_or_else(|| format!("{}: {duration} {duration_cell:?} is no duration", line()))?;
        let happened = match event_cell.to_lowercase().as_str() {
            "1" | "1.0" | "yes" | "y" | "true" | "t" => true,
            "0" | "0.0" | "no" | "n" | "false" | "f" => false,
            _ => return Err(format!("{}: {event} {event_cell:?} is not 1 or 0, yes or no, true or false", line())),
        };
        lifetimes.push(Lifetime { duration: seen, event: happened });
        rows.push(row);
    }
    Ok((lifetimes, rows))
}

/// Round times up to the longest duration, and the times of events unless there are too many.
fn times(curve: &Curve) -> Vec<f64> {
    let rough = curve.until / ROUND_TIMES;
    let mut times = vec![0.0, curve.until];
    if rough > 0.0 {
        let whole = curve.steps.iter().map(|step| step.time).chain([curve.until]).all(|time| time == libm::floor(time));
        let rough = if whole { rough.max(1.0) } else { rough };
        let power = libm::floor(libm::log10(rough));
        // Dividing by a whole number keeps 0.15 what it is.
        let scaled = |factor: f64| if power < 0.0 { factor / libm::pow(10.0, -power) } else { factor * libm::pow(10.0, power) };
        let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| scaled(*factor) >= rough).unwrap_or(10.0);
        times.extend((1..=libm::floor(curve.until / scaled(factor)) as u32).map(|place| scaled(f64::from(place) * factor)));
    }
    if curve.steps.len() <= MOST_TIMES {
        times.extend(curve.steps.iter().map(|step| step.time));
    }
    times.sort_unstable_by(f64::total_cmp);
    times.dedup();
    times
}

/// The rows that have all covariates.
struct Covariates {
    lifetimes: Vec<Lifetime>,
    /// Their places in the file.
    rows: Vec<usize>,
    left_out: usize,
    columns: Vec<(String, Coded)>,
}

enum Coded {
    Numbers(Vec<f64>),
    /// Level names in order, and a place for each row.
    Words(Vec<String>, Vec<usize>),
}

impl Covariates {
    fn of(file: &File, names: &[String], lifetimes: &[Lifetime], rows: &[usize]) -> Result<Self, String> {
        let places: Result<Vec<usize>, String> = names.iter().map(|name| file.column(name)).collect();
        let places = places?;
        let cells = |row: &usize| {
            let cells = file.rows.get(*row);
            places.iter().map(|place| cells.and_then(|cells| cells.get(*place)).cloned().unwrap_or_default()).collect()
        };
        let table = Table::from_text(names, &rows.iter().map(cells).collect::<Vec<Vec<String>>>());
        let known = |row: &usize| {
            table.columns.iter().all(|column| match &column.values {
                Values::Numbers(numbers) => numbers.get(*row).is_some_and(|number| number.is_finite()),
                Values::Levels { codes, .. } => codes.get(*row).is_some_and(Option::is_some),
            })
        };
        let kept: Vec<usize> = (0..rows.len()).filter(known).collect();
        if kept.is_empty() {
            return Err(format!("{}: no row has all of {}", file.path, names.join(", ")));
        }
        let columns: Result<Vec<(String, Coded)>, String> =
            table.columns.iter().map(|column| Ok((column.name.clone(), coded(&column.name, &column.values, &kept)?))).collect();
        Ok(Self {
            lifetimes: kept.iter().filter_map(|row| lifetimes.get(*row)).copied().collect(),
            rows: kept.iter().filter_map(|row| rows.get(*row)).copied().collect(),
            left_out: rows.len() - kept.len(),
            columns: columns?,
        })
    }

    fn log_ranks(&self) -> Value {
        let mut tests = Vec::new();
        for (name, coded) in &self.columns {
            let (levels, groups) = coded.groups();
            if !(2..=MOST_GROUPS).contains(&levels.len()) {
                continue;
            }
            let group = |(place, level): (usize, &String)| {
                let inside = self.lifetimes.iter().zip(&groups).filter(|(_, group)| **group == place);
                let curve = Curve::of(&inside.map(|(lifetime, _)| *lifetime).collect::<Vec<_>>()).ok();
                json!({
                    "level": level,
                    "n": curve.as_ref().map(|curve| curve.n),
                    "events": curve.as_ref().map(|curve| curve.events),
                    "median": curve.as_ref().and_then(Curve::median),
                })
            };
            let parts: Vec<Value> = levels.iter().enumerate().map(group).collect();
            let found = log_rank(&self.lifetimes, &groups).ok();
            tests.push(json!({
                "covariate": name,
                "statistic": found.map(|found| found.statistic),
                "degrees_of_freedom": found.map(|found| found.freedom),
                "p": found.map(|found| found.p),
                "groups": parts,
            }));
        }
        Value::Array(tests)
    }

    fn cox(&self, file: &File, fold: Option<&str>) -> crate::Answer {
        let x = self.matrix();
        let said = |error: shared::measure::MeasureError| format!("{}: {error}", file.path);
        // Without events or with constants there is no model, but still the curve.
        let found = match Cox::fit(&self.lifetimes, &x) {
            Ok(found) => found,
            Err(error) => {
                return Ok(json!({ "n": self.lifetimes.len(), "left_out": self.left_out, "not_fitted": error.to_string() }));
            }
        };
        let coefficients: Vec<Value> = found
            .coefficients
            .iter()
            .map(|coefficient| {
                let errors = coefficient.errors;
                json!({
                    "name": coefficient.name,
                    "coefficient": coefficient.value,
                    "hazard_ratio": libm::exp(coefficient.value),
                    "standard_error": errors.map(|errors| errors.standard_error),
                    "low": errors.map(|errors| errors.low),
                    "high": errors.map(|errors| errors.high),
                    "z": errors.map(|errors| errors.z),
                    "p": errors.map(|errors| errors.p),
                    "runs_away": coefficient.runs_away,
                })
            })
            .collect();
        let mut answer = json!({
            "n": found.n,
            "events": found.events,
            "left_out": self.left_out,
            "converged": found.converged,
            "coefficients": coefficients,
            "log_partial_likelihood": found.log_likelihood,
            "null_log_partial_likelihood": found.null_log_likelihood,
            "concordance": found.concordance,
        });
        if let (Some(name), Value::Object(answer)) = (fold, &mut answer) {
            answer.insert("fold_concordance".to_owned(), json!(self.held_out(&x, &file.cells(name)?).map_err(said)?));
        }
        Ok(answer)
    }

    /// The mean over folds; a fold in which no pair can be compared does not count.
    fn held_out(&self, x: &Matrix, folds: &[&str]) -> Result<Option<f64>, shared::measure::MeasureError> {
        let fold = |row: &usize| self.rows.get(*row).and_then(|row| folds.get(*row)).copied().unwrap_or_default();
        let mut names: Vec<&str> = (0..x.rows()).map(|row| fold(&row)).collect();
        names.sort_unstable();
        names.dedup();
        let mut found = Vec::new();
        for name in names {
            let (test, train): (Vec<usize>, Vec<usize>) = (0..x.rows()).partition(|row| fold(row) == name);
            let pick = |rows: &[usize]| rows.iter().filter_map(|row| self.lifetimes.get(*row)).copied().collect::<Vec<_>>();
            let model = Cox::fit(&pick(&train), &x.select(&train))?;
            let risks: Vec<f64> = test.iter().map(|row| model.log_hazard(&x.row(*row))).collect();
            found.extend(concordance(&pick(&test), &risks)?);
        }
        Ok((!found.is_empty()).then(|| found.iter().sum::<f64>() / found.len() as f64))
    }

    /// Numbers as they are; words as one column for each level but the first.
    fn matrix(&self) -> Matrix {
        let mut x = Matrix::new(self.lifetimes.len());
        for (source, (name, coded)) in self.columns.iter().enumerate() {
            match coded {
                Coded::Numbers(numbers) => x.push(name.clone(), source, numbers.clone()),
                Coded::Words(levels, codes) => {
                    for (place, level) in levels.iter().enumerate().skip(1) {
                        let column = codes.iter().map(|code| f64::from(*code == place)).collect();
                        x.push(format!("{name}={level}"), source, column);
                    }
                }
            }
        }
        x
    }
}

impl Coded {
    /// Distinct values and the place of each row's among them.
    fn groups(&self) -> (Vec<String>, Vec<usize>) {
        match self {
            Self::Words(levels, codes) => (levels.clone(), codes.clone()),
            Self::Numbers(numbers) => {
                let mut distinct = numbers.clone();
                distinct.sort_unstable_by(f64::total_cmp);
                distinct.dedup();
                let place = |number: &f64| distinct.partition_point(|known| known < number);
                (distinct.iter().map(f64::to_string).collect(), numbers.iter().map(place).collect())
            }
        }
    }
}

/// The values of the kept rows; levels in order of their names, those that no kept row has left out.
fn coded(name: &str, values: &Values, kept: &[usize]) -> Result<Coded, String> {
    match values {
        Values::Numbers(numbers) => Ok(Coded::Numbers(kept.iter().filter_map(|row| numbers.get(*row)).copied().collect())),
        Values::Levels { levels, codes } => {
            let word = |row: &usize| {
                let code = codes.get(*row).copied().flatten().and_then(|code| usize::try_from(code).ok());
                code.and_then(|code| levels.get(code)).map_or("", String::as_str)
            };
            let words: Vec<&str> = kept.iter().map(word).collect();
            let mut used = words.clone();
            used.sort_unstable();
            used.dedup();
            if used.len() > MOST_LEVELS {
                return Err(format!("{name} has {} different words: it looks like a name, not like a covariate", used.len()));
            }
            let places = words.iter().map(|word| used.partition_point(|known| known < word)).collect();
            Ok(Coded::Words(used.into_iter().map(str::to_owned).collect(), places))
        }
    }
}
