//! `cargo xtask test`: every check and every test, one closing line.

mod beside;
mod count;
mod same_bytes;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Result, bail};
use lexopt::ValueExt as _;

use crate::build::{self, Before, Variant};
use crate::process;
use crate::project;
use crate::stamp;
use crate::tools::{self, Tools};
use beside::{Beside, Done, Pending};
use count::Count;

pub fn command(mut args: lexopt::Parser) -> Result<ExitCode> {
    let mut filter = None;
    while let Some(arg) = args.next()? {
        match arg {
            lexopt::Arg::Value(value) if filter.is_none() => filter = Some(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let tools = tools::ensure()?;
    let mut session = Session { filter, total: Count::default(), failures: Vec::new() };
    run(&tools, &mut session)?;
    for failure in &session.failures {
        eprintln!("FAILED {failure}");
    }
    println!("{}", session.total);
    Ok(if session.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What costs least comes first. Builds go on beside it, in the order in which tests wait for them.
fn run(tools: &Tools, session: &mut Session) -> Result<()> {
    let beside = Beside::start();
    let build = |work: fn(&Tools) -> Result<()>| {
        let tools = tools.clone();
        beside.then(move || work(&tools))
    };
    let seams = build(|tools| build::worker(tools, Variant::Seams));
    let worker = build(|tools| build::worker(tools, Variant::Deployable));
    let deployable = build(build::deployable);
    let same = session.wants(SAME_BYTES).then(|| build(same_bytes::check));
    let before = session.wants_before().then(|| {
        let tools = tools.clone();
        beside.then(move || build::before(&tools))
    });

    session.check("formatting", || process::run(&mut cargo(&["fmt", "--all", "--check"])));
    session.check("every npm install script is named", || match tools::unnamed_scripts()?.as_slice() {
        [] => Ok(()),
        names => bail!("These npm packages want to run a script and are not named in package.json: {}.", names.join(", ")),
    });
    session.check("only named crates depend on the sample shops", samples_stay_outside);
    let lint = |args: &[&str]| process::run(cargo(&["clippy", "--quiet", "--locked"]).args(args).args(["--", "-D", "warnings"]));
    session.check("clippy", || lint(&["--workspace", "--all-targets"]));
    // Without seams the worker was linted with the workspace, and is built below.
    let wasm = ["--target", "wasm32-unknown-unknown", "-p", "app", "-p", "app-worker", "-p", "functions"];
    session.check("clippy for wasm with seams", || lint(&[&wasm[..], &["--features", "functions/seams"]].concat()));
    session.check("supply chain", deny);
    session.native()?;

    session.built("the worker with seams", seams)?;
    session.built("the deployable worker", worker)?;
    session.check("no seams in the deployable worker", build::worker_has_no_seams);
    session.node(tools, "api", None)?;

    session.built("the app within its budget", deployable)?;
    session.check("no template engine or zone table in the app's modules", build::app_is_light);
    if let Some(same) = same {
        session.built(SAME_BYTES, same)?;
    }
    let before = match before {
        Some(before) => session.before(before)?,
        None => None,
    };
    session.node(tools, "commands", before.as_deref())?;
    session.node(tools, "browser", None)
}

const SAME_BYTES: &str = "models are the same bytes natively and in wasm";

struct Session {
    filter: Option<String>,
    total: Count,
    failures: Vec<String>,
}

impl Session {
    /// Whether a check of this name is asked for.
    fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }

    /// A check that passes or fails as one.
    fn check(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        if self.wants(name) {
            let start = Instant::now();
            let outcome = work();
            self.record(name, outcome, start.elapsed().as_secs_f64());
        }
    }

    /// A work that went on beside the checks. Builds run whatever the filter says: later tests stand on them.
    fn built(&mut self, name: &str, pending: Pending<()>) -> Result<()> {
        let Done { outcome, text, seconds } = pending.wait()?;
        eprint!("{text}");
        self.record(name, outcome, seconds);
        Ok(())
    }

    fn record(&mut self, name: &str, outcome: Result<()>, seconds: f64) {
        match outcome {
            Ok(()) => {
                eprintln!("ok     {name} ({seconds:.1} s)");
                self.total.passed += 1;
            }
            Err(error) if error.is::<Skipped>() => {
                eprintln!("SKIPPED {name}: {error}");
                self.total.skipped += 1;
            }
            Err(error) => {
                eprintln!("FAILED {name} ({seconds:.1} s): {error:#}");
                self.total.failed += 1;
                self.failures.push(name.to_owned());
            }
        }
    }

    /// Whether a test that is asked for needs the version before.
    fn wants_before(&self) -> bool {
        self.files("commands").is_ok_and(|files| files.iter().any(|file| file.ends_with("upgrade.test.mjs")))
    }

    /// The tree of the version before with its worker.
    fn before(&mut self, pending: Pending<Before>) -> Result<Option<PathBuf>> {
        let Done { outcome, text, seconds } = pending.wait()?;
        eprint!("{text}");
        let (tree, outcome) = match outcome {
            Ok(Before::Built(folder)) => (Some(folder), Ok(())),
            Ok(Before::Unknown(why)) => (None, Err(Skipped(why).into())),
            Err(error) => (None, Err(error)),
        };
        self.record("the worker of the version before", outcome, seconds);
        Ok(tree)
    }

    /// Unit, property and documentation tests of every crate.
    fn native(&mut self) -> Result<()> {
        let mut command = cargo(&["test", "--quiet", "--locked", "--workspace", "--no-fail-fast"]);
        command.args(self.filter.as_deref().map(|filter| vec!["--", filter]).unwrap_or_default());
        self.suite("native tests", &mut command, count::cargo)
    }

    /// The tests below `tests/{folder}`, each file a process. A file waits for its server as often as the server for it, so at least two
    /// go on at once; those that measure time come after the others, one by one.
    fn node(&mut self, tools: &Tools, folder: &str, before: Option<&Path>) -> Result<()> {
        let (timed, others): (Vec<_>, Vec<_>) = self.files(folder)?.into_iter().partition(|file| measures_time(file));
        let at_once = std::thread::available_parallelism().map_or(2, |cores| (cores.get() - 1).max(2));
        self.files_of(tools, &format!("{folder} tests"), &others, at_once, before)?;
        self.files_of(tools, &format!("{folder} tests that measure time"), &timed, 1, before)
    }

    fn files_of(&mut self, tools: &Tools, name: &str, files: &[PathBuf], at_once: usize, before: Option<&Path>) -> Result<()> {
        if files.is_empty() {
            return Ok(());
        }
        let mut command = Command::new(&tools.node);
        command
            .args(["--test", "--test-reporter=spec"])
            .arg(format!("--test-concurrency={at_once}"))
            .current_dir(project::root())
            .env("REKINDLE_XTASK", std::env::current_exe()?);
        if let Some(before) = before {
            command.env("REKINDLE_BEFORE", before);
        }
        if let Some(filter) = &self.filter
            && !files.iter().all(|file| file.to_string_lossy().contains(filter.as_str()))
        {
            command.arg(format!("--test-name-pattern={filter}"));
        }
        command.args(files);
        self.suite(name, &mut command, count::node)
    }

    /// Test files of the folder: those named like the filter, else those with a test of that name. A file none of whose tests runs
    /// would fail, because what ends its server runs all the same.
    fn files(&self, folder: &str) -> Result<Vec<PathBuf>> {
        let mut files = stamp::files(&project::path("tests").join(folder))?;
        files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
        let Some(filter) = &self.filter else { return Ok(files) };
        let named: Vec<_> = files.iter().filter(|file| file.to_string_lossy().contains(filter.as_str())).cloned().collect();
        if !named.is_empty() {
            return Ok(named);
        }
        files.retain(|file| project::read(file).is_ok_and(|text| has_test(&text, filter)));
        Ok(files)
    }

    fn suite(&mut self, name: &str, command: &mut Command, count: fn(&str) -> Count) -> Result<()> {
        let start = Instant::now();
        let (ok, text) = process::tee(command)?;
        let counted = count(&text);
        eprintln!("{} {name}: {counted} ({:.1} s)", if ok { "ok    " } else { "FAILED" }, start.elapsed().as_secs_f64());
        self.total += counted;
        if !ok {
            // A suite can fail without a failing test: it did not build, or broke off.
            self.total.failed += u32::from(counted.failed == 0);
            self.failures.push(name.to_owned());
        }
        Ok(())
    }
}

fn measures_time(file: &Path) -> bool {
    project::read(file).is_ok_and(|text| text.contains("performance.now()"))
}

/// Whether a test's title holds the words; a title that is put together may hold any word of the file's code.
fn has_test(text: &str, filter: &str) -> bool {
    let mut code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let is_title = |line: &&str| line.trim_start().starts_with("test(");
    if code.clone().filter(is_title).any(|line| line.contains(filter)) {
        return true;
    }
    code.clone().filter(is_title).any(|line| line.contains("${")) && code.any(|line| line.contains(filter))
}

/// Why a check could not run here.
#[derive(Debug)]
struct Skipped(String);

impl std::fmt::Display for Skipped {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Skipped {}

fn deny() -> Result<()> {
    let Some(deny) = tools::cargo_deny(std::env::var_os("CI").is_some())? else {
        return Err(Skipped("cargo-deny is not built here; with CI=1 it is, which takes minutes".to_owned()).into());
    };
    process::run(
        Command::new(deny).args(["--log-level", "error", "check", "bans", "licenses", "sources"]).current_dir(project::root()),
    )
}

/// The sample shops are data for trying things out: the app and the worker hold no line of their generators.
fn samples_stay_outside() -> Result<()> {
    for package in ["app", "app-worker", "functions", "shared"] {
        let tree = process::output(&mut cargo(&[
            "tree",
            "--locked",
            "--prefix",
            "none",
            "--edges",
            "normal,build",
            "--package",
            package,
        ]))?;
        if tree.lines().any(|line| line.starts_with("samples ")) {
            bail!("{package} depends on the crate `samples`, which no deployed crate may.");
        }
    }
    Ok(())
}

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(args).current_dir(project::root());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_finds_the_files_whose_tests_are_named_so() {
        let plain = "// Lists of customers.\nconst lists = 1;\ntest(\"a view is kept\", async () => {});\n";
        assert!(has_test(plain, "view"));
        assert!(!has_test(plain, "lists"), "words of the code and of comments name no test");
        let made = "for (const point of [\"score.loaded\"]) {\n  test(`a run that dies at ${point}`, () => {});\n}\n// rates\n";
        assert!(has_test(made, "dies at") && has_test(made, "score.loaded"));
        assert!(!has_test(made, "rates"));
    }
}
