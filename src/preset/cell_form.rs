//! How the cells of a table's column are written, where they are no plain numbers and no dates in a usual form.

use serde::{Deserialize, Serialize};

/// How the cells of a column are written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CellForm {
    /// Numbers with this beside them.
    Unit(Unit),
}

/// What stands beside the numbers of a column, the same in all its cells: `$1,234.50`, `62.25%`, `187 kg`. A cell may as well lack it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// In front of the number.
    pub before: String,
    /// Behind it.
    pub behind: String,
}

impl Unit {
    /// Whether there is nothing beside the numbers, of which some are then in parentheses and below zero: `(1,200)`.
    pub fn is_none(&self) -> bool {
        self.before.is_empty() && self.behind.is_empty()
    }

    /// Whether it is the same as another; of words of several letters the case does not matter.
    pub fn is_same(&self, other: &Unit) -> bool {
        let are_same = |a: &str, b: &str| a == b || a.chars().count() > 1 && a.eq_ignore_ascii_case(b);
        are_same(&self.before, &other.before) && are_same(&self.behind, &other.behind)
    }

    /// What a person calls it: `$`, `kg`.
    pub fn name(&self) -> String {
        match (&self.before[..], &self.behind[..]) {
            ("", behind) => behind.into(),
            (before, "") => before.into(),
            (before, behind) => format!("{before} … {behind}"),
        }
    }

    /// Where it stands: `with '$' in front`.
    pub fn in_words(&self) -> String {
        match (&self.before[..], &self.behind[..]) {
            ("", "") => "below 0 where it stands in parentheses".into(),
            ("", "%") => "with '%' behind, so that 29% is 29".into(),
            ("", behind) => format!("with '{behind}' behind"),
            (before, "") => format!("with '{before}' in front"),
            (before, behind) => format!("with '{before}' in front and '{behind}' behind"),
        }
    }
}

impl CellForm {
    /// What of it a graph does not take: `without '$'`.
    pub fn without(&self) -> String {
        match self {
            CellForm::Unit(unit) if unit.is_none() => "with a minus below 0".into(),
            CellForm::Unit(unit) => format!("without '{}'", unit.name()),
        }
    }

    /// What the numbers are: `with '$' in front`.
    pub fn in_words(&self) -> String {
        match self {
            CellForm::Unit(unit) => unit.in_words(),
        }
    }
}
