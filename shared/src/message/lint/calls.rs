//! Exactly one thing to do, and links only to where the shop's are.

use super::pieces::Piece;
use super::words::Plain;
use super::{About, Code, Field, Findings};
use crate::message::layout::is_allowed_host;
use crate::message::{Channel, Message, Slot};
use crate::outbound::{self, Own};

/// Words of buttons: in the text they are a second one.
const BUTTONS: &[&str] = &[
    "click here",
    "tap here",
    "click below",
    "shop now",
    "buy now",
    "order now",
    "sign up now",
    "book now",
    "learn more here",
    "read more here",
    "download now",
    "visit our website",
    "visit our site",
    "follow us on",
    "call us now",
    "hier klicken",
    "klicken sie hier",
    "jetzt kaufen",
    "jetzt bestellen",
    "cliquez ici",
    "achetez maintenant",
    "haz clic aquí",
    "compra ahora",
    "clicca qui",
    "acquista ora",
    "klik hier",
    "clique aqui",
    "klicka här",
    "kliknij tutaj",
];

/// Endings of names by which a text's `shop.example` is a link for mail programs.
const ENDINGS: &[&str] = &[
    "com", "net", "org", "io", "co", "info", "biz", "shop", "store", "online", "site", "app", "dev", "ai", "me", "tv", "xyz",
    "top", "club", "link", "click", "page", "news", "live", "eu", "de", "uk", "fr", "es", "it", "nl", "pt", "se", "pl", "at",
    "ch", "be", "us", "ca", "ru", "cn", "jp", "in", "br", "au", "example", "test",
];

pub(super) fn check(message: &Message, pieces: &[Piece<'_>], about: &About<'_>, found: &mut Findings) {
    let needs_one = matches!(message.channel, Channel::Email | Channel::InApp | Channel::Post);
    let call = message.call.as_ref().filter(|call| !call.link.trim().is_empty());
    if needs_one && call.is_none_or(|call| call.text.trim().is_empty()) {
        let (reason, fix) = if about.brand.site.is_none() {
            (
                "There is nothing to do for the reader: the brand names no web site that a button could lead to.",
                "Write the shop's address into the brand's settings.",
            )
        } else {
            ("There is nothing to do for the reader: no button with words and a link.", "Give the message one call to action.")
        };
        found.whole(Code::NoCall, Field::Call, "", reason, fix);
    }
    if let (Some(call), Some(piece)) = (call, pieces.iter().find(|piece| piece.field == Field::Link)) {
        link(piece, (0, call.link.len()), &call.link, about, found);
    }
    let mut own_seen = 0;
    for piece in pieces.iter().filter(|piece| piece.field != Field::Link) {
        for (from, to) in links(piece.text) {
            let text = piece.text.get(from..to).unwrap_or_default();
            let is_own = call.is_some_and(|call| call.link == text || call.link.trim_start_matches("https://") == text);
            own_seen += usize::from(is_own);
            let may_stand = matches!(message.channel, Channel::Sms | Channel::Post) && piece.field == Field::Part;
            if is_own && may_stand && own_seen == 1 {
                continue;
            }
            if is_site(text, about) && piece.field == Field::Signature {
                continue;
            }
            let reason = "A link in the words is a second thing to do beside the button.";
            found.at(Code::SecondCall, piece, (from, to), reason, "Delete it: the button's link is the only one.");
            link(piece, (from, to), text, about, found);
        }
        for (from, to) in addresses(piece.text) {
            let text = piece.text.get(from..to).unwrap_or_default();
            let is_own =
                [&about.brand.from, &about.brand.reply_to].into_iter().flatten().any(|own| own.eq_ignore_ascii_case(text));
            if !is_own {
                let reason = "This address of mail is not the shop's.";
                found.at(Code::ForeignAddress, piece, (from, to), reason, "Use the brand's reply address, or none.");
            }
        }
        if let Some(place) = Plain::new(piece.text).any(BUTTONS).filter(|_| piece.field == Field::Part) {
            let reason = "This asks for a click beside the one button.";
            found.at(Code::SecondCall, piece, place, reason, "Delete it, or make it the one call to action.");
        }
    }
    second_button(message, pieces, found);
}

fn second_button(message: &Message, pieces: &[Piece<'_>], found: &mut Findings) {
    let mut seen: Vec<&str> = message.call.iter().map(|call| call.text.trim()).collect();
    for piece in pieces.iter().filter(|piece| piece.field == Field::Part && piece.slot == Some(Slot::Action)) {
        if !seen.is_empty() && !seen.contains(&piece.text.trim()) {
            let reason = "There are two calls to action: a reader who must choose does neither.";
            found.at(Code::SecondCall, piece, (0, piece.text.len()), reason, "Keep the one that leads to the offer.");
        }
        seen.push(piece.text.trim());
    }
}

fn link(piece: &Piece<'_>, place: (usize, usize), text: &str, about: &About<'_>, found: &mut Findings) {
    let fix = "Use an https link to the shop's site, or add the host to the brand's link hosts.";
    match outbound::check(text, Own { host: "", local_port: None }) {
        Err(refused) => found.at(Code::ForeignLink, piece, place, format!("No message may hold this link. {refused}."), fix),
        Ok(address) if !is_allowed_host(address.host(), about.brand) => {
            let reason = format!("Links to {} are not allowed: the host is not the shop's.", address.host());
            found.at(Code::ForeignLink, piece, place, reason, fix);
        }
        Ok(_) => {}
    }
}

/// The site's bare name in a signature is no link to follow elsewhere.
fn is_site(text: &str, about: &About<'_>) -> bool {
    let site = about.brand.site.as_deref().unwrap_or_default();
    let bare =
        |text: &str| text.trim_start_matches("https://").trim_start_matches("www.").trim_end_matches('/').to_ascii_lowercase();
    !site.is_empty() && bare(site) == bare(text)
}

/// All that a mail program would make a link of: addresses with a scheme, `www.`, names with a known ending.
fn links(text: &str) -> Vec<(usize, usize)> {
    let mut links = Vec::new();
    let mut from = 0;
    for token in text.split(|one: char| {
        one.is_whitespace() || matches!(one, '<' | '>' | '"' | '(' | ')' | '[' | ']' | '“' | '”' | '，' | '。')
    }) {
        let start = from;
        from += token.len() + text.get(from + token.len()..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let trimmed = token.trim_end_matches(['.', ',', '!', '?', ':', ';', '\'', '’']);
        if is_link(trimmed) {
            links.push((start, start + trimmed.len()));
        }
    }
    links
}

fn is_link(token: &str) -> bool {
    let lower = token.to_lowercase();
    let schemes = ["javascript:", "data:", "vbscript:", "file:", "mailto:", "tel:", "sms:"];
    if lower.contains("://")
        || lower.starts_with("//") && lower.len() > 4
        || lower.starts_with("www.")
        || schemes.iter().any(|scheme| lower.starts_with(scheme))
    {
        return true;
    }
    let host = lower.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let mut labels = host.rsplit('.');
    let (ending, name) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    let is_name = name.chars().count() >= 2 && host.chars().all(|one| one.is_alphanumeric() || one == '-' || one == '.');
    is_name && !host.contains('@') && ENDINGS.contains(&ending) && !name.chars().all(|one| one.is_ascii_digit())
}

fn addresses(text: &str) -> Vec<(usize, usize)> {
    let is_inside = |one: char| one.is_alphanumeric() || "._%+-".contains(one);
    let mut addresses = Vec::new();
    for (at, _) in text.match_indices('@') {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + 1..).unwrap_or_default());
        let from = before.trim_end_matches(is_inside).len();
        let host = after.len() - after.trim_start_matches(is_inside).len();
        let host = after.get(..host).unwrap_or_default().trim_end_matches(['.', '-']);
        if from < at && host.contains('.') {
            addresses.push((from, at + 1 + host.len()));
        }
    }
    addresses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_what_mail_programs_make_links_of() {
        let found = |text: &str| links(text).into_iter().map(|(from, to)| text[from..to].to_owned()).collect::<Vec<_>>();
        assert_eq!(found("See https://a.example/x?y=1, or www.b.org."), ["https://a.example/x?y=1", "www.b.org"]);
        assert_eq!(found("[here](shop.com/now) javascript:alert(1)"), ["shop.com/now", "javascript:alert"]);
        assert_eq!(found("“evil.io” ex.com"), ["evil.io", "ex.com"]);
        assert_eq!(found("e.g. this, i.e. that. No.1 at 5.30 p.m.in v2.0.it a.m"), Vec::<String>::new());
        assert_eq!(addresses("Write to ada@example.com. Or @ada"), [(9, 24)]);
    }
}
