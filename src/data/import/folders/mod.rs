//! Folders that are classes.

mod broken;
mod kind;
mod left_out;
mod listing;

pub use kind::{Kind, START, ending};
pub use left_out::LeftOut;
pub use listing::{Classed, list};
