//! The app and its API on workerd, by `wrangler dev`, and calls to it.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::build::SEAMS;
use crate::process::{self, Group};
use crate::project;
use crate::store;
use crate::tools;
use crate::vault;

pub const DEFAULT_PORT: u16 = 8787;

/// How long the runtime may take to answer for the first time.
const START: Duration = Duration::from_secs(60);

/// A first fit and score of a million customers takes longest.
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// What a data folder remembers of the server on it.
#[derive(Debug, Clone, Copy)]
pub struct Running {
    pub port: u16,
    /// The process group of the server.
    group: u32,
    /// The `cargo xtask` that started it.
    owner: u32,
}

/// A running server, ended when dropped.
pub struct Server {
    pub port: u16,
    data: PathBuf,
    group: Group,
}

impl Server {
    /// Starts the worker with seams on the data folder and waits until it answers.
    pub fn start(data: &Path, port: u16) -> Result<Self> {
        make_way(data, port)?;
        fs::create_dir_all(data).with_context(|| format!("{} cannot be made: choose another --data-dir.", data.display()))?;
        let log = fs::File::create(data.join("server.log")).with_context(|| format!("{} cannot be written", data.display()))?;
        let mut command = tools::wrangler();
        command
            .args(["dev", &format!("{SEAMS}/index.js"), "--config", "wrangler.toml", "--ip", "127.0.0.1", "--log-level", "info"])
            .args(["--port", &port.to_string(), "--persist-to"])
            .arg(store::state(data))
            .args(["--var", "LOCAL:true", "--var", &format!("ORIGIN:{}", origin(port)), "--show-interactive-dev-session=false"])
            .args(["--var", &format!("VAULT_KEY:{}", vault::local_key(data)?)])
            .args(["--var", &format!("SUPPRESSION_KEY:{}", vault::local_suppression_key(data)?)])
            .stdout(log.try_clone()?)
            .stderr(log);
        let mut server = Self { port, data: data.to_path_buf(), group: Group::start(&mut command)? };
        let remembered = json!({ "port": port, "group": server.group.id(), "owner": std::process::id() });
        project::write(&memory(data), remembered.to_string())?;
        let started = Instant::now();
        while !healthy(port) {
            if server.ended() || started.elapsed() > START {
                bail!("The server did not start; its log is {}.", data.join("server.log").display());
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }

    pub fn ended(&mut self) -> bool {
        self.group.ended()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = fs::remove_file(memory(&self.data));
    }
}

/// The server that is up on this data folder.
pub fn running(data: &Path) -> Option<Running> {
    remembered(data).filter(|running| healthy(running.port))
}

/// Ends what a killed `cargo xtask` left on this data folder, and makes sure that the port is free. Worth calling before a long
/// build, so that it does not end in a refusal.
pub fn make_way(data: &Path, port: u16) -> Result<()> {
    if let Some(running) = remembered(data) {
        if arguments(running.owner).contains("xtask") {
            bail!(
                "Rekindle already runs on this data folder, at {}: stop it first, or choose another --data-dir.",
                origin(running.port)
            );
        }
        process::end_group(running.group);
        thread::sleep(Duration::from_millis(200));
    }
    if TcpListener::bind(("127.0.0.1", port)).is_err() {
        bail!("Port {port} is taken: stop what listens there, or choose another with --port {}.", port.saturating_add(1));
    }
    Ok(())
}

pub fn origin(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// A port that nothing listens on.
pub fn any_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// Calls the API with a token. An answer that is not a success is an error that quotes the problem's own words.
pub fn call(port: u16, token: &str, method: &str, path: &str, body: Option<(&str, &[u8])>, wait: Duration) -> Result<Value> {
    send(port, token, method, path, body, None, wait)
}

/// Changes the resource at `path` from the version that stands now.
pub fn change(port: u16, token: &str, path: &str, key: &str, change: &Value) -> Result<Value> {
    let stands = call(port, token, "GET", path, None, LONGEST)?;
    let version = stands.pointer(&format!("/{key}/version")).and_then(Value::as_u64).context("The answer holds no version")?;
    let body = change.to_string();
    send(port, token, "PATCH", path, Some(("application/json", body.as_bytes())), Some(version), LONGEST)
}

fn send(
    port: u16,
    token: &str,
    method: &str,
    path: &str,
    body: Option<(&str, &[u8])>,
    version: Option<u64>,
    wait: Duration,
) -> Result<Value> {
    let mut request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("http://127.0.0.1:{port}{path}"))
        .header("host", format!("localhost:{port}"))
        .header("authorization", format!("Bearer {token}"));
    if let Some((kind, _)) = body {
        request = request.header("content-type", kind);
    }
    if let Some(version) = version {
        request = request.header("if-match", format!("\"{version}\""));
    }
    let request = request.body(body.map_or_else(Vec::new, |(_, bytes)| bytes.to_vec()))?;
    let mut answer = agent(wait).run(request).with_context(|| format!("{method} {path} got no answer"))?;
    let text = answer.body_mut().with_config().limit(64 << 20).read_to_string()?;
    if !answer.status().is_success() {
        let problem: Value = serde_json::from_str(&text).unwrap_or_default();
        let detail = problem.get("detail").and_then(Value::as_str).unwrap_or(text.as_str());
        // Where values are refused, the fields say which and how to mend them.
        let fields = problem.get("fields").and_then(Value::as_object).into_iter().flatten();
        let fixes: String = fields.map(|(field, fix)| format!("; {field}: {}", fix.as_str().unwrap_or_default())).collect();
        bail!("{method} {path} was answered {}: {detail}{fixes}", answer.status());
    }
    serde_json::from_str(&text).with_context(|| format!("{method} {path} was not answered with JSON"))
}

/// Runs a job to its end and gives its run row. The worker answers for a long one before it has ended: asking again goes on with it.
pub fn run(port: u16, token: &str, job: &str) -> Result<Value> {
    let body = json!({ "job": job }).to_string();
    let started = Instant::now();
    loop {
        let mut answer = call(port, token, "POST", "/api/runs", Some(("application/json", body.as_bytes())), LONGEST)?;
        let run = answer.get_mut("run").map(Value::take).context("The answer holds no run")?;
        if run.get("status").and_then(Value::as_str) != Some("running") {
            return Ok(run);
        }
        if started.elapsed() > LONGEST {
            bail!("The job {job} does not come to its end: {run}");
        }
    }
}

/// Fires a cron as the platform would and waits for its end.
pub fn fire(port: u16, cron: &str) -> Result<()> {
    let cron = cron.replace(' ', "+");
    let uri = format!("http://127.0.0.1:{port}/cdn-cgi/local/scheduled?cron={cron}&format=json");
    let mut answer = agent(Duration::from_secs(15 * 60)).get(&uri).call()?;
    let text = answer.body_mut().read_to_string()?;
    if !answer.status().is_success() || !text.contains("\"ok\"") {
        bail!("The cron {cron} ended with {text}");
    }
    Ok(())
}

fn healthy(port: u16) -> bool {
    agent(Duration::from_secs(5))
        .get(format!("http://127.0.0.1:{port}/healthz"))
        .call()
        .is_ok_and(|answer| answer.status().is_success())
}

fn agent(wait: Duration) -> ureq::Agent {
    ureq::Agent::new_with_config(
        ureq::Agent::config_builder().timeout_global(Some(wait)).http_status_as_error(false).proxy(None).build(),
    )
}

fn memory(data: &Path) -> PathBuf {
    data.join("server.json")
}

/// A process number could by now belong to another program, so the command line of this one has to name the data folder.
fn remembered(data: &Path) -> Option<Running> {
    let value = project::read_json(&memory(data)).ok()?;
    let number = |name: &str| value.get(name).and_then(Value::as_u64)?.try_into().ok();
    let running = Running {
        port: value.get("port").and_then(Value::as_u64)?.try_into().ok()?,
        group: number("group")?,
        owner: number("owner")?,
    };
    arguments(running.group).contains(&*store::state(data).to_string_lossy()).then_some(running)
}

fn arguments(process: u32) -> String {
    process::output(Command::new("ps").args(["-o", "args=", "-p", &process.to_string()])).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_with_the_way_out() {
        // A port that was given back may be taken by any other process at once, so a free one is tried for more than once.
        let is_free_once_given_back = || {
            let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let port = taken.local_addr().unwrap().port();
            let nowhere = Path::new("/nonexistent");
            let error = make_way(nowhere, port).unwrap_err().to_string();
            assert!(error.contains(&port.to_string()) && error.contains("--port"), "{error}");
            drop(taken);
            make_way(nowhere, port).is_ok()
        };
        assert!((0..5).any(|_| is_free_once_given_back()));
    }
}
