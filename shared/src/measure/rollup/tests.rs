use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::attribution::{Credit, Evidence, Model};
use super::super::outcome::{Arm, Redeemed, Revenue};
use super::*;
use crate::campaign::{Channel, Micros};
use crate::message::Angle;
use crate::offer;
use crate::reason::Reason;
use crate::segment::ValueTier;
use crate::time::{Day, MILLIS_PER_DAY, Millis};

const ENTRY: Millis = Millis(200 * MILLIS_PER_DAY);

fn entry() -> Entered {
    Entered { entered_at: ENTRY, window_days: 30, ..Entered::default() }
}

fn unit(before: i64) -> Unit {
    Unit { before: Home(before), limit: None, contaminated: false, home: Currency::USD }
}

fn at(day: i64) -> Millis {
    Millis(ENTRY.0 + day * MILLIS_PER_DAY)
}

fn returned() -> Outcome {
    Outcome {
        returned_at: Some(at(33)),
        orders: 2,
        one_time: Revenue { gross: Home(5_000), discount: Home(500), refunds: Home(100) },
        recurring: Revenue { gross: Home(300), discount: Home(0), refunds: Home(0) },
        margin: Home(1_880),
        channel_cost: Micros(101_000),
        sent: 2,
        redeemed: Some(Redeemed {
            offer: "ten".to_owned(),
            kind: offer::Kind::Discount,
            code: None,
            at: at(33),
            face: Home(500),
            depth: 100,
        }),
        redeemed_discount: Home(500),
        redeemed_list: Home(5_000),
        rechurn: Rechurn::Left { at: at(60) },
        ..Outcome::default()
    }
}

#[test]
fn an_entry_is_counted_in_every_sum() {
    let cell = Cell::of(&entry(), &returned(), &Unit { contaminated: true, limit: Some(Home(1_000)), ..unit(20) });
    let figures: Vec<(String, i64)> = cell.figures().into_iter().collect();
    let after = 18_800_000 - 101_000_i64;
    let wide = |name: &str, value: i128| -> Vec<(String, i64)> {
        wide::parts(value).filter(|(_, part)| *part != 0).map(|(place, part)| (wide::name(name, place), part)).collect()
    };
    let after = i128::from(after);
    let mut expected: Vec<(String, i64)> = [
        ("assigned", 1),
        ("contaminated", 1),
        ("contacted", 1),
        ("sent", 2),
        ("returned", 1),
        ("redeemed", 1),
        ("rechurn_known", 1),
        ("rechurned", 1),
        ("orders", 2),
        ("one_time_gross", 5_000),
        ("one_time_discount", 500),
        ("one_time_refunds", 100),
        ("recurring_gross", 300),
        ("margin", 1_880),
        ("redeemed_discount", 500),
        ("redeemed_list", 5_000),
        ("redeemed_depth", 100),
        ("discount_returned", 500),
        ("before", 20),
        ("before_returned", 20),
        ("cost", 101_000),
        ("cost_returned", 101_000),
        ("before_squared", 400),
        ("net_squared", 4_700 * 4_700),
        ("net_cost", 4_700 * 101_000),
        ("discount_squared", 250_000),
        ("discount_cost", 50_500_000),
        ("list_squared", 25_000_000),
        ("discount_list", 2_500_000),
        ("returned_days.31", 1),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec();
    for (name, value) in [
        ("margin_squared", after * after),
        ("margin_before", after * 20),
        ("margin_cost", after * 101_000),
        ("cost_squared", 101_000 * 101_000),
        ("limited", 10_000_000),
        ("limited_squared", 10_i128.pow(14)),
        ("limited_before", 200_000_000),
    ] {
        expected.extend(wide(name, value));
    }
    expected.sort();
    assert_eq!(figures, expected);
    assert_eq!(cell.net(), Home(4_700));
    assert_eq!(cell.margin_sums(Currency::USD).y, after);
    assert_eq!(cell.limited_sums().y, 10_000_000);
    assert_eq!(cell.return_sums(), Sums { n: 1, y: 1, yy: 1, x: 20, xx: 400, xy: 20 });
}

#[test]
fn who_was_left_out_or_did_nothing_adds_as_much() {
    let left_out = Entered { arm: Arm::LeftOut, ..entry() };
    assert_eq!(Cell::of(&left_out, &returned(), &unit(20)), Cell::default());
    let nothing = Cell::of(&entry(), &Outcome::default(), &unit(0));
    assert_eq!(nothing.figures().into_iter().collect::<Vec<_>>(), [("assigned".to_owned(), 1)]);
    assert!(Cell::default().figures().is_empty());
}

#[test]
fn a_currency_without_cents_weighs_its_unit() {
    let yen = Currency::parse("JPY").unwrap();
    let cell = Cell::of(&entry(), &returned(), &Unit { home: yen, ..unit(0) });
    assert_eq!(cell.margin_sums(yen).y, 1_880_000_000 - 101_000);
}

#[test]
fn places_of_days_have_no_gap() {
    assert_eq!([0, 30, 31, 37, 38, 93, 94, u16::MAX].map(bin_of), [0, 30, 31, 31, 32, 39, 40, 40]);
    for place in 0..BINS {
        assert_eq!(bin_of(bin_end(place)), place);
        if place + 1 < BINS {
            assert_eq!(bin_of(bin_end(place) + 1), place + 1);
        }
    }
}

#[test]
fn unknown_names_are_refused() {
    for name in ["asigned", "assigned.1", "cost.9", "cost.x", "returned_days.41", ""] {
        assert_eq!(Cell::of_figures([(name, 1)]), Err(RollupError::Name(name.to_owned())), "{name}");
    }
}

#[test]
fn keys_are_read_back_and_are_of_one_day_or_month() {
    let lead = Lead { channel: Channel::Sms, offer: None, angle: Some(Angle::Change), hour: Some(23) };
    let frozen = Frozen {
        value: ValueTier::High,
        reason: Reason::Price,
        segment: Some(412),
        lead: Some(lead),
        steps: vec![(1, 0), (2, 1), (2, 1)],
        ..Frozen::default()
    };
    let entry = Entered { arm: Arm::Holdout, entered_at: Day::parse_iso("2024-02-29").unwrap().start(), ..entry() };
    let keys = keys(7, &entry, &frozen, true);
    assert_eq!(keys.len(), 14);
    let codes: BTreeSet<String> = keys.iter().map(|key| key.dimension.code()).collect();
    assert_eq!(codes.len(), 14);
    for key in &keys {
        assert_eq!(Dimension::of_code(&key.dimension.code()), Some(key.dimension));
        assert!(key.dimension.code().starts_with(key.dimension.name()));
        let first = if key.dimension == Dimension::All { "2024-02-29" } else { "2024-02-01" };
        assert_eq!((key.from.iso().as_str(), key.arm, key.ripe, key.campaign), (first, Arm::Holdout, true, 7));
    }
    assert!(codes.contains("offer:none") && codes.contains("variant:2.1") && codes.contains("hour:23"));
    for code in ["hour:24", "al", "value:huge", "variant:2", "all:1", ":"] {
        assert_eq!(Dimension::of_code(code), None, "{code}");
    }
}

#[test]
fn credit_of_a_return_adds_up_over_its_touches() {
    let credit = |touch, shares| Credit { touch, channel: Channel::Email, evidence: Evidence::Clicked, at: at(1), shares };
    let credits = [credit(1, [0, 1_000_000, 333_334, 400_000, 1]), credit(2, [1_000_000, 0, 666_666, 600_000, 999_999])];
    let cells = TouchCell::of_credits(&credits, Home(1_001), Home(-7));
    for model in Model::ALL {
        let sums = cells
            .iter()
            .map(|cell| cell.of_model(model))
            .fold((0, 0, 0), |sum, (returns, net, margin)| (sum.0 + returns, sum.1 + net.0, sum.2 + margin.0));
        assert_eq!(sums, (1_000_000, 1_001, -7), "{model:?}");
    }
    let mut all = TouchCell::of(&Became { sent: true, cost: Micros(100), ..Became::default() });
    all += &cells[0];
    let figures = all.figures();
    assert_eq!((figures["cost"], figures["sent"], figures["first_net"]), (100, 1, 1_001));
    assert_eq!(TouchCell::try_from(figures), Ok(all));
}

fn any_cell() -> impl Strategy<Value = Cell> {
    let amount = prop_oneof![-100_000_i64..1_000_000, -2_i64..3, 1_i64 << 40..1 << 41];
    let money = (amount.clone(), amount.clone(), amount.clone(), 0_i64..1 << 35);
    (prop::option::of(-1_i64..120), money, 0_i64..1_000, prop::option::of(0_i64..40), any::<[bool; 4]>()).prop_map(
        |(day, (gross, discount, margin, cost), before, opted_out, [is_redeemed, churned, known, contaminated])| {
            let outcome = Outcome {
                returned_at: day.map(at),
                one_time: Revenue { gross: Home(gross), discount: Home(discount), refunds: Home(1) },
                margin: Home(margin),
                channel_cost: Micros(cost),
                redeemed: returned().redeemed.filter(|_| is_redeemed),
                redeemed_discount: Home(discount),
                redeemed_list: Home(gross),
                rechurn: match (churned, known) {
                    (true, _) => Rechurn::Left { at: at(9) },
                    (_, true) => Rechurn::Stayed,
                    _ => Rechurn::Open,
                },
                opted_out_at: opted_out.map(at),
                ..Outcome::default()
            };
            Cell::of(&entry(), &outcome, &Unit { contaminated, limit: Some(Home(7_000)), ..unit(before) })
        },
    )
}

proptest! {
    #[test]
    fn what_is_added_can_be_taken_away_in_any_order(
        kept in prop::collection::vec(any_cell(), 0..8),
        gone in prop::collection::vec(any_cell(), 0..8),
        seed in any::<u64>(),
    ) {
        let mut changes: Vec<(bool, &Cell)> = kept.iter().map(|cell| (true, cell)).collect();
        changes.extend(gone.iter().flat_map(|cell| [(true, cell), (false, cell)]));
        crate::random::Random::new(seed).shuffle(&mut changes);
        let mut sum = Cell::default();
        for (is_added, cell) in changes {
            if is_added { sum += cell } else { sum -= cell }
        }
        prop_assert_eq!(&sum, &kept.iter().sum::<Cell>());
        let mut changed = sum.clone();
        if let (Some(before), Some(after)) = (kept.first(), gone.first()) {
            changed += &Cell::change(before, after);
            changed -= after;
            changed += before;
        }
        prop_assert_eq!(changed, sum);
    }

    #[test]
    fn figures_are_safe_numbers_and_may_be_added_apart(cells in prop::collection::vec(any_cell(), 0..8)) {
        let mut added: BTreeMap<String, i64> = BTreeMap::new();
        for cell in &cells {
            for (name, value) in cell.figures() {
                prop_assert!(value.unsigned_abs() < 1 << 53 && value != 0, "{} {}", name, value);
                *added.entry(name).or_default() += value;
            }
        }
        let sum: Cell = cells.iter().sum();
        prop_assert_eq!(&Cell::try_from(added), &Ok(sum.clone()));
        let json = serde_json::to_string(&sum).unwrap();
        prop_assert_eq!(serde_json::from_str::<Cell>(&json).unwrap(), sum);
    }

    #[test]
    fn wide_numbers_are_read_back(value in any::<i128>()) {
        let parts: Vec<(usize, i64)> = wide::parts(value).collect();
        prop_assert!(parts.iter().all(|(_, part)| part.unsigned_abs() < 1 << 30));
        let back = parts.iter().fold(0_i128, |sum, (place, part)| sum.wrapping_add(wide::of_part(*place, *part)));
        prop_assert_eq!(back, value);
    }

    #[test]
    fn a_month_begins_with_its_first_day(day in -30_000_i32..80_000) {
        let first = month(Day(day));
        prop_assert!(first <= Day(day) && Day(day).since(first) < 31);
        prop_assert_eq!(&first.iso()[8..], "01");
        prop_assert_eq!(&first.iso()[..7], &Day(day).iso()[..7]);
    }
}
