//! The GPU without a GPU: the program's own kernels and everything around them on a test double of CUDA, against the CPU.

mod boltzmann;
mod choice;
mod doctor;
mod double;
mod failures;
mod images;
mod lost;
mod norms;
mod ops;
mod optimizers;
mod program;
mod sequences;
mod several;
mod training;
