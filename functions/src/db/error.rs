//! The one place that tells what an error of D1 means.

/// What a caller can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DbError {
    /// Overloaded, locked or reset: waiting helps, and nothing was written.
    #[error("the database is busy")]
    Busy,
    /// The plan's rows for today are used up until 00:00 UTC.
    #[error("the database's daily limit is used up")]
    DailyLimit,
    #[error("the database is full")]
    Full,
    /// Which one, such as `UNIQUE constraint failed: users.email`.
    #[error("{0}")]
    Constraint(String),
    #[error("{0}")]
    Bug(String),
}

impl DbError {
    /// Reads D1's message, which is all that it gives.
    pub fn classify(message: &str) -> Self {
        let text = message.to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
        if has(&["constraint failed"]) {
            Self::Constraint(message.to_owned())
        } else if text.contains("daily") && has(&["limit", "quota"]) || has(&["rows read limit", "rows written limit"]) {
            Self::DailyLimit
        } else if has(&["disk is full", "sqlite_full", "maximum db size", "maximum database size", "maximum account storage"]) {
            Self::Full
        } else if has(&[
            "too many requests queued",
            "overloaded",
            "sqlite_busy",
            "sqlite_locked",
            "database is locked",
            "database table is locked",
            "operation exceeded timeout",
            "object to be reset",
            "object reset",
            "network connection lost",
            "transient issue",
            "reset because its code was updated",
        ]) {
            Self::Busy
        } else {
            Self::Bug(message.to_owned())
        }
    }

    /// Somebody else changed the row of `table` since its version was read: see [`crate::extract::IfMatch`].
    pub fn is_stale(&self, table: &str) -> bool {
        self.is_stale_at(&format!("{table}.version"))
    }

    /// The same where one row holds several versions: `column` is the one's own (`table.column`).
    pub fn is_stale_at(&self, column: &str) -> bool {
        self.is_missing(column)
    }

    /// A statement's condition on `column` (`table.column`) did not hold, so that it left null where none may be.
    pub fn is_missing(&self, column: &str) -> bool {
        matches!(self, Self::Constraint(text) if text.contains("NOT NULL") && text.contains(column))
    }

    /// The unique constraint on `column` (`table.column`) refused the write.
    pub fn is_duplicate_of(&self, column: &str) -> bool {
        matches!(self, Self::Constraint(text) if text.contains("UNIQUE") && text.contains(column))
    }
}

/// `run` and `batch` give a D1 error whose text is its cause's; `all` an unknown JavaScript error with the text in either place.
impl From<worker::Error> for DbError {
    fn from(error: worker::Error) -> Self {
        let text = match &error {
            worker::Error::D1(inner) => {
                let outer: &worker::js_sys::Error = inner.as_ref();
                format!("{}: {}", String::from(outer.message()), inner.cause())
            }
            worker::Error::UnknownJsError { message, cause, .. } => match cause {
                Some(cause) => format!("{message}: {cause}"),
                None => message.clone(),
            },
            other => other.to_string(),
        };
        Self::classify(&text)
    }
}

impl From<crate::random::NoRandom> for DbError {
    fn from(error: crate::random::NoRandom) -> Self {
        Self::Bug(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_d1_become_what_a_caller_can_act_on() {
        for (message, expected) in [
            ("D1_ERROR: too many requests queued", DbError::Busy),
            ("D1_ERROR: D1 DB is overloaded. Requests queued for too long.", DbError::Busy),
            ("D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.", DbError::Busy),
            ("D1_ERROR: Network connection lost.", DbError::Busy),
            ("D1_ERROR: database is locked: SQLITE_BUSY", DbError::Busy),
            (
                "D1_ERROR: Your account has exceeded D1's free tier daily row write limit. Upgrade to a paid plan or wait until \
                 tomorrow (midnight UTC) to continue.",
                DbError::DailyLimit,
            ),
            (
                "D1_ERROR: Your account has exceeded D1's free tier daily row read limit. Upgrade to a paid plan or wait until \
                 tomorrow (midnight UTC) to continue.",
                DbError::DailyLimit,
            ),
            ("D1_ERROR: You have exceeded the daily limit of rows written", DbError::DailyLimit),
            ("D1_ERROR: Your account has exceeded D1's maximum account storage limit", DbError::Full),
            ("D1_ERROR: Exceeded maximum DB size", DbError::Full),
            ("D1_ERROR: database or disk is full: SQLITE_FULL", DbError::Full),
        ] {
            assert_eq!(DbError::classify(message), expected, "{message}");
        }
        assert!(matches!(DbError::classify("D1_ERROR: no such column: x: SQLITE_ERROR"), DbError::Bug(_)));
    }

    #[test]
    fn a_broken_constraint_names_its_column() {
        let error = DbError::classify("D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT");
        assert!(error.is_duplicate_of("users.email"));
        assert!(!error.is_duplicate_of("users.public_id"));
        let error = DbError::classify("D1_ERROR: NOT NULL constraint failed: shop.rates_version: SQLITE_CONSTRAINT");
        assert!(error.is_stale_at("shop.rates_version"));
        assert!(!error.is_stale_at("shop.thresholds_version") && !error.is_stale("shop"));
    }
}
