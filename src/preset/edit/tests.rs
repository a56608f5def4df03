use super::*;
use crate::preset::Path;
use crate::preset::parse::parse;

const LENET: &str = include_str!("../../../presets/mnist-lenet.ron");
const FORECAST: &str = include_str!("../../../presets/sp500-forecast.ron");

fn path(text: &str) -> Path {
    crate::preset::overrides::read_path(text)
}

fn edited(text: &str, place: &str, value: &str) -> String {
    put(text, &path(place), value).unwrap()
}

/// The lines that one text has and the other has not.
fn difference(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let only = |of: &str, other: &str| {
        of.lines().filter(|line| !other.lines().any(|known| known == *line)).map(str::to_owned).collect()
    };
    (only(old, new), only(new, old))
}

#[test]
fn a_field_is_added_in_a_line_of_its_own_where_its_neighbours_are_and_in_the_order_of_its_table() {
    let text = edited(FORECAST, "train.schedule", "cosine()");
    let (gone, new) = difference(FORECAST, &text);
    assert_eq!((gone, new), (vec![], vec!["        schedule: cosine(),".to_owned()]));
    assert!(text.contains("batch_size: 64,\n        schedule: cosine(),\n        clip:"), "{text}");
    let text = edited(LENET, "train.clip.norm", "1.0");
    assert!(text.contains("schedule: one_cycle(), clip: (norm: 1.0)),"), "{text}");
    let text = edited(LENET, "loss_options.label_smoothing", "0.1");
    assert!(
        text.contains("crossentropy,\n    loss_options: (label_smoothing: 0.1),\n    optimizer"),
        "{text}"
    );
}

#[test]
fn a_comment_behind_the_last_field_swallows_nothing() {
    let text =
        LENET.replace("batch_size: 128, schedule: one_cycle())", "batch_size: 128 // as in the paper\n    )");
    let text = edited(&text, "train.on_nan", "halve_rate");
    assert!(text.contains("batch_size: 128, // as in the paper\n"), "{text}");
    assert!(
        text.contains("\n    on_nan: halve_rate") || text.contains("\n        on_nan: halve_rate"),
        "{text}"
    );
    assert_eq!(parse(&text, "x").unwrap().train.on_nan, crate::preset::OnNan::HalveRate);
}

#[test]
fn layers_are_added_moved_and_removed_line_by_line() {
    let layers = Path::to("layers");
    let more = insert(LENET, &layers, 1, "Dropout(rate: 0.5)").unwrap();
    assert_eq!(difference(LENET, &more), (vec![], vec!["        Dropout(rate: 0.5),".to_owned()]));
    assert_eq!(remove(&more, &layers.clone().index(1)), LENET);
    let last = insert(LENET, &layers, 14, "Flatten").unwrap();
    assert_eq!(parse(&last, "x").unwrap().layers.len(), 15);
    assert_eq!(remove(&last, &layers.clone().index(14)), LENET);
    let moved = shift(LENET, &layers, 0, 3).unwrap();
    assert_ne!(moved, LENET);
    assert_eq!(shift(&moved, &layers, 3, 0).unwrap(), LENET);
    assert!(shift(LENET, &layers, 0, 14).is_none());
}

#[test]
fn comments_go_with_what_they_are_about() {
    let text = LENET.replace(
        "        Flatten,\n",
        "        // From here on without places.\n        Flatten, // one axis\n",
    );
    let layers = Path::to("layers");
    let moved = shift(&text, &layers, 10, 11).unwrap();
    let expected =
        "activation: relu),\n        // From here on without places.\n        Flatten, // one axis\n";
    assert!(moved.contains(expected), "{moved}");
    assert_eq!(shift(&moved, &layers, 11, 10).unwrap(), text);
    assert!(!remove(&text, &layers.index(10)).contains("without places"));
}

#[test]
fn lists_in_one_line_stay_there_and_an_empty_one_is_opened_up() {
    let text = edited(LENET, "layers", "[Flatten, Dense(units: 10, activation: softmax)]");
    let layers = Path::to("layers");
    let more = insert(&text, &layers, 2, "Flatten").unwrap();
    assert!(more.contains("layers: [Flatten, Dense(units: 10, activation: softmax), Flatten],"), "{more}");
    assert_eq!(remove(&more, &layers.clone().index(2)), text);
    let moved = shift(&text, &layers, 1, 0).unwrap();
    assert!(moved.contains("layers: [Dense(units: 10, activation: softmax), Flatten],"), "{moved}");
    let none = edited(LENET, "layers", "[]");
    let one = insert(&none, &layers, 0, "Flatten").unwrap();
    assert!(one.contains("    layers: [\n        Flatten,\n    ],\n"), "{one}");
}

#[test]
fn a_value_without_a_name_is_found_by_the_name_of_its_table() {
    let text = edited(LENET, "layers[10]", "Activation(relu)");
    let text = edited(&text, "layers[10].activation", "tanh");
    assert!(text.contains("Activation(tanh),"), "{text}");
    let text = edited(&text, "layers[10]", "Bidirectional(LSTM(units: 3))");
    assert!(edited(&text, "layers[10].layer.units", "4").contains("Bidirectional(LSTM(units: 4)),"));
}

#[test]
fn groups_are_made_where_there_are_none() {
    assert!(edited(LENET, "layers[10].x", "1").contains("Flatten(x: 1),"));
    let stopping = edited(LENET, "train.early_stopping.patience", "3");
    assert!(stopping.contains("early_stopping: (patience: 3)"), "{stopping}");
    let some = edited(FORECAST, "train.early_stopping.min_delta", "0.1");
    assert!(some.contains("early_stopping: Some((patience: 6, min_delta: 0.1)),"), "{some}");
    let none = edited(FORECAST, "train.early_stopping", "None");
    assert!(edited(&none, "train.early_stopping.patience", "3").contains("early_stopping: (patience: 3),"));
}

#[test]
fn a_text_is_written_in_lines_and_read_back_as_it_was() {
    for text in ["", "one", "a\nb", "a\n\nb \"c\" \\d\n    y = x\n\te\n", "\n", "ä\u{1b}[0m\r\n x"] {
        let written = quoted(text, 4);
        assert_eq!(ron::from_str::<String>(&written).unwrap(), text, "{written}");
        assert!(!written.contains('\u{1b}'));
    }
    assert_eq!(quoted("a\nb\n  c", 4), "\"a\\n\\\n    b\\n  c\"");
}

#[test]
fn every_description_of_a_built_in_preset_is_written_so_that_it_comes_back() {
    for entry in crate::preset::library::list().into_iter().filter(|entry| entry.file.is_none()) {
        let description = entry.loaded.unwrap().preset().description.clone();
        assert_eq!(ron::from_str::<String>(&quoted(&description, 4)).unwrap(), description);
        let typed = plain(&quoted(&description, 4)).unwrap();
        assert!(!typed.contains('\n') && typed.contains("\\n"));
        assert_eq!(of_plain(&typed), description);
    }
}

#[test]
fn a_default_is_left_out_unless_the_preset_wrote_it() {
    let change = |text: &str, place: &str, value: &str| set(text, LENET, &path(place), value).unwrap();
    // Written by the preset, so it stays.
    assert!(change(LENET, "seed", "42").contains("    seed: 42,\n"));
    for (place, value, default) in [
        ("train.clip.norm", "1.0", "None"),
        ("train.on_nan", "halve_rate", "stop"),
        ("layers[0].use_bias", "false", "true"),
        ("layers[0].kernel_regularizer.l2", "0.1", "0"),
        ("loss_options.label_smoothing", "0.1", "0.0"),
    ] {
        let changed = change(LENET, place, value);
        assert_ne!(changed, LENET, "{place}");
        assert_eq!(change(&changed, place, default), LENET, "{place}");
        assert_eq!(change(LENET, place, default), LENET, "{place}");
    }
    let forecast = leave_out(FORECAST, FORECAST, &path("train.clip.norm"));
    assert!(forecast.contains("clip: (),"), "what the preset wrote stays: {forecast}");
}
