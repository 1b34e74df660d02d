//! The one door out: everything that the worker asks of the outside, it asks here.
//!
//! An address passes [`shared::outbound::check`] before it is asked, and so does each one that an answer sends on to: the platform
//! follows no redirect by itself. A secret goes no further than the server that it was stored for. Answers have little time to begin,
//! may not fall silent, and are read piece by piece, so that their reader can stop where they grow too large; what they say is shown to
//! nobody.
//!
//! **Names that change their mind.** A name may be public when it is checked and lead to a private address when it is asked (DNS
//! rebinding). A worker cannot see what a name leads to, nor ask an address under a name, so it cannot hold the one to the other as a
//! server with sockets would. What takes its place is where workers run: on Cloudflare's machines, whose `fetch` goes out through its
//! public edge. It has no route to a shop's own network, to this machine or to a cloud's metadata, whatever a name leads to. So the check
//! is of spelling, which keeps out what would be wrong anywhere, and a developer's machine, which has such routes, is the one place where
//! addresses should be those of people one trusts.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use shared::outbound::{Address, Own, REDIRECTS, check};
use worker::wasm_bindgen::JsValue;
use worker::{
    AbortController, ByteStream, CacheMode, Delay, Fetch, Headers, Request, RequestInit, RequestRedirect, Response, Url,
};

/// For the first line of an answer, of every server that sends on.
const BEGINS_WITHIN: Duration = Duration::from_secs(10);

/// The same where something is made: a store that is busy takes longer, and giving up early only makes its answer unknown.
const WRITTEN_WITHIN: Duration = Duration::from_secs(20);

/// Between two pieces of an answer.
const SILENT_FOR: Duration = Duration::from_secs(10);

const USER_AGENT: &str = "Rekindle";

/// A question to the outside.
#[derive(Debug)]
pub struct Ask<'a> {
    pub address: &'a Address,
    /// Shown to the address's own server only.
    pub bearer: Option<&'a str>,
    pub headers: &'a [(&'a str, &'a str)],
}

/// A request that may change something there.
#[derive(Debug)]
pub struct Write<'a> {
    pub method: &'a str,
    pub address: &'a Address,
    pub headers: &'a [(&'a str, &'a str)],
    pub body: Option<&'a str>,
}

/// What came back, its body still to be read. Dropping it ends the answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Headers,
    body: Option<ByteStream>,
    abort: Option<AbortController>,
}

/// Why there is no answer, or not the whole of one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("it sends on to an address that is not asked. {0}")]
    Redirect(shared::outbound::Refused),
    #[error("it sends on more than {REDIRECTS} times")]
    Redirects,
    #[error("it cannot be reached")]
    Unreachable,
    #[error("it did not answer in time")]
    Late,
    #[error("its answer broke off")]
    BrokenOff,
    #[error("its answer is larger than {0} bytes")]
    TooLarge(usize),
}

/// Asks with `GET`, and goes where the answers send on to.
///
/// # Errors
/// Why nothing came back; a status that is no success is an answer.
pub async fn get(ask: &Ask<'_>, own: Own<'_>) -> Result<Answer, Failure> {
    let mut address = ask.address.clone();
    for _ in 0..=REDIRECTS {
        let bearer = ask.bearer.filter(|_| address.is_of_same_server(ask.address));
        let abort = AbortController::default();
        let question = Write { method: "GET", address: &address, headers: ask.headers, body: None };
        let mut response = within(BEGINS_WITHIN, send(&question, bearer, &abort)).await??;
        let headers = response.headers().clone();
        let status = response.status_code();
        let location = if matches!(status, 301 | 302 | 303 | 307 | 308) { header(&headers, "location") } else { None };
        let Some(location) = location else {
            let body = response.stream().ok();
            return Ok(Answer { status, headers, body, abort: Some(abort) });
        };
        abort.abort();
        // A reader of addresses that mends what it reads must not mend something else than what was judged.
        if !location.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\') {
            return Err(Failure::Redirect(shared::outbound::Refused::Spelling));
        }
        let here: Url = address.as_str().parse().map_err(|_| Failure::Unreachable)?;
        let next = here.join(&location).map_err(|_| Failure::Redirect(shared::outbound::Refused::NoAddress))?;
        address = check(next.as_str(), own).map_err(Failure::Redirect)?;
    }
    Err(Failure::Redirects)
}

/// Asks for something that may change what is there, and goes nowhere else: an answer that sends on is an answer.
///
/// # Errors
/// Why nothing came back. What was asked for may have been done all the same.
pub async fn write(write: &Write<'_>) -> Result<Answer, Failure> {
    write_within(write, WRITTEN_WITHIN).await
}

/// The same with another time for the first line of the answer.
///
/// # Errors
/// As [`write()`].
pub async fn write_within(write: &Write<'_>, time: Duration) -> Result<Answer, Failure> {
    let abort = AbortController::default();
    let mut response = within(time, send(write, None, &abort)).await??;
    let (status, headers) = (response.status_code(), response.headers().clone());
    let body = response.stream().ok();
    Ok(Answer { status, headers, body, abort: Some(abort) })
}

async fn send(write: &Write<'_>, bearer: Option<&str>, abort: &AbortController) -> Result<Response, Failure> {
    let Write { method, address, headers: more, body } = write;
    let refused = |_| Failure::Unreachable;
    let headers = Headers::new();
    // What was packed on the way comes with other positions than a part of it is asked for by.
    for (name, value) in [("user-agent", USER_AGENT), ("accept-encoding", "identity")].iter().chain(*more) {
        headers.set(name, value).map_err(refused)?;
    }
    if let Some(bearer) = bearer {
        headers.set("authorization", &format!("Bearer {bearer}")).map_err(refused)?;
    }
    let mut init = RequestInit::new();
    // A copy that the platform keeps is not what its owner put there since.
    init.with_headers(headers).with_redirect(RequestRedirect::Manual).with_cache(CacheMode::NoStore);
    init.with_method((*method).to_owned().into());
    if let Some(body) = body {
        init.with_body(Some(JsValue::from_str(body)));
    }
    let request = Request::new_with_init(address.as_str(), &init).map_err(refused)?;
    Fetch::Request(request).send_with_signal(&abort.signal()).await.map_err(refused)
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<String> {
        header(&self.headers, name)
    }

    /// The next bytes; none at the end.
    ///
    /// # Errors
    /// Where nothing comes for too long, or the answer breaks off.
    pub async fn piece(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        self.piece_within(SILENT_FOR).await
    }

    /// The same with another time to be silent for.
    ///
    /// # Errors
    /// As [`Answer::piece`].
    pub async fn piece_within(&mut self, time: Duration) -> Result<Option<Vec<u8>>, Failure> {
        let Some(body) = &mut self.body else { return Ok(None) };
        within(time, body.next()).await?.transpose().map_err(|_| Failure::BrokenOff)
    }

    /// The whole of a short answer.
    ///
    /// # Errors
    /// As [`Answer::piece`]; and where it is longer than `most` bytes.
    pub async fn bytes(mut self, most: usize) -> Result<Vec<u8>, Failure> {
        let mut bytes = Vec::new();
        while let Some(piece) = self.piece().await? {
            if bytes.len() + piece.len() > most {
                return Err(Failure::TooLarge(most));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // What is not read any more is not sent any more.
        if let Some(abort) = self.abort.take() {
            abort.abort();
        }
    }
}

/// What `work` gives, or nothing of it where it takes longer.
///
/// # Errors
/// [`Failure::Late`].
pub async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Result<T, Failure> {
    match select(Box::pin(work), Delay::from(time)).await {
        Either::Left((done, _)) => Ok(done),
        Either::Right(_) => Err(Failure::Late),
    }
}

fn header(headers: &Headers, name: &str) -> Option<String> {
    headers.get(name).ok().flatten().filter(|value| !value.is_empty())
}
