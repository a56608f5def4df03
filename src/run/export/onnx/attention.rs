//! Multi-head attention, from matrix products.

use super::graph::{Builder, Problem, Value, int};
use super::layer::{Export, Exported};
use crate::preset::layers;

impl Export for layers::MultiHeadAttention {
    fn export(&self, builder: &mut Builder, Exported { path, input, x }: Exported) -> Result<Value, Problem> {
        let &layers::MultiHeadAttention { num_heads: heads, key_dim: width, causal } = self;
        let [steps, features] = *input else { return Err(format!("attention over {input:?}")) };
        let inner = heads * width;
        // [batch, heads, steps, width]; the keys' last two axes are swapped for the product.
        let [query, key, value] = [("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])];
        let project = |builder: &mut Builder, (name, order): (&str, [usize; 4])| -> Result<Value, Problem> {
            let projected = dense(builder, &format!("{path}/{name}"), [features, inner], x)?;
            let split = builder.reshape(&projected, &[steps, heads, width]);
            Ok(builder.transpose(&split, &order))
        };
        let (query, key, value) =
            (project(builder, query)?, project(builder, key)?, project(builder, value)?);
        let scale = builder.numbers("scale", &[], &[1.0 / (width as f32).sqrt()]);
        let query = builder.op("Mul", &[&query, &scale], Vec::new());
        let mut scores = builder.op("MatMul", &[&query, &key], Vec::new());
        if causal {
            let hidden = |at: usize| if at % steps > at / steps { -1e9 } else { 0.0 };
            let mask: Vec<f32> = (0..steps * steps).map(hidden).collect();
            let mask = builder.numbers("mask", &[steps, steps], &mask);
            scores = builder.op("Add", &[&scores, &mask], Vec::new());
        }
        let shares = builder.op("Softmax", &[&scores], vec![int("axis", -1)]);
        let mixed = builder.op("MatMul", &[&shares, &value], Vec::new());
        let mixed = builder.transpose(&mixed, &[0, 2, 1, 3]);
        let mixed = builder.reshape(&mixed, &[steps, inner]);
        dense(builder, &format!("{path}/attention_output"), [inner, features], &mixed)
    }
}

/// A dense layer whose kernel is stored with the heads as an axis of its own.
fn dense(builder: &mut Builder, path: &str, dims: [usize; 2], x: &str) -> Result<Value, Problem> {
    let (kernel, bias) =
        (builder.weight(&format!("{path}/kernel"))?, builder.weight(&format!("{path}/bias"))?);
    if kernel.values.len() != dims[0] * dims[1] || bias.values.len() != dims[1] {
        return Err(format!("{path}/kernel has the shape {:?}", kernel.shape));
    }
    let kernel = builder.numbers(&kernel.name, &dims, &kernel.values);
    let bias = builder.numbers(&bias.name, &[dims[1]], &bias.values);
    let product = builder.op("MatMul", &[x, &kernel], Vec::new());
    Ok(builder.op("Add", &[&product, &bias], Vec::new()))
}
