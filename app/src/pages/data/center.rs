//! The import that is under way. It stands above the routes, so that it goes on while other pages are looked at.

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::api::worker::{Check, Failure, Finished, News, Progress, Reading, Task, Waiting};
use shared::api::{Import, Session, SessionResponse, Way};
use shared::import::{Defaults, Doubt, Kind, Options, Preview};
use shared::time::Millis;
use web_sys::Blob;

use super::columns;
use crate::client;
use crate::worker_client::WorkerClient;

/// Where the one import stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is chosen.
    Choose,
    /// The start of the file is looked at.
    Looking,
    /// Options are shown for correction, with what an import would do.
    Review,
    Sending,
    Ended,
}

/// What is to be imported.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    File { name: String, bytes: u64 },
    Sample(Sample),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sample {
    Store,
    Saas,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Ending {
    Imported(Finished),
    Cancelled(Option<Import>),
    Failed(Failure),
}

/// What the server knows and a file does not.
#[derive(Debug, Clone, PartialEq)]
struct Around {
    defaults: Defaults,
    /// The server's business time.
    now: Millis,
}

/// State and acts of the import; copied freely.
#[derive(Clone, Copy)]
pub struct ImportCenter {
    pub phase: RwSignal<Phase>,
    pub source: RwSignal<Option<Source>>,
    /// Counts up with each new guess: a form over the options is made anew.
    pub revision: RwSignal<u32>,
    pub options: RwSignal<Option<Options>>,
    pub preview: RwSignal<Preview>,
    pub doubts: RwSignal<Vec<Doubt>>,
    pub reading: RwSignal<Option<Reading>>,
    pub check: RwSignal<Option<Check>>,
    /// Why the file cannot be read with these options.
    pub failure: RwSignal<Option<Failure>>,
    pub progress: RwSignal<Option<Progress>>,
    /// How the file that is being sent is sent.
    pub way: RwSignal<Way>,
    /// Why a whole file is not on its way at present.
    pub storing: RwSignal<Option<Waiting>>,
    pub cancelling: RwSignal<bool>,
    pub ending: RwSignal<Option<Ending>>,
    inner: StoredValue<Inner, LocalStorage>,
}

struct Inner {
    client: WorkerClient,
    file: Option<Blob>,
    around: Option<Around>,
    /// Which columns were chosen for what, by their names.
    names: columns::Names,
}

/// Call once, above the pages.
pub fn provide_import_center() {
    let center = ImportCenter {
        phase: RwSignal::new(Phase::Choose),
        source: RwSignal::new(None),
        revision: RwSignal::new(0),
        options: RwSignal::new(None),
        preview: RwSignal::new(Preview::default()),
        doubts: RwSignal::new(Vec::new()),
        reading: RwSignal::new(None),
        check: RwSignal::new(None),
        failure: RwSignal::new(None),
        progress: RwSignal::new(None),
        way: RwSignal::new(Way::default()),
        storing: RwSignal::new(None),
        cancelling: RwSignal::new(false),
        ending: RwSignal::new(None),
        inner: StoredValue::new_local(Inner {
            client: WorkerClient::new(|_| {}),
            file: None,
            around: None,
            names: columns::Names::new(),
        }),
    };
    center.inner.update_value(|inner| inner.client = WorkerClient::new(move |news| center.hear(news)));
    provide_context(center);
    warn_before_unload(center);
}

/// From the context of the second module's root.
pub fn use_import_center() -> Option<ImportCenter> {
    use_context()
}

impl Sample {
    pub fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Saas => "saas",
        }
    }
}

impl Around {
    fn of(session: &Session) -> Option<Self> {
        let defaults = Defaults { currency: session.shop.home_currency, time_zone: session.shop.time_zone.clone() };
        Some(Self { defaults, now: Millis::parse_rfc3339(&session.now).ok()? })
    }
}

impl ImportCenter {
    /// Looks at a file, or at pasted text as one.
    pub fn choose(self, name: String, file: Blob) {
        if self.phase.get_untracked() == Phase::Sending {
            return;
        }
        self.source.set(Some(Source::File { name, bytes: file.size() as u64 }));
        self.inner.update_value(|inner| inner.file = Some(file));
        self.phase.set(Phase::Looking);
        self.failure.set(None);
        self.cancelling.set(false);
        self.with_around(move |center, around| {
            center.inner.update_value(|inner| inner.around = Some(around.clone()));
            center.inspect(None, around);
        });
    }

    /// Looks at the same file again as one of another kind.
    pub fn choose_kind(self, kind: Kind) {
        if let Some(around) = self.inner.with_value(|inner| inner.around.clone()) {
            self.inspect(Some(kind), around);
        }
    }

    /// Reads the file under corrected options.
    pub fn correct(self, options: Options) {
        let Some(old) = self.options.get_untracked() else { return };
        if old == options {
            return;
        }
        let cut = |options: &Options| (options.encoding, options.delimiter, options.header);
        let cut_anew = cut(&old) != cut(&options);
        let headers = self.preview.with_untracked(|preview| preview.headers.clone());
        self.inner.update_value(|inner| columns::remember(&mut inner.names, &old.columns, &options.columns, &headers));
        self.options.set(Some(options.clone()));
        self.check.set(None);
        self.failure.set(None);
        if cut_anew { self.ask(Task::Preview { options }) } else { self.check_file() }
    }

    /// Sends the file.
    pub fn start(self, way: Way) {
        let Some(options) = self.options.get_untracked() else { return };
        let Some(Source::File { name, .. }) = self.source.get_untracked() else { return };
        self.sending(way);
        if let Some(now) = self.now() {
            self.ask(Task::Import { options, now, file_name: name, way });
        }
    }

    /// Loads a sample shop.
    pub fn load_sample(self, sample: Sample) {
        if self.phase.get_untracked() == Phase::Sending {
            return;
        }
        self.source.set(Some(Source::Sample(sample)));
        self.sending(Way::Batches);
        self.with_around(move |center, Around { defaults, now }| {
            center.ask(Task::Sample { shop: sample.name().to_owned(), defaults, now });
        });
    }

    pub fn cancel(self) {
        self.cancelling.set(true);
        self.inner.with_value(|inner| inner.client.cancel());
    }

    /// Whether the server has the file and goes on without this page.
    pub fn is_stored(self) -> bool {
        self.progress.with(is_stored)
    }

    /// Lets an import that needs no page go on by itself, and makes room for another file.
    pub fn leave(self) {
        if self.phase.get_untracked() == Phase::Sending && self.progress.with_untracked(is_stored) {
            self.ask(Task::Leave);
            self.phase.set(Phase::Choose);
            self.forget();
        }
    }

    /// Back to an empty page.
    pub fn forget(self) {
        if self.phase.get_untracked() == Phase::Sending {
            return;
        }
        // Stops a check of the file, should one be running.
        self.inner.with_value(|inner| inner.client.cancel());
        self.inner.update_value(|inner| inner.file = None);
        self.source.set(None);
        self.phase.set(Phase::Choose);
    }

    /// From an ended import back to its options: the file is still there.
    pub fn review_again(self) {
        if self.options.with_untracked(Option::is_some) && self.inner.with_value(|inner| inner.file.is_some()) {
            self.phase.set(Phase::Review);
        } else {
            self.forget();
        }
    }

    fn inspect(self, kind: Option<Kind>, around: Around) {
        self.phase.set(Phase::Looking);
        self.failure.set(None);
        self.check.set(None);
        self.ask(Task::Inspect { kind, defaults: around.defaults });
    }

    /// Asks the server anew: a page that was open for days knows an old clock.
    fn with_around(self, act: impl FnOnce(Self, Around) + 'static) {
        spawn_local(async move {
            let failure = match client::get::<SessionResponse>("/api/session").await {
                Ok(answer) => match Around::of(&answer.session) {
                    Some(_) if self.cancelling.get_untracked() => return self.hear(News::Cancelled { import: None }),
                    Some(around) => return act(self, around),
                    None => client::Failure::Unreadable(200),
                },
                Err(failure) => failure,
            };
            self.hear(News::Failed(Failure { text: failure.text(), ..Failure::default() }));
        });
    }

    fn check_file(self) {
        let (Some(options), Some(now)) = (self.options.get_untracked(), self.now()) else { return };
        self.reading.set(None);
        self.ask(Task::Check { options, now });
    }

    fn sending(self, way: Way) {
        self.way.set(way);
        self.storing.set(None);
        self.progress.set(None);
        self.ending.set(None);
        self.cancelling.set(false);
        self.phase.set(Phase::Sending);
    }

    fn now(self) -> Option<Millis> {
        self.inner.with_value(|inner| inner.around.as_ref().map(|around| around.now))
    }

    fn ask(self, task: Task) {
        let (client, file) = self.inner.with_value(|inner| (inner.client.clone(), inner.file.clone()));
        client.ask(task, file.as_ref());
    }

    fn hear(self, news: News) {
        match news {
            News::Ready => {}
            News::Inspected(guess) => {
                self.inner.update_value(|inner| {
                    inner.names.clear();
                    columns::remember(&mut inner.names, &Default::default(), &guess.options.columns, &guess.headers);
                });
                self.preview.set(Preview { headers: guess.headers, rows: guess.preview });
                self.doubts.set(guess.doubts);
                self.options.set(Some(guess.options));
                self.revision.update(|revision| *revision += 1);
                self.phase.set(Phase::Review);
                self.check_file();
            }
            News::Previewed(preview) => {
                let columns = self.inner.with_value(|inner| columns::kept(&inner.names, &preview.headers));
                self.options.update(|options| {
                    // Without a header the names say nothing, and the places stay.
                    if let Some(options) = options.as_mut().filter(|options| options.header) {
                        options.columns = columns;
                    }
                });
                self.preview.set(preview);
                self.revision.update(|revision| *revision += 1);
                self.check_file();
            }
            News::Checking(reading) => self.reading.set(Some(reading)),
            News::Checked(check) => {
                self.reading.set(None);
                self.check.set(Some(check));
            }
            News::Storing { waiting } => self.storing.set(waiting),
            News::Importing(progress) => self.progress.set(Some(progress)),
            News::Imported(finished) => self.end(Ending::Imported(finished)),
            News::Cancelled { import } if self.phase.get_untracked() == Phase::Sending => self.end(Ending::Cancelled(import)),
            // A fit and the editor of messages have Web Workers of their own.
            News::Cancelled { .. } | News::Fitting(_) | News::Fitted(_) | News::Composed(_) | News::Forecast(_) => {}
            News::Failed(failure) => match self.phase.get_untracked() {
                Phase::Sending => self.end(Ending::Failed(failure)),
                Phase::Review => {
                    self.reading.set(None);
                    self.failure.set(Some(failure));
                }
                _ => {
                    self.failure.set(Some(failure));
                    self.phase.set(Phase::Choose);
                }
            },
        }
    }

    fn end(self, ending: Ending) {
        self.ending.set(Some(ending));
        self.phase.set(Phase::Ended);
    }
}

fn is_stored(progress: &Option<Progress>) -> bool {
    progress.as_ref().is_some_and(|progress| progress.import.stored)
}

/// A closed tab would stop the sending: the browser asks first.
fn warn_before_unload(center: ImportCenter) {
    let listener = window_event_listener(ev::beforeunload, move |event| {
        if center.phase.get_untracked() == Phase::Sending && !center.progress.with_untracked(is_stored) {
            event.prevent_default();
            // Older browsers ask only for this.
            event.set_return_value("");
        }
    });
    on_cleanup(move || listener.remove());
}
