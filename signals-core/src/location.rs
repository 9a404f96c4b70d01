//! Where something is declared.

use core::fmt;

/// A location in source code, such as that of a `#[receiver]`.
///
/// It is printed as `file:line:column`. Unlike [`core::panic::Location`], it is made of plain fields, so that a macro can
/// write it as a constant.
///
/// ```
/// use signals_core::SourceLocation;
///
/// let location = SourceLocation { file: "src/accounts.rs", line: 12, column: 1 };
/// assert_eq!(location.to_string(), "src/accounts.rs:12:1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceLocation {
    /// The file, as it was passed to the compiler.
    pub file: &'static str,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
}

impl SourceLocation {
    /// The location of the caller.
    ///
    /// ```
    /// use signals_core::SourceLocation;
    ///
    /// let location = SourceLocation::caller();
    /// assert_eq!((location.file, location.line), (file!(), line!() - 1));
    /// ```
    #[track_caller]
    pub fn caller() -> Self {
        let location = core::panic::Location::caller();
        Self { file: location.file(), line: location.line(), column: location.column() }
    }
}

impl fmt::Display for SourceLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
