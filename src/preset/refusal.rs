//! Why an option is refused, before its place in the text is known.

use super::path::Path;

/// An option that is refused: its path, what is wrong, what would be valid.
pub(super) type Refusal = (Path, String, String);

pub(super) fn refuse(path: Path, problem: impl Into<String>, help: &str) -> Result<(), Refusal> {
    Err((path, problem.into(), help.into()))
}
