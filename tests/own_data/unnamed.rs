//! Advice about a column without a name, which a preset cannot name.

use crate::program::{Desk, done};

#[test]
fn a_column_without_a_name_takes_one_before_a_preset_says_what_it_is() {
    let desk = Desk::new();
    // Days and months that fit both ways, in a column without a name.
    let row = |n: usize| format!("{:02}/{:02}/2023,{},{}\n", n % 12 + 1, n * 5 % 12 + 1, n % 9, n % 9 * 2);
    desk.put("t.csv", format!(",a,y\n{}", (0..60).map(row).collect::<String>()));
    let told = done(&desk, &["init", "t.csv"]);
    let advice = "columns: {\"name\": date(day_first: true)}, once the column has a name, says so";
    let other = "columns: {\"name\": date(day_first: false)}, once the column has a name, says so";
    let preset = std::fs::read_to_string(desk.path("t.ron")).expect("a preset");
    let checked = done(&desk, &["data", "check", "t.csv"]);
    for text in [&preset, &checked] {
        assert!(text.contains(advice) || text.contains(other), "{text}");
        assert!(text.contains("column 1 (no name)") && !text.contains("\"\": "), "{told}\n{text}");
    }
    // An empty name is the name of such a column: left out, it is no input, and one weight and a bias are left.
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: csv(file: \"t.csv\", label: \"y\", columns: {\"\": ignore})),
          layers: [Dense(units: 1)], loss: mean_squared_error, optimizer: Adam(), train: (epochs: 1, batch_size: 8))",
    );
    let told = done(&desk, &["presets", "check", "own.ron"]);
    assert!(told.contains("valid, 2 parameters"), "{told}");
}
