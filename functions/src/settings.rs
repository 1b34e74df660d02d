//! What a deployment is told by its variables.

use axum::http::Uri;
use shared::outbound::Own;
use worker::Env;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Scheme, host and port that the shop is served at; never taken from a request.
    pub origin: String,
    /// A run on a developer's machine: sign-in links may lie in the outbox.
    pub local: bool,
    /// Whose assertions sign people in besides our own links; none where the deployment does not stand behind Cloudflare Access.
    pub access: Option<AccessTeam>,
}

/// One application of one team of Cloudflare Access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessTeam {
    /// Such as `https://team.cloudflareaccess.com`: signs the assertions and publishes the keys.
    pub issuer: String,
    /// The application's tag, in the assertions that are meant for it.
    pub audience: String,
}

impl Settings {
    pub fn read(env: &Env) -> Self {
        let text = |name: &str| env.var(name).map(|value| value.to_string()).unwrap_or_default();
        let access = AccessTeam::new(&text("ACCESS_TEAM"), &text("ACCESS_AUDIENCE"));
        Self { access, ..Self::new(&text("ORIGIN"), text("LOCAL") == "true") }
    }

    /// `local` counts only on a loopback origin, so that a stray variable shows no links on a real deployment.
    fn new(origin: &str, local: bool) -> Self {
        let origin = origin.trim_end_matches('/').to_owned();
        let local = local && loopback_port(&origin).is_some();
        Self { origin, local, access: None }
    }

    /// What an address of the outside must not lead back to.
    pub fn own(&self) -> Own<'_> {
        let place = self.origin.split_once("://").map_or("", |(_, place)| place);
        let host = place.split(':').next().unwrap_or_default();
        Own { host, local_port: loopback_port(&self.origin).filter(|_| self.local) }
    }

    /// Whether an `Origin` header names this deployment. In a local run the names of the loopback interface are one.
    pub fn is_own(&self, origin: &str) -> bool {
        let same_machine = || self.local && loopback_port(origin) == loopback_port(&self.origin);
        !self.origin.is_empty() && (origin == self.origin || same_machine())
    }
}

impl AccessTeam {
    /// `None` where a setting is missing, or `team` is no team's address: its keys must come from Cloudflare.
    fn new(team: &str, audience: &str) -> Option<Self> {
        let issuer = team.trim().trim_end_matches('/');
        let name = issuer.strip_prefix("https://")?.strip_suffix(".cloudflareaccess.com")?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let audience = audience.trim();
        (is_name && !audience.is_empty()).then(|| Self { issuer: issuer.to_owned(), audience: audience.to_owned() })
    }
}

/// The port of an origin on this machine.
fn loopback_port(origin: &str) -> Option<u16> {
    let uri: Uri = origin.parse().ok()?;
    let loopback = matches!(uri.host()?, "localhost" | "127.0.0.1" | "[::1]");
    (loopback && uri.scheme_str() == Some("http")).then(|| uri.port_u16().unwrap_or(80))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_knows_its_own_origin_and_no_other() {
        let settings = Settings::new("https://shop.example.com", false);
        assert!(settings.is_own("https://shop.example.com"));
        for other in ["https://shop.example.com.evil.test", "http://shop.example.com", "null", "", "http://localhost"] {
            assert!(!settings.is_own(other), "{other}");
        }
    }

    #[test]
    fn without_a_setting_no_origin_is_our_own() {
        assert!(!Settings::new("", false).is_own(""));
    }

    #[test]
    fn a_local_run_takes_every_name_of_this_machine_on_its_own_port() {
        let settings = Settings::new("http://localhost:8787", true);
        assert!(settings.local && settings.is_own("http://127.0.0.1:8787"));
        assert!(!settings.is_own("http://127.0.0.1:9999") && !settings.is_own("https://localhost:8787"));
    }

    #[test]
    fn a_deployed_origin_is_never_local() {
        assert!(!Settings::new("https://shop.example.com", true).local);
        assert!(!Settings::new("https://localhost.evil.test", true).local);
    }

    #[test]
    fn access_counts_only_where_team_and_audience_are_both_set() {
        let team = AccessTeam::new("https://shop.cloudflareaccess.com/", "tag").expect("a team");
        assert_eq!((team.issuer.as_str(), team.audience.as_str()), ("https://shop.cloudflareaccess.com", "tag"));
        for (team, audience) in [
            ("", ""),
            ("https://shop.cloudflareaccess.com", " "),
            ("", "tag"),
            ("http://shop.cloudflareaccess.com", "tag"),
            ("https://evil.test/.cloudflareaccess.com", "tag"),
            ("https://shop@evil.cloudflareaccess.com", "tag"),
            ("https://.cloudflareaccess.com", "tag"),
            ("https://shop.cloudflareaccess.com.evil.test", "tag"),
        ] {
            assert_eq!(AccessTeam::new(team, audience), None, "{team} {audience}");
        }
    }
}
