//! The step layer by layer: what each gives, how large its gradients are, how far its weights move.

use super::next::Next;
use super::rehearsal::Rehearsal;
use crate::nn::layers::view::{LayerView, ViewKind};
use crate::nn::optim::Watched;
use crate::preset::layer_names;
use crate::train::digits::short;
use crate::train::figure::{Body, Panel};

/// A row for the batch and one for each layer of the preset.
pub(super) fn table(next: &Next<'_>, rehearsal: &Rehearsal) -> Panel {
    let header = ["layer", "output", "mean", "spread", "gradient", "update"].map(String::from).to_vec();
    let (mean, spread) = moments(&next.batch.inputs);
    let shape = shape_text(next.samples.input_shape());
    let mut rows = vec![vec!["(the batch)".into(), shape, mean, spread, String::new(), String::new()]];
    for name in layer_names(&next.preset.layers) {
        let [shape, mean, spread] = match output(&rehearsal.views, &name) {
            Some(view) => {
                let (mean, spread) = moments(&view.values);
                [shape_text(&view.shape), mean, spread]
            }
            None => [const { String::new() }; 3],
        };
        let inside = format!("{name}/");
        let [gradient, update] =
            moved(rehearsal.updates.iter().filter(|update| update.path.starts_with(&inside)));
        rows.push(vec![name, shape, mean, spread, gradient, update]);
    }
    Panel {
        title: "Layers: spread is the deviation, gradient the RMS, update a share of w".into(),
        body: Body::Table { header, rows },
    }
}

/// What a layer of the preset gives.
pub(super) fn output<'a>(views: &'a [LayerView], name: &str) -> Option<&'a LayerView> {
    views.iter().find(|view| view.layer == name && view.kind == ViewKind::Output)
}

/// The root mean square of the gradients of a layer's parameters, and the norm of their change by their norm.
fn moved<'a>(updates: impl Iterator<Item = &'a Watched>) -> [String; 2] {
    let (mut count, mut gradient, mut weights, mut update) = (0, 0.0, 0.0, 0.0);
    for seen in updates {
        count += seen.count;
        gradient += seen.gradient.powi(2);
        weights += seen.weights.powi(2);
        update += seen.update.powi(2);
    }
    match count {
        0 => [const { String::new() }; 2],
        _ => {
            let share = if weights > 0.0 { short((update / weights).sqrt()) } else { "from 0".into() };
            [short((gradient / count as f64).sqrt()), share]
        }
    }
}

/// The mean and the standard deviation of numbers.
fn moments(numbers: &[f32]) -> (String, String) {
    let count = numbers.len().max(1) as f64;
    let mean = numbers.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let variance = numbers.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / count;
    (short(mean), short(variance.sqrt()))
}

fn shape_text(shape: &[usize]) -> String {
    shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(" x ")
}
