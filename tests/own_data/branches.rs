//! Networks that are graphs over people's own tables: two towers, each over some of the columns.

use std::fmt::Write;

use crate::program::{Desk, noise};

const USERS: usize = 40;
const ITEMS: usize = 30;

/// Whether people like things. Each person and each thing has two hidden numbers; what is liked is where they point the same way. On
/// average everybody likes half of all, and everything is liked by half of all.
fn ratings() -> String {
    let mut random = noise(5);
    let mut angle = move || f64::from(random.next().expect("it never ends")) * std::f64::consts::TAU;
    let users: Vec<f64> = (0..USERS).map(|_| angle()).collect();
    let items: Vec<f64> = (0..ITEMS).map(|_| angle()).collect();
    let mut table = String::from("user,weekday,item,liked\n");
    for (user, one) in users.iter().enumerate() {
        for (item, other) in items.iter().enumerate() {
            let liked = if (one - other).cos() > 0.0 { "yes" } else { "no" };
            writeln!(table, "User {user},{},Item {item},{liked}", (user * 7 + item * 3) % 7).expect("memory");
        }
    }
    table
}

/// Two towers of vectors, whose dot product says how sure the network is.
fn towers() -> String {
    r#"(name: "own", title: "", data: (source: csv(file: "ratings.csv", label: "liked",
          columns: {"user": category(embed: 4), "item": category(embed: 4)}), labels: binary, test: 0.2),
        layers: [Branches(merge: dot, branches: [[Input(columns: ["user"])], [Input(columns: ["item"])]]),
          Activation(sigmoid)],
        loss: binary_crossentropy, optimizer: Adam(learning_rate: 0.02), train: (epochs: 40, batch_size: 32))"#
        .into()
}

fn desk(preset: &str) -> Desk {
    let desk = Desk::new();
    desk.put("ratings.csv", ratings());
    desk.preset_text(preset);
    desk
}

#[test]
fn two_towers_learn_what_no_single_column_says() {
    let desk = desk(&towers());
    let shown = String::from_utf8(desk.run(&["summary", "own.ron"], b"").stdout).expect("text");
    for wanted in ["branches (Branches)", "(None, 1)", &((USERS + ITEMS + 2) * 4).to_string()] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let towers = desk.trained();
    assert!(towers > 0.85, "{towers}");

    // The run knows its columns without the table, in any order.
    std::fs::remove_file(desk.path("ratings.csv")).expect("it was there");
    desk.put("ask.csv", "item,weekday,user\nItem 3,1,User 5\nItem 4,1,User 5\nItem 3,6,User 5\n");
    let answers = desk.lines(&["predict", "last", "ask.csv", "--json"], b"");
    let outputs: Vec<_> = answers.iter().map(|answer| &answer["output"]).collect();
    assert!(outputs[0] != outputs[1] && outputs[0] == outputs[2], "the weekday is in no tower: {outputs:?}");
    assert!(desk.run(&["export", "last", "--to", "onnx", "-o", "towers.onnx"], b"").status.success());

    // A sum of what the columns say on their own cannot tell.
    let alone = towers_merged(
        "add, branches: [[Input(columns: [\"user\"]), Dense(units: 1)], [Input(columns: [\"item\"]), Dense(units: 1)]]",
    );
    desk.put("ratings.csv", ratings());
    desk.preset_text(&alone);
    let alone = desk.trained();
    assert!(alone < towers - 0.15, "{alone} and {towers}");
}

fn towers_merged(merge: &str) -> String {
    let whole = towers();
    let from = whole.find("dot, branches").expect("it is there");
    let to = whole.find("),\n          Activation").expect("it is there");
    format!("{}{merge}{}", &whole[..from], &whole[to..])
}

#[test]
fn a_column_that_is_not_there_is_told_at_its_place() {
    let desk = desk(&towers());
    let refused = |change: &str| desk.failure(&["summary", "own.ron", "--set", change]).0;
    let said = refused(r#"layers.0.branches.0.0.columns=["usr"]"#);
    for wanted in
        ["the table has no input column 'usr'", "did you mean 'user'?", "there are user, weekday, item"]
    {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
    let said = refused("layers.1=Input(columns: [\"user\"])");
    assert!(said.contains("no row of a table comes in here"), "{said}");
    let said = refused("layers.0.branches.1.0=Dense(units: 3)");
    assert!(said.contains("branch 1 gives [4], branch 2 gives [3]"), "{said}");
    let said = desk.failure(&["summary", "mnist-mlp", "--set", "layers.0=Input(columns: [\"a\"])"]).0;
    assert!(said.contains("this data has none"), "{said}");
    // A built-in table has names too.
    let picked = r#"layers.0=Input(columns: ["mean radius", "worst area"])"#;
    let shown = desk.run(&["summary", "breast-cancer", "--set", picked], b"");
    let shown = String::from_utf8(shown.stdout).expect("text");
    assert!(shown.contains("input (Input)") && shown.contains("(None, 2)"), "{shown}");
}
