//! The form over a preset: its fields as text, and how they change.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::preset::field::{FieldKind, Fields, Range, kind_of};
use crate::preset::{Activation, DataConfig, Layer, Optimizer, Preset, TrainConfig};

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
    /// A layer's units or filters.
    Units(usize),
    /// A layer's activation.
    Activation(usize),
    /// A dropout's rate.
    Dropout(usize),
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
/// A layer's units or filters.
const UNITS: FieldKind = FieldKind::Integer(Range::at_least(1.0));
/// A dropout's rate.
const DROPOUT: FieldKind = FieldKind::Number(Range::SHARE);
const ACTIVATIONS: &[&str] =
    &["linear", "relu", "leaky_relu", "elu", "gelu", "silu", "softplus", "sigmoid", "tanh", "softmax"];

/// A unit variant's name in a file: `relu`, from serde's own renaming.
fn word(value: &impl Serialize) -> String {
    ron::to_string(value).unwrap_or_default()
}

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
        let mut layer = layer.clone();
        let title = |kind: &str| format!("Layer {} {kind}", index + 1);
        let (kind, label) = match &layer {
            Layer::Dense { .. } => ("Dense", "units"),
            Layer::Conv2D { .. } => ("Conv2D", "filters"),
            Layer::Conv2DTranspose { .. } => ("Conv2DTranspose", "filters"),
            Layer::Conv1D { .. } => ("Conv1D", "filters"),
            Layer::SimpleRNN { .. } => ("SimpleRNN", "units"),
            Layer::LSTM { .. } => ("LSTM", "units"),
            Layer::GRU { .. } => ("GRU", "units"),
            Layer::Dropout { rate } => {
                add(&title("Dropout"), "rate", rate.to_string(), DROPOUT, Place::Dropout(index));
                continue;
            }
            Layer::Activation(_) => ("Activation", ""),
            _ => continue,
        };
        if let Some(units) = units_mut(&mut layer) {
            add(&title(kind), label, units.to_string(), UNITS, Place::Units(index));
        }
        if let Some(activation) = activation_mut(&mut layer) {
            let value = word(activation);
            add(&title(kind), "activation", value, FieldKind::Choice(ACTIVATIONS), Place::Activation(index));
        }
    }
    fields
}

fn units_mut(layer: &mut Layer) -> Option<&mut usize> {
    match layer {
        Layer::Dense { units, .. }
        | Layer::SimpleRNN { units, .. }
        | Layer::LSTM { units, .. }
        | Layer::GRU { units, .. } => Some(units),
        Layer::Conv2D { filters, .. }
        | Layer::Conv2DTranspose { filters, .. }
        | Layer::Conv1D { filters, .. } => Some(filters),
        _ => None,
    }
}

fn activation_mut(layer: &mut Layer) -> Option<&mut Activation> {
    match layer {
        Layer::Dense { activation, .. }
        | Layer::Conv2D { activation, .. }
        | Layer::Conv2DTranspose { activation, .. }
        | Layer::Conv1D { activation, .. }
        | Layer::SimpleRNN { activation, .. }
        | Layer::Activation(activation) => Some(activation),
        _ => None,
    }
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
        Place::Units(index) => {
            if let Some(units) = preset.layers.get_mut(index).and_then(units_mut) {
                *units = text.parse::<u32>().map_err(|_| invalid())? as usize;
            }
        }
        Place::Activation(index) => {
            if let Some(activation) = preset.layers.get_mut(index).and_then(activation_mut) {
                *activation = parse(text)?;
            }
        }
        Place::Dropout(index) => {
            if let Some(Layer::Dropout { rate }) = preset.layers.get_mut(index) {
                *rate = text.parse().map_err(|_| invalid())?;
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
        FieldKind::Pair(_) | FieldKind::Integers(_) | FieldKind::Numbers(_) => false,
        FieldKind::Switch | FieldKind::Text | FieldKind::Nested => false,
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
        FieldKind::Pair(_) | FieldKind::Integers(_) | FieldKind::Numbers(_) => field.value.clone(),
        FieldKind::Switch | FieldKind::Text | FieldKind::Nested => field.value.clone(),
    };
    if takes(field.kind, &next) { next } else { field.value.clone() }
}
