//! The arithmetic on slices, for the CPU: a crate of its own, so that it is compiled for speed whatever the rest of the program
//! is compiled for. Whatever loops over the numbers of a batch belongs here, and a function that others call must have no
//! type parameter: it would be compiled where it is called.
//!
//! Every function here gives the same bits whatever the number of threads: work is cut into pieces by the problem's
//! size, never by the thread count, and sums over pieces are added in the order of the pieces.

pub mod attention;
pub mod average;
pub mod awake;
pub mod batch_norm;
pub mod buffer;
pub mod conv;
pub mod conv_pool;
mod conv_rows;
pub mod conv_window;
pub mod dropout;
pub mod elementwise;
pub mod embedding;
pub mod gemm;
pub mod isa;
pub mod layer_norm;
pub mod math;
#[cfg(test)]
mod not_finite;
pub mod panel;
pub mod pool;
pub mod random;
pub mod recurrent;
pub mod rule;
pub mod rules;
pub mod slices;
pub mod squares;
pub mod sums;
pub mod threads;
mod vector;
