//! By what roll-ups are told apart.

use serde::{Deserialize, Serialize};

use super::super::outcome::{Arm, Entered};
use crate::campaign::Channel;
use crate::message::Angle;
use crate::offer;
use crate::reason::Reason;
use crate::segment::{Engagement, ValueTier, WinBack};
use crate::time::Day;

/// One row of roll-ups. A report over all campaigns reads, a campaign and arm, one row a day of entry and one a month and value of a
/// dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub campaign: i64,
    pub arm: Arm,
    /// Whether windows are closed. An entry moves from one row to the other when its window closes, and only ripe ones are in an
    /// inference.
    pub ripe: bool,
    /// The day of entry for [`Dimension::All`], so that looks in the order of entry and cohorts can be read off; for others the first day
    /// of its month.
    pub from: Day,
    pub dimension: Dimension,
}

/// What is known of an entry in both arms alike: at its beginning, or of the touches planned for it, sent or not.
///
/// All but [`Self::Step`] and [`Self::Variant`] divide entries: each is in one value. An entry is in every step that it came to, and a
/// comparison of later steps is an association: only those came to them who had not returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    All,
    Value(ValueTier),
    Reason(Reason),
    Engagement(Engagement),
    WinBack(WinBack),
    /// The merged segment's number.
    Segment(i64),
    /// Of the first touch planned, as are the next three; in the holdout of what would have been sent.
    Channel(Channel),
    /// None for a message without an offer.
    Offer(Option<offer::Kind>),
    Angle(Angle),
    /// 0 to 23, in the person's zone.
    Hour(u8),
    Step(u8),
    Variant {
        step: u8,
        variant: u8,
    },
}

/// What is frozen of an entry besides [`Entered`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frozen {
    pub value: ValueTier,
    pub reason: Reason,
    pub engagement: Engagement,
    pub win_back: WinBack,
    pub segment: Option<i64>,
    /// None before the first touch is planned.
    pub lead: Option<Lead>,
    /// Steps that came to be planned, each with its variant.
    pub steps: Vec<(u8, u8)>,
}

/// The first touch planned, sent or not, or what would have been sent to somebody held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lead {
    pub channel: Channel,
    pub offer: Option<offer::Kind>,
    pub angle: Option<Angle>,
    pub hour: Option<u8>,
}

/// Every row that an entry is counted in, each once. `ripe` as its outcome says.
pub fn keys(campaign: i64, entry: &Entered, frozen: &Frozen, ripe: bool) -> Vec<Key> {
    let mut dimensions = vec![
        Dimension::All,
        Dimension::Value(frozen.value),
        Dimension::Reason(frozen.reason),
        Dimension::Engagement(frozen.engagement),
        Dimension::WinBack(frozen.win_back),
    ];
    dimensions.extend(frozen.segment.map(Dimension::Segment));
    if let Some(lead) = frozen.lead {
        dimensions.extend([Dimension::Channel(lead.channel), Dimension::Offer(lead.offer)]);
        dimensions.extend(lead.angle.map(Dimension::Angle));
        dimensions.extend(lead.hour.map(Dimension::Hour));
    }
    for (step, variant) in &frozen.steps {
        dimensions.extend([Dimension::Step(*step), Dimension::Variant { step: *step, variant: *variant }]);
    }
    dimensions.sort_unstable();
    dimensions.dedup();
    let day = entry.entered_at.day();
    let key = |dimension: Dimension| Key { campaign, arm: entry.arm, ripe, from: dimension.grain(day), dimension };
    dimensions.into_iter().map(key).collect()
}

/// The first day of a day's month.
pub fn month(day: Day) -> Day {
    let of_month = day.iso().get(8..).and_then(|days| days.parse::<i32>().ok()).unwrap_or(1);
    day.plus(1 - of_month)
}

impl Dimension {
    /// `all`, `value:high`, `offer:none`, `hour:14`, `variant:2.1`: as it is stored, and as the API names it.
    pub fn code(self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Value(value) => format!("value:{}", value.code()),
            Self::Reason(reason) => format!("reason:{}", reason.code()),
            Self::Engagement(engagement) => format!("engagement:{}", engagement.code()),
            Self::WinBack(win_back) => format!("win_back:{}", win_back.code()),
            Self::Segment(segment) => format!("segment:{segment}"),
            Self::Channel(channel) => format!("channel:{}", channel.code()),
            Self::Offer(offer) => format!("offer:{}", offer.map_or("none", offer::Kind::code)),
            Self::Angle(angle) => format!("angle:{}", angle.code()),
            Self::Hour(hour) => format!("hour:{hour}"),
            Self::Step(step) => format!("step:{step}"),
            Self::Variant { step, variant } => format!("variant:{step}.{variant}"),
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        let Some((name, value)) = code.split_once(':') else { return (code == "all").then_some(Self::All) };
        Some(match name {
            "value" => Self::Value(ValueTier::of_code(value)?),
            "reason" => Self::Reason(Reason::of_code(value)?),
            "engagement" => Self::Engagement(Engagement::of_code(value)?),
            "win_back" => Self::WinBack(WinBack::of_code(value)?),
            "segment" => Self::Segment(value.parse().ok()?),
            "channel" => Self::Channel(Channel::of_code(value)?),
            "offer" if value == "none" => Self::Offer(None),
            "offer" => Self::Offer(Some(offer::Kind::of_code(value)?)),
            "angle" => Self::Angle(Angle::of_code(value)?),
            "hour" => Self::Hour(value.parse().ok().filter(|hour| *hour < 24)?),
            "step" => Self::Step(value.parse().ok()?),
            "variant" => {
                let (step, variant) = value.split_once('.')?;
                Self::Variant { step: step.parse().ok()?, variant: variant.parse().ok()? }
            }
            _ => return None,
        })
    }

    /// `value` of `value:high`: figures of one name are compared with each other.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Value(_) => "value",
            Self::Reason(_) => "reason",
            Self::Engagement(_) => "engagement",
            Self::WinBack(_) => "win_back",
            Self::Segment(_) => "segment",
            Self::Channel(_) => "channel",
            Self::Offer(_) => "offer",
            Self::Angle(_) => "angle",
            Self::Hour(_) => "hour",
            Self::Step(_) => "step",
            Self::Variant { .. } => "variant",
        }
    }

    fn grain(self, day: Day) -> Day {
        if self == Self::All { day } else { month(day) }
    }
}
