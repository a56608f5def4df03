//! Readers of file formats, one file each. Each gives one error with its place for what it cannot read, and never a panic.

pub mod array_names;
pub mod arrays;
pub mod budget;
pub mod channels;
pub mod class_column;
pub mod classes;
mod column_order;
mod exact;
pub mod file_table;
pub mod folders;
pub mod foreign;
pub mod gzip;
pub mod idx;
pub mod images;
pub mod labelled;
pub mod limits;
pub mod listed;
pub mod main_input;
pub mod named_files;
pub mod named_label;
pub mod newlines;
mod no_media;
pub mod npy;
pub mod resample;
pub mod rows;
pub mod seen;
pub mod sounds;
pub mod text;
pub mod wav;
mod webp;

/// The longest name of a class, in bytes: a label beyond it is a text, or a column of something else.
pub(in crate::data) const LONGEST_CLASS: usize = 1000;
