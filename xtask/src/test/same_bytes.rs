//! The same models from the same rows: natively, in the worker and in the browser.

use std::process::Command;

use anyhow::{Result, bail};

use crate::process;
use crate::project;
use crate::speed;
use crate::tools::Tools;

/// Profiles of the worker and of the browser, which optimise differently.
const PROFILES: [&str; 2] = ["edge", "web"];

/// Compares the digests of all parts of the models' work. The native ones come from the unoptimised program: no build may differ.
pub fn check(tools: &Tools) -> Result<()> {
    let native = process::output(Command::new(speed::native("dev")?).arg("digest"))?;
    let mut wrong = differences(&native, &native);
    for profile in PROFILES {
        let module = speed::wasm(profile, &["digest".to_owned()])?;
        let wasm = process::output(Command::new(&tools.node).arg(project::path("speed/digest.mjs")).arg(module))?;
        wrong.extend(differences(&native, &wasm).into_iter().map(|line| format!("{profile}: {line}")));
    }
    if wrong.is_empty() { Ok(()) } else { bail!("not the same natively and in wasm:\n{}", wrong.join("\n")) }
}

/// What the second report says otherwise than the first, and parts without a digest in either.
fn differences(native: &str, wasm: &str) -> Vec<String> {
    let mut wrong: Vec<String> = native.lines().chain(wasm.lines()).filter(|line| !has_digest(line)).map(str::to_owned).collect();
    wrong.extend(wasm.lines().filter(|line| !native.lines().any(|other| other == *line)).map(str::to_owned));
    let parts = |report: &str| report.lines().count();
    if parts(native) == 0 || parts(native) != parts(wasm) {
        wrong.push(format!("{} parts natively, {} in wasm", parts(native), parts(wasm)));
    }
    wrong.dedup();
    wrong
}

fn has_digest(line: &str) -> bool {
    let digest = line.split(' ').next().unwrap_or_default();
    digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::differences;

    #[test]
    fn a_part_that_differs_fails_or_lacks_is_told() {
        let line = |digit: &str, name: &str| format!("{} {name}\n", digit.repeat(64));
        let native = line("a", "trees") + &line("b", "lines");
        assert!(differences(&native, &native).is_empty());
        let other = line("a", "trees") + &line("c", "lines");
        assert_eq!(differences(&native, &other), [line("c", "lines").trim_end()]);
        assert_eq!(differences(&native, &line("a", "trees")), ["2 parts natively, 1 in wasm"]);
        let failed = line("a", "trees") + "failed: no rows: lines\n";
        assert_eq!(differences(&failed, &failed), ["failed: no rows: lines"]);
        assert_eq!(differences("", ""), ["0 parts natively, 0 in wasm"]);
    }
}
