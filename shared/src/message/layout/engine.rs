//! The templates, compiled once, and how words are set into them: escaped, strict, with a limit on work and size.

use std::io;
use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value};
use mrml::prelude::render::RenderOptions;

use super::view::View;
use super::{LayoutError, MOST_BYTES};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sheet {
    Designed,
    Letter,
    Sms,
    InApp,
    Postcard,
    Script,
}

/// Instructions that one message may take; a designed one of many paragraphs takes some thousands.
const FUEL: u64 = 200_000;

static ENGINE: LazyLock<Result<Environment<'static>, LayoutError>> = LazyLock::new(engine);

/// The HTML of a sheet with this view's words in it.
pub(super) fn fill(sheet: Sheet, view: &View) -> Result<String, LayoutError> {
    let engine = ENGINE.as_ref().map_err(Clone::clone)?;
    let template = engine.get_template(sheet.name()).map_err(unset)?;
    let mut out = Limited { bytes: Vec::with_capacity(16 * 1_024), wanted: 0 };
    let outcome = template.render_captured_to(Value::from(Serde(view)), &mut out).map(drop);
    if out.wanted > MOST_BYTES {
        return Err(LayoutError::TooLarge(out.wanted));
    }
    outcome.map_err(unset)?;
    String::from_utf8(out.bytes).map_err(|_| LayoutError::Template("it is not text".to_owned()))
}

fn engine() -> Result<Environment<'static>, LayoutError> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_auto_escape_callback(|_| AutoEscape::Html);
    engine.set_formatter(escaped);
    engine.set_fuel(Some(FUEL));
    engine.add_template_owned(Sheet::Designed.name(), designed()?).map_err(unset)?;
    for (sheet, source) in [
        (Sheet::Letter, include_str!("letter.html")),
        (Sheet::Sms, include_str!("sms.html")),
        (Sheet::InApp, include_str!("in_app.html")),
        (Sheet::Postcard, include_str!("postcard.html")),
        (Sheet::Script, include_str!("script.html")),
    ] {
        engine.add_template(sheet.name(), source).map_err(unset)?;
    }
    Ok(engine)
}

/// The designed mail as HTML with the holes of its MJML still in it.
fn designed() -> Result<String, LayoutError> {
    let parsed = mrml::parse(include_str!("designed.mjml")).map_err(|error| LayoutError::Template(error.to_string()))?;
    // No fonts are loaded from elsewhere.
    let options = RenderOptions { fonts: std::collections::HashMap::new(), ..RenderOptions::default() };
    parsed.element.render(&options).map_err(|error| LayoutError::Template(error.to_string()))
}

/// Escapes what has a meaning in HTML, between tags and inside quotes; a hole is an error.
fn escaped(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    let owned;
    let text = match value.as_str() {
        Some(text) => text,
        None => {
            owned = value.to_string();
            &owned
        }
    };
    let mut rest = text;
    while let Some(at) = rest.find(['&', '<', '>', '"', '\'']) {
        let (before, from) = rest.split_at(at);
        out.write_str(before)?;
        let mut chars = from.chars();
        out.write_str(match chars.next() {
            Some('&') => "&amp;",
            Some('<') => "&lt;",
            Some('>') => "&gt;",
            Some('"') => "&quot;",
            _ => "&#39;",
        })?;
        rest = chars.as_str();
    }
    Ok(out.write_str(rest)?)
}

fn unset(error: Error) -> LayoutError {
    LayoutError::Template(error.to_string())
}

impl Sheet {
    fn name(self) -> &'static str {
        match self {
            Self::Designed => "designed",
            Self::Letter => "letter",
            Self::Sms => "sms",
            Self::InApp => "in_app",
            Self::Postcard => "postcard",
            Self::Script => "script",
        }
    }
}

/// Takes no more than the limit, and says how much there would have been when it was passed.
struct Limited {
    bytes: Vec<u8>,
    wanted: usize,
}

impl io::Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.wanted += bytes.len();
        if self.wanted > MOST_BYTES {
            return Err(io::Error::other("too large"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
