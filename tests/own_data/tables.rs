//! Tables as people have them: words, dates, gaps and rows without names beside numbers, in the dialects that programs write.
//! Made after public reports on other tools, which are named with their numbers; the right values are pandas's on the same
//! cells, or plain arithmetic.

use std::fmt::Write;
use std::fs;

use crate::program::{Desk, noise};

const PRESET: &str = "(name: \"own\", title: \"\", data: (source: SOURCE, test: 0.25),
    layers: [Dense(units: 16, activation: relu), Dense(units: 2, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.02), train: (epochs: 30, batch_size: 16))";

fn train(desk: &Desk, source: &str) -> String {
    desk.preset_text(&PRESET.replace("SOURCE", source));
    let output = desk.run(&["train", "own.ron"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{source}: {said}");
    said
}

/// Passengers, as pandas's `to_csv` writes them: an index, names, ages with gaps, words, yes and no, dates. Those who live in
/// Rome or boarded in spring survived.
fn passengers(count: usize) -> String {
    let mut random = noise(7);
    let mut table = String::from(",Name,Age,City,Paid,Boarded,Survived\n");
    for row in 0..count {
        let mut draw = |most: f32| (random.next().expect("it never ends") * most) as usize;
        let (age, city, month, day) = (draw(70.0), draw(4.0), draw(12.0) + 1, draw(28.0) + 1);
        let age = if age % 6 == 0 { String::new() } else { format!("{age}.0") };
        let survived = city == 0 || (3..=5).contains(&month);
        let city = ["Rome", "Oslo", "Bern", "Kyiv"][city];
        let paid = if day % 2 == 0 { "True" } else { "False" };
        let survived = if survived { "yes" } else { "no" };
        writeln!(table, "{row},Person {row},{age},{city},{paid},2024-{month:02}-{day:02},{survived}")
            .expect("memory");
    }
    table
}

/// A comparison that was no order made sorting panic, and the order of classes depended on that of the rows (rmpc #921).
#[test]
fn classes_have_one_order_whatever_the_rows() {
    let desk = Desk::with("class-order");
    assert!(desk.run(&["train", "m.ron", "--quiet", "--no-save"], b"").status.success());
    let classes = |file: &str| {
        let output = desk.run(&["data", "check", file], b"");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let names =
            ["9 ", "10 ", "1a "].map(|name| said.find(&format!("    {name}")).expect("each class is listed"));
        assert!(names.is_sorted(), "{said}");
        said.lines().skip(1).collect::<Vec<_>>().join("\n").replace(file, "the table")
    };
    assert_eq!(classes("o1.csv"), classes("o2.csv"));
}

#[test]
fn equal_numbers_are_one_class_however_they_are_written() {
    let desk = Desk::with("columns-by-name");
    let output = desk.run(&["train", "123.ron", "--quiet"], b"");
    assert!(output.status.success());
    let rows = fs::read_to_string(desk.path("train123.csv")).expect("the table");
    let turned: String = rows
        .lines()
        .map(|line| if line.ends_with('y') { format!("{line}\n") } else { format!("{line}.0\n") })
        .collect();
    desk.put("floats.csv", turned);
    let scored = |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["loss"].clone();
    assert_eq!(scored("floats.csv"), scored("train123.csv"));
}

#[test]
fn a_table_without_names_is_taken_only_when_that_is_said() {
    let desk = Desk::with("columns-by-name");
    let output = desk.run(&["train", "abc.ron", "--quiet"], b"");
    assert!(output.status.success());
    let bare = |name: &str| {
        let rows = fs::read_to_string(desk.path(name)).expect("a table");
        desk.put(&format!("bare_{name}"), rows.split_once('\n').expect("a line of names").1);
    };
    bare("pred_same.csv");
    bare("trainabc.csv");
    let (said, code) = desk.failure(&["predict", "last", "bare_pred_same.csv"]);
    let wanted =
        "line 1 does not name the columns; --no-header takes them in the order of the training: a, b, c";
    assert!(said.contains(wanted) && code == Some(1), "{said}");
    let (said, _) = desk.failure(&["eval", "last", "--data", "bare_trainabc.csv"]);
    assert!(said.contains("a table without a line of names is taken with --no-header"), "{said}");

    let answers = |words: &[&str]| {
        let lines = desk.lines(&[&["predict", "last", "--json"], words].concat(), b"");
        lines.into_iter().map(|answer| answer["output"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(answers(&["bare_pred_same.csv", "--no-header"]), answers(&["pred_same.csv"]));
    // The same rows with their labels are as wide as the table of the training.
    assert_eq!(answers(&["bare_trainabc.csv", "--no-header"]), answers(&["trainabc.csv"]));
    let scored = |words: &[&str]| {
        desk.lines(&[&["eval", "last", "--json", "--data"], words].concat(), b"")[0]["loss"].clone()
    };
    assert_eq!(scored(&["bare_trainabc.csv", "--no-header"]), scored(&["trainabc.csv"]));
    desk.put("narrow.csv", "1,2\n");
    let (said, _) = desk.failure(&["predict", "last", "narrow.csv", "--no-header"]);
    assert!(said.contains("line 1 has 2 columns, not 3"), "{said}");
}

/// What pandas reads as missing is missing here, and a spelling of ours beside it.
#[test]
fn missing_numbers_are_known_by_all_their_spellings() {
    let desk = Desk::new();
    let table = |cell: &str| {
        let rows = (0..80).map(|row| match row % 7 {
            0 => format!("{cell},{row},{}\n", row % 2),
            _ => format!("{row}.5,{row},{}\n", row % 2),
        });
        format!("a,b,y\n{}", rows.collect::<String>())
    };
    desk.preset("csv(file: \"m.csv\", missing: mean)", "");
    let train = ["train", "own.ron", "--quiet", "--no-save", "--set", "train.epochs=1"];
    for cell in [
        "nan", "NaN", "NAN", "<NA>", "#N/A", "NULL", "null", "None", "n/a", "NA", "?", "-", "", "-nan", "N/A",
    ] {
        desk.put("m.csv", table(cell));
        let output = desk.run(&train, b"");
        assert!(output.status.success(), "{cell:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    for cell in ["0x1F", "1_000", "5%", "inf", "1e400"] {
        desk.put("m.csv", table(cell));
        let (said, code) = desk.failure(&train);
        assert!(said.contains("line 2, column 1 ('a')") && code == Some(1), "{cell:?}: {said}");
    }
}

/// Columns of True and False, as pandas's `get_dummies` writes them, are the same as 1 and 0.
#[test]
fn true_and_false_are_one_and_zero() {
    let desk = Desk::with("tables");
    let table = fs::read_to_string(desk.path("boolcol.csv")).expect("the table");
    desk.put("numbers.csv", table.replace("True", "1").replace("False", "0"));
    let loss = |file: &str| {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\", data: (source: csv(file: \"{file}\")), layers: [Dense(units: 3, activation: softmax)],
              loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.05), train: (epochs: 3, batch_size: 16))"
        ));
        let lines = desk.lines(&["train", "own.ron", "--json", "--no-save"], b"");
        lines.last().expect("it ends")["test_loss"].clone()
    };
    assert_eq!(loss("boolcol.csv"), loss("numbers.csv"));
}

#[test]
fn a_table_straight_from_pandas_is_understood_told_and_kept_with_the_run() {
    let desk = Desk::new();
    desk.put("p.csv", passengers(400));
    let said = train(&desk, "csv(file: \"p.csv\", missing: median, flag_missing: true)");
    for part in [
        "p.csv: 'City' is a category of 4 words",
        "p.csv: 'Paid' is yes or no",
        "p.csv: 'Boarded' is a date (month, day, weekday, elapsed)",
        "p.csv: column 1 (no name) is left out: it numbers the rows, as the index that pandas writes",
        "p.csv: 'Name' is left out: all its 400 texts are different",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let scores = desk.lines(&["eval", "last", "--json"], b"");
    assert!(scores[0]["accuracy"].as_f64().is_some_and(|right| right > 0.9), "{scores:?}");

    // The run knows its columns; the table may go, and others may have their columns in another order.
    fs::remove_file(desk.path("p.csv")).expect("it is there");
    desk.put(
        "q.csv",
        "boarded,AGE,paid,city\n2024-04-09,33,True,Oslo\n2024-11-09,,False,Oslo\n2024-11-09,33,no,Rome\n",
    );
    assert_eq!(desk.classes("q.csv", b""), ["yes", "no", "yes"]);
    desk.put("new.csv", "Boarded,Age,Paid,City\n2024-11-09,33,True,Lima\n2024-11-09,33,True,Cairo\n");
    let output = desk.run(&["predict", "last", "new.csv"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let told = "'City': 2 rows have a word that training did not know, such as 'Lima'; it counts as none of the known words";
    assert!(output.status.success() && said.contains(told), "{said}");
    desk.put("wrong.csv", "Boarded,Age,Paid,City\n2024-31-12,33,True,Rome\n");
    let (said, _) = desk.failure(&["predict", "last", "wrong.csv"]);
    assert!(said.contains("line 2, column 1 ('Boarded'): '2024-31-12' is not a date"), "{said}");
}

#[test]
fn a_preset_says_what_columns_are() {
    let desk = Desk::new();
    desk.put("p.csv", passengers(100));
    let kinds = "{\"Name\": ignore, \"\": ignore, \"Age\": number(missing: zero), \"Paid\": category(limit: 1), \"Boarded\": ignore}";
    let said = train(&desk, &format!("csv(file: \"p.csv\", columns: {kinds})"));
    assert!(said.contains("'Paid' is a category: 1 of its 2 words"), "{said}");
    assert!(!said.contains("is left out"), "{said}");
    let (said, code) = desk.failure(&["train", "own.ron", "--set", "data.source.columns.City=number"]);
    assert!(
        said.contains("line 2, column 4 ('City')") && said.contains("is not a number") && code == Some(1),
        "{said}"
    );
    let (said, code) = desk.failure(&["train", "own.ron", "--set", "data.source.columns.City=town"]);
    assert!(said.contains("town") && code == Some(2), "{said}");
    let (said, _) = desk.failure(&["train", "own.ron", "--set", "data.source.columns.Height=number"]);
    assert!(said.contains("there is no column 'Height', of which columns speaks"), "{said}");
}

/// The same table in the dialects of several programs gives the same network.
#[test]
fn dialects_are_told_by_the_first_lines() {
    let desk = Desk::new();
    let mut random = noise(3);
    let mut rows = vec![["größe", "preis", "sorte"].map(str::to_string)];
    for row in 0..60 {
        let mut number = || format!("{:.3}", random.next().expect("it never ends") * 4000.0);
        rows.push([number(), number(), ["süß", "sauer"][row % 2].to_string()]);
    }
    let text = |separator: &str, cell: &dyn Fn(&str) -> String| -> String {
        rows.iter().map(|row| row.each_ref().map(|x| cell(x)).join(separator) + "\n").collect()
    };
    let plain = text(",", &|cell| cell.to_string());
    let comma = text(";", &|cell| cell.replace('.', ","));
    let quoted = text(",", &|cell| format!("'{cell}'"));
    let utf_16: Vec<u8> =
        [0xfeff].into_iter().chain(plain.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let tables: [(&str, Vec<u8>); 7] = [
        ("plain", plain.clone().into_bytes()),
        ("comma", comma.clone().into_bytes()),
        ("latin", comma.chars().map(|letter| letter as u8).collect()),
        ("utf_16", utf_16),
        ("quoted", quoted.into_bytes()),
        ("commented", format!("# by hand\n# twice\n{plain}").into_bytes()),
        ("packed", crate::program::gzipped(plain.as_bytes())),
    ];
    let mut losses = Vec::new();
    for (name, bytes) in tables {
        desk.put("t.csv", bytes);
        desk.preset_text(
            &PRESET.replace("SOURCE", "csv(file: \"t.csv\")").replace("epochs: 30", "epochs: 2"),
        );
        let lines = desk.lines(&["train", "own.ron", "--json", "--no-save"], b"");
        losses.push((name, lines.last().expect("it ends")["test_loss"].to_string()));
    }
    assert!(losses.iter().all(|(_, loss)| *loss == losses[0].1), "{losses:?}");
}

/// A run of before has no columns but names in what it learned: they are columns of numbers.
#[test]
fn a_run_that_knows_the_names_of_its_columns_only_answers_as_it_did() {
    let desk = Desk::with("columns-by-name");
    assert!(desk.run(&["train", "abc.ron", "--quiet"], b"").status.success());
    let before = desk.classes("pred_reorder_case.csv", b"");
    let run = fs::read_dir(desk.path("home/runs")).expect("runs").flatten().next().expect("a run").path();
    let learned = fs::read_to_string(run.join("data.ron")).expect("what it learned");
    let (start, rest) = learned.split_once("table: ").expect("it has the columns");
    let end = rest.find("are_pixels:").expect("what comes behind them");
    fs::write(run.join("data.ron"), format!("{start}{}", &rest[end..])).expect("a file of before");
    assert_eq!(desk.classes("pred_reorder_case.csv", b""), before);
}

#[test]
fn a_second_table_below_the_first_one_in_a_text_is_told() {
    let desk = Desk::new();
    let rows: String = (0..60).map(|row| format!("{row},{},{}\n", row * 7 % 11, row * 3)).collect();
    // Of another width, and of the same.
    for other in ["town,size\nRome,5\n", "town,river,size\nRome,Tiber,5\n"] {
        desk.put("t.csv", format!("a,b,y\n{rows}\n{other}"));
        let wanted = "does another table begin here? If so, put each table into a file of its own";
        let (told, _) = crate::program::said(&desk, &["data", "check", "t.csv"]);
        assert!(told.contains("line 63") && told.contains(wanted), "{told}");
        desk.preset_text(
            "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\", task: values)), layers: [Dense(units: 1)],
              loss: mean_squared_error, optimizer: Adam(), train: (epochs: 1, batch_size: 8))",
        );
        let (told, _) = desk.failure(&["train", "own.ron"]);
        assert!(told.contains("line 63") && told.contains(wanted), "{told}");
    }
    // Where its rows are rows of the first as well.
    let words: String = (0..60).map(|row| format!("w{},v{}\n", row % 3, row % 2)).collect();
    desk.put("t.csv", format!("one,two\n{words}\ntown,size\nRome,5\nOslo,5\n"));
    let told = crate::program::said(&desk, &["data", "check", "t.csv"]).0;
    assert!(told.contains("line 63: another table seems to begin here, of town, size"), "{told}");
}
