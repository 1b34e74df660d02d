//! The text of a code, and the key by which everything that is made for one promise is known again.

use sha2::{Digest, Sha256};

/// Letters and digits that are not taken for another one when they are read aloud or off a screen (no O and 0, I, L and 1, B and 8,
/// S and 5, Z and 2, no U beside V), and no vowels, so that no word comes out by chance.
const LETTERS: &[u8; 22] = b"CDFGHJKMNPQRTVWXY34679";

/// Random letters of a code: 22 to the power of 10 is 2.6e13, so that guessing one of a million live codes takes 26 million tries.
pub const RANDOM: usize = 10;

/// Letters before the random ones that a shop may choose.
pub const PREFIX: usize = 8;

/// The text of a code from 32 random bytes: `BACK-7F3K9-QMVTX`.
///
/// Bytes that would make some letters likelier than others are left out; where too few are left, the seed's digest goes on.
pub fn text(prefix: &str, seed: &[u8; 32]) -> String {
    let prefix: String =
        prefix.chars().filter(char::is_ascii_alphanumeric).take(PREFIX).map(|letter| letter.to_ascii_uppercase()).collect();
    let mut letters = String::new();
    let mut bytes = *seed;
    while letters.len() < RANDOM {
        // 242 is the greatest multiple of 22 below 256.
        let fair = bytes.iter().filter(|&&byte| byte < 242);
        letters.extend(fair.filter_map(|&byte| LETTERS.get(usize::from(byte) % LETTERS.len()).map(|&letter| char::from(letter))));
        bytes = Sha256::digest(bytes).into();
    }
    let (first, rest) = letters.split_at(RANDOM / 2);
    let second: String = rest.chars().take(RANDOM - RANDOM / 2).collect();
    let parts = [prefix.as_str(), first, &second];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// Our own key of one promise: the same for the same shop, offer, customer and entry, and of nothing else. 32 hexadecimal digits.
pub fn key(workspace: &str, offer: &str, customer: &str, entry: &str) -> String {
    digest(&[workspace, offer, customer, entry])
}

/// 32 hexadecimal digits of texts, each with its length before it, so that no two lists of texts are one.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_has_ten_letters_that_cannot_be_misread_behind_the_shops_own() {
        let code = text("back!", &[7; 32]);
        assert!(code.starts_with("BACK-") && code.len() == 16, "{code}");
        assert_eq!(text("", &[7; 32]).len(), 11);
        assert_eq!(text("longer than eight", &[7; 32]).split('-').next(), Some("LONGERTH"));
    }

    #[test]
    fn a_seed_of_unfair_bytes_still_gives_a_code() {
        assert_eq!(text("", &[255; 32]).len(), 11);
    }

    #[test]
    fn each_letter_comes_as_often_as_another() {
        let mut counts = [0_u32; 22];
        for n in 0..4_000_u32 {
            let seed: [u8; 32] = Sha256::digest(n.to_be_bytes()).into();
            for letter in text("", &seed).bytes().filter(|&byte| byte != b'-') {
                counts[LETTERS.iter().position(|&other| other == letter).unwrap()] += 1;
            }
        }
        // 40,000 letters over 22: chi-square with 21 degrees of freedom is above 46.8 once in a thousand.
        let expected = 40_000.0 / 22.0;
        let chi: f64 = counts.iter().map(|&n| (f64::from(n) - expected) * (f64::from(n) - expected) / expected).sum();
        assert!(chi < 46.8, "{chi} of {counts:?}");
    }

    #[test]
    fn keys_differ_in_each_part_and_do_not_run_together() {
        let keys: BTreeSet<String> = [
            key("s", "o", "c", "e"),
            key("t", "o", "c", "e"),
            key("s", "p", "c", "e"),
            key("s", "o", "d", "e"),
            key("s", "o", "c", "f"),
            key("so", "", "c", "e"),
            key("s", "oc", "", "e"),
        ]
        .into();
        assert_eq!(keys.len(), 7);
        assert_eq!(key("s", "o", "c", "e"), key("s", "o", "c", "e"));
    }

    proptest! {
        #[test]
        fn every_seed_gives_letters_of_the_alphabet_only(seed: [u8; 32], prefix in "\\PC{0,20}") {
            let code = text(&prefix, &seed);
            prop_assert!(code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-'));
            let random: String = code.rsplit('-').take(2).collect();
            prop_assert!(random.len() == RANDOM && random.bytes().all(|byte| LETTERS.contains(&byte)));
        }
    }
}
