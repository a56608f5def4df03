//! Tables of which several columns are predicted at once: values, each in its own unit, and labels that are there or not.

use std::fmt::Write;

use serde_json::Value;

use crate::program::{Desk, done, noise, npy, said};

/// Rows of a heating and a cooling load by two sizes and a word, as those of buildings: `a,b,word,Y1,Y2`.
fn buildings(rows: usize) -> Vec<(f64, f64, &'static str, f64, f64)> {
    let mut random = noise(5);
    let mut next = || f64::from(random.next().unwrap_or_default());
    let row = |_| {
        let (a, b, flat) = (next() * 10.0, next() * 4.0 - 2.0, next() < 0.5);
        let word = if flat { "flat" } else { "steep" };
        (a, b, word, 2.0 * a + 3.0 * b, 5000.0 - 100.0 * a + if flat { 250.0 } else { 0.0 })
    };
    (0..rows).map(row).collect()
}

fn table(rows: &[(f64, f64, &str, f64, f64)]) -> String {
    let mut text = "a,b,word,Y1,Y2\n".to_string();
    for (a, b, word, first, second) in rows {
        writeln!(text, "{a},{b},{word},{first},{second}").expect("memory");
    }
    text
}

/// The columns of a table of answers, by their names.
fn columns(desk: &Desk, file: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = std::fs::read_to_string(desk.path(file)).expect("a table");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().expect("a head").iter().map(str::to_string).collect();
    let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_string).collect());
    (head, rows.collect())
}

fn numbers(rows: &[Vec<String>], place: usize) -> Vec<f64> {
    rows.iter().map(|row| row[place].parse().expect("a number")).collect()
}

#[test]
fn several_values_are_predicted_at_once_each_in_its_own_unit() {
    let desk = Desk::new();
    let rows = buildings(320);
    desk.put("t.csv", table(&rows));
    let told = done(&desk, &["init", "t.csv", "--target", "Y1", "--target", "Y2", "-o", "i.ron"]);
    assert!(told.contains("look at it"), "{told}");
    let preset = std::fs::read_to_string(desk.path("i.ron")).expect("a preset");
    assert!(preset.contains("label: [\"Y1\", \"Y2\"]") && preset.contains("Dense(units: 2)"), "{preset}");
    // In one option, as people type it.
    done(&desk, &["init", "t.csv", "--target", "Y1, Y2", "-o", "j.ron"]);
    assert_eq!(std::fs::read_to_string(desk.path("j.ron")).expect("a preset"), preset);
    done(&desk, &["train", "i.ron", "--epochs", "60", "--quiet"]);
    desk.put("q.csv", "Y2,word,B,a\n0,flat,1,5\n0,steep,-1,2\n");
    done(&desk, &["predict", "last", "q.csv", "-o", "said.csv"]);
    let (head, said_rows) = columns(&desk, "said.csv");
    assert_eq!(head[head.len() - 2..], ["prediction Y1", "prediction Y2"]);
    let (first, second) = (numbers(&said_rows, head.len() - 2), numbers(&said_rows, head.len() - 1));
    // 2 a + 3 b, and 5000 - 100 a with 250 more where it is flat.
    for (place, (one, other)) in [(13.0, 4750.0), (1.0, 4800.0)].into_iter().enumerate() {
        assert!((first[place] - one).abs() < 3.0, "{first:?}");
        assert!((second[place] - other).abs() < 150.0, "{second:?}");
    }
    // The scores are those of the predictions by their formulas.
    let words = ["eval", "last", "--data", "t.csv", "--report", "--json", "--predictions", "p.csv"];
    let report = &desk.lines(&words, b"")[0];
    let (head, all) = columns(&desk, "p.csv");
    assert_eq!(head, ["row", "truth Y1", "truth Y2", "prediction Y1", "prediction Y2"]);
    let outputs = &report["report"]["outputs"];
    for (place, name) in ["Y1", "Y2"].into_iter().enumerate() {
        let (truth, said) = (numbers(&all, 1 + place), numbers(&all, 3 + place));
        let own: Vec<f64> = rows.iter().map(|row| if place == 0 { row.3 } else { row.4 }).collect();
        assert_eq!(truth, own, "the truth is the table's to the last digit");
        let count = truth.len() as f64;
        let mean = truth.iter().sum::<f64>() / count;
        let errors: Vec<f64> = truth.iter().zip(&said).map(|(truth, said)| truth - said).collect();
        let squares = errors.iter().map(|error| error * error).sum::<f64>();
        let spread = truth.iter().map(|truth| (truth - mean).powi(2)).sum::<f64>();
        let wanted = [
            ("mae", errors.iter().map(|error| error.abs()).sum::<f64>() / count),
            ("rmse", (squares / count).sqrt()),
            ("r_squared", 1.0 - squares / spread),
        ];
        assert_eq!(outputs[place]["name"], *name);
        for (score, wanted) in wanted {
            let found = outputs[place][score].as_f64().expect("a score");
            assert!(
                (found - wanted).abs() < 1e-4 * wanted.abs().max(1.0),
                "{name} {score}: {found}, {wanted}"
            );
        }
    }
    let told = done(&desk, &["eval", "last"]);
    assert!(told.contains("each target's own unit, averaged over the targets"), "{told}");
}

#[test]
fn a_table_and_arrays_of_the_same_numbers_give_the_same_training() {
    let desk = Desk::new();
    let rows = buildings(120);
    let mut text = "Y2,a,b,Y1\n".to_string();
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for (a, b, _, first, second) in &rows {
        writeln!(text, "{second},{a},{b},{first}").expect("memory");
        inputs.extend([*a, *b].into_iter().flat_map(f64::to_le_bytes));
        targets.extend([*first, *second].into_iter().flat_map(f64::to_le_bytes));
    }
    desk.put("t.csv", text);
    desk.put("x.npy", npy("<f8", "(120, 2)", &inputs));
    desk.put("y.npy", npy("<f8", "(120, 2)", &targets));
    let losses = |source: &str| {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: {source}, test: 0.25), layers: [Dense(units: 8, activation: relu), Dense(units: 2)],
              loss: mean_squared_error, optimizer: Adam(learning_rate: 0.02), train: (epochs: 3, batch_size: 8))"
        ));
        done(&desk, &["train", "own.ron", "--quiet"]);
        let evaluated = &desk.lines(&["eval", "last", "--json"], b"")[0];
        [&evaluated["loss"], &evaluated["metrics"]["mae"], &evaluated["metrics"]["rmse"]].map(Value::clone)
    };
    let of_table = losses("csv(file: \"t.csv\", label: [\"Y1\", \"Y2\"])");
    assert!(of_table.iter().all(Value::is_number), "{of_table:?}");
    assert_eq!(of_table, losses("npy(inputs: \"x.npy\", targets: \"y.npy\")"));
}

#[test]
fn several_labels_that_are_there_or_not_are_told_by_their_names() {
    let desk = Desk::new();
    let mut random = noise(8);
    let mut next = || f64::from(random.next().unwrap_or_default());
    let mut text = "x,z,drama,comedy,war\n".to_string();
    for _ in 0..300 {
        let (x, z) = (next() * 2.0 - 1.0, next() * 2.0 - 1.0);
        let yes = |is: bool| if is { "True" } else { "False" };
        writeln!(text, "{x},{z},{},{},{}", yes(x > 0.0), yes(z > 0.0), u8::from(x + z > 0.5))
            .expect("memory");
    }
    desk.put("films.csv", text);
    done(&desk, &["init", "films.csv", "--target", "drama,comedy,war", "-o", "i.ron"]);
    let preset = std::fs::read_to_string(desk.path("i.ron")).expect("a preset");
    assert!(
        preset.contains("binary_crossentropy") && preset.contains("Dense(units: 3, activation: sigmoid)")
    );
    done(&desk, &["train", "i.ron", "--epochs", "80", "--quiet"]);
    desk.put("q.csv", "x,z\n0.9,0.9\n-0.9,0.9\n");
    let answers = desk.lines(&["predict", "last", "q.csv", "--json"], b"");
    let sure = |answer: &Value, name: &str| answer["values"][name].as_f64().unwrap_or(f64::NAN) > 0.5;
    assert_eq!(["drama", "comedy", "war"].map(|name| sure(&answers[0], name)), [true; 3], "{answers:?}");
    assert_eq!(
        ["drama", "comedy", "war"].map(|name| sure(&answers[1], name)),
        [false, true, false],
        "{answers:?}"
    );
    let report = &desk
        .lines(&["eval", "last", "--data", "films.csv", "--report", "--json", "--predictions", "p.csv"], b"")
        [0];
    let (head, all) = columns(&desk, "p.csv");
    assert_eq!(head[1..4], ["truth drama", "truth comedy", "truth war"]);
    for (place, name) in ["drama", "comedy", "war"].into_iter().enumerate() {
        let (truth, said) = (numbers(&all, 1 + place), numbers(&all, 4 + place));
        let of = |is: &dyn Fn(bool, bool) -> bool| {
            truth.iter().zip(&said).filter(|(truth, said)| is(**truth == 1.0, **said > 0.5)).count() as f64
        };
        let right = of(&|truth, said| truth && said);
        // 2 p r / (p + r) is 2 TP / (2 TP + FP + FN).
        let f1 = 2.0 * right / (2.0 * right + of(&|truth, said| truth != said));
        let label = &report["report"]["labels"][place];
        assert_eq!(label["name"], *name);
        assert!((label["f1"].as_f64().expect("a score") - f1).abs() < 1e-9, "{label}");
    }
    let checked = done(&desk, &["data", "check", "films.csv", "--label", "drama,comedy,war"]);
    assert!(checked.contains("label 'drama'") && checked.contains("of 300 rows, else 0"), "{checked}");
}

#[test]
fn columns_with_a_single_one_a_row_are_classes_by_their_names() {
    let desk = Desk::new();
    let mut text = "x,cat,dog,owl\n".to_string();
    for row in 0..120 {
        let one = |place| u8::from(row % 3 == place);
        writeln!(text, "{},{},{},{}", row % 3 * 10 + row / 40, one(0), one(1), one(2)).expect("memory");
    }
    desk.put("t.csv", text);
    done(&desk, &["init", "t.csv", "--target", "cat,dog,owl", "-o", "i.ron"]);
    done(&desk, &["train", "i.ron", "--quiet"]);
    desk.put("q.csv", "x\n1\n11\n21\n");
    assert_eq!(desk.classes("q.csv", b""), ["cat", "dog", "owl"]);
    let evaluated = &desk.lines(&["eval", "last", "--data", "t.csv", "--json"], b"")[0];
    assert_eq!(evaluated["accuracy"], 1.0, "{evaluated}");
}

#[test]
fn what_several_labels_cannot_be_is_refused_with_a_way_out() {
    let desk = Desk::new();
    let rows = buildings(60);
    desk.put("t.csv", table(&rows));
    let refused = |source: &str| {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: csv({source})), layers: [Dense(units: 2)],
              loss: mean_squared_error, optimizer: Adam(), train: (epochs: 1, batch_size: 8))"
        ));
        desk.failure(&["train", "own.ron"]).0
    };
    for (source, problem) in [
        (
            "file: \"t.csv\", label: [\"Y1\", \"word\"]",
            "the label 'word' has words: several labels are numbers each",
        ),
        ("file: \"t.csv\", label: [\"Y1\", \"Y1\"]", "the column 'Y1' is named twice"),
        ("file: \"t.csv\", label: [\"Y1\", \"4\"]", "the column 'Y1' is named twice as a label"),
        ("file: \"t.csv\", label: [\"Y1\", \"Y3\"]", "there is no column 'Y3'"),
        ("file: \"t.csv\", label: [\"a\", \"b\", \"word\", \"Y1\", \"Y2\"]", "every column is a label"),
        ("file: \"t.csv\", label: [\"Y1\", \"Y2\"], task: classes", "task: classes is for one label"),
        ("file: \"t.csv\", label: \"Y1,Y2\"", "label: [\"Y1\", \"Y2\"] names several"),
    ] {
        let told = refused(source);
        assert!(told.contains(problem), "{source}: {told}");
    }
    // A row without one of them is refused, or left out; in a test table all are needed.
    let mut gaps = table(&rows);
    gaps.push_str("1,1,flat,5,\n");
    desk.put("g.csv", gaps);
    let told = refused("file: \"g.csv\", label: [\"Y1\", \"Y2\"]");
    assert!(told.contains("column 5 ('Y2'): the label is missing"), "{told}");
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"g.csv\", label: [\"Y1\", \"Y2\"], skip_broken: true)),
          layers: [Dense(units: 2)], loss: mean_squared_error, optimizer: Adam(), train: (epochs: 1, batch_size: 8))",
    );
    let (told, is_done) = said(&desk, &["train", "own.ron"]);
    assert!(is_done && told.contains("a row is left out because it is broken"), "{told}");
    desk.put("one.csv", "a,b,word,Y2\n1,1,flat,5\n");
    let told = desk.failure(&["eval", "last", "--data", "one.csv"]).0;
    assert!(told.contains("no column 'Y1'"), "{told}");
}
