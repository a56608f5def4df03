//! SimpleRNN, LSTM, GRU, alone or in both directions. ONNX has steps before the batch, weights transposed, and LSTM's
//! gates in another order.

use super::graph::{Builder, Problem, Value, int, text, texts};
use super::layer::{Export, Exported};
use crate::preset::layers::{Cell, RecurrentOptions, composite};
use crate::preset::{Activation, Layer, layers};

macro_rules! export_recurrent {
    ($($kind:ident),*) => {$(
        impl Export for layers::$kind {
            fn export(&self, builder: &mut Builder, at: Exported) -> Result<Value, Problem> {
                one_way(builder, self.options(), at.path, at.x, false)
            }
        }
    )*};
}
export_recurrent!(SimpleRNN, LSTM, GRU);

/// A recurrent layer in one direction. `turned`: it is the second half of a bidirectional layer, which reads from the
/// other end and gives all states in the order of the first half's.
fn one_way(
    builder: &mut Builder,
    options: RecurrentOptions,
    path: &str,
    x: &str,
    turned: bool,
) -> Result<Value, Problem> {
    let RecurrentOptions { units, return_sequences: all, go_backwards: backwards, .. } = options;
    // For each gate in ONNX's order, its place in Keras's: i f c o becomes i o f c; z r h and a single gate stay.
    let (op, gates, activation): (_, &[usize], _) = match options.cell {
        Cell::Simple(activation) => ("RNN", &[0], Some(activation)),
        Cell::Lstm { .. } => ("LSTM", &[0, 3, 1, 2], None),
        Cell::Gru => ("GRU", &[0, 1, 2], None),
    };
    let backwards = backwards != turned;
    let kernel = gates_of(builder, &format!("{path}/kernel"), units, gates)?;
    let recurrent = gates_of(builder, &format!("{path}/recurrent_kernel"), units, gates)?;
    let bias = biases(builder, &format!("{path}/bias"), units, gates)?;
    let steps_first = builder.transpose(x, &[1, 0, 2]);
    let mut attributes = vec![
        int("hidden_size", units as i64),
        text("direction", if backwards { "reverse" } else { "forward" }),
    ];
    match activation {
        None => {}
        Some(Activation::Tanh) => attributes.push(texts("activations", &["Tanh"])),
        Some(Activation::Relu) => attributes.push(texts("activations", &["Relu"])),
        Some(Activation::Sigmoid) => attributes.push(texts("activations", &["Sigmoid"])),
        Some(other) => return Err(format!("a SimpleRNN with {other:?}")),
    }
    if op == "GRU" {
        attributes.push(int("linear_before_reset", 1));
    }
    let results = builder.ops(op, &[&steps_first, &kernel, &recurrent, &bias], attributes, 2);
    if !all {
        // [directions, batch, units]
        let first = builder.whole_numbers("axes", &[0]);
        return Ok(builder.op("Squeeze", &[&results[1], &first], Vec::new()));
    }
    // [steps, directions, batch, units], in the order of the input.
    let second = builder.whole_numbers("axes", &[1]);
    let states = builder.op("Squeeze", &[&results[0], &second], Vec::new());
    let mut states = builder.transpose(&states, &[1, 0, 2]);
    // Keras gives the states in the order in which they were computed; those of the second half of a bidirectional
    // layer are reversed once more.
    if backwards != turned {
        let [starts, ends, axes, steps] =
            [-1, i64::MIN, 1, -1].map(|number| builder.whole_numbers("slice", &[number]));
        states = builder.op("Slice", &[&states, &starts, &ends, &axes, &steps], Vec::new());
    }
    Ok(states)
}

/// A recurrent layer in both directions, side by side.
pub(super) fn both_ways(builder: &mut Builder, inner: &Layer, at: Exported) -> Result<Value, Problem> {
    let options = inner.recurrent().ok_or_else(|| format!("{} is not recurrent", inner.kind()))?;
    let [there, back] = composite::both_ways(inner).map(|name| format!("{}/{name}", at.path));
    let there = one_way(builder, options, &there, at.x, false)?;
    let back = one_way(builder, options, &back, at.x, true)?;
    Ok(builder.op("Concat", &[&there, &back], vec![int("axis", -1)]))
}

/// `[rows, gates * units]` as `[1, gates * units, rows]`, gates in ONNX's order.
fn gates_of(builder: &mut Builder, path: &str, units: usize, gates: &[usize]) -> Result<Value, Problem> {
    let tensor = builder.weight(path)?;
    let width = gates.len() * units;
    let rows = tensor.values.len() / width.max(1);
    if rows * width != tensor.values.len() {
        return Err(format!("{path} has the shape {:?}", tensor.shape));
    }
    let columns = gates.iter().flat_map(|gate| gate * units..(gate + 1) * units);
    let values: Vec<f32> =
        columns.flat_map(|column| (0..rows).map(move |row| tensor.values[row * width + column])).collect();
    Ok(builder.numbers(path, &[1, width, rows], &values))
}

/// Biases of the input and of the state, one after the other: only GRU has biases of its own for the state.
fn biases(builder: &mut Builder, path: &str, units: usize, gates: &[usize]) -> Result<Value, Problem> {
    let tensor = builder.weight(path)?;
    let width = gates.len() * units;
    let ordered = |half: &[f32]| -> Vec<f32> {
        gates.iter().flat_map(|gate| half[gate * units..(gate + 1) * units].to_vec()).collect()
    };
    let values = match tensor.values.len() {
        len if len == width => [ordered(&tensor.values), vec![0.0; width]].concat(),
        len if len == 2 * width => {
            [ordered(&tensor.values[..width]), ordered(&tensor.values[width..])].concat()
        }
        _ => return Err(format!("{path} has the shape {:?}", tensor.shape)),
    };
    Ok(builder.numbers(path, &[1, 2 * width], &values))
}
