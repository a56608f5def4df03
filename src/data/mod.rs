//! Data sets as batches.

mod alphabet;
mod answers;
pub mod asked;
pub mod augment;
mod beyond;
pub mod check;
mod dataset;
mod embedded;
mod far;
mod file_names;
mod fingerprint;
pub mod generated;
pub mod images;
pub mod import;
mod labels;
mod learned;
mod loader;
pub mod mnist;
mod notices;
mod numbers;
mod open;
pub mod order;
pub mod own;
pub mod pairs;
pub mod parts;
mod pixels;
mod prepared;
pub mod samples;
mod senate;
mod sentiment;
pub mod series;
pub mod speech;
pub mod suggest;
pub mod table;
pub mod tabular;
pub mod text;
pub mod tokens;
pub mod words;

pub use dataset::{Batch, Dataset, Scale, Splits, Targets};
pub use fingerprint::{Change, changes, fingerprints};
pub use import::text::text_of;
pub use learned::{absent, at_absolute_paths, preparation};
pub use loader::Loader;
pub use notices::{class_counts, notices};
pub use open::{check_unchanged, offers, offers_to_train, open, open_as_learned};
pub use prepared::scales_of_inputs;

/// What can go wrong with data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Data that is not what it should be.
    #[error("{origin}: {problem}")]
    Broken {
        /// The file or set.
        origin: String,
        /// What is wrong, and where.
        problem: String,
    },
}
