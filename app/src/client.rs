//! The one way to the API: JSON in, JSON out, and every failure in words that a person can act on.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use gloo_net::http::{Method, Request, RequestBuilder};
use leptos::prelude::window;
use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::api::{Conflict, Problem};
use web_sys::Blob;

/// Why a call gave no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The worker refused or failed, and says why.
    Problem(Box<Problem>),
    /// Nothing answered: no network, or the server is down.
    Unreachable,
    /// An answer that this version of the app cannot read.
    Unreadable(u16),
}

pub async fn get<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    read(&fetch(path).await?)
}

/// The same answer read as two types: half a type's members each.
pub async fn get_both<A: DeserializeOwned, B: DeserializeOwned>(path: &str) -> Result<(A, B), Failure> {
    let text = fetch(path).await?;
    Ok((read(&text)?, read(&text)?))
}

/// Sent once more with the same key where the answer got lost: the worker then repeats what it answered, and nothing is made twice.
pub async fn post<B: Serialize + ?Sized, T: DeserializeOwned>(path: &str, body: &B) -> Result<T, Failure> {
    let body = json(body)?;
    let key = idempotency_key();
    let mut answer = send(Method::POST, path, Some(body.clone()), &[("idempotency-key", &key)]).await;
    if answer == Err(Failure::Unreachable) {
        gloo_timers::future::TimeoutFuture::new(400).await;
        answer = send(Method::POST, path, Some(body), &[("idempotency-key", &key)]).await;
    }
    read(&answer?)
}

/// The same of what was made from `version`.
pub async fn post_from<B: Serialize + ?Sized, T: DeserializeOwned>(path: &str, version: u32, body: &B) -> Result<T, Failure> {
    let body = json(body)?;
    let (key, version) = (idempotency_key(), etag(version));
    let headers = [("idempotency-key", key.as_str()), ("if-match", version.as_str())];
    let mut answer = send(Method::POST, path, Some(body.clone()), &headers).await;
    if answer == Err(Failure::Unreachable) {
        gloo_timers::future::TimeoutFuture::new(400).await;
        answer = send(Method::POST, path, Some(body), &headers).await;
    }
    read(&answer?)
}

/// Sends a file as it is.
pub async fn post_file<T: DeserializeOwned>(path: &str, file: &Blob) -> Result<T, Failure> {
    let _call = Call::begin();
    let request = RequestBuilder::new(path)
        .method(Method::POST)
        .header("accept", "application/json")
        .header("content-type", &file.type_())
        .header("idempotency-key", &idempotency_key())
        .body(file.clone());
    read(&answered(request).await?)
}

/// `version` is the one that the change was made from, here and below: the worker refuses it where somebody was quicker.
pub async fn put<B: Serialize + ?Sized, T: DeserializeOwned>(path: &str, version: u32, body: &B) -> Result<T, Failure> {
    read(&send(Method::PUT, path, Some(json(body)?), &[("if-match", &etag(version))]).await?)
}

pub async fn patch<B: Serialize + ?Sized, T: DeserializeOwned>(path: &str, version: u32, body: &B) -> Result<T, Failure> {
    read(&send(Method::PATCH, path, Some(json(body)?), &[("if-match", &etag(version))]).await?)
}

pub async fn post_version<T: DeserializeOwned>(path: &str, version: u32) -> Result<T, Failure> {
    read(&send(Method::POST, path, Some("{}".to_owned()), &[("if-match", &etag(version))]).await?)
}

pub async fn delete<T: DeserializeOwned>(path: &str) -> Result<T, Failure> {
    read(&send(Method::DELETE, path, Some(String::new()), &[]).await?)
}

pub async fn delete_version<T: DeserializeOwned>(path: &str, version: u32) -> Result<T, Failure> {
    read(&send(Method::DELETE, path, Some(String::new()), &[("if-match", &etag(version))]).await?)
}

/// Whether no answer is awaited.
pub fn is_quiet() -> bool {
    UNDER_WAY.get() == 0
}

/// Called on each answer that says nobody is signed in; the shell sends the person to the sign-in page.
pub fn on_signed_out(action: impl Fn() + 'static) {
    SIGNED_OUT.with(|slot| *slot.borrow_mut() = Some(Box::new(action)));
}

impl Failure {
    /// What happened and what to do, as one or two sentences.
    pub fn text(&self) -> String {
        match self {
            Self::Problem(problem) if problem.detail.is_empty() => problem.title.clone(),
            Self::Problem(problem) => problem.detail.clone(),
            Self::Unreachable => {
                "Rekindle did not answer. Check your connection, then try again; nothing you typed is lost.".to_owned()
            }
            Self::Unreadable(status) => format!(
                "The answer could not be read (status {status}). Reload the page: a newer version may have been deployed."
            ),
        }
    }

    /// What is wrong with the input called `name`, and how to mend it.
    pub fn field(&self, name: &str) -> Option<String> {
        self.fields().and_then(|fields| fields.get(name).cloned())
    }

    pub fn fields(&self) -> Option<&BTreeMap<String, String>> {
        match self {
            Self::Problem(problem) => Some(&problem.fields),
            _ => None,
        }
    }

    /// Somebody else changed it meanwhile: what stands now.
    pub fn conflict(&self) -> Option<&Conflict> {
        match self {
            Self::Problem(problem) => problem.conflict.as_ref(),
            _ => None,
        }
    }

    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem(problem) => Some(problem.status),
            Self::Unreachable => None,
            Self::Unreadable(status) => Some(*status),
        }
    }

    /// For the line "tell us this number".
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Problem(problem) => Some(problem.request_id.as_str()).filter(|id| !id.is_empty()),
            _ => None,
        }
    }

    fn is_passing(&self) -> bool {
        matches!(self.status(), None | Some(502..=504))
    }
}

type Action = Box<dyn Fn()>;

thread_local! {
    static SIGNED_OUT: RefCell<Option<Action>> = const { RefCell::new(None) };
    static UNDER_WAY: Cell<u32> = const { Cell::new(0) };
}

/// Counts a call for as long as it is held: also one whose page is left before its answer comes.
struct Call;

impl Call {
    fn begin() -> Self {
        UNDER_WAY.set(UNDER_WAY.get().saturating_add(1));
        Self
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        UNDER_WAY.set(UNDER_WAY.get().saturating_sub(1));
    }
}

fn json<B: Serialize + ?Sized>(body: &B) -> Result<String, Failure> {
    serde_json::to_string(body).map_err(|_| Failure::Unreadable(0))
}

fn etag(version: u32) -> String {
    format!("\"{version}\"")
}

/// 128 random bits, also where the page is not served safely and `randomUUID` is kept from it.
fn idempotency_key() -> String {
    let mut bytes = [0_u8; 16];
    let filled = window().crypto().and_then(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
    // No browser that runs this app lacks it; chance and the clock would still tell two clicks apart.
    if filled.is_err() {
        return format!("{:x}-{:x}", js_sys::Date::now().to_bits(), js_sys::Math::random().to_bits());
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn fetch(path: &str) -> Result<String, Failure> {
    match send(Method::GET, path, None, &[]).await {
        // A read changes nothing, so one stumble of the network or the store is not worth a person's attention.
        Err(failure) if failure.is_passing() => {
            gloo_timers::future::TimeoutFuture::new(400).await;
            send(Method::GET, path, None, &[]).await
        }
        answer => answer,
    }
}

/// Text in, text out, so that all calls share this code. Every change carries a JSON content type: the worker refuses what a
/// foreign form could send.
async fn send(method: Method, path: &str, body: Option<String>, headers: &[(&str, &str)]) -> Result<String, Failure> {
    let _call = Call::begin();
    let mut builder = RequestBuilder::new(path).method(method).header("accept", "application/json");
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    let request = match body {
        Some(body) => builder.header("content-type", "application/json").body(body),
        None => builder.build(),
    };
    answered(request).await
}

async fn answered(request: Result<Request, gloo_net::Error>) -> Result<String, Failure> {
    let answer = request.map_err(|_| Failure::Unreachable)?.send().await.map_err(|_| Failure::Unreachable)?;
    let text = answer.text().await.map_err(|_| Failure::Unreachable)?;
    let status = answer.status();
    if answer.ok() {
        return Ok(text);
    }
    if status == 401 {
        SIGNED_OUT.with(|slot| slot.borrow().as_ref().map(|action| action()));
    }
    Err(serde_json::from_str(&text).map_or(Failure::Unreadable(status), |problem| Failure::Problem(Box::new(problem))))
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|_| Failure::Unreadable(200))
}
