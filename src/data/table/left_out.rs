//! Rows that are left out, by their places: what is in them says nothing of their columns.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::problem::RowProblem;
use super::reader::Place;

/// The most rows that are known by their places.
const MOST: usize = 1 << 20;

/// Rows that are left out.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// The file and the number of each.
    rows: HashSet<(u64, u64)>,
    are_too_many: bool,
}

/// Those of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeftOutOfFile<'a> {
    of: &'a LeftOut,
    file: u64,
}

fn key(origin: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    origin.hash(&mut hasher);
    hasher.finish()
}

impl LeftOut {
    /// Takes the row of a problem.
    pub fn add(&mut self, problem: &RowProblem) {
        self.are_too_many |= self.rows.len() >= MOST;
        if !self.are_too_many {
            self.rows.insert((key(&problem.origin), problem.at.number()));
        }
    }

    /// Whether there are none, or too many to know them.
    pub fn is_nothing(&self) -> bool {
        self.rows.is_empty() || self.are_too_many
    }

    /// Whether the row of a problem is one of them.
    pub fn has(&self, problem: &RowProblem) -> bool {
        self.of_file(&problem.origin).has(problem.at)
    }

    /// Those of the file that messages call so.
    pub fn of_file(&self, origin: &str) -> LeftOutOfFile<'_> {
        LeftOutOfFile { of: self, file: key(origin) }
    }
}

impl LeftOutOfFile<'_> {
    /// Whether the row at this place is one of them.
    pub fn has(self, at: Place) -> bool {
        !self.of.rows.is_empty() && self.of.rows.contains(&(self.file, at.number()))
    }
}
