//! Figures: each kind of panel at 80x24 and 200x60, and a person who turns their knobs.

use crossterm::event::{KeyCode, MouseButton, MouseEvent, MouseEventKind};

use crate::tui::message::{Effect, Message};
use crate::tui::state::State;
use crate::tui::state::inspect::InspectView;
use crate::tui::theme::{Depth, Theme};
use crate::tui::update::update;
use crate::worker::{
    Body, Command, Controls, Event, Figure, FigureInfo, Inspection, Knob, Line, Panel, Point, Question,
    Request,
};

use super::builders::*;

fn info(name: &str, knobs: Vec<Knob>) -> FigureInfo {
    FigureInfo { name: name.into(), title: format!("The {name}"), knobs }
}

/// A dashboard whose training has these figures, with the first one on the screen and its question asked.
fn with_figures(width: u16, height: u16, figures: Vec<FigureInfo>) -> State {
    let mut state = dashboard(width, height);
    press(&mut state, KeyCode::Enter);
    let Event::Started(mut run) = started() else { unreachable!() };
    run.figures = figures;
    report(&mut state, Event::Started(run));
    report(&mut state, stepped(4));
    press(&mut state, KeyCode::Char('3'));
    answer(&mut state, sample(crate::worker::Filter::All));
    press(&mut state, KeyCode::Char('f'));
    answer(&mut state, confusion());
    press(&mut state, KeyCode::Char('f'));
    state
}

fn drawn(name: &str, panels: Vec<Panel>) -> Inspection {
    let figure = Figure {
        name: name.into(),
        at: Controls::default(),
        step: 1234,
        notes: vec!["what it says \u{1b}[2J in words".into()],
        panels,
    };
    Inspection::Figure { figure, seconds: 0.002 }
}

fn panel(title: &str, body: Body) -> Panel {
    Panel { title: title.into(), body }
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|i| format!("{prefix}{i}")).collect()
}

fn waves(count: usize) -> Vec<f32> {
    (0..count).map(|i| (i as f32 * 0.37).sin() * (i as f32 * 0.011).cos()).collect()
}

fn spiral() -> Vec<Point> {
    let arm = |i: usize| {
        let (class, t) = (i % 2, i as f32 / 20.0);
        let angle = t + std::f32::consts::PI * class as f32;
        Point { x: t / 6.0 * angle.cos(), y: t / 6.0 * angle.sin(), class: class as u8 }
    };
    (0..120).map(arm).collect()
}

/// One panel of each kind.
fn bodies() -> Vec<(&'static str, Vec<Panel>)> {
    let images = |captions| Body::Images {
        shape: [8, 8, 1],
        pixels: waves(640),
        range: (-1.0, 1.0),
        captions,
        columns: 5,
    };
    let heatmap = |rows: usize, columns: usize, range| Body::Heatmap {
        values: waves(rows * columns),
        columns,
        range,
        rows_named: names("unit ", rows),
        columns_named: names("t", columns),
    };
    let places: Vec<(f32, f32)> =
        (0..1024).map(|i| ((i % 32) as f32 / 16.0 - 1.0, 1.0 - (i / 32) as f32 / 16.0)).collect();
    let surface = Body::Surface {
        x: (-1.0, 1.0),
        y: (-1.0, 1.0),
        classes: places.iter().map(|(x, y)| u8::from(x * y > 0.0)).collect(),
        sureness: places.iter().map(|(x, y)| (4.0 * (x * y).abs()).min(1.0)).collect(),
        columns: 32,
        points: spiral(),
    };
    let scatter = |diagonal| Body::Scatter {
        x_label: "true".into(),
        y_label: "predicted".into(),
        points: spiral(),
        classes: if diagonal { Vec::new() } else { names("arm ", 2) },
        diagonal,
    };
    let course =
        |f: fn(f64) -> f64| (0..=100).map(|i| (f64::from(i) / 100.0, f(f64::from(i) / 100.0))).collect();
    let lines = Body::Lines {
        x_label: "false positive rate".into(),
        y_label: "true positive rate".into(),
        lines: vec![
            Line { name: "model".into(), points: course(f64::sqrt) },
            Line { name: "chance".into(), points: course(|x| x) },
        ],
        mark: Some((0.25, 0.5)),
    };
    let bars = names("class ", 6).into_iter().zip((0..6).map(|i| f64::from(i) / 5.0)).collect();
    let row = |i: usize| vec![format!("row {i}"), format!("{}", i * i), format!("{:.2}%", i as f64 * 7.5)];
    vec![
        ("images", vec![panel("Filters", images(names("f", 10)))]),
        (
            "heatmap",
            vec![panel("Few", heatmap(5, 7, (-1.0, 1.0))), panel("Many", heatmap(64, 28, (0.0, 1.0)))],
        ),
        ("surface", vec![panel("Decisions", surface)]),
        ("scatter", vec![panel("Latent", scatter(false)), panel("Against truth", scatter(true))]),
        ("lines", vec![panel("ROC", lines)]),
        ("bars", vec![panel("Shares", Body::Bars { bars, full: 1.0, are_shares: true })]),
        ("text", vec![panel("Generated", Body::Text("ROMEO:\nO, speak again, bright angel! ".repeat(4)))]),
        (
            "table",
            vec![panel(
                "Counts",
                Body::Table { header: names("column ", 3), rows: (0..8).map(row).collect() },
            )],
        ),
    ]
}

/// The start of a training that has a figure of each kind, with knobs of each kind.
pub(super) fn started_with_figures() -> Event {
    let Event::Started(mut run) = started() else { unreachable!("it is the start") };
    let knobs = [
        vec![Knob::Sample, Knob::Item { label: "layer".into(), count: 3, names: Vec::new() }],
        vec![Knob::Plane { label: "code".into(), step: 0.25 }],
        vec![Knob::Level { label: "threshold".into(), from: 0.0, to: 1.0, step: 0.01, start: 0.5 }],
        vec![Knob::Text { label: "text".into(), start: "once".into() }],
    ];
    let with_knobs = bodies().into_iter().zip(knobs.into_iter().cycle());
    run.figures = with_knobs.map(|((name, _), knobs)| info(name, knobs)).collect();
    Event::Started(run)
}

/// All of these figures.
pub(super) fn drawn_figures() -> Vec<Inspection> {
    bodies().into_iter().map(|(name, panels)| drawn(name, panels)).collect()
}

#[test]
fn every_kind_of_panel() {
    for (name, panels) in bodies() {
        for (width, height) in [(80, 24), (200, 60)] {
            let knobs = vec![Knob::Sample, Knob::Item { label: "layer".into(), count: 3, names: Vec::new() }];
            let mut state = with_figures(width, height, vec![info(name, knobs)]);
            answer(&mut state, drawn(name, panels.clone()));
            let seen = screen(&state);
            assert!(!seen.contains('\u{1b}'));
            insta::assert_snapshot!(format!("figure_{name}_{width}x{height}"), seen);
        }
    }
}

#[test]
fn the_names_of_axes_are_whole_where_two_plots_share_a_small_terminal() {
    let (_, plots) = bodies().into_iter().find(|(name, _)| *name == "lines").expect("there are lines");
    let mut state = with_figures(80, 24, vec![info("lines", Vec::new())]);
    answer(&mut state, drawn("lines", [plots.clone(), plots].concat()));
    assert_eq!(screen(&state).matches("false positive rate").count(), 2, "{}", screen(&state));
}

#[test]
fn every_kind_of_panel_is_readable_without_colours() {
    for (name, panels) in bodies() {
        let mut state = with_figures(80, 24, vec![info(name, Vec::new())]);
        state.theme = Theme::new(Depth::Monochrome, true);
        answer(&mut state, drawn(name, panels));
        insta::assert_snapshot!(format!("figure_{name}_monochrome"), screen(&state));
    }
}

#[test]
fn figures_draw_at_every_size_and_in_every_depth() {
    let all: Vec<Panel> = bodies().into_iter().flat_map(|(_, panels)| panels).collect();
    for depth in [Depth::Monochrome, Depth::Sixteen, Depth::Indexed, Depth::True] {
        for rich_glyphs in [false, true] {
            for (width, height) in [(60, 15), (61, 40), (80, 24), (120, 16), (200, 60), (300, 90)] {
                let mut state = with_figures(width, height, vec![info("all", Vec::new())]);
                state.theme = Theme::new(depth, rich_glyphs);
                answer(&mut state, drawn("all", all.clone()));
                for _ in 0..all.len() {
                    screen(&state);
                    press(&mut state, KeyCode::Char('z'));
                }
            }
        }
    }
}

/// The controls of the question that was sent.
fn asked(effects: Vec<Effect>) -> Controls {
    match effects.into_iter().next() {
        Some(Effect::Send(Request { command: Command::Inspect(Question::Figure { at, .. }), .. })) => at,
        other => panic!("no figure was asked for: {other:?}"),
    }
}

/// Presses a key; the question that it asks is answered at once.
fn turn(state: &mut State, key: char) -> Controls {
    let at = asked(press(state, KeyCode::Char(key)));
    let figure = Figure { name: "x".into(), at: at.clone(), step: 9, notes: Vec::new(), panels: Vec::new() };
    answer(state, Inspection::Figure { figure, seconds: 0.002 });
    at
}

#[test]
fn a_person_turns_every_knob() {
    let knobs = vec![
        Knob::Sample,
        Knob::Item { label: "layer".into(), count: 3, names: Vec::new() },
        Knob::Level { label: "threshold".into(), from: 0.0, to: 1.0, start: 0.5, step: 0.1 },
        Knob::Plane { label: "latent point".into(), step: 0.5 },
    ];
    let mut state = with_figures(80, 24, vec![info("x", knobs)]);
    answer(&mut state, drawn("x", Vec::new()));
    assert!(screen(&state).contains("threshold 0.5 [ ]"));
    assert_eq!(turn(&mut state, ']').level, 0.6);
    for _ in 0..6 {
        turn(&mut state, '[');
    }
    assert_eq!(press(&mut state, KeyCode::Char('[')), [], "the smallest level asks nothing new");
    assert_eq!(turn(&mut state, '>').item, 1);
    assert_eq!(turn(&mut state, '<').item, 0);
    assert_eq!(turn(&mut state, '<').item, 2);
    assert_eq!(turn(&mut state, 'n').position, 1);
    assert_eq!(turn(&mut state, 'p').position, 0);
    assert_eq!(turn(&mut state, 'l').x, 0.5);
    assert_eq!(turn(&mut state, 'k').y, 0.5);
    let at = turn(&mut state, 'j');
    assert_eq!((at.x, at.y, at.level, at.item), (0.5, 0.0, 0.0, 2));
}

#[test]
fn without_a_plane_the_arrows_turn_the_first_knob() {
    let knobs = vec![Knob::Item { label: "layer".into(), count: 3, names: Vec::new() }, Knob::Sample];
    let mut state = with_figures(80, 24, vec![info("x", knobs)]);
    answer(&mut state, drawn("x", Vec::new()));
    let at = asked(press(&mut state, KeyCode::Right));
    assert_eq!((at.item, at.position), (1, 0));
}

#[test]
fn a_figure_follows_what_is_typed_letter_by_letter() {
    let knobs = vec![Knob::Text { label: "word".into(), start: "ab".into() }];
    let mut state = with_figures(80, 24, vec![info("x", knobs)]);
    answer(&mut state, drawn("x", Vec::new()));
    assert_eq!(press(&mut state, KeyCode::Enter), []);
    assert_eq!(turn(&mut state, 'c').text, "abc");
    assert_eq!(turn(&mut state, 'q').text, "abcq");
    assert_eq!(asked(press(&mut state, KeyCode::Backspace)).text, "abc");
    answer(&mut state, drawn("x", Vec::new()));
    press(&mut state, KeyCode::Enter);
    assert!(state.overlays.is_empty());
    assert!(screen(&state).contains("\"abc\" Enter"));
}

#[test]
fn knobs_keep_their_place_while_other_views_are_looked_at() {
    let knobs = || vec![Knob::Item { label: "layer".into(), count: 9, names: Vec::new() }];
    let mut state = with_figures(80, 24, vec![info("x", knobs()), info("y", knobs())]);
    answer(&mut state, drawn("x", Vec::new()));
    assert_eq!(turn(&mut state, '>').item, 1);
    assert_eq!(asked(press(&mut state, KeyCode::Char('f'))).item, 0);
    answer(&mut state, drawn("y", Vec::new()));
    press(&mut state, KeyCode::Char('f'));
    assert_eq!(state.inspect.view, InspectView::Sample);
    answer(&mut state, sample(crate::worker::Filter::All));
    press(&mut state, KeyCode::Char('F'));
    answer(&mut state, drawn("y", Vec::new()));
    assert_eq!(asked(press(&mut state, KeyCode::Char('F'))).item, 1);
}

#[test]
fn a_figure_is_asked_for_again_while_training_goes_on_the_rarer_the_longer_it_takes() {
    let mut state = with_figures(80, 24, vec![info("x", Vec::new())]);
    answer(&mut state, drawn("x", Vec::new()));
    assert_eq!(report(&mut state, stepped_over(100, 100)), []);
    assert_eq!(report(&mut state, stepped_over(204, 104)).len(), 1);
    let slow = match drawn("x", Vec::new()) {
        Inspection::Figure { figure, .. } => Inspection::Figure { figure, seconds: 0.1 },
        other => other,
    };
    answer(&mut state, slow);
    assert_eq!(report(&mut state, stepped_over(1200, 996)), [], "5 s have not passed");
    assert_eq!(report(&mut state, stepped_over(1900, 700)).len(), 1);
    press(&mut state, KeyCode::Char('2'));
    answer(&mut state, drawn("x", Vec::new()));
    assert_eq!(report(&mut state, stepped_over(4000, 2100)), [], "it is not on the screen");
}

#[test]
fn a_figure_does_not_wait_for_the_confusion_matrix_that_was_passed() {
    let mut state = in_training(80, 24);
    let Event::Started(mut run) = started() else { unreachable!() };
    run.figures = vec![info("x", Vec::new())];
    report(&mut state, Event::Started(run));
    press(&mut state, KeyCode::Char('3'));
    answer(&mut state, sample(crate::worker::Filter::All));
    let counting = [Command::Inspect(Question::Confusion)];
    assert_eq!(commands(press(&mut state, KeyCode::Char('f'))), counting);
    assert_eq!(asked(press(&mut state, KeyCode::Char('f'))), Controls::default());
    answer(&mut state, drawn("x", Vec::new()));
    assert_eq!(answer(&mut state, confusion()), []);
    assert!(state.requests.looked_at().is_none() && !state.requests.is_counting());
}

#[test]
fn views_are_clicked_and_those_that_do_not_fit_come_by_and_by() {
    let many: Vec<FigureInfo> =
        (0..8).map(|i| info(&format!("figure of the number {i}"), Vec::new())).collect();
    let mut state = with_figures(80, 24, many);
    for _ in 0..7 {
        press(&mut state, KeyCode::Char('f'));
    }
    let line = screen(&state).lines().nth(1).map(str::to_owned).unwrap_or_default();
    assert!(line.contains("The figure of the number 7") && line.contains('‹'), "{line}");
    let column =
        line.chars().collect::<String>().find("number 6").expect("the one before it is there") as u16;
    let kind = MouseEventKind::Down(MouseButton::Left);
    let modifiers = crossterm::event::KeyModifiers::NONE;
    update(&mut state, Message::Mouse(MouseEvent { kind, column: column - 4, row: 1, modifiers }));
    assert_eq!(state.inspect.view, InspectView::Figure(6));
}

#[test]
fn a_training_without_classes_shows_its_figures_only() {
    let mut state = dashboard(80, 24);
    press(&mut state, KeyCode::Enter);
    let Event::Started(mut run) = started() else { unreachable!() };
    (run.figures, run.predicts_classes) = (vec![info("x", Vec::new())], false);
    report(&mut state, Event::Started(run.clone()));
    assert_eq!(asked(press(&mut state, KeyCode::Char('3'))), Controls::default());
    assert_eq!(press(&mut state, KeyCode::Char('c')), []);
    assert_eq!(press(&mut state, KeyCode::Char('w')), []);
    assert_eq!(state.inspect.view, InspectView::Figure(0));
    run.figures.clear();
    report(&mut state, Event::Started(run));
    assert!(screen(&state).contains("nothing to show beside its curves"));
    press(&mut state, KeyCode::Char('f'));
}
