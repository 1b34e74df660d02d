//! Broken inputs, made of good ones.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use shared::random::Random;

/// What readers stumble over, whole.
const TOKENS: [&[u8]; 34] = [
    b"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b";",
    b"\t",
    b"\r",
    b"\n",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"true",
    b"-0",
    b"1e999",
    b"9007199254740993",
    b"-9223372036854775809",
    b"0.00000000000000001",
    b"2026-02-30T25:61:61Z",
    b"+9999-12-31",
    b"a@b.c",
    b"=1+1",
    b"0x7f",
    b"%00",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xe2\x80\xae",
    b"\xc3\xa9",
    b"<!--",
];

/// Bytes of an input: enough for every limit inside but not for the time of one input to matter.
const MOST: usize = 64 * 1024;

/// Inputs that are kept beside the first ones, to be broken further.
const KEPT: usize = 200;

/// Feeds `target` for a second, or for as many as `REKINDLE_FUZZ_SECONDS` says, with inputs made of `corpus`. The same seed makes the
/// same inputs: that of `REKINDLE_FUZZ_SEED`, or 1. One that panics is printed.
pub fn fuzz(name: &str, corpus: Vec<Vec<u8>>, mut target: impl FnMut(&[u8], &mut Random)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok()).unwrap_or(1);
    let end = Instant::now() + Duration::from_secs(number("REKINDLE_FUZZ_SECONDS"));
    let mut random = Random::new(number("REKINDLE_FUZZ_SEED"));
    let first = corpus.len();
    let mut corpus = corpus;
    let (mut inputs, mut bytes) = (0_u64, 0_u64);
    while Instant::now() < end {
        let input = broken(&corpus, &mut random);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(&input, &mut random))) {
            eprintln!("{name} panicked on {} bytes: b\"{}\"", input.len(), input.escape_ascii());
            resume_unwind(panic);
        }
        inputs += 1;
        bytes += input.len() as u64;
        if random.below(50) == 0 {
            if corpus.len() < first + KEPT {
                corpus.push(input);
            } else {
                let place = first + random.below(KEPT);
                corpus[place] = input;
            }
        }
    }
    println!("{name}: {inputs} inputs, {} MB, none panicked", bytes / 1_000_000);
}

fn broken(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let pick = |random: &mut Random| corpus[random.below(corpus.len())].clone();
    let mut input = pick(random);
    for _ in 0..1 + random.below(8) {
        let at = random.below(input.len() + 1);
        let to = at + random.below(input.len() + 1 - at);
        match random.below(9) {
            0 => drop(input.splice(at..to, [])),
            1 => drop(input.splice(at..at, TOKENS[random.below(TOKENS.len())].iter().copied())),
            2 => drop(input.splice(at..to, TOKENS[random.below(TOKENS.len())].iter().copied())),
            3 => {
                let piece = input[at..to].to_vec();
                for _ in 0..1 + random.below(4) {
                    input.splice(at..at, piece.iter().copied());
                }
            }
            4 => {
                let other = pick(random);
                let from = random.below(other.len() + 1);
                input.splice(at..to, other[from..].iter().copied());
            }
            5 => input.truncate(at),
            6 => drop(input.splice(at..at, vec![b'['; random.below(200)])),
            7 if at < input.len() => input[at] = random.bits() as u8,
            _ if at < input.len() => input[at] ^= 1 << random.below(8),
            _ => {}
        }
        input.truncate(MOST);
    }
    input
}
