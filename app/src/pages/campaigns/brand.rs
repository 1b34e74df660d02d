//! How the shop looks and speaks in messages, and who signs them.

mod contrast;
mod form;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{BrandMeta, BrandResponse, Permission};

use self::form::BrandForm;
use super::CampaignsFrame;
use crate::client;
use crate::components::{Ago, Notice, NoticeKind};
use crate::pages::settings::frame::{Answer, loaded};
use crate::session::use_session;

#[component]
pub fn BrandPage() -> impl IntoView {
    let session = use_session();
    let answer: Answer<BrandResponse> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<BrandResponse>("/api/brand").await;
            answer.try_set(Some(got));
        });
    });
    load.run(());
    let may = Memo::new(move |_| session.may(Permission::Admin));
    view! {
        <CampaignsFrame>
            {loaded(answer, load, move |BrandResponse { brand, meta }| {
                let BrandMeta { version, missing, updated_at, updated_by } = meta;
                let lacks = missing.into_iter().map(|one| view! { <li>{one.fix}</li> }).collect::<Vec<_>>();
                view! {
                    <div class="stack">
                        {(!lacks.is_empty()).then(|| view! {
                            <Notice kind=NoticeKind::Warning title="Before a message may be sent">
                                <ul class="dots">{lacks}</ul>
                            </Notice>
                        })}
                        <Show when=move || !may.get()>
                            <Notice title="Only an owner changes the brand">"You see what messages carry."</Notice>
                        </Show>
                        <BrandForm brand version may on_saved=load />
                        {updated_at.map(|at| view! { <p class="s">"Changed " <Ago at /> {updated_by.map(|who| view! { <span dir="auto">" by " {who}</span> })}</p> })}
                    </div>
                }
                .into_any()
            })}
        </CampaignsFrame>
    }
}
