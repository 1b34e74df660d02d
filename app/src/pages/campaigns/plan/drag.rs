//! Moving a card of the calendar by pointer.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

/// Pixels that a press may stray before it is a drag.
const STRAY: i32 = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Held {
    step: u8,
    from: (i32, i32),
    /// It has left the place where it was pressed.
    is_moving: bool,
    over: Option<u16>,
}

/// What is dragged, and over which day.
#[derive(Clone, Copy)]
pub(super) struct Drag(RwSignal<Option<Held>>);

impl Drag {
    pub(super) fn new() -> Self {
        Self(RwSignal::new(None))
    }

    pub(super) fn is_of(self, step: u8) -> bool {
        self.0.with(|held| held.is_some_and(|held| held.step == step && held.is_moving))
    }

    pub(super) fn is_over(self, day: u16) -> bool {
        self.0.with(|held| held.is_some_and(|held| held.is_moving && held.over == Some(day)))
    }

    pub(super) fn press(self, step: u8, event: &PointerEvent) {
        // A finger scrolls the page; where the calendar is a list, there is nowhere to drag to.
        if event.button() != 0 || event.pointer_type() == "touch" {
            return;
        }
        if let Some(card) = event.current_target().and_then(|card| card.dyn_into::<Element>().ok()) {
            // Refused only for a pointer that is gone already.
            let _ = card.set_pointer_capture(event.pointer_id());
        }
        self.0.set(Some(Held { step, from: (event.client_x(), event.client_y()), is_moving: false, over: None }));
    }

    pub(super) fn stray(self, event: &PointerEvent) {
        let Some(held) = self.0.get_untracked() else { return };
        let (x, y) = (event.client_x(), event.client_y());
        let far = (x - held.from.0).abs().max((y - held.from.1).abs()) > STRAY;
        if held.is_moving || far {
            let moved = Held { is_moving: true, over: day_at(x, y), ..held };
            if moved != held {
                self.0.set(Some(moved));
            }
        }
    }

    /// The step and the day on which it was let go, where it was dragged to one.
    pub(super) fn release(self) -> Option<(u8, u16)> {
        let held = self.0.get_untracked()?;
        self.0.set(None);
        held.over.filter(|_| held.is_moving).map(|day| (held.step, day))
    }

    /// Whether there was something to give up.
    pub(super) fn cancel(self) -> bool {
        let was = self.0.get_untracked().is_some();
        if was {
            self.0.set(None);
        }
        was
    }
}

fn day_at(x: i32, y: i32) -> Option<u16> {
    let cell = document().element_from_point(x as f32, y as f32)?.closest("[data-day]").ok().flatten()?;
    cell.get_attribute("data-day")?.parse().ok()
}
