//! A search as it is shown.

use std::sync::Arc;

use super::super::importance::{self, importance};
use super::super::plan::{Objective, Plan};
use super::super::space::Parameter;
use super::super::trial::{State, Trial};

/// All searches on disk, and one of them in full.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchesSnapshot {
    /// All searches, by name.
    pub searches: Vec<Listed>,
    /// The one that is looked at.
    pub chosen: Option<Arc<Board>>,
    /// Whether every search has been read once.
    pub is_whole: bool,
    /// Why they cannot be listed.
    pub problem: Option<String>,
}

/// How a search stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A process carries it out.
    Running,
    /// Nobody carries it out, and it is not done.
    Interrupted,
    /// It makes no further trials.
    Ended,
    /// It cannot be read.
    Broken,
    /// It has not been read yet.
    Unread,
}

impl Standing {
    /// In a word or two.
    pub fn word(self) -> &'static str {
        match self {
            Standing::Running => "running",
            Standing::Interrupted => "can go on",
            Standing::Ended => "ended",
            Standing::Broken => "cannot be read",
            Standing::Unread => "not read yet",
        }
    }
}

/// A search in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// The trials that are done, and how many are wanted.
    pub trials: (usize, u32),
    /// The trials that train now.
    pub running: usize,
    pub best: Option<(String, f64)>,
    /// Why it cannot be read.
    pub problem: Option<String>,
}

/// How many trials stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// They train now.
    pub running: usize,
    /// Trained to their end.
    pub complete: usize,
    /// Trained to a rung, and others went on.
    pub halted: usize,
    /// They failed.
    pub failed: usize,
    /// The preset does not take their settings.
    pub refused: usize,
    /// The others: they have not begun, wait for other trials, or were interrupted.
    pub open: usize,
}

impl Listed {
    /// How it stands, in a word or two. A training outlives the process that began it.
    pub fn word(&self) -> &'static str {
        match self.standing {
            Standing::Interrupted if self.running > 0 => "still trains",
            standing => standing.word(),
        }
    }
}

impl Counts {
    /// The trials to which nothing more is done.
    pub fn done(&self) -> usize {
        self.complete + self.halted + self.failed
    }
}

/// A search in full.
#[derive(Clone, Debug, PartialEq)]
pub struct Board {
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// What trials are compared by.
    pub objectives: Vec<Objective>,
    /// The settings that are varied.
    pub parameters: Vec<Parameter>,
    /// Which trials are made, in words.
    pub method: String,
    /// How many trials are wanted.
    pub wanted: u32,
    /// How many rungs a trial has.
    pub rungs: usize,
    /// Seconds that it has run.
    pub seconds: f64,
    /// Seconds that are left, by what trials have taken so far; `None` where nothing is left or known.
    pub left: Option<f64>,
    /// Its trials, the best first.
    pub rows: Vec<Arc<Row>>,
    /// The place of each trial in `rows`, by number.
    pub by_number: Vec<usize>,
    /// How many trials stand how.
    pub counts: Counts,
    /// The trials that no other beats in all objectives: as many of `rows`, the first ones, where there are two objectives.
    pub front: usize,
    /// For each objective, how much each setting matters; see [`importance`](super::super::importance).
    pub importance: Vec<Vec<Option<f64>>>,
}

/// A trial as it is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Its number, from 1.
    pub number: u32,
    /// How it stands.
    pub state: State,
    /// Whether it trains now.
    pub is_running: bool,
    /// The value of each objective; empty where there is none yet. What failed has none that counts.
    pub values: Vec<f64>,
    /// The standard deviation of each value over the seeds, where there are several.
    pub spreads: Vec<Option<f64>>,
    /// How many rungs it has reached.
    pub rungs: usize,
    /// The epochs that it was trained, with one seed.
    pub epochs: u32,
    /// The seconds that its epochs took, of all seeds together.
    pub seconds: f64,
    /// The value of each setting; `None` where it is not there.
    pub settings: Vec<Option<String>>,
    /// The place of each value in its range, from 0 to 1.
    pub places: Vec<Option<f64>>,
    /// Why it was stopped early, failed or was refused.
    pub why: Option<String>,
    /// The names of its runs, one for each seed that has begun.
    pub runs: Vec<String>,
}

impl Row {
    /// A trial of this search.
    pub(super) fn new(search: &Parts, trial: &Trial, is_running: bool) -> Self {
        let space = &search.plan.space;
        let settings: Vec<Option<String>> =
            space.values(&trial.settings).map(|value| value.map(str::to_owned)).collect();
        let place = |(parameter, value): (&Parameter, &Option<String>)| {
            value.as_deref().and_then(|value| parameter.domain.place(value))
        };
        let places = space.parameters.iter().zip(&settings).map(place).collect();
        let why = trial.why(search.rungs, search.is_ended);
        let values = if trial.failure().is_some() { None } else { trial.values() };
        let objectives = 0..search.plan.objectives.len();
        let state = trial.state(search.rungs, search.is_ended);
        Row {
            number: trial.number,
            state,
            // A process that has told its result may still be there for a moment.
            is_running: is_running && state == State::Open,
            values: values.unwrap_or_default(),
            spreads: objectives.map(|place| trial.deviation(place)).collect(),
            rungs: trial.rungs_reached(),
            epochs: trial.epochs(),
            seconds: trial.seconds(),
            settings,
            places,
            why,
            runs: trial.runs.iter().filter_map(|run| run.run.clone()).collect(),
        }
    }

    /// How it stands, in a word or two.
    pub fn word(&self) -> &'static str {
        if self.is_running { "running" } else { self.state.word() }
    }
}

/// What rows are made with.
pub(super) struct Parts<'a> {
    pub plan: &'a Plan,
    pub rungs: usize,
    pub is_ended: bool,
}

impl Board {
    /// The best trial, if one has a value.
    pub fn best(&self) -> Option<&Row> {
        self.rows.first().map(|row| &**row).filter(|row| !row.values.is_empty())
    }

    /// The trial of this number.
    pub fn row(&self, number: u32) -> Option<&Row> {
        let place = *self.by_number.get((number as usize).checked_sub(1)?)?;
        self.rows.get(place).map(|row| &**row)
    }

    /// The trials by number.
    pub fn in_order(&self) -> impl Iterator<Item = &Row> {
        self.by_number.iter().filter_map(|place| self.rows.get(*place).map(|row| &**row))
    }

    /// Whether it can go on: nobody carries it out, and it is not done.
    pub fn can_go_on(&self) -> bool {
        self.standing == Standing::Interrupted
    }

    /// The whole table of trials that are ranked already.
    pub(super) fn new(
        name: String,
        standing: Standing,
        parts: &Parts,
        seconds: f64,
        rows: Vec<Arc<Row>>,
    ) -> Self {
        let Parts { plan, rungs, .. } = *parts;
        let mut by_number = vec![0; rows.len()];
        let mut counts = Counts::default();
        for (place, row) in rows.iter().enumerate() {
            if let Some(at) = by_number.get_mut(row.number as usize - 1) {
                *at = place;
            }
            let count = match row.state {
                _ if row.is_running => &mut counts.running,
                State::Open => &mut counts.open,
                State::Complete => &mut counts.complete,
                State::Halted => &mut counts.halted,
                State::Failed => &mut counts.failed,
                State::Refused => &mut counts.refused,
            };
            *count += 1;
        }
        let objectives = plan.objectives.clone();
        let settings = 0..plan.space.parameters.len();
        let of_objective = |(place, objective): (usize, &Objective)| {
            let order = ranks(objective, place, &rows);
            settings.clone().map(|setting| explained(plan, &rows, &order, setting)).collect()
        };
        let importance = objectives.iter().enumerate().map(of_objective).collect();
        let mut board = Board {
            name,
            standing,
            front: front(&objectives, &rows),
            objectives,
            parameters: plan.space.parameters.clone(),
            method: plan.method.to_string(),
            wanted: plan.trials,
            rungs,
            seconds,
            left: None,
            rows,
            by_number,
            counts,
            importance,
        };
        board.left = board.time_left(plan.hours);
        board
    }

    /// Seconds that are left if the trials that are missing take as long as those that are done, one with the other; never more than
    /// the hours that it may take.
    fn time_left(&self, hours: Option<f64>) -> Option<f64> {
        // Of a halving only few trials are trained to the end: those count that have come to a rung at all.
        let reached = self.rows.iter().filter(|row| row.state == State::Open && row.rungs > 0).count();
        let done = self.counts.done() + reached;
        let missing = (self.wanted as usize).saturating_sub(done);
        if self.standing == Standing::Ended || done == 0 || self.seconds <= 0.0 {
            return None;
        }
        let left = self.seconds / done as f64 * missing as f64;
        Some(hours.map_or(left, |hours| left.min((hours * 3600.0 - self.seconds).max(0.0))))
    }
}

/// How many of the first rows no other beats in all objectives.
fn front(objectives: &[Objective], rows: &[Arc<Row>]) -> usize {
    let most = rows.first().map_or(0, |row| row.rungs);
    let ranked = rows.iter().take_while(|row| row.rungs == most && !row.values.is_empty());
    if objectives.len() < 2 {
        return ranked.take(1).count();
    }
    // Those of the front come first, in the order of the first objective: each is better in the second one than those before it.
    let costs = ranked.map(|row| (objectives[0].cost(row.values[0]), objectives[1].cost(row.values[1])));
    let mut last: Option<(f64, f64)> = None;
    let mut count = 0;
    for cost in costs {
        if last.is_some_and(|(first, second)| cost.0 < first || (cost.1 >= second && cost != (first, second)))
        {
            break;
        }
        (last, count) = (Some(cost), count + 1);
    }
    count
}

/// How much one setting matters for one objective. A trial that has come further is better than one that was stopped before.
fn explained(plan: &Plan, rows: &[Arc<Row>], order: &[f64], setting: usize) -> Option<f64> {
    let domain = &plan.space.parameters.get(setting)?.domain;
    let count = domain.count().unwrap_or(1) as f64;
    let trials: Vec<(importance::Setting, f64)> = rows
        .iter()
        .zip(order)
        .filter(|(row, _)| !row.values.is_empty())
        .filter_map(|(row, rank)| {
            let place = (*row.places.get(setting)?)?;
            let setting = if domain.is_numeric() {
                importance::Setting::Number(place)
            } else {
                importance::Setting::Choice((place * count) as usize)
            };
            Some((setting, *rank))
        })
        .collect();
    importance(&trials)
}

/// The rank of each trial by one objective, those that have come further first; equal ones have the same.
fn ranks(objective: &Objective, place: usize, rows: &[Arc<Row>]) -> Vec<f64> {
    let cost = |at: &usize| {
        let cost = rows[*at].values.get(place).map_or(f64::INFINITY, |value| objective.cost(*value));
        if cost.is_nan() { f64::INFINITY } else { cost }
    };
    let key = |at: &usize| (std::cmp::Reverse(rows[*at].rungs), cost(at));
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|a, b| key(a).0.cmp(&key(b).0).then(cost(a).total_cmp(&cost(b))));
    let mut ranks = vec![0.0; rows.len()];
    for (rank, equal) in order.chunk_by(|a, b| key(a) == key(b)).enumerate() {
        equal.iter().for_each(|&at| ranks[at] = rank as f64);
    }
    ranks
}

#[cfg(test)]
impl Board {
    /// The table of a search with this text and these trials, of which the runs in `running` are trained.
    pub fn of(text: &str, standing: Standing, seconds: f64, trials: &[Trial], running: &[&str]) -> Self {
        let plan = super::super::plan::read(text, "s.ron").unwrap();
        let rungs = plan.method.rungs(60).len();
        let parts = Parts { plan: &plan, rungs, is_ended: standing == Standing::Ended };
        let row = |place: usize| {
            let mut runs = trials[place].runs.iter().filter_map(|run| run.run.as_deref());
            Arc::new(Row::new(&parts, &trials[place], runs.any(|run| running.contains(&run))))
        };
        let rows = super::super::ranking::ranked(&plan.objectives, trials).into_iter().map(row).collect();
        Board::new("s".into(), standing, &parts, seconds, rows)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::trial::{Reached, TrialRun};
    use super::*;
    use crate::preset::Assignment;

    const TWO: &str = r#"(preset: "xor", search: (space: {layers[0].units: int(1, 64), "optimizer": [Adam(), SGD()]},
        objective: [val_loss, parameters], trials: 20))"#;

    fn trial(number: u32, units: u32, optimizer: &str, of_seeds: &[[f64; 2]]) -> Trial {
        let run = |values: &[f64; 2]| TrialRun {
            reached: vec![Reached { epochs: 60, values: values.to_vec(), seconds: 2.0 }],
            ..TrialRun::default()
        };
        let settings = vec![
            Assignment { path: "layers[0].units".into(), value: units.to_string() },
            Assignment { path: "optimizer".into(), value: optimizer.into() },
        ];
        Trial { number, settings, rung: 0, runs: of_seeds.iter().map(run).collect(), refused: None }
    }

    #[test]
    fn those_that_no_other_beats_come_first_and_seeds_are_a_mean_and_a_deviation() {
        let trials = [
            trial(1, 4, "Adam()", &[[0.3, 100.0]]),
            trial(2, 8, "SGD()", &[[0.1, 900.0]]),
            trial(3, 16, "Adam()", &[[0.4, 200.0]]),
            trial(4, 32, "SGD()", &[[0.1, 400.0], [0.2, 400.0], [0.3, 400.0]]),
        ];
        let board = Board::of(TWO, Standing::Running, 80.0, &trials, &[]);
        assert_eq!(board.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 4, 1, 3]);
        assert_eq!(board.front, 3);
        let row = board.row(4).unwrap();
        assert!((row.values[0] - 0.2).abs() < 1e-12 && (row.spreads[0].unwrap() - 0.1).abs() < 1e-12);
        assert_eq!((row.seconds, board.row(1).unwrap().spreads[0]), (6.0, None));
        assert_eq!(row.settings[1].as_deref(), Some("SGD()"));
        assert!((row.places[0].unwrap() - 31.5 / 64.0).abs() < 1e-12);
        // Four of twenty took 80 s.
        assert_eq!(board.left, Some(320.0));
        assert_eq!(Board::of(TWO, Standing::Ended, 80.0, &trials, &[]).left, None);
        let bounded = TWO.replace("trials: 20", "trials: 20, hours: 0.025");
        assert_eq!(Board::of(&bounded, Standing::Running, 80.0, &trials, &[]).left, Some(10.0));
    }

    #[test]
    fn a_setting_that_decides_all_matters_and_what_failed_is_no_result() {
        let text = TWO.replace("[val_loss, parameters]", "val_loss");
        let optimizer = |i: u32| ["Adam()", "SGD()"][i as usize % 2];
        let of_one = |i: u32| trial(i, 4 * i, optimizer(i), &[[f64::from(i.div_ceil(2)), 0.0]]);
        let mut trials: Vec<Trial> = (1..=16).map(of_one).collect();
        let board = Board::of(&text, Standing::Ended, 1.0, &trials, &[]);
        // Adam and SGD have the same results.
        assert_eq!(board.importance[0][1], Some(0.0));
        assert!(board.importance[0][0].unwrap() > 0.8, "{:?}", board.importance);
        trials[0].runs[0].failed = Some("NaN".into());
        let board = Board::of(&text, Standing::Ended, 1.0, &trials, &[]);
        let failed = board.row(1).unwrap();
        assert_eq!((failed.values.len(), failed.why.as_deref(), board.counts.failed), (0, Some("NaN"), 1));
        assert_eq!(board.rows.last().unwrap().number, 1);
    }
}
