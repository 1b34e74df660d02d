//! One planned contact with one person: where it stands, and why it was not sent.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a touch stands.
///
/// `planned → claimed → sending → sent → delivered`, or what stands for it. From [`Self::Sending`] on a message may be on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = TouchState)]
pub enum State {
    Planned,
    /// Waits for a reason, until its hold expires.
    Held,
    /// A run has it, for as long as its lease lasts; free again after that.
    Claimed,
    /// The provider is being asked, or was when a run ended.
    Sending,
    /// The provider has it.
    Sent,
    Delivered,
    Bounced,
    Complained,
    /// Will not be sent, for a reason.
    Skipped,
    /// The provider refused it for good.
    Failed,
    /// The provider may have it: nothing repeats it, events and look-ups settle it.
    Unknown,
    /// What somebody of the holdout would have got.
    Ghost,
    /// A person of the team has it as a task.
    Task,
}

macro_rules! reasons {
    ($($(#[doc = $about:literal])* $one:ident $code:literal $words:literal;)+) => {
        /// Why a touch waits, is not sent, or somebody does not enter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = NotSentReason)]
        pub enum Reason {
            $($(#[doc = $about])* $one,)+
        }

        impl Reason {
            pub const ALL: &[Self] = &[$(Self::$one),+];

            /// As the API names it, and as it is stored.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$one => $code,)+
                }
            }

            /// What a marketer reads.
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$one => $words,)+
                }
            }

            pub fn of_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

reasons! {
    /// Of the whole shop's holdout: in no campaign.
    GlobalHoldout "global_holdout" "Held out from all campaigns, to measure what they earn";
    /// Of the campaign's holdout.
    Holdout "holdout" "Held out from this campaign, to measure what it earns";
    /// See `segment::Exclusion`.
    Excluded "excluded" "Left out of offers";
    /// A campaign of the same kind has them, or had them too lately.
    InOtherCampaign "in_other_campaign" "In another campaign at the time";
    /// Went through this one already, or too lately.
    EnteredBefore "entered_before" "Went through this campaign before";
    /// No address for any channel of it.
    NoAddress "no_address" "No address for this channel";
    /// No proof of consent.
    NoConsent "no_consent" "No consent for this channel";
    /// A consent that lapsed.
    ConsentLapsed "consent_lapsed" "The consent has lapsed";
    OptedOut "opted_out" "Opted out";
    /// Called a message spam.
    Complaint "complaint" "Complained about a message";
    /// The address does not exist.
    HardBounce "hard_bounce" "The address does not work";
    /// Typed wrong, of a role, or thrown away after use.
    DoubtfulAddress "doubtful_address" "The address looks mistyped, shared or disposable";
    /// Paused messages for a while.
    AskedForPause "asked_for_pause" "Asked for a pause";
    /// Ordered, logged in again, or resumed.
    Reengaged "reengaged" "Came back to the shop by themselves";
    /// Bought since the touch was planned.
    Purchased "purchased" "Ordered since";
    /// Bought within the last two days.
    JustOrdered "just_ordered" "Ordered within the last 48 hours";
    /// Answered; a person takes over.
    Replied "replied" "Answered: a person takes over";
    OpenConversation "open_conversation" "A conversation is open";
    OpenTicket "open_ticket" "A support ticket is open";
    AttemptsExhausted "attempts_exhausted" "Every attempt was made";
    /// The account is closed or deleted.
    AccountClosed "account_closed" "The account is closed";
    Erased "erased" "Was erased";
    Uninstalled "uninstalled" "Uninstalled the app";
    /// Of the campaign, its channel, or the day.
    BudgetSpent "budget_spent" "The budget is spent";
    OfferExpired "offer_expired" "The offer has ended";
    Guardrail "guardrail" "A guardrail forbids the offer";
    /// Past its hold's expiry, or the end of the calendar.
    TooLate "too_late" "Too late to be of use";
    /// Enough over this channel by now.
    ChannelCap "channel_cap" "Got enough over this channel lately";
    /// Enough over all channels by now.
    TotalCap "total_cap" "Got enough messages lately";
    QuietHours "quiet_hours" "Outside the hours for this channel";
    /// All sending was stopped by a person.
    SendingStopped "sending_stopped" "All sending is stopped";
    CampaignPaused "campaign_paused" "The campaign is paused";
    CampaignEnded "campaign_ended" "The campaign has ended";
    /// Waits for what becomes of the first share.
    Canary "canary" "Waits for the results of the first messages";
    /// A sender that is warmed up sends so many a day.
    Warmup "warmup" "Waits for its turn while the sender is warmed up";
    /// No provider is connected, or it does not work.
    NotConnected "not_connected" "No sender is connected for this channel";
    /// The provider asked for a break, or its circuit is open.
    ProviderPaused "provider_paused" "The sender asked for a break";
    /// The provider refused the message for good.
    Refused "refused" "The sender refused the message";
    /// What is offered has no code yet.
    CodePending "code_pending" "Waits for its code";
    /// The lint finds an error in the message for this person.
    Lint "lint" "The message has an error for this person";
    /// A country that is not among those that may be written to.
    CountryNotAllowed "country_not_allowed" "This country is not allowed for this channel";
    /// The condition of the step does not hold for them.
    NotForThem "not_for_them" "The step is not for them";
    /// Nobody knows whether it arrived.
    Unknown "unknown" "The sender did not say whether it took the message";
    /// Opted out of profiling: nothing is decided about them.
    Objected "objected" "Objected to profiling";
    /// Merged into another customer.
    Merged "merged" "Merged into another customer";
}

macro_rules! states {
    ($($one:ident $code:literal),+) => {
        impl State {
            pub const ALL: &[Self] = &[$(Self::$one),+];

            /// As the API names it, and as it is stored.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$one => $code,)+
                }
            }

            pub fn of_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }
    };
}

states!(
    Planned "planned", Held "held", Claimed "claimed", Sending "sending", Sent "sent", Delivered "delivered", Bounced "bounced",
    Complained "complained", Skipped "skipped", Failed "failed", Unknown "unknown", Ghost "ghost", Task "task"
);

impl State {
    /// Counts against caps: it was sent, may have been, or is about to be.
    pub fn counts(self) -> bool {
        matches!(
            self,
            Self::Claimed
                | Self::Sending
                | Self::Sent
                | Self::Delivered
                | Self::Bounced
                | Self::Complained
                | Self::Unknown
                | Self::Task
        )
    }

    /// Nothing more comes of it by itself.
    pub fn is_settled(self) -> bool {
        !matches!(self, Self::Planned | Self::Held | Self::Claimed | Self::Sending | Self::Unknown)
    }
}
