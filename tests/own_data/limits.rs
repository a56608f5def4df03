//! Files that are no files, that never end, or that ask for more than there is: refused by one sentence, soon.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::program::Desk;

/// Makes what is no file, or one of twenty gigabytes that takes no room, in the place of `path`.
fn put_odd(path: &Path, what: &str) {
    match what {
        "pipe" => {
            let made = Command::new("mkfifo").arg(path).status().expect("mkfifo is there");
            assert!(made.success());
        }
        "device" => std::os::unix::fs::symlink("/dev/zero", path).expect("a link"),
        "endless" => std::fs::File::create(path).and_then(|file| file.set_len(20 << 30)).expect("a file"),
        other => panic!("{other} is not made here"),
    }
}

/// The command fails soon, with a message that has one of these parts, and without a panic.
fn fails_soon(desk: &Desk, words: &[&str], wanted: &[&str]) {
    let since = Instant::now();
    let output = desk.run(words, b"");
    let took = since.elapsed();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(matches!(output.status.code(), Some(1 | 2)), "{words:?}: {:?} {said}", output.status);
    assert!(wanted.iter().any(|part| said.contains(part)), "{words:?}: {said}");
    assert!(!said.contains("panicked") && took < Duration::from_secs(20), "{words:?} took {took:?}: {said}");
}

const NO_FILE: &str = "this is not a regular file but";

#[test]
fn data_that_is_no_file_or_never_ends_is_refused() {
    for what in ["pipe", "device", "endless"] {
        let desk = Desk::new();
        let sources = [
            ("x.csv", "csv(file: \"x.csv\")"),
            ("x.npz", "npz(file: \"x.npz\")"),
            ("x.npy", "npy(inputs: \"x.npy\", targets: \"x.npy\")"),
            ("x.idx", "idx(inputs: \"x.idx\", labels: \"x.idx\")"),
            ("x.gz", "idx(inputs: \"x.gz\", labels: \"x.gz\")"),
            ("x.txt", "text_file(file: \"x.txt\", steps: 8)"),
            ("y.txt", "labelled_text(file: \"y.txt\", length: 8)"),
        ];
        for (name, source) in sources {
            put_odd(&desk.path(name), what);
            desk.preset(source, "Flatten,");
            let wanted = match what {
                // A file of zeros is none of these: its first bytes or its first row say so.
                "endless" => "x.|y.",
                _ => NO_FILE,
            };
            let wanted: Vec<&str> = wanted.split('|').collect();
            fails_soon(&desk, &["train", "own.ron", "--no-save"], &wanted);
            fails_soon(&desk, &["data", "check", name], &wanted);
        }
        for name in ["pets/a/1.png", "pets/b/1.png", "tones/a/1.wav", "tones/b/1.wav"] {
            put_odd(&desk.path(name), if what == "pipe" { "endless" } else { what });
        }
        for source in ["image_folder(folder: \"pets\", size: (8, 8))", "wav_folder(folder: \"tones\")"] {
            desk.preset(source, "Flatten,");
            fails_soon(&desk, &["train", "own.ron", "--no-save"], &["does not decode", NO_FILE]);
        }
    }
}

#[test]
fn presets_weights_states_and_manifests_that_are_no_files_or_never_end_are_refused() {
    let desk = Desk::new();
    desk.preset_text(
        "(name: \"own\", title: \"\", data: (source: iris), layers: [Dense(units: 3, activation: softmax)],
          loss: categorical_crossentropy, optimizer: Adam(), train: (epochs: 1, batch_size: 30))",
    );
    for what in ["pipe", "device", "endless"] {
        let preset = format!("{what}.ron");
        put_odd(&desk.path(&preset), what);
        let wanted = [NO_FILE, "bytes are too many for a preset"];
        fails_soon(&desk, &["train", &preset], &wanted);
        fails_soon(&desk, &["presets", "check", &preset], &wanted);
        fails_soon(&desk, &["summary", &preset], &wanted);
        let weights = format!("{what}.safetensors");
        put_odd(&desk.path(&weights), what);
        let wanted = [NO_FILE, "not a whole safetensors file"];
        fails_soon(&desk, &["train", "own.ron", "--no-save", "--init-from", &weights], &wanted);
    }
    let output = desk.run(&["train", "own.ron", "--quiet"], b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let runs = desk.path("home/runs");
    let run = std::fs::read_dir(runs).expect("runs").next().expect("a run").expect("a folder").path();
    let checkpoint = std::fs::read_dir(run.join("checkpoints")).expect("checkpoints").next();
    let checkpoint = checkpoint.expect("a checkpoint").expect("a folder").path();
    let name = run.to_string_lossy().into_owned();
    for (file, wanted) in [
        (checkpoint.join("weights.safetensors"), "not a whole safetensors file"),
        (checkpoint.join("optimizer.safetensors"), "not a whole safetensors file"),
        (checkpoint.join("state.ron"), "and at most"),
        (run.join("run.ron"), "and at most"),
    ] {
        let whole = std::fs::read(&file).expect("it is there");
        for what in ["pipe", "device", "endless"] {
            std::fs::remove_file(&file).expect("it is there");
            put_odd(&file, what);
            fails_soon(&desk, &["eval", &name], &[NO_FILE, wanted, "no run matches"]);
        }
        std::fs::remove_file(&file).expect("it is there");
        std::fs::write(&file, whole).expect("there is room");
    }
    assert!(desk.run(&["eval", &name], b"").status.success());
}

#[test]
fn answers_in_json_steer_no_terminal() {
    let desk = Desk::new();
    let hostile = "a\u{9b}31m\u{202e}";
    let line = |n: usize| format!("{n},{}\n", [hostile, "b"][n % 2]);
    desk.put("x.csv", format!("n,kind\n{}", (0..40).map(line).collect::<String>()));
    desk.preset("csv(file: \"x.csv\")", "");
    desk.trained();
    let name = format!("{hostile}.csv");
    desk.put(&name, "n\n0\n1\n");
    let output = desk.run(&["predict", "last", &name, "--json"], b"");
    let said = String::from_utf8(output.stdout).expect("it prints text");
    assert!(said.contains("\\u009b31m\\u202e"), "{said}");
    assert!(!said.contains(['\u{9b}', '\u{202e}']), "{said:?}");
    assert_eq!(desk.lines(&["predict", "last", &name, "--json"], b"")[0]["file"], name.as_str());
}

#[test]
fn a_path_that_is_no_text_is_refused_by_one_sentence_or_works() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let desk = Desk::new();
    let odd = OsStr::from_bytes(b"caf\xe9");
    let folder = desk.path("x").with_file_name(odd);
    std::fs::create_dir_all(folder.join("presets")).expect("a folder");
    let run = |home: &Path, words: &[&OsStr]| {
        let output = Command::new(env!("CARGO_BIN_EXE_trainyard"))
            .args(words)
            .current_dir(&folder)
            .env("TRAINYARD_HOME", home)
            .output()
            .expect("the program starts");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), said)
    };
    let words = |line: &str| line.split(' ').map(|word| OsStr::new(word).to_owned()).collect::<Vec<_>>();
    let home = desk.path("home");
    for (home, line) in [
        (&folder, "train xor"),
        (&folder, "runs"),
        (&folder, "train xor --detach"),
        (&home, "train xor --no-save --init-from w.safetensors"),
    ] {
        let words = words(line);
        let words: Vec<&OsStr> = words.iter().map(|word| &**word).collect();
        let (code, said) = run(home, &words);
        assert!(code == Some(2) && said.contains("this path is not UTF-8"), "{line}: {code:?} {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
    }
    // Where a path is only opened, it may be anything.
    std::fs::write(folder.join("table.csv"), "a,b\n1,x\n2,y\n").expect("a file");
    let (code, said) =
        run(&home, &[OsStr::new("data"), OsStr::new("check"), folder.join("table.csv").as_os_str()]);
    assert!(code == Some(0) && said.contains("rows"), "{code:?} {said}");
    let (code, said) = run(&home, &[OsStr::new("predict"), OsStr::new("last"), folder.as_os_str()]);
    assert!(code == Some(2) && said.contains("UTF-8"), "{code:?} {said}");
    // A class is known by its name, so that has to be a text.
    for (class, number) in [(odd, 1), (OsStr::new("b"), 2)] {
        let pets = folder.join("pets").join(class);
        std::fs::create_dir_all(&pets).expect("a folder");
        image::GrayImage::new(9, 9).save(pets.join(format!("{number}.png"))).expect("there is room");
    }
    let (code, said) = run(&home, &[OsStr::new("data"), OsStr::new("check"), OsStr::new("pets")]);
    assert!(code == Some(1) && said.contains("is not UTF-8; rename it"), "{code:?} {said}");
}
