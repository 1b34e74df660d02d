//! What a layout shows of a message: words without anything hidden, links that are links, colours that are colours.

use serde::Serialize;

use super::colour::{self, Colour};
use super::scene::scenes;
use super::{How, footer, line, utm};
use crate::message::lint::Class;
use crate::message::{Brand, Channel, Colours, Message, Part, Slot};

/// The words and addresses of one message, for the templates.
#[derive(Debug, Clone, Serialize)]
pub(super) struct View {
    lang: String,
    dir: &'static str,
    /// The side on which lines begin.
    start: &'static str,
    title: String,
    pub(super) preheader: String,
    background: String,
    text: String,
    accent: String,
    on_accent: String,
    /// Of the offer's box, and of the small print.
    tint: String,
    quiet: String,
    logo: Option<String>,
    image: Option<Picture>,
    brand: String,
    sender: String,
    greeting: String,
    paragraphs: Vec<Paragraph>,
    call: Option<Link>,
    /// What stands below the button.
    after: Vec<Paragraph>,
    signature: Vec<String>,
    address: Vec<String>,
    footer: Vec<String>,
    links: Vec<Link>,
    pixel: Option<String>,
    /// The whole of a text message.
    words: String,
    lead: String,
    is_front: bool,
}

#[derive(Debug, Clone, Serialize)]
struct Paragraph {
    lines: Vec<String>,
    is_offer: bool,
    /// Above the first of a scene: what the camera sees, and when.
    scene: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct Link {
    text: String,
    link: String,
    /// As it is printed.
    shown: String,
}

#[derive(Debug, Clone, Serialize)]
struct Picture {
    source: String,
    alt: String,
}

impl View {
    pub(super) fn new(message: &Message, brand: &Brand, how: &How<'_>, subjects: &[String]) -> Self {
        let is_rtl = footer::is_right_to_left(&message.locale);
        let (is_mail, is_marketing) = (message.channel == Channel::Email, how.class == Class::Marketing);
        let colours = Painted::new(&brand.colours);
        let words = footer::words(&message.locale);
        let name = line::header(&brand.name);
        let (before, after) = paragraphs(message);
        let address: Vec<String> = lines(brand.postal_address.as_deref().unwrap_or_default());
        let why = how.why.map_or_else(|| words.why(&name, !is_marketing), line::header);
        let mut view = Self {
            lang: language_tag(&message.locale),
            dir: if is_rtl { "rtl" } else { "ltr" },
            start: if is_rtl { "right" } else { "left" },
            title: subjects.first().cloned().unwrap_or_default(),
            preheader: message.preheader.as_ref().map(|part| line::header(&part.text)).unwrap_or_default(),
            background: colour::hex(colours.background),
            text: colour::hex(colours.text),
            accent: colour::hex(colours.accent),
            on_accent: colour::hex(colours.on_accent),
            tint: colour::hex(colours.tint()),
            quiet: colour::hex(colours.quiet()),
            logo: brand.logo.as_deref().and_then(|path| own(how.origin, path)),
            image: how
                .image
                .and_then(|image| Some(Picture { source: own(how.origin, image.path)?, alt: line::header(image.alt) })),
            sender: line::header(brand.sms_sender.as_deref().unwrap_or(&brand.name)),
            brand: name,
            greeting: line::header(&message.greeting),
            paragraphs: before,
            call: call(message, brand, how),
            after,
            signature: lines(&message.signature),
            footer: std::iter::once(why).chain([address.join(", ")]).filter(|line| !line.is_empty()).collect(),
            address,
            links: footer_links(words, how),
            pixel: how.tracking.filter(|_| is_mail).and_then(|tracking| tracking.pixel).and_then(web),
            words: String::new(),
            lead: message.preheader.as_ref().map(|part| line::header(&part.text)).unwrap_or_default(),
            is_front: true,
        };
        if !is_mail && view.title.is_empty() {
            view.title = view.brand.clone();
        }
        if message.channel == Channel::Sms {
            view.words = view.plain(Channel::Sms);
        } else if !is_mail {
            let after = std::mem::take(&mut view.after);
            view.paragraphs.extend(after);
        }
        view
    }

    pub(super) fn back(&self) -> Self {
        Self { is_front: false, ..self.clone() }
    }

    /// The same content as plain text.
    pub(super) fn plain(&self, channel: Channel) -> String {
        let mut blocks: Vec<String> = Vec::new();
        let is_mail = channel == Channel::Email;
        if channel == Channel::Post {
            blocks.push(self.title.clone());
            blocks.push(self.lead.clone());
        }
        blocks.push(self.greeting.clone());
        blocks
            .extend(self.paragraphs.iter().flat_map(|paragraph| paragraph.scene.clone().into_iter().chain([paragraph.joined()])));
        match (&self.call, channel) {
            // A text message ends in its link; the words before it ask for the tap.
            (Some(call), Channel::Sms) if !blocks.iter().any(|block| block.contains(&call.link)) => {
                blocks.push(call.link.clone())
            }
            (Some(_), Channel::Sms) | (None, _) => {}
            (Some(call), Channel::Post) => blocks.push(format!("{}\n{}", call.text, call.shown)),
            (Some(call), _) => blocks.push(format!("{}:\n{}", call.text, call.link)),
        }
        blocks.extend(self.after.iter().map(Paragraph::joined));
        if !matches!(channel, Channel::Sms | Channel::InApp) {
            blocks.push(self.signature.join("\n"));
        }
        if channel == Channel::Post {
            blocks.push(self.address.join("\n"));
        }
        if is_mail {
            blocks.push("-- ".to_owned());
            blocks.extend(self.footer.iter().cloned());
            blocks.extend(self.links.iter().map(|link| format!("{}: {}", link.text, link.link)));
        }
        blocks.retain(|block| !block.is_empty());
        let mut text = blocks.join(if channel == Channel::Sms { "\n" } else { "\n\n" });
        if channel != Channel::Sms {
            text.push('\n');
        }
        text
    }
}

impl Paragraph {
    fn joined(&self) -> String {
        self.lines.join("\n")
    }
}

/// Those above the button and those below it: the closing words.
fn paragraphs(message: &Message) -> (Vec<Paragraph>, Vec<Paragraph>) {
    let is_shown = |part: &&Part| match part.slot {
        Slot::Subject | Slot::Preheader => false,
        Slot::Action => message.call.as_ref().is_none_or(|call| call.text.trim() != part.text.trim()),
        _ => true,
    };
    let shown: Vec<&Part> = message.parts.iter().filter(is_shown).collect();
    let close = shown.iter().position(|part| part.slot == Slot::Closing).unwrap_or(shown.len());
    let mut scenes = if message.channel == Channel::Video { scenes(message, &shown) } else { Vec::new() }.into_iter();
    let mut set = |parts: &[&Part]| -> Vec<Paragraph> { parts.iter().flat_map(|part| split(part, scenes.next())).collect() };
    let (above, below) = shown.split_at(close);
    (set(above), set(below))
}

fn split(part: &Part, mut scene: Option<String>) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let text = part.text.replace("\r\n", "\n").replace('\r', "\n");
    for block in text.split("\n\n") {
        let lines = lines(block);
        if !lines.is_empty() {
            paragraphs.push(Paragraph { lines, is_offer: part.slot == Slot::Offer, scene: scene.take() });
        }
    }
    paragraphs
}

fn lines(text: &str) -> Vec<String> {
    text.split('\n').map(line::header).filter(|line| !line.is_empty()).collect()
}

/// None where its link is no link that a message may hold.
fn call(message: &Message, brand: &Brand, how: &How<'_>) -> Option<Link> {
    let call = message.call.as_ref()?;
    super::host_of(&call.link)?;
    let shown = call.link.trim_start_matches("https://").trim_end_matches('/').to_owned();
    if message.channel == Channel::Post {
        return Some(Link { text: line::header(&call.text), link: call.link.clone(), shown });
    }
    let marked = how.mark.map_or_else(|| call.link.clone(), |mark| utm(&call.link, brand, &mark));
    let link = how.tracking.map_or_else(|| marked.clone(), |tracking| (tracking.wrap)(&marked));
    Some(Link { text: line::header(&call.text), link: web(&link).unwrap_or(marked), shown })
}

fn footer_links(words: &footer::Words, how: &How<'_>) -> Vec<Link> {
    let own =
        |text: &str, link: Option<&str>| Some(Link { text: text.to_owned(), link: link.and_then(web)?, shown: String::new() });
    [own(words.unsubscribe, how.unsubscribe), own(words.preferences, how.preferences)].into_iter().flatten().collect()
}

/// An address for a browser, as it is; of our own pages, which a developer's machine serves without encryption.
fn web(link: &str) -> Option<String> {
    let is_plain = link.chars().all(|one| one.is_ascii_graphic() && !matches!(one, '"' | '<' | '>' | '\\' | '`'));
    (is_plain && (link.starts_with("https://") || link.starts_with("http://localhost"))).then(|| link.to_owned())
}

/// The whole address of an image of ours; none of any other.
fn own(origin: &str, path: &str) -> Option<String> {
    let is_plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-._".contains(&byte));
    let is_path = path.starts_with('/') && !path.starts_with("//") && !path.contains("..");
    (is_plain && is_path).then(|| format!("{}{path}", origin.trim_end_matches('/')))
}

/// A BCP 47 tag, or English.
fn language_tag(locale: &str) -> String {
    let is_tag = |tag: &&str| (2..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let tags: Vec<&str> = locale.split(['-', '_']).take(4).collect();
    if tags.iter().all(is_tag) { tags.join("-") } else { "en".to_owned() }
}

/// A brand's colours, or ours where one of them is none.
struct Painted {
    background: Colour,
    text: Colour,
    accent: Colour,
    on_accent: Colour,
}

impl Painted {
    fn new(colours: &Colours) -> Self {
        let [background, text, accent, on_accent] =
            [&colours.background, &colours.text, &colours.accent, &colours.on_accent].map(|text| colour::parse(text));
        match (background, text, accent, on_accent) {
            (Some(background), Some(text), Some(accent), Some(on_accent)) => Self { background, text, accent, on_accent },
            _ => Self { background: [255; 3], text: [0x1c, 0x1f, 0x24], accent: [0x1f, 0x5f, 0xbf], on_accent: [255; 3] },
        }
    }

    /// A breath of the accent that leaves words as readable as elsewhere.
    fn tint(&self) -> Colour {
        let tint = colour::mix(self.accent, self.background, 0.08);
        if colour::contrast(self.text, tint) < 4.5 { self.background } else { tint }
    }

    /// Paler than the text as far as it stays readable.
    fn quiet(&self) -> Colour {
        let pale = colour::mix(self.text, self.background, 0.7);
        if colour::contrast(pale, self.background) < 4.5 { self.text } else { pale }
    }
}
