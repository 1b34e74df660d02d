//! The size of the window, where the drawing depends on it and CSS cannot help.

use js_sys::Reflect;
use leptos::prelude::window;

/// Pixels up to which the narrow layout is shown; as in app.css.
const NARROW: f64 = 760.0;

pub fn is_narrow() -> bool {
    measure("innerWidth") <= NARROW
}

/// A number that the window tells of itself, such as `innerHeight` or `scrollY`.
pub fn measure(name: &str) -> f64 {
    Reflect::get(&window(), &name.into()).ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
}
