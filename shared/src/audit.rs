//! What the audit log knows, and how an entry reads as a sentence.

use crate::api::{AuditEntry, Field};

/// What somebody did. The code is stored and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    SignedIn,
    SignInFailed,
    SignedOut,
    SessionEnded,
    LinkMade,
    PersonAdded,
    PersonChanged,
    TokenMade,
    TokenRevoked,
    ShopChanged,
    RatesChanged,
    MarginsChanged,
    ThresholdsChanged,
    ThresholdsReset,
    ModelUploaded,
    ModelUsed,
    ImportStarted,
    ImportCancelled,
    SourceAdded,
    SourceChanged,
    SourceRemoved,
    SourcePulled,
    SampleRemoved,
    JobAsked,
    CustomerChanged,
    CustomersChanged,
    NoteAdded,
    NoteChanged,
    NoteRemoved,
    ViewSaved,
    ViewChanged,
    ViewRemoved,
    CustomersExported,
    RejectedRowsExported,
    ImportsExported,
    AuditExported,
    SourceStopped,
    SendingStopped,
    RetentionChanged,
    CustomersMerged,
    MergeUndone,
    DeadLetterReplayed,
    DeadLetterDropped,
    DeadLettersReplayed,
    CustomerExported,
    ErasureAsked,
    CustomerErased,
    SourceErased,
    PrivacyRequestAdded,
    PrivacyRequestChanged,
    GuardrailsChanged,
    OfferAdded,
    OfferChanged,
    OfferRemoved,
    ImprovementAdded,
    ImprovementChanged,
    ImprovementRemoved,
    ImprovementAnnounced,
    ReasonSet,
    TopicsChanged,
    ExclusionsChanged,
    TraitsDeclared,
    SegmentSaved,
    SegmentChanged,
    SegmentRemoved,
    FulfilmentAdded,
    FulfilmentChanged,
    FulfilmentRemoved,
    FulfilmentTested,
    ChannelAdded,
    ChannelChanged,
    ChannelRemoved,
    ChannelTested,
    CodesUploaded,
    InterventionBegun,
    InterventionChanged,
    CampaignAdded,
    CampaignChanged,
    CampaignRemoved,
    BrandChanged,
    BlockAdded,
    BlockChanged,
    BlockRemoved,
    ProofAdded,
    ProofChanged,
    ProofRemoved,
    ImageAdded,
    ImageRemoved,
    TestSent,
    CopywriterChanged,
    CopywriterTested,
    CampaignApproved,
    CampaignLaunched,
    CampaignPaused,
    CampaignResumed,
    CampaignUndone,
    CampaignFinished,
    CampaignArchived,
    CampaignRepublished,
    PlanSaved,
    TaskChanged,
    SendingResumed,
    SendingRulesChanged,
}

/// Actions that a reader looks for together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    SignIns,
    People,
    Settings,
    Data,
    Customers,
    Views,
    /// Segments, offers, improvements.
    Plans,
    Exports,
}

/// Actor, what they did, and to what, before they are a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told<'a> {
    pub actor: &'a str,
    pub action: Action,
    /// As it was then; customers have none.
    pub object: Option<&'a str>,
    pub fields: &'a [Field],
}

impl Action {
    pub const ALL: [Self; 103] = [
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::SessionEnded,
        Self::LinkMade,
        Self::PersonAdded,
        Self::PersonChanged,
        Self::TokenMade,
        Self::TokenRevoked,
        Self::ShopChanged,
        Self::RatesChanged,
        Self::MarginsChanged,
        Self::ThresholdsChanged,
        Self::ThresholdsReset,
        Self::ModelUploaded,
        Self::ModelUsed,
        Self::ImportStarted,
        Self::ImportCancelled,
        Self::SourceAdded,
        Self::SourceChanged,
        Self::SourceRemoved,
        Self::SourcePulled,
        Self::SampleRemoved,
        Self::JobAsked,
        Self::CustomerChanged,
        Self::CustomersChanged,
        Self::NoteAdded,
        Self::NoteChanged,
        Self::NoteRemoved,
        Self::ViewSaved,
        Self::ViewChanged,
        Self::ViewRemoved,
        Self::CustomersExported,
        Self::RejectedRowsExported,
        Self::ImportsExported,
        Self::AuditExported,
        Self::SourceStopped,
        Self::SendingStopped,
        Self::RetentionChanged,
        Self::CustomersMerged,
        Self::MergeUndone,
        Self::DeadLetterReplayed,
        Self::DeadLetterDropped,
        Self::DeadLettersReplayed,
        Self::CustomerExported,
        Self::ErasureAsked,
        Self::CustomerErased,
        Self::SourceErased,
        Self::PrivacyRequestAdded,
        Self::PrivacyRequestChanged,
        Self::GuardrailsChanged,
        Self::OfferAdded,
        Self::OfferChanged,
        Self::OfferRemoved,
        Self::ImprovementAdded,
        Self::ImprovementChanged,
        Self::ImprovementRemoved,
        Self::ImprovementAnnounced,
        Self::ReasonSet,
        Self::TopicsChanged,
        Self::ExclusionsChanged,
        Self::TraitsDeclared,
        Self::SegmentSaved,
        Self::SegmentChanged,
        Self::SegmentRemoved,
        Self::FulfilmentAdded,
        Self::FulfilmentChanged,
        Self::FulfilmentRemoved,
        Self::FulfilmentTested,
        Self::ChannelAdded,
        Self::ChannelChanged,
        Self::ChannelRemoved,
        Self::ChannelTested,
        Self::CodesUploaded,
        Self::InterventionBegun,
        Self::InterventionChanged,
        Self::CampaignAdded,
        Self::CampaignChanged,
        Self::CampaignRemoved,
        Self::BrandChanged,
        Self::BlockAdded,
        Self::BlockChanged,
        Self::BlockRemoved,
        Self::ProofAdded,
        Self::ProofChanged,
        Self::ProofRemoved,
        Self::ImageAdded,
        Self::ImageRemoved,
        Self::TestSent,
        Self::CopywriterChanged,
        Self::CopywriterTested,
        Self::CampaignApproved,
        Self::CampaignLaunched,
        Self::CampaignPaused,
        Self::CampaignResumed,
        Self::CampaignUndone,
        Self::CampaignFinished,
        Self::CampaignArchived,
        Self::CampaignRepublished,
        Self::PlanSaved,
        Self::TaskChanged,
        Self::SendingResumed,
        Self::SendingRulesChanged,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::SessionEnded => "session_ended",
            Self::LinkMade => "link_made",
            Self::PersonAdded => "person_added",
            Self::PersonChanged => "person_changed",
            Self::TokenMade => "token_made",
            Self::TokenRevoked => "token_revoked",
            Self::ShopChanged => "shop_changed",
            Self::RatesChanged => "rates_changed",
            Self::MarginsChanged => "margins_changed",
            Self::ThresholdsChanged => "thresholds_changed",
            Self::ThresholdsReset => "thresholds_reset",
            Self::ModelUploaded => "model_uploaded",
            Self::ModelUsed => "model_used",
            Self::ImportStarted => "import_started",
            Self::ImportCancelled => "import_cancelled",
            Self::SourceAdded => "source_added",
            Self::SourceChanged => "source_changed",
            Self::SourceRemoved => "source_removed",
            Self::SourcePulled => "source_pulled",
            Self::SampleRemoved => "sample_removed",
            Self::JobAsked => "job_asked",
            Self::CustomerChanged => "customer_changed",
            Self::CustomersChanged => "customers_changed",
            Self::NoteAdded => "note_added",
            Self::NoteChanged => "note_changed",
            Self::NoteRemoved => "note_removed",
            Self::ViewSaved => "view_saved",
            Self::ViewChanged => "view_changed",
            Self::ViewRemoved => "view_removed",
            Self::CustomersExported => "customers_exported",
            Self::RejectedRowsExported => "rejected_rows_exported",
            Self::ImportsExported => "imports_exported",
            Self::AuditExported => "audit_exported",
            Self::SourceStopped => "source_stopped",
            Self::SendingStopped => "sending_stopped",
            Self::RetentionChanged => "retention_changed",
            Self::CustomersMerged => "customers_merged",
            Self::MergeUndone => "merge_undone",
            Self::DeadLetterReplayed => "dead_letter_replayed",
            Self::DeadLetterDropped => "dead_letter_dropped",
            Self::DeadLettersReplayed => "dead_letters_replayed",
            Self::CustomerExported => "customer_exported",
            Self::ErasureAsked => "erasure_asked",
            Self::CustomerErased => "customer_erased",
            Self::SourceErased => "source_erased",
            Self::PrivacyRequestAdded => "privacy_request_added",
            Self::PrivacyRequestChanged => "privacy_request_changed",
            Self::GuardrailsChanged => "guardrails_changed",
            Self::OfferAdded => "offer_added",
            Self::OfferChanged => "offer_changed",
            Self::OfferRemoved => "offer_removed",
            Self::ImprovementAdded => "improvement_added",
            Self::ImprovementChanged => "improvement_changed",
            Self::ImprovementRemoved => "improvement_removed",
            Self::ImprovementAnnounced => "improvement_announced",
            Self::ReasonSet => "reason_set",
            Self::TopicsChanged => "topics_changed",
            Self::ExclusionsChanged => "exclusions_changed",
            Self::TraitsDeclared => "traits_declared",
            Self::SegmentSaved => "segment_saved",
            Self::SegmentChanged => "segment_changed",
            Self::SegmentRemoved => "segment_removed",
            Self::FulfilmentAdded => "fulfilment_added",
            Self::FulfilmentChanged => "fulfilment_changed",
            Self::FulfilmentRemoved => "fulfilment_removed",
            Self::FulfilmentTested => "fulfilment_tested",
            Self::ChannelAdded => "channel_added",
            Self::ChannelChanged => "channel_changed",
            Self::ChannelRemoved => "channel_removed",
            Self::ChannelTested => "channel_tested",
            Self::CodesUploaded => "codes_uploaded",
            Self::InterventionBegun => "intervention_begun",
            Self::InterventionChanged => "intervention_changed",
            Self::CampaignAdded => "campaign_added",
            Self::CampaignChanged => "campaign_changed",
            Self::CampaignRemoved => "campaign_removed",
            Self::BrandChanged => "brand_changed",
            Self::BlockAdded => "block_added",
            Self::BlockChanged => "block_changed",
            Self::BlockRemoved => "block_removed",
            Self::ProofAdded => "proof_added",
            Self::ProofChanged => "proof_changed",
            Self::ProofRemoved => "proof_removed",
            Self::ImageAdded => "image_added",
            Self::ImageRemoved => "image_removed",
            Self::TestSent => "test_sent",
            Self::CopywriterChanged => "copywriter_changed",
            Self::CopywriterTested => "copywriter_tested",
            Self::CampaignApproved => "campaign_approved",
            Self::CampaignLaunched => "campaign_launched",
            Self::CampaignPaused => "campaign_paused",
            Self::CampaignResumed => "campaign_resumed",
            Self::CampaignUndone => "campaign_undone",
            Self::CampaignFinished => "campaign_finished",
            Self::CampaignArchived => "campaign_archived",
            Self::CampaignRepublished => "campaign_republished",
            Self::PlanSaved => "plan_saved",
            Self::TaskChanged => "task_changed",
            Self::SendingResumed => "sending_resumed",
            Self::SendingRulesChanged => "sending_rules_changed",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }

    pub fn group(self) -> Group {
        match self {
            Self::SignedIn | Self::SignInFailed | Self::SignedOut | Self::SessionEnded | Self::LinkMade => Group::SignIns,
            Self::PersonAdded | Self::PersonChanged | Self::TokenMade | Self::TokenRevoked => Group::People,
            Self::ShopChanged
            | Self::RatesChanged
            | Self::MarginsChanged
            | Self::ThresholdsChanged
            | Self::ThresholdsReset
            | Self::ModelUploaded
            | Self::ModelUsed
            | Self::SendingStopped
            | Self::TopicsChanged
            | Self::RetentionChanged
            | Self::GuardrailsChanged
            | Self::OfferAdded
            | Self::OfferChanged
            | Self::OfferRemoved
            | Self::ExclusionsChanged
            | Self::TraitsDeclared
            | Self::FulfilmentAdded
            | Self::FulfilmentChanged
            | Self::FulfilmentRemoved
            | Self::FulfilmentTested
            | Self::ChannelAdded
            | Self::ChannelChanged
            | Self::ChannelRemoved
            | Self::ChannelTested
            | Self::BrandChanged => Group::Settings,
            Self::CopywriterChanged | Self::CopywriterTested | Self::SendingResumed | Self::SendingRulesChanged => {
                Group::Settings
            }
            Self::ImportStarted
            | Self::ImportCancelled
            | Self::SourceAdded
            | Self::SourceChanged
            | Self::SourceRemoved
            | Self::SourcePulled
            | Self::SampleRemoved
            | Self::JobAsked
            | Self::SourceStopped
            | Self::SourceErased
            | Self::DeadLetterReplayed
            | Self::DeadLetterDropped
            | Self::DeadLettersReplayed
            | Self::CodesUploaded => Group::Data,
            Self::CustomerChanged
            | Self::CustomersChanged
            | Self::NoteAdded
            | Self::NoteChanged
            | Self::NoteRemoved
            | Self::CustomersMerged
            | Self::MergeUndone
            | Self::ErasureAsked
            | Self::CustomerErased
            | Self::PrivacyRequestAdded
            | Self::ReasonSet
            | Self::PrivacyRequestChanged
            | Self::InterventionBegun
            | Self::InterventionChanged
            | Self::TaskChanged => Group::Customers,
            Self::ImprovementAdded
            | Self::ImprovementChanged
            | Self::ImprovementRemoved
            | Self::ImprovementAnnounced
            | Self::CampaignAdded
            | Self::CampaignChanged
            | Self::CampaignRemoved
            | Self::CampaignApproved
            | Self::CampaignLaunched
            | Self::CampaignPaused
            | Self::CampaignResumed
            | Self::CampaignUndone
            | Self::CampaignFinished
            | Self::CampaignArchived
            | Self::CampaignRepublished
            | Self::PlanSaved
            | Self::BlockAdded
            | Self::BlockChanged
            | Self::BlockRemoved
            | Self::ProofAdded
            | Self::ProofChanged
            | Self::ProofRemoved
            | Self::ImageAdded
            | Self::ImageRemoved
            | Self::TestSent => Group::Plans,
            Self::ViewSaved
            | Self::ViewChanged
            | Self::ViewRemoved
            | Self::SegmentSaved
            | Self::SegmentChanged
            | Self::SegmentRemoved => Group::Views,
            Self::CustomersExported
            | Self::CustomerExported
            | Self::RejectedRowsExported
            | Self::ImportsExported
            | Self::AuditExported => Group::Exports,
        }
    }
}

impl Group {
    pub const ALL: [Self; 8] =
        [Self::SignIns, Self::People, Self::Settings, Self::Data, Self::Customers, Self::Views, Self::Plans, Self::Exports];

    pub fn code(self) -> &'static str {
        match self {
            Self::SignIns => "sign_ins",
            Self::People => "people",
            Self::Settings => "settings",
            Self::Data => "data",
            Self::Customers => "customers",
            Self::Views => "views",
            Self::Plans => "plans",
            Self::Exports => "exports",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.code() == code)
    }
}

/// The entry as a sentence, such as "Olga Owner changed Max Marketer: role from marketer to viewer."
pub fn sentence(told: Told<'_>) -> String {
    let Told { actor, action, object, fields } = told;
    let named = |without: &str| object.filter(|name| !name.is_empty()).unwrap_or(without).to_owned();
    let what = match action {
        Action::SignedIn => "signed in".to_owned(),
        Action::SignInFailed => "tried a sign-in link that is not valid".to_owned(),
        Action::SignedOut => "signed out".to_owned(),
        Action::SessionEnded => format!("ended a session of {}", named("somebody")),
        Action::LinkMade => format!("made a sign-in link for {}", named("somebody")),
        Action::PersonAdded => format!("added {} to the team", named("somebody")),
        Action::PersonChanged => format!("changed {}", named("somebody")),
        Action::TokenMade => format!("made the token {}", named("without a name")),
        Action::TokenRevoked => format!("revoked the token {}", named("without a name")),
        Action::ShopChanged => "changed the shop's settings".to_owned(),
        Action::RatesChanged => "changed the exchange rates".to_owned(),
        Action::MarginsChanged => "changed the margins".to_owned(),
        Action::ThresholdsChanged => "set own risk thresholds".to_owned(),
        Action::ThresholdsReset => "went back to the model's risk thresholds".to_owned(),
        Action::ModelUploaded => "brought in a model that a browser had fitted".to_owned(),
        Action::ModelUsed => "went back to an earlier model".to_owned(),
        Action::ImportStarted => format!("started an import of {}", named("a file")),
        Action::ImportCancelled => format!("cancelled the import of {}", named("a file")),
        Action::SourceAdded => format!("connected the source {}", named("without a name")),
        Action::SourceChanged => format!("changed the source {}", named("without a name")),
        Action::SourceRemoved => format!("removed the source {}", named("without a name")),
        Action::SourcePulled => format!("asked for the file of the source {}", named("without a name")),
        Action::SampleRemoved => "removed the sample shop".to_owned(),
        Action::JobAsked => format!("asked for a run of the job {}", named("without a name")),
        Action::CustomerChanged => "changed a customer".to_owned(),
        Action::CustomersChanged => "changed many customers at once".to_owned(),
        Action::NoteAdded => "wrote a note about a customer".to_owned(),
        Action::NoteChanged => "changed a note about a customer".to_owned(),
        Action::NoteRemoved => "removed a note about a customer".to_owned(),
        Action::ViewSaved => format!("saved the view {}", named("without a name")),
        Action::ViewChanged => format!("changed the view {}", named("without a name")),
        Action::ViewRemoved => format!("removed the view {}", named("without a name")),
        Action::CustomersExported => "exported customers".to_owned(),
        Action::RejectedRowsExported => format!("exported the rejected rows of {}", named("a file")),
        Action::ImportsExported => "exported the list of imports".to_owned(),
        Action::AuditExported => "exported the audit log".to_owned(),
        Action::SourceStopped => format!("took in that {} let us go", named("a store")),
        Action::SendingStopped => "stopped all sending".to_owned(),
        Action::RetentionChanged => "changed how long events are kept".to_owned(),
        Action::CustomersMerged => "merged two records of one person".to_owned(),
        Action::MergeUndone => "took two merged records apart again".to_owned(),
        Action::DeadLetterReplayed => format!("sent a message of {} again", named("a source")),
        Action::DeadLetterDropped => format!("dropped a message of {}", named("a source")),
        Action::DeadLettersReplayed => format!("sent all waiting messages of {} again", named("a source")),
        Action::CustomerExported => "exported all that is held on a customer".to_owned(),
        Action::ErasureAsked => "asked that a customer is erased".to_owned(),
        Action::CustomerErased => "erased a customer".to_owned(),
        Action::SourceErased => "erased all that a store sent".to_owned(),
        Action::PrivacyRequestAdded => "wrote down what a customer asked for".to_owned(),
        Action::PrivacyRequestChanged => "changed what a customer asked for".to_owned(),
        Action::GuardrailsChanged => "changed the limits of offers".to_owned(),
        Action::OfferAdded => format!("added the offer {}", named("without a name")),
        Action::OfferChanged => format!("changed the offer {}", named("without a name")),
        Action::OfferRemoved => format!("removed the offer {}", named("without a name")),
        Action::ImprovementAdded => format!("told of the improvement {}", named("without a name")),
        Action::ImprovementChanged => format!("changed the improvement {}", named("without a name")),
        Action::ImprovementRemoved => format!("removed the improvement {}", named("without a name")),
        Action::ImprovementAnnounced => format!("announced the improvement {}", named("without a name")),
        Action::ReasonSet => "said why a customer leaves".to_owned(),
        Action::TopicsChanged => "changed the words by which reasons are read".to_owned(),
        Action::ExclusionsChanged => "changed who is left out of offers".to_owned(),
        Action::TraitsDeclared => "changed the columns that segments may use".to_owned(),
        Action::SegmentSaved => format!("saved the segment {}", named("without a name")),
        Action::SegmentChanged => format!("changed the segment {}", named("without a name")),
        Action::SegmentRemoved => format!("removed the segment {}", named("without a name")),
        Action::FulfilmentAdded => format!("set up the way of giving {}", named("without a name")),
        Action::FulfilmentChanged => format!("changed the way of giving {}", named("without a name")),
        Action::FulfilmentRemoved => format!("removed the way of giving {}", named("without a name")),
        Action::FulfilmentTested => format!("tested the way of giving {}", named("without a name")),
        Action::ChannelAdded => format!("set up the way to send {}", named("without a name")),
        Action::ChannelChanged => format!("changed the way to send {}", named("without a name")),
        Action::ChannelRemoved => format!("removed the way to send {}", named("without a name")),
        Action::ChannelTested => format!("tested the way to send {}", named("without a name")),
        Action::CodesUploaded => format!("added codes to {}", named("a list")),
        Action::InterventionBegun => "began an intervention for a customer".to_owned(),
        Action::InterventionChanged => "changed an intervention for a customer".to_owned(),
        Action::CampaignAdded => format!("drafted the campaign {}", named("without a name")),
        Action::CampaignChanged => format!("changed the campaign {}", named("without a name")),
        Action::CampaignRemoved => format!("removed the campaign {}", named("without a name")),
        Action::BrandChanged => "changed the brand".to_owned(),
        Action::BlockAdded => format!("added the block {}", named("without a name")),
        Action::BlockChanged => format!("changed the block {}", named("without a name")),
        Action::BlockRemoved => format!("removed the block {}", named("without a name")),
        Action::ProofAdded => "added a proof".to_owned(),
        Action::ProofChanged => "changed a proof".to_owned(),
        Action::ProofRemoved => "removed a proof".to_owned(),
        Action::ImageAdded => "uploaded a picture".to_owned(),
        Action::ImageRemoved => "removed a picture".to_owned(),
        Action::TestSent => format!("sent themselves a test of the campaign {}", named("without a name")),
        Action::CopywriterChanged => "changed how language models are asked".to_owned(),
        Action::CopywriterTested => "tested the language model".to_owned(),
        Action::CampaignApproved => format!("approved the campaign {}", named("without a name")),
        Action::CampaignLaunched => format!("launched the campaign {}", named("without a name")),
        Action::CampaignPaused => format!("paused the campaign {}", named("without a name")),
        Action::CampaignResumed => format!("let the campaign {} go on", named("without a name")),
        Action::CampaignUndone => format!("took back the launch of the campaign {}", named("without a name")),
        Action::CampaignFinished => format!("ended the campaign {}", named("without a name")),
        Action::CampaignArchived => format!("archived the campaign {}", named("without a name")),
        Action::CampaignRepublished => format!("let the campaign {} take what was changed", named("without a name")),
        Action::PlanSaved => format!("saved the plan {}", named("without a name")),
        Action::TaskChanged => format!("worked on the task {}", named("without a name")),
        Action::SendingResumed => "let sending go on".to_owned(),
        Action::SendingRulesChanged => "changed the rules of sending".to_owned(),
    };
    let changes: Vec<String> = fields.iter().map(change).collect();
    if changes.is_empty() { format!("{actor} {what}.") } else { format!("{actor} {what}: {}.", changes.join(", ")) }
}

/// The sentence of an entry on the wire; that of another version of this program may hold a code unknown here.
pub fn sentence_of(entry: &AuditEntry) -> Option<String> {
    let object = entry.object.as_ref().and_then(|object| object.name.as_deref());
    let action = Action::parse(&entry.action)?;
    Some(sentence(Told { actor: &entry.actor.name, action, object, fields: &entry.fields }))
}

/// A field in words: its name with what became of it, but for those that read better by their value.
fn change(field: &Field) -> String {
    let name = field.name.replace('_', " ");
    match (name.as_str(), field.from.as_deref(), field.to.as_deref()) {
        ("method", None, Some(method)) => format!("by {method}"),
        ("days", None, Some(days)) => format!("for {days} days"),
        ("customers", None, Some(count)) => format!("{count} customers"),
        ("kind", None, Some(kind)) => kind.to_owned(),
        (_, None, Some("yes")) => name,
        (_, Some(from), Some(to)) => format!("{name} from {from} to {to}"),
        (_, None, Some(to)) => format!("{name} {to}"),
        (_, Some(from), None) => format!("{name} no longer {from}"),
        (_, None, None) => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(name: &str, from: Option<&str>, to: Option<&str>) -> Field {
        Field { name: name.to_owned(), from: from.map(str::to_owned), to: to.map(str::to_owned) }
    }

    fn check(action: Action, object: Option<&str>, fields: &[Field], expected: &str) {
        assert_eq!(sentence(Told { actor: "Olga Owner", action, object, fields }), expected);
    }

    #[test]
    fn an_entry_reads_like_a_sentence() {
        check(Action::SignedIn, None, &[], "Olga Owner signed in.");
        let role = field("role", Some("marketer"), Some("viewer"));
        check(Action::PersonChanged, Some("Max"), &[role], "Olga Owner changed Max: role from marketer to viewer.");
        let fields = [field("home_currency", Some("USD"), Some("EUR")), field("margin", None, Some("0.4"))];
        check(
            Action::ShopChanged,
            None,
            &fields,
            "Olga Owner changed the shop's settings: home currency from USD to EUR, margin 0.4.",
        );
        check(Action::CustomerChanged, None, &[field("tags", None, None)], "Olga Owner changed a customer: tags.");
        check(Action::SignedIn, None, &[field("method", None, Some("link"))], "Olga Owner signed in: by link.");
        let fields = [field("kind", None, Some("orders")), field("only_counted", None, Some("yes"))];
        check(Action::ImportStarted, Some("may.csv"), &fields, "Olga Owner started an import of may.csv: orders, only counted.");
        let fields = [field("permissions", None, Some("view and edit")), field("days", None, Some("90"))];
        check(
            Action::TokenMade,
            Some("Till"),
            &fields,
            "Olga Owner made the token Till: permissions view and edit, for 90 days.",
        );
        let fields = [field("customers", None, Some("12")), field("owner", None, Some("Max"))];
        check(Action::CustomersChanged, None, &fields, "Olga Owner changed many customers at once: 12 customers, owner Max.");
        let narrowed = [field("status", None, Some("failed, paused")), field("kind", None, Some("orders"))];
        check(
            Action::ImportsExported,
            None,
            &narrowed,
            "Olga Owner exported the list of imports: status failed, paused, orders.",
        );
        let gone = [field("immediate", Some("60 %"), None)];
        check(
            Action::ThresholdsReset,
            None,
            &gone,
            "Olga Owner went back to the model's risk thresholds: immediate no longer 60 %.",
        );
    }

    #[test]
    fn every_code_reads_back_and_is_its_own() {
        for action in Action::ALL {
            assert_eq!(Action::parse(action.code()), Some(action));
            assert_eq!(Action::ALL.iter().filter(|other| other.code() == action.code()).count(), 1);
            assert_eq!(Group::parse(action.group().code()), Some(action.group()));
        }
    }
}
