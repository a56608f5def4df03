//! The runs that are listed, and in what order: our own on disk as they were when they were last listed, or those of event
//! files that a folder is watched for.

mod marks;
mod trials;

use std::collections::BTreeSet;

use crate::run::difference::varying;
use crate::run::settings::most_told_first;
use crate::run::text::clean;
use crate::run::watch::{Kind, Row, RunId, TagId, main_number};
use crate::run::{Overview, RunDirectory};
use crate::worker::TrainRequest;

use super::charts::{ChartLayout, ChartOptions};
use super::marked::{DrawnRun, MarkedCurves, MarkedRun, RunKey};
use super::matching::Pattern;
use super::sorting::Setting;
pub use super::sorting::SortBy;
use super::watched::Watched;
pub use trials::FEW_TRIALS;

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

/// A run of the list.
#[derive(Clone, Copy, Debug)]
pub enum Item<'a> {
    /// One of our own.
    Own(&'a Overview),
    /// One of event files, by its id.
    Watched(RunId, &'a Row),
}

impl<'a> Item<'a> {
    /// Which run it is.
    pub fn key(self) -> RunKey {
        match self {
            Item::Own(overview) => RunKey::Own(overview.run.name()),
            Item::Watched(run, _) => RunKey::Watched(run),
        }
    }

    /// One of our own.
    pub fn own(self) -> Option<&'a Overview> {
        match self {
            Item::Own(overview) => Some(overview),
            Item::Watched(..) => None,
        }
    }
}

/// How that one of the two lists is looked at that is not shown.
#[derive(Clone, Debug, PartialEq)]
struct Outlook {
    selected: usize,
    filter: String,
    sort: SortBy,
    is_reversed: bool,
    chart: ChartOptions,
}

/// The list of runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Runs {
    /// Our own runs, newest first; `None` before they have been listed.
    pub list: Option<Vec<Overview>>,
    /// The event files that are watched.
    pub watched: Watched,
    /// Whether the list is that of the event files.
    shows_watched: bool,
    /// How the other list is looked at.
    other: Outlook,
    /// Those that are shown, by their places in the list, in the order in which they are shown.
    order: Vec<usize>,
    /// The chosen one among those that are shown.
    pub selected: usize,
    /// Only runs that match this are shown.
    filter: String,
    sort: SortBy,
    is_reversed: bool,
    /// The setting by whose value the list is sorted instead.
    by_setting: Option<String>,
    /// Whether the settings in which the runs differ are shown.
    pub shows_settings: bool,
    /// Whether trials of searches are shown however many there are.
    shows_trials: bool,
    /// The runs that are marked, in the order in which they were.
    marked: Vec<MarkedRun>,
    /// The run that is drawn on top of all others.
    pinned: Option<RunKey>,
    /// The curves of our own marked runs, as far as they have been read.
    curves: Vec<MarkedCurves>,
    /// Whether marked runs are drawn as one curve with a band: our own that differ only in their seed, and those of event
    /// files.
    is_spread: bool,
    /// What is drawn of the runs that are marked, and of the chosen one of event files.
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
    /// The run on the other screens, by its name, where the process that trained it has ended: whoever wants to know what its network
    /// says has to open it.
    pub orphaned: Option<String>,
    /// The run that waits for its files.
    pub waiting: Option<Waiting>,
    /// The run that is resumed after a yes.
    pub asked_about: Option<Box<TrainRequest>>,
    /// The run that is removed after a yes.
    pub doomed: Option<RunDirectory>,
    /// The name of the run that was brought back: it is chosen once it is in the list again.
    pub returned: Option<String>,
}

impl Default for Runs {
    fn default() -> Self {
        // What other programs write is shown as it is, until a person wants it smooth.
        let layout = ChartLayout { smoothing: 0, ..ChartLayout::default() };
        let other = Outlook {
            selected: 0,
            filter: String::new(),
            sort: SortBy::Preset,
            is_reversed: false,
            chart: ChartOptions::new(layout),
        };
        Runs {
            list: None,
            watched: Watched::default(),
            shows_watched: false,
            other,
            order: Vec::new(),
            selected: 0,
            filter: String::new(),
            sort: SortBy::default(),
            is_reversed: false,
            by_setting: None,
            shows_settings: false,
            shows_trials: false,
            marked: Vec::new(),
            pinned: None,
            curves: Vec::new(),
            is_spread: false,
            drawn: Vec::new(),
            chart: ChartOptions::default(),
            trash: Vec::new(),
            problem: None,
            is_awaited: false,
            shown: None,
            orphaned: None,
            waiting: None,
            asked_about: None,
            doomed: None,
            returned: None,
        }
    }
}

impl Runs {
    fn item(&self, place: usize) -> Option<Item<'_>> {
        if self.shows_watched {
            self.watched.rows().get(place).map(|row| Item::Watched(place as RunId, row))
        } else {
            self.list.as_deref()?.get(place).map(Item::Own)
        }
    }

    /// The runs that are shown, in their order.
    pub fn items(&self) -> impl Iterator<Item = Item<'_>> {
        self.order.iter().filter_map(|place| self.item(*place))
    }

    /// Our own runs that are shown, in their order.
    pub fn rows(&self) -> impl Iterator<Item = &Overview> {
        self.items().filter_map(Item::own)
    }

    /// The chosen run.
    pub fn chosen(&self) -> Option<Item<'_>> {
        self.item(*self.order.get(self.selected)?)
    }

    /// The chosen run, where it is our own: only these can be opened, go on, or be named.
    pub fn current(&self) -> Option<&Overview> {
        self.chosen()?.own()
    }

    /// Whether the list is to be asked for now; false where it is on its way. From then on it is.
    pub fn is_to_be_listed(&mut self) -> bool {
        !std::mem::replace(&mut self.is_awaited, true)
    }

    fn chosen_key(&self) -> Option<RunKey> {
        self.chosen().map(Item::key)
    }

    /// Whether the list is that of event files.
    pub fn shows_watched(&self) -> bool {
        self.shows_watched
    }

    /// Shows the other list. Marks stay, so that runs of both can be drawn together.
    pub fn show_other(&mut self) {
        self.shows_watched = !self.shows_watched;
        self.by_setting = None;
        std::mem::swap(&mut self.selected, &mut self.other.selected);
        std::mem::swap(&mut self.filter, &mut self.other.filter);
        std::mem::swap(&mut self.sort, &mut self.other.sort);
        std::mem::swap(&mut self.is_reversed, &mut self.other.is_reversed);
        std::mem::swap(&mut self.chart, &mut self.other.chart);
        self.arrange(None);
        self.redraw();
    }

    /// Lays the charts out that are drawn beside the list of event files.
    pub fn set_layout_of_watched(&mut self, layout: ChartLayout) {
        let chart = if self.shows_watched { &mut self.chart } else { &mut self.other.chart };
        chart.layout = layout;
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
        if self.shows_watched { self.watched.rows().len() } else { self.list.as_ref().map_or(0, Vec::len) }
    }

    /// The filter.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// Moves the choice.
    pub fn move_by(&mut self, rows: isize) {
        self.choose(self.selected.saturating_add_signed(rows));
    }

    /// Chooses the run at this place.
    pub fn choose(&mut self, place: usize) {
        self.selected = place.min(self.len().saturating_sub(1));
        if self.shows_watched {
            self.redraw();
        }
    }

    /// Takes in our own runs that were found, oldest first. The chosen run stays chosen, wherever it stands now.
    pub fn found(&mut self, found: Result<Vec<Overview>, String>) {
        self.is_awaited = false;
        match found {
            Err(problem) => self.problem = Some(problem),
            Ok(mut list) => {
                list.reverse();
                let names: BTreeSet<String> = list.iter().map(|overview| overview.run.name()).collect();
                let returned = self.returned.take_if(|name| names.contains(name)).map(RunKey::Own);
                let chosen = returned.or_else(|| self.chosen_key());
                let is_there = |run: &RunKey| match run {
                    RunKey::Own(name) => names.contains(name),
                    RunKey::Watched(_) => true,
                };
                self.marked.retain(|mark| is_there(&mark.run));
                self.pinned = self.pinned.take().filter(is_there);
                self.curves.retain(|curves| names.contains(&curves.run.name()));
                (self.list, self.problem) = (Some(list), None);
                self.arrange(chosen.as_ref());
                self.redraw();
            }
        }
    }

    /// Takes in what was found of event files. The chosen run stays chosen.
    pub fn take_watched(&mut self, view: crate::run::watch::WatchSnapshot) {
        let chosen = self.chosen_key();
        let has_more = view.rows.len() != self.watched.rows().len();
        self.watched.take(view);
        self.follow_value();
        // Names do not change, so that an order by name holds until there are more runs.
        if self.shows_watched
            && (has_more
                || self.sort != SortBy::Preset
                || self.by_setting.is_some()
                || !self.filter.is_empty())
        {
            self.arrange(chosen.as_ref());
        }
        self.redraw();
    }

    /// Works out which scalar stands in the list of event files: the one that a person has put first, or else one that the chosen
    /// run has. While the list is sorted by it, it stays.
    pub fn follow_value(&mut self) {
        let watched = &self.watched;
        let chart = if self.shows_watched { &self.chart } else { &self.other.chart };
        let first = chart.first.as_deref().and_then(|name| watched.find(name, Some(Kind::Scalar)));
        let of_chosen = match self.chosen() {
            Some(Item::Watched(run, _)) => watched.tags_of(&[run]),
            Some(Item::Own(_)) | None => Vec::new(),
        };
        let is_scalar = |tag: &TagId| watched.tag(*tag).is_some_and(|tag| tag.kind == Kind::Scalar);
        let is_sorted_by = matches!(self.sort, SortBy::Loss | SortBy::Accuracy);
        let stays = watched.value.filter(|value| is_sorted_by || of_chosen.contains(value));
        let main = of_chosen.iter().copied().find(is_scalar).or(watched.value);
        self.watched.value = first.or(stays).or(main).or_else(|| main_number(&watched.view.tags));
    }

    /// Shows only runs that match.
    pub fn set_filter(&mut self, filter: &str) {
        filter.clone_into(&mut self.filter);
        self.resort();
    }

    /// By what the list is sorted.
    pub fn sort(&self) -> SortBy {
        self.sort
    }

    /// By what the list of our own runs is sorted.
    pub fn sort_of_own(&self) -> SortBy {
        if self.shows_watched { self.other.sort } else { self.sort }
    }

    /// Sorts the list by this.
    pub fn set_sort(&mut self, sort: SortBy) {
        self.by_setting = None;
        self.sort = sort;
        self.resort();
    }

    /// Sorts by the next column; says by which. Settings are columns where those in which the runs differ are shown.
    pub fn sort_by_next(&mut self) -> String {
        let settings = if self.shows_settings { self.varying_settings() } else { Vec::new() };
        let mut names = settings.into_iter().map(|(name, _)| name);
        let next = match &self.by_setting {
            Some(now) => names.skip_while(|name| name != now).nth(1),
            None if self.sort == SortBy::Size => names.next(),
            None => None,
        };
        if next.is_none() {
            self.sort = self.sort.next();
        }
        self.by_setting = next;
        self.resort();
        self.sort_in_words()
    }

    /// By what the list is sorted, in words.
    pub fn sort_in_words(&self) -> String {
        match &self.by_setting {
            Some(name) => format!("by {}", clean(name)),
            None if self.shows_watched => self.sort.in_words_of_watched().into(),
            None => self.sort.in_words().into(),
        }
    }

    /// Shows the settings in which the runs differ, or no longer.
    pub fn toggle_settings(&mut self) {
        self.shows_settings = !self.shows_settings;
        if self.by_setting.take().is_some() {
            self.resort();
        }
    }

    /// Whether the order is turned round.
    pub fn is_reversed(&self) -> bool {
        self.is_reversed
    }

    /// Turns the order round.
    pub fn reverse(&mut self) {
        self.is_reversed = !self.is_reversed;
        self.resort();
    }

    fn resort(&mut self) {
        let chosen = self.chosen_key();
        self.arrange(chosen.as_ref());
        if self.shows_watched && self.chosen_key() != chosen {
            self.redraw();
        }
    }

    /// Works out which runs are shown in what order; this one stays chosen if it is shown.
    fn arrange(&mut self, chosen: Option<&RunKey>) {
        let pattern = Pattern::new(&self.filter);
        let searched = |item: Item| match item {
            Item::Own(overview) => searched(overview),
            Item::Watched(_, row) if row.hparams.is_empty() => row.name.to_string(),
            Item::Watched(_, row) => format!("{} {}", row.name, row.hparams),
        };
        let takes_all = self.filter.trim().is_empty();
        let hides_trials = self.hidden_trials() > 0;
        let is_shown = |place: &usize| match takes_all {
            true => !(hides_trials && self.item(*place).is_some_and(Item::is_trial)),
            false => self.item(*place).is_some_and(|item| pattern.matches(&searched(item))),
        };
        let mut order: Vec<usize> = (0..self.total()).filter(is_shown).collect();
        let setting = |place: &usize| {
            let name = self.by_setting.as_deref()?;
            self.item(*place).and_then(|item| setting_of(item, name))
        };
        order.sort_by_cached_key(|place| Setting::new(setting(place)));
        order.sort_by(|a, b| match (self.item(*a), self.item(*b)) {
            _ if self.by_setting.is_some() => std::cmp::Ordering::Equal,
            (Some(Item::Own(a)), Some(Item::Own(b))) => self.sort.compare(a, b),
            (Some(Item::Watched(_, a)), Some(Item::Watched(_, b))) => self.sort.compare_watched(a, b),
            _ => std::cmp::Ordering::Equal,
        });
        if self.is_reversed {
            order.reverse();
        }
        let is_chosen = |place: &usize| self.item(*place).map(Item::key).as_ref() == chosen;
        let place = chosen.and_then(|_| order.iter().position(is_chosen));
        self.selected = place.unwrap_or(self.selected).min(order.len().saturating_sub(1));
        self.order = order;
    }

    /// The settings in which the runs that are shown differ, each with its value in every run.
    pub fn varying_settings(&self) -> Vec<(String, Vec<Option<String>>)> {
        if self.shows_watched {
            return self.varying_hparams();
        }
        let presets: Vec<_> =
            self.rows().map(|run| run.manifest.as_ref().ok().map(|manifest| &manifest.preset)).collect();
        varying(&presets)
    }

    fn varying_hparams(&self) -> Vec<(String, Vec<Option<String>>)> {
        let row = |item| match item {
            Item::Watched(_, row) => Some(row),
            Item::Own(_) => None,
        };
        let all: Vec<&Row> = self.items().filter_map(row).collect();
        let mut names: Vec<&String> = Vec::new();
        for (name, _) in all.iter().flat_map(|row| row.settings.iter()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let values = |name: &String| {
            let value =
                |row: &&Row| row.settings.iter().find(|(known, _)| known == name).map(|(_, v)| v.clone());
            (name.clone(), all.iter().map(value).collect::<Vec<_>>())
        };
        let differ = |(_, values): &(String, Vec<Option<String>>)| {
            let known: Vec<_> = values.iter().zip(&all).filter(|(_, row)| !row.settings.is_empty()).collect();
            known.windows(2).any(|pair| pair[0].0 != pair[1].0)
        };
        names.into_iter().map(values).filter(differ).collect()
    }
}

/// The value of a setting of a run.
fn setting_of(item: Item, name: &str) -> Option<String> {
    let value = |all: &[(String, String)]| {
        all.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    match item {
        Item::Own(overview) => value(&most_told_first(&overview.manifest.as_ref().ok()?.preset)),
        Item::Watched(_, row) => value(&row.settings),
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
