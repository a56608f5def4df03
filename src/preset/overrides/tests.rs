//! Changes of presets as they are typed.

use super::super::layers::{Conv2D, Layer};
use super::super::optimizers::{Optimizer, Sgd};
use super::super::procedure::Procedure;
use super::*;

const CNN: &str = include_str!("../../../presets/mnist-cnn.ron");

#[test]
fn values_are_replaced_by_path() {
    let text = apply(CNN, "train.epochs=2").unwrap();
    let text = apply(&text, "optimizer.learning_rate=0.01").unwrap();
    let text = apply(&text, "layers.0.filters = 8").unwrap();
    let text = apply(&text, "data.train_samples=1000").unwrap();
    let preset = parse(&text, "x").unwrap();
    assert_eq!((preset.train.epochs, preset.optimizer.learning_rate()), (2, 0.01));
    assert!(matches!(preset.layers[0], Layer::Conv2D(Conv2D { filters: 8, .. })));
    assert_eq!(preset.data.train_samples, Some(1000));
    let text = apply(&text, "optimizer=SGD(momentum: 0.9)").unwrap();
    assert!(matches!(parse(&text, "x").unwrap().optimizer, Optimizer::Sgd(Sgd { momentum: 0.9, .. })));
}

#[test]
fn a_path_may_name_the_variants_on_its_way_as_runs_show_prints_them() {
    let of_table = CNN.replace("source: mnist", "source: csv(file: \"a.csv\")");
    for assignment in ["data.source.csv.label=\"y\"", "data.source.label=\"y\""] {
        assert!(apply(&of_table, assignment).unwrap().contains("csv(file: \"a.csv\", label: \"y\")"));
    }
    let text = apply(CNN, "layers.0.Conv2D.filters=8").unwrap();
    assert!(matches!(parse(&text, "x").unwrap().layers[0], Layer::Conv2D(Conv2D { filters: 8, .. })));
    let wrong = apply(&of_table, "data.source.npz.label=\"y\"").unwrap_err();
    assert!(wrong.problem.contains("'npz'"), "{}", wrong.problem);
    // A column that has a variant's name is a column.
    let text = apply(&of_table, "data.source.columns={\"category\": category}").unwrap();
    assert!(apply(&text, "data.source.columns.category=number").unwrap().contains("\"category\": number"));
}

#[test]
fn fields_are_set_inside_groups_that_the_text_leaves_out() {
    let set = |text: &str, assignment| parse(&apply(text, assignment).unwrap(), "x").unwrap();
    assert_eq!(set(CNN, "train.clip.norm=1").train.clip.norm, Some(1.0));
    assert_eq!(set(CNN, "loss_options.label_smoothing=0.1").loss_options.label_smoothing, 0.1);
    let patience =
        |preset: crate::preset::Preset| preset.train.early_stopping.map(|stopping| stopping.patience);
    let sp500 = include_str!("../../../presets/sp500-forecast.ron");
    assert_eq!(patience(set(sp500, "train.early_stopping.patience=3")), Some(3));
    for written in ["None", "(patience: 7)", "Some((patience: 7))", "(patience: 7, min_delta: 0.1)"] {
        let text = apply(CNN, &format!("train.early_stopping={written}")).unwrap();
        assert_eq!(patience(set(&text, "train.early_stopping.patience=3")), Some(3), "{written}");
    }
    assert_eq!(set(CNN, "data.augment.rotate=5").data.augment.rotate, 5.0);
    assert_eq!(set(CNN, "layers[0].kernel_regularizer.l2=0.01").layers.len(), 5);
}

#[test]
fn a_variant_may_be_named_without_its_settings() {
    let set = |assignment| parse(&apply(CNN, assignment).unwrap(), "x").unwrap();
    assert_eq!(set("optimizer=SGD").optimizer, set("optimizer=SGD()").optimizer);
    assert_eq!(set("train.schedule=cosine").train.schedule, set("train.schedule=cosine()").train.schedule);
    assert!(apply(CNN, "optimizer=SGDD").unwrap_err().to_string().contains("SGDD"));
    // Of one that needs settings, the missing one is named.
    let decoder = "procedure.decoder=[Dense(units: 784)]".to_string();
    let both = apply_all(CNN, &[decoder, "procedure=autoencoder".into()]).unwrap();
    assert!(matches!(parse(&both, "x").unwrap().procedure, Procedure::Autoencoder(_)));
    let refused = apply(CNN, "procedure=autoencoder").unwrap_err().to_string();
    assert!(refused.contains("'decoder'") && refused.contains("missing"), "{refused}");
}

#[test]
fn the_kind_of_a_column_is_set_by_its_name() {
    let table = CNN.replace("source: mnist", "source: csv(file: \"t.csv\")");
    assert_ne!(table, CNN);
    let unnamed = table.replace("\"t.csv\"", "\"t.csv\", columns: {\"\": ignore, \"b\": number}");
    let changed = apply(&unnamed, "data.source.columns.b=category").unwrap();
    assert!(changed.contains("{\"\": ignore, \"b\": category}"), "{changed}");
    let text = apply(&table, "data.source.columns.age=number(missing: median)").unwrap();
    let text = apply(&text, "data.source.columns.name=ignore").unwrap();
    let text = apply(&text, "data.source.columns.age.flag=true").unwrap();
    let kinds = "columns: {\"age\": number(missing: median, flag: true), \"name\": ignore}";
    assert!(text.contains(kinds), "{text}");
    for (file, written) in [
        ("u.csv", "\"u.csv\""),
        ("[t.csv, u.csv]", "[\"t.csv\", \"u.csv\"]"),
        ("C:\\u.csv", "\"C:\\\\u.csv\""),
    ] {
        let changed = apply(&text, &format!("data.source.file={file}")).unwrap();
        assert!(changed.contains(&format!("file: {written}")), "{changed}");
    }
    let refused = apply(&text, "data.source.file=[\"t.csv\"").unwrap_err().to_string();
    assert!(refused.contains("takes a path in quotes, or […] with several"), "{refused}");
    assert!(refused.contains("a ']' is missing at its end"), "{refused}");
    let refused = apply(&text, "data.source.columns.name=nothing").unwrap_err().to_string();
    assert!(refused.contains("nothing") && refused.contains("category"), "{refused}");
}

#[test]
fn a_refusal_speaks_of_what_was_typed() {
    let refusal = |assignment| apply(CNN, assignment).unwrap_err().to_string();
    assert_eq!(
        refusal("train.epochs=many"),
        "--set train.epochs=many: 'many' is not such a value\n  help: train.epochs takes a whole number from 1; for example \
         --set train.epochs=1"
    );
    assert!(refusal("data.shuffle=yes").contains("data.shuffle takes true or false"));
    assert!(refusal("loss=mse").contains("loss takes one of mean_squared_error"));
    assert!(refusal("data.source=csv(file: 3)").starts_with("--set data.source=csv(file: 3): "));
    assert_eq!(
        refusal("data.test=none"),
        "--set data.test=none: 'none' is not such a value\n  help: --set data.test=None leaves it out"
    );
    // Of a field that has to be there, the values are named.
    assert!(refusal("train.epochs=none").contains("train.epochs takes a whole number"));
    let schedule = refusal("train.schedule.gamma=0.5");
    assert!(schedule.contains("train.schedule has no field gamma as it is"), "{schedule}");
    assert!(schedule.contains("step, exponential"), "{schedule}");
}

#[test]
fn changes_may_come_in_any_order() {
    let all = |changes: &[&str]| {
        let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
        apply_all(CNN, &changes)
            .map(|text| parse(&text, "cnn.ron").unwrap())
            .map_err(|error| error.to_string())
    };
    for changes in [["data.fold.k=2", "data.fold.of=5"], ["data.fold.of=5", "data.fold.k=2"]] {
        let fold = all(&changes).unwrap().data.fold.unwrap();
        assert_eq!((fold.k, fold.of), (2, 5));
    }
    let first = ["procedure=autoencoder", "procedure.decoder=[Dense(units: 784)]", "procedure.noise=0.25"];
    let last = [first[2], first[1], first[0]];
    assert_eq!(all(&first).unwrap(), all(&last).unwrap());
    assert!(matches!(all(&first).unwrap().procedure, Procedure::Autoencoder(_)));
    // What is left undone, or wrong, is the fault of its own change.
    assert!(all(&["train.epochs=2", "data.fold.k=2"]).unwrap_err().contains("--set data.fold.k=2"));
    let shown = all(&["data.fold.k=2", "train.epochs=many", "data.fold.of=5"]).unwrap_err();
    assert!(shown.contains("--set train.epochs=many: 'many' is not such a value"), "{shown}");
}

#[test]
fn numbers_below_0_are_refused_in_words() {
    let shown = |change: &str| apply(CNN, change).unwrap_err().to_string();
    assert!(
        shown("layers.-1.units=3").contains("there is no layers.-1.units"),
        "{}",
        shown("layers.-1.units=3")
    );
    assert!(shown("layers[-1].units=3").contains("count list places from 0"));
    let seed = shown("seed=-1");
    assert!(
        seed.contains("'-1' is not such a value") && seed.contains("seed takes a whole number"),
        "{seed}"
    );
}

#[test]
fn a_path_that_leads_nowhere_is_refused_with_the_valid_names() {
    let shown = apply(CNN, "train.epoch=2").unwrap_err().to_string();
    assert!(shown.contains("unknown field 'epoch'") && shown.contains("did you mean epochs?"), "{shown}");
    assert!(apply(CNN, "layers.9.filters=2").unwrap_err().to_string().contains("there is no layers[9]"));
    let shown = apply(CNN, "train.epochs").unwrap_err().to_string();
    assert!(shown.contains("no '='") && shown.contains("for example --set train.epochs=1"), "{shown}");
    assert!(apply(CNN, "train.epochs=many").is_err());
}

#[test]
fn a_change_that_is_wrong_by_itself_is_refused_whatever_the_others_say() {
    for wrong in
        ["train.epochs=many", "train.epochs=", "train.epochs=2.5", "train.epochs=-1", "train.epochs=None"]
    {
        let changes = [wrong.to_string(), "train.epochs=1".to_string()];
        let refused = apply_all(CNN, &changes).unwrap_err().to_string();
        assert!(refused.starts_with(&format!("--set {wrong}: ")), "{refused}");
        assert!(
            refused.contains("train.epochs takes ") && refused.contains("--set train.epochs=1"),
            "{refused}"
        );
    }
    // Of two that are right, the last one counts.
    let changes = ["train.epochs=3".to_string(), "train.epochs=1".to_string()];
    assert_eq!(parse(&apply_all(CNN, &changes).unwrap(), "x").unwrap().train.epochs, 1);
}

#[test]
fn every_refusal_says_what_is_wrong_in_our_words_and_gives_an_example() {
    let table = CNN.replace("source: mnist", "source: csv(file: \"t.csv\")");
    for (assignment, problem, help) in [
        (
            "data.source.separator=;;",
            "';;' is not such a value",
            "one sign in quotes, as in ';'; for example --set 'data.source.separator=;'",
        ),
        (
            "data.source.columns=age",
            "'age' is not such a value",
            "--set 'data.source.columns={\"age\": number}'",
        ),
        (
            "data.source.columns.age=nothing",
            "'nothing' is not such a value",
            "one of number, boolean, category, date, ignore",
        ),
        ("optimizer=5", "'5' is not such a value", "optimizer takes one of SGD,"),
        ("optimizer=Adam(", "a ')' is missing at its end", "single quotes around the whole"),
        (
            "optimizer=Adam(learning_rate: x)",
            "'x' is not such a value of optimizer.learning_rate",
            "optimizer.learning_rate takes a number",
        ),
        ("optimizer=Adam(rate: 1)", "unknown field 'rate' of optimizer", "learning_rate"),
        ("optimizer=Adam()junk", "behind the value stands 'junk'", "optimizer takes one of"),
        (
            "layers=5",
            "'5' is not such a value",
            "layers takes a list in brackets; for example --set 'layers=[Dense(units: 16)]'",
        ),
        (
            "layers=[Dense(units: x)]",
            "'x' is not such a value of layers[0].units",
            "layers[0].units takes a whole number from 1; for example --set layers.0.units=16",
        ),
        ("layers.0.filters.x=3", "layers[0].filters has no fields", "layers[0].filters takes a whole number"),
        (
            "train.clip=5",
            "'5' is not such a value",
            "train.clip takes a group of fields; for example --set 'train.clip=(norm: 1.0)'",
        ),
        (
            "train.epochs=2, seed: 5",
            "behind the value stands ', seed: 5'",
            "train.epochs takes a whole number",
        ),
        ("train=(epochs: 2", "a ')' is missing", "train takes a group of fields"),
        ("=3", "no path stands before the '='", "--set train.epochs=2"),
    ] {
        let refused = apply(&table, assignment).unwrap_err().to_string();
        assert!(refused.starts_with(&format!("--set {assignment}: {problem}")), "{refused}");
        assert!(refused.contains(help), "{refused}");
    }
    let set = |assignment: &str| apply(&table, assignment).unwrap();
    assert!(set("data.source.separator=;").contains("separator: ';'"));
    assert!(set("data.source.separator=\";\"").contains("separator: \";\""));
    assert!(set("name=abc").contains("name: \"abc\""));
    assert!(set("title=two words, and more").contains("title: \"two words, and more\""));
}
