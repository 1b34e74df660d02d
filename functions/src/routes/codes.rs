//! What was promised to customers.

use axum::Json;
use shared::api::{Code, CodeState, Codes, CodesQuery, CursorMeta};
use shared::offer::fulfilment::{Benefit, Form, Grant, Provider};
use shared::time::Millis;

use crate::ctx::Ctx;
use crate::db::codes::{self, CodeRow, Which};
use crate::extract::{QueryString, row_cursor};
use crate::problem::Problem;

pub const MOST: u32 = 200;
pub const USUAL: u32 = 50;

/// What was promised to customers, the newest first.
///
/// `text` stands there only once the store has it: nobody is to be told a code that a store does not know.
#[utoipa::path(get, path = "/api/codes", tag = "fulfilments", params(CodesQuery), responses((status = 200, body = Codes)))]
#[worker::send]
pub async fn list(ctx: Ctx, QueryString(asked): QueryString<CodesQuery>) -> Result<Json<Codes>, Problem> {
    let limit = limit(asked.limit)?;
    let states = named(asked.state.as_deref(), "state", |word| CodeState::of_code(word).map(CodeState::code))?;
    let before = asked.cursor.as_deref().map(row_cursor).transpose()?;
    let which = Which { customer: asked.customer.as_ref(), states: states.as_deref(), before, limit: limit + 1 };
    let mut rows = codes::find(&ctx.db, which).await?;
    let next_cursor = cut(&mut rows, limit, |row| row.id);
    Ok(Json(Codes { codes: rows.into_iter().map(wire).collect::<Result<_, _>>()?, meta: CursorMeta { next_cursor } }))
}

/// # Errors
/// Where it is none of 1 to [`MOST`].
pub fn limit(asked: Option<u32>) -> Result<u32, Problem> {
    let limit = asked.unwrap_or(USUAL);
    if (1..=MOST).contains(&limit) { Ok(limit) } else { Err(Problem::field("limit", format!("Use 1 to {MOST}"))) }
}

/// One or more words with commas between them.
///
/// # Errors
/// Where one is none of those that `known` knows.
pub fn named(
    text: Option<&str>,
    field: &str,
    known: impl Fn(&str) -> Option<&'static str>,
) -> Result<Option<Vec<&'static str>>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let words = text.split(',').map(str::trim).map(|word| {
        known(word)
            .ok_or_else(|| Problem::field(field, "Use one or more of the words in the documentation, with commas between them"))
    });
    words.collect::<Result<_, _>>().map(Some)
}

/// Takes off the row that only tells that there are more.
pub fn cut<T>(rows: &mut Vec<T>, limit: u32, id: impl Fn(&T) -> i64) -> Option<String> {
    if rows.len() <= limit as usize {
        return None;
    }
    rows.truncate(limit as usize);
    rows.last().map(|row| id(row).to_string())
}

/// # Errors
/// Where a row was not written by us.
pub fn wire(row: CodeRow) -> Result<Code, Problem> {
    let broken = || Problem::Internal("a code's row is broken".to_owned());
    let grant: Grant = serde_json::from_str(&row.terms).map_err(|_| broken())?;
    let (form, state) = (Form::of_code(&row.form).ok_or_else(broken)?, CodeState::of_code(&row.state).ok_or_else(broken)?);
    let at = |at: i64| Millis(at).rfc3339();
    let redeemer = row.redeemer.filter(|redeemer| *redeemer != row.customer);
    Ok(Code {
        id: row.public_id,
        form,
        state,
        text: row.text.filter(|_| state.is_known()).map(|_| grant.code.clone()),
        benefit: benefit(form, &grant),
        rung: row.rung,
        error: row.error,
        customer: row.customer,
        customer_name: row.customer_name,
        fulfilment: row.fulfilment_name,
        provider: Provider::of_code(&row.provider).ok_or_else(broken)?,
        expires_at: at(row.expires_at),
        issued_at: row.issued_at.map(at),
        redeemed_at: row.redeemed_at.map(at),
        redeemed_order: row.redeemed_order,
        redeemed_by: redeemer,
        created_at: at(row.created_at),
    })
}

fn benefit(form: Form, grant: &Grant) -> String {
    match (form, grant.benefit) {
        (Form::Code, Benefit::Share { per_mille }) => format!("{} % off", Benefit::percent(per_mille)),
        (Form::Code, Benefit::Amount { money }) => format!("{} {} off", money.amount(), money.currency),
        (Form::Credit, Benefit::Amount { money }) => format!("{} {} credit", money.amount(), money.currency),
        (Form::Trial | Form::Credit, _) => format!("free until {}", grant.expires.day().iso()),
        (Form::Flag, _) => format!("switched on until {}", grant.expires.day().iso()),
        (Form::Booking, _) => "an appointment".to_owned(),
        (Form::Task, _) => "a task".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_ends_with_the_number_of_its_last_row() {
        let mut rows = vec![9, 8, 7];
        assert_eq!(cut(&mut rows, 2, |row| *row).as_deref(), Some("8"));
        assert_eq!(rows, [9, 8]);
        assert_eq!(cut(&mut rows, 2, |row| *row), None);
    }

    #[test]
    fn a_word_that_nobody_knows_is_refused() {
        let states = |text| named(Some(text), "state", |word| CodeState::of_code(word).map(CodeState::code));
        assert_eq!(states("issued, failed").ok().flatten(), Some(vec!["issued", "failed"]));
        assert!(states("issued,'; drop table codes").is_err());
    }
}
