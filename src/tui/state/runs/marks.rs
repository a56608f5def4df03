//! The runs that are marked or pinned, and what is drawn of them.

use crate::preset::Preset;
use crate::run::seeds::differ_only_in_seed;
use crate::run::watch::RunId;
use crate::run::{Overview, RunDirectory};
use crate::tui::state::marked::{self, DrawnRun, MarkedCurves, MarkedRun, RunKey};
use crate::tui::state::watched::MARKS;

use super::Runs;

impl Runs {
    /// Marks the chosen run, or takes its mark away.
    ///
    /// # Errors
    /// A sentence that says why it is not marked.
    pub fn toggle_mark(&mut self) -> Result<(), &'static str> {
        let Some(key) = self.chosen_key() else { return Ok(()) };
        if self.color_of(&key).is_some() {
            self.marked.retain(|mark| mark.run != key);
            self.curves.retain(|curves| RunKey::Own(curves.run.name()) != key);
        } else {
            let is_watched = |key: &RunKey| matches!(key, RunKey::Watched(_));
            let watched = self.marked.iter().filter(|mark| is_watched(&mark.run)).count();
            if is_watched(&key) && watched >= MARKS {
                return Err("eight runs of event files are marked already: unmark one first");
            }
            self.mark(key);
        }
        self.redraw();
        Ok(())
    }

    /// Marks a run that is not marked yet.
    fn mark(&mut self, run: RunKey) {
        let color = marked::free_color(&self.marked);
        self.marked.push(MarkedRun { run, color });
    }

    /// Takes all marks away.
    pub fn unmark(&mut self) {
        self.marked.clear();
        self.curves.clear();
        self.pinned = None;
        self.chart.forget_places();
        self.redraw();
    }

    /// Draws the chosen run on top of all others, or no longer; returns whether it is.
    pub fn toggle_pin(&mut self) -> bool {
        let chosen = self.chosen_key();
        self.pinned = chosen.filter(|chosen| self.pinned.as_ref() != Some(chosen));
        self.pinned.is_some()
    }

    /// Whether this run is drawn on top of all others.
    pub fn is_pinned(&self, run: &RunKey) -> bool {
        self.pinned.as_ref() == Some(run)
    }

    /// The colour of a run, if it is marked.
    pub fn color_of(&self, run: &RunKey) -> Option<u8> {
        self.marked.iter().find(|mark| mark.run == *run).map(|mark| mark.color)
    }

    /// The colour in which the chosen run of event files is drawn, marked or not.
    pub fn color_of_chosen(&self) -> u8 {
        let of_mark = self.chosen_key().and_then(|key| self.color_of(&key));
        of_mark.unwrap_or_else(|| marked::free_color(&self.marked))
    }

    /// The runs that are marked, in the order in which they were.
    pub fn marks(&self) -> &[MarkedRun] {
        &self.marked
    }

    /// Our own runs that are marked, in the order in which they were.
    pub fn marked(&self) -> impl Iterator<Item = &Overview> {
        let list = self.list.as_deref().unwrap_or_default();
        self.marked.iter().filter_map(|mark| match &mark.run {
            RunKey::Own(name) => list.iter().find(|overview| overview.run.name() == *name),
            RunKey::Watched(_) => None,
        })
    }

    /// The marked runs that are compared: of those that are drawn as one curve the first stands for all.
    pub fn compared(&self) -> Vec<&Overview> {
        let marked: Vec<&Overview> = self.marked().collect();
        if !self.is_spread || marked.len() <= 2 {
            return marked;
        }
        let preset = |overview: &Overview| overview.manifest.as_ref().ok().map(|known| known.preset.clone());
        let mut apart: Vec<&Overview> = Vec::new();
        for run in marked {
            let is_like = |before: &&Overview| {
                preset(before).zip(preset(run)).is_some_and(|(a, b)| differ_only_in_seed(&a, &b))
            };
            if !apart.iter().any(is_like) {
                apart.push(run);
            }
        }
        apart
    }

    /// The runs of event files whose values are drawn: the chosen one first, then those that are marked.
    pub fn drawn_of_watched(&self) -> Vec<RunId> {
        let id = |key: &RunKey| match key {
            RunKey::Watched(run) => Some(*run),
            RunKey::Own(_) => None,
        };
        let chosen = self.chosen_key().and_then(|key| id(&key));
        let marked = self.marked.iter().filter_map(|mark| id(&mark.run)).filter(|run| Some(*run) != chosen);
        chosen.into_iter().chain(marked).collect()
    }

    /// Marks all runs that differ only in their seed from one that is marked, or from the chosen one where none is; returns those
    /// that were not marked before.
    pub fn mark_other_seeds(&mut self) -> Vec<RunDirectory> {
        let preset = |overview: &Overview| overview.manifest.as_ref().ok().map(|known| known.preset.clone());
        let mut settings: Vec<Preset> = self.marked().filter_map(preset).collect();
        if self.marked().next().is_none() {
            settings.extend(self.current().and_then(preset));
        }
        let is_like_one = |overview: &&Overview| {
            preset(overview).is_some_and(|other| settings.iter().any(|one| differ_only_in_seed(one, &other)))
        };
        let list = self.list.as_deref().unwrap_or_default();
        let new: Vec<RunDirectory> = list
            .iter()
            .filter(is_like_one)
            .filter(|overview| self.color_of(&RunKey::Own(overview.run.name())).is_none())
            .map(|overview| overview.run.clone())
            .collect();
        new.iter().for_each(|run| self.mark(RunKey::Own(run.name())));
        new
    }

    /// Whether marked runs are drawn as one curve with a band.
    pub fn is_spread(&self) -> bool {
        self.is_spread
    }

    /// How many groups of marked runs of our own differ only in their seed: those of two or more.
    pub fn groups_of_seeds(&self) -> usize {
        let presets: Vec<&Preset> =
            self.marked().filter_map(|overview| Some(&overview.manifest.as_ref().ok()?.preset)).collect();
        let is_alike = |one: &Preset, other: &Preset| differ_only_in_seed(one, other);
        let is_second = |(place, preset): &(usize, &&Preset)| {
            presets[..*place].iter().filter(|before| is_alike(before, preset)).count() == 1
        };
        presets.iter().enumerate().filter(is_second).count()
    }

    /// Draws marked runs as one curve with a band, or each by itself; returns which.
    pub fn toggle_spread(&mut self) -> bool {
        self.is_spread = !self.is_spread;
        self.redraw();
        self.is_spread
    }

    /// Takes in the curves of a marked run.
    pub fn take_curves(&mut self, curves: MarkedCurves) {
        if self.color_of(&RunKey::Own(curves.run.name())).is_some() {
            self.curves.retain(|known| known.run != curves.run);
            self.curves.push(curves);
            self.redraw();
        }
    }

    /// What is drawn of the runs.
    pub fn drawn(&self) -> &[DrawnRun] {
        &self.drawn
    }

    pub(super) fn redraw(&mut self) {
        let runs: Vec<(&Overview, u8, &MarkedCurves)> = self
            .marked()
            .filter_map(|overview| {
                let color = self.color_of(&RunKey::Own(overview.run.name()))?;
                let curves = self.curves.iter().find(|curves| curves.run == overview.run)?;
                Some((overview, color, curves))
            })
            .collect();
        let mut drawn = marked::drawn(&runs, self.is_spread);
        drawn.append(&mut self.redrawn_of_watched());
        self.drawn = drawn;
    }

    fn redrawn_of_watched(&self) -> Vec<DrawnRun> {
        let run = |run: RunId, color: u8| {
            let name = self.watched.rows().get(run as usize)?.name.to_string();
            let runs = vec![RunKey::Watched(run)];
            Some(DrawnRun { name, color, runs, by_tag: self.watched.curves_of(run) })
        };
        let of_mark = |mark: &MarkedRun| match mark.run {
            RunKey::Watched(id) => run(id, mark.color),
            RunKey::Own(_) => None,
        };
        let mut drawn: Vec<DrawnRun> = self.marked.iter().filter_map(of_mark).collect();
        if self.is_spread && drawn.len() > 1 {
            drawn = marked::band(drawn).into_iter().collect();
        }
        let unmarked = self.chosen_key().filter(|key| self.color_of(key).is_none());
        if let Some(RunKey::Watched(id)) = unmarked {
            drawn.extend(run(id, self.color_of_chosen()));
        }
        drawn
    }
}
