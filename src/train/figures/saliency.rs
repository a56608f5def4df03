//! Saliency: which pixels the verdict depends on, by the gradient of the winning class's output with respect to the
//! image (Simonyan, Vedaldi, Zisserman 2013).

use super::kind::Kind;
use super::subject::Subject;
use super::subject::{input, verdict};
use super::upright::as_seen;
use crate::data::Splits;
use crate::nn::buffer::Buffer;
use crate::preset::Preset;
use crate::train::error::Error;
use crate::train::evaluation::largest;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel};

const NAME: &str = "saliency";

/// The most classes that are called by their names beside the knob.
const NAMED: usize = 1000;

/// This kind of figure.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(_: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let is_image = matches!(splits.test.input_shape(), [_, _, 1 | 3]);
    let classes = splits.test.classes();
    (is_image && !classes.is_empty()).then(|| {
        let named = classes.iter().take(NAMED).map(|class| format!("class {class}"));
        FigureInfo {
            name: NAME.into(),
            title: "Saliency".into(),
            knobs: vec![
                Knob::Sample,
                Knob::Item {
                    label: "for".into(),
                    count: 1 + classes.len(),
                    names: std::iter::once("the prediction".into()).chain(named).collect(),
                },
            ],
        }
    })
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let chosen = subject.sample(at)?;
    let &[height, width, channels] = subject.splits.test.input_shape() else {
        return Err(Error::NoFigure(NAME.into()));
    };
    let prediction = subject.model.predict(Buffer::copy_of(&chosen.batch.inputs), 1)?;
    let classes = subject.splits.test.classes();
    let item = at.item.min(classes.len());
    // The first item is the predicted class, then come all classes. A single output is that of the second class.
    let asked = item.checked_sub(1).unwrap_or_else(|| largest(&prediction));
    let class = if prediction.len() == 1 { 1 } else { asked };
    let output = class.min(prediction.len().saturating_sub(1));
    let slopes = subject.model.gradient_of_input(Buffer::copy_of(&chosen.batch.inputs), 1, output)?;
    // Of a pixel's colours, the one with the largest slope counts.
    let strongest = |pixel: &[f32]| pixel.iter().fold(0.0_f32, |a, &b| if b.abs() > a.abs() { b } else { a });
    let slopes: Vec<f32> = slopes.chunks_exact(channels).map(strongest).collect();
    let most = slopes.iter().fold(1e-9_f32, |most, slope| most.max(slope.abs()));
    let preset = subject.preset;
    let map = |title: &str, pixels: Vec<f32>| {
        let (shape, pixels) = as_seen(preset, &[height, width, 1], &pixels);
        let body = Body::Images {
            shape: [shape[0], shape[1], 1],
            pixels,
            range: (-most, most),
            captions: Vec::new(),
            columns: 1,
        };
        Panel { title: title.into(), body }
    };
    let ink: Vec<f32> = chosen.batch.inputs.chunks_exact(channels).map(strongest).collect();
    let evidence: Vec<f32> = slopes.iter().zip(&ink).map(|(slope, ink)| slope * ink).collect();
    let note = format!(
        "{}   orange: a brighter pixel speaks for {}, blue: against it; largest slope {most:.3}",
        chosen.name,
        classes.get(class).map_or("it", |name| name)
    );
    let mut panels = vec![map("Slope of the output", slopes)];
    panels.extend(input(subject, &chosen.batch.inputs));
    panels.push(map("Slope times pixel", evidence));
    panels.push(verdict(classes, &prediction));
    let at = Controls { position: chosen.index as i64, item, ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes: vec![note], panels })
}
