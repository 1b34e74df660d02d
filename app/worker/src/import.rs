//! One file to the server, in batches, one after the other: what is parsed waits for what is being stored, so memory stays flat
//! however fast the file reads.

use shared::api::worker::{Failure, Finished, News, Progress, Waiting};
use shared::api::{Import, ImportBatch, ImportResponse, ImportStatus, NewImport};
use shared::import::{Kind, Options};
use shared::time::Millis;
use web_sys::Blob;

use crate::batches::Batcher;
use crate::digest::{self, digest};
use crate::file;
use crate::page::Job;
use crate::read::Rows;
use crate::server::{self, Ended};

/// Characters of a file's name that the server takes.
const FILE_NAME: usize = 200;

/// What is sent, beside the bytes themselves.
#[derive(Debug)]
pub struct Shipment {
    pub options: Options,
    pub now: Millis,
    pub file_name: String,
    pub sample: Option<String>,
    /// Which file of how many.
    pub place: (u32, u32),
}

/// A task of its own: one file that somebody chose.
pub async fn file(job: Job, file: &Blob, options: Options, now: Millis, file_name: String) -> Result<News, Ended> {
    match send(job, file, Shipment { options, now, file_name, sample: None, place: (1, 1) }).await {
        Ok(import) => Ok(News::Imported(Finished { imports: vec![import], sample: None })),
        Err(Stopped { why: Ended::Cancelled, import }) => Ok(News::Cancelled { import: cancel(import).await }),
        Err(stopped) => Err(stopped.with_import()),
    }
}

/// Ended early; the import stands on the server where there was one by then.
#[derive(Debug)]
pub struct Stopped {
    pub why: Ended,
    pub import: Option<Box<Import>>,
}

impl Stopped {
    /// A failure tells the page which import can be gone on with.
    pub fn with_import(self) -> Ended {
        match self.why {
            Ended::Failed(failure) => Failure { import: self.import.map(|import| *import), ..*failure }.into(),
            why => why,
        }
    }
}

/// # Errors
/// With the import as it stands where it was created.
pub async fn send(job: Job, file: &Blob, shipment: Shipment) -> Result<Import, Stopped> {
    let early = |why| Stopped { why, import: None };
    // Opened first: options that do not fit are said before an import is made of them.
    let mut rows = Rows::open(file, shipment.options.clone(), shipment.now).await.map_err(early)?;
    let import = create(job, file, &shipment).await.map_err(early)?;
    let mut sending = Sending { job, import, place: shipment.place };
    match sending.run(&mut rows, shipment.options.kind).await {
        Ok(()) => Ok(sending.import),
        Err(why) => Err(Stopped { why, import: Some(Box::new(sending.import)) }),
    }
}

/// Ends the import on the server as well and answers with how it stands then.
pub async fn cancel(import: Option<Box<Import>>) -> Option<Import> {
    let import = *import?;
    let answer: Option<ImportResponse> = server::cancel(&format!("/api/imports/{}/cancel", import.id)).await;
    Some(answer.map_or(import, |answer| answer.import))
}

struct Sending {
    job: Job,
    import: Import,
    place: (u32, u32),
}

impl Sending {
    async fn run(&mut self, rows: &mut Rows, kind: Kind) -> Result<(), Ended> {
        let mut batcher = Batcher::new(kind);
        self.tell(rows, None);
        while let Some(parsed) = rows.next().await? {
            server::wanted(self.job)?;
            for batch in batcher.push(parsed) {
                self.store(&batch, rows).await?;
            }
        }
        self.store(&batcher.finish(), rows).await
    }

    async fn store(&mut self, batch: &ImportBatch, rows: &Rows) -> Result<(), Ended> {
        if batch.number < self.import.next_batch {
            return Ok(());
        }
        server::wanted(self.job)?;
        let path = format!("/api/imports/{}/batches", self.import.id);
        let answer: ImportResponse = server::post(self.job, &path, batch, async |waiting| {
            let waiting = match waiting {
                Some(Waiting::DailyLimit { .. }) => Some(Waiting::DailyLimit { resume_at: self.resume_at().await }),
                other => other,
            };
            self.tell(rows, waiting);
        })
        .await?;
        self.import = answer.import;
        if matches!(self.import.status, ImportStatus::Cancelled) {
            return Err(Ended::Cancelled);
        }
        self.tell(rows, None);
        Ok(())
    }

    async fn resume_at(&self) -> Option<String> {
        let answer: ImportResponse = server::get(&format!("/api/imports/{}", self.import.id)).await.ok()?;
        answer.import.resume_at
    }

    fn tell(&self, rows: &Rows, waiting: Option<Waiting>) {
        let (file, files) = self.place;
        let progress = Progress { reading: rows.reading(), import: self.import.clone(), file, files, waiting };
        self.job.tell(News::Importing(progress));
    }
}

async fn create(job: Job, file: &Blob, shipment: &Shipment) -> Result<Import, Ended> {
    let new = NewImport {
        file_name: shown_name(&shipment.file_name),
        file_size: file.size() as u64,
        file_digest: known_as(file, &shipment.options).await?,
        options: shipment.options.clone(),
        sample: shipment.sample.clone(),
    };
    let path = format!("/api/imports?kind={}", shipment.options.kind.as_str());
    let answer: ImportResponse = server::post(job, &path, &new, async |_| {}).await?;
    Ok(answer.import)
}

/// Digits that know the file under these options again.
pub async fn known_as(file: &Blob, options: &Options) -> Result<String, Ended> {
    let size = file.size() as u64;
    let first = file::bytes(file, 0, digest::EDGE).await?;
    let last = file::bytes(file, size.saturating_sub(digest::EDGE), size).await?;
    digest(size, &first, &last, options).map_err(|_| unwritable())
}

pub fn unwritable() -> Ended {
    Failure { text: "The options of this import cannot be written down.".to_owned(), ..Failure::default() }.into()
}

/// As much of a file's name as the server takes.
pub fn shown_name(file_name: &str) -> String {
    file_name.chars().take(FILE_NAME).collect()
}
