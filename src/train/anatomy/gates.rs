//! Recurrent layers: the gates of one unit at the last step that it reads.

use super::site::{Parameters, Site};
use crate::preset::layers::Cell;
use crate::train::digits::short;
use crate::train::error::Error;

/// The numbers of a recurrent layer's unit; `None` where the layer is none, or what it needs is not known.
///
/// Formulas as Keras's LSTM (gates i, f, c, o) and GRU (z, r, h, `reset_after`).
///
/// # Errors
/// When the device fails.
pub(super) fn of(site: &Site, parameter: Parameters) -> Result<Option<Vec<String>>, Error> {
    let (Some(options), Some(states)) = (site.place.layer.recurrent(), site.states) else { return Ok(None) };
    let [steps, features] = site.place.input[..] else { return Ok(None) };
    let (Some((_, kernel)), Some((_, recurrent)), Some((_, bias))) =
        (parameter("kernel")?, parameter("recurrent_kernel")?, parameter("bias")?)
    else {
        return Ok(None);
    };
    let units = options.units;
    if site.input.len() != steps * features || states.len() != steps * units || steps == 0 {
        return Ok(None);
    }
    let gates = match options.cell {
        Cell::Simple(_) => 1,
        Cell::Lstm { .. } => 4,
        Cell::Gru => 3,
    };
    // The step that is read as number `n`; states stand in the order of `return_sequences`, which is that of reading.
    let input = |n: usize| {
        let step = if options.go_backwards { steps - 1 - n } else { n };
        &site.input[step * features..(step + 1) * features]
    };
    let before = |n: usize| n.checked_sub(1).map(|last| &states[last * units..(last + 1) * units]);
    let dot = |numbers: &[f32], matrix: &[f32], column: usize| -> f64 {
        let rows = numbers.iter().zip(matrix.chunks_exact(gates * units));
        rows.map(|(x, row)| f64::from(*x) * f64::from(row[column])).sum()
    };
    let of_input = |n: usize, gate: usize| dot(input(n), &kernel, gate * units + site.unit);
    let of_state = |n: usize, gate: usize| {
        before(n).map_or(0.0, |state| dot(state, &recurrent, gate * units + site.unit))
    };
    let biased = |gate: usize| f64::from(bias[gate * units + site.unit]);
    let sigmoid = |z: f64| 1.0 / (1.0 + (-z).exp());
    let last = steps - 1;
    let held = before(last).map_or(0.0, |state| f64::from(state[site.unit]));
    let came = f64::from(states[last * units + site.unit]);
    let read = format!("at the last step that is read, {} of {steps}:", last + 1);
    Ok(Some(match options.cell {
        Cell::Simple(_) => {
            let (x, h, b) = (of_input(last, 0), of_state(last, 0), biased(0));
            let z = short(x + h + b);
            vec![
                read,
                format!("z = {} + {} + {} = {z}", short(x), short(h), short(b)),
                format!("y = {}", short(came)),
            ]
        }
        Cell::Lstm { .. } => {
            let gate = |n: usize, gate: usize| of_input(n, gate) + of_state(n, gate) + biased(gate);
            let (mut cell, mut cell_before) = (0.0, 0.0);
            for n in 0..steps {
                cell_before = cell;
                cell = sigmoid(gate(n, 1)) * cell + sigmoid(gate(n, 0)) * gate(n, 2).tanh();
            }
            let (i, f, o) = (sigmoid(gate(last, 0)), sigmoid(gate(last, 1)), sigmoid(gate(last, 3)));
            let g = gate(last, 2).tanh();
            vec![
                read,
                format!("i = {}, f = {}, o = {}, g = {}", short(i), short(f), short(o), short(g)),
                format!(
                    "c = {} * {} + {} * {} = {}",
                    short(f),
                    short(cell_before),
                    short(i),
                    short(g),
                    short(cell)
                ),
                format!("h = {} * tanh({}) = {}", short(o), short(cell), short(came)),
            ]
        }
        Cell::Gru => {
            let recurrent_bias = |gate: usize| f64::from(bias[(3 + gate) * units + site.unit]);
            let gate = |gate: usize| {
                sigmoid(of_input(last, gate) + of_state(last, gate) + biased(gate) + recurrent_bias(gate))
            };
            let (z, r) = (gate(0), gate(1));
            let g = (of_input(last, 2) + biased(2) + r * (of_state(last, 2) + recurrent_bias(2))).tanh();
            vec![
                read,
                format!("z = {}, r = {}, g = {}", short(z), short(r), short(g)),
                format!(
                    "h = {} * {} + (1 - {}) * {} = {}",
                    short(z),
                    short(held),
                    short(z),
                    short(g),
                    short(came)
                ),
            ]
        }
    }))
}
