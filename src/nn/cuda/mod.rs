//! The engine on NVIDIA GPUs: every op of the [`Backend`](super::ops::Backend), composed of dfdx's own.
//!
//! A node here is the tensor itself. What is small and already written for slices (losses of a batch's outputs,
//! random masks) is computed on the host.

mod ops;
mod update;

use dfdx::tensor::{Cuda, TensorFromVec};

use super::buffer::Buffer;
use super::device::{Device, Error, Node};

impl Device for Cuda {
    type Values = ();

    fn upload(
        &self,
        numbers: Buffer,
        rows: usize,
        columns: usize,
    ) -> Result<(Node<Self>, Self::Values), Error> {
        let node = self.try_tensor_from_vec(numbers.into_vec(), (rows, columns)).map_err(Error::device)?;
        Ok((node, ()))
    }

    fn download(node: &Node<Self>, (): &Self::Values) -> Vec<f32> {
        node.as_vec()
    }
}

/// Does not compile while an op is missing.
const _: fn() = || {
    fn is_complete<D: super::ops::Backend>() {}
    is_complete::<Cuda>();
};
