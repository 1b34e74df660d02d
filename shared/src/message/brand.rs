//! How a shop looks and speaks, and who signs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Brand {
    /// As customers know it.
    pub name: String,
    /// The site's https address.
    pub site: Option<String>,
    pub colours: Colours,
    /// The path of an image under our own address.
    pub logo: Option<String>,
    /// A person: who writes.
    pub sender: Option<String>,
    /// Such as "Customer care".
    pub sender_role: Option<String>,
    /// The address that messages come from, and the one that somebody reads.
    pub from: Option<String>,
    pub reply_to: Option<String>,
    /// The postal address that the law asks for, in lines.
    pub postal_address: Option<String>,
    /// At most eleven letters or figures.
    pub sms_sender: Option<String>,
    pub tone: Tone,
    /// BCP 47, such as `en-GB`: where a person's own is not known or no block speaks it.
    pub locale: String,
    /// Hosts that links may lead to, besides the site's: `www.example.com`; one with a leading dot holds for all below it.
    pub link_hosts: Vec<String>,
}

/// `#rrggbb`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Colours {
    pub background: String,
    pub text: String,
    pub accent: String,
    /// Of words on the accent.
    pub on_accent: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// As to somebody one knows.
    #[default]
    Warm,
    /// Short and plain.
    Plain,
    /// As one firm writes to another.
    Formal,
}

impl Default for Colours {
    fn default() -> Self {
        let [background, text, accent, on_accent] = ["#ffffff", "#1c1f24", "#1f5fbf", "#ffffff"].map(str::to_owned);
        Self { background, text, accent, on_accent }
    }
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            name: String::new(),
            site: None,
            colours: Colours::default(),
            logo: None,
            sender: None,
            sender_role: None,
            from: None,
            reply_to: None,
            postal_address: None,
            sms_sender: None,
            tone: Tone::default(),
            locale: "en".to_owned(),
            link_hosts: Vec::new(),
        }
    }
}
