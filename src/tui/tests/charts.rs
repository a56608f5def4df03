//! What a person does with charts, on Train and on Runs.

use crossterm::event::{KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use crate::preset::Preset;
use crate::run::Histogram;
use crate::run::past::Curves;
use crate::tui::message::{Effect, Message, RunAnswer, RunTask};
use crate::tui::screens;
use crate::tui::state::abscissa::Abscissa;
use crate::tui::state::charts::{ChartLayout, KeptLayouts};
use crate::tui::state::marked::MarkedCurves;
use crate::tui::state::panes::matching;
use crate::tui::state::{Layouts, Series, State};
use crate::tui::update::update;
use crate::worker::{Event, Histograms, Metric, Metrics, Scores, TrainingPhase};

use super::builders::*;
use super::screens::at_both_sizes;

fn mouse(state: &mut State, kind: MouseEventKind, column: u16, row: u16) {
    update(state, Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }));
}

fn letters(state: &mut State, keys: &str) {
    keys.chars().for_each(|key| drop(press(state, KeyCode::Char(key))));
}

#[test]
fn a_person_reads_zooms_and_goes_back_by_keys() {
    let mut state = in_training(80, 24);
    press(&mut state, KeyCode::Char('C'));
    let shown = screen(&state);
    assert!(shown.contains("Loss") && !shown.contains("Progress"), "charts fill the screen: {shown}");
    assert!(shown.contains("→ read") && shown.contains("Esc back"), "{shown}");
    press(&mut state, KeyCode::Right);
    assert!(screen(&state).contains(" step 2,000 "), "{}", screen(&state));
    press(&mut state, KeyCode::Left);
    let read = state.chart.cursor.expect("a cursor");
    assert!(read < 2000.0 && read % 4.0 == 0.0, "it stands at real values: {read}");
    press(&mut state, KeyCode::Up);
    press(&mut state, KeyCode::Up);
    let (low, high) = state.chart.view.expect("a part");
    assert!(low < read && read < high && high - low <= 501.0, "{low} to {high} around {read}");
    assert!(screen(&state).contains("a part"));
    press(&mut state, KeyCode::PageUp);
    assert!(state.chart.view.expect("a part").0 < low);
    press(&mut state, KeyCode::Home);
    assert_eq!((state.chart.cursor, state.chart.view.map(|view| view.0)), (Some(4.0), Some(0.0)));
    press(&mut state, KeyCode::Char('0'));
    assert_eq!(state.chart.view, None);
    press(&mut state, KeyCode::Esc);
    assert!(screen(&state).contains("Progress") && state.chart.cursor.is_none());
}

#[test]
fn curves_are_drawn_by_epoch_and_by_time() {
    let mut state = in_training(200, 60);
    press(&mut state, KeyCode::Char('C'));
    for (title, along) in [
        ("─ epoch ╮", Abscissa::Epoch),
        ("─ time since start ╮", Abscissa::Elapsed),
        ("─ time of day, UTC ╮", Abscissa::WallTime),
        ("─ step ╮", Abscissa::Step),
    ] {
        press(&mut state, KeyCode::Char('a'));
        assert_eq!(state.chart.layout.along, along);
        let shown = screen(&state);
        assert!(shown.contains(&title.replace('╮', "╯")), "{title}: {shown}");
    }
    letters(&mut state, "Yy");
    assert!(screen(&state).contains("both axes logarithmic"), "{}", screen(&state));
}

#[test]
fn panes_are_chosen_by_number_and_by_name() {
    let mut state = in_training(200, 60);
    letters(&mut state, "C[[");
    let shown = screen(&state);
    assert!(shown.contains("╭ Accuracy ─") && !shown.contains("╭ Learning rate"), "{shown}");
    letters(&mut state, "/");
    type_text(&mut state, "learning_* samples");
    press(&mut state, KeyCode::Enter);
    assert!(screen(&state).contains("no pane matches"), "{}", screen(&state));
    letters(&mut state, "/");
    (0..20).for_each(|_| drop(press(&mut state, KeyCode::Backspace)));
    type_text(&mut state, "/learning|samples/");
    press(&mut state, KeyCode::Enter);
    let shown = screen(&state);
    assert!(shown.contains("╭ Learning rate ─") && shown.contains("╭ Samples/s ─"), "{shown}");
    assert!(!shown.contains("╭ Loss ─"));
}

#[test]
fn the_wheel_zooms_a_drag_moves_and_a_click_reads() {
    let mut state = in_training(80, 24);
    mouse(&mut state, MouseEventKind::ScrollUp, 20, 5);
    mouse(&mut state, MouseEventKind::ScrollUp, 20, 5);
    let (low, high) = state.chart.view.expect("a part");
    assert!(high - low < 1300.0, "{low} to {high}");
    mouse(&mut state, MouseEventKind::Down(MouseButton::Left), 20, 5);
    assert!(state.chart.cursor.is_some() && screen(&state).contains(" step "), "{}", screen(&state));
    mouse(&mut state, MouseEventKind::Drag(MouseButton::Left), 12, 5);
    assert!(state.chart.view.expect("a part").0 > low, "what was under the pointer went to the left");
    mouse(&mut state, MouseEventKind::Up(MouseButton::Left), 12, 5);
    assert_eq!(state.chart.held, None);
    (0..9).for_each(|_| mouse(&mut state, MouseEventKind::ScrollDown, 20, 5));
    assert_eq!(state.chart.view, None, "all is shown again");
    // Elsewhere the wheel scrolls the log.
    (0..30).for_each(|line| state.log(format!("line {line}")));
    mouse(&mut state, MouseEventKind::ScrollUp, 20, 22);
    assert_eq!((state.log_scroll, state.chart.view), (1, None));
}

#[test]
fn a_layout_is_kept_for_its_preset_and_comes_back() {
    let mut state = in_training(80, 24);
    letters(&mut state, "y");
    let kept = state.layouts.changed().clone();
    assert!(kept.presets["mnist-cnn"].log_y && kept.runs.is_none(), "{kept:?}");
    let mut next = dashboard(80, 24);
    next.layouts = Layouts::new(kept);
    report(&mut next, started());
    assert!(next.chart.layout.log_y && *next.layouts.changed() == KeptLayouts::default());
    let of_another =
        KeptLayouts { presets: [("xor".into(), ChartLayout::default())].into(), ..KeptLayouts::default() };
    next.layouts = Layouts::new(of_another);
    report(&mut next, started());
    assert!(next.chart.layout.log_y, "what is not known stays as it is");
}

/// A deep belief network in the step after its machines have learned.
fn after_pretraining(width: u16, height: u16) -> State {
    let mut state = dashboard(width, height);
    press(&mut state, KeyCode::Enter);
    let Event::Started(mut info) = started() else { unreachable!("it is the start") };
    let phase = |begin, name: &str| TrainingPhase { begin, name: name.into() };
    info.phases = vec![phase(0, "dense"), phase(800, "dense_1"), phase(1600, "whole network")];
    report(&mut state, Event::Started(info));
    for step in (4..=2000).step_by(4) {
        let Event::Step(mut step) = stepped(step) else { unreachable!("it is a step") };
        if step.step <= 1600 {
            step.scores.accuracy = None;
            step.scores.metrics = Metrics::default().with(Metric::ReconstructionError, 0.014);
        }
        report(&mut state, Event::Step(step));
    }
    state
}

#[test]
fn phases_are_marked_and_what_an_earlier_one_reported_is_not_told_of_this_one() {
    let state = after_pretraining(200, 60);
    let shown = screen(&state);
    assert!(shown.contains("┆dense_1") && shown.contains("┆whole network"), "{shown}");
    let told = shown.lines().find(|line| line.contains("│training ")).unwrap_or_default().to_owned();
    assert!(told.contains("loss") && !told.to_lowercase().contains("reconstruction"), "{told}");
    at_both_sizes("charts_phases", after_pretraining);
}

/// An autoencoder in training, whose reconstruction error is so many times its loss.
fn autoencoder(times: f64) -> State {
    let mut state = dashboard(200, 60);
    press(&mut state, KeyCode::Enter);
    let Event::Started(mut info) = started() else { unreachable!("it is the start") };
    info.predicts_classes = false;
    report(&mut state, Event::Started(info));
    let scored = |scores: Scores| {
        // The last digits differ, as those of sums do that are taken in another order.
        let error = times * scores.loss * (1.0 + 1e-7);
        let metrics = Metrics::default().with(Metric::ReconstructionError, error);
        Scores { accuracy: None, metrics, ..scores }
    };
    for step in (4..=844).step_by(4) {
        let Event::Step(mut step) = stepped(step) else { unreachable!("it is a step") };
        step.scores = scored(step.scores);
        report(&mut state, Event::Step(step));
    }
    let Event::Epoch(mut epoch) = epoch_done(1) else { unreachable!("it is an epoch's end") };
    (epoch.training, epoch.validation) = (scored(epoch.training), epoch.validation.map(scored));
    report(&mut state, Event::Epoch(epoch));
    letters(&mut state, "2");
    state
}

#[test]
fn a_score_that_is_the_loss_is_drawn_once_and_found_by_both_names() {
    let titles = |state: &State| -> Vec<String> {
        let panes = state.training.as_ref().expect("it trains").panes();
        panes.into_iter().map(|pane| pane.title.into_owned()).collect()
    };
    let same = autoencoder(1.0);
    assert_eq!(titles(&same)[..2], ["Loss", "Learning rate"]);
    assert!(screen(&same).contains("also reconstruction"), "{}", screen(&same));
    for words in ["loss/train", "reconstruction_error/*", "reconstruction"] {
        let panes = same.training.as_ref().expect("it trains").panes();
        assert_eq!(matching(panes, words).len(), 1, "{words}");
    }
    assert_eq!(
        titles(&autoencoder(1.001))[..2],
        ["Loss", "reconstruction"],
        "another number is another curve"
    );
}

#[test]
fn what_happens_is_marked_at_its_step() {
    let mut state = in_training(160, 48);
    report(&mut state, Event::Checkpoint { step: 844 });
    let Event::Step(mut step) = stepped(2004) else { unreachable!("it is a step") };
    step.learning_rate.factor = 0.5;
    report(&mut state, Event::Step(step));
    let shown = screen(&state);
    assert!(shown.contains("◆") && shown.contains("▲ change  ◆ checkpoint"), "{shown}");
    letters(&mut state, "C");
    press(&mut state, KeyCode::Right);
    state.chart.cursor = Some(2000.0);
    assert!(screen(&state).contains("learning rate 0.001 to 5.000e-4"), "{}", screen(&state));
}

#[test]
fn charts_that_fill_the_screen() {
    at_both_sizes("charts_read", |width, height| {
        let mut state = in_training(width, height);
        report(&mut state, Event::Checkpoint { step: 844 });
        letters(&mut state, "C");
        (0..12).for_each(|_| drop(press(&mut state, KeyCode::Left)));
        press(&mut state, KeyCode::Up);
        state
    });
}

/// Marks the chosen run and the one below it, and hands over what their files hold.
fn mark_two(state: &mut State) {
    for run in 0..2_u64 {
        let effects = press(state, KeyCode::Char('m'));
        let curves = read(&effects, run);
        update(state, Message::RunsDone(RunAnswer::Curves(curves)));
    }
}

fn read(effects: &[Effect], run: u64) -> MarkedCurves {
    let [Effect::OnRuns(RunTask::ReadCurves(folder))] = effects else { panic!("{effects:?}") };
    let curve = |noise: f64| {
        let mut series = Series::default();
        (1..=400).for_each(|step| series.push(step * 10, 1, 2.0 / (step as f64).sqrt() + noise * run as f64));
        series
    };
    let mut curves = MarkedCurves::new(folder.clone(), &Curves::default());
    curves.by_tag = vec![("loss/validation".into(), curve(0.2)), ("loss/train".into(), curve(0.1))];
    curves
}

#[test]
fn marked_runs_are_read_together_and_those_of_other_seeds_become_one_band() {
    let mut state = with_runs(160, 48);
    mark_two(&mut state);
    press(&mut state, KeyCode::Char('C'));
    press(&mut state, KeyCode::Right);
    let shown = screen(&state);
    assert!(shown.contains(" step 4,000 ") && shown.contains("5f60") && shown.contains("3d4e"), "{shown}");
    press(&mut state, KeyCode::Esc);
    letters(&mut state, "b");
    let shown = screen(&state);
    assert!(shown.contains("mnist-cnn, 2 seeds, mean ± sd"), "{shown}");
    let band = &state.runs.drawn()[0].by_tag[0].series;
    let last = band.last().expect("values");
    assert!((last.max - last.min - 2.0 * 0.2 / 2.0_f64.sqrt()).abs() < 1e-12, "{last:?}");
    letters(&mut state, "b");
    assert_eq!(state.runs.drawn().len(), 2);
}

#[test]
fn one_key_marks_all_seeds_of_the_chosen_run() {
    let mut state = dashboard(160, 48);
    press(&mut state, KeyCode::Char('5'));
    let mut list = runs();
    for (seed, overview) in list.iter_mut().enumerate() {
        if let Ok(manifest) = &mut overview.manifest {
            let epochs = if seed == 3 { 7 } else { 5 };
            let preset = Preset { seed: seed as u64, ..manifest.preset.clone() };
            let train = crate::preset::TrainConfig { epochs, ..preset.train.clone() };
            manifest.preset = Preset { train, ..preset };
        }
    }
    update(&mut state, Message::Runs(Ok(list)));
    press(&mut state, KeyCode::Char('j'));
    let effects = press(&mut state, KeyCode::Char('b'));
    assert_eq!(
        effects.len(),
        2,
        "the chosen one and one of another seed; not the one of more epochs: {effects:?}"
    );
}

#[test]
fn a_marked_run_stands_for_all_its_seeds_while_they_are_drawn_as_one() {
    let mut state = dashboard(160, 48);
    press(&mut state, KeyCode::Char('5'));
    // Two settings of two seeds each, by turns.
    let mut list = runs();
    let first = list[1].manifest.clone().expect("a manifest");
    for (place, overview) in list.iter_mut().enumerate() {
        let train = crate::preset::TrainConfig { epochs: 5 + place as u32 % 2, ..first.preset.train.clone() };
        let preset = Preset { seed: place as u64, train, ..first.preset.clone() };
        overview.manifest = Ok(crate::run::Manifest { preset, ..first.clone() });
    }
    assert_eq!(list.len(), 4);
    update(&mut state, Message::Runs(Ok(list)));
    // One of each setting is marked.
    letters(&mut state, "mm");
    assert_eq!(state.runs.marked().count(), 2);
    let effects = press(&mut state, KeyCode::Char('b'));
    assert_eq!((effects.len(), state.runs.marked().count()), (2, 4));
    let notice = state.notice.clone().expect("a message").text;
    assert!(notice.starts_with("2 more runs are marked, those with the same settings: "), "{notice}");
    // Two curves are compared, whatever they stand for.
    assert!(matches!(press(&mut state, KeyCode::Char('D'))[..], [Effect::OnRuns(_)]), "{:?}", state.notice);
    // A mark that is set while seeds are one takes the other seed with it.
    letters(&mut state, "M");
    press(&mut state, KeyCode::Home);
    let effects = press(&mut state, KeyCode::Char('m'));
    assert_eq!((effects.len(), state.runs.marked().count(), state.runs.selected), (2, 2, 1));
    let notice = state.notice.clone().expect("a message").text;
    assert!(notice.starts_with("1 more run is marked"), "{notice}");
}

#[test]
fn charts_of_marked_runs() {
    at_both_sizes("charts_runs", |width, height| {
        let mut state = with_runs(width, height);
        mark_two(&mut state);
        press(&mut state, KeyCode::Char('C'));
        (0..9).for_each(|_| drop(press(&mut state, KeyCode::Left)));
        state
    });
}

#[test]
fn a_dashboard_without_curves_says_so() {
    let mut state = dashboard(80, 24);
    letters(&mut state, "2C");
    assert!(screen(&state).contains("no curve has values yet") && !state.chart.is_open);
    letters(&mut state, "5C");
    assert!(screen(&state).contains("m marks runs"), "{}", screen(&state));
}

#[test]
fn the_table_of_epochs_is_shown_on_a_small_terminal_too() {
    let mut state = in_training(80, 24);
    assert!(!screen(&state).contains("╭ Epochs"));
    letters(&mut state, "v");
    let shown = screen(&state);
    assert!(shown.contains("╭ Epochs") && shown.contains("val acc") && shown.contains("98.50%"), "{shown}");
    (3..=20).for_each(|epoch| drop(report(&mut state, epoch_done(epoch))));
    assert!(screen(&state).contains("99.85%"), "{}", screen(&state));
    press(&mut state, KeyCode::Up);
    let shown = screen(&state);
    assert!(shown.contains("1 more below") && !shown.contains("99.85%"), "{shown}");
    letters(&mut state, "vv");
    assert!(screen(&state).contains("Progress"));
}

/// A measurement on an optimised build:
/// `cargo test --release --lib two_runs_of_a_million -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn two_runs_of_a_million_points_are_drawn_in_time() {
    let mut state = with_runs(200, 60);
    for run in 0..2_u64 {
        let effects = press(&mut state, KeyCode::Char('m'));
        let mut curves = read(&effects, run);
        let curve = |tag: &str| {
            let mut series = Series::default();
            // Noise around a fall, so that no two values are alike.
            let noise = |step: u64| ((step * 7919 + run) % 1009) as f64 / 1009.0;
            (1..=1_000_000)
                .for_each(|step| series.push(step, 1, 5.0 / (step as f64).sqrt() + 0.1 * noise(step)));
            (tag.to_owned(), series)
        };
        curves.by_tag =
            ["loss/train", "accuracy/train", "loss/validation", "learning_rate"].map(curve).to_vec();
        update(&mut state, Message::RunsDone(RunAnswer::Curves(curves)));
    }
    letters(&mut state, "C");
    press(&mut state, KeyCode::Left);
    let mut terminal = Terminal::new(TestBackend::new(200, 60)).unwrap();
    let mut times: Vec<f64> = (0..500)
        .map(|frame| {
            if frame % 10 == 0 {
                press(&mut state, KeyCode::Left);
            }
            let since = std::time::Instant::now();
            terminal.draw(|frame| screens::draw(&state, frame)).unwrap();
            since.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    let (median, last) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    println!("a frame of four panes of two runs: median {median:.2} ms, 99th percentile {last:.2} ms");
    assert!(last < 4.0);
}

#[test]
fn histograms_of_weights_gradients_and_outputs_are_drawn_over_the_steps() {
    at_both_sizes("own_histograms", |width, height| {
        let mut state = in_training(width, height);
        for step in (0..2000).step_by(40) {
            // Gradients get smaller, weights spread.
            let numbers = |scale: f32| {
                let values: Vec<f32> = (-50..=50).map(|at| scale * (at as f32 / 25.0).powi(3)).collect();
                Histogram::of(&values)
            };
            let far = step as f32 / 2000.0;
            let by_tag = [
                ("weights/dense/kernel", 0.5 + far),
                ("gradients/dense/kernel", 1.0 - 0.9 * far),
                ("activations/dense", 3.0),
                ("activations/\u{1b}[31mred", 3.0),
            ];
            let by_tag = by_tag.map(|(tag, scale)| (tag.to_owned(), numbers(scale))).to_vec();
            report(&mut state, Event::Histograms(Box::new(Histograms { step, by_tag })));
        }
        letters(&mut state, "C/");
        letters(&mut state, "/dense");
        press(&mut state, KeyCode::Enter);
        letters(&mut state, "]]]]");
        let shown = screen(&state);
        for title in [
            "╭ weights/dense/kernel ─",
            "╭ gradients/dense/kernel ─",
            "╭ activations/dense ─",
            " 50 steps kept ",
        ] {
            assert!(shown.contains(title), "{title}: {shown}");
        }
        assert!(!shown.contains('\u{1b}') && !shown.contains("╭ Loss"), "{shown}");
        state
    });
}

#[test]
fn a_reference_line_is_typed_kept_for_the_preset_and_taken_away() {
    at_both_sizes("reference_lines", |width, height| {
        let mut state = in_training(width, height);
        letters(&mut state, "Cr");
        letters(&mut state, "accurcy 98.5% Keras");
        press(&mut state, KeyCode::Enter);
        assert!(screen(&state).contains("no chart is called 'accurcy'"), "{}", screen(&state));
        (0..40).for_each(|_| drop(press(&mut state, KeyCode::Backspace)));
        letters(&mut state, "accuracy 98.5% Keras; 0.05 goal");
        press(&mut state, KeyCode::Enter);
        let shown = screen(&state);
        assert!(shown.contains("Keras 98.50%") && shown.contains("goal 0.05"), "{shown}");
        assert_eq!(state.chart.layout.reference.as_deref(), Some("accuracy 0.985 Keras; Loss 0.05 goal"));
        let kept = state.layouts.of("mnist-cnn").and_then(|layout| layout.reference.clone());
        assert_eq!(kept, state.chart.layout.reference);
        let mut none = state.clone();
        letters(&mut none, "r");
        (0..60).for_each(|_| drop(press(&mut none, KeyCode::Backspace)));
        press(&mut none, KeyCode::Enter);
        assert!(!screen(&none).contains("Keras"), "{}", screen(&none));
        state
    });
}

#[test]
fn a_preset_names_its_reference_lines() {
    let mut state = in_training(200, 60);
    let training = state.training.as_mut().expect("a training");
    training.info.preset.view.reference = "accuracy 98.5% Keras".into();
    assert!(screen(&state).contains("Keras 98.50%"), "{}", screen(&state));
}
