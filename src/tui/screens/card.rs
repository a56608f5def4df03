//! All about a preset: what it is, its data, its network layer by layer.

use ratatui::Frame;
use ratatui::layout::{Rect, Size};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::Clear;
use unicode_width::UnicodeWidthStr;

use crate::preset::{Augment, DataConfig, Experiment, Flip, Parameters, TargetKind};
use crate::tui::state::presets::{Data, Entry, Hindrance, Origin};
use crate::tui::state::{State, clean};
use crate::tui::theme::{Role, Theme};
use crate::tui::widgets::text::{reflow, wrap};
use crate::tui::widgets::{more_below, pair, panel};
use crate::tui::{format, layout};

/// Title, file and description.
pub(super) fn about(theme: &Theme, entry: &Entry, width: usize) -> Vec<Line<'static>> {
    let title = wrap(&entry.draft.title, width);
    let mut lines: Vec<Line> =
        title.into_iter().map(|row| Line::styled(row, Style::new().add_modifier(Modifier::BOLD))).collect();
    if let Origin::User(path) = &entry.origin {
        lines.extend(wrap(path, width).into_iter().map(|row| Line::styled(row, theme.style(Role::Muted))));
    }
    lines.extend(wrap(&reflow(&entry.draft.description), width).into_iter().map(Line::from));
    lines
}

/// A network, layer by layer, as its summary prints.
pub(super) struct Outline {
    /// Layer with its kind, output shape, number of parameters.
    pub rows: Vec<[String; 3]>,
    /// Of all networks together.
    parameters: Parameters,
}

impl Outline {
    /// The networks of an experiment, each under its name where there are several.
    pub fn of(experiment: &Experiment) -> Self {
        let networks = &experiment.networks;
        let has_titles = networks.second().is_some();
        let (mut rows, mut parameters) = (Vec::new(), Parameters::default());
        for summary in networks.iter().map(|network| &network.summary) {
            if has_titles {
                rows.push([format!("[{}]", summary.name), String::new(), String::new()]);
            }
            let layers = summary.rows.iter();
            rows.extend(
                layers.map(|row| [row.label(), row.output(), format::thousands(row.parameters.total())]),
            );
            parameters += summary.parameters;
        }
        Outline { rows, parameters }
    }
}

/// Why a preset cannot be trained, as lines.
pub(super) fn hindrance(theme: &Theme, hindrance: Hindrance<'_>, width: usize) -> Vec<Line<'static>> {
    let role = match hindrance {
        Hindrance::Unread => Role::Muted,
        Hindrance::Files(_) | Hindrance::Misfit(_) => Role::Bad,
    };
    wrap(hindrance.text(), width).into_iter().map(|row| Line::styled(row, theme.style(role))).collect()
}

/// The data set: shape, samples, targets. Before its files are read: which files they are.
pub(super) fn data(theme: &Theme, entry: &Entry, width: usize) -> Vec<Line<'static>> {
    let data = &entry.draft.data;
    let title = Span::styled(data.source.title(), Style::new().add_modifier(Modifier::BOLD));
    let Data::Known(offers) = &entry.data else {
        let paths = data.source.paths().into_iter().map(|path| ("file", clean(path))).collect();
        return [Line::from(title)].into_iter().chain(facts(theme, paths, width)).collect();
    };
    let signature = entry.draft.signature(offers);
    let shape: Vec<String> = signature.input.iter().map(ToString::to_string).collect();
    let target = match &signature.target {
        TargetKind::Classes(names) => {
            let listed: Vec<String> = names.iter().map(|name| clean(name)).collect();
            format!("{} classes: {}", names.len(), listed.join(" "))
        }
        TargetKind::Values(0) => "nothing".into(),
        TargetKind::Values(1) => "one value".into(),
        TargetKind::Values(count) => format!("{count} values"),
        TargetKind::Tokens(count) => format!("{count} tokens"),
    };
    let train = data.train_samples.unwrap_or(signature.train);
    let share = || (train as f64 * data.validation).round() as usize;
    let held_out = signature.validation.unwrap_or_else(share);
    let counts = format!(
        "{} train, {} validation, {} test",
        format::thousands((train - held_out.min(train)) as u64),
        format::thousands(held_out as u64),
        format::thousands(signature.test as u64)
    );
    let mut lines = vec![Line::from(vec![
        title,
        Span::styled(format!("  {}", in_words(&shape)), theme.style(Role::Muted)),
    ])];
    lines.extend(facts(theme, vec![("samples", counts), ("target", target)], width));
    lines
}

/// The shape of an input: `28 × 28 × 1`, `10 inputs`.
fn in_words(shape: &[String]) -> String {
    match shape {
        [one] if one == "1" => "1 input".into(),
        [count] => format!("{count} inputs"),
        _ => shape.join(" × "),
    }
}

/// More about the data: its source and licence, and what is done to its samples.
fn origin(theme: &Theme, data: &DataConfig, width: usize) -> Vec<Line<'static>> {
    let mut known = Vec::new();
    let credit = data.source.credit();
    if !credit.is_empty() {
        known.push(("by", credit.to_owned()));
    }
    if data.augment.is_some() {
        known.push(("augment", augmentation(&data.augment)));
    }
    facts(theme, known, width)
}

/// Labels and values, long ones on several lines.
fn facts(theme: &Theme, known: Vec<(&str, String)>, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for (label, value) in known {
        let rows = wrap(&value, width.saturating_sub(9));
        for (place, row) in rows.into_iter().enumerate() {
            lines.push(pair(theme, if place == 0 { label } else { "" }, 9, row));
        }
    }
    lines
}

/// What is done to training samples, in words.
fn augmentation(augment: &Augment) -> String {
    let numbers = [
        ("shift", augment.shift, " px"),
        ("rotate", augment.rotate, "°"),
        ("zoom", 100.0 * augment.zoom, "%"),
        ("shear", augment.shear, "°"),
        ("noise", augment.noise, ""),
        ("cutout", augment.cutout as f32, " px"),
    ];
    let mut parts: Vec<String> = numbers
        .into_iter()
        .filter(|(_, number, _)| *number > 0.0)
        .map(|(name, number, unit)| format!("{name} {number}{unit}"))
        .collect();
    match augment.flip {
        Flip::None => {}
        Flip::Horizontal => parts.push("flip left and right".into()),
        Flip::Vertical => parts.push("flip top and bottom".into()),
        Flip::Both => parts.push("flip both ways".into()),
    }
    parts.join(", ")
}

/// The network as Keras's summary prints it: header, one line a layer, and apart from them the totals.
pub(super) fn model(
    theme: &Theme,
    outline: &Outline,
    width: usize,
) -> (Line<'static>, Vec<Line<'static>>, Vec<Line<'static>>) {
    let longest = |column: usize, least: usize| {
        outline.rows.iter().map(|row| row[column].width()).max().unwrap_or(0).max(least)
    };
    let numbers = longest(2, "Param #".len());
    let shapes = longest(1, "Output Shape".len()).min(width.saturating_sub(numbers + 2) / 2);
    let names = longest(0, "Layer (type)".len()).min(width.saturating_sub(shapes + numbers + 4));
    let row = |[name, shape, number]: [&str; 3]| {
        let cut = |text: &str, room: usize| match text.width() <= room {
            true => text.to_owned(),
            false => text.chars().take(room.saturating_sub(1)).chain(['…']).collect(),
        };
        format!("{:<names$}  {:<shapes$}  {number:>numbers$}", cut(name, names), cut(shape, shapes))
    };
    let style = theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED);
    let header = Line::styled(row(["Layer (type)", "Output Shape", "Param #"]), style);
    let layers = outline.rows.iter().map(|[name, shape, number]| Line::from(row([name, shape, number])));
    let Parameters { trainable, non_trainable } = outline.parameters;
    let bytes = |count: u64| match count as f64 * 4.0 / 1024.0 {
        kilobytes if kilobytes >= 1024.0 => format!("({:.2} MB)", kilobytes / 1024.0),
        kilobytes => format!("({kilobytes:.2} KB)"),
    };
    let total = |label: &str, count: u64| {
        pair(theme, label, 22, format!("{} {}", format::thousands(count), bytes(count)))
    };
    let totals = vec![
        total("Total params:", outline.parameters.total()),
        total("Trainable params:", trainable),
        total("Non-trainable params:", non_trainable),
    ];
    (header, layers.collect(), totals)
}

/// Everything, for the popup.
fn content(state: &State, width: usize) -> Vec<Line<'static>> {
    let theme = &state.theme;
    let problem = |text: &str| -> Vec<Line<'static>> {
        wrap(text, width).into_iter().map(|row| Line::styled(row, theme.style(Role::Bad))).collect()
    };
    let Some(entry) = state.presets.current() else {
        return state.presets.current_broken().map(|(_, reason)| problem(reason)).unwrap_or_default();
    };
    let heading = |text: &'static str| [Line::default(), Line::styled(text, theme.strong(Role::Accent))];
    let mut lines = about(theme, entry, width);
    lines.extend(heading("Data"));
    lines.extend(data(theme, entry, width));
    lines.extend(origin(theme, &entry.draft.data, width));
    lines.extend(heading("Model"));
    match entry.experiment() {
        Ok(experiment) => {
            let (header, layers, totals) = model(theme, &Outline::of(experiment), width);
            lines.push(header);
            lines.extend(layers);
            lines.extend(totals);
        }
        Err(reason) => lines.extend(hindrance(theme, reason, width)),
    }
    lines
}

fn area(size: Size) -> Rect {
    let [_, body, _] = layout::parts(size);
    // Where only a thin margin would be left around the popup, it covers the whole body.
    if size.width <= 104 { body } else { layout::popup(size, 100, body.height) }
}

/// How far the popup can be scrolled.
pub fn scrollable_lines(state: &State) -> usize {
    let inner = layout::inside(area(state.size));
    content(state, usize::from(inner.width)).len().saturating_sub(usize::from(inner.height))
}

pub(super) fn popup(state: &State, scroll: usize, frame: &mut Frame) {
    let area = area(frame.area().as_size());
    let name = match (state.presets.current(), state.presets.current_broken()) {
        (Some(entry), _) => clean(&entry.draft.name),
        (None, Some((file, _))) => clean(file),
        (None, None) => String::new(),
    };
    let block = panel(&state.theme, name).border_style(state.theme.style(Role::Accent));
    let inner = block.inner(area);
    let lines = content(state, usize::from(inner.width));
    let below = lines.len().saturating_sub(scroll + usize::from(inner.height));
    let block = if below > 0 { block.title_bottom(more_below(below)) } else { block };
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Text::from_iter(lines.into_iter().skip(scroll)), inner);
}
