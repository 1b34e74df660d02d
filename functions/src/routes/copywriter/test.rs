//! Trying a model.

use serde::Deserialize;
use serde_json::json;
use shared::api::{CopywriterAnswer, WriteStatus};
use shared::audit::Action;
use shared::message::model::Ask;

use super::show;
use crate::copywriter::{self as desk, Caller, Stopped, Told};
use crate::ctx::Ctx;
use crate::db::audit::{self, Entry};
use crate::db::copywriter;
use crate::problem::Problem;
use crate::versioned::Versioned;

/// Tokens of the answer: one word, with room for hidden thoughts.
const MOST_TOKENS: u32 = 500;

#[derive(Debug, Deserialize)]
struct Ready {
    ready: bool,
}

/// Try the model with one small question, within the caps; also while it is switched off.
///
/// The answer's `last` says what came of it.
#[utoipa::path(post, path = "/api/copywriter/test", tag = "messages",
    responses((status = 200, body = CopywriterAnswer), (status = 409, body = shared::api::Problem)))]
#[worker::send]
pub async fn test(ctx: Ctx) -> Result<Versioned<CopywriterAnswer>, Problem> {
    let row = copywriter::settings(&ctx.db, ctx.now).await?;
    if row.prices().is_none() {
        let fix = "Say what a million tokens cost first, so that the caps can be kept".to_owned();
        return Err(Problem::Conflict("no_prices", fix));
    }
    let mut dialect = None;
    let (status, reason) = match Caller::open(&ctx.env, &ctx.settings, &row) {
        Err(refusal) => (refusal.code.into(), Some(refusal.reason)),
        Ok(caller) => {
            let called = desk::call(&ctx, &row, &caller, &question(), &Told::default()).await?;
            dialect = called.dialect;
            match called.result {
                Ok(text) if is_ready(&text) => (WriteStatus::Written, None),
                Ok(_) => (WriteStatus::Unusable, Some("The model answers, and not in the form that was asked for".to_owned())),
                Err(Stopped::OverBudget(reason)) => (WriteStatus::OverBudget, Some(reason)),
                Err(Stopped::Refused(refusal)) => (refusal.code.into(), Some(refusal.reason)),
            }
        }
    };
    let works = if status == WriteStatus::Written { "yes" } else { "no" };
    let entry = Entry::new(Action::CopywriterTested).value("works", None, Some(works.to_owned()));
    let told = copywriter::told(status.code(), reason.as_deref(), dialect, ctx.now);
    ctx.db.batch(vec![told, audit::append(&ctx, entry)]).await?;
    show(ctx).await
}

fn question() -> Ask {
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["ready"], "properties": { "ready": { "type": "boolean" } },
    });
    Ask {
        system: "You are asked whether you can be reached. Answer with the JSON {\"ready\":true} alone.".to_owned(),
        user: "Are you there?".to_owned(),
        most_tokens: MOST_TOKENS,
        schema,
        name: "ready",
    }
}

fn is_ready(text: &str) -> bool {
    let json = text.find('{').zip(text.rfind('}')).and_then(|(from, to)| text.get(from..=to));
    json.and_then(|json| serde_json::from_str(json).ok()).is_some_and(|Ready { ready }| ready)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_counts_whatever_stands_around_it() {
        assert!(is_ready("{\"ready\":true}") && is_ready("```json\n{ \"ready\": true }\n```"));
        assert!(!is_ready("{\"ready\":false}") && !is_ready("ready") && !is_ready("}{"));
    }
}
