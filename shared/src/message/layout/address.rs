//! Links of messages: to which hosts they may lead, and the marks by which the shop's web statistics know where a visit came from.

use crate::message::Brand;
use crate::outbound::{self, Own};

/// What a link tells the shop's web statistics (`utm_campaign` and its kin).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark<'a> {
    pub campaign: &'a str,
    /// The step's code, with the channel it goes by.
    pub step: &'a str,
    pub medium: &'a str,
    /// The variant, where there are several.
    pub variant: Option<usize>,
}

/// The host of a link that a message may hold: https, a public name in plain letters, no name and password, no port.
pub fn host_of(link: &str) -> Option<String> {
    outbound::check(link, Own { host: "", local_port: None }).ok().map(|address| address.host().to_owned())
}

/// Whether links may lead to this host: the site's, with or without `www.`, or one that the brand names.
pub fn is_allowed_host(host: &str, brand: &Brand) -> bool {
    let site = brand.site.as_deref().and_then(host_of);
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    let is_named = |named: &String| {
        let named = named.trim().to_ascii_lowercase();
        named == host || (named.len() > 2 && named.starts_with('.') && host.ends_with(&named))
    };
    site.is_some_and(|site| bare(&site) == bare(host)) || brand.link_hosts.iter().any(is_named)
}

/// The link with its marks, where it leads to an allowed host; else as it is. Marks that it has already are kept.
pub fn utm(link: &str, brand: &Brand, mark: &Mark<'_>) -> String {
    if !host_of(link).is_some_and(|host| is_allowed_host(&host, brand)) {
        return link.to_owned();
    }
    let (address, fragment) = link.split_once('#').map_or((link, None), |(address, fragment)| (address, Some(fragment)));
    let query = address.split_once('?').map_or("", |(_, query)| query);
    let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
    let variant = mark.variant.map(|variant| format!("{}-{}", mark.step, variant + 1));
    let mut marked = address.to_owned();
    for (name, value) in [
        ("utm_source", "rekindle"),
        ("utm_medium", mark.medium),
        ("utm_campaign", mark.campaign),
        ("utm_content", variant.as_deref().unwrap_or(mark.step)),
    ] {
        if !has(name) && !value.is_empty() {
            marked.push(if marked.contains('?') { '&' } else { '?' });
            marked.push_str(name);
            marked.push('=');
            escape(value, &mut marked);
        }
    }
    if let Some(fragment) = fragment {
        marked.push('#');
        marked.push_str(fragment);
    }
    marked
}

/// Percent-encoded but for what no part of an address has a meaning for (RFC 3986, section 2.3).
fn escape(value: &str, out: &mut String) {
    for byte in value.bytes().take(200) {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand() -> Brand {
        Brand {
            site: Some("https://www.example.com".to_owned()),
            link_hosts: vec!["book.example.net".to_owned(), ".shops.example".to_owned()],
            ..Brand::default()
        }
    }

    #[test]
    fn only_named_hosts_are_allowed() {
        for (link, allowed) in [
            ("https://example.com/a", true),
            ("https://www.example.com", true),
            ("https://book.example.net/x", true),
            ("https://a.shops.example/", true),
            ("https://shops.example/", false),
            ("https://evilshops.example/", false),
            ("https://example.com.evil.example/", false),
            ("https://example.com@evil.example/", false),
            ("https://evil.example/?https://example.com", false),
            ("http://example.com/", false),
            ("https://exаmple.com/", false),
            ("https://xn--exmple-4nf.com/", false),
            ("https://93.184.216.34/", false),
            ("https://0x5db8d822/", false),
            ("https://example.com:8443/", false),
            ("https://example.com\\@evil.example/", false),
            ("javascript:alert(1)//https://example.com", false),
            ("data:text/html,https://example.com", false),
            ("//example.com", false),
            ("", false),
        ] {
            let found = host_of(link).is_some_and(|host| is_allowed_host(&host, &brand()));
            assert_eq!(found, allowed, "{link}");
        }
    }

    #[test]
    fn marks_join_what_a_link_has() {
        let mark = Mark { campaign: "Spring & co", step: "help", medium: "email", variant: Some(1) };
        let marked = |link: &str| utm(link, &brand(), &mark);
        assert_eq!(
            marked("https://example.com/a?x=1#top"),
            "https://example.com/a?x=1&utm_source=rekindle&utm_medium=email&utm_campaign=Spring%20%26%20co&utm_content=help-2#top"
        );
        assert!(marked("https://example.com/?utm_source=own").starts_with("https://example.com/?utm_source=own&utm_medium"));
        assert_eq!(marked("https://elsewhere.example/"), "https://elsewhere.example/");
        assert_eq!(marked(&marked("https://example.com/")), marked("https://example.com/"));
    }
}
