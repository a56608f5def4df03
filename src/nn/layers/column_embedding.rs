//! ColumnEmbedding: learned vectors in the place of some features of a table.

use super::Layer;
use super::site::{Build, Site};
use crate::nn::device::Error;
use crate::nn::graph::{Param, Pass, Var};
use crate::nn::init::uniform;
use crate::nn::ops::Backend;
use crate::nn::ops::column_embedding::Lookup;
use crate::preset::layers;

/// `[batch, features]` to `[batch, features']`; weights `feature_PLACE/embeddings`, `[words, size]`, for each feature that is the
/// number of a word.
pub struct ColumnEmbedding<D: Backend> {
    tables: Vec<(usize, Param<D>)>,
}

impl Build for layers::ColumnEmbedding {
    /// Vectors start with numbers uniform in +-0.05, as those of Keras's Embedding. That of unknown words starts at zero, in
    /// the middle of them: as long as no rare word teaches it, it says nothing.
    fn build<D: Backend>(&self, site: &Site<D>) -> Result<Box<dyn Layer<D>>, Error> {
        let table = |(number, column): (u32, &layers::EmbeddedColumn)| {
            let &layers::EmbeddedColumn { place, words, size } = column;
            let mut start = uniform(words * size, 0.05, &mut site.stream.parameter(number));
            start[(words - 1) * size..].fill(0.0);
            Ok((place, Param::new(site.device, "embeddings", &[words, size], start)?))
        };
        let tables = (0..).zip(&self.columns).map(table).collect::<Result<_, Error>>()?;
        Ok(Box::new(ColumnEmbedding { tables }))
    }
}

impl<D: Backend> Layer<D> for ColumnEmbedding<D> {
    fn forward(&mut self, pass: &mut Pass<D>, input: Var<D>) -> Result<Var<D>, Error> {
        let lookups: Vec<_> =
            self.tables.iter().map(|(place, table)| Lookup { place: *place, table }).collect();
        D::embed_columns(pass, &input, &lookups)
    }

    fn visit<'a>(&'a self, path: &str, visit: &mut dyn FnMut(String, &'a Param<D>)) {
        for (place, table) in &self.tables {
            visit(format!("{path}feature_{place}/{}", table.name), table);
        }
    }

    fn visit_mut<'a>(&'a mut self, path: &str, visit: &mut dyn FnMut(String, &'a mut Param<D>)) {
        for (place, table) in &mut self.tables {
            visit(format!("{path}feature_{place}/{}", table.name), table);
        }
    }
}
