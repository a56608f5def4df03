//! Texts word by word: sentences of which single words or their order decide.

use crate::program::Desk;

/// 400 sentences: "good" and "bad" decide, and in a quarter of them "not" turns it.
fn sentences() -> String {
    let (subjects, things) =
        (["this", "the old", "our", "a very long"], ["film", "book", "play", "lamp", "song"]);
    let mut lines = String::new();
    for row in 0..400 {
        let (is_good, is_turned) = (row % 2 == 0, row / 2 % 4 == 0);
        let (subject, thing) = (subjects[row / 8 % 4], things[row / 32 % 5]);
        let word = if is_good { "good" } else { "bad" };
        let not = if is_turned { "not " } else { "" };
        let class = if is_good == is_turned { "poor" } else { "fine" };
        lines += &format!("{class}\t{subject} {thing} is {not}{word}, I think.\n");
    }
    lines
}

#[test]
fn init_reads_sentences_by_their_words_and_a_run_answers_with_the_words_that_it_learned() {
    let desk = Desk::new();
    desk.put("mails.tsv", sentences());
    let made = desk.run(&["init", "mails.tsv", "--output", "mails.ron"], b"");
    assert!(made.status.success(), "{made:?}");
    let preset = std::fs::read_to_string(desk.path("mails.ron")).unwrap();
    // "this film is not good, I think.": eight words and marks; "a very long film is not good, I think.": eleven.
    assert!(preset.contains("tokens: words, length: 11)"), "{preset}");
    let trained = desk.run(&["train", "mails.ron", "--quiet"], b"");
    assert!(trained.status.success(), "{trained:?}");
    let told = String::from_utf8_lossy(&trained.stderr).into_owned();
    assert!(!told.contains("more than"), "no text is longer: {told}");
    // Another case, other blanks, a word that it never saw.
    let ask = "The OLD  film is not good, I think.\nour unheard lamp is good, I think.\n";
    let answers = desk.run(&["predict", "last", "-", "--json"], ask.as_bytes());
    let lines = String::from_utf8_lossy(&answers.stdout).into_owned();
    let classes: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["class"].clone())
        .collect();
    assert_eq!(classes, ["poor", "fine"], "{lines}");
    let said = String::from_utf8_lossy(&answers.stderr).into_owned();
    assert!(
        said.contains("1 of its 19 words are not known to the network, which reads them all as one word"),
        "{said}"
    );
    // A file of which few words occur is scored with the words of the run, not with its own.
    desk.put("few.tsv", "poor\tthis film is not good, I think.\nfine\tthis film is good, I think.\n");
    let scored = desk.lines(&["eval", "last", "--data", "few.tsv", "--json"], b"");
    assert_eq!(scored.last().unwrap()["accuracy"], 1.0, "{scored:?}");
}

#[test]
fn what_is_not_read_of_long_texts_is_told_and_words_that_never_come_twice_are_refused() {
    let desk = Desk::new();
    desk.put("mails.tsv", sentences());
    let layers = "Embedding(input_dim: 40, output_dim: 8), Bidirectional(GRU(units: 8)),";
    desk.preset("labelled_text(file: \"mails.tsv\", tokens: words, length: 8)", layers);
    let trained = desk.run(&["train", "own.ron", "--epochs", "1"], b"");
    let told = [&trained.stdout[..], &trained.stderr[..]].map(String::from_utf8_lossy).concat();
    let longer = sentences()
        .lines()
        .filter(|line| line.replace([',', '.'], " .").split_whitespace().count() - 1 > 8)
        .count();
    assert!(told.contains(&format!("{longer} texts of 400 have more than 8 words")), "{longer} {told}");
    desk.put("once.tsv", "a\tevery word\nb\tdiffers here\n");
    desk.preset("labelled_text(file: \"once.tsv\", tokens: words)", layers);
    let refused = desk.run(&["train", "own.ron"], b"");
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("no word occurs twice"), "{said}");
}
