//! Numbers with a sign or a unit beside them, and labels that are such numbers, dates or codes. What is right is the same table
//! with plain numbers, as pandas makes them with `str.replace`.

use std::fmt::Write;

use serde_json::Value;

use crate::program::{Desk, done, noise};

fn put_preset(desk: &Desk, name: &str, source: &str, end: &str) {
    desk.put(
        name,
        format!(
            "(name: \"own\", title: \"\", data: (source: csv({source})), layers: [Dense(units: 6, activation: relu), {end},
              optimizer: Adam(learning_rate: 0.02), train: (epochs: 8, batch_size: 8))"
        ),
    );
}

const VALUE: &str = "Dense(units: 1)], loss: mean_squared_error";

/// The answers of the last run to a table's rows.
fn answers(desk: &Desk, file: &str) -> Vec<Value> {
    let lines = desk.lines(&["predict", "last", file, "--json"], b"");
    lines.iter().map(|line| line["output"].clone()).collect()
}

/// The same rows with signs and units, and without: price, rate, weight, profit, and a label that follows them.
fn tables() -> (String, String) {
    let mut random = noise(7);
    let mut draw = move || f64::from(random.next().expect("it never ends"));
    let (mut signed, mut plain) =
        (String::from("price,rate,kilos,profit,cost\n"), String::from("price,rate,kilos,profit,cost\n"));
    for row in 0..60 {
        let (cents, rate, kilos) =
            ((draw() * 9e5) as i64 + 100_000, (draw() * 99.0) as i64, (draw() * 90.0) as i64);
        let profit = (draw() * 4000.0) as i64 - 2000;
        let cost = cents / 100 + 3 * rate + kilos;
        let (whole, rest) = (cents / 100, cents % 100);
        let grouped = format!("{},{:03}", whole / 1000, whole % 1000);
        let minus = if row % 9 == 4 { "-" } else { "" };
        let in_parentheses = if profit < 0 { format!("({})", -profit) } else { profit.to_string() };
        writeln!(signed, "\"{minus}${grouped}.{rest:02}\",{rate}%,{kilos} kg,{in_parentheses},€{cost}")
            .expect("memory");
        writeln!(plain, "{minus}{whole}.{rest:02},{rate},{kilos},{profit},{cost}").expect("memory");
    }
    (signed, plain)
}

#[test]
fn numbers_with_a_sign_beside_them_are_those_without() {
    let desk = Desk::new();
    let (signed, plain) = tables();
    desk.put("signed.csv", &signed);
    desk.put("plain.csv", &plain);
    put_preset(&desk, "plain.ron", "file: \"plain.csv\"", VALUE);
    done(&desk, &["train", "plain.ron"]);
    let right = answers(&desk, "plain.csv");
    put_preset(&desk, "signed.ron", "file: \"signed.csv\"", VALUE);
    let told = done(&desk, &["train", "signed.ron"]);
    for wanted in [
        "'price' is a number with '$' in front",
        "'rate' is a number with '%' behind, so that 29% is 29",
        "'kilos' is a number with 'kg' behind",
        "'profit' is a number below 0 where it stands in parentheses",
        "the label 'cost' is a number with '€' in front",
    ] {
        assert_eq!(told.matches(wanted).count(), 1, "{wanted}: {told}");
    }
    // The run knows the signs: cells may have them or not.
    assert_eq!(answers(&desk, "signed.csv"), right);
    assert_eq!(answers(&desk, "plain.csv"), right);
    let scores = |file: &str| desk.lines(&["eval", "last", "--data", file, "--json"], b"")[0]["mae"].clone();
    assert_eq!(scores("signed.csv"), scores("plain.csv"));
    // Another sign is none of the column's.
    desk.put("other.csv", "price,rate,kilos,profit\n€5,1%,2 kg,3\n$5,1%,2 lb,3\n$5,1%,2 kg,3\n");
    let output = desk.run(&["predict", "last", "other.csv"], b"");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("column 1 ('price'): '€5' is not a number with '$' in front"), "{told}");
    assert!(told.contains("column 3 ('kilos'): '2 lb' is not a number with 'kg' behind"), "{told}");
    assert!(told.contains("2 of 3 rows are not answered"), "{told}");
    desk.put("dollars.csv", signed.replace('€', "$"));
    let (told, _) = desk.failure(&["eval", "last", "--data", "dollars.csv"]);
    assert!(told.contains("is not a number with '€' in front"), "{told}");
    // A graph takes the numbers, and its metadata tell the signs.
    done(&desk, &["export", "last", "--to", "onnx", "-o", "own.onnx"]);
    let graph = std::fs::read(desk.path("own.onnx")).expect("the graph");
    let graph = String::from_utf8_lossy(&graph);
    assert!(graph.contains("{\"cost\":\"€\",\"kilos\":\"kg\",\"price\":\"$\",\"rate\":\"%\"}"), "{graph}");
}

#[test]
fn signs_are_told_by_check_and_init_and_the_preset_of_init_trains() {
    let desk = Desk::new();
    desk.put("t.csv", tables().0);
    let told = done(&desk, &["data", "check", "t.csv"]);
    assert!(
        told.contains("number with '$' in front, -") && told.contains("label            values from"),
        "{told}"
    );
    done(&desk, &["init", "t.csv"]);
    let preset = std::fs::read_to_string(desk.path("t.ron")).expect("the preset");
    assert!(preset.contains("\"kilos\": number, // with 'kg' behind, "), "{preset}");
    assert!(preset.contains("the label 'cost' is a number with '€' in front"), "{preset}");
    done(&desk, &["train", "t.ron", "--epochs", "2", "--no-save"]);
}

#[test]
fn cells_with_different_units_are_no_numbers_and_it_is_told() {
    let desk = Desk::new();
    let mut table = String::from("a,weight,y\n");
    for row in 0..60 {
        writeln!(
            table,
            "{}.5,{} {},{}",
            row * 7 % 31,
            row % 5,
            ["kg", "lb"][usize::from(row % 4 == 0)],
            row % 2
        )
        .expect("memory");
    }
    desk.put("t.csv", table);
    let told = done(&desk, &["data", "check", "t.csv"]);
    let wanted =
        "'weight' has numbers with different units, 'kg' in 45 rows, 'lb' in 15, so they are read as words";
    assert!(told.contains(wanted) && told.contains("weight         category"), "{told}");
}

#[test]
fn a_label_of_dates_units_or_codes_is_told() {
    let desk = Desk::new();
    let table = |label: &dyn Fn(usize) -> String| {
        let row = |row: usize| format!("{}.5,{},{}\n", row * 7 % 31, row * 11 % 17, label(row));
        format!("a,b,due\n{}", (0..60).map(row).collect::<String>())
    };
    let classes =
        |count: usize| format!("Dense(units: {count}, activation: softmax)], loss: categorical_crossentropy");
    let told = |label: &dyn Fn(usize) -> String, count: usize, options: &str| {
        desk.put("t.csv", table(label));
        put_preset(&desk, "own.ron", &format!("file: \"t.csv\"{options}"), &classes(count));
        (done(&desk, &["train", "own.ron"]), done(&desk, &["data", "check", "t.csv"]))
    };
    let day = |row: usize| format!("2024-01-0{}", 1 + row % 5);
    let wanted = "the label 'due' holds dates; each of its 5 days is a class";
    let (train, check) = told(&day, 5, "");
    assert!(train.matches(wanted).count() == 1 && check.contains(wanted), "{train}{check}");
    let (train, _) = told(&day, 5, ", columns: {\"due\": category}");
    assert!(!train.contains("holds dates"), "{train}");
    let (train, _) = told(&|row| format!("{} {}", row % 3, ["kg", "lb"][row % 2]), 6, "");
    assert!(
        train.contains("the label 'due' holds numbers with different units, 'kg' in 30 rows, 'lb' in 30"),
        "{train}"
    );
    // Codes with zeros at their beginning are texts: `01` is not `1`, which is `1.0`.
    let codes = |row: usize| ["01", "1", "1.0", "2"][row % 4].to_string();
    let (train, _) = told(&codes, 3, "");
    assert!(
        train.contains("the label 'due' holds codes, of which some begin with a zero; each of its 3 codes"),
        "{train}"
    );
    let known: Vec<Value> = answers(&desk, "t.csv");
    assert_eq!(known[0].as_array().map(Vec::len), Some(3));
    done(&desk, &["eval", "last", "--data", "t.csv"]);
    desk.put("other.csv", "a,b,due\n1,2,001\n");
    let (told_, _) = desk.failure(&["eval", "last", "--data", "other.csv"]);
    assert!(told_.contains("class '001' is none of this network's: 1, 01, 2"), "{told_}");
}

#[test]
fn zones_codes_and_open_dates_are_told_when_a_training_starts_and_by_init() {
    let desk = Desk::new();
    let row = |row: usize| {
        let (hour, day, month) = (row % 9, 1 + row % 9, 1 + row % 7);
        format!(
            "2024-03-0{day} 0{hour}:00:00+02:00,0{},0{month}/0{day}/2024,{}.5\n",
            1000 + row * 7919 % 8999,
            row % 13
        )
    };
    desk.put("t.csv", format!("when,zip,day,y\n{}", (0..60).map(row).collect::<String>()));
    put_preset(&desk, "own.ron", "file: \"t.csv\"", VALUE);
    let train = done(&desk, &["train", "own.ron"]);
    done(&desk, &["init", "t.csv"]);
    let preset = std::fs::read_to_string(desk.path("t.ron")).expect("the preset");
    for text in [train, done(&desk, &["data", "check", "t.csv"]), preset] {
        for wanted in [
            "60 have a time in another zone, which is read as UTC",
            "'zip' looks like a code and is read as a number, more or less than another: columns: {\"zip\": ignore}",
            "read with the month first although the other way would fit too: columns: {\"day\": date(day_first: false)} says so",
        ] {
            assert_eq!(text.matches(wanted).count(), 1, "{wanted}: {text}");
        }
    }
    // An hour of summer time in Berlin is two hours later than Greenwich's.
    desk.put(
        "asked.csv",
        "when,zip,day\n2024-03-02 06:00:00+02:00,01005,01/02/2024\n2024-03-02 04:00:00,01005,01/02/2024\n",
    );
    let asked = answers(&desk, "asked.csv");
    assert_eq!(asked[0], asked[1]);
}

#[test]
fn a_sum_below_the_rows_is_no_row_wherever_a_table_is_read() {
    let desk = Desk::new();
    let row = |row: usize| format!("{},{}.5,{}.25\n", row + 1, row * 7 % 31, row * 11 % 17);
    let rows: String = (0..60).map(row).collect();
    desk.put("t.csv", format!("id,a,y\n{rows}"));
    desk.put("sum.csv", format!("id,a,y\n{rows}Total,900.5,500\n"));
    put_preset(&desk, "own.ron", "file: \"t.csv\"", VALUE);
    done(&desk, &["train", "own.ron"]);
    let wanted = "line 62, column 1 ('id'): 'Total' says that the row is a sum of the others";
    let output = desk.run(&["predict", "last", "sum.csv"], b"");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains(wanted) && told.contains("1 of 61 rows"), "{told}");
    let (told, _) = desk.failure(&["eval", "last", "--data", "sum.csv"]);
    assert!(told.contains(wanted), "{told}");
    put_preset(&desk, "own.ron", "file: \"t.csv\", test_file: \"sum.csv\"", VALUE);
    let (told, _) = desk.failure(&["train", "own.ron"]);
    assert!(told.contains(wanted), "{told}");
}

/// Prices in won or rupiah have nine digits, as identifiers do.
#[test]
fn long_whole_prices_are_no_identifiers_and_random_numbers_are() {
    let desk = Desk::new();
    let told = |name: &str, label: &dyn Fn(u64, usize) -> u64| {
        let row = |row: usize| {
            let price = 100_000_000 + (row as u64 * 7_919 + 13) % 100_003 * 8_000 + 7;
            format!("{price},{}.5,{}\n", row * 7 % 31, label(price, row))
        };
        desk.put("t.csv", format!("{name},a,y\n{}", (0..200).map(row).collect::<String>()));
        done(&desk, &["data", "check", "t.csv"])
    };
    let nothing = |_: u64, row: usize| row as u64 * 31 % 97;
    assert!(told("x", &nothing).contains("left out: its numbers are long, and every row has its own"));
    assert!(!told("sale price", &nothing).contains("left out"));
    assert!(!told("x", &|price, row| price / 1000 + row as u64 % 50 * 100).contains("left out"));
}
