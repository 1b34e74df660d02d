//! A body of CSV, stored as it streams in.

use std::collections::BTreeMap;
use std::io::Write;

use axum::body::{Body, BodyDataStream};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::write::MultiGzDecoder;
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
use crate::jobs;
use crate::jobs::import::Cursor;
use crate::problem::Problem;
use crate::{random, seams};

/// Bytes of one chunk: a multiple of three, and 1,000,000 characters of base64.
const CHUNK: usize = 750_000;

/// Bytes that the guess looks at.
const HEAD: usize = 256 * 1024;

/// A chunk is a call to the database, of which an invocation may make some 40 on the free plan and 1,000 on the paid one.
const FREE_CHUNKS: u32 = 40;
const PAID_CHUNKS: u32 = 900;

/// Compressed bytes that are unpacked at a time: at most a thousand times as much comes out.
const GZIP_STEP: usize = 4_096;

/// How many bytes may come out for one that went in.
const GZIP_RATIO: u64 = 100;

/// Bytes of the longest body that a plan takes, unpacked.
pub fn longest_body(plan: Plan) -> usize {
    CHUNK * most_chunks(plan) as usize
}

pub async fn receive(ctx: &Ctx, kind: Kind, asked: &Asked, body: Body) -> Result<Import, Problem> {
    create::check_file(asked.file_name.as_deref(), asked.file_digest.as_deref())?;
    let exact = asked.options.as_deref().map(|text| exact(text, kind, asked)).transpose()?;
    let mut reader = Reader::new(body);
    reader.fill(HEAD).await?;
    if reader.ready.is_empty() {
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
            let guessed = guess(reader.ready.get(..HEAD).unwrap_or(&reader.ready), Some(kind), &defaults);
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

fn most_chunks(plan: Plan) -> u32 {
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
        let chunk: Vec<u8> = reader.ready.drain(..CHUNK.min(reader.ready.len())).collect();
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

/// The body's bytes, unpacked where they are gzip (by their first two bytes, since not every sender says so).
struct Reader {
    body: BodyDataStream,
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    is_begun: bool,
    is_ended: bool,
    packed: u64,
    unpacked: u64,
    ready: Vec<u8>,
}

impl Reader {
    fn new(body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            gzip: None,
            is_begun: false,
            is_ended: false,
            packed: 0,
            unpacked: 0,
            ready: Vec::new(),
        }
    }

    /// Reads until `wanted` bytes are ready, or all there are.
    async fn fill(&mut self, wanted: usize) -> Result<(), Problem> {
        while self.ready.len() < wanted && !self.is_ended {
            match self.body.next().await {
                Some(Ok(bytes)) => self.take(&bytes)?,
                Some(Err(_)) => return Err(broken_off()),
                None => self.end()?,
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

    fn take(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        if !self.is_begun {
            // A single first byte waits for the second.
            let begin: Vec<u8> = self.ready.iter().chain(bytes).copied().collect();
            let [one, two, ..] = begin.as_slice() else {
                self.ready = begin;
                return Ok(());
            };
            self.is_begun = true;
            self.gzip = ((*one, *two) == (0x1f, 0x8b)).then(|| MultiGzDecoder::new(Vec::new()));
            self.ready.clear();
            return self.unpack(&begin);
        }
        self.unpack(bytes)
    }

    fn unpack(&mut self, bytes: &[u8]) -> Result<(), Problem> {
        let Some(gzip) = &mut self.gzip else {
            self.ready.extend_from_slice(bytes);
            return Ok(());
        };
        for step in bytes.chunks(GZIP_STEP) {
            gzip.write_all(step).map_err(|_| damaged())?;
            self.packed += step.len() as u64;
            self.unpacked += gzip.get_ref().len() as u64;
            self.ready.append(gzip.get_mut());
            if self.unpacked > self.packed * GZIP_RATIO + CHUNK as u64 {
                return Err(Problem::BadRequest("gzip_ratio", "The body unpacks to more than 100 times its size".to_owned()));
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Problem> {
        self.is_ended = true;
        if let Some(mut gzip) = self.gzip.take() {
            gzip.try_finish().map_err(|_| damaged())?;
            self.ready.append(gzip.get_mut());
        }
        Ok(())
    }
}

fn broken_off() -> Problem {
    Problem::BadRequest("broken_off", "The body broke off: send it again".to_owned())
}

fn damaged() -> Problem {
    Problem::BadRequest("gzip_damaged", "The body's gzip is damaged or broke off".to_owned())
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
    let Guess { mut options, headers, .. } = guessed;
    for (field, header) in map.map(read_map).transpose()?.unwrap_or_default() {
        let is_named = |name: &String| name.trim().eq_ignore_ascii_case(header.trim());
        let column =
            headers.iter().position(is_named).and_then(|column| u32::try_from(column).ok()).ok_or_else(|| {
                Problem::field("map", format!("There is no column {header}: the file has {}", headers.join(", ")))
            })?;
        options.columns.retain(|_, other| *other != column);
        options.columns.insert(field, column);
    }
    Ok(options)
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
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use shared::money::Currency;

    use super::*;

    fn taken(pieces: &[&[u8]]) -> Result<Vec<u8>, Problem> {
        let mut reader = Reader::new(Body::empty());
        for piece in pieces {
            reader.take(piece)?;
        }
        reader.end()?;
        Ok(reader.ready)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn plain_and_gzipped_bodies_are_the_same_however_they_are_cut() {
        let text = "id,date,amount\n1,2026-01-01,5\n".repeat(50).into_bytes();
        let packed = gzip(&text);
        assert_eq!(taken(&[&text]).expect("plain"), text);
        assert_eq!(taken(&[&packed]).expect("gzip"), text);
        let bytes: Vec<&[u8]> = packed.chunks(1).collect();
        assert_eq!(taken(&bytes).expect("byte by byte"), text);
        assert_eq!(taken(&[b"x"]).expect("one byte"), b"x");
        assert_eq!(taken(&[]).expect("nothing"), b"");
    }

    #[test]
    fn a_bomb_and_a_broken_off_gzip_are_refused() {
        assert!(matches!(taken(&[&gzip(&vec![b'0'; 50_000_000])]), Err(Problem::BadRequest("gzip_ratio", _))));
        let packed = gzip(b"id,date,amount\n1,2026-01-01,5\n");
        assert!(matches!(taken(&[&packed[..packed.len() - 9]]), Err(Problem::BadRequest("gzip_damaged", _))));
    }

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
