//! A value of which the latest wins.

use serde::{Deserialize, Serialize};

use crate::time::Millis;

/// Of two values of the same moment the greater wins, so that the order of rows never matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(
    from = "(Millis, T)",
    into = "(Millis, T)",
    bound(serialize = "T: Clone + Serialize", deserialize = "T: Deserialize<'de>")
)]
pub struct Latest<T> {
    pub at: Millis,
    pub value: T,
}

impl<T: Ord> Latest<T> {
    pub(super) fn set(register: &mut Option<Self>, at: Millis, value: T) {
        Self::merge(register, Some(Self { at, value }));
    }

    pub(super) fn merge(register: &mut Option<Self>, other: Option<Self>) {
        if other > *register {
            *register = other;
        }
    }
}

impl<T> From<(Millis, T)> for Latest<T> {
    fn from((at, value): (Millis, T)) -> Self {
        Self { at, value }
    }
}

impl<T> From<Latest<T>> for (Millis, T) {
    fn from(latest: Latest<T>) -> Self {
        (latest.at, latest.value)
    }
}
