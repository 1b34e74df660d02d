//! The model of risk, fitted in this browser: what a fit reads comes page by page, and what was learned goes back as one model.

use std::collections::BTreeMap;

use js_sys::Date;
use shared::api::worker::{Failure, FitEnd, Fitted, Fitting, News, Waiting};
use shared::api::{ModelUpload, ModelVersionResponse, TrainingPage, TrainingResponse};
use shared::money::Currency;
use shared::risk::{self, FitInput, Group, Prior, Sampled};
use shared::time::Day;

use crate::page::Job;
use crate::server::{self, Ended};

const MODEL: &str = "/api/models/risk";

/// # Errors
/// Where the server does not answer, or answers what this version cannot read.
pub async fn fit(job: Job) -> Result<News, Ended> {
    let Data { input, home, today } = read(job).await?;
    let customers = input.groups.iter().map(|group| u64::from(group.customers)).sum();
    job.tell(News::Fitting(Fitting::Learning { customers, looked_at: input.sample.len() as u64 }));
    // The page shows what comes next before the fit keeps this thread.
    server::pause(job, 1).await?;
    let began = Date::now();
    let (model, card) = risk::fit(&input, home, today);
    let milliseconds = (Date::now() - began).max(0.0) as u64;
    drop(input);
    server::wanted(job)?;
    let end = match card.basis.as_str() {
        "fitted" => {
            let model = serde_json::to_value(&model).map_err(|_| Ended::from(unwritable()))?;
            send(job, &ModelUpload { model, card: card.clone() }).await?
        }
        _ => FitEnd::TooLittle,
    };
    Ok(News::Fitted(Box::new(Fitted { card, end, milliseconds })))
}

/// What the pages brought so far. The same history stands on many pages, and once here.
#[derive(Default)]
struct Pages {
    groups: BTreeMap<(u32, u32, u32), u32>,
    sample: Vec<Sampled>,
}

struct Data {
    input: FitInput,
    home: Currency,
    today: Day,
}

/// What the server uses from then on, or why it does not.
async fn send(job: Job, upload: &ModelUpload) -> Result<FitEnd, Ended> {
    let tell = async |waiting: Option<Waiting>| job.tell(News::Fitting(Fitting::Sending { waiting }));
    tell(None).await;
    match server::put::<_, ModelVersionResponse>(job, MODEL, upload, tell).await {
        Ok(_) => Ok(FitEnd::InUse),
        // Fields are named where the server understood the model and does not want it.
        Err(Ended::Failed(failure)) if !failure.fields.is_empty() => Ok(FitEnd::Refused { why: why(&failure) }),
        Err(ended) => Err(ended),
    }
}

fn why(failure: &Failure) -> String {
    match failure.fields.get("model") {
        Some(text) => text.clone(),
        None => failure.fields.values().cloned().collect::<Vec<_>>().join(" "),
    }
}

/// Page after page, each read into place and dropped.
async fn read(job: Job) -> Result<Data, Ended> {
    let mut pages = Pages::default();
    let mut cursor: Option<String> = None;
    let (mut read, mut total) = (0, 0);
    loop {
        server::wanted(job)?;
        let path = match &cursor {
            None => format!("{MODEL}/training"),
            Some(cursor) => format!("{MODEL}/training?cursor={cursor}"),
        };
        let tell = async |waiting| job.tell(News::Fitting(Fitting::Reading { read, total, waiting }));
        tell(None).await;
        let TrainingResponse { training: page } = server::get_patiently(job, &path, tell).await?;
        (read, total) = (page.read, page.total);
        let settings = page.settings.clone();
        let (today, next) = pages.add(page).map_err(|()| Ended::from(unreadable()))?;
        let Some(next) = next else {
            let prior = Prior::of(settings.industry.as_deref(), settings.business_model);
            let (groups, sample) = pages.whole();
            let input = FitInput { groups, sample, churn_days: settings.churn_days, prior };
            return Ok(Data { input, home: settings.home, today });
        };
        cursor = Some(next);
    }
}

impl Pages {
    /// Answers with the day of the fit and where the next page begins.
    fn add(&mut self, page: TrainingPage) -> Result<(Day, Option<String>), ()> {
        for (repeats, recency, age, customers) in page.groups {
            let known = self.groups.entry((repeats, recency, age)).or_default();
            *known = known.saturating_add(customers);
        }
        for customer in &page.sample {
            self.sample.push(serde_json::from_str(customer).map_err(|_| ())?);
        }
        Ok((Day::parse_iso(&page.today).ok_or(())?, page.next_cursor))
    }

    fn whole(self) -> (Vec<Group>, Vec<Sampled>) {
        let group = |((repeats, recency, age), customers)| Group { repeats, recency, age, customers };
        (self.groups.into_iter().map(group).collect(), self.sample)
    }
}

fn unreadable() -> Failure {
    Failure {
        text: "What the model learns from could not be read. Reload the page: a newer version may have been deployed.".to_owned(),
        ..Failure::default()
    }
}

fn unwritable() -> Failure {
    Failure { text: "The fitted model cannot be written down. The model in use stays as it is.".to_owned(), ..Failure::default() }
}

#[cfg(test)]
mod tests {
    use shared::api::FitSettings;
    use shared::state::State;

    use super::*;

    fn page(groups: Vec<(u32, u32, u32, u32)>, sample: Vec<String>) -> TrainingPage {
        let settings = FitSettings { home: Currency::USD, churn_days: None, industry: None, business_model: None };
        TrainingPage { groups, sample, settings, today: "2026-03-01".to_owned(), next_cursor: None, read: 2, total: 2 }
    }

    #[test]
    fn pages_add_up_to_what_a_fit_reads() {
        let customer = serde_json::to_string(&Sampled::from(State::default())).expect("json");
        let mut pages = Pages::default();
        for groups in [vec![(0, 0, 70, 3)], vec![(2, 40, 90, 1), (0, 0, 70, 2)]] {
            let (today, next) = pages.add(page(groups, vec![customer.clone()])).expect("readable");
            assert_eq!((today.iso().as_str(), next), ("2026-03-01", None));
        }
        let (groups, sample) = pages.whole();
        let group = |repeats, recency, age, customers| Group { repeats, recency, age, customers };
        assert_eq!(groups, [group(0, 0, 70, 5), group(2, 40, 90, 1)]);
        assert_eq!(sample.len(), 2);
    }

    #[test]
    fn what_is_no_customer_is_an_error() {
        assert!(Pages::default().add(page(Vec::new(), vec!["<!doctype html>".to_owned()])).is_err());
    }

    #[test]
    fn the_reason_of_a_refusal_is_what_the_server_says_of_the_model() {
        let fields =
            [("card.text", "Too long"), ("model", "It may be worse")].map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(why(&Failure { fields: fields.into(), ..Failure::default() }), "It may be worse");
    }
}
