//! Public identifiers: UUIDv7 as text.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A UUID in its canonical lower-case text form, as every id on the wire is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, format = "uuid")]
pub struct Id(String);

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("is not an id: expected a UUID such as 0193a1b2-0000-7000-8000-000000000000")]
pub struct NotAnId;

impl Id {
    /// A UUIDv7 from the time in milliseconds since 1970 and 80 random bits.
    pub fn from_parts(at_millis: i64, random: &[u8; 10]) -> Self {
        let millis = u64::try_from(at_millis).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(millis, random).into_uuid().hyphenated().to_string())
    }

    /// # Errors
    /// When `text` is not a hyphenated UUID.
    pub fn parse(text: &str) -> Result<Self, NotAnId> {
        if text.len() != 36 {
            return Err(NotAnId);
        }
        uuid::Uuid::parse_str(text).map(|id| Self(id.hyphenated().to_string())).map_err(|_| NotAnId)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Id {
    type Error = NotAnId;
    fn try_from(text: String) -> Result<Self, NotAnId> {
        Self::parse(&text)
    }
}

impl From<Id> for String {
    fn from(id: Id) -> Self {
        id.0
    }
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_version_7_sorts_by_time_and_reads_back() {
        let early = Id::from_parts(1_000, &[255; 10]);
        let late = Id::from_parts(2_000, &[0; 10]);
        assert!(early < late);
        assert_eq!(early.as_str().as_bytes()[14], b'7');
        assert_eq!(Id::parse(early.as_str()), Ok(early));
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "1", "0193a1b200007000800000000000000000000", "zzzzzzzz-0000-7000-8000-000000000000"] {
            assert_eq!(Id::parse(text), Err(NotAnId));
        }
    }
}
