//! Layers as operations: one function a kind, in the file of its family.

use super::graph::{Builder, Problem, Value, int};
use crate::preset::layers::composite::branch_name;
use crate::preset::layers::{CompositeLayer, Layer, Merge, Parts, layer_kinds, placed};

/// A layer to be exported.
#[derive(Clone, Copy)]
pub(super) struct Exported<'a> {
    /// Where its weights are.
    pub path: &'a str,
    /// Shape of one sample's input.
    pub input: &'a [usize],
    /// The input.
    pub x: &'a str,
}

/// A kind of layer that is exported as it is.
pub(super) trait Export {
    /// Its operations.
    ///
    /// # Errors
    /// When a weight is missing, or ONNX has no such operation.
    fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem>;
}

macro_rules! export_each_kind {
    (
        simple { $(#[$help:meta] $file:ident::$simple:ident = $name:literal,)* }
        composite { $(#[$about:meta] $place:ident::$composite:ident = $title:literal,)* }
    ) => {
        /// A layer of any kind.
        fn export(builder: &mut Builder, layer: &Layer, at: Exported) -> Result<Value, Problem> {
            match layer {
                $(Layer::$simple(layer) => layer.export(builder, at),)*
                $(Layer::$composite(layer) => join(builder, layer.parts(at.input), at),)*
            }
        }
    };
}
layer_kinds!(export_each_kind);

/// Layers one after the other; the paths of their weights begin with `path`.
pub(super) fn chain(
    builder: &mut Builder,
    layers: &[Layer],
    path: &str,
    input: &[usize],
    x: Value,
) -> Result<Value, Problem> {
    placed(layers, input).map_err(|error| error.to_string())?.iter().try_fold(x, |x, place| {
        let path = format!("{path}{}", place.name);
        export(builder, &place.layer, Exported { path: &path, input: &place.input, x: &x })
    })
}

/// The parts of a composite layer.
fn join(builder: &mut Builder, parts: Parts, at: Exported) -> Result<Value, Problem> {
    let path = format!("{}/", at.path);
    match parts {
        Parts::InTurn(layers) => chain(builder, &layers, &path, at.input, at.x.to_owned()),
        Parts::Added(layers) => {
            let change = chain(builder, &layers, &path, at.input, at.x.to_owned())?;
            Ok(builder.op("Add", &[at.x, &change], Vec::new()))
        }
        Parts::BothWays(layer) => super::recurrent::both_ways(builder, &layer, at),
        Parts::Merged { merge, branches } => {
            let branch = |(number, layers): (usize, &Vec<Layer>)| {
                let path = format!("{path}{}/", branch_name(number));
                chain(builder, layers, &path, at.input, at.x.to_owned())
            };
            let outputs = branches.iter().enumerate().map(branch).collect::<Result<Vec<_>, _>>()?;
            Ok(merged(builder, merge, &outputs))
        }
    }
}

/// What branches give, merged.
fn merged(builder: &mut Builder, merge: Merge, outputs: &[Value]) -> Value {
    let all: Vec<&str> = outputs.iter().map(String::as_str).collect();
    match merge {
        Merge::Add => builder.op("Sum", &all, Vec::new()),
        Merge::Average => builder.op("Mean", &all, Vec::new()),
        Merge::Concatenate => builder.op("Concat", &all, vec![int("axis", -1)]),
        Merge::Multiply => product(builder, outputs),
        Merge::Dot => {
            let products = product(builder, outputs);
            let axes = builder.whole_numbers("axes", &[-1]);
            builder.op("ReduceSum", &[&products, &axes], Vec::new())
        }
    }
}

fn product(builder: &mut Builder, factors: &[Value]) -> Value {
    let first = factors.first().cloned().unwrap_or_default();
    factors.iter().skip(1).fold(first, |y, next| builder.op("Mul", &[&y, next], Vec::new()))
}
