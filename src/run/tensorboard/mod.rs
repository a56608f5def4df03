//! TensorBoard's event files: records of protocol buffers, appended while a run goes on.
//!
//! The record framing is TensorFlow's `TFRecord` (length, masked CRC-32C of it, data, masked CRC-32C of that); the
//! messages are the part of `event.proto` and `summary.proto` that figures, histograms and images need.

pub mod figure;
pub mod grid;
pub mod hparams;
pub mod message;
pub mod reader;
pub mod record;
pub mod tensor;
pub mod writer;

pub use grid::{Grid, Pixels};
pub use reader::{Reader, Scalar};
pub use writer::Writer;
