//! What each layer of a preset gives, learns and takes, also where not all of them fit: for a form, layer by layer.

use super::layers::{ColumnEmbedding, Layer, Parts, layer_outcome, of_row};
use super::optimizers::Optimizer;
use super::path::Path;
use super::procedure::Procedure;
use super::shapes::{ShapeError, size};
use super::sources::Offers;
use super::types::Preset;

/// A layer that fits its input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerSize {
    /// Shape of one sample's output, channels last.
    pub output: Vec<usize>,
    /// Numbers that it keeps, trained or not.
    pub parameters: u64,
    /// Bytes that training takes for it: parameters, gradients, what the optimizer remembers, and what a batch leaves.
    pub bytes: u64,
}

/// Where a layer stands, and its size or why it does not fit. Layers behind one that does not fit are not there.
pub type Sized = (Path, Result<LayerSize, ShapeError>);

impl Preset {
    /// The sizes of all layers of all networks, layers within layers included, on data that offers `set`.
    pub fn layer_sizes(&self, set: &Offers) -> Vec<Sized> {
        let mut found = Vec::new();
        let signature = self.signature(set);
        let mut walk = |path: Path, layers: &[Layer], input: &[usize]| {
            Walk { optimizer: &self.optimizer, batch: self.train.batch_size, found: &mut found }
                .along(&path, layers, input)
        };
        let layers = Path::to("layers");
        let second = |name| Path::to("procedure").field(name);
        match &self.procedure {
            Procedure::Adversarial(pair) => {
                walk(layers, &self.layers, &[pair.latent]);
                let own = of_row(&pair.discriminator, &signature.columns);
                walk(second("discriminator"), &own, &signature.input);
            }
            Procedure::Autoencoder(options) => {
                if let Some(code) = walk(layers, &of_row(&self.layers, &signature.columns), &signature.input)
                {
                    walk(second("decoder"), &options.decoder, &code);
                }
            }
            Procedure::Variational(options) => {
                // Mean and log variance stand side by side.
                let own = of_row(&self.layers, &signature.columns);
                if let Some([both]) = walk(layers, &own, &signature.input).as_deref() {
                    walk(second("decoder"), &options.decoder, &[both / 2]);
                }
            }
            Procedure::Supervised | Procedure::Pretraining(_) | Procedure::Language(_) => {
                let own = of_row(&self.layers, &signature.columns);
                let embedding = ColumnEmbedding::of(&signature.embedded).map(Layer::from);
                let input = embedding.map(|layer| super::layers::output_shape(&layer, &signature.input));
                match input {
                    Some(Ok(input)) => walk(layers, &own, &input),
                    // The data's own layer always fits the data.
                    Some(Err(_)) | None => walk(layers, &own, &signature.input),
                };
            }
        }
        found
    }
}

struct Walk<'a> {
    optimizer: &'a Optimizer,
    batch: u32,
    found: &'a mut Vec<Sized>,
}

impl Walk<'_> {
    /// Works out layers one after the other. Returns the shape of the last one's output, if all fit.
    fn along(&mut self, path: &Path, layers: &[Layer], input: &[usize]) -> Option<Vec<usize>> {
        let mut shape = input.to_vec();
        for (place, layer) in layers.iter().enumerate() {
            let at = path.clone().index(place);
            let sized = self.size(layer, &shape);
            let output = sized.as_ref().map(|size| size.output.clone()).ok();
            self.found.push((at.clone(), sized));
            self.within(&at, layer, &shape);
            shape = output?;
        }
        Some(shape)
    }

    /// The layers that a preset writes within a layer.
    fn within(&mut self, at: &Path, layer: &Layer, input: &[usize]) {
        match (layer, layer.parts(input)) {
            (_, Some(Parts::Added(layers))) => {
                self.along(&at.clone().field("layers"), &layers, input);
            }
            (_, Some(Parts::Merged { branches, .. })) => {
                for (number, branch) in branches.iter().enumerate() {
                    let at = at.clone().field("branches").index(number);
                    let first = self.found.len();
                    if let Some(output) = self.along(&at, branch, input) {
                        // The branch as a whole, before its layers.
                        let is_own = |path: &Path| path.0.len() == at.0.len() + 1;
                        let own = self.found[first..].iter().filter(|(path, _)| is_own(path));
                        let sizes = own.filter_map(|(_, size)| size.as_ref().ok());
                        let (parameters, bytes) =
                            sizes.fold((0, 0), |(parameters, bytes): (u64, u64), size| {
                                (parameters.saturating_add(size.parameters), bytes.saturating_add(size.bytes))
                            });
                        self.found.insert(first, (at, Ok(LayerSize { output, parameters, bytes })));
                    }
                }
            }
            (_, Some(Parts::BothWays(one))) => {
                let sized = self.size(&one, input);
                self.found.push((at.clone().index(0), sized));
            }
            // The parts of a block that stands in one line are not a person's to change.
            (_, Some(Parts::InTurn(_)) | None) => {}
        }
    }

    fn size(&self, layer: &Layer, input: &[usize]) -> Result<LayerSize, ShapeError> {
        let (output, parameters) = layer_outcome(layer, input)?;
        let kept = 2 * size(&output) as u64 + layer.scratch(input, &output);
        let learned = parameters.trainable.saturating_mul(1 + self.optimizer.moments().len() as u64);
        let numbers = kept
            .saturating_mul(u64::from(self.batch))
            .saturating_add(learned)
            .saturating_add(parameters.total());
        Ok(LayerSize { output, parameters: parameters.total(), bytes: numbers.saturating_mul(4) })
    }
}

#[cfg(test)]
mod tests {
    use crate::preset::library;
    use crate::preset::overrides::apply;
    use crate::preset::parse::parse;

    use super::*;

    fn sizes(name: &str, changes: &[&str]) -> Vec<(String, Result<LayerSize, ShapeError>)> {
        let text = library::find(name).unwrap().text;
        let text = changes.iter().fold(text, |text, change| apply(&text, change).unwrap());
        let preset = parse(&text, name).unwrap();
        let offers = preset.data.source.built_in_offers().unwrap();
        preset.layer_sizes(&offers).into_iter().map(|(path, size)| (path.to_string(), size)).collect()
    }

    #[test]
    fn every_layer_of_every_preset_has_the_size_that_its_summary_says() {
        for entry in library::list().into_iter().filter(|entry| entry.file.is_none()) {
            let library::Loaded::Experiment(experiment) = entry.loaded.unwrap() else {
                panic!("{}", entry.name)
            };
            let all = experiment.preset.layer_sizes(&experiment.offers);
            let is_outer = |path: &Path| {
                path.0.len() == if path.0[0] == crate::preset::Key::Field("layers".into()) { 2 } else { 3 }
            };
            let own: Vec<u64> = all
                .iter()
                .filter(|(path, _)| is_outer(path))
                .map(|(_, size)| size.as_ref().unwrap().parameters)
                .collect();
            let rows = experiment.networks.iter().flat_map(|network| network.summary.rows.clone());
            // The vectors of a table's words are a layer that the data puts in front.
            let rows = rows.skip(usize::from(!experiment.offers.embedded.is_empty()));
            let expected: Vec<u64> = rows.map(|row| row.parameters.total()).collect();
            assert_eq!(own, expected, "{}", entry.name);
        }
    }

    #[test]
    fn layers_up_to_the_one_that_does_not_fit_have_sizes() {
        let all = sizes("mnist-cnn", &["layers.2=Conv2D(filters: 3, kernel_size: 20)"]);
        assert_eq!(all.len(), 3);
        assert_eq!(all[1].1.as_ref().unwrap().output, [13, 13, 32]);
        assert!(all[2].1.as_ref().unwrap_err().problem.contains("20"), "{all:?}");
    }

    #[test]
    fn layers_within_layers_and_second_networks_have_sizes() {
        let all = sizes("mnist-cnn", &["layers.1=Residual(layers: [Dense(units: 32), Dense(units: 8)])"]);
        let paths: Vec<&str> = all.iter().map(|(path, _)| &**path).collect();
        assert_eq!(paths, ["layers[0]", "layers[1]", "layers[1].layers[0]", "layers[1].layers[1]"]);
        assert!(all[1].1.is_err() && all[3].1.is_ok());
        let all = sizes("word-language", &[]);
        assert_eq!(all[2].0, "layers[1][0]");
        let all = sizes("mnist-gan", &[]);
        assert!(all.iter().any(|(path, size)| path == "procedure.discriminator[0]" && size.is_ok()));
    }
}
