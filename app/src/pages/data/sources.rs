//! Sources: what sends data by itself, how it is set up, how well it does, and what just came.

mod bars;
mod columns;
mod connect;
mod edit;
mod health;
mod held;
mod keys;
mod list;
mod one;
mod origins;
mod pull;
pub(super) mod raw;
mod remove;
mod secret;
mod setup;
mod since;
mod status;
mod steps;
mod tail;
mod waiting;
mod words;

use leptos::prelude::*;
use shared::api::Source;

pub use self::connect::NewSourcePage;
pub use self::list::SourcesPage;
pub use self::one::SourcePage;
pub use self::setup::SetupPage;
pub(super) use self::since::Since;
use crate::poll;

/// What the pages of this module share; once, in its root.
pub fn provide() {
    provide_context(Shared { fresh: RwSignal::new(None), tick: poll::ticks(TICK) });
}

/// Milliseconds between two looks at how long ago something was.
const TICK: u32 = 15_000;

#[derive(Clone, Copy)]
struct Shared {
    /// The source that was just made or changed, with the secrets that are shown this once.
    fresh: RwSignal<Option<Source>>,
    tick: RwSignal<u32>,
}

impl Shared {
    /// What of `source` is shown this once, as long as nobody leaves for another source.
    fn once(self, id: &str, part: fn(&Source) -> Option<&String>) -> Option<String> {
        self.fresh.with(|fresh| fresh.as_ref().filter(|fresh| fresh.id.as_str() == id).and_then(part).cloned())
    }
}

fn shared() -> Shared {
    expect_context()
}
