//! A network with its weights as ONNX, which other programs run: onnxruntime, OpenVINO, TensorRT, web browsers.
//!
//! Input and output are as the data has them: raw samples, channels last, of any batch; values in their own unit. A table with words
//! or dates has an input for each column. The graph holds what the run learned of the data, and the names of classes and
//! columns. Sounds go in as spectrograms, characters as their numbers, dates as seconds.

mod attention;
mod columns;
mod core;
mod file;
mod graph;
mod image;
mod layer;
mod normalization;
mod preparation;
mod proto;
mod recurrent;

use std::io::Write;

use super::{Format, Trained};
use crate::preset::{Layer, output_shape};
use crate::run::{Error, NamedTensor};
pub use file::ModelFile;
use graph::{Builder, Problem};
pub use preparation::Surroundings;
use preparation::port;
use proto::Graph;

/// The version of ONNX's operators: the first with LayerNormalization.
const OPERATORS: i64 = 17;

/// A network as ONNX.
#[derive(Debug)]
pub struct Onnx;

impl Format for Onnx {
    fn extension(&self) -> &'static str {
        "onnx"
    }

    fn describes_network(&self) -> bool {
        true
    }

    fn takes(&self, trained: &Trained) -> Option<String> {
        let learned = trained.learned.as_ref()?;
        let inputs = Surroundings::of(trained.experiment.as_ref()?, &learned.preparation).inputs_in_words();
        (!inputs.is_empty()).then(|| {
            format!(
                "each column is an input of shape [batch, 1]: {}; a number or date that is missing is NaN",
                inputs.join(", ")
            )
        })
    }

    fn write(&self, trained: &Trained, out: &mut dyn Write) -> Result<(), Error> {
        let path = trained.run.path();
        let broken = |problem: String| Error::broken(path, problem);
        let experiment = trained.experiment.as_ref();
        let experiment = experiment.ok_or_else(|| broken("its data has not been looked into".into()))?;
        let (preset, network) = (&experiment.preset, experiment.networks.first());
        let prefix = preset.procedure.first().map(|name| format!("{name}/"));
        let prefix =
            prefix.filter(|prefix| trained.weights.iter().any(|tensor| tensor.name.starts_with(prefix)));
        let prefix = prefix.unwrap_or_default();
        let surroundings =
            trained.learned.as_ref().map(|learned| Surroundings::of(experiment, &learned.preparation));
        let surroundings = surroundings.unwrap_or_default();
        let file =
            model(&preset.name, &network.layers, &network.input, &trained.weights, &prefix, &surroundings)
                .map_err(|problem| broken(format!("cannot be written as ONNX: {problem}")))?;
        file.write(out).map_err(Error::io(path, "writing its network"))
    }
}

/// The file of a model: these layers on inputs of shape `input`, with the weights whose paths start with `prefix`, and with
/// what surrounds them.
///
/// # Errors
/// When a weight is missing, ONNX has no such layer, or the file would be longer than ONNX allows.
pub fn model(
    name: &str,
    layers: &[Layer],
    input: &[usize],
    weights: &[NamedTensor],
    prefix: &str,
    surroundings: &Surroundings,
) -> Result<ModelFile, Problem> {
    let mut builder = Builder::new(weights, prefix);
    let prepared = surroundings.before(&mut builder, input)?;
    let last = layer::chain(&mut builder, layers, "", input, prepared)?;
    let last = surroundings.after(&mut builder, last);
    let output = builder.op("Identity", &[&last], Vec::new());
    if let Some(node) = builder.nodes.last_mut() {
        node.outputs = vec!["output".into()];
        debug_assert_ne!(output, "output");
    }
    let shape = layers.iter().try_fold(input.to_vec(), |shape, layer| output_shape(layer, &shape));
    let shape = shape.map_err(|error| error.to_string())?;
    let graph = Graph {
        name: name.into(),
        nodes: builder.nodes,
        weights: builder.tensors,
        inputs: surroundings.inputs(input),
        outputs: vec![port("output", &shape, surroundings.output_type())],
    };
    ModelFile::of(graph, OPERATORS, surroundings.metadata())
}
