//! The numbers of a layer against the ranges of its table of fields.

use crate::preset::field::{Fields, Range};
use crate::preset::shapes::ShapeError;

/// Ranges, each with the advice that a layer's error gives.
const ADVICE: [(Range, &str); 3] = [
    (Range::SHARE, "use a share from 0 to below 1"),
    (Range::ABOVE_ZERO, "use a small number above 0, such as 0.001"),
    (Range::NOT_NEGATIVE, "use 0 or more, such as 0.0001"),
];

/// Checks every number against its range in the table of fields.
pub(super) fn check<F: Fields>(config: &F) -> Result<(), ShapeError> {
    let Some(found) = config.out_of_range() else { return Ok(()) };
    let advice = match found.range() {
        Range::COUNT if found.number() < 1.0 => Some("use at least 1"),
        other => ADVICE.iter().find(|(range, _)| *range == other).map(|(_, advice)| *advice),
    };
    let error = ShapeError::from(found);
    Err(match advice {
        Some(advice) => ShapeError { help: advice.into(), ..error },
        None => error,
    })
}
