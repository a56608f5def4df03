//! Changes of a preset's text. Comments, blank lines and the layout of everything else stay as a person wrote them.

mod body;
mod change;
#[cfg(test)]
mod tests;
mod text;

pub use change::{default_at, insert, leave_out, put, remove, set, shift};
pub use text::{of_plain, plain, quoted};
