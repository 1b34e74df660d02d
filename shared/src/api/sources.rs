//! Sources: where data come from by themselves, how well they do, and what could not be applied.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::id::Id;
use crate::source::{Kind, Refusal};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceStatus {
    /// For its first message.
    Waiting,
    Live,
    /// By a person: what comes is refused, so that the sender tries again later or tells its owner.
    Paused,
    /// By the sender: the store uninstalled us.
    Stopped,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Source {
    pub id: Id,
    pub kind: Kind,
    pub name: String,
    pub status: SourceStatus,
    /// Where the sender is to send: an absolute address.
    pub address: String,
    pub settings: SourceSettings,
    /// The last four characters of each live write key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_hints: Vec<String>,
    /// Whole, and only of a kind whose key every visitor of a page can read anyway; else once, in the answer that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_key: Option<String>,
    /// Made by us for the sender's form; once, in the answer that makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Which secrets are stored: `signing`, and `signing_next` while the sender changes over; `bearer` of a pull.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// When its newest message came, and how long that one waited to be applied, in milliseconds.
    pub received_at: Option<String>,
    pub lag: Option<i64>,
    /// Why the last pull failed, and what to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Of a pull: when its address is asked next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_pull_at: Option<String>,
    pub created_at: String,
    pub version: u32,
}

/// What of a source is no secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceSettings {
    /// Of a pull: the file's address and what it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_kind: Option<crate::import::Kind>,
    /// Hours between two pulls, 1 to 168; 24 where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every_hours: Option<u32>,
    /// Of a pull: field to the name of the file's column, where the guess is wrong.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, String>,
    /// Of a browser key: pages that may send with it; any where it is empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<String>,
    /// Where the shop's pages stand, such as `https://shop.example`: links to products begin with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<String>,
    /// Messages that may come in a day; the plan's share where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_messages: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceAnswer {
    pub source: Source,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sources {
    pub sources: Vec<Source>,
}

/// `secrets`: of the sender, where it makes its own; at most two, the one in use first. Of a pull: one that is sent to its address as
/// `Authorization: Bearer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSource {
    pub kind: Kind,
    pub name: String,
    #[serde(default)]
    pub secrets: Vec<String>,
    #[serde(default)]
    pub settings: SourceSettings,
}

/// Whatever is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SourceChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<SourceSettings>,
    /// One or two, the one in use first; they replace those that are stored. Of a pull: one, or none to forget it. A pull's secret is
    /// also forgotten where its address changes to another host and no secret comes with the change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Vec<String>>,
    /// `new`: another write key beside those that are live; `revoke`: all but the newest are dead from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub write_key: Option<KeyChange>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyChange {
    New,
    Revoke,
}

/// Messages since the source was made. `accepted` counts each once, `duplicate` each time that one came again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceStats {
    pub accepted: u64,
    pub duplicate: u64,
    /// By reason: `bad_signature`, `unsigned`, `stale`, `too_large`, `bad_json`, `unknown_key`, `too_many`, `too_old`, `paused`, `forbidden`.
    pub rejected: BTreeMap<String, u64>,
    pub dead: u64,
    /// Accepted, but nothing is read from such a message.
    pub ignored: u64,
    /// Accepted and not applied yet.
    pub waiting: u64,
    /// Of visitors who have not said who they are.
    pub parked: u64,
    pub received_at: Option<String>,
    pub lag: Option<i64>,
    /// The last 14 days, oldest first.
    pub days: Vec<SourceDay>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceDay {
    /// ISO date.
    pub day: String,
    pub accepted: u64,
    pub duplicate: u64,
    pub rejected: u64,
    pub dead: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SourceStatsAnswer {
    pub stats: SourceStats,
}

/// The query of `GET /api/sources/{id}/messages`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// 1 to 200, default 50.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// Only those that came after this id of a message: for a page that looks again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
}

/// One message, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Message {
    pub id: u64,
    pub key: String,
    pub topic: String,
    pub received_at: String,
    /// `waiting`, `applied`, `parked`, `dead`.
    pub state: String,
    /// In a sentence: "Order 1001 of ada@example.com: $29.33".
    pub summary: String,
    /// Whose it is, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<Id>,
    /// As it came.
    pub body: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Messages {
    pub messages: Vec<Message>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetter {
    pub id: Id,
    pub source: Id,
    pub source_name: String,
    pub key: String,
    pub topic: String,
    pub body: String,
    pub refusal: Refusal,
    /// `dead`, `replayed`, `dropped`.
    pub status: String,
    pub received_at: String,
    pub died_at: String,
    pub version: u32,
}

/// The query of `GET /api/dead-letters`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeadLettersQuery {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Id>,
    /// `dead` where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetters {
    pub dead_letters: Vec<DeadLetter>,
    pub meta: DeadLettersMeta,
}

/// Of `GET` and `PATCH /api/dead-letters/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetterAnswer {
    pub dead_letter: DeadLetter,
}

/// `POST /api/dead-letters/replay`: all dead ones of a source, each as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeadLettersReplay {
    pub source: Id,
}

/// How many are applied again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLettersReplayed {
    pub replayed: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLettersMeta {
    pub total: u64,
    pub next_cursor: Option<String>,
}

/// What a person does with a dead letter: `PATCH /api/dead-letters/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "action", deny_unknown_fields)]
pub enum DeadLetterChange {
    /// Apply it again, as it is or as it was mended.
    Replay {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<String>,
    },
    Drop,
}
