//! Light, dark, or what the system prefers. `theme.js` applies the stored choice before the first paint.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    fn stored(self) -> Option<&'static str> {
        match self {
            Self::System => None,
            Self::Light => Some("light"),
            Self::Dark => Some("dark"),
        }
    }
}

/// The choice in force; setting it shows and stores it.
pub fn use_theme() -> RwSignal<Theme> {
    use_context().unwrap_or_else(provide)
}

pub fn provide() -> RwSignal<Theme> {
    let known = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let theme = RwSignal::new(Theme::ALL.into_iter().find(|theme| theme.stored() == known.as_deref()).unwrap_or_default());
    provide_context(theme);
    Effect::watch(move || theme.get(), |theme, _, _| apply(*theme), false);
    theme
}

const KEY: &str = "theme";

fn apply(theme: Theme) {
    // A browser without storage still shows the choice, it only forgets it.
    let root = document().document_element();
    match theme.stored() {
        Some(name) => {
            let _ = root.map(|root| root.set_attribute("data-theme", name));
            let _ = storage().map(|storage| storage.set_item(KEY, name));
        }
        None => {
            let _ = root.map(|root| root.remove_attribute("data-theme"));
            let _ = storage().map(|storage| storage.remove_item(KEY));
        }
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
