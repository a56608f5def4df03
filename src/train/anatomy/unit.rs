//! One unit of one layer, for one sample: its equation with the numbers in it, and what the step does to its weights.

use super::next::Next;
use super::rehearsal::Rehearsal;
use super::site::{Parameters, Site};
use super::sums::{self, Sum};
use super::{formula, gates, layers};
use crate::data::{Targets, speech};
use crate::nn::HostModel;
use crate::nn::layers::view::ViewKind;
use crate::preset::layers::{Placed, of_row, placed};
use crate::preset::{Activation, Layer, Loss};
use crate::train::digits::short;
use crate::train::error::Error;
use crate::train::figure::{Body, Controls, Panel};

/// The panels of the unit that the knobs name; none where the network does not read the batch.
///
/// # Errors
/// When the device fails.
pub(super) fn chosen(
    next: &Next<'_>,
    rehearsal: &Rehearsal,
    model: &dyn HostModel,
    at: &Controls,
) -> Result<Vec<Panel>, Error> {
    // A table's words are vectors before the preset's layers get them.
    let row = next.samples.row();
    let input = match row.iter().map(|column| column.width).sum() {
        0 => next.samples.input_shape().to_vec(),
        width => vec![width],
    };
    // The layers were found to fit when the preset was read.
    let places = placed(&of_row(&next.preset.layers, &row), &input).unwrap_or_default();
    let choices = super::choices(&next.preset.layers);
    let chosen = choices.get(at.item).or(choices.last()).map_or(0, |(place, _)| *place);
    let number = chosen.min(places.len().saturating_sub(1));
    let Some(place) = places.get(number) else { return Ok(Vec::new()) };
    let row = at.position.rem_euclid(rehearsal.rows.max(1) as i64) as usize;
    let of_row = |values: &'_ [f32]| {
        let width = values.len() / rehearsal.rows.max(1);
        (row * width, (row + 1) * width)
    };
    let before = match number {
        0 => layers::output(&rehearsal.views, "column_embedding").map(|view| &view.values[..]),
        _ => layers::output(&rehearsal.views, &places[number - 1].name).map(|view| &view.values[..]),
    };
    let batch = &next.batch.inputs[..next.batch.inputs.len() / next.batch.rows.max(1) * rehearsal.rows];
    let before = before.or((number == 0).then_some(batch));
    let Some(after) = layers::output(&rehearsal.views, &place.name) else { return Ok(Vec::new()) };
    let view = |kind| rehearsal.views.iter().find(|view| view.layer == place.name && view.kind == kind);
    let states = view(ViewKind::States).map(|view| &view.values[..]);
    let cut = |values| {
        let (from, to) = of_row(values);
        &values[from..to]
    };
    let width = place.output.last().copied().unwrap_or(1).max(1);
    let unit = (at.level.max(1.0) as usize - 1) % width;
    let site = Site {
        place,
        input: before.map(cut).unwrap_or_default(),
        output: cut(&after.values),
        states: states.map(cut),
        unit,
    };
    let parameter = |name: &str| {
        let path = format!("{}/{name}", place.name);
        Ok(model.find_parameter(&|known| known == path)?.map(|(_, shape, values)| (shape, values)))
    };
    let spot = site.strongest();
    let (mut lines, mut table) = (vec![formula::of(&place.layer)], None);
    let is_first = places[..number].iter().all(|place| matches!(place.layer, Layer::Flatten(_)));
    match sums::of(&site, spot, &parameter)? {
        Some(mut sum) => {
            if let (Layer::Dense(_), true) = (&place.layer, is_first) {
                sum.stand_for(&of_samples(next, &place.input), width);
            }
            lines.extend(with_numbers(&sum, &place.layer, site.at(spot)));
            table = Some(sums::table(&sum, rehearsal, &place.name, next.batch.rows));
        }
        None => {
            let tokens = if is_first { next.samples.tokens() } else { &[] };
            lines.extend(other(&site, spot, tokens, &parameter)?);
        }
    }
    if number + 1 == places.len() {
        lines.extend(judged(next, row, unit, width, site.at(spot)));
    }
    let classes = next.samples.classes();
    let class = class_of(&next.batch.targets, row, next.batch.rows).and_then(|class| classes.get(class));
    let sample = match class {
        Some(class) => format!("sample {row} of the batch: {class}"),
        None => format!("sample {row} of the batch"),
    };
    let title = format!("{}, unit {} of {width}, {sample}{}", place.name, unit + 1, spot_text(place, spot));
    let mut panels = vec![Panel { title, body: Body::Text(lines.join("\n")) }];
    panels.extend(table);
    Ok(panels)
}

/// What the numbers of a sample are, where a layer gets them as they are: a table's columns, or an image's pixels by their places.
fn of_samples(next: &Next<'_>, input: &[usize]) -> Vec<String> {
    let [width] = *input else { return Vec::new() };
    let samples = next.samples;
    // A sound's numbers lie in rows and columns as well, but are no pixels.
    let is_sound = speech::form_of(&next.preset.data.source).is_some();
    if samples.columns().len() == width {
        return samples.columns().to_vec();
    }
    match *samples.input_shape() {
        [height, across, channels @ (1 | 3)] if !is_sound && height * across * channels == width => {
            let place = |at: usize| format!("row {}, column {}", at / across + 1, at % across + 1);
            let channel = |at: usize| format!("{}, channel {}", place(at / channels), at % channels + 1);
            (0..width).map(|at| if channels == 1 { place(at) } else { channel(at) }).collect()
        }
        _ => Vec::new(),
    }
}

/// Where on the axes before the last.
fn spot_text(place: &Placed, spot: usize) -> String {
    match place.output[..] {
        [_, width, _] => {
            format!(", where it is strongest: row {}, column {}", spot / width + 1, spot % width + 1)
        }
        [_, _] => format!(", where it is strongest: step {}", spot + 1),
        _ => String::new(),
    }
}

/// The weighted sum and its activation with the numbers in them.
fn with_numbers(sum: &Sum, layer: &Layer, y: f64) -> Vec<String> {
    let terms = sum.terms.iter().map(|term| format!("{} * {}", short(term.input), short(term.weight)));
    let mut text = terms.take(sums::SHOWN).collect::<Vec<_>>().join(" + ");
    let rest = sum.terms.len().saturating_sub(sums::SHOWN);
    if rest > 0 {
        let value: f64 = sum.terms[sums::SHOWN..].iter().map(|term| term.input * term.weight).sum();
        text += &format!(" + {} (the other {rest})", short(value));
    }
    if let Some((_, bias)) = sum.bias {
        text += &format!(" + {} (b)", short(bias));
    }
    let z = sum.value();
    match layer.activation() {
        None | Some(Activation::Linear) => vec![format!("y = {text} = {}", short(z))],
        Some(activation) => vec![
            format!("z = {text} = {}", short(z)),
            format!("y = {}({}) = {}", formula::word(activation), short(z), short(y)),
        ],
    }
}

/// The numbers of a layer that is no weighted sum. `tokens` says what the numbers of a text stand for, where the layer reads them.
fn other(site: &Site, spot: usize, tokens: &[String], parameter: Parameters) -> Result<Vec<String>, Error> {
    let y = site.at(spot);
    if let Some(lines) = gates::of(site, parameter)? {
        return Ok(lines);
    }
    let one = |name: &str| -> Result<Option<f64>, Error> {
        Ok(parameter(name)?.and_then(|(_, values)| values.get(site.unit).copied().map(f64::from)))
    };
    let normalised = |x: f64, mean: f64, variance: f64, epsilon: f64, gamma: f64, beta: f64| {
        format!(
            "y = {} ({} - {}) / sqrt({} + {}) + {} = {}",
            short(gamma),
            short(x),
            short(mean),
            short(variance),
            short(epsilon),
            short(beta),
            short(y)
        )
    };
    let same_place = site.input.get(spot * site.width() + site.unit).copied().map(f64::from);
    let (gamma, beta) = (one("gamma")?.unwrap_or(1.0), one("beta")?.unwrap_or(0.0));
    let line = match (&site.place.layer, same_place) {
        (Layer::BatchNormalization(layer), Some(x)) => {
            let (mean, variance) =
                (one("moving_mean")?.unwrap_or(0.0), one("moving_variance")?.unwrap_or(1.0));
            normalised(x, mean, variance, f64::from(layer.epsilon), gamma, beta)
        }
        (Layer::LayerNormalization(layer), Some(x)) => {
            let width = site.width();
            let vector = site.input[spot * width..(spot + 1) * width].iter().map(|x| f64::from(*x));
            let mean = vector.clone().sum::<f64>() / width as f64;
            let variance = vector.map(|x| (x - mean).powi(2)).sum::<f64>() / width as f64;
            normalised(x, mean, variance, f64::from(layer.epsilon), gamma, beta)
        }
        (Layer::Embedding(_), _) => {
            let token = site.input.get(spot).copied().unwrap_or(0.0);
            let meaning = match tokens.get(token as usize).map(String::as_str) {
                None => String::new(),
                Some("") => " (nothing: the text is shorter)".into(),
                Some(text) => format!(" ({text:?})"),
            };
            format!("x = token {token}{meaning}: y = number {} of row {token} = {}", site.unit + 1, short(y))
        }
        (Layer::Activation(_), Some(x)) => format!("x = {}: y = {}", short(x), short(y)),
        (Layer::PositionEmbedding(_), Some(x)) => {
            format!("y = {} + {} = {}", short(x), short(y - x), short(y))
        }
        _ => format!("y = {}", short(y)),
    };
    Ok(vec![line])
}

/// The loss of the unit's output, where it can be said of one unit.
fn judged(next: &Next<'_>, row: usize, unit: usize, width: usize, y: f64) -> Vec<String> {
    let target = match &next.batch.targets {
        Targets::Values(values) => values.get(row * width + unit).copied().map(f64::from),
        Targets::Classes(classes) if classes.len() == next.batch.rows && width > 1 => {
            classes.get(row).map(|class| f64::from(u8::from(*class as usize == unit)))
        }
        Targets::Classes(_) => None,
    };
    let Some(t) = target.filter(|_| next.preset.procedure == crate::preset::Procedure::Supervised) else {
        return Vec::new();
    };
    let (of, value) = match next.preset.loss {
        Loss::MeanSquaredError => ("(y - t)^2", (y - t).powi(2)),
        Loss::MeanAbsoluteError => ("|y - t|", (y - t).abs()),
        Loss::BinaryCrossentropy => {
            ("-(t ln y + (1 - t) ln(1 - y))", -(t * y.ln() + (1.0 - t) * (1.0 - y).ln()))
        }
        Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy => {
            ("-t ln y", if t == 0.0 { 0.0 } else { -t * y.ln() })
        }
        Loss::Huber | Loss::KlDivergence => return vec![format!("t = {}, the target", short(t))],
    };
    vec![format!("t = {}, the target; its part of the loss {of} = {}", short(t), short(value))]
}

/// The class of a sample, from its target: a class number, or the place of the 1 in a one-hot row.
fn class_of(targets: &Targets, row: usize, rows: usize) -> Option<usize> {
    match targets {
        Targets::Classes(classes) if classes.len() == rows => classes.get(row).map(|class| *class as usize),
        Targets::Classes(_) => None,
        Targets::Values(values) => {
            let width = values.len() / rows.max(1);
            let own = values.get(row * width..(row + 1) * width)?;
            match own {
                [only] if *only == 0.0 || *only == 1.0 => Some(*only as usize),
                _ => {
                    let mut ones = own.iter().enumerate().filter(|(_, x)| **x == 1.0);
                    let first = ones.next()?;
                    (width > 1 && ones.next().is_none()).then_some(first.0)
                }
            }
        }
    }
}
