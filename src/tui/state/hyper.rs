//! The form over a preset: its fields as text, and how they change.

use serde::de::DeserializeOwned;

use crate::preset::field::{FieldKind, Fields, Range, kind_of};
use crate::preset::outline::Outline;
use crate::preset::{DataConfig, Layer, Optimizer, Path, Preset, TrainConfig};

/// The form's own state; the values are in the preset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hyper {
    /// The chosen field.
    pub selected: usize,
    /// The preset that waits for a yes before it replaces another.
    pub saving: Option<Box<Preset>>,
}

/// Where a field is in the preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `train.epochs`
    Epochs,
    /// `train.batch_size`
    BatchSize,
    /// `seed`
    Seed,
    /// `data.validation`
    Validation,
    /// The optimizer's kind.
    Optimizer,
    /// Its learning rate.
    LearningRate,
    /// A field of a layer: the layer's place, and the field's name.
    Layer(usize, &'static str),
}

/// One line of the form.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The part of the preset it belongs to: `Training`, `2 Conv2D`.
    pub group: String,
    /// What it is called there.
    pub label: &'static str,
    /// Its value as text.
    pub value: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Where it is.
    pub place: Place,
}

const EPOCHS: FieldKind = kind_of(TrainConfig::FIELDS, "epochs");
const BATCH_SIZE: FieldKind = kind_of(TrainConfig::FIELDS, "batch_size");
const VALIDATION: FieldKind = kind_of(DataConfig::FIELDS, "validation");
const SEED: FieldKind = kind_of(Preset::FIELDS, "seed");
const OPTIMIZERS: FieldKind = FieldKind::Choice(Optimizer::NAMES);
/// The fields of layers that the form offers.
const OF_LAYERS: &[&str] = &["units", "filters", "activation", "rate"];

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    ron::from_str(text).map_err(|_| format!("{text:?} is not valid here"))
}

/// All fields of a preset that the form offers.
pub fn fields(preset: &Preset) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut add = |group: &str, label, value: String, kind, place| {
        fields.push(Field { group: group.to_owned(), label, value, kind, place });
    };
    add("Training", "epochs", preset.train.epochs.to_string(), EPOCHS, Place::Epochs);
    add("Training", "batch size", preset.train.batch_size.to_string(), BATCH_SIZE, Place::BatchSize);
    add("Training", "validation share", preset.data.validation.to_string(), VALIDATION, Place::Validation);
    add("Training", "seed", preset.seed.to_string(), SEED, Place::Seed);
    let optimizer = &preset.optimizer;
    add("Optimizer", "kind", optimizer.name().into(), OPTIMIZERS, Place::Optimizer);
    let rate = kind_of(optimizer.fields(), "learning_rate");
    add("Optimizer", "learning rate", optimizer.learning_rate().to_string(), rate, Place::LearningRate);
    for (index, layer) in preset.layers.iter().enumerate() {
        let group = format!("Layer {} {}", index + 1, layer.kind());
        for field in layer.fields().iter().filter(|field| OF_LAYERS.contains(&field.name)) {
            let text = layer_text(layer);
            let value = place_of(&text, layer, field.name).map(|span| text[span].to_owned());
            add(&group, field.name, value.unwrap_or_default(), field.kind, Place::Layer(index, field.name));
        }
    }
    fields
}

/// A message about a preset, with its layers numbered as the form numbers them: `layers[3]` is layer 4.
pub fn as_the_form_counts(problem: &str) -> String {
    let mut text = String::with_capacity(problem.len());
    let mut rest = problem;
    while let Some(at) = rest.find("layers[") {
        let (before, from) = rest.split_at(at);
        let inside = &from["layers[".len()..];
        let number = inside.find(']').and_then(|end| Some((inside[..end].parse::<usize>().ok()?, end)));
        text.push_str(before);
        rest = match number {
            Some((index, end)) => {
                text.push_str(&format!("layer {}", index.saturating_add(1)));
                &inside[end + 1..]
            }
            None => {
                text.push_str("layers[");
                inside
            }
        };
    }
    text + rest
}

fn layer_text(layer: &Layer) -> String {
    ron::to_string(layer).unwrap_or_default()
}

/// Where a field's value stands in the text of its layer.
fn place_of(text: &str, layer: &Layer, field: &str) -> Option<std::ops::Range<usize>> {
    // The value of `Activation(relu)` has no name.
    let path = match layer {
        Layer::Activation(_) => Path::top().index(0),
        _ => Path::to(field),
    };
    Outline::of(text).find_exactly(&path)
}

/// The same layer with another value in a field.
fn with_field(layer: &Layer, field: &str, value: &str) -> Result<Layer, String> {
    let mut text = layer_text(layer);
    let span = place_of(&text, layer, field).ok_or_else(|| format!("{} has no {field}", layer.kind()))?;
    text.replace_range(span, value);
    parse(&text)
}

/// Gives a field the value that `text` says.
///
/// # Errors
/// What is wrong with the text.
pub fn set(preset: &mut Preset, field: &Field, text: &str) -> Result<(), String> {
    let invalid = || format!("{text:?} is not {}", field.kind.in_words());
    if !takes(field.kind, text) {
        return Err(invalid());
    }
    match field.place {
        Place::Epochs => preset.train.epochs = text.parse().map_err(|_| invalid())?,
        Place::BatchSize => preset.train.batch_size = text.parse().map_err(|_| invalid())?,
        Place::Seed => preset.seed = text.parse().map_err(|_| invalid())?,
        Place::Validation => preset.data.validation = text.parse().map_err(|_| invalid())?,
        Place::LearningRate => preset.optimizer.set_learning_rate(text.parse().map_err(|_| invalid())?),
        Place::Optimizer => preset.optimizer = parse(&format!("{text}()"))?,
        Place::Layer(index, name) => {
            if let Some(layer) = preset.layers.get_mut(index) {
                *layer = with_field(layer, name, text)?;
            }
        }
    }
    Ok(())
}

/// Whether a field of this kind takes what `text` says.
fn takes(kind: FieldKind, text: &str) -> bool {
    match kind {
        FieldKind::Choice(words) => words.contains(&text),
        FieldKind::Integer(range) => text.parse::<u64>().is_ok_and(|whole| range.contains(whole as f64)),
        FieldKind::Number(range) => text.parse().is_ok_and(|number| range.contains(number)),
        // The form shows none of these.
        FieldKind::Pair(_) | FieldKind::Integers(_) | FieldKind::NumbersOr(..) => false,
        FieldKind::Choices(_) | FieldKind::Texts | FieldKind::Paths => false,
        FieldKind::Switch | FieldKind::Text | FieldKind::Nested(_) => false,
    }
}

/// The value one step down or up: the neighbouring choice, the next number, the doubled or halved size.
pub fn stepped(field: &Field, up: bool) -> String {
    let whole = field.value.parse::<u64>().unwrap_or(1);
    let next = match field.kind {
        FieldKind::Choice(words) => {
            let at = words.iter().position(|word| *word == field.value).unwrap_or(0);
            let next = if up { at + 1 } else { at + words.len() - 1 };
            words[next % words.len()].to_owned()
        }
        FieldKind::Integer(_) if matches!(field.place, Place::Epochs | Place::Seed) => {
            whole.saturating_add_signed(if up { 1 } else { -1 }).to_string()
        }
        FieldKind::Integer(_) if up => whole.saturating_mul(2).min(u64::from(u32::MAX)).to_string(),
        FieldKind::Integer(_) => (whole / 2).to_string(),
        FieldKind::Number(Range::ABOVE_ZERO) => {
            let rate = field.value.parse().unwrap_or(0.001);
            crate::tui::rounds::next_round(rate, up).to_string()
        }
        FieldKind::Number(_) => {
            let number: f64 = field.value.parse().unwrap_or(0.0);
            let twentieths = (number * 20.0).round() + if up { 1.0 } else { -1.0 };
            (twentieths / 20.0).to_string()
        }
        FieldKind::Pair(_) | FieldKind::Integers(_) | FieldKind::NumbersOr(..) => field.value.clone(),
        FieldKind::Choices(_) | FieldKind::Texts | FieldKind::Paths => field.value.clone(),
        FieldKind::Switch | FieldKind::Text | FieldKind::Nested(_) => field.value.clone(),
    };
    if takes(field.kind, &next) { next } else { field.value.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layers_are_numbered_as_in_the_form() {
        let problem = "layers[3]: Reshape takes 6272 numbers, not 6468, from layers[2]; layers[x] stays";
        let expected = "layer 4: Reshape takes 6272 numbers, not 6468, from layer 3; layers[x] stays";
        assert_eq!(as_the_form_counts(problem), expected);
    }
}
