//! Offers › Fulfilment: how what is offered reaches people, and the codes that came of it.

mod codes;
mod form;
mod pool;
mod ways;

use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::{Code, Codes, FulfilmentWay, Fulfilments, Permission};

use self::codes::CodeList;
use self::form::{Draft, FormDialog};
use self::pool::UploadDialog;
use self::ways::Ways;
use crate::client;
use crate::components::{Button, ButtonKind};
use crate::pages::offers::OffersFrame;
use crate::pages::settings::frame::{Answer, loaded};
use crate::session::use_session;

/// What its parts ask for.
#[derive(Clone, Copy)]
struct Asks {
    writing: RwSignal<Option<Draft>>,
    uploading: RwSignal<Option<FulfilmentWay>>,
    load: Callback<()>,
    /// Who may set ways up, and who may add codes.
    may_set_up: Memo<bool>,
    may_edit: Memo<bool>,
}

#[component]
pub fn FulfilmentPage() -> impl IntoView {
    let session = use_session();
    let ways: Answer<Vec<FulfilmentWay>> = RwSignal::new(None);
    let codes: Answer<Vec<Code>> = RwSignal::new(None);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let got = client::get::<Fulfilments>("/api/fulfilments").await.map(|answer| answer.fulfilments);
            ways.try_set(Some(got));
            let got = client::get::<Codes>("/api/codes?limit=50").await.map(|answer| answer.codes);
            codes.try_set(Some(got));
        });
    });
    load.run(());
    let asks = Asks {
        writing: RwSignal::new(None),
        uploading: RwSignal::new(None),
        load,
        may_set_up: Memo::new(move |_| session.may(Permission::Admin)),
        may_edit: Memo::new(move |_| session.may(Permission::Edit)),
    };
    view! {
        <OffersFrame>
        <div class="stack">
            <div class="picked-head">
                <p class="m">"How what you offer reaches people. An offer that nothing here can give cannot be begun."</p>
                <Show when=move || asks.may_set_up.get()>
                    <Button kind=ButtonKind::Primary on_press=move |_| asks.writing.set(Some(Draft::default()))>"Connect something"</Button>
                </Show>
            </div>
            {loaded(ways, load, move |ways| view! { <Ways ways asks /> }.into_any())}
            {loaded(codes, load, move |codes| view! { <CodeList codes /> }.into_any())}
        </div>
        </OffersFrame>
        <FormDialog writing=asks.writing on_saved=load />
        <UploadDialog uploading=asks.uploading on_done=load />
    }
}
