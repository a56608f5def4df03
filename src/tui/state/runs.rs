//! The runs on disk, as they were when they were last listed, and which of them are shown in what order.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

use crate::run::difference::varying;
use crate::run::{Overview, RunDirectory};
use crate::worker::TrainRequest;

use super::charts::ChartOptions;
use super::marked::{self, DrawnRun, MarkedCurves, MarkedRun};
use super::matching::Pattern;

/// A run that something is done with as soon as its data files have been read.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// The run.
    pub overview: Overview,
    /// What is done with it.
    pub purpose: Purpose,
}

/// What is done with a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Purpose {
    /// It is looked at.
    Open,
    /// It goes on; with this learning rate, where another was asked for.
    Resume(Option<f64>),
    /// Begin a new run from the checkpoint of this step, with these changes, as `--set` takes them.
    Branch(u64, Vec<String>),
}

/// By what the list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortBy {
    /// The newest first.
    #[default]
    Started,
    /// The name of the preset.
    Preset,
    /// How it stands.
    Status,
    /// The most steps first.
    Steps,
    /// The smallest loss first.
    Loss,
    /// The largest accuracy first.
    Accuracy,
    /// The largest on disk first.
    Size,
}

impl SortBy {
    const ALL: [SortBy; 7] = [
        SortBy::Started,
        SortBy::Preset,
        SortBy::Status,
        SortBy::Steps,
        SortBy::Loss,
        SortBy::Accuracy,
        SortBy::Size,
    ];

    /// The one that the key chooses next.
    pub fn next(self) -> Self {
        let place = Self::ALL.iter().position(|by| *by == self).unwrap_or(0);
        Self::ALL[(place + 1) % Self::ALL.len()]
    }

    /// In words.
    pub fn in_words(self) -> &'static str {
        match self {
            SortBy::Started => "the newest first",
            SortBy::Preset => "by preset",
            SortBy::Status => "by status",
            SortBy::Steps => "the most steps first",
            SortBy::Loss => "the smallest loss first",
            SortBy::Accuracy => "the largest accuracy first",
            SortBy::Size => "the largest on disk first",
        }
    }

    /// The order of two runs; those without a value come last, whatever the order of the others.
    fn compare(self, a: &Overview, b: &Overview) -> Ordering {
        let value = |figure: &str, run: &Overview| run.newest(figure).map(|(_, value)| value);
        let rising = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        let falling = |a: Option<f64>, b: Option<f64>| rising(a.map(|a| -a), b.map(|b| -b));
        let preset = |run: &Overview| run.manifest.as_ref().ok().map(|manifest| manifest.preset.name.clone());
        match self {
            SortBy::Started => Ordering::Equal,
            SortBy::Preset => preset(a).cmp(&preset(b)),
            SortBy::Status => a.standing().word().cmp(b.standing().word()),
            SortBy::Steps => b.steps().cmp(&a.steps()),
            SortBy::Loss => rising(value("loss", a), value("loss", b)),
            SortBy::Accuracy => falling(value("accuracy", a), value("accuracy", b)),
            SortBy::Size => b.disk_bytes.cmp(&a.disk_bytes),
        }
    }
}

/// The list of runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Runs {
    /// The runs, newest first; `None` before they have been listed.
    pub list: Option<Vec<Overview>>,
    /// Those that are shown, by their places in the list, in the order in which they are shown.
    order: Vec<usize>,
    /// The chosen one among those that are shown.
    pub selected: usize,
    /// Only runs that match this are shown.
    filter: String,
    sort: SortBy,
    is_reversed: bool,
    /// Whether the settings in which the runs differ are shown.
    pub shows_settings: bool,
    /// The runs that are marked, in the order in which they were.
    marked: Vec<MarkedRun>,
    /// The curves of the marked runs, as far as they have been read.
    curves: Vec<MarkedCurves>,
    /// Whether marked runs that differ only in their seed are drawn as one curve with a band.
    is_spread: bool,
    /// What is drawn of the marked runs.
    drawn: Vec<DrawnRun>,
    /// How their curves are drawn.
    pub chart: ChartOptions,
    /// The runs that were removed from here, the last one last: in the trash until the program ends.
    pub trash: Vec<RunDirectory>,
    /// Why the list cannot be read.
    pub problem: Option<String>,
    /// Whether the list has been asked for.
    pub is_awaited: bool,
    /// The run that is shown on the other screens, by its name.
    pub shown: Option<String>,
    /// The run that waits for its files.
    pub waiting: Option<Waiting>,
    /// The run that is resumed after a yes.
    pub asked_about: Option<Box<TrainRequest>>,
    /// The run that is removed after a yes.
    pub doomed: Option<RunDirectory>,
}

impl Runs {
    /// The runs that are shown, in their order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Overview> {
        let list = self.list.as_deref().unwrap_or_default();
        self.order.iter().map(|place| &list[*place])
    }

    /// The chosen run.
    pub fn current(&self) -> Option<&Overview> {
        self.rows().nth(self.selected)
    }

    /// How many are shown.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether none is shown.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// How many there are.
    pub fn total(&self) -> usize {
        self.list.as_ref().map_or(0, Vec::len)
    }

    /// The filter.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Moves the choice.
    pub fn move_by(&mut self, rows: isize) {
        self.selected = self.selected.saturating_add_signed(rows).min(self.len().saturating_sub(1));
    }

    /// Takes in what was found, oldest first. The chosen run stays chosen, wherever it stands now.
    pub fn found(&mut self, found: Result<Vec<Overview>, String>) {
        self.is_awaited = false;
        match found {
            Err(problem) => self.problem = Some(problem),
            Ok(mut list) => {
                list.reverse();
                let chosen = self.current().map(|overview| overview.run.clone());
                let names: BTreeSet<String> = list.iter().map(|overview| overview.run.name()).collect();
                self.marked.retain(|mark| names.contains(&mark.name));
                self.curves.retain(|curves| names.contains(&curves.run.name()));
                (self.list, self.problem) = (Some(list), None);
                self.redraw();
                self.arrange(chosen.as_ref());
            }
        }
    }

    /// Shows only runs that match.
    pub fn set_filter(&mut self, filter: &str) {
        filter.clone_into(&mut self.filter);
        let chosen = self.current().map(|overview| overview.run.clone());
        self.arrange(chosen.as_ref());
    }

    /// By what the list is sorted.
    pub fn sort(&self) -> SortBy {
        self.sort
    }

    /// Sorts the list by this.
    pub fn set_sort(&mut self, sort: SortBy) {
        self.sort = sort;
        self.resort();
    }

    /// Sorts by the next thing; says by what.
    pub fn sort_by_next(&mut self) -> &'static str {
        self.sort = self.sort.next();
        self.resort();
        self.sort.in_words()
    }

    /// Turns the order round.
    pub fn reverse(&mut self) {
        self.is_reversed = !self.is_reversed;
        self.resort();
    }

    fn resort(&mut self) {
        let chosen = self.current().map(|overview| overview.run.clone());
        self.arrange(chosen.as_ref());
    }

    /// Works out which runs are shown in what order; this one stays chosen if it is shown.
    fn arrange(&mut self, chosen: Option<&RunDirectory>) {
        let list = self.list.as_deref().unwrap_or_default();
        let pattern = Pattern::new(&self.filter);
        let mut order: Vec<usize> =
            (0..list.len()).filter(|place| pattern.matches(&searched(&list[*place]))).collect();
        order.sort_by(|a, b| self.sort.compare(&list[*a], &list[*b]));
        if self.is_reversed {
            order.reverse();
        }
        let place = chosen.and_then(|run| order.iter().position(|place| list[*place].run == *run));
        self.selected = place.unwrap_or(self.selected).min(order.len().saturating_sub(1));
        self.order = order;
    }

    /// Marks the chosen run, or takes its mark away.
    pub fn toggle_mark(&mut self) {
        let Some(name) = self.current().map(|overview| overview.run.name()) else { return };
        if self.is_marked(&name) {
            self.marked.retain(|mark| mark.name != name);
            self.curves.retain(|curves| curves.run.name() != name);
            self.redraw();
        } else {
            self.mark(name);
        }
    }

    /// Marks a run that is not marked yet.
    fn mark(&mut self, name: String) {
        let color = marked::free_color(&self.marked);
        self.marked.push(MarkedRun { name, color });
    }

    /// Takes all marks away.
    pub fn unmark(&mut self) {
        self.marked.clear();
        self.curves.clear();
        self.chart.forget_places();
        self.redraw();
    }

    /// Whether the run of this name is marked.
    pub fn is_marked(&self, name: &str) -> bool {
        self.color_of(name).is_some()
    }

    /// The colour of the run of this name, if it is marked.
    pub fn color_of(&self, name: &str) -> Option<u8> {
        self.marked.iter().find(|mark| mark.name == name).map(|mark| mark.color)
    }

    /// The runs that are marked, in the order in which they were.
    pub fn marked(&self) -> impl Iterator<Item = &Overview> {
        let list = self.list.as_deref().unwrap_or_default();
        self.marked.iter().filter_map(|mark| list.iter().find(|overview| overview.run.name() == mark.name))
    }

    /// Marks all runs that differ from the chosen one only in their seed; returns those that were not marked before.
    pub fn mark_other_seeds(&mut self) -> Vec<RunDirectory> {
        let preset = |overview: &Overview| overview.manifest.as_ref().ok().map(|known| known.preset.clone());
        let Some(chosen) = self.current().and_then(preset) else { return Vec::new() };
        let is_like_it = |overview: &&Overview| {
            preset(overview).is_some_and(|other| marked::differ_only_in_seed(&chosen, &other))
        };
        let list = self.list.as_deref().unwrap_or_default();
        let new: Vec<RunDirectory> = list
            .iter()
            .filter(is_like_it)
            .filter(|overview| !self.is_marked(&overview.run.name()))
            .map(|overview| overview.run.clone())
            .collect();
        new.iter().for_each(|run| self.mark(run.name()));
        new
    }

    /// Draws marked runs that differ only in their seed as one curve with a band, or each by itself; returns which.
    pub fn toggle_spread(&mut self) -> bool {
        self.is_spread = !self.is_spread;
        self.redraw();
        self.is_spread
    }

    /// Takes in the curves of a marked run.
    pub fn take_curves(&mut self, curves: MarkedCurves) {
        if self.is_marked(&curves.run.name()) {
            self.curves.retain(|known| known.run != curves.run);
            self.curves.push(curves);
            self.redraw();
        }
    }

    /// What is drawn of the marked runs.
    pub fn drawn(&self) -> &[DrawnRun] {
        &self.drawn
    }

    fn redraw(&mut self) {
        let runs: Vec<(&Overview, u8, &MarkedCurves)> = self
            .marked()
            .filter_map(|overview| {
                let color = self.color_of(&overview.run.name())?;
                let curves = self.curves.iter().find(|curves| curves.run == overview.run)?;
                Some((overview, color, curves))
            })
            .collect();
        self.drawn = marked::drawn(&runs, self.is_spread);
    }

    /// The tags of the curves that are drawn, each once, losses and accuracies first.
    pub fn tags(&self) -> Vec<&str> {
        let all: BTreeSet<&str> =
            self.drawn.iter().flat_map(|drawn| &drawn.by_tag).map(|(tag, _)| tag.as_str()).collect();
        let first = ["loss/validation", "accuracy/validation", "loss/train", "accuracy/train"];
        let (mut tags, others): (Vec<&str>, Vec<&str>) = all.into_iter().partition(|tag| first.contains(tag));
        tags.sort_by_key(|tag| first.iter().position(|first| first == tag));
        tags.extend(others);
        tags
    }

    /// The settings in which the runs that are shown differ, each with its value in every run.
    pub fn varying_settings(&self) -> Vec<(String, Vec<Option<String>>)> {
        let presets: Vec<_> =
            self.rows().map(|run| run.manifest.as_ref().ok().map(|manifest| &manifest.preset)).collect();
        varying(&presets)
    }
}

/// What the filter looks at of a run.
fn searched(overview: &Overview) -> String {
    let mut text = overview.run.name();
    let label = &overview.label;
    let more = label.name.iter().map(String::as_str).chain([label.note.as_str(), overview.standing().word()]);
    for word in more {
        text.push(' ');
        text.push_str(word);
    }
    for tag in &label.tags {
        text.push_str(" #");
        text.push_str(tag);
    }
    if let Ok(manifest) = &overview.manifest {
        text.push(' ');
        text.push_str(&manifest.preset.title);
    }
    text
}
