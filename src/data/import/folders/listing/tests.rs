use super::*;

const KIND: Kind =
    Kind { many: "notes", formats: "NOTE", endings: &["note"], is_one: |start| start.starts_with(b"note") };

fn put(folder: &Path, names: &[(&str, &[u8])]) {
    for (name, bytes) in names {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

fn names(listed: &Classed, folder: &Path) -> Vec<String> {
    let name = |file: &PathBuf| file.strip_prefix(folder).unwrap().to_str().unwrap().to_string();
    listed.files.iter().map(name).collect()
}

#[test]
fn folders_below_a_class_belong_to_it_and_what_a_file_holds_tells_its_kind() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        &[
            ("b/2.note", b"x"),
            ("b/deep/er/1.note", b"x"),
            ("a/3.NOTE", b"x"),
            ("a/by_content", b"note 7"),
            ("a/other.txt", b"text"),
        ],
    );
    let listed = list(folder.path(), &KIND).unwrap();
    assert_eq!(names(&listed, folder.path()), ["a/3.NOTE", "a/by_content", "b/2.note", "b/deep/er/1.note"]);
    assert_eq!((&listed.of[..], &listed.names[..]), (&[0, 0, 1, 1][..], &["a".into(), "b".into()][..]));
    assert_eq!(
        listed.left_out.sentences(&KIND),
        ["files left out because they are not notes (NOTE): 1 (1 .txt)"]
    );
}

#[test]
fn everything_that_is_left_out_is_told_but_what_a_system_put_there() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        &[
            ("a/1.note", b"x"),
            ("b/1.note", b"x"),
            ("b/1.heic", b"x"),
            ("b/2.heic", b"x"),
            ("b/Makefile", b"x"),
            ("c/1.heic", b"x"),
            ("1.note", b"x"),
            (".git/1.note", b"x"),
            ("a/.DS_Store", b"x"),
            ("a/thumbs.db", b"x"),
            ("a/.ipynb_checkpoints/1.note", b"x"),
            ("__MACOSX/a/1.note", b"x"),
        ],
    );
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let LeftOut { of_the_system, .. } = list(folder.path(), &KIND).unwrap().left_out;
    assert_eq!(of_the_system, 5);
    assert_eq!(
        list(folder.path(), &KIND).unwrap().left_out.sentences(&KIND),
        [
            "files left out because they are not notes (NOTE): 4 (3 .heic, 1 without an ending)",
            "notes left out because they are in no class's folder: 1",
            "folders left out because they hold no notes: 'c', 'empty'",
        ]
    );
}

#[test]
fn a_folder_without_two_classes_is_refused_with_what_was_left_out() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &[("a/1.heic", b"x")]);
    let refused = || list(folder.path(), &KIND).unwrap_err().to_string();
    let wanted = "no folder in it holds notes (NOTE); files left out because they are not notes (NOTE): 1 (1 .heic); \
                  folders left out because they hold no notes: 'a'";
    assert!(refused().contains(wanted), "{}", refused());
    put(folder.path(), &[("a/1.note", b"x")]);
    assert!(refused().contains("only one folder in it holds notes, and a class alone"), "{}", refused());
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_those_that_lead_back_end() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), &[("data/a/1.note", b"x"), ("data/b/1.note", b"x"), ("elsewhere/2.note", b"x")]);
    let at = |name: &str| folder.path().join(name);
    symlink(at("data/a"), at("data/a/round")).unwrap();
    symlink(at("elsewhere"), at("data/a/more")).unwrap();
    symlink(at("nowhere"), at("data/b/gone.note")).unwrap();
    let listed = list(&at("data"), &KIND).unwrap();
    assert_eq!(names(&listed, &at("data")), ["a/1.note", "a/more/2.note", "b/1.note", "b/gone.note"]);
    assert_eq!(
        listed.left_out.sentences(&KIND),
        ["links left out because they lead back to a folder that they are in: 1"]
    );
}

#[test]
fn broken_files_are_an_error_that_counts_them_or_are_taken_out_of_both_sets() {
    let files = |names: &[&str]| names.iter().map(PathBuf::from).collect::<Vec<_>>();
    let all = ["a/1", "a/2", "b/1", "b/2", "a/3", "b/3"];
    let listed = Classed {
        files: files(&all),
        of: vec![0, 0, 1, 1, 0, 1],
        names: vec!["a".into(), "b".into()],
        first_test: Some(4),
        first_validation: Some(3),
        ..Classed::default()
    };
    let broken = |names: &[&str]| -> Vec<Result<(), Error>> {
        let read = |name: &&str| match names.contains(name) {
            true => Err(Error::Broken { origin: (*name).into(), problem: "no".into() }),
            false => Ok(()),
        };
        all.iter().map(read).collect()
    };
    let mut told = Vec::new();
    let mut kept = listed.clone();
    kept.sorted_out(broken(&["a/1", "b/2", "a/3"]), true, &mut told).unwrap();
    assert_eq!(kept.files, files(&["a/2", "b/1", "b/3"]));
    assert_eq!((&kept.of[..], kept.first_validation, kept.first_test), (&[0, 1, 1][..], Some(2), Some(2)));
    assert_eq!(told, ["broken files left out: 3 of 6: a/1: no; b/2: no; a/3: no"]);

    let refused = |names: &[&str], skip| {
        listed.clone().sorted_out(broken(names), skip, &mut Vec::new()).unwrap_err().to_string()
    };
    assert_eq!(refused(&["b/1"], false), "b/1: no; skip_broken: true leaves such files out");
    assert_eq!(
        refused(&["a/1", "a/2", "b/1", "b/2"], false),
        "a/1: no; 4 of 6 files are broken, and skip_broken: true leaves such files out: a/2: no; b/1: no; and 1 more"
    );
    assert_eq!(refused(&["b/1", "b/2"], true), "b/1: no file of the class 'b' can be read: no");
}
