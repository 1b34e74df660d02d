//! How far a model is, told while it works: a line of JSON each, in an answer that grows.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use shared::api::WriteStage;
use worker::send::SendFuture;

/// What was told and has not left yet.
#[derive(Debug, Clone, Default)]
pub struct Told(Arc<Mutex<VecDeque<WriteStage>>>);

pub const KIND: &str = "application/x-ndjson";

impl Told {
    pub fn stage(&self, stage: WriteStage) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back(stage);
    }

    /// So many characters came; of several that have not left, the newest alone counts.
    pub fn writing(&self, characters: usize) {
        let stage = WriteStage::Writing { characters: u32::try_from(characters).unwrap_or(u32::MAX) };
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match told.back_mut() {
            Some(last @ WriteStage::Writing { .. }) => *last = stage,
            _ => told.push_back(stage),
        }
    }

    fn next(&self) -> Option<WriteStage> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }
}

/// Lines as they are told while `work` goes on; its own result is the last one.
pub fn answer(told: Told, work: impl Future<Output = WriteStage> + 'static) -> Response {
    let mut work = Some(Box::pin(SendFuture::new(work)));
    let lines = stream::poll_fn(move |cx| {
        if let Some(running) = &mut work
            && let Poll::Ready(last) = running.as_mut().poll(cx)
        {
            told.stage(last);
            work = None;
        }
        match (told.next(), &work) {
            (Some(stage), _) => Poll::Ready(Some(Ok::<Bytes, Infallible>(line(&stage)))),
            (None, None) => Poll::Ready(None),
            (None, Some(_)) => Poll::Pending,
        }
    });
    let headers = [(CONTENT_TYPE, KIND), (CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(lines)).into_response()
}

fn line(stage: &WriteStage) -> Bytes {
    let mut line = serde_json::to_string(stage).unwrap_or_default();
    line.push('\n');
    Bytes::from(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_told_once_and_in_order() {
        let told = Told::default();
        told.stage(WriteStage::Asked { attempt: 1 });
        [5, 9, 12].into_iter().for_each(|characters| told.writing(characters));
        told.stage(WriteStage::Checking);
        told.writing(1);
        let stages: Vec<WriteStage> = std::iter::from_fn(|| told.next()).collect();
        let writing = |characters| WriteStage::Writing { characters };
        assert_eq!(stages, [WriteStage::Asked { attempt: 1 }, writing(12), WriteStage::Checking, writing(1)]);
    }
}
