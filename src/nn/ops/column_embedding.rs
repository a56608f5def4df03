//! Learned vectors in the place of some features of a table.

use dfdx::tensor::Cpu;

use crate::nn::buffer::{Buffer, Recycled};
use crate::nn::device::{Device, Error};
use crate::nn::gradients::{add_gradient, take_gradient};
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::kernel::embedding::{gather, scatter_add};
use crate::nn::profile::span;

/// A feature that is the number of a row in a table of vectors.
#[derive(Clone, Copy)]
pub struct Lookup<'a, D: Device> {
    /// Its place among the features.
    pub place: usize,
    /// The vectors, `[words, size]`.
    pub table: &'a Param<D>,
}

/// Learned vectors in the place of features.
pub trait ColumnEmbeddingOp: Device {
    /// Puts the vector that each of `lookups` finds in the place of its feature of `x`, `[rows, features]`; all other features
    /// stay, in their order. The places are in ascending order. No gradient flows into the numbers of words.
    ///
    /// # Errors
    /// When a number does not name a row of its table, or the device fails.
    fn embed_columns(
        pass: &mut Pass<Self>,
        x: &Var<Self>,
        lookups: &[Lookup<Self>],
    ) -> Result<Var<Self>, Error>;
}

/// A stretch of a row of the result.
#[derive(Clone, Copy)]
pub(in crate::nn) enum Stretch {
    /// As many features from this place on, as they are.
    Plain { from: usize, count: usize },
    /// The vector of a lookup, by its number, of this size.
    Vector { lookup: usize, size: usize },
}

impl Stretch {
    /// How many numbers it has.
    pub(in crate::nn) fn len(self) -> usize {
        match self {
            Stretch::Plain { count, .. } => count,
            Stretch::Vector { size, .. } => size,
        }
    }
}

/// What a row of the result consists of, where the row has `features` features.
///
/// # Errors
/// When the places are out of order or beyond the features, or a table is none.
pub(in crate::nn) fn stretches<D: Device>(
    features: usize,
    lookups: &[Lookup<D>],
) -> Result<Vec<Stretch>, Error> {
    let (mut parts, mut from) = (Vec::with_capacity(2 * lookups.len() + 1), 0);
    for (lookup, &Lookup { place, table }) in lookups.iter().enumerate() {
        let (true, &[_, size]) = ((from..features).contains(&place), &table.shape[..]) else {
            let shape = &table.shape;
            return Err(Error::Weights(format!("vectors {shape:?} for feature {place} of {features}")));
        };
        parts.push(Stretch::Plain { from, count: place - from });
        parts.push(Stretch::Vector { lookup, size });
        from = place + 1;
    }
    parts.push(Stretch::Plain { from, count: features - from });
    parts.retain(|part| part.len() > 0);
    Ok(parts)
}

/// The refusal of a number that names no row of a table of `count` vectors.
pub(in crate::nn) fn not_a_word(number: f32, place: usize, sample: usize, count: usize) -> Error {
    Error::Input(format!(
        "{number} in feature {place} of sample {sample} of the batch is not the number of a word: ColumnEmbedding has {count} \
         there"
    ))
}

/// The rows of a table of `count` vectors that the feature at `place` names, sample by sample.
fn words(x: &Var<Cpu>, place: usize, count: usize) -> Result<Recycled<u32>, Error> {
    // Single precision holds every number of a table's row exactly.
    let is_word = |x: f32| x >= 0.0 && x < count as f32 && x.fract() == 0.0;
    let column = || x.values.iter().skip(place).step_by(x.columns);
    if let Some((sample, &x)) = column().enumerate().find(|(_, x)| !is_word(**x)) {
        return Err(not_a_word(x, place, sample, count));
    }
    Ok(column().map(|&x| x as u32).collect())
}

impl ColumnEmbeddingOp for Cpu {
    fn embed_columns(pass: &mut Pass<Cpu>, x: &Var<Cpu>, lookups: &[Lookup<Cpu>]) -> Result<Var<Cpu>, Error> {
        let _span = span("column embedding forward", 0);
        let parts = stretches(x.columns, lookups)?;
        let columns: usize = parts.iter().map(|part| part.len()).sum();
        let find = |lookup: &Lookup<Cpu>| words(x, lookup.place, lookup.table.shape[0]);
        let numbers = lookups.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        let vectors: Vec<Buffer> = lookups
            .iter()
            .zip(&numbers)
            .map(|(lookup, words)| gather(&lookup.table.values, lookup.table.shape[1], words))
            .collect();
        let mut y = Buffer::scratch(x.rows * columns);
        let rows = y.chunks_exact_mut(columns).zip(x.values.chunks_exact(x.columns));
        for (row, (mut y, x)) in rows.enumerate() {
            for part in &parts {
                let (own, rest) = y.split_at_mut(part.len());
                own.copy_from_slice(match *part {
                    Stretch::Plain { from, count } => &x[from..][..count],
                    Stretch::Vector { lookup, size } => &vectors[lookup][row * size..][..size],
                });
                y = rest;
            }
        }
        let wants = x.wants_gradient || lookups.iter().any(|lookup| lookup.table.trainable);
        let y = Var::new(&pass.device, y, x.rows, columns, wants)?;
        if wants {
            let node = y.node.clone();
            let x = x.wants_gradient.then(|| (x.node.clone(), x.columns));
            let table = |lookup: &Lookup<Cpu>| {
                lookup.table.trainable.then(|| (lookup.table.node.clone(), lookup.table.shape[0]))
            };
            let tables: Vec<_> = lookups.iter().map(table).collect();
            pass.record(move |grads| {
                let Some(g) = take_gradient(grads, &node) else { return Ok(()) };
                let _span = span("column embedding backward", 0);
                let rows = g.len() / columns;
                let mut input = x.as_ref().map(|(_, features)| Buffer::zeroed(rows * features));
                let mut first = 0;
                for part in &parts {
                    let (start, len) = (first, part.len());
                    first += len;
                    let own = g.chunks_exact(columns).map(|row| &row[start..][..len]);
                    match *part {
                        Stretch::Plain { from, .. } => {
                            let (Some(input), Some((_, features))) = (&mut input, &x) else { continue };
                            for (row, own) in input.chunks_exact_mut(*features).zip(own) {
                                row[from..][..len].copy_from_slice(own);
                            }
                        }
                        Stretch::Vector { lookup, size } => {
                            let Some((table, count)) = &tables[lookup] else { continue };
                            let mut vectors = Buffer::scratch(rows * size);
                            vectors
                                .chunks_exact_mut(size)
                                .zip(own)
                                .for_each(|(to, own)| to.copy_from_slice(own));
                            let sum = scatter_add(&vectors, size, &numbers[lookup], *count);
                            add_gradient(grads, table, sum)?;
                        }
                    }
                }
                match (x, input) {
                    (Some((node, _)), Some(input)) => add_gradient(grads, &node, input),
                    _ => Ok(()),
                }
            });
        }
        Ok(y)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::nn::ops::differences::{batch, check, numbers};

    fn table(shape: [usize; 2], seed: u64) -> Param<Cpu> {
        Param::new(&Cpu::default(), "embeddings", &shape, numbers(shape[0] * shape[1], seed)).unwrap()
    }

    proptest! {
        #[test]
        fn vectors_among_features_equal_their_definition_and_central_differences(
            (rows, features, at, gap, seed) in (1_usize..6, 3_usize..6, 0_usize..2, 1_usize..2, 0_u64..999),
        ) {
            let places = [at, at + gap];
            let shapes = [[4_usize, 3_usize], [7, 1]];
            let tables = [table(shapes[0], seed), table(shapes[1], seed + 1)];
            let mut x = numbers(rows * features, seed + 2);
            for row in 0..rows {
                for (number, place) in places.iter().enumerate() {
                    x[row * features + place] = ((row + seed as usize) % shapes[number][0]) as f32;
                }
            }
            let input = batch(&x, rows);
            let lookups = [0, 1].map(|number: usize| Lookup { place: places[number], table: &tables[number] });
            let mut pass = Pass::training(&Cpu::default(), 0);
            let y = Cpu::embed_columns(&mut pass, &input, &lookups).unwrap();
            let nodes = [
                (&input.node, &x[..]),
                (&tables[0].node, &tables[0].values[..]),
                (&tables[1].node, &tables[1].values[..]),
            ];
            check(pass, &y, &nodes, 1e-5, |lists| {
                let feature = |(place, x): (usize, &f64)| match places.iter().position(|&one| one == place) {
                    Some(number) => {
                        let size = shapes[number][1];
                        lists[1 + number][x.round() as usize * size..][..size].to_vec()
                    }
                    None => vec![*x],
                };
                lists[0].chunks(features).flat_map(|row| row.iter().enumerate().flat_map(feature)).collect()
            })?;
        }
    }

    #[test]
    fn what_is_no_number_of_a_word_is_an_error_that_says_where() {
        let table = table([3, 2], 1);
        let embed = |numbers: [f32; 4]| {
            let device = Cpu::default();
            let x = Var::new(&device, numbers.to_vec().into(), 2, 2, false).unwrap();
            Cpu::embed_columns(&mut Pass::inference(&device), &x, &[Lookup { place: 1, table: &table }])
                .map(|y| (y.rows, y.columns))
        };
        assert_eq!(embed([0.5, 2.0, 0.25, 0.0]).unwrap(), (2, 3));
        for wrong in [3.0, -1.0, 0.5, f32::NAN, f32::INFINITY] {
            let error = embed([0.5, 2.0, 0.25, wrong]).unwrap_err();
            assert!(matches!(&error, Error::Input(_)), "{error}");
            assert!(error.to_string().contains("in feature 1 of sample 1"), "{error}");
        }
    }
}
