//! Checks the networks of a procedure against each other, the loss and the data.

use super::data::{ONE_HOT, Signature};
use super::experiment::{Adversarial, Autoencoder, Language, Network, Networks, Pretraining, Variational};
use super::layers::options::Activation;
use super::layers::{ColumnEmbedding, Dense, Family, Flatten, Layer, RecurrentOptions, of_row};
use super::path::Path;
use super::procedure::{self, Pretrainer, Procedure};
use super::shapes::size;
use super::sources::TargetKind;
use super::types::{Loss, Preset};
use super::validate::{Finding, finding};

impl Preset {
    /// The networks with their shapes, after a check of what the procedure asks of them.
    pub(super) fn networks(&self, signature: &Signature) -> Result<Networks, Finding> {
        self.check_class_weights(signature)?;
        self.check_label()?;
        self.check_row_weights()?;
        self.check_oversampling(signature)?;
        self.check_smoothing()?;
        self.check_metrics(signature)?;
        self.check_monitor(signature)?;
        let name = self.procedure.first().unwrap_or(&self.name);
        let layers = of_row(&self.layers, &signature.columns);
        let first = |input: &[usize]| Network::at(&Path::to("layers"), name, &layers, input);
        let sample = &signature.input[..];
        if self.procedure != Procedure::Supervised && !signature.embedded.is_empty() {
            return finding(
                Path::to("procedure"),
                "words are embedded by a supervised network only, and this data has a column of many words",
                ONE_HOT,
            );
        }
        match &self.procedure {
            Procedure::Supervised => {
                let network = match ColumnEmbedding::of(&signature.embedded) {
                    Some(embedding) => {
                        Network::behind(embedding, &Path::to("layers"), name, &layers, sample)?
                    }
                    None => first(sample)?,
                };
                self.check_end(&network.summary, signature)?;
                Ok(Networks::Supervised(network))
            }
            Procedure::Pretraining(procedure::Pretraining {
                method,
                epochs,
                batch_size,
                learning_rate,
                momentum,
                weight_decay,
                unlabelled,
            }) => {
                let network = first(sample)?;
                self.check_stack(*method)?;
                self.check_end(&network.summary, signature)?;
                Ok(Networks::Pretraining(Pretraining {
                    network,
                    method: *method,
                    epochs: *epochs,
                    batch_size: *batch_size,
                    learning_rate: learning_rate.unwrap_or(method.usual_rate()),
                    momentum: *momentum,
                    weight_decay: *weight_decay,
                    unlabelled: *unlabelled,
                }))
            }
            Procedure::Language(procedure::Language { prompt, temperature }) => {
                let network = first(sample)?;
                if !matches!(signature.target, TargetKind::Tokens(_)) {
                    return finding(
                        Path::to("procedure"),
                        "a language model needs a text, and this data has none",
                        "use a source of text, such as shakespeare, or procedure: supervised",
                    );
                }
                self.check_memory()?;
                self.check_end(&network.summary, signature)?;
                Ok(Networks::Language(Language {
                    network,
                    prompt: prompt.clone(),
                    temperature: *temperature,
                }))
            }
            Procedure::Autoencoder(procedure::Autoencoder { decoder, noise }) => {
                let encoder = first(sample)?;
                let decoder = second("decoder", decoder, encoder.output())?;
                check_sample(&decoder, &end_of("decoder", &decoder), sample)?;
                self.check_rebuilding(&decoder, false)?;
                Ok(Networks::Autoencoder(Autoencoder { encoder, decoder, noise: *noise }))
            }
            Procedure::Variational(procedure::Variational { decoder, kl_weight }) => {
                let encoder = first(sample)?;
                let code = match encoder.output() {
                    [both] if both % 2 == 0 && *both > 0 => [both / 2],
                    other => {
                        let problem =
                            format!("the encoder gives {other:?}, not mean and log variance side by side");
                        let help = "end with Dense(units: 4) for a code of 2 numbers";
                        return finding(self.end(), problem, help);
                    }
                };
                let decoder = second("decoder", decoder, &code)?;
                check_sample(&decoder, &end_of("decoder", &decoder), sample)?;
                self.check_rebuilding(&decoder, true)?;
                Ok(Networks::Variational(Variational { encoder, decoder, kl_weight: *kl_weight }))
            }
            Procedure::Adversarial(procedure::Adversarial {
                discriminator,
                latent,
                label_smoothing,
                discriminator_steps,
                discriminator_optimizer,
            }) => {
                let generator = first(&[*latent])?;
                let discriminator = of_row(discriminator, &signature.columns);
                let discriminator = second("discriminator", &discriminator, sample)?;
                check_sample(&generator, &self.end(), sample)?;
                self.check_adversaries(&discriminator)?;
                Ok(Networks::Adversarial(Adversarial {
                    generator,
                    discriminator,
                    label_smoothing: *label_smoothing,
                    discriminator_steps: *discriminator_steps,
                    discriminator_optimizer: discriminator_optimizer
                        .clone()
                        .unwrap_or_else(|| self.optimizer.clone()),
                }))
            }
        }
    }

    /// Where the last of `layers` stands.
    fn end(&self) -> Path {
        Path::to("layers").index(self.layers.len() - 1)
    }

    /// Checks a stack to be pretrained: Dense layers, with only Flatten and Dropout between them.
    fn check_stack(&self, method: Pretrainer) -> Result<(), Finding> {
        let at = |place| Path::to("layers").index(place);
        let (_, hidden) = self.layers.split_last().unwrap_or((&Layer::Flatten(Flatten), &[]));
        let wants = match method {
            Pretrainer::Rbm(_) => &[Activation::Sigmoid][..],
            Pretrainer::Autoencoder(_) => &[Activation::Sigmoid, Activation::Tanh, Activation::Relu],
        };
        let mut stacked = 0;
        for (place, layer) in hidden.iter().enumerate() {
            match layer {
                Layer::Flatten(_) | Layer::Dropout(_) => {}
                Layer::Dense(Dense { activation, use_bias: true, .. }) if wants.contains(activation) => {
                    stacked += 1
                }
                Layer::Dense(Dense { use_bias: false, .. }) => {
                    return finding(
                        at(place),
                        "a layer without bias cannot be pretrained",
                        "leave use_bias out",
                    );
                }
                Layer::Dense(_) => {
                    let help = match method {
                        Pretrainer::Rbm(_) => "give it activation: sigmoid",
                        Pretrainer::Autoencoder(_) => "give it activation: sigmoid, tanh or relu",
                    };
                    return finding(at(place), "a layer of this activation cannot be pretrained", help);
                }
                other => {
                    let problem = format!("{} cannot be pretrained", other.kind());
                    return finding(at(place), problem, "use Dense layers, with Flatten and Dropout between");
                }
            }
        }
        if stacked == 0 {
            let help = "add Dense layers before the last one, or use procedure: supervised";
            return finding(Path::to("layers"), "there is no hidden layer to pretrain", help);
        }
        Ok(())
    }

    /// Checks that recurrent layers of a language model keep their state from batch to batch.
    fn check_memory(&self) -> Result<(), Finding> {
        for (place, layer) in self.layers.iter().enumerate() {
            let at = Path::to("layers").index(place);
            let reads_on =
                |layer: RecurrentOptions| layer.stateful && layer.return_sequences && !layer.go_backwards;
            match layer {
                layer if layer.family() != Family::Recurrent => {}
                layer if layer.recurrent().is_some_and(reads_on) => {}
                Layer::LSTM(_) => {
                    return finding(
                        at,
                        "a language model reads a stream: its LSTM must keep its state, and answer at every step",
                        "give it stateful: true, return_sequences: true",
                    );
                }
                other => {
                    let problem = format!("{} keeps no state from batch to batch", other.kind());
                    return finding(at, problem, "use LSTM(…, stateful: true, return_sequences: true)");
                }
            }
        }
        Ok(())
    }

    /// Checks a decoder against the loss, and that a variational encoder's mean and log variance can be any number.
    fn check_rebuilding(&self, decoder: &Network, is_variational: bool) -> Result<(), Finding> {
        match self.loss {
            Loss::MeanSquaredError | Loss::BinaryCrossentropy => {}
            Loss::MeanAbsoluteError | Loss::Huber if !is_variational => {}
            _ => {
                return finding(
                    Path::to("loss"),
                    "this loss does not compare an input with its reconstruction",
                    "use binary_crossentropy for inputs between 0 and 1, else mean_squared_error",
                );
            }
        }
        let is_probability = last_activation(&decoder.layers) == Some(Activation::Sigmoid);
        if self.loss == Loss::BinaryCrossentropy && !is_probability {
            return finding(
                end_of("decoder", decoder),
                "this loss needs probabilities",
                "give the last layer activation: sigmoid",
            );
        }
        if is_variational && last_activation(&self.layers) != Some(Activation::Linear) {
            let help = "end the encoder with a Dense layer without activation";
            return finding(self.end(), "mean and log variance can be any number", help);
        }
        Ok(())
    }

    /// Checks that the discriminator gives one probability, and that loss and early stopping suit an adversarial pair.
    fn check_adversaries(&self, discriminator: &Network) -> Result<(), Finding> {
        let is_probability = last_activation(&discriminator.layers) == Some(Activation::Sigmoid);
        if discriminator.output() != [1] || !is_probability {
            return finding(
                end_of("discriminator", discriminator),
                "the discriminator does not give one probability",
                "end with Flatten if needed, then Dense(units: 1, activation: sigmoid)",
            );
        }
        if self.loss != Loss::BinaryCrossentropy {
            return finding(
                Path::to("loss"),
                "an adversarial pair is trained with binary cross-entropy",
                "use binary_crossentropy",
            );
        }
        if self.train.early_stopping.is_some() {
            let path = Path::to("train").field("early_stopping");
            return finding(
                path,
                "no loss of an adversarial pair says when to stop",
                "leave early_stopping out",
            );
        }
        Ok(())
    }
}

/// The network that stands in the procedure's field `name`.
fn second(name: &str, layers: &[Layer], input: &[usize]) -> Result<Network, Finding> {
    let at = Path::to("procedure").field(name);
    if layers.is_empty() {
        return finding(at, format!("a {name} without layers"), "add at least one, such as Dense(units: 10)");
    }
    Ok(Network::at(&at, name, layers, input)?)
}

/// Checks that a network makes samples of the shape that the data has.
fn check_sample(maker: &Network, end: &Path, sample: &[usize]) -> Result<(), Finding> {
    if size(maker.output()) == size(sample) {
        return Ok(());
    }
    let (name, made) = (&maker.summary.name, maker.output());
    let help = format!("end with Dense(units: {}, …), or with that many numbers", size(sample));
    finding(end.clone(), format!("the {name} gives {made:?} for samples of {sample:?}"), help)
}

/// Where the last layer of the network in the procedure's field `name` stands.
fn end_of(name: &str, network: &Network) -> Path {
    Path::to("procedure").field(name).index(network.layers.len().saturating_sub(1))
}

/// The activation that a network ends with, where it can be told.
pub(super) fn last_activation(layers: &[Layer]) -> Option<Activation> {
    let only_reshapes = |layer: &&Layer| matches!(layer, Layer::Flatten(_) | Layer::Reshape(_));
    layers.iter().rev().find(|layer| !only_reshapes(layer))?.activation()
}

#[cfg(test)]
mod tests {
    use crate::preset::library::experiment;

    const DBN: &str = include_str!("../../presets/mnist-dbn.ron");
    const VAE: &str = include_str!("../../presets/mnist-vae.ron");
    const TEXT: &str = include_str!("../../presets/shakespeare-char.ron");
    const MLP: &str = include_str!("../../presets/mnist-mlp.ron");
    const GAN: &str = include_str!("../../presets/mnist-gan.ron");

    /// The error of a preset with one place changed, and the line it points at.
    fn refused(text: &str, from: &str, to: &str) -> (String, String) {
        let changed = text.replacen(from, to, 1);
        assert_ne!(changed, text, "{from}");
        let error = experiment(&changed, "my.ron").unwrap_err();
        (error.problem, error.line.into())
    }

    fn assert_refused(text: &str, from: &str, to: &str, problem: &str, line: &str) {
        let (found, at) = refused(text, from, to);
        assert!(found.contains(problem) && at.contains(line), "{found} at {at}");
    }

    #[test]
    fn a_stack_that_cannot_be_pretrained_is_refused_at_its_layer() {
        let relu = "Dense(units: 250, activation: relu)";
        assert_refused(DBN, "Dense(units: 250, activation: sigmoid)", relu, "cannot be pretrained", relu);
        assert_refused(DBN, "gibbs_steps: 1", "gibbs_steps: 0", "a chain of 0 steps", "gibbs_steps");
        assert_refused(DBN, "momentum: 0.9", "momentum: 1.0", "momentum is a share", "momentum");
        let conv = "Conv2D(filters: 8, kernel_size: 3), Flatten";
        assert_refused(DBN, "Flatten", conv, "Conv2D cannot be pretrained", "Conv2D");
        // Autoencoders take other activations.
        let coder = DBN.replacen("Dense(units: 250, activation: sigmoid)", relu, 1);
        let from = coder.find("method: rbm").unwrap();
        let to = from + coder[from..].find('\n').unwrap();
        let coder = format!("{}method: autoencoder(noise: 0.2),{}", &coder[..from], &coder[to..]);
        assert!(experiment(&coder, "my.ron").is_ok());
    }

    #[test]
    fn a_decoder_must_fit_the_code_and_the_input() {
        assert_refused(
            VAE,
            "Dense(units: 4)",
            "Dense(units: 5)",
            "not mean and log variance",
            "Dense(units: 5)",
        );
        assert_refused(VAE, "units: 784, ", "units: 783, ", "for samples of [28, 28, 1]", "units: 783");
        let bounded = "Dense(units: 4, activation: relu)";
        assert_refused(VAE, "Dense(units: 4)", bounded, "can be any number", bounded);
        assert_refused(VAE, "binary_crossentropy", "kl_divergence", "does not compare", "kl_divergence");
        assert_refused(VAE, "activation: sigmoid", "activation: relu", "needs probabilities", "units: 784");
        assert_refused(VAE, "kl_weight: 1.0", "kl_weight: -1.0", "no weight", "kl_weight");
    }

    #[test]
    fn a_decoder_may_end_with_any_layer_whose_activation_can_be_named() {
        let convolution = "Reshape(target_shape: [28, 28]), \
            Conv1D(filters: 28, kernel_size: 3, padding: same, activation: sigmoid)";
        let text =
            VAE.replacen("units: 784, activation: sigmoid)", &format!("units: 784), {convolution}"), 1);
        assert_ne!(text, VAE);
        experiment(&text, "my.ron").unwrap();
    }

    #[test]
    fn adversaries_must_fit_each_other() {
        assert_refused(GAN, "latent: 64", "latent: 0", "starts from nothing", "latent");
        assert_refused(GAN, "Dense(units: 784, ", "Dense(units: 785, ", "the generator gives [785]", "785");
        assert_refused(GAN, "Dense(units: 1, ", "Dense(units: 2, ", "one probability", "Dense(units: 2, ");
        assert_refused(GAN, "binary_crossentropy", "mean_squared_error", "adversarial pair", "mean_squared");
        assert_refused(GAN, "label_smoothing: 0.1", "label_smoothing: 0.6", "likelier than not", "0.6");
        assert_refused(GAN, "discriminator_steps: 1", "discriminator_steps: 0", "never learns", "steps: 0");
        let (problem, line) = refused(GAN, "Dropout(rate: 0.3)", "Dropout(rate: 1.3)");
        assert!(problem.contains("1.3") && line.contains("Dropout(rate: 1.3)"), "{problem} at {line}");
    }

    #[test]
    fn a_language_model_needs_a_text_and_a_memory() {
        let lstm = "LSTM(units: 512, return_sequences: true, stateful: true)";
        for forgetful in ["LSTM(units: 512, return_sequences: true)", "LSTM(units: 512, stateful: true)"] {
            assert_refused(TEXT, lstm, forgetful, "must keep its state", forgetful);
        }
        let gru = "GRU(units: 512, return_sequences: true)";
        assert_refused(TEXT, lstm, gru, "GRU keeps no state", gru);
        assert_refused(TEXT, "temperature: 0.8", "temperature: 0.0", "nothing can be drawn", "temperature");
        let digits = MLP.replacen("train: (", "procedure: language(), train: (", 1);
        let error = experiment(&digits, "my.ron").unwrap_err();
        assert!(error.problem.contains("needs a text") && error.line.contains("language()"), "{error}");
    }

    #[test]
    fn the_summary_has_both_networks_by_their_names() {
        let adversaries = experiment(GAN, "mnist-gan").unwrap();
        let summaries: Vec<_> = adversaries.networks.iter().map(|network| &network.summary).collect();
        assert_eq!((&summaries[0].name[..], &summaries[1].name[..]), ("generator", "discriminator"));
        assert_eq!(summaries[0].rows[0].parameters.total(), 64 * 256 + 256);
        assert_eq!(summaries[1].rows[1].parameters.total(), 784 * 512 + 512);
        assert_eq!(summaries.len(), 2);
    }
}
