//! Small trainings, one for each procedure, for tests that interrupt them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A training of a fraction of a second.
pub struct Training {
    /// Its procedure.
    pub name: &'static str,
    /// What its preset says beside name and title. `EPOCHS`, `TEXT` and `VOCABULARY` stand for what depends on the test.
    preset: &'static str,
    /// Its passes over the data.
    epochs: u32,
}

/// One for each procedure.
pub const TRAININGS: &[Training] = &[
    Training {
        name: "supervised",
        preset: "data: (source: moons()), layers: [Dense(units: 8, activation: relu), Dropout(rate: 0.1),
                 Dense(units: 2, activation: softmax)], loss: categorical_crossentropy, optimizer: Adam(),
                 train: (epochs: EPOCHS, batch_size: 4, schedule: reduce_on_plateau(factor: 0.5, patience: 1),
                 early_stopping: Some((patience: 1000)))",
        epochs: 6,
    },
    Training {
        name: "pretraining",
        preset: "data: (source: digits_8x8), layers: [Flatten, Dense(units: 16, activation: sigmoid),
                 Dense(units: 10, activation: softmax)], loss: categorical_crossentropy, optimizer: SGD(),
                 train: (epochs: EPOCHS, batch_size: 32), procedure: pretraining(epochs: EPOCHS)",
        epochs: 3,
    },
    Training {
        name: "autoencoder",
        preset: "data: (source: digits_8x8, targets: input), layers: [Flatten, Dense(units: 8, activation: relu)],
                 loss: mean_squared_error, optimizer: Adam(), train: (epochs: EPOCHS, batch_size: 8),
                 procedure: autoencoder(decoder: [Dense(units: 64, activation: sigmoid)])",
        epochs: 5,
    },
    Training {
        name: "variational",
        preset: "data: (source: digits_8x8), layers: [Flatten, Dense(units: 4)], loss: binary_crossentropy,
                 optimizer: Adam(), train: (epochs: EPOCHS, batch_size: 8),
                 procedure: variational(decoder: [Dense(units: 64, activation: sigmoid)])",
        epochs: 5,
    },
    Training {
        name: "adversarial",
        preset: "data: (source: digits_8x8), layers: [Dense(units: 64, activation: sigmoid)],
                 loss: binary_crossentropy, optimizer: Adam(), train: (epochs: EPOCHS, batch_size: 8),
                 procedure: adversarial(latent: 4, discriminator: [Flatten, Dense(units: 1, activation: sigmoid)])",
        epochs: 4,
    },
    Training {
        name: "language",
        preset: "data: (source: text_file(file: TEXT, steps: 8)), layers: [Embedding(input_dim: VOCABULARY,
                 output_dim: 4), LSTM(units: 8, stateful: true, return_sequences: true),
                 Dense(units: VOCABULARY, activation: softmax)], loss: sparse_categorical_crossentropy,
                 optimizer: Adam(), train: (epochs: EPOCHS, batch_size: 8), procedure: language()",
        epochs: 2,
    },
];

impl Training {
    /// Writes it into a home, as the preset `small`, so many times as long as it is.
    pub fn put_into(&self, home: &Path, times: u32) {
        let text =
            "to be, or not to be, that is the question: whether tis nobler in the mind to suffer the slings \
                    and arrows of outrageous fortune, or to take arms against a sea of troubles. "
                .repeat(40);
        let letters = text.chars().collect::<BTreeSet<char>>().len();
        let file = home.join("text.txt");
        let preset = self
            .preset
            .replace("EPOCHS", &(times * self.epochs).to_string())
            .replace("VOCABULARY", &letters.to_string())
            .replace("TEXT", &format!("{:?}", file.display().to_string()));
        let presets = home.join("presets");
        fs::create_dir_all(&presets).and_then(|()| fs::write(file, text)).expect("a file");
        fs::write(presets.join("small.ron"), format!("(name: \"small\", title: \"\", {preset})"))
            .expect("a preset");
    }
}
