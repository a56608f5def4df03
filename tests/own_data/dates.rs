//! Dates in the forms that a preset says, durations, and what Parquet says of its columns. What is right is the same table with dates
//! as ISO 8601 writes them, and pandas' `total_seconds()` (`tests/reference/pandas_tables.py`).

use serde_json::Value;

use crate::program::{Desk, done};

const NETWORK: &str =
    "layers: [Dense(units: 6, activation: relu), Dense(units: 1)], loss: mean_squared_error,
    optimizer: Adam(learning_rate: 0.02), train: (epochs: 4, batch_size: 8)";
const CLASSES: &str = "layers: [Dense(units: 6, activation: relu), Dense(units: 2, activation: softmax)],
    loss: categorical_crossentropy, optimizer: Adam(learning_rate: 0.02), train: (epochs: 4, batch_size: 8)";

/// What a training over this source says, and the loss of its test set.
fn trained(desk: &Desk, source: &str, network: &str) -> (String, Value) {
    desk.preset_text(&format!("(name: \"own\", title: \"\", data: (source: csv({source})), {network})"));
    let told = done(desk, &["train", "own.ron"]);
    (told, desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone())
}

/// Seconds since 1970, year, month and day of some days in 2022 and 2023.
fn days() -> impl Iterator<Item = (u64, u64, u64, u64)> {
    (0..60_u64).map(|row| {
        let (month, day) = (1 + row * 5 % 12, 1 + row * 7 % 28);
        let year = 2022 + row % 2;
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month as usize - 1];
        // The first day of 2022 is the 18,993rd behind that of 1970.
        let days = 18_993 + 365 * (year - 2022) + before + day - 1;
        (days * 86_400, year, month, day)
    })
}

#[test]
fn dates_are_read_in_the_form_that_the_preset_says() {
    let desk = Desk::new();
    let put = |name: &str, cell: &dyn Fn(u64, u64, u64, u64) -> String| {
        let rows: String = days()
            .enumerate()
            .map(|(row, (seconds, year, month, day))| {
                format!("{},{}.5,{}.25\n", cell(seconds, year, month, day), row * 7 % 31, month * 2)
            })
            .collect();
        desk.put(name, format!("when,a,y\n{rows}"));
    };
    put("iso.csv", &|_, year, month, day| format!("{year}-{month:02}-{day:02}"));
    let (told, right) = trained(&desk, "file: \"iso.csv\"", NETWORK);
    assert!(told.contains("'when' is a date (year, month, day, weekday, elapsed)"), "{told}");
    let forms: [(&str, &str, &dyn Fn(u64, u64, u64, u64) -> String); 6] = [
        ("format: \"%d.%m.%y\"", "written as '%d.%m.%y'", &|_, year, month, day| {
            format!("{day:02}.{month:02}.{}", year % 100)
        }),
        ("format: \"%Y%m%d\"", "written as '%Y%m%d'", &|_, year, month, day| {
            format!("{year}{month:02}{day:02}")
        }),
        ("unix: seconds", "in seconds since 1970", &|seconds, _, _, _| seconds.to_string()),
        ("unix: milliseconds", "in milliseconds since 1970", &|seconds, _, _, _| format!("{seconds}000")),
        ("unix: microseconds", "in microseconds since 1970", &|seconds, _, _, _| format!("{seconds}000000")),
        ("unix: nanoseconds", "in nanoseconds since 1970", &|seconds, _, _, _| format!("{seconds}000000000")),
    ];
    for (form, wanted, cell) in forms {
        put("t.csv", cell);
        let (told, loss) =
            trained(&desk, &format!("file: \"t.csv\", columns: {{\"when\": date({form})}}"), NETWORK);
        assert!(told.contains(wanted), "{form}: {told}");
        assert_eq!(loss, right, "{form}");
        // The run keeps the form.
        assert_eq!(desk.lines(&["predict", "last", "t.csv", "--json"], b"").len(), 60, "{form}");
        let output = desk.run(&["predict", "last", "iso.csv"], b"");
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains(&format!("is not a date {wanted}")), "{form}: {told}");
    }
}

#[test]
fn a_form_that_is_none_is_refused_with_its_place_and_two_forms_are_one_too_many() {
    let desk = Desk::new();
    desk.put("t.csv", "when,a,y\n22.12.22,1,2\n23.12.22,2,3\n24.11.22,4,5\n");
    let check = |options: &str| {
        desk.preset_text(&format!(
            "(name: \"own\", title: \"\",\n data: (source: csv(file: \"t.csv\", columns: {{\"when\": date({options})}})),\n {NETWORK})"
        ));
        let output = desk.run(&["presets", "check", "own.ron"], b"");
        (String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(), output.status.code())
    };
    for (format, wanted) in
        [("%d.%Q.%y", "stands for no part of a date"), ("%d.%m", "does not say year, month and day")]
    {
        let (refused, code) = check(&format!("format: \"{format}\""));
        assert!(refused.contains(wanted) && refused.contains("own.ron:2:") && code == Some(1), "{refused}");
    }
    let (refused, _) = check("unix: hours");
    assert!(refused.contains("seconds, milliseconds"), "{refused}");
    check("format: \"%d.%m.%y\", unix: seconds");
    let (refused, _) = desk.failure(&["train", "own.ron"]);
    assert!(
        refused.contains("columns says of 'when' both format and unix; leave one of them out"),
        "{refused}"
    );
    let fields = done(&desk, &["presets", "fields", "data.source"]);
    assert!(fields.contains("skip_rows"), "{fields}");
}

#[test]
fn durations_are_seconds_in_text_and_parquet_and_as_a_label() {
    let desk = Desk::with("formats");
    let (_, right) = trained(&desk, "file: \"kinds_seconds.csv\", columns: [\"took\"]", CLASSES);
    for file in ["kinds.csv", "kinds.parquet"] {
        let (told, loss) = trained(&desk, &format!("file: \"{file}\", columns: [\"took\"]"), CLASSES);
        assert!(
            told.contains("'took' is a number of seconds, read from durations such as 26:03:04"),
            "{told}"
        );
        assert_eq!(loss, right, "{file}");
    }
    desk.put("asked.csv", "took\n26:03:04\n1 days 02:03:04\n93784\nP1DT2H3M4S\n");
    let answers = desk.lines(&["predict", "last", "asked.csv", "--json"], b"");
    assert!(
        answers.len() == 4 && answers.iter().all(|answer| answer["output"] == answers[0]["output"]),
        "{answers:?}"
    );
    let label = |file: &str| {
        trained(&desk, &format!("file: \"{file}\", label: \"took\", columns: [\"late\"]"), NETWORK)
    };
    let ((_, right), (told, loss)) = (label("kinds_seconds.csv"), label("kinds.csv"));
    assert!(told.contains("the label 'took' is a number of seconds"), "{told}");
    assert_eq!(loss, right);
}

#[test]
fn what_pandas_says_of_a_column_in_parquet_is_followed() {
    let desk = Desk::with("formats");
    let (told, _) = trained(&desk, "file: \"kinds.parquet\"", CLASSES);
    assert!(told.contains("'shop' is a category of 4 words"), "{told}");
    assert!(told.contains("'seen' has times of Europe/Berlin, which are read as UTC"), "{told}");
    let (told, _) = trained(&desk, "file: \"kinds.csv\"", CLASSES);
    assert!(!told.contains("'shop' is a category"), "{told}");
}
