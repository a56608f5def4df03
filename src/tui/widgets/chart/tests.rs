//! Charts of any values at any size, and what stands where.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::*;
use crate::preset::ReferenceLine;
use crate::tui::state::abscissa::{Abscissa, Timeline};
use crate::tui::state::charts::{ChartLayout, ChartOptions, Fit};
use crate::tui::state::history::Series;
use crate::tui::state::mark::{Mark, MarkKind};
use crate::tui::theme::Depth;

fn theme() -> Theme {
    Theme::new(Depth::True, true)
}

const AREA: Rect = Rect { x: 0, y: 0, width: 80, height: 16 };

fn options(layout: ChartLayout) -> ChartOptions {
    ChartOptions::new(layout)
}

fn chart<'a>(curves: &'a [Curve<'a>], options: &'a ChartOptions) -> Chart<'a> {
    Chart {
        title: "t",
        curves,
        options,
        log_y: options.layout.log_y,
        quantity: Quantity::Share,
        steps: 0,
        marks: &[],
        references: &[],
        notes: &[],
        empty: "",
    }
}

fn curve<'a>(series: &'a Series, timeline: &'a Timeline) -> Curve<'a> {
    Curve { name: "x", role: Role::Training, series, timeline, smoothing: 0.0, marked: false }
}

fn text(chart: &Chart) -> String {
    let mut buffer = Buffer::empty(AREA);
    chart.draw(&theme(), AREA, &mut buffer);
    let rows = buffer.content.chunks(usize::from(AREA.width));
    rows.map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect::<String>() + "\n").collect()
}

#[test]
fn the_name_of_a_reference_line_is_never_half_covered_by_what_the_cursor_reads() {
    let mut series = Series::default();
    (1..=100).for_each(|step| series.push(step, 1, f64::from(step as u8) / 100.0));
    let timeline = Timeline::new(0);
    let curves = [curve(&series, &timeline)];
    let seen = |cursor: Option<f64>, width: u16, value: f64| {
        let mut options = options(ChartLayout::default());
        options.cursor = cursor;
        let references = [ReferenceLine { of: "t".into(), name: "guessing".into(), value }];
        let chart = Chart { references: &references, quantity: Quantity::Number, ..chart(&curves, &options) };
        let area = Rect { width, ..AREA };
        let mut buffer = Buffer::empty(area);
        chart.draw(&theme(), area, &mut buffer);
        buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect::<String>()
    };
    assert!(seen(None, 40, 0.71).contains("guessing 0.71"));
    for width in 24..80 {
        for cursor in [10.0, 60.0, 90.0] {
            for value in [0.05, 0.71, 0.95, 1.0] {
                let text = seen(Some(cursor), width, value);
                let whole = text.matches("guessing ").count();
                assert_eq!(text.matches("ssing").count(), whole, "{width}, {cursor}, {value}: {text}");
                assert!(text.contains(&format::number(value)) || whole == 0, "{width}, {cursor}: {text}");
            }
        }
    }
    assert!(seen(Some(90.0), 60, 0.71).contains("guessing 0.71"), "it stands where there is room");
}

#[test]
fn any_values_can_be_drawn_at_any_size() {
    let steps = [1, 2, 3, u64::MAX, 1 << 63, 1, 0];
    let extremes = vec![f64::MAX, f64::MIN, f64::MIN_POSITIVE, 1.0, f64::MAX, -0.0, 5e-324];
    let mut timeline = Timeline::new(0);
    timeline.on_step(2, 1e9);
    timeline.on_epoch(3, 1);
    for values in [
        vec![],
        vec![0.0],
        vec![1e300, -1e300],
        vec![f64::MAX; 2],
        vec![5.0; 3],
        vec![1e-12, 1e12, 0.0],
        extremes,
    ] {
        let mut series = Series::default();
        for (step, value) in steps.into_iter().zip(values) {
            series.push(step, 1, value);
        }
        let curves = [Curve { smoothing: 0.9, marked: true, ..curve(&series, &timeline) }];
        let marks = MarkKind::ALL.map(|kind| Mark { step: 3, kind, text: "漢".repeat(40) });
        for (width, height) in [(1, 1), (13, 5), (30, 8), (200, 60)] {
            for along in [Abscissa::Step, Abscissa::Epoch, Abscissa::Elapsed, Abscissa::WallTime] {
                for (is_log, fit, view, cursor) in [
                    (false, Fit::Sensible, None, Some(2.0)),
                    (true, Fit::Sensible, Some((1.0, 2.0)), Some(f64::MAX)),
                    (false, Fit::Folded, Some((1e300, f64::MAX)), Some(0.0)),
                    (true, Fit::Whole, None, Some(f64::NAN)),
                ] {
                    let layout =
                        ChartLayout { along, log_x: is_log, log_y: is_log, fit, ..ChartLayout::default() };
                    let options = ChartOptions { view, cursor, ..options(layout) };
                    let area = Rect::new(0, 0, width, height);
                    let chart = Chart { marks: &marks, steps: 10, ..chart(&curves, &options) };
                    chart.draw(&theme(), area, &mut Buffer::empty(area));
                    chart.place_at(&theme(), area, Position::new(width / 2, height / 2));
                    chart.next_value(1.0, true);
                }
            }
        }
    }
}

fn extent(series: &Series, fit: Fit) -> fit::Extent {
    let (timeline, options) = (Timeline::new(1), options(ChartLayout { fit, ..ChartLayout::default() }));
    let curves = [curve(series, &timeline)];
    let chart = chart(&curves, &options);
    chart.extent(&chart.placed()).unwrap()
}

#[test]
fn a_jump_from_three_quarters_to_all_is_on_the_axis() {
    let mut series = Series::default();
    (1..=400).for_each(|step| series.push(step, 1, if step <= 4 { 0.75 } else { 1.0 }));
    let extent = extent(&series, Fit::Sensible);
    assert_eq!((extent.shown, extent.folds()), ((0.75, 1.0), false));
}

#[test]
fn a_history_that_was_thinned_counts_as_many_steps_as_it_stands_for() {
    let mut series = Series::default();
    // The fall of the loss is in few long reports, what follows in many short ones.
    (1..=10).for_each(|report| series.push(report * 50, 50, 4.4 - 0.2 * report as f64));
    (501..=1500).for_each(|step| series.push(step, 1, 2.2));
    let folded = extent(&series, Fit::Folded);
    assert!(folded.shown.1 > 4.1, "{folded:?}");
}

#[test]
fn a_loss_that_exploded_once_is_folded_and_said_to_be_unless_all_is_wanted() {
    let mut series = Series::default();
    (1..=1000)
        .for_each(|step| series.push(step, 1, if step == 500 { 7e15 } else { 0.5 + 1.0 / step as f64 }));
    assert!(extent(&series, Fit::Sensible).shown.1 < 2.0);
    assert_eq!(extent(&series, Fit::Whole).shown.1, 7e15);
}

#[test]
fn tiny_values_have_an_axis_of_their_size() {
    let mut series = Series::default();
    (1..=9).for_each(|step| series.push(step, 1, step as f64 * 1e-12));
    let (timeline, options) = (Timeline::new(1), options(ChartLayout::default()));
    let curves = [curve(&series, &timeline)];
    let chart = Chart { quantity: Quantity::Number, ..chart(&curves, &options) };
    let geometry = chart.geometry(&chart.placed(), AREA).unwrap();
    assert!(geometry.y.high < 1.1e-11, "{geometry:?}");
}

#[test]
fn a_part_of_the_axis_has_a_vertical_axis_of_its_own_and_goes_back_to_the_whole() {
    let mut series = Series::default();
    (1..=1000).for_each(|step| series.push(step, 1, 1000.0 / step as f64));
    let timeline = Timeline::new(1);
    let curves = [curve(&series, &timeline)];
    let mut options = options(ChartLayout { fit: Fit::Whole, ..ChartLayout::default() });
    options.view = Some((500.0, 1000.0));
    let part = chart(&curves, &options);
    let extent = part.extent(&part.placed()).unwrap();
    assert_eq!(extent.shown, (1.0, 2.0));
    let shown = text(&part);
    assert!(shown.contains("a part") && shown.contains(" 600 ") && !shown.contains(" 400 "), "{shown}");
    options.show_all();
    let whole = chart(&curves, &options);
    assert_eq!(whole.extent(&whole.placed()).unwrap().shown, (1.0, 1000.0));
}

#[test]
fn the_cursor_reads_the_nearest_real_value_of_every_curve() {
    let (mut often, mut seldom) = (Series::default(), Series::default());
    (1..=400).for_each(|step| often.push(step, 1, step as f64 / 1000.0));
    (1..=4).for_each(|epoch| seldom.push(epoch * 100, 1, epoch as f64 / 10.0));
    let timeline = Timeline::new(100);
    let curves = [
        Curve { name: "training", ..curve(&often, &timeline) },
        Curve { name: "validation", marked: true, ..curve(&seldom, &timeline) },
    ];
    let mut options = options(ChartLayout::default());
    options.cursor = Some(123.0);
    let shown = text(&chart(&curves, &options));
    assert!(shown.contains(" step 123 "), "{shown}");
    assert!(shown.contains("training   12.30% "), "{shown}");
    assert!(shown.contains("validation 10.00% at 100"), "no value is made up between two: {shown}");
    let next = chart(&curves, &options).next_value(123.0, true);
    assert_eq!(next, Some(124.0));
    options.layout.along = Abscissa::Epoch;
    options.cursor = Some(1.23);
    assert!(text(&chart(&curves, &options)).contains(" epoch 1.23 "));
}

#[test]
fn what_happened_is_marked_and_the_signs_are_explained() {
    let mut series = Series::default();
    (1..=400).for_each(|step| series.push(step, 1, 0.5));
    let timeline = Timeline::new(100);
    let curves = [curve(&series, &timeline)];
    let options = options(ChartLayout::default());
    let mark = |step, kind, text: &str| Mark { step, kind, text: text.into() };
    let marks = [
        mark(100, MarkKind::Phase, "fine-tuning"),
        mark(200, MarkKind::Checkpoint, "checkpoint"),
        mark(300, MarkKind::Change, "learning rate 0.1 to 0.05"),
    ];
    let chart = Chart { marks: &marks, ..chart(&curves, &options) };
    let shown = text(&chart);
    assert!(shown.contains("┆fine-tuning"), "{shown}");
    assert!(shown.contains("▲ change  ◆ checkpoint  step"), "{shown}");
    let read = ChartOptions { cursor: Some(300.0), ..options.clone() };
    assert!(text(&Chart { options: &read, ..chart }).contains("▲ learning rate 0.1 to 0.05"));
}

#[test]
fn points_that_share_a_column_show_their_smallest_and_largest() {
    let mut series = Series::default();
    (1..=4000).for_each(|step| series.push(step, 1, if step % 2 == 0 { 0.1 } else { 0.9 }));
    let timeline = Timeline::new(1);
    let curves = [curve(&series, &timeline)];
    let options = options(ChartLayout::default());
    let shown = text(&chart(&curves, &options));
    // Full cells of dots stand above and below the line of means.
    let full = shown.lines().filter(|row| row.contains("⣿⣿⣿⣿")).count();
    assert!(full >= 8, "{shown}");
}

#[test]
fn a_run_without_times_says_so_and_one_with_times_has_them_on_its_axis() {
    let mut series = Series::default();
    (1..=100).for_each(|step| series.push(step, 1, 0.5));
    let mut timeline = Timeline::new(10);
    let options = options(ChartLayout { along: Abscissa::Elapsed, ..ChartLayout::default() });
    let curves = [curve(&series, &timeline)];
    assert!(text(&chart(&curves, &options)).contains("the times of this run are not known"));
    (1..=100).for_each(|step| timeline.on_step(step, 1e9 + 2.0 * step as f64));
    let curves = [curve(&series, &timeline)];
    let shown = text(&chart(&curves, &options));
    assert!(shown.contains("2:00") && shown.contains("time since start"), "{shown}");
}

#[test]
fn long_names_share_the_room_that_short_ones_leave() {
    let (mut series, timeline) = (Series::default(), Timeline::new(1));
    series.push(1, 1, 0.5);
    let names = ["a", "b", "started/lr=0.1/run-12", "started/lr=0.1/run-13", "c"];
    let curves = names.map(|name| Curve { name, ..curve(&series, &timeline) });
    let options = options(ChartLayout::default());
    let shown = text(&chart(&curves, &options));
    assert!(shown.contains("─ started/lr=0.1/run-12 ─ started/lr=0.1/run-13 ─ c"), "{shown}");
    let many: Vec<Curve> = (0..12).map(|place| curves[2 + place % 2]).collect();
    let shown = text(&chart(&many, &options));
    assert!(shown.contains("…/run-12 ") && shown.contains(" +"), "what has no room is counted: {shown}");
}

#[test]
fn reference_lines_lie_on_the_axis_and_their_names_are_whole() {
    let timeline = Timeline::new(0);
    let mut series = Series::default();
    (0..100).for_each(|step| series.push(step, 1, 0.5 + 0.4 * step as f64 / 100.0));
    let curves = [curve(&series, &timeline)];
    let options = options(ChartLayout::default());
    let line = |value, name: &str| ReferenceLine { of: "t".into(), value, name: name.into() };
    let lines = [line(0.985, "Keras"), line(0.7, "the paper of \u{1b}[31m1998"), line(-0.25, "")];
    let chart = Chart { references: &lines, ..chart(&curves, &options) };
    let shown = text(&chart);
    let row_of = |what: &str| {
        shown.lines().position(|row| row.contains(what)).unwrap_or_else(|| panic!("{what}: {shown}"))
    };
    // The highest and the lowest lie beyond all values of the curve, and are seen.
    assert!(
        row_of("Keras 98.50%") < row_of("the paper of [31m1998 70.00%")
            && row_of("-25.00%") > row_of("70.00%"),
        "{shown}"
    );
    assert_eq!(shown.matches('╌').count() / 50, 3, "{shown}");
    // Where there is no room for a name there is none, and below 0 a logarithmic axis has no line.
    let mut buffer = Buffer::empty(Rect::new(0, 0, 20, 8));
    chart.draw(&theme(), buffer.area, &mut buffer);
    let narrow: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(narrow.contains("98.50%") && !narrow.contains("Ker") && !narrow.contains("pap"), "{narrow}");
    let log = Chart { log_y: true, ..chart };
    assert!(text(&log).contains("Keras 98.50%") && !text(&log).contains("-25"), "{}", text(&log));
}

/// The words along the horizontal axis.
fn ticks_along(
    along: Abscissa,
    series: &Series,
    timeline: &Timeline,
    view: Option<(f64, f64)>,
) -> Vec<String> {
    let options = ChartOptions { view, ..options(ChartLayout { along, ..ChartLayout::default() }) };
    let curves = [curve(series, timeline)];
    let drawn = text(&chart(&curves, &options));
    let row = drawn.lines().rev().nth(1).expect("the row of ticks");
    row.trim_matches('│').split_whitespace().map(str::to_owned).collect()
}

#[test]
fn epochs_and_steps_have_whole_ticks_and_a_part_of_an_epoch_has_parts() {
    let (mut series, mut timeline) = (Series::default(), Timeline::new(1));
    for step in 1..=13 {
        series.push(step, 1, 1.0 / step as f64);
        timeline.on_epoch(step, step as u32);
    }
    for along in [Abscissa::Epoch, Abscissa::Step] {
        assert_eq!(ticks_along(along, &series, &timeline, None), ["0", "5", "10"], "{along:?}");
    }
    let part = ticks_along(Abscissa::Epoch, &series, &timeline, Some((1.2, 1.9)));
    assert!(part.contains(&"1.4".to_owned()) && part.contains(&"1.6".to_owned()), "{part:?}");
}

#[test]
fn times_of_a_run_of_a_few_seconds_are_told_apart() {
    // 2001-09-09T01:46:40 UTC.
    for (seconds, expected) in
        [(20.0, "01:46:45"), (2.0, "01:46:40.5"), (0.2, "01:46:40.05"), (0.02, "01:46:40.005")]
    {
        let (mut series, mut timeline) = (Series::default(), Timeline::new(1));
        for step in 1..=21_u64 {
            series.push(step, 1, 1.0 / step as f64);
            timeline.on_step(step, 1e9 + seconds * (step - 1) as f64 / 20.0);
        }
        let ticks = ticks_along(Abscissa::WallTime, &series, &timeline, None);
        assert!(ticks.contains(&expected.to_owned()), "{seconds} s: {ticks:?}");
        let once: std::collections::BTreeSet<&String> = ticks.iter().collect();
        assert_eq!(once.len(), ticks.len(), "{seconds} s: {ticks:?}");
    }
}

#[test]
fn a_chart_without_room_does_not_say_that_it_has_no_values() {
    let mut series = Series::default();
    (1..=9).for_each(|step| series.push(step, 1, 1.0));
    let (timeline, options) = (Timeline::new(1), options(ChartLayout::default()));
    let curves = [curve(&series, &timeline)];
    let area = Rect::new(0, 0, 30, 5);
    let mut buffer = Buffer::empty(area);
    Chart { empty: "no values", ..chart(&curves, &options) }.draw(&theme(), area, &mut buffer);
    let shown: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
    assert!(shown.contains("no room for this chart"), "{shown}");
}
