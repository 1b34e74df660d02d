//! Codes that the shop made somewhere else.

use std::collections::BTreeMap;

use axum::Json;
use shared::api::{BadCode, CodeUpload, CodeUploadAnswer, CodeUploaded};
use shared::audit::Action;
use shared::offer::fulfilment::Provider;

use super::{find, provider_of};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::{fulfilments, paged};
use crate::extract::JsonBody;
use crate::problem::Problem;

/// Codes of one upload, and of one text.
const MOST: usize = 50_000;
const CODE_CHARS: usize = 64;

/// Lines that are told.
const TOLD: usize = 100;

/// Add codes to a list.
///
/// Each is stored once, whatever its case: one that is there already, here or in another list, is counted and not stored. Send the same
/// lines again after a break: nothing is stored twice.
#[utoipa::path(post, path = "/api/code-pools", tag = "fulfilments", request_body = CodeUpload,
    responses((status = 200, body = CodeUploadAnswer), (status = 404, body = shared::api::Problem)))]
#[worker::send]
pub async fn upload(ctx: Ctx, JsonBody(given): JsonBody<CodeUpload>) -> Result<Json<CodeUploadAnswer>, Problem> {
    let row = find(&ctx, &given.fulfilment).await?;
    if provider_of(&row)? != Provider::Pool {
        return Err(Problem::field("fulfilment", "Only a list of codes takes codes: set one up first"));
    }
    let Read { codes, repeated, bad, bad_count } = read(&given.codes);
    if codes.len() > MOST {
        return Err(Problem::field("codes", format!("Send at most {MOST} codes at once")));
    }
    if codes.is_empty() && bad.is_empty() {
        return Err(Problem::field("codes", "Write a code a line"));
    }
    let rows: Vec<(&String, &String)> = codes.iter().collect();
    let mut statements = paged(&rows, |page| fulfilments::add_codes(page, &given.fulfilment, ctx.now))?;
    let pages = statements.len();
    let entry = Entry::new(Action::CodesUploaded).to("fulfilment", &given.fulfilment, Some(&row.name)).value(
        "codes",
        None,
        Some(codes.len().to_string()),
    );
    statements.push(audit::append(&ctx, entry));
    let outcomes = ctx.db.batch(statements).await?;
    let stored: u64 = outcomes.iter().take(pages).map(|outcome| outcome.changes).sum();
    let duplicate = (codes.len() as u64).saturating_sub(stored) + repeated;
    Ok(Json(CodeUploadAnswer { upload: CodeUploaded { stored, duplicate, bad, bad_count } }))
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Read {
    /// In capitals, each with how it is written.
    codes: BTreeMap<String, String>,
    /// Times that one came again.
    repeated: u64,
    bad: Vec<BadCode>,
    bad_count: u64,
}

/// The first cell of each line; a header is no code.
fn read(text: &str) -> Read {
    let mut found = Read::default();
    for (at, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let cell = line.split([',', ';', '\t']).next().unwrap_or_default().trim().trim_matches('"').trim();
        let is_header =
            at == 0 && matches!(cell.to_lowercase().as_str(), "code" | "codes" | "coupon" | "coupon code" | "discount code");
        if cell.is_empty() || is_header {
            continue;
        }
        match wrong(cell) {
            None => {
                if found.codes.insert(cell.to_ascii_uppercase(), cell.to_owned()).is_some() {
                    found.repeated += 1;
                }
            }
            Some(reason) => {
                found.bad_count += 1;
                if found.bad.len() < TOLD {
                    found.bad.push(BadCode { line: at as u64 + 1, reason: reason.to_owned() });
                }
            }
        }
    }
    found
}

fn wrong(cell: &str) -> Option<&'static str> {
    if cell.len() < 4 {
        return Some("Shorter than 4 characters: too easy to guess");
    }
    if cell.len() > CODE_CHARS {
        return Some("Longer than 64 characters");
    }
    let is_right = cell.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if is_right { None } else { Some("Other than letters, digits, -, _ and .") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_a_code_whatever_stands_behind_it() {
        let found = read("\u{feff}Code,Value\r\nSAVE-1,20\r\n\"save-2\";x\r\n\r\nSAVE-1\nsave-1\nBAD CODE\nabc\n");
        assert_eq!(found.codes.keys().map(String::as_str).collect::<Vec<_>>(), ["SAVE-1", "SAVE-2"]);
        assert_eq!((found.repeated, found.bad_count), (2, 2));
        assert_eq!(found.bad.iter().map(|bad| bad.line).collect::<Vec<_>>(), [7, 8]);
    }

    #[test]
    fn a_formula_or_a_tag_is_no_code() {
        for hostile in ["=cmd()", "<script>", "'; drop table codes; --", "ｃｏｄｅ"] {
            assert_eq!(read(hostile).codes.len(), 0, "{hostile}");
        }
    }
}
