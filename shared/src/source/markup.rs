//! Text out of HTML, as helpdesks and shops send it.

/// Elements whose content nobody reads.
const UNREAD: [&str; 4] = ["script", "style", "head", "title"];
/// Elements that begin a line of their own.
const BLOCKS: [&str; 16] =
    ["br", "p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr"];
/// The longest name between & and ; that is looked up, in bytes.
const NAME_BYTES: usize = 10;

/// Tags away, blocks on lines of their own, entities as their characters, no control characters. Text without markup stays as it is
/// but for its white space. Linear in the length of the text.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(start);
        plain.push_str(before);
        rest = if from.starts_with('<') { after_tag(from, &mut plain) } else { after_entity(from, &mut plain) };
    }
    plain.push_str(rest);
    tidy(&plain)
}

/// What follows the tag, comment or unread element at the beginning of `from`; a < that begins none stays.
fn after_tag<'a>(from: &'a str, plain: &mut String) -> &'a str {
    let inside = from.get(1..).unwrap_or_default();
    if let Some(comment) = inside.strip_prefix("!--") {
        return comment.split_once("-->").map_or("", |(_, rest)| rest);
    }
    let name = inside.strip_prefix('/').unwrap_or(inside);
    let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
    let name = name.get(..end).unwrap_or_default().to_ascii_lowercase();
    if name.is_empty() && !inside.starts_with('!') {
        plain.push('<');
        return inside;
    }
    let Some((_, rest)) = inside.split_once('>') else { return "" };
    if BLOCKS.contains(&name.as_str()) {
        plain.push('\n');
    }
    if UNREAD.contains(&name.as_str()) && !inside.starts_with('/') { after_element(rest, &name) } else { rest }
}

/// What follows the end of the element; nothing where it has none.
fn after_element<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some((_, from)) = rest.split_once("</") {
        if from.get(..name.len()).is_some_and(|end| end.eq_ignore_ascii_case(name)) {
            return from.split_once('>').map_or("", |(_, rest)| rest);
        }
        rest = from;
    }
    ""
}

fn after_entity<'a>(from: &'a str, plain: &mut String) -> &'a str {
    let inside = from.get(1..).unwrap_or_default();
    let end = inside.bytes().take(NAME_BYTES).position(|byte| byte == b';');
    let known = end.and_then(|end| Some((character(inside.get(..end)?)?, inside.get(end + 1..)?)));
    let (character, rest) = known.unwrap_or(('&', inside));
    plain.push(character);
    rest
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
        return char::from_u32(code).filter(|c| *c != '\0');
    }
    ENTITIES.iter().find(|(known, _)| *known == name).map(|&(_, character)| character)
}

/// Runs of white space become one blank, empty lines go.
fn tidy(text: &str) -> String {
    let tidy_line = |line: &str| {
        let words = line.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    };
    text.lines().map(tidy_line).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

/// Those that editors write; browsers know two thousand more.
const ENTITIES: [(&str, char); 62] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{a0}'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("sbquo", '‚'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("bull", '•'),
    ("middot", '·'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("deg", '°'),
    ("times", '×'),
    ("frac12", '½'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("sect", '§'),
    ("para", '¶'),
    ("iexcl", '¡'),
    ("iquest", '¿'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("atilde", 'ã'),
    ("aring", 'å'),
    ("aelig", 'æ'),
    ("ccedil", 'ç'),
    ("egrave", 'è'),
    ("eacute", 'é'),
    ("ecirc", 'ê'),
    ("euml", 'ë'),
    ("iacute", 'í'),
    ("icirc", 'î'),
    ("iuml", 'ï'),
    ("ntilde", 'ñ'),
    ("oacute", 'ó'),
    ("ocirc", 'ô'),
    ("otilde", 'õ'),
    ("oslash", 'ø'),
    ("ugrave", 'ù'),
    ("uacute", 'ú'),
    ("Eacute", 'É'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay() {
        for (html, text) in [
            ("<p>Hi, I'm having trouble with my order.</p>", "Hi, I'm having trouble with my order."),
            ("<p>One</p><p>Two<br/>Three</p>", "One\nTwo\nThree"),
            ("Ship Your Idea &ndash; Color: Black", "Ship Your Idea – Color: Black"),
            ("5 &lt; 6 &amp;&amp; 7 > 6", "5 < 6 && 7 > 6"),
            ("a < b and c", "a < b and c"),
            ("&#39;quoted&#x27; &nosuch; &", "'quoted' &nosuch; &"),
            ("<style>p { color: red }</style><SCRIPT>alert('</p>')</SCRIPT>Hello<!-- <b>not</b> --> you", "Hello you"),
            ("<a href=\"https://shop.example/?a=1&b=2\">the shop</a>", "the shop"),
            ("plain  text\n\n\nover lines", "plain text\nover lines"),
            ("<p", ""),
            ("<script>never closed", ""),
            ("&#0;&#xD800;", "&#0;&#xD800;"),
            ("", ""),
        ] {
            assert_eq!(plain(html), text, "{html}");
        }
    }

    #[test]
    fn a_long_row_of_openings_takes_no_longer_than_its_length() {
        let hostile = "<script></".repeat(50_000);
        assert_eq!(plain(&hostile), "");
        assert_eq!(plain(&"&".repeat(100_000)).len(), 100_000);
        assert_eq!(plain(&"<".repeat(100_000)).len(), 100_000);
    }
}
