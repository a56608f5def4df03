//! Tests that take long, or need what not every machine has, are ignored; the README says how each is run.

use std::path::Path;

/// A test that only runs when asked for.
struct Ignored {
    /// What comes behind `cargo test`: `--lib` or `--test NAME`.
    target: String,
    /// The modules below the target and the function, as filters see them.
    path: String,
}

/// A command of the README.
struct Command {
    target: String,
    filter: Option<String>,
    line: String,
}

impl Command {
    /// `cargo test --test pty soak -- --ignored` and the like, up to the end of the code or of its comment.
    fn read(line: &str) -> Option<Self> {
        let (_, rest) = line.split_once("cargo test ")?;
        let code = rest.split(['`', '#']).next()?;
        let (before, after) = code.split_once(" -- ")?;
        if !after.split_whitespace().any(|word| word == "--ignored") {
            return None;
        }
        let mut words = before.split_whitespace();
        let (mut target, mut filter) = (None, None);
        while let Some(word) = words.next() {
            match word {
                "--lib" => target = Some(word.to_owned()),
                "--test" => target = Some(format!("--test {}", words.next()?)),
                _ if word.starts_with('-') => {}
                _ => filter = Some(word.to_owned()),
            }
        }
        Some(Command { target: target?, filter, line: line.trim().to_owned() })
    }

    fn selects(&self, test: &Ignored) -> bool {
        self.target == test.target && self.filter.as_ref().is_none_or(|filter| test.path.contains(filter))
    }
}

/// The ignored tests of a file, by the words that stand before them.
fn of_file(path: &Path, root: &Path, found: &mut Vec<Ignored>) {
    let code = std::fs::read_to_string(path).expect("a source file");
    let relative = path.strip_prefix(root).expect("it is below").with_extension("");
    let mut parts: Vec<&str> = relative.iter().filter_map(|part| part.to_str()).collect();
    let target = match parts.remove(0) {
        "tests" => format!("--test {}", parts.remove(0)),
        _ => "--lib".to_owned(),
    };
    parts.retain(|part| !["mod", "main", "lib"].contains(part));
    for (at, _) in code.match_indices(&["#[", "ignore"].concat()) {
        let (_, behind) = code[at..].split_once("fn ").expect("a test behind its attribute");
        let name = behind.split('(').next().unwrap_or_default();
        let path = [&parts[..], &[name]].concat().join("::");
        found.push(Ignored { target: target.clone(), path });
    }
}

fn of_folder(folder: &Path, root: &Path, found: &mut Vec<Ignored>) {
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            of_folder(&entry, root, found);
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            of_file(&entry, root, found);
        }
    }
}

#[test]
fn the_readme_says_how_each_ignored_test_is_run() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tests = Vec::new();
    ["src", "tests"].iter().for_each(|folder| of_folder(&root.join(folder), root, &mut tests));
    assert!(tests.len() > 30, "they are found: {}", tests.len());
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README");
    let commands: Vec<Command> = readme
        .lines()
        .flat_map(|line| {
            // A row of a table may have several.
            line.match_indices("cargo test ")
                .filter_map(|(at, _)| Command::read(&line[at..]))
                .collect::<Vec<_>>()
        })
        .collect();
    let unlisted = tests.iter().filter(|test| !commands.iter().any(|command| command.selects(test)));
    let unlisted: Vec<String> = unlisted.map(|test| format!("{}: {}", test.target, test.path)).collect();
    assert!(unlisted.is_empty(), "the README has no command for\n{}", unlisted.join("\n"));
    let idle = commands.iter().filter(|command| !tests.iter().any(|test| command.selects(test)));
    let idle: Vec<&str> = idle.map(|command| command.line.as_str()).collect();
    assert!(idle.is_empty(), "these commands of the README run no ignored test\n{}", idle.join("\n"));
}
