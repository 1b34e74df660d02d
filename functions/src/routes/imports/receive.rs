//! A body of CSV, stored as it streams in.

use std::collections::BTreeMap;

use axum::body::{Body, BodyDataStream};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use shared::api::{ImportStatus, Plan};
use shared::import::{Defaults, Guess, Kind, Options, Parser, guess};

use super::create::{self, Asked};
use super::find;
use crate::ctx::Ctx;
use crate::db::audit;
use crate::db::imports::{self, File, Import, New};
use crate::db::{leases, shop};
use crate::gzip::{Damage, Unpacker};
use crate::jobs;
use crate::jobs::import::Cursor;
use crate::problem::Problem;
use crate::{random, seams};

/// Bytes of one chunk: a multiple of three, and 1,000,000 characters of base64.
pub const CHUNK: usize = 750_000;

/// Bytes that the guess looks at.
pub const HEAD: usize = 256 * 1024;

/// A chunk is a call to the database, of which an invocation may make some 40 on the free plan and 1,000 on the paid one.
const FREE_CHUNKS: u32 = 40;
const PAID_CHUNKS: u32 = 900;

/// Bytes of the longest body that a plan takes, unpacked.
pub fn longest_body(plan: Plan) -> usize {
    CHUNK * most_chunks(plan) as usize
}

pub async fn receive(ctx: &Ctx, kind: Kind, asked: &Asked, body: Body) -> Result<Import, Problem> {
    create::check_file(asked.file_name.as_deref(), asked.file_digest.as_deref())?;
    let exact = asked.options.as_deref().map(|text| exact(text, kind, asked)).transpose()?;
    let mut reader = Reader::new(body);
    reader.fill(HEAD).await?;
    if reader.unpacker.ready.is_empty() {
        return Err(Problem::field("body", "Send a CSV with a header"));
    }
    let shop = shop::read(&ctx.db).await?;
    let (options, parser) = match exact {
        Some(options) => {
            let parser = Parser::new(options.clone(), ctx.now).map_err(|error| Problem::field("options", error.to_string()))?;
            (options, parser)
        }
        None => {
            let defaults = Defaults { currency: shop.home_currency, time_zone: shop.time_zone };
            let guessed = guess(reader.unpacker.ready.get(..HEAD).unwrap_or(&reader.unpacker.ready), Some(kind), &defaults);
            let options = Options { shift_days: asked.shift_days, ..mapped(guessed, asked.map.as_deref())? };
            let parser = Parser::new(options.clone(), ctx.now)
                .map_err(|error| Problem::field("map", format!("{error}. Name the column with map=field:Column")))?;
            (options, parser)
        }
    };
    let source = create::source(ctx, asked.sample.as_deref()).await?;
    // A dry run is no import that anybody goes on with.
    let known_as = asked.file_digest.as_deref().filter(|_| !asked.dry_run);
    if let Some(digest) = known_as
        && let Some(import) = imports::unfinished_body(&ctx.db, digest, kind, source).await?
    {
        reader.skip().await?;
        return Ok(import);
    }
    let public_id = random::id(ctx.now)?;
    let new = New {
        public_id: &public_id,
        source,
        file_name: asked.file_name.as_deref(),
        options: &options,
        created_by: ctx.who.user_id(),
        now: ctx.now,
    };
    let cursor = |chunks| imports::cursor_text(&Cursor::new(parser.clone(), chunks, asked.dry_run));
    let log = audit::append(ctx, create::started(&new, asked.dry_run));
    let id = imports::receive(&ctx.db, &new, &cursor(0)?, log).await?;
    seams::point("body.created").await;
    let stored = match store(ctx, id, &mut reader, most_chunks(shop.plan)).await {
        Ok(stored) => stored,
        Err(problem) => {
            let statements = vec![imports::cancel(id, ctx.now), leases::wake("import")];
            ctx.db.batch_idempotent(statements).await?;
            return Err(problem);
        }
    };
    seams::point("body.stored").await;
    let file = File { size: stored.size, digest: known_as.unwrap_or(&stored.digest) };
    let statements = vec![imports::queue(id, file, &cursor(stored.chunks)?, ctx.now), leases::wake("import")];
    ctx.db.batch_idempotent(statements).await?;
    seams::point("body.queued").await;
    jobs::ring(&ctx.env, &ctx.db).await;
    let import = find(&ctx.db, &public_id).await?;
    if import.status == ImportStatus::Receiving {
        return Err(Problem::Internal("a stored import was not queued".to_owned()));
    }
    Ok(import)
}

/// Chunks of such a body.
pub fn most_chunks(plan: Plan) -> u32 {
    if plan == Plan::Free { FREE_CHUNKS } else { PAID_CHUNKS }
}

struct Stored {
    chunks: u32,
    size: u64,
    digest: String,
}

async fn store(ctx: &Ctx, import: i64, reader: &mut Reader, most: u32) -> Result<Stored, Problem> {
    let mut digest = Sha256::new();
    let (mut chunks, mut size) = (0, 0);
    loop {
        reader.fill(CHUNK).await?;
        let chunk: Vec<u8> = reader.unpacker.ready.drain(..CHUNK.min(reader.unpacker.ready.len())).collect();
        if chunk.is_empty() {
            break;
        }
        if chunks == most {
            return Err(Problem::TooLarge(CHUNK * most as usize));
        }
        digest.update(&chunk);
        size += chunk.len() as u64;
        imports::store_chunk(&ctx.db, import, chunks, &STANDARD.encode(&chunk)).await?;
        chunks += 1;
        seams::point("body.chunk").await;
    }
    let digest = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Stored { chunks, size, digest })
}

/// The body's bytes, unpacked.
struct Reader {
    body: BodyDataStream,
    unpacker: Unpacker,
    is_ended: bool,
}

impl Reader {
    fn new(body: Body) -> Self {
        Self { body: body.into_data_stream(), unpacker: Unpacker::default(), is_ended: false }
    }

    /// Reads until `wanted` bytes are ready, or all there are.
    async fn fill(&mut self, wanted: usize) -> Result<(), Problem> {
        while self.unpacker.ready.len() < wanted && !self.is_ended {
            match self.body.next().await {
                Some(Ok(bytes)) => self.unpacker.take(&bytes)?,
                Some(Err(_)) => return Err(broken_off()),
                None => {
                    self.is_ended = true;
                    self.unpacker.end()?;
                }
            }
        }
        Ok(())
    }

    /// Reads the rest and drops it: a sender that is still sending does not listen.
    async fn skip(&mut self) -> Result<(), Problem> {
        while let Some(bytes) = self.body.next().await {
            bytes.map_err(|_| broken_off())?;
        }
        Ok(())
    }
}

fn broken_off() -> Problem {
    Problem::BadRequest("broken_off", "The body broke off: send it again".to_owned())
}

impl From<Damage> for Problem {
    fn from(damage: Damage) -> Self {
        match damage {
            Damage::Gzip => Self::BadRequest("gzip_damaged", "The body's gzip is damaged or broke off".to_owned()),
            Damage::Ratio => Self::BadRequest("gzip_ratio", "The body unpacks to more than 100 times its size".to_owned()),
        }
    }
}

/// Options that leave nothing to guess, and so go with nothing that corrects a guess.
fn exact(text: &str, kind: Kind, asked: &Asked) -> Result<Options, Problem> {
    let options: Options = serde_json::from_str(text).map_err(|error| Problem::field("options", error.to_string()))?;
    if options.kind != kind {
        return Err(Problem::field("options", "Name the kind that the address names"));
    }
    if asked.map.is_some() || asked.shift_days != 0 {
        return Err(Problem::field("options", "Leave map and shift_days out: the options name the columns and the shift"));
    }
    Ok(options)
}

/// The guess with the columns that the sender names.
fn mapped(guessed: Guess, map: Option<&str>) -> Result<Options, Problem> {
    let columns = map.map(read_map).transpose()?.unwrap_or_default();
    guessed.with_columns(&columns).map_err(|missing| Problem::field("map", missing.to_string()))
}

/// `field:Column,…` or a JSON object.
fn read_map(text: &str) -> Result<BTreeMap<String, String>, Problem> {
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| Problem::field("map", error.to_string()));
    }
    text.split(',')
        .filter(|pair| !pair.trim().is_empty())
        .map(|pair| {
            let (field, header) = pair.split_once(':').ok_or_else(|| Problem::field("map", "Write field:Column,field:Column"))?;
            Ok((field.trim().to_owned(), header.trim().to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use shared::money::Currency;

    use super::*;

    #[test]
    fn named_columns_go_before_the_guess() {
        let defaults = Defaults { currency: Currency::USD, time_zone: "UTC".to_owned() };
        let file = b"who,date,gross,net\n1,2026-01-01,5.00,4.00\n2,2026-01-02,6.00,5.00\n";
        for map in ["customer_id:who, amount:NET", r#"{"customer_id": "who", "amount": "net"}"#] {
            let options = mapped(guess(file, Some(Kind::Orders), &defaults), Some(map)).expect("a map");
            assert_eq!((options.columns.get("customer_id"), options.columns.get("amount")), (Some(&0), Some(&3)));
        }
        assert!(mapped(guess(file, Some(Kind::Orders), &defaults), Some("amount:total")).is_err());
        assert!(mapped(guess(file, Some(Kind::Orders), &defaults), Some("amount")).is_err());
    }
}
