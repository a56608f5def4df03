//! A column of counts to predict: whole numbers are classes or values, and which they are taken for is said, with the way to the other.

use crate::program::{Desk, done, said};

/// A table whose last column counts from 0 on, with so many different numbers.
fn table(different: usize) -> String {
    let mut random = crate::program::noise(7);
    let mut text = "length,weight,rings\n".to_string();
    for row in 0..different * 12 {
        let count = row % different;
        let noise = random.next().unwrap_or(0.0);
        text += &format!("{:.3},{:.3},{count}\n", count as f32 + noise * 0.2, 5.0 - noise);
    }
    text
}

#[test]
fn init_and_data_check_say_what_counts_are_taken_for_and_how_they_are_the_other() {
    let desk = Desk::new();
    desk.put("few.csv", table(13));
    desk.put("many.csv", table(30));
    let few = "the label 'rings' has 13 different whole numbers, 0 to 12, and up to 20 are taken for classes, of which none is more than \
               another; ";
    let many = "the label 'rings' has 30 different whole numbers, 0 to 29, and more than 20 are taken for values, of which one is more \
                than another; ";
    for (file, sentence, other) in [("few", few, "values"), ("many", many, "classes")] {
        let data = format!("{file}.csv");
        let told = done(&desk, &["init", &data]);
        assert!(told.contains(&format!("{sentence}init --task {other} takes them for {other}")), "{told}");
        let preset = std::fs::read_to_string(desk.path(&format!("{file}.ron"))).expect("a preset");
        assert!(preset.contains(sentence), "{preset}");
        let checked = done(&desk, &["data", "check", &data]);
        assert!(checked.contains(&format!("{sentence}task: {other} in a preset")), "{checked}");
    }
    // The other way is as good as its word.
    done(&desk, &["init", "few.csv", "--task", "values", "-o", "values.ron"]);
    done(&desk, &["train", "values.ron", "--quiet"]);
    let error = desk.lines(&["eval", "last", "--json"], b"")[0]["metrics"]["rmse"].as_f64().expect("an RMSE");
    assert!(error < 1.0, "{error}");
    done(&desk, &["init", "many.csv", "--task", "classes", "-o", "classes.ron"]);
    let preset = std::fs::read_to_string(desk.path("classes.ron")).expect("a preset");
    assert!(
        preset.contains("task: classes,") && preset.contains("Dense(units: 30, activation: softmax)"),
        "{preset}"
    );
    assert!(said(&desk, &["init", "few.csv", "--task", "ranks"]).0.contains("classes, values"));
    // Who says what they are is not told.
    let told = done(&desk, &["init", "few.csv", "--task", "classes", "-o", "said.ron"]);
    assert!(!told.contains("different whole numbers"), "{told}");
}
