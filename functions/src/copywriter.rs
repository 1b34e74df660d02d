//! Language models asked for words, as an option.
//!
//! What a call may cost is set aside before it is made, in one statement with the caps, and set to what it did cost after; what nobody
//! knows the price of has cost what was set aside. A provider's own signals say whether and when it is asked again. Words that
//! `shared::message::model::accept` does not take are not shown to anybody: the composer's own stand, with the reason.

mod ask;
mod progress;

pub use ask::Caller;
pub use progress::{KIND, Told, answer};

use std::time::Duration;

use shared::api::{WriteAsk, WriteStage, WriteStatus, Written};
use shared::message::model::price::Prices;
use shared::message::model::{Ask, Asked, Code, Dialect, Micros, Refusal, accept, prompt, speaks};
use shared::message::{Message, Slot};
use shared::time::{MILLIS_PER_DAY, Millis};
use worker::{Delay, console_error};

use crate::clock;
use crate::ctx::Ctx;
use crate::db::copywriter::{self, CopywriterRow, Kept};
use crate::problem::Problem;

/// How often a provider is asked that says to come back.
const TRIES: u32 = 3;

/// Forms of a request that are tried before a server is given up.
const FORMS: u32 = 6;

/// The first wait where a provider names none, in milliseconds; it doubles.
const WAIT: u64 = 1_000;

/// How long an answer may be given again.
const KEPT_FOR: i64 = 30 * MILLIS_PER_DAY;

/// Why nobody wrote anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// A cap would have been passed: in words.
    OverBudget(String),
    Refused(Refusal),
}

/// What came of asking, with its price.
#[derive(Debug)]
pub struct Called {
    pub result: Result<String, Stopped>,
    pub cost: Micros,
    /// What the server was found to know, where that is new.
    pub dialect: Option<Dialect>,
}

/// The message with a model's words for the slots, or as it is, with a true status either way.
///
/// `recipient` is whom the message is for, as the shop's records have them; what is kept goes with them.
///
/// # Errors
/// The database's. Whatever goes wrong with the model is a status.
pub async fn write(ctx: &Ctx, asked: &WriteAsk, told: &Told) -> Result<Written, Problem> {
    let row = copywriter::settings(&ctx.db, ctx.now).await?;
    let own = |status: WriteStatus, reason: &str| own_words(&asked.message, &row, status, reason);
    if !row.is_enabled() {
        return Ok(own(WriteStatus::Off, "Language models are switched off"));
    }
    if !speaks(&asked.message.locale) {
        return Ok(own(
            WriteStatus::Off,
            "Models write in English, German, French and Spanish only, since nothing could check others",
        ));
    }
    let WriteAsk { message, recipient, promise, brand, slots } = asked;
    let slots = present(message, slots);
    if slots.is_empty() {
        return Ok(own(WriteStatus::Off, "This message has none of the parts that were asked for"));
    }
    let caller = match Caller::open(&ctx.env, &ctx.settings, &row) {
        Ok(caller) => caller,
        Err(refusal) => return Ok(own(refusal.code.into(), &refusal.reason)),
    };
    let view = Asked { message, recipient, promise: promise.as_ref(), brand, slots: &slots, with_theirs: row.shows_tickets() };
    let ask = prompt::ask(&view);
    let digest = prompt::digest(&recipient.id, &[caller.provider.code(), &caller.base, &caller.model], &ask);
    let since = Millis(ctx.now.0 - KEPT_FOR);
    if let Some(kept) = copywriter::answer(&ctx.db, &digest, since).await?
        && let Ok(message) = accept(&view, &kept)
    {
        return Ok(Written { message, ..own(WriteStatus::Cached, "") });
    }
    let called = call(ctx, &row, &caller, &ask, told).await?;
    told.stage(WriteStage::Checking);
    let mut written = Written { cost: called.cost, ..own(WriteStatus::Unusable, "") };
    let mut after = Vec::new();
    match called.result.map(|text| (accept(&view, &text), text)) {
        Ok((Ok(message), text)) => {
            written = Written { message, status: WriteStatus::Written, ..written };
            let customer = Some(recipient.id.as_str()).filter(|_| !recipient.facts.is_empty());
            let kept = Kept { digest: &digest, customer, model: &caller.model, answer: &text, now: ctx.now };
            after.extend(copywriter::keep(kept, since));
        }
        Ok((Err(rejected), _)) => {
            let first = rejected.first().map(|one| one.fault.text()).unwrap_or_default();
            let reason = Some(format!("The model's text was not taken: {first}"));
            written = Written { status: WriteStatus::Rejected, reason, rejected, ..written };
        }
        Err(stopped) => written = unwritten(written, stopped),
    }
    after.push(copywriter::told(written.status.code(), written.reason.as_deref(), called.dialect, ctx.now));
    ctx.db.batch(after).await?;
    Ok(written)
}

/// Asks as often as the provider wants, each time within the caps.
///
/// # Errors
/// The database's, before anything is asked.
pub async fn call(ctx: &Ctx, row: &CopywriterRow, caller: &Caller, ask: &Ask, told: &Told) -> Result<Called, Problem> {
    let most = Duration::from_secs(row.timeout_seconds.into());
    let begun = clock::wall();
    let left = || most.saturating_sub(Duration::from_millis(u64::try_from(clock::wall().0 - begun.0).unwrap_or(0)));
    let prices = row.prices().unwrap_or_default();
    let mut dialect = row.dialect();
    let not_asked = Stopped::Refused(Refusal::free(Code::Unusable, "The model knows no form in which we ask"));
    let mut called = Called { result: Err(not_asked), cost: Micros::default(), dialect: None };
    let (mut tries, mut forms) = (0, 0);
    while tries < TRIES && forms < FORMS {
        let aside = prices.most(caller.size(ask, dialect), ask.most_tokens);
        if !copywriter::reserve(&ctx.db, aside, !row.is_enabled(), ctx.now).await? {
            called.result = Err(Stopped::OverBudget(over_budget(row, aside)));
            return Ok(called);
        }
        tries += 1;
        told.stage(WriteStage::Asked { attempt: tries });
        let result = caller.call(ask, dialect, left(), told).await;
        let spent = cost(&result, prices, aside);
        called.cost = called.cost.plus(spent);
        if let Err(error) = copywriter::settle(&ctx.db, aside, spent, ctx.now).await {
            // It then counts as dear as it can have been.
            console_error!("{}", serde_json::json!({ "kind": "error", "job": "copywriter", "error": error.to_string() }));
        }
        let refusal = match result {
            Ok(answer) => {
                called.dialect = Some(dialect).filter(|dialect| *dialect != row.dialect());
                called.result = Ok(answer.text);
                return Ok(called);
            }
            Err(refusal) => refusal,
        };
        let wait = refusal.retry_after.unwrap_or(WAIT << tries.min(6));
        let (is_final, mended) = (refusal.is_final, refusal.unknown.and_then(|unknown| dialect.mended(unknown)));
        called.result = Err(Stopped::Refused(refusal));
        match mended {
            // It said no to the form and not to the question.
            Some(other) => {
                (dialect, tries, forms) = (other, tries - 1, forms + 1);
            }
            None if is_final || tries == TRIES || Duration::from_millis(wait) >= left() => break,
            None => {
                told.stage(WriteStage::Waiting { seconds: seconds(wait) });
                Delay::from(Duration::from_millis(wait)).await;
            }
        }
    }
    Ok(called)
}

/// What a call has cost: nobody's guess where the provider says it, nothing where it said no before it began.
fn cost(result: &Result<shared::message::model::Answer, Refusal>, prices: Prices, aside: Micros) -> Micros {
    let usage = match result {
        Ok(answer) => answer.usage,
        Err(refusal) if refusal.is_free => return Micros::default(),
        Err(refusal) => refusal.usage,
    };
    usage.map_or(aside, |usage| prices.of(usage))
}

fn over_budget(row: &CopywriterRow, aside: Micros) -> String {
    let [per_call, per_day, per_month] = row.caps();
    let [today, month] = row.spent();
    let currency = &row.currency;
    if aside > per_call {
        format!("It could cost {aside} {currency}, and a call may cost {per_call} {currency}")
    } else if month.plus(aside) > per_month {
        format!("{month} of {per_month} {currency} of this month are spent, and it could cost {aside}")
    } else {
        format!("{today} of {per_day} {currency} of today are spent or set aside, and it could cost {aside}")
    }
}

fn unwritten(written: Written, stopped: Stopped) -> Written {
    match stopped {
        Stopped::OverBudget(reason) => Written { status: WriteStatus::OverBudget, reason: Some(reason), ..written },
        Stopped::Refused(Refusal { code, retry_after, is_final, reason, .. }) => {
            let retry_after = retry_after.filter(|_| !is_final).map(seconds);
            Written { status: code.into(), reason: Some(reason), retry_after, ..written }
        }
    }
}

fn seconds(millis: u64) -> u32 {
    u32::try_from(millis.div_ceil(1_000)).unwrap_or(u32::MAX)
}

/// Those of the slots that the message has and a model may write.
fn present(message: &Message, slots: &[Slot]) -> Vec<Slot> {
    let has = |slot: Slot| match slot {
        Slot::Subject => !message.subjects.is_empty(),
        Slot::Preheader => message.preheader.is_some(),
        slot => message.parts.iter().any(|part| part.slot == slot),
    };
    let may = |slot: &Slot| slots.contains(slot) && accept::is_writable(*slot) && has(*slot);
    Slot::ALL.iter().copied().filter(may).collect()
}

fn own_words(message: &Message, row: &CopywriterRow, status: WriteStatus, reason: &str) -> Written {
    Written {
        message: message.clone(),
        status,
        reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        rejected: Vec::new(),
        model: Some(row.model.clone()).filter(|model| !model.is_empty()),
        cost: Micros::default(),
        retry_after: None,
    }
}
