//! How a text file writes its fields: their separator, and the decimal sign.

use serde::{Deserialize, Serialize};

/// What separates the fields of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Separator {
    /// Spaces and tabs, any number of them.
    Blank,
    /// One tab.
    Tab,
    /// One comma.
    Comma,
    /// One semicolon.
    Semicolon,
}

impl Separator {
    /// All of them; those that are easiest to recognise come first.
    pub const ALL: [Self; 4] = [Self::Semicolon, Self::Tab, Self::Comma, Self::Blank];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blank => "blank",
            Self::Tab => "tab",
            Self::Comma => "comma",
            Self::Semicolon => "semicolon",
        }
    }

    /// The plural of the name, for a message.
    pub(super) const fn plural(self) -> &'static str {
        match self {
            Self::Blank => "blanks",
            Self::Tab => "tabs",
            Self::Comma => "commas",
            Self::Semicolon => "semicolons",
        }
    }

    /// The byte that ends a field; a space stands for any blank.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Blank => b' ',
            Self::Tab => b'\t',
            Self::Comma => b',',
            Self::Semicolon => b';',
        }
    }
}

/// The sign between the whole part and the decimals of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decimal {
    /// `0.5`.
    Point,
    /// `0,5`.
    Comma,
}

impl Decimal {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Point, Self::Comma];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Comma => "comma",
        }
    }
}

/// How the lines of a text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Dialect {
    pub(super) separator: Separator,
    pub(super) decimal: Decimal,
}

impl Dialect {
    /// The dialect of formats with a specification.
    pub(super) const PLAIN: Self = Self { separator: Separator::Blank, decimal: Decimal::Point };
}
