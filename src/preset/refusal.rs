//! Why an option cannot be, before it is told where in a text it stands.

use super::path::Path;

/// An option that cannot be: its place, what is wrong, what would be valid.
pub(super) type Refusal = (Path, String, String);

pub(super) fn refuse(path: Path, problem: impl Into<String>, help: &str) -> Result<(), Refusal> {
    Err((path, problem.into(), help.into()))
}
