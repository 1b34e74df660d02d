//! One file to the server as it is: an import that a plan's daily limit makes last for days goes on there with nobody watching.

use js_sys::encode_uri_component;
use shared::api::worker::{Failure, Finished, News, Progress, Reading, Waiting};
use shared::api::{Import, ImportResponse, ImportStatus};
use shared::import::Options;
use web_sys::Blob;

use crate::import::{cancel, known_as, shown_name, unwritable};
use crate::page::Job;
use crate::server::{self, Ended};

/// Between two looks at an import that moves, in seconds.
const LOOK: u32 = 2;

/// Between two looks at one that waits for its next day.
const LOOK_WHILE_PAUSED: u32 = 30;

/// Sends the file and follows the import; that the page goes away ends nothing on the server.
pub async fn file(job: Job, file: &Blob, options: &Options, file_name: &str) -> Result<News, Ended> {
    job.tell(News::Storing { waiting: None });
    let digest = known_as(file, options).await?;
    let path = address(options, file_name, &digest)?;
    let answer: ImportResponse = server::post_file(job, &path, file, async |waiting| job.tell(News::Storing { waiting })).await?;
    follow(job, answer.import).await
}

async fn follow(job: Job, mut import: Import) -> Result<News, Ended> {
    let path = format!("/api/imports/{}", import.id);
    loop {
        tell(job, &import, waiting(&import));
        let seconds = match after(&import) {
            After::Look { seconds } => seconds,
            After::Done => return Ok(News::Imported(Finished { imports: vec![import], sample: None })),
            After::Cancelled => return Ok(News::Cancelled { import: Some(import) }),
            After::Failed => return Err(failed(import).into()),
        };
        let next = match server::pause(job, seconds).await {
            Ok(()) => server::get_patiently(job, &path, async |waiting| tell(job, &import, waiting)).await,
            Err(ended) => Err(ended),
        };
        import = match next {
            Ok(ImportResponse { import }) => import,
            Err(Ended::Cancelled) => return Ok(News::Cancelled { import: cancel(Some(Box::new(import))).await }),
            Err(Ended::Failed(failure)) => return Err(Failure { import: Some(import), ..*failure }.into()),
            Err(Ended::Replaced) => return Err(Ended::Replaced),
        };
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum After {
    Look { seconds: u32 },
    Done,
    Failed,
    Cancelled,
}

fn after(import: &Import) -> After {
    match import.status {
        ImportStatus::Receiving | ImportStatus::Queued | ImportStatus::Running => After::Look { seconds: LOOK },
        ImportStatus::Paused => After::Look { seconds: LOOK_WHILE_PAUSED },
        ImportStatus::Done => After::Done,
        ImportStatus::Failed => After::Failed,
        ImportStatus::Cancelled => After::Cancelled,
    }
}

fn waiting(import: &Import) -> Option<Waiting> {
    (import.status == ImportStatus::Paused).then(|| Waiting::NextDay { resume_at: import.resume_at.clone() })
}

fn failed(import: Import) -> Failure {
    let text = import.error.clone().unwrap_or_else(|| "The import failed. Sending the file again is safe.".to_owned());
    Failure { text, import: Some(import), ..Failure::default() }
}

fn tell(job: Job, import: &Import, waiting: Option<Waiting>) {
    job.tell(News::Importing(Progress { reading: Reading::default(), import: import.clone(), file: 1, files: 1, waiting }));
}

fn address(options: &Options, file_name: &str, digest: &str) -> Result<String, Ended> {
    let json = serde_json::to_string(options).map_err(|_| unwritable())?;
    Ok(format!(
        "/api/imports?kind={}&file_name={}&file_digest={digest}&options={}",
        options.kind.as_str(),
        encode_uri_component(&shown_name(file_name)),
        encode_uri_component(&json),
    ))
}

#[cfg(test)]
mod tests {
    use shared::id::Id;

    use super::*;

    fn import(status: ImportStatus) -> Import {
        Import {
            id: Id::from_parts(1, &[1; 10]),
            kind: "orders".into(),
            status,
            file_name: None,
            sample: false,
            dry_run: false,
            stored: true,
            rows_read: 0,
            rows_accepted: 0,
            rows_duplicate: 0,
            rows_rejected: 0,
            next_batch: 0,
            error: Some("A part of the body is missing".into()),
            resume_at: Some("2026-01-02T00:00:00Z".into()),
            created_at: String::new(),
            finished_at: None,
        }
    }

    #[test]
    fn an_import_is_followed_to_its_end_and_seldom_while_it_waits_for_the_next_day() {
        use ImportStatus::{Cancelled, Done, Failed, Paused, Queued, Receiving, Running};
        for status in [Receiving, Queued, Running] {
            assert_eq!((after(&import(status)), waiting(&import(status))), (After::Look { seconds: LOOK }, None));
        }
        assert_eq!(after(&import(Paused)), After::Look { seconds: LOOK_WHILE_PAUSED });
        assert_eq!(waiting(&import(Paused)), Some(Waiting::NextDay { resume_at: Some("2026-01-02T00:00:00Z".into()) }));
        assert_eq!(
            [Done, Failed, Cancelled].map(|status| after(&import(status))),
            [After::Done, After::Failed, After::Cancelled]
        );
    }

    #[test]
    fn a_failed_import_says_why() {
        let failure = failed(import(ImportStatus::Failed));
        assert_eq!(failure.text, "A part of the body is missing");
        assert!(failure.import.is_some());
    }
}
