//! The settings that can be changed while a network trains, each by its path in the preset. A field's kind, range and line of
//! help are those of the preset's own tables.

use serde::{Deserialize, Serialize};

use super::field::{Field, FieldKind, Fields, kind_of};
use super::layers::Layer;
use super::layers::composite::Parts;
use super::optimizers::Optimizer;
use super::overrides::read_path;
use super::path::Path;
use super::procedure::{self, Procedure};
use super::types::{Clip, LossOptions, Preset, TrainConfig};

/// A change of one setting.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// `optimizer.learning_rate`: what the next step's rate is to be; the schedule goes on from it.
    LearningRate(f64),
    /// `train.batch_size`: samples in a step.
    BatchSize(u32),
    /// `train.epochs`: passes over the training data in all.
    Epochs(u32),
    /// `optimizer.momentum`, or the `beta_1` that stands for it.
    Momentum(f64),
    /// `optimizer.weight_decay`.
    WeightDecay(f64),
    /// `train.clip.norm`; `None` clips nothing.
    ClipNorm(Option<f64>),
    /// `train.clip.value`; `None` clips nothing.
    ClipValue(Option<f64>),
    /// `loss_options.label_smoothing`.
    LabelSmoothing(f32),
    /// `data.augment`: whether training samples are changed at random, as the preset says.
    Augmentation(bool),
    /// The rate of the dropout at this path, such as `layers[3].rate`.
    Dropout(Path, f32),
}

/// A change of one setting as it is typed, and as a run keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Assignment {
    /// The setting's path in the preset.
    pub path: String,
    /// Its new value, as a preset writes it.
    pub value: String,
}

/// A setting that can be changed while a network trains.
#[derive(Clone, Debug, PartialEq)]
pub struct Steerable {
    /// Its path in the preset.
    pub path: String,
    /// What it takes.
    pub kind: FieldKind,
    /// Whether it also takes `None`.
    pub is_optional: bool,
    /// What it is for, in one line.
    pub help: &'static str,
    /// Its value now, as a preset writes it.
    pub value: String,
}

impl Steerable {
    fn new(path: &str, field: &Field, value: impl ToString) -> Self {
        let (kind, help) = (field.kind, field.help);
        Steerable { path: path.into(), kind, is_optional: false, help, value: value.to_string() }
    }

    fn optional(path: &str, field: &Field, value: Option<f64>) -> Self {
        let value = value.map_or_else(|| "None".to_owned(), |value| value.to_string());
        Steerable { is_optional: true, ..Steerable::new(path, field, value) }
    }

    /// What it takes, for a prompt: `a number above 0, such as 0.001 or 3e-4`.
    pub fn takes(&self) -> String {
        let none = if self.is_optional { ", or None" } else { "" };
        format!("{}{none}", self.kind.in_words())
    }
}

const BATCH_SIZE: &str = "train.batch_size";
const WEIGHT_DECAY: &str = "optimizer.weight_decay";
const CLIP_NORM: &str = "train.clip.norm";
const CLIP_VALUE: &str = "train.clip.value";
const SMOOTHING: &str = "loss_options.label_smoothing";
const AUGMENT: &str = "data.augment";
const AUGMENT_FIELD: Field = Field {
    name: "augment",
    kind: FieldKind::Switch,
    help: "whether training samples are changed at random, as the preset says",
    refusal: None,
};

impl Change {
    /// The path of the learning rate.
    pub const LEARNING_RATE: &str = "optimizer.learning_rate";
    /// The path of the epochs.
    pub const EPOCHS: &str = "train.epochs";

    /// The path of what is changed, in a preset with the optimizer of `base`.
    pub fn path(&self, base: &Preset) -> String {
        match self {
            Change::LearningRate(_) => Change::LEARNING_RATE.into(),
            Change::BatchSize(_) => BATCH_SIZE.into(),
            Change::Epochs(_) => Change::EPOCHS.into(),
            Change::Momentum(_) => {
                let mut optimizer = base.optimizer.clone();
                format!("optimizer.{}", momentum(&mut optimizer).map_or("momentum", |(name, _)| name))
            }
            Change::WeightDecay(_) => WEIGHT_DECAY.into(),
            Change::ClipNorm(_) => CLIP_NORM.into(),
            Change::ClipValue(_) => CLIP_VALUE.into(),
            Change::LabelSmoothing(_) => SMOOTHING.into(),
            Change::Augmentation(_) => AUGMENT.into(),
            Change::Dropout(at, _) => at.to_string(),
        }
    }

    /// Reads a change of a training that began as `base` says.
    ///
    /// # Errors
    /// When the setting cannot be changed while it trains, or does not take the value; with what would do.
    pub fn read(base: &Preset, Assignment { path, value }: &Assignment) -> Result<Change, String> {
        let at = read_path(path.trim());
        let (path, value) = (at.to_string(), value.trim());
        let settings = steerable(base, base);
        let Some(setting) = settings.iter().find(|setting| setting.path == path) else {
            let paths: Vec<&str> = settings.iter().map(|setting| setting.path.as_str()).collect();
            return Err(format!(
                "{path} cannot be changed while this network trains; these can: {}",
                paths.join(", ")
            ));
        };
        let refused = || format!("{path} takes {}; '{value}' is not such a value", setting.takes());
        let number = || {
            let number = value.parse::<f64>().ok();
            let in_range = |number: &f64| match setting.kind {
                FieldKind::Number(range) | FieldKind::Integer(range) => range.contains(*number),
                _ => false,
            };
            number.filter(in_range).ok_or_else(refused)
        };
        let count = || value.parse::<u32>().ok().filter(|count| *count > 0).ok_or_else(refused);
        let limit = || if value.eq_ignore_ascii_case("none") { Ok(None) } else { number().map(Some) };
        Ok(match path.as_str() {
            Change::LEARNING_RATE => Change::LearningRate(number()?),
            BATCH_SIZE => Change::BatchSize(count()?),
            Change::EPOCHS => Change::Epochs(count()?),
            CLIP_NORM => Change::ClipNorm(limit()?),
            CLIP_VALUE => Change::ClipValue(limit()?),
            SMOOTHING => Change::LabelSmoothing(number()? as f32),
            AUGMENT => match value {
                "true" | "on" => Change::Augmentation(true),
                "false" | "off" => Change::Augmentation(false),
                _ => return Err(refused()),
            },
            WEIGHT_DECAY => Change::WeightDecay(number()?),
            _ if path.starts_with("optimizer.") => Change::Momentum(number()?),
            _ => Change::Dropout(at, number()? as f32),
        })
    }

    /// The preset `now` with this change. A training that began as `base` says; where augmentation is switched on, it is
    /// that of `base`.
    pub fn applied(&self, base: &Preset, now: &Preset) -> Preset {
        let mut preset = now.clone();
        match self {
            // The schedule and what the person made of it are the training's: the preset's rate stays its base.
            Change::LearningRate(_) => {}
            Change::BatchSize(size) => preset.train.batch_size = *size,
            Change::Epochs(epochs) => preset.train.epochs = *epochs,
            Change::Momentum(share) => {
                if let Some((_, own)) = momentum(&mut preset.optimizer) {
                    *own = *share;
                }
            }
            Change::WeightDecay(decay) => {
                if let Some(own) = weight_decay(&mut preset.optimizer) {
                    *own = *decay;
                }
            }
            Change::ClipNorm(limit) => preset.train.clip.norm = *limit,
            Change::ClipValue(limit) => preset.train.clip.value = *limit,
            Change::LabelSmoothing(share) => preset.loss_options.label_smoothing = *share,
            Change::Augmentation(is_on) => {
                preset.data.augment = if *is_on { base.data.augment.clone() } else { Default::default() };
            }
            Change::Dropout(at, rate) => visit_dropouts(&mut preset, &mut |path, own| {
                if path == *at {
                    *own = *rate;
                }
            }),
        }
        preset
    }
}

/// The settings that can be changed in a training that began as `base` says, with the values of `now`.
pub fn steerable(base: &Preset, now: &Preset) -> Vec<Steerable> {
    let mut now = now.clone();
    let optimizer = now.optimizer.fields();
    let mut all = Vec::new();
    if let Some(rate) = field(optimizer, "learning_rate") {
        all.push(Steerable::new(Change::LEARNING_RATE, rate, now.optimizer.learning_rate()));
    }
    let train = TrainConfig::FIELDS;
    // A language model reads as many streams of the text as a batch has rows: another number would be other streams.
    let is_stream = matches!(base.procedure, Procedure::Language(_));
    if let Some(size) = field(train, "batch_size").filter(|_| !is_stream) {
        all.push(Steerable::new(BATCH_SIZE, size, now.train.batch_size));
    }
    if let Some(epochs) = field(train, "epochs") {
        all.push(Steerable::new(Change::EPOCHS, epochs, now.train.epochs));
    }
    if let Some((name, value)) = momentum(&mut now.optimizer)
        && let Some(field) = field(optimizer, name)
    {
        all.push(Steerable::new(&format!("optimizer.{name}"), field, *value));
    }
    if let Some(value) = weight_decay(&mut now.optimizer)
        && let Some(field) = field(optimizer, "weight_decay")
    {
        all.push(Steerable::new(WEIGHT_DECAY, field, *value));
    }
    let clip = &now.train.clip;
    for (path, name, value) in [(CLIP_NORM, "norm", clip.norm), (CLIP_VALUE, "value", clip.value)] {
        all.extend(field(Clip::FIELDS, name).map(|field| Steerable::optional(path, field, value)));
    }
    // An adversarial pair has a loss of its own.
    let has_loss = !matches!(base.procedure, Procedure::Adversarial(_));
    if let Some(field) = field(LossOptions::FIELDS, "label_smoothing")
        && has_loss
        && base.loss.smooths_labels()
    {
        all.push(Steerable::new(SMOOTHING, field, now.loss_options.label_smoothing));
    }
    if base.data.augment.is_some() {
        all.push(Steerable::new(AUGMENT, &AUGMENT_FIELD, now.data.augment.is_some()));
    }
    let rate = Field {
        name: "rate",
        kind: kind_of(super::layers::Dropout::FIELDS, "rate"),
        help: "the share of inputs that is zeroed in training",
        refusal: None,
    };
    visit_dropouts(&mut now, &mut |path, value| {
        all.push(Steerable::new(&path.to_string(), &rate, *value));
    });
    all
}

/// The rates of all dropouts of a network, in the order in which its layers are built; one for each that the engine computes.
pub fn dropout_rates(layers: &[Layer]) -> Vec<f32> {
    let mut rates = Vec::new();
    for layer in layers {
        match layer {
            Layer::Dropout(dropout) => rates.push(dropout.rate),
            Layer::SpatialDropout1D(dropout) => rates.push(dropout.rate),
            Layer::SpatialDropout2D(dropout) => rates.push(dropout.rate),
            _ => {}
        }
        // Which dropouts a composite layer has does not depend on its input.
        match layer.parts(&[1]) {
            Some(Parts::InTurn(parts) | Parts::Added(parts)) => rates.extend(dropout_rates(&parts)),
            Some(Parts::BothWays(layer)) => rates.extend(dropout_rates(&[layer.clone(), layer])),
            Some(Parts::Merged { branches, .. }) => {
                rates.extend(branches.iter().flat_map(|b| dropout_rates(b)))
            }
            None => {}
        }
    }
    rates
}

fn field<'a>(fields: &'a [Field], name: &str) -> Option<&'a Field> {
    fields.iter().find(|field| field.name == name)
}

/// The share of the last step that the next one keeps, with its name in a preset.
fn momentum(optimizer: &mut Optimizer) -> Option<(&'static str, &mut f64)> {
    match optimizer {
        Optimizer::Sgd(sgd) => Some(("momentum", &mut sgd.momentum)),
        Optimizer::RmsProp(settings) => Some(("momentum", &mut settings.momentum)),
        Optimizer::Adam(adam) => Some(("beta_1", &mut adam.beta_1)),
        Optimizer::AdamW(adam) => Some(("beta_1", &mut adam.beta_1)),
        Optimizer::Lion(lion) => Some(("beta_1", &mut lion.beta_1)),
        Optimizer::Adagrad(_) => None,
    }
}

fn weight_decay(optimizer: &mut Optimizer) -> Option<&mut f64> {
    match optimizer {
        Optimizer::AdamW(adam) => Some(&mut adam.weight_decay),
        Optimizer::Lion(lion) => Some(&mut lion.weight_decay),
        Optimizer::Sgd(_) | Optimizer::RmsProp(_) | Optimizer::Adam(_) | Optimizer::Adagrad(_) => None,
    }
}

/// Visits the dropout rates that a preset writes, of all its networks, with their paths.
fn visit_dropouts(preset: &mut Preset, visit: &mut dyn FnMut(Path, &mut f32)) {
    visit_layers(&mut preset.layers, &Path::to("layers"), visit);
    let of = |name: &str| Path::to("procedure").field(name);
    match &mut preset.procedure {
        Procedure::Autoencoder(procedure::Autoencoder { decoder, .. })
        | Procedure::Variational(procedure::Variational { decoder, .. }) => {
            visit_layers(decoder, &of("decoder"), visit);
        }
        Procedure::Adversarial(procedure::Adversarial { discriminator, .. }) => {
            visit_layers(discriminator, &of("discriminator"), visit);
        }
        Procedure::Supervised | Procedure::Pretraining(_) | Procedure::Language(_) => {}
    }
}

fn visit_layers(layers: &mut [Layer], at: &Path, visit: &mut dyn FnMut(Path, &mut f32)) {
    for (place, layer) in layers.iter_mut().enumerate() {
        let at = at.clone().index(place);
        match layer {
            Layer::Dropout(dropout) => visit(at.field("rate"), &mut dropout.rate),
            Layer::SpatialDropout1D(dropout) => visit(at.field("rate"), &mut dropout.rate),
            Layer::SpatialDropout2D(dropout) => visit(at.field("rate"), &mut dropout.rate),
            Layer::TransformerEncoder(encoder) => visit(at.field("dropout"), &mut encoder.dropout),
            Layer::Residual(residual) => visit_layers(&mut residual.layers, &at.field("layers"), visit),
            Layer::Branches(layer) => {
                for (number, branch) in layer.branches.iter_mut().enumerate() {
                    visit_layers(branch, &at.clone().field("branches").index(number), visit);
                }
            }
            // No other kind of layer has a dropout; a test compares with what the engine builds.
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::library;
    use super::*;

    fn preset() -> Preset {
        ron::from_str(
            r#"(name: "x", title: "", data: (source: mnist, augment: (shift: 2.0)),
                layers: [Flatten, Dropout(rate: 0.2),
                         Residual(layers: [Dense(units: 784), Dropout(rate: 0.1)]), Dense(units: 10, activation: softmax)],
                loss: categorical_crossentropy, optimizer: AdamW(), train: (epochs: 3, batch_size: 70))"#,
        )
        .unwrap()
    }

    fn read(path: &str, value: &str) -> Result<Change, String> {
        Change::read(&preset(), &Assignment { path: path.into(), value: value.into() })
    }

    #[test]
    fn every_setting_is_read_by_its_path_and_changes_only_itself() {
        let base = preset();
        let others = ["0.5", "7", "9", "0.8", "0.25", "2.5", "0.75", "0.125", "false", "0.3", "0.4"];
        let settings = steerable(&base, &base);
        assert_eq!(settings.len(), others.len(), "{settings:?}");
        for (setting, value) in settings.iter().zip(others) {
            let change = read(&setting.path, value).unwrap();
            let changed = steerable(&base, &change.applied(&base, &base));
            for (before, after) in settings.iter().zip(&changed) {
                // The rate is the training's, which multiplies the scheduled one.
                let is_this = before.path == setting.path && !matches!(change, Change::LearningRate(_));
                let expected = if is_this { value } else { &before.value };
                assert_eq!(after.value, expected, "{} after {change:?}", after.path);
            }
        }
        let off = read("data.augment", "off").unwrap().applied(&base, &base);
        assert_eq!(read("data.augment", "on").unwrap().applied(&base, &off), base);
        assert_eq!(read("train.clip.norm", "None"), Ok(Change::ClipNorm(None)));
        assert_eq!(read("layers.1.rate", "0.5"), read("layers[1].rate", "0.5"));
    }

    #[test]
    fn a_refusal_says_what_would_do() {
        let refused = |path, value| read(path, value).unwrap_err();
        assert_eq!(
            refused("layers[1].rate", "1"),
            "layers[1].rate takes a number from 0 to below 1; '1' is not such a value"
        );
        assert!(refused("train.batch_size", "0").contains("takes a whole number from 1"));
        assert!(refused("train.clip.norm", "-1").contains("or None"));
        let unknown = refused("layers[3].units", "7");
        assert!(
            unknown.contains("layers[3].units cannot be changed") && unknown.contains("train.epochs"),
            "{unknown}"
        );
    }

    #[test]
    fn what_a_training_does_not_have_cannot_be_changed() {
        let paths = |preset: &Preset| -> Vec<String> {
            steerable(preset, preset).into_iter().map(|setting| setting.path).collect()
        };
        let mut plain = preset();
        plain.data.augment = Default::default();
        plain.loss = super::super::Loss::MeanSquaredError;
        plain.optimizer = super::super::optimizers::Adagrad::default().into();
        let paths = paths(&plain);
        for path in [AUGMENT, SMOOTHING, WEIGHT_DECAY, "optimizer.momentum"] {
            assert!(!paths.iter().any(|known| known == path), "{path}");
        }
    }

    #[test]
    fn the_dropouts_that_a_preset_writes_are_those_that_the_engine_builds() {
        for entry in library::list().iter().filter(|entry| entry.file.is_none()) {
            let mut written = Vec::new();
            let mut preset = entry.loaded.as_ref().unwrap().preset().clone();
            visit_layers(&mut preset.layers, &Path::to("layers"), &mut |_, rate| {
                written.push(*rate);
                *rate = 0.5;
            });
            let built = dropout_rates(&preset.layers);
            assert_eq!(built.is_empty(), written.is_empty(), "{}", preset.name);
            assert!(built.iter().all(|rate| *rate == 0.5), "{}: one is not written", preset.name);
        }
    }
}
