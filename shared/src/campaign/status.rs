//! Where a campaign stands, and who may move it where.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::plan::Status;

/// What somebody wants to do with a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CampaignAction)]
pub enum Action {
    Edit,
    Approve,
    Launch,
    Undo,
    Pause,
    Resume,
    Finish,
    Archive,
    Restore,
}

/// Who wants it: their permissions, and what they did to this campaign.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Actor {
    pub may_edit: bool,
    pub may_approve: bool,
    pub may_send: bool,
    /// Changed something that the approval binds to.
    pub is_author: bool,
    /// A token of the API, which is nobody's second pair of eyes.
    pub is_token: bool,
}

/// What else must be so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ground {
    /// The shop wants two people.
    pub two_person: bool,
    /// An approval of exactly what is there stands.
    pub is_approved: bool,
    /// Its first touches have not left yet.
    pub is_undoable: bool,
}

/// Why not, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("This needs the permission to edit.")]
    MayNotEdit,
    #[error("This needs the permission to approve.")]
    MayNotApprove,
    #[error("This needs the permission to send.")]
    MayNotSend,
    #[error("Somebody who did not write it must approve it.")]
    Author,
    #[error("A token cannot approve where two people are needed.")]
    Token,
    #[error("Approve it first: something that the approval binds to has changed, or nobody has approved it.")]
    NotApproved,
    #[error("It cannot be undone any more: the first messages have left.")]
    TooLate,
    #[error("A campaign that is {0} cannot be changed in this way.")]
    State(&'static str),
}

impl Status {
    /// As the API names it, and as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Approved => "approved",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Finished => "finished",
            Self::Archived => "archived",
        }
    }

    pub fn of_code(code: &str) -> Option<Self> {
        let all = [Self::Draft, Self::Approved, Self::Running, Self::Paused, Self::Finished, Self::Archived];
        all.into_iter().find(|status| status.code() == code)
    }

    /// Where it stands after it.
    ///
    /// # Errors
    /// Why it may not be.
    pub fn may(self, action: Action, actor: &Actor, ground: &Ground) -> Result<Self, Refused> {
        let needs = |may: bool, refused: Refused| if may { Ok(()) } else { Err(refused) };
        match action {
            Action::Approve => needs(actor.may_approve, Refused::MayNotApprove)?,
            Action::Launch | Action::Undo | Action::Pause | Action::Resume | Action::Finish => {
                needs(actor.may_send, Refused::MayNotSend)?;
            }
            Action::Edit | Action::Archive | Action::Restore => needs(actor.may_edit, Refused::MayNotEdit)?,
        }
        match (action, self) {
            // Whatever an approval bound to is not what was approved any more.
            (Action::Edit, Self::Draft | Self::Approved) => Ok(Self::Draft),
            (Action::Edit, Self::Running) => Ok(Self::Running),
            (Action::Edit, Self::Paused) => Ok(Self::Paused),
            (Action::Approve, Self::Draft | Self::Approved | Self::Running | Self::Paused) => {
                needs(!(ground.two_person && actor.is_author), Refused::Author)?;
                needs(!(ground.two_person && actor.is_token), Refused::Token)?;
                Ok(if self == Self::Draft { Self::Approved } else { self })
            }
            // Twice is once.
            (Action::Launch, Self::Running) => Ok(Self::Running),
            (Action::Launch, Self::Approved) => {
                needs(ground.is_approved, Refused::NotApproved)?;
                Ok(Self::Running)
            }
            (Action::Launch, Self::Draft) => Err(Refused::NotApproved),
            (Action::Undo, Self::Running | Self::Paused) => {
                needs(ground.is_undoable, Refused::TooLate)?;
                Ok(Self::Approved)
            }
            (Action::Pause, Self::Running | Self::Paused) => Ok(Self::Paused),
            (Action::Resume, Self::Running) => Ok(Self::Running),
            (Action::Resume, Self::Paused) => {
                needs(ground.is_approved, Refused::NotApproved)?;
                Ok(Self::Running)
            }
            (Action::Finish, Self::Running | Self::Paused | Self::Finished) => Ok(Self::Finished),
            (Action::Archive, Self::Draft | Self::Approved | Self::Finished | Self::Archived) => Ok(Self::Archived),
            (Action::Restore, Self::Archived) => Ok(Self::Draft),
            (_, state) => Err(Refused::State(state.code())),
        }
    }
}
