//! What is known of somebody when it is decided whether and how to reach them.

use std::collections::BTreeMap;

use super::doubt::AddressDoubt;
use super::habits::Habits;
use super::{Channel, touch};
use crate::api::Tier;
use crate::consent;
use crate::reason::Reason;
use crate::segment::{Engagement, Exclusion, ValueTier};
use crate::time::Millis;

/// A customer with their contacts, as they stand now.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub value: ValueTier,
    pub reason: Reason,
    pub engagement: Engagement,
    pub tier: Tier,
    pub excluded: Option<Exclusion>,
    pub objected: bool,
    pub merged: bool,
    pub erased: bool,
    /// Closed their account; a term that ended is no closed account.
    pub closed: bool,
    pub uninstalled: bool,
    /// Of a paid order, a renewal or a payment that went through.
    pub last_order_at: Option<Millis>,
    /// When they came back by themselves: a log-in or a resumption. A visit from a link of ours is a response, not this.
    pub back_at: Option<Millis>,
    pub open_ticket: bool,
    /// A person of the team talks with them; until somebody closes it.
    pub open_conversation: bool,
    /// In the order in which they are to be asked.
    pub contacts: Vec<Contact>,
}

/// One person of a customer, with what decides how they may be reached. Holds no address.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Contact {
    pub id: i64,
    pub role: Option<String>,
    pub has_email: bool,
    pub has_phone: bool,
    pub has_post: bool,
    /// Two letters of ISO 3166-1.
    pub country: Option<String>,
    /// A name of the IANA database, as the profile has it.
    pub time_zone: Option<String>,
    /// The first digits of the phone number with its `+`: as many as tell the area, `+1212`.
    pub phone_prefix: Option<String>,
    pub consent: consent::Present,
    /// Channels that are closed for good, with why: a complaint, a bounce.
    pub suppressed: BTreeMap<Channel, touch::Reason>,
    pub doubt: Option<AddressDoubt>,
    pub paused_until: Option<Millis>,
    /// Wants half as many messages.
    pub fewer: bool,
    /// As they said themselves.
    pub preferred: Option<Channel>,
    /// Their last click, reply or visit over each channel.
    pub engaged: BTreeMap<Channel, Millis>,
    pub habits: Habits,
    /// The last of all of these.
    pub engaged_at: Option<Millis>,
}

impl Default for Person {
    fn default() -> Self {
        Self {
            value: ValueTier::default(),
            reason: Reason::default(),
            engagement: Engagement::default(),
            tier: Tier::NotScored,
            excluded: None,
            objected: false,
            merged: false,
            erased: false,
            closed: false,
            uninstalled: false,
            last_order_at: None,
            back_at: None,
            open_ticket: false,
            open_conversation: false,
            contacts: Vec::new(),
        }
    }
}

impl Contact {
    /// There is somewhere to send it. An app or a site shows what it has to whoever comes.
    pub fn has_address(&self, channel: Channel) -> bool {
        match channel {
            Channel::Email | Channel::Video | Channel::Retargeting => self.has_email,
            Channel::Sms | Channel::Call => self.has_phone,
            Channel::Post => self.has_post,
            Channel::InApp => true,
        }
    }
}
