//! What lay in the backlog while the database refused is done, before anything else of the cron's.

use shared::time::Millis;
use worker::{Env, console_log};

use super::log_error;
use crate::backlog;
use crate::db::Db;

/// Pages of it in one run of a cron.
const PAGES: u32 = 4;

/// Each minute where something came since it was last seen empty; each hour in any case (`is_sure`), since that note may have been lost.
pub(super) async fn look(env: &Env, now: Millis, is_sure: bool) {
    if let Err(error) = work(env, now, is_sure).await {
        log_error("backlog", &error);
    }
}

async fn work(env: &Env, now: Millis, is_sure: bool) -> Result<(), String> {
    if !is_sure && !backlog::is_marked(env).await.map_err(|error| error.to_string())? {
        return Ok(());
    }
    let db = Db::open(env).map_err(|error| error.to_string())?;
    for _ in 0..PAGES {
        let taken = backlog::take_up(env, &db, now).await.map_err(|error| error.to_string())?;
        if taken.done + taken.left > 0 {
            console_log!("{}", serde_json::json!({ "kind": "backlog", "done": taken.done, "left": taken.left }));
        }
        // What was left would be listed again.
        if !taken.is_more || taken.left > 0 {
            break;
        }
    }
    Ok(())
}
