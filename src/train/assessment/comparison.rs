//! A network's answers to all samples of a set, beside what is true.

use crate::data::{self, Batch, Dataset, Scale, Targets};
use crate::nn::buffer::Buffer;
use crate::preset::{Preset, Procedure, TableSchema, TargetChoice};
use crate::train::error::Error;
use crate::train::evaluation::{CHUNK, largest};
use crate::train::task::Task;
use crate::train::training::Training;

/// A network's answers to the samples of a set, and the truth, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What the outputs mean.
    pub task: Task,
    /// What an output stands for: a class, a column, or its number.
    pub names: Vec<String>,
    /// Numbers of a row. One output that tells two classes apart is two numbers here.
    pub width: usize,
    /// `[samples, width]`: probabilities, or values in the data's own unit.
    pub outputs: Vec<f64>,
    /// The same for what is true; a class is a row of zeros with a one.
    pub truths: Vec<f64>,
    /// What is true as the data has it, to the last digit, where `truths` went through the network's single precision, as scores
    /// do; empty where nobody keeps it.
    pub values: Vec<f64>,
    /// The row of each sample in its file, from 1; its number in the set where files have no rows.
    pub places: Vec<usize>,
    /// The file of each sample, as its folder or table names it; empty where samples are no files.
    pub files: Vec<String>,
    /// A few words on each sample, where the set has them: its word, its text.
    pub captions: Vec<Option<String>>,
}

impl Comparison {
    /// How many samples.
    pub fn samples(&self) -> usize {
        self.outputs.len() / self.width.max(1)
    }

    /// Outputs and truths, sample by sample.
    pub fn rows(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        self.outputs.chunks_exact(self.width).zip(self.truths.chunks_exact(self.width))
    }

    /// Outputs and truths as the data has them, sample by sample.
    pub fn rows_of_data(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        let truths = if self.values.len() == self.outputs.len() { &self.values } else { &self.truths };
        self.outputs.chunks_exact(self.width).zip(truths.chunks_exact(self.width))
    }

    /// Whether outputs stand for classes, of which each sample has one.
    pub fn tells_classes(&self) -> bool {
        self.task.tells_classes()
    }

    /// The class with the largest number of a row; the first of several.
    pub fn class(row: &[f64]) -> usize {
        row.iter().enumerate().fold(0, |best, (place, &number)| if number > row[best] { place } else { best })
    }
}

/// What a network's outputs are, and in which unit: the same for the samples of a set and for those of a person's files.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    /// What they mean.
    pub task: Task,
    /// What each stands for: a class, a column, a number of a code; else its number.
    pub names: Vec<String>,
    /// How each was scaled; empty: not at all.
    scales: Vec<Scale>,
    /// One output tells two classes apart: it is the second one's probability.
    is_one_for_two: bool,
}

impl Outputs {
    /// The `width` outputs of a preset's network for samples like those of `set`.
    pub fn of(preset: &Preset, set: &dyn Dataset, width: usize) -> Self {
        if let Some(names) = names_of_code(&preset.procedure, width) {
            return Outputs { task: Task::Regression, names, scales: Vec::new(), is_one_for_two: false };
        }
        let task = Task::of(preset, set, width);
        Outputs {
            task,
            names: names(preset, set, task, width),
            scales: set.target_scales().to_vec(),
            is_one_for_two: task == Task::Binary && width == 1,
        }
    }

    /// The inputs of a set, as an autoencoder rebuilds them.
    fn rebuilt(set: &dyn Dataset) -> Self {
        let width = set.input_shape().iter().product();
        Outputs {
            task: Task::Regression,
            names: columns_or_numbers(set, width),
            scales: data::scales_of_inputs(set),
            is_one_for_two: false,
        }
    }

    /// The class that a row stands for, where samples have one; the row is as [`row`](Outputs::row) gives it.
    pub fn class(&self, row: &[f64]) -> Option<usize> {
        self.task.tells_classes().then(|| Comparison::class(row))
    }

    /// A row with a number for each name, in the data's own unit.
    pub fn row(&self, outputs: &[f32]) -> Vec<f64> {
        match outputs {
            [second] if self.is_one_for_two => vec![f64::from(1.0 - *second), f64::from(*second)],
            row => self.in_unit(row),
        }
    }

    /// A row in the data's own unit.
    pub fn in_unit(&self, row: &[f32]) -> Vec<f64> {
        let restored =
            |(place, &x): (usize, &f32)| self.scales.get(place).map_or(f64::from(x), |s| s.restore(x));
        row.iter().enumerate().map(restored).collect()
    }
}

/// Asks a network about all samples of the test set: for what they should give, or, of an autoencoder, for themselves.
///
/// # Errors
/// When the samples cannot be read, or the device fails.
pub fn compare(training: &mut dyn Training) -> Result<Comparison, Error> {
    let (preset, set) = (training.preset().clone(), training.splits().test.clone());
    let set = &*set;
    let is_rebuilt = preset.rebuilds();
    let (model, _) = training.model_and_splits();
    model.reset_prediction_state();
    let width = model.output_width();
    let outputs = if is_rebuilt { Outputs::rebuilt(set) } else { Outputs::of(&preset, set, width) };
    let width = if is_rebuilt { outputs.names.len() } else { width };
    let mut answers = Comparison {
        task: outputs.task,
        names: outputs.names.clone(),
        width: outputs.names.len(),
        outputs: Vec::new(),
        truths: Vec::new(),
        values: Vec::new(),
        places: (0..set.len()).map(|index| set.row_of(index).unwrap_or(index + 1)).collect(),
        files: (0..set.len()).filter_map(|index| set.file_of(index)).collect(),
        captions: (0..set.len()).map(|index| set.caption(index)).collect(),
    };
    if outputs.task == Task::NextToken {
        return Ok(answers);
    }
    let mut batch = Batch::default();
    let indices: Vec<u32> = (0..set.len() as u32).collect();
    for chunk in indices.chunks(CHUNK) {
        set.fill(chunk, &mut batch)?;
        let said = match training.rebuild(&batch)? {
            Some(rebuilt) if is_rebuilt => rebuilt,
            _ => training.model_and_splits().0.predict(Buffer::copy_of(&batch.inputs), batch.rows)?,
        };
        answers.outputs.extend(said.chunks_exact(width.max(1)).flat_map(|row| outputs.row(row)));
        let one_hot = |class: usize| (0..outputs.names.len()).map(move |place| f64::from(place == class));
        match &*batch.uncut_targets() {
            _ if is_rebuilt => {
                for (row, &index) in batch.inputs.chunks_exact(width.max(1)).zip(chunk) {
                    let inputs = set.inputs_of(index as usize)?;
                    answers.truths.extend(inputs.unwrap_or_else(|| outputs.in_unit(row)));
                }
            }
            Targets::Classes(classes) => {
                answers.truths.extend(classes.iter().flat_map(|&class| one_hot(class as usize)));
            }
            Targets::Values(values) if outputs.is_one_for_two => {
                answers.truths.extend(values.iter().flat_map(|&second| one_hot(usize::from(second > 0.5))));
            }
            Targets::Values(values) => {
                let rows = values.chunks_exact(width.max(1));
                if answers.tells_classes() {
                    answers.truths.extend(rows.flat_map(|row| one_hot(largest(row))));
                } else {
                    answers.truths.extend(rows.flat_map(|row| outputs.in_unit(row)));
                    for &index in chunk {
                        answers
                            .values
                            .extend(set.values_of(index as usize)?.iter().flat_map(|row| row.iter()));
                    }
                }
            }
        }
    }
    Ok(answers)
}

/// What the numbers of a code are; `None` where the network gives no code.
fn names_of_code(procedure: &Procedure, width: usize) -> Option<Vec<String>> {
    let numbered = |what: &'static str, count| (1..=count).map(move |number| format!("{what} {number}"));
    match procedure {
        Procedure::Autoencoder(_) => Some(numbered("code", width).collect()),
        Procedure::Variational(_) => {
            let half = width / 2;
            Some(numbered("mean", half).chain(numbered("log variance", width - half)).collect())
        }
        Procedure::Supervised
        | Procedure::Pretraining(_)
        | Procedure::Adversarial(_)
        | Procedure::Language(_) => None,
    }
}

/// The names of a table's inputs, where each output is one; else numbers.
fn columns_or_numbers(set: &dyn Dataset, width: usize) -> Vec<String> {
    if set.columns().len() == width {
        set.columns().to_vec()
    } else {
        (1..=width).map(|number| format!("output {number}")).collect()
    }
}

/// What the outputs stand for.
fn names(preset: &Preset, set: &dyn Dataset, task: Task, width: usize) -> Vec<String> {
    let is_input = preset.data.targets == TargetChoice::Input;
    let (classes, label) = (set.classes(), set.label());
    let count = if task == Task::Binary { 2 } else { width };
    let labels = match set.labels() {
        [] => set.table().map(TableSchema::label_names).unwrap_or_default(),
        labels => labels.to_vec(),
    };
    match (task, label) {
        (Task::Binary | Task::Multiclass | Task::Multilabel, _) if classes.len() == count => classes.to_vec(),
        (Task::Binary | Task::Multiclass, _) => (0..count).map(|class| class.to_string()).collect(),
        (Task::Regression, _) if is_input => columns_or_numbers(set, width),
        (Task::Regression | Task::Distribution | Task::Multilabel, _) if labels.len() == width => labels,
        (Task::Regression, Some(label)) if width == 1 => vec![label.to_string()],
        (Task::Regression, None) if width == 1 => vec!["output".to_string()],
        _ => (1..=count).map(|number| format!("output {number}")).collect(),
    }
}
