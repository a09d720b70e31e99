//! Spanish, as universities in Latin America write it.

mod captions;
mod sentences;
mod vocabulary;

/// Spanish, with decimal commas and thin spaces between thousands, from five digits on (Ortografía de
/// la lengua española, RAE and ASALE, 2010).
pub(crate) struct Spanish;
