//! Folders that are classes.

mod broken;
mod kind;
mod left_out;
mod listing;
mod parts;
mod texts;

pub use kind::{Kind, START, ending};
pub use left_out::LeftOut;
pub(super) use left_out::is_of_the_system;
pub use listing::{Classed, Values, list};
pub use parts::SetParts;
pub use texts::or_of_texts;
