//! A network's answers to all samples of a set, beside what is true.

use crate::data::{Batch, Dataset, Targets};
use crate::nn::HostModel;
use crate::nn::buffer::Buffer;
use crate::preset::{Preset, TargetChoice};
use crate::train::error::Error;
use crate::train::evaluation::{CHUNK, largest};
use crate::train::task::Task;

/// A network's answers to the samples of a set, and the truth, row by row.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// What the outputs mean.
    pub task: Task,
    /// What an output stands for, where that has a name: a class, a column.
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
    /// A few words on each sample, where the set has them: its file, its word.
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

    /// Whether outputs are probabilities of classes, of which each sample has one.
    pub fn tells_classes(&self) -> bool {
        matches!(self.task, Task::Binary | Task::Multiclass)
    }

    /// The class with the largest number of a row; the first of several.
    pub fn class(row: &[f64]) -> usize {
        row.iter().enumerate().fold(0, |best, (place, &number)| if number > row[best] { place } else { best })
    }
}

/// Asks a network about all samples of a set.
///
/// # Errors
/// When the samples cannot be read, or the device fails.
pub fn compare(model: &mut dyn HostModel, preset: &Preset, set: &dyn Dataset) -> Result<Comparison, Error> {
    let width = model.output_width();
    let task = Task::of(preset, set, width);
    let is_one_for_two = task == Task::Binary && width == 1;
    let mut answers = Comparison {
        task,
        names: names(preset, set, task, width),
        width: if is_one_for_two { 2 } else { width },
        outputs: Vec::new(),
        truths: Vec::new(),
        values: Vec::new(),
        places: (0..set.len()).map(|index| set.row_of(index).unwrap_or(index + 1)).collect(),
        captions: (0..set.len()).map(|index| set.caption(index)).collect(),
    };
    if task == Task::NextToken {
        return Ok(answers);
    }
    model.reset_prediction_state();
    let (mut batch, scales) = (Batch::default(), set.target_scales());
    let restored =
        |place: usize, number: f32| scales.get(place).map_or(f64::from(number), |s| s.restore(number));
    let indices: Vec<u32> = (0..set.len() as u32).collect();
    for chunk in indices.chunks(CHUNK) {
        set.fill(chunk, &mut batch)?;
        let outputs = model.predict(Buffer::copy_of(&batch.inputs), batch.rows)?;
        for row in outputs.chunks_exact(width.max(1)) {
            match row {
                [second] if is_one_for_two => {
                    let second = f64::from(*second);
                    answers.outputs.extend([1.0 - second, second]);
                }
                row => answers.outputs.extend(row.iter().enumerate().map(|(place, &x)| restored(place, x))),
            }
        }
        match &batch.targets {
            Targets::Classes(classes) => {
                for &class in classes {
                    answers.truths.extend((0..answers.width).map(|place| f64::from(place == class as usize)));
                }
            }
            Targets::Values(values) if is_one_for_two => {
                answers.truths.extend(values.iter().flat_map(|&second| {
                    let is_second = second > 0.5;
                    [f64::from(!is_second), f64::from(is_second)]
                }));
            }
            Targets::Values(values) => {
                let rows = values.chunks_exact(width.max(1));
                if answers.tells_classes() {
                    let one_hot = |row| (0..width).map(move |place| f64::from(place == largest(row)));
                    answers.truths.extend(rows.flat_map(one_hot));
                } else {
                    let restored = |row: &[f32]| -> Vec<f64> {
                        row.iter().enumerate().map(|(place, &x)| restored(place, x)).collect()
                    };
                    answers.truths.extend(rows.flat_map(restored));
                    let known = chunk.iter().filter_map(|&index| set.values_of(index as usize));
                    answers.values.extend(known.flatten());
                }
            }
        }
    }
    Ok(answers)
}

/// What the outputs stand for.
fn names(preset: &Preset, set: &dyn Dataset, task: Task, width: usize) -> Vec<String> {
    let is_input = preset.data.targets == TargetChoice::Input;
    let (classes, label) = (set.classes(), set.label());
    let count = if task == Task::Binary { 2 } else { width };
    match (task, label) {
        (Task::Binary | Task::Multiclass | Task::Multilabel, _) if classes.len() == count => classes.to_vec(),
        (Task::Binary | Task::Multiclass, _) => (0..count).map(|class| class.to_string()).collect(),
        (Task::Regression, _) if is_input && set.columns().len() == width => set.columns().to_vec(),
        (Task::Regression, label) if width == 1 => vec![label.unwrap_or("output").to_string()],
        _ => (1..=count).map(|number| format!("output {number}")).collect(),
    }
}
