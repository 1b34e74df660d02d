//! A set of days in little space.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// Days in rising order, each once. In JSON: the first day, a colon, then the steps from day to day in digits of 5 bits, lowest
/// first, in the alphabet of base64url, where the sixth bit says that another digit follows. A step of up to a month takes one
/// character, so the text is never longer than the days it spans.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Days(Vec<Day>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a packed set of days")]
pub struct NotDays;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Days {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Day> + '_ {
        self.0.iter().copied()
    }

    pub fn insert(&mut self, day: Day) {
        match self.0.last() {
            Some(last) if *last >= day => {
                if let Err(place) = self.0.binary_search(&day) {
                    self.0.insert(place, day);
                }
            }
            _ => self.0.push(day),
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.0.extend_from_slice(&other.0);
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// Those up to and with `day`.
    pub fn until(&self, day: Day) -> &[Day] {
        let end = self.0.partition_point(|known| *known <= day);
        self.0.get(..end).unwrap_or_default()
    }
}

impl FromIterator<Day> for Days {
    fn from_iter<I: IntoIterator<Item = Day>>(days: I) -> Self {
        let mut days: Vec<Day> = days.into_iter().collect();
        days.sort_unstable();
        days.dedup();
        Self(days)
    }
}

impl From<Days> for String {
    fn from(days: Days) -> Self {
        let Some(first) = days.0.first() else { return Self::new() };
        let mut text = format!("{}:", first.0);
        for (earlier, later) in days.0.iter().zip(days.0.iter().skip(1)) {
            let mut step = i64::from(later.0) - i64::from(earlier.0);
            while step >= 32 {
                text.push(digit(step % 32 + 32));
                step /= 32;
            }
            text.push(digit(step));
        }
        text
    }
}

impl TryFrom<String> for Days {
    type Error = NotDays;

    fn try_from(text: String) -> Result<Self, NotDays> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let (first, steps) = text.split_once(':').ok_or(NotDays)?;
        let first: i32 = first.parse().map_err(|_| NotDays)?;
        let mut days = vec![Day(first)];
        let (mut at, mut step, mut shift) = (i64::from(first), 0_i64, 0_u32);
        for byte in steps.bytes() {
            let value = value(byte).ok_or(NotDays)?;
            step |= (value % 32).checked_shl(shift).filter(|_| shift < 35).ok_or(NotDays)?;
            shift += 5;
            if value < 32 {
                at += step;
                if step == 0 {
                    return Err(NotDays);
                }
                days.push(Day(i32::try_from(at).map_err(|_| NotDays)?));
                (step, shift) = (0, 0);
            }
        }
        if shift == 0 { Ok(Self(days)) } else { Err(NotDays) }
    }
}

fn digit(value: i64) -> char {
    usize::try_from(value).ok().and_then(|place| ALPHABET.get(place)).map_or('A', |byte| char::from(*byte))
}

fn value(byte: u8) -> Option<i64> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => return None,
    };
    Some(i64::from(value))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_weekly_buyer_takes_one_character_a_purchase() {
        let days: Days = (0..52).map(|week| Day(20_000 + 7 * week)).collect();
        assert_eq!(String::from(days.clone()), format!("20000:{}", "H".repeat(51)));
        assert_eq!(days.until(Day(20_013)).len(), 2);
    }

    #[test]
    fn damaged_text_is_refused() {
        for text in ["x", "12", ":", "12:A", "12:h", "12:Ä", "2147483647:B", "1:____________B"] {
            assert_eq!(Days::try_from(text.to_owned()), Err(NotDays), "{text}");
        }
    }

    proptest! {
        #[test]
        fn packed_days_read_back(days in prop::collection::vec(any::<i32>(), 0..60)) {
            let days: Days = days.into_iter().map(Day).collect();
            prop_assert_eq!(Days::try_from(String::from(days.clone())), Ok(days));
        }

        #[test]
        fn inserting_one_by_one_is_collecting(days in prop::collection::vec(-500..500_i32, 0..60)) {
            let mut one_by_one = Days::default();
            days.iter().for_each(|day| one_by_one.insert(Day(*day)));
            prop_assert_eq!(one_by_one, days.into_iter().map(Day).collect());
        }
    }
}
