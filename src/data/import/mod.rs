//! Readers of file formats, one file each.

pub mod idx;
