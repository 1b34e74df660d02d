//! The page's end of the line to the Web Worker, which is loaded when it is first asked for something.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::Array;
use leptos::prelude::document;
use shared::api::worker::{Ask, Failure, News, Reply, Task};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};
use web_sys::{Blob, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Answers belong to the newest ask: words about older ones are dropped here.
#[derive(Clone)]
pub struct WorkerClient(Rc<RefCell<Line>>);

struct Line {
    module: Option<Module>,
    /// Asked before the module had said that it listens.
    waiting: VecDeque<Array>,
    ready: bool,
    newest: u32,
    on_news: Rc<dyn Fn(News)>,
}

/// A running module with the closures that it calls.
struct Module {
    worker: Worker,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut(web_sys::Event)>,
}

impl WorkerClient {
    /// `on_news` hears all about the newest ask.
    pub fn new(on_news: impl Fn(News) + 'static) -> Self {
        let line = Line { module: None, waiting: VecDeque::new(), ready: false, newest: 0, on_news: Rc::new(on_news) };
        Self(Rc::new(RefCell::new(line)))
    }

    /// Starts a task and ends the one before.
    pub fn ask(&self, task: Task, file: Option<&Blob>) {
        let number = {
            let mut line = self.0.borrow_mut();
            line.newest += 1;
            line.newest
        };
        self.send(&Ask { number, task }, file);
    }

    /// Ends the running task; its last news still come.
    pub fn cancel(&self) {
        let (number, running) = {
            let line = self.0.borrow();
            (line.newest, line.module.is_some())
        };
        if !running {
            return;
        }
        self.send(&Ask { number, task: Task::Cancel }, None);
    }

    /// Ends the running task at once, even one that would not hear of it, and says no more about it.
    pub fn end(&self) {
        self.stop();
        self.0.borrow_mut().newest += 1;
    }

    fn send(&self, ask: &Ask, file: Option<&Blob>) {
        if self.0.borrow().module.is_none() {
            match self.start() {
                Some(module) => self.0.borrow_mut().module = Some(module),
                None => return self.fail(),
            }
        }
        let Ok(json) = serde_json::to_string(ask) else { return };
        let message = Array::of2(&JsValue::from_str(&json), &file.map_or(JsValue::NULL, JsValue::from));
        let mut line = self.0.borrow_mut();
        match (&line.module, line.ready) {
            // What cannot be cloned is refused at once; text and files can.
            (Some(module), true) => drop(module.worker.post_message(&message)),
            _ => line.waiting.push_back(message),
        }
    }

    /// The address stands in `index.html`, where the build wrote the name with its hash.
    fn start(&self) -> Option<Module> {
        let address = document().query_selector("meta[name=rekindle-worker]").ok().flatten()?.get_attribute("content")?;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&address, &options).ok()?;
        let client = self.clone();
        let on_message = Closure::new(move |event: MessageEvent| client.hear(&event));
        let client = self.clone();
        let on_error = Closure::new(move |_| client.fail());
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        Some(Module { worker, _on_message: on_message, _on_error: on_error })
    }

    fn hear(&self, event: &MessageEvent) {
        let Some(Reply { number, news }) = event.data().as_string().and_then(|json| serde_json::from_str(&json).ok()) else {
            return self.fail();
        };
        if let News::Ready = news {
            return self.open();
        }
        if matches!(news, News::Failed(_)) {
            self.stop();
        }
        let (newest, on_news) = {
            let line = self.0.borrow();
            (line.newest, line.on_news.clone())
        };
        if number == newest {
            on_news(news);
        }
    }

    fn open(&self) {
        let mut line = self.0.borrow_mut();
        line.ready = true;
        while let Some(message) = line.waiting.pop_front() {
            if let Some(module) = &line.module {
                let _ = module.worker.post_message(&message);
            }
        }
    }

    fn fail(&self) {
        self.stop();
        let on_news = self.0.borrow().on_news.clone();
        on_news(News::Failed(Failure {
            text: "The part of Rekindle that does this work could not be loaded. Check your connection and try again; if that does not help, \
                   reload the page: a newer version may have been deployed."
                .to_owned(),
            ..Failure::default()
        }));
    }

    /// After a failure the next ask gets a fresh module: one that has panicked would never answer again.
    fn stop(&self) {
        let module = {
            let mut line = self.0.borrow_mut();
            line.ready = false;
            line.waiting.clear();
            line.module.take()
        };
        if let Some(module) = module {
            module.worker.set_onmessage(None);
            module.worker.set_onerror(None);
            module.worker.terminate();
            // Dropped later: one of its closures may be the one that is running.
            leptos::task::spawn_local(async move { drop(module) });
        }
    }
}
