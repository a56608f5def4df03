//! What the cells of a column mean, however a program wrote them: codes, times of day, identifiers, lines that are no rows.

use std::fmt::Write;

use serde_json::Value;

use crate::program::{Desk, noise};

const LAYERS: &str = "layers: [Dense(units: 8, activation: relu), Dense(units: 2, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.02), train: (epochs: 12, batch_size: 8)";

fn put_preset(desk: &Desk, source: &str) {
    desk.preset_text(&format!("(name: \"own\", title: \"\", data: (source: csv({source})), {LAYERS})"));
}

/// What a training over this source says.
fn told(desk: &Desk, source: &str) -> String {
    put_preset(desk, source);
    let output = desk.run(&["train", "own.ron"], b"");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
    said
}

fn refused(desk: &Desk, source: &str) -> String {
    put_preset(desk, source);
    desk.failure(&["train", "own.ron"]).0
}

fn checked(desk: &Desk, file: &str) -> String {
    let output = desk.run(&["data", "check", file], b"");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// The answers of the last run to a table.
fn answers(desk: &Desk, file: &str) -> Vec<Value> {
    let lines = desk.lines(&["predict", "last", file, "--json"], b"");
    assert!(lines.iter().all(|line| line["output"].is_array()), "{lines:?}");
    lines.iter().map(|line| line["output"].clone()).collect()
}

/// A table of these columns: in each row the numbers a and b, what `more` says, and a class that the numbers tell.
fn table(header: &str, count: usize, more: impl Fn(usize) -> String) -> String {
    let mut random = noise(5);
    let mut draw = move || random.next().expect("it never ends");
    (0..count).fold(format!("{header}\n"), |mut text, row| {
        let (a, b) = (draw(), draw());
        let class = ["no", "yes"][usize::from(a > b)];
        writeln!(text, "{},{a:.4},{b:.4},{class}", more(row)).expect("memory");
        text
    })
}

#[test]
fn a_code_is_one_word_with_and_without_the_fraction_that_pandas_gives_it() {
    let desk = Desk::new();
    let codes = ["1.0", "2.0", "7.0", "1", "2", "007"];
    desk.put("t.csv", table("code,a,b,y", 60, |row| codes[row % 6].into()));
    let said = told(&desk, "file: \"t.csv\", columns: {\"code\": category}");
    assert!(said.contains("'code' is a category of 4 words"), "{said}");
    let asked = |code: &str| {
        desk.put("asked.csv", format!("code,a,b\n{code},0.5,0.4\n"));
        answers(&desk, "asked.csv")
    };
    for (one, other) in [("1", "1.0"), ("2", "2.00"), ("7", "7.0")] {
        assert_eq!(asked(one), asked(other), "{one}");
    }
    assert_ne!(asked("7"), asked("007"));
    assert_ne!(asked("1"), asked("2"));
}

#[test]
fn a_time_of_day_is_one_in_text_and_its_answers_follow_the_clock() {
    let desk = Desk::new();
    desk.put("t.csv", table("at,a,b,y", 60, |row| format!("{:02}:{:02}:00", row * 7 % 24, row % 60)));
    let said = told(&desk, "file: \"t.csv\"");
    assert!(said.contains("'at' is a time of day (hour, minute, time_of_day)"), "{said}");
    let said = checked(&desk, "t.csv");
    assert!(
        said.contains("time of day, 00:00:00 to 23:41:00, 60 different, as hour, minute, time_of_day"),
        "{said}"
    );
    let asked = |at: &str| {
        desk.put("asked.csv", format!("at,a,b\n{at},0.5,0.4\n"));
        answers(&desk, "asked.csv")
    };
    assert_eq!(asked("13:45"), asked("1:45 PM"));
    assert_ne!(asked("13:45"), asked("03:45"));
    desk.put("asked.csv", "at,a,b\n25:00:00,0.5,0.4\n");
    let (said, code) = desk.failure(&["predict", "last", "asked.csv"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("column 1 ('at'): '25:00:00' is not a time of day"), "{said}");
}

#[test]
fn a_quote_that_is_left_open_is_refused_with_its_line_wherever_the_table_is_read() {
    let desk = Desk::new();
    let text = |open: &[usize]| {
        let open = open.to_vec();
        table("t,a,b,y", 60, move |row| if open.contains(&row) { "\"it is".into() } else { "it is".into() })
    };
    desk.put("t.csv", text(&[]));
    told(&desk, "file: \"t.csv\", columns: {\"t\": ignore}");
    desk.put("open.csv", text(&[8]));
    let wanted = "open.csv: line 10: the quote that opens in column 1 is never closed";
    for words in
        [&["init", "open.csv"][..], &["predict", "last", "open.csv"], &["eval", "last", "--data", "open.csv"]]
    {
        let (said, code) = desk.failure(words);
        assert!(said.contains(wanted) && code == Some(1), "{words:?}: {said}");
    }
    let said = checked(&desk, "open.csv");
    assert!(said.contains(wanted) && said.contains("1 of 1 cannot be used"), "{said}");
    let said = refused(&desk, "file: \"open.csv\", skip_broken: true");
    assert!(said.contains(wanted) && said.contains("quote: '~'"), "{said}");
    // With another sign for quotes they are letters.
    told(&desk, "file: \"open.csv\", quote: '~', columns: {\"t\": category}");
    desk.put("two.csv", text(&[8, 40]));
    let said = refused(&desk, "file: \"two.csv\"");
    assert!(said.contains("line 10: the quote that opens in column 1 is closed 32 lines below"), "{said}");
}

#[test]
fn rows_that_begin_with_the_sign_of_a_comment_are_rows_below_the_header() {
    let desk = Desk::new();
    let colours = ["#ff0000", "#00ff00", "blue"];
    let text = table("c,a,b,y", 60, |row| colours[row % 3].into());
    desk.put("t.csv", format!("# made on Monday\n{text}"));
    let said = told(&desk, "file: \"t.csv\"");
    assert!(said.contains("'c' is a category of 3 words"), "{said}");
    assert_eq!(answers(&desk, "t.csv").len(), 60);
    let said = told(&desk, "file: \"t.csv\", comment: '#', columns: {\"c\": ignore}");
    assert!(said.contains("t.csv: 41 lines that begin with '#' left out as comments"), "{said}");
    let output = desk.run(&["predict", "last", "t.csv"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("41 lines that begin with '#' left out as comments"), "{said}");
}

#[test]
fn columns_that_name_rows_are_left_out_and_told_and_measures_stay() {
    let desk = Desk::new();
    // Numbers without an order, each other than those before.
    let drawn = |row: usize| 1000 + row * 7919 % 10_007;
    let mut in_shell: Vec<String> = (1..=60).map(|row: usize| row.to_string()).collect();
    in_shell.sort();
    let left_out: [(&str, &dyn Fn(usize) -> String); 6] = [
        ("id", &|row| drawn(row).to_string()),
        ("order_no", &|row| if row % 3 == 0 { format!("A{row}") } else { row.to_string() }),
        ("customerId", &|row| if row % 7 == 0 { String::new() } else { format!("{}.0", drawn(row)) }),
        ("index", &|row| (row * 7 % 67).to_string()),
        ("contact", &|row| format!("+4930{:07}", drawn(row) * 31)),
        ("order", &|row| in_shell[row].clone()),
    ];
    for (name, cell) in left_out {
        desk.put("t.csv", table(&format!("{name},a,b,y"), 60, cell));
        let said = told(&desk, "file: \"t.csv\"");
        assert_eq!(said.matches(&format!("'{name}' is left out: ")).count(), 1, "{name}: {said}");
        assert_eq!(answers(&desk, "t.csv").len(), 60);
    }
    let kept: [(&str, &dyn Fn(usize) -> String); 5] = [
        ("population", &|row| (drawn(row) * 1009).to_string()),
        ("price", &|row| format!("{}.25", drawn(row))),
        ("year", &|row| (1960 + row).to_string()),
        ("no_of_rooms", &|row| (row % 7).to_string()),
        ("paid", &|row| drawn(row).to_string()),
    ];
    for (name, cell) in kept {
        desk.put("t.csv", table(&format!("{name},a,b,y"), 60, cell));
        let said = told(&desk, "file: \"t.csv\"");
        assert!(!said.contains("is left out") && !said.contains("category"), "{name}: {said}");
    }
    // Codes are suggested as categories once, in one sentence.
    let zips = ["10115", "20095", "50667"];
    desk.put("t.csv", table("zip,shop_id,a,b,y", 60, |row| format!("{},{}", zips[row % 3], row % 4)));
    let said = told(&desk, "file: \"t.csv\"");
    let wanted = "'zip', 'shop_id' look like codes and are read as a number, more or less than another: columns: \
                  {\"zip\": category, \"shop_id\": category} tells words apart";
    assert_eq!(said.matches(wanted).count(), 1, "{said}");
    assert!(
        !told(&desk, "file: \"t.csv\", columns: {\"zip\": category, \"shop_id\": number}")
            .contains("look like")
    );
}

#[test]
fn a_sum_below_the_rows_is_no_row_and_hides_no_index() {
    let desk = Desk::new();
    let text = table("id,a,b,y", 60, |row| (row + 1).to_string());
    desk.put("t.csv", format!("{text}Total,30.5,29.1,no\n"));
    let said = refused(&desk, "file: \"t.csv\"");
    let wanted = "line 62, column 1 ('id'): 'Total' says that the row is a sum of the others";
    assert!(said.contains(wanted), "{said}");
    let said = told(&desk, "file: \"t.csv\", skip_broken: true");
    assert!(said.contains(wanted) && said.contains("'id' is left out: it numbers the rows"), "{said}");
    assert!(said.contains("43 training"), "{said}");
}

#[test]
fn a_first_line_of_values_is_refused_or_told_and_what_predict_guesses_is_told() {
    let desk = Desk::new();
    let rows = table("c,a,b,y", 60, |row| (row * 977 % 5003 + 1000).to_string());
    let without_names = rows.split_once('\n').expect("lines").1;
    desk.put("numbers.csv", without_names.replace("no", "0").replace("yes", "1"));
    let said = refused(&desk, "file: \"numbers.csv\"");
    assert!(
        said.contains("numbers.csv: line 1: the names of the columns are all numbers or dates"),
        "{said}"
    );
    told(&desk, "file: \"numbers.csv\", header: false");
    desk.put("words.csv", without_names);
    let said = refused(&desk, "file: \"words.csv\"");
    assert!(
        said.contains(
            "words.csv: line 1: it should name the columns and is a row of values: 'no' is a value"
        ),
        "{said}"
    );
    told(&desk, "file: \"words.csv\", header: false");
    // A last cell that is no value of its column may be its name.
    desk.put("words.csv", without_names.replacen(",no", ",answer", 1));
    let said = told(&desk, "file: \"words.csv\"");
    let wanted = "words.csv: line 1: it names the columns, although 3 of 4 names look like values: 1000, ";
    assert_eq!(said.matches(wanted).count(), 1, "{said}");

    desk.put("t.csv", &rows);
    told(&desk, "file: \"t.csv\"");
    desk.put("grouped.csv", "c,a,b\n\"3,122\",0.5,0.25\n");
    let output = desk.run(&["predict", "last", "grouped.csv"], b"");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("grouped.csv: digits grouped by ','"), "{said}");
    desk.put("excel.csv", format!("sep=;\n{}", rows.replace(',', ";")));
    let said = told(&desk, "file: \"excel.csv\"");
    assert!(said.contains("cells separated by ';'") && said.contains("43 training"), "{said}");
}
