//! What the presets say to try, done in the form by keys.

use crossterm::event::KeyCode;

use crate::preset::library;
use crate::preset::parse::parse;
use crate::tui::state::State;

use super::builders::press;
use super::form::{form_of, go_to, pick, set};

/// What a person does in the form.
enum Do {
    /// Types a value.
    Type(&'static str, &'static str),
    /// Removes a layer, or leaves a part out.
    Leave(&'static str),
    /// Chooses another kind.
    Choose(&'static str, &'static str),
    /// Switches an optional part on, or turns a switch.
    Turn(&'static str),
}
use Do::{Choose, Leave, Turn, Type};

/// Texts of a preset, and what they become.
type Changes = &'static [(&'static str, &'static str)];

/// The presets, what they say to try as far as it is a change of the preset, and the change of their texts that comes of it.
const TRIES: &[(&str, &[Do], Changes)] = &[
    (
        "breast-cancer",
        &[Turn("data.fold"), Type("data.fold.of", "5")],
        &[("validation: 0.1", "validation: 0.1, fold: (k: 1, of: 5)")],
    ),
    (
        "breast-cancer",
        &[Leave("layers[1]"), Leave("layers[0]")],
        &[(
            "        Dense(units: 16, activation: relu, kernel_regularizer: (l2: 0.001)),\n        Dropout(rate: 0.2),\n",
            "",
        )],
    ),
    ("circles", &[Type("layers[0].units", "3")], &[("units: 8", "units: 3")]),
    ("circles", &[Type("data.source.noise", "0.2")], &[("noise: 0.05", "noise: 0.2")]),
    (
        "diabetes",
        &[
            Type("data.validation", "0.2"),
            Type("layers[0].units", "128"),
            Leave("layers[0].kernel_regularizer"),
            Leave("layers[1].kernel_regularizer"),
        ],
        &[
            ("validation: 0.0", "validation: 0.2"),
            ("units: 8", "units: 128"),
            (", kernel_regularizer: (l2: 0.03)", ""),
        ],
    ),
    (
        "diabetes",
        &[Leave("layers[0]")],
        &[("        Dense(units: 8, activation: tanh, kernel_regularizer: (l2: 0.03)),\n", "")],
    ),
    ("mnist-autoencoder", &[Type("layers[2].units", "2")], &[("Dense(units: 32)", "Dense(units: 2)")]),
    ("mnist-autoencoder", &[Type("procedure.noise", "0.3")], &[("noise: 0.0", "noise: 0.3")]),
    ("mnist-cnn", &[Type("layers[0].filters", "8")], &[("filters: 32, k", "filters: 8, k")]),
    ("mnist-cnn", &[Type("optimizer.learning_rate", "0.01")], &[("rate: 0.001", "rate: 0.01")]),
    (
        "mnist-dbn",
        &[Type("data.train_samples", "1000"), Type("train.epochs", "100"), Choose("procedure", "supervised")],
        &[],
    ),
    ("mnist-dbn", &[Choose("procedure.method", "autoencoder")], &[]),
    (
        "mnist-dcgan",
        &[Type("procedure.discriminator_steps", "2")],
        &[("discriminator_steps: 1", "discriminator_steps: 2")],
    ),
    (
        "mnist-gan",
        &[
            Type("procedure.label_smoothing", "0"),
            Leave("procedure.discriminator[4]"),
            Leave("procedure.discriminator[2]"),
        ],
        &[],
    ),
    ("mnist-gan", &[Type("procedure.latent", "2")], &[("latent: 64", "latent: 2")]),
    (
        "mnist-lenet",
        &[Leave("data.augment")],
        &[("        augment: (shift: 2, rotate: 10, zoom: 0.1),\n", "")],
    ),
    ("mnist-mlp", &[Type("layers[1].units", "16")], &[("units: 128", "units: 16")]),
    (
        "mnist-mlp",
        &[Choose("optimizer", "SGD"), Type("optimizer.learning_rate", "0.1")],
        &[("Adam(learning_rate: 0.001)", "SGD(learning_rate: 0.1)")],
    ),
    ("mnist-rows-lstm", &[Type("layers[1].units", "32")], &[("units: 128", "units: 32")]),
    (
        "mnist-rows-lstm",
        &[
            Choose("layers[1]", "Bidirectional"),
            Choose("layers[1][0]", "LSTM"),
            Type("layers[1][0].units", "64"),
        ],
        &[("LSTM(units: 128)", "Bidirectional(LSTM(units: 64))")],
    ),
    (
        "mnist-rows-rnn",
        &[Turn("layers[1].go_backwards")],
        &[("SimpleRNN(units: 128)", "SimpleRNN(units: 128, go_backwards: true)")],
    ),
    ("mnist-transformer", &[Leave("layers[2]")], &[("        PositionEmbedding,\n", "")]),
    (
        "mnist-transformer",
        &[Type("layers[3].num_heads", "1"), Type("layers[4].num_heads", "1")],
        &[("num_heads: 4", "num_heads: 1")],
    ),
    ("mnist-vae", &[Type("procedure.kl_weight", "4")], &[("kl_weight: 1.0", "kl_weight: 4")]),
    ("mnist-vae", &[Type("layers[2].units", "40")], &[("Dense(units: 4)", "Dense(units: 40)")]),
    (
        "moons",
        &[
            Type("data.source.noise", "0.3"),
            Type("train.epochs", "200"),
            Type("layers[0].kernel_regularizer.l2", "0.01"),
            Type("layers[1].kernel_regularizer.l2", "0.01"),
            Type("layers[2].kernel_regularizer.l2", "0.01"),
        ],
        &[
            ("noise: 0.1", "noise: 0.3"),
            ("epochs: 60", "epochs: 200"),
            ("activation: tanh)", "activation: tanh, kernel_regularizer: (l2: 0.01))"),
            ("activation: sigmoid)", "activation: sigmoid, kernel_regularizer: (l2: 0.01))"),
        ],
    ),
    ("shakespeare-char", &[Type("layers[2].rate", "0")], &[("rate: 0.5", "rate: 0")]),
    ("shakespeare-char", &[Type("layers[1].units", "64")], &[("units: 512", "units: 64")]),
    ("sp500-forecast", &[Type("data.source.horizon", "1")], &[("horizon: 5", "horizon: 1")]),
    ("sp500-forecast", &[Type("data.source.steps", "66")], &[("steps: 22", "steps: 66")]),
    ("spirals", &[Leave("layers[1]")], &[]),
    (
        "spirals",
        &[Choose("layers[0].activation", "tanh"), Choose("layers[1].activation", "tanh")],
        &[("activation: relu", "activation: tanh")],
    ),
    ("spoken-digits", &[Leave("data.augment")], &[(", augment: (shift: 3, noise: 0.1)", "")]),
    ("word-language", &[Type("layers[1][0].units", "32")], &[("LSTM(units: 96)", "LSTM(units: 32)")]),
    (
        "sentiment",
        &[Leave("layers[2]")],
        &[("        Bidirectional(GRU(units: 16, return_sequences: true)),\n", "")],
    ),
    ("sentiment", &[Choose("layers[2]", "TransformerEncoder")], &[]),
    ("senate-votes", &[Type("data.source.embed", "2")], &[("embed: 8", "embed: 2")]),
    ("senate-deep", &[Type("layers[0].branches[1][0].units", "128")], &[("units: 32", "units: 128")]),
    ("senate-deep", &[Type("layers[0].branches[1][1].rate", "0.5")], &[("rate: 0.3", "rate: 0.5")]),
    ("neuron", &[Choose("data.source.gate", "or")], &[("gate: and", "gate: or")]),
    ("neuron", &[Choose("data.source.gate", "xor")], &[("gate: and", "gate: xor")]),
    ("neuron", &[Type("train.batch_size", "20")], &[("batch_size: 1", "batch_size: 20")]),
    ("xor", &[Type("layers[0].units", "1")], &[("units: 4", "units: 1")]),
    ("xor", &[Choose("data.source.gate", "and")], &[("gate: xor", "gate: and")]),
];

impl Do {
    fn by_keys(&self, state: &mut State) {
        match self {
            Type(path, value) => set(state, path, value),
            Leave(path) => {
                go_to(state, path);
                press(state, KeyCode::Char('X'));
            }
            Choose(path, word) => pick(state, path, 'c', word),
            Turn(path) => {
                go_to(state, path);
                press(state, KeyCode::Enter);
            }
        }
    }
}

#[test]
fn everything_that_a_preset_says_to_try_can_be_done_in_the_form() {
    for (name, what, changes) in TRIES {
        let mut state = form_of(name, 80, 24);
        what.iter().for_each(|what| what.by_keys(&mut state));
        let entry = state.presets.current().expect("there is a preset");
        assert!(entry.is_changed() && entry.experiment().is_ok(), "{name}: {:?}", entry.experiment());
        // The description says what to try in the same words, and is not to be changed.
        let (about, rest) = entry.text.split_at(entry.text.find("    seed:").expect("it has a seed"));
        let expected = changes.iter().fold(rest.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{name}: {from}");
            text.replace(from, to)
        });
        if !changes.is_empty() {
            let expected = parse(&format!("{about}{expected}"), name).expect("it is a preset");
            assert_eq!(entry.draft, expected, "{name}");
        }
    }
}

#[test]
fn every_preset_that_says_what_to_try_is_tried() {
    for entry in library::list().into_iter().filter(|entry| entry.file.is_none()) {
        let says = entry.text.contains("Try:");
        assert!(!says || TRIES.iter().any(|(name, ..)| *name == entry.name), "{}", entry.name);
    }
}
