//! Which addresses of the outside may be asked: the rules of the one door out.
//!
//! People write addresses into settings, and whoever answers at one may send on to another. A check has to judge the very address that
//! is asked afterwards, so only spelling that every reader of addresses takes the same way passes: plain letters, digits, hyphens and
//! dots in the host, no escapes, no other notation. What looks like a number in any base is a number to some reader, and is refused.

use thiserror::Error;

/// An address that may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    text: String,
    host: String,
    /// Where another server than the host's usual one answers: on this machine only.
    port: Option<u16>,
}

/// What the deployment says about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Own<'a> {
    /// The host that the shop is served at, without its port.
    pub host: &'a str,
    /// On a developer's machine, where `http` to another port of that machine is fine: the port of the shop itself.
    pub local_port: Option<u16>,
}

/// Why an address is not asked, with what would mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    #[error("Write a whole address that begins with https://, of at most {LENGTH} characters")]
    NoAddress,
    #[error("Use https: other addresses are not encrypted, or are no web addresses")]
    NotHttps,
    #[error("Leave out the name and password before the @: a bearer token can be stored as the source's secret")]
    UserInfo,
    #[error("Leave out the port: only 443, that of https, is asked")]
    Port,
    #[error(
        "Write the host in letters, digits, hyphens and dots: a name with other letters as its ASCII form, which begins with xn--"
    )]
    Spelling,
    #[error("Write the name of a host: numeric addresses are not asked")]
    Number,
    #[error("Write a public name, such as files.example.com: this one is of a private network or of this machine")]
    Private,
    #[error("Write another host: this is the shop's own")]
    Own,
}

/// Characters of an address.
const LENGTH: usize = 2_000;

const HOST_LENGTH: usize = 253;
const LABEL_LENGTH: usize = 63;

/// A server sends on at most so often.
pub const REDIRECTS: u32 = 3;

/// Last parts of names that no public server has: of this machine (RFC 6761), of links (RFC 6762), of homes (RFC 8375), of private use
/// (ICANN's `.internal`), of Tor, and those that routers and offices made up.
const PRIVATE: [&str; 12] =
    ["localhost", "localdomain", "local", "internal", "intranet", "private", "home", "lan", "corp", "arpa", "onion", "invalid"];

/// Public names whose servers answer with private addresses, whatever stands before.
const ANSWER_PRIVATE: [&str; 7] = ["nip.io", "sslip.io", "xip.io", "localtest.me", "lvh.me", "vcap.me", "lacolhost.com"];

/// Names of private networks that end like public ones.
const METADATA: [&str; 2] = ["metadata.goog", "metadata.google"];

/// Judges an address as somebody wrote it.
///
/// # Errors
/// Why it is not asked.
///
/// ```
/// use shared::outbound::{Own, Refused, check};
///
/// let own = Own { host: "shop.example.com", local_port: None };
/// assert_eq!(check("https://Files.example.com/orders.csv", own)?.host(), "files.example.com");
/// assert_eq!(check("https://2130706433/", own), Err(Refused::Number));
/// # Ok::<(), Refused>(())
/// ```
pub fn check(text: &str, own: Own<'_>) -> Result<Address, Refused> {
    let is_plain =
        |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'^' | b'`' | b'{' | b'|' | b'}');
    if text.len() > LENGTH || !text.contains("://") {
        return Err(Refused::NoAddress);
    }
    let (scheme, rest) = text.split_once("://").ok_or(Refused::NoAddress)?;
    let is_secure = scheme.eq_ignore_ascii_case("https");
    let is_local_scheme = own.local_port.is_some() && scheme.eq_ignore_ascii_case("http");
    if !is_secure && !is_local_scheme {
        return Err(Refused::NotHttps);
    }
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if authority.contains('@') {
        return Err(Refused::UserInfo);
    }
    let (host, port) = match authority.split_once(':') {
        _ if authority.starts_with('[') => return Err(Refused::Number),
        Some((host, port)) => (host, Some(port.parse::<u16>().map_err(|_| Refused::Port)?)),
        None => (authority, None),
    };
    let host = host.to_ascii_lowercase();
    if let Some(port) = port.filter(|_| is_local(&host, port, own)) {
        let is_right = path.bytes().all(is_plain) && own.local_port != Some(port);
        return if is_right { Ok(address(scheme, host, Some(port), path)) } else { Err(Refused::Own) };
    }
    if !is_secure {
        return Err(Refused::NotHttps);
    }
    check_host(&host, own)?;
    if port.is_some_and(|port| port != 443) {
        return Err(Refused::Port);
    }
    if !path.bytes().all(is_plain) {
        return Err(Refused::NoAddress);
    }
    Ok(address(scheme, host, None, path))
}

fn address(scheme: &str, host: String, port: Option<u16>, path: &str) -> Address {
    let slash = if path.starts_with('/') { "" } else { "/" };
    let place = port.map_or_else(|| host.clone(), |port| format!("{host}:{port}"));
    Address { text: format!("{}://{place}{slash}{path}", scheme.to_ascii_lowercase()), host, port }
}

/// Another server of a developer's own machine.
fn is_local(host: &str, port: Option<u16>, own: Own<'_>) -> bool {
    own.local_port.is_some() && port.is_some() && matches!(host, "localhost" | "127.0.0.1")
}

fn check_host(host: &str, own: Own<'_>) -> Result<(), Refused> {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let labels: Vec<&str> = host.split('.').collect();
    let last = labels.last().copied().unwrap_or_default();
    let is_number = !last.is_empty() && (last.bytes().all(|byte| byte.is_ascii_digit()) || is_hexadecimal(last));
    if is_number {
        return Err(Refused::Number);
    }
    let is_label = |label: &&str| {
        !label.is_empty()
            && label.len() <= LABEL_LENGTH
            && label.bytes().all(is_letter)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > HOST_LENGTH || !labels.iter().all(is_label) {
        return Err(Refused::Spelling);
    }
    let is_of = |names: &[&str]| names.iter().any(|name| host == *name || host.ends_with(&format!(".{name}")));
    if labels.len() < 2 || PRIVATE.contains(&last) || is_of(&ANSWER_PRIVATE) || is_of(&METADATA) {
        return Err(Refused::Private);
    }
    if host == own.host.to_ascii_lowercase() {
        return Err(Refused::Own);
    }
    Ok(())
}

/// `0x7f`, which readers of addresses take for a number.
fn is_hexadecimal(label: &str) -> bool {
    label.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

impl Address {
    /// As it is asked.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether a secret that was stored for the one may be shown to the other: the same server, reached in the same way.
    pub fn is_of_same_server(&self, other: &Self) -> bool {
        let scheme = |address: &Self| address.text.split(':').next().map(str::to_owned);
        self.host == other.host && self.port == other.port && scheme(self) == scheme(other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: Own<'_> = Own { host: "shop.example.com", local_port: None };
    const LOCAL: Own<'_> = Own { host: "localhost", local_port: Some(8787) };

    #[test]
    fn public_addresses_pass_as_they_are_asked() {
        for (text, asked) in [
            ("https://files.example.com/orders.csv", "https://files.example.com/orders.csv"),
            ("HTTPS://Files.Example.COM", "https://files.example.com/"),
            ("https://files.example.com:443/a?b=c&d=%2F@:#part", "https://files.example.com/a?b=c&d=%2F@:"),
            ("https://files.example.com?key=1", "https://files.example.com/?key=1"),
            ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
            ("https://1.2.3.example.com/", "https://1.2.3.example.com/"),
        ] {
            assert_eq!(check(text, OWN).as_ref().map(Address::as_str), Ok(asked), "{text}");
        }
    }

    #[test]
    fn hostile_addresses_are_refused_with_their_reason() {
        use Refused::{NoAddress, NotHttps, Number, Own, Port, Private, Spelling, UserInfo};
        for (text, why) in [
            ("", NoAddress),
            ("files.example.com", NoAddress),
            ("//files.example.com", NoAddress),
            ("http://files.example.com/", NotHttps),
            ("file:///etc/passwd", NotHttps),
            ("gopher://files.example.com/", NotHttps),
            ("https://user:password@files.example.com/", UserInfo),
            ("https://files.example.com@127.0.0.1/", UserInfo),
            ("https://files.example.com:22/", Port),
            ("https://files.example.com:8443/", Port),
            ("https://files.example.com:99999/", Port),
            ("https://127.0.0.1/", Number),
            ("https://127.1/", Number),
            ("https://2130706433/", Number),
            ("https://0x7f000001/", Number),
            ("https://0x7f.0.0.0x1/", Number),
            ("https://0177.0.0.1/", Number),
            ("https://0x/", Number),
            ("https://169.254.169.254/latest/meta-data/", Number),
            ("https://[::1]/", Number),
            ("https://[::ffff:127.0.0.1]/", Number),
            ("https://[fd00::1]/", Number),
            ("https://127.0.0.1./", Spelling),
            ("https://files.example.com./", Spelling),
            ("https://localhost/", Private),
            ("https://shop.localhost/", Private),
            ("https://printer.local/", Private),
            ("https://metadata.google.internal/", Private),
            ("https://router.home.arpa/", Private),
            ("https://127.0.0.1.nip.io/", Private),
            ("https://intranet/", Private),
            ("https://shop.example.com/api/customers", Own),
            ("https://SHOP.example.com/", Own),
            ("https://127.0.0.１/", Spelling),
            ("https://ⓛocalhost/", Spelling),
            ("https://exаmple.com/", Spelling),
            ("https://localhost%2f.example.com/", Spelling),
            ("https://127.0.0.1%00.example.com/", Spelling),
            ("https://evil.com\\.example.com/", NoAddress),
            ("https://-a.example.com/", Spelling),
            ("https://files..example.com/", Spelling),
            ("https:///orders.csv", Spelling),
            ("https://files.example.com/a b", NoAddress),
            ("https://files.example.com/a\r\nHost: x", NoAddress),
            ("https://files.example.com/\\\\x", NoAddress),
        ] {
            assert_eq!(check(text, OWN), Err(why), "{text}");
            assert!(!why.to_string().is_empty());
        }
        assert_eq!(check(&format!("https://files.example.com/{}", "a".repeat(LENGTH)), OWN), Err(NoAddress));
    }

    #[test]
    fn on_a_developers_machine_its_other_ports_may_be_asked_and_nothing_else() {
        let asked = |text| check(text, LOCAL).map(|address| address.as_str().to_owned());
        assert_eq!(asked("http://127.0.0.1:9000/a.csv").as_deref(), Ok("http://127.0.0.1:9000/a.csv"));
        assert_eq!(asked("http://localhost:9000/a.csv").as_deref(), Ok("http://localhost:9000/a.csv"));
        assert_eq!(asked("http://localhost:8787/api/customers"), Err(Refused::Own));
        assert_eq!(asked("http://127.0.0.1:8787/"), Err(Refused::Own));
        for text in ["http://2130706433:9000/", "http://[::1]:9000/", "http://10.0.0.1:9000/", "http://files.example.com/"] {
            assert!(asked(text).is_err(), "{text}");
        }
        assert_eq!(check("http://127.0.0.1:9000/", OWN), Err(Refused::NotHttps));
        assert_eq!(check("https://127.0.0.1:9000/", OWN), Err(Refused::Number));
    }

    #[test]
    fn a_secret_goes_to_the_server_that_it_was_stored_for_and_to_no_other() {
        let of = |text| check(text, LOCAL).expect("an address");
        assert!(of("https://files.example.com/a").is_of_same_server(&of("https://FILES.example.com:443/b")));
        assert!(!of("https://files.example.com/").is_of_same_server(&of("https://example.com/")));
        assert!(!of("http://localhost:9000/").is_of_same_server(&of("http://localhost:9001/")));
        assert!(!of("http://localhost:9000/").is_of_same_server(&of("http://127.0.0.1:9000/")));
    }
}
