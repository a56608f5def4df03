//! Samples as a person looks at them: spectrograms with time to the right and low tones at the bottom, numbers of letters as text.

use crate::data::{Dataset, speech, tokens};
use crate::preset::Preset;

/// The shape and the numbers of a sample as they are looked at. A sound has a row for each moment and a column for each
/// band; it is turned, so that time goes to the right and pitch upwards. Everything else stays as it is.
pub fn as_seen(preset: &Preset, shape: &[usize], input: &[f32]) -> (Vec<usize>, Vec<f32>) {
    let is_sound = speech::form_of(&preset.data.source).is_some();
    match *shape {
        [frames, bands, ref channels @ ..] if is_sound && channels.iter().product::<usize>() == 1 => {
            let band = |band: usize| input.iter().skip(band).step_by(bands).copied();
            let turned = (0..bands).rev().flat_map(band).collect();
            ([&[bands, frames], channels].concat(), turned)
        }
        _ => (shape.to_vec(), input.to_vec()),
    }
}

/// The text that a sample is, where its numbers stand for letters or words: the first of them, the empty one, fills up short texts.
pub fn text_of(set: &dyn Dataset, input: &[f32]) -> Option<String> {
    let known = set.tokens();
    let is_text = !known.is_empty() && set.input_shape().len() == 1 && set.columns().is_empty();
    is_text.then(|| tokens::in_words(input.iter(), known))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preset(source: &str) -> Preset {
        ron::from_str(&format!(
            "(name: \"p\", title: \"\", data: (source: {source}), layers: [Flatten, Dense(units: 10, activation: softmax)], \
             loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 8))"
        ))
        .unwrap()
    }

    #[test]
    fn a_sound_is_turned_and_an_image_is_not() {
        // Two moments of three bands, low to high.
        let input = [1.0, 2.0, 3.0, 10.0, 20.0, 30.0];
        let (shape, turned) = as_seen(&preset("spoken_digits"), &[2, 3, 1], &input);
        assert_eq!((shape, turned), (vec![3, 2, 1], vec![3.0, 30.0, 2.0, 20.0, 1.0, 10.0]));
        assert_eq!(as_seen(&preset("mnist"), &[2, 3, 1], &input), (vec![2, 3, 1], input.to_vec()));
    }
}
