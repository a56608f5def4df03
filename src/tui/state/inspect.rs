//! What the Inspect screen shows.

use crate::worker::{
    Confusion, Controls, Figure, FigureInfo, Filter, Inspection, Knob, Question, RunInfo, Sample,
};

/// The least time, in seconds, between two questions about what is on the screen.
const REFRESH_SECONDS: f64 = 0.5;

/// The most figures of a training that can be looked at.
const FIGURES: usize = 100;

/// The views of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InspectView {
    /// One test sample.
    #[default]
    Sample,
    /// Predicted against true classes.
    Confusion,
    /// A figure, by its place in [`RunInfo::figures`].
    Figure(usize),
}

/// The views that a training has, in the order of their tabs.
pub fn views(info: &RunInfo) -> Vec<InspectView> {
    let classes =
        if info.predicts_classes { &[InspectView::Sample, InspectView::Confusion][..] } else { &[] };
    classes.iter().copied().chain((0..info.figures.len().min(FIGURES)).map(InspectView::Figure)).collect()
}

/// What stands on a view's tab.
pub fn title(view: InspectView, info: &RunInfo) -> &str {
    match view {
        InspectView::Sample => "Samples",
        InspectView::Confusion => "Confusion",
        InspectView::Figure(place) => info.figures.get(place).map_or("", |figure| &figure.title),
    }
}

/// The sample, the confusion matrix, the figures and what was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inspect {
    /// Which view is shown.
    pub view: InspectView,
    /// Which samples are shown.
    pub filter: Filter,
    /// The position that was asked for; the worker wraps it around.
    pub position: i64,
    /// The newest sample.
    pub sample: Option<Sample>,
    /// The filter, when no sample passes it.
    pub nothing: Option<Filter>,
    /// The newest matrix.
    pub confusion: Option<Confusion>,
    /// The cell of the matrix that is pointed at: the true class and the predicted one.
    pub cell: Option<(usize, usize)>,
    /// The newest figure.
    pub figure: Option<Figure>,
    /// How many seconds the worker took for the newest figure.
    pub figure_cost: f64,
    /// The settings of the figures' knobs, in the order of [`RunInfo::figures`].
    pub knobs: Vec<Controls>,
    /// The panel of the figure that comes first; the number wraps around.
    pub part: usize,
    /// Which page is shown of what does not fit; the number wraps around.
    pub page: usize,
    /// When, in seconds since 1970, the view was asked for last, by the clock of the training.
    pub asked_at: f64,
    /// A step was made while an answer was on its way, and no other may follow.
    pub is_stale: bool,
}

impl Inspect {
    /// The state for a new training: the view stays where the training has the same one, all samples are shown, answers
    /// are still to come.
    pub fn anew(&self, old: Option<&RunInfo>, new: &RunInfo) -> Self {
        let shown = old.map(|info| title(self.view, info));
        let views = views(new);
        let same = views.iter().find(|view| shown == Some(title(**view, new)));
        // A sample that is not a picture says little; then a figure comes first.
        let is_picture = matches!(new.input_shape[..], [_, _, 1 | 3]);
        let figure = views.iter().find(|view| matches!(view, InspectView::Figure(_)));
        let first = if is_picture { views.first() } else { figure.or(views.first()) };
        Inspect {
            view: same.or(first).copied().unwrap_or_default(),
            position: self.position,
            knobs: new.figures.iter().map(|figure| Controls::start(&figure.knobs)).collect(),
            ..Inspect::default()
        }
    }

    /// The figure that is shown, and the settings of its knobs.
    pub fn shown<'a>(&'a self, info: &'a RunInfo) -> Option<(&'a FigureInfo, &'a Controls)> {
        match self.view {
            InspectView::Figure(place) => info.figures.get(place).zip(self.knobs.get(place)),
            InspectView::Sample | InspectView::Confusion => None,
        }
    }

    /// The same, to turn its knobs.
    pub fn shown_mut<'a>(&'a mut self, info: &'a RunInfo) -> Option<(&'a [Knob], &'a mut Controls)> {
        match self.view {
            InspectView::Figure(place) => {
                info.figures.get(place).map(|figure| &figure.knobs[..]).zip(self.knobs.get_mut(place))
            }
            InspectView::Sample | InspectView::Confusion => None,
        }
    }

    /// The question that the view asks.
    pub fn question(&self, info: &RunInfo) -> Option<Question> {
        match self.view {
            InspectView::Sample => Some(Question::Sample { position: self.position, filter: self.filter }),
            InspectView::Confusion => Some(Question::Confusion),
            InspectView::Figure(_) => self
                .shown(info)
                .map(|(figure, at)| Question::Figure { name: figure.name.clone(), at: at.clone() }),
        }
    }

    /// Seconds after which the view is asked for again while steps are made; `None`: only at the end of an epoch. A figure
    /// that takes long is refreshed rarely, so that figures take about a fiftieth of the time; the worker sees to it that
    /// counting does as well.
    pub fn refreshed_after(&self) -> Option<f64> {
        match (self.view, self.filter) {
            (InspectView::Sample, Filter::All) | (InspectView::Confusion, _) => Some(REFRESH_SECONDS),
            // Others would come to their places in the list while a person looks at one.
            (InspectView::Sample, Filter::Wrong | Filter::Chosen(_)) => None,
            (InspectView::Figure(_), _) => Some((50.0 * self.figure_cost).clamp(REFRESH_SECONDS, 30.0)),
        }
    }

    /// Takes in an answer. The knobs and the count follow what was found, unless the person moved on meanwhile.
    pub fn on_answer(&mut self, answer: Inspection, has_moved_on: bool) {
        match answer {
            Inspection::Sample(sample) => {
                if sample.filter == self.filter {
                    self.nothing = None;
                    if !has_moved_on {
                        self.position = i64::try_from(sample.position).unwrap_or(i64::MAX);
                    }
                    self.sample = Some(sample);
                }
            }
            Inspection::Nothing(filter) => self.nothing = Some(filter),
            Inspection::Confusion(confusion) => self.confusion = Some(confusion),
            Inspection::Figure { figure, seconds } => {
                if let InspectView::Figure(place) = self.view
                    && let Some(at) = self.knobs.get_mut(place).filter(|_| !has_moved_on)
                {
                    at.position = figure.at.position;
                }
                self.figure = Some(figure);
                self.figure_cost = seconds;
            }
        }
    }
}
