//! Answers questions about the model between steps, without stalling training: what needs the whole test set is
//! worked out in chunks.

use std::collections::VecDeque;
use std::time::Instant;

use super::protocol::{Confusion, Filter, Inspection, Question, Reply, RequestId, Sample};
use crate::data::{Batch, Dataset};
use crate::nn::buffer::Buffer;
use crate::train::evaluation::{CHUNK, class_said};
use crate::train::{self, Training};

/// Steps after which a survey of the test set counts as old.
const FRESH_FOR: u64 = 500;

/// The classes predicted for the whole test set.
#[derive(Default)]
struct Survey {
    predicted: Vec<u32>,
    /// The step of the model that finished it.
    step: u64,
}

/// Questions that wait, and what is known.
#[derive(Default)]
pub(super) struct Inspector {
    waiting: VecDeque<(RequestId, Question)>,
    done: Option<Survey>,
    growing: Option<Survey>,
    batch: Batch,
}

impl Inspector {
    /// Takes a question, which [`advance`](Inspector::advance) answers; gives the request that it overtakes, if it does.
    pub(super) fn ask(&mut self, id: RequestId, question: Question) -> Option<RequestId> {
        // A person who pages quickly wants the last page. What others ask for is theirs.
        let is_overtaken = |(old, asked): &(RequestId, Question)| {
            old.asker == id.asker && std::mem::discriminant(asked) == std::mem::discriminant(&question)
        };
        let overtaken = self.waiting.iter().position(is_overtaken).and_then(|at| self.waiting.remove(at));
        self.waiting.push_back((id, question));
        overtaken.map(|(old, _)| old)
    }

    /// Whether something is still to be worked out.
    pub(super) fn is_busy(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Works out at most one chunk, and gives the replies that are ready.
    pub(super) fn advance(&mut self, trainer: &mut dyn Training) -> Vec<(RequestId, Reply)> {
        let step = trainer.step();
        // While nothing is trained, only a survey of just this model will do.
        let usable =
            self.done.as_ref().is_some_and(|survey| survey.step + FRESH_FOR > step || survey.step == step);
        let has_classes = trainer.predicts_classes();
        let needs_survey = |question: &Question| {
            has_classes
                && matches!(question, Question::Confusion | Question::Sample { filter: Filter::Wrong, .. })
        };
        let mut failure = None;
        if !usable && self.waiting.iter().any(|(_, question)| needs_survey(question)) {
            failure = self.grow(trainer).err();
        }
        let mut replies = Vec::new();
        for (id, question) in std::mem::take(&mut self.waiting) {
            let is_ready = || self.done.as_ref().is_some_and(|survey| survey.step + FRESH_FOR > step);
            let answer = match &failure {
                _ if !needs_survey(&question) => self.answer(&question, trainer),
                Some(error) => {
                    replies.push((id, Reply::Refused(error.to_string())));
                    continue;
                }
                None if is_ready() => self.answer(&question, trainer),
                None => {
                    self.waiting.push_back((id, question));
                    continue;
                }
            };
            replies.push((
                id,
                match answer {
                    Ok(answer) => Reply::Inspected(Box::new(answer)),
                    Err(error) => Reply::Refused(error.to_string()),
                },
            ));
        }
        replies
    }

    /// Gives up the questions that wait.
    pub(super) fn leave(&mut self) -> Vec<RequestId> {
        self.waiting.drain(..).map(|(id, _)| id).collect()
    }

    /// Forgets what it knew: the model is another one.
    pub(super) fn forget(&mut self) {
        *self = Inspector::default();
    }

    /// Predicts one more chunk of the test set.
    fn grow(&mut self, trainer: &mut dyn Training) -> Result<(), train::Error> {
        let step = trainer.step();
        let (model, splits) = trainer.model_and_splits();
        let mut survey = self.growing.take().unwrap_or_default();
        let first = survey.predicted.len();
        let last = (first + 2 * CHUNK).min(splits.test.len());
        let indices: Vec<u32> = (first as u32..last as u32).collect();
        splits.test.fill(&indices, &mut self.batch)?;
        let output = model.predict(Buffer::copy_of(&self.batch.inputs), indices.len())?;
        let width = model.output_width();
        survey.predicted.extend(output.chunks_exact(width).map(class_said));
        if last == splits.test.len() {
            survey.step = step;
            self.done = Some(survey);
        } else {
            self.growing = Some(survey);
        }
        Ok(())
    }

    fn answer(
        &mut self,
        question: &Question,
        trainer: &mut dyn Training,
    ) -> Result<Inspection, train::Error> {
        match question {
            Question::Figure { name, at } => {
                let since = Instant::now();
                let figure = trainer.figure(name, at)?.ok_or_else(|| train::Error::NoFigure(name.clone()))?;
                Ok(Inspection::Figure { figure, seconds: since.elapsed().as_secs_f64() })
            }
            // A generator takes no samples, an encoder's output is no class.
            Question::Confusion if !trainer.predicts_classes() => Ok(Inspection::Nothing(Filter::All)),
            Question::Sample { filter, .. } if !trainer.predicts_classes() => {
                Ok(Inspection::Nothing(*filter))
            }
            Question::Confusion => Ok(Inspection::Confusion(self.confusion(&*trainer.splits().test))),
            Question::Sample { position, filter } => self.sample(*position, *filter, trainer),
        }
    }

    fn confusion(&self, test: &dyn Dataset) -> Confusion {
        let classes = test.classes().to_vec();
        let mut counts = vec![vec![0; classes.len()]; classes.len()];
        let survey = self.done.as_ref();
        for (index, &predicted) in
            survey.map(|survey| &survey.predicted[..]).unwrap_or_default().iter().enumerate()
        {
            let truth = test.class_of(index).and_then(|truth| counts.get_mut(truth as usize));
            if let Some(count) = truth.and_then(|row| row.get_mut(predicted as usize)) {
                *count += 1;
            }
        }
        Confusion { classes, counts, step: survey.map_or(0, |survey| survey.step) }
    }

    fn sample(
        &mut self,
        position: i64,
        filter: Filter,
        trainer: &mut dyn Training,
    ) -> Result<Inspection, train::Error> {
        let step = trainer.step();
        let (model, splits) = trainer.model_and_splits();
        let test = &*splits.test;
        let chosen: Option<Vec<usize>> = match filter {
            Filter::All => None,
            Filter::Wrong => {
                let predicted = self.done.as_ref().map(|survey| &survey.predicted[..]).unwrap_or_default();
                let wrong =
                    predicted.iter().enumerate().filter(|&(index, &said)| test.class_of(index) != Some(said));
                Some(wrong.map(|(index, _)| index).collect())
            }
        };
        let of = chosen.as_ref().map_or(test.len(), Vec::len);
        if of == 0 {
            return Ok(Inspection::Nothing(filter));
        }
        let position = position.rem_euclid(of as i64) as usize;
        let index = chosen.map_or(position, |chosen| chosen[position]);
        test.fill(&[index as u32], &mut self.batch)?;
        let output = model.predict(Buffer::copy_of(&self.batch.inputs), 1)?;
        let is_class = !test.classes().is_empty();
        Ok(Inspection::Sample(Sample {
            index,
            caption: test.caption(index),
            position,
            of,
            filter,
            shape: test.input_shape().to_vec(),
            input: self.batch.inputs.clone(),
            truth: test.class_of(index),
            predicted: is_class.then(|| class_said(&output)),
            output,
            step,
        }))
    }
}
