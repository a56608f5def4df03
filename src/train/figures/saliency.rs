//! Saliency: which pixels the verdict depends on, by the gradient of the winning class's output with respect to the
//! image (Simonyan, Vedaldi, Zisserman 2013).

use super::subject::{input, verdict};
use super::{Kind, Subject};
use crate::data::Splits;
use crate::nn::buffer::Buffer;
use crate::nn::model::CpuModel;
use crate::preset::Preset;
use crate::train::evaluation::largest;
use crate::train::figure::{Body, Controls, Figure, FigureInfo, Knob, Panel};
use crate::train::training::Error;

const NAME: &str = "saliency";

/// The kind.
pub(super) const KIND: Kind = Kind { info, draw, name: NAME };

fn info(_: &Preset, splits: &Splits) -> Option<FigureInfo> {
    let is_image = matches!(splits.test.input_shape(), [_, _, 1 | 3]);
    (is_image && !splits.test.classes().is_empty()).then(|| FigureInfo {
        name: NAME.into(),
        title: "Saliency".into(),
        knobs: vec![Knob::Sample],
    })
}

/// How the largest output (before a softmax that the loss applies) changes with each number of one input.
fn gradient(model: &mut CpuModel, input: &[f32]) -> Result<Vec<f32>, Error> {
    let winner = largest(&model.predict(Buffer::copy_of(input), 1)?);
    Ok(model.gradient_of_input(Buffer::copy_of(input), 1, winner)?)
}

fn draw(at: &Controls, subject: &mut Subject) -> Result<Figure, Error> {
    let chosen = subject.sample(at)?;
    let &[height, width, channels] = subject.splits.test.input_shape() else {
        return Err(Error::NoFigure(NAME.into()));
    };
    let slopes = gradient(subject.model, &chosen.batch.inputs)?;
    // Of colours the strongest counts.
    let strongest = |pixel: &[f32]| pixel.iter().fold(0.0_f32, |a, &b| if b.abs() > a.abs() { b } else { a });
    let slopes: Vec<f32> = slopes.chunks_exact(channels).map(strongest).collect();
    let most = slopes.iter().fold(1e-9_f32, |most, slope| most.max(slope.abs()));
    let map = |title: &str, pixels: Vec<f32>| Panel {
        title: title.into(),
        body: Body::Images {
            shape: [height, width, 1],
            pixels,
            range: (-most, most),
            captions: Vec::new(),
            columns: 1,
        },
    };
    let prediction = subject.model.predict(Buffer::copy_of(&chosen.batch.inputs), 1)?;
    let ink: Vec<f32> = chosen.batch.inputs.chunks_exact(channels).map(strongest).collect();
    let evidence: Vec<f32> = slopes.iter().zip(&ink).map(|(slope, ink)| slope * ink).collect();
    let note = format!(
        "{}   orange: a brighter pixel speaks for the verdict; blue: against it; largest slope {most:.3}",
        chosen.name
    );
    let mut panels = vec![map("Slope of the verdict", slopes)];
    panels.extend(input(subject, &chosen.batch.inputs));
    panels.push(map("Slope times pixel", evidence));
    panels.push(verdict(subject.splits.test.classes(), &prediction));
    let at = Controls { position: chosen.index as i64, ..at.clone() };
    Ok(Figure { name: NAME.into(), at, step: subject.step, notes: vec![note], panels })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nn::graph::{Pass, Var};
    use dfdx::tensor::Cpu;

    #[test]
    fn slopes_agree_with_finite_differences() {
        let layers: Vec<crate::preset::Layer> = ron::from_str(
            "[Conv2D(filters: 4, kernel_size: 3, activation: relu), MaxPooling2D(), Flatten,
              Dense(units: 6, activation: tanh), Dense(units: 3, activation: softmax)]",
        )
        .unwrap();
        let loss = crate::preset::Loss::CategoricalCrossentropy;
        let mut model = CpuModel::build(&Cpu::default(), &layers, &[8, 8, 1], loss, 5).unwrap();
        let input: Vec<f32> = (0..64).map(|i| (i as f32 * 0.7).sin()).collect();
        let slopes = gradient(&mut model, &input).unwrap();
        let mut logits = |input: &[f32]| {
            let device = Cpu::default();
            let x = Var::new(&device, Buffer::copy_of(input), 1, 64, false).unwrap();
            model.forward(&mut Pass::inference(&device), x).unwrap().to_vec()
        };
        let winner = largest(&logits(&input));
        for place in [0, 9, 27, 36, 50] {
            let h = 1e-3;
            let mut moved = |by: f32| {
                let mut input = input.clone();
                input[place] += by;
                logits(&input)[winner]
            };
            let slope = (moved(h) - moved(-h)) / (2.0 * h);
            assert!((slope - slopes[place]).abs() < 2e-3, "{place}: {slope} against {}", slopes[place]);
        }
    }
}
