//! Tables of vectors: of tokens, of positions, of the words of a table's columns.

use super::{Case, numbers, outcome, param};
use crate::nn::device::Error;
use crate::nn::graph::{Pass, Var};
use crate::nn::ops::Backend;
use crate::nn::ops::column_embedding::Lookup;

/// An embedding of tokens, with positions added.
#[derive(Clone, Copy, Debug)]
pub struct Embedding {
    /// Samples.
    pub rows: usize,
    /// Tokens of each.
    pub steps: usize,
    /// How many tokens there are.
    pub tokens: usize,
    /// Numbers of a vector.
    pub width: usize,
}

impl Case for Embedding {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &Embedding { rows, steps, tokens, width } = self;
        let x: Vec<f32> = (0..rows * steps).map(|i| ((i * i + i / 3) % tokens) as f32).collect();
        let x = Var::new(device, x.into(), rows, steps, false)?;
        let (table, positions) = (param(device, &[tokens, width], 1)?, param(device, &[steps, width], 2)?);
        let mut pass = Pass::training(device, 0);
        let y = D::embed(&mut pass, &x, &table)?;
        let y = D::add_positions(&mut pass, &y, &positions)?;
        outcome(pass, &y, &[], &[&table, &positions])
    }
}

/// Two columns of words among features.
#[derive(Clone, Copy, Debug)]
pub struct ColumnEmbedding {
    /// Samples.
    pub rows: usize,
    /// Features of each, the columns of words included.
    pub features: usize,
    /// Where the columns of words are.
    pub places: [usize; 2],
    /// Words, and numbers of a vector, of each column.
    pub shapes: [[usize; 2]; 2],
}

impl Case for ColumnEmbedding {
    fn run<D: Backend>(&self, device: &D) -> Result<Vec<Vec<f32>>, Error> {
        let &ColumnEmbedding { rows, features, places, shapes } = self;
        let mut x = numbers(rows * features, 3);
        for (place, [words, _]) in places.into_iter().zip(shapes) {
            let column = x.iter_mut().skip(place).step_by(features).enumerate();
            column.for_each(|(row, x)| *x = (row * row % words) as f32);
        }
        let x = Var::new(device, x.into(), rows, features, true)?;
        let tables = [param(device, &shapes[0], 1)?, param(device, &shapes[1], 2)?];
        let lookups = [0, 1].map(|number: usize| Lookup { place: places[number], table: &tables[number] });
        let mut pass = Pass::training(device, 0);
        let y = D::embed_columns(&mut pass, &x, &lookups)?;
        outcome(pass, &y, &[&x], &[&tables[0], &tables[1]])
    }
}
