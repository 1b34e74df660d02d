//! One campaign: its messages, plan, audience, forecast with the launch, and how it goes.

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Campaign, CampaignResponse, Permission};
use shared::campaign::Status;

use super::audience::AudienceTab;
use super::editor::{Editor, Head, Messages, SaveConflict, keep_saved, use_editor};
use super::launch::LaunchTab;
use super::launch::guests;
use super::live::LiveTab;
use super::plan::PlanTab;
use super::standing::Standing;
use crate::client;
use crate::components::{FailureNotice, PageHead, Skeleton};
use crate::pages::settings::frame::Answer;
use crate::places::{Leaf, leaf_of};
use crate::router::use_location;
use crate::session::use_session;

#[component]
pub fn CampaignPage(id: String) -> impl IntoView {
    let answer: Answer<Campaign> = RwSignal::new(None);
    let path = StoredValue::new(format!("/api/campaigns/{id}"));
    let load = Callback::new(move |()| {
        answer.set(None);
        spawn_local(async move {
            let got = client::get::<CampaignResponse>(&path.get_value()).await.map(|answer| answer.campaign);
            answer.try_set(Some(got));
        });
    });
    load.run(());
    move || match answer.get() {
        None => view! { <PageHead title="Campaign" /> <div class="panel pad"><Skeleton lines=8 /></div> }.into_any(),
        Some(Err(failure)) => view! { <PageHead title="Campaign" /> <FailureNotice failure retry=load /> }.into_any(),
        Some(Ok(campaign)) => view! { <Whole campaign /> }.into_any(),
    }
}

#[component]
fn Whole(campaign: Campaign) -> impl IntoView {
    let session = use_session();
    let path = use_location().pathname;
    let may = Memo::new(move |_| session.may(Permission::Edit));
    let editor = Editor::provide(campaign, may);
    keep_saved(editor);
    guests::provide(editor);
    let leaf = Memo::new(move |_| path.with(|path| leaf_of(path)));
    view! {
        <div on:keydown=move |event| editor.on_key(&event)>
            <Head />
            <Leaves leaf />
            <Standing />
            {move || match leaf.get() {
                Leaf::Messages => view! { <Messages /> }.into_any(),
                Leaf::Plan => view! { <PlanTab /> }.into_any(),
                Leaf::Audience => view! { <AudienceTab /> }.into_any(),
                Leaf::Launch => view! { <LaunchTab /> }.into_any(),
                Leaf::Live => view! { <LiveTab /> }.into_any(),
            }}
        </div>
        <SaveConflict />
    }
}

/// The parts of a campaign. How it goes is told once it went.
#[component]
fn Leaves(leaf: Memo<Leaf>) -> impl IntoView {
    let editor = use_editor();
    let is_launched = Memo::new(move |_| editor.campaign.with(|campaign| is_launched(campaign.row.state)));
    let link = move |to: Leaf, name: &'static str| {
        let href = editor.id.with_value(|id| format!("/campaigns/{id}{}", to.path()));
        view! { <a href=href aria-current=move || (leaf.get() == to).then_some("page")>{name}</a> }
    };
    view! {
        <nav class="tabs wrap" aria-label="This campaign">
            {link(Leaf::Messages, "Messages")}
            {link(Leaf::Plan, "Plan")}
            {link(Leaf::Audience, "Audience")}
            {link(Leaf::Launch, "Forecast and launch")}
            {move || is_launched.get().then(|| link(Leaf::Live, "Live"))}
        </nav>
    }
}

pub(super) fn is_launched(state: Status) -> bool {
    matches!(state, Status::Running | Status::Paused | Status::Finished | Status::Archived)
}
