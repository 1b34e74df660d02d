//! Who is signed in, and the shop: one request when the app starts, shared through the context and with the other module.

use leptos::prelude::*;
use shared::api::{Done, Permission, Session, SessionResponse, Shop, TierSummary};
use wasm_bindgen::JsValue;

use crate::bridge::{self, Word};
use crate::client::{self, Failure};
use crate::query;
use crate::router::{Location, Step, go};

/// The signed-in person and the shop, and figures that several places show.
#[derive(Debug, Clone, Copy)]
pub struct SessionState {
    session: RwSignal<Option<Session>>,
    failure: RwSignal<Option<Failure>>,
    /// Customers by tier, as the last list or overview said; the sidebar shows them.
    tiers: RwSignal<Vec<TierSummary>>,
    /// The browser's time when the session was heard, in milliseconds since 1970.
    heard: StoredValue<f64>,
}

/// From the context of the shell, or of the second module's root.
pub fn use_session() -> SessionState {
    use_context().unwrap_or_else(SessionState::provide)
}

/// To the sign-in page, and from there back here.
pub fn sign_in_again(here: Location) {
    let search = here.search.get_untracked();
    let here = format!("{}{}{search}", here.pathname.get_untracked(), if search.is_empty() { "" } else { "?" });
    if !here.starts_with("/sign-in") {
        let next = if here == "/" { String::new() } else { query::address(&[("next", &here)]) };
        publish(None);
        go(&format!("/sign-in{next}"), Step::Page);
    }
}

/// Both modules hear it and show it.
fn publish(session: Option<&Session>) {
    if let Ok(json) = serde_json::to_string(&session) {
        bridge::tell(Word::Session, &JsValue::from_str(&json));
    }
}

fn rfc3339(millis: f64) -> String {
    js_sys::Date::new(&JsValue::from_f64(millis)).to_iso_string().into()
}

impl SessionState {
    /// The shell's: it alone asks the worker, and answers to the second module.
    pub fn serve() -> Self {
        let state = Self::provide();
        bridge::hear(Word::SessionStale, move |_| state.read());
        bridge::hear(Word::SessionWanted, move |_| {
            if let Some(session) = state.get_untracked() {
                // A module that comes an hour later must not begin an hour ago.
                publish(Some(&Session { now: rfc3339(state.clock()), ..session }));
            }
        });
        state
    }

    /// The second module's: it knows what the shell told.
    pub fn follow() -> Self {
        let state = Self::provide();
        bridge::tell(Word::SessionWanted, &JsValue::NULL);
        state
    }

    fn provide() -> Self {
        let state = Self {
            session: RwSignal::new(None),
            failure: RwSignal::new(None),
            tiers: RwSignal::new(Vec::new()),
            heard: StoredValue::new(0.0),
        };
        provide_context(state);
        bridge::hear(Word::Session, move |json| {
            // Written by `publish`, from the same source.
            if let Some(told) = json.as_string().and_then(|json| serde_json::from_str::<Option<Session>>(&json).ok()) {
                state.heard.set_value(js_sys::Date::now());
                state.session.set(told);
            }
        });
        state
    }

    /// The first run's questions wait for the one who is signed in.
    pub fn asks_first(self) -> bool {
        self.may(Permission::Admin) && self.session.with(|session| session.as_ref().is_some_and(|session| !session.shop.set_up))
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

    /// [`Self::now`] with the time that has passed since: for pages that are looked at for long. Nothing runs again by it.
    pub fn clock(self) -> f64 {
        let known = self.session.with_untracked(Option::is_some);
        // Where it is not known, `now` is the browser's present time already.
        let passed = if known { js_sys::Date::now() - self.heard.get_value() } else { 0.0 };
        untrack(move || self.now()) + passed.max(0.0)
    }

    /// After a change of the shop, as the worker answered it.
    pub fn set_shop(self, shop: Shop) {
        if let Some(session) = self.session.get_untracked() {
            publish(Some(&Session { shop, now: rfc3339(self.clock()), ..session }));
        }
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
        bridge::tell(Word::SessionStale, &JsValue::NULL);
    }

    fn read(self) {
        leptos::task::spawn_local(async move {
            match client::get::<SessionResponse>("/api/session").await {
                Ok(answer) => {
                    self.failure.set(None);
                    publish(Some(&answer.session));
                }
                Err(failure) => self.failure.set(Some(failure)),
            }
        });
    }

    pub async fn sign_out(self) -> Result<(), Failure> {
        client::delete::<Done>("/api/session").await?;
        publish(None);
        Ok(())
    }
}
