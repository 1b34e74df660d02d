//! How a budget is split over channels: by what each is expected to return.

use std::collections::BTreeMap;

use super::Channel;
use super::forecast::Group;

/// The share of each channel, per mille and in whole per cents, that its expected return has of the sum: the margin of those who come
/// back because of it, less their offers and its messages. A channel that returns less than it costs has none; where none returns more,
/// there is nothing to split.
///
/// A group's return is its first channel's, over which most of its touches go. `minor_per_unit` is 100 for a dollar.
pub fn by_return(groups: &[Group], minor_per_unit: u32) -> Vec<(Channel, u16)> {
    let mut returns: BTreeMap<Channel, f64> = BTreeMap::new();
    for group in groups {
        *returns.entry(group.channel).or_default() += net(group, f64::from(minor_per_unit));
    }
    returns.retain(|_, net| *net > 0.0);
    let sum: f64 = returns.values().sum();
    if !sum.is_finite() || sum <= 0.0 {
        return Vec::new();
    }
    // Whole per cents; what rounding down left over goes to those who lost most by it.
    let mut shares: Vec<(Channel, u16, f64)> = returns
        .into_iter()
        .map(|(channel, net)| {
            let exact = net / sum * 100.0;
            (channel, exact.floor() as u16, exact.fract())
        })
        .collect();
    let missing = 100_u16.saturating_sub(shares.iter().map(|(_, share, _)| *share).sum());
    shares.sort_by(|one, other| other.2.total_cmp(&one.2));
    for (_, share, _) in shares.iter_mut().take(usize::from(missing)) {
        *share += 1;
    }
    shares.sort_by_key(|(channel, ..)| *channel);
    shares.into_iter().filter(|(_, share, _)| *share > 0).map(|(channel, share, _)| (channel, share * 10)).collect()
}

/// In minor units.
fn net(group: &Group, minor_per_unit: f64) -> f64 {
    let people = f64::from(group.people);
    let more = (group.contact.mean - group.alone.mean) * group.margin_back;
    let offers = group.contact.mean * group.offer_cost;
    let messages: f64 = group.touches.iter().map(|touch| touch.share * touch.cost.0 as f64 / 1_000_000.0 * minor_per_unit).sum();
    people * (more - offers - messages)
}

#[cfg(test)]
mod tests {
    use super::super::cost::Micros;
    use super::super::forecast::{Chance, Planned};
    use super::*;

    fn group(channel: Channel, people: u32, more: f64, cost: i64) -> Group {
        let chance = |mean| Chance { mean, low: mean, high: mean };
        Group {
            row: 0,
            channel,
            people,
            alone: chance(0.1),
            contact: chance(0.1 + more),
            margin_back: 10_000.0,
            margin_spread: 0.0,
            offer_cost: 0.0,
            touches: vec![Planned { day: 0, channel, cost: Micros(cost), share: 1.0 }],
        }
    }

    #[test]
    fn shares_follow_the_return_and_add_up() {
        let groups = [
            group(Channel::Email, 200, 0.02, 1_000),
            group(Channel::Sms, 100, 0.02, 100_000),
            group(Channel::Email, 100, 0.02, 1_000),
        ];
        let split = by_return(&groups, 100);
        assert_eq!(split.iter().map(|(_, share)| *share).sum::<u16>(), 1_000);
        // 300 people at 199.9 cents beside 100 at 190.
        assert_eq!(split, [(Channel::Email, 760), (Channel::Sms, 240)]);
    }

    #[test]
    fn a_channel_that_costs_more_than_it_returns_has_no_share() {
        let groups = [group(Channel::Email, 10, 0.01, 1_000), group(Channel::Post, 1_000, 0.01, 1_200_000)];
        assert_eq!(by_return(&groups, 100), [(Channel::Email, 1_000)]);
        assert_eq!(by_return(&groups[1..], 100), []);
        assert_eq!(by_return(&[], 100), []);
    }

    #[test]
    fn thirds_are_rounded_and_still_add_up() {
        let groups = [Channel::Email, Channel::InApp, Channel::Sms].map(|channel| group(channel, 50, 0.02, 0));
        let split = by_return(&groups, 100);
        assert_eq!(split.iter().map(|(_, share)| *share).sum::<u16>(), 1_000);
        assert!(split.iter().all(|(_, share)| (330..=340).contains(share)), "{split:?}");
    }
}
