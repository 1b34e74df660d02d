//! When to try again.

/// What the answer to a batch asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Try the same batch again after so many seconds.
    Retry {
        seconds: u32,
    },
    /// The plan's writes of today are used up.
    DailyLimit,
    GiveUp,
}

/// The longest pause between two tries, in seconds.
const LONGEST: u32 = 60;

/// An unexpected error of the server is tried again this often before it is shown.
const TRIES_AFTER_ERROR: u32 = 5;

/// `status` is none where no answer came; `attempt` counts the failures of this batch, from 1; `retry_after` is the header's.
pub fn next(status: Option<u16>, code: &str, attempt: u32, retry_after: Option<u32>) -> Next {
    match status {
        _ if code == "daily_limit" => Next::DailyLimit,
        None | Some(429 | 502 | 503 | 504) => {
            Next::Retry { seconds: retry_after.unwrap_or_else(|| doubled(attempt)).clamp(1, LONGEST) }
        }
        Some(500) if attempt < TRIES_AFTER_ERROR => Next::Retry { seconds: doubled(attempt) },
        Some(_) => Next::GiveUp,
    }
}

fn doubled(attempt: u32) -> u32 {
    2_u32.saturating_pow(attempt.saturating_sub(1)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_or_missing_server_is_tried_again_ever_more_slowly_and_for_ever() {
        let waits: Vec<_> = (1..9).map(|attempt| next(Some(503), "", attempt, None)).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60].map(|seconds| Next::Retry { seconds }));
        assert_eq!(next(None, "", 1_000, None), Next::Retry { seconds: 60 });
    }

    #[test]
    fn the_server_s_own_wish_is_kept_within_a_minute() {
        assert_eq!(next(Some(503), "", 1, Some(7)), Next::Retry { seconds: 7 });
        assert_eq!(next(Some(429), "", 1, Some(3_600)), Next::Retry { seconds: 60 });
    }

    #[test]
    fn the_daily_limit_is_no_error() {
        assert_eq!(next(Some(429), "daily_limit", 1, Some(3_600)), Next::DailyLimit);
    }

    #[test]
    fn an_error_of_the_server_is_shown_after_five_tries_and_a_refusal_at_once() {
        assert_eq!(next(Some(500), "", 4, None), Next::Retry { seconds: 8 });
        assert_eq!(next(Some(500), "", 5, None), Next::GiveUp);
        assert_eq!(next(Some(409), "", 1, None), Next::GiveUp);
    }
}
