//! Tables of a person's own: read row by row, their columns understood, their cells turned into numbers.
//!
//! A [`reader`] gives rows of cells, whatever the file's kind. Over all rows, [`profile`] counts what the cells of each column
//! look like, and [`infer`] says what the columns are: the [`TableSchema`](crate::preset::TableSchema), which a run keeps.
//! [`encode`] turns a row into numbers by it; [`read`] does all of this for the files of a preset.

mod ahead;
mod amount;
mod blanks;
mod by_looks;
pub mod cell;
mod choice;
pub mod classes;
pub mod columns;
mod dates;
mod dialect;
pub mod digits;
mod durations;
pub mod encode;
mod encoded;
mod files;
mod first_row;
mod format;
mod gathered;
mod guarded;
mod header;
mod identifier;
mod infer;
mod known_words;
mod label_cells;
mod labels;
mod layout;
mod learned;
mod left_out;
mod look;
mod looks;
mod parquet;
mod peeked;
mod percents;
mod problem;
mod profile;
mod read;
mod reader;
mod row_numbers;
mod rules;
mod said;
mod second_table;
mod separated;
mod sheets;
mod source;
mod spreadsheet;
mod sums;
mod suspects;
mod taken;
mod text;
mod title;
mod trailing;
mod twins;
mod word_reasons;
mod words_as;

pub use by_looks::{begins_with_values, is_table_of_numbers, why_no_text};
pub use choice::{Choice, Recoded};
pub use columns::{
    as_kind, cut_at_commas, label as label_called, listed, none_called, shown as shown_column,
};
pub use files::{Files, all_expanded, expanded, in_order, is_pattern};
pub use first_row::names_columns;
pub use format::{Format, KIND, is_ending_of_table};
pub use gathered::total;
pub use identifier::is_called_amount;
pub use infer::Wordy;
pub use known_words::unless_learned;
pub use label_cells::{LabelCells, number_of_several};
pub use labels::{Labels, learned_as_classes};
pub use layout::Layout;
pub use learned::{LearnedTable, Names, why_no_array};
pub use looks::{Look, look};
pub use problem::{InRow, RowProblem, Sink, Skipped, of_cells, refuse};
pub use profile::{Column, Profile};
pub use read::{ROWS_AHEAD, Table, Wanted, read, read_as, words_among_numbers};
pub use reader::{Place, Problem, Row, RowReader};
pub use row_numbers::RowNumbers;
pub use sheets::{SheetSeen, sheets};
pub use source::{Opened, open, open_as};
pub use sums::SumsOfFile;
pub use title::{Title, title};
pub use twins::{MOST_COMPARED, Repeated, RowPrint, fingerprint, in_both, twins_in_words};
pub use words_as::WordsAs;

#[cfg(test)]
mod tests;
