//! What a deployment is told by its variables.

use axum::http::Uri;
use worker::Env;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Scheme, host and port that the shop is served at; never taken from a request.
    pub origin: String,
    /// A run on a developer's machine: sign-in links may lie in the outbox.
    pub local: bool,
}

impl Settings {
    pub fn read(env: &Env) -> Self {
        let text = |name: &str| env.var(name).map(|value| value.to_string()).unwrap_or_default();
        Self::new(&text("ORIGIN"), text("LOCAL") == "true")
    }

    /// `local` counts only on a loopback origin, so that a stray variable shows no links on a real deployment.
    fn new(origin: &str, local: bool) -> Self {
        let origin = origin.trim_end_matches('/').to_owned();
        let local = local && loopback_port(&origin).is_some();
        Self { origin, local }
    }

    /// Whether an `Origin` header names this deployment. In a local run the names of the loopback interface are one.
    pub fn is_own(&self, origin: &str) -> bool {
        let same_machine = || self.local && loopback_port(origin) == loopback_port(&self.origin);
        !self.origin.is_empty() && (origin == self.origin || same_machine())
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
}
