//! The GPU without a GPU: the program's own kernels and everything around them on a test double of CUDA, against the CPU.

mod boltzmann;
mod double;
mod images;
mod lost;
mod norms;
mod ops;
mod optimizers;
mod sequences;
mod training;
