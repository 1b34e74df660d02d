//! Caps: how much somebody gets over a channel and over all of them, counted over every campaign.

use serde::{Deserialize, Serialize};

use super::Channel;
use super::rules::{Cap, Rules};
use super::touch::{Reason, State};
use crate::message::draft::Angle;
use crate::offer::Step;
use crate::time::{MILLIS_PER_DAY, Millis};

/// One row of the ledger, of any campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastTouch {
    pub campaign: i64,
    pub entry: i64,
    /// Of its plan.
    pub step: u8,
    pub message: Option<Step>,
    pub channel: Channel,
    pub state: State,
    pub reason: Option<Reason>,
    /// From which side it came, where that is known.
    pub angle: Option<Angle>,
    pub due_at: Millis,
    /// Since when it counts; none where it does not.
    pub counted_at: Option<Millis>,
}

/// At most `most` touches over these channels together within `days` days, the present one among them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    pub channels: Vec<Channel>,
    pub days: u16,
    pub most: u16,
    /// What is said of a touch that would be one too many.
    pub reason: Reason,
}

/// Why one more is too many for now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Full {
    pub reason: Reason,
    /// When one more may go, as far as this limit goes.
    pub until: Millis,
    pub evidence: String,
}

/// The limits that one more touch over a channel must keep: its own, of the mailbox where it is a mail, and of all together.
///
/// The claim's statement counts by the same figures: past touches of the customer over `channels` with `counted_at > now - days`, which
/// must be fewer than `most`.
pub fn limits(rules: &Rules, channel: Channel, fewer: bool) -> Vec<Limit> {
    let limit = |channels: &[Channel], cap: Cap, reason: Reason| {
        let Cap { most, days } = if fewer { halved(cap) } else { cap };
        Limit { channels: channels.to_vec(), days, most, reason }
    };
    let mut limits = Vec::with_capacity(3);
    // A video comes as a mail.
    if matches!(channel, Channel::Email | Channel::Video) {
        limits.push(limit(&[Channel::Email, Channel::Video], rules.cap(Channel::Email), Reason::ChannelCap));
    }
    if channel != Channel::Email {
        limits.push(limit(&[channel], rules.cap(channel), Reason::ChannelCap));
    }
    limits.push(limit(&Channel::ALL, rules.total, Reason::TotalCap));
    limits
}

/// Whether one more may go now. `past`: every touch of the customer that counts, of all campaigns, at least as far back as the longest
/// limit; the present one must not be among them.
///
/// # Errors
/// The limit that holds it back longest.
pub fn allows(rules: &Rules, past: &[PastTouch], channel: Channel, fewer: bool, now: Millis) -> Result<(), Full> {
    let full = limits(rules, channel, fewer).into_iter().filter_map(|limit| full(&limit, past, now));
    match full.max_by_key(|full| full.until) {
        Some(full) => Err(full),
        None => Ok(()),
    }
}

fn full(limit: &Limit, past: &[PastTouch], now: Millis) -> Option<Full> {
    let window = i64::from(limit.days) * MILLIS_PER_DAY;
    let since = now.0.saturating_sub(window);
    let counts = past.iter().filter(|touch| limit.channels.contains(&touch.channel));
    let mut times: Vec<i64> = counts.filter_map(|touch| touch.counted_at).map(|at| at.0).filter(|at| *at > since).collect();
    times.sort_unstable();
    let most = usize::from(limit.most);
    // Free again once so few are left that one more fits.
    let oldest = times.len().checked_sub(most)?;
    let until = times.get(oldest).map_or(now.0, |at| at.saturating_add(window));
    let what = match limit.channels.as_slice() {
        [_] | [Channel::Email, _] => format!("over {}", name(limit.channels.first().copied())),
        _ => "over all channels".to_owned(),
    };
    let evidence = format!("{} of at most {} {what} within {} days.", times.len(), limit.most, limit.days);
    Some(Full { reason: limit.reason, until: Millis(until.max(now.0 + 1)), evidence })
}

fn name(channel: Option<Channel>) -> &'static str {
    match channel {
        Some(Channel::Email) => "mail",
        Some(Channel::Sms) => "SMS",
        Some(Channel::InApp) => "the app",
        Some(Channel::Post) => "post",
        Some(Channel::Call) => "the phone",
        Some(Channel::Video) => "video",
        Some(Channel::Retargeting) => "advertisements",
        None => "this channel",
    }
}

/// Half as many; where that would be no whole number, as many within twice the time.
fn halved(cap: Cap) -> Cap {
    if cap.most >= 2 && cap.most.is_multiple_of(2) {
        Cap { most: cap.most / 2, ..cap }
    } else {
        Cap { days: cap.days.saturating_mul(2), ..cap }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = Millis(1_700_000_000_000);

    fn past(channel: Channel, days_ago: i64) -> PastTouch {
        PastTouch {
            campaign: 1,
            entry: 1,
            step: 1,
            message: None,
            channel,
            state: State::Sent,
            reason: None,
            angle: None,
            due_at: NOW,
            counted_at: Some(Millis(NOW.0 - days_ago * MILLIS_PER_DAY)),
        }
    }

    fn check(past: &[PastTouch], channel: Channel, fewer: bool, expected: Option<(Reason, i64)>) {
        let full = allows(&Rules::default(), past, channel, fewer, NOW).err();
        let days = |until: Millis| (until.0 - NOW.0) / MILLIS_PER_DAY;
        assert_eq!(full.map(|full| (full.reason, days(full.until))), expected);
    }

    #[test]
    fn each_channel_and_all_together_are_full_at_their_figures() {
        use Channel::{Call, Email, InApp, Post, Sms, Video};
        check(&[past(Email, 1)], Email, false, None);
        check(&[past(Email, 1), past(Email, 3)], Email, false, Some((Reason::ChannelCap, 4)));
        check(&[past(Email, 1), past(Email, 7)], Email, false, None);
        check(&[past(Email, 1), past(Video, 2)], Email, false, Some((Reason::ChannelCap, 5)));
        check(&[past(Email, 1), past(Email, 2)], Sms, false, None);
        check(&[past(Sms, 6)], Sms, false, Some((Reason::ChannelCap, 1)));
        check(&[past(Post, 59)], Post, false, Some((Reason::ChannelCap, 1)));
        check(&[past(Call, 13)], Call, false, Some((Reason::ChannelCap, 1)));
        let many: Vec<PastTouch> = (0..8).map(|n| past(if n % 2 == 0 { Email } else { InApp }, 20 + n)).collect();
        check(&many, Email, false, Some((Reason::TotalCap, 3)));
        check(&many[1..], Email, false, None);
    }

    #[test]
    fn fewer_is_half_as_many_whatever_the_figure() {
        check(&[past(Channel::Email, 6)], Channel::Email, true, Some((Reason::ChannelCap, 1)));
        check(&[past(Channel::Sms, 13)], Channel::Sms, true, Some((Reason::ChannelCap, 1)));
        check(&[past(Channel::Sms, 14)], Channel::Sms, true, None);
        assert_eq!(halved(Cap { most: 3, days: 7 }), Cap { most: 3, days: 14 });
    }

    #[test]
    fn what_does_not_count_is_not_counted() {
        let released = PastTouch { counted_at: None, state: State::Skipped, ..past(Channel::Sms, 1) };
        check(&[released], Channel::Sms, false, None);
    }
}
