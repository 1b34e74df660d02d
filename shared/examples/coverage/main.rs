//! Whether intervals that are looked at daily hold what they promise: simulated campaigns with a known truth.
//!
//! ```text
//! cargo run --release -p shared --example coverage -- 1000
//! cargo run --release -p shared --example coverage -- 1000 2000,20000
//! ```
//!
//! Runs a world, then the numbers of people, all where none are named. A line for each world and outcome (difference of the rates, their
//! ratio, margin a person cut at its limit and as it is): per cent of the runs whose intervals held the truth at all looks, and whose
//! intervals ever excluded no difference (false alarms where the effect is 0); the median width at the end over that of an ordinary
//! interval; per cent of ordinary intervals at the end that held the truth, and of the runs that had one; per cent of the runs that never
//! had an interval. A mark stands beside what is outside its limit.

mod tally;
mod worlds;

use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use shared::measure::figure::Interval;
use shared::measure::moments::{Moments, limited, theta};
use shared::measure::rate::{Count, once, relative};
use shared::measure::sequence::{Difference, Means, Planned, Rates};
use shared::random::Random;

use tally::{Outcome, Tally, judge};
use worlds::{Kind, World};

/// Two-sided 95 % of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;
const PEOPLE: [usize; 4] = [500, 2_000, 5_000, 20_000];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((runs, people)) = read(&arguments) else {
        eprintln!("Say how many runs a world, and of how many people: 1000 500,2000,5000,20000");
        return ExitCode::from(2);
    };
    let worlds: Vec<World> = worlds(&people);
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut lines: Vec<(usize, String)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| {
                scope.spawn(|| {
                    let mut lines = Vec::new();
                    loop {
                        let place = next.fetch_add(1, Ordering::Relaxed);
                        let Some(world) = worlds.get(place) else { break };
                        let tallies = judge(world, runs, (place as u64 + 1) << 32);
                        lines.extend(
                            Outcome::ALL.iter().zip(&tallies).map(|(outcome, tally)| (place, line(world, *outcome, tally))),
                        );
                    }
                    lines
                })
            })
            .collect();
        workers.into_iter().filter_map(|worker| worker.join().ok()).flatten().collect()
    });
    lines.sort_by_key(|(place, _)| *place);
    println!("people base effect world     outcome  all looks  alarms  width  once (had)   never");
    for (_, line) in lines {
        println!("{line}");
    }
    ExitCode::SUCCESS
}

fn read(arguments: &[String]) -> Option<(usize, Vec<usize>)> {
    let runs = arguments.first()?.parse().ok().filter(|runs| *runs > 0)?;
    let Some(people) = arguments.get(1) else { return Some((runs, PEOPLE.to_vec())) };
    let people: Result<Vec<usize>, _> = people.split(',').map(str::parse).collect();
    Some((runs, people.ok()?))
}

fn worlds(people: &[usize]) -> Vec<World> {
    let mut worlds = Vec::new();
    for people in people {
        for base in [0.02, 0.05, 0.1] {
            for effect in [0.0, 0.03] {
                for kind in [Kind::Plain, Kind::Staggered, Kind::Bandit] {
                    worlds.push(World { people: *people, base, effect, kind });
                }
            }
        }
    }
    worlds
}

fn line(world: &World, outcome: Outcome, tally: &Tally) -> String {
    let per_cent = |count: usize, of: usize| 100.0 * count as f64 / of.max(1) as f64;
    let mark = |wrong: bool| if wrong { '!' } else { ' ' };
    let (covered, alarmed) = (100.0 - per_cent(tally.missed, tally.runs), per_cent(tally.alarmed, tally.runs));
    let width = tally.median_width();
    let once = per_cent(tally.held, tally.closed);
    let often = tally.closed * 10 >= tally.runs;
    format!(
        "{:>6} {:>4.2} {:>6.2} {:<9} {:<8} {:>8.1}{} {:>6.1}{} {:>5}{} {:>5.1}{} ({:>3.0})  {:>5.1}",
        world.people,
        world.base,
        world.effect,
        format!("{:?}", world.kind),
        format!("{outcome:?}"),
        covered,
        mark(covered < 93.6),
        alarmed,
        mark(world.effect == 0.0 && alarmed > 6.4),
        width.map_or_else(|| "-".to_owned(), |width| format!("{width:.2}")),
        mark(width.is_some_and(|width| width > 1.7)),
        once,
        mark(often && !(93.6..=96.4).contains(&once)),
        per_cent(tally.closed, tally.runs),
        per_cent(tally.silent, tally.runs),
    )
}
