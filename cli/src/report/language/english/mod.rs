//! English.

mod captions;
mod sentences;
mod vocabulary;

/// English, with decimal points and commas between thousands.
pub(crate) struct English;
