//! Parameter updates, by the composed rules: weights, gradients and moments stay on the device.

use dfdx::tensor::{Cuda, Gradients};
use dfdx::tensor_ops::TryMul;

use crate::nn::device::{Device, Error, Node};
use crate::nn::graph::Param;
use crate::nn::ops::composed::update::{add_penalty, sum_of_squares, update};
use crate::nn::optim::{Pending, Rule, UpdateOp};

impl UpdateOp for Cuda {
    type Numbers = Node<Cuda>;

    fn take_gradient(gradients: &mut Gradients<f32, Cuda>, param: &Param<Cuda>) -> Option<Node<Cuda>> {
        // A parameter that no output depends on has no gradient; asking for it makes one of zeros, which moves nothing
        // but what decays.
        gradients.get_or_alloc_mut(&param.node).ok()?;
        Some(gradients.get(&param.node))
    }

    fn numbers(device: &Cuda, numbers: Vec<f32>, param: &Param<Cuda>) -> Result<Node<Cuda>, Error> {
        let columns = param.shape.last().copied().unwrap_or(1);
        let rows = numbers.len() / columns.max(1);
        device.upload(numbers.into(), rows, columns).map(|(node, ())| node)
    }

    fn to_vec(numbers: &Node<Cuda>) -> Vec<f32> {
        numbers.as_vec()
    }

    fn add_penalty(gradient: &mut Node<Cuda>, param: &Param<Cuda>) -> Result<(), Error> {
        *gradient =
            add_penalty(gradient.clone(), &param.node, [param.l1, param.l2]).map_err(Error::device)?;
        Ok(())
    }

    fn clamp(gradient: &mut Node<Cuda>, limit: f32) -> Result<(), Error> {
        *gradient = gradient.clone().try_clamp(-limit, limit).map_err(Error::device)?;
        Ok(())
    }

    fn sum_of_squares(gradient: &Node<Cuda>) -> Result<f64, Error> {
        sum_of_squares(gradient).map_err(Error::device)
    }

    fn scale(gradient: &mut Node<Cuda>, by: f32) -> Result<(), Error> {
        *gradient = gradient.clone().try_mul(by).map_err(Error::device)?;
        Ok(())
    }

    fn update(_: &Cuda, pending: &mut [Pending<Cuda>], rule: &Rule) -> Result<(), Error> {
        for Pending { param, gradient, moments, .. } in pending {
            param.node =
                update(rule, param.node.clone(), gradient.clone(), moments).map_err(Error::device)?;
        }
        Ok(())
    }
}
