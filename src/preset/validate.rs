//! From a preset to an experiment whose parts fit each other.

use super::counted::counted;
use super::data::{Labels, Signature};
use super::experiment::Experiment;
use super::field::Fields;
use super::layers::options::Activation;
use super::layers::{Embedding, Layer};
use super::parse::PresetError;
use super::path::Path;
use super::reference_line::ReferenceLine;
use super::refusal::Refusal;
use super::shapes::ShapeError;
use super::sources::{Offers, TargetKind, ValuesAre};
use super::summary::Summary;
use super::types::{Loss, Preset};

/// What does not fit, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}; {help}")]
pub struct Finding {
    /// Where in the preset.
    pub path: Path,
    /// What is wrong.
    pub problem: String,
    /// What would be valid.
    pub help: String,
}

impl Finding {
    /// The error at its place in the text that the preset was read from.
    fn at(self, origin: &str, text: &str) -> PresetError {
        PresetError::at(origin, text, &self.path, self.problem, self.help)
    }
}

pub(super) fn finding<T>(
    path: Path,
    problem: impl Into<String>,
    help: impl Into<String>,
) -> Result<T, Finding> {
    Err(Finding { path, problem: problem.into(), help: help.into() })
}

impl From<Refusal> for Finding {
    fn from((path, problem, help): Refusal) -> Self {
        Finding { path, problem, help }
    }
}

impl From<ShapeError> for Finding {
    fn from(error: ShapeError) -> Self {
        Finding { path: error.path, problem: error.problem, help: error.help }
    }
}

impl Preset {
    /// Checks all that can be told without the data: numbers and options. `origin` and `text` are where the preset was
    /// read from, for messages.
    ///
    /// # Errors
    /// The first thing that is not valid, at its place in the text.
    pub fn check(&self, origin: &str, text: &str) -> Result<(), PresetError> {
        self.check_values().map_err(|finding| finding.at(origin, text))
    }

    /// Checks that no command takes the preset's name for something else. Runs of before may have any name.
    ///
    /// # Errors
    /// When it is a word for the newest run.
    pub fn check_name(&self, origin: &str, text: &str) -> Result<(), PresetError> {
        let is_taken = self.name == "last";
        let refused = finding(
            Path::to("name"),
            "commands take 'last' for the newest run, whatever its name is",
            "give the preset another name",
        );
        if is_taken { refused.map_err(|finding: Finding| finding.at(origin, text)) } else { Ok(()) }
    }

    /// Makes an experiment of the preset, whose source offers `offers`. `origin` and `text` are where the preset was
    /// read from, for messages.
    ///
    /// # Errors
    /// The first thing that does not fit, at its place in the text.
    pub fn validate(self, offers: &Offers, origin: &str, text: &str) -> Result<Experiment, PresetError> {
        self.fit(offers).map_err(|finding| finding.at(origin, text))
    }

    /// The same for a preset that was not read from a text.
    ///
    /// # Errors
    /// The first thing that does not fit, with its path in the preset.
    pub fn fit(self, offers: &Offers) -> Result<Experiment, Finding> {
        self.check_values()?;
        self.data.check_against(offers).map_err(Finding::from)?;
        let networks = self.networks(&self.signature(offers))?;
        Ok(Experiment { preset: self, offers: offers.clone(), networks })
    }

    fn check_values(&self) -> Result<(), Finding> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if self.name.is_empty() || self.name.len() > 64 || !self.name.chars().all(is_plain) {
            return finding(
                Path::to("name"),
                "this cannot be a preset's name",
                "use 1 to 64 letters, digits, '-' and '_'",
            );
        }
        if self.layers.is_empty() {
            return finding(
                Path::to("layers"),
                "a network without layers",
                "add at least one, such as Dense(units: 10)",
            );
        }
        self.check_ranges()?;
        if let Err(problem) = ReferenceLine::read(&self.view.reference) {
            return finding(
                Path::to("view").field("reference"),
                problem,
                "write lines such as accuracy 98.5% Keras; loss 0.05",
            );
        }
        self.data.check().map_err(Finding::from)
    }

    /// Checks that real-valued targets are what the loss compares.
    fn check_values_for_loss(&self, signature: &Signature) -> Result<(), Finding> {
        let at = Path::to("loss");
        let values = "use mean_squared_error, with a last layer without activation, to predict values";
        let or_classes = match signature.target {
            TargetKind::Values(count) if count > 1 => {
                format!(
                    "{values}, or binary_crossentropy, with sigmoid, for labels of which a sample may have several"
                )
            }
            _ => format!("{values}, or task: classes to take a table's label for classes"),
        };
        match (self.loss, signature.values) {
            (Loss::BinaryCrossentropy, ValuesAre::Any) => finding(
                at,
                "binary_crossentropy compares probabilities, and not all targets lie between 0 and 1",
                values,
            ),
            (
                Loss::CategoricalCrossentropy | Loss::KlDivergence,
                ValuesAre::Any | ValuesAre::Shares | ValuesAre::Flags,
            ) => {
                let problem = format!(
                    "{} compares distributions over classes, and the targets are no classes and do not sum to 1",
                    self.loss.name()
                );
                finding(at, problem, or_classes)
            }
            (Loss::SparseCategoricalCrossentropy, _) => {
                let problem =
                    "sparse_categorical_crossentropy takes class numbers, and the targets are values";
                finding(at, problem, or_classes)
            }
            (Loss::BinaryCrossentropy, ValuesAre::Shares | ValuesAre::Flags | ValuesAre::Distributions)
            | (Loss::CategoricalCrossentropy | Loss::KlDivergence, ValuesAre::Distributions)
            | (Loss::MeanSquaredError | Loss::MeanAbsoluteError | Loss::Huber, _) => Ok(()),
        }
    }

    /// Checks the last layer against the loss, the labels and the target.
    pub(super) fn check_end(&self, summary: &Summary, signature: &Signature) -> Result<(), Finding> {
        let output = summary.rows.last().map(|row| &row.shape[..]).unwrap_or_default();
        let last = Path::to("layers").index(self.layers.len() - 1);
        let activation = self.layers.last().and_then(Layer::activation);
        match &signature.target {
            TargetKind::Classes(classes) if classes.len() < 2 => {
                let name = classes.first().map(String::as_str).unwrap_or_default();
                return finding(
                    Path::to("data").field("source"),
                    format!("all samples are of one class, '{name}', so that there is nothing to tell apart"),
                    "name another label, or use a loss of values and a last layer without activation",
                );
            }
            TargetKind::Classes(classes) => {
                let labels = self.reading().labels;
                let count = if labels == Labels::Binary { 1 } else { classes.len() };
                if labels == Labels::Binary && classes.len() != 2 {
                    return finding(
                        Path::to("data").field("labels"),
                        format!("binary labels for {} classes", classes.len()),
                        "use one_hot or integer",
                    );
                }
                if output != [count] {
                    let help = match (output, classes.len()) {
                        ([1], 2) => "set data.labels: binary, with loss: binary_crossentropy, for one output; or end with \
                                     Dense(units: 2, …)"
                            .into(),
                        _ => format!("end with Flatten if needed, then Dense(units: {count}, …)"),
                    };
                    return finding(
                        last,
                        format!("the network gives {output:?} for {} classes", classes.len()),
                        help,
                    );
                }
                match (self.loss, labels) {
                    (Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy, Labels::Binary) => {
                        finding(
                            Path::to("loss"),
                            "this loss takes classes, and data.labels gives one value",
                            "use binary_crossentropy, or set data.labels: one_hot",
                        )?
                    }
                    (Loss::CategoricalCrossentropy, Labels::Integer) => finding(
                        Path::to("loss"),
                        "categorical_crossentropy takes one-hot labels",
                        "set data.labels: one_hot, or use sparse_categorical_crossentropy",
                    )?,
                    (Loss::SparseCategoricalCrossentropy, Labels::OneHot) => finding(
                        Path::to("loss"),
                        "sparse_categorical_crossentropy takes class numbers",
                        "set data.labels: integer, or use categorical_crossentropy",
                    )?,
                    _ => {}
                }
            }
            TargetKind::Values(count) => {
                self.check_values_for_loss(signature)?;
                if output != [*count] {
                    let help = format!("end with Dense(units: {count})");
                    return finding(
                        last,
                        format!("the network gives {output:?} for {}", counted(*count, "value")),
                        help,
                    );
                }
            }
            TargetKind::Tokens(count) => {
                if output.last() != Some(count) {
                    let help = format!("end with Dense(units: {count}, activation: softmax)");
                    return finding(last, format!("the network gives {output:?} for {count} tokens"), help);
                }
            }
        }
        if let (Some(tokens), Some(Layer::Embedding(Embedding { input_dim, .. }))) =
            (signature.tokens, self.layers.first())
            && *input_dim < tokens
        {
            return finding(
                Path::to("layers").index(0).field("input_dim"),
                format!("an Embedding of {input_dim} tokens for data of {tokens}"),
                format!("set input_dim: {tokens}"),
            );
        }
        let wants = match self.loss {
            Loss::CategoricalCrossentropy | Loss::SparseCategoricalCrossentropy => Some(Activation::Softmax),
            Loss::BinaryCrossentropy => Some(Activation::Sigmoid),
            _ => None,
        };
        match (wants, activation) {
            (Some(Activation::Softmax), Some(Activation::Softmax))
            | (Some(Activation::Sigmoid), Some(Activation::Sigmoid)) => Ok(()),
            (Some(Activation::Softmax), _) => {
                finding(last, "this loss needs probabilities", "give the last layer activation: softmax")
            }
            (Some(_), _) => {
                finding(last, "this loss needs a probability", "give the last layer activation: sigmoid")
            }
            (None, _) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::library::experiment;

    const CNN: &str = include_str!("../../presets/mnist-cnn.ron");

    fn message(from: &str, to: &str) -> String {
        let text = CNN.replace(from, to);
        assert_ne!(text, CNN);
        experiment(&text, "my.ron").unwrap_err().to_string()
    }

    #[test]
    fn the_case_study_is_valid_and_has_kerass_parameters() {
        let experiment = experiment(CNN, "mnist-cnn").unwrap();
        assert_eq!(experiment.networks.first().summary.parameters.total(), 693_962);
    }

    #[test]
    fn what_does_not_fit_is_refused_at_its_own_line() {
        let shown = message("kernel_size: (3, 3)", "kernel_size: (30, 30)");
        assert!(shown.contains("kernel_size: (30, 30)") && shown.contains("28"), "{shown}");
        let shown = message("Dense(units: 128", "Dense(units: 0");
        assert!(shown.contains("Dense(units: 0") && shown.contains("units"), "{shown}");
        let shown = message("epochs: 5", "epochs: 0");
        assert!(shown.contains("0 epochs train nothing"), "{shown}");
        let shown = message("units: 10", "units: 11");
        assert!(shown.contains("for 10 classes"), "{shown}");
        let shown = message("labels: one_hot", "labels: integer");
        assert!(shown.contains("takes one-hot labels"), "{shown}");
        let shown = message("learning_rate: 0.001", "learning_rate: -1");
        assert!(shown.contains("a learning rate of -1"), "{shown}");
        let shown = message("name: \"mnist-cnn\"", "name: \"../evil\"");
        assert!(shown.contains("cannot be a preset's name"), "{shown}");
        let shown = message("        Flatten,\n", "");
        assert!(shown.contains("Flatten"), "{shown}");
    }

    #[test]
    fn numbers_out_of_their_range_are_refused_by_path_at_their_place() {
        let (optimizer, train) = ("Adam(learning_rate: 0.001)", "batch_size: 64)");
        // The sign ^ stands before the number that is to be pointed at.
        let cases = [
            (train, "batch_size: 64, clip: (value: ^-1))", "train.clip.value is -1"),
            (train, "batch_size: 64, clip: (norm: ^0))", "train.clip.norm is 0"),
            (train, "batch_size: 64, schedule: step(every: ^0, gamma: 0.5))", "train.schedule.every is 0"),
            (train, "batch_size: 64, schedule: step(every: 1, gamma: ^-1))", "train.schedule.gamma is -1"),
            (train, "batch_size: 64, schedule: exponential(gamma: ^-1))", "train.schedule.gamma is -1"),
            (train, "batch_size: 64, schedule: cosine(minimum: ^-1))", "train.schedule.minimum is -1"),
            (train, "batch_size: 64, schedule: one_cycle(rise: ^1.5))", "train.schedule.rise is 1.5"),
            (train, "batch_size: 64, schedule: warm_up(steps: ^0))", "train.schedule.steps is 0"),
            (train, "batch_size: 64, schedule: reduce_on_plateau(factor: ^2))", "train.schedule.factor is 2"),
            (
                train,
                "batch_size: 64, early_stopping: (patience: 1, min_delta: ^-1))",
                "train.early_stopping.min_delta is -1",
            ),
            (optimizer, "SGD(momentum: ^-3)", "optimizer.momentum is -3"),
            (optimizer, "Adam(beta_2: ^1.5)", "optimizer.beta_2 is 1.5"),
            (optimizer, "AdamW(weight_decay: ^-1)", "optimizer.weight_decay is -1"),
            (optimizer, "RMSprop(epsilon: ^0)", "optimizer.epsilon is 0"),
            (
                optimizer,
                "Adagrad(initial_accumulator_value: ^-1)",
                "optimizer.initial_accumulator_value is -1",
            ),
            (optimizer, "Adam(), loss_options: (delta: ^-1)", "loss_options.delta is -1"),
            (optimizer, "Adam(), loss_options: (label_smoothing: ^1)", "label smoothing is a share"),
            (
                optimizer,
                "Adam(), procedure: pretraining(weight_decay: ^-1)",
                "cannot be pushed away from zero",
            ),
            ("validation: 0.1", "validation: ^1.2", "1.2 is no share of the samples"),
            ("validation: 0.1", "test: ^1", "1 is no share of the samples"),
            ("validation: 0.1", "train_samples: ^0", "data.train_samples is 0"),
            ("validation: 0.1", "fold: (k: ^0, of: 5)", "data.fold.k is 0"),
            ("validation: 0.1", "augment: (zoom: ^0.95)", "data.augment.zoom is 0.95"),
        ];
        for (from, marked, problem) in cases {
            let (to, place) = (marked.replace('^', ""), marked.find('^').unwrap());
            let shown = message(from, &to);
            assert!(shown.contains(problem), "{problem}: {shown}");
            let start = shown.lines().find_map(|line| line.find(&to)).unwrap();
            let mark = shown.lines().find_map(|line| line.ends_with('^').then_some(line.len() - 1));
            assert_eq!(mark, Some(start + place), "{shown}");
        }
    }
}
