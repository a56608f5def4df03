//! What stands before and after a network in the graph: raw samples go in, answers in the data's own unit come out.

use super::graph::{Builder, Problem, Value, int};
use super::proto::{Property, element};
use crate::preset::shapes::size;
use crate::preset::{Experiment, Preparation, Procedure, Scale};

/// What a graph does beside its network. It is worked out in double precision, as predictions are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// What stands in for a missing input (NaN), repeated along a sample; empty: nothing does.
    pub fills: Vec<f64>,
    /// How inputs are scaled, repeated likewise; empty: they are not.
    pub scales: Vec<Scale>,
    /// How the network's values are brought back to the data's unit; empty: they are none.
    pub target_scales: Vec<Scale>,
    /// What a reader may want to know, by name.
    pub properties: Vec<(String, String)>,
}

impl Surroundings {
    /// What surrounds the first network of an experiment that learned `learned` of its data.
    pub fn of(experiment: &Experiment, learned: &Preparation) -> Self {
        let preset = &experiment.preset;
        let list = |values: &[String]| serde_json::to_string(values).unwrap_or_default();
        let lists =
            [("classes", &learned.classes), ("columns", &learned.columns), ("tokens", &learned.tokens)];
        let properties = lists
            .into_iter()
            .filter(|(_, values)| !values.is_empty())
            .map(|(name, values)| (name.to_string(), list(values)))
            .chain(learned.label.clone().map(|label| ("label".to_string(), label)))
            .collect();
        let (takes_samples, gives_targets) = match &preset.procedure {
            Procedure::Supervised | Procedure::Pretraining(_) => (true, true),
            Procedure::Autoencoder(_) | Procedure::Variational(_) => (true, false),
            Procedure::Language(_) => (true, false),
            // A generator starts from noise.
            Procedure::Adversarial(_) => (false, false),
        };
        if !takes_samples || !learned.tokens.is_empty() {
            return Surroundings { properties, ..Surroundings::default() };
        }
        Surroundings {
            fills: learned.fills.clone(),
            scales: learned.scales(&preset.data),
            target_scales: if gives_targets { learned.target_scales.clone() } else { Vec::new() },
            properties,
        }
    }

    /// The type of the input: single precision, unless that has too few digits for these numbers.
    pub fn input_type(&self) -> i32 {
        element_type(&self.scales)
    }

    /// The type of the output, likewise.
    pub fn output_type(&self) -> i32 {
        element_type(&self.target_scales)
    }

    /// The properties as ONNX keeps them.
    pub fn metadata(&self) -> Vec<Property> {
        let property = |(key, value): &(String, String)| Property { key: key.clone(), value: value.clone() };
        self.properties.iter().map(property).collect()
    }

    /// What the network gets for the graph's input, whose samples have this shape.
    ///
    /// # Errors
    /// When the scales do not repeat along a sample.
    pub fn before(&self, builder: &mut Builder, input: Value, shape: &[usize]) -> Result<Value, Problem> {
        let scales: &[Scale] =
            if self.scales.iter().all(|scale| *scale == Scale::NONE) { &[] } else { &self.scales };
        if self.fills.is_empty() && scales.is_empty() {
            return Ok(input);
        }
        let mut x = builder.op("Cast", &[&input], vec![int("to", element::DOUBLE.into())]);
        if !self.fills.is_empty() {
            let dims = dims(self.fills.len(), shape)?;
            let missing = builder.op("IsNaN", &[&x], Vec::new());
            let fills = builder.doubles("fills", &dims, &self.fills);
            x = builder.op("Where", &[&missing, &fills, &x], Vec::new());
        }
        if !scales.is_empty() {
            let dims = dims(scales.len(), shape)?;
            let of = |part: fn(&Scale) -> f64| scales.iter().map(part).collect::<Vec<f64>>();
            let means = builder.doubles("means", &dims, &of(|scale| scale.mean));
            let deviations = builder.doubles("deviations", &dims, &of(|scale| scale.deviation));
            x = builder.op("Sub", &[&x, &means], Vec::new());
            x = builder.op("Div", &[&x, &deviations], Vec::new());
            if scales.iter().any(|scale| scale.is_share) {
                let (least, most) = (builder.doubles("0", &[], &[0.0]), builder.doubles("1", &[], &[1.0]));
                x = builder.op("Clip", &[&x, &least, &most], Vec::new());
            }
        }
        Ok(builder.op("Cast", &[&x], vec![int("to", element::FLOAT.into())]))
    }

    /// The answers for what the network gives.
    pub fn after(&self, builder: &mut Builder, output: Value) -> Value {
        if self.target_scales.iter().all(|scale| *scale == Scale::NONE) {
            return output;
        }
        let dims = [self.target_scales.len()];
        let of = |part: fn(&Scale) -> f64| self.target_scales.iter().map(part).collect::<Vec<f64>>();
        let deviations = builder.doubles("target deviations", &dims, &of(|scale| scale.deviation));
        let means = builder.doubles("target means", &dims, &of(|scale| scale.mean));
        let x = builder.op("Cast", &[&output], vec![int("to", element::DOUBLE.into())]);
        let x = builder.op("Mul", &[&x, &deviations], Vec::new());
        let x = builder.op("Add", &[&x, &means], Vec::new());
        builder.op("Cast", &[&x], vec![int("to", self.output_type().into())])
    }
}

/// The dimensions in which `count` numbers repeat along samples of this shape.
fn dims(count: usize, shape: &[usize]) -> Result<Vec<usize>, Problem> {
    match shape.last() {
        Some(&last) if count == last || count == 1 => Ok(vec![count]),
        _ if count == size(shape) => Ok(shape.to_vec()),
        _ => Err(format!("{count} scales do not repeat along samples of shape {shape:?}")),
    }
}

/// Double precision where single precision would round numbers by more than a thousandth of their deviation.
fn element_type(scales: &[Scale]) -> i32 {
    let rounding = f64::from(f32::EPSILON) / 2.0;
    let is_coarse = |scale: &Scale| scale.mean.abs() * rounding > 1e-3 * scale.deviation;
    if scales.iter().any(is_coarse) { element::DOUBLE } else { element::FLOAT }
}
