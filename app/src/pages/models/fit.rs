//! The fit in this browser. It stands above the page, so that it goes on while other pages are looked at.

use leptos::ev;
use leptos::prelude::*;
use shared::api::worker::{FitEnd, Fitted, Fitting, News, Task, Waiting};
use shared::api::{ModelCard, Tried};

use crate::components::{Button, Notice, NoticeKind, Progress, announce};
use crate::format::plural;
use crate::locale;
use crate::worker_client::WorkerClient;

/// State and acts of the fit; copied freely.
#[derive(Clone, Copy)]
pub struct FitCenter {
    running: RwSignal<Option<Fitting>>,
    fitted: RwSignal<Option<Fitted>>,
    failure: RwSignal<Option<String>>,
    /// Rises with each fit that the server has taken or refused.
    pub ended: RwSignal<u32>,
    client: StoredValue<WorkerClient, LocalStorage>,
}

/// Call once, above the page.
pub fn provide_fit_center() {
    let center = FitCenter {
        running: RwSignal::new(None),
        fitted: RwSignal::new(None),
        failure: RwSignal::new(None),
        ended: RwSignal::new(0),
        client: StoredValue::new_local(WorkerClient::new(|_| {})),
    };
    center.client.set_value(WorkerClient::new(move |news| center.hear(news)));
    provide_context(center);
    let closing = window_event_listener(ev::beforeunload, move |event| {
        if center.running.with_untracked(Option::is_some) {
            event.prevent_default();
        }
    });
    on_cleanup(move || closing.remove());
}

pub(super) fn use_fit_center() -> Option<FitCenter> {
    use_context()
}

impl FitCenter {
    fn start(self) {
        self.fitted.set(None);
        self.failure.set(None);
        self.running.set(Some(Fitting::Reading { read: 0, total: 0, waiting: None }));
        self.client.with_value(|client| client.ask(Task::Fit, None));
    }

    /// Ends it at once: nothing has reached the server before the model is whole.
    fn cancel(self) {
        self.client.with_value(WorkerClient::end);
        self.running.set(None);
        announce("Stopped. The model in use stays as it is.");
    }

    fn hear(self, news: News) {
        match news {
            News::Fitting(fitting) => self.running.set(Some(fitting)),
            News::Fitted(fitted) => {
                announce(verdict(&fitted.end));
                // Some hundred megabytes of memory go back to the browser.
                self.client.with_value(WorkerClient::end);
                self.running.set(None);
                self.fitted.set(Some(*fitted));
                self.ended.update(|ended| *ended = ended.wrapping_add(1));
            }
            News::Failed(failure) => {
                self.running.set(None);
                self.failure.set(Some(failure.text));
            }
            // Of files, which have a Web Worker of their own.
            _ => {}
        }
    }
}

/// Fits here, where the plan's server has no time for it, and shows what came of it.
#[component]
pub(super) fn FitPanel() -> impl IntoView {
    let center = use_fit_center();
    center.map(|center| {
        let is_idle = move || center.running.with(Option::is_none);
        view! {
            <section class="panel pad stack" aria-label="Fit in this browser">
                <h2>"Fit in this browser"</h2>
                <p class="m">
                    "Learns from your own customers on this computer, and brings the model in if it is not worse than the one in use. Cloudflare's free plan has no time for a fit on the server; with the paid plan it happens there by itself. Names and addresses are not among what is read."
                </p>
                {move || center.failure.get().map(|text| view! { <Notice kind=NoticeKind::Problem title="The fit did not end"><p>{text}</p></Notice> })}
                {move || center.fitted.get().map(|fitted| view! { <End fitted /> })}
                <Show when=is_idle fallback=move || view! { <Running center /> }>
                    <div class="row"><Button on_press=move |_| center.start()>"Fit now"</Button></div>
                </Show>
            </section>
        }
    })
}

#[component]
fn Running(center: FitCenter) -> impl IntoView {
    let share = Signal::derive(move || center.running.with(|running| running.as_ref().and_then(share)));
    let text = Signal::derive(move || center.running.with(|running| running.as_ref().map(words).unwrap_or_default()));
    // Once it is sent the server may use it, whoever listens.
    let can_stop = move || !center.running.with(|running| matches!(running, Some(Fitting::Sending { .. })));
    view! {
        <Progress label="Fitting" share text />
        <div class="row">
            <Show when=can_stop><Button small=true on_press=move |_| center.cancel()>"Stop"</Button></Show>
            <span class="s">"You can look at other pages meanwhile; keep this tab open."</span>
        </div>
    }
}

#[component]
fn End(fitted: Fitted) -> impl IntoView {
    let Fitted { card, end, milliseconds } = fitted;
    let kind = match end {
        FitEnd::InUse => NoticeKind::Good,
        FitEnd::Refused { .. } | FitEnd::TooLittle => NoticeKind::Warning,
    };
    let why = match &end {
        FitEnd::InUse => "Everybody is scored again within the hour.".to_owned(),
        FitEnd::Refused { why } => why.clone(),
        FitEnd::TooLittle => card.text.clone(),
    };
    let figures = figures(&card).into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    view! {
        <Notice kind title=verdict(&end)>
            <p>{why}</p>
            <ul class="dots">{figures}</ul>
            <p class="s">{format!("Fitted in {} s.", seconds(milliseconds))}</p>
        </Notice>
    }
}

fn verdict(end: &FitEnd) -> &'static str {
    match end {
        FitEnd::InUse => "The fitted model is in use",
        FitEnd::Refused { .. } => "The fitted model is not used",
        FitEnd::TooLittle => "There is too little to learn from yet",
    }
}

/// The card in a few lines.
fn figures(card: &ModelCard) -> Vec<String> {
    let tried = |study: &Option<shared::api::Validation>| -> Option<Tried> {
        let study = study.as_ref()?;
        study.tried.iter().find(|tried| tried.learner == study.learner).cloned()
    };
    let pairs = |tried: Tried, who: &str| Some(format!("{who}: {:.0} of 100 pairs in the right order", tried.auc? * 100.0));
    let counted = format!("{} customers, of whom {} bought again", card.customers, card.repeat_buyers);
    let test = card.backtest.as_ref().map(|test| test.text.clone());
    let leaving = tried(&card.validation).and_then(|tried| pairs(tried, "Who leaves"));
    let returning = tried(&card.returns).and_then(|tried| pairs(tried, "Who comes back"));
    [Some(counted), leaving, returning, test].into_iter().flatten().collect()
}

/// `None` while nobody can tell.
fn share(fitting: &Fitting) -> Option<f64> {
    match fitting {
        Fitting::Reading { read, total, .. } if *total > 0 => Some(*read as f64 / *total as f64),
        _ => None,
    }
}

fn words(fitting: &Fitting) -> String {
    let pause = |waiting: &Option<Waiting>| match waiting {
        None => String::new(),
        Some(Waiting::Retry { seconds, .. }) => format!(" The server is busy: another try in {seconds} s."),
        Some(_) => " The plan's limit of today is reached: it goes on by itself tomorrow while this page stays open.".to_owned(),
    };
    match fitting {
        Fitting::Reading { total: 0, waiting, .. } => format!("Asking for what there is to learn from.{}", pause(waiting)),
        Fitting::Reading { read, total, waiting } => {
            format!(
                "{} of {} {} read.{}",
                locale::count(*read),
                locale::count(*total),
                plural(*total, "customer", "customers"),
                pause(waiting)
            )
        }
        Fitting::Learning { customers, looked_at } => format!(
            "Learning from the histories of {} {}, and closely from {} of them. This takes a minute or two.",
            locale::count(*customers),
            plural(*customers, "customer", "customers"),
            locale::count(*looked_at)
        ),
        Fitting::Sending { waiting } => format!("The server compares it with the model in use.{}", pause(waiting)),
    }
}

fn seconds(milliseconds: u64) -> String {
    format!("{:.1}", milliseconds as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_has_a_share_only_while_it_is_counted() {
        let reading = |read, total| Fitting::Reading { read, total, waiting: None };
        assert_eq!((share(&reading(25, 100)), share(&reading(0, 0))), (Some(0.25), None));
        assert_eq!(share(&Fitting::Learning { customers: 9, looked_at: 9 }), None);
    }

    #[test]
    fn a_pause_says_what_it_waits_for() {
        let told = words(&Fitting::Sending { waiting: Some(Waiting::Retry { attempt: 2, seconds: 4 }) });
        assert!(told.contains("another try in 4 s"), "{told}");
        assert_eq!(seconds(61_249), "61.2");
    }
}
