//! Output that nobody reads to its end.

use std::process::Command;

use trainyard::run::Status;

use crate::program::{Home, PRESET};

#[test]
fn a_reader_that_leaves_ends_the_printing_and_not_the_training() {
    let home = Home::new();
    // Short enough to wait for; it prints long after its reader has left.
    let preset = PRESET.replace("epochs: 40", "epochs: 4");
    std::fs::write(home.folder.join("presets/small.ron"), preset).expect("a preset");
    for (words, printed) in
        [("--json", "\"event\":\"started\""), ("--json --no-save", "\"event\":\"started\"")]
    {
        let script = format!(
            "{{ {} train small {words}; echo $? >&2; }} | head -n 1",
            env!("CARGO_BIN_EXE_trainyard")
        );
        let output = Command::new("sh")
            .args(["-c", &script])
            .env("TRAINYARD_HOME", &home.folder)
            .output()
            .expect("there is a shell");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(said.contains(printed) && said.lines().count() == 1, "{said}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).trim(), "0");
    }
    let run = home.run();
    assert!(matches!(run.manifest().expect("a manifest").status, Status::Finished { .. }));
    assert!(!run.checkpoints().expect("a list").is_empty());
}

#[test]
fn a_reader_that_leaves_ends_an_export_without_a_word() {
    let home = Home::new();
    let trained = home.command(&["train", "small", "--quiet"]).output().expect("it starts");
    assert!(trained.status.success(), "{}", String::from_utf8_lossy(&trained.stderr));
    // More than a pipe holds, so that somebody has to read on.
    let script = format!(
        "{{ {} export last --to csv -o -; echo $? >&2; }} | head -n 1",
        env!("CARGO_BIN_EXE_trainyard")
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .env("TRAINYARD_HOME", &home.folder)
        .output()
        .expect("there is a shell");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "tag,step,time,value\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr).trim(), "0");
}
