//! Compares with scikit-learn.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::*;

/// Written by `tests/reference/sklearn_report.py`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    task: String,
    outputs: Vec<Vec<f64>>,
    truths: Vec<Vec<f64>>,
    expected: BTreeMap<String, Value>,
}

fn cases(task: &str) -> Vec<(Case, Assessment)> {
    let text = include_str!("../../../tests/reference/sklearn_report.json");
    let cases: Vec<Case> = serde_json::from_str(text).unwrap();
    let cases = cases.into_iter().filter(|case| case.task == task);
    let judged = cases.map(|case| {
        let width = case.outputs[0].len();
        let answers = Comparison {
            task: match task {
                "classes" => Task::Multiclass,
                "labels" => Task::Multilabel,
                _ => Task::Regression,
            },
            names: (0..width).map(|place| place.to_string()).collect(),
            width,
            outputs: case.outputs.concat(),
            truths: case.truths.concat(),
            values: Vec::new(),
            places: Vec::new(),
            files: Vec::new(),
            captions: Vec::new(),
        };
        let assessment = Assessment::of(&answers).unwrap();
        (case, assessment)
    });
    judged.collect()
}

#[track_caller]
fn equal(ours: f64, theirs: &Value, what: &str) {
    let theirs = theirs.as_f64().unwrap_or_else(|| panic!("{what}: {theirs} is no number"));
    assert!((ours - theirs).abs() <= 1e-9 * theirs.abs().max(1.0), "{what}: {ours}, not {theirs}");
}

fn equal_class(ours: &ClassScores, theirs: &Value) {
    equal(ours.precision, &theirs["precision"], "precision");
    equal(ours.recall, &theirs["recall"], "recall");
    equal(ours.f1, &theirs["f1"], "F1");
    assert_eq!(ours.support, theirs["support"]);
}

fn equal_average(ours: &Average, theirs: &Value) {
    equal(ours.precision, &theirs["precision"], "precision");
    equal(ours.recall, &theirs["recall"], "recall");
    equal(ours.f1, &theirs["f1"], "F1");
}

#[test]
fn classes_are_judged_as_scikit_learn_judges_them() {
    let all = cases("classes");
    assert_eq!(all.len(), 2);
    for (case, assessment) in all {
        let (Assessment::Classes(ours), theirs) = (assessment, &case.expected) else {
            panic!("{}", case.name)
        };
        equal(ours.accuracy, &theirs["accuracy"], "accuracy");
        for class in &ours.classes {
            match theirs["classes"].get(&class.name) {
                Some(theirs) => equal_class(class, theirs),
                None => assert_eq!((class.support, class.f1, class.roc_auc), (0, 0.0, None), "{}", case.name),
            }
            if let Some(area) = theirs["roc_auc"].get(&class.name) {
                equal(class.roc_auc.unwrap(), area, "ROC AUC");
            }
        }
        equal_average(&ours.macro_average, &theirs["macro_average"]);
        equal_average(&ours.weighted_average, &theirs["weighted_average"]);
        equal(ours.macro_average.roc_auc.unwrap(), &theirs["macro_roc_auc"], "macro ROC AUC");
        for top in &ours.top {
            equal(top.accuracy, &theirs["top"][top.k.to_string()], "top k");
        }
        assert_eq!(ours.top.len(), theirs["top"].as_object().unwrap().len());
        let calibration = ours.calibration.unwrap();
        equal(calibration.brier, &theirs["brier"], "Brier score");
        equal(calibration.expected_error, &theirs["expected_error"], "expected calibration error");
        assert_eq!(serde_json::json!(ours.confusion), theirs["confusion"]);
    }
}

#[test]
fn labels_are_judged_as_scikit_learn_judges_them() {
    let all = cases("labels");
    let [(case, Assessment::Labels(ours))] = &all[..] else { panic!("one case of labels") };
    let theirs = &case.expected;
    equal(ours.accuracy, &theirs["accuracy"], "accuracy");
    equal(ours.exact, &theirs["exact"], "subset accuracy");
    ours.labels.iter().for_each(|label| equal_class(label, &theirs["labels"][&label.name]));
    equal_average(&ours.micro_average, &theirs["micro_average"]);
    equal_average(&ours.macro_average, &theirs["macro_average"]);
    equal_average(&ours.weighted_average, &theirs["weighted_average"]);
    equal(ours.macro_average.roc_auc.unwrap(), &theirs["macro_roc_auc"], "macro ROC AUC");
}

#[test]
fn values_are_judged_as_scikit_learn_judges_them() {
    let all = cases("values");
    assert_eq!(all.len(), 2);
    for (case, assessment) in all {
        let Assessment::Values(ours) = assessment else { panic!("{}", case.name) };
        let equal_scores = |ours: &OutputScores, theirs: &Value| {
            equal(ours.mae, &theirs["mae"], "MAE");
            equal(ours.rmse, &theirs["rmse"], "RMSE");
            equal(ours.r_squared.unwrap(), &theirs["r_squared"], "R²");
            equal(ours.median_error, &theirs["median_error"], "median error");
            equal(ours.largest_error, &theirs["largest_error"], "largest error");
        };
        equal_scores(&ours.all, &case.expected["all"]);
        for (ours, theirs) in ours.outputs.iter().zip(case.expected["outputs"].as_array().unwrap()) {
            equal_scores(ours, theirs);
        }
        let [worst, ..] = &ours.largest[..] else { panic!("five of them") };
        equal((worst.truth - worst.prediction).abs(), &case.expected["all"]["largest_error"], "the worst");
    }
}

#[test]
fn outputs_that_are_no_probabilities_have_no_calibration() {
    let answers = Comparison {
        task: Task::Multiclass,
        names: ["a", "b", "c"].map(String::from).to_vec(),
        width: 3,
        outputs: vec![2.0, -1.0, 0.0],
        truths: vec![1.0, 0.0, 0.0],
        values: Vec::new(),
        places: vec![1],
        files: Vec::new(),
        captions: vec![None],
    };
    let Some(Assessment::Classes(classes)) = Assessment::of(&answers) else { panic!("it has classes") };
    assert_eq!((classes.calibration, classes.accuracy), (None, 1.0));
    assert_eq!(Assessment::of(&Comparison { outputs: vec![], truths: vec![], ..answers }), None);
}
