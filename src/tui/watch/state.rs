//! What the screen shows.

use std::path::Path;

use ratatui::layout::Size;

use crate::run::text;
use crate::run::watch::{Interest, Kind, RunId, TagId, WatchSnapshot, main_number};
use crate::tui::state::input::LineInput;
use crate::tui::state::{Notice, SMOOTHING, Severity};
use crate::tui::theme::{Role, Theme};

use super::layout;
use super::order::{Sort, order};

/// The most runs that are marked at once: there are colours for one more, the run under the cursor.
pub const MARKS: usize = 8;

/// A popup.
#[derive(Clone, Debug, PartialEq)]
pub enum Overlay {
    /// All keys.
    Help {
        /// Lines scrolled down.
        scroll: usize,
    },
    /// All about the run under the cursor.
    Details {
        /// Lines scrolled down.
        scroll: usize,
    },
    /// The list of tags.
    Tags {
        /// Narrows it.
        input: LineInput,
        /// The chosen one among those that match.
        selected: usize,
    },
    /// The table's filter is being typed.
    Filter(LineInput),
}

/// A marked run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The run.
    pub run: RunId,
    /// Its colour's number.
    pub color: u8,
}

/// The screen of `trainyard watch`.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// The terminal's size.
    pub size: Size,
    /// Its colours and glyphs.
    pub theme: Theme,
    /// The folder that is watched, fit to be shown.
    pub root: String,
    /// What the reader has found.
    pub view: WatchSnapshot,
    /// The runs in the table, in order.
    pub order: Vec<RunId>,
    /// The run under the cursor.
    pub cursor: Option<RunId>,
    /// The marked runs, in the order in which they were marked.
    pub marks: Vec<Mark>,
    /// What the table is narrowed to.
    pub filter: String,
    /// What it is sorted by.
    pub sort: Sort,
    /// The tag that is shown.
    pub tag: Option<TagId>,
    /// The tag in the table: the last scalar that was shown.
    pub value_tag: Option<TagId>,
    /// The tag that was asked for at the start and has not been found yet.
    pub wanted_tag: Option<String>,
    /// Whether the person has chosen a tag.
    pub has_chosen_tag: bool,
    /// Index into [`SMOOTHING`].
    pub smoothing: usize,
    /// Whether numbers are drawn on a logarithmic axis.
    pub log_scale: bool,
    /// How many of the kept pictures are newer than the one that is shown.
    pub back: usize,
    /// Popups, topmost last.
    pub overlays: Vec<Overlay>,
    /// The message in the footer.
    pub notice: Option<Notice>,
    /// Seconds since 1970.
    pub now: f64,
}

impl State {
    /// A screen before anything has been found; `tag` is the tag to begin with.
    pub fn new(size: Size, theme: Theme, root: &Path, tag: Option<String>, now: f64) -> Self {
        State {
            size,
            theme,
            root: text::shown(&root.to_string_lossy(), 400),
            view: WatchSnapshot::default(),
            order: Vec::new(),
            cursor: None,
            marks: Vec::new(),
            filter: String::new(),
            sort: Sort::default(),
            tag: None,
            value_tag: None,
            wanted_tag: tag,
            has_chosen_tag: false,
            smoothing: 0,
            log_scale: false,
            back: 0,
            overlays: Vec::new(),
            notice: None,
            now,
        }
    }

    /// Takes in what the reader has found.
    pub fn take_snapshot(&mut self, view: WatchSnapshot) {
        let grown = view.rows.len() != self.view.rows.len();
        let tags_grown = view.tags.len() != self.view.tags.len();
        self.view = view;
        // Names do not change, so an order by name holds until there are more runs. Hyperparameters may appear later.
        if grown || self.sort != Sort::Name || !self.filter.is_empty() {
            self.reorder();
        }
        if tags_grown {
            self.choose_tag();
        }
        self.follow_cursor();
    }

    /// As long as the person has chosen no tag, a run without values of the current tag is shown by its own main tag.
    fn follow_cursor(&mut self) {
        if self.has_chosen_tag || self.wanted_tag.is_some() || self.view.tag != self.tag {
            return;
        }
        let panel = self.view.panels.iter().find(|panel| Some(panel.run) == self.cursor);
        if let Some(main) = panel.filter(|panel| panel.content.is_none()).and_then(|panel| panel.main) {
            self.show_tag(main);
            self.has_chosen_tag = false;
        }
    }

    /// Sorts and filters the table anew; the cursor stays on its run, if that is still there.
    pub fn reorder(&mut self) {
        self.order = order(&self.view.rows, &self.filter, self.sort);
        if self.cursor.is_none_or(|run| !self.order.contains(&run)) {
            self.cursor = self.order.first().copied();
        }
    }

    /// Shows the tag that was asked for, or of those that are known the one that says most.
    fn choose_tag(&mut self) {
        if let Some(wanted) = &self.wanted_tag
            && let Some(found) = self.view.tags.iter().position(|tag| *tag.name == **wanted)
        {
            self.wanted_tag = None;
            self.show_tag(found as TagId);
        } else if !self.has_chosen_tag {
            let any = (!self.view.tags.is_empty()).then_some(0);
            if let Some(tag) = main_number(&self.view.tags).or(any) {
                self.show_tag(tag);
                self.has_chosen_tag = false;
            }
        }
    }

    /// Shows another tag.
    pub fn show_tag(&mut self, tag: TagId) {
        self.tag = Some(tag);
        self.back = 0;
        self.has_chosen_tag = true;
        if self.kind() == Some(Kind::Scalar) {
            self.value_tag = Some(tag);
        }
    }

    /// The kind of the tag that is shown.
    pub fn kind(&self) -> Option<Kind> {
        self.view.tags.get(self.tag? as usize).map(|tag| tag.kind)
    }

    /// The name of a tag.
    pub fn tag_name(&self, tag: Option<TagId>) -> Option<&str> {
        self.view.tags.get(tag? as usize).map(|tag| &*tag.name)
    }

    /// The tags that contain every word of `filter`, by kind and name.
    pub fn tags(&self, filter: &str) -> Vec<TagId> {
        let words: Vec<String> = filter.split_whitespace().map(str::to_lowercase).collect();
        let tag = |id: &TagId| &self.view.tags[*id as usize];
        let matches = |id: &TagId| {
            let name = tag(id).name.to_lowercase();
            words.iter().all(|word| name.contains(word))
        };
        let mut found: Vec<TagId> = (0..self.view.tags.len() as TagId).filter(matches).collect();
        found.sort_by(|a, b| (tag(a).kind, &tag(a).name).cmp(&(tag(b).kind, &tag(b).name)));
        found
    }

    /// The cursor's place in the table.
    pub fn cursor_place(&self) -> usize {
        self.cursor.and_then(|run| self.order.iter().position(|other| *other == run)).unwrap_or(0)
    }

    /// The mark of a run, if it is marked.
    pub fn mark(&self, run: RunId) -> Option<Mark> {
        self.marks.iter().find(|mark| mark.run == run).copied()
    }

    /// The lowest colour that no marked run has: that of the run under the cursor.
    pub fn free_color(&self) -> u8 {
        (0..).find(|color| self.marks.iter().all(|mark| mark.color != *color)).unwrap_or(0)
    }

    /// The colour of a run; `None` where it is not shown.
    pub fn role(&self, run: RunId) -> Option<Role> {
        match self.mark(run) {
            Some(mark) => Some(Role::Curve(mark.color)),
            None => (self.cursor == Some(run)).then(|| Role::Curve(self.free_color())),
        }
    }

    /// The runs whose values are shown: the one under the cursor first, then the marked ones.
    pub fn shown(&self) -> Vec<RunId> {
        let marked = self.marks.iter().map(|mark| mark.run).filter(|run| Some(*run) != self.cursor);
        self.cursor.into_iter().chain(marked).collect()
    }

    /// The weight of the past in the curves.
    pub fn smoothing(&self) -> f64 {
        SMOOTHING[self.smoothing % SMOOTHING.len()]
    }

    /// What the reader should read.
    pub fn interest(&self) -> Interest {
        let shown = self.shown();
        let (table, panels) = layout::body(self.size);
        let rows = layout::rows(self, table);
        let first = layout::first_row(self, rows.height);
        let visible = self.order.iter().skip(first).take(usize::from(rows.height)).copied().collect();
        let place = layout::columns(panels, shown.len()).first().copied().unwrap_or_default();
        let inner = layout::inside(place);
        Interest {
            visible,
            tag: self.tag,
            value: self.value_tag,
            back: self.back,
            room: (usize::from(inner.width), 2 * usize::from(inner.height.saturating_sub(1))),
            details: self
                .overlays
                .iter()
                .any(|o| matches!(o, Overlay::Details { .. }))
                .then_some(self.cursor)
                .flatten(),
            shown,
        }
    }

    /// Puts an error in the footer.
    pub fn complain(&mut self, message: &str) {
        self.notice = Some(Notice { severity: Severity::Error, text: text::shown(message, 300) });
    }
}
