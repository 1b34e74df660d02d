//! Language models as an option: they may put other words in the place of some of the composer's, and nothing else.
//!
//! Everything here is words: what is asked of a model ([`prompt`]), in which form each provider wants to be asked and what its answer
//! means ([`provider`]), what it may cost ([`price`]), and what of its words is taken ([`accept`]). Who asks, and who pays, is the
//! worker's. Three rules hold for every model. It is shown listed facts and nothing else, what customers wrote among them fenced as data
//! ([`fence`]). What it writes is a stranger's text: a sentence is taken only where its figures, dates, names and claims are those of facts
//! that it names. And it is never needed: whatever goes wrong, the composer's own text stands, and a stable [`Code`] says why.

pub mod accept;
pub mod fence;
mod figures;
mod language;
pub mod price;
pub mod prompt;
pub mod provider;
pub mod reader;
mod refusal;
mod sentence;

pub use accept::{Asked, Fault, Rejected, accept};
pub use language::speaks;
pub use price::Micros;
pub use provider::{Answer, Ask, Dialect, Incoming, Provider, Request, Usage};
pub use refusal::{Code, Refusal};
