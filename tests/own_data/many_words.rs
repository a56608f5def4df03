//! Columns of many words: the network learns a vector for each.

use std::fmt::Write;

use serde_json::Value;

use crate::program::{Desk, noise};

/// People in 500 cities: where somebody lives says most of whether they bought.
fn buyers(rows: usize) -> String {
    let mut random = noise(11);
    let mut draw = move |most: f32| (random.next().expect("it never ends") * most) as usize;
    let mut table = String::from("age,job,city,bought\n");
    for _ in 0..rows {
        let (age, job, city) = (18 + draw(60.0), draw(4.0), draw(500.0));
        // A city's habit looks random, and is the same in all its rows.
        let habit = (city * 7919 % 500) as i64 - 250;
        let score = habit + (age as i64 - 48) + 30 * (job as i64 - 1) + draw(80.0) as i64 - 40;
        let bought = if score > 0 { "yes" } else { "no" };
        writeln!(table, "{age},{},City {city},{bought}", ["clerk", "cook", "judge", "pilot"][job])
            .expect("memory");
    }
    table
}

fn desk_of_buyers() -> Desk {
    let desk = Desk::new();
    desk.put("buyers.csv", buyers(6000));
    let output = desk.run(&["init", "buyers.csv"], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    desk
}

fn written(desk: &Desk) -> String {
    std::fs::read_to_string(desk.path("buyers.ron")).expect("the preset that init wrote")
}

/// What a command prints.
fn said(desk: &Desk, words: &[&str]) -> String {
    let output = desk.run(words, b"");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints text")
}

/// Trains a preset; its accuracy on the test set.
fn accuracy(desk: &Desk, preset: &str) -> f64 {
    let output = desk.run(&["train", preset, "--quiet"], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    desk.lines(&["eval", "last", "--json"], b"")[0]["accuracy"].as_f64().expect("an accuracy")
}

#[test]
fn init_embeds_a_column_of_many_words_and_that_beats_the_most_frequent_ones() {
    let desk = desk_of_buyers();
    let preset = written(&desk);
    assert!(preset.contains("\"city\": category(embed: 28), // 498 words, too many"), "{preset}");
    desk.put("few.ron", preset.replace("category(embed: 28)", "category(limit: 50)"));
    let few = accuracy(&desk, "few.ron");
    let embedded = accuracy(&desk, "buyers.ron");
    assert!(embedded > few + 0.1 && embedded > 0.85, "{embedded}, with an input for 50 words {few}");

    let shown = said(&desk, &["summary", "buyers.ron"]);
    for wanted in ["(ColumnEmbedding)", "13,972", "(None, 34)"] {
        assert!(shown.contains(wanted), "{wanted}: {shown}");
    }
    let found = said(&desk, &["data", "check", "buyers.csv"]);
    for wanted in ["category, 498 words: 'City ", ", …, as vectors of 28"] {
        assert!(found.contains(wanted), "{wanted}: {found}");
    }
}

#[test]
fn embedded_words_come_back_with_their_run() {
    let desk = desk_of_buyers();
    desk.put("own.ron", written(&desk).replace("epochs: 200", "epochs: 2"));
    let train = |words: &[&str]| {
        let output = desk.run(words, b"");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    };
    let scored = || desk.lines(&["eval", "last", "--json"], b"")[0]["loss"].clone();
    train(&["train", "own.ron", "--quiet", "--epochs", "4"]);
    let whole = scored();
    train(&["train", "own.ron", "--quiet"]);
    train(&["resume", "last", "--epochs", "+2", "--quiet"]);
    assert_eq!(scored(), whole);

    // The run knows its words without the table, and a word that it does not know has a vector of its own.
    std::fs::remove_file(desk.path("buyers.csv")).expect("it was there");
    desk.put("ask.csv", "age,job,city\n40,cook,City 7\n40,cook,City 8\n40,cook,Atlantis\n40,cook,Eldorado\n");
    let output = desk.run(&["predict", "last", "ask.csv", "--json"], b"");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(
        told.contains("2 rows have a word that training had rarely or never, such as 'Atlantis'"),
        "{told}"
    );
    let answers: Vec<Value> = desk.lines(&["predict", "last", "ask.csv", "--json"], b"");
    let outputs: Vec<&Value> = answers.iter().map(|answer| &answer["output"]).collect();
    assert!(outputs[0] != outputs[1] && outputs[1] != outputs[2], "{outputs:?}");
    assert_eq!(outputs[2], outputs[3]);
}

#[test]
fn what_cannot_embed_words_says_what_to_do() {
    let desk = desk_of_buyers();
    let refused = |change: &str| desk.failure(&["summary", "buyers.ron", "--set", change]).0;
    let said = refused("data.targets=input");
    assert!(
        said.contains("input 7 is the number of a word") && said.contains("category(limit: 50)"),
        "{said}"
    );
    let said = refused("data.augment.noise=0.1");
    assert!(said.contains("the numbers of tokens and of words cannot be changed a little"), "{said}");
    let said = refused("procedure=pretraining(method: rbm(), epochs: 1, batch_size: 16)");
    assert!(said.contains("words are embedded by a supervised network only"), "{said}");
}
