//! The panes of charts: which scalars are drawn together, and which of the panes are shown.

use std::borrow::Cow;

use super::abscissa::Timeline;
use super::charts::{ChartOptions, PANES};
use super::history::Series;
use super::marked::RunKey;
use super::matching::Pattern;
use super::runs::{Item, Runs};
use super::training::Training;
use crate::run::text::clean;
use crate::run::watch::{Distribution, Kind, Sampled, TagId, rank};
use crate::tui::theme::Role;
use crate::worker::Metric;

/// A curve of a pane.
#[derive(Clone, Debug)]
pub struct Scalar<'a> {
    /// As event files call it, which the filter looks at: `loss/train`.
    pub tag: String,
    /// Its name in the legend.
    pub name: Cow<'a, str>,
    /// Its colour.
    pub role: Role,
    /// Its values.
    pub series: &'a Series,
    /// When its run made its steps.
    pub timeline: &'a Timeline,
    /// How its values come.
    pub values: Values,
}

/// How the values of a scalar come, which says how they are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// At every step, with noise that smoothing takes away.
    Noisy,
    /// At every step, exactly: a learning rate.
    Exact,
    /// Once per epoch: they are marked, and not smoothed.
    PerEpoch,
}

impl Values {
    /// Those of a tag of our own event files.
    fn of_tag(tag: &str) -> Self {
        match tag.rsplit('/').next().unwrap_or(tag) {
            "train" | "samples_per_second" => Values::Noisy,
            "learning_rate" => Values::Exact,
            _ => Values::PerEpoch,
        }
    }
}

/// What a pane shows that has no curves.
#[derive(Clone, Copy, Debug)]
pub enum Media<'a> {
    /// The distributions, pictures or texts of a tag of event files.
    Tag(TagId),
    /// Histograms of the training.
    Own(&'a Sampled<Distribution>),
}

impl Media<'_> {
    /// The tag of event files.
    pub fn tag(&self) -> Option<TagId> {
        match self {
            Media::Tag(tag) => Some(*tag),
            Media::Own(_) => None,
        }
    }
}

/// What is drawn in one chart.
#[derive(Clone, Debug)]
pub struct Pane<'a> {
    /// Its title.
    pub title: Cow<'a, str>,
    /// Its curves, the most important last.
    pub scalars: Vec<Scalar<'a>>,
    /// Whether its numbers are shares of one.
    pub is_share: bool,
    /// Whether a logarithmic axis says something about them.
    pub may_be_log: bool,
    /// The distributions, pictures or texts of event files that it shows instead of curves.
    pub media: Option<Media<'a>>,
    /// What is said in its border.
    pub notes: Vec<String>,
    /// Why there is nothing to draw, where it is known.
    pub empty: Option<String>,
    /// The tags of scalars that are the same numbers as its own, and so are drawn by these.
    pub also: Vec<String>,
}

impl<'a> Pane<'a> {
    /// Whether it shows what event files call so.
    pub fn shows(&self, tag: &str) -> bool {
        self.title == tag || self.tags().any(|own| own == tag)
    }

    /// The tags of what it shows.
    fn tags(&self) -> impl Iterator<Item = &str> {
        self.scalars.iter().map(|scalar| scalar.tag.as_str()).chain(self.also.iter().map(String::as_str))
    }

    /// Whether words of its title or of a scalar's tag are these: `accuracy`, `loss/validation`.
    pub fn is_called(&self, words: &str) -> bool {
        let pattern = Pattern::new(words);
        !words.trim().is_empty()
            && (pattern.matches(&self.title) || self.tags().any(|tag| pattern.matches(tag)))
    }

    /// Whether this pane's curves are those of another one: the same numbers at the same steps.
    fn repeats(&self, other: &Pane<'a>) -> bool {
        let drawn = |pane: &Pane<'a>| -> Vec<&'a Series> {
            pane.scalars.iter().map(|scalar| scalar.series).filter(|series| series.last().is_some()).collect()
        };
        let (own, others) = (drawn(self), drawn(other));
        !own.is_empty()
            && own.len() == others.len()
            && own.iter().zip(others).all(|(series, other)| series.is_same(other))
    }

    /// Takes the place of a pane that repeats this one.
    fn take_in(&mut self, other: Pane<'a>) {
        self.notes.push(format!("also {}", other.title));
        self.also.extend(other.scalars.into_iter().map(|scalar| scalar.tag));
    }

    fn new(title: Cow<'a, str>, scalars: Vec<Scalar<'a>>) -> Self {
        Pane {
            title,
            scalars,
            is_share: false,
            may_be_log: false,
            media: None,
            notes: Vec::new(),
            empty: None,
            also: Vec::new(),
        }
    }
}

/// Metrics that say more side by side, with the title of their pane.
const TOGETHER: [(&str, &[Metric]); 4] = [
    ("G and D", &[Metric::GeneratorLoss, Metric::DiscriminatorLoss]),
    ("Taken for real", &[Metric::ScoreReal, Metric::ScoreGenerated]),
    ("Free energy", &[Metric::FreeEnergy, Metric::FreeEnergyHeldOut]),
    ("Precision, recall, F1", &[Metric::Precision, Metric::Recall, Metric::F1]),
];

/// The colours of several metrics in one pane.
const SEVERAL: [Role; 4] = [Role::Training, Role::Validation, Role::Good, Role::Bad];

/// The kinds of histograms, by the beginning of their tags.
const HISTOGRAMS: [&str; 3] = ["weights/", "gradients/", "activations/"];

impl Training {
    /// All panes that there are, the loss first.
    pub fn panes(&self) -> Vec<Pane<'_>> {
        let mut panes = vec![self.pane("Loss", "loss", &self.training.loss, &self.validation.loss)];
        panes[0].may_be_log = true;
        let has_accuracy = self.training.accuracy.last().or(self.validation.accuracy.last()).is_some();
        // Before the first step an accuracy can only be expected.
        if has_accuracy || self.last.is_none() && self.info.predicts_classes {
            let (training, validation) = (&self.training.accuracy, &self.validation.accuracy);
            let pane = self.pane("Accuracy", "accuracy", training, validation);
            panes.push(Pane { is_share: true, ..pane });
        }
        for pane in self.metric_groups().into_iter().map(|group| self.metrics_pane(&group)) {
            // An autoencoder's squared error is its loss as well as its reconstruction error.
            match pane.repeats(&panes[0]) {
                true => panes[0].take_in(pane),
                false => panes.push(pane),
            }
        }
        panes.push(self.alone("Learning rate", "learning_rate", &self.rates));
        panes.push(self.alone("Samples/s", "samples_per_second", &self.speeds));
        let measured = [
            ("Gradient norm", "gradient_norm", &self.gradients),
            ("Update / weights", "update_ratio", &self.updates),
        ];
        for (title, tag, series) in measured.into_iter().filter(|(_, _, series)| series.last().is_some()) {
            panes.push(Pane { may_be_log: true, ..self.alone(title, tag, series) });
        }
        // What histograms there are of each kind stands together.
        for kind in HISTOGRAMS {
            let of_kind = self.histograms.iter().filter(|(tag, _)| tag.starts_with(kind));
            panes.extend(of_kind.map(|(tag, all)| Pane {
                media: Some(Media::Own(all)),
                ..Pane::new(clean(tag).into(), Vec::new())
            }));
        }
        panes
    }

    fn scalar<'a>(&'a self, tag: String, name: &'a str, role: Role, series: &'a Series) -> Scalar<'a> {
        Scalar { tag, name: name.into(), role, series, timeline: &self.timeline, values: Values::Noisy }
    }

    /// A score of training and validation.
    fn pane<'a>(
        &'a self,
        title: &'a str,
        tag: &str,
        training: &'a Series,
        validation: &'a Series,
    ) -> Pane<'a> {
        let validation = self.scalar(format!("{tag}/validation"), "validation", Role::Validation, validation);
        let scalars = vec![
            self.scalar(format!("{tag}/train"), "training", Role::Training, training),
            Scalar { values: Values::PerEpoch, ..validation },
        ];
        Pane::new(title.into(), scalars)
    }

    /// One scalar that has no held-out counterpart.
    fn alone<'a>(&'a self, title: &'a str, tag: &str, series: &'a Series) -> Pane<'a> {
        let scalar = self.scalar(tag.to_owned(), "training", Role::Training, series);
        let scalars = vec![Scalar { values: Values::of_tag(tag), ..scalar }];
        Pane::new(title.into(), scalars)
    }

    /// The metrics that were reported, those side by side that are read against each other.
    fn metric_groups(&self) -> Vec<Vec<Metric>> {
        let mut groups: Vec<Vec<Metric>> = Vec::new();
        for (metric, _) in self.training.metrics.iter().chain(&self.validation.metrics) {
            let together = TOGETHER.iter().find(|(_, all)| all.contains(metric)).map(|(_, all)| *all);
            let group = groups.iter_mut().find(|group| {
                group.contains(metric)
                    || together.is_some_and(|all| group.iter().any(|other| all.contains(other)))
            });
            match group {
                Some(group) if !group.contains(metric) => group.push(*metric),
                Some(_) => {}
                None => groups.push(vec![*metric]),
            }
        }
        groups
    }

    fn metrics_pane(&self, metrics: &[Metric]) -> Pane<'_> {
        // One metric has the colours of training and validation, several have one each.
        let alone = metrics.len() == 1;
        let scalars = metrics.iter().zip(SEVERAL.iter().cycle()).flat_map(|(metric, role)| {
            let (name, held_out_name, held_out_role) = if alone {
                ("training", "validation", Role::Validation)
            } else {
                (metric.title(), metric.title(), *role)
            };
            let tag = |of: &str| format!("{}/{of}", metric.name());
            let trained = self.training.metric(*metric);
            let trained = trained.map(|series| self.scalar(tag("train"), name, *role, series));
            let held_out = self.validation.metric(*metric).map(|series| Scalar {
                values: Values::PerEpoch,
                ..self.scalar(tag("validation"), held_out_name, held_out_role, series)
            });
            trained.into_iter().chain(held_out)
        });
        let together = TOGETHER.iter().find(|(_, all)| !alone && all.contains(&metrics[0]));
        let title = together.map_or_else(|| metrics[0].title(), |(title, _)| title);
        let unit = self.info.unit.as_ref().filter(|_| matches!(metrics, [Metric::Rmse | Metric::Mae]));
        let title = unit.map_or(Cow::Borrowed(title), |unit| format!("{title} in {}", clean(unit)).into());
        let may_be_log = metrics.iter().all(|metric| metric.name().contains("loss"));
        Pane { may_be_log, ..Pane::new(title, scalars.collect()) }
    }
}

/// What one of our own runs says first.
const FIRST: [&str; 4] = ["loss/validation", "accuracy/validation", "loss/train", "accuracy/train"];

impl Runs {
    /// A pane for every tag of the runs that are drawn: scalars first, of them losses and accuracies; then distributions,
    /// pictures and texts of event files. The curve of the chosen run is the last one of each pane, unless one is pinned.
    pub fn panes(&self) -> Vec<Pane<'_>> {
        let chosen = self.chosen().map(Item::key);
        let watched = &self.watched;
        let shown = self.drawn_of_watched();
        let shown_is_own = shown.is_empty();
        let tags = watched.tags_of(&shown);
        let mut names: Vec<&str> =
            self.drawn().iter().flat_map(|drawn| &drawn.by_tag).map(|curve| curve.tag.as_str()).collect();
        let of_kind = |is_wanted: fn(Kind) -> bool| {
            let tag = |id: &TagId| Some((*id, watched.tag(*id)?));
            tags.iter().filter_map(tag).filter(move |(_, tag)| is_wanted(tag.kind))
        };
        names.extend(of_kind(|kind| kind == Kind::Scalar).map(|(_, tag)| &*tag.name));
        let place = |name: &&str| FIRST.iter().position(|first| first == name).unwrap_or(FIRST.len());
        let weight = |name: &str| if shown.is_empty() { 0 } else { rank(name) };
        names.sort_by_cached_key(|name| (place(name), weight(name), *name));
        names.dedup();
        let reading =
            shown.iter().filter_map(|run| watched.panel(*run)).map(|panel| panel.read).reduce(f64::min);
        let reading = reading.filter(|read| *read < 1.0).map(|read| format!("reading: {:.0}%", 100.0 * read));
        let mut scalars: Vec<Pane> = Vec::new();
        for tag in names {
            let pane = self.pane_of_scalar(tag, chosen.as_ref(), reading.as_deref());
            // A score of our own runs that is their loss; others' scalars are shown as they are.
            let loss = tag.split_once('/').map(|(_, of)| format!("loss/{of}")).filter(|loss| loss != tag);
            let same = scalars.iter_mut().find(|shown| {
                shown_is_own && loss.as_ref().is_some_and(|loss| shown.shows(loss)) && pane.repeats(shown)
            });
            match same {
                Some(same) => same.take_in(pane),
                None => scalars.push(pane),
            }
        }
        let media = of_kind(|kind| kind != Kind::Scalar).map(|(id, tag)| Pane {
            media: Some(Media::Tag(id)),
            ..Pane::new(Cow::Borrowed(&*tag.name), Vec::new())
        });
        scalars.into_iter().chain(media).collect()
    }

    fn pane_of_scalar<'a>(
        &'a self,
        tag: &'a str,
        chosen: Option<&RunKey>,
        reading: Option<&str>,
    ) -> Pane<'a> {
        let mut scalars: Vec<((bool, bool), Scalar)> = Vec::new();
        let (mut lost, mut restarts, mut has_watched) = (0, 0, false);
        for drawn in self.drawn() {
            let Some(curve) = drawn.by_tag.iter().find(|curve| curve.tag == tag) else { continue };
            let is_watched = drawn.runs.iter().any(|run| matches!(run, RunKey::Watched(_)));
            (lost, restarts) = (lost + curve.lost, restarts + u64::from(curve.restarts));
            has_watched |= is_watched;
            let scalar = Scalar {
                tag: tag.to_owned(),
                name: drawn.name.as_str().into(),
                role: Role::Curve(drawn.color),
                series: &curve.series,
                timeline: &curve.timeline,
                values: if is_watched { Values::Noisy } else { Values::of_tag(tag) },
            };
            let is_chosen = chosen.is_some_and(|chosen| drawn.runs.contains(chosen));
            let is_pinned = drawn.runs.iter().any(|run| self.is_pinned(run));
            scalars.push(((is_pinned, is_chosen), scalar));
        }
        scalars.sort_by_key(|(on_top, _)| *on_top);
        let scalars: Vec<Scalar> = scalars.into_iter().map(|(_, scalar)| scalar).collect();
        let is_empty = scalars.iter().all(|scalar| scalar.series.last().is_none());
        let plural = |count: u64| if count == 1 { "" } else { "s" };
        let mut notes: Vec<String> = reading.map(str::to_owned).into_iter().collect();
        if restarts > 0 {
            notes.push(format!("{restarts} restart{}", plural(restarts)));
        }
        if lost > 0 && !is_empty {
            notes.push(format!("{lost} value{} not finite", plural(lost)));
        }
        let empty = match reading {
            _ if is_empty && lost > 0 => Some(format!("none of {lost} values is finite")),
            _ if !is_empty => None,
            reading => Some(reading.unwrap_or("reading").to_owned()),
        };
        let is_share = tag.starts_with("accuracy/");
        // Of others' scalars nobody knows what they are.
        let may_be_log = tag.contains("loss") || has_watched;
        Pane { is_share, may_be_log, notes, empty, ..Pane::new(tag.into(), scalars) }
    }
}

/// The panes of which a scalar matches the filter.
pub fn matching<'a>(panes: Vec<Pane<'a>>, filter: &str) -> Vec<Pane<'a>> {
    if filter.trim().is_empty() {
        return panes;
    }
    let pattern = Pattern::new(filter);
    let mut panes = panes;
    // Words are looked for in title and tag together, so that `accuracy` finds what is called so on the screen.
    panes.retain(|pane| {
        pattern.matches(&pane.title)
            || pane
                .tags()
                .any(|tag| pattern.matches(tag) || pattern.matches(&format!("{} {tag}", pane.title)))
    });
    panes
}

/// The panes that are shown where there is room for so many: the first one stays, the others change places with those that
/// have none.
pub fn shown<'a>(panes: Vec<Pane<'a>>, options: &ChartOptions, room: usize) -> Vec<Pane<'a>> {
    let mut panes = matching(panes, &options.layout.filter);
    let first = options.first.as_ref().and_then(|first| panes.iter().position(|pane| pane.shows(first)));
    if let Some(first) = first {
        panes[..=first].rotate_right(1);
    }
    let count = options.layout.panes.unwrap_or(room).clamp(1, PANES).min(panes.len());
    if count == panes.len() {
        return panes;
    }
    let kept = usize::from(count > 1);
    let mut others = panes;
    let mut shown: Vec<Pane> = others.drain(..kept).collect();
    let first = options.beside % others.len().max(1);
    others.rotate_left(first);
    others.truncate(count - kept);
    shown.append(&mut others);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panes(titles: &[&'static str]) -> Vec<Pane<'static>> {
        let pane = |title: &&'static str| Pane::new((*title).into(), Vec::new());
        titles.iter().map(pane).collect()
    }

    fn titles(count: Option<usize>, beside: usize, filter: &str) -> Vec<String> {
        let mut options = ChartOptions { beside, ..ChartOptions::default() };
        options.layout.panes = count;
        options.layout.filter = filter.into();
        let all = panes(&["Loss", "Accuracy", "Learning rate", "Samples/s"]);
        shown(all, &options, 2).into_iter().map(|pane| pane.title.into_owned()).collect()
    }

    #[test]
    fn the_first_pane_stays_and_the_others_take_turns() {
        assert_eq!(titles(None, 0, ""), ["Loss", "Accuracy"]);
        assert_eq!(titles(None, 1, ""), ["Loss", "Learning rate"]);
        assert_eq!(titles(Some(3), 2, ""), ["Loss", "Samples/s", "Accuracy"]);
        assert_eq!(titles(Some(1), 1, ""), ["Accuracy"], "one place shows each in turn");
        assert_eq!(titles(Some(9), 1, "").len(), 4);
    }

    #[test]
    fn words_globs_and_regular_expressions_choose_panes() {
        assert_eq!(titles(Some(9), 0, "l*r*"), ["Learning rate"]);
        assert_eq!(titles(Some(9), 0, "/^(loss|acc)/"), ["Loss", "Accuracy"]);
        assert_eq!(titles(Some(9), 0, "nothing"), Vec::<String>::new());
    }
}
