//! The size of the window, where the drawing depends on it and CSS cannot help.

use js_sys::Reflect;
use leptos::prelude::{request_animation_frame, window};
use web_sys::Element;

/// Pixels up to which the narrow layout is shown; as in app.css.
const NARROW: f64 = 760.0;

pub fn is_narrow() -> bool {
    measure("innerWidth") <= NARROW
}

/// Runs `act` in the frame in which `element` stands in the page. The router builds a page, runs its effects, and puts it in
/// place only then; what is not in place takes no focus and has no height.
pub fn when_in_place(element: Element, act: impl FnOnce(Element) + 'static) {
    frame(element, act, FRAMES);
}

/// A number that the window tells of itself, such as `innerHeight` or `scrollY`.
pub fn measure(name: &str) -> f64 {
    Reflect::get(&window(), &name.into()).ok().and_then(|value| value.as_f64()).unwrap_or(0.0)
}

/// About a second: a page that has not come by then was left again.
const FRAMES: u32 = 60;

fn frame(element: Element, act: impl FnOnce(Element) + 'static, left: u32) {
    request_animation_frame(move || match (element.is_connected(), left) {
        (true, _) => act(element),
        (false, 0) => {}
        (false, left) => frame(element, act, left - 1),
    });
}
