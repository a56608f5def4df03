//! Rows that are sums or means of other rows: `Total` below a table, subtotals between its rows, `All` above them.
//!
//! [`words`] says which cells call their row a sum, [`evidence`] whether its numbers are the sums of the rows above or below it, and
//! [`cube`] whether they are those of rows anywhere in the table, [`block`] which
//! rows are statistics of the others, and [`file`] which rows of a file are none of their own. [`columns`] says which columns name the rows, so that `Total` there says
//! enough.

mod block;
mod columns;
mod cube;
mod evidence;
mod file;
mod words;

pub use columns::{SumRows, Unread};
pub use file::SumsOfFile;
pub(super) use file::{SumKind, in_words};
pub use words::is_total;
