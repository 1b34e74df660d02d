//! `cargo xtask deploy`.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::build::{self, Variant};
use crate::process::{self, step};
use crate::project;
use crate::tools;

pub fn command(mut args: lexopt::Parser) -> Result<()> {
    let (mut dry, mut config) = (false, project::path("wrangler.toml"));
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Long("dry-run") => dry = true,
            lexopt::Arg::Long("config") => config = PathBuf::from(args.value()?),
            other => return Err(other.unexpected().into()),
        }
    }
    check(&project::read(&config)?)?;
    let tools = tools::ensure()?;
    build::deployable(&tools)?;
    build::worker(&tools, Variant::Seams)?;
    build::worker_has_no_seams()?;
    if dry {
        let out = project::target().join("xtask/deploy");
        step("Packing as a deployment would", || {
            process::output(tools::wrangler().args(["deploy", "--dry-run", "--outdir"]).arg(out).arg("--config").arg(&config))
        })?;
        println!("The dry run found nothing that would stop a deployment; nothing was sent.");
        return Ok(());
    }
    step("Looking for the worker's keys", || {
        let listed = process::output(tools::wrangler().args(["secret", "list", "--format", "json", "--config"]).arg(&config));
        let names = listed.unwrap_or_default();
        KEYS.iter().find(|(key, _)| !holds_secret(&names, key)).map_or(Ok(()), |(_, without)| bail!("{without}"))
    })?;
    step("Applying migrations", || {
        process::output(tools::wrangler().args(["d1", "migrations", "apply", "DB", "--remote", "--config"]).arg(&config))
    })?;
    step("Deploying", || process::run(tools::wrangler().arg("deploy").arg("--config").arg(&config)))?;
    println!("Deployed. `cargo xtask sign-in --remote` prints the owner's first sign-in link.");
    Ok(())
}

/// Secrets that the worker needs, each with what to do where it is missing.
const KEYS: [(&str, &str); 2] = [
    (
        "VAULT_KEY",
        "The worker has no VAULT_KEY, without which it keeps no secrets of stores: run `cargo xtask vault-key`, then `npx wrangler \
         secret put VAULT_KEY`, and paste what it printed. Keep it: what it has sealed opens with nothing else.",
    ),
    (
        "SUPPRESSION_KEY",
        "The worker has no SUPPRESSION_KEY, without which it knows no address that nobody may write to: run `cargo xtask \
         suppression-key`, then `npx wrangler secret put SUPPRESSION_KEY`, and paste what it printed. Keep it and never change it: \
         opt-outs and erasures are found with nothing else.",
    ),
];

/// Whether the worker's secrets, as wrangler lists them, hold this one.
fn holds_secret(names: &str, key: &str) -> bool {
    let names: serde_json::Value = serde_json::from_str(names).unwrap_or_default();
    names.as_array().into_iter().flatten().any(|secret| secret.get("name").and_then(|name| name.as_str()) == Some(key))
}

/// Refuses a configuration that would deploy to nowhere, or a local run's laxer rules to everyone.
fn check(config: &str) -> Result<()> {
    let config: toml::Table = config.parse().context("wrangler.toml is not valid TOML.")?;
    let vars = config.get("vars").and_then(toml::Value::as_table);
    if vars.is_some_and(|vars| vars.contains_key("LOCAL")) {
        bail!("wrangler.toml sets LOCAL, which shows sign-in links to whoever asks: remove it from `[vars]`.");
    }
    for (key, _) in KEYS {
        if vars.is_some_and(|vars| vars.contains_key(key)) {
            bail!("wrangler.toml holds {key} in plain sight: remove it from `[vars]` and run `npx wrangler secret put {key}`.");
        }
    }
    let origin = vars.and_then(|vars| vars.get("ORIGIN")?.as_str()).unwrap_or_default();
    let host = origin.strip_prefix("https://").unwrap_or_default();
    if host.is_empty() || host.contains('/') {
        bail!(
            "wrangler.toml needs the deployed app's address: set `ORIGIN = \"https://your.domain\"` below `[vars]`, without a path."
        );
    }
    check_access(vars)?;
    for (list, key, made_by) in [
        ("d1_databases", "database_id", "wrangler d1 create rekindle"),
        ("kv_namespaces", "id", "wrangler kv namespace create KV"),
    ] {
        for binding in config.get(list).and_then(toml::Value::as_array).into_iter().flatten() {
            let id = binding.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            if id.chars().all(|letter| letter == '0' || letter == '-') {
                bail!(
                    "wrangler.toml has a placeholder for the {key} of {list}: run `npx {made_by}` and put the id it prints there."
                );
            }
        }
    }
    Ok(())
}

/// Half a setting of Cloudflare Access would be passed over in silence, and nobody could sign in by it.
fn check_access(vars: Option<&toml::Table>) -> Result<()> {
    let text = |name: &str| vars.and_then(|vars| vars.get(name)?.as_str()).unwrap_or_default();
    let (team, audience) = (text("ACCESS_TEAM"), text("ACCESS_AUDIENCE"));
    let host = team.strip_prefix("https://").unwrap_or_default();
    let is_team =
        host.strip_suffix(".cloudflareaccess.com").is_some_and(|name| !name.is_empty() && !name.contains(['/', '.', '@']));
    if (team.is_empty() && audience.is_empty()) || (is_team && !audience.is_empty()) {
        return Ok(());
    }
    bail!(
        "wrangler.toml sets up half of Cloudflare Access: it needs `ACCESS_TEAM = \"https://your-team.cloudflareaccess.com\"` and \
         the application's tag as `ACCESS_AUDIENCE`, or neither."
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const READY: &str = r#"
        [vars]
        ORIGIN = "https://shop.example.com"
        [[d1_databases]]
        database_id = "0190c1f0-0000-7000-8000-000000000001"
        [[kv_namespaces]]
        id = "0123456789abcdef0123456789abcdef"
    "#;

    #[track_caller]
    fn refused(config: &str, word: &str) {
        let error = check(config).unwrap_err().to_string();
        assert!(error.contains(word) && error.lines().count() == 1, "{error}");
    }

    #[test]
    fn a_filled_configuration_passes() {
        check(READY).unwrap();
    }

    #[test]
    fn a_local_run_is_never_deployed() {
        refused(&READY.replace("[vars]", "[vars]\nLOCAL = \"true\""), "LOCAL");
    }

    #[test]
    fn the_workers_keys_are_secrets_and_have_to_be_there() {
        let listed = r#"[{"name":"SUPPRESSION_KEY","type":"secret_text"},{"name":"VAULT_KEY","type":"secret_text"}]"#;
        for (key, without) in KEYS {
            refused(&READY.replace("[vars]", &format!("[vars]\n{key} = \"a\"")), key);
            assert!(holds_secret(listed, key) && without.contains(key));
        }
        for names in ["", "[]", r#"[{"name":"vault_key"}]"#, r#"{"name":"VAULT_KEY"}"#, r#"[{"name":"SUPPRESSION_KEY"}]"#] {
            assert!(!holds_secret(names, "VAULT_KEY"), "{names}");
        }
    }

    #[test]
    fn cloudflare_access_is_set_up_whole_or_not_at_all() {
        let team = "ACCESS_TEAM = \"https://team.cloudflareaccess.com\"";
        let audience = "ACCESS_AUDIENCE = \"tag\"";
        check(&READY.replace("[vars]", &format!("[vars]\n{team}\n{audience}"))).unwrap();
        for half in [team, audience, &format!("{audience}\n{}", team.replace("cloudflareaccess", "example"))] {
            refused(&READY.replace("[vars]", &format!("[vars]\n{half}")), "Access");
        }
    }

    #[test]
    fn placeholders_are_refused_each_by_its_name() {
        refused(&READY.replace("0190c1f0-0000-7000-8000-000000000001", "00000000-0000-0000-0000-000000000000"), "d1_databases");
        refused(&READY.replace("0123456789abcdef0123456789abcdef", "00000000000000000000000000000000"), "kv_namespaces");
        refused(
            &project::read(&project::path("wrangler.toml"))
                .unwrap()
                .replace("[[d1_databases]]", "[vars]\nORIGIN = \"https://shop.example.com\"\n[[d1_databases]]"),
            "placeholder",
        );
    }

    #[test]
    fn an_origin_is_needed_and_it_is_https_without_a_path() {
        for origin in ["", "http://shop.example.com", "https://", "https://shop.example.com/app"] {
            refused(&READY.replace("https://shop.example.com", origin), "ORIGIN");
        }
    }
}
