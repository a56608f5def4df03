//! A set of one's own: its inputs stay where they are and are scaled when a batch is filled.

use std::borrow::Cow;
use std::sync::Arc;

use super::fills::fills;
use super::fitted::{Fitted, repeated, spreads};
use super::shared::Shared;
use crate::data::Error;
use crate::data::answers::{Answers, Numbering};
use crate::data::beyond::{self, Beyond};
use crate::data::dataset::{Batch, Dataset, Scale, Splits};
use crate::data::import::rows::Rows;
use crate::data::parts::Parts;
use crate::data::table::{Choice, Recoded, RowNumbers, shown_column};
use crate::preset::{
    DataConfig, InputColumn, Labels, Missing, Reading, Scaling, Spread, TableSchema, TargetsAs,
};

/// What was imported.
pub struct Imported {
    /// The inputs; NaN where a mean is to be filled in.
    pub rows: Arc<dyn Rows>,
    /// Shape of one, channels last.
    pub shape: Vec<usize>,
    /// What they should give.
    pub answers: Answers,
    /// What a table's inputs are called, each of those that the network gets.
    pub columns: Vec<String>,
    /// The name of the column that is predicted, of a table with names.
    pub label: Option<String>,
    /// The columns of a table.
    pub table: Option<TableSchema>,
    /// How much each sample counts in the loss of a training; empty: all count the same.
    pub weights: Vec<f32>,
    /// Whether the preset says whether they are classes or values.
    pub task_is_said: bool,
    /// The number of each in its table.
    pub numbers: RowNumbers,
    /// The file of each, as its folder or table names it; empty where samples are no files.
    pub files: Vec<String>,
    /// The words of a table's columns of words, where they are still to be chosen.
    pub choices: Vec<Choice>,
    /// The first sample of the set's own validation set, where it has one.
    pub first_validation: Option<usize>,
    /// The first sample of the set's own test set, where it has one.
    pub first_test: Option<usize>,
    /// Inputs are bytes of images: normalised by 255, not by their mean.
    pub are_pixels: bool,
    /// What stands in for NaN among the inputs, where they are no table.
    pub missing: Missing,
}

impl Imported {
    /// Samples that are no table and have no test set of their own.
    pub fn of(rows: Arc<dyn Rows>, shape: Vec<usize>, answers: Answers) -> Self {
        Imported {
            rows,
            shape,
            answers,
            columns: Vec::new(),
            label: None,
            table: None,
            weights: Vec::new(),
            numbers: RowNumbers::default(),
            files: Vec::new(),
            choices: Vec::new(),
            task_is_said: false,
            first_validation: None,
            first_test: None,
            are_pixels: false,
            missing: Missing::default(),
        }
    }

    /// Which classes whole numbers are: in a table, also in one of files, those that occur, in an array all from 0 on.
    pub fn numbering(&self) -> Numbering {
        let have_names = !self.columns.is_empty() || !self.files.is_empty();
        if have_names { Numbering::Names } else { Numbering::FromZero }
    }

    /// The set with its targets as a training wants them, where they can be read so and the preset does not say what they
    /// are.
    pub fn read_as(mut self, wanted: TargetsAs) -> Self {
        if !self.task_is_said {
            let numbering = self.numbering();
            self.answers = self.answers.read_as(wanted, numbering);
        }
        self
    }

    /// The set in its parts, scaled as its training samples are.
    ///
    /// # Errors
    /// When the files cannot be read any more, or numbers have to lie between 0 and 1 and do not.
    pub fn split(mut self, config: &DataConfig, reading: &Reading, seed: u64) -> Result<Splits, Error> {
        let parts = self.cut(config, seed);
        let train = parts.trained_once();
        let held_out = [&parts.validation[..], &parts.test[..]].concat();
        let mut notices = Vec::new();
        let recoded = self.choose_words(&train, &held_out, &mut notices);
        let fitted = Fitted { recoded, ..self.fit(&train, config.normalize, reading)? };
        notices.extend(self.lost_targets(&train, reading));
        Ok(Splits { notices, ..self.in_parts(parts, fitted, reading.labels)? })
    }

    /// Chooses the words of a table's columns by the rows `train`. What brings rows to them is given back; what a person should
    /// know of those that are held out goes to `notices`.
    fn choose_words(&mut self, train: &[u32], held_out: &[u32], notices: &mut Vec<String>) -> Vec<Recoded> {
        let (choices, origin) = (std::mem::take(&mut self.choices), self.rows.origin());
        let Some(table) = self.table.as_mut().filter(|_| !choices.is_empty()) else { return Vec::new() };
        let mut recoded = Vec::new();
        for choice in choices {
            let first = table.inputs[..choice.input].iter().map(InputColumn::width).sum();
            let column = &mut table.inputs[choice.input];
            recoded.extend(choice.choose(train, column, first));
            let name = shown_column(&table.columns[column.place], column.place);
            let strangers = choice.strangers(train, held_out, &name, &column.rest);
            notices.extend(strangers.map(|sentence| format!("{origin}: {sentence}")));
        }
        self.columns = table.features();
        recoded
    }

    /// A sentence for each target of which scaling leaves nearly nothing to learn.
    fn lost_targets(&self, train: &[u32], reading: &Reading) -> Vec<String> {
        let spreads = self.answers.spreads(train).into_iter();
        let name = self.label.as_ref().filter(|label| !label.is_empty());
        let name = name.map(|label| format!(" of '{label}'")).unwrap_or_default();
        spreads.filter_map(|spread| beyond::lost_targets(spread, reading.target_scaling, &name)).collect()
    }

    /// The set in its parts, its inputs scaled as another set's; its targets are so already.
    ///
    /// # Errors
    /// When the files cannot be read any more.
    pub fn split_as(
        self,
        fitted: Fitted,
        config: &DataConfig,
        labels: Labels,
        seed: u64,
    ) -> Result<Splits, Error> {
        let parts = self.cut(config, seed);
        self.in_parts(parts, fitted, labels)
    }

    /// The whole set as one part, its inputs scaled as another set's; its targets are so already.
    ///
    /// # Errors
    /// When the files cannot be read any more.
    pub fn whole(self, fitted: Fitted, labels: Labels) -> Result<Arc<dyn Dataset>, Error> {
        let chosen = (0..self.rows.count() as u32).collect();
        Ok(Arc::new(Own { shared: Arc::new(Shared::of(self, fitted, labels)?), chosen }))
    }

    fn cut(&self, config: &DataConfig, seed: u64) -> Parts {
        Parts::cut_in(&self.answers.classes(), self.first_validation, self.first_test, config, seed)
    }

    /// Finds the scales of inputs and of real-valued targets by the samples `train`.
    fn fit(&mut self, train: &[u32], normalize: bool, reading: &Reading) -> Result<Fitted, Error> {
        let origin = self.rows.origin().to_string();
        let refused =
            |problem: Beyond| Error::Broken { origin: origin.clone(), problem: problem.to_string() };
        self.answers.fit(train, reading.target_scaling);
        beyond::check_targets(&self.answers, reading.target_scaling).map_err(refused)?;
        if self.are_pixels {
            let range = Some((0.0, 255.0));
            if reading.input_scaling == Scaling::Shares {
                beyond::check_inputs([Spread::BYTES].into_iter()).map_err(refused)?;
            }
            let scales = if normalize { vec![Scale::of(0.0, 255.0)] } else { Vec::new() };
            return Ok(Fitted { scales, fills: Vec::new(), range, recoded: Vec::new() });
        }
        // The last axis has the features, each a quantity of its own: a table's columns, what a sequence has at each step,
        // an image's colours.
        let features = self.shape.last().copied().unwrap_or(1).max(1);
        let spreads = spreads(&*self.rows, train, features)?;
        if reading.input_scaling == Scaling::Shares {
            beyond::check_inputs(spreads.iter().copied()).map_err(refused)?;
        }
        let ends = |(least, most): (f64, f64), of: &Spread| (least.min(of.least), most.max(of.greatest));
        let range = spreads.iter().fold((f64::INFINITY, f64::NEG_INFINITY), ends);
        let means = spreads.iter().map(|spread| spread.mean).collect();
        let fills = match &self.table {
            Some(table) => fills(&*self.rows, train, &table.missing().collect::<Vec<_>>(), means)?,
            None if self.missing.is_refused() => Vec::new(),
            None => fills(&*self.rows, train, &vec![self.missing; features], means)?,
        };
        let mut scales: Vec<Scale> = match reading.input_scaling.is_none() {
            true => Vec::new(),
            false => spreads.into_iter().map(|spread| reading.input_scaling.scale(spread)).collect(),
        };
        if let Some(table) = &self.table {
            let others =
                scales.iter_mut().zip(table.are_quantities()).filter(|(_, is_quantity)| !is_quantity);
            others.for_each(|(scale, _)| *scale = Scale::NONE);
        }
        Ok(Fitted { scales, fills, range: Some(range), recoded: Vec::new() })
    }

    fn in_parts(self, parts: Parts, fitted: Fitted, labels: Labels) -> Result<Splits, Error> {
        let shared = Arc::new(Shared::of(self, fitted, labels)?);
        let part = |chosen| -> Arc<dyn Dataset> { Arc::new(Own { shared: shared.clone(), chosen }) };
        Ok(Splits {
            train: part(parts.train),
            validation: part(parts.validation),
            test: part(parts.test),
            notices: Vec::new(),
        })
    }
}

struct Own {
    shared: Arc<Shared>,
    chosen: Vec<u32>,
}

impl Dataset for Own {
    fn len(&self) -> usize {
        self.chosen.len()
    }

    fn input_shape(&self) -> &[usize] {
        &self.shared.set.shape
    }

    fn fill(&self, indices: &[u32], batch: &mut Batch) -> Result<(), Error> {
        let places: Vec<u32> = indices.iter().map(|&index| self.chosen[index as usize]).collect();
        let Shared { set, labels, .. } = &*self.shared;
        self.shared.fill(&places, batch.take_inputs(places.len(), set.rows.width()))?;
        if !set.weights.is_empty() {
            batch.weights.extend(places.iter().map(|&place| set.weights[place as usize]));
        }
        set.answers.fill(places.iter().map(|&place| place as usize), *labels, batch);
        Ok(())
    }

    fn is_costly(&self) -> bool {
        self.shared.set.rows.is_costly()
    }

    fn classes(&self) -> &[String] {
        self.shared.set.answers.names()
    }

    fn class_of(&self, index: usize) -> Option<u32> {
        self.shared.set.answers.class(*self.chosen.get(index)? as usize)
    }

    fn columns(&self) -> &[String] {
        &self.shared.set.columns
    }

    fn label(&self) -> Option<&str> {
        self.shared.set.label.as_deref()
    }

    fn table(&self) -> Option<&TableSchema> {
        self.shared.set.table.as_ref()
    }

    fn labels(&self) -> &[String] {
        self.shared.set.answers.labels()
    }

    fn are_pixels(&self) -> bool {
        self.shared.set.are_pixels
    }

    fn fills(&self) -> &[f64] {
        &self.shared.fitted.fills
    }

    fn input_range(&self) -> Option<(f64, f64)> {
        self.shared.fitted.range
    }

    fn input_scales(&self) -> &[Scale] {
        &self.shared.fitted.scales
    }

    fn values_of(&self, index: usize) -> Result<Option<Cow<'_, [f64]>>, Error> {
        let values = |&place: &u32| self.shared.set.answers.values_of(place as usize).map(Cow::Borrowed);
        Ok(self.chosen.get(index).and_then(values))
    }

    fn inputs_of(&self, index: usize) -> Result<Option<Vec<f64>>, Error> {
        let Shared { set, fitted, .. } = &*self.shared;
        if set.are_pixels || fitted.scales.is_empty() {
            return Ok(None);
        }
        let (place, mut scaled) = (self.chosen[index], vec![0.0; set.rows.width()]);
        self.shared.fill(&[place], &mut scaled)?;
        let scales = || repeated(&fitted.scales, 0);
        let mut inputs: Vec<f64> = scaled.iter().zip(scales()).map(|(&x, scale)| scale.restore(x)).collect();
        set.rows.in_pieces(place as usize, &mut Vec::new(), &mut |first, numbers| {
            let read = numbers.iter().zip(repeated(&fitted.scales, first)).zip(first..);
            // Others are filled, or stand for a word.
            let kept = read.filter(|((x, scale), place)| scale.apply(**x) == scaled[*place]);
            kept.for_each(|((x, _), place)| inputs[place] = *x);
            Ok(())
        })?;
        Ok(Some(inputs))
    }

    fn target_scales(&self) -> &[Scale] {
        self.shared.set.answers.scales()
    }

    fn file_of(&self, index: usize) -> Option<String> {
        self.shared.set.files.get(*self.chosen.get(index)? as usize).cloned()
    }

    fn row_of(&self, index: usize) -> Option<usize> {
        let place = *self.chosen.get(index)? as usize;
        let set = &self.shared.set;
        // A test set of its own begins with its own first row.
        Some(set.numbers.row_of(place, set.first_test))
    }
}
