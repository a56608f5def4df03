//! Rows that are sums of others are found by their numbers wherever they stand, also where their word is one of a column of
//! categories; a row that is only called so is learned from and told. What is right is the same table without them.

use serde_json::Value;

use crate::program::{Desk, said};

const WANTED: &str = "says that the row is a sum of the others";

/// A row of a region, and its numbers: y is three times x and something for the region.
fn row(n: usize) -> (&'static str, [f64; 2]) {
    let x = (n * 7 % 23) as f64 + 0.5;
    (["Berlin", "Paris", "Rome"][n % 3], [x, 3.0 * x + (n % 3) as f64])
}

fn line(region: &str, product: &str, numbers: [f64; 2]) -> String {
    format!("{region},{product},{},{}\n", numbers[0], numbers[1])
}

fn sum(rows: &[usize]) -> [f64; 2] {
    rows.iter().fold([0.0, 0.0], |sum, &n| {
        let (_, numbers) = row(n);
        [sum[0] + numbers[0], sum[1] + numbers[1]]
    })
}

/// The rows with these numbers, and their sum behind them or before them.
fn group(rows: &[usize], word: &str, is_first: bool) -> String {
    let sum = line(word, "", sum(rows));
    let rows: String = rows.iter().map(|&n| line(row(n).0, ["tea", "coffee"][n % 2], row(n).1)).collect();
    if is_first { sum + &rows } else { rows + &sum }
}

/// What a training over these files says, and the loss of its test set.
fn trained(desk: &Desk, source: &str) -> (String, Value) {
    desk.preset_text(&format!(
        "(name: \"own\", title: \"\", data: (source: csv({source}, skip_broken: true), test: 0.25),
          layers: [Dense(units: 1)], loss: mean_squared_error, optimizer: Adam(learning_rate: 0.01),
          train: (epochs: 2, batch_size: 8))"
    ));
    let (told, is_done) = said(desk, &["train", "own.ron"]);
    assert!(is_done, "{told}");
    (told, desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone())
}

#[test]
fn sums_in_a_column_of_categories_are_left_out_wherever_they_stand() {
    let desk = Desk::new();
    let all: Vec<usize> = (0..60).collect();
    let names = "region,product,x,y\n";
    let plain: String = all.iter().map(|&n| line(row(n).0, ["tea", "coffee"][n % 2], row(n).1)).collect();
    desk.put("plain.csv", format!("{names}{plain}"));
    let (told, right) = trained(&desk, "file: \"plain.csv\"");
    assert!(told.contains("'region' is a category of 3 words"), "{told}");
    let parts: Vec<&[usize]> = all.chunks(20).collect();
    let subtotals = |word: &dyn Fn(usize) -> String| -> String {
        parts.iter().enumerate().map(|(part, rows)| group(rows, &word(part), false)).collect()
    };
    let tables = [
        ("last", group(&all, "Total", false), 1),
        ("first", group(&all, "All", true), 1),
        ("middle", subtotals(&|_| "Subtotal".into()) + &line("Grand Total", "", sum(&all)), 4),
        ("named", subtotals(&|part| format!("Part {part} Total")), 3),
    ];
    for (name, rows, sums) in tables {
        let file = format!("{name}.csv");
        desk.put(&file, format!("{names}{rows}"));
        let (told, loss) = trained(&desk, &format!("file: \"{file}\""));
        assert!(
            told.contains(WANTED) && told.contains("'region' is a category of 3 words"),
            "{name}: {told}"
        );
        assert!(told.contains("'product' is a category of 2 words"), "{name}: {told}");
        assert_eq!(loss, right, "{name}");
        let (told, _) = said(&desk, &["predict", "last", &file]);
        assert!(
            told.contains(WANTED) && told.contains(&format!("{sums} of {} rows", 60 + sums)),
            "{name}: {told}"
        );
        let (told, _) = said(&desk, &["data", "check", &file]);
        assert!(
            told.contains(WANTED) && told.contains("'Berlin' 20, 'Paris' 20, 'Rome' 20"),
            "{name}: {told}"
        );
        let preset = format!("{name}.ron");
        let (told, is_done) = said(&desk, &["init", &file, "-o", &preset]);
        let text = std::fs::read_to_string(desk.path(&preset)).expect("a preset");
        assert!(is_done && text.contains("the 60 rows") && text.contains(WANTED), "{name}: {told}{text}");
        // As the test set, and scored.
        let (_, loss) = trained(&desk, &format!("file: \"plain.csv\", test_file: \"{file}\""));
        let scored =
            |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["loss"].clone();
        assert_eq!((&loss, loss.as_f64().is_some()), (&scored("plain.csv"), true), "{name}");
    }
    // Each file of a set with a sum of its own.
    for (part, rows) in parts.iter().enumerate() {
        desk.put(&format!("part-{part}.csv"), format!("{names}{}", group(rows, "Sum:", false)));
    }
    let (told, loss) = trained(&desk, "file: \"part-*.csv\"");
    assert!(told.contains("3 rows are left out") && told.contains(WANTED), "{told}");
    assert_eq!(loss, right);
}

#[test]
fn a_row_that_is_only_called_a_sum_is_learned_from_and_told() {
    let desk = Desk::new();
    let rows: String = (0..40).map(|n| line(row(n).0, ["tea", "coffee"][n % 2], row(n).1)).collect();
    // The petrol company of this name.
    desk.put("t.csv", format!("region,product,x,y\n{rows}Total,tea,4.5,13.5\n"));
    let (told, _) = trained(&desk, "file: \"t.csv\"");
    assert!(
        told.contains("line 42, column 1 ('region'): 'Total' may say that the row is a sum of others"),
        "{told}"
    );
    assert!(!told.contains("left out"), "{told}");
    assert!(told.contains("'region' is a category of 4 words"), "{told}");
    // A kind that many rows have is none, nor is a class.
    let kinds: String = (0..40).map(|n| line(["Part", "Total"][n % 2], "tea", row(n).1)).collect();
    desk.put("t.csv", format!("region,product,x,y\n{kinds}"));
    let (told, _) = trained(&desk, "file: \"t.csv\"");
    assert!(!told.contains("sum of"), "{told}");
}

/// As pandas' `dropna(subset=["y"])` and `category` say it of the rows that are left.
#[test]
fn what_is_in_rows_that_are_left_out_says_nothing_of_their_columns() {
    let desk = Desk::new();
    let plain: String = (0..40).map(|n| line(row(n).0, ["tea", "coffee"][n % 2], row(n).1)).collect();
    desk.put("plain.csv", format!("region,product,x,y\n{plain}"));
    let (_, right) = trained(&desk, "file: \"plain.csv\"");
    let broken = "Lima,tea,5.5,\nBonn,beer,oops,3\nOslo,wine,4.5,n/a\n";
    desk.put("t.csv", format!("region,product,x,y\n{broken}{plain}"));
    let (told, loss) = trained(&desk, "file: \"t.csv\"");
    assert!(
        told.contains("'region' is a category of 3 words") && told.contains("3 rows are left out"),
        "{told}"
    );
    assert_eq!(told.matches("left out").count(), 1, "{told}");
    assert!(told.contains("'product' is a category of 2 words"), "{told}");
    assert_eq!(loss, right);
    let (told, _) = said(&desk, &["data", "check", "t.csv"]);
    assert!(told.contains("category, 3 words") && !told.contains("Bonn"), "{told}");
}
