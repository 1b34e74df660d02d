//! Campaigns: drafts of sequences, the editor of their messages, and what all messages are made of.

mod blocks;
mod brand;
mod editor;
mod list;
mod logo;
mod new;
mod proofs;
mod words;
mod writing;

use leptos::prelude::*;

pub use self::blocks::BlocksPage;
pub use self::brand::BrandPage;
pub use self::editor::CampaignPage;
pub use self::list::CampaignsPage;
pub use self::proofs::ProofsPage;
pub use self::writing::WritingPage;
use crate::components::PageHead;
use crate::router::A;

/// The heading and the tabs that all but the editor share; its children are the page.
#[component]
pub fn CampaignsFrame(children: Children) -> impl IntoView {
    view! {
        <PageHead title="Campaigns" lead=|| "Sequences of messages, written for each person from what is true of them. They are drafts: nothing is sent from here yet." />
        <nav class="tabs wrap" aria-label="Campaigns">
            <A href="/campaigns" exact=true>"Drafts"</A>
            <A href="/campaigns/proofs" exact=true>"Proof library"</A>
            <A href="/campaigns/blocks" exact=true>"Own texts"</A>
            <A href="/campaigns/brand" exact=true>"Brand"</A>
            <A href="/campaigns/writing" exact=true>"Language model"</A>
        </nav>
        {children()}
    }
}
