//! In which forms a column's dates were learned.

use serde::{Deserialize, Serialize};

/// What the dates of a column have that other dates may lack, and the other way round: a date in another form is no surprise that a
/// run may keep for itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateForms {
    /// Whether some have a day and a month as numbers, of which one has to know which comes first; or the preset says it.
    pub have_order: bool,
    /// Whether some have a year of two digits.
    pub have_short_years: bool,
    /// Whether some are months, without a day.
    pub have_months: bool,
    /// Whether some have no time of day.
    pub have_days: bool,
    /// The zones of their times, in minutes east of Greenwich; `None` for times without a zone.
    pub zones: Vec<Option<i32>>,
}
