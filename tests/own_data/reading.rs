//! What somebody found who gave the program tables and arrays of all kinds: what a preset says is followed or refused, and what
//! is guessed, left out or odd is told.

use std::fmt::Write;

use crate::program::{Desk, noise};

const LAYERS: &str = "layers: [Dense(units: 8, activation: relu), Dense(units: 2, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 16)";

/// Rows of two numbers and a class, which the numbers tell.
fn rows(count: usize) -> Vec<String> {
    let mut random = noise(3);
    let mut draw = move || random.next().expect("it never ends");
    let row = |_| {
        let (a, b) = (draw(), draw());
        format!("{a:.4},{b:.4},{}", ["no", "yes"][usize::from(a > b)])
    };
    (0..count).map(row).collect()
}

fn table(header: &str, rows: impl IntoIterator<Item = String>) -> String {
    rows.into_iter().fold(format!("{header}\n"), |mut text, row| {
        writeln!(text, "{row}").expect("memory");
        text
    })
}

/// The preset over this source, with more of its `data` behind that.
fn put_preset(desk: &Desk, data: &str) {
    desk.preset_text(&format!("(name: \"own\", title: \"\", data: ({data}), {LAYERS})"));
}

/// What a training over this source says.
fn told(desk: &Desk, data: &str) -> String {
    put_preset(desk, data);
    let output = desk.run(&["train", "own.ron"], b"");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

/// What it is refused with.
fn refused(desk: &Desk, data: &str) -> String {
    put_preset(desk, data);
    let (said, code) = desk.failure(&["train", "own.ron"]);
    assert!(matches!(code, Some(1 | 2)), "{said}");
    said
}

#[test]
fn what_columns_says_of_the_label_is_followed_or_refused() {
    let desk = Desk::new();
    desk.put(
        "t.csv",
        table("a,b,y", rows(60).into_iter().map(|row| row.replace("no", "1").replace("yes", "2"))),
    );
    let source = |kind: &str, more: &str| {
        format!("source: csv(file: \"t.csv\", label: \"y\", columns: {{\"y\": {kind}}}{more})")
    };
    told(&desk, &source("category", ""));
    // A number it is, so that a loss over classes does not fit.
    assert!(refused(&desk, &source("number", "")).contains("the targets are no classes"));
    let said = refused(&desk, &source("number", ", task: classes"));
    assert!(
        said.contains("columns says that the label 'y' is a number, and task: classes says something else"),
        "{said}"
    );
    assert!(refused(&desk, &source("ignore", "")).contains("columns ignores 'y', which is the label"));
    assert!(
        refused(&desk, &source("date", "")).contains("columns says that 'y' is a date, and it is the label")
    );
    assert!(
        refused(&desk, &source("category(limit: 2)", "")).contains("write {\"y\": category} without them")
    );
    let said = refused(&desk, "source: csv(file: \"t.csv\", weights: \"b\", columns: {\"b\": category})");
    assert!(said.contains("columns speaks of 'b', which has the weights"), "{said}");
}

#[test]
fn a_test_file_takes_the_place_of_a_share_and_its_rows_that_were_learned_are_counted() {
    let desk = Desk::new();
    let all = rows(90);
    desk.put("t.csv", table("a,b,y", all[..70].to_vec()));
    // Three of its rows are in the other table, one of these with another label.
    let mut other = all[..3].to_vec();
    other[0] =
        if other[0].ends_with("no") { other[0].replace("no", "yes") } else { other[0].replace("yes", "no") };
    desk.put(
        "test.csv",
        table(
            "b,a,y",
            other.iter().chain(&all[70..]).map(|row| {
                let cells: Vec<&str> = row.split(',').collect();
                format!("{},{},{}", cells[1], cells[0], cells[2])
            }),
        ),
    );
    let said = told(&desk, "source: csv(file: \"t.csv\", test_file: \"test.csv\"), test: 0.2");
    let twins = "test.csv: 2 of 23 rows are in the table to learn from as well, label included";
    assert_eq!(said.matches(twins).count(), 1, "{said}");
    assert!(said.contains("data: test: 0.2 is not used: the source has a test set of its own"), "{said}");
    let checked = desk.run(&["data", "check", "t.csv", "--test", "test.csv"], b"");
    let checked = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(
        checked.contains(twins) && checked.contains("23; columns and classes are those of all rows"),
        "{checked}"
    );
    let said = told(&desk, "source: csv(file: \"t.csv\"), test: 0.2");
    assert!(!said.contains("is not used") && !said.contains("as well"), "{said}");
    let (said, _) = desk.failure(&["data", "check", "own.ron", "--test", "test.csv"]);
    assert!(said.contains("1 of 1"), "{said}");
}

#[test]
fn a_file_of_a_list_that_has_no_rows_is_told_and_all_without_rows_are_refused() {
    let desk = Desk::new();
    desk.put("a.csv", table("a,b,y", rows(60)));
    desk.put("empty.csv", "");
    desk.put("header.csv", "a,b,y\n");
    for files in ["[\"empty.csv\", \"a.csv\", \"header.csv\"]", "[\"a.csv\", \"header.csv\", \"empty.csv\"]"]
    {
        let said = told(&desk, &format!("source: csv(file: {files})"));
        for file in ["empty.csv", "header.csv"] {
            let sentence = format!("data: {file}: it has no rows");
            assert_eq!(said.matches(&sentence).count(), 1, "{sentence}: {said}");
        }
    }
    let said = refused(&desk, "source: csv(file: [\"header.csv\", \"empty.csv\"])");
    assert!(said.contains("it has no rows, nor has any other of the files"), "{said}");
    let said = refused(&desk, "source: csv(file: \"a.csv\", test_file: \"header.csv\")");
    assert!(said.contains("header.csv: it has no rows"), "{said}");
}

#[test]
fn words_are_those_of_the_training_rows_and_another_one_leaves_the_answer_to_the_other_columns() {
    let desk = Desk::new();
    let town = |(row, cells): (usize, String)| match row {
        // Each of these towns is in one row, which may be held out.
        5..20 => format!("T{row},{cells}"),
        _ => format!("{},{cells}", ["Oslo", "Rome"][row % 2]),
    };
    desk.put("t.csv", table("town,a,b,y", rows(120).into_iter().enumerate().map(town)));
    let said = told(&desk, "source: csv(file: \"t.csv\")");
    let wanted = "held out have a word that no training row has, such as 'T";
    assert!(said.contains(wanted) && said.contains("it counts as none of the known words"), "{said}");
    assert!(!said.contains("training did not know") && !said.contains("(other)"), "{said}");
    assert!(!said.contains("constant input"), "{said}");
    // Which words are known is kept with the run.
    let learned = std::fs::read_dir(desk.path("home/runs")).expect("runs").flatten().next().expect("a run");
    let learned = std::fs::read_to_string(learned.path().join("data.ron")).expect("what it learned");
    let known = (5..20).filter(|row| learned.contains(&format!("\"T{row}\""))).count();
    assert!((1..15).contains(&known), "{learned}");
    let unused = learned.split("unused: [").nth(1).and_then(|rest| rest.split_once("], is_taught: false"));
    let unused = unused.map(|(places, _)| places.split(',').count());
    assert_eq!(unused, Some(15 - known), "{learned}");
    desk.put("ask.csv", "town,a,b\nBonn,0.1,0.9\nLima,0.1,0.9\nOslo,0.1,0.9\n");
    let answers = desk.lines(&["predict", "last", "ask.csv", "--json"], b"");
    assert_eq!(answers[0]["output"], answers[1]["output"]);
    assert_ne!(answers[0]["output"], answers[2]["output"]);
    let output = desk.run(&["predict", "last", "ask.csv"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains(
            "'town': 2 rows have a word that training did not know, such as 'Bonn'; it counts as none"
        ),
        "{said}"
    );
}

#[test]
fn a_sheet_is_named_wherever_a_spreadsheet_is_and_refused_elsewhere() {
    let desk = Desk::with("formats");
    let said = |words: &[&str]| {
        let output = desk.run(words, b"");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{words:?}: {text}");
        text
    };
    let sheet = ["--sheet", "Passengers"];
    assert!(said(&[&["data", "check", "sheets.xlsx"], &sheet[..]].concat()).contains("rows             80"));
    let made = said(&[&["init", "sheets.xlsx", "-o", "-"], &sheet[..]].concat());
    assert!(made.contains("    file: \"sheets.xlsx\",\n            sheet: \"Passengers\","), "{made}");
    desk.put("own.ron", made.replace("epochs: 200", "epochs: 1"));
    said(&["train", "own.ron", "--quiet"]);
    said(&["predict", "last", "sheets.xlsx"]);
    let (failed, _) = desk.failure(&["predict", "last", "sheets.xlsx", "--sheet", "Notes"]);
    assert!(failed.contains("Notes") || failed.contains("names the columns"), "{failed}");
    said(&["predict", "last", "passengers.xlsx", "--sheet", "Passengers"]);
    assert!(
        said(&["eval", "last", "--data", "sheets.xlsx", "--sheet", "Passengers"]).contains("on 80 samples")
    );
    let (failed, _) = desk.failure(&["eval", "last", "--data", "sheets.xlsx", "--sheet", "Nowhere"]);
    assert!(failed.contains("Nowhere") && failed.contains("Passengers"), "{failed}");
    for words in [
        &["data", "check", "passengers.csv"][..],
        &["data", "check", "others.parquet"],
        &["init", "passengers.csv", "-o", "-"],
        &["predict", "last", "passengers.csv"],
        &["eval", "last", "--data", "passengers.csv"],
    ] {
        let output = desk.run(&[words, &sheet].concat(), b"");
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!output.status.success() && text.contains("sheet"), "{words:?}: {text}");
    }
    let failed = refused(&desk, "source: csv(file: \"passengers.csv\", sheet: \"Passengers\")");
    assert!(failed.contains("sheet does not apply to text"), "{failed}");
}

#[test]
fn init_makes_a_preset_for_a_table_of_files_that_trains() {
    let desk = Desk::new();
    let mut tables = ["file,n,kind\n", "kind,file\n", "id,file,kind\n"].map(String::from);
    for number in 0..24_u8 {
        let (class, level) = [("dark", 20), ("light", 200)][usize::from(number % 2)];
        let image = image::GrayImage::from_pixel(9, 9, image::Luma([level + number]));
        image.save(desk.path(&format!("pictures/{number}.png"))).expect("an image");
        writeln!(tables[0], "pictures/{number}.png,{number},{class}").expect("memory");
        desk.put(&format!("notes/{number}.txt"), format!("it is {class} here {number}"));
        writeln!(tables[1], "{class},notes/{number}.txt").expect("memory");
        let tone: Vec<u8> = (0..8000_u32).map(|at| (128 + at * u32::from(level) / 100 % 64) as u8).collect();
        desk.put(&format!("tones/{number}.wav"), wav(&tone));
        writeln!(tables[2], "{number},tones/{number}.wav,{class}").expect("memory");
    }
    for ((text, name), holds) in
        tables.iter().zip(["pictures", "notes", "tones"]).zip(["images", "text_files", "sounds"])
    {
        desk.put(&format!("{name}.csv"), text);
        let output = desk.run(&["init", &format!("{name}.csv")], b"");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let file = format!("{name}.ron");
        let made = std::fs::read_to_string(desk.path(&file)).expect("a preset");
        for part in
            ["source: file_table(", "path: \"file\",", "label: \"kind\",", &format!("holds: {holds},")]
        {
            assert!(made.contains(part), "{part}: {made}");
        }
        let output = desk.run(&["train", &file, "--quiet", "--no-save", "--set", "train.epochs=1"], b"");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// A sound of bytes, 8000 a second.
fn wav(samples: &[u8]) -> Vec<u8> {
    let size = samples.len() as u32;
    let numbers =
        |numbers: &[u32]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    [
        b"RIFF".to_vec(),
        numbers(&[36 + size]),
        b"WAVEfmt ".to_vec(),
        numbers(&[16, 0x0001_0001, 8000, 8000, 0x0008_0001]),
        b"data".to_vec(),
        numbers(&[size]),
        samples.to_vec(),
    ]
    .concat()
}

#[test]
fn true_and_false_as_weights_say_which_rows_count() {
    let desk = Desk::new();
    let counts = |(row, cells): (usize, String)| format!("{},{cells}", ["True", "False"][row % 2]);
    desk.put("t.csv", table("w,a,b,y", rows(60).into_iter().enumerate().map(counts)));
    let said = told(&desk, "source: csv(file: \"t.csv\", weights: \"w\")");
    assert!(said.contains("counts as its 'w' says, 0 to 1"), "{said}");
    let said = refused(
        &desk,
        "source: csv(file: \"t.csv\", label: \"w\", weights: \"y\", columns: {\"y\": category})",
    );
    assert!(said.contains("columns speaks of 'y', which has the weights"), "{said}");
}

#[test]
fn an_index_that_begins_again_or_was_mixed_is_no_input() {
    let desk = Desk::new();
    let all = rows(90);
    let numbered = |rows: &[String], number: &dyn Fn(usize) -> usize| {
        rows.iter().enumerate().map(|(row, cells)| format!("{},{cells}", number(row))).collect::<Vec<_>>()
    };
    for (name, rows) in all.chunks(30).enumerate() {
        desk.put(&format!("part-{name}.csv"), table(",a,b,y", numbered(rows, &|row| row)));
        desk.put(&format!("id-{name}.csv"), table("id,a,b,y", numbered(rows, &|row| row + 1)));
    }
    // Every second row, in another order; and two parts below each other.
    desk.put("mixed.csv", table("Unnamed: 0,a,b,y", numbered(&all, &|row| row * 77 % 180)));
    desk.put("below.csv", table(",a,b,y", numbered(&all, &|row| row % 45)));
    for (files, column) in [
        ("part-*.csv", "column 1 (no name)"),
        ("id-*.csv", "'id'"),
        ("mixed.csv", "'Unnamed: 0'"),
        ("below.csv", "column 1 (no name)"),
    ] {
        let said = told(&desk, &format!("source: csv(file: \"{files}\")"));
        let wanted = [
            format!("{column} is left out: it numbers the rows"),
            format!("{column} is left out: its numbers name the rows"),
        ];
        assert!(wanted.iter().any(|wanted| said.contains(wanted)), "{files}: {said}");
    }
    // Numbers of rooms are no index, whatever their column is called.
    desk.put("rooms.csv", table(",a,b,y", numbered(&all, &|row| row * 7 % 5)));
    assert!(!told(&desk, "source: csv(file: \"rooms.csv\")").contains("is left out"));
}

#[test]
fn what_cannot_be_read_so_is_told_in_one_sentence_with_what_to_do() {
    let desk = Desk::with("formats");
    for compression in ["lz4", "brotli"] {
        let said = refused(&desk, &format!("source: csv(file: \"{compression}.parquet\")"));
        let wanted =
            format!("it is compressed with {compression}, which is not read: snappy, gzip and zstd are");
        assert!(said.contains(&wanted) && !said.contains("no whole"), "{said}");
    }
    let said = refused(&desk, "source: csv(file: \"others.parquet\", label: \"tags\")");
    assert!(said.contains("'(list)' has several values in a row, and a label is one"), "{said}");
    let said = refused(&desk, "source: csv(file: \"passengers.csv\", columns: [\"fare\", \"fare\"])");
    assert!(said.contains("columns names 'fare' 2 times; name each column once"), "{said}");
    let said = refused(
        &desk,
        "source: csv(file: \"passengers.csv\", columns: {\"fare\": number, \"fare\": category})",
    );
    assert!(said.contains("column 'fare' is named twice; name each once"), "{said}");
    let said = told(&desk, "source: csv(file: \"times.xlsx\")");
    assert!(said.contains("'took' is a number of seconds, read from durations such as 26:03:04"), "{said}");
    assert!(said.contains("'clock' is a time of day ("), "{said}");

    desk.put("floats.npy", numpy("<f4", &[0; 40]));
    desk.put("wholes.npy", numpy("<i4", &[0; 40]));
    let said =
        refused(&desk, "source: npy(inputs: [\"floats.npy\", \"wholes.npy\"], targets: \"wholes.npy\")");
    let wanted = "wholes.npy: its numbers are int32, and those in floats.npy are float32, which does not mean the same";
    assert!(said.contains(wanted) && said.contains("array.astype(\"float32\")"), "{said}");
    let output = desk.run(&["data", "check", "--together", "floats.npy", "wholes.npy"], b"");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(said.contains("floats.npy: --together takes tables, and this is an array"), "{said}");

    let gaps = rows(60).into_iter().map(|row| row.replace("no", "nan"));
    let count = gaps.clone().filter(|row| row.ends_with("nan")).count();
    desk.put("t.csv", table("a,b,y", gaps));
    let said = told(&desk, "source: csv(file: \"t.csv\")");
    let wanted = format!(
        "'nan' is a class of its own ({count} rows), although a missing label is written so; task: classes says"
    );
    assert!(said.contains(&wanted), "{said}");
    let said = told(&desk, "source: csv(file: \"t.csv\", task: classes)");
    assert!(!said.contains("a class of its own"), "{said}");

    put_preset(&desk, "source: csv(file: \"t.csv\")");
    let set = |change: &str| desk.failure(&["train", "own.ron", "--set", change]).0;
    assert!(set("data.test=none").contains("--set data.test=None leaves it out"));
    let said = set("data.source.columns={\"a\":text}");
    let wanted = "'text' is not such a value\n  help: data.source.columns.a takes one of number, boolean, category, date, ignore";
    assert!(said.contains(wanted), "{said}");
}

/// An array of NumPy: one number of four bytes a row.
fn numpy(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let shape = format!("({},)", bytes.len() / 4);
    let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}\n");
    [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), bytes].concat()
}
