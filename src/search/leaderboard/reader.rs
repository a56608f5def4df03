//! Reads searches again and again, and of their trials only what is new or can still change.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::super::Error;
use super::super::plan::Plan;
use super::super::ranking::ranked;
use super::super::store::{Mark, Record, Store};
use super::super::subject::Subject;
use super::super::trial::{State, Trial};
use super::table::{Board, Listed, Parts, Row, SearchesSnapshot, Standing};
use crate::run::lock::Lock;

/// What is known of all searches.
pub(super) struct Reader {
    /// Where searches are.
    searches: PathBuf,
    /// Where runs are.
    runs: PathBuf,
    known: BTreeMap<String, Known>,
}

/// What is known of one search.
struct Known {
    store: Store,
    mark: Option<Mark>,
    /// How it stood last; nothing changes where nobody carries it out.
    standing: Standing,
    content: Option<Content>,
    problem: Option<String>,
}

/// What was read of a search.
struct Content {
    record: Record,
    plan: Plan,
    rungs: usize,
    /// What is wrong with its preset now; its trials can be read all the same.
    problem: Option<String>,
    trials: Vec<Trial>,
    marks: Vec<Mark>,
    /// Its trials as rows, by number.
    rows: Vec<Arc<Row>>,
    /// The trials that can still change, as places.
    open: Vec<usize>,
    /// The runs that are trained now.
    running: HashSet<String>,
    board: Option<Arc<Board>>,
    /// How many files of trials have been read in all.
    reads: usize,
}

impl Reader {
    pub fn new(searches: PathBuf, runs: PathBuf) -> Self {
        Reader { searches, runs, known: BTreeMap::new() }
    }

    /// Reads what has changed, that of `chosen` first. `show` is given what is known after it and after every search that is
    /// read for the first time.
    pub fn look(&mut self, chosen: Option<&str>, show: &mut dyn FnMut(SearchesSnapshot)) {
        let stores = match Store::list_in(&self.searches) {
            Ok(stores) => stores,
            Err(error) => {
                let problem = Some(error.to_string());
                return show(SearchesSnapshot { problem, ..SearchesSnapshot::default() });
            }
        };
        let names: HashSet<String> = stores.iter().map(Store::name).collect();
        self.known.retain(|name, _| names.contains(name));
        for store in stores {
            self.known.entry(store.name()).or_insert_with(|| Known::new(store));
        }
        // Without a choice the first one is looked at, as on the screen.
        let first = self.known.keys().next().cloned();
        let chosen = chosen.filter(|name| names.contains(*name)).map(str::to_owned).or(first);
        if let Some(known) = chosen.as_ref().and_then(|name| self.known.get_mut(name)) {
            known.refresh(&self.runs);
        }
        show(self.snapshot(chosen.as_deref()));
        let others: Vec<String> =
            self.known.keys().filter(|name| Some(*name) != chosen.as_ref()).cloned().collect();
        let mut is_shown = true;
        for name in others {
            let Some(known) = self.known.get_mut(&name) else { continue };
            let is_new = known.standing == Standing::Unread;
            is_shown &= !known.refresh(&self.runs);
            if is_new {
                show(self.snapshot(chosen.as_deref()));
                is_shown = true;
            }
        }
        if !is_shown {
            show(self.snapshot(chosen.as_deref()));
        }
    }

    fn snapshot(&self, chosen: Option<&str>) -> SearchesSnapshot {
        let chosen = chosen.and_then(|name| self.known.get(name)?.content.as_ref()?.board.clone());
        let searches: Vec<Listed> = self.known.iter().map(|(name, known)| known.listed(name)).collect();
        let is_whole = searches.iter().all(|one| one.standing != Standing::Unread);
        SearchesSnapshot { searches, chosen, is_whole, problem: None }
    }
}

impl Known {
    fn new(store: Store) -> Self {
        Known { store, mark: None, standing: Standing::Unread, content: None, problem: None }
    }

    fn listed(&self, name: &str) -> Listed {
        let board = self.content.as_ref().and_then(|content| content.board.as_ref());
        let best = board
            .and_then(|board| Some((board.objectives.first()?.name.clone(), *board.best()?.values.first()?)));
        Listed {
            name: name.to_owned(),
            standing: self.standing,
            trials: board.map_or((0, 0), |board| (board.counts.done(), board.wanted)),
            running: board.map_or(0, |board| board.counts.running),
            best,
            problem: self
                .problem
                .clone()
                .or_else(|| self.content.as_ref().and_then(|content| content.problem.clone())),
        }
    }

    /// Reads what has changed; returns whether anything has.
    fn refresh(&mut self, runs: &std::path::Path) -> bool {
        let before = (self.standing, self.problem.clone());
        let changed = match self.read(runs) {
            Ok(changed) => {
                self.problem = None;
                changed
            }
            Err(error) => {
                (self.standing, self.problem) = (Standing::Broken, Some(error.to_string()));
                false
            }
        };
        changed || before != (self.standing, self.problem.clone())
    }

    fn read(&mut self, runs: &std::path::Path) -> Result<bool, Error> {
        let is_held = !self.store.workers()?.is_empty();
        let mark = self.store.mark();
        let mut changed = false;
        if mark != self.mark || self.content.is_none() {
            let record = self.store.load()?;
            let before = self.content.take();
            self.content = Some(Content::of(record, before)?);
            (self.mark, changed) = (mark, true);
        }
        let Some(content) = &mut self.content else { return Ok(false) };
        // What was written just before the process let go of the lock is read as well.
        if is_held || changed || self.standing == Standing::Running {
            changed |= content.read_trials(&self.store)?;
        }
        changed |= content.look_for_running(runs);
        let standing = match content.record.is_ended {
            _ if is_held => Standing::Running,
            true => Standing::Ended,
            false => Standing::Interrupted,
        };
        if changed || standing != self.standing || content.board.is_none() {
            self.standing = standing;
            content.lay_out(self.store.name(), standing);
            changed = true;
        }
        Ok(changed)
    }
}

impl Content {
    /// What a record says; the trials of the same search are kept.
    fn of(record: Record, before: Option<Content>) -> Result<Self, Error> {
        let before = before.filter(|before| before.record.started == record.started);
        let known = before.filter(|before| before.record.definition.has_same_preset(&record.definition));
        if let Some(mut content) = known {
            let is_other = content.record.is_ended != record.is_ended;
            if content.record.definition != record.definition {
                content.plan = record.definition.plan()?;
            }
            content.record = record;
            if is_other {
                // Those that others left behind may go on now, or stay there for good.
                content.open = (0..content.trials.len()).filter(|&place| content.may_change(place)).collect();
                content.rows = (0..content.trials.len()).map(|place| content.row(place)).collect();
            }
            return Ok(content);
        }
        let plan = record.definition.plan()?;
        let (rungs, problem) = match Subject::of(record.definition.clone()) {
            Ok(subject) => (subject.rungs().len(), None),
            Err(error) => (0, Some(error.to_string())),
        };
        Ok(Content {
            record,
            plan,
            rungs,
            problem,
            trials: Vec::new(),
            marks: Vec::new(),
            rows: Vec::new(),
            open: Vec::new(),
            running: HashSet::new(),
            board: None,
            reads: 0,
        })
    }

    /// How many rungs there are; where the preset does not say it any more, as many as trials have.
    fn rungs(&self) -> usize {
        let wanted = || self.trials.iter().map(|trial| trial.rung + 1).max().unwrap_or(1);
        if self.rungs > 0 { self.rungs } else { wanted() }
    }

    fn may_change(&self, place: usize) -> bool {
        self.trials[place].state(self.rungs(), false) == State::Open
    }

    fn row(&self, place: usize) -> Arc<Row> {
        let parts = Parts { plan: &self.plan, rungs: self.rungs(), is_ended: self.record.is_ended };
        let trial = &self.trials[place];
        let mut runs = trial.runs.iter().filter_map(|run| run.run.as_ref());
        Arc::new(Row::new(&parts, trial, runs.any(|run| self.running.contains(run))))
    }

    /// Reads new files, and those that can change and have.
    fn read_trials(&mut self, store: &Store) -> Result<bool, Error> {
        let mut changed = false;
        for place in self.open.clone() {
            let number = place as u32 + 1;
            if store.mark_of_trial(number) == Some(self.marks[place]) {
                continue;
            }
            let Some((trial, mark)) = store.trial_with_mark(number)? else { continue };
            (self.trials[place], self.marks[place], changed) = (trial, mark, true);
            self.reads += 1;
            self.rows[place] = self.row(place);
        }
        while let Some((trial, mark)) = store.trial_with_mark(self.trials.len() as u32 + 1)? {
            self.trials.push(trial);
            self.marks.push(mark);
            self.reads += 1;
            let place = self.trials.len() - 1;
            self.rows.push(self.row(place));
            self.open.push(place);
            changed = true;
        }
        let mut open = std::mem::take(&mut self.open);
        open.retain(|&place| self.may_change(place));
        self.open = open;
        Ok(changed)
    }

    /// Looks which runs are trained, of the trials that wait for a result; returns whether that has changed.
    fn look_for_running(&mut self, runs: &std::path::Path) -> bool {
        let due = |&place: &usize| {
            let trial = &self.trials[place];
            trial.due().filter_map(|run| trial.runs[run].run.clone()).collect::<Vec<_>>()
        };
        // Whether the system does not tell is as if it were not trained: the next look may know.
        let is_held = |name: &String| matches!(Lock::holder(&runs.join(name)), Ok(Some(_)));
        let running: HashSet<String> = self.open.iter().flat_map(due).filter(is_held).collect();
        if running == self.running {
            return false;
        }
        self.running = running;
        for place in self.open.clone() {
            self.rows[place] = self.row(place);
        }
        true
    }

    /// Makes the table.
    fn lay_out(&mut self, name: String, standing: Standing) {
        let parts = Parts { plan: &self.plan, rungs: self.rungs(), is_ended: self.record.is_ended };
        let order = ranked(&self.plan.objectives, &self.trials);
        let rows = order.into_iter().map(|place| self.rows[place].clone()).collect();
        self.board = Some(Arc::new(Board::new(name, standing, &parts, self.record.seconds, rows)));
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::subject::Definition;
    use super::super::super::trial::Reached;
    use super::*;
    use crate::preset::Assignment;

    const TEXT: &str = r#"(preset: "breast-cancer", search: (space: {"optimizer.learning_rate": log(1e-5, 1e-1)}, trials: 5))"#;

    /// A folder with the search `s`, and where runs would be.
    struct Disk(tempfile::TempDir);

    impl Disk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(folder.path().join("searches/s/trials")).unwrap();
            let disk = Disk(folder);
            // A store is listed once it has a record.
            std::fs::write(disk.0.path().join("searches/s/search.ron"), "").unwrap();
            disk.save(false, 1.0);
            disk
        }

        fn store(&self) -> Store {
            Store::list_in(&self.0.path().join("searches")).unwrap().remove(0)
        }

        fn save(&self, is_ended: bool, seconds: f64) {
            let file = self.0.path().join("s.ron");
            std::fs::write(&file, TEXT).unwrap();
            let definition = Definition::find(file.to_str().unwrap(), Vec::new()).unwrap();
            let (trainyard, counted) = ("0".into(), 7.0);
            let record = Record { format: 1, trainyard, definition, started: 7, seconds, is_ended, counted };
            self.store().save(&record).unwrap();
        }

        fn trial(&self, number: u32, value: Option<f64>) {
            let value_of = format!("{}", 1e-4 * f64::from(number));
            let setting = Assignment { path: "optimizer.learning_rate".into(), value: value_of };
            let mut trial = Trial::new(number, vec![setting], std::iter::once(1));
            trial.runs[0].run = Some(format!("run-{number}"));
            let reached = value.map(|value| Reached { epochs: 60, values: vec![value], seconds: 1.0 });
            trial.runs[0].reached = reached.into_iter().collect();
            self.store().save_trial(&trial).unwrap();
        }

        fn reader(&self) -> Reader {
            Reader::new(self.0.path().join("searches"), self.0.path().join("runs"))
        }
    }

    fn look(reader: &mut Reader) -> SearchesSnapshot {
        let mut shown = None;
        reader.look(None, &mut |view| shown = Some(view));
        shown.unwrap()
    }

    fn reads(reader: &Reader) -> usize {
        reader.known["s"].content.as_ref().unwrap().reads
    }

    #[test]
    fn only_what_is_new_or_can_still_change_is_read_again() {
        let disk = Disk::new();
        disk.trial(1, Some(0.4));
        disk.trial(2, None);
        let mut reader = disk.reader();
        let held = Lock::take(disk.store().path()).unwrap();
        let view = look(&mut reader);
        assert_eq!((view.searches[0].standing, view.searches[0].trials), (Standing::Running, (1, 5)));
        assert_eq!(view.searches[0].best, Some(("val_loss".into(), 0.4)));
        assert_eq!(reads(&reader), 2);
        look(&mut reader);
        assert_eq!(reads(&reader), 2, "nothing has changed");
        // The second one has a result now, the third one is new; the first one cannot change, whatever happens to its file.
        disk.trial(1, Some(9.0));
        disk.trial(2, Some(0.1));
        disk.trial(3, None);
        let view = look(&mut reader);
        assert_eq!(reads(&reader), 4);
        let board = view.chosen.unwrap();
        assert_eq!(board.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 1, 3]);
        assert_eq!(board.left, Some(1.5), "two took a second, three are missing");
        drop(held);
        disk.trial(3, Some(0.2));
        disk.save(true, 2.0);
        let view = look(&mut reader);
        assert_eq!(view.searches[0].standing, Standing::Ended);
        assert_eq!(view.chosen.unwrap().counts.complete, 3, "what was written last is read");
        let before = reads(&reader);
        look(&mut reader);
        assert_eq!(reads(&reader), before);
    }

    #[test]
    fn a_trial_is_running_while_somebody_holds_its_run() {
        let disk = Disk::new();
        disk.trial(1, None);
        let run = disk.0.path().join("runs/run-1");
        std::fs::create_dir_all(&run).unwrap();
        let mut reader = disk.reader();
        let running = |view: SearchesSnapshot| view.chosen.unwrap().counts.running;
        assert_eq!(running(look(&mut reader)), 0);
        let held = Lock::take(&run).unwrap();
        assert_eq!(running(look(&mut reader)), 1);
        drop(held);
        assert_eq!(running(look(&mut reader)), 0);
        let (_search, _held) = (Lock::take(disk.store().path()).unwrap(), Lock::take(&run).unwrap());
        assert_eq!(running(look(&mut reader)), 1);
        disk.trial(1, Some(0.5));
        let board = look(&mut reader).chosen.unwrap();
        assert_eq!((board.counts.running, board.counts.complete), (0, 1), "it has its result");
    }

    #[test]
    fn a_search_that_cannot_be_read_is_told_and_one_that_is_gone_is_no_longer_listed() {
        let disk = Disk::new();
        disk.trial(1, None);
        let broken = disk.0.path().join("searches/s/trials/000002.ron");
        std::fs::write(&broken, "(number: ").unwrap();
        let mut reader = disk.reader();
        let view = look(&mut reader);
        assert_eq!(view.searches[0].standing, Standing::Broken);
        assert!(view.searches[0].problem.as_ref().unwrap().contains("000002.ron"), "{view:?}");
        std::fs::remove_file(&broken).unwrap();
        assert_eq!(look(&mut reader).searches[0].standing, Standing::Interrupted);
        std::fs::remove_dir_all(disk.0.path().join("searches/s")).unwrap();
        assert_eq!(look(&mut reader), SearchesSnapshot { is_whole: true, ..SearchesSnapshot::default() });
    }
}
