//! The form over a preset: its fields as text, and how they change.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::preset::{Activation, Layer, Optimizer, Preset};

/// The form's own state; the values are in the preset.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hyper {
    /// The chosen field.
    pub selected: usize,
    /// The preset that waits for a yes before it replaces another.
    pub saving: Option<Box<Preset>>,
}

/// How a field is edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number from 1 (epochs, sizes).
    Count,
    /// Any whole number from 0 (the seed).
    Whole,
    /// A learning rate: above 0.
    Rate,
    /// A share from 0 to below 1.
    Share,
    /// One of a few words.
    Choice(&'static [&'static str]),
}

impl Kind {
    /// What is valid, for the prompt.
    pub fn help(self) -> String {
        match self {
            Kind::Count => "a whole number from 1".into(),
            Kind::Whole => "a whole number from 0".into(),
            Kind::Rate => "a number above 0, such as 0.001 or 3e-4".into(),
            Kind::Share => "a number from 0 to below 1".into(),
            Kind::Choice(words) => format!("one of {}", words.join(", ")),
        }
    }
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
    /// How it is edited.
    pub kind: Kind,
    /// Where it is.
    pub place: Place,
}

const OPTIMIZERS: &[&str] = &["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"];
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
    add("Training", "epochs", preset.train.epochs.to_string(), Kind::Count, Place::Epochs);
    add("Training", "batch size", preset.train.batch_size.to_string(), Kind::Count, Place::BatchSize);
    add("Training", "validation share", preset.data.validation.to_string(), Kind::Share, Place::Validation);
    add("Training", "seed", preset.seed.to_string(), Kind::Whole, Place::Seed);
    let optimizer = match preset.optimizer {
        Optimizer::Sgd { .. } => "SGD",
        Optimizer::Adam { .. } => "Adam",
        Optimizer::AdamW { .. } => "AdamW",
        Optimizer::RmsProp { .. } => "RMSprop",
        Optimizer::Adagrad { .. } => "Adagrad",
    };
    add("Optimizer", "kind", optimizer.into(), Kind::Choice(OPTIMIZERS), Place::Optimizer);
    let rate = preset.optimizer.learning_rate().to_string();
    add("Optimizer", "learning rate", rate, Kind::Rate, Place::LearningRate);
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
                add(&title("Dropout"), "rate", rate.to_string(), Kind::Share, Place::Dropout(index));
                continue;
            }
            Layer::Activation(_) => ("Activation", ""),
            _ => continue,
        };
        if let Some(units) = units_mut(&mut layer) {
            add(&title(kind), label, units.to_string(), Kind::Count, Place::Units(index));
        }
        if let Some(activation) = activation_mut(&mut layer) {
            let value = word(activation);
            add(&title(kind), "activation", value, Kind::Choice(ACTIVATIONS), Place::Activation(index));
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
    let invalid = || format!("{text:?} is not {}", field.kind.help());
    let count = || text.parse::<u32>().ok().filter(|n| *n > 0).ok_or_else(invalid);
    let share = || text.parse::<f64>().ok().filter(|s| (0.0..1.0).contains(s)).ok_or_else(invalid);
    if let Kind::Choice(words) = field.kind
        && !words.contains(&text)
    {
        return Err(invalid());
    }
    match field.place {
        Place::Epochs => preset.train.epochs = count()?,
        Place::BatchSize => preset.train.batch_size = count()?,
        Place::Seed => preset.seed = text.parse().map_err(|_| invalid())?,
        Place::Validation => preset.data.validation = share()?,
        Place::LearningRate => {
            let rate = text.parse::<f64>().ok().filter(|r| r.is_finite() && *r > 0.0).ok_or_else(invalid)?;
            preset.optimizer.set_learning_rate(rate);
        }
        Place::Optimizer => preset.optimizer = parse(&format!("{text}()"))?,
        Place::Units(index) => {
            if let Some(units) = preset.layers.get_mut(index).and_then(units_mut) {
                *units = count()? as usize;
            }
        }
        Place::Activation(index) => {
            if let Some(activation) = preset.layers.get_mut(index).and_then(activation_mut) {
                *activation = parse(text)?;
            }
        }
        Place::Dropout(index) => {
            if let Some(Layer::Dropout { rate }) = preset.layers.get_mut(index) {
                *rate = share()? as f32;
            }
        }
    }
    Ok(())
}

/// The value one step down or up: the neighbouring choice, the doubled or halved size.
pub fn stepped(field: &Field, up: bool) -> String {
    let whole = field.value.parse::<u64>().unwrap_or(1);
    match field.kind {
        Kind::Choice(words) => {
            let at = words.iter().position(|word| *word == field.value).unwrap_or(0);
            let next = if up { at + 1 } else { at + words.len() - 1 };
            words[next % words.len()].to_owned()
        }
        Kind::Count if matches!(field.place, Place::Epochs) => {
            whole.saturating_add_signed(if up { 1 } else { -1 }).max(1).to_string()
        }
        Kind::Count if up => (whole.saturating_mul(2)).min(u64::from(u32::MAX)).to_string(),
        Kind::Count => (whole / 2).max(1).to_string(),
        Kind::Whole => whole.saturating_add_signed(if up { 1 } else { -1 }).to_string(),
        Kind::Rate => {
            let rate = field.value.parse().unwrap_or(0.001);
            crate::tui::rounds::next_round(rate, up).to_string()
        }
        Kind::Share => {
            let share: f64 = field.value.parse().unwrap_or(0.0);
            let twentieths = (share * 20.0).round() + if up { 1.0 } else { -1.0 };
            (twentieths.clamp(0.0, 19.0) / 20.0).to_string()
        }
    }
}
