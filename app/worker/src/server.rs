//! Calls to the API, with patience for a server that is busy and none for one that refuses.

use std::cell::Cell;
use std::rc::Rc;

use gloo_net::http::{Method, Request, RequestBuilder, Response};
use gloo_timers::future::TimeoutFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::api::Problem;
use shared::api::worker::{Failure, Waiting};
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Blob};

use crate::pace::{self, Next};
use crate::page::{Job, Wanted};

/// Why a call gave no answer.
#[derive(Debug)]
pub enum Ended {
    Replaced,
    Cancelled,
    Failed(Box<Failure>),
}

/// How often a pause looks whether the job is still wanted, in milliseconds.
const GLANCE: u32 = 200;

/// A limit that ends at midnight is asked about this often, in seconds: the clock of the server decides, not ours.
const LIMIT_PAUSE: u32 = 30;

/// The same for a whole file, which is no small question.
const LIMIT_PAUSE_OF_FILE: u32 = 600;

/// Sends until the server takes it. `waiting` is called before each pause, and with none when things move again.
pub async fn post<B: Serialize, T: DeserializeOwned>(
    job: Job,
    path: &str,
    body: &B,
    waiting: impl AsyncFnMut(Option<Waiting>),
) -> Result<T, Ended> {
    let body = serde_json::to_string(body).map_err(|_| Ended::from(unreadable(0)))?;
    patiently(job, LIMIT_PAUSE, async || call(Method::POST, path, Some(&body)).await, waiting).await
}

/// The same for what takes the place of what stands there.
pub async fn put<B: Serialize, T: DeserializeOwned>(
    job: Job,
    path: &str,
    body: &B,
    waiting: impl AsyncFnMut(Option<Waiting>),
) -> Result<T, Ended> {
    let body = serde_json::to_string(body).map_err(|_| Ended::from(unreadable(0)))?;
    patiently(job, LIMIT_PAUSE, async || call(Method::PUT, path, Some(&body)).await, waiting).await
}

/// Sends a file as it is until the server has it; breaks off when the job is not wanted any more.
pub async fn post_file<T: DeserializeOwned>(
    job: Job,
    path: &str,
    file: &Blob,
    waiting: impl AsyncFnMut(Option<Waiting>),
) -> Result<T, Ended> {
    patiently(job, LIMIT_PAUSE_OF_FILE, async || call_with_file(job, path, file).await, waiting).await
}

/// Asks until there is an answer.
pub async fn get_patiently<T: DeserializeOwned>(
    job: Job,
    path: &str,
    waiting: impl AsyncFnMut(Option<Waiting>),
) -> Result<T, Ended> {
    patiently(job, LIMIT_PAUSE, async || call(Method::GET, path, None).await, waiting).await
}

async fn patiently<T>(
    job: Job,
    limit_pause: u32,
    attempt_once: impl AsyncFn() -> Result<T, Refusal>,
    mut waiting: impl AsyncFnMut(Option<Waiting>),
) -> Result<T, Ended> {
    let mut attempt = 0;
    loop {
        let refusal = match attempt_once().await {
            Ok(answer) => {
                if attempt > 0 {
                    waiting(None).await;
                }
                return Ok(answer);
            }
            Err(refusal) => refusal,
        };
        wanted(job)?;
        attempt += 1;
        let seconds = match pace::next(refusal.status, refusal.code(), attempt, refusal.retry_after) {
            Next::GiveUp => return Err(refusal.failure().into()),
            Next::Retry { seconds } => {
                waiting(Some(Waiting::Retry { attempt, seconds })).await;
                seconds
            }
            Next::DailyLimit => {
                waiting(Some(Waiting::DailyLimit { resume_at: None })).await;
                limit_pause
            }
        };
        pause(job, seconds).await?;
    }
}

/// One try.
pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    call(Method::GET, path, None).await.map_err(|refusal| refusal.failure())
}

/// A static file's bytes.
pub async fn fetch(path: &str) -> Result<Vec<u8>, Failure> {
    let missing = || Failure {
        text: "The sample shop's files are not in this installation. Build the app again with cargo xtask build, then reload."
            .to_owned(),
        ..Failure::default()
    };
    let answer = Request::get(path).send().await.map_err(|_| unreachable())?;
    if !answer.ok() {
        return Err(missing());
    }
    answer.binary().await.map_err(|_| missing())
}

/// Tells the server to end an import; that it could not be told is no news to anybody who has just given up on it.
pub async fn cancel<T: DeserializeOwned>(path: &str) -> Option<T> {
    call(Method::POST, path, Some("{}")).await.ok()
}

/// What came instead of an answer.
#[derive(Debug)]
struct Refusal {
    /// None where nothing answered.
    status: Option<u16>,
    problem: Option<Box<Problem>>,
    retry_after: Option<u32>,
}

impl Refusal {
    fn code(&self) -> &str {
        self.problem.as_ref().map_or("", |problem| &problem.code)
    }

    fn failure(self) -> Failure {
        match (self.status, self.problem) {
            (Some(401), _) => Failure {
                text: "You are signed out. Sign in again: an import goes on where it stopped once the same file is chosen."
                    .to_owned(),
                ..Failure::default()
            },
            (_, Some(problem)) => {
                let text = if problem.detail.is_empty() { problem.title } else { problem.detail };
                Failure { text, fields: problem.fields, import: None }
            }
            (Some(status), None) => unreadable(status),
            (None, None) => unreachable(),
        }
    }
}

async fn call<T: DeserializeOwned>(method: Method, path: &str, body: Option<&str>) -> Result<T, Refusal> {
    let builder = RequestBuilder::new(path).method(method).header("accept", "application/json");
    let request = match body {
        Some(body) => builder.header("content-type", "application/json").body(body),
        None => builder.build(),
    };
    answer(request.map_err(silent)?).await
}

/// The browser reads the file while it sends: none of it passes through our memory.
async fn call_with_file<T: DeserializeOwned>(job: Job, path: &str, file: &Blob) -> Result<T, Refusal> {
    let controller = AbortController::new().map_err(silent)?;
    let request = RequestBuilder::new(path)
        .method(Method::POST)
        .header("accept", "application/json")
        .header("content-type", "text/csv")
        .abort_signal(Some(&controller.signal()))
        .body(file.clone())
        .map_err(silent)?;
    let ended = Rc::new(Cell::new(false));
    let has_ended = ended.clone();
    spawn_local(async move {
        while !has_ended.get() {
            if wanted(job).is_err() {
                return controller.abort();
            }
            TimeoutFuture::new(GLANCE).await;
        }
    });
    let answer = answer(request).await;
    ended.set(true);
    answer
}

fn silent<E>(_: E) -> Refusal {
    Refusal { status: None, problem: None, retry_after: None }
}

async fn answer<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    let answer: Response = request.send().await.map_err(silent)?;
    let status = answer.status();
    if answer.ok() {
        return answer.json().await.map_err(|_| Refusal { status: Some(status), problem: None, retry_after: None });
    }
    let retry_after = answer.headers().get("retry-after").and_then(|seconds| seconds.trim().parse().ok());
    Err(Refusal { status: Some(status), problem: answer.json().await.ok().map(Box::new), retry_after })
}

/// # Errors
/// When the page does not want the job any more.
pub async fn pause(job: Job, seconds: u32) -> Result<(), Ended> {
    for _ in 0..seconds.saturating_mul(1_000) / GLANCE {
        wanted(job)?;
        TimeoutFuture::new(GLANCE).await;
    }
    wanted(job)
}

/// # Errors
/// When the page does not want the job any more.
pub fn wanted(job: Job) -> Result<(), Ended> {
    match job.wanted() {
        Wanted::Yes => Ok(()),
        Wanted::Replaced => Err(Ended::Replaced),
        Wanted::Cancelled => Err(Ended::Cancelled),
    }
}

fn unreachable() -> Failure {
    Failure { text: "Rekindle did not answer. Check your connection, then try again.".to_owned(), ..Failure::default() }
}

fn unreadable(status: u16) -> Failure {
    Failure {
        text: format!("The answer could not be read (status {status}). Reload the page: a newer version may have been deployed."),
        ..Failure::default()
    }
}
