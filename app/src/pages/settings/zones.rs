//! Time zones that the browser knows.

use js_sys::{Array, Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// For a `Select`: what it sends and what it says, with the zone in use among them even where the browser does not know it.
pub fn choices(present: &str) -> Vec<(String, String)> {
    with_present(names(), present).into_iter().map(|name| (name.clone(), name.replace('_', " "))).collect()
}

/// The browser's own: `Intl.DateTimeFormat().resolvedOptions().timeZone`.
pub fn guess() -> Option<String> {
    let format = js_sys::Intl::DateTimeFormat::new(&Array::new(), &js_sys::Object::new());
    Reflect::get(&format.resolved_options(), &JsValue::from_str("timeZone")).ok()?.as_string()
}

/// UTC first: browsers leave it out of their list, and shops that sell everywhere want it.
fn with_present(mut names: Vec<String>, present: &str) -> Vec<String> {
    for name in [present, "UTC"] {
        if !names.iter().any(|known| known == name) {
            names.insert(0, name.to_owned());
        }
    }
    names
}

/// `Intl.supportedValuesOf("timeZone")`, which js-sys has no name for; empty in browsers before 2022.
fn names() -> Vec<String> {
    let list = || {
        let intl = Reflect::get(&js_sys::global(), &JsValue::from_str("Intl")).ok()?;
        let values: Function = Reflect::get(&intl, &JsValue::from_str("supportedValuesOf")).ok()?.dyn_into().ok()?;
        values.call1(&intl, &JsValue::from_str("timeZone")).ok()
    };
    list().map(|list| Array::from(&list).iter().filter_map(|name| name.as_string()).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zone_in_use_and_utc_can_always_be_chosen_and_stand_once() {
        let known = || vec!["Europe/Berlin".to_owned()];
        assert_eq!(with_present(known(), "Europe/Berlin"), ["UTC", "Europe/Berlin"]);
        assert_eq!(with_present(known(), "UTC"), ["UTC", "Europe/Berlin"]);
        assert_eq!(with_present(vec![], "Asia/Old_Name"), ["UTC", "Asia/Old_Name"]);
    }
}
