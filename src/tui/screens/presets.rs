//! The list of presets, and what the chosen one is.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span, Text};
use ratatui::widgets::{Paragraph, Row, Table, Wrap};

use crate::preset::TargetKind;
use crate::tui::state::presets::{Entry, Origin, Outline};
use crate::tui::state::{State, clean};
use crate::tui::theme::Role;
use crate::tui::widgets::{pair, panel};
use crate::tui::{format, layout};

pub(super) fn draw(state: &State, body: Rect, frame: &mut Frame) {
    let [list, side] = layout::presets(body);
    draw_list(state, list, frame);
    let Some(entry) = state.presets.current() else {
        let block = panel(&state.theme, "Preset");
        frame.render_widget(Paragraph::new("No preset was found.").block(block), side);
        return;
    };
    let rows = entry.outline.as_ref().map_or(4, |outline| outline.rows.len() as u16 + 6);
    let about = 10.min(side.height / 2).max(side.height.saturating_sub(rows).min(12));
    let [about, summary] = Layout::vertical([Constraint::Length(about), Constraint::Min(0)]).areas(side);
    if side.width >= 90 {
        let [text, card] = Layout::horizontal([Constraint::Fill(3), Constraint::Fill(2)]).areas(about);
        draw_about(state, entry, text, frame);
        draw_card(state, entry, card, frame);
    } else {
        let [text, card] = Layout::vertical([Constraint::Min(0), Constraint::Length(5)]).areas(about);
        draw_about(state, entry, text, frame);
        draw_card(state, entry, card, frame);
    }
    draw_summary(state, entry, summary, frame);
}

fn draw_list(state: &State, area: Rect, frame: &mut Frame) {
    let block = panel(&state.theme, "Presets").border_style(state.theme.style(Role::Accent));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let presets = &state.presets;
    let height = usize::from(inner.height) / 2;
    let first = layout::scroll_to(presets.selected, presets.entries.len(), height);
    let mut lines = Vec::new();
    for (place, entry) in presets.entries.iter().enumerate().skip(first).take(height) {
        let chosen = place == presets.selected;
        let style = if chosen { state.theme.selected() } else { Style::new() };
        let mark = if entry.is_changed() { " *" } else { "" };
        let own = if entry.origin == Origin::BuiltIn { "" } else { "  yours" };
        let width = usize::from(inner.width);
        let name = format!(" {}{mark}{own}", clean(&entry.original.name));
        lines.push(Line::styled(format!("{name:<width$}"), style.add_modifier(Modifier::BOLD)));
        let below = if chosen { style } else { state.theme.style(Role::Muted) };
        lines
            .push(Line::styled(format!("{:<width$}", format!("   {}", clean(&entry.original.title))), below));
    }
    for (file, reason) in &presets.broken {
        let room = usize::from(inner.height).saturating_sub(lines.len());
        if room < 2 {
            break;
        }
        lines.push(Line::styled(format!(" {}", clean(file)), state.theme.strong(Role::Bad)));
        lines.push(Line::styled(format!("   {}", clean(reason)), state.theme.style(Role::Muted)));
    }
    frame.render_widget(Text::from(lines), inner);
}

fn draw_about(state: &State, entry: &Entry, area: Rect, frame: &mut Frame) {
    let mut lines = vec![Line::styled(clean(&entry.draft.title), Style::new().add_modifier(Modifier::BOLD))];
    if let Origin::User(path) = &entry.origin {
        lines.push(Line::styled(clean(path), state.theme.style(Role::Muted)));
    }
    let paragraphs = entry.draft.description.trim().split("\n\n");
    lines.extend(paragraphs.map(|paragraph| Line::from(clean(paragraph))));
    let block = panel(&state.theme, clean(&entry.draft.name));
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }).block(block), area);
}

fn draw_card(state: &State, entry: &Entry, area: Rect, frame: &mut Frame) {
    let data = &entry.draft.data;
    let signature = data.source.signature();
    let theme = &state.theme;
    let block = panel(theme, "Data");
    let shape: Vec<String> = signature.input.iter().map(ToString::to_string).collect();
    let target = match &signature.target {
        TargetKind::Classes(names) => {
            let listed: Vec<String> = names.iter().take(12).map(|name| clean(name)).collect();
            format!("{} classes: {}", names.len(), listed.join(" "))
        }
        TargetKind::Values(count) => format!("{count} values"),
        TargetKind::Tokens(count) => format!("{count} tokens"),
    };
    let train = data.train_samples.unwrap_or(signature.train);
    let held_out = (train as f64 * data.validation).round() as usize;
    let counts = format!(
        "{} train, {} validation, {} test",
        format::thousands((train - held_out.min(train)) as u64),
        format::thousands(held_out as u64),
        format::thousands(signature.test as u64)
    );
    let lines = vec![
        Line::from(vec![
            Span::styled(data.source.title(), Style::new().add_modifier(Modifier::BOLD)),
            Span::styled(format!("  {}", shape.join(" × ")), theme.style(Role::Muted)),
        ]),
        pair(theme, "samples", 9, counts),
        pair(theme, "target", 9, target),
    ];
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }).block(block), area);
}

fn draw_summary(state: &State, entry: &Entry, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let block = panel(theme, format!("Model: \"{}\"", clean(&entry.draft.name)));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    match &entry.outline {
        Ok(outline) => draw_outline(state, outline, inner, frame),
        Err(problem) => {
            let text = Paragraph::new(clean(problem)).style(theme.style(Role::Bad)).wrap(Wrap { trim: true });
            frame.render_widget(text, inner);
        }
    }
}

fn draw_outline(state: &State, outline: &Outline, area: Rect, frame: &mut Frame) {
    let theme = &state.theme;
    let [table, totals] = Layout::vertical([Constraint::Min(0), Constraint::Length(3)]).areas(area);
    let right = |text: &str| Text::from(text.to_owned()).right_aligned();
    let rows = outline.rows.iter().map(|[layer, shape, parameters]| {
        Row::new([Text::from(layer.clone()), Text::from(shape.clone()), right(parameters)])
    });
    let header = Row::new([Text::from("Layer (type)"), Text::from("Output Shape"), right("Param #")]);
    let widths = [Constraint::Fill(3), Constraint::Fill(3), Constraint::Length(11)];
    let header = header.style(theme.style(Role::Muted).add_modifier(Modifier::UNDERLINED));
    frame.render_widget(Table::new(rows, widths).header(header).column_spacing(1), table);
    let (trained, fixed) = outline.parameters;
    let bytes = |count: u64| {
        let kilobytes = count as f64 * 4.0 / 1024.0;
        if kilobytes >= 1024.0 {
            format!("({:.2} MB)", kilobytes / 1024.0)
        } else {
            format!("({kilobytes:.2} KB)")
        }
    };
    let total = |label: &str, count: u64| {
        pair(theme, label, 22, format!("{} {}", format::thousands(count), bytes(count)))
    };
    let lines = vec![
        total("Total params:", trained + fixed),
        total("Trainable params:", trained),
        total("Non-trainable params:", fixed),
    ];
    frame.render_widget(Text::from(lines), totals);
}
