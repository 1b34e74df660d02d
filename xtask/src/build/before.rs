//! The worker of the version before: an upgrade is tested from what that version really wrote.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::worker;
use crate::process::{self, step};
use crate::project;
use crate::stamp;
use crate::tools::Tools;

const MIGRATIONS: &str = "functions/migrations";

#[derive(Debug)]
pub enum Before {
    /// Its whole tree, with its worker with seams in `functions/build-seams`.
    Built(PathBuf),
    /// Why it cannot be known here.
    Unknown(String),
}

/// The version before is the one that the newest migration was added to. Its tree is taken out of the history, and built once.
pub fn build(tools: &Tools) -> Result<Before> {
    let Some(newest) = newest_migration()? else { return Ok(Before::Unknown("there is no migration".to_owned())) };
    let Some(commit) = commit_before(&newest)? else {
        return Ok(Before::Unknown(format!("this clone's history does not reach back to the commit before {newest}")));
    };
    let trees = project::target().join("before");
    let tree = trees.join(&commit);
    if !tree.join("functions/build-seams/index_bg.wasm").exists() {
        // Those of earlier versions are never asked for again.
        let _ = fs::remove_dir_all(&trees);
        fs::create_dir_all(&tree).with_context(|| format!("{} cannot be made", tree.display()))?;
        let work = trees.join("build");
        let archive = trees.join("tree.tar");
        process::output(git(&["archive", "--output"]).arg(&archive).arg(&commit))?;
        process::output(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&tree))?;
        fs::create_dir_all(tree.join("dist"))?;
        step("Building the worker of the version before", || {
            lend(&work)?;
            process::run(
                worker::quick(tools, "build-seams")
                    .args(["--features", "seams"])
                    .current_dir(tree.join("functions"))
                    // Cargo tells packages apart by their place within a workspace: in the folder of this version's worker the one
                    // would be taken for the other.
                    .env("CARGO_TARGET_DIR", &work)
                    // As this version's profile has it: what is lent fits then.
                    .envs([("CARGO_PROFILE_EDGE_LTO", "false"), ("CARGO_PROFILE_EDGE_CODEGEN_UNITS", "16")]),
            )
        })?;
        let _ = fs::remove_dir_all(&work);
    }
    Ok(Before::Built(tree))
}

/// What this version's worker was made of, but for the crates of the workspace: most of it is the same in the one before.
fn lend(work: &Path) -> Result<()> {
    for profile in ["edge", "wasm32-unknown-unknown/edge"] {
        let (from, to) = (project::target().join(profile), work.join(profile));
        if !from.exists() {
            continue;
        }
        fs::create_dir_all(to.parent().unwrap_or(work))?;
        process::output(Command::new("cp").arg("-a").arg(from).arg(&to))?;
        for folder in ["deps", "build", ".fingerprint"] {
            let entries = fs::read_dir(to.join(folder))?.collect::<Result<Vec<_>, _>>()?;
            for entry in entries.iter().filter(|entry| is_ours(&entry.file_name().to_string_lossy())) {
                let path = entry.path();
                if path.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
            }
        }
    }
    Ok(())
}

/// A file or folder that cargo made of a crate of the workspace.
fn is_ours(name: &str) -> bool {
    let name = name.strip_prefix("lib").unwrap_or(name);
    ["shared", "functions"].iter().any(|ours| name.strip_prefix(ours).is_some_and(|rest| rest.starts_with(['-', '.'])))
}

fn newest_migration() -> Result<Option<String>> {
    let files = stamp::files(&project::path(MIGRATIONS))?;
    Ok(files.iter().filter_map(|file| file.file_name()?.to_str()).filter(|name| name.ends_with(".sql")).max().map(str::to_owned))
}

/// The commit that the one which added the file stands on; the last one where the file is not in it yet.
fn commit_before(migration: &str) -> Result<Option<String>> {
    let path = format!("{MIGRATIONS}/{migration}");
    let Ok(added) = process::output(&mut git(&["log", "--format=%H", "--diff-filter=A", "--", &path])) else { return Ok(None) };
    let before = match added.lines().next_back() {
        Some(commit) => format!("{commit}^"),
        None => "HEAD".to_owned(),
    };
    let commit = process::output(&mut git(&["rev-parse", "--verify", "--quiet", &format!("{before}^{{commit}}")]));
    Ok(commit.ok().map(|commit| commit.trim().to_owned()).filter(|commit| !commit.is_empty()))
}

fn git(args: &[&str]) -> Command {
    let mut command = Command::new("git");
    command.args(args).current_dir(project::root());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a version's migrations do, the version before goes on serving from the same tables, and nothing waits for them: they
    /// add tables, columns and indexes, and rows to the tables that they make.
    #[test]
    fn migrations_only_add() {
        let mut checked = 0;
        for file in stamp::files(&project::path(MIGRATIONS)).unwrap() {
            let all = statements(&project::read(&file).unwrap());
            let made: Vec<&str> = all.iter().filter_map(|statement| table_made(statement)).collect();
            for statement in &all {
                assert_eq!(refused(statement, &made), None, "{}: {statement}", file.display());
                checked += 1;
            }
        }
        assert!(checked > 50, "{checked}");
    }

    #[test]
    fn what_would_break_the_version_before_is_refused() {
        for statement in [
            "drop table orders",
            "alter table orders drop column codes",
            "alter table orders rename column codes to discounts",
            "alter table orders add column market text not null",
            "update customers set version = 1",
            "delete from wakes",
            "create trigger t after insert on orders begin select 1",
            "create unique index a on orders (customer_id)",
            "insert into scores select * from old_scores",
            "begin",
        ] {
            assert!(refused(statement, &["inbox"]).is_some(), "{statement}");
        }
        assert_eq!(refused("create unique index a on inbox (source, key)", &["inbox"]), None);
    }

    fn table_made(statement: &str) -> Option<&str> {
        statement.strip_prefix("create table ")?.split_whitespace().next()
    }

    /// Without comments.
    fn statements(text: &str) -> Vec<String> {
        let code: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        let all = code.join(" ");
        let words = all.split(';').map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
        words.filter(|statement| !statement.is_empty()).collect()
    }

    /// Why a statement does not go with the version before; `made` are the tables that its migration makes.
    fn refused(statement: &str, made: &[&str]) -> Option<&'static str> {
        let begins = |with: &str| statement.starts_with(with);
        if begins("create table ") || begins("create index ") {
            return None;
        }
        if begins("create unique index ") {
            let on = statement.split(" on ").nth(1).and_then(|rest| rest.split_whitespace().next());
            return (!on.is_some_and(|table| made.contains(&table))).then_some("the version before may write equal rows");
        }
        if begins("alter table ") && statement.contains(" add column ") {
            let is_filled = !statement.contains(" not null") || statement.contains(" default ");
            return (!is_filled).then_some("the version before writes no such column");
        }
        if begins("insert into ") && statement.contains(" values ") {
            return None;
        }
        Some("it changes or removes what the version before uses, or is no plain definition")
    }
}
