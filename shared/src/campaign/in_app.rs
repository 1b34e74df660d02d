//! What a site or an app shows to somebody who is signed in there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// As it is stored, frozen when it was made. All of it is plain text: whoever shows it makes text nodes of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InAppMessage {
    #[serde(default)]
    pub look: Look,
    /// BCP 47.
    pub language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    pub paragraphs: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
}

/// How it stands on the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InAppLook)]
pub enum Look {
    /// At the lower edge, over what is there: nothing moves, and nobody is interrupted.
    #[default]
    Banner,
    /// In the middle, until it is closed.
    Dialog,
}

/// Its one button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InAppAction)]
pub struct Action {
    pub text: String,
    /// An address with http or https.
    pub link: String,
}

impl InAppMessage {
    /// As it may be shown: without a button that leads anywhere but to an address of the web.
    #[must_use]
    pub fn checked(mut self) -> Self {
        self.action = self.action.filter(|action| is_web(&action.link));
        self
    }
}

/// Whether a link leads to an address of the web, and is nothing else in disguise.
pub fn is_web(link: &str) -> bool {
    let lower = link.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let is_plain = |letter: char| !letter.is_control() && !letter.is_whitespace() && letter != '\\';
    rest.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '['))
        && link.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_web_are_links() {
        for link in ["https://shop.example.com/a?b=c#d", "http://localhost:8787/", "HTTPS://Shop.example"] {
            assert!(is_web(link), "{link}");
        }
        for link in [
            "javascript:alert(1)",
            "data:text/html,x",
            "//evil.test",
            "/path",
            "https://",
            "https:// x",
            " https://a",
            "https://a\n",
            "https:\\\\a",
            "mailto:a@b.example",
            "",
        ] {
            assert!(!is_web(link), "{link:?}");
        }
    }

    #[test]
    fn a_message_with_a_script_for_a_link_is_shown_without_its_button() {
        let action = |link: &str| Some(Action { text: "See".into(), link: link.into() });
        let message = InAppMessage { action: action("javascript:alert(1)"), ..InAppMessage::default() };
        assert_eq!(message.checked().action, None);
        let message = InAppMessage { action: action("https://shop.example"), ..InAppMessage::default() };
        assert!(message.checked().action.is_some());
    }
}
