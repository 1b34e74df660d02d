//! Works that go on beside the checks, one after another: most of a build is one thread's work, and machines have more than one.

use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Instant;

use anyhow::{Context as _, Result};

use crate::process;

/// The thread that works beside the caller's.
pub struct Beside {
    works: Sender<Box<dyn FnOnce() + Send>>,
}

/// A work under way or still to come.
pub struct Pending<T> {
    done: Receiver<Done<T>>,
}

/// A work that has ended, with what it printed.
pub struct Done<T> {
    pub outcome: Result<T>,
    pub text: String,
    pub seconds: f64,
}

impl Beside {
    pub fn start() -> Self {
        let (works, coming) = mpsc::channel::<Box<dyn FnOnce() + Send>>();
        thread::spawn(move || coming.into_iter().for_each(|work| work()));
        Self { works }
    }

    /// Works after all that were asked for before.
    pub fn then<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Pending<T> {
        let (tell, done) = mpsc::channel();
        let timed = move || {
            let start = Instant::now();
            let (outcome, text) = process::kept(work);
            // Nobody may be left to hear it.
            let _ = tell.send(Done { outcome, text, seconds: start.elapsed().as_secs_f64() });
        };
        // Where the thread has ended, waiting says so.
        let _ = self.works.send(Box::new(timed));
        Pending { done }
    }
}

impl<T> Pending<T> {
    pub fn wait(self) -> Result<Done<T>> {
        self.done.recv().context("a work beside the checks broke off, and all after it with it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_are_done_in_their_order_and_tell_what_they_printed() {
        let beside = Beside::start();
        let (tell, told) = mpsc::channel();
        let again = tell.clone();
        let first = beside.then(move || {
            process::say("one");
            Ok(tell.send(1)?)
        });
        let second = beside.then(move || -> Result<()> {
            again.send(2)?;
            anyhow::bail!("two is missing")
        });
        let done = second.wait().unwrap();
        assert_eq!((done.outcome.unwrap_err().to_string().as_str(), done.text.as_str()), ("two is missing", ""));
        let done = first.wait().unwrap();
        assert!(done.outcome.is_ok() && done.seconds >= 0.0);
        assert_eq!(done.text, "one");
        assert_eq!(told.iter().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_work_that_breaks_off_is_told_to_whoever_waits() {
        let beside = Beside::start();
        let broken = beside.then(|| -> Result<()> { panic!("meant to") });
        assert!(broken.wait().is_err());
        assert!(beside.then(|| Ok(())).wait().is_err());
    }
}
