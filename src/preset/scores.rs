//! Checks what the loss is told, the metrics and the monitored score against the data: whether it has classes, whether there
//! is an accuracy.

use super::class_weights::ClassWeights;
use super::counted::counted;
use super::data::{Signature, TargetChoice};
use super::layers::options::Activation;
use super::metric::Metric;
use super::networks::last_activation;
use super::path::Path;
use super::procedure::Procedure;
use super::sources::{Csv, Source, TargetKind, Task, ValuesAre};
use super::types::{Loss, Monitor, Preset};
use super::validate::{Finding, finding};

impl Preset {
    /// Checks the class weights: one for each class, and not all zero.
    pub(super) fn check_class_weights(&self, signature: &Signature) -> Result<(), Finding> {
        let weights = &self.loss_options.class_weights;
        if weights.is_none() {
            return Ok(());
        }
        let at = Path::to("loss_options").field("class_weights");
        let classes = match &signature.target {
            TargetKind::Classes(classes) if self.predicts() => classes.len(),
            TargetKind::Tokens(count) if self.predicts() => *count,
            TargetKind::Classes(_) | TargetKind::Tokens(_) | TargetKind::Values(_) => {
                return finding(at, "there are no classes to weigh", "leave class_weights out");
            }
        };
        let weights = match weights {
            ClassWeights::Factors(factors) => factors,
            ClassWeights::Counted(_) if matches!(signature.target, TargetKind::Tokens(_)) => {
                return finding(
                    at,
                    "tokens are not counted",
                    "give a factor for each token, or leave class_weights out",
                );
            }
            ClassWeights::Counted(_) => return Ok(()),
        };
        if weights.len() != classes {
            let problem = format!("{} for {classes} classes", counted(weights.len(), "weight"));
            return finding(at, problem, "give one weight for each class, in the order of the classes");
        }
        if weights.iter().all(|&weight| weight == 0.0) {
            return finding(
                at,
                "no class counts: all weights are 0",
                "give a weight above 0 to the classes that count",
            );
        }
        Ok(())
    }

    /// Checks that a table has a label where it is to be predicted.
    pub(super) fn check_label(&self) -> Result<(), Finding> {
        let Source::Csv(Csv { task: Task::NoLabel, label, .. }) = &self.data.source else { return Ok(()) };
        let at = Path::to("data").field("source");
        if label.is_some() {
            return finding(
                at.field("label"),
                "task: none says that there is no label",
                "leave one of the two out",
            );
        }
        if self.gives_targets() {
            let help =
                "data: (targets: input) predicts the inputs; procedure: autoencoder learns a code for them";
            return finding(at.field("task"), "a table without a label has nothing to predict", help);
        }
        Ok(())
    }

    /// Checks that rows are weighed only where a loss is the mean of the rows' own losses.
    pub(super) fn check_row_weights(&self) -> Result<(), Finding> {
        let Source::Csv(Csv { weights: Some(_), .. }) = &self.data.source else { return Ok(()) };
        match self.procedure {
            Procedure::Supervised
            | Procedure::Pretraining(_)
            | Procedure::Autoencoder(_)
            | Procedure::Variational(_)
            | Procedure::Language(_) => Ok(()),
            Procedure::Adversarial(_) => finding(
                Path::to("data").field("source").field("weights"),
                "rows cannot be weighed in procedure: adversarial: the generator has no loss of its own for a row",
                "leave weights out",
            ),
        }
    }

    /// Checks what early stopping monitors: an accuracy needs right and wrong answers.
    pub(super) fn check_monitor(&self, signature: &Signature) -> Result<(), Finding> {
        let monitor = self.train.early_stopping.as_ref().map(|stopping| stopping.monitor);
        if monitor != Some(Monitor::ValAccuracy) {
            return Ok(());
        }
        let has_accuracy = self.predicts()
            && match signature.target {
                TargetKind::Classes(_) | TargetKind::Tokens(_) => true,
                TargetKind::Values(_) => {
                    self.loss.compares_probabilities() && self.gives_targets() && !self.gives_soft(signature)
                }
            };
        if has_accuracy {
            return Ok(());
        }
        let at = Path::to("train").field("early_stopping").field("monitor");
        finding(at, "this training has no accuracy to monitor", "use monitor: val_loss")
    }

    /// Checks that labels are smoothed only where the loss compares probabilities of classes.
    pub(super) fn check_smoothing(&self) -> Result<(), Finding> {
        if self.loss.smooths_labels() || self.loss_options.label_smoothing == 0.0 {
            return Ok(());
        }
        let at = Path::to("loss_options").field("label_smoothing");
        let problem = format!("{} has no labels to smooth", self.loss.name());
        finding(at, problem, "leave label_smoothing out, or use a cross-entropy")
    }

    /// Checks that this training reports the metrics that are asked for.
    pub(super) fn check_metrics(&self, signature: &Signature) -> Result<(), Finding> {
        let known = self.metrics_of(signature);
        let Some(place) = self.train.metrics.iter().position(|metric| !known.contains(metric)) else {
            return Ok(());
        };
        let at = Path::to("train").field("metrics").index(place);
        let problem = format!("this training has no {}", self.train.metrics[place].name());
        let names: Vec<&str> = known.iter().map(|metric| metric.name()).collect();
        finding(
            at,
            problem,
            match &names[..] {
                [] => "leave metrics out: this procedure reports its own".into(),
                names => format!("use some of: {}", names.join(", ")),
            },
        )
    }

    /// The metrics that this training can report beside its loss, where a person chooses them.
    fn metrics_of(&self, signature: &Signature) -> &'static [Metric] {
        const CLASSES: &[Metric] = &[
            Metric::TopFive,
            Metric::Precision,
            Metric::Recall,
            Metric::F1,
            Metric::RocAuc,
            Metric::Mae,
            Metric::Rmse,
            Metric::RSquared,
        ];
        const VALUES: &[Metric] = &[Metric::Mae, Metric::Rmse, Metric::RSquared];
        const TOKENS: &[Metric] = &[Metric::Perplexity, Metric::BitsPerCharacter];
        if !self.predicts() {
            return &[];
        }
        match &signature.target {
            TargetKind::Tokens(_) => TOKENS,
            TargetKind::Classes(names) if names.len() > 2 => CLASSES,
            TargetKind::Classes(_) => &CLASSES[1..],
            TargetKind::Values(_) if self.data.targets == TargetChoice::Input => VALUES,
            TargetKind::Values(_) if self.gives_soft(signature) => VALUES,
            TargetKind::Values(_) if self.loss == Loss::BinaryCrossentropy => &CLASSES[1..],
            TargetKind::Values(_) => VALUES,
        }
    }

    /// The metrics that this training reports beside loss and accuracy; `None` where its procedure has its own.
    pub fn reported_metrics(&self, signature: &Signature) -> Option<Vec<Metric>> {
        const BINARY: &[Metric] = &[Metric::Precision, Metric::Recall, Metric::F1, Metric::RocAuc];
        if !self.predicts() {
            return None;
        }
        if !self.train.metrics.is_empty() {
            return Some(self.train.metrics.clone());
        }
        let usual = match &signature.target {
            TargetKind::Classes(names) if names.len() > 2 => &[],
            TargetKind::Classes(_) => BINARY,
            TargetKind::Values(_)
                if self.gives_targets()
                    && self.loss == Loss::BinaryCrossentropy
                    && !self.gives_soft(signature) =>
            {
                &BINARY[2..]
            }
            TargetKind::Values(_) | TargetKind::Tokens(_) => self.metrics_of(signature),
        };
        Some(usual.to_vec())
    }

    /// Whether each output is compared with a probability by itself, which is no yes or no.
    fn gives_soft(&self, signature: &Signature) -> bool {
        self.loss == Loss::BinaryCrossentropy && signature.values == ValuesAre::Shares
    }

    /// Checks that the samples have classes of which some may be small, where these are to be seen more often.
    pub(super) fn check_oversampling(&self, signature: &Signature) -> Result<(), Finding> {
        if !self.data.oversample || matches!(signature.target, TargetKind::Classes(_)) {
            return Ok(());
        }
        let at = Path::to("data").field("oversample");
        finding(at, "the samples have no classes of which some are small", "leave oversample out")
    }

    /// Whether the network's outputs are the data's own targets: not a code, a reconstruction or a generated sample.
    pub fn gives_targets(&self) -> bool {
        self.predicts() && self.data.targets == TargetChoice::Labels
    }

    /// Whether the network's outputs are predictions: of the data's own targets, or of its inputs where these are the targets.
    pub fn predicts(&self) -> bool {
        match self.procedure {
            Procedure::Supervised | Procedure::Pretraining(_) | Procedure::Language(_) => true,
            Procedure::Autoencoder(_) | Procedure::Variational(_) | Procedure::Adversarial(_) => false,
        }
    }

    /// Whether a second network rebuilds the inputs from what the first one gives.
    pub fn rebuilds(&self) -> bool {
        matches!(self.procedure, Procedure::Autoencoder(_) | Procedure::Variational(_))
    }

    /// Whether the network's outputs are probabilities of classes of which a sample has one: they come from a softmax, or the only
    /// one from a sigmoid. What classes learned with a squared error give may be below 0 and above 1.
    pub fn gives_probabilities(&self, outputs: usize) -> bool {
        match last_activation(&self.layers) {
            Some(Activation::Softmax) => self.gives_targets(),
            Some(Activation::Sigmoid) => self.gives_targets() && outputs == 1,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::preset::Source;
    use crate::preset::library::experiment;

    const IRIS: &str = r#"(name: "t", title: "", data: (source: iris),
        layers: [Dense(units: 3, activation: softmax)],
        loss: categorical_crossentropy, loss_options: (),
        optimizer: SGD(), train: (epochs: 1, batch_size: 8))"#;
    const DIABETES: &str = include_str!("../../presets/diabetes.ron");
    const AUTOENCODER: &str = include_str!("../../presets/mnist-autoencoder.ron");

    /// The error of a preset with one place changed, and where it points.
    fn said(text: &str, from: &str, to: &str) -> String {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        experiment(&changed, "my.ron").map_or_else(|error| error.to_string(), |_| "valid".into())
    }

    #[test]
    fn class_weights_are_one_for_each_class_and_not_all_zero() {
        let said_of = |weights: &str| {
            said(IRIS, "loss_options: ()", &format!("loss_options: (class_weights: {weights})"))
        };
        assert_eq!(said_of("[1, 2, 0.5]"), "valid");
        assert_eq!(said_of("[1, 0, 0]"), "valid");
        assert_eq!(said_of("[]"), "valid");
        let wrong = [
            ("[1, 2]", "2 weights for 3 classes"),
            ("[1, 2, 3, 4]", "4 weights for 3 classes"),
            ("[0, 0, 0]", "all weights are 0"),
            ("[-1, 1, 1]", "loss_options.class_weights is -1"),
        ];
        for (weights, problem) in wrong {
            let said = said_of(weights);
            assert!(said.contains(problem) && said.starts_with("my.ron:3:"), "{said}");
        }
    }

    #[test]
    fn rows_are_weighed_where_the_loss_is_a_mean_of_the_rows_losses() {
        let said = |text: &str| {
            let text = text.replacen("source: mnist", "source: csv(file: \"t.csv\", weights: \"w\")", 1);
            let preset = crate::preset::parse::parse(&text, "my.ron").unwrap();
            let offers = Source::Mnist.built_in_offers().unwrap();
            preset
                .validate(&offers, "my.ron", &text)
                .map_or_else(|error| error.to_string(), |_| "valid".into())
        };
        let told = said(include_str!("../../presets/mnist-gan.ron"));
        assert!(
            told.contains("rows cannot be weighed in procedure: adversarial: the generator has no"),
            "{told}"
        );
        let vae = include_str!("../../presets/mnist-vae.ron");
        let weighed = [include_str!("../../presets/mnist-mlp.ron"), AUTOENCODER, vae];
        assert_eq!(weighed.map(said), ["valid"; 3]);
    }

    #[test]
    fn class_weights_need_classes() {
        let weights = "loss_options: (class_weights: [1.0]), train: (";
        assert!(said(DIABETES, "train: (", weights).contains("no classes to weigh"));
        let ten = "loss_options: (class_weights: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]), train: (";
        assert!(said(AUTOENCODER, "train: (", ten).contains("no classes to weigh"));
    }

    #[test]
    fn an_accuracy_is_watched_only_where_there_is_one() {
        let stopping = "train: (early_stopping: (monitor: val_accuracy, patience: 3), ";
        assert_eq!(said(IRIS, "train: (", stopping), "valid");
        for text in [DIABETES, AUTOENCODER] {
            let said = said(text, "train: (", stopping);
            assert!(said.contains("has no accuracy") && said.contains("monitor: val_accuracy"), "{said}");
            assert!(said.contains("use monitor: val_loss"), "{said}");
        }
        let loss = stopping.replace("val_accuracy", "val_loss");
        assert_eq!(said(DIABETES, "train: (", &loss), "valid");
    }
}
