//! Tables of a person's own: read row by row, their columns understood, their cells turned into numbers.
//!
//! A [`reader`] gives rows of cells, whatever the file's kind. Over all rows, [`profile`] counts what the cells of each column
//! look like, and [`infer`] says what the columns are: the [`TableSchema`](crate::preset::TableSchema), which a run keeps.
//! [`encode`] turns a row into numbers by it; [`read`] does all of this for the files of a preset.

pub mod cell;
pub mod classes;
pub mod columns;
mod dates;
mod dialect;
pub mod encode;
mod infer;
mod labels;
mod layout;
mod learned;
mod problem;
mod profile;
mod read;
mod reader;
mod separated;
mod text;

pub use labels::Labels;
pub use layout::Layout;
pub use learned::{LearnedTable, Names};
pub use problem::{RowProblem, Sink, refuse};
pub use read::{Opened, Table, open, read, read_as};
pub use reader::{Problem, Row, RowReader};

#[cfg(test)]
mod tests;
