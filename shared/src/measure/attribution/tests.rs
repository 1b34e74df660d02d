use proptest::prelude::*;

use super::*;

fn at(days: i64) -> Millis {
    Millis(500 * MILLIS_PER_DAY + days * MILLIS_PER_DAY)
}

fn touch(id: i64, channel: Channel, delivered: i64, clicked: Option<i64>) -> Touch {
    Touch {
        id,
        channel,
        sent_at: at(delivered),
        delivered_at: Some(at(delivered)),
        clicks: clicked.into_iter().map(at).collect(),
        redeemed: false,
    }
}

fn shares(touches: &[Touch], settings: &Settings, model: Model) -> Vec<(i64, u32)> {
    let place = Model::ALL.iter().position(|other| *other == model).unwrap();
    credits(touches, at(10), settings).iter().map(|credit| (credit.touch, credit.shares[place])).collect()
}

#[test]
fn each_model_divides_in_its_own_way() {
    let touches = [
        touch(1, Channel::Post, -5, None),
        touch(2, Channel::Email, 3, Some(6)),
        touch(3, Channel::Email, 7, None),
        touch(4, Channel::Sms, 9, None),
    ];
    let of = |model| shares(&touches, &Settings::default(), model);
    assert_eq!(of(Model::Last), [(1, 0), (2, WHOLE), (3, 0), (4, 0)], "a click beats what only arrived");
    assert_eq!(of(Model::First), [(1, WHOLE), (2, 0), (3, 0), (4, 0)]);
    assert_eq!(of(Model::Linear), [(1, 250_000), (2, 250_000), (3, 250_000), (4, 250_000)]);
    assert_eq!(of(Model::Position), [(1, 400_000), (2, 100_000), (3, 100_000), (4, 400_000)]);
    // 2^(-14/7), 2^(-3/7), 2^(-2/7) and 1, from the newest back, over their sum 2.813...
    let decay = of(Model::Decay);
    let weights: Vec<f64> = [14.0, 3.0, 2.0, 0.0].iter().map(|age: &f64| 0.5_f64.powf(age / 7.0)).collect();
    for ((_, share), weight) in decay.iter().zip(&weights) {
        let expected = weight / weights.iter().sum::<f64>() * f64::from(WHOLE);
        assert!((f64::from(*share) - expected).abs() <= 1.0, "{share} {expected}");
    }
    let plain = Settings { clicks_first: false, ..Settings::default() };
    assert_eq!(shares(&touches, &plain, Model::Last)[3], (4, WHOLE));
}

#[test]
fn windows_are_the_channel_s_and_a_click_s_is_its_own() {
    let counts = |touch: Touch| !credits(&[touch], at(10), &Settings::default()).is_empty();
    assert!(counts(touch(1, Channel::Email, 7, None)));
    assert!(!counts(touch(1, Channel::Email, 6, None)), "arrived four days before");
    assert!(counts(touch(1, Channel::Email, -20, Some(5))));
    assert!(!counts(touch(1, Channel::Email, -20, Some(4))));
    assert!(!counts(touch(1, Channel::Email, 11, None)), "after the return");
    assert!(counts(Touch { clicks: vec![at(12), at(8)], ..touch(1, Channel::Email, 2, None) }), "a later click is not read");
    assert!(!counts(Touch { delivered_at: None, ..touch(1, Channel::Email, 9, None) }), "never arrived");
    let wide =
        Settings { windows: [(Channel::Email, Window { click_days: 5, delivered_days: 4 })].into(), ..Settings::default() };
    assert_eq!(credits(&[touch(1, Channel::Email, 6, None)], at(10), &wide).len(), 1);
}

#[test]
fn a_used_code_names_its_touch_whenever_it_went_out() {
    let mine = Touch { redeemed: true, ..touch(1, Channel::Email, -30, None) };
    let touches = [mine, touch(2, Channel::Email, 8, Some(9))];
    assert_eq!(shares(&touches, &Settings::default(), Model::Last), [(2, 0), (1, WHOLE)]);
    let plain = Settings { clicks_first: false, ..Settings::default() };
    assert_eq!(shares(&touches, &plain, Model::Last), [(2, 0), (1, WHOLE)]);
}

#[test]
fn money_is_split_to_the_cent() {
    assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
    assert_eq!(split(-100, &[1, 1, 1]), [-34, -33, -33]);
    assert_eq!(split(1, &[1, 3]), [0, 1]);
    assert_eq!(split(7, &[0, 0]), [0, 7]);
    assert_eq!(split(7, &[]), Vec::<i64>::new());
    assert_eq!(split(i64::MAX, &[u64::MAX, u64::MAX]), [i64::MAX / 2 + 1, i64::MAX / 2]);
}

#[test]
fn without_a_touch_a_return_is_direct() {
    assert_eq!(credits(&[], at(10), &Settings::default()), []);
}

proptest! {
    #[test]
    fn shares_and_money_add_up_whatever_the_order(
        rows in prop::collection::vec((0_i64..9, 0_usize..7, -25_i64..14, prop::option::of(-25_i64..14), any::<bool>()), 0..12),
        amount in -100_000_i64..100_000,
        clicks_first in any::<bool>(),
    ) {
        let touches: Vec<Touch> = rows
            .iter()
            .map(|(id, channel, day, click, redeemed)| Touch {
                redeemed: *redeemed,
                ..touch(*id, Channel::ALL[*channel], *day, *click)
            })
            .collect();
        let settings = Settings { clicks_first, ..Settings::default() };
        let found = credits(&touches, at(10), &settings);
        for place in 0..5 {
            let shares: Vec<u64> = found.iter().map(|credit| u64::from(credit.shares[place])).collect();
            if !found.is_empty() {
                prop_assert_eq!(shares.iter().sum::<u64>(), u64::from(WHOLE));
                prop_assert_eq!(split(amount, &shares).iter().sum::<i64>(), amount);
            }
        }
        let mut turned = touches.clone();
        turned.reverse();
        turned.extend(touches);
        prop_assert_eq!(credits(&turned, at(10), &settings), found);
    }
}
