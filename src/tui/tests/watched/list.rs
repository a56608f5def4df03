//! The list of runs of event files: sorting, words, columns, marks.

use super::*;

#[test]
fn the_list_is_sorted_and_the_chosen_run_stays_chosen() {
    let mut bench = Bench::new(&fixtures(), 120, 24);
    bench.keys("/torch\nGfhparam/loss\n");
    let chosen = bench.chosen().to_owned();
    bench.keys("sss");
    assert!(bench.screen().contains("the smallest value first"), "{}", bench.screen());
    assert_eq!(bench.chosen(), chosen);
    let first = bench.state.runs.items().next().map(Item::key);
    let best = bench.state.runs.watched.rows().iter().position(|row| &*row.name == "torch/fast/hparams");
    assert_eq!(first, best.map(|id| RunKey::Watched(id as u32)));
    bench.keys("S");
    assert!(bench.screen().contains("first, reversed"), "{}", bench.screen());
}

#[test]
fn words_globs_and_regular_expressions_find_names_and_hyperparameters() {
    let mut bench = Bench::new(&fixtures(), 120, 24);
    let found = |bench: &mut Bench, typed: &str| {
        bench.keys("/");
        bench.keys(typed);
        bench.keys("\n");
        let names = bench.state.runs.items().filter_map(|item| match item {
            Item::Watched(_, row) => Some(row.name.to_string()),
            Item::Own(_) => None,
        });
        let names: Vec<String> = names.collect();
        bench.press(KeyCode::Esc);
        names
    };
    assert_eq!(found(&mut bench, "CELL=gru"), ["keras/custom"]);
    assert_eq!(found(&mut bench, "torch/*/both_a"), ["torch/fast/both_a", "torch/slow/both_a"]);
    assert_eq!(found(&mut bench, "//(train|validation)$/"), ["keras/fit/train", "keras/fit/validation"]);
}

#[test]
fn hyperparameters_in_which_runs_differ_are_columns() {
    let mut bench = Bench::new(&fixtures(), 160, 24);
    bench.keys("/hparams\nH");
    let shown = bench.screen();
    assert!(shown.contains("  lr ") && shown.contains("0.01"), "{shown}");
    assert!(!shown.contains("lr=0.01"), "{shown}");
    // It is sorted by after all other columns: seven times s from the name on.
    bench.keys("ssssss");
    assert!(bench.screen().contains(" by lr "), "{}", bench.screen());
    let first = |bench: &Bench| match bench.state.runs.items().next() {
        Some(Item::Watched(_, row)) => row.name.to_string(),
        Some(Item::Own(_)) | None => String::new(),
    };
    assert_eq!(first(&bench), "torch/slow/hparams");
    bench.keys("s");
    assert!(bench.screen().contains("the newest value first"), "{}", bench.screen());
}

#[test]
fn nine_marks_are_too_many_and_colours_are_not_shared() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    bench.keys("mmmmmmmm");
    assert_eq!(bench.state.runs.marks().len(), 8);
    bench.keys("m");
    assert!(bench.screen().contains("eight runs of event files are marked already"), "{}", bench.screen());
    let mut colors: Vec<u8> = bench.state.runs.marks().iter().map(|mark| mark.color).collect();
    colors.dedup();
    assert_eq!(colors, [0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_click_chooses_and_a_click_before_the_name_marks() {
    let mut bench = Bench::new(&fixtures(), 80, 24);
    let click = |column, row| {
        let kind = MouseEventKind::Down(MouseButton::Left);
        Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE })
    };
    bench.send(click(10, 5));
    assert_eq!(bench.state.runs.selected, 2);
    bench.send(click(1, 4));
    assert_eq!((bench.state.runs.selected, bench.state.runs.marks().len()), (1, 1));
    let wheel =
        MouseEvent { kind: MouseEventKind::ScrollDown, column: 10, row: 5, modifiers: KeyModifiers::NONE };
    bench.send(Message::Mouse(wheel));
    assert_eq!(bench.state.runs.selected, 2);
}

#[test]
fn several_folders_are_one_list_with_names_that_tell_them_apart() {
    let root = tempfile::tempdir().expect("a folder");
    let folders = ["a/logs", "b/logs", "c"].map(|name| root.path().join(name));
    for folder in &folders {
        write(&folder.join("run"), &[(1, 0.5)]);
    }
    let mut watcher = Watcher::new(&folders);
    watcher.read_everything(|_, _| ());
    let names: Vec<String> = watcher.view().rows.iter().map(|row| row.name.to_string()).collect();
    let path = |place: usize| format!("{}/run", folders[place].display());
    assert_eq!(names, [path(0), path(1), "c/run".to_owned()]);
}

#[test]
fn a_thousand_runs_are_listed_and_only_what_is_shown_is_read_in_full() {
    let root = tempfile::tempdir().expect("a folder");
    for run in 0..1000 {
        write(&root.path().join(format!("run{run}")), &[(run, 0.5)]);
    }
    let mut bench = Bench::new(root.path(), 120, 30);
    assert!(bench.screen().contains("runs 1,000"), "{}", bench.screen());
    bench.keys("G");
    assert_eq!(bench.chosen(), "run999");
    assert_eq!(bench.state.runs.watched.view.panels.len(), 1);
    assert!(bench.state.runs.watched.interest.visible.len() < 30);
}

#[test]
fn what_add_hparams_writes_stands_beside_its_run() {
    let root = with_runs(|root| {
        write(&root.join("run"), &[(10, 0.5), (20, 0.25)]);
        write(&root.join("run/1715870854.4919064"), &[]);
        write(&root.join("run/v1.5"), &[(1, 1.0)]);
    });
    let mut writer = Writer::create(&root.path().join("run/1715870854.4919064")).unwrap();
    writer.scalars(0, &[("hparam/accuracy", 0.75)]).unwrap();
    writer.flush().unwrap();
    let mut bench = Bench::new(root.path(), 120, 30);
    let shown = bench.screen();
    assert!(shown.contains("runs 2") && !shown.contains("1715870854"), "{shown}");
    assert!(shown.contains("  20 "), "step 0 of the results is not that of the run: {shown}");
    bench.keys("v");
    assert!(bench.screen().contains("hparam/accuracy"), "{}", bench.screen());
}

#[test]
fn runs_of_ones_own_have_their_settings_as_hyperparameters() {
    let root = with_runs(|root| {
        let run = root.join("mine");
        write(&run, &[(10, 0.5)]);
        let preset = crate::tui::tests::builders::cnn();
        crate::run::Manifest::begin(preset, "cpu".into()).save(&run).unwrap();
    });
    let bench = Bench::new(root.path(), 200, 30);
    let shown = bench.screen();
    assert!(shown.contains("optimizer=Adam optimizer.learning_rate=0.0"), "{shown}");
}

#[test]
fn wide_letters_shift_no_column() {
    let root = with_runs(|root| {
        std::fs::create_dir_all(root.join("run")).unwrap();
        let mut writer = Writer::create(&root.join("run")).unwrap();
        writer.scalars(7, &[("損失/訓練", 0.5), ("loss", 0.25)]).unwrap();
        writer.flush().unwrap();
    });
    let mut bench = Bench::new(root.path(), 120, 30);
    bench.keys("v");
    let shown = bench.screen();
    let column = |tag: &str| {
        let line = shown.lines().find(|line| line.contains(tag) && line.contains("step 7")).expect("a line");
        unicode_width::UnicodeWidthStr::width(line.split("step 7").next().unwrap_or_default())
    };
    // In the test's terminal a blank stands in the second cell of each of the four wide letters.
    assert_eq!(column("損") - 4, column("loss"), "{shown}");
}

#[test]
fn values_none_of_which_is_a_number_are_said_to_be_there() {
    let root = with_runs(|root| write(&root.join("run"), &[(1, f64::NAN), (2, f64::INFINITY)]));
    let bench = Bench::new(root.path(), 120, 30);
    let shown = bench.screen();
    assert!(shown.contains("none of 2 values is finite"), "{shown}");
}

#[test]
fn settings_are_cut_between_words_and_never_within_a_number() {
    let root = with_runs(|root| {
        for run in 0..3 {
            let folder = root.join(format!("lightning_logs/version_{run}"));
            write(&folder, &[(10, 0.5)]);
            let mut preset = crate::tui::tests::builders::cnn();
            preset.train.epochs = 1234 + run;
            crate::run::Manifest::begin(preset, "cpu".into()).save(&folder).unwrap();
        }
    });
    for width in 80..=200 {
        let mut bench = Bench::new(root.path(), width, 24);
        let row = |bench: &Bench| {
            let shown = bench.screen();
            shown
                .lines()
                .find(|row| row.contains("version_0"))
                .unwrap_or_default()
                .trim_end_matches(['│', ' '])
                .to_owned()
        };
        let whole: String = bench.state.runs.watched.rows()[0].hparams.to_string();
        let written = row(&bench);
        let last = written.split_whitespace().last().unwrap_or_default();
        let is_word = whole.split_whitespace().any(|word| word == last);
        assert!(is_word || last == "…" || !last.contains('='), "{written}");
        bench.keys("H");
        let written = row(&bench);
        let last = written.split_whitespace().last().unwrap_or_default();
        assert!(["1234", "…"].contains(&last) || !last.starts_with("12"), "{written}");
    }
}

#[test]
fn the_legend_names_six_runs_where_there_is_room_for_them() {
    let root = with_runs(|root| {
        (0..6).for_each(|run| write(&root.join(format!("run{run}")), &[(1, 0.5), (2, 0.25)]))
    });
    let mut bench = Bench::new(root.path(), 200, 60);
    bench.keys("mmmmmm");
    let shown = bench.screen();
    let legend = shown.lines().find(|row| row.contains("╭ loss ")).unwrap_or_default();
    (0..6).for_each(|run| assert!(legend.contains(&format!("run{run}")), "{legend}"));
}

#[test]
fn a_regular_expression_that_is_none_says_why() {
    let mut bench = Bench::new(&fixtures(), 120, 24);
    bench.keys("//version_[/\n");
    assert!(bench.screen().contains("no regular expression: "), "{}", bench.screen());
}
