//! HTML as a reader meets it: its tags with their attributes, and the words that are shown.
//!
//! For what our own layouts make, which is read here as strictly as by the strictest mail client; whatever it cannot read is reported.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tag {
    pub name: String,
    pub is_end: bool,
    /// Names in small letters, values unescaped.
    pub attributes: Vec<(String, String)>,
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub tags: Vec<Tag>,
    /// What is shown, its blocks parted by blanks.
    pub shown: String,
    /// What could not be read.
    pub broken: Option<&'static str>,
}

const HIDING: [&str; 4] = ["head", "style", "title", "script"];

/// Tags without an end.
const VOID: [&str; 8] = ["img", "br", "hr", "meta", "link", "input", "col", "area"];

pub(super) fn read(html: &str) -> Page {
    let mut page = Page::default();
    let mut rest = html;
    // Open tags, and how many of them hide what is in them.
    let mut open: Vec<(String, bool)> = Vec::new();
    while let Some((text, from)) = rest.find('<').map(|at| rest.split_at(at)) {
        page.show(text, &open);
        rest = if let Some(comment) = from.strip_prefix("<!--") {
            comment.split_once("-->").map_or_else(|| page.broken_by("a comment without an end"), |(_, rest)| rest)
        } else if from.starts_with("<!") {
            from.split_once('>').map_or_else(|| page.broken_by("a tag without an end"), |(_, rest)| rest)
        } else {
            match tag(from) {
                Some((tag, rest)) => {
                    page.enter(tag, &mut open);
                    rest
                }
                None => page.broken_by("a < that begins no tag"),
            }
        };
        // What is in a style is no HTML.
        if open.last().is_some_and(|(name, _)| name == "style") {
            rest = rest.find("</style").and_then(|at| rest.get(at..)).unwrap_or_default();
        }
    }
    page.show(rest, &open);
    if !open.is_empty() {
        page.broken = page.broken.or(Some("a tag without its end"));
    }
    page
}

impl Page {
    fn show(&mut self, text: &str, open: &[(String, bool)]) {
        if !open.iter().any(|(_, hides)| *hides) {
            self.shown.push_str(&unescaped(text));
        }
    }

    fn enter(&mut self, tag: Tag, open: &mut Vec<(String, bool)>) {
        let is_inline = matches!(tag.name.as_str(), "a" | "b" | "strong" | "em" | "i" | "span");
        if !is_inline {
            self.shown.push(' ');
        }
        if tag.is_end {
            match open.pop() {
                Some((name, _)) if name == tag.name => {}
                _ => self.broken = Some("tags that end out of order"),
            }
        } else if !VOID.contains(&tag.name.as_str()) {
            let style = tag.get("style").unwrap_or_default().replace(' ', "");
            open.push((tag.name.clone(), HIDING.contains(&tag.name.as_str()) || style.contains("display:none")));
        }
        self.tags.push(tag);
    }

    fn broken_by(&mut self, why: &'static str) -> &'static str {
        self.broken = Some(why);
        ""
    }
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

/// A tag from its `<` on, with what follows.
fn tag(text: &str) -> Option<(Tag, &str)> {
    let rest = text.strip_prefix('<')?;
    let (is_end, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
    let length = rest.find(|one: char| !one.is_ascii_alphanumeric() && one != ':').unwrap_or(rest.len());
    let (name, mut rest) = rest.split_at(length);
    if !name.starts_with(|one: char| one.is_ascii_alphabetic()) {
        return None;
    }
    let mut tag = Tag { name: name.to_ascii_lowercase(), is_end, attributes: Vec::new() };
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix("/>").or_else(|| rest.strip_prefix('>')) {
            return Some((tag, after));
        }
        let length = rest
            .find(|one: char| one.is_whitespace() || matches!(one, '=' | '>' | '/' | '"' | '\'' | '<'))
            .filter(|length| *length > 0)?;
        let (name, after) = rest.split_at(length);
        let (value, after) = match after.strip_prefix('=') {
            Some(after) => quoted(after)?,
            None => ("", after),
        };
        tag.attributes.push((name.to_ascii_lowercase(), unescaped(value)));
        rest = after;
    }
}

/// A value with its quotes taken off; values without are not read.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|one| matches!(one, '"' | '\''))?;
    text.get(1..)?.split_once(quote)
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, from)) = rest.find('&').map(|at| rest.split_at(at)) {
        out.push_str(before);
        let end = from.find(';').filter(|end| *end <= 10);
        let one = end.and_then(|end| entity(from.get(1..end)?));
        match (one, end) {
            (Some(one), Some(end)) => {
                out.push(one);
                rest = from.get(end + 1..).unwrap_or_default();
            }
            _ => {
                out.push('&');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let digits = name.strip_prefix('#')?;
            let code = match digits.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok()?,
                None => digits.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_that_are_shown() {
        let page = read(
            "<!doctype html><html><head><title>No</title><style>p > a { x: \"<\" }</style></head><body><!-- no --><div style=\"display: none\">No</div><p>Yes &amp; <b>y</b>es&#39;s<br>2</p></body></html>",
        );
        assert_eq!(page.shown.split_whitespace().collect::<Vec<_>>(), ["Yes", "&", "yes's", "2"]);
        assert_eq!(page.broken, None);
        assert_eq!(
            read("<a HREF='x&amp;y' data-z>").tags[0].attributes,
            [("href".to_owned(), "x&y".to_owned()), ("data-z".to_owned(), String::new())]
        );
    }

    #[test]
    fn what_is_not_whole_is_told() {
        for html in ["<p>", "<p></b>", "a < b", "<p class=x>", "<!-- ", "<p", "</p>"] {
            assert!(read(html).broken.is_some(), "{html}");
        }
    }
}
