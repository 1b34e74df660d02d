//! The learners on a table.

use shared::learn::calibrate::{Isotonic, Platt};
use shared::learn::{
    BoostSettings, Boosted, ChoiceSettings, Contributions, Direction, Encoder, Logistic, Loss, Matrix, Ordered, Ridge, choose,
    metrics, splits, stratified,
};

use super::rows::{People, people};
use super::{Told, said};

const ROWS: usize = 800;

fn matrix(people: &People) -> Matrix {
    let table = people.table();
    Encoder::fit(&table).encode(&table)
}

fn settings(loss: Loss) -> BoostSettings {
    BoostSettings { loss, rounds: 40, ..BoostSettings::default() }
}

fn tell(told: &mut Told, contributions: &Contributions) {
    told.numbers(&[contributions.base]);
    told.numbers(&contributions.parts);
}

pub(super) fn encoder(told: &mut Told) -> Result<(), String> {
    let (seen, later) = (people(ROWS, 10), people(ROWS, 11));
    let encoder = Encoder::fit(&seen.table());
    told.json(&encoder)?;
    let ordered = Ordered::fit(&seen.table());
    told.json(&ordered)?;
    for matrix in [encoder.encode(&later.table()), Encoder::fit(&ordered.apply(seen.table())).encode(&later.table())] {
        told.json(&matrix.names())?;
        matrix.columns().iter().for_each(|column| told.numbers(column));
    }
    Ok(())
}

pub(super) fn logistic(told: &mut Told) -> Result<(), String> {
    let people = people(ROWS, 12);
    let x = matrix(&people);
    tell_logistic(told, &Logistic::fit(&x, &people.left, Some(&people.weights), 1.0).map_err(said)?, &x)
}

pub(super) fn bent(told: &mut Told) -> Result<(), String> {
    let people = people(ROWS, 13);
    let x = matrix(&people);
    tell_logistic(told, &Logistic::fit_bent(&x, &people.left, None, 5.0).map_err(said)?.reaching(0.1), &x)
}

fn tell_logistic(told: &mut Told, model: &Logistic, x: &Matrix) -> Result<(), String> {
    told.json(model)?;
    told.numbers(&model.logits(x));
    for row in 0..50 {
        told.numbers(&[model.logit(&x.row(row))]);
        tell(told, &model.contributions(&x.row(row)));
    }
    Ok(())
}

pub(super) fn ridge(told: &mut Told) -> Result<(), String> {
    let people = people(ROWS, 14);
    let x = matrix(&people);
    let model = Ridge::fit(&x, &people.weights, Some(&people.weights), 2.0).map_err(said)?;
    told.json(&model)?;
    told.numbers(&model.predictions(&x));
    (0..50).for_each(|row| tell(told, &model.contributions(&x.row(row))));
    Ok(())
}

pub(super) fn boosted(told: &mut Told) -> Result<(), String> {
    let people = people(ROWS, 15);
    let x = matrix(&people);
    let directions: Vec<Direction> =
        x.names().iter().map(|name| if name == "tenure" { Direction::Falling } else { Direction::Either }).collect();
    for (loss, outcome) in [(Loss::Log, &people.left), (Loss::Squares, &people.weights)] {
        let model = Boosted::fit(&x, outcome, Some(&people.weights), &directions, &settings(loss)).map_err(said)?;
        told.json(&model)?;
        told.numbers(&model.raws(&x));
        for row in 0..50 {
            told.numbers(&[model.raw(&x.row(row))]);
            tell(told, &model.contributions(&x.row(row)));
        }
    }
    Ok(())
}

pub(super) fn calibration(told: &mut Told) -> Result<(), String> {
    let people = people(ROWS, 16);
    let x = matrix(&people);
    let logits = Logistic::fit(&x, &people.left, None, 1.0).map_err(said)?.logits(&x);
    let platt = Platt::fit(&logits, &people.left, Some(&people.weights)).map_err(said)?;
    let isotonic = Isotonic::fit(&logits, &people.left, Some(&people.weights)).map_err(said)?;
    told.json(&(&platt, &isotonic))?;
    for logit in logits.iter().chain(&[-800.0, 0.0, 800.0]) {
        let bounds = [platt.interval(*logit, 1.645), isotonic.interval(*logit, 1.645)];
        told.numbers(&[platt.probability(*logit), isotonic.probability(*logit)]);
        bounds.iter().for_each(|(low, high)| told.numbers(&[*low, *high]));
    }
    let probabilities: Vec<f64> = logits.iter().map(|logit| platt.probability(*logit)).collect();
    told.json(&metrics::figures(&people.left, &probabilities))
}

pub(super) fn choice(told: &mut Told) -> Result<(), String> {
    let people = people(600, 17);
    let x = matrix(&people);
    let splits = splits(&stratified(&people.left, None, 3, 5));
    let settings = ChoiceSettings { boost: settings(Loss::Log), ..ChoiceSettings::default() };
    let choice = choose(&x, &people.left, None, &splits, &settings).map_err(said)?;
    told.json(&(&choice.chosen, choice.candidate, &choice.held_out))?;
    told.numbers(&choice.chosen.probabilities(&x));
    for row in 0..50 {
        let (low, high) = choice.chosen.interval(&x.row(row), 1.645);
        told.numbers(&[low, high]);
        tell(told, &choice.chosen.contributions(&x.row(row)));
    }
    Ok(())
}
