//! Whole numbers of 128 bits in parts that a database and JavaScript can add.

/// Bits of a part: eight million of them add up to less than 2^53.
const BITS: u32 = 30;
const BASE: i128 = 1 << BITS;

/// That hold every number.
pub(in crate::measure) const PARTS: usize = 5;

/// The lowest first, each with the number's sign.
pub(in crate::measure) fn parts(value: i128) -> impl Iterator<Item = (usize, i64)> {
    (0..PARTS).scan(value, |left, place| {
        let part = *left % BASE;
        *left /= BASE;
        Some((place, i64::try_from(part).unwrap_or(0)))
    })
}

/// What a part stands for; sums that no longer fit go round.
pub(in crate::measure) fn of_part(place: usize, part: i64) -> i128 {
    u32::try_from(place).map_or(0, |place| i128::from(part).wrapping_mul(1_i128.checked_shl(BITS * place).unwrap_or(0)))
}

/// `cost`, `cost.1`, `cost.2`.
pub(in crate::measure) fn name(name: &str, place: usize) -> String {
    if place == 0 { name.to_owned() } else { format!("{name}.{place}") }
}
