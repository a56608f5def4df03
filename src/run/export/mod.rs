//! A run's result in the formats of other programs: one file for each, behind one trait.

mod csv;
mod format;
pub mod onnx;
mod safetensors;

pub use format::{Format, Trained, Which};

/// The format of this name: `onnx`, `safetensors` or `csv`.
pub fn format(name: &str) -> Option<&'static dyn Format> {
    match name {
        "onnx" => Some(&onnx::Onnx),
        "safetensors" => Some(&safetensors::Safetensors),
        "csv" => Some(&csv::Csv),
        _ => None,
    }
}

/// The names of all formats.
pub const NAMES: [&str; 3] = ["onnx", "safetensors", "csv"];
