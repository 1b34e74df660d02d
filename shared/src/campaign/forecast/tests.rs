//! Intervals that hold what they promise, over campaigns drawn by rules of their own.

use super::*;

fn group(row: u8, people: u32, alone: f64, contact: f64) -> Group {
    // As if each chance were known from 80 people.
    let chance = |mean: f64| {
        let deviation = libm::sqrt(mean * (1.0 - mean) / 81.0);
        Chance { mean, low: mean - 1.645 * deviation, high: mean + 1.645 * deviation }
    };
    Group {
        row,
        channel: Channel::Email,
        people,
        alone: chance(alone),
        contact: chance(contact),
        margin_back: 5_000.0,
        margin_spread: 4_000.0,
        offer_cost: 400.0,
        touches: vec![Planned { day: 0, channel: Channel::Email, cost: Micros(1_000), share: 1.0 }],
    }
}

fn groups() -> Vec<Group> {
    [(0, 400, 0.05, 0.09), (5, 900, 0.10, 0.18), (9, 150, 0.20, 0.30), (17, 2_000, 0.03, 0.05)]
        .map(|(row, people, alone, contact)| group(row, people, alone, contact))
        .to_vec()
}

#[test]
fn nine_in_ten_campaigns_end_within_the_interval() {
    let groups = groups();
    let told = forecast(&groups, 100, RUNS, 7);
    let mut world = Random::new(99);
    let mut inside = 0;
    for _ in 0..200 {
        // The world: what a chance really is, known as well as from 80 people, and each person decides alone.
        let mut returned = 0.0;
        for group in &groups {
            let true_chance = world.beta(80.0 * group.contact.mean, 80.0 * (1.0 - group.contact.mean));
            returned += (0..group.people).filter(|_| world.unit() < true_chance).count() as f64;
        }
        inside += u32::from((told.won_back.low..=told.won_back.high).contains(&returned));
    }
    assert!((170..=190).contains(&inside), "{inside} of 200 campaigns lie within {:?}", told.won_back);
}

#[test]
fn means_are_those_of_the_inputs_and_costs_add_up() {
    let told = forecast(&groups(), 100, 8_000, 3);
    let near = |figure: Figure, expected: f64, within: f64| {
        assert!((figure.mean - expected).abs() < within * expected.abs(), "{figure:?} is not near {expected}");
        assert!(figure.low <= figure.mean && figure.mean <= figure.high);
    };
    near(told.won_back, 36.0 + 162.0 + 45.0 + 100.0, 0.02);
    near(told.more, 16.0 + 72.0 + 15.0 + 40.0, 0.05);
    // 3 450 mails at a tenth of a cent are 345 cents.
    near(told.cost, 343.0 * 400.0 + 345.0, 0.02);
    near(told.margin, 143.0 * 5_000.0 - 343.0 * 400.0 - 345.0, 0.06);
    assert_eq!(told.messages[&0]["email"], 3_450);
    assert_eq!(told.cost_by_channel["email"], Micros(3_450_000));
    assert_eq!(forecast(&groups(), 100, 500, 3), forecast(&groups(), 100, 500, 3));
}

#[test]
fn what_cannot_be_makes_no_nonsense() {
    let wild = [group(1, 0, 0.1, 0.2), group(2, 50, 0.0, 1.0), group(3, 50, 0.3, 0.1), group(4, 50, f64::NAN, 0.1)];
    for group in wild {
        let told = forecast(&[group], 100, 100, 1);
        assert!(told.more.low <= told.more.high || told.more.mean.is_nan());
    }
    assert_eq!(forecast(&[], 100, 100, 1).won_back, Figure::default());
}
