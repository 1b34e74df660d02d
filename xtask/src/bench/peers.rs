//! The Python packages that the models are measured against, in an environment of their own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::process::{self, step};
use crate::project;

/// The versions that the claims are made against. lifetimes is no longer kept up and needs this numpy and pandas.
const PACKAGES: [&str; 7] = [
    "lifetimes==0.11.3",
    "xgboost-cpu==3.2.0",
    "numpy==1.26.4",
    "pandas==2.3.3",
    "scikit-learn==1.5.2",
    "autograd==1.9.1",
    "dill==0.4.1",
];

/// A Python that has the packages: the one given, or one set up below `target` by the first run.
pub fn python(given: Option<PathBuf>) -> Result<PathBuf> {
    let python = match given {
        Some(python) => python,
        None => set_up()?,
    };
    let imports = "import lifetimes, xgboost, sklearn; print(lifetimes.__version__, xgboost.__version__)";
    let versions = process::output(Command::new(&python).args(["-W", "ignore", "-c", imports]))?;
    if versions.trim() != "0.11.3 3.2.0" {
        bail!("{} has lifetimes and xgboost {}, not 0.11.3 and 3.2.0.", python.display(), versions.trim());
    }
    Ok(python)
}

fn set_up() -> Result<PathBuf> {
    let folder = project::target().join("peers");
    let python = folder.join("bin/python");
    let done = folder.join("packages.txt");
    let wanted = PACKAGES.join("\n");
    if done.exists() && project::read(&done)? == wanted {
        return Ok(python);
    }
    step("Installing the Python peers", || {
        process::output(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))
            .context("Python 3.9 to 3.12 with venv is needed: install it, or name one that has the packages by --python.")?;
        process::output(
            Command::new(&python).args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES),
        )
    })?;
    project::write(&done, wanted)?;
    Ok(python)
}
