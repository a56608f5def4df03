//! Numbers are what their digits say: whole ones beyond 2^53 are not run together, and a year of two digits is not one of the first
//! century.

use crate::program::{self, Desk, said};

/// Two whole numbers that double precision has one number for: 2^60 and 2^60 + 1.
const BIG: [&str; 2] = ["1152921504606846976", "1152921504606846977"];

#[test]
fn whole_numbers_that_double_precision_runs_together_are_classes_of_their_own() {
    let desk = Desk::new();
    for labels in [BIG, ["12345678901234567890", "12345678901234567892"]] {
        // `init` writes over no preset.
        let _ = std::fs::remove_file(desk.path("own.ron"));
        let row = |n: usize| format!("{},{}\n", n % 40, labels[usize::from(n % 40 > 19)]);
        desk.put("t.csv", format!("x,y\n{}", (0..80).map(row).collect::<String>()));
        let (text, is_done) = said(&desk, &["init", "t.csv", "-o", "own.ron"]);
        assert!(is_done, "{text}");
        let preset = std::fs::read_to_string(desk.path("own.ron")).expect("a preset");
        assert!(labels.iter().all(|label| preset.contains(label)), "{preset}");
        assert!(desk.trained() > 0.8);
        desk.put("ask.csv", "x\n2\n38\n");
        assert_eq!(desk.classes("ask.csv", b""), labels);
        let scored = desk.lines(&["eval", "last", "--data", "t.csv", "--json"], b"");
        assert!(scored[0]["accuracy"].as_f64().expect("an accuracy") > 0.8, "{scored:?}");
    }
}

#[test]
fn numbers_that_a_network_sees_as_one_are_told_and_are_no_constant() {
    let desk = Desk::new();
    let row = |n: usize| format!("{},{},{}\n", BIG[n % 2], n % 40, ["no", "yes"][usize::from(n % 40 > 19)]);
    desk.put("t.csv", format!("u,x,y\n{}", (0..80).map(row).collect::<String>()));
    desk.preset("csv(file: \"t.csv\")", "");
    let (text, is_done) = said(&desk, &["data", "check", "t.csv"]);
    assert!(is_done && !text.contains("a constant teaches nothing"), "{text}");
    assert!(text.contains("2 different, which are all 1.152921504606847e18 in double precision"), "{text}");
    let told = "'u' has 2 different numbers, of which a network sees 1";
    assert!(text.contains(told), "{text}");
    assert_eq!(said(&desk, &["train", "own.ron", "--epochs", "1"]).0.matches(told).count(), 1);
}

/// As pandas' `to_datetime(format=…)` refuses it.
#[test]
fn a_year_of_two_digits_is_none_of_the_first_century() {
    let desk = Desk::new();
    let row = |n: usize| format!("{:02}.12.2022,{}\n", n % 28 + 1, ["no", "yes"][usize::from(n % 28 > 13)]);
    let rows: String = (0..84).map(row).collect();
    desk.put("t.csv", format!("day,y\n{rows}22.12.22,yes\n"));
    desk.preset("csv(file: \"t.csv\", columns: {\"day\": date(format: \"%d.%m.%Y\")})", "");
    let (text, is_done) = said(&desk, &["train", "own.ron"]);
    assert!(!is_done && text.contains("line 86, column 1 ('day'): '22.12.22'"), "{text}");
    desk.put("t.csv", format!("day,y\n{rows}"));
    desk.trained();
    desk.put("ask.csv", "day\n22.12.22\n22.12.2022\n");
    let (text, is_done) = said(&desk, &["predict", "last", "ask.csv", "--json"]);
    assert!(!is_done && text.contains("'22.12.22'") && text.contains("1 of 2 rows"), "{text}");
}

/// A `.npy` file of whole numbers.
fn npy(numbers: &[i64]) -> Vec<u8> {
    let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    program::npy("<i8", &format!("({},)", numbers.len()), &bytes)
}

#[test]
fn labels_of_an_array_keep_all_their_digits_as_classes_and_are_told_as_values() {
    let desk = Desk::new();
    let inputs: Vec<i64> = (0..80).map(|row| row % 40).collect();
    let big = 1_i64 << 60;
    desk.put("x.npy", npy(&inputs));
    desk.put("y.npy", npy(&inputs.iter().map(|x| big + i64::from(*x > 19)).collect::<Vec<_>>()));
    desk.preset("npy(inputs: \"x.npy\", targets: \"y.npy\")", "");
    let (told, is_done) = said(&desk, &["train", "own.ron"]);
    assert!(
        is_done && told.contains("2 different numbers, and as values a network sees 1 of them"),
        "{told}"
    );
    desk.put("ask.npy", npy(&[2, 38]));
    assert_eq!(desk.classes("ask.npy", b""), BIG);
    // More than there can be classes are values.
    desk.put("x.npy", npy(&(0..1500).collect::<Vec<_>>()));
    desk.put("y.npy", npy(&(0..1500).map(|row| big + row).collect::<Vec<_>>()));
    let values = "layers: [Dense(units: 1)], loss: mean_squared_error, optimizer: Adam(learning_rate: 0.02), train: (epochs: 1, batch_size: 8))";
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: npy(inputs: \"x.npy\", targets: \"y.npy\")), {values}"
    ));
    let (told, is_done) = said(&desk, &["train", "own.ron"]);
    // Of 2^60 to 2^60 + 1499, doubles are 256 apart: ties to even give 0, 256, … 1536.
    assert!(
        is_done && told.contains("1500 different numbers, and as values a network sees 7 of them"),
        "{told}"
    );
    // A label of a table that is a value.
    let rows: String = (0..1500).map(|row| format!("{},{}\n", row % 40, big + row)).collect();
    desk.put("t.csv", format!("x,y\n{rows}"));
    desk.preset_text(&format!("(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\")), {values}"));
    let (told, is_done) = said(&desk, &["train", "own.ron"]);
    assert!(
        is_done
            && told.contains("the label 'y' has 1001 or more different numbers, of which a network sees 5: "),
        "{told}"
    );
}
