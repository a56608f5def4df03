//! How people write tables: whole numbers with points, quotes that are left open, words among numbers, two columns of one name.

use crate::program::{Desk, done, noise};

/// So many rows of a number below 100,000 with a point before its last three digits, another number, and whether the first is above
/// 50,000; with the numbers.
fn sales(count: usize) -> (String, Vec<f64>) {
    let mut random = noise(5);
    let mut text = "Umsatz;k;y\n".to_string();
    let mut values = Vec::new();
    for row in 0..count {
        let drawn = ((random.next().expect("it never ends") + 1.0) * 50_000.0) as u64 % 100_000;
        let value = if row % 9 == 0 { drawn % 1000 } else { drawn };
        let written = match value {
            0..1000 => value.to_string(),
            _ => format!("{}.{:03}", value / 1000, value % 1000),
        };
        text += &format!("{written};{};{}\n", row % 5, if value > 50_000 { "ja" } else { "nein" });
        values.push(value as f64);
    }
    (text, values)
}

#[test]
fn whole_numbers_with_points_are_thousands_in_every_command_and_a_run_keeps_to_it() {
    let desk = Desk::new();
    let (text, values) = sales(120);
    desk.put("umsatz.csv", text);
    let preset = done(&desk, &["init", "umsatz.csv", "-o", "-"]);
    let most = values.iter().copied().fold(0.0, f64::max);
    assert!(preset.contains(&format!("to {most}")), "{preset}");
    assert!(preset.contains("decimal: '.' in a preset makes it a fraction"), "{preset}");
    let checked = done(&desk, &["data", "check", "umsatz.csv"]);
    let mean = values.iter().sum::<f64>() / 120.0;
    assert!(checked.contains(&format!("mean {mean:.4}")), "{checked}");
    assert_eq!(checked.matches("digits grouped by '.'").count(), 1, "{checked}");
    desk.put("own.ron", desk.run(&["init", "umsatz.csv", "-o", "-"], b"").stdout);
    let trained = done(&desk, &["train", "own.ron"]);
    assert_eq!(trained.matches("digits grouped by '.'").count(), 1, "{trained}");
    // The last row alone does not show what a point means; the same number without it is answered alike.
    desk.put("point.csv", "Umsatz;k\n88.123;1\n12.400;1\n");
    desk.put("plain.csv", "Umsatz;k\n88123;1\n12400;1\n");
    let [point, plain] = ["point.csv", "plain.csv"].map(|file| desk.classes(file, b""));
    assert_eq!(point, plain);
    // As a label, too.
    let label = done(&desk, &["init", "umsatz.csv", "--target", "Umsatz", "-o", "-"]);
    assert!(label.contains(&format!("to {most}.")), "{label}");
}

#[test]
fn a_quote_that_takes_rows_with_it_is_refused_by_init_and_its_lines_are_counted() {
    let desk = Desk::new();
    let row = |number: usize| {
        let text = match number {
            20 => "\"fine",
            219 => "fine\"",
            _ => ["bad", "fine"][number % 2],
        };
        format!("{}.5,{},{text},{}\n", number % 13, number % 7, ["u", "v"][number % 3 % 2])
    };
    desk.put("q.csv", format!("a,b,t,y\n{}", (0..600).map(row).collect::<String>()));
    let (refused, code) = desk.failure(&["init", "q.csv"]);
    assert_eq!(code, Some(1));
    assert!(refused.contains("line 22: the quote that opens in column 3"), "{refused}");
    desk.preset("csv(file: \"q.csv\", skip_broken: true)", "");
    let trained = done(&desk, &["train", "own.ron"]);
    assert!(trained.contains("200 lines are left out because a quote makes them one row"), "{trained}");
}

#[test]
fn init_writes_a_preset_that_trains_for_words_among_numbers_and_for_columns_of_one_name() {
    let desk = Desk::new();
    let words = ["unknown", "<0.5", "#DIV/0!"];
    let row = |number: usize| {
        let a = match number % 8 {
            0 => words[number / 8 % 3].to_string(),
            rest => format!("{rest}.25"),
        };
        format!("{a},{},{}\n", number % 7, ["u", "v"][usize::from(number.is_multiple_of(3))])
    };
    desk.put("w.csv", format!("a,b,y\n{}", (0..90).map(row).collect::<String>()));
    let preset = done(&desk, &["init", "w.csv", "-o", "-"]);
    // What a spreadsheet writes for an error is missing in any table; of the other words the preset says it.
    assert!(
        preset.contains("12 missing") && preset.contains("missing_words: [\"<0.5\", \"unknown\"]"),
        "{preset}"
    );
    assert!(preset.contains("'a' is a number, and 8 cells count as missing: '<0.5', 'unknown'"), "{preset}");
    desk.put(
        "own.ron",
        preset.lines().filter(|line| !line.starts_with("trainyard: ")).collect::<Vec<_>>().join("\n"),
    );
    assert!(!done(&desk, &["train", "own.ron"]).contains("left out"));

    let row = |number: usize| {
        format!(
            "{}.5,{},{},{}\n",
            number % 13,
            number % 5,
            number % 7,
            ["u", "v"][usize::from(number.is_multiple_of(3))]
        )
    };
    for header in ["a,a,c,y", "y,b,c,y"] {
        desk.put("twice.csv", format!("{header}\n{}", (0..90).map(row).collect::<String>()));
        let preset = done(&desk, &["init", "twice.csv", "-o", "-"]);
        assert!(preset.contains("one of several called") || header.starts_with('y'), "{preset}");
        desk.put("own.ron", preset);
        let trained = done(&desk, &["train", "own.ron"]);
        assert!(trained.contains("of 'v'"), "{header}: {trained}");
    }
}

#[test]
fn a_label_of_names_dates_or_amounts_is_refused_with_the_columns_that_could_be_one() {
    let desk = Desk::new();
    let row = |number: usize| {
        format!(
            "{}.5,\"${},{:03}.50\",2024-{:02}-{:02},{:02}:{:02},person {number},{}\n",
            number % 13,
            1 + number,
            number * 7,
            number % 12 + 1,
            number % 28 + 1,
            number % 24,
            number % 60,
            ["u", "v"][usize::from(number.is_multiple_of(3))]
        )
    };
    desk.put("t.csv", format!("a,price,day,at,who,y\n{}", (0..60).map(row).collect::<String>()));
    for (target, what) in [
        ("day", "dates, which are no classes"),
        ("at", "times of day, which are no classes"),
        ("who", "words that nearly all differ"),
    ] {
        let (refused, code) = desk.failure(&["init", "t.csv", "--target", target]);
        assert_eq!(code, Some(1));
        assert!(
            refused.contains(what) && refused.contains("--target names another: 'a', 'price', 'y'"),
            "{refused}"
        );
    }
    let checked = done(&desk, &["data", "check", "t.csv"]);
    assert!(checked.contains("number with '$' in front, 1000.5 to"), "{checked}");
}
