//! Answers questions about the model between steps, without stalling training: what needs the whole test set is
//! worked out in chunks.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::protocol::{
    Choice, Confusion, Filter, Inspection, Question, Reply, RequestId, Sample, SampleOrder,
};
use crate::data::{Batch, Dataset};
use crate::nn::buffer::Buffer;
use crate::train::evaluation::{CHUNK, class_said};
use crate::train::{self, Training};

/// A survey of the test set counts as old after this many times what it took: so surveys take a fiftieth of the time at most,
/// and one that is cheap is never older than a person sees.
const FRESH_FOR: u32 = 50;

/// What the model says of the whole test set.
#[derive(Default)]
struct Survey {
    said: Vec<Said>,
    /// The step of the model that finished it.
    step: u64,
    /// What it took.
    cost: Duration,
    /// When it was finished.
    finished: Option<Instant>,
}

impl Survey {
    /// Whether it says enough of the model of this step.
    fn is_fresh(&self, step: u64, is_held: bool) -> bool {
        // While nothing is trained, only a survey of just this model will do.
        let is_young = || self.finished.is_some_and(|at| at.elapsed() < self.cost * FRESH_FOR);
        self.step == step || !is_held && is_young()
    }
}

/// What it says of a sample.
#[derive(Clone, Copy)]
struct Said {
    /// The predicted class.
    class: u32,
    /// How likely it takes the predicted class to be.
    sureness: f32,
    /// How likely it takes the true class to be; the loss falls with it.
    of_truth: f32,
}

impl Said {
    /// By the outputs for a sample: a single one is the probability of the second class.
    fn of(output: &[f32], truth: Option<u32>) -> Self {
        let class = class_said(output);
        let of = |class: u32| match output {
            [second] => {
                if class == 0 {
                    1.0 - second
                } else {
                    *second
                }
            }
            all => all.get(class as usize).copied().unwrap_or(0.0),
        };
        Said { class, sureness: of(class), of_truth: truth.map_or(0.0, of) }
    }
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

    /// Works out at most one chunk, and gives the replies that are ready. `is_held`: no step is made meanwhile.
    pub(super) fn advance(&mut self, trainer: &mut dyn Training, is_held: bool) -> Vec<(RequestId, Reply)> {
        let step = trainer.step();
        let is_usable = |done: &Option<Survey>| done.as_ref().is_some_and(|it| it.is_fresh(step, is_held));
        let has_classes = trainer.predicts_classes();
        let needs_survey = |question: &Question| {
            has_classes
                && match question {
                    Question::Confusion => true,
                    Question::Sample { filter, .. } => *filter != Filter::All,
                    Question::Figure { name, .. } => train::figures::is_of_answers(name),
                }
        };
        let mut failure = None;
        if !is_usable(&self.done) && self.waiting.iter().any(|(_, question)| needs_survey(question)) {
            failure = self.grow(trainer).err();
        }
        let is_ready = is_usable(&self.done);
        let mut replies = Vec::new();
        for (id, question) in std::mem::take(&mut self.waiting) {
            let answer = match &failure {
                _ if !needs_survey(&question) => self.answer(&question, trainer),
                Some(error) => {
                    replies.push((id, Reply::Refused(error.to_string())));
                    continue;
                }
                None if is_ready => self.answer(&question, trainer),
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

    /// Forgets what it had worked out; questions that wait are answered anew.
    pub(super) fn forget_answers(&mut self) {
        (self.done, self.growing) = (None, None);
    }

    /// Forgets what it knew: the model is another one.
    pub(super) fn forget(&mut self) {
        *self = Inspector::default();
    }

    /// Predicts one more chunk of the test set.
    fn grow(&mut self, trainer: &mut dyn Training) -> Result<(), train::Error> {
        let (step, since) = (trainer.step(), Instant::now());
        let (model, splits) = trainer.model_and_splits();
        let mut survey = self.growing.take().unwrap_or_default();
        let first = survey.said.len();
        let last = (first + 2 * CHUNK).min(splits.test.len());
        let indices: Vec<u32> = (first as u32..last as u32).collect();
        splits.test.fill(&indices, &mut self.batch)?;
        let output = model.predict(Buffer::copy_of(&self.batch.inputs), indices.len())?;
        let width = model.output_width();
        let said = output.chunks_exact(width).zip(first..);
        survey.said.extend(said.map(|(row, index)| Said::of(row, splits.test.class_of(index))));
        survey.cost += since.elapsed();
        if last == splits.test.len() {
            (survey.step, survey.finished) = (step, Some(Instant::now()));
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
                let survey = self.done.as_ref().filter(|_| train::figures::is_of_answers(name));
                let figure = match survey {
                    Some(Survey { said, step, .. }) => {
                        let said = said.iter().map(|said| said.class);
                        train::figures::of_answers(at, &*trainer.splits().test, *step, said)
                    }
                    None => trainer.figure(name, at)?.ok_or_else(|| train::Error::NoFigure(name.clone()))?,
                };
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
        for (index, said) in survey.map(|survey| &survey.said[..]).unwrap_or_default().iter().enumerate() {
            let truth = test.class_of(index).and_then(|truth| counts.get_mut(truth as usize));
            if let Some(count) = truth.and_then(|row| row.get_mut(said.class as usize)) {
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
        let preset = &trainer.preset().clone();
        let (model, splits) = trainer.model_and_splits();
        let test = &*splits.test;
        let said = self.done.as_ref().map(|survey| &survey.said[..]).unwrap_or_default();
        let chosen = (filter != Filter::All).then(|| chosen(filter.into(), said, test));
        let of = chosen.as_ref().map_or(test.len(), Vec::len);
        if of == 0 {
            return Ok(Inspection::Nothing(filter));
        }
        let position = position.rem_euclid(of as i64) as usize;
        let index = chosen.map_or(position, |chosen| chosen[position]);
        test.fill(&[index as u32], &mut self.batch)?;
        let output = model.predict(Buffer::copy_of(&self.batch.inputs), 1)?;
        let is_class = !test.classes().is_empty();
        let (shape, input) = train::figures::as_seen(preset, test.input_shape(), &self.batch.inputs);
        let names = named(test, &input);
        let words = test.table().map(|schema| schema.words_of(&input)).unwrap_or_default();
        let words = if words.iter().all(String::is_empty) { Vec::new() } else { words };
        // What has a name has a unit as well: that of the data, not that of the network.
        let input = match names.is_empty() {
            true => input,
            false => {
                let own = train::figures::in_own_units(test, index, &input)?;
                own.into_iter().map(|x| x as f32).collect()
            }
        };
        Ok(Inspection::Sample(Sample {
            index,
            caption: test.caption(index).or_else(|| test.file_of(index)),
            position,
            of,
            filter,
            text: train::figures::text_of(test, &self.batch.inputs),
            names,
            words,
            shape,
            input,
            truth: test.class_of(index),
            predicted: is_class.then(|| class_said(&output)),
            output,
            step,
        }))
    }
}

/// The samples that a choice takes, in its order. Those that the model says the same of stay in the order of the test set.
fn chosen(choice: Choice, said: &[Said], test: &dyn Dataset) -> Vec<usize> {
    let Choice { only_wrong, truth, predicted, order } = choice;
    let is_chosen = |index: &usize| {
        let (of, says) = (test.class_of(*index), said[*index].class);
        !(only_wrong && of == Some(says))
            && truth.is_none_or(|class| of == Some(class))
            && predicted.is_none_or(|class| says == class)
    };
    let mut chosen: Vec<usize> = (0..said.len()).filter(is_chosen).collect();
    let compare = |a: &usize, b: &usize| match order {
        SampleOrder::Given => Ordering::Equal,
        SampleOrder::Loss => said[*a].of_truth.total_cmp(&said[*b].of_truth),
        SampleOrder::Unsure => said[*a].sureness.total_cmp(&said[*b].sureness),
        SampleOrder::Sure => said[*b].sureness.total_cmp(&said[*a].sureness),
    };
    chosen.sort_unstable_by(|a, b| compare(a, b).then(a.cmp(b)));
    chosen
}

/// The names of a sample's numbers, where a table gives each one.
fn named(test: &dyn Dataset, input: &[f32]) -> Vec<String> {
    if test.columns().len() == input.len() { test.columns().to_vec() } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_output_is_the_probability_of_the_second_class() {
        let said = Said::of(&[0.2], Some(1));
        assert_eq!((said.class, said.sureness, said.of_truth), (0, 0.8, 0.2));
        let said = Said::of(&[0.1, 0.7, 0.2], Some(2));
        assert_eq!((said.class, said.sureness, said.of_truth), (1, 0.7, 0.2));
    }

    #[test]
    fn a_choice_that_older_programs_know_has_their_word() {
        assert_eq!(Filter::from(Choice::default()), Filter::All);
        assert_eq!(Filter::from(Choice { only_wrong: true, ..Choice::default() }), Filter::Wrong);
        let choice = Choice { truth: Some(3), ..Choice::default() };
        assert_eq!(Choice::from(Filter::from(choice)), choice);
    }
}
