//! Layers whose unit is a weighted sum: Dense, and convolutions at one place.

use super::rehearsal::Rehearsal;
use super::site::{Parameters, Site};
use crate::nn::optim::Around;
use crate::preset::Layer;
use crate::preset::layers::options::{Padding, Pair};
use crate::train::digits::short;
use crate::train::error::Error;
use crate::train::figure::{Body, Panel};

/// The terms that are written out.
pub(super) const SHOWN: usize = 3;
/// The most rows of the table of weights.
const ROWS: usize = 12;

/// A weighted sum; where it has many terms, the largest first.
pub(super) struct Sum {
    pub terms: Vec<Term>,
    /// The bias: its place in its parameter, and its number.
    pub bias: Option<(usize, f64)>,
}

/// An input times its weight.
pub(super) struct Term {
    /// Which input.
    pub name: String,
    /// What this input is in the data: a table's column, a pixel's place; empty where it is none of the data.
    pub stands_for: String,
    pub input: f64,
    pub weight: f64,
    /// The weight's place in the kernel.
    pub place: usize,
}

impl Sum {
    /// The sum.
    pub fn value(&self) -> f64 {
        let terms: f64 = self.terms.iter().map(|term| term.input * term.weight).sum();
        terms + self.bias.map_or(0.0, |(_, bias)| bias)
    }

    /// Says what the inputs of a Dense of so many units are in the data, by their numbers.
    pub fn stand_for(&mut self, inputs: &[String], units: usize) {
        for term in &mut self.terms {
            term.stands_for = inputs.get(term.place / units.max(1)).cloned().unwrap_or_default();
        }
    }
}

/// The sum of a unit at a place of the output; `None` where the layer is none, or its input is not known.
///
/// # Errors
/// When the device fails.
pub(super) fn of(site: &Site, spot: usize, parameter: Parameters) -> Result<Option<Sum>, Error> {
    let inputs = match &site.place.layer {
        Layer::Dense(_) => {
            let width = site.place.input.last().copied().unwrap_or(0);
            (0..width).map(|i| (format!("x{}", i + 1), spot * width + i, i)).collect()
        }
        Layer::Conv2D(layer) => {
            let [height, width, channels] = site.place.input[..] else { return Ok(None) };
            let across = site.place.output[1];
            Window {
                input: [height, width, channels],
                output: [site.place.output[0], across],
                kernel: layer.kernel_size,
                strides: layer.strides,
                dilation: layer.dilation_rate,
                padding: layer.padding,
                groups: layer.groups,
                filters: layer.filters,
            }
            .inputs((spot / across, spot % across), site.unit)
        }
        Layer::Conv1D(layer) => {
            let [steps, channels] = site.place.input[..] else { return Ok(None) };
            Window {
                input: [steps, 1, channels],
                output: [site.place.output[0], 1],
                kernel: Pair(layer.kernel_size, 1),
                strides: Pair(layer.strides, 1),
                dilation: Pair(layer.dilation_rate, 1),
                padding: layer.padding,
                groups: layer.groups,
                filters: layer.filters,
            }
            .inputs((spot, 0), site.unit)
        }
        _ => return Ok(None),
    };
    let Some((_, kernel)) = parameter("kernel")? else { return Ok(None) };
    let units = site.width();
    let term = |(name, from, row): (String, usize, usize)| {
        let place = row * units + site.unit;
        Some(Term {
            name,
            stands_for: String::new(),
            input: f64::from(*site.input.get(from)?),
            weight: f64::from(*kernel.get(place)?),
            place,
        })
    };
    let Some(mut terms) = inputs.into_iter().map(term).collect::<Option<Vec<Term>>>() else {
        return Ok(None);
    };
    if terms.len() > SHOWN {
        terms.sort_by(|a, b| (b.input * b.weight).abs().total_cmp(&(a.input * a.weight).abs()));
    }
    let bias =
        parameter("bias")?.and_then(|(_, values)| Some((site.unit, f64::from(*values.get(site.unit)?))));
    Ok(Some(Sum { terms, bias }))
}

/// A convolution's window.
struct Window {
    /// Height, width and channels.
    input: [usize; 3],
    /// Height and width.
    output: [usize; 2],
    kernel: Pair,
    strides: Pair,
    dilation: Pair,
    padding: Padding,
    groups: usize,
    filters: usize,
}

impl Window {
    /// The inputs of a filter at a place of the output, zeros around the image left out: what each is called, where it stands, and its
    /// row in the kernel `[kernel height * kernel width * channels of the group, filters]`.
    fn inputs(&self, (y, x): (usize, usize), filter: usize) -> Vec<(String, usize, usize)> {
        let [height, width, channels] = self.input;
        let before =
            |size: usize, kernel: usize, stride: usize, dilation: usize, input: usize| match self.padding {
                Padding::Valid => 0,
                // As Keras: what is odd goes behind.
                Padding::Same => {
                    (size.saturating_sub(1) * stride + (kernel - 1) * dilation + 1).saturating_sub(input) / 2
                }
            };
        let top = before(self.output[0], self.kernel.0, self.strides.0, self.dilation.0, height);
        let left = before(self.output[1], self.kernel.1, self.strides.1, self.dilation.1, width);
        let (of_group, filters_of_group) = (channels / self.groups, self.filters / self.groups);
        let first = filter / filters_of_group.max(1) * of_group;
        let mut inputs = Vec::new();
        for dy in 0..self.kernel.0 {
            for dx in 0..self.kernel.1 {
                let (row, column) =
                    (y * self.strides.0 + dy * self.dilation.0, x * self.strides.1 + dx * self.dilation.1);
                let inside = row.checked_sub(top).zip(column.checked_sub(left));
                let Some((row, column)) = inside.filter(|(row, column)| *row < height && *column < width)
                else {
                    continue;
                };
                for channel in 0..of_group {
                    inputs.push((
                        format!("row {}, column {}, channel {}", row + 1, column + 1, first + channel + 1),
                        (row * width + column) * channels + first + channel,
                        (dy * self.kernel.1 + dx) * of_group + channel,
                    ));
                }
            }
        }
        inputs
    }
}

/// What the step does to the weights of the sum's largest terms, and to its bias.
pub(super) fn table(sum: &Sum, rehearsal: &Rehearsal, layer: &str, samples: usize) -> Panel {
    let [kernel, bias] = ["kernel", "bias"].map(|name| rehearsal.update(&format!("{layer}/{name}")));
    let of = |numbers: Option<&Around>, place: usize| match numbers {
        Some(numbers) => [numbers.gradient.get(place), numbers.after.get(place)]
            .map(|x| x.map_or_else(String::new, |x| short(f64::from(*x)))),
        None => [const { String::new() }; 2],
    };
    let mut header = ["input", "x", "w", "gradient", "w after"].map(String::from).to_vec();
    let has_names = sum.terms.iter().any(|term| !term.stands_for.is_empty());
    if has_names {
        header.push("stands for".into());
    }
    let row = |term: &Term| {
        let [gradient, after] = of(kernel.and_then(|seen| seen.numbers.as_ref()), term.place);
        let mut row = vec![term.name.clone(), short(term.input), short(term.weight), gradient, after];
        row.extend(has_names.then(|| term.stands_for.clone()));
        row
    };
    let mut rows: Vec<Vec<String>> = sum.terms.iter().take(ROWS).map(row).collect();
    if let Some((place, number)) = sum.bias {
        let [gradient, after] = of(bias.and_then(|seen| seen.numbers.as_ref()), place);
        let mut row = vec!["b".into(), "1".into(), short(number), gradient, after];
        row.extend(has_names.then(|| "the bias".into()));
        rows.push(row);
    }
    let of_the = match sum.terms.len() {
        count if count > ROWS => format!("the {ROWS} largest of {count} terms"),
        _ => "all terms".into(),
    };
    Panel {
        title: format!("Its weights: {of_the}; the gradient is that of the batch ({samples})"),
        body: Body::Table { header, rows },
    }
}
