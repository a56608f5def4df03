//! Input: some columns of a table's row.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::kernel::slices::Slice;
use crate::nn::ops::Backend;
use crate::preset::layers;

/// `[batch, features]` to the features of some columns, in the order in which they are named.
pub struct Input {
    places: Vec<Slice>,
}

impl Build for layers::Input {
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let places = self.places().map_err(|error| Error::Weights(error.to_string()))?;
        let slice = |place: std::ops::Range<usize>| Slice {
            total: site.width(),
            from: place.start,
            width: place.len(),
        };
        // Columns that follow each other are one part.
        let mut parts: Vec<Slice> = Vec::with_capacity(places.len());
        for next in places.into_iter().map(slice) {
            match parts.last_mut() {
                Some(last) if last.from + last.width == next.from => last.width += next.width,
                _ => parts.push(next),
            }
        }
        Ok(Box::new(Input { places: parts }))
    }
}

impl<D: Backend> Layer<D> for Input {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let picked = self.places.iter().map(|place| D::slice(pass, &input, *place));
        let picked: Vec<Var<D>> = picked.collect::<Result<_, _>>()?;
        match &picked[..] {
            [whole] => Ok(whole.clone()),
            _ => {
                let parts: Vec<(&Var<D>, usize)> = picked.iter().map(|part| (part, part.columns)).collect();
                D::concatenate(pass, &parts)
            }
        }
    }
}
