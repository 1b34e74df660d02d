//! Other programs: run to their end, or kept running in a process group of their own.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

/// Runs one step and says how long it took. What the step prints goes to standard error, so that standard output carries answers only.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(&format!("· {what}\n"));
    let start = Instant::now();
    let done = work()?;
    let seconds = start.elapsed().as_secs_f64();
    if seconds >= 1.0 {
        say(&format!("  {what}: {seconds:.0} s\n"));
    }
    Ok(done)
}

thread_local! {
    static KEPT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Does the work with all that its steps and programs print on this thread kept, and gives both back.
pub fn kept<T>(work: impl FnOnce() -> T) -> (T, String) {
    KEPT.set(Some(String::new()));
    let done = work();
    (done, KEPT.take().unwrap_or_default())
}

/// Tells the user, on standard error or in what is kept.
pub fn say(text: &str) {
    let is_kept = KEPT.with_borrow_mut(|kept| kept.as_mut().map(|kept| kept.push_str(text)).is_some());
    if !is_kept {
        eprint!("{text}");
    }
}

/// Runs a program whose progress the user should see.
pub fn run(command: &mut Command) -> Result<()> {
    let name = name(command);
    let status = if KEPT.with_borrow(Option::is_some) {
        each_line(command, |line| say(&format!("{line}\n")))?
    } else {
        command.stdout(std::io::stderr()).status().with_context(|| format!("{name} cannot be started"))?
    };
    if !status.success() {
        bail!("{name} failed ({status}); what it printed stands above.");
    }
    Ok(())
}

/// Runs a program whose output is wanted; it is shown only when the program fails.
pub fn output(command: &mut Command) -> Result<String> {
    let name = name(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{name} cannot be started"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        if let Some(hint) = offline(&errors).or_else(|| offline(&text)) {
            bail!("{hint}");
        }
        bail!("{name} failed ({}):\n{}{}", output.status, text.trim_end(), errors.trim_end());
    }
    Ok(text)
}

/// Runs a program with its output shown as it comes, and gives back all of it and whether the program succeeded.
pub fn tee(command: &mut Command) -> Result<(bool, String)> {
    let mut text = String::new();
    let status = each_line(command, |line| {
        let _ = writeln!(std::io::stderr(), "{line}");
        text.push_str(line);
        text.push('\n');
    })?;
    Ok((status.success(), text))
}

/// Runs a program to its end and hands over each line of both its streams as it comes.
fn each_line(command: &mut Command, mut take: impl FnMut(&str)) -> Result<ExitStatus> {
    let name = name(command);
    let (reader, writer) = std::io::pipe()?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .spawn()
        .with_context(|| format!("{name} cannot be started"))?;
    // The command keeps its copies of the writing end, and reading would never end while one is open.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    for line in BufReader::new(reader).split(b'\n') {
        take(&String::from_utf8_lossy(&line?));
    }
    Ok(child.wait()?)
}

/// The sentence for a failure that has no network as its cause, whichever program failed.
pub fn offline(text: &str) -> Option<&'static str> {
    let signs = [
        "ENOTFOUND",
        "EAI_AGAIN",
        "ECONNREFUSED",
        "ENETUNREACH",
        "ETIMEDOUT",
        "Could not resolve host",
        "Couldn't resolve host",
        "failed to lookup address",
    ];
    signs.iter().any(|sign| text.contains(sign)).then_some(
        "The package registries cannot be reached: check the network or the proxy settings, then run the same command again.",
    )
}

/// A long-running program with all that it starts, ended together when dropped. wrangler leaves its runtime behind, and hangs, when
/// only one of its processes is ended.
pub struct Group {
    child: Child,
}

/// Those to end when this program is told to stop.
static RUNNING: Mutex<Vec<u32>> = Mutex::new(Vec::new());

impl Group {
    pub fn start(command: &mut Command) -> Result<Self> {
        let name = name(command);
        let child = command.process_group(0).stdin(Stdio::null()).spawn().with_context(|| format!("{name} cannot be started"))?;
        running(|groups| groups.push(child.id()));
        Ok(Self { child })
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        end_group(self.child.id());
        let _ = self.child.wait();
        running(|groups| groups.retain(|id| *id != self.child.id()));
    }
}

/// From now on Ctrl-C, SIGTERM and SIGHUP end every group with this program.
pub fn end_groups_with_us() -> Result<()> {
    ctrlc::set_handler(|| {
        running(|groups| groups.iter().for_each(|id| end_group(*id)));
        std::process::exit(130);
    })
    .context("Signals cannot be handled")
}

pub fn end_group(id: u32) {
    let _ = Command::new("kill").args(["-KILL", "--", &format!("-{id}")]).stderr(Stdio::null()).status();
}

fn running(change: impl FnOnce(&mut Vec<u32>)) {
    change(&mut RUNNING.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
}

fn name(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let first: Vec<_> = command.get_args().take(2).map(|arg| arg.to_string_lossy().into_owned()).collect();
    let first: Vec<&str> = first.iter().map(|arg| arg.rsplit('/').next().unwrap_or(arg)).collect();
    format!("`{program} {}`", first.join(" ")).replace(" `", "`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_told_with_what_it_printed() {
        let error = output(Command::new("sh").args(["-c", "echo reason >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("reason") && error.contains('3'), "{error}");
    }

    #[test]
    fn a_registry_out_of_reach_is_told_in_one_sentence() {
        let error = output(Command::new("sh").args(["-c", "echo npm error code ENOTFOUND >&2; exit 1"])).unwrap_err().to_string();
        assert!(error.starts_with("The package registries cannot be reached") && error.lines().count() == 1, "{error}");
    }

    #[test]
    fn a_dropped_group_ends_the_children_of_its_program_too() {
        // The pipe stays open for as long as one of the two holds its writing end.
        let (mut reader, writer) = std::io::pipe().unwrap();
        let group = {
            let mut command = Command::new("sh");
            Group::start(command.args(["-c", "sleep 600 & wait"]).stdout(writer)).unwrap()
        };
        drop(group);
        let mut rest = Vec::new();
        std::io::Read::read_to_end(&mut reader, &mut rest).unwrap();
        assert!(rest.is_empty());
    }

    #[test]
    fn what_is_kept_holds_the_steps_and_both_streams_and_nothing_of_other_threads() {
        let (done, text) = kept(|| {
            std::thread::scope(|scope| {
                scope.spawn(|| say("elsewhere\n"));
            });
            step("Building", || run(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 1"])))
        });
        assert!(done.is_err());
        assert_eq!(text, "· Building\nout\nerr\n");
        assert_eq!(kept(|| say("next")).1, "next");
    }

    #[test]
    fn tee_gives_back_both_streams_and_the_outcome() {
        let (ok, text) = tee(Command::new("sh").args(["-c", "echo out; echo err >&2; exit 1"])).unwrap();
        assert!(!ok && text.contains("out\n") && text.contains("err\n"), "{text}");
    }
}
