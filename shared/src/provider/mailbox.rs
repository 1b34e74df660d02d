//! Which of the large mailbox providers an address lies at: their filters judge a sender each for itself.

/// Hosts of one provider, under the name that it is counted under.
const PROVIDERS: [(&str, &[&str]); 9] = [
    ("gmail.com", &["gmail.com", "googlemail.com"]),
    ("outlook.com", &["outlook.com", "hotmail.com", "live.com", "msn.com", "windowslive.com", "passport.com"]),
    ("yahoo.com", &["yahoo.com", "ymail.com", "rocketmail.com", "aol.com", "aim.com", "verizon.net"]),
    ("icloud.com", &["icloud.com", "me.com", "mac.com"]),
    ("gmx.net", &["gmx.net", "gmx.de", "gmx.at", "gmx.ch", "gmx.com", "web.de", "mail.com", "1und1.de"]),
    ("orange.fr", &["orange.fr", "wanadoo.fr"]),
    ("proton.me", &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"]),
    ("mail.ru", &["mail.ru", "bk.ru", "inbox.ru", "list.ru"]),
    ("qq.com", &["qq.com", "foxmail.com"]),
];

/// Countries' own hosts of one name, such as `yahoo.co.uk`.
const NAMES: [(&str, &str); 5] =
    [("outlook", "outlook.com"), ("hotmail", "outlook.com"), ("live", "outlook.com"), ("yahoo", "yahoo.com"), ("gmx", "gmx.net")];

/// What stands for all the others: a host each would make a count of each customer's own.
pub const OTHER: &str = "other";

/// The name that a mail to this address is counted under.
///
/// ```
/// use shared::provider::mailbox::of;
/// assert_eq!(of("ada@Googlemail.com"), "gmail.com");
/// assert_eq!(of("ada@yahoo.co.uk"), "yahoo.com");
/// assert_eq!(of("ada@example.com"), "other");
/// ```
pub fn of(email: &str) -> &'static str {
    let host = email.rsplit_once('@').map(|(_, host)| host.trim().to_ascii_lowercase()).unwrap_or_default();
    if let Some((name, _)) = PROVIDERS.iter().find(|(_, hosts)| hosts.contains(&host.as_str())) {
        return name;
    }
    let mut labels = host.split('.');
    let (first, rest): (&str, Vec<&str>) = (labels.next().unwrap_or_default(), labels.collect());
    // `yahoo.co.uk`, `hotmail.fr`: a country, or a country and what it calls companies.
    let is_country = matches!(rest.as_slice(), [top] if top.len() == 2)
        || matches!(rest.as_slice(), [second, top] if top.len() == 2 && matches!(*second, "co" | "com"));
    match NAMES.iter().find(|(name, _)| *name == first && is_country) {
        Some((_, provider)) => provider,
        None => OTHER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_one_provider_are_one() {
        for (address, name) in [
            ("a@gmail.com", "gmail.com"),
            ("a@hotmail.fr", "outlook.com"),
            ("a@live.co.uk", "outlook.com"),
            ("a@yahoo.com.br", "yahoo.com"),
            ("a@yahoo.evil.example", OTHER),
            ("a@mygmail.com", OTHER),
            ("a@live.example", OTHER),
            ("nobody", OTHER),
            ("", OTHER),
        ] {
            assert_eq!(of(address), name, "{address}");
        }
    }
}
