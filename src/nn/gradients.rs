//! The gradients of one pass, by node of the tape.

use dfdx::tensor::Cpu;

use super::buffer::Buffer;
use super::device::{Device, Error, Node, Root};
use super::kernel::sums::add;

/// The gradients that dfdx's tape has made so far, or at the end of a pass.
///
/// dfdx holds units: the numbers themselves on the CPU, their places in the table on other devices.
pub struct Gradients<D: Device> {
    pub(super) slots: Slots<D>,
    /// Where the gradients are, on devices of which dfdx holds places only.
    pub table: D::Table,
}

type Slots<D> = dfdx::tensor::Gradients<<D as Device>::Unit, Cpu>;

impl<D: Device> Default for Gradients<D> {
    fn default() -> Self {
        Gradients { slots: Slots::<D>::leaky(), table: D::Table::default() }
    }
}

impl<D: Device> Gradients<D> {
    /// Lets a backward op work with dfdx's gradients.
    pub(super) fn lend<T>(slots: &mut Slots<D>, table: D::Table, work: impl FnOnce(&mut Self) -> T) -> T {
        let mut lent = Gradients { slots: std::mem::replace(slots, Slots::<D>::leaky()), table };
        let outcome = work(&mut lent);
        *slots = lent.slots;
        outcome
    }

    /// The units of a node's gradient; none before the first contribution.
    pub(super) fn slot(&mut self, node: &Node<D>) -> Result<&mut Vec<D::Unit>, Error> {
        // A node of shape [0, 0] allocates an empty vector.
        self.slots.get_or_alloc_mut(node).map(|slot| &mut **slot).map_err(Error::device)
    }

    /// The derivative of the loss from which the tape runs backwards with respect to this one: 1 for itself and for the
    /// terms of a sum, 0 where it is no part of it.
    pub(super) fn of_loss(&mut self, loss: &Root<D>) -> Result<&mut D::Unit, Error> {
        self.slots.get_or_alloc_mut(loss).map(|slot| &mut slot[0]).map_err(Error::device)
    }
}

/// The gradient of a node on the CPU, taken out of `grads`; `None` if nothing flowed into it.
pub fn take_gradient(grads: &mut Gradients<Cpu>, node: &Node<Cpu>) -> Option<Buffer> {
    let numbers = std::mem::take(grads.slot(node).ok()?);
    (!numbers.is_empty()).then(|| numbers.into())
}

/// Adds to the gradient of a node on the CPU: the first contribution is moved in, later ones are summed.
///
/// # Errors
/// Only when dfdx fails to allocate an empty vector.
pub fn add_gradient(grads: &mut Gradients<Cpu>, node: &Node<Cpu>, contribution: Buffer) -> Result<(), Error> {
    let slot = grads.slot(node)?;
    if slot.is_empty() {
        *slot = contribution.into_vec();
    } else {
        debug_assert_eq!(slot.len(), contribution.len());
        add(slot, &contribution);
    }
    Ok(())
}
