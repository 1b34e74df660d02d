//! One source with its counts, as a page holds them: read again and again, and changed.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Source, SourceAnswer, SourceChange, SourceStats, SourceStatsAnswer};

use crate::client::{self, Failure};
use crate::components::standing;

/// Milliseconds between two looks.
pub(super) const LOOK: u32 = 4_000;

#[derive(Clone, Copy)]
pub(super) struct Held {
    id: StoredValue<String>,
    pub source: RwSignal<Option<Source>>,
    pub stats: RwSignal<Option<SourceStats>>,
    pub failure: RwSignal<Option<Failure>>,
}

impl Held {
    /// Begins to load; once, in the page.
    pub fn begin(id: String) -> Self {
        let held = Self {
            id: StoredValue::new(id),
            source: RwSignal::new(None),
            stats: RwSignal::new(None),
            failure: RwSignal::new(None),
        };
        held.load();
        held
    }

    pub fn path(self) -> String {
        self.id.with_value(|id| path_of(id))
    }

    pub fn id(self) -> String {
        self.id.get_value()
    }

    pub fn load(self) {
        self.failure.set(None);
        spawn_local(async move {
            self.read().await;
            self.look().await;
        });
    }

    /// The counts, and the source where they show that it moved on, or where it moves without any. Answers with whether an answer came.
    pub async fn look(self) -> bool {
        let Some(path) = self.id.try_with_value(|id| format!("{}/stats", path_of(id))) else { return false };
        let Ok(SourceStatsAnswer { stats }) = client::get(&path).await else { return false };
        let is_news = self
            .source
            .try_with_untracked(|source| {
                source.as_ref().is_some_and(|source| source.next_pull_at.is_some() || source.received_at != stats.received_at)
            })
            .unwrap_or_default();
        if self.stats.try_with_untracked(|known| known.as_ref() != Some(&stats)) == Some(true) {
            self.stats.set(Some(stats));
        }
        if is_news {
            self.read().await;
        }
        true
    }

    /// Sends a change. Where somebody else changed the source meanwhile, takes up what stands and sends it once more: for changes
    /// that mean the same whatever else was changed.
    pub async fn change(self, change: &SourceChange) -> Result<Source, Failure> {
        let version = self.source.with_untracked(|source| source.as_ref().map_or(0, |source| source.version));
        let answer = match self.send(version, change).await {
            Err(refused) => match standing::<Source>(&refused) {
                Some((version, _)) => self.send(version, change).await,
                None => Err(refused),
            },
            sent => sent,
        };
        answer.inspect(|source| self.take(source.clone()))
    }

    pub async fn send(self, version: u32, change: &SourceChange) -> Result<Source, Failure> {
        client::patch::<_, SourceAnswer>(&self.path(), version, change).await.map(|answer| answer.source)
    }

    /// What the worker answered; secrets that came along are not kept here.
    pub fn take(self, source: Source) {
        self.source.try_set(Some(Source { secret: None, ..source }));
    }

    async fn read(self) {
        let Some(path) = self.id.try_with_value(|id| path_of(id)) else { return };
        match client::get::<SourceAnswer>(&path).await {
            Ok(answer) => self.take(answer.source),
            // What is shown stays; only a page that has nothing yet says why.
            Err(failure) if self.source.try_with_untracked(Option::is_none) == Some(true) => {
                self.failure.try_set(Some(failure));
            }
            Err(_) => {}
        }
    }
}

fn path_of(id: &str) -> String {
    format!("/api/sources/{id}")
}
