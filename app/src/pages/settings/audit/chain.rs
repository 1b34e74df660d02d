//! Whether the log is still as it was written, in words.

use leptos::prelude::*;
use shared::api::Chain;

use crate::components::{Notice, NoticeKind};
use crate::format::plural;
use crate::locale;
use crate::session::use_session;

#[component]
pub(super) fn ChainNotice(chain: Chain) -> impl IntoView {
    let session = use_session();
    let checked = chain.checked_at.as_ref().map(|at| locale::moment(at, &untrack(|| session.zone())));
    match chain.broken_at {
        Some(entry) => view! {
            <Notice kind=NoticeKind::Problem title="The log was tampered with">
                {format!(
                    "Entry {} was changed, removed or slipped in after it had been sealed. Somebody with access to the database did this: an \
                     owner's account at Cloudflare, or a token for it. Keep a copy of the database, change those secrets, and do not rely on \
                     entries from there on.",
                    locale::count(entry),
                )}
            </Notice>
        }
        .into_any(),
        None => view! { <p class="s lead-in">{told(&chain, checked, locale::count)}</p> }.into_any(),
    }
}

/// `1,204 entries are sealed, checked on 22 Nov 2026, 02:17: nothing was changed since. 3 wait for the next hour's seal.`
fn told(chain: &Chain, checked: Option<String>, count: fn(u64) -> String) -> String {
    let sealed = format!("{} {} sealed", count(chain.sealed), plural(chain.sealed, "entry is", "entries are"));
    let checked = match checked {
        Some(at) => format!("{sealed}, checked on {at}: nothing was changed since it was written."),
        None => format!("{sealed}. The first check comes tonight."),
    };
    match chain.waiting {
        0 => checked,
        waiting => format!("{checked} {} {} for the next hour's seal.", count(waiting), plural(waiting, "waits", "wait")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seals_are_told_in_words() {
        let chain = |sealed, waiting| Chain { sealed, waiting, checked_at: None, broken_at: None };
        let text = |chain, checked: Option<&str>| told(&chain, checked.map(Into::into), |count| count.to_string());
        assert_eq!(
            text(chain(1, 0), Some("today")),
            "1 entry is sealed, checked on today: nothing was changed since it was written."
        );
        assert_eq!(
            text(chain(40, 2), None),
            "40 entries are sealed. The first check comes tonight. 2 wait for the next hour's seal."
        );
    }
}
