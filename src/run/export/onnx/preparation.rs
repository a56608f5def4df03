//! What stands before and after a network in the graph: raw samples go in, answers in the data's own unit come out.

use super::columns::{self, ColumnInput};
use super::graph::{Builder, Problem, Value, int};
use super::proto::{Dim, Port, Property, Shape, TensorType, Type, element};
use crate::preset::shapes::size;
use crate::preset::{CellForm, Experiment, Missing, Preparation, Procedure, Scale, TableSchema};

/// What a graph does beside its network. It is worked out in double precision, as predictions are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Surroundings {
    /// What stands in for a missing input (NaN), repeated along a sample; empty: nothing does.
    pub fills: Vec<f64>,
    /// How inputs are scaled, repeated likewise; empty: they are not.
    pub scales: Vec<Scale>,
    /// The columns of a table that has others than numbers, each an input of its own; `None`: all inputs are one tensor.
    pub table: Option<TableSchema>,
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
        let labels = match &learned.labels[..] {
            [] => learned.table.as_ref().map(TableSchema::label_names).unwrap_or_default(),
            labels => labels.to_vec(),
        };
        let lists = [
            ("classes", &learned.classes),
            ("columns", &learned.columns),
            ("tokens", &learned.tokens),
            ("labels", &labels),
        ];
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
        let table = learned.table.as_ref();
        let mut surroundings = Surroundings {
            fills: table.map_or_else(|| learned.fills.clone(), |table| fills(table, &learned.fills)),
            scales: learned.scales(&preset.data),
            table: table.filter(|table| !table.is_numbers()).cloned(),
            target_scales: if gives_targets { learned.target_scales.clone() } else { Vec::new() },
            properties,
        };
        surroundings.properties.extend(table.and_then(units));
        if let Some(table) = &surroundings.table {
            let takes = |input: &ColumnInput| (input.name.clone(), input.takes.clone().into());
            let takes: serde_json::Map<String, serde_json::Value> =
                surroundings.columns(table).iter().map(takes).collect();
            surroundings.properties.retain(|(name, _)| name != "columns");
            surroundings.properties.push(("columns".into(), list(&table.names())));
            surroundings.properties.push(("inputs".into(), serde_json::Value::Object(takes).to_string()));
        }
        surroundings
    }

    /// The inputs for the columns of a table.
    fn columns(&self, table: &TableSchema) -> Vec<ColumnInput> {
        let is_coarse: Vec<bool> = self.scales.iter().map(is_coarse).collect();
        columns::inputs(table, &is_coarse)
    }

    /// What each input of a table's column takes; empty where all inputs are one tensor.
    pub fn inputs_in_words(&self) -> Vec<String> {
        let inputs = self.table.iter().flat_map(|table| self.columns(table));
        inputs.map(|input| format!("'{}' ({})", input.name, input.takes)).collect()
    }

    /// The graph's inputs, where samples have this shape. Numbers have single precision, unless that has too few digits for them.
    pub fn inputs(&self, shape: &[usize]) -> Vec<Port> {
        match &self.table {
            Some(table) => {
                let inputs = self.columns(table).into_iter();
                inputs.map(|ColumnInput { name, data_type, .. }| port(&name, &[1], data_type)).collect()
            }
            None => {
                let is_double = self.scales.iter().any(is_coarse);
                let data_type = if is_double { element::DOUBLE } else { element::FLOAT };
                vec![port("input", shape, data_type)]
            }
        }
    }

    /// The type of the output: double precision where single precision would round the answers beyond what the network itself does.
    pub fn output_type(&self) -> i32 {
        if self.target_scales.iter().any(is_coarse_answer) { element::DOUBLE } else { element::FLOAT }
    }

    /// The properties as ONNX keeps them.
    pub fn metadata(&self) -> Vec<Property> {
        let property = |(key, value): &(String, String)| Property { key: key.clone(), value: value.clone() };
        self.properties.iter().map(property).collect()
    }

    /// What the network gets for the graph's inputs, where samples have this shape.
    ///
    /// # Errors
    /// When the scales do not repeat along a sample.
    pub fn before(&self, builder: &mut Builder, shape: &[usize]) -> Result<Value, Problem> {
        let scales: &[Scale] =
            if self.scales.iter().all(|scale| *scale == Scale::NONE) { &[] } else { &self.scales };
        let mut x = match &self.table {
            Some(table) => columns::encode(builder, table, &self.columns(table)),
            None if self.fills.is_empty() && scales.is_empty() => return Ok("input".into()),
            None => builder.op("Cast", &["input"], vec![int("to", element::DOUBLE.into())]),
        };
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

/// Whether single precision would round a number by more than a thousandth of its deviation, or has no number of its size.
fn is_coarse(scale: &Scale) -> bool {
    let rounding = f64::from(f32::EPSILON) / 2.0;
    let (least, most) = (f64::from(f32::MIN_POSITIVE) * 1e3, f64::from(f32::MAX) / 1e3);
    let has_size = scale.deviation >= least && scale.deviation.max(scale.mean.abs()) <= most;
    scale.mean.abs() * rounding > 1e-3 * scale.deviation || !has_size
}

/// Whether single precision has too few digits for answers of this scale: it has no longer each whole number, or would round an
/// answer by more than a few times as much as the network's own numbers are rounded.
fn is_coarse_answer(scale: &Scale) -> bool {
    let whole_numbers = 2.0 / f64::from(f32::EPSILON);
    let greatest = scale.mean.abs() + 3.0 * scale.deviation;
    greatest > whole_numbers || scale.mean.abs() > 100.0 * scale.deviation || is_coarse(scale)
}

/// The property that says what stands beside the numbers of a table's columns, which the graph takes and gives without.
fn units(table: &TableSchema) -> Option<(String, String)> {
    let inputs = table.inputs.iter().map(|input| (input.place, &input.form));
    let all = inputs.chain(table.label_forms());
    let named = |(place, form): (usize, &Option<CellForm>)| match form {
        Some(CellForm::Unit(unit)) if !unit.is_none() => Some((table.shown(place), unit.name().into())),
        _ => None,
    };
    let units: serde_json::Map<String, serde_json::Value> = all.filter_map(named).collect();
    (!units.is_empty()).then(|| ("units".into(), serde_json::Value::Object(units).to_string()))
}

/// What stands in for a missing number of a table. Where predictions refuse a row without it, the answer is NaN.
fn fills(table: &TableSchema, learned: &[f64]) -> Vec<f64> {
    let fill = |(missing, learned): (Missing, &f64)| match missing {
        Missing::Refuse => f64::NAN,
        Missing::Zero => 0.0,
        Missing::Mean | Missing::Median | Missing::MostFrequent => *learned,
    };
    let fills: Vec<f64> = table.missing().zip(learned).map(fill).collect();
    if fills.iter().all(|fill| fill.is_nan()) { Vec::new() } else { fills }
}

/// Numbers or texts of this shape, after an axis for the batch.
pub(super) fn port(name: &str, shape: &[usize], data_type: i32) -> Port {
    let batch = Dim { name: Some("batch".into()), length: None };
    let dims = shape.iter().map(|length| Dim { length: Some(*length as i64), name: None });
    let shape = Shape { dims: std::iter::once(batch).chain(dims).collect() };
    let tensor = TensorType { data_type, shape: Some(shape) };
    Port { name: name.into(), kind: Some(Type { tensor: Some(tensor) }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_single_precision_rounds_or_does_not_have_are_in_double_precision() {
        for (mean, deviation) in [(1.7e9, 60.0), (1e300, 1e299), (0.0, 1e300), (1e-300, 1e-301)] {
            assert!(is_coarse(&Scale::of(mean, deviation)), "{mean} {deviation}");
        }
        for (mean, deviation) in [(0.0, 1.0), (30.0, 10.0), (1e-20, 1e-21), (1e20, 1e19)] {
            assert!(!is_coarse(&Scale::of(mean, deviation)), "{mean} {deviation}");
        }
    }

    #[test]
    fn answers_keep_the_digits_that_they_have_in_double_precision() {
        let type_of = |mean, deviation| {
            let target_scales = vec![Scale::of(mean, deviation)];
            Surroundings { target_scales, ..Surroundings::default() }.output_type()
        };
        // Seconds since 1970 over a year: single precision has every 128th of them.
        for (mean, deviation) in [(1.7e9, 1e7), (1.7e9, 60.0), (0.0, 1e7), (20_000.0, 50.0), (1e300, 1e299)] {
            assert_eq!(type_of(mean, deviation), element::DOUBLE, "{mean} {deviation}");
        }
        for (mean, deviation) in [(0.0, 1.0), (30.0, 10.0), (200_000.0, 80_000.0), (1e-20, 1e-21)] {
            assert_eq!(type_of(mean, deviation), element::FLOAT, "{mean} {deviation}");
        }
    }
}
