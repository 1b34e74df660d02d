//! What went wrong with a file, in words that say what to do.

use shared::import::OptionsError;

use super::super::run::JobError;
use crate::db::DbError;
use crate::gzip::Damage;
use crate::outbound;

/// Why there is no file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub text: String,
    /// It may be over by itself the next time.
    pub is_passing: bool,
}

/// Why a file is not gone on with.
#[derive(Debug)]
pub enum Stop {
    Job(JobError),
    Failed(Failed),
}

impl Failed {
    pub fn lasting(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_passing: false }
    }

    pub fn passing(text: impl Into<String>) -> Self {
        Self { text: text.into(), is_passing: true }
    }

    pub fn of_answer(failure: &outbound::Failure) -> Self {
        use outbound::Failure::{BrokenOff, Late, Redirect, Redirects, TooLarge, Unreachable};
        match failure {
            Redirect(_) | Redirects | TooLarge(_) => {
                Self::lasting(format!("The address cannot be used: {failure}. Write the address that the file really has"))
            }
            Unreachable => {
                Self::passing("The address cannot be reached: check it by opening it in a browser. It is tried again by itself")
            }
            Late => {
                Self::passing("The address is too slow or falls silent: it is tried again by itself. A smaller file may help")
            }
            BrokenOff => Self::passing("The file broke off before its end: it is tried again by itself"),
        }
    }

    pub fn of_status(status: u16) -> Self {
        match status {
            401 | 403 | 407 => Self::lasting(format!(
                "The address wants a sign-in (it answers {status}): store its token as the source's secret, or use an address that needs none"
            )),
            404 | 410 => Self::lasting(format!("There is no file at the address (it answers {status}): check the address")),
            429 => Self::passing("The address was asked too often (it answers 429): it is tried again later"),
            500..=599 => {
                Self::passing(format!("The server of the address has trouble (it answers {status}): it is tried again by itself"))
            }
            _ => Self::lasting(format!("The address answers {status} and sends no file: check the address")),
        }
    }

    /// Columns that a file must have and has not.
    pub fn of_columns(error: &OptionsError, header: &str) -> Self {
        Self::lasting(format!(
            "The columns do not fit: {error}. The file begins with: {header}. Name its columns in the source's settings, or change its header"
        ))
    }

    pub fn of_damage(damage: Damage) -> Self {
        match damage {
            Damage::Gzip => Self::passing("The file's gzip is damaged or broke off: it is tried again by itself"),
            Damage::Ratio => Self::lasting("The file unpacks to more than 100 times its size: send it without gzip"),
        }
    }
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Self::Failed(failed)
    }
}

impl From<JobError> for Stop {
    fn from(error: JobError) -> Self {
        Self::Job(error)
    }
}

impl From<DbError> for Stop {
    fn from(error: DbError) -> Self {
        Self::Job(JobError::from_db(error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_a_person_must_mend() {
        for (status, is_passing) in
            [(400, false), (401, false), (403, false), (404, false), (300, false), (429, true), (500, true), (503, true)]
        {
            let failed = Failed::of_status(status);
            assert_eq!(failed.is_passing, is_passing, "{status}");
            assert!(failed.text.contains(&status.to_string()), "{}", failed.text);
        }
        assert!(
            Failed::of_answer(&outbound::Failure::Late).is_passing
                && !Failed::of_answer(&outbound::Failure::Redirects).is_passing
        );
    }
}
