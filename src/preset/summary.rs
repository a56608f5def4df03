//! A network as Keras's `model.summary()` shows it.

use super::layers::{Layer, Parameters, output_shape, parameters};
use super::names::layer_names;
use super::path::Path;
use super::shapes::{LARGEST, ShapeError};

/// A network, layer by layer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// What it is called.
    pub name: String,
    /// One for each layer, first layer first.
    pub rows: Vec<Row>,
    /// The parameters of all layers together.
    pub parameters: Parameters,
}

/// A layer of a [`Summary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// `conv2d`
    pub name: String,
    /// `Conv2D`
    pub kind: &'static str,
    /// Shape of one sample's output, channels last.
    pub shape: Vec<usize>,
    /// Its parameters.
    pub parameters: Parameters,
}

impl Row {
    /// `conv2d (Conv2D)`
    pub fn label(&self) -> String {
        format!("{} ({})", self.name, self.kind)
    }

    /// `(None, 26, 26, 32)`: the batch's size is not part of the network.
    pub fn output(&self) -> String {
        let sizes: String = self.shape.iter().map(|size| format!(", {size}")).collect();
        // Python writes a tuple of one with a comma, Keras's summary without.
        format!("(None{sizes})")
    }
}

impl Summary {
    /// Works out every layer's shape and parameters.
    ///
    /// # Errors
    /// The first layer that does not fit, with its path `layers[i]…`.
    pub fn of(name: &str, layers: &[Layer], input: &[usize]) -> Result<Summary, ShapeError> {
        Summary::at(&Path::to("layers"), name, layers, input)
    }

    /// The same for layers that stand at `path` in the preset.
    ///
    /// # Errors
    /// The first layer that does not fit, with its path `path[i]…`.
    pub fn at(path: &Path, name: &str, layers: &[Layer], input: &[usize]) -> Result<Summary, ShapeError> {
        let mut shape = input.to_vec();
        let mut sum = Parameters::default();
        let mut rows = Vec::with_capacity(layers.len());
        for (position, (layer, name)) in layers.iter().zip(layer_names(layers)).enumerate() {
            let inside = |error: ShapeError| ShapeError {
                path: path.clone().index(position).then(error.path),
                ..error
            };
            let output = output_shape(layer, &shape).map_err(inside)?;
            let own = parameters(layer, &shape).map_err(inside)?;
            sum += own;
            if sum.total() > LARGEST {
                return Err(ShapeError {
                    path: path.clone(),
                    problem: "the network has more than 4 billion parameters".into(),
                    help: "use fewer or smaller layers".into(),
                });
            }
            rows.push(Row { name, kind: layer.kind(), shape: output.clone(), parameters: own });
            shape = output;
        }
        Ok(Summary { name: name.to_owned(), rows, parameters: sum })
    }

    /// Shape of one sample's output of the last layer.
    pub fn output(&self) -> &[usize] {
        self.rows.last().map(|row| &row.shape[..]).unwrap_or_default()
    }

    /// The text of `model.summary()` in a terminal of 80 columns, to the letter.
    pub fn render(&self) -> String {
        let mut text = format!("Model: \"{}\"\n", self.name);
        text += &rule('┏', '━', '┳', '┓');
        text += &line('┃', ["Layer (type)", "Output Shape", "Param #"]);
        text += &rule('┡', '━', '╇', '┩');
        for (position, row) in self.rows.iter().enumerate() {
            if position > 0 {
                text += &rule('├', '─', '┼', '┤');
            }
            text += &line('│', [&row.label(), &row.output(), &thousands(row.parameters.total())]);
        }
        text += &rule('└', '─', '┴', '┘');
        for (label, count) in [
            ("Total", self.parameters.total()),
            ("Trainable", self.parameters.trainable),
            ("Non-trainable", self.parameters.non_trainable),
        ] {
            text += &format!(" {label} params: {} ({})\n", thousands(count), memory(count));
        }
        text
    }
}

/// Widths of the columns' content in a table of 76 columns.
const WIDTHS: [usize; 3] = [31, 22, 13];

fn rule(left: char, bar: char, middle: char, right: char) -> String {
    let bars = WIDTHS.map(|width| bar.to_string().repeat(width + 2));
    format!("{left}{}{right}\n", bars.join(&middle.to_string()))
}

/// One table row; a cell that is too wide goes on in the next line.
fn line(bar: char, cells: [&str; 3]) -> String {
    let cells: [Vec<String>; 3] = std::array::from_fn(|column| wrap(cells[column], WIDTHS[column]));
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let part = |column: usize, y: usize| cells[column].get(y).map_or("", String::as_str);
    (0..height)
        .map(|y| {
            format!("{bar} {:<31} {bar} {:<22} {bar} {:>13} {bar}\n", part(0, y), part(1, y), part(2, y))
        })
        .collect()
}

/// Breaks text at spaces, and words that are wider than a line anywhere.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let letters: Vec<char> = word.chars().collect();
        match lines.last_mut() {
            Some(last) if last.chars().count() + 1 + letters.len() <= width => {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.extend(letters.chunks(width).map(String::from_iter)),
        }
    }
    lines
}

/// `693962` as `693,962`.
pub fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The memory of `count` numbers of 4 bytes: `2.65 MB`, with 1 KB = 1024 B, as Keras counts.
pub fn memory(count: u64) -> String {
    in_bytes(count.saturating_mul(4))
}

/// A number of bytes for a person: `2.65 MB`, with 1 KB = 1024 B.
pub fn in_bytes(bytes: u64) -> String {
    let mut size = bytes as f64;
    for unit in ["B", "KB", "MB", "GB"] {
        if size < 1024.0 {
            return format!("{size:.2} {unit}");
        }
        size /= 1024.0;
    }
    format!("{size:.2} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_summary_equals_what_keras_prints() {
        #[derive(serde::Deserialize)]
        struct Case {
            name: String,
            input: Vec<usize>,
            layers: String,
            trainable: u64,
            non_trainable: u64,
            summary: String,
        }
        let cases: Vec<Case> =
            serde_json::from_str(include_str!("../../tests/reference/keras_summaries.json")).unwrap();
        assert!(cases.len() >= 12);
        for case in cases {
            let layers: Vec<Layer> =
                ron::from_str(&case.layers).unwrap_or_else(|error| panic!("{}: {error}", case.name));
            let summary = Summary::of("sequential", &layers, &case.input).unwrap();
            assert_eq!(summary.render(), case.summary, "{}", case.name);
            assert_eq!(
                summary.parameters,
                Parameters { trainable: case.trainable, non_trainable: case.non_trainable },
                "{}",
                case.name
            );
        }
    }

    #[test]
    fn a_layer_that_does_not_fit_is_named_by_its_path() {
        let layers: Vec<Layer> =
            ron::from_str("[Flatten, Residual(layers: [Dense(units: 784), Dropout(rate: 1.5)])]").unwrap();
        let error = Summary::of("x", &layers, &[28, 28, 1]).unwrap_err();
        assert_eq!(error.path.to_string(), "layers[1].layers[1].rate");
        assert_eq!(error.to_string(), "rate is 1.5: use a share from 0 to below 1");
    }

    #[test]
    fn counts_and_sizes_read_as_in_keras() {
        assert_eq!(
            ["0", "999", "1,000", "12,345,678"],
            [0, 999, 1000, 12_345_678].map(thousands).each_ref().map(String::as_str)
        );
        assert_eq!(
            ["0.00 B", "4.00 KB", "2.65 MB"],
            [0, 1024, 693_962].map(memory).each_ref().map(String::as_str)
        );
    }
}
