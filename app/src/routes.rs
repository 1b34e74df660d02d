//! The app's root and its table of routes.

use leptos::prelude::*;
use leptos_router::components::{ParentRoute, Route, Router, Routes};
use leptos_router::path;

use crate::components::LiveRegion;
use crate::pages::customer::CustomerPage;
use crate::pages::customers::CustomersPage;
use crate::pages::data::DataPage;
use crate::pages::data::center::provide_import_center;
use crate::pages::not_found::NotFoundPage;
use crate::pages::overview::OverviewPage;
use crate::pages::planned::PlannedPage;
use crate::pages::radar::RadarPage;
use crate::pages::settings::SettingsPage;
use crate::pages::sign_in::SignInPage;
use crate::shell::Shell;
use crate::theme;

#[component]
pub fn App() -> impl IntoView {
    theme::provide();
    provide_import_center();
    view! {
        <LiveRegion />
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/sign-in") view=SignInPage />
                <ParentRoute path=path!("/") view=Shell>
                    <Route path=path!("/") view=OverviewPage />
                    <Route path=path!("/radar") view=RadarPage />
                    <Route path=path!("/customers") view=CustomersPage />
                    <Route path=path!("/customers/:id") view=CustomerPage />
                    <Route path=path!("/data/*rest") view=DataPage />
                    <Route path=path!("/settings/*rest") view=SettingsPage />
                    <Route path=path!("/:place") view=PlannedPage />
                    <Route path=path!("/*any") view=NotFoundPage />
                </ParentRoute>
            </Routes>
        </Router>
    }
}
