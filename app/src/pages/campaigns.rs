//! Campaigns: whom they reach, their messages, plan and launch, how they go, and what all messages are made of.

mod acts;
mod audience;
mod blocks;
mod bound;
mod brand;
mod editor;
mod launch;
mod list;
mod live;
mod logo;
mod more;
mod new;
mod one;
mod plan;
mod proofs;
mod standing;
mod words;
mod writing;

use leptos::prelude::*;

pub use self::blocks::BlocksPage;
pub use self::brand::BrandPage;
pub use self::list::CampaignsPage;
pub(super) use self::live::TouchesPanel;
pub use self::one::CampaignPage;
pub use self::proofs::ProofsPage;
pub use self::writing::WritingPage;
use crate::components::PageHead;
use crate::router::A;

/// The heading and the tabs that all but the editor share; its children are the page.
#[component]
pub fn CampaignsFrame(children: Children) -> impl IntoView {
    view! {
        <PageHead title="Campaigns" lead=|| "Messages that reach people once, at the right hour, and stop when they should: each campaign with its people, its plan and what came of it." />
        <nav class="tabs wrap" aria-label="Campaigns">
            <A href="/campaigns" exact=true>"Campaigns"</A>
            <A href="/campaigns/proofs" exact=true>"Proof library"</A>
            <A href="/campaigns/blocks" exact=true>"Own texts"</A>
            <A href="/campaigns/brand" exact=true>"Brand"</A>
            <A href="/campaigns/writing" exact=true>"Language model"</A>
        </nav>
        {children()}
    }
}
