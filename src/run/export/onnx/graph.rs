//! A graph, built operation by operation.

use std::collections::HashMap;

use super::proto::{Attribute, Node, Tensor, element};
use crate::run::NamedTensor;

/// ONNX's operators for classical machine learning.
pub const LEARNING: &str = "ai.onnx.ml";

/// A value in the graph, by its name.
pub type Value = String;

/// What cannot be exported, in a sentence.
pub type Problem = String;

/// A graph in the making.
#[derive(Debug)]
pub struct Builder<'a> {
    weights: HashMap<&'a str, &'a NamedTensor>,
    /// The operations so far.
    pub nodes: Vec<Node>,
    /// The numbers that they use.
    pub tensors: Vec<Tensor>,
}

/// An option that is a whole number.
pub fn int(name: &str, value: i64) -> Attribute {
    Attribute { name: name.into(), int: value, kind: 2, ..Attribute::default() }
}

/// An option that is a number.
pub fn float(name: &str, value: f32) -> Attribute {
    Attribute { name: name.into(), float: value, kind: 1, ..Attribute::default() }
}

/// An option of several whole numbers.
pub fn ints(name: &str, values: impl IntoIterator<Item = usize>) -> Attribute {
    let ints = values.into_iter().map(|value| value as i64).collect();
    Attribute { name: name.into(), ints, kind: 7, ..Attribute::default() }
}

/// An option that is a word.
pub fn text(name: &str, value: &str) -> Attribute {
    Attribute { name: name.into(), text: value.into(), kind: 3, ..Attribute::default() }
}

/// An option of several whole numbers that may be negative.
pub fn whole_numbers(name: &str, ints: Vec<i64>) -> Attribute {
    Attribute { name: name.into(), ints, kind: 7, ..Attribute::default() }
}

/// An option of several words.
pub fn texts(name: &str, values: &[&str]) -> Attribute {
    let texts = values.iter().map(|value| value.as_bytes().to_vec()).collect();
    Attribute { name: name.into(), texts, kind: 8, ..Attribute::default() }
}

impl<'a> Builder<'a> {
    /// A graph without operations, over these weights. Paths in it start after `prefix`.
    pub fn new(weights: &'a [NamedTensor], prefix: &str) -> Self {
        let named = weights.iter().filter_map(|tensor| Some((tensor.name.strip_prefix(prefix)?, tensor)));
        Builder { weights: named.collect(), nodes: Vec::new(), tensors: Vec::new() }
    }

    /// The weight at this path.
    ///
    /// # Errors
    /// When there is none.
    pub fn weight(&self, path: &str) -> Result<&'a NamedTensor, Problem> {
        self.weights.get(path).copied().ok_or_else(|| format!("the checkpoint has no weights {path}"))
    }

    /// Numbers that operations use.
    pub fn numbers(&mut self, name: &str, dims: &[usize], values: &[f32]) -> Value {
        let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(name, dims, element::FLOAT, raw)
    }

    /// Numbers of double precision that operations use.
    pub fn doubles(&mut self, name: &str, dims: &[usize], values: &[f64]) -> Value {
        let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(name, dims, element::DOUBLE, raw)
    }

    /// Whole numbers that operations use.
    pub fn whole_numbers(&mut self, name: &str, values: &[i64]) -> Value {
        let raw = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensor(name, &[values.len()], element::INT64, raw)
    }

    /// A whole number that operations use, without an axis.
    pub fn whole_number(&mut self, name: &str, value: i64) -> Value {
        self.tensor(name, &[], element::INT64, value.to_le_bytes().to_vec())
    }

    fn tensor(&mut self, name: &str, dims: &[usize], data_type: i32, raw: Vec<u8>) -> Value {
        let name = if self.tensors.iter().any(|tensor| tensor.name == name) {
            format!("{name}:{}", self.tensors.len())
        } else {
            name.to_owned()
        };
        let dims = dims.iter().map(|dim| *dim as i64).collect();
        self.tensors.push(Tensor { dims, data_type, name: name.clone(), raw });
        name
    }

    /// A weight as it is.
    ///
    /// # Errors
    /// When there is none at this path.
    pub fn as_it_is(&mut self, path: &str) -> Result<Value, Problem> {
        let tensor = self.weight(path)?;
        Ok(self.numbers(path, &tensor.shape, &tensor.values))
    }

    /// An operation with one result.
    pub fn op(&mut self, op: &str, inputs: &[&str], attributes: Vec<Attribute>) -> Value {
        self.ops(op, inputs, attributes, 1).swap_remove(0)
    }

    /// An operation with one result, from the operators for classical machine learning.
    pub fn learning_op(&mut self, op: &str, inputs: &[&str], attributes: Vec<Attribute>) -> Value {
        let output = self.op(op, inputs, attributes);
        if let Some(node) = self.nodes.last_mut() {
            node.domain = LEARNING.into();
        }
        output
    }

    /// An operation with several results.
    pub fn ops(
        &mut self,
        op: &str,
        inputs: &[&str],
        attributes: Vec<Attribute>,
        results: usize,
    ) -> Vec<Value> {
        let name = format!("{op}_{}", self.nodes.len());
        let outputs: Vec<Value> = (0..results).map(|result| format!("{name}:{result}")).collect();
        self.nodes.push(Node {
            inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
            outputs: outputs.clone(),
            name,
            op: op.into(),
            attributes,
            domain: String::new(),
        });
        outputs
    }

    /// Axes in another order.
    pub fn transpose(&mut self, x: &str, order: &[usize]) -> Value {
        self.op("Transpose", &[x], vec![ints("perm", order.iter().copied())])
    }

    /// The same numbers in another shape; `None` keeps the batch.
    pub fn reshape(&mut self, x: &str, dims: &[usize]) -> Value {
        // 0 stands for the length that the axis has.
        let dims: Vec<i64> = std::iter::once(0).chain(dims.iter().map(|dim| *dim as i64)).collect();
        let dims = self.whole_numbers("shape", &dims);
        self.op("Reshape", &[x, &dims], Vec::new())
    }
}

/// Numbers of shape `dims` with their axes in the order `order`.
pub fn permuted(values: &[f32], dims: &[usize], order: &[usize]) -> Vec<f32> {
    let mut strides = vec![1; dims.len()];
    for axis in (1..dims.len()).rev() {
        strides[axis - 1] = strides[axis] * dims[axis];
    }
    let lengths: Vec<usize> = order.iter().map(|axis| dims[*axis]).collect();
    let mut place = vec![0; dims.len()];
    let mut permuted = Vec::with_capacity(values.len());
    for _ in 0..values.len() {
        let at: usize = place.iter().zip(order).map(|(index, axis)| index * strides[*axis]).sum();
        permuted.push(values[at]);
        for axis in (0..place.len()).rev() {
            place[axis] += 1;
            if place[axis] < lengths[axis] {
                break;
            }
            place[axis] = 0;
        }
    }
    permuted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_change_places() {
        let values: Vec<f32> = (0..6_u8).map(f32::from).collect();
        assert_eq!(permuted(&values, &[2, 3], &[1, 0]), [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]);
        let values: Vec<f32> = (0..24_u8).map(f32::from).collect();
        let there = permuted(&values, &[2, 3, 4], &[2, 0, 1]);
        assert_eq!(permuted(&there, &[4, 2, 3], &[1, 2, 0]), values);
    }
}
