//! Readers of file formats, one file each. Each gives one error with its place for what it cannot read, and never a panic.

pub mod csv;
pub mod folders;
pub mod idx;
pub mod images;
pub mod npy;
pub mod rows;
pub mod text;
pub mod wav;
