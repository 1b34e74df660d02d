//! Models of orders and spend on a log of transactions or on a summary of one, against what came after.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Map, Value, json};
use shared::clv::{
    BgNbd, Choice, FitError, Fits, Fitted, GammaGamma, HeldOut, History, Judged, Kind, MbgNbd, Nbd, OrderModel, ParetoNbd,
    choose, forecasts, judge, value_by_months,
};
use shared::learn::metrics::correlation;
use shared::risk::MIN_REPEAT_BUYERS;
use shared::time::Day;

use crate::files::{self, File};
use crate::options::Options;
use crate::transactions::{self, Transactions};

pub const USAGE: &str = "(--transactions F --customer COL --date COL [--amount COL] --until DATE --horizon-days N | --summary F [--amount COL] [--horizon-days N]) [--predictions OUT.csv]";

const KINDS: [Kind; 4] = [Kind::BgNbd, Kind::MbgNbd, Kind::ParetoNbd, Kind::Nbd];

/// The default is chosen on this last share of the time before `--until`, by fits on the time before it.
const HELD_BACK: f64 = 1.0 / 3.0;

/// Two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Gamma-Gamma takes it that spend does not go with the number of orders.
const CORRELATED: f64 = 0.3;

/// As Lifetimes values a customer by default.
const MONTHS: u32 = 12;
const MONTHLY_DISCOUNT: f64 = 0.01;

/// A customer up to the end of the calibration.
struct Customer {
    id: String,
    history: History,
    /// Mean amount of a repeat purchase day; 0 without one.
    spend: Option<f64>,
}

/// A fit with its time in seconds.
struct Timed<M> {
    fit: Result<Fitted<M>, FitError>,
    seconds: f64,
}

pub fn run(options: &Options) -> crate::Answer {
    if options.get("summary").is_some() { summary(options) } else { log(options) }
}

fn summary(options: &Options) -> crate::Answer {
    if options.get("transactions").is_some() {
        return Err("give either --transactions or --summary".to_owned());
    }
    let customers = read_summary(options)?;
    let weeks = f64::from(horizon(options)?.unwrap_or(90)) / 7.0;
    told(options, &customers, &[], None, weeks)
}

fn log(options: &Options) -> crate::Answer {
    let until = transactions::day(options.need("until")?).map_err(|error| format!("--until: {error}"))?;
    let horizon = horizon(options)?.ok_or("--horizon-days is missing")?;
    let log = Transactions::read(options)?;
    if until < log.first {
        return Err(format!("--until: the log begins on {}, after {}", log.first.iso(), until.iso()));
    }
    let has_amounts = options.get("amount").is_some();
    let mut customers = Vec::new();
    let mut paths = Vec::new();
    for (id, orders) in &log.customers {
        let mut by_day: BTreeMap<Day, i64> = BTreeMap::new();
        for order in orders {
            *by_day.entry(order.at.day()).or_default() += order.amount.minor;
        }
        let days: Vec<Day> = by_day.keys().copied().collect();
        let Some(history) = history(&days, until) else { continue };
        let spent: i64 = by_day.values().skip(1).take(history.x as usize).sum();
        let spend = has_amounts.then(|| spent as f64 / 100.0 / f64::from(history.x.max(1)));
        customers.push(Customer { id: id.clone(), history, spend });
        paths.push(days);
    }
    let weeks = f64::from(horizon) / 7.0;
    let span = until.since(log.first);
    let held_back = (f64::from(span) * HELD_BACK).floor() as i32;
    let cut_off = until.plus(-held_back);
    let choice = choice(&paths, cut_off, held_back);
    let later: Vec<HeldOut> = if log.last > until { held_out(&paths, until, horizon) } else { Vec::new() };
    let mut answer = told(options, &customers, &later, choice.as_ref(), weeks)?;
    let mut notes = Vec::new();
    if later.is_empty() {
        notes.push(format!("nothing is held out: the log ends on {}", log.last.iso()));
    } else if log.last < until.plus(horizon) {
        notes.push(format!("the log ends on {}, before the horizon does", log.last.iso()));
    }
    if log.negative > 0 {
        notes.push(format!("{} rows with an amount below 0 are no orders and were left out", log.negative));
    }
    if log.anonymous > 0 {
        notes.push(format!("{} rows without a customer were left out", log.anonymous));
    }
    if let Value::Object(answer) = &mut answer {
        if let Some(Value::Array(before)) = answer.get_mut("notes") {
            before.extend(notes.into_iter().map(Value::String));
        }
        let chosen = choice.map(|choice| {
            let judged: Map<String, Value> =
                choice.judged.iter().map(|(kind, judged)| (key(*kind).to_owned(), told_judged(judged))).collect();
            json!({ "reason": choice.reason, "fitted_until": cut_off.iso(), "held_back_days": held_back, "judged": judged })
        });
        answer.insert("choice".to_owned(), json!(chosen));
    }
    Ok(answer)
}

fn horizon(options: &Options) -> Result<Option<i32>, String> {
    match options.parsed("horizon-days")? {
        Some(days) if !(1..=36_500).contains(&days) => Err("--horizon-days must be from 1 to 36500".to_owned()),
        days => Ok(days),
    }
}

/// From purchase days in rising order; `None` before the first.
fn history(days: &[Day], until: Day) -> Option<History> {
    let known = days.get(..days.partition_point(|day| *day <= until))?;
    let (first, last) = (*known.first()?, *known.last()?);
    let weeks = |days: i32| f64::from(days) / 7.0;
    let x = u32::try_from(known.len() - 1).ok()?;
    Some(History { x, t_x: weeks(last.since(first)), age: weeks(until.since(first)) })
}

fn held_out(paths: &[Vec<Day>], until: Day, horizon: i32) -> Vec<HeldOut> {
    let one = |days: &Vec<Day>| {
        let end = until.plus(horizon);
        let orders = days.partition_point(|day| *day <= end) - days.partition_point(|day| *day <= until);
        Some(HeldOut { history: history(days, until)?, orders: u32::try_from(orders).ok()? })
    };
    paths.iter().filter_map(one).collect()
}

/// By fits up to the cut-off, judged on the days held back after it.
fn choice(paths: &[Vec<Day>], cut_off: Day, held_back: i32) -> Option<Choice> {
    if held_back < 1 {
        return None;
    }
    let known: Vec<(History, f64)> = paths.iter().filter_map(|days| history(days, cut_off)).map(|h| (h, 1.0)).collect();
    choose(&Fits::of(&known), &held_out(paths, cut_off, held_back), f64::from(held_back) / 7.0)
}

fn read_summary(options: &Options) -> Result<Vec<Customer>, String> {
    let file = File::read(options.need("summary")?)?;
    let (x, t_x, age) = (file.numbers("x")?, file.numbers("t_x")?, file.numbers("T")?);
    let amount = options.get("amount").or_else(|| file.headers.iter().any(|name| name == "zbar").then_some("zbar"));
    let spend = amount.map(|name| file.numbers(name)).transpose()?;
    let ids = match options.get("customer") {
        Some(name) => Some(file.cells(name)?),
        None => file.cells("customer_id").ok(),
    };
    let one = |row: usize, (x, (t_x, age)): (f64, (f64, f64))| {
        let wrong = |what: &str| Err(format!("{} line {}: {what}", file.path, row + 2));
        if x < 0.0 || x.fract() != 0.0 || x > f64::from(u32::MAX) {
            return wrong("x must be a whole number from 0");
        }
        if t_x < 0.0 || t_x > age {
            return wrong("t_x must lie between 0 and T");
        }
        let id = ids.as_ref().and_then(|ids| ids.get(row)).map_or_else(|| (row + 1).to_string(), |id| (*id).to_owned());
        let spend = spend.as_ref().and_then(|spend| spend.get(row)).copied();
        Ok(Customer { id, history: History { x: x as u32, t_x, age }, spend })
    };
    if file.rows.is_empty() {
        return Err(format!("{}: there are no customers", file.path));
    }
    x.into_iter().zip(t_x.into_iter().zip(age)).enumerate().map(|(row, cells)| one(row, cells)).collect()
}

fn told(options: &Options, customers: &[Customer], later: &[HeldOut], choice: Option<&Choice>, weeks: f64) -> crate::Answer {
    let groups: Vec<(History, f64)> = customers.iter().map(|customer| (customer.history, 1.0)).collect();
    let (bg, mbg) = (timed(|| BgNbd::fit(&groups)), timed(|| MbgNbd::fit(&groups)));
    let (pareto, nbd) = (timed(|| ParetoNbd::fit(&groups)), timed(|| Nbd::fit(&groups)));
    let seconds = [bg.seconds, mbg.seconds, pareto.seconds, nbd.seconds];
    let fits = Fits { bg: bg.fit, mbg: mbg.fit, pareto: pareto.fit, nbd: nbd.fit };
    let default = fits.pick(choice.map(|choice| choice.kind));
    let spend = spend(customers);

    let mut models = Map::new();
    let mut holdout = Map::new();
    let mut fitted = Vec::new();
    for (kind, seconds) in KINDS.into_iter().zip(seconds) {
        let fit = fits.get(kind);
        if let Ok(fit) = &fit {
            if let Some(judged) = judge(&fit.model, later, weeks) {
                holdout.insert(key(kind).to_owned(), told_judged(&judged));
            }
            fitted.push(fit.model);
        }
        models.insert(key(kind).to_owned(), told_fit(fit, OrderModel::parameters, order_notes, seconds));
    }
    let spend_told = spend.as_ref().map(|timed| {
        let parameters = |m: &GammaGamma| [("p", m.p), ("q", m.q), ("v", m.v)].map(|(n, v)| (n.to_owned(), v)).to_vec();
        told_fit(timed.fit.clone(), parameters, |fit| spend_notes(fit, customers), timed.seconds)
    });
    models.insert("gammagamma".to_owned(), json!(spend_told));
    let spend = spend.and_then(|timed| timed.fit.ok());
    if let Some(path) = options.get("predictions") {
        write_predictions(path, customers, &fitted, default.as_ref(), spend.as_ref(), weeks)?;
    }
    let repeat_buyers = customers.iter().filter(|customer| customer.history.x > 0).count() as u64;
    let notes = (repeat_buyers < MIN_REPEAT_BUYERS).then(|| {
        format!("only {repeat_buyers} bought again: below {MIN_REPEAT_BUYERS} Rekindle takes what is usual in the shop's industry instead")
    });
    Ok(json!({
        "customers": customers.len(),
        "repeat_buyers": repeat_buyers,
        "models": models,
        "notes": notes.into_iter().collect::<Vec<_>>(),
        "default": default.map(|fit| key(fit.model.kind())),
        "holdout": if holdout.is_empty() { Value::Null } else { Value::Object(holdout) },
    }))
}

fn timed<M>(fit: impl FnOnce() -> Result<Fitted<M>, FitError>) -> Timed<M> {
    let start = Instant::now();
    let fit = fit();
    Timed { fit, seconds: start.elapsed().as_secs_f64() }
}

fn spend(customers: &[Customer]) -> Option<Timed<GammaGamma>> {
    let spends: Option<Vec<(u32, f64)>> =
        customers.iter().map(|customer| customer.spend.map(|spend| (customer.history.x, spend))).collect();
    spends.map(|spends| timed(|| GammaGamma::fit(&spends)))
}

fn key(kind: Kind) -> &'static str {
    match kind {
        Kind::BgNbd => "bgnbd",
        Kind::MbgNbd => "mbgnbd",
        Kind::ParetoNbd => "paretonbd",
        Kind::Nbd => "nbd",
    }
}

fn told_fit<M>(
    fit: Result<Fitted<M>, FitError>,
    parameters: impl Fn(&M) -> Vec<(String, f64)>,
    notes: impl Fn(&Fitted<M>) -> Vec<String>,
    seconds: f64,
) -> Value {
    match fit {
        Ok(fit) => {
            let named = parameters(&fit.model);
            let values: Vec<f64> = named.iter().map(|(_, value)| *value).collect();
            let errors = fit.covariance.as_ref().map(|covariance| covariance.standard_errors(&values));
            let errors: Option<Map<String, Value>> =
                errors.map(|errors| named.iter().zip(errors).map(|((name, _), error)| (name.clone(), json!(error))).collect());
            let mut notes = notes(&fit);
            if errors.is_none() {
                notes.push("the data leave a parameter open, so there are no standard errors".to_owned());
            }
            let named: Map<String, Value> = named.into_iter().map(|(name, value)| (name, json!(value))).collect();
            json!({
                "params": named,
                "standard_errors": errors,
                "log_likelihood": fit.log_likelihood,
                "customers": fit.customers,
                "converged": true,
                "notes": notes,
                "fit_seconds": seconds,
            })
        }
        Err(error) => json!({
            "params": null,
            "standard_errors": null,
            "log_likelihood": null,
            "customers": 0,
            "converged": false,
            "notes": [error.to_string()],
            "fit_seconds": seconds,
        }),
    }
}

fn order_notes(fit: &Fitted<OrderModel>) -> Vec<String> {
    match fit.model {
        OrderModel::BgNbd(_) => vec!["P(alive) is 1 for everyone who bought once: do not rank by it".to_owned()],
        OrderModel::Nbd(_) => vec!["nobody ever leaves: for shops where no drop-out is identified".to_owned()],
        OrderModel::MbgNbd(_) | OrderModel::ParetoNbd(_) => Vec::new(),
    }
}

fn spend_notes(fit: &Fitted<GammaGamma>, customers: &[Customer]) -> Vec<String> {
    let mut notes = Vec::new();
    let repeats = || customers.iter().filter(|customer| customer.history.x > 0);
    let counts: Vec<f64> = repeats().map(|customer| f64::from(customer.history.x)).collect();
    let spends: Vec<f64> = repeats().filter_map(|customer| customer.spend).collect();
    if let Some(together) = correlation(&counts, &spends).filter(|together| together.abs() > CORRELATED) {
        notes.push(format!(
            "spend goes with the number of orders (correlation {together:.2}), which the model takes not to be so"
        ));
    }
    if fit.model.q <= 1.0 {
        notes.push("spends are so spread that their population has no mean".to_owned());
    }
    notes
}

fn told_judged(judged: &Judged) -> Value {
    json!({
        "customers": judged.customers,
        "mae": judged.mae,
        "rmse": judged.rmse,
        "correlation": judged.correlation,
        "total_predicted": judged.total_predicted,
        "total_actual": judged.total_actual,
        "auc_expected": judged.auc_expected,
        "auc_alive": judged.auc_alive,
        "log_loss": judged.log_loss,
        "deviance": judged.deviance,
    })
}

/// A line a customer: of each model P(alive), P(any order), expected orders and value; of the default also 95 % intervals.
fn write_predictions(
    path: &str,
    customers: &[Customer],
    models: &[OrderModel],
    default: Option<&Fitted<OrderModel>>,
    spend: Option<&Fitted<GammaGamma>>,
    weeks: f64,
) -> Result<(), String> {
    let mut headers: Vec<String> = ["customer", "x", "t_x", "T"].map(str::to_owned).to_vec();
    for model in models {
        let names = ["p_alive", "p_any", "expected_orders", "value_12_months"];
        headers.extend(names.map(|name| format!("{}_{name}", key(model.kind()))));
    }
    let ends = ["p_alive_low", "p_alive_high", "p_any_low", "p_any_high", "expected_orders_low", "expected_orders_high"];
    headers.extend(ends.map(|name| format!("default_{name}")));
    headers.push("expected_spend".to_owned());
    let histories: Vec<History> = customers.iter().map(|customer| customer.history).collect();
    let mut foreseen: Vec<_> = models.iter().map(|model| (model, forecasts(model, &histories, weeks).into_iter())).collect();
    let cell = |value: Option<f64>| value.filter(|value| value.is_finite()).map_or_else(String::new, |value| value.to_string());
    let rows = customers.iter().map(|Customer { id, history, spend: mean }| {
        let spend = spend.and_then(|fit| fit.model.expected_spend(history.x, mean.unwrap_or_default()));
        let mut row = vec![id.clone(), history.x.to_string(), history.t_x.to_string(), history.age.to_string()];
        for (model, forecasts) in &mut foreseen {
            let forecast = forecasts.next();
            row.push(cell(forecast.map(|forecast| forecast.p_alive)));
            row.push(cell(forecast.map(|forecast| forecast.p_any)));
            row.push(cell(forecast.map(|forecast| forecast.expected_orders)));
            row.push(cell(spend.map(|spend| value_by_months(model, history, spend, MONTHS, MONTHLY_DISCOUNT))));
        }
        let intervals = [
            default.and_then(|fit| fit.p_alive(history, Z)),
            default.and_then(|fit| fit.p_any(history, weeks, Z)),
            default.and_then(|fit| fit.expected_orders(history, weeks, Z)),
        ];
        for interval in intervals {
            row.push(cell(interval.map(|interval| interval.low)));
            row.push(cell(interval.map(|interval| interval.high)));
        }
        row.push(cell(spend));
        row
    });
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    files::write(path, &headers, rows)
}
