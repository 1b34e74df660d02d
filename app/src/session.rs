//! Who is signed in, and the shop: one request when the app starts, shared through the context.

use leptos::prelude::*;
use shared::api::{Done, Permission, Session, SessionResponse, Shop, TierSummary};

use crate::client::{self, Failure};

/// The signed-in person and the shop, and figures that several places show.
#[derive(Debug, Clone, Copy)]
pub struct SessionState {
    session: RwSignal<Option<Session>>,
    failure: RwSignal<Option<Failure>>,
    /// Customers by tier, as the last list or overview said; the sidebar shows them.
    tiers: RwSignal<Vec<TierSummary>>,
}

/// From the context of the shell.
pub fn use_session() -> SessionState {
    use_context().unwrap_or_else(SessionState::provide)
}

impl SessionState {
    pub fn provide() -> Self {
        let state = Self { session: RwSignal::new(None), failure: RwSignal::new(None), tiers: RwSignal::new(Vec::new()) };
        provide_context(state);
        state
    }

    pub fn get(self) -> Option<Session> {
        self.session.get()
    }

    /// For handlers, which have nothing to run again.
    pub fn get_untracked(self) -> Option<Session> {
        self.session.get_untracked()
    }

    pub fn failure(self) -> Option<Failure> {
        self.failure.get()
    }

    pub fn may(self, permission: Permission) -> bool {
        self.session.with(|session| session.as_ref().is_some_and(|session| session.user.permissions.contains(&permission)))
    }

    /// IANA name; UTC until the shop is known.
    pub fn zone(self) -> String {
        self.session.with(|session| session.as_ref().map_or_else(|| "UTC".to_owned(), |session| session.shop.time_zone.clone()))
    }

    /// The server's business time in milliseconds since 1970; the browser's where it is not known yet.
    pub fn now(self) -> f64 {
        self.session
            .with(|session| session.as_ref().map_or_else(js_sys::Date::now, |session| crate::locale::millis(&session.now)))
    }

    /// Of the shop as this browser last read it; what a change of it is made from.
    pub fn shop_version(self) -> u32 {
        self.session.with_untracked(|session| session.as_ref().map_or(0, |session| session.shop.version))
    }

    /// After a change of the shop, as the worker answered it.
    pub fn set_shop(self, shop: Shop) {
        self.session.update(|session| {
            if let Some(session) = session {
                session.shop = shop;
            }
        });
    }

    pub fn tiers(self) -> Vec<TierSummary> {
        self.tiers.get()
    }

    pub fn set_tiers(self, tiers: &[TierSummary]) {
        // An answer may come when the person has signed out already.
        if self.tiers.try_with_untracked(|known| known != tiers) == Some(true) {
            self.tiers.set(tiers.to_vec());
        }
    }

    /// Asks again; pages that change the shop call this afterwards.
    pub fn load(self) {
        leptos::task::spawn_local(async move {
            match client::get::<SessionResponse>("/api/session").await {
                Ok(answer) => {
                    self.failure.set(None);
                    self.session.set(Some(answer.session));
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    pub async fn sign_out(self) -> Result<(), Failure> {
        client::delete::<Done>("/api/session").await?;
        self.session.set(None);
        Ok(())
    }
}
