//! Gradients on the card. dfdx's tape holds places in the table of the pass, never numbers.

use std::cell::RefCell;
use std::rc::Rc;

use dfdx::dtypes::{SafeZeros, Unit};

use super::array::Array;
use super::device::Gpu;
use super::grid::Grid;
use super::launch::{Add, at};
use crate::nn::device::{Error, Node};
use crate::nn::gradients::Gradients;

/// What stands for a gradient in dfdx's `Gradients`: its place in the table. For a loss, 1 says that the way back begins
/// there, or that it is a term of that loss.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct Slot(usize);

impl SafeZeros for Slot {}
impl Unit for Slot {
    const ONE: Self = Slot(1);
}

impl Slot {
    /// Whether the loss at this slot is part of the one from which the tape runs backwards.
    pub fn is_reached(self) -> bool {
        self == Slot::ONE
    }
}

/// The gradients of one pass that are not taken yet.
#[derive(Clone, Default)]
pub struct Table(Rc<RefCell<Vec<Option<Array>>>>);

/// The gradient of a node, taken out of `gradients`; `None` if nothing flowed into it.
///
/// # Errors
/// Only when dfdx fails to allocate an empty vector.
pub fn take_gradient(gradients: &mut Gradients<Gpu>, node: &Node<Gpu>) -> Result<Option<Array>, Error> {
    let slots = std::mem::take(gradients.slot(node)?);
    Ok(slots.first().and_then(|&Slot(place)| gradients.table.0.borrow_mut()[place].take()))
}

/// Adds to the gradient of a node: the first contribution is kept as it is, later ones are summed.
///
/// # Errors
/// When the card fails.
pub fn add_gradient(
    gradients: &mut Gradients<Gpu>,
    node: &Node<Gpu>,
    contribution: Array,
) -> Result<(), Error> {
    let sum = match take_gradient(gradients, node)? {
        None => contribution,
        Some(before) => {
            let (card, count) = (contribution.card(), contribution.len());
            let sum = Array::scratch(card, count)?;
            Add { sum: at(&sum), a: at(&before), b: at(&contribution), count }
                .launch(card, Grid::over(count)?)?;
            sum
        }
    };
    let mut table = gradients.table.0.borrow_mut();
    table.push(Some(sum));
    let place = Slot(table.len() - 1);
    drop(table);
    *gradients.slot(node)? = vec![place];
    Ok(())
}
