//! Dead letters: messages that were stored and could not be applied, with what is wrong, to be mended and replayed.

mod list;
mod one;

pub use self::list::LettersPage;
pub use self::one::LetterPage;
